/* The model of pools: tasks and their ends. */
#include "tests/sim/pool_model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
model_init(struct pool_model *model, size_t tasks)
{
	*model = (struct pool_model){ .tasks = calloc(tasks, sizeof *model->tasks), .room = tasks };
	if (!model->tasks)
		abort();
}

void
model_fini(struct pool_model *model)
{
	free(model->tasks);
}

struct model_pool *
model_add_pool(struct pool_model *model, uint64_t id)
{
	struct model_pool *pool = &model->pools[model->pools_count++];

	assert(model->pools_count <= MODEL_POOLS);
	*pool = (struct model_pool){ .id = id, .maker = MODEL_CLIENTS };
	return pool;
}

/* -- finding ------------------------------------------------------------------------------------------------------ */

struct model_task *
model_find(const struct pool_model *model, uint64_t id)
{
	for (size_t i = model->first; i < model->count; i++) {
		if (model->tasks[i].id == id)
			return &model->tasks[i];
	}
	return NULL;
}

struct model_task *
model_find_number(const struct pool_model *model, int64_t number)
{
	for (size_t i = model->first; i < model->count; i++) {
		if (model->tasks[i].number == number && !model->tasks[i].terms.is_promise)
			return &model->tasks[i];
	}
	return NULL;
}

struct model_task *
model_find_key(const struct pool_model *model, const struct model_pool *pool, unsigned key)
{
	for (size_t i = model->first; key && i < model->count; i++) {
		struct model_task *task = &model->tasks[i];

		if (task->pool == pool && task->terms.key == key && task->place != PLACE_ENDED)
			return task;
	}
	return NULL;
}

/* -- moving ------------------------------------------------------------------------------------------------------- */

/* The counter of those that are where it is, or NULL. */
static uint64_t *
counter_of(const struct model_task *task)
{
	switch (task->place) {
	case PLACE_HELD:
		return &task->pool->held;
	case PLACE_WAITING:
		return &task->pool->waiting;
	default:
		return NULL;
	}
}

static void
leave(struct pool_model *model, struct model_task *task)
{
	uint64_t *counter = counter_of(task);

	if (counter)
		--*counter;
	else
		model_leave_hand(model, task);
}

static void
go_on(struct pool_model *model, struct model_task *task)
{
	task->place = PLACE_WAITING;
	task->rank = ++model->back;
	task->pool->held--;
	task->pool->waiting++;
	model->releases++;
}

struct model_task *
model_submit(struct pool_model *model, struct model_pool *pool, const struct model_terms *terms, unsigned client,
    int64_t number, struct model_task *const *after, size_t after_count)
{
	struct model_task *task = &model->tasks[model->count++];

	assert(model->count <= model->room);
	*task = (struct model_task){ .pool = pool, .number = number, .terms = *terms, .since_ns = model->now_ns };
	task->submitter = terms->detached ? MODEL_CLIENTS : client;
	task->refs[client] = !terms->detached;
	model_set_due(model, task, terms->delay_ns);
	for (size_t i = 0; i < after_count; i++) {
		if (after[i]->place != PLACE_ENDED)
			task->after[task->after_count++] = after[i];
	}
	pool->held++;
	pool->unended++;
	if (!terms->is_promise && !task->after_count && !terms->delay_ns)
		go_on(model, task);
	return task;
}

void
model_set_due(struct pool_model *model, struct model_task *task, uint64_t in_ns)
{
	task->due_ns = in_ns ? model->now_ns + in_ns : MODEL_NEVER;
	task->due_order = ++model->dues;
}

/* -- ends --------------------------------------------------------------------------------------------------------- */

static bool
is_wanted(const struct model_task *task)
{
	bool is = task->terms.detached || task->waits;

	for (unsigned i = 0; i < MODEL_CLIENTS; i++)
		is |= task->refs[i] > 0;
	return is;
}

void
model_settle(struct model_task *task)
{
	if (task->place == PLACE_ENDED && !is_wanted(task))
		task->is_gone = true;
}

/* The submitter's own goes before those that it took besides. */
static void
drop_ref(struct model_task *task, unsigned client)
{
	task->refs[client]--;
	if (task->submitter == client)
		task->submitter = MODEL_CLIENTS;
}

bool
model_release(struct model_task *task, unsigned client)
{
	if (task->refs[client])
		drop_ref(task, client);
	else if (task->terms.detached)
		task->terms.detached = false;
	else
		return false;
	model_settle(task);
	return true;
}

void
model_lose_queue(struct pool_model *model, uint64_t id, bool is_gone)
{
	assert(model->lost_count < MODEL_QUEUES);
	model->lost[model->lost_count++] = (struct model_queue){ id, is_gone };
	for (size_t i = model->first; i < model->count; i++)
		model->tasks[i].is_due &= model->tasks[i].terms.completion != id;
}

static const struct model_queue *
lost_queue(const struct pool_model *model, uint64_t id)
{
	for (size_t i = 0; i < model->lost_count; i++) {
		if (model->lost[i].id == id)
			return &model->lost[i];
	}
	return NULL;
}

/* Whether somebody may hear of its end by its completion queue. */
static bool
is_told(const struct pool_model *model, const struct model_task *task)
{
	return task->terms.completion && !lost_queue(model, task->terms.completion);
}

void
model_abandon(struct pool_model *model, struct model_task *task)
{
	model_settle(task);
	if (task->place != PLACE_ENDED && !task->worker && !is_wanted(task) && !is_told(model, task))
		model_end(model, task, STATE_CANCELLED, (struct model_outcome){ 0 });
}

/* With `release` the submitter's reference is not needed once the queue has it. */
static void
complete(const struct pool_model *model, struct model_task *task)
{
	const struct model_queue *lost = lost_queue(model, task->terms.completion);

	if (!task->terms.completion || (lost && lost->is_gone))
		return;
	task->is_due = !lost;
	if (task->terms.release && task->submitter < MODEL_CLIENTS)
		drop_ref(task, task->submitter);
}

static void
pass_on(struct pool_model *model, struct model_task *task, struct model_task *next)
{
	for (size_t i = 0; i < next->after_count; i++) {
		if (next->after[i] != task)
			continue;
		if (task->state != STATE_FINISHED) {
			next->is_failing = true;
			return;
		}
		next->after[i--] = next->after[--next->after_count];
		if (next->after_count == 0 && next->due_ns == MODEL_NEVER)
			go_on(model, next);
	}
}

void
model_end(struct pool_model *model, struct model_task *task, enum model_state state, struct model_outcome outcome)
{
	struct model_pool *pool = task->pool;
	struct model_worker *worker = task->worker;

	if (task->place == PLACE_ENDED)
		return;
	leave(model, task);
	task->place = PLACE_ENDED;
	task->state = state;
	task->outcome = outcome;
	task->after_count = 0;
	task->is_failing = false;
	model_set_due(model, task, task->terms.detached ? task->terms.ttl_ns : 0);
	pool->unended--;
	pool->done += state == STATE_FINISHED;
	pool->failed += state == STATE_FAILED;
	pool->cancelled += state == STATE_CANCELLED;
	complete(model, task);
	for (size_t i = model->first; i < model->count; i++) {
		if (model->tasks[i].place == PLACE_HELD)
			pass_on(model, task, &model->tasks[i]);
	}
	model_settle(task);
	if (worker)
		model_begin(model, worker);
}

/* Of one pool, or of all; NULL if there is none. */
static struct model_task *
find_failing(const struct pool_model *model, const struct model_pool *pool)
{
	for (size_t i = model->first; i < model->count; i++) {
		if (model->tasks[i].is_failing && (!pool || model->tasks[i].pool == pool))
			return &model->tasks[i];
	}
	return NULL;
}

static void
fail_dependents(struct pool_model *model, const struct model_pool *pool)
{
	struct model_task *task;

	while ((task = find_failing(model, pool)))
		model_end(model, task, STATE_FAILED, (struct model_outcome){ .status = CONCUR_TASK_FAILED });
}

uint64_t
model_cancel_waiting(struct pool_model *model, struct model_pool *pool)
{
	struct model_outcome broken = { pool->break_number, pool->break_number ? CONCUR_OK : CONCUR_POOL_BROKEN };
	uint64_t count = pool->waiting + pool->held;

	for (size_t i = model->first; i < model->count; i++) {
		struct model_task *task = &model->tasks[i];

		if (task->pool != pool || (task->place != PLACE_HELD && task->place != PLACE_WAITING))
			continue;
		model_end(model, task, pool->is_broken ? STATE_FAILED : STATE_CANCELLED,
		    pool->is_broken ? broken : (struct model_outcome){ 0 });
	}
	return count;
}

void
model_do_chores(struct pool_model *model)
{
	fail_dependents(model, NULL);
	for (size_t i = 0; i < model->pools_count; i++) {
		struct model_pool *pool = &model->pools[i];

		if (!pool->is_cancelling)
			continue;
		pool->is_cancelling = false;
		(void)model_cancel_waiting(model, pool);
		fail_dependents(model, NULL);
	}
}

void
model_break(struct pool_model *model, struct model_pool *pool, int64_t number)
{
	if (!pool->is_broken)
		pool->break_number = number;
	pool->is_broken = true;
	(void)model_cancel_waiting(model, pool);
}

uint64_t
model_terminate(struct pool_model *model, struct model_pool *pool)
{
	uint64_t count;

	pool->is_closed = true;
	count = pool->waiting + pool->held;
	for (size_t i = 0; i < MODEL_WORKERS; i++) {
		struct model_worker *worker = &model->workers[i];

		if (!worker->is_there || worker->pool != pool)
			continue;
		count += worker->in_hand;
		worker->threads = 0;
		worker->is_draining = true;
		while (worker->in_hand) {
			struct model_task *task = worker->hand[worker->in_hand - 1];

			model_kill(worker, task);
			model_end(model, task, STATE_CANCELLED, (struct model_outcome){ 0 });
		}
	}
	/* Each pool sees to its own: those of this one fail before what waits is cancelled, others after it. */
	fail_dependents(model, pool);
	(void)model_cancel_waiting(model, pool);
	return count;
}

void
model_unname(struct pool_model *model, struct model_pool *pool)
{
	pool->is_closed = pool->is_removed = true;
	(void)model_cancel_waiting(model, pool);
}

void
model_remove(struct pool_model *model, struct model_pool *pool)
{
	pool->is_gone = pool->is_closed = true;
	for (size_t i = 0; i < MODEL_WORKERS; i++) {
		struct model_worker *worker = &model->workers[i];

		if (!worker->is_there || worker->pool != pool)
			continue;
		worker->threads = 0;
		while (worker->in_hand)
			model_end(model, worker->hand[worker->in_hand - 1], STATE_CANCELLED,
			    (struct model_outcome){ 0 });
		worker->pool = NULL;
		/* It was kept for how its process would end. */
		worker->is_there = worker->client < MODEL_CLIENTS;
	}
	pool->is_broken = false;
	(void)model_cancel_waiting(model, pool);
	for (size_t i = model->first; i < model->count; i++) {
		if (model->tasks[i].pool == pool)
			model->tasks[i].is_gone = true;
	}
}

/* -- time --------------------------------------------------------------------------------------------------------- */

static struct model_task *
next_due(const struct pool_model *model)
{
	struct model_task *next = NULL;

	for (size_t i = model->first; i < model->count; i++) {
		struct model_task *task = &model->tasks[i];

		if (!task->is_gone && task->due_ns != MODEL_NEVER &&
		    (!next || task->due_ns < next->due_ns ||
			(task->due_ns == next->due_ns && task->due_order < next->due_order)))
			next = task;
	}
	return next;
}

uint64_t
model_next_time(const struct pool_model *model)
{
	const struct model_task *next = next_due(model);

	return next ? next->due_ns : MODEL_NEVER;
}

static void
fire(struct pool_model *model, struct model_task *task)
{
	task->due_ns = MODEL_NEVER;
	if (task->place == PLACE_ENDED) {
		task->terms.detached = false;
		model_settle(task);
	} else if (task->place == PLACE_RUNNING) {
		model_kill(task->worker, task);
		model_end(model, task, STATE_FAILED, (struct model_outcome){ .status = CONCUR_TASK_TIMED_OUT });
	} else if (!task->after_count) {
		go_on(model, task);
	}
}

void
model_pass_time(struct pool_model *model, uint64_t now_ns)
{
	struct model_task *task;

	model->now_ns = now_ns;
	while ((task = next_due(model)) && task->due_ns <= now_ns)
		fire(model, task);
	while (model->first < model->count && model->tasks[model->first].is_gone && !model->tasks[model->first].is_due)
		model->first++;
}
