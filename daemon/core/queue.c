/* The queue: its kind, those who wait, tasks, and the ends.
 *
 * Items that are queued are kept by the queue (counted); so is what a waiting putter brings. Invariants between
 * operations: getters wait only while there is no item; putters wait only while the first of them does not fit.
 * queue_settle() restores both, and is the only place that serves a waiter. */
#include "daemon/core/queue_impl.h"

static struct queue *
queue_of(struct object *object)
{
	return LINK_ENTRY(object, struct queue, object);
}

static enum concur_status
queue_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct queue *queue = queue_of(object);

	(void)core;
	if (options->order > QUEUE_LIFO)
		return CONCUR_VALUE_ERROR;
	ring_init(&queue->items);
	link_init(&queue->getters);
	link_init(&queue->putters);
	link_init(&queue->joiners);
	queue->maxsize = options->maxsize > 0 ? (uint64_t)options->maxsize : 0;
	queue->lifo = options->order == QUEUE_LIFO;
	return CONCUR_OK;
}

void
queue_settle(struct core *core, struct queue *queue)
{
	while (queue_serve_getter(core, queue) || queue_serve_putter(core, queue))
		;
}

static void
queue_finish(struct core *core, struct queue *queue, uint64_t count)
{
	queue->unfinished -= count;
	if (queue->unfinished == 0)
		waiter_wake_all(core, &queue->joiners, CONCUR_OK);
}

enum concur_status
queue_task_done(struct core *core, struct queue *queue, uint64_t count)
{
	if (count > queue->unfinished)
		return CONCUR_TOO_MANY_DONE;
	queue_finish(core, queue, count);
	return CONCUR_OK;
}

enum concur_status
queue_join(struct core *core, struct queue *queue, const struct ask *ask, struct result *ret)
{
	struct waiter *waiter;
	enum concur_status status;

	if (queue->unfinished == 0)
		return CONCUR_OK;
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	status = waiter_new(core, &queue->object, &queue->joiners, ask, OUTCOME_TIMED_OUT, &waiter);
	if (status == CONCUR_PENDING)
		waiter->role = QUEUE_JOIN;
	return status;
}

static bool
queue_step(struct core *core, struct object *object, size_t *steps)
{
	return store_step_ring(core, &queue_of(object)->items, steps);
}

/* Drops all items; those of a long queue are freed by steps. */
static enum concur_status
queue_drop_items(struct core *core, struct queue *queue)
{
	size_t dropped = ring_count(&queue->items);

	if (store_bury_ring(core, &queue->items) < 0)
		return CONCUR_NO_MEMORY;
	queue->object.bytes = 0;
	object_changed(core, &queue->object);
	queue_finish(core, queue, dropped < queue->unfinished ? dropped : queue->unfinished);
	return CONCUR_OK;
}

enum concur_status
queue_shutdown(struct core *core, struct queue *queue, bool immediate)
{
	if (immediate && queue_drop_items(core, queue) != CONCUR_OK)
		return CONCUR_NO_MEMORY;
	queue->is_shut_down = true;
	waiter_wake_all(core, &queue->putters, CONCUR_SHUT_DOWN);
	waiter_wake_all(core, &queue->getters, CONCUR_SHUT_DOWN);
	queue->putting = queue->getting = 0;
	return CONCUR_OK;
}

void
queue_state(const struct queue *queue, struct queue_state *ret)
{
	*ret = (struct queue_state){
		.size = ring_count(&queue->items),
		.maxsize = queue->maxsize,
		.unfinished = queue->unfinished,
		.getters = queue->getting,
		.putters = queue->putting,
		.is_shut_down = queue->is_shut_down,
	};
}

static void
queue_end(struct core *core, struct object *object)
{
	struct queue *queue = queue_of(object);

	waiter_wake_all(core, &queue->getters, CONCUR_REMOVED);
	waiter_wake_all(core, &queue->putters, CONCUR_REMOVED);
	waiter_wake_all(core, &queue->joiners, CONCUR_REMOVED);
}

static void
queue_left(struct core *core, struct object *object, uint8_t role)
{
	struct queue *queue = queue_of(object);

	if (role == QUEUE_PUT)
		queue->putting--;
	else if (role != QUEUE_JOIN)
		queue->getting--;
	queue_settle(core, queue);
}

static size_t
queue_footprint(const struct object *object)
{
	return ring_footprint(&LINK_ENTRY(object, const struct queue, object)->items);
}

static uint64_t
queue_len(const struct object *object)
{
	return ring_count(&LINK_ENTRY(object, const struct queue, object)->items);
}

/* What is cleared counts as done: nobody will get it, so nobody could tell. */
static enum concur_status
queue_clear(struct core *core, struct object *object)
{
	struct queue *queue = queue_of(object);
	enum concur_status status = queue_drop_items(core, queue);

	queue_settle(core, queue);
	return status;
}

const struct kind queue_kind = {
	.id = KIND_QUEUE,
	.name = "queue",
	.size = sizeof(struct queue),
	.init = queue_init,
	.end = queue_end,
	.step = queue_step,
	.left = queue_left,
	.len = queue_len,
	.footprint = queue_footprint,
	.clear = queue_clear,
};
