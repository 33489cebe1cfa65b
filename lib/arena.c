/* Further blocks of an arena are of one size, so that a call which needs a little more than the first block mallocs
 * once; what would waste much of such a block gets one of its own, and the bump pointer stays where it is.
 *
 * Invariant: arena->at and arena->end are multiples of 16 from the start of a block, as malloc's blocks are. */
#include "arena.h"

#include <stdlib.h>

enum {
	ARENA_ALIGN = 16,
	ARENA_BLOCK = 64 * 1024 - 64, /* bytes of a further block with its header; malloc's own fit beside it */
	ARENA_OWN = ARENA_BLOCK / 4,  /* larger requests get a block of their own */
};

struct arena_block {
	struct arena_block *next;
	_Alignas(ARENA_ALIGN) uint8_t bytes[];
};

_Static_assert(offsetof(struct arena_block, bytes) == sizeof(struct arena_block), "the bytes of a block are aligned");
_Static_assert(ARENA_BLOCK % ARENA_ALIGN == 0, "blocks end aligned");

static size_t
round_up(size_t size)
{
	return (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
}

int
arena_init(struct arena *arena, size_t first_size, size_t max)
{
	size_t size = round_up(first_size);
	uint8_t *first = malloc(size ? size : ARENA_ALIGN);

	*arena = (struct arena){ .first = first, .at = first, .first_size = size, .max = max };
	if (!first)
		return -1;
	arena->end = first + size;
	return 0;
}

void
arena_fini(struct arena *arena)
{
	arena_reset(arena);
	free(arena->first);
	*arena = (struct arena){ .first = NULL };
}

/* The current block may be a further one. */
void
arena_reset_slow(struct arena *arena)
{
	while (arena->more) {
		struct arena_block *block = arena->more;

		arena->more = block->next;
		free(block);
	}
	arena->at = arena->first;
	arena->end = arena->first + arena->first_size;
	arena->total = 0;
}

/* A new block of `size` bytes with its header, linked and counted; NULL past the maximum or without memory. */
static struct arena_block *
add_block(struct arena *arena, size_t size)
{
	struct arena_block *block;

	if (size > arena->max - arena->total)
		return NULL;
	block = malloc(size);
	if (!block)
		return NULL;
	block->next = arena->more;
	arena->more = block;
	arena->total += size;
	return block;
}

void *
arena_alloc_slow(struct arena *arena, size_t size)
{
	struct arena_block *block;
	size_t need;

	if (size > PTRDIFF_MAX - 2 * ARENA_ALIGN)
		return NULL;
	need = sizeof *block + round_up(size);
	/* Near the maximum, too, what still fits is given. */
	if (size > ARENA_OWN || arena->max - arena->total < ARENA_BLOCK) {
		block = add_block(arena, need);
		return block ? block->bytes : NULL;
	}
	block = add_block(arena, ARENA_BLOCK);
	if (!block)
		return NULL;
	arena->at = (uint8_t *)block + need;
	arena->end = (uint8_t *)block + ARENA_BLOCK;
	return block->bytes;
}
