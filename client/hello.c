/* The library's own calls on a connection: its first, and its last. */
#include "config.h"

#include "session.h"

#include "error.h"
#include "reply.h"
#include "request.h"
#include "self.h"

#include "concur/v1/methods.h"
#include "concur/v1/session.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	PROTOCOL = 1,
	GOODBYE_SECONDS = 5,
	STARTED_FIELD = 22, /* of /proc/self/stat */
};

/* Calls and waits. The call is to be finished by the caller. */
static enum concur_status
ask(struct conn *conn, uint32_t method, const ProtobufCMessage *message, int64_t timeout_ns, struct call *call)
{
	struct conn_frame frame = { .method = method,
		.context = REQUEST_OWN_CONTEXT,
		.flags = FRAME_BLOCKED,
		.size = protobuf_c_message_get_packed_size(message),
		.write = request_write_message,
		.body = message };
	enum concur_status status = conn_send(conn, &frame, call);

	if (status != CONCUR_OK)
		return status;
	do
		status = conn_wait(conn, call, timeout_ns);
	while (status == CONCUR_INTERRUPTED);
	conn_forget(conn, call);
	if (status != CONCUR_OK)
		return status;
	return call->status == CONCUR_OK ? CONCUR_OK : reply_error(call->status, call->body, call->size);
}

/* When this process started, in clock ticks since boot; 0 if it can not be told. */
static uint64_t
process_started(void)
{
	char text[1024], *at;
	uint64_t started = 0;

	if (!self_read("/proc/self/stat", text, sizeof text))
		return 0;
	at = strrchr(text, ')'); /* the second field, which may hold anything */
	for (int field = 2; at && field < STARTED_FIELD; field++)
		at = strchr(at + 1, ' ');
	if (at)
		started = strtoull(at, NULL, 10);
	return started;
}

/* If the session can outlive the connection, that gets a keeper. */
static enum concur_status
make_keeper(const concur_session *session, struct conn *conn, const Concur__V1__HelloReply *reply)
{
	struct promise promise = { .session = reply->session,
		.grace_ns = (int64_t)reply->grace_ns,
		.silence_ns = (int64_t)reply->silence_ns };

	if (reply->secret.len != SECRET_SIZE)
		return CONCUR_OK;
	memcpy(promise.secret, reply->secret.data, SECRET_SIZE);
	conn->keeper = keeper_new(conn, session, &promise);
	conn->out.keeps = conn->keeper != NULL;
	return conn->keeper ? CONCUR_OK : error_plain(CONCUR_NO_MEMORY);
}

static enum concur_status
learn(const concur_session *session, struct conn *conn, const struct call *call)
{
	Concur__V1__HelloReply *reply = concur__v1__hello_reply__unpack(NULL, call->size, call->body);
	enum concur_status status;

	if (!reply)
		return error_plain(CONCUR_BAD_REPLY);
	conn->limits = (struct conn_limits){ .frame_max = reply->frame_max,
		.name_max = reply->name_max,
		.key_max = reply->key_max,
		.depth_max = reply->depth_max };
	status = make_keeper(session, conn, reply);
	concur__v1__hello_reply__free_unpacked(reply, NULL);
	return status;
}

enum concur_status
session_ask(const concur_session *session, struct conn *conn, uint32_t method, const ProtobufCMessage *message,
    struct call *ret_call)
{
	enum concur_status status = ask(conn, method, message, session->timeout_ns, ret_call);

	if (status == CONCUR_PENDING)
		status = error_set(CONCUR_TIMED_OUT, "the daemon at %s does not answer", session->url);
	else if (status == CONCUR_CLOSED)
		status = error_set(status, "the daemon at %s closed the connection", session->url);
	return status;
}

static Concur__V1__HelloRequest
introduction(const concur_session *session)
{
	Concur__V1__HelloRequest body = CONCUR__V1__HELLO_REQUEST__INIT;

	body.version = PROTOCOL;
	body.client.data = (uint8_t *)session->client;
	body.client.len = strlen(session->client);
	body.process = (uint64_t)getpid();
	body.started = process_started();
	return body;
}

enum concur_status
session_resume(const concur_session *session, struct conn *conn, const struct promise *promise, uint32_t replies_read,
    uint64_t *ret_seen)
{
	Concur__V1__HelloRequest body = introduction(session);
	Concur__V1__HelloReply *reply = NULL;
	struct call call = { 0 };
	enum concur_status status;

	body.session = promise->session;
	body.secret = (ProtobufCBinaryData){ SECRET_SIZE, (uint8_t *)(uintptr_t)promise->secret };
	body.replies_read = replies_read;
	status = session_ask(session, conn, CONCUR_METHOD_SESSION_HELLO, &body.base, &call);
	if (status == CONCUR_OK)
		reply = concur__v1__hello_reply__unpack(NULL, call.size, call.body);
	if (reply)
		*ret_seen = reply->calls_seen;
	else if (status == CONCUR_OK)
		status = CONCUR_BAD_REPLY;
	concur__v1__hello_reply__free_unpacked(reply, NULL);
	call_fini(&call);
	return status;
}

enum concur_status
session_hello(const concur_session *session, struct conn *conn)
{
	Concur__V1__HelloRequest body = introduction(session);
	struct call call = { 0 };
	enum concur_status status;

	body.resumable = conn->is_remote && !session->ends_with_connection;
	status = session_ask(session, conn, CONCUR_METHOD_SESSION_HELLO, &body.base, &call);
	if (status == CONCUR_OK)
		status = learn(session, conn, &call);
	else if (status == CONCUR_UNAUTHENTICATED)
		status = error_set(status,
		    "the daemon at %s wants a key: set CONCUR_KEY_FILE to the file that holds it", session->url);
	call_fini(&call);
	return status;
}

void
session_goodbye(struct conn *conn)
{
	Concur__V1__Empty body = CONCUR__V1__EMPTY__INIT;
	struct call call = { 0 };

	(void)ask(conn, CONCUR_METHOD_SESSION_GOODBYE, &body.base, GOODBYE_SECONDS * CONCUR_SECOND, &call);
	call_fini(&call);
}
