/* How runs have ended: into the list of what is done, which a runner sends with its next Take, or the flusher before.
 *
 * Where a result does not fit what is gathered, that is sent first. An entry that needs no memory always fits an empty
 * list, so that a task whose result found no room fails, and nothing else is lost. */
#include "work.h"

#include "client/clock.h"
#include "lib/value.h"
#include "client/values.h"

/* Under the lock. To send is done under it, too: it waits for no answer. */
static bool
add(struct concur_worker *worker, uint64_t task, enum concur_task_phase phase, const struct done_value *value)
{
	size_t size = done_measure(value ? value->head_size + value->size : 0);

	if (worker->done.count == DONE_COUNT || (worker->done.count && worker->done.size + size > worker->done_max))
		worker_send_done(worker, &worker->done);
	if (done_add(&worker->done, task, phase, value))
		return true;
	worker_send_done(worker, &worker->done);
	return done_add(&worker->done, task, phase, value);
}

/* There is no memory for what the task said. */
static void
add_no_memory(struct concur_worker *worker, uint64_t task)
{
	struct concur_value error = CMAP(CV("status"), CV((int)CONCUR_NO_MEMORY), CV("message"),
	    CV("the worker has no memory for what the task said"), CV("type"), CV("MemoryError"));
	uint8_t room[DONE_SMALL_MAX];
	struct done_value value = { .payload = room };

	if (values_measure(&error, worker->depth_max, &value.size) != CONCUR_OK || value.size > sizeof room)
		return;
	values_encode(room, &error);
	(void)add(worker, task, CONCUR_PHASE_FAILED, &value);
}

/* Under the lock: the first result that waits wakes the flusher, if that sleeps. */
static void
note_waiting(struct concur_worker *worker)
{
	if (worker->done.count != 1)
		return;
	worker->done.since_ns = clock_now_ns();
	pthread_cond_signal(&worker->waiting);
}

void
work_report(struct concur_work *work)
{
	static const uint8_t null[] = { 1 << 3, 1 };
	struct concur_worker *worker = work->worker;
	uint8_t head[VALUE_HEAD_MAX];
	struct done_value value = { .head = head, .payload = work->result, .size = work->size };
	bool is_lost = work->has_error && work->size == 0; /* no memory for the error */

	if (work->each)
		value.head_size = (size_t)(value_encode_head(head, VALUE_LIST, work->size) - head);
	else if (work->size == 0)
		value = (struct done_value){ .payload = null, .size = sizeof null };
	pthread_mutex_lock(&worker->lock);
	link_remove(&work->running);
	if (is_lost ||
	    !add(worker, work->task->task, work->has_error ? CONCUR_PHASE_FAILED : CONCUR_PHASE_FINISHED, &value))
		add_no_memory(worker, work->task->task);
	note_waiting(worker);
	if (worker->page && work->task->slot < PAGE_SLOTS)
		page_done(worker->page, work->task->slot, work->task->task);
	pthread_mutex_unlock(&worker->lock);
}

void
report_pending(struct concur_worker *worker, uint64_t task)
{
	(void)add(worker, task, CONCUR_PHASE_PENDING, NULL);
	note_waiting(worker);
}
