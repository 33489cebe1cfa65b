/* Getting, at once or when there is an item. */
#include "daemon/core/queue_impl.h"

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

bool
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
