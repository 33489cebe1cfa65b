/* concur.v1.Event */
#include "daemon/rpc/services.h"

#include "daemon/core/event.h"
#include "daemon/rpc/rpc.h"

static struct event *
svc_event_object(struct call *call, uint64_t id)
{
	return (struct event *)call_object(call, id, KIND_BIT(KIND_EVENT));
}

static void
svc_event_answer_wait(const struct reply_to *to, const struct result *result)
{
	reply_done(to, result->outcome);
}

static const struct call_ops svc_event_wait_ops = { { call_answer_waiter }, svc_event_answer_wait };

SVC_HANDLER(svc_event_set, Event, ObjectRequest, DoneReply)
{
	struct event *event = svc_event_object(call, request->object);

	if (!event)
		return;
	event_set(call->core, event);
	reply_done(&call->to, OUTCOME_DONE);
}

SVC_HANDLER(svc_event_clear, Event, ObjectRequest, DoneReply)
{
	struct event *event = svc_event_object(call, request->object);

	if (!event)
		return;
	event_clear(call->core, event);
	reply_done(&call->to, OUTCOME_DONE);
}

SVC_HANDLER(svc_event_wait, Event, WaitRequest, DoneReply)
{
	struct event *event = svc_event_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (event && call_ask(call, request->wait_ns, &svc_event_wait_ops, &ask))
		call_finish(call, &svc_event_wait_ops, event_wait(call->core, event, &ask, &result), &result);
}

SVC_HANDLER(svc_event_state, Event, ObjectRequest, EventState)
{
	struct event *event = svc_event_object(call, request->object);
	Concur__V1__EventState message = CONCUR__V1__EVENT_STATE__INIT;

	if (!event)
		return;
	message.is_set = event_is_set(event);
	message.waiters = call->object->waiting;
	reply(&message, call);
}

const Concur__V1__Event_Service svc_event = CONCUR__V1__EVENT__INIT(svc_event_);
