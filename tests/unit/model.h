/* What tests against a model share: random operations that a seed repeats, and a cheap assertion.
 *
 * The log of a test names the seed it is at; CONCUR_TEST_SEED gives one more. */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include <check.h>

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* As ck_assert, which writes a note to a file each time; this can be called millions of times, and while allocations
 * fail. */
#define MODEL_ASSERT(condition)                         \
	do {                                            \
		if (!(condition))                       \
			ck_abort_msg("%s", #condition); \
	} while (0)

struct random {
	uint64_t state;
};

/* splitmix64 */
static inline uint64_t
random_next(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Below `limit`, which is above 0. */
static inline size_t
random_below(struct random *random, size_t limit)
{
	return (size_t)(random_next(random) % limit);
}

/* Calls run with a generator for each of the fixed seeds, and for the one of the environment. */
static inline void
random_each_seed(void (*run)(struct random *random))
{
	const char *extra = getenv("CONCUR_TEST_SEED");
	uint64_t seeds[] = { 1, 2, 3, extra ? strtoull(extra, NULL, 0) : 0 };

	for (size_t i = 0; i < sizeof seeds / sizeof *seeds - !extra; i++) {
		struct random random = { seeds[i] };

		printf("CONCUR_TEST_SEED=%" PRIu64 "\n", seeds[i]);
		fflush(stdout);
		run(&random);
	}
}

#endif
