/* Replies: packed once, into the outbox of the session that asked.
 *
 * A reply that can not be written for lack of memory dooms its connection: the peer can not be left waiting for an
 * answer that will not come. Thread-safety: none. */
#ifndef RPC_REPLY_H
#define RPC_REPLY_H

#include "concur/v1/shapes.pb-c.h"
#include "daemon/core/result.h"
#include "daemon/rpc/channel.h"
#include "lib/concur_status.h"

#include <protobuf-c/protobuf-c.h>

struct object;

/* Where a reply goes. */
struct reply_to {
	struct channel *channel;
	uint64_t call;
	bool one_way; /* nowhere */
};

/* Status 0 and a message. */
void reply_message(const struct reply_to *to, const ProtobufCMessage *message);

/* Status 0 and a ValueReply; the blob is borrowed, NULL for none. A large one goes by reference. References to objects
 * inside it count for the receiver from here on. */
void reply_value(const struct reply_to *to, enum outcome outcome, uint64_t version, struct blob *blob);

/* The same for an item that is the oldest of those among the session's deliveries that are not written yet. */
void reply_item(const struct reply_to *to, enum outcome outcome, struct blob *blob);

/* Status 0 and a ValuesReply or PairsReply. The blobs are borrowed. */
struct reply_list {
	enum outcome outcome;
	uint64_t version;
	uint64_t cursor;
	struct blob *const *blobs;
	size_t count;
};
void reply_list(const struct reply_to *to, const struct reply_list *list);

/* A body that is written by hand, piece by piece, without knowing its size before: reserve some KiB at most, write,
 * commit the end of what was written. What found no memory dooms the channel at the end. */
struct reply_body {
	const struct reply_to *to;
	uint64_t before; /* the outbox's end */
	uint8_t *head;   /* where the header will stand; NULL: there was no memory */
	uint8_t *at;     /* what was reserved */
	bool failed;
};
void reply_body_begin(struct reply_body *body, const struct reply_to *to);
uint8_t *reply_body_reserve(struct reply_body *body, size_t size); /* NULL if there is no memory */
void reply_body_commit(struct reply_body *body, const uint8_t *end);

/* An encoded Value; a large one is not copied. References inside it count for the receiver from here on. */
void reply_body_value(struct reply_body *body, struct blob *blob);
bool reply_body_send(struct reply_body *body); /* false: it was not sent */

/* DoneReply, CountReply, and a LockReply that tells of no death. */
void reply_done(const struct reply_to *to, enum outcome outcome);
void reply_done_at(const struct reply_to *to, enum outcome outcome, uint64_t version);
void reply_count(const struct reply_to *to, enum outcome outcome, int64_t count);
void reply_token(const struct reply_to *to, enum outcome outcome, uint64_t token);

/* An Error: "DICT 'words' (17): TEXT OF THE STATUS: DETAIL". `object` and `detail` may be NULL; `limit` names the limit
 * that was reached, or is NULL. */
void reply_error(const struct reply_to *to, enum concur_status status, const struct object *object, const char *limit,
    const char *detail);

/* The same, with what else is in `error`. */
void reply_error_with(const struct reply_to *to, enum concur_status status, const struct object *object,
    const char *limit, const char *detail, Concur__V1__Error *error);

#endif
