/* Items stand in the places [start, start + count) of the segments laid end to end.
 *
 * Invariants: while there are items, the first and the last segment hold one at least; more than one segment means that
 * all are full-sized; without items there is no full-sized segment. A segment that several rings share is never written
 * to, and all of them have the same items in it. */
#include "ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	RING_SMALL = 8,        /* places of the first segment of a new ring */
	RING_AHEAD = 12,       /* items ahead that what they point to is fetched when a segment is copied */
	RING_SHARE_AHEAD = 64, /* segments ahead that one is fetched as they are shared: each is a page of its own */
};

void
ring_init(struct ring *ring)
{
	*ring = (struct ring){ .segments = NULL };
}

static struct ring_segment **
segment_at(const struct ring *ring, size_t number)
{
	return &ring->segments[(ring->first + number) & (ring->room - 1)];
}

static size_t
segment_bytes(size_t places)
{
	return offsetof(struct ring_segment, items) + places * sizeof(void *);
}

static struct ring_segment *
segment_new(size_t places)
{
	struct ring_segment *segment = malloc(segment_bytes(places));

	if (segment)
		segment->refs = 1;
	return segment;
}

static void
segment_unref(struct ring_segment *segment)
{
	if (--segment->refs == 0)
		free(segment);
}

void
ring_fini(struct ring *ring)
{
	for (size_t i = 0; i < ring->used; i++)
		segment_unref(*segment_at(ring, i));
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
	struct ring_segment **segments;

	if (ring->used < ring->room)
		return 0;
	segments = reallocarray(NULL, room, sizeof *segments);
	if (!segments)
		return -1;
	for (size_t i = 0; i < ring->used; i++)
		segments[i] = *segment_at(ring, i);
	free(ring->segments);
	ring->segments = segments;
	ring->room = room;
	ring->first = 0;
	return 0;
}

static int
add_segment(struct ring *ring, bool in_front)
{
	struct ring_segment *segment;

	if (reserve_directory(ring) < 0)
		return -1;
	segment = ring->spare ? ring->spare : segment_new(RING_SEGMENT);
	if (!segment)
		return -1;
	ring->spare = NULL;
	if (in_front) {
		ring->first = (ring->first - 1) & (ring->room - 1);
		ring->start += RING_SEGMENT;
		ring->segments[ring->first] = segment;
	} else {
		*segment_at(ring, ring->used) = segment;
	}
	ring->used++;
	return 0;
}

static void
release_segment(struct ring *ring, struct ring_segment *segment)
{
	ring->used--;
	if (ring->spare || segment->refs > 1)
		segment_unref(segment);
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
		release_segment(ring, *segment_at(ring, ring->used - 1));
}

/* -- sharing ----------------------------------------------------------------------------------------------------- */

/* Copies `count` items of a shared segment, from place `start` of it, into a fresh one. */
static void
copy_items(const struct ring *ring, void **to, void *const *from, size_t count)
{
	memcpy(to, from, count * sizeof *to);
	for (size_t i = 0; i < count; i++) {
		if (i + RING_AHEAD < count)
			__builtin_prefetch(to[i + RING_AHEAD], 1);
		if (to[i])
			ring->sharing->keep(to[i], ring->sharing_arg);
	}
}

static int
unshare_segment(struct ring *ring, size_t number)
{
	struct ring_segment **place = segment_at(ring, number), *segment;
	size_t begin = number == 0 ? ring->start : 0;
	size_t end = ring->start + ring->count - number * RING_SEGMENT;

	if ((*place)->refs == 1)
		return 0;
	segment = ring->sharing->may(ring->sharing_arg) ? segment_new(ring->places) : NULL;
	if (!segment)
		return -1;
	if (end > ring->places)
		end = ring->places;
	copy_items(ring, &segment->items[begin], &(*place)->items[begin], end - begin);
	segment_unref(*place);
	*place = segment;
	return 0;
}

int
ring_unshare(struct ring *ring, size_t index, size_t count)
{
	if (count == 0)
		return 0;
	for (size_t i = (ring->start + index) / RING_SEGMENT; i <= (ring->start + index + count - 1) / RING_SEGMENT;
	     i++) {
		if (unshare_segment(ring, i) < 0)
			return -1;
	}
	return 0;
}

static bool
is_own(const struct ring *ring, size_t index)
{
	return !ring->sharing || (*segment_at(ring, (ring->start + index) / RING_SEGMENT))->refs == 1;
}

/* Makes the segment at an end the ring's own, if there is one; it may be without items. */
static int
own_end(struct ring *ring, bool in_front)
{
	if (__builtin_expect(!ring->sharing || ring->used == 0, 1))
		return 0;
	return unshare_segment(ring, in_front ? 0 : ring->used - 1);
}

int
ring_copy(struct ring *ring, const struct ring_sharing *sharing, void *arg, struct ring *to)
{
	struct ring_segment **segments = NULL;

	if (ring->room) {
		segments = reallocarray(NULL, ring->room, sizeof *segments);
		if (!segments)
			return -1;
		memcpy(segments, ring->segments, ring->room * sizeof *segments);
	}
	for (size_t i = 0; i < ring->used; i++) {
		if (i + RING_SHARE_AHEAD < ring->used)
			__builtin_prefetch(*segment_at(ring, i + RING_SHARE_AHEAD), 1);
		(*segment_at(ring, i))->refs++;
	}
	ring->sharing = sharing;
	ring->sharing_arg = arg;
	*to = *ring;
	to->segments = segments;
	to->spare = NULL;
	return 0;
}

bool
ring_give_up(struct ring *ring)
{
	size_t end = ring->start + ring->count, here;

	if (ring->count == 0 || (*segment_at(ring, ring->used - 1))->refs == 1)
		return false;
	here = end - (ring->used - 1) * RING_SEGMENT;
	ring->count -= here < ring->count ? here : ring->count;
	if (ring->count > 0)
		release_segment(ring, *segment_at(ring, ring->used - 1));
	else
		ring_fini(ring);
	return true;
}

/* -- room -------------------------------------------------------------------------------------------------------- */

/* Gives the only segment of a small ring twice its places, or its first, and moves the items to the far end. */
static int
grow_small(struct ring *ring, bool in_front)
{
	size_t places = ring->places ? ring->places * 2 : RING_SMALL;
	size_t start = in_front ? places - ring->count : 0;
	struct ring_segment *segment;

	if (reserve_directory(ring) < 0)
		return -1;
	segment = segment_new(places);
	if (!segment)
		return -1;
	if (ring->used) {
		memcpy(segment->items + start, ring->segments[ring->first]->items + ring->start,
		    ring->count * sizeof *segment->items);
		free(ring->segments[ring->first]);
	}
	ring->segments[ring->first] = segment;
	ring->used = 1;
	ring->places = places;
	ring->start = start;
	return 0;
}

/* Makes one place at least at an end that has none; what is there is the ring's own. */
static int
make_room(struct ring *ring, bool in_front)
{
	size_t start;
	void **items;

	if (ring->places == RING_SEGMENT)
		return add_segment(ring, in_front);
	start = in_front ? ring->places - ring->count : 0;
	/* Sliding pays when it makes room for as many as it moves. */
	if (start == ring->start || ring->count > ring->places / 2)
		return grow_small(ring, in_front);
	items = ring->segments[ring->first]->items;
	memmove(items + start, items + ring->start, ring->count * sizeof *items);
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
	if (own_end(ring, false) < 0 || (room_behind(ring) == 0 && make_room(ring, false) < 0))
		return -1;
	*ring_at(ring, ring->count++) = item;
	return 0;
}

int
ring_prepend(struct ring *ring, void *item)
{
	if (own_end(ring, true) < 0 || (ring->start == 0 && make_room(ring, true) < 0))
		return -1;
	ring->start--;
	ring->count++;
	*ring_at(ring, 0) = item;
	return 0;
}

int
ring_extend(struct ring *ring, size_t more)
{
	if (more > PTRDIFF_MAX / sizeof(void *) - ring->count || own_end(ring, false) < 0)
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

	assert(ring->count > 0 && is_own(ring, 0));
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

	assert(ring->count > 0 && is_own(ring, ring->count - 1));
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
		if (ring_own(ring, 0, index + 1) < 0 || ring_prepend(ring, item) < 0)
			return -1;
		for (size_t i = 0; i < index; i++)
			*ring_at(ring, i) = *ring_at(ring, i + 1);
	} else {
		if (ring_own(ring, index, ring->count - index) < 0 || ring_append(ring, item) < 0)
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

	return (places + ring->room) * sizeof(void *) + ring->used * sizeof(struct ring_segment);
}
