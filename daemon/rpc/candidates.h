/* NEEDS_COMPARE: what a client has to compare, since only it understands opaque values.
 *
 * The reply has a page of candidates and the object's version. The client answers by asking again: with the bytes of
 * the candidate that is equal, or bound to that version (if_version), which means that none is; then values whose bytes
 * differ count as different. */
#ifndef RPC_CANDIDATES_H
#define RPC_CANDIDATES_H

#include "daemon/core/path.h"
#include "daemon/rpc/call.h"
#include "lib/map.h"

/* Whether the client has compared already. */
static inline bool
candidates_compared(const struct call *call)
{
	return call->if_version != 0;
}

/* Makes a page of candidates. */
struct candidates {
	struct call *call;
	ProtobufCBinaryData *values; /* in the arena */
	uint64_t *indexes;           /* the same; NULL: they have none */
	size_t count;
	size_t looked_at;
	uint64_t bytes;
	uint64_t version;   /* that they are of */
	uint64_t step;      /* of a path, from 1; otherwise 0 */
	const char *detail; /* of the error */
};

/* False after replying with an error. `with_indexes`: in a list. */
bool candidates_init(struct candidates *candidates, struct call *call, bool with_indexes);

/* One more that was looked at: false if the page is full and it must wait for the next one. It is a candidate unless
 * `value` is NULL. */
bool candidates_add(struct candidates *candidates, const struct value *value, uint64_t index);

/* The reply. `cursor`: where the next page begins; 0: this is all. */
void candidates_reply(struct candidates *candidates, uint64_t cursor);

/* The whole of it for keys: all that have something opaque inside, from the beginning. */
void candidates_of_keys(struct call *call, const struct map *map);

/* The same for one value: the one that is there. */
void candidates_of_value(struct call *call, const struct blob *blob);

/* For the step that the path has failed at: the opaque keys of what it leads into. */
void candidates_of_step(struct call *call, const struct path *path, const char *detail);

/* A page of keys that have something opaque inside, from a cursor on, as a ValuesReply; CHANGED if the map was
 * rearranged. */
void candidates_page(struct call *call, const struct map *map, uint64_t cursor);

#endif
