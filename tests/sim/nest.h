/* The model of nested containers: one dict of lists of dicts, in each a number, as Python's own containers would be. */
#ifndef TESTS_SIM_NEST_H
#define TESTS_SIM_NEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NEST_KEYS = 4,
	NEST_ITEMS = 8, /* of one list, at most */
};

struct nest_list {
	bool is_there;
	size_t count;
	int64_t numbers[NEST_ITEMS]; /* nest[key][i][0] */
};

struct nest {
	uint64_t dict; /* the object's id */
	struct nest_list lists[NEST_KEYS];
};

/* nest[key] = [{0: numbers[0]}, {0: numbers[1]}, ...] */
void nest_set(struct nest *nest, unsigned key, const int64_t *numbers, size_t count);

/* del nest[key]; false if it is not there. */
bool nest_delete(struct nest *nest, unsigned key);

/* nest.setdefault(key, []).append({0: number}); the list must have room. How long it is then. */
size_t nest_append(struct nest *nest, unsigned key, int64_t number);

/* The number at nest[key][index][0]; NULL if there is none. */
int64_t *nest_number(struct nest *nest, unsigned key, size_t index);

/* del nest[key][index], which must be there. */
void nest_remove(struct nest *nest, unsigned key, size_t index);

#endif
