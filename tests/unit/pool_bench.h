/* A pool to test, with clients that submit and workers that attach. Tasks are known by their arguments, short texts;
 * the answers are texts. */
#ifndef TESTS_UNIT_POOL_BENCH_H
#define TESTS_UNIT_POOL_BENCH_H

#include "tests/unit/core_fixture.h"

#include "daemon/core/future.h"
#include "daemon/core/pool.h"
#include "daemon/core/worker.h"

enum { POOL_CLIENTS = 6 };

struct pool_bench {
	struct core_fixture fixture; /* first, so that a reply finds the bench */
	struct core *core;
	struct session *clients[POOL_CLIENTS];
	struct pool *pool;
	uint64_t call; /* the last one's id; they count from 1 */
	char text[FIXTURE_TEXT];
};

void pool_bench_init(struct pool_bench *bench);
void pool_bench_fini(struct pool_bench *bench);

struct ask pool_bench_ask(struct pool_bench *bench, unsigned client, int64_t wait_ns);

/* "OK", or the name of a status; for an outcome that is no DONE, that: "PENDING", "FULL". */
const char *pool_bench_name(enum concur_status status, const struct result *result);

/* Tasks of function "f", one for each letter; returns the first one's id, 0 if it was not taken in at once. */
uint64_t pool_bench_submit(struct pool_bench *bench, unsigned client, const char *letters);
uint64_t pool_bench_submit_as(struct pool_bench *bench, unsigned client, const char *letters,
    const struct task_spec *spec);

/* A worker of that client, which runs whatever it is asked to, one at a time. */
struct worker *pool_bench_attach(struct pool_bench *bench, unsigned client);

/* The letters of the tasks that it is given: of those it asks for now, or that came to its last call. "-" if it has to
 * wait, "." if it is to end. */
const char *pool_bench_take(struct pool_bench *bench, struct worker *worker, uint32_t count);
const char *pool_bench_fetch(struct pool_bench *bench, struct worker *worker);

/* It says that the task came out well, with that text. */
void pool_bench_done(struct pool_bench *bench, struct worker *worker, uint64_t task, const char *text);

/* "PENDING", "RUNNING", "CANCELLED", "FINISHED 'x'", "FAILED {...}"; "GONE". */
const char *pool_bench_state(struct pool_bench *bench, uint64_t task);

/* Its session ends. */
void pool_bench_end(struct pool_bench *bench, unsigned client, enum farewell farewell);

#endif
