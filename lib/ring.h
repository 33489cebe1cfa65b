/* A ring: an array of pointers with O(1) at both ends and by index, kept in fixed segments.
 *
 * A growing ring never moves what it holds: only the directory of segments (8 bytes for 4,096 pointers) is ever copied.
 * The exception is a small ring: its only segment begins with 8 places and doubles up to a full one. Inserting and
 * removing in the middle moves the shorter side. Segments that become empty at an end are freed, but one is kept in
 * reserve so that a queue that breathes around a segment's border does not call malloc each time. An empty ring keeps
 * a small segment at most.
 *
 * Thread-safety: none. The ring never looks at what the pointers point to. */
#ifndef LIB_RING_H
#define LIB_RING_H

#include <stddef.h>

enum { RING_SEGMENT = 4096 }; /* pointers in a segment; a power of two */

struct ring {
	void ***segments; /* the directory, itself a ring of `room` places */
	size_t room;      /* places in the directory, a power of two, or 0 */
	size_t first;     /* directory place of the first segment */
	size_t used;      /* segments in the directory */
	size_t places;    /* in each segment: RING_SEGMENT, or fewer in the only one of a small ring */
	size_t start;     /* place of item 0 in the first segment */
	size_t count;     /* items */
	void **spare;     /* one empty segment of RING_SEGMENT places, or NULL */
};

void ring_init(struct ring *ring);

/* Frees the ring's own memory; the items are the caller's. */
void ring_fini(struct ring *ring);

static inline size_t
ring_count(const struct ring *ring)
{
	return ring->count;
}

/* The place of item `index`, which must be below the count. Valid until the ring changes. */
static inline void **
ring_at(const struct ring *ring, size_t index)
{
	size_t place = ring->start + index;
	size_t segment = (ring->first + place / RING_SEGMENT) & (ring->room - 1);

	return &ring->segments[segment][place % RING_SEGMENT];
}

/* These return 0, or -1 if there is no memory: then the ring is as it was. */
int ring_append(struct ring *ring, void *item);
int ring_prepend(struct ring *ring, void *item);
int ring_insert(struct ring *ring, size_t index, void *item); /* index may be the count; O(min(index, count - index)) */

/* Makes `more` places at the end, all NULL, for the caller to fill. */
int ring_extend(struct ring *ring, size_t more);

/* The index must be below the count, and a ring that is popped not empty. */
void *ring_pop_first(struct ring *ring);
void *ring_pop_last(struct ring *ring);
void *ring_remove(struct ring *ring, size_t index);

/* Forgets the items from `index` on; the caller has taken them out before. */
void ring_truncate(struct ring *ring, size_t index);

/* Bytes that the ring itself takes. */
size_t ring_footprint(const struct ring *ring);

#endif
