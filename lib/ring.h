/* A ring: an array of pointers with O(1) at both ends and by index, kept in fixed segments.
 *
 * A growing ring never moves what it holds: only the directory of segments (8 bytes for 1,024 pointers) is ever copied.
 * The exception is a small ring: its only segment begins with 8 places and doubles up to a full one. Inserting and
 * removing in the middle moves the shorter side. Segments that become empty at an end are freed, but one is kept in
 * reserve so that a queue that breathes around a segment's border does not call malloc each time. An empty ring keeps
 * a small segment at most.
 *
 * A copy shares all segments with what it was made of. What is to be changed in one that was copied, or is a copy, must
 * be the ring's own first: what adds items sees to that itself, for all else there is ring_own(). It copies the
 * segments that others have, too.
 *
 * Thread-safety: none. The ring never looks at what the pointers point to. */
#ifndef LIB_RING_H
#define LIB_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RING_SEGMENT = 1024 }; /* pointers in a segment; a power of two */

struct ring_segment {
	uint32_t refs; /* rings that it is part of */
	void *items[];
};

/* What a ring that was copied asks of its user when it takes a copy of shared items. */
struct ring_sharing {
	bool (*may)(void *arg);              /* whether it may; if not, that is as if there were no memory */
	void (*keep)(void *item, void *arg); /* one more place has this item, which is not NULL */
};

struct ring {
	struct ring_segment **segments; /* the directory, itself a ring of `room` places */
	size_t room;                    /* places in the directory, a power of two, or 0 */
	size_t first;                   /* directory place of the first segment */
	size_t used;                    /* segments in the directory */
	size_t places;                  /* in each segment: RING_SEGMENT, or fewer in the only one of a small ring */
	size_t start;                   /* place of item 0 in the first segment */
	size_t count;                   /* items */
	struct ring_segment *spare;     /* an empty one of RING_SEGMENT places, or NULL */
	const struct ring_sharing *sharing; /* NULL: it was never copied */
	void *sharing_arg;
};

void ring_init(struct ring *ring);

/* Frees the ring's own memory; the items are the caller's. */
void ring_fini(struct ring *ring);

static inline size_t
ring_count(const struct ring *ring)
{
	return ring->count;
}

/* The place of item `index`, which must be below the count. Valid until the ring changes. To be written to only in a
 * ring that was never copied, or where the ring has its own. */
static inline void **
ring_at(const struct ring *ring, size_t index)
{
	size_t place = ring->start + index;
	size_t segment = (ring->first + place / RING_SEGMENT) & (ring->room - 1);

	return &ring->segments[segment]->items[place % RING_SEGMENT];
}

/* Makes `to` a copy. 0, or -1 if there is no memory. `sharing` and `arg` outlive both, and are the same for all copies
 * of a ring. */
int ring_copy(struct ring *ring, const struct ring_sharing *sharing, void *arg, struct ring *to);

int ring_unshare(struct ring *ring, size_t index, size_t count);

/* Makes sure that others do not share `count` items from `index` on. 0, or -1 if there is no memory (never for a ring
 * that was not copied): the ring holds then what it held. */
static inline int
ring_own(struct ring *ring, size_t index, size_t count)
{
	return __builtin_expect(!ring->sharing, 1) ? 0 : ring_unshare(ring, index, count);
}

/* The same for the items that ring_remove(index) takes out or moves. */
static inline int
ring_own_removal(struct ring *ring, size_t index)
{
	return index < ring->count / 2 ? ring_own(ring, 0, index + 1) : ring_own(ring, index, ring->count - index);
}

/* If others share the segment of the last item, forgets all items in it: they are theirs. For freeing a ring. */
bool ring_give_up(struct ring *ring);

/* These return 0, or -1 if there is no memory: then the ring is as it was. */
int ring_append(struct ring *ring, void *item);
int ring_prepend(struct ring *ring, void *item);
int ring_insert(struct ring *ring, size_t index, void *item); /* index may be the count; O(min(index, count - index)) */

/* Makes `more` places at the end, all NULL, for the caller to fill. */
int ring_extend(struct ring *ring, size_t more);

/* The index must be below the count, a ring that is popped not empty, and what goes or moves the ring's own. */
void *ring_pop_first(struct ring *ring);
void *ring_pop_last(struct ring *ring);
void *ring_remove(struct ring *ring, size_t index);

/* Forgets the items from `index` on; the caller has taken them out before. */
void ring_truncate(struct ring *ring, size_t index);

/* Bytes that the ring itself takes. */
size_t ring_footprint(const struct ring *ring);

#endif
