/* Items stand in the places [start, start + count) of the segments laid end to end.
 *
 * Invariants: while there are items, the first and the last segment hold one at least; more than one segment means that
 * all are full-sized; without items there is no full-sized segment. */
#include "ring.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { RING_SMALL = 8 }; /* places of the first segment of a new ring */

void
ring_init(struct ring *ring)
{
	*ring = (struct ring){ .segments = NULL };
}

void
ring_fini(struct ring *ring)
{
	for (size_t i = 0; i < ring->used; i++)
		free(ring->segments[(ring->first + i) & (ring->room - 1)]);
	free(ring->spare);
	free(ring->segments);
	ring_init(ring);
}

/* -- segments ---------------------------------------------------------------------------------------------------- */

/* Makes sure that the directory has a free place. */
static int
reserve_directory(struct ring *ring)
{
	size_t room = ring->room ? ring->room * 2 : 1;
	void ***segments;

	if (ring->used < ring->room)
		return 0;
	segments = reallocarray(NULL, room, sizeof *segments);
	if (!segments)
		return -1;
	for (size_t i = 0; i < ring->used; i++)
		segments[i] = ring->segments[(ring->first + i) & (ring->room - 1)];
	free(ring->segments);
	ring->segments = segments;
	ring->room = room;
	ring->first = 0;
	return 0;
}

static int
add_segment(struct ring *ring, bool in_front)
{
	void **segment;

	if (reserve_directory(ring) < 0)
		return -1;
	segment = ring->spare ? ring->spare : reallocarray(NULL, RING_SEGMENT, sizeof *segment);
	if (!segment)
		return -1;
	ring->spare = NULL;
	if (in_front) {
		ring->first = (ring->first - 1) & (ring->room - 1);
		ring->start += RING_SEGMENT;
		ring->segments[ring->first] = segment;
	} else {
		ring->segments[(ring->first + ring->used) & (ring->room - 1)] = segment;
	}
	ring->used++;
	return 0;
}

static void
release_segment(struct ring *ring, void **segment)
{
	ring->used--;
	if (ring->spare)
		free(segment);
	else
		ring->spare = segment;
}

/* Gives back the segments that hold no item. */
static void
trim(struct ring *ring)
{
	if (ring->count == 0) {
		ring->start = 0;
		if (ring->places == RING_SEGMENT)
			ring_fini(ring);
		return;
	}
	while (ring->start >= ring->places) {
		release_segment(ring, ring->segments[ring->first]);
		ring->first = (ring->first + 1) & (ring->room - 1);
		ring->start -= RING_SEGMENT;
	}
	while (ring->start + ring->count <= (ring->used - 1) * ring->places)
		release_segment(ring, ring->segments[(ring->first + ring->used - 1) & (ring->room - 1)]);
}

/* Gives the only segment of a small ring twice its places, or its first, and moves the items to the far end. */
static int
grow_small(struct ring *ring, bool in_front)
{
	size_t places = ring->places ? ring->places * 2 : RING_SMALL;
	size_t start = in_front ? places - ring->count : 0;
	void **segment;

	if (reserve_directory(ring) < 0)
		return -1;
	segment = reallocarray(NULL, places, sizeof *segment);
	if (!segment)
		return -1;
	if (ring->used) {
		memcpy(segment + start, ring->segments[ring->first] + ring->start, ring->count * sizeof *segment);
		free(ring->segments[ring->first]);
	}
	ring->segments[ring->first] = segment;
	ring->used = 1;
	ring->places = places;
	ring->start = start;
	return 0;
}

/* Makes one place at least at an end that has none. */
static int
make_room(struct ring *ring, bool in_front)
{
	size_t start;
	void **segment;

	if (ring->places == RING_SEGMENT)
		return add_segment(ring, in_front);
	start = in_front ? ring->places - ring->count : 0;
	/* Sliding pays when it makes room for as many as it moves. */
	if (start == ring->start || ring->count > ring->places / 2)
		return grow_small(ring, in_front);
	segment = ring->segments[ring->first];
	memmove(segment + start, segment + ring->start, ring->count * sizeof *segment);
	ring->start = start;
	return 0;
}

/* Places behind the last item. */
static size_t
room_behind(const struct ring *ring)
{
	return ring->used * ring->places - ring->start - ring->count;
}

/* -- the ends ---------------------------------------------------------------------------------------------------- */

int
ring_append(struct ring *ring, void *item)
{
	if (room_behind(ring) == 0 && make_room(ring, false) < 0)
		return -1;
	*ring_at(ring, ring->count++) = item;
	return 0;
}

int
ring_prepend(struct ring *ring, void *item)
{
	if (ring->start == 0 && make_room(ring, true) < 0)
		return -1;
	ring->start--;
	ring->count++;
	*ring_at(ring, 0) = item;
	return 0;
}

int
ring_extend(struct ring *ring, size_t more)
{
	if (more > PTRDIFF_MAX / sizeof(void *) - ring->count)
		return -1;
	while (room_behind(ring) < more) {
		if (make_room(ring, false) < 0) {
			trim(ring);
			return -1;
		}
	}
	for (size_t i = 0; i < more; i++)
		*ring_at(ring, ring->count++) = NULL;
	return 0;
}

void *
ring_pop_first(struct ring *ring)
{
	void *item;

	assert(ring->count > 0);
	item = *ring_at(ring, 0);
	ring->start++;
	ring->count--;
	trim(ring);
	return item;
}

void *
ring_pop_last(struct ring *ring)
{
	void *item;

	assert(ring->count > 0);
	item = *ring_at(ring, --ring->count);
	trim(ring);
	return item;
}

void
ring_truncate(struct ring *ring, size_t index)
{
	if (index >= ring->count)
		return;
	ring->count = index;
	trim(ring);
}

/* -- the middle -------------------------------------------------------------------------------------------------- */

int
ring_insert(struct ring *ring, size_t index, void *item)
{
	assert(index <= ring->count);
	if (index < ring->count / 2) {
		if (ring_prepend(ring, item) < 0)
			return -1;
		for (size_t i = 0; i < index; i++)
			*ring_at(ring, i) = *ring_at(ring, i + 1);
	} else {
		if (ring_append(ring, item) < 0)
			return -1;
		for (size_t i = ring->count - 1; i > index; i--)
			*ring_at(ring, i) = *ring_at(ring, i - 1);
	}
	*ring_at(ring, index) = item;
	return 0;
}

void *
ring_remove(struct ring *ring, size_t index)
{
	void *item;

	assert(index < ring->count);
	item = *ring_at(ring, index);
	if (index < ring->count / 2) {
		for (size_t i = index; i > 0; i--)
			*ring_at(ring, i) = *ring_at(ring, i - 1);
		(void)ring_pop_first(ring);
	} else {
		for (size_t i = index; i + 1 < ring->count; i++)
			*ring_at(ring, i) = *ring_at(ring, i + 1);
		(void)ring_pop_last(ring);
	}
	return item;
}

size_t
ring_footprint(const struct ring *ring)
{
	size_t places = ring->used * ring->places + (ring->spare ? RING_SEGMENT : 0);

	return (places + ring->room) * sizeof(void *);
}
