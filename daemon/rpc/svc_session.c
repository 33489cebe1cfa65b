/* concur.v1.Session */
#include "daemon/rpc/services.h"

#include "daemon/rpc/rpc.h"

static ProtobufCBinaryData
svc_session_text(const char *text)
{
	return (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
}

/* The session, or NULL after an error reply. */
static struct session *
svc_session_begin(struct call *call, const Concur__V1__HelloRequest *request)
{
	struct channel *channel = call->to.channel;
	struct session *session;

	if (call->session) {
		call_fail(call, CONCUR_BAD_MESSAGE, "this connection has said Hello already");
		return NULL;
	}
	if (request->version != RPC_VERSION) {
		call_fail(call, CONCUR_WRONG_VERSION, "this daemon speaks version 1");
		channel_doom(channel, CHANNEL_BROKEN);
		return NULL;
	}
	if (call->core->sessions.count >= call->rpc->limits->sessions_max) {
		call_fail_limit(call, CONCUR_LIMIT, "sessions_max", "end a session, or have the limit raised");
		channel_doom(channel, CHANNEL_BROKEN);
		return NULL;
	}
	session = session_new(call->core, channel->process ? channel->process : request->process, channel);
	if (!session)
		call_fail(call, CONCUR_NO_MEMORY, NULL);
	return session;
}

SVC_HANDLER(svc_session_hello, Session, HelloRequest, HelloReply)
{
	struct channel *channel = call->to.channel;
	const struct limits *limits = call->rpc->limits;
	Concur__V1__HelloReply message = CONCUR__V1__HELLO_REPLY__INIT;
	struct session *session = svc_session_begin(call, request);

	if (!session)
		return;
	channel->session = session;
	channel->has_told = true;
	channel->told_process = request->process;
	channel->told_started = request->started;
	channel_name_client(channel, request->client.data, request->client.len);
	message.version = RPC_VERSION;
	message.session = session_id(session);
	message.daemon = svc_session_text(rpc_daemon);
	message.frame_max = limits->frame_max;
	message.name_max = (uint32_t)limits->name_max;
	message.key_max = (uint32_t)limits->key_max;
	message.depth_max = (uint32_t)limits->depth_max;
	message.calls_max = (uint32_t)limits->calls_max;
	reply(&message, call);
}

SVC_HANDLER(svc_session_goodbye, Session, Empty, DoneReply)
{
	call->to.channel->session = NULL;
	session_end(call->core, call->session, FAREWELL_GOODBYE);
	reply_done(&call->to, OUTCOME_DONE);
	channel_doom(call->to.channel, CHANNEL_GOODBYE);
}

SVC_HANDLER(svc_session_ping, Session, Empty, DoneReply)
{
	reply_done(&call->to, OUTCOME_DONE);
}

/* The header has said it all. */
SVC_HANDLER(svc_session_ack, Session, Empty, DoneReply)
{
	reply_done(&call->to, OUTCOME_DONE);
}

SVC_HANDLER(svc_session_cancel, Session, CancelRequest, CancelReply)
{
	Concur__V1__CancelReply message = CONCUR__V1__CANCEL_REPLY__INIT;
	struct waiter *waiter = waiter_find(call->session, request->call);

	message.result = CONCUR__V1__CANCELLED__TOO_LATE;
	if (request->call == 0 || request->call >= call->head.call)
		message.result = CONCUR__V1__CANCELLED__UNKNOWN;
	if (waiter) {
		message.result = waiter_recall(call->core, waiter) ? CONCUR__V1__CANCELLED__WITHDRAWN
								   : CONCUR__V1__CANCELLED__RETAKING;
		/* The cancelled call's own reply goes first. */
		core_answer(call->core);
	}
	reply(&message, call);
}

SVC_HANDLER(svc_session_context_end, Session, ContextRequest, DoneReply)
{
	session_context_end(call->core, call->session, request->context);
	reply_done(&call->to, OUTCOME_DONE);
}

const Concur__V1__Session_Service svc_session = CONCUR__V1__SESSION__INIT(svc_session_);
