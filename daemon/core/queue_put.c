/* Putting, at once or when there is room. What a waiting putter brings is counted in the store already. */
#include "daemon/core/queue_impl.h"

bool
queue_serve_putter(struct core *core, struct queue *queue)
{
	struct waiter *waiter = waiter_first(&queue->putters);
	struct result *brought;
	struct queue_load load;
	enum concur_status status;

	if (!waiter || !queue_fits(core, queue, waiter->amount))
		return false;
	brought = &waiter->result;
	load = (struct queue_load){ .blobs = brought->values ? brought->values : &brought->value,
		.count = waiter->amount,
		.due_ns = waiter->due_ns,
		.expires_ns = waiter->expires_ns };
	/* First: what is small is copied, and its blob is gone then. Whichever way it goes, it waits no more. */
	waiter_unpin(core, waiter);
	status = queue_append(core, queue, &load);
	queue->putting--;
	if (status != CONCUR_OK) {
		waiter_fail(core, waiter, status);
		return true;
	}
	brought->count = 0;
	brought->value = NULL;
	brought->number = queue_ready(queue);
	waiter_wake(core, waiter, CONCUR_OK);
	return true;
}

/* Brings values into the store. NULL if there is no memory. */
static struct blob **
queue_keep(struct core *core, const struct queue_load *load, struct blob **blobs)
{
	for (size_t i = 0; i < load->count; i++) {
		blobs[i] = store_new(core, NULL, &load->values[i], load->refers[i]);
		if (!blobs[i]) {
			while (i--)
				store_drop(core, NULL, blobs[i]);
			return NULL;
		}
	}
	return blobs;
}

static enum concur_status
queue_wait_with(struct core *core, struct queue *queue, const struct ask *ask, const struct queue_load *load,
    struct blob **blobs, bool one)
{
	struct waiter *waiter;
	enum concur_status status;

	status = waiter_new(core, &queue->object, &queue->putters, ask, OUTCOME_FULL, &waiter);
	if (status != CONCUR_PENDING)
		return status;
	waiter->role = QUEUE_PUT;
	waiter->amount = load->count;
	waiter->due_ns = load->due_ns;
	waiter->expires_ns = load->expires_ns;
	if (one) {
		waiter->result.value = blobs[0];
	} else {
		waiter->result.values = blobs;
		waiter->result.count = load->count;
	}
	waiter_pin(core, waiter);
	queue->putting++;
	return CONCUR_PENDING;
}

static enum concur_status
queue_wait_to_put(struct core *core, struct queue *queue, const struct ask *ask, const struct queue_load *load)
{
	struct blob *single, **blobs = &single;
	enum concur_status status = CONCUR_NO_MEMORY;

	if (load->count > 1 && !(blobs = reallocarray(NULL, load->count, sizeof *blobs)))
		return CONCUR_NO_MEMORY;
	if (!queue_keep(core, load, blobs))
		goto out;
	status = queue_wait_with(core, queue, ask, load, blobs, blobs == &single);
	if (status == CONCUR_PENDING)
		return status;
	for (size_t i = 0; i < load->count; i++)
		store_drop(core, NULL, blobs[i]);
out:
	if (blobs != &single)
		free(blobs);
	return status;
}

enum concur_status
queue_put(struct core *core, struct queue *queue, const struct ask *ask, const struct queue_load *load,
    struct result *ret)
{
	enum concur_status status;

	if (queue->is_shut_down)
		return CONCUR_SHUT_DOWN;
	if (load->count > queue_room(core, queue))
		return CONCUR_VALUE_ERROR;
	if (__builtin_expect(load->count == 0, 0))
		return CONCUR_OK;
	if (!link_empty(&queue->putters) || !queue_fits(core, queue, load->count)) {
		if (ask->wait_ns != 0)
			return queue_wait_to_put(core, queue, ask, load);
		ret->outcome = OUTCOME_FULL;
		return CONCUR_OK;
	}
	status = queue_append(core, queue, load);
	if (status != CONCUR_OK)
		return status;
	ret->number = queue_ready(queue);
	queue_settle(core, queue);
	return CONCUR_OK;
}

/* A sum that stays below "never". */
static uint64_t
queue_later(uint64_t now_ns, uint64_t wait_ns)
{
	uint64_t room = UINT64_MAX - 1 - now_ns;

	return now_ns + (wait_ns < room ? wait_ns : room);
}

void
queue_load_times(const struct core *core, struct queue_load *load, uint64_t delay_ns, uint64_t ttl_ns)
{
	uint64_t due_ns = queue_later(core->now_ns, delay_ns);

	load->due_ns = delay_ns ? due_ns : 0;
	load->expires_ns = ttl_ns ? queue_later(due_ns, ttl_ns) : 0;
}
