/* Claiming.
 *
 * A thread that waits in a task is lost to its pool, and if all are, nothing ends any more. So the task that is waited
 * for is run by the one who waits, on its own stack, in a context of that task's own. Where that can't be, for it runs
 * already or this is nested too deep, the thread waits; tasks that the worker has in hand then go to others, who could
 * otherwise wait for them in a circle. */
#include "claim.h"

#include "client/future.h"
#include "client/thread.h"
#include "work.h"

#include "concur/v1/methods.h"

enum { CLAIM_DEPTH_MAX = 200 }; /* runs within each other on one stack */

bool
claim_may_run(const concur_session *session)
{
	const struct concur_work *work = thread_work();

	return work && work->worker->session == session;
}

/* Asks for a task that waits in the pool, or in another worker's hand. NULL: it can not be had. */
static Concur__V1__Task *
claim(struct concur_worker *worker, uint64_t task)
{
	Concur__V1__ClaimRequest body = CONCUR__V1__CLAIM_REQUEST__INIT;
	Concur__V1__TakeReply *reply = NULL;
	Concur__V1__Task *claimed = NULL;
	concur_future *future;

	body.worker = worker->id;
	body.task = task;
	if (worker_ask(worker, CONCUR_METHOD_WORKER_CLAIM, &body.base, &future) == CONCUR_OK)
		reply = concur__v1__take_reply__unpack(NULL, future->call.size, future->call.body);
	concur_future_free(future);
	if (reply && reply->outcome == CONCUR__V1__OUTCOME__DONE && reply->n_tasks == 1) {
		claimed = reply->tasks[0];
		reply->n_tasks = 0;
	}
	if (reply)
		concur__v1__take_reply__free_unpacked(reply, NULL);
	return claimed;
}

static void
run_claimed(struct concur_work *work, Concur__V1__Task *task)
{
	struct concur_worker *worker = work->worker;

	work_run(worker, work->thread, task, work);
	concur__v1__task__free_unpacked(task, NULL);
	/* It is about to be asked for. */
	pthread_mutex_lock(&worker->lock);
	worker_send_done(worker, &worker->done);
	pthread_mutex_unlock(&worker->lock);
}

void
claim_and_run(concur_session *session, uint64_t task)
{
	struct concur_work *work = thread_work();
	Concur__V1__Task *mine = NULL;
	struct concur_worker *worker;

	if (!claim_may_run(session))
		return;
	worker = work->worker;
	if (work->depth < CLAIM_DEPTH_MAX) {
		pthread_mutex_lock(&worker->lock);
		mine = worker_take_out(worker, task);
		pthread_mutex_unlock(&worker->lock);
		if (!mine)
			mine = claim(worker, task);
	}
	if (mine)
		run_claimed(work, mine);
	else
		worker_give_back(worker);
}
