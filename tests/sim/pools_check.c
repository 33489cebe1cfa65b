/* Checking pools after a step: what still waits has a reason to, and what the server tells of itself is the model's. */
#include "tests/sim/pools.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { AUDIT_ITEMS = 1000, ASKED = 64, VAIN_NS = 1000000000 };

void
pools_fail(const struct run *run, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "seed %" PRIu64 " step %" PRIu64 ": ", run->seed, run->step);
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\n");
	va_end(arguments);
	exit(EXIT_FAILURE);
}

/* -- calls that wait ---------------------------------------------------------------------------------------------- */

static bool
is_first_submission(const struct run *run, const struct pools_call *call)
{
	for (const struct link *at = run->calls.next; at != &call->link; at = at->next) {
		const struct pools_call *other = LINK_ENTRY(at, const struct pools_call, link);

		if (other->kind == CALL_SUBMIT && other->pool == call->pool)
			return false;
	}
	return true;
}

static bool
submission_waits(const struct run *run, const struct pools_call *call)
{
	const struct model_pool *pool = call->pool;

	return pool && !pool->is_closed && !pool->is_broken &&
	    (!is_first_submission(run, call) || pool->waiting + pool->held + call->count > pool->capacity);
}

/* Whether there is nothing to answer the call with. */
static bool
call_waits(const struct run *run, const struct pools_call *call)
{
	const struct model_worker *worker = call->worker;

	switch (call->kind) {
	case CALL_SUBMIT:
		return submission_waits(run, call);
	case CALL_APPLY:
	case CALL_WAIT:
		return call->task && call->task->place != PLACE_ENDED;
	case CALL_CANCEL:
		return call->task->place != PLACE_ENDED && !call->is_refused;
	case CALL_JOIN:
		return call->pool->unended > 0;
	case CALL_TAKE:
		return pools_has_worker(call) && worker->pool && !worker->pool->is_broken &&
		    !(worker->pool->is_closed && !worker->pool->unended);
	default:
		return pools_has_worker(call) && worker->pool && !worker->commands_count;
	}
}

static void
check_call(const struct run *run, const struct pools_call *call)
{
	if (pools_is_late(run, call) || call->is_cancelled || !call_waits(run, call))
		pools_fail(run, "a call (%u) of client %u is not answered", call->kind, call->client);
	if (call->kind == CALL_TAKE)
		pools_check_idle(run, call->worker);
}

/* -- counts ------------------------------------------------------------------------------------------------------- */

static struct world_call *
ask(struct run *run, const char *method, const ProtobufCMessage *request)
{
	struct world_call *call = world_call(run->audit, method, request);

	if (!call->answered)
		pools_fail(run, "%s is not answered", method);
	return call;
}

static void
check_count(const struct run *run, const char *what, uint64_t server, uint64_t model)
{
	if (server != model)
		pools_fail(run, "%s: %" PRIu64 ", and not %" PRIu64, what, server, model);
}

static void
check_pool(struct run *run, const struct model_pool *pool)
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;
	const Concur__V1__PoolState *state;
	struct world_call *call;

	request.object = pool->id;
	call = ask(run, "/concur.v1.Pool/State", &request.base);
	if (call->status != CONCUR_OK)
		pools_fail(run, "a pool is not there any more");
	state = (const Concur__V1__PoolState *)call->message;
	check_count(run, "waiting", state->waiting, pool->waiting);
	check_count(run, "held", state->held, pool->held);
	check_count(run, "running", state->running, pool->running);
	check_count(run, "in hand", state->in_hand, pool->in_hand);
	check_count(run, "done", state->done, pool->done);
	check_count(run, "failed", state->failed, pool->failed);
	check_count(run, "cancelled", state->cancelled, pool->cancelled);
	check_count(run, "retried", state->retried, pool->retried);
	check_count(run, "workers", state->workers, pool->workers);
	check_count(run, "lost", state->lost, pool->lost);
	check_count(run, "closed", state->is_closed != 0, pool->is_closed);
	check_count(run, "broken", state->is_broken != 0, pool->is_broken);
	world_forget(run->audit, call);
}

/* Where tasks wait and the daemon starts workers it has started one, unless some have just ended in vain. */
static void
check_hired(const struct run *run, const struct model_pool *pool)
{
	uint64_t hired = 0;

	for (size_t i = 0; i < run->world.processes.count; i++)
		hired += run->world.processes.items[i].pool == pool->id;
	if (hired > pool->workers_max)
		pools_fail(run, "%" PRIu64 " processes are there for a pool", hired);
	if (!hired && pool->waiting && pool->hires && !pool->is_broken && pool->vain_ns + VAIN_NS < run->ended_ns)
		pools_fail(run, "tasks wait, and the pool has started no worker");
}

/* -- tasks -------------------------------------------------------------------------------------------------------- */

static void
check_task(const struct run *run, const struct model_task *task, const struct world_call *call)
{
	const Concur__V1__FutureReply *reply = (const Concur__V1__FutureReply *)call->message;
	uint64_t age_ns = run->world.now_ns - task->since_ns;

	if (task->is_gone) {
		check_count(run, "the status of one that is gone", call->status, CONCUR_NOT_FOUND);
		return;
	}
	if (call->status != CONCUR_OK)
		pools_fail(run, "task %" PRId64 " is gone", task->number);
	if ((unsigned)reply->state != task->state)
		pools_fail(run, "task %" PRId64 " is %u, and not %u", task->number, reply->state, task->state);
	check_count(run, "attempts", reply->attempts, task->attempts);
	check_count(run, "has run for", reply->ran_ns, task->place == PLACE_RUNNING ? age_ns : 0);
	check_count(run, "has waited for", reply->waited_ns, task->place < PLACE_RUNNING ? age_ns : 0);
}

/* Some tasks, in one turn. */
static size_t
check_some(struct run *run, size_t from)
{
	Concur__V1__FutureRequest request = CONCUR__V1__FUTURE_REQUEST__INIT;
	struct world_call *calls[ASKED] = { NULL };
	size_t count = 0;

	for (; count < ASKED && from + count < run->model.count; count++) {
		request.future = run->model.tasks[from + count].id;
		if (request.future)
			calls[count] = world_send(run->audit, "/concur.v1.Future/State", &request.base);
	}
	world_turn(&run->world, 0);
	for (size_t i = 0; i < count; i++) {
		if (!calls[i])
			continue;
		check_task(run, &run->model.tasks[from + i], calls[i]);
		world_forget(run->audit, calls[i]);
	}
	return from + count;
}

/* -- completion queues -------------------------------------------------------------------------------------------- */

/* (id, state, result) */
static void
check_completion(struct run *run, const struct pools_queue *queue, const ProtobufCBinaryData *encoded)
{
	struct value tuple, parts[3];
	struct value_walk walk;
	struct model_task *task;

	if (value_parse(encoded->data, encoded->len, &tuple) != CONCUR_OK || tuple.kind != VALUE_TUPLE)
		pools_fail(run, "a completion is no tuple");
	value_walk_begin(&walk, &tuple);
	for (size_t i = 0; i < 3; i++) {
		if (!value_walk_next(&walk, &parts[i]))
			pools_fail(run, "a completion is too short");
	}
	task = model_find(&run->model, (uint64_t)value_integer(&parts[0]));
	for (size_t i = run->model.first; !task && i < run->model.count; i++) {
		struct model_task *other = &run->model.tasks[i];

		/* Nobody was told its number: its submitter has gone. */
		if (!other->id && other->is_due && other->terms.completion == queue->id &&
		    other->state == (unsigned)value_integer(&parts[1]))
			task = other;
	}
	if (!task || !task->is_due)
		pools_fail(run, "a completion has come twice, or for nothing");
	if ((unsigned)value_integer(&parts[1]) != task->state)
		pools_fail(run, "a completion tells another state");
	if (task->state != STATE_CANCELLED && task->id)
		pools_check_value(run, task, &parts[2]);
	task->is_due = false;
}

static void
check_queue(struct run *run, const struct pools_queue *queue)
{
	Concur__V1__GetManyRequest request = CONCUR__V1__GET_MANY_REQUEST__INIT;
	const Concur__V1__ValuesReply *reply;
	struct world_call *call;

	request.object = queue->id;
	request.count = AUDIT_ITEMS;
	call = ask(run, "/concur.v1.Queue/GetMany", &request.base);
	if (call->status != CONCUR_OK)
		pools_fail(run, "a completion queue is not there any more");
	reply = (const Concur__V1__ValuesReply *)call->message;
	for (size_t i = 0; i < reply->n_values; i++)
		check_completion(run, queue, &reply->values[i]);
	world_forget(run->audit, call);
	for (size_t i = run->model.first; i < run->model.count; i++) {
		const struct model_task *task = &run->model.tasks[i];

		if (task->is_due && task->terms.completion == queue->id)
			pools_fail(run, "task %" PRId64 " has ended, and its queue was not told", task->number);
	}
}

void
pools_check(struct run *run)
{
	for (const struct link *at = run->calls.next; at != &run->calls; at = at->next)
		check_call(run, LINK_ENTRY(at, const struct pools_call, link));
	for (size_t i = 0; i < POOLS; i++) {
		if (!run->pools[i] || run->pools[i]->is_gone)
			continue;
		check_pool(run, run->pools[i]);
		check_hired(run, run->pools[i]);
	}
	for (size_t i = 0; i < QUEUES; i++) {
		if (run->queues[i].id)
			check_queue(run, &run->queues[i]);
	}
	if (!random_once_in(&run->random, 8))
		return;
	for (size_t i = run->model.first; i < run->model.count;)
		i = check_some(run, i);
}
