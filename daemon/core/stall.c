/* The search for stalls: breadth first, from a wait or a lane, over all that what is waited for could hang on. It ends
 * at the first thing that can go on; there is a stall if none was met. What it has to remember stands in the waiters,
 * tasks and lanes themselves: those that are still to be looked at are linked by snag->from. */
#include "daemon/core/stall.h"

#include "daemon/core/hired.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STALL_STEPS_MAX = 1 << 14 }; /* that one search takes; behind more of them, something may go on */

struct stall {
	struct core *core;
	struct snag *first, *last; /* to be looked at */
	unsigned steps;
	struct pool *pool;       /* that could do with a spare worker; NULL: none */
	struct waiter *youngest; /* that could fail; NULL: none */
	struct lane *lane;       /* the last whose workers all wait */
	uint64_t workers;        /* of that lane */
	bool ends;               /* one of the waits has a time */
};

/* Whether all threads of the worker wait for tasks. */
static bool
worker_is_stalled(const struct worker *worker)
{
	const struct session *session = worker->session;
	uint64_t threads = 0;

	if (session->runs_blocked == 0)
		return false;
	for (const struct link *at = session->workers.next; at != &session->workers; at = at->next)
		threads += LINK_ENTRY(at, const struct worker, in_session)->threads;
	return session->runs_blocked >= threads;
}

/* -- what a wait hangs on ------------------------------------------------------------------------------------------ */

/* These say whether something can go on, and otherwise see to it that what remains is looked at. */

static void
stall_push(struct stall *stall, struct snag *snag)
{
	if (snag->number == stall->core->searches)
		return;
	snag->number = stall->core->searches;
	snag->from = NULL;
	snag->blocker = (struct blocker){ 0 };
	if (stall->last)
		stall->last->from = snag;
	else
		stall->first = snag;
	stall->last = snag;
}

static void
stall_push_waiter(struct stall *stall, struct waiter *waiter)
{
	stall->ends |= heap_contains(&waiter->deadline);
	if (waiter->in_run && (!stall->youngest || waiter->number > stall->youngest->number))
		stall->youngest = waiter;
	stall_push(stall, &waiter->snag);
}

static bool
stall_at_owner(struct stall *stall, const struct owner *owner)
{
	const struct owner *now = run_owner(stall->core, owner);
	struct waiter *waiter = now ? owner_blocked(now) : NULL;

	if (!waiter || !waiter->object->kind->blocked_by)
		return true;
	stall_push_waiter(stall, waiter);
	return false;
}

/* A worker is on its way, or one may be hired for what waits, now or when another one has left. */
static bool
pool_awaits_worker(const struct pool *pool)
{
	return pool->is_gone || pool->is_cancelling || pool->broken || pool->hired_absent || pool->hired_leaving ||
	    heap_contains(&pool->hiring.node) ||
	    (pool->command && pool->hired_count - pool->spares < pool_processes_max(pool));
}

/* At most calls_max of the session's, most of them waits in tasks. */
static void
stall_at_worker(struct stall *stall, const struct worker *worker)
{
	struct link *waiters = &worker->session->waiters;

	stall->workers++;
	if (worker->hired && pool_may_hire_spare(stall->core, worker->pool))
		stall->pool = worker->pool;
	for (struct link *at = waiters->next; at != waiters; at = at->next, stall->steps++) {
		struct waiter *waiter = LINK_ENTRY(at, struct waiter, in_session);

		if (waiter->in_run)
			stall_push_waiter(stall, waiter);
	}
}

/* At most workers_max of them. A task that no worker can take waits for one that somebody attaches. */
static bool
stall_at_lane(struct stall *stall, struct lane *lane)
{
	struct pool *pool = lane->pool;

	if (lane->searched == stall->core->searches)
		return false;
	lane->searched = stall->core->searches;
	if (pool_awaits_worker(pool))
		return true;
	stall->workers = 0;
	for (struct link *at = pool->workers.next; at != &pool->workers; at = at->next, stall->steps++) {
		struct worker *worker = LINK_ENTRY(at, struct worker, in_pool);

		if (!worker_serves(worker, lane) || (worker->draining && !worker->hired))
			continue;
		/* One that the daemon has started is replaced when it has gone; as long as it waits it does not go. */
		if (!worker->session || !worker_is_stalled(worker))
			return true;
		stall_at_worker(stall, worker);
	}
	stall->lane = lane;
	return stall->workers == 0;
}

static bool
stall_at_task(struct stall *stall, struct task *task)
{
	struct blocker blocker = { 0 };

	if (task->place == TASK_ENDED || task->terms == task_in(task)->promises)
		return true;
	if (run_blocks(stall->core, task, &blocker)) {
		if (blocker.owner)
			return stall_at_owner(stall, blocker.owner);
		stall_push(stall, task_snag(blocker.task));
		return false;
	}
	return task->worker ? true : stall_at_lane(stall, task->terms->lane);
}

static bool
stall_at_waiter(struct stall *stall, struct waiter *waiter)
{
	const struct kind *kind = waiter->object->kind;
	struct blocker *blocker = &waiter->snag.blocker;
	bool is_blocked = false;

	if (kind == &pool_kind && waiter->role == POOL_AWAITS) {
		struct task *task = task_find(stall->core, waiter->result.generation);

		return !task || stall_at_task(stall, task);
	}
	while (kind->blocked_by(waiter->object, waiter, blocker)) {
		is_blocked = true;
		if (blocker->owner && stall_at_owner(stall, blocker->owner))
			return true;
		if (blocker->task)
			stall_push(stall, task_snag(blocker->task));
		*blocker = (struct blocker){ .at = blocker->at };
	}
	return !is_blocked;
}

/* What it comes after, one by one; what has ended is no reason to wait. */
static bool
stall_at_held(struct stall *stall, struct task *task)
{
	const struct task_more *more = task->more;

	for (size_t i = 0; i < more->after_count; i++, stall->steps++)
		if (link_linked(&more->after[i].link) && stall_at_task(stall, more->after[i].before))
			return true;
	return false;
}

/* -- the search ---------------------------------------------------------------------------------------------------- */

static void
stall_begin(struct stall *stall, struct core *core)
{
	*stall = (struct stall){ .core = core };
	core->searches++;
}

/* Whether there is a stall. */
static bool
stall_search(struct stall *stall)
{
	while (stall->first) {
		struct snag *at = stall->first;

		if (stall->steps++ >= STALL_STEPS_MAX)
			return false;
		if (at->task ? stall_at_held(stall, at->task)
			     : stall_at_waiter(stall, LINK_ENTRY(at, struct waiter, snag)))
			return false;
		stall->first = at->from;
		if (!stall->first)
			stall->last = NULL;
	}
	return stall->lane != NULL;
}

/* True if that helps. */
static bool
stall_hire(struct stall *stall)
{
	return stall->pool && pool_hire_spare(stall->core, stall->pool);
}

static void
stall_describe(struct stall *stall)
{
	const struct pool *pool = stall->lane->pool;

	snprintf(stall->core->detail, sizeof stall->core->detail,
	    "all %llu workers of pool %llu that could run what is waited for wait inside of tasks themselves, and %s; "
	    "start more workers, raise the pool's `spares`, or let tasks wait for fewer others",
	    (unsigned long long)stall->workers, (unsigned long long)object_id(&pool->object),
	    pool->command ? "it has all the spare ones it may have" : "the daemon does not start any for it");
}

bool
stall_closes(struct core *core, struct waiter *waiter)
{
	struct stall stall;

	stall_begin(&stall, core);
	stall_push_waiter(&stall, waiter);
	if (!stall_search(&stall) || stall_hire(&stall) || stall.ends)
		return false;
	stall_describe(&stall);
	return true;
}

/* True if there is one. */
static bool
stall_check_lane(struct core *core, struct lane *lane)
{
	struct stall stall;

	stall_begin(&stall, core);
	if (stall_at_lane(&stall, lane) || !stall_search(&stall))
		return false;
	if (stall_hire(&stall) || stall.ends || !stall.youngest)
		return true;
	stall_describe(&stall);
	stall.youngest->detail = strdup(core->detail);
	waiter_cancel(core, stall.youngest, CONCUR_POOL_EXHAUSTED);
	return true;
}

void
stall_check(struct core *core, struct pool *pool)
{
	/* At most functions_max of them. */
	for (struct link *at = pool->busy.next; at != &pool->busy; at = at->next)
		if (stall_check_lane(core, LINK_ENTRY(at, struct lane, in_pool)))
			return;
}
