/* Clients of a condition, for its tests: they call as process 1, 2 ... from context 1. */
#ifndef TESTS_UNIT_CONDITIONS_H
#define TESTS_UNIT_CONDITIONS_H

#include "tests/unit/locks.h"

#include "daemon/core/condition.h"

struct bench {
	struct locks locks;
	struct condition *condition;
	struct lock *lock; /* the condition's */
};

/* A condition on an rlock of its own (NULL), or on the lock. */
struct condition *bench_open(struct locks *locks, struct lock *lock);

/* On a new lock with those options; bench_init: on an rlock of its own. */
void bench_init_on(struct bench *bench, const struct object_options *lock);
void bench_init(struct bench *bench);
void bench_fini(struct bench *bench);

const char *bench_acquire(struct bench *bench, unsigned client);
const char *bench_release(struct bench *bench, unsigned client);
const char *bench_wait(struct bench *bench, unsigned client, int64_t wait_ns);

/* Takes the free lock, and waits. */
void bench_acquire_and_wait(struct bench *bench, unsigned client, int64_t wait_ns);

/* So many are expected to be woken. */
const char *bench_notify(struct bench *bench, unsigned client, uint64_t most, uint64_t expected);

uint64_t bench_holder(struct bench *bench); /* the process that has, or had, the lock */
uint64_t bench_waits(struct bench *bench);  /* those who were not notified yet */

#define ck_assert_replies(bench, expected) ck_assert_said(&(bench)->locks, expected)

#endif
