/* concur.v1.Queue */
#include "daemon/rpc/services.h"

#include "daemon/core/queue.h"
#include "daemon/rpc/rpc.h"

static struct queue *
svc_queue_object(struct call *call, uint64_t id)
{
	return (struct queue *)call_object(call, id, KIND_BIT(KIND_QUEUE));
}

static void
svc_queue_answer_done(const struct reply_to *to, const struct result *result)
{
	reply_done(to, result->outcome);
}

static void
svc_queue_answer_count(const struct reply_to *to, const struct result *result)
{
	reply_count(to, result->outcome, (int64_t)result->number);
}

/* The two that carry items: they are in doubt until their reply is read. */

static void
svc_queue_answer_value(const struct reply_to *to, const struct result *result)
{
	reply_item(to, result->outcome, result->value);
}

static void
svc_queue_answer_values(const struct reply_to *to, const struct result *result)
{
	struct reply_list list = { .outcome = result->outcome, .blobs = result->values, .count = result->count };

	uint64_t written = to->channel->written;

	reply_list(to, &list);
	channel_deliver(to->channel, result->count, written);
}

static const struct call_ops svc_queue_put_ops = { { call_answer_waiter }, svc_queue_answer_done };
static const struct call_ops svc_queue_put_many_ops = { { call_answer_waiter }, svc_queue_answer_count };
static const struct call_ops svc_queue_get_ops = { { call_answer_waiter }, svc_queue_answer_value };
static const struct call_ops svc_queue_get_many_ops = { { call_answer_waiter }, svc_queue_answer_values };
static const struct call_ops svc_queue_join_ops = { { call_answer_waiter }, svc_queue_answer_done };

SVC_HANDLER(svc_queue_put, Queue, PutRequest, DoneReply)
{
	struct queue *queue = svc_queue_object(call, request->object);
	struct result result = { 0 };
	struct value value;
	bool refers;
	struct queue_load load = { .values = &value, .refers = &refers, .count = 1 };
	struct ask ask;

	if (!queue || !call_value(call, &request->value, &value, &refers) ||
	    !call_ask(call, request->wait_ns, &svc_queue_put_ops, &ask))
		return;
	if (request->delay_ns || request->ttl_ns)
		queue_load_times(call->core, &load, request->delay_ns, request->ttl_ns);
	call_finish(call, &svc_queue_put_ops, queue_put(call->core, queue, &ask, &load, &result), &result);
}

SVC_HANDLER(svc_queue_put_many, Queue, PutManyRequest, CountReply)
{
	struct queue *queue = svc_queue_object(call, request->object);
	size_t count = request->n_values;
	struct result result = { 0 };
	struct value *values;
	struct queue_load load;
	struct ask ask;
	bool *refers;

	if (!queue || !call_values(call, request->values, count, &values, &refers) ||
	    !call_ask(call, request->wait_ns, &svc_queue_put_many_ops, &ask))
		return;
	load = (struct queue_load){ .values = values, .refers = refers, .count = count };
	queue_load_times(call->core, &load, request->delay_ns, request->ttl_ns);
	call_finish(call, &svc_queue_put_many_ops, queue_put(call->core, queue, &ask, &load, &result), &result);
}

SVC_HANDLER(svc_queue_get, Queue, WaitRequest, ValueReply)
{
	struct queue *queue = svc_queue_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (queue && call_ask(call, request->wait_ns, &svc_queue_get_ops, &ask))
		call_finish(call, &svc_queue_get_ops, queue_get(call->core, queue, &ask, false, 1, &result), &result);
}

SVC_HANDLER(svc_queue_get_many, Queue, GetManyRequest, ValuesReply)
{
	struct queue *queue = svc_queue_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (!queue || !call_ask(call, request->wait_ns, &svc_queue_get_many_ops, &ask))
		return;
	if (request->count == 0) {
		call_fail(call, CONCUR_VALUE_ERROR, NULL);
		return;
	}
	if (!call_batch(call, request->count))
		return;
	call_finish(call, &svc_queue_get_many_ops, queue_get(call->core, queue, &ask, true, request->count, &result),
	    &result);
}

SVC_HANDLER(svc_queue_task_done, Queue, CountRequest, DoneReply)
{
	struct queue *queue = svc_queue_object(call, request->object);

	if (!queue)
		return;
	if (request->count < 0)
		call_fail(call, CONCUR_VALUE_ERROR, NULL);
	else
		call_done(call, queue_task_done(call->core, queue, (uint64_t)(request->count ? request->count : 1)),
		    OUTCOME_DONE);
}

SVC_HANDLER(svc_queue_join, Queue, WaitRequest, DoneReply)
{
	struct queue *queue = svc_queue_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (queue && call_ask(call, request->wait_ns, &svc_queue_join_ops, &ask))
		call_finish(call, &svc_queue_join_ops, queue_join(call->core, queue, &ask, &result), &result);
}

SVC_HANDLER(svc_queue_shutdown, Queue, ShutdownRequest, DoneReply)
{
	struct queue *queue = svc_queue_object(call, request->object);

	if (queue)
		call_done(call, queue_shutdown(call->core, queue, request->immediate), OUTCOME_DONE);
}

SVC_HANDLER(svc_queue_state, Queue, ObjectRequest, QueueState)
{
	struct queue *queue = svc_queue_object(call, request->object);
	Concur__V1__QueueState message = CONCUR__V1__QUEUE_STATE__INIT;
	struct queue_state state;

	if (!queue)
		return;
	queue_state(queue, &state);
	message.size = state.size;
	message.maxsize = state.maxsize;
	message.unfinished = state.unfinished;
	message.getters = state.getters;
	message.putters = state.putters;
	message.is_shut_down = state.is_shut_down;
	message.delayed = state.delayed;
	message.in_doubt = state.in_doubt;
	reply(&message, call);
}

SVC_HANDLER(svc_queue_peek, Queue, ObjectRequest, ValueReply)
{
	struct queue *queue = svc_queue_object(call, request->object);
	struct result result = { 0 };
	enum concur_status status;

	if (!queue)
		return;
	status = queue_peek(queue, &result);
	if (status == CONCUR_OK)
		reply_value(&call->to, result.outcome, 0, result.value);
	else
		call_fail(call, status, NULL);
	result_fini(&result);
}

const Concur__V1__Queue_Service svc_queue = CONCUR__V1__QUEUE__INIT(svc_queue_);
