/* The heap is an array of slots; each node knows its slot's place, so all moves go through `put`. The children of
 * place p stand at 4 p + 1 to 4 p + 4.
 *
 * Invariant: no node comes before its parent, by key and then by order of insertion; so no two nodes are equal. */
#include "heap.h"

#include <assert.h>
#include <stdlib.h>

enum { HEAP_ROOM_MIN = 16, HEAP_CHILDREN = 4 };

void
heap_init(struct heap *heap)
{
	*heap = (struct heap){ .slots = NULL };
}

void
heap_fini(struct heap *heap)
{
	free(heap->slots);
	heap_init(heap);
}

static bool
before(const struct heap_slot *a, const struct heap_slot *b)
{
	return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static void
put(struct heap *heap, size_t place, const struct heap_slot *slot)
{
	heap->slots[place] = *slot;
	slot->node->at = place + 1;
}

static size_t
parent_of(size_t place)
{
	return (place - 1) / HEAP_CHILDREN;
}

static void
sift_up(struct heap *heap, size_t place, struct heap_slot slot)
{
	while (place > 0 && before(&slot, &heap->slots[parent_of(place)])) {
		put(heap, place, &heap->slots[parent_of(place)]);
		place = parent_of(place);
	}
	put(heap, place, &slot);
}

/* The first of the children of a place, which has at least one: that at `child`. */
static size_t
first_child(const struct heap *heap, size_t child)
{
	size_t end = child + HEAP_CHILDREN < heap->count ? child + HEAP_CHILDREN : heap->count, first = child;

	while (++child < end) {
		if (before(&heap->slots[child], &heap->slots[first]))
			first = child;
	}
	return first;
}

static void
sift_down(struct heap *heap, size_t place, struct heap_slot slot)
{
	for (;;) {
		size_t child = HEAP_CHILDREN * place + 1;

		if (child >= heap->count)
			break;
		child = first_child(heap, child);
		if (!before(&heap->slots[child], &slot))
			break;
		put(heap, place, &heap->slots[child]);
		place = child;
	}
	put(heap, place, &slot);
}

static int
resize(struct heap *heap, size_t room)
{
	struct heap_slot *slots = reallocarray(heap->slots, room, sizeof *slots);

	if (!slots)
		return -1;
	heap->slots = slots;
	heap->room = room;
	return 0;
}

int
heap_reserve(struct heap *heap)
{
	if (heap->count < heap->room)
		return 0;
	return resize(heap, heap->room ? heap->room * 2 : HEAP_ROOM_MIN);
}

int
heap_insert(struct heap *heap, struct heap_node *node, uint64_t key)
{
	assert(node->at == 0);
	if (heap_reserve(heap) < 0)
		return -1;
	node->key = key;
	heap->count++;
	sift_up(heap, heap->count - 1, (struct heap_slot){ key, heap->order++, node });
	return 0;
}

void
heap_remove(struct heap *heap, struct heap_node *node)
{
	struct heap_slot last;
	size_t place;

	if (node->at == 0)
		return;
	place = node->at - 1;
	assert(place < heap->count && heap->slots[place].node == node);
	node->at = 0;
	last = heap->slots[--heap->count];
	if (last.node != node) {
		/* The last node comes from another branch, so it may belong above as well as below. */
		if (place > 0 && before(&last, &heap->slots[parent_of(place)]))
			sift_up(heap, place, last);
		else
			sift_down(heap, place, last);
	}
	/* Giving memory back may fail; the heap is then larger than it need be. Half of what stays is free, so that
	 * what heap_reserve promised still holds. */
	if (heap->room > HEAP_ROOM_MIN && heap->count < heap->room / 4)
		(void)!resize(heap, heap->room / 2);
}
