/* Runners: threads that take tasks and run them.
 *
 * Tasks come in batches. A runner that finds none in hand asks for the next batch, with what is done in the same call,
 * unless another one does so already; then it sees to it that what is done is sent, and waits. So there is one call of
 * Worker.Take at most, and none while everybody has work. */
#include "worker.h"

#include "client/clock.h"
#include "client/future.h"
#include "client/self.h"
#include "work.h"

#include "concur/v1/methods.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* -- in hand ------------------------------------------------------------------------------------------------------ */

static bool
has_tasks(const struct concur_worker *worker)
{
	return worker->batch && worker->next < worker->batch->n_tasks;
}

/* Under the lock: the oldest task in hand, now the caller's. */
static Concur__V1__Task *
pop(struct concur_worker *worker)
{
	Concur__V1__Task *task = worker->batch->tasks[worker->next];

	worker->batch->tasks[worker->next++] = NULL;
	return task;
}

Concur__V1__Task *
worker_take_out(struct concur_worker *worker, uint64_t task)
{
	size_t count = worker->batch ? worker->batch->n_tasks : 0;
	Concur__V1__Task **tasks, *found;

	for (size_t i = worker->next; i < count; i++) {
		tasks = worker->batch->tasks;
		if (tasks[i]->task != task)
			continue;
		found = tasks[i];
		memmove(&tasks[i], &tasks[i + 1], (count - i - 1) * sizeof(Concur__V1__Task *));
		worker->batch->n_tasks--;
		return found;
	}
	return NULL;
}

/* Under the lock. What the daemon has taken back itself is not spoken of. */
static void
give_back_locked(struct concur_worker *worker)
{
	while (has_tasks(worker)) {
		Concur__V1__Task *task = pop(worker);

		if (!worker->page || (task->slot < PAGE_SLOTS && page_begin(worker->page, task->slot, task->task)))
			report_pending(worker, task->task);
		concur__v1__task__free_unpacked(task, NULL);
	}
}

void
worker_give_back(struct concur_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	give_back_locked(worker);
	worker_send_done(worker, &worker->done);
	pthread_mutex_unlock(&worker->lock);
}

static void
drop_batch(struct concur_worker *worker)
{
	while (has_tasks(worker))
		concur__v1__task__free_unpacked(pop(worker), NULL);
	if (!worker->batch)
		return;
	worker->batch->n_tasks = 0;
	concur__v1__take_reply__free_unpacked(worker->batch, NULL);
	worker->batch = NULL;
	worker->next = 0;
}

/* -- taking ------------------------------------------------------------------------------------------------------- */

/* Bytes of memory that this process has; 0 if it can not be told. */
static uint64_t
memory_in_use(void)
{
	unsigned long long all, resident;
	char text[128];

	if (!self_read("/proc/self/statm", text, sizeof text))
		return 0;
	if (sscanf(text, "%llu %llu", &all, &resident) != 2)
		return 0;
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Under the lock: it has run as many tasks as it may, or has grown as large, or as old. */
static bool
is_used_up(const struct concur_worker *worker)
{
	return (worker->tasks_max && worker->begun >= worker->tasks_max) ||
	    (worker->memory_max && worker->begun > 0 && memory_in_use() > worker->memory_max) ||
	    (worker->age_max_ns && worker->begun > 0 &&
		(uint64_t)(clock_now_ns() - worker->attached_ns) > worker->age_max_ns);
}

/* Under the lock. */
static uint32_t
tasks_to_ask_for(struct concur_worker *worker)
{
	unsigned threads = worker->options->threads ? worker->options->threads : 1;
	uint64_t count = (uint64_t)credit_ask(&worker->credit) * threads;

	if (worker->options->one_by_one)
		return 1;
	if (count > CREDIT_MAX)
		count = CREDIT_MAX;
	if (worker->tasks_max && worker->begun + count > worker->tasks_max)
		count = worker->begun < worker->tasks_max ? worker->tasks_max - worker->begun : 1;
	return (uint32_t)count;
}

/* Under the lock: sends the call, with what is done. */
static concur_future *
begin_take(struct concur_worker *worker)
{
	Concur__V1__TakeRequest body = CONCUR__V1__TAKE_REQUEST__INIT;
	ProtobufCBinaryData views[DONE_COUNT];
	concur_future *future;

	done_views(&worker->done, views);
	body.worker = worker->id;
	body.count = tasks_to_ask_for(worker);
	body.wait_ns = CONCUR_FOREVER;
	body.n_done = worker->done.count;
	body.done = views;
	future = worker_begin(worker, CONCUR_METHOD_WORKER_TAKE, &body.base);
	done_clear(&worker->done);
	return future;
}

/* The answer to it: its tasks, or the end. */
static enum concur_status
read_answer(concur_future *future, enum concur_status status, Concur__V1__TakeReply **ret_reply)
{
	if (status != CONCUR_OK)
		return status;
	*ret_reply = concur__v1__take_reply__unpack(NULL, future->call.size, future->call.body);
	if (!*ret_reply)
		return future_bad_reply();
	return (*ret_reply)->outcome == CONCUR__V1__OUTCOME__END_OF_FILE ? CONCUR_END_OF_FILE : CONCUR_OK;
}

/* Under the lock, which it gives up meanwhile. */
static void
take(struct concur_worker *worker)
{
	Concur__V1__TakeReply *reply = NULL;
	enum concur_status status;
	concur_future *future;

	worker->is_taking = true;
	future = begin_take(worker);
	pthread_mutex_unlock(&worker->lock);
	status = worker_await(future);
	status = read_answer(future, status, &reply);
	concur_future_free(future);
	pthread_mutex_lock(&worker->lock);
	worker->is_taking = false;
	drop_batch(worker);
	worker->batch = reply;
	if (status != CONCUR_OK) {
		worker->is_over = true;
		worker->end = status == CONCUR_END_OF_FILE ? CONCUR_OK : status;
	}
	pthread_cond_broadcast(&worker->changed);
}

/* Under the lock: this thread has nothing to do until another one has taken. */
static void
stand_by(struct concur_worker *worker)
{
	worker_send_done(worker, &worker->done);
	pthread_cond_wait(&worker->changed, &worker->lock);
}

/* The next task, to be freed; NULL when the attachment is over. */
static Concur__V1__Task *
next_task(struct concur_worker *worker)
{
	Concur__V1__Task *task = NULL;

	pthread_mutex_lock(&worker->lock);
	while (!task) {
		if (worker->is_draining)
			give_back_locked(worker);
		if (has_tasks(worker))
			task = pop(worker);
		else if (worker->is_over)
			break;
		else if (worker->is_taking)
			stand_by(worker);
		else {
			if (!worker->is_draining && is_used_up(worker)) {
				worker->is_draining = true;
				worker_tell_drain(worker);
			}
			take(worker);
		}
	}
	pthread_mutex_unlock(&worker->lock);
	return task;
}

void
worker_run_tasks(struct concur_worker *worker, unsigned thread)
{
	Concur__V1__Task *task;
	int64_t begun_ns;

	while ((task = next_task(worker))) {
		begun_ns = clock_now_ns();
		work_run(worker, thread, task, NULL);
		concur__v1__task__free_unpacked(task, NULL);
		pthread_mutex_lock(&worker->lock);
		credit_note(&worker->credit, clock_now_ns() - begun_ns);
		pthread_mutex_unlock(&worker->lock);
	}
	pthread_mutex_lock(&worker->lock);
	drop_batch(worker);
	pthread_mutex_unlock(&worker->lock);
}
