/* The model of barriers. That somebody has left shows in the queues: they hold fewer than have come. */
#include "tests/sim/signals.h"

#include "tests/sim/model.h"

static unsigned
length_of(const struct link *queue)
{
	unsigned length = 0;

	for (const struct link *at = queue->next; at != queue; at = at->next)
		length++;
	return length;
}

static void
fail_all(struct link *queue)
{
	struct model_call *call;

	while ((call = model_first_of(queue)))
		model_call_over(call, CONCUR_BROKEN_BARRIER, MODEL_DONE);
}

static void
break_next(struct signals_barrier *barrier)
{
	barrier->is_broken = true;
	barrier->next_waiting = 0;
	fail_all(&barrier->next);
}

static void
break_all(struct signals_barrier *barrier)
{
	barrier->is_acting = false;
	barrier->waiting = 0;
	fail_all(&barrier->waiters);
	break_next(barrier);
}

static void
come_last(struct model *model, struct signals_barrier *barrier, struct model_call *call)
{
	call->reply.number = (int64_t)barrier->parties - 1;
	if (!barrier->has_action) {
		model_call_over(call, CONCUR_OK, MODEL_DONE);
		return;
	}
	barrier->is_acting = true;
	barrier->session = call->session;
	barrier->context = call->context;
	barrier->act = call->reply.grant = ++model->signals.acts;
	for (struct link *at = barrier->waiters.next; at != &barrier->waiters; at = at->next)
		LINK_ENTRY(at, struct model_call, in_object)->deadline_ns = MODEL_NEVER;
	model_call_over(call, CONCUR_OK, MODEL_RUN_ACTION);
}

/* All go on, and those of the next generation move up. */
static void
pass(struct model *model, struct signals_barrier *barrier)
{
	struct model_call *call;

	barrier->is_acting = false;
	barrier->waiting = 0;
	while ((call = model_first_of(&barrier->waiters)))
		model_call_over(call, CONCUR_OK, MODEL_DONE);
	while (!barrier->is_acting && (call = model_first_of(&barrier->next))) {
		barrier->next_waiting--;
		if (barrier->waiting + 1 == barrier->parties) {
			come_last(model, barrier, call);
			return;
		}
		link_remove(&call->in_object);
		link_append(&barrier->waiters, &call->in_object);
		call->reply.number = barrier->waiting++;
	}
}

void
signals_barrier_wait(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct signals_barrier *barrier = &model->signals.barriers[call->object];

	model_call_init(call);
	call->role = MODEL_BARRIER;
	if (barrier->is_broken) {
		model_call_over(call, CONCUR_BROKEN_BARRIER, MODEL_DONE);
	} else if (!barrier->is_acting && barrier->waiting + 1 == barrier->parties) {
		come_last(model, barrier, call);
		if (!barrier->is_acting)
			pass(model, barrier);
	} else if (wait_ns == 0) {
		model_call_over(call, CONCUR_BROKEN_BARRIER, MODEL_DONE);
		barrier->is_acting ? break_next(barrier) : break_all(barrier);
	} else if (barrier->is_acting) {
		barrier->next_waiting++;
		model_call_wait(model, call, &barrier->next, wait_ns, now_ns);
	} else {
		call->reply.number = barrier->waiting++;
		model_call_wait(model, call, &barrier->waiters, wait_ns, now_ns);
	}
}

void
signals_action_done(struct model *model, struct model_call *call, uint64_t act, bool failed)
{
	struct signals_barrier *barrier = &model->signals.barriers[call->object];
	bool is_due = barrier->is_acting && barrier->act == act;
	bool is_own = barrier->session == call->session && barrier->context == call->context;

	model_call_init(call);
	call->role = MODEL_BARRIER;
	call->reply.number = (int64_t)barrier->parties - 1;
	model_call_over(call, !is_due ? CONCUR_BROKEN_BARRIER : !is_own ? CONCUR_NOT_OWNER : CONCUR_OK, MODEL_DONE);
	if (call->reply.status != CONCUR_OK)
		return;
	if (failed)
		break_all(barrier);
	else
		pass(model, barrier);
}

void
signals_barrier_break(struct signals *signals, struct model_call *call, bool is_reset)
{
	struct signals_barrier *barrier = &signals->barriers[call->object];

	model_call_init(call);
	break_all(barrier);
	barrier->is_broken = !is_reset;
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

void
signals_barrier_settle(struct signals_barrier *barrier)
{
	if (length_of(&barrier->waiters) < barrier->waiting)
		break_all(barrier);
	else if (length_of(&barrier->next) < barrier->next_waiting)
		break_next(barrier);
}

void
signals_barrier_let_go(struct signals_barrier *barrier, const struct model_session *session, uint64_t context)
{
	if (barrier->is_acting && barrier->session == session && (!context || barrier->context == context))
		break_all(barrier);
}
