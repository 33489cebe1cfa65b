/* concur.v1.Barrier */
#include "daemon/rpc/services.h"

#include "daemon/core/barrier.h"
#include "daemon/rpc/rpc.h"

static struct barrier *
svc_barrier_object(struct call *call, uint64_t id)
{
	return (struct barrier *)call_object(call, id, KIND_BIT(KIND_BARRIER));
}

/* A BarrierReply has its index and generation in the fields in which a ValuesReply has its version and cursor. */
static void
svc_barrier_answer(const struct reply_to *to, const struct result *result)
{
	struct blob *const action = result->value;
	struct reply_list list = {
		.outcome = result->outcome,
		.version = result->number,
		.cursor = result->generation,
		.blobs = &action,
		.count = action ? 1 : 0,
	};

	reply_list(to, &list);
}

static const struct call_ops svc_barrier_wait_ops = { { call_answer_waiter }, svc_barrier_answer };

SVC_HANDLER(svc_barrier_wait, Barrier, BarrierWaitRequest, BarrierReply)
{
	struct barrier *barrier = svc_barrier_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (!barrier || !call_ask(call, request->wait_ns, &svc_barrier_wait_ops, &ask))
		return;
	if (request->use_default)
		ask.wait_ns = barrier_default_wait(barrier);
	call_finish(call, &svc_barrier_wait_ops, barrier_wait(call->core, barrier, &ask, &result), &result);
}

SVC_HANDLER(svc_barrier_action_done, Barrier, ActionDoneRequest, BarrierReply)
{
	struct barrier *barrier = svc_barrier_object(call, request->object);
	struct result result = { 0 };

	if (barrier)
		call_finish(call, &svc_barrier_wait_ops,
		    barrier_action_done(call->core, barrier, call->session, call->head.context, request->generation,
			request->failed, &result.number),
		    &result);
}

SVC_HANDLER(svc_barrier_abort, Barrier, ObjectRequest, DoneReply)
{
	struct barrier *barrier = svc_barrier_object(call, request->object);

	if (!barrier)
		return;
	barrier_abort(call->core, barrier);
	reply_done(&call->to, OUTCOME_DONE);
}

SVC_HANDLER(svc_barrier_reset, Barrier, ObjectRequest, DoneReply)
{
	struct barrier *barrier = svc_barrier_object(call, request->object);

	if (!barrier)
		return;
	barrier_reset(call->core, barrier);
	reply_done(&call->to, OUTCOME_DONE);
}

SVC_HANDLER(svc_barrier_state, Barrier, ObjectRequest, BarrierState)
{
	struct barrier *barrier = svc_barrier_object(call, request->object);
	Concur__V1__BarrierState message = CONCUR__V1__BARRIER_STATE__INIT;
	struct barrier_state state;

	if (!barrier)
		return;
	barrier_state(barrier, &state);
	message.parties = state.parties;
	message.waiting = state.waiting;
	message.broken = state.broken;
	message.acting = state.acting;
	message.default_wait_ns = state.default_wait_ns;
	reply(&message, call);
}

const Concur__V1__Barrier_Service svc_barrier = CONCUR__V1__BARRIER__INIT(svc_barrier_);
