/* concur.v1.Semaphore */
#include "daemon/rpc/services.h"

#include "daemon/core/semaphore.h"
#include "daemon/rpc/rpc.h"

static struct semaphore *
svc_semaphore_object(struct call *call, uint64_t id)
{
	return (struct semaphore *)call_object(call, id, KIND_BIT(KIND_SEMAPHORE));
}

static const struct call_ops svc_semaphore_acquire_ops = { { call_answer_waiter }, svc_lock_answer };

SVC_HANDLER(svc_semaphore_acquire, Semaphore, PermitsRequest, LockReply)
{
	struct semaphore *semaphore = svc_semaphore_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (semaphore && call_ask(call, request->wait_ns, &svc_semaphore_acquire_ops, &ask))
		call_finish(call, &svc_semaphore_acquire_ops,
		    semaphore_acquire(call->core, semaphore, &ask, request->count, &result), &result);
}

SVC_HANDLER(svc_semaphore_release, Semaphore, CountRequest, DoneReply)
{
	struct semaphore *semaphore = svc_semaphore_object(call, request->object);

	if (semaphore)
		call_done(call,
		    semaphore_release(call->core, semaphore, call->session, call->head.context, request->count),
		    OUTCOME_DONE);
}

SVC_HANDLER(svc_semaphore_resize, Semaphore, CountRequest, DoneReply)
{
	struct semaphore *semaphore = svc_semaphore_object(call, request->object);

	if (semaphore)
		call_done(call, semaphore_resize(call->core, semaphore, request->count), OUTCOME_DONE);
}

SVC_HANDLER(svc_semaphore_state, Semaphore, ObjectRequest, SemaphoreState)
{
	struct semaphore *semaphore = svc_semaphore_object(call, request->object);
	Concur__V1__SemaphoreState message = CONCUR__V1__SEMAPHORE_STATE__INIT;
	struct semaphore_state state;

	if (!semaphore)
		return;
	semaphore_state(semaphore, &state);
	message.value = state.value;
	message.count = state.count;
	message.holders = state.holders;
	message.waiters = state.waiters;
	message.credits = state.credits;
	message.bounded = state.bounded;
	message.strict = state.strict;
	reply(&message, call);
}

const Concur__V1__Semaphore_Service svc_semaphore = CONCUR__V1__SEMAPHORE__INIT(svc_semaphore_);
