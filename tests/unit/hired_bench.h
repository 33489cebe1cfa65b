/* A pool that hires workers, to test without processes: what it has spawned is counted from 0, and each of them lives
 * and dies as the test says. */
#ifndef TESTS_UNIT_HIRED_BENCH_H
#define TESTS_UNIT_HIRED_BENCH_H

#include "tests/unit/process_bench.h"

#include "daemon/core/hired.h"

enum { HIRED_PID = 100 }; /* of process 0; the others follow */

struct hired_bench {
	struct process_bench processes; /* first, so that a reply finds the bench */
	struct core *core;
	struct core_fixture *fixture;
	struct pool *pool;
	struct page page;
	char text[FIXTURE_TEXT];
};

/* So many workers at most. */
void hired_bench_init(struct hired_bench *bench, uint64_t workers);
void hired_bench_fini(struct hired_bench *bench);

/* The process of that number, which the pool has started. */
struct process *hired_bench_process(struct hired_bench *bench, unsigned number);

/* Has spawned what is to be spawned; how many processes there were ever. */
unsigned hired_bench_spawn(struct hired_bench *bench);

/* So many tasks; the first one's id. */
uint64_t hired_bench_submit(struct hired_bench *bench, size_t count, uint32_t retries);

/* A session that says it is that process; NULL: it may not attach. */
struct worker *hired_bench_attach_as(struct hired_bench *bench, unsigned number, uint64_t pid);

/* The process has started, and attaches. */
struct worker *hired_bench_start(struct hired_bench *bench, unsigned number);

/* Takes so many tasks, one after the other. */
void hired_bench_take(struct hired_bench *bench, struct worker *worker, unsigned count);

/* "2/1 {...}": its state's number, how often it has begun, how it ended. "GONE". */
const char *hired_bench_state(struct hired_bench *bench, uint64_t task);

#endif
