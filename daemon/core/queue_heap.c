/* The heap of a queue's nodes; each node knows its place in it.
 *
 * Order is total: nodes that compare as equal, or not at all, come out by their places. For a FIFO and a LIFO queue
 * places are all there is to compare; a LIFO's nodes stand between the plain items of its stack, by level. */
#include "daemon/core/queue_impl.h"

static struct queue_node *
heap_at(const struct queue_items *items, size_t index)
{
	return *ring_at(&items->heap, index);
}

static void
heap_put(struct queue_items *items, size_t index, struct queue_node *node)
{
	*ring_at(&items->heap, index) = node;
	node->at = (uint32_t)index + 1;
}

/* *ret is below, at or above 0. */
static enum concur_status
heap_compare_values(const struct queue_node *a, const struct queue_node *b, int *ret)
{
	struct value value_a = store_value(a->blob), value_b = store_value(b->blob);

	*ret = 0;
	return value_compare(&value_a, &value_b, ret);
}

/* Does a come out before b? */
static bool
heap_before(const struct queue_items *items, const struct queue_node *a, const struct queue_node *b)
{
	int order = 0;

	switch (items->order) {
	case QUEUE_PRIORITY:
		if (heap_compare_values(a, b, &order) != CONCUR_OK)
			order = 0;
		break;
	case QUEUE_LIFO:
		if (a->level != b->level)
			return a->level > b->level;
		return a->place > b->place;
	case QUEUE_FIFO:
		break;
	}
	return order < 0 || (order == 0 && a->place < b->place);
}

static void
heap_sift_up(struct queue_items *items, size_t index, struct queue_node *node)
{
	while (index > 0) {
		size_t parent = (index - 1) / 2;

		if (!heap_before(items, node, heap_at(items, parent)))
			break;
		heap_put(items, index, heap_at(items, parent));
		index = parent;
	}
	heap_put(items, index, node);
}

static void
heap_sift_down(struct queue_items *items, size_t index, struct queue_node *node)
{
	size_t count = ring_count(&items->heap);

	for (;;) {
		size_t child = 2 * index + 1;

		if (child >= count)
			break;
		if (child + 1 < count && heap_before(items, heap_at(items, child + 1), heap_at(items, child)))
			child++;
		if (!heap_before(items, heap_at(items, child), node))
			break;
		heap_put(items, index, heap_at(items, child));
		index = child;
	}
	heap_put(items, index, node);
}

/* Does the node compare with all that it would pass or stop at on its way up? */
static enum concur_status
heap_check(const struct queue_items *items, const struct queue_node *node)
{
	size_t index = ring_count(&items->heap);

	while (index > 0) {
		int order;
		enum concur_status status;

		index = (index - 1) / 2;
		status = heap_compare_values(node, heap_at(items, index), &order);
		if (status != CONCUR_OK || order >= 0)
			return status;
	}
	return CONCUR_OK;
}

enum concur_status
queue_heap_insert(struct queue_items *items, struct queue_node *node, bool strict)
{
	if (strict && items->order == QUEUE_PRIORITY) {
		enum concur_status status = heap_check(items, node);

		if (status != CONCUR_OK)
			return status;
	}
	if (ring_append(&items->heap, node) < 0)
		return CONCUR_NO_MEMORY;
	heap_sift_up(items, ring_count(&items->heap) - 1, node);
	return CONCUR_OK;
}

void
queue_heap_remove(struct queue_items *items, struct queue_node *node)
{
	size_t index = node->at - 1;
	struct queue_node *last = ring_pop_last(&items->heap);

	node->at = 0;
	if (last == node)
		return;
	/* The last node comes from another branch, so it may belong above as well as below. */
	if (index > 0 && heap_before(items, last, heap_at(items, (index - 1) / 2)))
		heap_sift_up(items, index, last);
	else
		heap_sift_down(items, index, last);
}
