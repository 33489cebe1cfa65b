/* Hired workers of pools of all kinds: how many are started, with how many threads, and what becomes of tasks whose
 * function none of them has. */
#include "tests/unit/hired_bench.h"

/* -- kinds of pools ----------------------------------------------------------------------------------------------- */

static bool
environment_has(const struct process *process, const char *word)
{
	for (const char *const *at = process->spec.environment; *at; at++) {
		if (strcmp(*at, word) == 0)
			return true;
	}
	return false;
}

static struct pool_state
configured(struct hired_bench *bench, const struct pool_options *options)
{
	struct pool_state pool;

	ck_assert_status(pool_configure(bench->core, bench->pool, options), CONCUR_OK);
	pool_state(bench->pool, &pool);
	return pool;
}

START_TEST(configure_without_a_number_takes_the_cores)
{
	static const char *const command[] = { "run", NULL };
	struct hired_bench bench;
	struct pool_state pool;

	bench_init(&bench, 2);
	bench.core->cores = 3;
	bench.pool = fixture_open(bench.fixture, &(struct object_options){ .kind = KIND_POOL });
	pool = configured(&bench, &(struct pool_options){ .capacity = 100 });
	ck_assert_uint_eq(pool.workers_max, 0);
	ck_assert_int_eq(pool.form, POOL_REMOTE);
	pool = configured(&bench, &(struct pool_options){ .command = command });
	ck_assert_uint_eq(pool.workers_max, 3);
	ck_assert_int_eq(pool.form, POOL_PROCESS);
	submit(&bench, 8, 0);
	ck_assert_uint_eq(spawn(&bench), 3);
	ck_assert_status(pool_resize(bench.core, bench.pool, 5), CONCUR_OK);
	pool = configured(&bench, &(struct pool_options){ .capacity = 10 });
	ck_assert_uint_eq(pool.workers_max, 5);
	bench_fini(&bench);
}
END_TEST

START_TEST(threads_are_those_of_one_process)
{
	struct hired_bench bench;
	struct pool_state pool;

	bench_init(&bench, 1);
	pool = configured(&bench, &(struct pool_options){ .form = POOL_THREAD, .workers = 4 });
	ck_assert_uint_eq(pool.workers_max, 4);
	submit(&bench, 8, 0);
	ck_assert_uint_eq(spawn(&bench), 1);
	ck_assert(environment_has(process_of_number(&bench, 0), "CONCUR_THREADS=4"));
	ck_assert_status(pool_resize(bench.core, bench.pool, 5), CONCUR_VALUE_ERROR);
	process_has_started(bench.core, process_of_number(&bench, 0), HIRED_PID);
	process_bench_exit(&bench.processes, process_of_number(&bench, 0), 0);
	fixture_turn(bench.fixture, bench.core->now_ns + CORE_SECOND);
	ck_assert_uint_eq(spawn(&bench), 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(remote_starts_none_and_dismisses_those_there_are)
{
	struct hired_bench bench;
	struct pool_state pool;

	bench_init(&bench, 2);
	submit(&bench, 8, 0);
	ck_assert_uint_eq(spawn(&bench), 2);
	process_has_started(bench.core, process_of_number(&bench, 0), HIRED_PID);
	process_has_started(bench.core, process_of_number(&bench, 1), HIRED_PID + 1);
	(void)process_bench_effects(&bench.processes);
	pool = configured(&bench, &(struct pool_options){ .form = POOL_REMOTE });
	ck_assert_uint_eq(pool.workers_max, 0);
	ck_assert_str_eq(process_bench_effects(&bench.processes), "signal 1 15 group, signal 0 15 group");
	process_bench_exit(&bench.processes, process_of_number(&bench, 0), -15);
	process_bench_exit(&bench.processes, process_of_number(&bench, 1), -15);
	fixture_turn(bench.fixture, bench.core->now_ns + CORE_SECOND);
	ck_assert_uint_eq(spawn(&bench), 2);
	ck_assert_status(pool_resize(bench.core, bench.pool, 1), CONCUR_VALUE_ERROR);
	pool = configured(&bench, &(struct pool_options){ .form = POOL_PROCESS, .threads = 2 });
	ck_assert_uint_eq(pool.workers_max, 1);
	ck_assert_uint_eq(spawn(&bench), 3);
	ck_assert(environment_has(process_of_number(&bench, 2), "CONCUR_THREADS=2"));
	bench_fini(&bench);
}
END_TEST

/* -- functions that no worker has ---------------------------------------------------------------------------------- */

/* A worker that has one function: the process of that number, or one that attached by itself. */
static void
attach_with(struct hired_bench *bench, const char *name, bool is_hired)
{
	struct value function = { VALUE_TEXT, (const uint8_t *)name, strlen(name) };
	struct session *session = fixture_session(bench->fixture, HIRED_PID);
	struct worker_spec spec = { .pool = bench->pool,
		.functions = &function,
		.functions_count = 1,
		.process = is_hired ? bench->processes.numbers[0] : 0 };
	struct worker *worker;

	if (is_hired)
		process_has_started(bench->core, process_of_number(bench, 0), HIRED_PID);
	ck_assert_status(worker_attach(bench->core, session, &spec, &worker), CONCUR_OK);
	fixture_turn(bench->fixture, bench->core->now_ns + 1);
}

static uint64_t
submit_labelled(struct hired_bench *bench, const char *name, const char *label)
{
	struct value function = { VALUE_TEXT, (const uint8_t *)name, strlen(name) };
	struct value text = { VALUE_TEXT, (const uint8_t *)label, strlen(label) }, none = TEXT("a");
	struct task_spec spec = { .function = &function, .label = *label ? &text : NULL };
	struct ask ask = fixture_ask(bench->processes.session, 1, ++bench->processes.call, 0);
	struct result result = { 0 };
	bool refers = false;

	ck_assert_status(pool_submit(bench->core, bench->pool, &ask, &spec, &none, &refers, 1, &result), CONCUR_OK);
	fixture_turn(bench->fixture, bench->core->now_ns + 1);
	return result.generation;
}

START_TEST(function_that_no_worker_has_fails_when_the_first_attaches)
{
	struct hired_bench bench;
	uint64_t task;

	bench_init(&bench, 1);
	task = submit(&bench, 3, 0);
	ck_assert_str_eq(state(&bench, task), "0/0 ");
	spawn(&bench);
	attach_with(&bench, "g", true);
	ck_assert_ptr_nonnull(strstr(state(&bench, task), "has the function 'f'"));
	ck_assert_ptr_nonnull(strstr(state(&bench, task + 2), "has the function 'f'"));
	/* Later ones do at once, but for such as wait for another worker by its label. */
	ck_assert_ptr_nonnull(strstr(state(&bench, submit_labelled(&bench, "f", "")), "has the function 'f'"));
	ck_assert_str_eq(state(&bench, submit_labelled(&bench, "f", "near")), "0/0 ");
	ck_assert_str_eq(state(&bench, submit_labelled(&bench, "g", "")), "0/0 ");
	bench_fini(&bench);
}
END_TEST

START_TEST(function_that_an_attached_worker_has_or_had_waits_for_it)
{
	struct hired_bench bench;
	uint64_t task;

	bench_init(&bench, 1);
	task = submit(&bench, 3, 0);
	spawn(&bench);
	attach_with(&bench, "f", false);
	attach_with(&bench, "g", true);
	ck_assert_str_eq(state(&bench, task), "0/0 ");
	bench_fini(&bench);
}
END_TEST

START_TEST(function_that_no_worker_of_a_remote_pool_has_waits)
{
	struct hired_bench bench;
	uint64_t task;

	bench_init(&bench, 1);
	task = submit(&bench, 3, 0);
	spawn(&bench);
	(void)configured(&bench, &(struct pool_options){ .form = POOL_REMOTE });
	attach_with(&bench, "g", false);
	ck_assert_str_eq(state(&bench, task), "0/0 ");
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		configure_without_a_number_takes_the_cores,
		threads_are_those_of_one_process,
		remote_starts_none_and_dismisses_those_there_are,
		function_that_no_worker_has_fails_when_the_first_attaches,
		function_that_an_attached_worker_has_or_had_waits_for_it,
		function_that_no_worker_of_a_remote_pool_has_waits,
		NULL,
	};

	return unit_run("hired_kinds", tests);
}
