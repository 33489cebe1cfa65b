/* Spare workers: those that a pool hires besides its own, while these wait inside of tasks. */
#include "tests/unit/hired_bench.h"

#include "lib/frame.h"

/* The worker's task waits for another one. */
static void
wait_in_run(struct hired_bench *bench, struct worker *worker, uint64_t from, uint64_t future)
{
	struct ask ask = fixture_ask(worker->session, FRAME_RUN | from, ++bench->processes.call, -1);
	struct result result = { 0 };

	ck_assert_status(future_wait(bench->core, task_find(bench->core, future), &ask, &result), CONCUR_PENDING);
}

START_TEST(spare_is_started_when_all_wait_and_ends_when_idle)
{
	struct hired_bench bench;
	struct worker *worker, *spare;
	struct result result = { 0 };
	struct value value = TEXT("x");
	struct pool_state pool;
	struct ask ask;
	uint64_t first;

	bench_init(&bench, 1);
	first = submit(&bench, 2, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	take(&bench, worker, 1);
	ck_assert_uint_eq(spawn(&bench), 1);
	wait_in_run(&bench, worker, first, first + 1);
	ck_assert_uint_eq(spawn(&bench), 2);
	spare = start_and_attach(&bench, 1);
	take(&bench, spare, 1);
	ck_assert_status(worker_done(bench.core, spare, first + 1, FUTURE_FINISHED, &value, false), CONCUR_OK);
	ck_assert_ptr_nonnull(strstr(state(&bench, first + 1), "'x'"));
	ask = fixture_ask(spare->session, 1, ++bench.processes.call, -1);
	ck_assert_status(worker_take(bench.core, spare, &ask, 1, &result), CONCUR_OK);
	ck_assert_int_eq(result.outcome, OUTCOME_END_OF_FILE);
	session_end(bench.core, spare->session, FAREWELL_GOODBYE);
	process_bench_exit(&bench.processes, process_of_number(&bench, 1), 0);
	submit(&bench, 3, 0);
	ck_assert_uint_eq(spawn(&bench), 2);
	pool_state(bench.pool, &pool);
	ck_assert_ptr_null(pool.broken);
	bench_fini(&bench);
}
END_TEST

START_TEST(wait_past_the_spares_fails_and_the_spares_stay)
{
	struct hired_bench bench;
	struct worker *worker, *spare;
	struct result result = { 0 };
	struct ask ask;
	uint64_t first;

	bench_init(&bench, 1);
	ck_assert_status(pool_configure(bench.core, bench.pool, &(struct pool_options){ .spares = 1 }), CONCUR_OK);
	first = submit(&bench, 3, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	take(&bench, worker, 1);
	wait_in_run(&bench, worker, first, first + 2);
	ck_assert_uint_eq(spawn(&bench), 2);
	spare = start_and_attach(&bench, 1);
	take(&bench, spare, 1);
	ask = fixture_ask(spare->session, FRAME_RUN | (first + 1), ++bench.processes.call, -1);
	ck_assert_status(future_wait(bench.core, task_find(bench.core, first + 2), &ask, &result),
	    CONCUR_POOL_EXHAUSTED);
	ck_assert_ptr_nonnull(strstr(bench.core->detail, "all the spare ones it may have"));
	ck_assert_uint_eq(spawn(&bench), 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(wait_in_a_daemon_without_spares_fails)
{
	struct hired_bench bench;
	struct worker *worker;
	struct result result = { 0 };
	struct ask ask;
	uint64_t first;

	bench_init(&bench, 1);
	bench.fixture->limits.spares_max = 0;
	first = submit(&bench, 2, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	take(&bench, worker, 1);
	ask = fixture_ask(worker->session, FRAME_RUN | first, ++bench.processes.call, -1);
	ck_assert_status(future_wait(bench.core, task_find(bench.core, first + 1), &ask, &result),
	    CONCUR_POOL_EXHAUSTED);
	ck_assert_uint_eq(spawn(&bench), 1);
	bench_fini(&bench);
}
END_TEST

/* It would be replaced when it has gone, but goes only when its task ends. */
START_TEST(wait_while_the_worker_that_is_to_leave_waits_too_fails)
{
	struct hired_bench bench;
	struct worker *first_worker, *leaving;
	struct result result = { 0 };
	struct ask ask;
	uint64_t first;

	bench_init(&bench, 2);
	bench.fixture->limits.spares_max = 0;
	first = submit(&bench, 3, 0);
	ck_assert_uint_eq(spawn(&bench), 2);
	first_worker = start_and_attach(&bench, 0);
	leaving = start_and_attach(&bench, 1);
	take(&bench, first_worker, 1);
	take(&bench, leaving, 1);
	wait_in_run(&bench, leaving, first + 1, first + 2);
	ck_assert_status(pool_resize(bench.core, bench.pool, 1), CONCUR_OK);
	ck_assert(leaving->draining);
	ask = fixture_ask(first_worker->session, FRAME_RUN | first, ++bench.processes.call, -1);
	ck_assert_status(future_wait(bench.core, task_find(bench.core, first + 2), &ask, &result),
	    CONCUR_POOL_EXHAUSTED);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		spare_is_started_when_all_wait_and_ends_when_idle,
		wait_past_the_spares_fails_and_the_spares_stay,
		wait_in_a_daemon_without_spares_fails,
		wait_while_the_worker_that_is_to_leave_waits_too_fails,
		NULL,
	};

	return unit_run("spares", tests);
}
