/* concur.v1.Session */
#include "daemon/rpc/services.h"

#include "daemon/rpc/resume.h"
#include "daemon/rpc/rpc.h"

static ProtobufCBinaryData
svc_session_text(const char *text)
{
	return (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
}

/* False after an error reply. */
static bool
svc_session_speaks(struct call *call, uint32_t version)
{
	if (version == RPC_VERSION)
		return true;
	call_fail(call, CONCUR_WRONG_VERSION, "this daemon speaks version 1");
	channel_doom(call->to.channel, CHANNEL_BROKEN);
	return false;
}

/* The challenge that is to be met, or NULL after an error reply. */
static struct challenge *
svc_session_challenge_of(struct call *call)
{
	struct challenge *challenge = call->to.channel->challenge;

	/* A client that was told to use a key must not take this daemon for the one that has it. */
	if (!challenge)
		call_fail(call, CONCUR_AUTHENTICATION, "the daemon asks for no key on this connection, and shows none");
	return challenge;
}

/* The proof was not begun or not given as it has to be. */
static void
svc_session_fail_proof(struct call *call, enum concur_status status, const char *detail)
{
	call_fail(call, status, detail);
	channel_doom(call->to.channel, status == CONCUR_NO_MEMORY ? CHANNEL_NO_MEMORY : CHANNEL_UNPROVEN);
}

SVC_HANDLER(svc_session_challenge, Session, ChallengeRequest, ChallengeReply)
{
	Concur__V1__ChallengeReply message = CONCUR__V1__CHALLENGE_REPLY__INIT;
	struct challenge *challenge = svc_session_challenge_of(call);
	enum concur_status status;

	if (!challenge || !svc_session_speaks(call, request->version))
		return;
	status = challenge_begin(challenge, request->version, request->nonce.data, request->nonce.len);
	if (status != CONCUR_OK) {
		svc_session_fail_proof(call, status, "one challenge a connection, and 32 bytes a nonce");
		return;
	}
	message.nonce = (ProtobufCBinaryData){ PROOF_NONCE, challenge->talk.daemon_nonce };
	reply(&message, call);
}

SVC_HANDLER(svc_session_prove, Session, ProveRequest, ProveReply)
{
	Concur__V1__ProveReply message = CONCUR__V1__PROVE_REPLY__INIT;
	struct challenge *challenge = svc_session_challenge_of(call);
	uint8_t proof[PROOF_SIZE];
	enum concur_status status;

	if (!challenge)
		return;
	challenge->call = call->head.call;
	challenge->one_way = call->to.one_way;
	status = challenge_answer(challenge, call->rpc->key, request->proof.data, request->proof.len, proof);
	if (status == CONCUR_OK) {
		channel_admit(call->to.channel);
		message.proof = (ProtobufCBinaryData){ PROOF_SIZE, proof };
		reply(&message, call);
	} else if (status == CONCUR_AUTHENTICATION) {
		channel_hold(call->to.channel, CHANNEL_WRONG_KEY);
	} else {
		svc_session_fail_proof(call, status, "a proof is the answer to a challenge");
	}
}

/* The session, or NULL after an error reply. */
static struct session *
svc_session_begin(struct call *call, const Concur__V1__HelloRequest *request)
{
	struct channel *channel = call->to.channel;
	struct session *session;

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

static void
svc_session_note(struct channel *channel, const Concur__V1__HelloRequest *request)
{
	channel->has_told = true;
	channel->told_process = request->process;
	channel->told_started = request->started;
	channel_name_client(channel, request->client.data, request->client.len);
}

/* What every answer to Hello tells. */
static Concur__V1__HelloReply
svc_session_welcome(const struct call *call, const struct session *session)
{
	const struct limits *limits = call->rpc->limits;
	Concur__V1__HelloReply message = CONCUR__V1__HELLO_REPLY__INIT;

	message.version = RPC_VERSION;
	message.session = session_id(session);
	message.daemon = svc_session_text(rpc_daemon);
	message.frame_max = limits->frame_max;
	message.name_max = (uint32_t)limits->name_max;
	message.key_max = (uint32_t)limits->key_max;
	message.depth_max = (uint32_t)limits->depth_max;
	message.calls_max = (uint32_t)limits->calls_max;
	return message;
}

/* The session can be resumed, as the answer says: what it is to know for that. */
static void
svc_session_promise(const struct limits *limits, const struct resume *resume, Concur__V1__HelloReply *message)
{
	message->secret = (ProtobufCBinaryData){ SECRET_SIZE, (uint8_t *)(uintptr_t)resume->secret };
	message->grace_ns = resume_grace_ns(limits);
	message->silence_ns =
	    limits->silence_seconds < INT64_MAX / CORE_SECOND ? limits->silence_seconds * CORE_SECOND : INT64_MAX;
}

static void
svc_session_resume(struct call *call, const Concur__V1__HelloRequest *request, Concur__V1__HelloReply_Closure reply)
{
	struct channel *channel = call->to.channel, *before;
	Concur__V1__HelloReply message;
	const char *why;
	enum concur_status status = resume_find(channel, request->session, request->secret.data, request->secret.len,
	    request->replies_read, &before, &why);

	if (status != CONCUR_OK) {
		call_fail(call, status, why);
		return;
	}
	message = svc_session_welcome(call, before->session);
	svc_session_promise(call->rpc->limits, before->resume, &message);
	message.calls_seen = before->last_call;
	reply(&message, call);
	if (channel->doom != CHANNEL_FINE)
		return;
	svc_session_note(channel, request);
	resume_take_over(channel, before);
}

SVC_HANDLER(svc_session_hello, Session, HelloRequest, HelloReply)
{
	struct channel *channel = call->to.channel;
	Concur__V1__HelloReply message;

	if (call->session) {
		call_fail(call, CONCUR_BAD_MESSAGE, "this connection has said Hello already");
		return;
	}
	if (!svc_session_speaks(call, request->version))
		return;
	if (request->session) {
		svc_session_resume(call, request, reply);
		return;
	}
	channel->session = svc_session_begin(call, request);
	if (!channel->session)
		return;
	svc_session_note(channel, request);
	message = svc_session_welcome(call, channel->session);
	if (request->resumable && channel->resume && call->rpc->limits->grace_seconds) {
		resume_grant(channel->resume);
		svc_session_promise(call->rpc->limits, channel->resume, &message);
	}
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

SVC_HANDLER(svc_session_give_back, Session, GiveBackRequest, DoneReply)
{
	struct channel *channel = call->to.channel;
	/* What is behind it is too large for one that was written. */
	uint64_t number = channel->replies_read + (uint32_t)(request->reply - (uint32_t)channel->replies_read);
	enum concur_status status = deliveries_give_back(call->core, &call->session->deliveries, number);

	call_done(call, status, OUTCOME_DONE);
	if (status == CONCUR_OK)
		return;
	/* What it could not give back must not pass for read: its death brings it back when there is memory. */
	channel_lose_session(channel);
	channel_doom(channel, CHANNEL_NO_MEMORY);
}

SVC_HANDLER(svc_session_context_end, Session, ContextRequest, DoneReply)
{
	session_context_end(call->core, call->session, request->context);
	reply_done(&call->to, OUTCOME_DONE);
}

const Concur__V1__Session_Service svc_session = CONCUR__V1__SESSION__INIT(svc_session_);
