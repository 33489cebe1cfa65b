/* Putting, at once or when there is room. What a waiting putter brings is counted in the store already. */
#include "daemon/core/queue_impl.h"

bool
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
	brought->count = 0;
	brought->value = NULL;
	brought->number = ring_count(&queue->items);
	queue->putting--;
	waiter_wake(core, waiter, CONCUR_OK);
	return true;
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
