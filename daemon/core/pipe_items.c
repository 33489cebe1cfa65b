/* What is under way to an end of a pipe.
 *
 * Places count the values that were ever sent to the end. A fresh one needs none of its own: it follows from its
 * distance to the last that was taken. All that came back has a place up to that one. */
#include "daemon/core/pipe_items.h"

#include "daemon/core/store.h"

#include <stdlib.h>

struct pipe_returned {
	struct heap_node node; /* the key is the place */
	struct blob *blob;     /* one reference */
};

static struct pipe_returned *
pipe_returned_of(struct heap_node *node)
{
	return LINK_ENTRY(node, struct pipe_returned, node);
}

void
pipe_items_init(struct pipe_items *items)
{
	ring_init(&items->fresh);
	heap_init(&items->returned);
	items->taken = 0;
}

int
pipe_items_append(struct pipe_items *items, struct blob *blob)
{
	return ring_append(&items->fresh, blob);
}

/* Takes out the first that came back, and frees its node. */
static struct blob *
pipe_items_take_returned(struct pipe_items *items, uint64_t *ret_place)
{
	struct heap_node *node = heap_first(&items->returned);
	struct pipe_returned *returned = pipe_returned_of(node);
	struct blob *blob = returned->blob;

	*ret_place = node->key;
	heap_remove(&items->returned, node);
	free(returned);
	if (items->returned.count == 0)
		heap_fini(&items->returned);
	return blob;
}

void
pipe_items_take(struct pipe_items *items, struct delivery *ret)
{
	*ret = (struct delivery){ .place = 0 };
	if (items->returned.count) {
		ret->blob = pipe_items_take_returned(items, &ret->place);
	} else {
		ret->blob = ring_pop_first(&items->fresh);
		ret->place = ++items->taken;
	}
}

int
pipe_items_put_back(struct pipe_items *items, const struct delivery *delivery)
{
	struct pipe_returned *returned = calloc(1, sizeof *returned);

	if (!returned)
		return -1;
	returned->blob = delivery->blob;
	if (heap_insert(&items->returned, &returned->node, delivery->place) < 0) {
		free(returned);
		return -1;
	}
	return 0;
}

bool
pipe_items_step(struct core *core, struct pipe_items *items, size_t *steps)
{
	uint64_t place;

	for (; *steps && items->returned.count; --*steps)
		store_drop(core, NULL, pipe_items_take_returned(items, &place));
	return items->returned.count == 0 && store_step_ring(core, &items->fresh, steps);
}

/* What came back has the lower positions, in the order of the heap's array: taking one out moves none of them up. */
bool
pipe_items_visit(const struct pipe_items *items, struct reference_walk *walk)
{
	if (walk->position > pipe_items_count(items))
		walk->position = pipe_items_count(items);
	while (walk->position && walk->steps) {
		size_t at = --walk->position;
		bool has_come_back = at < items->returned.count;

		walk->steps--;
		store_visit_blob(has_come_back ? pipe_returned_of(items->returned.slots[at].node)->blob
					       : *ring_at(&items->fresh, at - items->returned.count),
		    walk);
	}
	return walk->position == 0;
}

size_t
pipe_items_footprint(const struct pipe_items *items)
{
	return ring_footprint(&items->fresh) + items->returned.room * sizeof *items->returned.slots +
	    items->returned.count * sizeof(struct pipe_returned);
}
