/* What is under way to an end of a pipe: the values that were sent to it, in that order, and those that came back from
 * receivers that died before they had read them. These were sent before all others. */
#ifndef CORE_PIPE_ITEMS_H
#define CORE_PIPE_ITEMS_H

#include "daemon/core/delivery.h"
#include "daemon/core/object.h"
#include "lib/heap.h"
#include "lib/ring.h"

struct pipe_items {
	struct ring fresh;    /* struct blob *, one reference each: never taken */
	struct heap returned; /* struct pipe_returned, by place */
	uint64_t taken;       /* the place of the last fresh one that was taken; the next to be has the next place */
};

void pipe_items_init(struct pipe_items *items);

static inline size_t
pipe_items_count(const struct pipe_items *items)
{
	return ring_count(&items->fresh) + items->returned.count;
}

/* Takes over the blob's reference. 0, or -1 if there is no memory. */
int pipe_items_append(struct pipe_items *items, struct blob *blob);

/* Takes the next; there is one. The blob's reference is the caller's. Fills in what the delivery says of the item. */
void pipe_items_take(struct pipe_items *items, struct delivery *ret);

/* Puts one that was taken where it stood, and takes over the blob's reference. 0, or -1 if there is no memory. O(log
 * n). What came back before may move up, see each_reference of struct kind. */
int pipe_items_put_back(struct pipe_items *items, const struct delivery *delivery);

/* As the hooks of struct kind. */
bool pipe_items_step(struct core *core, struct pipe_items *items, size_t *steps);
bool pipe_items_visit(const struct pipe_items *items, struct reference_walk *walk);
size_t pipe_items_footprint(const struct pipe_items *items);

#endif
