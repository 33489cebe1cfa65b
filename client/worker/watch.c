/* The watch: of a worker that shares no page with the daemon, this thread sits in Worker.Watch.
 *
 * A task that is still in hand when the daemon recalls it is taken out of the batch here, under the lock by which
 * runners take theirs: it is begun or it is not. The first call is sent before the worker takes its first task, so that
 * the daemon never has a task in its hand of which it could say nothing. */
#include "worker.h"

#include "client/future.h"
#include "client/request.h"
#include "work.h"

#include "concur/v1/methods.h"

static void
answer_recall(struct concur_worker *worker, uint64_t id)
{
	Concur__V1__RecalledRequest body = CONCUR__V1__RECALLED_REQUEST__INIT;
	Concur__V1__Task *task;

	pthread_mutex_lock(&worker->lock);
	task = worker_take_out(worker, id);
	pthread_mutex_unlock(&worker->lock);
	body.worker = worker->id;
	body.task = id;
	body.begun = !task;
	request_tell(worker->session, CONCUR_METHOD_WORKER_RECALLED, &body.base);
	if (task)
		concur__v1__task__free_unpacked(task, NULL);
}

static void
give_up(struct concur_worker *worker, uint64_t task)
{
	struct concur_work *work;

	pthread_mutex_lock(&worker->lock);
	for (struct link *at = worker->running.next; at != &worker->running; at = at->next) {
		work = LINK_ENTRY(at, struct concur_work, running);
		if (work->task->task == task)
			atomic_store(&work->is_cancelled, true);
	}
	pthread_mutex_unlock(&worker->lock);
}

static void
obey(struct concur_worker *worker, const Concur__V1__WatchReply *reply)
{
	switch (reply->what) {
	case CONCUR__V1__WATCH_REPLY__WHAT__RECALL:
		answer_recall(worker, reply->task);
		break;
	case CONCUR__V1__WATCH_REPLY__WHAT__KILL:
		give_up(worker, reply->task);
		break;
	case CONCUR__V1__WATCH_REPLY__WHAT__END:
		concur_worker_drain(worker, false);
		break;
	default:
		break;
	}
}

bool
worker_begin_watch(struct concur_worker *worker)
{
	Concur__V1__WatchRequest body = CONCUR__V1__WATCH_REQUEST__INIT;
	bool is_attached;

	body.worker = worker->id;
	body.wait_ns = CONCUR_FOREVER;
	pthread_mutex_lock(&worker->lock);
	is_attached = worker->is_attached;
	if (is_attached)
		worker->watch = worker_begin(worker, CONCUR_METHOD_WORKER_WATCH, &body.base);
	pthread_mutex_unlock(&worker->lock);
	return is_attached;
}

/* Waits for the answer to the call that was begun. NULL: there will be none any more. */
static Concur__V1__WatchReply *
hear(struct concur_worker *worker)
{
	concur_future *future = worker->watch; /* only this thread changes it now */
	Concur__V1__WatchReply *reply = NULL;

	if (worker_await(future) == CONCUR_OK)
		reply = concur__v1__watch_reply__unpack(NULL, future->call.size, future->call.body);
	pthread_mutex_lock(&worker->lock);
	worker->watch = NULL;
	pthread_mutex_unlock(&worker->lock);
	concur_future_free(future);
	return reply;
}

void *
worker_watch(void *arg)
{
	struct concur_worker *worker = arg;
	Concur__V1__WatchReply *reply;
	bool is_last;

	do {
		reply = hear(worker);
		if (!reply)
			break;
		is_last = reply->what == CONCUR__V1__WATCH_REPLY__WHAT__END;
		obey(worker, reply);
		concur__v1__watch_reply__free_unpacked(reply, NULL);
	} while (!is_last && worker_begin_watch(worker));
	return NULL;
}
