/* Calls on pipes. */
#include "shapes.h"

#include "error.h"
#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/pipe.pb-c.h"

static concur_future *
pipe_new(unsigned flags, concur_session *session, const char *name, const struct concur_open *how)
{
	struct request request = { .session = session,
		.method = CONCUR_METHOD_PIPE_NEW,
		.result = RESULT_ENDS,
		.flags = flags };
	Concur__V1__PipeRequest body = CONCUR__V1__PIPE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, &request);
	pack_name(&pack, name, &body.name);
	if (how) {
		body.lifetime = (Concur__V1__Lifetime)how->lifetime;
		body.duplex = how->duplex;
	}
	return pack_begin(&pack, &body.base);
}

FORMS(ends, struct concur_ends, pipe_new, (concur_session * session, const char *name, const struct concur_open *how),
    (session, name, how))

static concur_future *
pipe_send(unsigned flags, concur_pipe *pipe, struct concur_value value, int64_t timeout_ns)
{
	Concur__V1__SendRequest body = CONCUR__V1__SEND_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_WAITING(pipe, CONCUR_METHOD_PIPE_SEND, RESULT_DONE, flags));
	body.object = pack.object;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	pack_value(&pack, &value, &body.value);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(pipe_send, (concur_pipe * pipe, struct concur_value value, int64_t timeout_ns), (pipe, value, timeout_ns))

static concur_future *
pipe_recv(unsigned flags, concur_pipe *pipe, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(pipe, CONCUR_METHOD_PIPE_RECV, RESULT_VALUE, flags), timeout_ns);
}

FORMS(value, struct concur_value, pipe_recv, (concur_pipe * pipe, int64_t timeout_ns), (pipe, timeout_ns))

static concur_future *
pipe_poll(unsigned flags, concur_pipe *pipe, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(pipe, CONCUR_METHOD_PIPE_POLL, RESULT_DONE, flags), timeout_ns);
}

FORMS_DONE(pipe_poll, (concur_pipe * pipe, int64_t timeout_ns), (pipe, timeout_ns))

static concur_future *
pipe_close(unsigned flags, concur_pipe *pipe)
{
	return shape_object(ON(pipe, CONCUR_METHOD_PIPE_CLOSE, RESULT_DONE, flags));
}

FORMS_DONE(pipe_close, (concur_pipe * pipe), (pipe))

static concur_future *
pipe_state(unsigned flags, concur_pipe *pipe)
{
	return shape_object(ON(pipe, CONCUR_METHOD_PIPE_STATE, RESULT_PIPE_STATE, flags));
}

FORMS(pipe_state, struct concur_pipe_state, pipe_state, (concur_pipe * pipe), (pipe))

/* -- results ------------------------------------------------------------------------------------------------------ */

enum concur_status
concur_future_ends(concur_future *future, struct concur_ends *ret_ends)
{
	enum concur_status status = future_settle(future, RESULT_ENDS);
	Concur__V1__PipeReply *reply;
	concur_object *ends[2];

	if (status != CONCUR_OK)
		return status;
	if (!ret_ends || future->taken)
		return error_set(CONCUR_BAD_ARGUMENT, "the handles have been taken from this future");
	reply = concur__v1__pipe_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	ends[0] = future_handle(future, reply->end0, CONCUR_KIND_PIPE);
	ends[1] = future_handle(future, reply->end1, CONCUR_KIND_PIPE);
	concur__v1__pipe_reply__free_unpacked(reply, NULL);
	if (!ends[0] || !ends[1])
		goto no_memory;
	future->taken = true;
	*ret_ends = (struct concur_ends){ { (concur_pipe *)(void *)ends[0], (concur_pipe *)(void *)ends[1] } };
	return CONCUR_OK;

no_memory:
	object_drop(ends[0]);
	object_drop(ends[1]);
	return error_plain(CONCUR_NO_MEMORY);
}

enum concur_status
concur_future_pipe_state(concur_future *future, struct concur_pipe_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_PIPE_STATE);
	Concur__V1__PipeState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__pipe_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_state = (struct concur_pipe_state){
		.size = reply->size,
		.bytes = reply->bytes,
		.receivers = reply->receivers,
		.pollers = reply->pollers,
		.senders = reply->senders,
		.receives = reply->receives,
		.sends = reply->sends,
		.is_open = reply->is_open,
		.in_doubt = reply->in_doubt,
	};
	concur__v1__pipe_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}
