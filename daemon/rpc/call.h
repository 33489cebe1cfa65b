/* A call: one request on its way through a handler, and what handlers check and reply with.
 *
 * The call_ functions that look something up reply with the error themselves and return NULL or false: the handler just
 * returns. What they give borrows the frame and the arena, which live for one dispatch. */
#ifndef RPC_CALL_H
#define RPC_CALL_H

#include "concur/v1/object.pb-c.h"
#include "daemon/core/object.h"
#include "daemon/rpc/method.h"
#include "daemon/rpc/reply.h"
#include "lib/arena.h"
#include "lib/frame.h"

struct rpc;

struct call {
	struct reply_to to;
	struct rpc *rpc;
	struct core *core;
	struct session *session; /* NULL only in Hello */
	const struct method *method;
	struct frame_request head;
	const ProtobufCMessage *request; /* NULL until it is unpacked */
	uint64_t if_version;             /* of the options; 0: whatever the version */
	struct object *object;           /* what call_object() found, for error messages */
};

/* How a call that may wait is answered, at once or later. */
struct call_ops {
	struct waiter_ops waiter; /* { call_answer_waiter } */
	void (*answer)(const struct reply_to *to, const struct result *result);
};
void call_answer_waiter(struct core *core, struct waiter *waiter);

/* -- checking ---------------------------------------------------------------------------------------------------- */

/* The object that the call is on: of that id, and of one of those kinds, KIND_BIT(KIND_DICT), several of them, or
 * KIND_ANY. NOT_FOUND, WRONG_KIND. If the call's if_version is not its version any more, the reply is the plain no
 * CHANGED, in a DoneReply (whose field of the outcome is that of every reply shape that has one). */
struct object *call_object(struct call *call, uint64_t id, unsigned kinds);

/* The same, whatever if_version says: the caller sees to that. */
struct object *call_object_at_any_version(struct call *call, uint64_t id, unsigned kinds);

/* Another object that the request names: its version does not matter, and what errors are about is still the call's
 * own. NOT_FOUND, WRONG_KIND. */
struct object *call_other(struct call *call, uint64_t id, unsigned kinds);

/* A value in a bytes field: BAD_VALUE, TOO_LARGE; NOT_FOUND if it refers to an object that is gone. */
bool call_value(struct call *call, const ProtobufCBinaryData *field, struct value *ret, bool *ret_refers);

/* The same for a value that is to stand inside another: one level less deep. */
bool call_inner_value(struct call *call, const ProtobufCBinaryData *field, struct value *ret, bool *ret_refers);

/* As many items as one call may send or ask for: TOO_LARGE past batch_max. */
bool call_batch(struct call *call, size_t count);

/* call_value for `count` of them; arrays in the arena. TOO_LARGE past batch_max. */
bool call_values(struct call *call, const ProtobufCBinaryData *fields, size_t count, struct value **ret,
    bool **ret_refers);

/* A value that can be a key: also UNHASHABLE. */
bool call_key(struct call *call, const ProtobufCBinaryData *field, struct value *ret, bool *ret_refers);

/* A word, a variable or a path for a process: a copy in the arena that ends with NUL; NULL if the field is empty.
 * VALUE_ERROR if there is a NUL in it. */
bool call_text(struct call *call, const ProtobufCBinaryData *field, const char **ret);

/* A lifetime of an object that has a name, or has none: VALUE_ERROR. */
bool call_lifetime(struct call *call, int lifetime, bool named);

/* An object's name: BAD_NAME, TOO_LARGE. */
bool call_name(struct call *call, const ProtobufCBinaryData *field, struct value *ret);

/* How long to wait: BAD_WAIT. */
bool call_ask(struct call *call, int64_t wait_ns, const struct call_ops *ops, struct ask *ret);

/* Memory for this dispatch: TOO_LARGE past arena_max. */
void *call_alloc(struct call *call, size_t size);

/* What the reply tells of the object's version: only a call that had an if_version is told, as it costs bytes. */
static inline uint64_t
call_version(const struct call *call)
{
	return __builtin_expect(call->if_version == 0, 1) || !call->object ? 0 : call->object->version;
}

/* -- replying ---------------------------------------------------------------------------------------------------- */

/* The closure that handlers get, typed, as `reply`: packs the message into the outbox. `call` is a struct call. */
void call_reply(const ProtobufCMessage *message, void *call);

/* An error about the call's object; `detail` is a sentence, or NULL: then what refusal.h knows of the argument. */
void call_fail(struct call *call, enum concur_status status, const char *detail);

/* A limit is reached: its name, and what to do. */
void call_fail_limit(struct call *call, enum concur_status status, const char *limit, const char *detail);

/* OK: a DoneReply with the outcome, and call_version(). Any other status: the error. */
void call_done(struct call *call, enum concur_status status, enum outcome outcome);

/* An OpenReply: the session has a handle on the object from here on. `original` is what it was made of, or NULL. */
void call_opened(struct call *call, struct object *object, bool created, const struct object *original,
    Concur__V1__OpenReply_Closure reply);

/* After a core call that may wait: PENDING says nothing, OK answers through the ops, others are errors. Frees the
 * result. */
void call_finish(struct call *call, const struct call_ops *ops, enum concur_status status, struct result *result);

#endif
