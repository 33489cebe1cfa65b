/* concur.v1.Condition */
#include "daemon/rpc/services.h"

#include "daemon/core/condition.h"
#include "daemon/rpc/rpc.h"
#include "daemon/rpc/svc_lock.h"

static struct condition *
svc_condition_find(struct call *call, uint64_t id)
{
	struct condition *condition = (struct condition *)call_object(call, id, KIND_BIT(KIND_CONDITION));

	if (!condition || condition_lock(condition))
		return condition;
	call_fail(call, CONCUR_NOT_FOUND, "the lock that it was on is gone");
	return NULL;
}

static const struct call_ops svc_condition_wait_ops = { { call_answer_waiter }, svc_lock_answer };

SVC_HANDLER(svc_condition_wait, Condition, WaitRequest, LockReply)
{
	struct condition *condition = svc_condition_find(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (condition && call_ask(call, request->wait_ns, &svc_condition_wait_ops, &ask))
		call_finish(call, &svc_condition_wait_ops, condition_wait(call->core, condition, &ask, &result),
		    &result);
}

static void
svc_condition_wake(struct call *call, uint64_t id, uint64_t most)
{
	struct condition *condition = svc_condition_find(call, id);
	enum concur_status status;
	uint64_t woken;

	if (!condition)
		return;
	status = condition_notify(call->core, condition, call->session, call->head.context, most, &woken);
	if (status == CONCUR_OK)
		reply_count(&call->to, OUTCOME_DONE, (int64_t)woken);
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_condition_notify, Condition, CountRequest, CountReply)
{
	if (request->count >= 0)
		svc_condition_wake(call, request->object, (uint64_t)request->count);
	else if (svc_condition_find(call, request->object))
		call_fail(call, CONCUR_VALUE_ERROR, NULL);
}

SVC_HANDLER(svc_condition_notify_all, Condition, ObjectRequest, CountReply)
{
	svc_condition_wake(call, request->object, UINT64_MAX);
}

SVC_HANDLER(svc_condition_lock, Condition, ObjectRequest, OpenReply)
{
	struct condition *condition = svc_condition_find(call, request->object);

	if (condition)
		call_opened(call, (struct object *)condition_lock(condition), false, NULL, reply);
}

const Concur__V1__Condition_Service svc_condition = CONCUR__V1__CONDITION__INIT(svc_condition_);
