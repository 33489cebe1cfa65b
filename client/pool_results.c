/* What calls on pools answer with. */
#include "future.h"

#include "error.h"

#include "concur/v1/pool.pb-c.h"

#include <stdlib.h>

enum concur_status
concur_future_task(concur_future *future, uint64_t *ret_task)
{
	enum concur_status status = future_settle(future, RESULT_TASK_ID);
	Concur__V1__SubmitReply *reply;

	if ((status != CONCUR_OK && status != CONCUR_EXISTS) || !ret_task)
		return status;
	reply = concur__v1__submit_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_task = reply->future;
	concur__v1__submit_reply__free_unpacked(reply, NULL);
	return status;
}

enum concur_status
concur_future_pool_state(concur_future *future, struct concur_pool_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_POOL_STATE);
	Concur__V1__PoolState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__pool_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_state = (struct concur_pool_state){ .waiting = reply->waiting,
		.held = reply->held,
		.running = reply->running,
		.in_hand = reply->in_hand,
		.done = reply->done,
		.failed = reply->failed,
		.cancelled = reply->cancelled,
		.retried = reply->retried,
		.workers = reply->workers,
		.workers_max = reply->workers_max,
		.started = reply->started,
		.lost = reply->lost,
		.capacity = reply->capacity,
		.is_closed = reply->is_closed,
		.is_broken = reply->is_broken,
		.kind = (enum concur_pool_kind)reply->kind };
	reply_word(ret_state->thread_name_prefix, sizeof ret_state->thread_name_prefix, &reply->thread_name_prefix);
	reply_word(ret_state->why, sizeof ret_state->why, &reply->why);
	concur__v1__pool_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}

/* -- workers ------------------------------------------------------------------------------------------------------ */

/* As many as fit, with blanks between them. */
static void
copy_labels(struct concur_pool_worker *worker, const Concur__V1__WorkerInfo *from)
{
	size_t used = 0;

	for (size_t i = 0; i < from->n_labels && used + from->labels[i].len + 2 < sizeof worker->labels; i++) {
		if (used)
			worker->labels[used++] = ' ';
		reply_word(worker->labels + used, sizeof worker->labels - used, &from->labels[i]);
		used += from->labels[i].len;
	}
}

static void
fill_worker(struct concur_pool_worker *worker, const Concur__V1__WorkerInfo *from)
{
	*worker = (struct concur_pool_worker){ .worker = from->worker,
		.session = from->session,
		.process = from->process,
		.threads = from->threads,
		.remote = from->remote,
		.draining = from->draining,
		.age_ns = from->age_ns,
		.done = from->done,
		.in_hand = from->in_hand,
		.running = from->running,
		.running_ns = from->running_ns,
		.waits_for = from->waits_for };
	reply_word(worker->function, sizeof worker->function, &from->function);
	reply_word(worker->name, sizeof worker->name, &from->name);
	copy_labels(worker, from);
}

enum concur_status
concur_future_pool_workers(concur_future *future, struct concur_pool_workers *ret_workers)
{
	enum concur_status status = future_settle(future, RESULT_POOL_WORKERS);
	struct concur_pool_worker *items;
	Concur__V1__WorkersReply *reply;

	if (status != CONCUR_OK || !ret_workers)
		return status;
	reply = concur__v1__workers_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	items = malloc(reply->n_workers * sizeof *items + 1);
	if (items) {
		*ret_workers = (struct concur_pool_workers){ items, reply->n_workers, reply->cursor };
		for (size_t i = 0; i < reply->n_workers; i++)
			fill_worker(&items[i], reply->workers[i]);
	} else {
		status = error_plain(CONCUR_NO_MEMORY);
	}
	concur__v1__workers_reply__free_unpacked(reply, NULL);
	return status;
}

void
concur_pool_workers_free(struct concur_pool_workers *workers)
{
	if (!workers)
		return;
	free(workers->items);
	*workers = (struct concur_pool_workers){ 0 };
}
