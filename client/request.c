/* Sending calls. */
#include "request.h"

#include "error.h"
#include "fork.h"
#include "future.h"
#include "lib/crc32.h"
#include "session.h"
#include "thread.h"

#include <stdlib.h>

void
request_write_message(uint8_t *to, const void *message)
{
	protobuf_c_message_pack(message, to);
}

static concur_future *
future_new(const struct request *request)
{
	concur_future *future = calloc(1, sizeof *future);

	if (!future) {
		error_plain(CONCUR_NO_MEMORY);
		return NULL;
	}
	future->session = session_ref(request->session);
	future->result = request->result;
	link_init(&future->call.due);
	future->call.waits = request->waits;
	future->call.takes = request->waits &&
	    (request->result == RESULT_VALUE || request->result == RESULT_VALUES || request->result == RESULT_RAW);
	future->call.withholds = future->call.takes && request->at_once;
	return future;
}

static concur_future *
future_failed(concur_future *future, enum concur_status status)
{
	future->detail = strdup(concur_message());
	call_fail(&future->call, status);
	return future;
}

/* The version that the owner's next call is bound to, if this is that call: one on an object. What the library asks for
 * itself in between, such as a handle of its own after a fork, is not. */
static uint64_t
take_version(const struct request *request, struct owner *owner)
{
	uint64_t version = owner->if_version;

	if (__builtin_expect(version == 0, 1) || (!request->object && request->result != RESULT_RAW))
		return 0;
	owner->if_version = 0;
	return version;
}

concur_future *
request_refuse(const struct request *request, enum concur_status status)
{
	concur_future *future = future_new(request);
	struct owner *owner = thread_owner(request->session);

	if (owner)
		(void)take_version(request, owner);
	return future ? future_failed(future, status) : NULL;
}

concur_future *
request_begin(const struct request *request, const struct request_body *body)
{
	struct conn_frame frame = { .method = request->method, .flags = (uint16_t)request->flags };
	concur_future *future = future_new(request);
	enum concur_status status;
	struct owner *owner;

	if (!future)
		return NULL;
	status = session_conn(request->session, &future->conn);
	if (status != CONCUR_OK)
		return future_failed(future, status);
	owner = thread_owner(request->session);
	if (!owner)
		return future_failed(future, CONCUR_NO_MEMORY);
	owner->is_used = true;
	frame.context = owner->number;
	frame.guard_lock = owner->guard_lock;
	frame.guard_token = owner->guard_token;
	frame.if_version = take_version(request, owner);
	frame.size = body->size;
	frame.write = body->write;
	frame.body = body->from;
	status = conn_send(future->conn, &frame, &future->call);
	if (status != CONCUR_OK)
		return future_failed(future, status);
	if (request->flags & FRAME_ONE_WAY)
		call_fail(&future->call, CONCUR_OK);
	return future;
}

concur_future *
request_begin_message(const struct request *request, const ProtobufCMessage *message)
{
	struct request_body body = { protobuf_c_message_get_packed_size(message), request_write_message, message };

	return request_begin(request, &body);
}

void
request_tell(concur_session *session, uint32_t method, const ProtobufCMessage *message)
{
	struct conn *conn = atomic_load_explicit(&session->conn, memory_order_acquire);
	struct conn_frame frame = { .method = method,
		.context = REQUEST_OWN_CONTEXT,
		.flags = FRAME_ONE_WAY,
		.size = protobuf_c_message_get_packed_size(message),
		.write = request_write_message,
		.body = message };

	if (!session_is_closed(session) && conn->word == fork_word())
		(void)conn_send(conn, &frame, NULL);
}

/* -- any method --------------------------------------------------------------------------------------------------- */

struct raw {
	const void *bytes;
	size_t size;
};

static void
write_raw(uint8_t *to, const void *from)
{
	const struct raw *raw = from;

	if (raw->size)
		memcpy(to, raw->bytes, raw->size);
}

static concur_future *
call_any(concur_session *session, const char *method, const struct raw *raw, unsigned flags, bool at_once)
{
	struct request request = { .session = session,
		.method = crc32_of(method, strlen(method)),
		.result = RESULT_RAW,
		.flags = flags,
		.waits = true,
		.at_once = at_once };
	struct request_body body = { raw->size, write_raw, raw };

	if (flags & ~(unsigned)FRAME_FLAGS)
		return request_refuse(&request, error_set(CONCUR_BAD_ARGUMENT, "unknown flags 0x%x", flags));
	return request_begin(&request, &body);
}

concur_future *
concur_call_begin(concur_session *session, const char *method, const void *body, size_t size, unsigned flags)
{
	return call_any(session, method, &(struct raw){ body, size }, flags, false);
}

enum concur_status
concur_call(concur_session *session, const char *method, const void *body, size_t size, unsigned flags,
    struct concur_reply *ret_reply)
{
	concur_future *future = call_any(session, method, &(struct raw){ body, size }, flags, true);
	enum concur_status status;

	future_complete(future);
	status = concur_future_reply(future, ret_reply);
	concur_future_free(future);
	return status;
}
