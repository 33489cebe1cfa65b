/* concur.v1.Lock */
#include "daemon/rpc/services.h"

#include "daemon/core/lock.h"
#include "daemon/rpc/rpc.h"

void
svc_lock_answer(const struct reply_to *to, const struct result *result)
{
	Concur__V1__LockReply reply = CONCUR__V1__LOCK_REPLY__INIT;
	Concur__V1__OwnerDeath death = CONCUR__V1__OWNER_DEATH__INIT;

	reply.outcome = (Concur__V1__Outcome)result->outcome;
	reply.token = result->number;
	if (result->outcome == OUTCOME_OWNER_DIED) {
		death.session = result->death.session;
		death.process = result->death.process;
		death.context = result->death.context;
		death.token = result->death.token;
		death.age_ns = to->channel->rpc->core->now_ns - result->death.at_ns;
		reply.death = &death;
	}
	reply_message(to, &reply.base);
}

static const struct call_ops svc_lock_acquire_ops = { { call_answer_waiter }, svc_lock_answer };

SVC_HANDLER(svc_lock_acquire, Lock, WaitRequest, LockReply)
{
	struct object *object = call_object(call, request->object, KIND_BIT(KIND_LOCK));
	struct result result = { 0 };
	struct ask ask;

	if (object && call_ask(call, request->wait_ns, &svc_lock_acquire_ops, &ask))
		call_finish(call, &svc_lock_acquire_ops, lock_acquire(call->core, (struct lock *)object, &ask, &result),
		    &result);
}

SVC_HANDLER(svc_lock_release, Lock, ObjectRequest, DoneReply)
{
	struct object *object = call_object(call, request->object, KIND_BIT(KIND_LOCK));

	if (object)
		call_done(call, lock_release(call->core, (struct lock *)object, call->session, call->head.context),
		    OUTCOME_DONE);
}

SVC_HANDLER(svc_lock_state, Lock, ObjectRequest, LockState)
{
	struct object *object = call_object(call, request->object, KIND_BIT(KIND_LOCK));
	Concur__V1__LockState message = CONCUR__V1__LOCK_STATE__INIT;
	struct lock_state state;

	if (!object)
		return;
	lock_state((struct lock *)object, &state);
	message.locked = state.locked;
	message.session = state.session;
	message.process = state.process;
	message.context = state.context;
	message.token = state.token;
	message.age_ns = state.locked ? call->core->now_ns - state.since_ns : 0;
	message.waiters = state.waiters;
	message.credits = state.credit;
	reply(&message, call);
}

const Concur__V1__Lock_Service svc_lock = CONCUR__V1__LOCK__INIT(svc_lock_);
