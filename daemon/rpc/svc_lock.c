/* concur.v1.Lock, for the kinds lock and rlock, and for the lock of a condition. */
#include "daemon/rpc/svc_lock.h"

#include "daemon/core/condition.h"
#include "daemon/rpc/rpc.h"
#include "daemon/rpc/services.h"

enum { SVC_LOCK_KINDS = KIND_BIT(KIND_LOCK) | KIND_BIT(KIND_RLOCK) | KIND_BIT(KIND_CONDITION) };

static struct lock *
svc_lock_find(struct call *call, uint64_t id)
{
	struct object *object = call_object(call, id, SVC_LOCK_KINDS);
	struct lock *lock = (struct lock *)object;

	if (!object || lock_is(object))
		return lock;
	lock = condition_lock((struct condition *)object);
	if (!lock)
		call_fail(call, CONCUR_NOT_FOUND, "the lock that it was on is gone");
	return lock;
}

void
svc_lock_answer(const struct reply_to *to, const struct result *result)
{
	Concur__V1__LockReply reply = CONCUR__V1__LOCK_REPLY__INIT;
	Concur__V1__OwnerDeath death = CONCUR__V1__OWNER_DEATH__INIT;

	if (!result->death.session) {
		reply_token(to, result->outcome, result->number);
		return;
	}
	reply.outcome = (Concur__V1__Outcome)result->outcome;
	reply.token = result->number;
	death.session = result->death.session;
	death.process = result->death.process;
	death.context = result->death.context;
	death.token = result->death.token;
	death.age_ns = to->channel->rpc->core->now_ns - result->death.at_ns;
	reply.death = &death;
	reply_message(to, &reply.base);
}

static const struct call_ops svc_lock_acquire_ops = { { call_answer_waiter }, svc_lock_answer };

SVC_HANDLER(svc_lock_acquire, Lock, WaitRequest, LockReply)
{
	struct lock *lock = svc_lock_find(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (lock && call_ask(call, request->wait_ns, &svc_lock_acquire_ops, &ask))
		call_finish(call, &svc_lock_acquire_ops, lock_acquire(call->core, lock, &ask, &result), &result);
}

SVC_HANDLER(svc_lock_release, Lock, ObjectRequest, DoneReply)
{
	struct lock *lock = svc_lock_find(call, request->object);

	if (lock)
		call_done(call, lock_release(call->core, lock, call->session, call->head.context), OUTCOME_DONE);
}

SVC_HANDLER(svc_lock_consistent, Lock, TokenRequest, DoneReply)
{
	struct lock *lock = svc_lock_find(call, request->object);
	enum concur_status status;
	bool was_needed;

	if (!lock)
		return;
	status = lock_consistent(call->core, lock, request->token, &was_needed);
	call_done(call, status, was_needed ? OUTCOME_DONE : OUTCOME_NOT_THERE);
}

SVC_HANDLER(svc_lock_state, Lock, ObjectRequest, LockState)
{
	struct lock *lock = svc_lock_find(call, request->object);
	Concur__V1__LockState message = CONCUR__V1__LOCK_STATE__INIT;
	struct lock_state state;

	if (!lock)
		return;
	lock_state(lock, &state);
	message.locked = state.locked;
	message.session = state.session;
	message.process = state.process;
	message.context = state.context;
	message.token = state.token;
	message.age_ns = state.locked ? call->core->now_ns - state.since_ns : 0;
	message.waiters = state.waiters;
	message.credits = state.credit;
	message.depth = state.depth;
	message.inconsistent = state.inconsistent;
	message.unrecoverable = state.unrecoverable;
	reply(&message, call);
}

const Concur__V1__Lock_Service svc_lock = CONCUR__V1__LOCK__INIT(svc_lock_);
