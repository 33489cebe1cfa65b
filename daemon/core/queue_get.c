/* Getting, at once or when there is an item; and the way back of items that were sent to a process that died before it
 * had read them. What is taken stands among the getter's deliveries until it has read it. */
#include "daemon/core/queue_impl.h"

enum {
	QUEUE_FRAME_HEAD = 64,                 /* bytes of a frame beside its items, and to spare */
	QUEUE_ITEM_HEAD = 11 + VALUE_HEAD_MAX, /* bytes of an item in a frame beside its payload, at most */
};

/* The next item goes to the session; there is one, and room among its deliveries. NULL if there is no memory. */
static struct blob *
queue_hand_over(struct core *core, struct queue *queue, struct deliveries *deliveries)
{
	struct delivery *delivery = deliveries_next(deliveries);

	if (queue_take(core, queue, delivery) < 0)
		return NULL;
	deliveries_add(core, deliveries, queue->origin);
	return blob_ref(delivery->blob);
}

/* As many of the next items, `count` at most, as go into one frame; at least one does. */
static enum concur_status
queue_serve_many(struct core *core, struct queue *queue, struct deliveries *deliveries, size_t count,
    struct result *ret)
{
	uint64_t bytes = QUEUE_FRAME_HEAD;

	ret->values = reallocarray(NULL, count, sizeof *ret->values);
	if (!ret->values)
		return CONCUR_NO_MEMORY;
	for (; ret->count < count; ret->count++) {
		bytes += QUEUE_ITEM_HEAD + queue_next_size(queue);
		if (ret->count && bytes > core->limits->frame_max)
			break;
		ret->values[ret->count] = queue_hand_over(core, queue, deliveries);
		if (!ret->values[ret->count])
			break;
	}
	if (ret->count)
		return CONCUR_OK;
	result_fini(ret);
	return CONCUR_NO_MEMORY;
}

/* Takes what a getter gets now; there is at least one item. */
static enum concur_status
queue_serve(struct core *core, struct queue *queue, struct session *session, bool many, size_t count,
    struct result *ret)
{
	struct deliveries *deliveries = &session->deliveries;
	enum concur_status status = CONCUR_OK;

	count = count < queue_ready(queue) ? count : queue_ready(queue);
	if (deliveries_reserve(core, deliveries, count) < 0)
		return CONCUR_NO_MEMORY;
	if (many)
		status = queue_serve_many(core, queue, deliveries, count, ret);
	else if (!(ret->value = queue_hand_over(core, queue, deliveries)))
		status = CONCUR_NO_MEMORY;
	if (status == CONCUR_OK)
		queue_changed(core, queue);
	return status;
}

bool
queue_serve_getter(struct core *core, struct queue *queue)
{
	struct waiter *waiter = waiter_first(&queue->getters);
	enum concur_status status;

	if (!waiter || queue_ready(queue) == 0)
		return false;
	status =
	    queue_serve(core, queue, waiter->session, waiter->role == QUEUE_GET_MANY, waiter->amount, &waiter->result);
	queue->getting--;
	waiter_wake(core, waiter, status);
	return true;
}

static enum concur_status
queue_wait_to_get(struct core *core, struct queue *queue, const struct ask *ask, bool many, size_t count)
{
	struct waiter *waiter;
	enum concur_status status;

	status = waiter_new(core, &queue->object, &queue->getters, ask, OUTCOME_EMPTY, &waiter);
	if (status != CONCUR_PENDING)
		return status;
	waiter->role = many ? QUEUE_GET_MANY : QUEUE_GET;
	waiter->amount = count;
	queue->getting++;
	return CONCUR_PENDING;
}

/* There is nothing now. */
static enum concur_status
queue_get_later(struct core *core, struct queue *queue, const struct ask *ask, bool many, size_t count,
    struct result *ret)
{
	if (queue_is_over(queue))
		return CONCUR_SHUT_DOWN;
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_EMPTY;
		return CONCUR_OK;
	}
	if (deliveries_left(core, &ask->session->deliveries) == 0)
		return core_limit(core, CONCUR_LIMIT, "deliveries_max");
	return queue_wait_to_get(core, queue, ask, many, count);
}

enum concur_status
queue_get(struct core *core, struct queue *queue, const struct ask *ask, bool many, size_t count, struct result *ret)
{
	size_t left = deliveries_left(core, &ask->session->deliveries);
	enum concur_status status;

	if (queue_ready(queue) == 0)
		return queue_get_later(core, queue, ask, many, count, ret);
	if (left == 0)
		return core_limit(core, CONCUR_LIMIT, "deliveries_max");
	status = queue_serve(core, queue, ask->session, many, count < left ? count : left, ret);
	queue_settle(core, queue);
	return status;
}

/* -- deliveries -------------------------------------------------------------------------------------------------- */

enum concur_status
queue_take_back(struct core *core, struct object *object, const struct delivery *delivery)
{
	struct queue *queue = LINK_ENTRY(object, struct queue, object);
	struct queue_node *node;

	if (delivery->place <= queue->floor || (delivery->expires_ns && delivery->expires_ns <= core->now_ns)) {
		/* Nobody will get it, so nobody could tell that it is done. */
		store_drop(core, NULL, delivery->blob);
		queue_finish(core, queue, queue->unfinished ? 1 : 0);
		return CONCUR_OK;
	}
	node = queue_node_new(queue, delivery->blob, delivery->expires_ns);
	if (!node)
		return CONCUR_NO_MEMORY;
	/* On a stack it goes on top: it is the next, as it was when it was taken. */
	node->place = queue->items.order == QUEUE_LIFO ? ++queue->place : delivery->place;
	if (queue_node_place(core, queue, node, false) != CONCUR_OK) {
		queue_node_free(core, node);
		return CONCUR_NO_MEMORY;
	}
	store_settle(core, &queue->object, delivery->blob);
	queue_changed(core, queue);
	return CONCUR_OK;
}
