/* Calls on queues. */
#include "shapes.h"

#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/queue.pb-c.h"

static concur_future *
queue_put_later(unsigned flags, concur_queue *queue, struct concur_value value, const struct concur_put *put,
    int64_t timeout_ns)
{
	Concur__V1__PutRequest body = CONCUR__V1__PUT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_WAITING(queue, CONCUR_METHOD_QUEUE_PUT, RESULT_DONE, flags));
	body.object = pack.object;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	if (put) {
		body.delay_ns = put->delay_ns;
		body.ttl_ns = put->ttl_ns;
	}
	pack_value(&pack, &value, &body.value);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(queue_put_later,
    (concur_queue * queue, struct concur_value value, const struct concur_put *put, int64_t timeout_ns),
    (queue, value, put, timeout_ns))

static concur_future *
queue_put(unsigned flags, concur_queue *queue, struct concur_value value, int64_t timeout_ns)
{
	return queue_put_later(flags, queue, value, NULL, timeout_ns);
}

FORMS_DONE(queue_put, (concur_queue * queue, struct concur_value value, int64_t timeout_ns), (queue, value, timeout_ns))

static concur_future *
queue_put_many(unsigned flags, concur_queue *queue, const struct concur_value *values, size_t count, int64_t timeout_ns)
{
	Concur__V1__PutManyRequest body = CONCUR__V1__PUT_MANY_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_WAITING(queue, CONCUR_METHOD_QUEUE_PUT_MANY, RESULT_DONE, flags));
	body.object = pack.object;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	pack_values(&pack, values, count, &body.n_values, &body.values);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(queue_put_many, (concur_queue * queue, const struct concur_value *values, size_t count, int64_t timeout_ns),
    (queue, values, count, timeout_ns))

static concur_future *
queue_get(unsigned flags, concur_queue *queue, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(queue, CONCUR_METHOD_QUEUE_GET, RESULT_VALUE, flags), timeout_ns);
}

FORMS(value, struct concur_value, queue_get, (concur_queue * queue, int64_t timeout_ns), (queue, timeout_ns))

static concur_future *
queue_get_many(unsigned flags, concur_queue *queue, uint32_t count, int64_t timeout_ns)
{
	Concur__V1__GetManyRequest body = CONCUR__V1__GET_MANY_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_WAITING(queue, CONCUR_METHOD_QUEUE_GET_MANY, RESULT_VALUES, flags));
	body.object = pack.object;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	body.count = count;
	return pack_begin(&pack, &body.base);
}

FORMS(values, struct concur_values, queue_get_many, (concur_queue * queue, uint32_t count, int64_t timeout_ns),
    (queue, count, timeout_ns))

static concur_future *
queue_task_done(unsigned flags, concur_queue *queue, int64_t count)
{
	return shape_count(ON(queue, CONCUR_METHOD_QUEUE_TASK_DONE, RESULT_DONE, flags), count);
}

FORMS_DONE(queue_task_done, (concur_queue * queue, int64_t count), (queue, count))

static concur_future *
queue_join(unsigned flags, concur_queue *queue, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(queue, CONCUR_METHOD_QUEUE_JOIN, RESULT_DONE, flags), timeout_ns);
}

FORMS_DONE(queue_join, (concur_queue * queue, int64_t timeout_ns), (queue, timeout_ns))

static concur_future *
queue_shutdown(unsigned flags, concur_queue *queue, bool immediate)
{
	Concur__V1__ShutdownRequest body = CONCUR__V1__SHUTDOWN_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(queue, CONCUR_METHOD_QUEUE_SHUTDOWN, RESULT_DONE, flags));
	body.object = pack.object;
	body.immediate = immediate;
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(queue_shutdown, (concur_queue * queue, bool immediate), (queue, immediate))

static concur_future *
queue_peek(unsigned flags, concur_queue *queue)
{
	return shape_object(ON(queue, CONCUR_METHOD_QUEUE_PEEK, RESULT_VALUE, flags));
}

FORMS(value, struct concur_value, queue_peek, (concur_queue * queue), (queue))

static concur_future *
queue_state(unsigned flags, concur_queue *queue)
{
	return shape_object(ON(queue, CONCUR_METHOD_QUEUE_STATE, RESULT_QUEUE_STATE, flags));
}

FORMS(queue_state, struct concur_queue_state, queue_state, (concur_queue * queue), (queue))
