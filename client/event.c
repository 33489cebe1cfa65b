/* Calls on events. */
#include "shapes.h"

#include "concur/v1/event.pb-c.h"
#include "concur/v1/methods.h"

static concur_future *
event_set(unsigned flags, concur_event *event)
{
	return shape_object(ON(event, CONCUR_METHOD_EVENT_SET, RESULT_DONE, flags));
}

FORMS_DONE(event_set, (concur_event * event), (event))

static concur_future *
event_clear(unsigned flags, concur_event *event)
{
	return shape_object(ON(event, CONCUR_METHOD_EVENT_CLEAR, RESULT_DONE, flags));
}

FORMS_DONE(event_clear, (concur_event * event), (event))

static concur_future *
event_wait(unsigned flags, concur_event *event, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(event, CONCUR_METHOD_EVENT_WAIT, RESULT_DONE, flags), timeout_ns);
}

FORMS_DONE(event_wait, (concur_event * event, int64_t timeout_ns), (event, timeout_ns))

static concur_future *
event_state(unsigned flags, concur_event *event)
{
	return shape_object(ON(event, CONCUR_METHOD_EVENT_STATE, RESULT_EVENT_STATE, flags));
}

enum concur_status
concur_future_event_state(concur_future *future, struct concur_event_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_EVENT_STATE);
	Concur__V1__EventState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__event_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_state = (struct concur_event_state){ reply->is_set, reply->waiters };
	concur__v1__event_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}

FORMS(event_state, struct concur_event_state, event_state, (concur_event * event), (event))
