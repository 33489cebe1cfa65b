/* Arenas: alignment, room, the maximum, resetting, no memory. */
#include "lib/arena.h"

#include "model.h"
#include "nomem.h"
#include "unit.h"

#include <string.h>

enum { FIRST = 4096, MANY = 3000 };

START_TEST(alloc_within_the_first_block_takes_nothing_more)
{
	struct arena arena;

	MODEL_ASSERT(arena_init(&arena, FIRST, 0) == 0);
	for (int i = 0; i < FIRST / 16; i++)
		MODEL_ASSERT(arena_alloc(&arena, 9));
	MODEL_ASSERT(arena.total == 0);
	MODEL_ASSERT(arena_alloc(&arena, 0));
	MODEL_ASSERT(!arena_alloc(&arena, 1));
	arena_fini(&arena);
}
END_TEST

/* Allocates pieces of all sizes, fills each with its own byte, and looks whether they all kept it. */
static void
fill_and_look(struct random *random)
{
	struct {
		uint8_t *bytes;
		size_t size;
	} pieces[MANY];
	struct arena arena;

	MODEL_ASSERT(arena_init(&arena, FIRST, SIZE_MAX) == 0);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < MANY; i++) {
			pieces[i].size = random_below(random, i % 100 == 0 ? 100000 : 200);
			pieces[i].bytes = arena_alloc(&arena, pieces[i].size);
			MODEL_ASSERT(pieces[i].bytes);
			MODEL_ASSERT((uintptr_t)pieces[i].bytes % 16 == 0);
			memset(pieces[i].bytes, (int)i & 0xff, pieces[i].size);
		}
		for (size_t i = 0; i < MANY; i++) {
			for (size_t j = 0; j < pieces[i].size; j++)
				MODEL_ASSERT(pieces[i].bytes[j] == (i & 0xff));
		}
		MODEL_ASSERT(arena.total > 0);
		arena_reset(&arena);
		MODEL_ASSERT(arena.total == 0);
	}
	arena_fini(&arena);
}

START_TEST(alloc_of_random_sizes_gives_pieces_that_do_not_overlap)
{
	random_each_seed(fill_and_look);
}
END_TEST

START_TEST(alloc_past_the_maximum_fails_until_reset)
{
	enum { MAX = 300000 };
	struct arena arena;
	size_t given = 0;

	MODEL_ASSERT(arena_init(&arena, 64, MAX) == 0);
	MODEL_ASSERT(!arena_alloc(&arena, MAX));
	while (arena_alloc(&arena, 1000))
		given += 1000;
	MODEL_ASSERT(arena.total <= MAX);
	MODEL_ASSERT(given > MAX * 9 / 10);
	MODEL_ASSERT(!arena_alloc(&arena, 100000));
	arena_reset(&arena);
	MODEL_ASSERT(arena_alloc(&arena, 100000));
	arena_fini(&arena);
}
END_TEST

START_TEST(alloc_of_absurd_sizes_fails)
{
	struct arena arena;

	MODEL_ASSERT(arena_init(&arena, 64, SIZE_MAX) == 0);
	MODEL_ASSERT(!arena_alloc(&arena, SIZE_MAX));
	MODEL_ASSERT(!arena_alloc(&arena, SIZE_MAX - 15));
	MODEL_ASSERT(!arena_alloc(&arena, PTRDIFF_MAX));
	MODEL_ASSERT(arena_alloc(&arena, 64));
	arena_fini(&arena);
}
END_TEST

START_TEST(alloc_without_memory_fails_and_recovers)
{
	struct arena arena;

	nomem_arm(0);
	MODEL_ASSERT(arena_init(&arena, 64, SIZE_MAX) == -1);
	MODEL_ASSERT(nomem_disarm());
	arena_fini(&arena);
	MODEL_ASSERT(arena_init(&arena, 64, SIZE_MAX) == 0);
	for (size_t size = 100; size <= 100000; size *= 1000) {
		nomem_arm(0);
		MODEL_ASSERT(!arena_alloc(&arena, size));
		MODEL_ASSERT(nomem_disarm());
		MODEL_ASSERT(arena.total == 0);
	}
	MODEL_ASSERT(arena_alloc(&arena, 100));
	arena_fini(&arena);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		alloc_within_the_first_block_takes_nothing_more,
		alloc_of_random_sizes_gives_pieces_that_do_not_overlap,
		alloc_past_the_maximum_fails_until_reset,
		alloc_of_absurd_sizes_fails,
		alloc_without_memory_fails_and_recovers,
		NULL,
	};

	return unit_run("arena", tests);
}
