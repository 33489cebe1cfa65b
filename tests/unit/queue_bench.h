/* A queue to test, and clients that use it. Each letter is an item; answers are texts, as in the fixture's diary:
 * "DONE 'a' 'b'", "PENDING", "SHUT_DOWN". A call's number is also its context. */
#ifndef TESTS_UNIT_QUEUE_BENCH_H
#define TESTS_UNIT_QUEUE_BENCH_H

#include "tests/unit/core_fixture.h"

#include "daemon/core/queue.h"

enum { CLIENTS = 3 };

struct queue_bench {
	struct core_fixture fixture;
	struct session *clients[CLIENTS];
	struct queue *queue;
	char answer[512];
};

void queue_bench_init(struct queue_bench *bench, int64_t maxsize, enum queue_order order);
void queue_bench_fini(struct queue_bench *bench);

/* The calls. What they return is valid until the next. */
const char *queue_bench_put(struct queue_bench *bench, unsigned client, uint64_t call, int64_t wait_ns,
    const char *letters);
const char *queue_bench_put_timed(struct queue_bench *bench, uint64_t call, int64_t wait_ns, const char *letters,
    uint64_t delay_ns, uint64_t ttl_ns);
const char *queue_bench_get(struct queue_bench *bench, unsigned client, uint64_t call, int64_t wait_ns);
const char *queue_bench_get_many(struct queue_bench *bench, unsigned client, uint64_t call, int64_t wait_ns,
    size_t count);
const char *queue_bench_join(struct queue_bench *bench, unsigned client, uint64_t call, int64_t wait_ns);

void queue_bench_cancel(struct queue_bench *bench, unsigned client, uint64_t call);
void queue_bench_end(struct queue_bench *bench, unsigned client, enum farewell farewell);

/* Checks items, unfinished tasks, getters and putters. */
void queue_bench_expect_state(const struct queue_bench *bench, uint64_t size, uint64_t unfinished, uint64_t getters,
    uint64_t putters);

#define ck_assert_said(bench, expected) ck_assert_str_eq(fixture_said(&(bench)->fixture), expected)

#endif
