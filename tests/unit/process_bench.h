/* Processes to test, without processes: the core's effects are written down as text, and what would come of them the
 * test says itself. */
#ifndef TESTS_UNIT_PROCESS_BENCH_H
#define TESTS_UNIT_PROCESS_BENCH_H

#include "tests/unit/core_fixture.h"

#include "daemon/core/process.h"

enum { PROCESS_TEXT = 1024, PROCESSES = 16 };

struct process_bench {
	struct core_fixture fixture; /* first, so that a reply finds the bench */
	struct core *core;
	struct session *session;     /* who asks, of process 1 */
	char effects[PROCESS_TEXT];  /* not yet looked at: "spawn 1 sh -c true, signal 1 15 group" */
	char seen[PROCESS_TEXT];     /* what process_bench_effects() returned last */
	uint64_t numbers[PROCESSES]; /* of the processes, in the order of their making; texts count so */
	unsigned count;
	uint64_t call; /* the last one's id; they count from 1 */
};

void process_bench_init(struct process_bench *bench);
void process_bench_fini(struct process_bench *bench);

/* A new one, of `sh -c true`; `options` NULL: anonymous, of the session. The bench has a reference on it. */
struct process *process_bench_new(struct process_bench *bench, const struct process_options *options);

/* What it wanted done since the last look, with processes counted from 0. */
const char *process_bench_effects(struct process_bench *bench);

/* Calls of the session: status, outcome and number, or PENDING. */
const char *process_bench_start(struct process_bench *bench, struct process *process);
const char *process_bench_join(struct process_bench *bench, struct process *process, int64_t wait_ns);

/* Asked for, spawned, and running under that pid. */
void process_bench_run(struct process_bench *bench, struct process *process, uint64_t pid);

/* It ends with that code. */
void process_bench_exit(struct process_bench *bench, struct process *process, int code);

#endif
