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
	if (options->order > QUEUE_PRIORITY)
		return CONCUR_VALUE_ERROR;
	queue->origin = origin_new(object);
	if (!queue->origin)
		return CONCUR_NO_MEMORY;
	queue_items_init(&queue->items, options->order);
	link_init(&queue->getters);
	link_init(&queue->putters);
	link_init(&queue->joiners);
	queue->maxsize = options->maxsize > 0 ? (uint64_t)options->maxsize : 0;
	return CONCUR_OK;
}

void
queue_serve_waiters(struct core *core, struct queue *queue)
{
	struct waiter *waiter;

	while (queue_serve_getter(core, queue) || queue_serve_putter(core, queue))
		;
	while (queue_is_over(queue) && (waiter = waiter_first(&queue->getters))) {
		queue->getting--;
		waiter_fail(core, waiter, CONCUR_SHUT_DOWN);
	}
}

void
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
	return queue_items_step(core, &queue_of(object)->items, steps);
}

struct queue_grave {
	struct grave grave;
	struct queue_items items;
};

static bool
queue_grave_step(struct core *core, struct grave *grave, size_t *steps)
{
	struct queue_grave *ours = LINK_ENTRY(grave, struct queue_grave, grave);

	if (!queue_items_step(core, &ours->items, steps))
		return false;
	link_remove(&grave->link);
	free(ours);
	return true;
}

/* Its items go to a grave. */
static enum concur_status
queue_bury_items(struct core *core, struct queue *queue)
{
	struct queue_grave *ours = malloc(sizeof *ours);

	if (!ours)
		return CONCUR_NO_MEMORY;
	queue_items_move(&queue->items, &ours->items);
	ours->grave.step = queue_grave_step;
	core_bury(core, &ours->grave);
	return CONCUR_OK;
}

/* Drops all items; those of a long queue are freed by steps. What is in doubt does not come back. */
static enum concur_status
queue_drop_items(struct core *core, struct queue *queue)
{
	uint64_t dropped = queue_ready(queue) + queue->items.delayed_count;

	if (dropped && queue_bury_items(core, queue) != CONCUR_OK)
		return CONCUR_NO_MEMORY;
	queue->floor = queue->place;
	queue->object.bytes = 0;
	queue_changed(core, queue);
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
	queue->putting = 0;
	queue_settle(core, queue);
	return CONCUR_OK;
}

void
queue_state(const struct queue *queue, struct queue_state *ret)
{
	*ret = (struct queue_state){
		.size = queue_ready(queue),
		.maxsize = queue->maxsize,
		.unfinished = queue->unfinished,
		.getters = queue->getting,
		.putters = queue->putting,
		.delayed = queue->items.delayed_count,
		.in_doubt = queue->origin->in_doubt,
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
	origin_leave(queue->origin);
	queue->origin = NULL;
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
	return queue_items_footprint(&LINK_ENTRY(object, const struct queue, object)->items);
}

static bool
queue_each_reference(struct object *object, struct reference_walk *walk)
{
	return queue_items_visit(&queue_of(object)->items, walk);
}

static uint64_t
queue_len(const struct object *object)
{
	return queue_ready(LINK_ENTRY(object, const struct queue, object));
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

static void
queue_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct queue *queue = LINK_ENTRY(object, const struct queue, object);

	say(arg, "order", (int64_t)queue->items.order);
	say(arg, "maxsize", (int64_t)queue->maxsize);
	say(arg, "unfinished", (int64_t)queue->unfinished);
	say(arg, "delayed", (int64_t)queue->items.delayed_count);
	say(arg, "in doubt", (int64_t)queue->origin->in_doubt);
	say(arg, "shut down", queue->is_shut_down);
}

static void
queue_took_back(struct core *core, struct object *object)
{
	queue_settle(core, queue_of(object));
}

static const char *const queue_roles[] = {
	[QUEUE_GET] = "get",
	[QUEUE_GET_MANY] = "get",
	[QUEUE_PUT] = "put",
	[QUEUE_JOIN] = "join",
};

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
	.take_back = queue_take_back,
	.took_back = queue_took_back,
	.roles = queue_roles,
	.details = queue_details,
};
