/* The model of semaphores, events and latches. */
#include "tests/sim/signals.h"

#include "tests/sim/model.h"

#include <stdlib.h>

void
signals_init(struct signals *signals)
{
	*signals = (struct signals){ 0 };
	for (unsigned i = 0; i < SIGNALS_SEMAPHORES; i++) {
		struct signals_semaphore *semaphore = &signals->semaphores[i];

		semaphore->value = semaphore->count = 3;
		semaphore->bounded = i == 1;
		semaphore->strict = i == 2;
		link_init(&semaphore->waiters);
	}
	for (unsigned i = 0; i < SIGNALS_BARRIERS; i++) {
		signals->barriers[i].parties = 3 - i;
		signals->barriers[i].has_action = i > 0;
		link_init(&signals->barriers[i].waiters);
		link_init(&signals->barriers[i].next);
	}
	signals->latch.count = SIGNALS_LATCH;
	link_init(&signals->latch.waiters);
	link_init(&signals->event.waiters);
}

/* -- semaphores -------------------------------------------------------------------------------------------------- */

/* What the context holds, or with `adds` a place for it; NULL: nothing. */
static struct signals_permits *
permits_of(struct signals_semaphore *semaphore, const struct model_call *call, bool adds)
{
	struct signals_permits *free = NULL;

	for (unsigned i = 0; i < SIGNALS_HOLDERS; i++) {
		struct signals_permits *permits = &semaphore->permits[i];

		if (permits->session == call->session && permits->context == call->context)
			return permits;
		if (!permits->session)
			free = permits;
	}
	if (!adds)
		return NULL;
	if (!free)
		abort();
	*free = (struct signals_permits){ call->session, call->context, 0 };
	return free;
}

static void
permits_take(struct signals_permits *permits, int64_t count)
{
	if (permits && (permits->count -= count) == 0)
		permits->session = NULL;
}

static void
semaphore_grant(struct signals_semaphore *semaphore, struct model_call *call)
{
	enum model_outcome outcome = semaphore->has_death ? MODEL_OWNER_DIED : MODEL_DONE;

	permits_of(semaphore, call, true)->count += (int64_t)call->amount;
	semaphore->value -= (int64_t)call->amount;
	semaphore->has_death = false;
	model_call_over(call, CONCUR_OK, outcome);
}

static void
semaphore_settle(struct signals_semaphore *semaphore)
{
	struct model_call *first;

	while ((first = model_first_of(&semaphore->waiters)) && semaphore->value >= (int64_t)first->amount)
		semaphore_grant(semaphore, first);
}

void
signals_acquire(struct model *model, struct model_call *call, int64_t count, int64_t wait_ns, uint64_t now_ns)
{
	struct signals_semaphore *semaphore = &model->signals.semaphores[call->object];

	model_call_init(call);
	call->role = MODEL_PERMITS;
	call->amount = (size_t)count;
	if (link_empty(&semaphore->waiters) && semaphore->value >= count)
		semaphore_grant(semaphore, call);
	else if (wait_ns == 0)
		model_call_over(call, CONCUR_OK, MODEL_TIMED_OUT);
	else
		model_call_wait(model, call, &semaphore->waiters, wait_ns, now_ns);
}

static bool
waits_for(const struct signals_semaphore *semaphore, const struct model_call *call)
{
	for (struct link *at = semaphore->waiters.next; at != &semaphore->waiters; at = at->next) {
		const struct model_call *waiter = LINK_ENTRY(at, struct model_call, in_object);

		if (waiter->session == call->session && waiter->context == call->context)
			return true;
	}
	return false;
}

static enum concur_status
release(struct signals_semaphore *semaphore, const struct model_call *call, int64_t count)
{
	struct signals_permits *permits = permits_of(semaphore, call, false);
	int64_t held = permits ? permits->count : 0, own = held < count ? held : count;
	int64_t absorbed = count - own < semaphore->credits ? count - own : semaphore->credits, back = count - absorbed;

	if (semaphore->strict && waits_for(semaphore, call))
		return CONCUR_WAITING;
	if (semaphore->strict && held < count)
		return CONCUR_NOT_OWNER;
	if (semaphore->bounded && back && semaphore->value + back > semaphore->count)
		return CONCUR_OVER_RELEASE;
	permits_take(permits, own);
	semaphore->credits -= absorbed;
	semaphore->value += back;
	if (back && semaphore->value >= semaphore->count)
		semaphore->credits = 0;
	semaphore_settle(semaphore);
	return CONCUR_OK;
}

void
signals_release(struct signals *signals, struct model_call *call, int64_t count)
{
	model_call_init(call);
	model_call_over(call, release(&signals->semaphores[call->object], call, count), MODEL_DONE);
}

void
signals_resize(struct signals *signals, struct model_call *call, int64_t count)
{
	struct signals_semaphore *semaphore = &signals->semaphores[call->object];

	model_call_init(call);
	semaphore->value += count - semaphore->count;
	semaphore->count = count;
	semaphore_settle(semaphore);
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

static void
semaphore_let_go(struct signals_semaphore *semaphore, struct signals_permits *permits, bool has_died)
{
	int64_t missing = semaphore->count - semaphore->value, back = permits->count;

	if (!semaphore->strict && back > missing)
		back = missing > 0 ? missing : 0;
	if (!semaphore->strict && !has_died)
		back = 0;
	semaphore->value += back;
	semaphore->credits += semaphore->strict ? 0 : back;
	semaphore->has_death |= semaphore->strict && has_died;
	permits->session = NULL;
	semaphore_settle(semaphore);
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

/* -- latches ----------------------------------------------------------------------------------------------------- */

void
signals_latch_count_down(struct signals *signals, struct model_call *call, int64_t by)
{
	struct signals_latch *latch = &signals->latch;
	struct model_call *waiter;

	model_call_init(call);
	if (by > latch->count) {
		model_call_over(call, CONCUR_VALUE_ERROR, MODEL_DONE);
		return;
	}
	latch->count -= by;
	while (latch->count == 0 && (waiter = model_first_of(&latch->waiters)))
		model_call_over(waiter, CONCUR_OK, MODEL_DONE);
	call->reply.has_number = true;
	call->reply.number = latch->count;
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

void
signals_latch_wait(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct signals_latch *latch = &model->signals.latch;

	model_call_init(call);
	call->role = MODEL_EVENT;
	if (latch->count == 0)
		model_call_over(call, CONCUR_OK, MODEL_DONE);
	else if (wait_ns == 0)
		model_call_over(call, CONCUR_OK, MODEL_TIMED_OUT);
	else
		model_call_wait(model, call, &latch->waiters, wait_ns, now_ns);
}

/* -- ends -------------------------------------------------------------------------------------------------------- */

void
signals_settle(struct signals *signals)
{
	for (unsigned i = 0; i < SIGNALS_SEMAPHORES; i++)
		semaphore_settle(&signals->semaphores[i]);
	for (unsigned i = 0; i < SIGNALS_BARRIERS; i++)
		signals_barrier_settle(&signals->barriers[i]);
}

void
signals_let_go(struct signals *signals, const struct model_session *session, uint64_t context, bool has_died)
{
	for (unsigned i = 0; i < SIGNALS_SEMAPHORES; i++) {
		struct signals_semaphore *semaphore = &signals->semaphores[i];

		for (unsigned k = 0; k < SIGNALS_HOLDERS; k++) {
			struct signals_permits *permits = &semaphore->permits[k];

			if (permits->session == session && (!context || permits->context == context))
				semaphore_let_go(semaphore, permits, has_died);
		}
	}
	for (unsigned i = 0; i < SIGNALS_BARRIERS; i++)
		signals_barrier_let_go(&signals->barriers[i], session, context);
}

bool
signals_is_ambiguous(const struct signals *signals, const struct model_session *session)
{
	for (unsigned i = 0; i < SIGNALS_SEMAPHORES; i++) {
		unsigned holders = 0;

		for (unsigned k = 0; k < SIGNALS_HOLDERS; k++)
			holders += signals->semaphores[i].permits[k].session == session;
		if (holders > 1)
			return true;
	}
	return false;
}
