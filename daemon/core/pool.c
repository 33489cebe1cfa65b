/* Pools: the kind; closing, joining, and what is done by steps.
 *
 * Between operations: no taker waits while a task waits that its worker could run; no submitter waits while there is
 * room; a joiner waits only while tasks are unended. */
#include "daemon/core/hired.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	POOL_CAPACITY = 10000000,
	POOL_BACKOFF_MS = 100,
	POOL_GRACE_S = 5,
	NAME_SHOWN = 64, /* bytes of a function's name in a sentence */
};

static const char *const pool_roles[] = { "room", "a task", "its end", "a result", "a cancel", "a command", NULL };

static void pool_fire(struct core *core, struct timer *timer);
static void pool_fire_hiring(struct core *core, struct timer *timer);

/* -- the kind ------------------------------------------------------------------------------------------------------ */

static struct terms *
pool_promise_terms(struct pool *pool)
{
	struct lane *lane = lane_new(pool);
	struct terms *terms = lane ? calloc(1, sizeof *terms) : NULL;

	if (!terms) {
		if (lane)
			lane_free(lane);
		return NULL;
	}
	terms->refs = 1;
	terms->lane = lane;
	return terms;
}

static enum concur_status
pool_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct pool *pool = pool_of(object);
	struct link *lists[] = { &pool->lanes, &pool->busy, &pool->held, &pool->ended, &pool->failing, &pool->missed,
		&pool->workers, &pool->hired, &pool->submitters, &pool->takers, &pool->joiners, &pool->watchers };

	(void)options;
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		link_init(lists[i]);
	timer_init(&pool->chores, pool_fire);
	timer_init(&pool->hiring, pool_fire_hiring);
	pool->capacity = POOL_CAPACITY;
	pool->backoff_ns = POOL_BACKOFF_MS * UINT64_C(1000000);
	pool->grace_ns = POOL_GRACE_S * CORE_SECOND;
	pool->form = POOL_REMOTE;
	pool->lane_index = map_new(core->seed);
	pool->promises = pool->lane_index ? pool_promise_terms(pool) : NULL;
	if (pool->promises)
		return CONCUR_OK;
	if (pool->lane_index)
		map_free(pool->lane_index, SIZE_MAX, NULL, NULL);
	return CONCUR_NO_MEMORY;
}

/* Its workers have no pool from here on, and nothing in hand: what they say is not heard. */
static void
pool_dismiss(struct core *core, struct pool *pool)
{
	struct link *link;

	while ((link = link_pop(&pool->workers))) {
		struct worker *worker = LINK_ENTRY(link, struct worker, in_pool);

		while (!link_empty(&worker->fresh))
			task_end(core, task_of_link(worker->fresh.prev), FUTURE_CANCELLED, NULL);
		while (!link_empty(&worker->inside))
			task_end(core, task_of_link(worker->inside.prev), FUTURE_CANCELLED, NULL);
		while (!link_empty(&worker->hand))
			task_end(core, task_of_link(worker->hand.prev), FUTURE_CANCELLED, NULL);
		worker->pool = NULL;
		pool->workers_count--;
		object_unref(core, &pool->object);
	}
}

static void
pool_end(struct core *core, struct object *object)
{
	struct pool *pool = pool_of(object);
	struct waiter *waiter;

	pool->is_gone = pool->is_closed = true;
	timer_stop(core, &pool->chores);
	timer_stop(core, &pool->hiring);
	while ((waiter = waiter_next(object, NULL)))
		waiter_fail(core, waiter, CONCUR_REMOVED);
	pool_dismiss(core, pool);
	pool_dismiss_hired(core, pool);
}

/* Its tasks refer to it: what waited would keep it for ever, out of everybody's reach. */
static void
pool_removed(struct core *core, struct object *object)
{
	struct pool *pool = pool_of(object);

	pool->is_removed = true;
	(void)pool_close(core, pool, true);
}

/* Any of its tasks that has not ended, or NULL. */
static struct task *
pool_any_unended(const struct pool *pool)
{
	if (!link_empty(&pool->busy))
		return lane_first(LINK_ENTRY(pool->busy.next, struct lane, in_pool));
	if (!link_empty(&pool->held))
		return task_of_link(pool->held.next);
	return link_empty(&pool->failing) ? NULL : task_of_link(pool->failing.next);
}

static bool
pool_step_tasks(struct core *core, struct pool *pool, size_t *steps)
{
	struct task *task;

	for (; *steps && (task = pool_any_unended(pool)); --*steps)
		task_end(core, task, FUTURE_CANCELLED, NULL);
	for (; *steps && !link_empty(&pool->missed); --*steps)
		task_free(core, task_of_link(pool->missed.next));
	for (; *steps && !link_empty(&pool->ended); --*steps)
		task_free(core, task_of_link(pool->ended.next));
	return *steps > 0;
}

static bool
pool_step(struct core *core, struct object *object, size_t *steps)
{
	struct pool *pool = pool_of(object);

	if (!pool_step_tasks(core, pool, steps))
		return false;
	terms_unref(core, pool->terms);
	free(pool->promises);
	pool->terms = pool->promises = NULL;
	/* At most functions_max of them. */
	while (!link_empty(&pool->lanes))
		lane_free(LINK_ENTRY(pool->lanes.next, struct lane, in_pool));
	map_free(pool->lane_index, SIZE_MAX, NULL, NULL);
	if (pool->keys)
		map_free(pool->keys, SIZE_MAX, NULL, NULL);
	pool_drop(core, pool, pool->initializer);
	pool_drop(core, pool, pool->initializer_arguments);
	pool_drop(core, pool, pool->thread_name_prefix);
	pool_drop(core, pool, pool->broken);
	free(pool->command);
	return true;
}

static uint64_t
pool_len(const struct object *object)
{
	return LINK_ENTRY(object, const struct pool, object)->unended;
}

static void
pool_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct pool *pool = LINK_ENTRY(object, const struct pool, object);

	say(arg, "waiting", (int64_t)pool->waiting);
	say(arg, "held", (int64_t)pool->held_count);
	say(arg, "running", (int64_t)pool->running);
	say(arg, "workers", (int64_t)pool->workers_count);
	say(arg, "closed", pool->is_closed);
}

/* Those behind it may want less room. */
static void
pool_left(struct core *core, struct object *object, uint8_t role)
{
	if (role == POOL_SUBMITS)
		pool_admit(core, pool_of(object));
}

static bool
pool_blocked_by(const struct object *object, const struct waiter *waiter, struct blocker *blocker)
{
	const struct core *core = waiter->session->core;
	struct task *task = waiter->role == POOL_AWAITS ? task_find(core, waiter->result.generation) : NULL;

	(void)object;
	if (blocker->at || !task)
		return false;
	blocker->at = &waiter->link;
	return run_blocks(core, task, blocker);
}

const struct kind pool_kind = {
	.id = KIND_POOL,
	.name = "pool",
	.size = sizeof(struct pool),
	.init = pool_init,
	.end = pool_end,
	.removed = pool_removed,
	.step = pool_step,
	.len = pool_len,
	.roles = pool_roles,
	.left = pool_left,
	.blocked_by = pool_blocked_by,
	.details = pool_details,
};

/* -- configuring --------------------------------------------------------------------------------------------------- */

static void
pool_set(uint64_t *what, uint64_t to)
{
	if (to)
		*what = to;
}

/* Replaces a kept blob; false if there is no memory. */
static bool
pool_set_blob(struct core *core, struct pool *pool, struct blob **what, const struct value *to)
{
	struct blob *blob;

	if (!to)
		return true;
	blob = pool_keep(core, pool, to, false);
	if (!blob)
		return false;
	pool_drop(core, pool, *what);
	*what = blob;
	return true;
}

static void
pool_set_size(struct core *core, struct pool *pool, uint64_t workers)
{
	uint64_t max = pool->form == POOL_THREAD ? LIMITS_WORKER_THREADS : core->limits->workers_max;

	pool->workers_max = workers < max ? workers : max;
	pool_trim(core, pool);
	if (pool->waiting)
		pool_staff(core, pool);
}

/* A pool that is told how to start workers starts some, unless it is told not to. */
static void
pool_set_staff(struct core *core, struct pool *pool, const struct pool_options *options)
{
	enum pool_form before = pool->form;
	uint64_t workers = options->workers;

	if (options->form)
		pool->form = options->form;
	else if (options->command && pool->form == POOL_REMOTE)
		pool->form = POOL_PROCESS;
	if (options->threads)
		pool->threads = options->threads;
	if (pool->form == POOL_REMOTE || !pool->command)
		workers = 0;
	else if (!workers)
		workers = before == pool->form ? pool->workers_max : core->cores;
	pool_set_size(core, pool, workers);
}

enum concur_status
pool_configure(struct core *core, struct pool *pool, const struct pool_options *options)
{
	enum concur_status status = CONCUR_OK;

	if (!pool_set_blob(core, pool, &pool->initializer, options->initializer) ||
	    !pool_set_blob(core, pool, &pool->initializer_arguments, options->initializer_arguments) ||
	    !pool_set_blob(core, pool, &pool->thread_name_prefix, options->thread_name_prefix))
		return CONCUR_NO_MEMORY;
	pool_set(&pool->capacity, options->capacity);
	pool_set(&pool->timeout_ns, options->timeout_ns);
	pool_set(&pool->backoff_ns, options->backoff_ns);
	pool_set(&pool->grace_ns, options->grace_ns);
	pool_set(&pool->tasks_per_worker, options->tasks_per_worker);
	pool_set(&pool->memory_per_worker, options->memory_per_worker);
	pool_set(&pool->age_per_worker_ns, options->age_per_worker_ns);
	pool_set(&pool->spares_max, options->spares);
	if (options->retries)
		pool->retries = options->retries;
	if (options->command)
		status = pool_set_command(core, pool, options->runtime, options->command);
	if (status == CONCUR_OK)
		pool_set_staff(core, pool, options);
	pool_admit(core, pool);
	return status;
}

enum concur_status
pool_resize(struct core *core, struct pool *pool, uint64_t workers)
{
	if (!pool->command || pool->form != POOL_PROCESS)
		return CONCUR_VALUE_ERROR;
	pool_set_size(core, pool, workers);
	return CONCUR_OK;
}

enum pool_form
pool_form(const struct pool *pool)
{
	return pool->form;
}

bool
pool_has_command(const struct pool *pool)
{
	return pool->command;
}

const struct blob *
pool_thread_name_prefix(const struct pool *pool)
{
	return pool->thread_name_prefix ? pool->thread_name_prefix : pool->object.name;
}

void
pool_state(const struct pool *pool, struct pool_state *ret)
{
	*ret = (struct pool_state){
		.waiting = pool->waiting,
		.held = pool->held_count,
		.running = pool->running,
		.in_hand = pool->in_hand - pool->running,
		.done = pool->done,
		.failed = pool->failed,
		.cancelled = pool->cancelled,
		.retried = pool->retried,
		.workers = pool->workers_count,
		.workers_max = pool->workers_max,
		.started = pool->hired_ever,
		.lost = pool->lost,
		.capacity = pool->capacity,
		.is_closed = pool->is_closed,
		.broken = pool->broken,
		.form = pool->form,
		.thread_name_prefix = pool_thread_name_prefix(pool),
	};
}

/* -- ends ---------------------------------------------------------------------------------------------------------- */

static bool
pool_has_steps(const struct pool *pool)
{
	return !link_empty(&pool->failing) || pool->is_cancelling || pool->has_vain || !link_empty(&pool->missed);
}

void
pool_settle(struct core *core, struct pool *pool)
{
	if (!link_empty(&pool->submitters))
		pool_admit(core, pool);
	/* There was no memory for the timer. */
	if (pool_has_steps(pool) && !heap_contains(&pool->chores.node))
		pool_has_chores(core, pool, 0);
	if (!pool->is_closed || pool->unended)
		return;
	waiter_wake_all(core, &pool->joiners, CONCUR_OK);
	pool_serve(core, pool);
}

uint64_t
pool_cancel_waiting(struct core *core, struct pool *pool)
{
	pool->is_cancelling = true;
	pool_has_chores(core, pool, 0);
	return pool->waiting + pool->held_count;
}

uint64_t
pool_close(struct core *core, struct pool *pool, bool cancel)
{
	uint64_t count = 0;

	pool->is_closed = true;
	object_changed(core, &pool->object);
	waiter_wake_all(core, &pool->submitters, CONCUR_POOL_CLOSED);
	if (cancel)
		count = pool_cancel_waiting(core, pool);
	pool_settle(core, pool);
	return count;
}

enum concur_status
pool_break(struct core *core, struct pool *pool, const struct value *error)
{
	if (!pool->broken && !(pool->broken = pool_keep(core, pool, error, false)))
		return CONCUR_NO_MEMORY;
	waiter_wake_all(core, &pool->submitters, CONCUR_POOL_BROKEN);
	(void)pool_cancel_waiting(core, pool);
	pool_serve(core, pool);
	return CONCUR_POOL_BROKEN;
}

static uint64_t
pool_give_up(struct core *core, struct worker *worker)
{
	uint64_t count = worker->in_hand;
	struct task *task;

	worker->threads = 0;
	worker->draining = true;
	while (!link_empty(&worker->fresh))
		task_end(core, task_of_link(worker->fresh.prev), FUTURE_CANCELLED, NULL);
	while (!link_empty(&worker->inside) || !link_empty(&worker->hand)) {
		task = task_of_link(link_empty(&worker->inside) ? worker->hand.prev : worker->inside.prev);
		worker_kill(core, worker, task);
		task_end(core, task, FUTURE_CANCELLED, NULL);
	}
	return count;
}

uint64_t
pool_terminate(struct core *core, struct pool *pool)
{
	uint64_t count = pool_close(core, pool, true);

	for (struct link *at = pool->workers.next; at != &pool->workers; at = at->next)
		count += pool_give_up(core, LINK_ENTRY(at, struct worker, in_pool));
	for (struct link *at = pool->hired.next; at != &pool->hired; at = at->next)
		hired_stop(core, LINK_ENTRY(at, struct hired, in_pool));
	return count;
}

enum concur_status
pool_join(struct core *core, struct pool *pool, const struct ask *ask, struct result *ret)
{
	struct waiter *waiter;
	enum concur_status status;

	if (!pool->is_closed)
		return CONCUR_VALUE_ERROR;
	if (pool->unended == 0)
		return CONCUR_OK;
	ret->outcome = OUTCOME_TIMED_OUT;
	if (ask->wait_ns == 0)
		return CONCUR_OK;
	status = waiter_new(core, &pool->object, &pool->joiners, ask, OUTCOME_TIMED_OUT, &waiter);
	if (status == CONCUR_PENDING)
		waiter->role = POOL_JOINS;
	return status;
}

static void
pool_fire_hiring(struct core *core, struct timer *timer)
{
	struct pool *pool = LINK_ENTRY(timer, struct pool, hiring);

	if (pool->waiting)
		pool_staff(core, pool);
}

/* -- by steps ------------------------------------------------------------------------------------------------------ */

void
pool_has_chores(struct core *core, struct pool *pool, uint64_t in_ns)
{
	uint64_t at_ns = core->now_ns + in_ns;

	if (pool->is_gone || (heap_contains(&pool->chores.node) && pool->chores.node.key <= at_ns))
		return;
	timer_stop(core, &pool->chores);
	/* Without memory for it, the next chore, or the next end of a task, tries again. */
	(void)timer_set(core, &pool->chores, at_ns);
}

/* A pool that broke says why in each of them. */
static void
pool_cancel_one(struct core *core, struct pool *pool, struct task *task)
{
	struct value error;

	if (!pool->broken) {
		task_end(core, task, FUTURE_CANCELLED, NULL);
		return;
	}
	error = store_value(pool->broken);
	task_end(core, task, FUTURE_FAILED, pool_keep(core, pool, &error, false));
}

/* A lane that is busy in vain, or NULL. At most functions_max of them. */
static struct lane *
pool_vain_lane(const struct pool *pool)
{
	for (struct link *at = pool->busy.next; at != &pool->busy; at = at->next) {
		struct lane *lane = LINK_ENTRY(at, struct lane, in_pool);

		if (lane_is_in_vain(lane))
			return lane;
	}
	return NULL;
}

void
pool_fail_vain(struct core *core, struct pool *pool)
{
	if (!pool_vain_lane(pool))
		return;
	pool->has_vain = true;
	pool_has_chores(core, pool, 0);
}

static void
pool_fail_one(struct core *core, const struct lane *lane)
{
	char text[NAME_SHOWN + 256];
	size_t size = blob_size(lane->function);

	snprintf(text, sizeof text,
	    "none of the pool's workers has the function '%.*s%s': have them load its module, or give the task a label "
	    "and wait for a worker that has both",
	    (int)(size < NAME_SHOWN ? size : NAME_SHOWN), (const char *)blob_data(lane->function),
	    size > NAME_SHOWN ? "..." : "");
	task_fail(core, lane_first(lane), CONCUR_NO_FUNCTION, text);
}

static void
pool_step_vain(struct core *core, struct pool *pool, size_t *steps)
{
	struct lane *lane = NULL;

	while (*steps && (lane = pool_vain_lane(pool))) {
		for (; *steps && lane->waiting; --*steps)
			pool_fail_one(core, lane);
	}
	pool->has_vain = lane != NULL;
}

static void
pool_retell(struct core *core, struct pool *pool, size_t *steps)
{
	for (; *steps && !link_empty(&pool->missed); --*steps) {
		struct task *task = task_of_link(pool->missed.next);

		if (!task_tell(core, task))
			return;
		task->flags &= (uint8_t)~TASK_MISSED;
		link_remove(&task->link);
		link_append(&pool->ended, &task->link);
		task_settle(core, task);
	}
}

static void
pool_fire(struct core *core, struct timer *timer)
{
	struct pool *pool = LINK_ENTRY(timer, struct pool, chores);
	size_t steps = core->limits->turn_steps;
	struct task *task;

	object_ref(core, &pool->object);
	for (; steps && !link_empty(&pool->failing); steps--)
		task_fail(core, task_of_link(pool->failing.next), CONCUR_TASK_FAILED,
		    "a task that it was to come after failed or was cancelled");
	for (; pool->is_cancelling && steps && (task = pool_any_unended(pool)); steps--)
		pool_cancel_one(core, pool, task);
	pool->is_cancelling &= pool_any_unended(pool) != NULL;
	if (pool->has_vain)
		pool_step_vain(core, pool, &steps);
	pool_retell(core, pool, &steps);
	if (pool_has_steps(pool))
		pool_has_chores(core, pool, steps ? CORE_SECOND / 10 : 1);
	object_unref(core, &pool->object);
}
