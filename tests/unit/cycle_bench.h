/* A core with objects that refer to each other, for the tests of what the search for cycles does. */
#ifndef TESTS_UNIT_CYCLE_BENCH_H
#define TESTS_UNIT_CYCLE_BENCH_H

#include "tests/unit/core_fixture.h"

enum { PAUSE = 1000000000 }; /* ns: more than lies between two searches of so little */

struct cycle_bench {
	struct core_fixture fixture;
	struct core *core;
	struct session *client;
};

void cycle_bench_init(struct cycle_bench *bench);
void cycle_bench_fini(struct cycle_bench *bench);

/* An object on which the client has a handle; cycle_bench_open makes an anonymous one. */
struct object *cycle_bench_open_with(struct cycle_bench *bench, enum kind_id kind, const char *name,
    enum lifetime lifetime);
struct object *cycle_bench_open(struct cycle_bench *bench, enum kind_id kind);

/* The client gives one handle back. */
void cycle_bench_let_go(struct cycle_bench *bench, const struct object *object);

/* Some time later, when whatever was to be found is found. */
void cycle_bench_pass(struct cycle_bench *bench);

bool cycle_bench_lives(struct cycle_bench *bench, uint64_t id);

/* A dict (at one key), list, set, queue or cell stores a reference to the other object. */
void cycle_bench_refer(struct cycle_bench *bench, struct object *from, const struct object *to);

/* Puts a value into a list; takes one out. */
void cycle_bench_insert(struct cycle_bench *bench, struct object *list, int64_t index, struct value value, bool refers);
void cycle_bench_drop(struct cycle_bench *bench, struct object *list, int64_t index);

#endif
