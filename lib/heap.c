/* The heap is an array; each node knows its place, so all moves of nodes go through `put`.
 *
 * Invariant: no node comes before its parent, by key and then by order of insertion; so no two nodes are equal. */
#include "heap.h"

#include <assert.h>
#include <stdlib.h>

enum { HEAP_ROOM_MIN = 16 };

void
heap_init(struct heap *heap)
{
	*heap = (struct heap){ .nodes = NULL };
}

void
heap_fini(struct heap *heap)
{
	free(heap->nodes);
	heap_init(heap);
}

static bool
before(const struct heap_node *a, const struct heap_node *b)
{
	return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static void
put(struct heap *heap, size_t place, struct heap_node *node)
{
	heap->nodes[place] = node;
	node->at = place + 1;
}

static void
sift_up(struct heap *heap, size_t place, struct heap_node *node)
{
	while (place > 0) {
		size_t parent = (place - 1) / 2;

		if (!before(node, heap->nodes[parent]))
			break;
		put(heap, place, heap->nodes[parent]);
		place = parent;
	}
	put(heap, place, node);
}

static void
sift_down(struct heap *heap, size_t place, struct heap_node *node)
{
	for (;;) {
		size_t child = 2 * place + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count && before(heap->nodes[child + 1], heap->nodes[child]))
			child++;
		if (!before(heap->nodes[child], node))
			break;
		put(heap, place, heap->nodes[child]);
		place = child;
	}
	put(heap, place, node);
}

static int
resize(struct heap *heap, size_t room)
{
	struct heap_node **nodes = reallocarray(heap->nodes, room, sizeof *nodes);

	if (!nodes)
		return -1;
	heap->nodes = nodes;
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
	node->order = heap->order++;
	sift_up(heap, heap->count++, node);
	return 0;
}

void
heap_remove(struct heap *heap, struct heap_node *node)
{
	struct heap_node *last;
	size_t place;

	if (node->at == 0)
		return;
	place = node->at - 1;
	assert(place < heap->count && heap->nodes[place] == node);
	node->at = 0;
	last = heap->nodes[--heap->count];
	if (last != node) {
		/* The last node comes from another branch, so it may belong above as well as below. */
		if (place > 0 && before(last, heap->nodes[(place - 1) / 2]))
			sift_up(heap, place, last);
		else
			sift_down(heap, place, last);
	}
	/* Giving memory back may fail; the heap is then larger than it need be. Half of what stays is free, so that
	 * what heap_reserve promised still holds. */
	if (heap->room > HEAP_ROOM_MIN && heap->count < heap->room / 4)
		(void)!resize(heap, heap->room / 2);
}
