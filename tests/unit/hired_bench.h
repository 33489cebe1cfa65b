/* A pool that starts processes, without processes: what its tests share. */
#ifndef TESTS_UNIT_HIRED_BENCH_H
#define TESTS_UNIT_HIRED_BENCH_H

#include "tests/unit/process_bench.h"

#include "daemon/core/hired.h"

#include <stdio.h>

enum { HIRED_PID = 100 }; /* of process 0; the others follow */

struct hired_bench {
	struct process_bench processes; /* first, so that a reply finds the bench */
	struct core *core;
	struct core_fixture *fixture;
	struct pool *pool;
	struct page page;
	char text[FIXTURE_TEXT];
};

static inline void
bench_init(struct hired_bench *bench, uint64_t workers)
{
	static const char *const command[] = { "run", NULL };

	memset(bench, 0, sizeof *bench);
	process_bench_init(&bench->processes);
	bench->core = bench->processes.core;
	bench->fixture = &bench->processes.fixture;
	bench->pool = fixture_open(bench->fixture, &(struct object_options){ .kind = KIND_POOL });
	ck_assert_status(pool_configure(bench->core, bench->pool,
			     &(struct pool_options){ .command = command, .workers = workers, .grace_ns = 50 }),
	    CONCUR_OK);
}

/* The process of that number, which the pool has started. */
static inline struct process *
process_of_number(struct hired_bench *bench, unsigned number)
{
	return process_find(bench->core, bench->processes.numbers[number]);
}

/* Has spawned what is to be spawned; how many processes there were ever. */
static inline unsigned
spawn(struct hired_bench *bench)
{
	fixture_turn(bench->fixture, bench->core->now_ns);
	return bench->processes.count;
}

static inline uint64_t
submit(struct hired_bench *bench, size_t count, uint32_t retries)
{
	struct value function = TEXT("f"), values[8];
	struct task_spec spec = { .function = &function, .retries = retries };
	struct ask ask = fixture_ask(bench->processes.session, 1, ++bench->processes.call, 0);
	struct result result = { 0 };
	bool refers[8] = { false };

	for (size_t i = 0; i < count; i++)
		values[i] = TEXT("a");
	ck_assert_status(pool_submit(bench->core, bench->pool, &ask, &spec, values, refers, count, &result), CONCUR_OK);
	return result.generation;
}

/* A session that says it is that process; NULL: it may not attach. */
static inline struct worker *
attach_as(struct hired_bench *bench, unsigned number, uint64_t pid)
{
	struct session *session = fixture_session(bench->fixture, pid);
	struct worker_spec spec = { .pool = bench->pool, .any = true, .process = bench->processes.numbers[number] };
	struct worker *worker;

	if (worker_attach(bench->core, session, &spec, &worker) == CONCUR_OK)
		return worker;
	session_end(bench->core, session, FAREWELL_GOODBYE);
	return NULL;
}

static inline struct worker *
start_and_attach(struct hired_bench *bench, unsigned number)
{
	process_has_started(bench->core, process_of_number(bench, number), HIRED_PID + number);
	return attach_as(bench, number, HIRED_PID + number);
}

/* Takes so many tasks, one after the other. */
static inline void
take(struct hired_bench *bench, struct worker *worker, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct ask ask = fixture_ask(worker->session, 1, ++bench->processes.call, -1);
		struct result result = { 0 };
		struct handed handed;

		ck_assert_status(worker_take(bench->core, worker, &ask, 1, &result), CONCUR_OK);
		ck_assert(worker_next_fresh(bench->core, worker, &handed));
		ck_assert(!worker_next_fresh(bench->core, worker, &handed));
		page_put(&bench->page, handed.slot, handed.task);
	}
}

/* The process ends, its session before or after it. */
static inline void
die(struct hired_bench *bench, unsigned number, struct session *session, bool session_first)
{
	struct process_end end = { .code = -9, .page = bench->page.words };

	if (session_first)
		session_end(bench->core, session, FAREWELL_DEATH);
	process_has_ended(bench->core, process_of_number(bench, number), &end);
	if (!session_first)
		session_end(bench->core, session, FAREWELL_DEATH);
}

/* Its worker has to be asked. */
static inline void
cancel(struct hired_bench *bench, uint64_t task)
{
	struct ask ask = fixture_ask(bench->processes.session, 1, ++bench->processes.call, -1);
	struct result result = { 0 };

	ck_assert_status(future_cancel(bench->core, task_find(bench->core, task), &ask, false, &result),
	    CONCUR_PENDING);
}

static const char *
state(struct hired_bench *bench, uint64_t id)
{
	struct task *task = task_find(bench->core, id);
	struct future_view view;

	if (!task)
		return "GONE";
	future_view(bench->core, task, &view);
	snprintf(bench->text, sizeof bench->text, "%d/%u ", view.state, view.attempts);
	if (view.value)
		fixture_show_blob(bench->text, sizeof bench->text, view.value);
	return bench->text;
}

static inline void
bench_fini(struct hired_bench *bench)
{
	object_destroy(bench->core, &bench->pool->object);
	fixture_settle(bench->fixture);
	for (unsigned i = 0; i < bench->processes.count; i++) {
		struct process *process = process_of_number(bench, i);

		if (process && process->state == PROCESS_STARTING)
			process_has_failed(bench->core, process, 2, "the test is over");
		else if (process && process->state == PROCESS_RUNNING)
			process_bench_exit(&bench->processes, process, 0);
	}
	process_bench_fini(&bench->processes);
}

/* -- start --------------------------------------------------------------------------------------------------------- */

#endif
