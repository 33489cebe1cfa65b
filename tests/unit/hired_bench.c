/* A pool that hires workers, to test. */
#include "tests/unit/hired_bench.h"

#include <stdio.h>

void
hired_bench_init(struct hired_bench *bench, uint64_t workers)
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

struct process *
hired_bench_process(struct hired_bench *bench, unsigned number)
{
	return process_find(bench->core, bench->processes.numbers[number]);
}

unsigned
hired_bench_spawn(struct hired_bench *bench)
{
	fixture_turn(bench->fixture, bench->core->now_ns);
	return bench->processes.count;
}

uint64_t
hired_bench_submit(struct hired_bench *bench, size_t count, uint32_t retries)
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

struct worker *
hired_bench_attach_as(struct hired_bench *bench, unsigned number, uint64_t pid)
{
	struct session *session = fixture_session(bench->fixture, pid);
	struct worker_spec spec = { .pool = bench->pool, .any = true, .process = bench->processes.numbers[number] };
	struct worker *worker;

	if (worker_attach(bench->core, session, &spec, &worker) == CONCUR_OK)
		return worker;
	session_end(bench->core, session, FAREWELL_GOODBYE);
	return NULL;
}

struct worker *
hired_bench_start(struct hired_bench *bench, unsigned number)
{
	process_has_started(bench->core, hired_bench_process(bench, number), HIRED_PID + number);
	return hired_bench_attach_as(bench, number, HIRED_PID + number);
}

void
hired_bench_take(struct hired_bench *bench, struct worker *worker, unsigned count)
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

const char *
hired_bench_state(struct hired_bench *bench, uint64_t id)
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

void
hired_bench_fini(struct hired_bench *bench)
{
	object_destroy(bench->core, &bench->pool->object);
	fixture_settle(bench->fixture);
	for (unsigned i = 0; i < bench->processes.count; i++) {
		struct process *process = hired_bench_process(bench, i);

		if (process && process->state == PROCESS_STARTING)
			process_has_failed(bench->core, process, 2, "the test is over");
		else if (process && process->state == PROCESS_RUNNING)
			process_bench_exit(&bench->processes, process, 0);
	}
	process_bench_fini(&bench->processes);
}
