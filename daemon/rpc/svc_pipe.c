/* concur.v1.Pipe */
#include "daemon/rpc/services.h"

#include "daemon/core/pipe.h"
#include "daemon/rpc/rpc.h"

#include <string.h>

static struct pipe *
svc_pipe_object(struct call *call, uint64_t id)
{
	return (struct pipe *)call_object(call, id, KIND_BIT(KIND_PIPE));
}

/* -- making ------------------------------------------------------------------------------------------------------- */

/* "NAME.0" and "NAME.1". */
static bool
svc_pipe_names(struct call *call, const ProtobufCBinaryData *name, struct value *ret_names)
{
	for (unsigned i = 0; i < 2; i++) {
		ProtobufCBinaryData whole = { name->len + 2, call_alloc(call, name->len + 2) };

		if (!whole.data)
			return false;
		memcpy(whole.data, name->data, name->len);
		whole.data[name->len] = '.';
		whole.data[name->len + 1] = (uint8_t)('0' + i);
		if (!call_name(call, &whole, &ret_names[i]))
			return false;
	}
	return true;
}

/* The session refers to both ends, or to none: then they go at the turn's end. */
static bool
svc_pipe_refer(struct call *call, struct pipe *const ends[2])
{
	struct object *first = (struct object *)ends[0], *second = (struct object *)ends[1];

	if (session_ref(call->core, call->session, first) < 0)
		goto no_first;
	if (session_ref(call->core, call->session, second) < 0)
		goto no_second;
	return true;

no_second:
	(void)session_unref(call->core, call->session, object_id(first));
no_first:
	pipe_close(call->core, ends[0]);
	pipe_close(call->core, ends[1]);
	return false;
}

SVC_HANDLER(svc_pipe_new, Pipe, PipeRequest, PipeReply)
{
	Concur__V1__PipeReply message = CONCUR__V1__PIPE_REPLY__INIT;
	struct pipe_options options = { .creator = call->session, .duplex = request->duplex };
	enum concur_status status;
	struct value names[2];
	struct pipe *ends[2];

	if (!call_lifetime(call, request->lifetime, request->name.len > 0))
		return;
	options.lifetime = (enum lifetime)request->lifetime;
	if (request->name.len) {
		if (!svc_pipe_names(call, &request->name, names))
			return;
		options.names[0] = &names[0];
		options.names[1] = &names[1];
	}
	status = pipe_new(call->core, &options, ends);
	if (status == CONCUR_OK && !svc_pipe_refer(call, ends))
		status = CONCUR_NO_MEMORY;
	if (status != CONCUR_OK) {
		call_fail(call, status, NULL);
		return;
	}
	message.end0 = object_id((struct object *)ends[0]);
	message.end1 = object_id((struct object *)ends[1]);
	reply(&message, call);
}

/* -- using -------------------------------------------------------------------------------------------------------- */

static void
svc_pipe_answer_done(const struct reply_to *to, const struct result *result)
{
	reply_done(to, result->outcome);
}

static void
svc_pipe_answer_value(const struct reply_to *to, const struct result *result)
{
	reply_item(to, result->outcome, result->value);
}

static const struct call_ops svc_pipe_send_ops = { { call_answer_waiter }, svc_pipe_answer_done };
static const struct call_ops svc_pipe_recv_ops = { { call_answer_waiter }, svc_pipe_answer_value };
static const struct call_ops svc_pipe_poll_ops = { { call_answer_waiter }, svc_pipe_answer_done };

static void
svc_pipe_finish(struct call *call, const struct call_ops *ops, enum concur_status status, struct result *result)
{
	if (status == CONCUR_TYPE_ERROR)
		call_fail(call, status, "this end of the pipe is for the other direction");
	else
		call_finish(call, ops, status, result);
}

SVC_HANDLER(svc_pipe_send, Pipe, SendRequest, DoneReply)
{
	struct pipe *pipe = svc_pipe_object(call, request->object);
	struct result result = { 0 };
	struct value value;
	struct ask ask;
	bool refers;

	if (pipe && call_value(call, &request->value, &value, &refers) &&
	    call_ask(call, request->wait_ns, &svc_pipe_send_ops, &ask))
		svc_pipe_finish(call, &svc_pipe_send_ops, pipe_send(call->core, pipe, &ask, &value, refers, &result),
		    &result);
}

SVC_HANDLER(svc_pipe_recv, Pipe, WaitRequest, ValueReply)
{
	struct pipe *pipe = svc_pipe_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (pipe && call_ask(call, request->wait_ns, &svc_pipe_recv_ops, &ask))
		svc_pipe_finish(call, &svc_pipe_recv_ops, pipe_recv(call->core, pipe, &ask, &result), &result);
}

SVC_HANDLER(svc_pipe_poll, Pipe, WaitRequest, DoneReply)
{
	struct pipe *pipe = svc_pipe_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (pipe && call_ask(call, request->wait_ns, &svc_pipe_poll_ops, &ask))
		svc_pipe_finish(call, &svc_pipe_poll_ops, pipe_poll(call->core, pipe, &ask, &result), &result);
}

SVC_HANDLER(svc_pipe_close, Pipe, ObjectRequest, DoneReply)
{
	struct pipe *pipe = svc_pipe_object(call, request->object);

	if (!pipe)
		return;
	pipe_close(call->core, pipe);
	reply_done(&call->to, OUTCOME_DONE);
}

SVC_HANDLER(svc_pipe_state, Pipe, ObjectRequest, PipeState)
{
	struct pipe *pipe = svc_pipe_object(call, request->object);
	Concur__V1__PipeState message = CONCUR__V1__PIPE_STATE__INIT;
	struct pipe_state state;

	if (!pipe)
		return;
	pipe_state(pipe, &state);
	message.size = state.size;
	message.bytes = state.bytes;
	message.receivers = state.receivers;
	message.pollers = state.pollers;
	message.senders = state.senders;
	message.receives = state.receives;
	message.sends = state.sends;
	message.is_open = state.is_open;
	message.in_doubt = state.in_doubt;
	reply(&message, call);
}

const Concur__V1__Pipe_Service svc_pipe = CONCUR__V1__PIPE__INIT(svc_pipe_);
