/* A heap of intrusive nodes that know where they are, so that any of them leaves in O(log n).
 *
 * A node has up to four children, and what is compared stands in the heap itself, not in the nodes: a node that sinks
 * looks at one or two cache lines a level, and there are half as many levels as in a binary heap.
 *
 * Nodes with equal keys come out in the order in which they went in: nothing depends on addresses.
 *
 * Thread-safety: none. */
#ifndef LIB_HEAP_H
#define LIB_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
	uint64_t key; /* smallest first; set by heap_insert */
	size_t at;    /* place in the heap + 1; 0: in none */
};

struct heap_slot {
	uint64_t key;   /* the node's */
	uint64_t order; /* of insertion, breaks ties */
	struct heap_node *node;
};

struct heap {
	struct heap_slot *slots;
	size_t count;
	size_t room;
	uint64_t order; /* what the next node gets */
};

void heap_init(struct heap *heap);
void heap_fini(struct heap *heap); /* frees the heap's own memory; nodes that are in it are the caller's */

/* Makes room for one more node; 0, or -1 if there is no memory. After it, one heap_insert can not fail. */
int heap_reserve(struct heap *heap);

/* The node must be in no heap. 0, or -1 if there is no memory: then the heap is as it was. O(log n). */
int heap_insert(struct heap *heap, struct heap_node *node, uint64_t key);

/* Takes the node out; one that is in no heap stays so. O(log n). */
void heap_remove(struct heap *heap, struct heap_node *node);

/* The node with the smallest key, or NULL; it stays. */
static inline struct heap_node *
heap_first(const struct heap *heap)
{
	return heap->count ? heap->slots[0].node : NULL;
}

static inline bool
heap_contains(const struct heap_node *node)
{
	return node->at != 0;
}

#endif
