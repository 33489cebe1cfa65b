/* Clients of an rwlock, for its tests: they call as process 1, 2 ... from context 1. */
#ifndef TESTS_UNIT_RWLOCKS_H
#define TESTS_UNIT_RWLOCKS_H

#include "tests/unit/locks.h"

#include "daemon/core/rwlock.h"

struct bench {
	struct locks locks;
	struct rwlock *rwlock;
};

void bench_init(struct bench *bench);
void bench_fini(struct bench *bench);

struct rwlock *bench_open(struct locks *locks);

const char *bench_read_on(struct locks *locks, struct rwlock *rwlock, unsigned client, int64_t wait_ns);
const char *bench_write_on(struct locks *locks, struct rwlock *rwlock, unsigned client, int64_t wait_ns);

/* The same on the bench's own. */
const char *bench_read(struct bench *bench, unsigned client, int64_t wait_ns);
const char *bench_write(struct bench *bench, unsigned client, int64_t wait_ns);
const char *bench_release_read(struct bench *bench, unsigned client);
const char *bench_release_write(struct bench *bench, unsigned client);
const char *bench_downgrade(struct bench *bench, unsigned client);

struct rwlock_state bench_state(const struct bench *bench);

#define ck_assert_replies(bench, expected) ck_assert_said(&(bench)->locks, expected)

#endif
