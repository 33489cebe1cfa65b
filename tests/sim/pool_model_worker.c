/* The model of pools: workers, and what is in their hands. */
#include "tests/sim/pool_model.h"

#include <assert.h>
#include <string.h>

struct model_worker *
model_add_worker(struct pool_model *model)
{
	for (size_t i = 0; i < MODEL_WORKERS; i++) {
		if (!model->workers[i].is_there)
			return &model->workers[i];
	}
	return NULL;
}

bool
model_serves(const struct model_worker *worker, const struct model_task *task)
{
	if (task->terms.label && !(worker->labels & 1u << task->terms.label))
		return false;
	return worker->any || worker->functions & 1u << task->terms.function;
}

bool
model_is_over(const struct model_worker *worker)
{
	const struct model_pool *pool = worker->pool;

	return !pool || worker->is_draining || pool->is_broken || (pool->is_closed && !pool->unended);
}

/* -- handing out -------------------------------------------------------------------------------------------------- */

static bool
is_same_lane(const struct model_task *one, const struct model_task *other)
{
	return one->terms.function == other->terms.function && one->terms.label == other->terms.label;
}

static bool
waits_for(const struct model_worker *worker, const struct model_task *task)
{
	return task->place == PLACE_WAITING && task->pool == worker->pool && model_serves(worker, task);
}

/* For certain: no other has the same rank. */
static bool
is_first_of_lane(const struct pool_model *model, const struct model_worker *worker, const struct model_task *task)
{
	for (size_t i = model->first; i < model->count; i++) {
		const struct model_task *other = &model->tasks[i];

		if (waits_for(worker, other) && is_same_lane(task, other) && other != task &&
		    other->terms.priority == task->terms.priority && other->rank <= task->rank)
			return false;
	}
	return true;
}

void
model_blur(struct pool_model *model, int64_t since)
{
	for (size_t i = model->first; i < model->count; i++) {
		if (model->tasks[i].rank > since)
			model->tasks[i].rank = since + 1;
	}
}

/* Of a lane the one that came first, of the lanes' first ones the one that was submitted first. */
bool
model_may_hand(const struct pool_model *model, const struct model_worker *worker, const struct model_task *task)
{
	for (size_t i = model->first; i < model->count; i++) {
		const struct model_task *other = &model->tasks[i];

		if (other == task || !waits_for(worker, other) || other->terms.priority < task->terms.priority)
			continue;
		if (other->terms.priority > task->terms.priority)
			return false;
		if (is_same_lane(task, other) ? other->rank < task->rank
					      : other < task && is_first_of_lane(model, worker, other))
			return false;
	}
	return true;
}

static void
put_in_hand(struct model_worker *worker, struct model_task *task, size_t at)
{
	assert(task->place == PLACE_WAITING && worker->in_hand < MODEL_HAND);
	memmove(&worker->hand[at + 1], &worker->hand[at], (worker->in_hand - at) * sizeof worker->hand[0]);
	worker->hand[at] = task;
	worker->in_hand++;
	task->place = PLACE_HANDED;
	task->worker = worker;
	task->pool->waiting--;
	task->pool->in_hand++;
}

void
model_hand(struct pool_model *model, struct model_worker *worker, struct model_task *task)
{
	size_t at = worker->in_hand;

	while (at && worker->hand[at - 1]->is_inside)
		at--;
	put_in_hand(worker, task, at);
	(void)model;
}

static void
begin_one(struct pool_model *model, struct model_task *task)
{
	uint64_t timeout_ns = task->terms.timeout_ns ? task->terms.timeout_ns : task->pool->timeout_ns;

	task->place = PLACE_RUNNING;
	task->state = STATE_RUNNING;
	task->attempts++;
	task->since_ns = model->now_ns;
	model_set_due(model, task, timeout_ns);
	task->pool->in_hand--;
	task->pool->running++;
}

void
model_claim(struct pool_model *model, struct model_worker *worker, struct model_task *task)
{
	put_in_hand(worker, task, worker->in_hand);
	task->is_inside = true;
	begin_one(model, task);
}

void
model_begin(struct pool_model *model, struct model_worker *worker)
{
	unsigned running = 0;

	for (size_t i = 0; i < worker->in_hand; i++)
		running += worker->hand[i]->place == PLACE_RUNNING && !worker->hand[i]->is_inside;
	for (size_t i = 0; running < worker->threads && i < worker->in_hand; i++) {
		if (worker->hand[i]->place == PLACE_RUNNING)
			continue;
		begin_one(model, worker->hand[i]);
		running++;
	}
}

/* -- giving back -------------------------------------------------------------------------------------------------- */

void
model_leave_hand(struct pool_model *model, struct model_task *task)
{
	struct model_worker *worker = task->worker;
	size_t at = 0;

	(void)model;
	while (worker->hand[at] != task)
		at++;
	memmove(&worker->hand[at], &worker->hand[at + 1], (--worker->in_hand - at) * sizeof worker->hand[0]);
	if (task->place == PLACE_RUNNING)
		task->pool->running--;
	else
		task->pool->in_hand--;
	task->worker = NULL;
	task->is_asked = task->is_inside = false;
	task->due_ns = MODEL_NEVER;
}

void
model_give_back(struct pool_model *model, struct model_task *task, uint64_t delay_ns)
{
	struct model_pool *pool = task->pool;

	if (task->is_asked) {
		model_end(model, task, STATE_CANCELLED, (struct model_outcome){ 0 });
		return;
	}
	model_leave_hand(model, task);
	task->state = STATE_PENDING;
	task->since_ns = model->now_ns;
	if (delay_ns) {
		task->place = PLACE_HELD;
		model_set_due(model, task, delay_ns);
		pool->held++;
	} else {
		task->place = PLACE_WAITING;
		task->rank = --model->front;
		pool->waiting++;
		model->releases++;
	}
	/* Nobody takes it any more. */
	pool->is_cancelling |= pool->is_broken || pool->is_removed;
}

void
model_return(struct pool_model *model, struct model_task *task)
{
	struct model_worker *worker = task->worker;

	task->attempts -= task->place == PLACE_RUNNING;
	model_give_back(model, task, 0);
	model_begin(model, worker);
}

/* -- ends --------------------------------------------------------------------------------------------------------- */

void
model_command(struct model_worker *worker, enum model_what what, const struct model_task *task)
{
	assert(worker->commands_count < MODEL_COMMANDS);
	worker->commands[worker->commands_count++] = (struct model_command){ what, task };
}

void
model_kill(struct model_worker *worker, const struct model_task *task)
{
	if (worker->process)
		worker->is_draining = true;
	else
		model_command(worker, WHAT_KILL, task);
}

static void
blame(struct pool_model *model, struct model_task *task, enum concur_status status)
{
	struct model_pool *pool = task->pool;
	unsigned retries = task->terms.retries > pool->retries ? task->terms.retries : pool->retries;

	task->attempts += task->place != PLACE_RUNNING;
	if (task->attempts > retries) {
		model_end(model, task, STATE_FAILED, (struct model_outcome){ .status = status });
		return;
	}
	pool->retried += !task->is_asked;
	model_give_back(model, task, pool->backoff_ns << (task->attempts - 1));
}

static enum page_state
page_says(const struct page *page, const struct model_task *task)
{
	return page && !task->is_inside ? page_state(page->words[task->slot]) : PAGE_STARTED;
}

static void
let_go(struct pool_model *model, struct model_task *task, enum page_state state)
{
	switch (state) {
	case PAGE_QUEUED:
		task->attempts -= task->place == PLACE_RUNNING;
		model_give_back(model, task, 0);
		break;
	case PAGE_RECALLED:
		model_end(model, task, STATE_CANCELLED, (struct model_outcome){ 0 });
		break;
	case PAGE_STARTED:
		blame(model, task, CONCUR_WORKER_DIED);
		break;
	case PAGE_DONE:
		blame(model, task, CONCUR_RESULT_LOST);
		break;
	}
}

/* What was begun in its order; then what was not, the youngest first: each goes to the front. */
void
model_worker_gone(struct pool_model *model, struct model_worker *worker, const struct page *page)
{
	worker->threads = 0;
	for (size_t i = 0; i < worker->in_hand;) {
		struct model_task *task = worker->hand[i];

		if (page_says(page, task) == PAGE_QUEUED)
			i++;
		else
			let_go(model, task, page_says(page, task));
	}
	while (worker->in_hand)
		let_go(model, worker->hand[worker->in_hand - 1], PAGE_QUEUED);
	if (worker->pool)
		worker->pool->workers--;
	worker->is_there = false;
}
