/* Tasks as they are completed: a queue that the daemon puts (id, phase, value) into, read in batches.
 *
 * A batch that was read and not yet given lies in a list; `left` counts what was submitted and not given, `ended` what
 * of that is in the list, so left - ended are still to come. */
#include "completions.h"

#include "clock.h"
#include "error.h"
#include "object.h"
#include "task_error.h"

#include <stdlib.h>

enum { BATCH_MAX = 1024 }; /* completions of one call */

struct batch {
	struct batch *behind;
	struct concur_values values;
	size_t next; /* of values.items */
};

struct concur_completions {
	concur_queue *queue;
	size_t left;
	size_t ended;
	size_t failed; /* of them */
	struct batch *first, **last;
	struct batch *given; /* the value that was given last is in it, and nothing else to be given */
};

enum concur_status
concur_completions_new(concur_session *session, concur_completions **ret_completions)
{
	concur_completions *completions = calloc(1, sizeof *completions);
	enum concur_status status;

	if (!completions)
		return error_plain(CONCUR_NO_MEMORY);
	completions->last = &completions->first;
	status = concur_queue_open(session, NULL, NULL, &completions->queue);
	if (status != CONCUR_OK) {
		free(completions);
		return status;
	}
	*ret_completions = completions;
	return CONCUR_OK;
}

static void
batch_free(struct batch *batch)
{
	if (!batch)
		return;
	concur_values_free(&batch->values);
	free(batch);
}

void
concur_completions_free(concur_completions *completions)
{
	struct batch *batch;

	if (!completions)
		return;
	while ((batch = completions->first)) {
		completions->first = batch->behind;
		batch_free(batch);
	}
	batch_free(completions->given);
	concur_free(completions->queue);
	free(completions);
}

/* -- submitting --------------------------------------------------------------------------------------------------- */

void
completions_announce(concur_completions *completions, struct concur_task *task)
{
	task->completion = completions->queue;
	task->release = true;
}

void
completions_expect(concur_completions *completions, size_t count)
{
	completions->left += count;
}

enum concur_status
concur_completions_submit(concur_completions *completions, concur_pool *pool, const struct concur_task *task,
    int64_t timeout_ns, uint64_t *ret_task)
{
	struct concur_task gathered = *task;
	enum concur_status status;
	uint64_t id;

	completions_announce(completions, &gathered);
	status = concur_pool_submit(pool, &gathered, timeout_ns, &id);
	if (status == CONCUR_OK)
		completions_expect(completions, 1);
	if (ret_task && (status == CONCUR_OK || status == CONCUR_EXISTS))
		*ret_task = id;
	return status;
}

enum concur_status
concur_completions_submit_many(concur_completions *completions, concur_pool *pool, const struct concur_task *task,
    const struct concur_value *arguments, size_t count, int64_t timeout_ns, uint64_t *ret_first)
{
	struct concur_task gathered = *task;
	enum concur_status status;
	uint64_t first;

	completions_announce(completions, &gathered);
	status = concur_pool_submit_many(pool, &gathered, arguments, count, timeout_ns, &first);
	if (status != CONCUR_OK)
		return status;
	completions_expect(completions, count);
	if (ret_first)
		*ret_first = first;
	return CONCUR_OK;
}

/* -- reading ------------------------------------------------------------------------------------------------------ */

static bool
is_completion(const struct concur_value *item)
{
	return (item->kind == CONCUR_VALUE_TUPLE || item->kind == CONCUR_VALUE_LIST) && item->count == 3 &&
	    item->items[0].kind == CONCUR_VALUE_INTEGER && item->items[1].kind == CONCUR_VALUE_INTEGER;
}

static enum concur_status
check_batch(const struct concur_values *values, size_t *ret_failed)
{
	size_t failed = 0;

	for (size_t i = 0; i < values->count; i++) {
		if (!is_completion(&values->items[i]))
			return error_plain(CONCUR_BAD_REPLY);
		failed += values->items[i].items[1].integer != CONCUR_PHASE_FINISHED;
	}
	*ret_failed = failed;
	return CONCUR_OK;
}

/* Puts one more batch behind the others. TIMED_OUT. */
static enum concur_status
read_batch(concur_completions *completions, int64_t timeout_ns)
{
	size_t missing = completions->left - completions->ended, failed = 0;
	struct batch *batch = calloc(1, sizeof *batch);
	enum concur_status status;

	if (!batch)
		return error_plain(CONCUR_NO_MEMORY);
	status = concur_queue_get_many(completions->queue, missing < BATCH_MAX ? (uint32_t)missing : BATCH_MAX,
	    timeout_ns, &batch->values);
	if (status == CONCUR_OK)
		status = check_batch(&batch->values, &failed);
	if (status != CONCUR_OK) {
		batch_free(batch);
		return status == CONCUR_EMPTY ? error_plain(CONCUR_TIMED_OUT) : status;
	}
	completions->ended += batch->values.count;
	completions->failed += failed;
	*completions->last = batch;
	completions->last = &batch->behind;
	return CONCUR_OK;
}

/* Takes the first batch out of the list; what it gave last is good until the next call. */
static void
retire_first(concur_completions *completions)
{
	struct batch *batch = completions->first;

	completions->first = batch->behind;
	if (!completions->first)
		completions->last = &completions->first;
	completions->given = batch;
}

static void
fill_completed(const struct concur_value *item, struct concur_completed *ret_completed)
{
	const struct concur_value *value = &item->items[2];
	struct concur_completed completed = { .task = (uint64_t)item->items[0].integer,
		.phase = (enum concur_task_phase)item->items[1].integer,
		.value = *value };

	if (completed.phase == CONCUR_PHASE_FAILED)
		completed.status = task_error_status(value);
	else
		completed.status = task_end_status(completed.phase, NULL, 0);
	*ret_completed = completed;
}

enum concur_status
concur_completions_next(concur_completions *completions, int64_t timeout_ns, struct concur_completed *ret_completed)
{
	enum concur_status status = CONCUR_OK;
	struct batch *batch;

	batch_free(completions->given);
	completions->given = NULL;
	if (completions->left == 0)
		return error_plain(CONCUR_NOT_THERE);
	if (!completions->first)
		status = read_batch(completions, timeout_ns);
	if (status != CONCUR_OK)
		return status;
	batch = completions->first;
	fill_completed(&batch->values.items[batch->next++], ret_completed);
	completions->left--;
	completions->ended--;
	completions->failed -= ret_completed->status != CONCUR_OK;
	if (batch->next == batch->values.count)
		retire_first(completions);
	return CONCUR_OK;
}

/* -- waiting ------------------------------------------------------------------------------------------------------ */

static bool
is_so(const concur_completions *completions, enum concur_when when)
{
	if (completions->ended == completions->left)
		return true;
	if (when == CONCUR_FIRST_COMPLETED)
		return completions->ended > 0;
	return when == CONCUR_FIRST_EXCEPTION && completions->failed > 0;
}

enum concur_status
concur_completions_wait(concur_completions *completions, enum concur_when when, int64_t timeout_ns)
{
	int64_t deadline_ns = timeout_ns > 0 ? clock_now_ns() + timeout_ns : 0, left_ns = timeout_ns;
	enum concur_status status = CONCUR_OK;

	if (completions->left == 0)
		return error_plain(CONCUR_NOT_THERE);
	while (status == CONCUR_OK && !is_so(completions, when)) {
		if (timeout_ns > 0)
			left_ns = deadline_ns > clock_now_ns() ? deadline_ns - clock_now_ns() : 0;
		status = read_batch(completions, left_ns);
	}
	return status;
}

size_t
concur_completions_left(const concur_completions *completions)
{
	return completions->left;
}
