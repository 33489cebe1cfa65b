/* The model of sets: two of small integers, which are also each other's other side. As the model of containers, it
 * draws operations, makes them, and gives the request to send and what its reply must say. */
#ifndef TESTS_SIM_SETS_H
#define TESTS_SIM_SETS_H

#include "tests/sim/data.h"

enum {
	SETS = 2,
	SETS_ITEMS = 12, /* that there are: 0 and up */
};

/* In the order in which the items were put in. */
struct sets_one {
	size_t count;
	int64_t items[SETS_ITEMS];
};

struct sets {
	uint64_t ids[SETS];
	struct sets_one sets[SETS];
};

void sets_open(struct sets *sets, struct world_client *client);
void sets_draw(struct sets *sets, struct random *random, struct world *world, struct data_call *ret);

/* Draws a call that makes a new set; *ret_made is what that set has to hold. */
void sets_draw_make(struct sets *sets, struct random *random, struct world *world, struct data_call *ret,
    struct sets_one *ret_made);

#endif
