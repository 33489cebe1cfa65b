/* Hired workers: processes that a pool starts, without processes. How they start, how they end, what their pages say
 * then, and what becomes of the tasks. */
#include "tests/unit/hired_bench.h"

START_TEST(task_that_nobody_takes_has_a_process_started)
{
	struct hired_bench bench;

	bench_init(&bench, 2);
	ck_assert_uint_eq(spawn(&bench), 0);
	submit(&bench, 1, 0);
	ck_assert_uint_eq(spawn(&bench), 1);
	ck_assert_ptr_nonnull(strstr(process_bench_effects(&bench.processes), "spawn 0 run CONCUR_POOL="));
	submit(&bench, 5, 0);
	ck_assert_uint_eq(spawn(&bench), 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(attach_is_for_the_process_itself_and_once)
{
	struct hired_bench bench;

	bench_init(&bench, 1);
	submit(&bench, 1, 0);
	spawn(&bench);
	/* It does not run yet: nobody is it, not even who is of no known process. */
	ck_assert_ptr_null(attach_as(&bench, 0, 0));
	process_has_started(bench.core, process_of_number(&bench, 0), HIRED_PID);
	ck_assert_ptr_null(attach_as(&bench, 0, HIRED_PID + 7));
	ck_assert_ptr_nonnull(attach_as(&bench, 0, HIRED_PID));
	ck_assert_ptr_null(attach_as(&bench, 0, HIRED_PID));
	bench_fini(&bench);
}
END_TEST

START_TEST(starts_in_vain_are_paused_and_break_the_pool_in_the_end)
{
	struct hired_bench bench;
	struct pool_state pool;
	uint64_t task;

	bench_init(&bench, 1);
	task = submit(&bench, 1, 0);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(spawn(&bench), i + 1);
		process_has_failed(bench.core, process_of_number(&bench, i), 2, "no such program");
		ck_assert_uint_eq(spawn(&bench), i + 1);
		fixture_turn(bench.fixture, bench.core->now_ns + CORE_SECOND);
	}
	ck_assert_uint_eq(spawn(&bench), 3);
	pool_state(bench.pool, &pool);
	ck_assert_ptr_nonnull(pool.broken);
	ck_assert_ptr_nonnull(strstr(state(&bench, task), "its workers can not be started: no such program"));
	bench_fini(&bench);
}
END_TEST

START_TEST(resize_of_those_that_have_not_attached_is_not_in_vain)
{
	struct hired_bench bench;
	struct pool_state pool;

	bench_init(&bench, 4);
	submit(&bench, 8, 0);
	ck_assert_uint_eq(spawn(&bench), 4);
	for (unsigned i = 0; i < 4; i++)
		process_has_started(bench.core, process_of_number(&bench, i), HIRED_PID + i);
	(void)process_bench_effects(&bench.processes);
	ck_assert_status(pool_resize(bench.core, bench.pool, 1), CONCUR_OK);
	ck_assert_str_eq(process_bench_effects(&bench.processes),
	    "signal 3 15 group, signal 2 15 group, signal 1 15 group");
	for (unsigned i = 1; i < 4; i++)
		process_bench_exit(&bench.processes, process_of_number(&bench, i), -15);
	fixture_turn(bench.fixture, bench.core->now_ns + CORE_SECOND);
	pool_state(bench.pool, &pool);
	ck_assert_ptr_null(pool.broken);
	ck_assert_uint_eq(spawn(&bench), 4);
	bench_fini(&bench);
}
END_TEST

/* -- death --------------------------------------------------------------------------------------------------------- */

static void
death_tells(bool session_first)
{
	struct hired_bench bench;
	struct worker *worker;
	uint64_t first;

	bench_init(&bench, 1);
	first = submit(&bench, 4, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	take(&bench, worker, 4);
	ck_assert(page_begin(&bench.page, 0, first));
	page_done(&bench.page, 0, first);
	ck_assert(page_begin(&bench.page, 1, first + 1));
	ck_assert_int_eq(page_recall(&bench.page, 2, first + 2), PAGE_RECALLED);
	die(&bench, 0, worker->session, session_first);
	ck_assert_ptr_nonnull(strstr(state(&bench, first), "RESULT_LOST"));
	ck_assert_ptr_nonnull(strstr(state(&bench, first + 1), "'message': 'its worker was ended by signal 9'"));
	ck_assert_str_eq(state(&bench, first + 2), "2/0 ");
	ck_assert_str_eq(state(&bench, first + 3), "0/0 ");
	/* What it had not begun is a reason to start another. */
	ck_assert_uint_eq(spawn(&bench), 2);
	bench_fini(&bench);
}

START_TEST(death_is_told_by_the_page_when_the_session_ends_first)
{
	death_tells(true);
}
END_TEST

START_TEST(death_is_told_by_the_page_when_the_process_ends_first)
{
	death_tells(false);
}
END_TEST

/* What it was at nobody knows before it has ended. */
START_TEST(process_that_outlives_its_session_is_stopped_and_keeps_its_tasks_until_its_end)
{
	struct hired_bench bench;
	struct worker *worker;
	uint64_t first;

	bench_init(&bench, 1);
	first = submit(&bench, 2, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	take(&bench, worker, 2);
	ck_assert(page_begin(&bench.page, 0, first));
	(void)process_bench_effects(&bench.processes);
	session_end(bench.core, worker->session, FAREWELL_DEATH);
	ck_assert_str_eq(process_bench_effects(&bench.processes), "signal 0 15 group");
	ck_assert_str_eq(state(&bench, first), "1/1 ");
	ck_assert_str_eq(state(&bench, first + 1), "0/0 ");
	ck_assert_uint_eq(spawn(&bench), 1);
	fixture_turn(bench.fixture, bench.core->now_ns + 60);
	ck_assert_str_eq(process_bench_effects(&bench.processes), "signal 0 9 group");
	process_has_ended(bench.core, process_of_number(&bench, 0),
	    &(struct process_end){ .code = -9, .page = bench.page.words });
	ck_assert_ptr_nonnull(strstr(state(&bench, first), "WORKER_DIED"));
	ck_assert_str_eq(state(&bench, first + 1), "0/0 ");
	ck_assert_uint_eq(spawn(&bench), 2);
	bench_fini(&bench);
}
END_TEST

/* Its call of take is still there when its process has ended. */
START_TEST(death_of_the_process_while_its_take_waits_hands_it_nothing)
{
	struct hired_bench bench;
	struct session *session;
	struct worker *worker;
	struct result result = { 0 };
	struct ask ask;
	uint64_t task;

	bench_init(&bench, 1);
	task = submit(&bench, 1, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	session = worker->session;
	take(&bench, worker, 1);
	ask = fixture_ask(session, 1, ++bench.processes.call, -1);
	ck_assert_status(worker_take(bench.core, worker, &ask, 1, &result), CONCUR_PENDING);
	process_bench_exit(&bench.processes, process_of_number(&bench, 0), 3);
	task = submit(&bench, 1, 0);
	ck_assert_str_eq(state(&bench, task), "0/0 ");
	ck_assert_str_eq(fixture_said(bench.fixture), "3:END_OF_FILE");
	session_end(bench.core, session, FAREWELL_DEATH);
	bench_fini(&bench);
}
END_TEST

START_TEST(cancel_is_answered_by_the_page)
{
	struct hired_bench bench;
	struct worker *worker;
	uint64_t first;

	bench_init(&bench, 1);
	first = submit(&bench, 2, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	take(&bench, worker, 2);
	(void)process_bench_effects(&bench.processes);
	cancel(&bench, first);
	cancel(&bench, first + 1);
	process_has_recalled(bench.core, process_of_number(&bench, 0), first, PAGE_STARTED);
	process_has_recalled(bench.core, process_of_number(&bench, 0), first + 1, PAGE_RECALLED);
	ck_assert_str_eq(state(&bench, first), "1/1 ");
	ck_assert_str_eq(state(&bench, first + 1), "2/0 ");
	core_answer(bench.core);
	bench_fini(&bench);
}
END_TEST

/* The first task's slot is the second one's by then, which is asked for, too. */
START_TEST(recalled_late_is_of_the_task_that_was_recalled_and_not_of_the_next_in_its_slot)
{
	struct hired_bench bench;
	struct value value = TEXT("r");
	struct worker *worker;
	uint64_t first;

	bench_init(&bench, 1);
	first = submit(&bench, 2, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	take(&bench, worker, 1);
	cancel(&bench, first);
	ck_assert_status(worker_done(bench.core, worker, first, FUTURE_FINISHED, &value, false), CONCUR_OK);
	take(&bench, worker, 1);
	cancel(&bench, first + 1);
	(void)process_bench_effects(&bench.processes);
	process_has_recalled(bench.core, process_of_number(&bench, 0), first, PAGE_RECALLED);
	ck_assert_str_eq(state(&bench, first + 1), "1/1 ");
	process_has_recalled(bench.core, process_of_number(&bench, 0), first + 1, PAGE_RECALLED);
	ck_assert_str_eq(state(&bench, first + 1), "2/1 ");
	core_answer(bench.core);
	bench_fini(&bench);
}
END_TEST

START_TEST(kill_ends_the_process_within_the_grace)
{
	struct hired_bench bench;
	struct worker *worker;
	struct result result = { 0 };
	struct ask ask;
	uint64_t first;

	bench_init(&bench, 1);
	first = submit(&bench, 2, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	take(&bench, worker, 2);
	ask = fixture_ask(bench.processes.session, 1, ++bench.processes.call, 0);
	(void)process_bench_effects(&bench.processes);
	ck_assert_status(future_cancel(bench.core, task_find(bench.core, first), &ask, true, &result), CONCUR_OK);
	ck_assert_str_eq(process_bench_effects(&bench.processes), "signal 0 15 group");
	fixture_turn(bench.fixture, bench.core->now_ns + 60);
	ck_assert_str_eq(process_bench_effects(&bench.processes), "signal 0 9 group");
	ck_assert_str_eq(state(&bench, first), "2/1 ");
	die(&bench, 0, worker->session, false);
	ck_assert_str_eq(state(&bench, first + 1), "0/0 ");
	bench_fini(&bench);
}
END_TEST

/* -- ends ---------------------------------------------------------------------------------------------------------- */

START_TEST(close_without_tasks_is_no_start_in_vain)
{
	struct hired_bench bench;
	struct pool_state pool;

	bench_init(&bench, 4);
	submit(&bench, 4, 0);
	ck_assert_uint_eq(spawn(&bench), 4);
	ck_assert_uint_eq(pool_close(bench.core, bench.pool, true), 4);
	fixture_settle(bench.fixture);
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_ptr_null(start_and_attach(&bench, i));
		process_bench_exit(&bench.processes, process_of_number(&bench, i), 1);
	}
	pool_state(bench.pool, &pool);
	ck_assert_ptr_null(pool.broken);
	bench_fini(&bench);
}
END_TEST

START_TEST(terminate_stops_every_process)
{
	struct hired_bench bench;
	struct worker *worker;
	uint64_t first;

	bench_init(&bench, 2);
	first = submit(&bench, 3, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	process_has_started(bench.core, process_of_number(&bench, 1), HIRED_PID + 1);
	take(&bench, worker, 1);
	(void)process_bench_effects(&bench.processes);
	ck_assert_uint_eq(pool_terminate(bench.core, bench.pool), 3);
	ck_assert_ptr_nonnull(strstr(process_bench_effects(&bench.processes), "signal 1 15 group"));
	fixture_settle(bench.fixture);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(state(&bench, first + i)[0], '0' + FUTURE_CANCELLED);
	die(&bench, 0, worker->session, true);
	bench_fini(&bench);
}
END_TEST

START_TEST(removal_while_a_dead_session_waits_for_its_process_leaves_nothing)
{
	struct hired_bench bench;
	struct worker *worker;

	bench_init(&bench, 1);
	submit(&bench, 1, 0);
	spawn(&bench);
	worker = start_and_attach(&bench, 0);
	take(&bench, worker, 1);
	session_end(bench.core, worker->session, FAREWELL_DEATH);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		task_that_nobody_takes_has_a_process_started,
		attach_is_for_the_process_itself_and_once,
		starts_in_vain_are_paused_and_break_the_pool_in_the_end,
		resize_of_those_that_have_not_attached_is_not_in_vain,
		death_is_told_by_the_page_when_the_session_ends_first,
		death_is_told_by_the_page_when_the_process_ends_first,
		process_that_outlives_its_session_is_stopped_and_keeps_its_tasks_until_its_end,
		death_of_the_process_while_its_take_waits_hands_it_nothing,
		cancel_is_answered_by_the_page,
		recalled_late_is_of_the_task_that_was_recalled_and_not_of_the_next_in_its_slot,
		kill_ends_the_process_within_the_grace,
		close_without_tasks_is_no_start_in_vain,
		terminate_stops_every_process,
		removal_while_a_dead_session_waits_for_its_process_leaves_nothing,
		NULL,
	};

	return unit_run("hired", tests);
}
