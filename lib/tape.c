/* A tape's segments hold records one behind the other; none is split. A record is an item, or says the number of the
 * item that follows it.
 *
 *     GAP  number (8 bytes)
 *     BLOB pointer (8 bytes)
 *     kind size (1 byte) bytes
 *
 * Invariants: the first record of all, if there is one, is an item, whose number is tape->number; each segment but the
 * last has a record to be read. */
#include "tape.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	TAPE_HEAD = 32, /* bytes of malloc's and our own in front of a segment's records */
	TAPE_ROOM = TAPE_SEGMENT - TAPE_HEAD,
	TAPE_ROOM_MIN = 256 - TAPE_HEAD, /* of the first segment of a short tape */

	TAPE_GAP = 0x1e, /* in place of a kind, as TAPE_BLOB */

	TAPE_GAP_BYTES = 1 + sizeof(uint64_t),
	TAPE_BLOB_BYTES = 1 + sizeof(struct blob *),
	TAPE_RECORD_MAX = TAPE_GAP_BYTES + 2 + TAPE_SMALL_MAX,
};

void
tape_init(struct tape *tape)
{
	*tape = (struct tape){ .first = NULL };
}

static void
tape_free_list(struct tape_segment *segment)
{
	while (segment) {
		struct tape_segment *next = segment->next;

		free(segment);
		segment = next;
	}
}

static void
tape_free_segments(struct tape *tape)
{
	tape_free_list(tape->first);
	tape_free_list(tape->spare);
	tape->first = tape->last = tape->spare = NULL;
	tape->segments = tape->spares = tape->held = 0;
}

void
tape_fini(struct tape *tape)
{
	tape_free_segments(tape);
	tape_init(tape);
}

/* -- room -------------------------------------------------------------------------------------------------------- */

static struct tape_segment *
tape_segment_new(size_t room)
{
	struct tape_segment *segment = malloc(sizeof *segment + room);

	if (segment)
		*segment = (struct tape_segment){ .room = (uint32_t)room };
	return segment;
}

/* A lone segment that is short becomes one of at least `bytes` free, if it then still is no larger than a full one. */
static int
tape_grow(struct tape *tape, size_t bytes)
{
	struct tape_segment *old = tape->first, *new;
	size_t used = old ? old->end - old->start : 0;
	size_t room = old ? old->room : TAPE_ROOM_MIN;

	while (room < TAPE_ROOM && room - used < bytes)
		room = 2 * (room + TAPE_HEAD) - TAPE_HEAD;
	if (room > TAPE_ROOM)
		room = TAPE_ROOM;
	new = tape_segment_new(room);
	if (!new)
		return -1;
	if (used)
		memcpy(new->bytes, old->bytes + old->start, used);
	new->end = (uint32_t)used;
	free(old);
	tape->first = tape->last = new;
	tape->segments = 1;
	tape->held = room + TAPE_HEAD;
	return 0;
}

/* What was read makes room again, where that is at least half: so each byte is moved once at most. */
static bool
tape_compact(struct tape *tape, size_t bytes)
{
	struct tape_segment *segment = tape->first;
	uint32_t used = segment->end - segment->start;

	if (tape->segments > 1 || used > segment->room / 2 || segment->room - used < bytes)
		return false;
	memmove(segment->bytes, segment->bytes + segment->start, used);
	segment->start = 0;
	segment->end = used;
	return true;
}

int
tape_reserve_slowly(struct tape *tape, size_t bytes)
{
	size_t needed = bytes / (TAPE_ROOM - TAPE_RECORD_MAX) + 1;

	if (tape->first && tape_compact(tape, bytes))
		return 0;
	if (!tape->first || (tape->segments == 1 && tape->first->room < TAPE_ROOM)) {
		if (tape_grow(tape, bytes) < 0)
			return -1;
		if (tape->last->room - tape->last->end >= bytes)
			return 0;
	}
	while (tape->spares < needed) {
		struct tape_segment *segment = tape_segment_new(TAPE_ROOM);

		if (!segment)
			return -1;
		segment->next = tape->spare;
		tape->spare = segment;
		tape->spares++;
		tape->held += TAPE_SEGMENT;
	}
	return 0;
}

static void
tape_next_segment(struct tape *tape)
{
	struct tape_segment *segment = tape->spare;

	assert(segment);
	tape->spare = segment->next;
	tape->spares--;
	segment->next = NULL;
	tape->last = tape->last->next = segment;
	tape->segments++;
}

/* Where a record of so many bytes goes. */
static uint8_t *
tape_room(struct tape *tape, size_t bytes)
{
	struct tape_segment *last = tape->last;

	if (last->room - last->end < bytes) {
		tape_next_segment(tape);
		last = tape->last;
	}
	last->end += (uint32_t)bytes;
	tape->used += bytes;
	return last->bytes + last->end - bytes;
}

/* -- writing ----------------------------------------------------------------------------------------------------- */

/* Room for an item of that number: what says the number stands in front of it. */
static uint8_t *
tape_begin(struct tape *tape, uint64_t number, size_t bytes)
{
	uint8_t *to;

	if (tape->count++ == 0) {
		tape->number = number;
	} else if (number != tape->expected) {
		to = tape_room(tape, TAPE_GAP_BYTES);
		*to = TAPE_GAP;
		memcpy(to + 1, &number, sizeof number);
	}
	tape->expected = number + 1;
	return tape_room(tape, bytes);
}

void
tape_append(struct tape *tape, uint64_t number, uint8_t kind, const uint8_t *data, size_t size)
{
	struct tape_segment *last = tape->last;
	uint8_t *to;

	if (tape->count == 0)
		tape->number = tape->expected = number;
	/* The commonest is one that follows, in the same segment. */
	if (__builtin_expect(number == tape->expected && last->room - last->end >= 2 + size, 1)) {
		tape->count++;
		tape->expected++;
		tape->used += 2 + size;
		to = last->bytes + last->end;
		last->end += (uint32_t)(2 + size);
	} else {
		to = tape_begin(tape, number, 2 + size);
	}

	to[0] = kind;
	to[1] = (uint8_t)size;
	memcpy(to + 2, data, size);
}

void
tape_append_blob(struct tape *tape, uint64_t number, struct blob *blob)
{
	uint8_t *to = tape_begin(tape, number, TAPE_BLOB_BYTES);

	*to = TAPE_BLOB;
	memcpy(to + 1, &blob, sizeof blob);
}

/* -- reading ----------------------------------------------------------------------------------------------------- */

/* The first segment was read to its end. */
static void
tape_leave_segment(struct tape *tape)
{
	struct tape_segment *segment = tape->first;

	if (!segment->next) {
		segment->start = segment->end = 0;
		if (segment->room == TAPE_ROOM)
			tape_free_segments(tape);
		return;
	}
	tape->first = segment->next;
	tape->segments--;
	if (tape->spares) {
		free(segment);
		tape->held -= TAPE_SEGMENT;
		return;
	}
	segment->start = segment->end = 0;
	segment->next = NULL;
	tape->spare = segment;
	tape->spares = 1;
}

/* Forgets the first record. */
static void
tape_skip(struct tape *tape, size_t bytes)
{
	struct tape_segment *segment = tape->first;

	tape->used -= bytes;
	segment->start += (uint32_t)bytes;
	if (segment->start == segment->end)
		tape_leave_segment(tape);
}

void
tape_drop(struct tape *tape)
{
	const uint8_t *at = tape->first->bytes + tape->first->start;

	tape_skip(tape, *at == TAPE_BLOB ? (size_t)TAPE_BLOB_BYTES : (size_t)2 + at[1]);
	tape->number++;
	if (--tape->count == 0)
		return;
	at = tape->first->bytes + tape->first->start;
	if (__builtin_expect(*at == TAPE_GAP, 0)) {
		memcpy(&tape->number, at + 1, sizeof tape->number);
		tape_skip(tape, TAPE_GAP_BYTES);
	}
}
