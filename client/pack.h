/* Packing: the bodies of requests, with the values in them encoded and held against the daemon's limits.
 *
 * A pack remembers the first thing that went wrong; the rest of the packing is then without effect, and pack_begin()
 * gives a future that has failed. Thread-safety: none, a pack is one call's. */
#ifndef CLIENT_PACK_H
#define CLIENT_PACK_H

#include "request.h"

enum { PACK_ROOM = 512 }; /* bytes of encoded values that need no allocation */

struct pack_block;

struct pack {
	const struct request *request;
	enum concur_status status;
	unsigned depth_max;
	size_t key_max;
	size_t name_max;
	size_t frame_max;
	uint64_t object;         /* the id of the request's object */
	struct pack_block *more; /* blocks for what does not fit the room */
	size_t used;             /* bytes of the room */
	uint8_t room[PACK_ROOM];
};

/* Also looks after the request's object and connection; see object_adopt(). */
void pack_init(struct pack *pack, const struct request *request);

/* Fill a field; what it holds belongs to the pack. A value of no kind leaves pack_maybe's field empty. Names end with
 * NULL, may be NULL, and are borrowed until pack_begin(). */
void pack_value(struct pack *pack, const struct concur_value *value, ProtobufCBinaryData *ret_field);
void pack_maybe(struct pack *pack, const struct concur_value *value, ProtobufCBinaryData *ret_field);
void pack_key(struct pack *pack, const struct concur_value *key, ProtobufCBinaryData *ret_field);
void pack_name(struct pack *pack, const char *name, ProtobufCBinaryData *ret_field);
void pack_ids(struct pack *pack, const uint64_t *ids, size_t count, ProtobufCBinaryData *ret_field);
void pack_names(struct pack *pack, const char *const *names, size_t *ret_count, ProtobufCBinaryData **ret_fields);
void pack_values(struct pack *pack, const struct concur_value *values, size_t count, size_t *ret_count,
    ProtobufCBinaryData **ret_fields);

/* The id of another object that the request names. */
uint64_t pack_other(struct pack *pack, concur_object *other);

/* The timeout of a waiting call: BAD_WAIT if it is negative and not CONCUR_FOREVER. */
int64_t pack_wait(struct pack *pack, int64_t timeout_ns);

/* Sends the body and ends the pack. */
concur_future *pack_begin(struct pack *pack, const ProtobufCMessage *body);

#endif
