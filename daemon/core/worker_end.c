/* Workers: what becomes of the tasks of one that has gone. What it had not begun goes back to where it was, uncounted.
 * What it had begun is run again if its retries allow, and otherwise fails with the exact cause. */
#include "daemon/core/hired.h"

#include "lib/value_build.h"

#include <stdio.h>

/* How far the worker's page says that the task is; without a page whatever it had in hand may have been begun. */
static enum page_state
worker_page_state(const struct task *task, const struct fate *fate)
{
	uint64_t word;

	if (task->flags & TASK_FRESH)
		return PAGE_QUEUED;
	if (!fate->page || task->slot == TASK_NO_SLOT)
		return PAGE_STARTED;
	word = page_read(fate->page, task->slot);
	return page_task(word) == task_id(task) ? page_state(word) : PAGE_STARTED;
}

static void
fate_tell(const struct fate *fate, char *text, size_t size)
{
	if (!fate->is_told)
		snprintf(text, size, "its worker went, and its session with it");
	else if (fate->exit_code < 0)
		snprintf(text, size, "its worker was ended by signal %d", -fate->exit_code);
	else
		snprintf(text, size, "its worker ended with exit code %d", fate->exit_code);
}

enum { FATE_PAIRS = 8 };

/* NULL if there is no memory. */
static struct blob *
fate_error(const struct fate *fate, enum concur_status status)
{
	struct value parts[2 * FATE_PAIRS];
	uint8_t rooms[FATE_PAIRS][VALUE_SCALAR_MAX], *data;
	const char *names[] = { "status", fate->exit_code < 0 ? "signal" : "exit_code", "user_ns", "system_ns",
		"memory" };
	int64_t numbers[] = { status, fate->exit_code < 0 ? -fate->exit_code : fate->exit_code, (int64_t)fate->user_ns,
		(int64_t)fate->system_ns, (int64_t)fate->memory };
	size_t count = fate->is_told ? 5 : 1, n = 0;
	struct blob *blob;
	char text[96];

	fate_tell(fate, text, sizeof text);
	parts[n++] = value_of_text("type");
	parts[n++] = value_of_text(status == CONCUR_RESULT_LOST ? "RESULT_LOST" : "WORKER_DIED");
	parts[n++] = value_of_text("message");
	parts[n++] = value_of_text(text);
	for (size_t i = 0; i < count; i++) {
		parts[n++] = value_of_text(names[i]);
		value_set_integer(&parts[n++], rooms[i], numbers[i]);
	}
	blob = blob_alloc(VALUE_MAP, value_mapping_size(parts, n / 2), &data);
	if (blob)
		value_mapping_write(data, parts, n / 2);
	return blob;
}

static uint64_t
task_backoff(const struct pool *pool, const struct task *task)
{
	unsigned doublings = task->attempts > 16 ? 16u : task->attempts - 1u;

	return pool->backoff_ns > UINT64_MAX >> doublings ? UINT64_MAX : pool->backoff_ns << doublings;
}

static void
worker_blame(struct core *core, struct task *task, const struct fate *fate, enum concur_status status)
{
	struct pool *pool = task_in(task);
	uint32_t retries = task->terms->retries > pool->retries ? task->terms->retries : pool->retries;
	struct blob *error;

	if (task->place != TASK_RUNNING)
		task_count_attempt(task);
	if (task->attempts <= retries) {
		pool->retried += !(task->flags & TASK_ASKED);
		task_give_back(core, task, task_backoff(pool, task));
		return;
	}
	error = fate_error(fate, status);
	if (error)
		pool_adopt(core, pool, error);
	task_end(core, task, FUTURE_FAILED, error);
}

static void
worker_let_go(struct core *core, struct task *task, const struct fate *fate, enum page_state state)
{
	switch (state) {
	case PAGE_QUEUED:
		if (task->place == TASK_RUNNING)
			task->attempts--;
		task_give_back(core, task, 0);
		break;
	case PAGE_RECALLED:
		task_end(core, task, FUTURE_CANCELLED, NULL);
		break;
	case PAGE_STARTED:
		worker_blame(core, task, fate, CONCUR_WORKER_DIED);
		break;
	case PAGE_DONE:
		worker_blame(core, task, fate, CONCUR_RESULT_LOST);
		break;
	}
}

/* What was begun comes in the order in which it was taken, for its back-off may end in one turn; then what was not, the
 * youngest first, for each goes to the front of its lane. */
static void
worker_empty_hand(struct core *core, struct worker *worker, const struct fate *fate)
{
	struct link *next;

	for (struct link *at = worker->hand.next; at != &worker->hand; at = next) {
		enum page_state state = worker_page_state(task_of_link(at), fate);

		next = at->next;
		if (state != PAGE_QUEUED)
			worker_let_go(core, task_of_link(at), fate, state);
	}
	while (!link_empty(&worker->inside))
		worker_let_go(core, task_of_link(worker->inside.next), fate, PAGE_STARTED);
	while (!link_empty(&worker->fresh))
		worker_let_go(core, task_of_link(worker->fresh.prev), fate, PAGE_QUEUED);
	while (!link_empty(&worker->hand))
		worker_let_go(core, task_of_link(worker->hand.prev), fate, PAGE_QUEUED);
}

/* Its calls that wait are answered: it has ended. */
static void
worker_answer_calls(struct core *core, struct worker *worker)
{
	struct waiter *taker = worker_waiter(worker, worker->take_call, POOL_TAKES);
	struct waiter *watcher = worker_waiter(worker, worker->watch_call, POOL_WATCHES);

	if (taker)
		waiter_wake_outcome(core, taker, OUTCOME_END_OF_FILE);
	if (!watcher)
		return;
	watcher->result.number = WORKER_END;
	watcher->result.generation = 0;
	waiter_wake(core, watcher, CONCUR_OK);
}

void
worker_free(struct core *core, struct worker *worker, const struct fate *fate)
{
	struct pool *pool = worker->pool;

	worker_answer_calls(core, worker);
	worker->threads = 0;
	worker_empty_hand(core, worker, fate);
	if (pool) {
		pool->workers_count--;
		object_ref(core, &pool->object);
	}
	worker_release(core, worker);
	if (pool) {
		pool_serve(core, pool);
		object_unref(core, &pool->object);
	}
}

void
worker_end(struct core *core, struct worker *worker, bool died)
{
	const struct fate fate = { 0 };

	struct hired *hired = worker->hired;

	if (hired && (died || worker->in_hand)) {
		/* How its process ends says what became of what it had in hand. */
		worker_answer_calls(core, worker);
		worker->session = NULL;
		worker->draining = true;
		link_remove(&worker->in_session);
		hired_stop(core, hired);
		return;
	}
	if (hired) {
		hired->worker = NULL;
		worker->pool->hired_leaving++;
	}
	if (worker->pool)
		worker->pool->lost += died;
	worker_free(core, worker, &fate);
}

void
workers_end(struct core *core, struct session *session, bool died)
{
	while (!link_empty(&session->workers))
		worker_end(core, LINK_ENTRY(session->workers.next, struct worker, in_session), died);
}
