/* The queue.
 *
 * Items that are queued are kept by the queue (counted); so is what a waiting putter brings. Invariants between
 * operations: getters wait only while there is no item; putters wait only while the first of them does not fit.
 * queue_settle() restores both, and is the only place that serves a waiter. */
#include "daemon/core/queue.h"

#include "daemon/core/store.h"
#include "lib/ring.h"

#include <assert.h>

enum queue_role {
	QUEUE_GET,
	QUEUE_GET_MANY,
	QUEUE_PUT,
	QUEUE_JOIN,
};

enum {
	QUEUE_FRAME_HEAD = 64,                 /* bytes of a frame beside its items, and to spare */
	QUEUE_ITEM_HEAD = 11 + VALUE_HEAD_MAX, /* bytes of an item in a frame beside its payload, at most */
};

struct queue {
	struct object object;
	struct ring items;   /* struct blob *, one reference each */
	uint64_t maxsize;    /* 0: unbounded */
	uint64_t unfinished; /* put and not told done */
	uint64_t getting;    /* getters that wait */
	uint64_t putting;    /* putters that wait */
	struct link getters;
	struct link putters;
	struct link joiners;
	bool lifo;
	bool is_shut_down;
};

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

/* How many items it may ever hold. */
static uint64_t
queue_room(const struct core *core, const struct queue *queue)
{
	uint64_t most = core->limits->container_max;

	return queue->maxsize && queue->maxsize < most ? queue->maxsize : most;
}

static bool
queue_fits(const struct core *core, const struct queue *queue, size_t count)
{
	return ring_count(&queue->items) + count <= queue_room(core, queue);
}

/* All of the blobs, which are in the store already, or none; the queue takes the references over. */
static int
queue_append(struct core *core, struct queue *queue, struct blob **blobs, size_t count)
{
	size_t before = ring_count(&queue->items);

	for (size_t i = 0; i < count; i++) {
		if (ring_append(&queue->items, blobs[i]) < 0) {
			ring_truncate(&queue->items, before);
			return -1;
		}
	}
	for (size_t i = 0; i < count; i++)
		store_settle(core, &queue->object, blobs[i]);
	queue->unfinished += count;
	object_changed(core, &queue->object);
	return 0;
}

static struct blob *
queue_take(struct core *core, struct queue *queue)
{
	struct blob *blob = queue->lifo ? ring_pop_last(&queue->items) : ring_pop_first(&queue->items);

	store_take(core, &queue->object, blob);
	return blob;
}

/* How many of the next items, `count` at most, go into one frame; at least one does. */
static size_t
queue_batch(const struct core *core, const struct queue *queue, size_t count)
{
	size_t have = ring_count(&queue->items), taken;
	uint64_t bytes = QUEUE_FRAME_HEAD;

	count = count < have ? count : have;
	for (taken = 0; taken < count; taken++) {
		const struct blob *blob = *ring_at(&queue->items, queue->lifo ? have - 1 - taken : taken);

		bytes += QUEUE_ITEM_HEAD + blob_size(blob);
		if (taken && bytes > core->limits->frame_max)
			break;
	}
	return taken;
}

/* Takes what a getter gets now; there is at least one item. */
static enum concur_status
queue_serve(struct core *core, struct queue *queue, bool many, size_t count, struct result *ret)
{
	if (!many) {
		ret->value = queue_take(core, queue);
	} else {
		count = queue_batch(core, queue, count);
		ret->values = malloc(count * sizeof(struct blob *));
		if (!ret->values)
			return CONCUR_NO_MEMORY;
		for (size_t i = 0; i < count; i++)
			ret->values[i] = queue_take(core, queue);
		ret->count = count;
	}
	object_changed(core, &queue->object);
	return CONCUR_OK;
}

static bool
queue_serve_getter(struct core *core, struct queue *queue)
{
	struct waiter *waiter = waiter_first(&queue->getters);
	enum concur_status status;

	if (!waiter || ring_count(&queue->items) == 0)
		return false;
	status = queue_serve(core, queue, waiter->role == QUEUE_GET_MANY, waiter->amount, &waiter->result);
	queue->getting--;
	waiter_wake(core, waiter, status);
	return true;
}

static bool
queue_serve_putter(struct core *core, struct queue *queue)
{
	struct waiter *waiter = waiter_first(&queue->putters);
	struct result *brought;
	bool many;

	if (!waiter || !queue_fits(core, queue, waiter->amount))
		return false;
	brought = &waiter->result;
	many = brought->values != NULL;
	if (queue_append(core, queue, many ? brought->values : &brought->value, many ? brought->count : 1) < 0) {
		waiter_fail(core, waiter, CONCUR_NO_MEMORY);
		queue->putting--;
		return true;
	}
	waiter_unpin(core, waiter);
	brought->count = 0;
	brought->value = NULL;
	brought->number = ring_count(&queue->items);
	queue->putting--;
	waiter_wake(core, waiter, CONCUR_OK);
	return true;
}

static void
queue_settle(struct core *core, struct queue *queue)
{
	while (queue_serve_getter(core, queue) || queue_serve_putter(core, queue))
		;
}

/* Brings values into the store. NULL if there is no memory. */
static struct blob **
queue_keep(struct core *core, const struct value *values, const bool *refers, size_t count, struct blob **blobs)
{
	for (size_t i = 0; i < count; i++) {
		blobs[i] = store_new(core, NULL, &values[i], refers[i]);
		if (!blobs[i]) {
			while (i--)
				store_drop(core, NULL, blobs[i]);
			return NULL;
		}
	}
	return blobs;
}

static enum concur_status
queue_wait_to_put(struct core *core, struct queue *queue, const struct ask *ask, struct blob **blobs, size_t count,
    bool one)
{
	struct waiter *waiter;
	enum concur_status status;

	status = waiter_new(core, &queue->object, &queue->putters, ask, OUTCOME_FULL, &waiter);
	if (status != CONCUR_PENDING)
		return status;
	waiter->role = QUEUE_PUT;
	waiter->amount = count;
	if (one) {
		waiter->result.value = blobs[0];
	} else {
		waiter->result.values = blobs;
		waiter->result.count = count;
	}
	waiter_pin(core, waiter);
	queue->putting++;
	return CONCUR_PENDING;
}

/* Appends, or waits with, blobs that are kept already. `blobs` is one blob on the stack, or a malloc'd array that a
 * waiter takes over. */
static enum concur_status
queue_put_blobs(struct core *core, struct queue *queue, const struct ask *ask, struct blob **blobs, size_t count,
    bool one, struct result *ret)
{
	if (!link_empty(&queue->putters) || !queue_fits(core, queue, count))
		return queue_wait_to_put(core, queue, ask, blobs, count, one);
	if (queue_append(core, queue, blobs, count) < 0)
		return CONCUR_NO_MEMORY;
	if (!one)
		free(blobs);
	ret->number = ring_count(&queue->items);
	queue_settle(core, queue);
	return CONCUR_OK;
}

enum concur_status
queue_put(struct core *core, struct queue *queue, const struct ask *ask, const struct value *values, const bool *refers,
    size_t count, struct result *ret)
{
	struct blob *single;
	struct blob **blobs = &single;
	enum concur_status status;

	if (queue->is_shut_down)
		return CONCUR_SHUT_DOWN;
	if (count > queue_room(core, queue))
		return CONCUR_VALUE_ERROR;
	if (ask->wait_ns == 0 && (!link_empty(&queue->putters) || !queue_fits(core, queue, count))) {
		ret->outcome = OUTCOME_FULL;
		return CONCUR_OK;
	}
	if (count == 0)
		return CONCUR_OK;
	if (count > 1 && !(blobs = malloc(count * sizeof *blobs)))
		return CONCUR_NO_MEMORY;
	if (!queue_keep(core, values, refers, count, blobs)) {
		status = CONCUR_NO_MEMORY;
		goto out;
	}
	status = queue_put_blobs(core, queue, ask, blobs, count, blobs == &single, ret);
	if (status == CONCUR_OK || status == CONCUR_PENDING)
		return status;
	for (size_t i = 0; i < count; i++)
		store_drop(core, NULL, blobs[i]);
out:
	if (blobs != &single)
		free(blobs);
	return status;
}

enum concur_status
queue_get(struct core *core, struct queue *queue, const struct ask *ask, bool many, size_t count, struct result *ret)
{
	struct waiter *waiter;
	enum concur_status status;

	if (ring_count(&queue->items)) {
		status = queue_serve(core, queue, many, count, ret);
		queue_settle(core, queue);
		return status;
	}
	if (queue->is_shut_down)
		return CONCUR_SHUT_DOWN;
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_EMPTY;
		return CONCUR_OK;
	}
	status = waiter_new(core, &queue->object, &queue->getters, ask, OUTCOME_EMPTY, &waiter);
	if (status != CONCUR_PENDING)
		return status;
	waiter->role = many ? QUEUE_GET_MANY : QUEUE_GET;
	waiter->amount = count;
	queue->getting++;
	return CONCUR_PENDING;
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

static bool
queue_each_reference(const struct object *object, struct reference_walk *walk)
{
	return store_visit_ring(&LINK_ENTRY(object, const struct queue, object)->items, walk);
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
	.each_reference = queue_each_reference,
};
