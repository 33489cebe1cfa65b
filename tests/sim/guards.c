/* The model of the rlock and its condition. */
#include "tests/sim/guards.h"

#include "tests/sim/model.h"

void
guards_init(struct guards *guards)
{
	*guards = (struct guards){ 0 };
	link_init(&guards->monitor.waiters);
	link_init(&guards->monitor.sleepers);
	link_init(&guards->rwlock.waiters);
}

bool
guards_is_in(const struct link *queue, const struct model_call *call)
{
	for (const struct link *at = queue->next; at != queue; at = at->next) {
		const struct model_call *waiter = LINK_ENTRY(at, struct model_call, in_object);

		if (waiter->session == call->session && waiter->context == call->context)
			return true;
	}
	return false;
}

void
guards_grant(struct model_call *call, bool *has_death, uint64_t death_context)
{
	bool is_late = call->role == MODEL_SLEEP && call->object == GUARDS_LATE;
	enum model_outcome outcome = *has_death ? MODEL_OWNER_DIED : MODEL_DONE;

	call->reply.death_context = *has_death ? death_context : 0;
	*has_death = false;
	model_call_over(call, CONCUR_OK, is_late ? MODEL_TIMED_OUT : outcome);
}

/* -- the lock ---------------------------------------------------------------------------------------------------- */

static bool
is_holder(const struct guards_monitor *monitor, const struct model_call *call)
{
	return monitor->holder == call->session && monitor->context == call->context;
}

static void
monitor_grant(struct guards_monitor *monitor, struct model_call *call)
{
	monitor->holder = call->session;
	monitor->context = call->context;
	monitor->depth = call->amount;
	guards_grant(call, &monitor->has_death, monitor->death_context);
	model_deadlock_break(LINK_ENTRY(monitor, struct model, guards.monitor), call->session, call->context);
}

static void
monitor_pass_on(struct guards_monitor *monitor)
{
	struct model_call *next = model_first_of(&monitor->waiters);

	monitor->holder = NULL;
	if (next)
		monitor_grant(monitor, next);
}

void
guards_acquire(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct guards_monitor *monitor = &model->guards.monitor;

	model_call_init(call);
	call->role = MODEL_MONITOR;
	call->amount = 1;
	if (!monitor->holder) {
		monitor_grant(monitor, call);
	} else if (is_holder(monitor, call)) {
		monitor->depth++;
		model_call_over(call, CONCUR_OK, MODEL_DONE);
	} else if (wait_ns == 0) {
		model_call_over(call, CONCUR_OK, MODEL_TIMED_OUT);
	} else if (guards_is_in(&monitor->waiters, call)) {
		model_call_over(call, CONCUR_WAITING, MODEL_DONE);
	} else if (model_deadlock_closes(model, call, wait_ns)) {
		model_call_over(call, CONCUR_DEADLOCK, MODEL_DONE);
	} else {
		model_call_wait(model, call, &monitor->waiters, wait_ns, now_ns);
	}
}

static enum concur_status
monitor_check(const struct guards_monitor *monitor, const struct model_call *call)
{
	if (guards_is_in(&monitor->waiters, call))
		return CONCUR_WAITING;
	if (!monitor->holder)
		return CONCUR_NOT_LOCKED;
	return is_holder(monitor, call) ? CONCUR_OK : CONCUR_NOT_OWNER;
}

void
guards_release(struct guards *guards, struct model_call *call)
{
	struct guards_monitor *monitor = &guards->monitor;
	enum concur_status status;

	model_call_init(call);
	status = monitor_check(monitor, call);
	if (status == CONCUR_OK && --monitor->depth == 0)
		monitor_pass_on(monitor);
	model_call_over(call, status, MODEL_DONE);
}

/* -- the condition ----------------------------------------------------------------------------------------------- */

/* A sleeper stands in line for the lock. */
static void
monitor_take_back(struct guards_monitor *monitor, struct model_call *call, unsigned how)
{
	call->object = how;
	call->deadline_ns = MODEL_NEVER;
	if (!monitor->holder) {
		monitor_grant(monitor, call);
	} else if (is_holder(monitor, call)) {
		monitor->depth += call->amount;
		model_call_over(call, CONCUR_OK, how == GUARDS_LATE ? MODEL_TIMED_OUT : MODEL_DONE);
	} else {
		link_remove(&call->in_object);
		link_append(&monitor->waiters, &call->in_object);
		model_deadlock_break(LINK_ENTRY(monitor, struct model, guards.monitor), call->session, call->context);
	}
}

void
guards_wait(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct guards_monitor *monitor = &model->guards.monitor;
	enum concur_status status;

	model_call_init(call);
	call->role = MODEL_SLEEP;
	call->object = GUARDS_ASLEEP;
	status = monitor_check(monitor, call);
	if (status != CONCUR_OK || wait_ns == 0) {
		model_call_over(call, status, MODEL_TIMED_OUT);
		return;
	}
	call->amount = monitor->depth;
	model_call_wait(model, call, &monitor->sleepers, wait_ns, now_ns);
	monitor_pass_on(monitor);
}

void
guards_notify(struct guards *guards, struct model_call *call, uint64_t most)
{
	struct guards_monitor *monitor = &guards->monitor;
	enum concur_status status;
	struct model_call *sleeper;

	model_call_init(call);
	status = monitor_check(monitor, call);
	call->reply.has_number = true;
	for (; status == CONCUR_OK && most && (sleeper = model_first_of(&monitor->sleepers)); most--) {
		monitor_take_back(monitor, sleeper, GUARDS_NOTIFIED);
		call->reply.number++;
	}
	model_call_over(call, status, MODEL_DONE);
}

/* -- ends -------------------------------------------------------------------------------------------------------- */

void
guards_call_ends(struct guards *guards, const struct model_call *call)
{
	if (call->role == MODEL_SLEEP && call->object == GUARDS_NOTIFIED)
		guards->monitor.owed++;
}

bool
guards_recall(struct guards *guards, struct model_call *call)
{
	if (call->role != MODEL_SLEEP)
		return false;
	if (call->object == GUARDS_ASLEEP)
		monitor_take_back(&guards->monitor, call, GUARDS_LATE);
	return true;
}

void
guards_settle(struct guards *guards)
{
	struct guards_monitor *monitor = &guards->monitor;

	for (; monitor->owed; monitor->owed--) {
		if (!link_empty(&monitor->sleepers))
			monitor_take_back(monitor, model_first_of(&monitor->sleepers), GUARDS_NOTIFIED);
	}
	guards_rwlock_settle(&guards->rwlock);
}

void
guards_let_go(struct guards *guards, const struct model_session *session, uint64_t context, bool has_died)
{
	struct guards_monitor *monitor = &guards->monitor;

	if (monitor->holder == session && (!context || monitor->context == context)) {
		if (has_died) {
			monitor->has_death = true;
			monitor->death_context = monitor->context;
		}
		monitor_pass_on(monitor);
	}
	guards_rwlock_let_go(&guards->rwlock, session, context, has_died);
}

unsigned
guards_held_by(const struct guards *guards, const struct model_session *session)
{
	unsigned held = guards->monitor.holder == session;

	for (unsigned i = 0; i < GUARDS_SHARES; i++)
		held += guards->rwlock.shares[i].session == session;
	return held;
}

static bool
has_unblocked(const struct link *queue)
{
	for (const struct link *at = queue->next; at != queue; at = at->next) {
		if (!LINK_ENTRY(at, const struct model_call, in_object)->blocked)
			return true;
	}
	return false;
}

bool
guards_are_waited_for(const struct guards *guards)
{
	return has_unblocked(&guards->monitor.waiters) || has_unblocked(&guards->rwlock.waiters);
}
