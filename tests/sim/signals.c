/* The model of events. */
#include "tests/sim/signals.h"

#include "tests/sim/model.h"

void
signals_init(struct signals *signals)
{
	*signals = (struct signals){ 0 };
	link_init(&signals->event.waiters);
}

/* -- events ------------------------------------------------------------------------------------------------------ */

void
signals_event_set(struct signals *signals, struct model_call *call)
{
	struct model_call *waiter;

	model_call_init(call);
	signals->event.is_set = true;
	while ((waiter = model_first_of(&signals->event.waiters)))
		model_call_over(waiter, CONCUR_OK, MODEL_DONE);
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

void
signals_event_clear(struct signals *signals, struct model_call *call)
{
	model_call_init(call);
	signals->event.is_set = false;
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

void
signals_event_wait(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct signals_event *event = &model->signals.event;

	model_call_init(call);
	call->role = MODEL_EVENT;
	if (event->is_set)
		model_call_over(call, CONCUR_OK, MODEL_DONE);
	else if (wait_ns == 0)
		model_call_over(call, CONCUR_OK, MODEL_TIMED_OUT);
	else
		model_call_wait(model, call, &event->waiters, wait_ns, now_ns);
}
