/* The simulator's random numbers: splitmix64. The same seed gives the same numbers everywhere. */
#ifndef TESTS_SIM_RANDOM_H
#define TESTS_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state; /* begins as the seed */
};

static inline uint64_t
random_draw(struct random *random)
{
	uint64_t mixed = random->state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

/* A number below `bound`, which is above 0. */
static inline uint64_t
random_below(struct random *random, uint64_t bound)
{
	return random_draw(random) % bound;
}

/* True once in so many. */
static inline bool
random_once_in(struct random *random, uint64_t times)
{
	return random_below(random, times) == 0;
}

#endif
