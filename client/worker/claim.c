/* Claiming.
 *
 * A thread that waits in a task is lost to its pool, and if all are, nothing ends any more. So the task that is waited
 * for is run by the one who waits, on its own stack, in a context of that task's own. Where that can't be, for it runs
 * already, or is another pool's, or there is not enough left of the stack, the thread waits; tasks that the worker has
 * in hand then go to others, who could otherwise wait for them in a circle.
 *
 * The daemon is told in any case: it finds circles of such waits, and starts a spare worker where nobody is left. */
#include "config.h"

#include "claim.h"

#include "client/future.h"
#include "client/thread.h"
#include "lib/frame.h"
#include "work.h"

#include "concur/v1/methods.h"

enum { STACK_LEFT = 1 << 20 }; /* bytes that a task has at least which is run inside of another one */

/* The address below which no task is begun on the calling thread's stack; UINTPTR_MAX if it can not be told. */
static uintptr_t
stack_floor(void)
{
	uintptr_t floor = UINTPTR_MAX;
	pthread_attr_t attributes;
	size_t size;
	void *low;

	if (pthread_getattr_np(pthread_self(), &attributes))
		return floor;
	if (pthread_attr_getstack(&attributes, &low, &size) == 0)
		floor = (uintptr_t)low + (size > 4 * STACK_LEFT ? STACK_LEFT : size / 4);
	(void)pthread_attr_destroy(&attributes);
	return floor;
}

/* It is asked for once in an outermost run: that reads a file. */
static bool
has_stack(struct concur_work *work)
{
	char here;

	if (!work->stack_floor)
		work->stack_floor = work->outer && work->outer->stack_floor ? work->outer->stack_floor : stack_floor();
	return (uintptr_t)&here > work->stack_floor;
}

bool
claim_may_run(const concur_session *session)
{
	const struct concur_work *work = thread_work();

	return work && work->worker->session == session;
}

/* Asks for a task that waits in the pool. NULL: it can not be had. */
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

/* Takes it out of what is in hand, and says so. NULL: it is not there. */
static Concur__V1__Task *
claim_own(struct concur_worker *worker, uint64_t id)
{
	Concur__V1__ClaimRequest body = CONCUR__V1__CLAIM_REQUEST__INIT;
	Concur__V1__Task *task;

	pthread_mutex_lock(&worker->lock);
	task = worker_take_out(worker, id);
	pthread_mutex_unlock(&worker->lock);
	if (!task)
		return NULL;
	body.worker = worker->id;
	body.task = id;
	body.in_hand = true;
	worker_tell(worker, CONCUR_METHOD_WORKER_CLAIM, &body.base);
	return task;
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
	if (has_stack(work)) {
		mine = claim_own(worker, task);
		if (!mine)
			mine = claim(worker, task);
	}
	if (mine)
		run_claimed(work, mine);
	else
		worker_give_back(worker);
}
