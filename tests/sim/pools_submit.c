/* What simulated clients do with pools: submitting. */
#include "tests/sim/pools.h"

#include <string.h>

static const char *const functions[] = { "", "f", "g", "h" };
static const char *const labels[] = { "", "big", "new" };
static const char *const keys[] = { "", "one", "two", "three" };

static struct model_terms
draw_terms(struct run *run, bool may_have_key)
{
	struct model_terms terms = {
		.function = 1 + (unsigned)random_below(&run->random, FUNCTIONS),
		.label = random_once_in(&run->random, 3) ? 1 + (unsigned)random_below(&run->random, LABELS) : 0,
		.priority = (int64_t)random_below(&run->random, 4) - 2,
		.retries = random_once_in(&run->random, 3) ? 1 + (unsigned)random_below(&run->random, 2) : 0,
		.timeout_ns = random_once_in(&run->random, 4) ? 1 + random_below(&run->random, 3 * WORLD_SECOND) : 0,
		.detached = random_once_in(&run->random, 5),
	};

	if (terms.priority == 1)
		terms.priority = 15;
	if (terms.detached)
		terms.ttl_ns = 1 + random_below(&run->random, 5 * WORLD_SECOND);
	if (random_once_in(&run->random, 3)) {
		terms.completion = run->queues[random_below(&run->random, QUEUES)].id;
		terms.release = random_once_in(&run->random, 2);
	}
	if (may_have_key && random_once_in(&run->random, 4))
		terms.delay_ns = 1 + random_below(&run->random, 2 * WORLD_SECOND);
	if (may_have_key && random_once_in(&run->random, 6))
		terms.key = 1 + (unsigned)random_below(&run->random, KEYS);
	return terms;
}

struct chain {
	struct model_task *tasks[MODEL_AFTER];
	size_t count;
	uint8_t ids[8 * MODEL_AFTER];
	enum concur_status status; /* what comes of it */
};

/* Mostly one that has not ended. */
static struct model_task *
draw_before(struct run *run)
{
	struct model_task *task = pools_draw_task(run);

	for (int i = 0; i < 4 && task && task->place == PLACE_ENDED; i++)
		task = pools_draw_task(run);
	return task;
}

static void
draw_after(struct run *run, struct chain *chain)
{
	size_t count = random_once_in(&run->random, 3) ? random_below(&run->random, MODEL_AFTER + 1) : 0;

	*chain = (struct chain){ .status = CONCUR_OK };
	while (chain->count < count) {
		struct model_task *task = draw_before(run);
		enum concur_status status = CONCUR_OK;

		if (!task)
			return;
		if (task->is_gone)
			status = CONCUR_NOT_FOUND;
		else if (task->place == PLACE_ENDED && task->state != STATE_FINISHED)
			status = CONCUR_TASK_FAILED;
		if (chain->status == CONCUR_OK)
			chain->status = status;
		frame_u64_write(chain->ids + 8 * chain->count, task->id);
		chain->tasks[chain->count++] = task;
	}
}

static void
fill(struct run *run, struct model_pool *pool, const struct model_terms *terms, const struct chain *chain,
    int64_t number, int64_t wait_ns, Concur__V1__SubmitRequest *ret)
{
	concur__v1__submit_request__init(ret);
	ret->object = pool->id;
	ret->wait_ns = wait_ns;
	ret->function = world_bytes(functions[terms->function]);
	ret->arguments = world_integer(&run->world, number);
	ret->priority = terms->priority;
	ret->timeout_ns = terms->timeout_ns;
	ret->retries = terms->retries;
	ret->label = world_bytes(labels[terms->label]);
	ret->completion = terms->completion;
	ret->release = terms->release;
	ret->detached = terms->detached;
	ret->ttl_ns = terms->ttl_ns;
	ret->unique = world_bytes(keys[terms->key]);
	ret->after = (ProtobufCBinaryData){ 8 * chain->count, (uint8_t *)(uintptr_t)chain->ids };
	ret->delay_ns = terms->delay_ns;
}

/* Whether the pool takes it at once; *ret_status: or why not. */
static bool
is_open(const struct model_pool *pool, enum concur_status *ret_status)
{
	*ret_status = pool->is_broken ? CONCUR_POOL_BROKEN : pool->is_closed ? CONCUR_POOL_CLOSED : CONCUR_OK;
	return *ret_status == CONCUR_OK;
}

static bool
has_submitters(const struct run *run, const struct model_pool *pool)
{
	for (const struct link *at = run->calls.next; at != &run->calls; at = at->next) {
		const struct pools_call *call = LINK_ENTRY(at, const struct pools_call, link);

		if (call->kind == CALL_SUBMIT && call->pool == pool)
			return true;
	}
	return false;
}

static bool
has_room(const struct run *run, const struct model_pool *pool, size_t count)
{
	return pool->waiting + pool->held + count <= pool->capacity && !has_submitters(run, pool);
}

/* One of that key is there already: the session refers to it, too. */
static void
expect_twin(struct run *run, unsigned client, const struct world_call *call, struct model_task *twin, bool detached)
{
	if (world_outcome(call) != CONCUR__V1__OUTCOME__EXISTS)
		pools_fail(run, "a second task of a key was taken in");
	if (twin->id && ((const Concur__V1__SubmitReply *)call->message)->future != twin->id)
		pools_fail(run, "a key has another future");
	twin->id = ((const Concur__V1__SubmitReply *)call->message)->future;
	twin->refs[client] += !detached;
}

/* One with a key, or that comes after others: it never waits for room. */
static void
submit_particular(struct run *run, unsigned client, struct model_pool *pool, const struct model_terms *terms,
    const struct chain *chain, const Concur__V1__SubmitRequest *request)
{
	struct model_task *twin = model_find_key(&run->model, pool, terms->key), *task = NULL;
	bool is_full = !has_room(run, pool, 1);
	struct world_call *call;
	enum concur_status status;

	if (is_open(pool, &status) && !twin && !is_full && chain->status != CONCUR_OK)
		status = chain->status;
	if (status == CONCUR_OK && !twin && !is_full) {
		task = model_submit(&run->model, pool, terms, client, run->last_number, chain->tasks, chain->count);
	}
	call = pools_call(run, client, "/concur.v1.Pool/Submit", request, status);
	if (status != CONCUR_OK)
		return;
	if (twin)
		expect_twin(run, client, call, twin, terms->detached);
	else if (is_full != (world_outcome(call) == CONCUR__V1__OUTCOME__FULL))
		pools_fail(run, "a pool was full, or not, other than the model says");
	else if (!is_full)
		task->id = ((const Concur__V1__SubmitReply *)call->message)->future;
}

void
step_submit(struct run *run)
{
	struct model_pool *pool = pools_draw_pool(run);
	unsigned client = pools_draw_client(run);
	struct model_terms terms = draw_terms(run, true);
	int64_t wait_ns = pools_draw_wait(run);
	Concur__V1__SubmitRequest request;
	struct pools_call *call;
	struct chain chain;

	draw_after(run, &chain);
	fill(run, pool, &terms, &chain, ++run->last_number, wait_ns, &request);
	if (terms.key || chain.count) {
		submit_particular(run, client, pool, &terms, &chain, &request);
		return;
	}
	call = pools_begin(run, CALL_SUBMIT, client, "/concur.v1.Pool/Submit", &request, wait_ns);
	call->pool = pool;
	call->terms = terms;
	call->numbers[0] = run->last_number;
	call->count = 1;
}

void
step_submit_many(struct run *run)
{
	struct model_pool *pool = pools_draw_pool(run);
	struct model_terms terms = draw_terms(run, false);
	Concur__V1__SubmitManyRequest request = CONCUR__V1__SUBMIT_MANY_REQUEST__INIT;
	ProtobufCBinaryData arguments[SPECS];
	size_t count = 2 + random_below(&run->random, SPECS - 2);
	struct pools_call *call;

	request.object = pool->id;
	request.wait_ns = pools_draw_wait(run);
	request.function = world_bytes(functions[terms.function]);
	request.priority = terms.priority;
	request.timeout_ns = terms.timeout_ns;
	request.retries = terms.retries;
	request.label = world_bytes(labels[terms.label]);
	request.completion = terms.completion;
	request.release = terms.release;
	request.detached = terms.detached;
	request.ttl_ns = terms.ttl_ns;
	request.arguments = arguments;
	request.n_arguments = count;
	for (size_t i = 0; i < count; i++)
		arguments[i] = world_integer(&run->world, run->last_number + 1 + (int64_t)i);
	call = pools_begin(run, CALL_SUBMIT, pools_draw_client(run), "/concur.v1.Pool/SubmitMany", &request,
	    request.wait_ns);
	call->pool = pool;
	call->terms = terms;
	call->count = count;
	for (size_t i = 0; i < count; i++)
		call->numbers[i] = ++run->last_number;
}

void
step_apply(struct run *run)
{
	struct model_pool *pool = pools_draw_pool(run);
	unsigned client = pools_draw_client(run);
	struct model_terms terms = draw_terms(run, true);
	struct model_task *task = model_find_key(&run->model, pool, terms.key);
	int64_t wait_ns = pools_draw_wait(run);
	struct chain chain = { 0 };
	Concur__V1__SubmitRequest request;
	struct pools_call *call;
	enum concur_status status;

	terms.detached = false;
	fill(run, pool, &terms, &chain, ++run->last_number, wait_ns, &request);
	if (!is_open(pool, &status))
		task = NULL;
	else if (task)
		task->refs[client]++;
	else if (has_room(run, pool, 1))
		task = model_submit(&run->model, pool, &terms, client, run->last_number, NULL, 0);
	if (task)
		task->waits++;
	call = pools_begin(run, CALL_APPLY, client, "/concur.v1.Pool/Apply", &request, wait_ns);
	call->pool = pool;
	call->task = task;
}

void
step_promise(struct run *run)
{
	struct model_pool *pool = pools_draw_pool(run);
	unsigned client = pools_draw_client(run);
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;
	const struct model_terms terms = { .is_promise = true };
	struct model_task *task = NULL;
	enum concur_status status;
	struct world_call *call;

	request.object = pool->id;
	if (is_open(pool, &status)) {
		task = model_submit(&run->model, pool, &terms, client, 0, NULL, 0);
	}
	call = pools_call(run, client, "/concur.v1.Pool/Promise", &request, status);
	if (task)
		task->id = ((const Concur__V1__SubmitReply *)call->message)->future;
}

void
step_complete(struct run *run)
{
	struct model_task *task = pools_draw_task(run);
	Concur__V1__FutureCompleteRequest request = CONCUR__V1__FUTURE_COMPLETE_REQUEST__INIT;
	struct world_call *call;
	bool is_done;

	if (!task || !task->terms.is_promise)
		return;
	is_done = task->place != PLACE_ENDED;
	request.future = task->id;
	request.failed = random_once_in(&run->random, 4);
	request.value = world_integer(&run->world, ++run->last_number);
	if (task->is_gone) {
		(void)pools_call(run, pools_draw_client(run), "/concur.v1.Future/Complete", &request, CONCUR_NOT_FOUND);
		return;
	}
	model_end(&run->model, task, request.failed ? STATE_FAILED : STATE_FINISHED,
	    (struct model_outcome){ .number = run->last_number });
	call = pools_call(run, pools_draw_client(run), "/concur.v1.Future/Complete", &request, CONCUR_OK);
	if ((world_outcome(call) == CONCUR__V1__OUTCOME__DONE) != is_done)
		pools_fail(run, "a promise was completed twice, or never");
}
