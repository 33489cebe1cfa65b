/* Workers: attaching, the tasks in their hands, what they say of them. See worker.h. What becomes of the tasks of one
 * that has gone is worker_end.c's. */
#include "daemon/core/hired.h"
#include "daemon/core/stall.h"

#include <assert.h>
#include <stdlib.h>

/* -- attaching ----------------------------------------------------------------------------------------------------- */

/* NULL if there is no memory. */
static struct map *
worker_texts(struct core *core, const struct value *texts, size_t count)
{
	struct map *map = map_new(core->seed);
	bool created;

	for (size_t i = 0; map && i < count; i++) {
		if (map_insert(map, &texts[i], &created))
			continue;
		map_free(map, SIZE_MAX, NULL, NULL);
		map = NULL;
	}
	return map;
}

static void
worker_free_texts(struct map *map)
{
	if (map)
		map_free(map, SIZE_MAX, NULL, NULL);
}

void
worker_release(struct core *core, struct worker *worker)
{
	struct pool *pool = worker->pool;

	assert(link_empty(&worker->hand) && link_empty(&worker->fresh) && link_empty(&worker->inside));
	worker_forget_commands(worker);
	worker_free_texts(worker->functions);
	worker_free_texts(worker->labels);
	blob_unref(worker->name);
	link_remove(&worker->in_session);
	link_remove(&worker->in_pool);
	if (worker_id(worker))
		table_remove(&core->workers, &worker->by_id);
	free(worker);
	if (pool)
		object_unref(core, &pool->object);
}

static struct worker *
worker_new(struct core *core, const struct worker_spec *spec)
{
	struct worker *worker = calloc(1, sizeof *worker);

	if (!worker)
		return NULL;
	link_init(&worker->hand);
	link_init(&worker->fresh);
	link_init(&worker->inside);
	link_init(&worker->commands);
	link_init(&worker->in_session);
	link_init(&worker->in_pool);
	worker->threads = spec->threads ? spec->threads : 1;
	worker->since_ns = core->now_ns;
	worker->functions = spec->any ? NULL : worker_texts(core, spec->functions, spec->functions_count);
	worker->labels = worker_texts(core, spec->labels, spec->labels_count);
	worker->name = spec->name ? blob_new(VALUE_TEXT, spec->name->data, spec->name->size) : NULL;
	if ((spec->any || worker->functions) && worker->labels && (!spec->name || worker->name))
		return worker;
	worker_release(core, worker);
	return NULL;
}

enum concur_status
worker_attach(struct core *core, struct session *session, const struct worker_spec *spec, struct worker **ret)
{
	struct pool *pool = spec->pool;
	struct worker *worker;
	struct hired *hired = spec->process ? hired_find(pool, session, spec->process) : NULL;

	if (pool->broken)
		return CONCUR_POOL_BROKEN;
	if (spec->process && !hired)
		return CONCUR_PERMISSION;
	if (pool->is_closed && pool->unended == 0)
		return CONCUR_POOL_CLOSED;
	if (pool->workers_count >= core->limits->workers_max)
		return core_limit(core, CONCUR_LIMIT, "workers_max");
	worker = worker_new(core, spec);
	if (!worker)
		return CONCUR_NO_MEMORY;
	worker->session = session;
	worker->pool = pool;
	worker->hired = hired;
	if (hired) {
		hired->worker = worker;
		hired->has_attached = true;
		pool->hired_absent--;
		pool->hired_in_vain = 0;
	}
	table_insert(&core->workers, &worker->by_id, core_draw(core));
	link_append(&session->workers, &worker->in_session);
	link_append(&pool->workers, &worker->in_pool);
	pool->workers_count++;
	object_ref(core, &pool->object);
	if (hired)
		pool_fail_vain(core, pool);
	*ret = worker;
	return CONCUR_OK;
}

struct worker *
worker_find(const struct session *session, uint64_t id)
{
	struct table_node *node = table_find(&session->core->workers, id);
	struct worker *worker = node ? LINK_ENTRY(node, struct worker, by_id) : NULL;

	return worker && worker->session == session ? worker : NULL;
}

uint64_t
worker_id(const struct worker *worker)
{
	return worker->by_id.key;
}

struct pool *
worker_pool(const struct worker *worker)
{
	return worker->pool;
}

void
worker_welcome(const struct worker *worker, struct worker_welcome *ret)
{
	const struct pool *pool = worker->pool;

	*ret = (struct worker_welcome){ pool->initializer, pool->initializer_arguments, pool->tasks_per_worker,
		pool->memory_per_worker, pool->age_per_worker_ns, pool_thread_name_prefix(pool) };
}

/* -- handing out --------------------------------------------------------------------------------------------------- */

bool
worker_knows(const struct map *texts, const struct blob *text)
{
	struct value value;

	if (!texts || !text)
		return true;
	value = store_value(text);
	return map_find(texts, &value);
}

bool
worker_serves(const struct worker *worker, const struct lane *lane)
{
	return worker_knows(worker->functions, lane->function) && worker_knows(worker->labels, lane->label);
}

/* Of the lanes that the worker serves, the one whose first task is to be taken next. */
static struct lane *
worker_lane(const struct worker *worker)
{
	struct pool *pool = worker->pool;
	struct task *best = NULL;

	for (struct link *at = pool->busy.next; at != &pool->busy; at = at->next) {
		struct lane *lane = LINK_ENTRY(at, struct lane, in_pool);
		struct task *first = lane_first(lane);

		if (!worker_serves(worker, lane))
			continue;
		if (!best || first->terms->priority > best->terms->priority ||
		    (first->terms->priority == best->terms->priority && task_id(first) < task_id(best)))
			best = first;
	}
	return best ? best->terms->lane : NULL;
}

/* Bytes of its arguments. */
static size_t
worker_hand(struct worker *worker, struct task *task)
{
	lane_remove(task->terms->lane, task);
	task->place = TASK_HANDED;
	task->worker = worker;
	task->slot = 0;
	task->flags |= TASK_FRESH;
	link_append(&worker->fresh, &task->link);
	worker->in_hand++;
	worker->pool->in_hand++;
	return blob_size(task->payload);
}

/* Not all to the first who asks. */
static uint64_t
worker_share(const struct worker *worker, uint64_t count)
{
	uint64_t among = 2 * worker->pool->workers_count, share = (worker->pool->waiting + among - 1) / among;
	uint64_t room = PAGE_SLOTS - (worker->in_hand - worker->slotless);

	if (count > share)
		count = share;
	return count < room ? count : room;
}

/* Gives it at most so many tasks, and no more than fit a reply; how many. */
static uint64_t
worker_fill(const struct core *core, struct worker *worker, uint64_t count)
{
	struct pool *pool = worker->pool;
	uint64_t given = 0;
	size_t bytes = 0;

	if (pool->is_cancelling || worker->draining || worker_is_superfluous(worker))
		return 0;
	count = worker_share(worker, count);
	while (given < count && bytes < core->limits->page_bytes) {
		struct lane *lane = worker_lane(worker);

		if (!lane)
			break;
		/* While there is no other, its next one is the next one. */
		do {
			bytes += worker_hand(worker, lane_first(lane));
			given++;
		} while (given < count && bytes < core->limits->page_bytes && lane->waiting &&
		    pool->busy.next == pool->busy.prev);
	}
	return given;
}

/* It is not to wait for tasks. */
static bool
worker_is_spare(const struct worker *worker)
{
	return worker->hired && worker->hired->is_spare;
}

static bool
worker_is_over(const struct worker *worker)
{
	const struct pool *pool = worker->pool;

	return !pool || worker->draining || pool->broken || (pool->is_closed && pool->unended == 0);
}

struct waiter *
worker_waiter(const struct worker *worker, uint64_t call, enum pool_role role)
{
	struct waiter *waiter = call && worker->session ? waiter_find(worker->session, call) : NULL;

	return waiter && waiter->role == role && waiter->result.generation == worker_id(worker) ? waiter : NULL;
}

enum concur_status
worker_wait(struct core *core, struct worker *worker, struct link *queue, const struct ask *ask, enum outcome no,
    enum pool_role role)
{
	struct waiter *waiter;
	enum concur_status status = waiter_new(core, &worker->pool->object, queue, ask, no, &waiter);

	if (status != CONCUR_PENDING)
		return status;
	waiter->role = (uint8_t)role;
	waiter->result.generation = worker_id(worker);
	return status;
}

enum concur_status
worker_take(struct core *core, struct worker *worker, const struct ask *ask, uint32_t count, struct result *ret)
{
	enum concur_status status;

	if (worker_waiter(worker, worker->take_call, POOL_TAKES))
		return CONCUR_WAITING;
	ret->generation = worker_id(worker);
	if (worker->pool && (ret->number = worker_fill(core, worker, count))) {
		pool_admit(core, worker->pool);
		return CONCUR_OK;
	}
	ret->outcome = worker_is_over(worker) || worker_is_spare(worker) ? OUTCOME_END_OF_FILE : OUTCOME_EMPTY;
	if (ret->outcome == OUTCOME_END_OF_FILE || ask->wait_ns == 0)
		return CONCUR_OK;
	status = worker_wait(core, worker, &worker->pool->takers, ask, OUTCOME_EMPTY, POOL_TAKES);
	if (status == CONCUR_PENDING) {
		worker->take_call = ask->call;
		waiter_find(ask->session, ask->call)->amount = count;
		/* It might have been the one to take them. */
		if (worker->pool->waiting && core->runs_blocked)
			stall_check(core, worker->pool);
	}
	return status;
}

struct worker *
worker_of_waiter(const struct waiter *waiter)
{
	return worker_find(waiter->session, waiter->result.generation);
}

void
worker_serve(struct core *core, struct worker *worker, struct waiter *taker)
{
	taker->result.number = worker_fill(core, worker, taker->amount);
	if (taker->result.number)
		waiter_wake(core, taker, CONCUR_OK);
	else if (worker_is_over(worker))
		waiter_wake_outcome(core, taker, OUTCOME_END_OF_FILE);
}

void
pool_serve(struct core *core, struct pool *pool)
{
	struct link *next;

	for (struct link *at = pool->takers.next; at != &pool->takers; at = next) {
		struct waiter *taker = waiter_of_link(at);

		if (!pool->waiting && !pool->is_closed && !pool->broken)
			break;
		next = at->next;
		worker_serve(core, worker_of_waiter(taker), taker);
	}
	if (!link_empty(&pool->submitters))
		pool_admit(core, pool);
	if (pool->waiting)
		pool_staff(core, pool);
	if (pool->waiting && core->runs_blocked)
		stall_check(core, pool);
}

/* -- in hand ------------------------------------------------------------------------------------------------------- */

static void
task_begin(struct core *core, struct task *task)
{
	struct pool *pool = worker_pool(task->worker);
	uint64_t timeout_ns = task->terms->timeout_ns ? task->terms->timeout_ns : pool->timeout_ns;

	task->place = TASK_RUNNING;
	task->state = FUTURE_RUNNING;
	task->since_ns = core->now_ns;
	task_count_attempt(task);
	task->worker->running += !(task->flags & TASK_INSIDE);
	pool->running++;
	if (timeout_ns && task_more(task))
		(void)timer_set(core, &task->more->timer, timer_after(core, timeout_ns));
}

void
worker_begin(struct core *core, struct worker *worker)
{
	struct link *at = worker->hand.next;
	struct waiter *taker;

	while (worker->running < worker->threads && at != &worker->hand) {
		struct task *task = task_of_link(at);

		at = at->next;
		if (task->place == TASK_HANDED)
			task_begin(core, task);
	}
	/* Its hand was full until now. */
	if (worker->in_hand - worker->slotless == PAGE_SLOTS - 1 &&
	    (taker = worker_waiter(worker, worker->take_call, POOL_TAKES)))
		worker_serve(core, worker, taker);
}

/* There is one: no more than PAGE_SLOTS are in hand. */
static uint16_t
worker_take_slot(struct worker *worker)
{
	size_t i = 0;
	unsigned bit;

	while (worker->slots[i] == UINT64_MAX)
		i++;
	bit = (unsigned)__builtin_ctzll(~worker->slots[i]);
	worker->slots[i] |= UINT64_C(1) << bit;
	return (uint16_t)(i * 64 + bit);
}

static void
worker_put_in_hand(struct core *core, struct worker *worker, struct task *task)
{
	task->slot = worker_take_slot(worker);
	link_append(&worker->hand, &task->link);
	if (worker->hired)
		process_put(core, worker->hired->process, task->slot, task_id(task));
}

bool
worker_has_fresh(const struct worker *worker)
{
	return !link_empty(&worker->fresh);
}

bool
worker_next_fresh(struct core *core, struct worker *worker, struct handed *ret)
{
	struct link *link = link_pop(&worker->fresh);
	struct task *task;

	if (!link) {
		worker_begin(core, worker);
		return false;
	}
	task = task_of_link(link);
	task->flags &= (uint8_t)~TASK_FRESH;
	if (task->slot == TASK_NO_SLOT) {
		link_append(&worker->inside, &task->link);
		task_begin(core, task);
	} else {
		worker_put_in_hand(core, worker, task);
	}
	*ret = (struct handed){
		.task = task_id(task),
		.slot = task->slot,
		.attempt = task->attempts + (task->place == TASK_HANDED ? 1u : 0u),
		.timeout_ns = task->terms->timeout_ns,
		.function = task->terms->lane->function,
		.arguments = task->payload,
	};
	return true;
}

struct task *
worker_task(const struct core *core, const struct worker *worker, uint64_t id)
{
	struct task *task = task_find(core, id);

	return task && task->worker == worker && !(task->flags & TASK_FRESH) ? task : NULL;
}

static void
worker_return(struct core *core, struct worker *worker, struct task *task)
{
	if (task->place == TASK_RUNNING)
		task->attempts--;
	task_give_back(core, task, 0);
	worker_begin(core, worker);
	pool_serve(core, worker->pool);
}

void
worker_not_sent(struct core *core, struct worker *worker, size_t count, bool was_claimed)
{
	struct link *from = was_claimed ? &worker->inside : &worker->hand;

	/* The youngest first: each goes to the front of its lane. */
	for (; count && !link_empty(from); count--)
		worker_return(core, worker, task_of_link(from->prev));
}

enum concur_status
worker_done(struct core *core, struct worker *worker, uint64_t id, enum future_state state, const struct value *value,
    bool refers)
{
	struct task *task = worker_task(core, worker, id);
	struct blob *payload;

	if (!task)
		return CONCUR_OK;
	if (state == FUTURE_PENDING) {
		worker_return(core, worker, task);
		return CONCUR_OK;
	}
	worker->done++;
	payload = pool_keep(core, worker->pool, value, refers);
	if (!payload) {
		task_fail(core, task, CONCUR_NO_MEMORY, "there was no memory for its result");
		return CONCUR_NO_MEMORY;
	}
	task_end(core, task, state, payload);
	return CONCUR_OK;
}

/* -- inside of other tasks ----------------------------------------------------------------------------------------- */

/* The worker has it already, and begins it now. */
static void
worker_begin_inside(struct core *core, struct worker *worker, struct task *task)
{
	task->flags |= TASK_INSIDE;
	if (task->place == TASK_HANDED)
		task_begin(core, task);
	else
		worker->running--;
	worker_begin(core, worker);
}

static bool
worker_may_claim(const struct worker *worker, const struct task *task)
{
	return task->place == TASK_WAITING && task_in(task) == worker->pool && worker_serves(worker, task->terms->lane);
}

static void
worker_hand_claimed(struct core *core, struct worker *worker, struct task *task)
{
	(void)worker_hand(worker, task);
	task->slot = TASK_NO_SLOT;
	task->flags |= TASK_INSIDE;
	worker->slotless++;
	pool_admit(core, worker->pool);
}

/* Without memory nobody knows of it, and a circle through it is not found. */
static void
worker_nest(const struct core *core, struct worker *worker, struct task *outer, struct task *task)
{
	/* Nothing is inside of itself, whatever a worker says. */
	if (outer && outer->worker == worker && run_innermost(core, task) != run_innermost(core, outer) &&
	    task_more(outer))
		outer->more->inside = task_id(task);
}

void
worker_claim(struct core *core, struct worker *worker, const struct claim *claim, struct result *ret)
{
	struct task *task = task_find(core, claim->task);
	struct task *outer = run_of_context(core, worker->session, claim->context);

	ret->generation = worker_id(worker);
	ret->outcome = OUTCOME_NO;
	if (!task)
		return;
	if (claim->in_hand ? worker_task(core, worker, claim->task) != task || task->flags & TASK_INSIDE
			   : !worker_may_claim(worker, task))
		return;
	worker_nest(core, worker, outer, task);
	ret->outcome = OUTCOME_DONE;
	if (claim->in_hand) {
		worker_begin_inside(core, worker, task);
		return;
	}
	worker_hand_claimed(core, worker, task);
	ret->number = 1;
}
