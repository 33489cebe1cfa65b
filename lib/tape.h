/* A tape: values in order, written at its end and read from its start, packed into segments.
 *
 * A small value stands on the tape itself: a byte for its kind, a byte for its size, its bytes. A large one, or one
 * that refers to objects, is a blob by reference. Items have numbers that rise; as long as they rise by one the numbers
 * take no room.
 *
 * Segments have a fixed size and are never moved, but for the only one of a short tape, which begins small and doubles
 * up to a full one. An empty tape keeps a small segment at most; one full segment is kept in reserve, so that a tape
 * that breathes around a segment's border does not call malloc each time.
 *
 * Thread-safety: none. */
#ifndef LIB_TAPE_H
#define LIB_TAPE_H

#include "blob.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TAPE_SEGMENT = 64 * 1024,
	TAPE_SMALL_MAX = 254, /* bytes of a value that stands on the tape itself */
};

/* One holds records, see tape.c. */
struct tape_segment {
	struct tape_segment *next;
	uint32_t room;  /* bytes */
	uint32_t start; /* of the first record that is not read */
	uint32_t end;   /* behind the last record */
	uint8_t bytes[];
};

struct tape {
	struct tape_segment *first; /* read from; NULL: the tape owns no segment */
	struct tape_segment *last;  /* written to */
	struct tape_segment *spare; /* empty full segments, linked */
	size_t spares;
	size_t segments;   /* without the spare ones */
	size_t held;       /* bytes that the tape takes, all in all */
	size_t count;      /* items */
	size_t used;       /* bytes of them that items take */
	uint64_t number;   /* of the first item, if there is one */
	uint64_t expected; /* what the next item's number is without a word about it */
};

/* The first item, borrowed: valid until the tape changes. */
struct tape_item {
	uint64_t number;
	struct blob *blob; /* NULL: it stands on the tape itself */
	uint8_t kind;      /* an enum value_kind; a blob's own */
	size_t size;
	const uint8_t *data;
};

void tape_init(struct tape *tape);

/* Frees the tape's own memory; blobs that are on it are the caller's. */
void tape_fini(struct tape *tape);

/* Bytes that one item takes at most. `size` counts for a value on the tape only. */
static inline size_t
tape_item_bytes(size_t size, bool by_reference)
{
	return 1 + sizeof(uint64_t) + (by_reference ? 1 + sizeof(struct blob *) : 2 + size);
}

/* Makes room for items that take so many bytes at most: they can then not fail to be written. 0, or -1 if there is no
 * memory. */
int tape_reserve_slowly(struct tape *tape, size_t bytes);

static inline int
tape_reserve(struct tape *tape, size_t bytes)
{
	const struct tape_segment *last = tape->last;

	return last && last->room - last->end >= bytes ? 0 : tape_reserve_slowly(tape, bytes);
}

/* Append, where room is reserved. Numbers rise. A value has at most TAPE_SMALL_MAX bytes; of a blob the tape takes over
 * the reference. */
void tape_append(struct tape *tape, uint64_t number, uint8_t kind, const uint8_t *data, size_t size);
void tape_append_blob(struct tape *tape, uint64_t number, struct blob *blob);

enum { TAPE_BLOB = 0x1f }; /* in place of a kind: a blob follows */

/* There is a first item. tape_drop does not free its blob. */
static inline void
tape_first(const struct tape *tape, struct tape_item *ret)
{
	const uint8_t *at = tape->first->bytes + tape->first->start;

	ret->number = tape->number;
	ret->blob = NULL;
	if (__builtin_expect(*at == TAPE_BLOB, 0)) {
		memcpy(&ret->blob, at + 1, sizeof ret->blob);
		ret->kind = ret->blob->kind;
		ret->size = blob_size(ret->blob);
		ret->data = blob_data(ret->blob);
		return;
	}
	ret->kind = at[0];
	ret->size = at[1];
	ret->data = at + 2;
}
void tape_drop(struct tape *tape);

#endif
