/* concur.v1.Latch */
#include "daemon/rpc/services.h"

#include "daemon/core/latch.h"
#include "daemon/rpc/rpc.h"

static struct latch *
svc_latch_object(struct call *call, uint64_t id)
{
	return (struct latch *)call_object(call, id, KIND_BIT(KIND_LATCH));
}

static void
svc_latch_answer_wait(const struct reply_to *to, const struct result *result)
{
	reply_done(to, result->outcome);
}

static const struct call_ops svc_latch_wait_ops = { { call_answer_waiter }, svc_latch_answer_wait };

SVC_HANDLER(svc_latch_count_down, Latch, CountRequest, CountReply)
{
	struct latch *latch = svc_latch_object(call, request->object);
	enum concur_status status;

	if (!latch)
		return;
	status = latch_count_down(call->core, latch, request->count);
	if (status == CONCUR_OK)
		reply_count(&call->to, OUTCOME_DONE, (int64_t)latch_count(latch));
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_latch_wait, Latch, WaitRequest, DoneReply)
{
	struct latch *latch = svc_latch_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (latch && call_ask(call, request->wait_ns, &svc_latch_wait_ops, &ask))
		call_finish(call, &svc_latch_wait_ops, latch_wait(call->core, latch, &ask, &result), &result);
}

SVC_HANDLER(svc_latch_state, Latch, ObjectRequest, LatchState)
{
	struct latch *latch = svc_latch_object(call, request->object);
	Concur__V1__LatchState message = CONCUR__V1__LATCH_STATE__INIT;

	if (!latch)
		return;
	message.count = latch_count(latch);
	message.waiters = call->object->waiting;
	reply(&message, call);
}

const Concur__V1__Latch_Service svc_latch = CONCUR__V1__LATCH__INIT(svc_latch_);
