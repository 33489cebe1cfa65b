/* What simulated clients do with futures and with their calls, and how pools end. */
#include "tests/sim/pools.h"

/* One in some worker's hand; NULL: the draw has found none. */
static struct model_task *
draw_handed(struct run *run)
{
	const struct model_worker *worker = &run->model.workers[random_below(&run->random, MODEL_WORKERS)];

	return worker->is_there && worker->in_hand ? worker->hand[0] : NULL;
}

/* A task that somebody may ask for; NULL after asking for one that is gone. */
static struct model_task *
draw_there(struct run *run, unsigned client, const char *method, void (*set)(void *request, uint64_t future),
    void *request)
{
	struct model_task *task = random_once_in(&run->random, 2) ? draw_handed(run) : NULL;

	if (!task)
		task = pools_draw_task(run);
	if (!task)
		return NULL;
	set(request, task->id);
	if (!task->is_gone)
		return task;
	(void)pools_call(run, client, method, request, CONCUR_NOT_FOUND);
	return NULL;
}

static void
set_wait(void *request, uint64_t future)
{
	((Concur__V1__FutureWaitRequest *)request)->future = future;
}

static void
set_cancel(void *request, uint64_t future)
{
	((Concur__V1__FutureCancelRequest *)request)->future = future;
}

static void
set_future(void *request, uint64_t future)
{
	((Concur__V1__FutureRequest *)request)->future = future;
}

void
step_wait(struct run *run)
{
	Concur__V1__FutureWaitRequest request = CONCUR__V1__FUTURE_WAIT_REQUEST__INIT;
	unsigned client = pools_draw_client(run);
	struct pools_call *call;
	struct model_task *task;

	request.wait_ns = pools_draw_wait(run);
	task = draw_there(run, client, "/concur.v1.Future/Wait", set_wait, &request);
	if (!task)
		return;
	call = pools_begin(run, CALL_WAIT, client, "/concur.v1.Future/Wait", &request, request.wait_ns);
	call->task = task;
	task->waits++;
}

/* Its worker is asked, if it can be, and unless it has begun for certain. */
static bool
recall(struct model_task *task)
{
	if (task->is_inside)
		return false;
	if (!task->is_asked && !task->worker->process && !task->worker->is_watched)
		return false;
	if (!task->is_asked && !task->worker->process)
		model_command(task->worker, WHAT_RECALL, task);
	task->is_asked = true;
	return true;
}

void
step_cancel(struct run *run)
{
	Concur__V1__FutureCancelRequest request = CONCUR__V1__FUTURE_CANCEL_REQUEST__INIT;
	unsigned client = pools_draw_client(run);
	struct model_task *task;
	struct pools_call *call;

	request.kill = random_once_in(&run->random, 3);
	request.wait_ns = pools_draw_wait(run);
	task = draw_there(run, client, "/concur.v1.Future/Cancel", set_cancel, &request);
	if (!task)
		return;
	/* 0 is as long as it takes. */
	call = pools_begin(run, CALL_CANCEL, client, "/concur.v1.Future/Cancel", &request,
	    request.wait_ns ? request.wait_ns : -1);
	call->task = task;
	task->waits++;
	if (task->place != PLACE_ENDED && task->worker && !request.kill) {
		call->is_refused = !recall(task);
		return;
	}
	if (task->worker)
		model_kill(task->worker, task);
	model_end(&run->model, task, STATE_CANCELLED, (struct model_outcome){ 0 });
}

void
step_ref(struct run *run)
{
	Concur__V1__FutureRequest request = CONCUR__V1__FUTURE_REQUEST__INIT;
	unsigned client = pools_draw_client(run);
	struct model_task *task = draw_there(run, client, "/concur.v1.Future/Ref", set_future, &request);

	if (!task)
		return;
	task->refs[client]++;
	(void)pools_call(run, client, "/concur.v1.Future/Ref", &request, CONCUR_OK);
}

void
step_release(struct run *run)
{
	Concur__V1__FutureReleaseRequest request = CONCUR__V1__FUTURE_RELEASE_REQUEST__INIT;
	unsigned client = pools_draw_client(run);
	const struct model_task *first = pools_draw_task(run);
	const struct world_call *call;
	int64_t released = 0;

	if (!first)
		return;
	request.future = first->id;
	request.count = random_below(&run->random, 4);
	for (uint64_t i = 0; i < (request.count ? request.count : 1); i++) {
		struct model_task *task = model_find(&run->model, first->id + i);

		/* What is behind it may be a task whose number nobody was told yet. */
		if (!task)
			request.count = i ? i : 1;
		else if (!task->is_gone)
			released += model_release(task, client);
	}
	call = pools_call(run, client, "/concur.v1.Future/Release", &request, CONCUR_OK);
	if (((const Concur__V1__CountReply *)call->message)->count != released)
		pools_fail(run, "other references were released than there were");
}

/* -- calls -------------------------------------------------------------------------------------------------------- */

/* It waits no longer. */
static void
withdraw(struct run *run, struct pools_call *call)
{
	struct model_task *task = call->task;

	call->is_cancelled = true;
	if (!task)
		return;
	task->waits--;
	if (call->kind == CALL_APPLY && task->refs[call->client])
		(void)model_release(task, call->client);
	if (call->kind == CALL_APPLY)
		model_abandon(&run->model, task);
	call->task = NULL;
}

static struct pools_call *
draw_call(struct run *run)
{
	uint64_t skip = random_below(&run->random, 8);

	for (struct link *at = run->calls.next; at != &run->calls; at = at->next) {
		if (skip-- == 0)
			return LINK_ENTRY(at, struct pools_call, link);
	}
	return NULL;
}

void
step_withdraw(struct run *run)
{
	Concur__V1__CancelRequest request = CONCUR__V1__CANCEL_REQUEST__INIT;
	struct pools_call *call = draw_call(run);
	const struct world_call *cancel;
	unsigned client;

	if (!call)
		return;
	client = call->client;
	request.call = call->call->id;
	withdraw(run, call);
	cancel = pools_call(run, client, "/concur.v1.Session/Cancel", &request, CONCUR_OK);
	if (((const Concur__V1__CancelReply *)cancel->message)->result != CONCUR__V1__CANCELLED__WITHDRAWN)
		pools_fail(run, "a call that waits could not be withdrawn");
}

void
step_context_end(struct run *run)
{
	Concur__V1__ContextRequest request = CONCUR__V1__CONTEXT_REQUEST__INIT;
	const struct pools_call *drawn = draw_call(run);
	unsigned client;

	if (!drawn)
		return;
	client = drawn->client;
	request.context = drawn->context;
	for (struct link *at = run->calls.next; at != &run->calls; at = at->next) {
		struct pools_call *call = LINK_ENTRY(at, struct pools_call, link);

		if (call->client == client && call->context == request.context)
			withdraw(run, call);
	}
	(void)pools_call(run, client, "/concur.v1.Session/ContextEnd", &request, CONCUR_OK);
}

/* -- pools -------------------------------------------------------------------------------------------------------- */

static void
join(struct run *run, struct model_pool *pool)
{
	Concur__V1__WaitRequest request = CONCUR__V1__WAIT_REQUEST__INIT;
	unsigned client = pools_draw_client(run);
	struct pools_call *call;

	request.object = pool->id;
	request.wait_ns = pools_draw_wait(run);
	if (!pool->is_closed) {
		(void)pools_call(run, client, "/concur.v1.Pool/Join", &request, CONCUR_VALUE_ERROR);
		return;
	}
	call = pools_begin(run, CALL_JOIN, client, "/concur.v1.Pool/Join", &request, request.wait_ns);
	call->pool = pool;
}

void
step_join(struct run *run)
{
	join(run, pools_draw_pool(run));
}

static void
expect_count(const struct run *run, const struct world_call *call, uint64_t count)
{
	if ((uint64_t)((const Concur__V1__CountReply *)call->message)->count != count)
		pools_fail(run, "%s has cancelled %lld, and not %llu", call->output->name,
		    (long long)((const Concur__V1__CountReply *)call->message)->count, (unsigned long long)count);
}

void
step_close(struct run *run)
{
	Concur__V1__PoolCloseRequest request = CONCUR__V1__POOL_CLOSE_REQUEST__INIT;
	struct model_pool *pool = pools_draw_pool(run);
	uint64_t count;

	if (!random_once_in(&run->random, 4))
		return;
	request.object = pool->id;
	request.cancel = random_once_in(&run->random, 3);
	pool->is_closed = true;
	count = request.cancel ? model_cancel_waiting(&run->model, pool) : 0;
	expect_count(run, pools_call(run, pools_draw_client(run), "/concur.v1.Pool/Close", &request, CONCUR_OK), count);
	if (random_once_in(&run->random, 2))
		join(run, pool);
}

void
step_terminate(struct run *run)
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct model_pool *pool = pools_draw_pool(run);
	uint64_t count;

	if (!random_once_in(&run->random, 6))
		return;
	request.object = pool->id;
	count = model_terminate(&run->model, pool);
	expect_count(run, pools_call(run, pools_draw_client(run), "/concur.v1.Pool/Terminate", &request, CONCUR_OK),
	    count);
}
