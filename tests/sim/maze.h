/* The model of what paths lead through: a namespace and a dict that refer to each other, and maps and lists stored in
 * them. Attributes and keys are drawn from few, so that a path may go round through both, or nowhere.
 *
 * As the model of containers, it draws operations, makes them, and gives the request to send and what its reply must
 * say. A namespace's attributes are "a0" and up; all other keys are integers. */
#ifndef TESTS_SIM_MAZE_H
#define TESTS_SIM_MAZE_H

#include "tests/sim/data.h"

enum { MAZE_KEYS = 4 /* that there are, of anything; also items of a list at most */ };

enum maze_kind { MAZE_NUMBER, MAZE_MAP, MAZE_LIST, MAZE_DICT, MAZE_NAMESPACE };

/* A value, or with the last two kinds an object. */
struct maze_node {
	enum maze_kind kind;
	int64_t number; /* of an object: its id */
	size_t count;
	int64_t keys[MAZE_KEYS]; /* in the order of insertion; of a list nothing */
	struct maze_node *items[MAZE_KEYS];
};

struct maze {
	struct maze_node space, dict;
};

/* The two objects, each with a reference to the other one. */
void maze_open(struct maze *maze, struct world_client *client);
void maze_fini(struct maze *maze);

void maze_draw(struct maze *maze, struct random *random, struct world *world, struct data_call *ret);

#endif
