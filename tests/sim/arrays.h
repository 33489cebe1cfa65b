/* The model of an array of int16: it draws operations, makes them, and gives the request to send and what its reply
 * must say. Items drawn do not all fit. */
#ifndef TESTS_SIM_ARRAYS_H
#define TESTS_SIM_ARRAYS_H

#include "tests/sim/data.h"

enum { ARRAYS_ITEMS = 8 };

struct arrays {
	uint64_t id;
	int64_t items[ARRAYS_ITEMS];
};

void arrays_open(struct arrays *array, struct world_client *client);
void arrays_draw(struct arrays *array, struct random *random, struct world *world, struct data_call *ret);

#endif
