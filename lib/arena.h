/* An arena: memory for one call, given back all at once.
 *
 * Allocation bumps a pointer in a first block that stays; what does not fit goes to further blocks, which
 * arena_reset() frees. What is handed out is aligned for any type. Past `max` bytes every allocation fails, so that a
 * small frame that unpacks into much memory is refused.
 *
 * Thread-safety: none. */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
	uint8_t *at;              /* the next free byte of the current block */
	uint8_t *end;             /* behind the current block */
	uint8_t *first;           /* the block that stays */
	size_t first_size;        /* bytes in it */
	struct arena_block *more; /* the further blocks, in no order */
	size_t total;             /* bytes taken for further blocks since the reset, their headers among them */
	size_t max;               /* what `total` may reach */
};

/* 0, or -1 if there is no memory for the first block, of `first_size` bytes or a few more. */
int arena_init(struct arena *arena, size_t first_size, size_t max);
void arena_fini(struct arena *arena);

void arena_reset_slow(struct arena *arena);

/* All that was handed out is gone; the first block stays. */
static inline void
arena_reset(struct arena *arena)
{
	if (__builtin_expect(arena->more != NULL, 0))
		arena_reset_slow(arena);
	else
		arena->at = arena->first;
}

void *arena_alloc_slow(struct arena *arena, size_t size);

/* `size` bytes, not cleared; NULL past the arena's maximum or without memory. A size of 0 gives a valid pointer. */
static inline void *
arena_alloc(struct arena *arena, size_t size)
{
	uint8_t *at = arena->at;

	if (__builtin_expect(size > (size_t)(arena->end - at), 0))
		return arena_alloc_slow(arena, size);
	/* Ends are multiples of 16, so rounding up never passes the end. */
	arena->at = at + ((size + 15) & ~(size_t)15);
	return at;
}

#endif
