/* concur.v1.RWLock */
#include "daemon/rpc/services.h"

#include "daemon/core/rwlock.h"
#include "daemon/rpc/rpc.h"
#include "daemon/rpc/svc_lock.h"

static struct rwlock *
svc_rwlock_find(struct call *call, uint64_t id)
{
	return (struct rwlock *)call_object(call, id, KIND_BIT(KIND_RWLOCK));
}

static const struct call_ops svc_rwlock_ops = { { call_answer_waiter }, svc_lock_answer };

SVC_HANDLER(svc_rwlock_read, RWLock, WaitRequest, LockReply)
{
	struct rwlock *rwlock = svc_rwlock_find(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (rwlock && call_ask(call, request->wait_ns, &svc_rwlock_ops, &ask))
		call_finish(call, &svc_rwlock_ops, rwlock_read(call->core, rwlock, &ask, &result), &result);
}

SVC_HANDLER(svc_rwlock_write, RWLock, WaitRequest, LockReply)
{
	struct rwlock *rwlock = svc_rwlock_find(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (rwlock && call_ask(call, request->wait_ns, &svc_rwlock_ops, &ask))
		call_finish(call, &svc_rwlock_ops, rwlock_write(call->core, rwlock, &ask, &result), &result);
}

SVC_HANDLER(svc_rwlock_release_read, RWLock, ObjectRequest, DoneReply)
{
	struct rwlock *rwlock = svc_rwlock_find(call, request->object);

	if (rwlock)
		call_done(call, rwlock_release_read(call->core, rwlock, call->session, call->head.context),
		    OUTCOME_DONE);
}

SVC_HANDLER(svc_rwlock_release_write, RWLock, ObjectRequest, DoneReply)
{
	struct rwlock *rwlock = svc_rwlock_find(call, request->object);

	if (rwlock)
		call_done(call, rwlock_release_write(call->core, rwlock, call->session, call->head.context),
		    OUTCOME_DONE);
}

SVC_HANDLER(svc_rwlock_downgrade, RWLock, ObjectRequest, LockReply)
{
	struct rwlock *rwlock = svc_rwlock_find(call, request->object);
	struct result result = { 0 };

	if (rwlock)
		call_finish(call, &svc_rwlock_ops,
		    rwlock_downgrade(call->core, rwlock, call->session, call->head.context, &result.number), &result);
}

SVC_HANDLER(svc_rwlock_state, RWLock, ObjectRequest, RWLockState)
{
	struct rwlock *rwlock = svc_rwlock_find(call, request->object);
	Concur__V1__RWLockState message = CONCUR__V1__RWLOCK_STATE__INIT;
	struct rwlock_state state;

	if (!rwlock)
		return;
	rwlock_state(rwlock, &state);
	message.readers = state.readers;
	message.written = state.written;
	message.session = state.session;
	message.process = state.process;
	message.context = state.context;
	message.token = state.token;
	message.age_ns = state.written ? call->core->now_ns - state.since_ns : 0;
	message.waiters = state.waiters;
	reply(&message, call);
}

const Concur__V1__RWLock_Service svc_rwlock = CONCUR__V1__RWLOCK__INIT(svc_rwlock_);
