/* Pools: closing, ending and removing them, promises, limits. */
#include "tests/unit/pool_bench.h"

/* -- close --------------------------------------------------------------------------------------------------------- */

START_TEST(join_waits_for_the_last_task_and_workers_are_told_to_end)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct worker *worker;
	struct ask ask;
	uint64_t task;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	task = pool_bench_submit(&bench, 0, "a");
	ask = pool_bench_ask(&bench, 0, -1);
	ck_assert_status(pool_join(bench.core, bench.pool, &ask, &result), CONCUR_VALUE_ERROR);
	ck_assert_uint_eq(pool_close(bench.core, bench.pool, false), 0);
	ck_assert_uint_eq(pool_bench_submit(&bench, 0, "b"), 0);
	ck_assert_status(pool_join(bench.core, bench.pool, &ask, &result), CONCUR_PENDING);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "-");
	pool_bench_done(&bench, worker, task, "r");
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE, 5:END_OF_FILE");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(terminate_ends_every_task_and_join_at_once)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct worker *worker;
	struct ask ask;
	uint64_t first;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	first = pool_bench_submit(&bench, 0, "abc");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 2), "ab");
	ck_assert_uint_eq(pool_terminate(bench.core, bench.pool), 3);
	fixture_turn(&bench.fixture, 2);
	for (uint64_t i = 0; i < 3; i++)
		ck_assert_str_eq(pool_bench_state(&bench, first + i), "CANCELLED");
	ask = pool_bench_ask(&bench, 0, -1);
	ck_assert_status(pool_join(bench.core, bench.pool, &ask, &result), CONCUR_OK);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 2), ".");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(removal_of_the_pool_tells_who_waits_and_frees_by_steps)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct worker *worker;
	struct ask ask;
	uint64_t first;

	pool_bench_init(&bench);
	bench.fixture.limits.turn_steps = 2;
	worker = pool_bench_attach(&bench, 1);
	first = pool_bench_submit(&bench, 0, "abcdefgh");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 2), "ab");
	ask = pool_bench_ask(&bench, 2, -1);
	ck_assert_status(future_wait(bench.core, task_find(bench.core, first), &ask, &result), CONCUR_PENDING);
	object_destroy(bench.core, (struct object *)bench.pool);
	ck_assert_str_eq(fixture_said(&bench.fixture), "3:REMOVED");
	ck_assert_str_eq(pool_bench_state(&bench, first), "GONE");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 2), ".");
	pool_bench_done(&bench, worker, first, "late");
	pool_bench_fini(&bench);
}
END_TEST

/* The bench's pool has a name from here on. */
static void
name_pool(struct pool_bench *bench)
{
	struct value name = TEXT("p");
	struct object_open open = { .name = &name, .options = { .kind = KIND_POOL } };
	struct object *object;
	bool created;

	ck_assert_status(object_open(bench->core, &open, &object, &created), CONCUR_OK);
	ck_assert(created);
	object_unref(bench->core, (struct object *)bench->pool);
	bench->pool = (struct pool *)object;
}

START_TEST(removal_of_the_name_cancels_what_waits_and_finishes_what_runs)
{
	struct pool_bench bench;
	struct worker *worker;
	uint64_t first, delayed, promise;

	pool_bench_init(&bench);
	name_pool(&bench);
	worker = pool_bench_attach(&bench, 1);
	first = pool_bench_submit(&bench, 0, "ab");
	delayed = pool_bench_submit_as(&bench, 0, "c", &(struct task_spec){ .delay_ns = CORE_SECOND });
	ck_assert_status(pool_promise(bench.core, bench.pool, bench.clients[0], &promise), CONCUR_OK);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	object_remove(bench.core, (struct object *)bench.pool);
	ck_assert_uint_eq(pool_bench_submit(&bench, 0, "d"), 0);
	fixture_turn(&bench.fixture, 2);
	ck_assert_str_eq(pool_bench_state(&bench, first + 1), "CANCELLED");
	ck_assert_str_eq(pool_bench_state(&bench, delayed), "CANCELLED");
	ck_assert_str_eq(pool_bench_state(&bench, promise), "CANCELLED");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "-");
	pool_bench_done(&bench, worker, first, "r");
	ck_assert_str_eq(pool_bench_state(&bench, first), "FINISHED 'r'");
	ck_assert_str_eq(fixture_said(&bench.fixture), "5:END_OF_FILE");
	pool_bench_fini(&bench);
}
END_TEST

/* Of a pool that nobody can find, nobody would ever take it. */
START_TEST(task_that_comes_back_to_a_removed_pool_is_cancelled)
{
	struct pool_bench bench;
	uint64_t task;

	pool_bench_init(&bench);
	name_pool(&bench);
	task = pool_bench_submit_as(&bench, 0, "a", &(struct task_spec){ .retries = 1 });
	ck_assert_str_eq(pool_bench_take(&bench, pool_bench_attach(&bench, 1), 1), "a");
	object_remove(bench.core, (struct object *)bench.pool);
	fixture_turn(&bench.fixture, 2);
	ck_assert_str_eq(pool_bench_state(&bench, task), "RUNNING");
	pool_bench_end(&bench, 1, FAREWELL_DEATH);
	fixture_turn(&bench.fixture, 3);
	ck_assert_str_eq(pool_bench_state(&bench, task), "CANCELLED");
	pool_bench_fini(&bench);
}
END_TEST

/* Its tasks referred to it, and it had them: neither ever went. */
START_TEST(removed_pool_with_detached_tasks_goes_with_the_last_of_them)
{
	struct pool_bench bench;
	uint64_t task, id;

	pool_bench_init(&bench);
	name_pool(&bench);
	bench.fixture.limits.result_seconds = 2;
	id = object_id((struct object *)bench.pool);
	task = pool_bench_submit_as(&bench, 0, "a", &(struct task_spec){ .detached = true });
	object_remove(bench.core, (struct object *)bench.pool);
	fixture_turn(&bench.fixture, 2);
	ck_assert_str_eq(pool_bench_state(&bench, task), "CANCELLED");
	ck_assert_ptr_nonnull(object_find(bench.core, id));
	fixture_turn(&bench.fixture, 3 * CORE_SECOND);
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(pool_bench_state(&bench, task), "GONE");
	ck_assert_ptr_null(object_find(bench.core, id));
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(promise_is_completed_once_by_anybody)
{
	struct pool_bench bench;
	struct value value = TEXT("v");
	struct result result = { 0 };
	struct ask ask;
	uint64_t id;

	pool_bench_init(&bench);
	ck_assert_status(pool_promise(bench.core, bench.pool, bench.clients[0], &id), CONCUR_OK);
	ask = pool_bench_ask(&bench, 1, -1);
	ck_assert_status(future_wait(bench.core, task_find(bench.core, id), &ask, &result), CONCUR_PENDING);
	ck_assert_status(future_complete(bench.core, task_find(bench.core, id), false, &value, false, &result),
	    CONCUR_OK);
	ck_assert_int_eq(result.outcome, OUTCOME_DONE);
	ck_assert_status(future_complete(bench.core, task_find(bench.core, id), true, &value, false, &result),
	    CONCUR_OK);
	ck_assert_int_eq(result.outcome, OUTCOME_NO);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE 'v'");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(promise_in_a_closed_pool_is_refused)
{
	struct pool_bench bench;
	uint64_t id;

	pool_bench_init(&bench);
	(void)pool_close(bench.core, bench.pool, false);
	ck_assert_status(pool_promise(bench.core, bench.pool, bench.clients[0], &id), CONCUR_POOL_CLOSED);
	pool_bench_fini(&bench);
}
END_TEST

/* -- limits -------------------------------------------------------------------------------------------------------- */

START_TEST(submit_past_tasks_max_is_told_its_name)
{
	struct pool_bench bench;
	uint64_t id;

	pool_bench_init(&bench);
	bench.fixture.limits.tasks_max = 3;
	ck_assert_uint_eq(pool_bench_submit(&bench, 0, "abcd"), 0);
	ck_assert_str_eq(bench.core->limit, "tasks_max");
	ck_assert_uint_ne(pool_bench_submit(&bench, 0, "abc"), 0);
	bench.core->limit = NULL;
	ck_assert_status(pool_promise(bench.core, bench.pool, bench.clients[0], &id), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "tasks_max");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(submit_of_a_function_past_functions_max_is_told_its_name)
{
	struct pool_bench bench;
	struct value g = TEXT("g"), label = TEXT("l");

	pool_bench_init(&bench);
	bench.fixture.limits.functions_max = 2;
	ck_assert_uint_ne(pool_bench_submit(&bench, 0, "a"), 0);
	ck_assert_uint_ne(pool_bench_submit_as(&bench, 0, "b", &(struct task_spec){ .label = &label }), 0);
	ck_assert_uint_eq(pool_bench_submit_as(&bench, 0, "c", &(struct task_spec){ .function = &g }), 0);
	ck_assert_str_eq(bench.core->limit, "functions_max");
	ck_assert_uint_ne(pool_bench_submit(&bench, 0, "d"), 0);
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(attach_past_workers_max_is_told_its_name)
{
	struct worker_spec spec = { .any = true };
	struct pool_bench bench;
	struct worker *worker;

	pool_bench_init(&bench);
	bench.fixture.limits.workers_max = 1;
	spec.pool = bench.pool;
	(void)pool_bench_attach(&bench, 1);
	ck_assert_status(worker_attach(bench.core, bench.clients[2], &spec, &worker), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "workers_max");
	pool_bench_end(&bench, 1, FAREWELL_DEATH);
	(void)pool_bench_attach(&bench, 2);
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(result_of_a_detached_task_stays_for_result_seconds)
{
	struct pool_bench bench;
	struct worker *worker;
	uint64_t task;

	pool_bench_init(&bench);
	bench.fixture.limits.result_seconds = 2;
	worker = pool_bench_attach(&bench, 1);
	task = pool_bench_submit_as(&bench, 0, "a", &(struct task_spec){ .detached = true });
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	fixture_turn(&bench.fixture, 10);
	pool_bench_done(&bench, worker, task, "r");
	fixture_turn(&bench.fixture, 2 * CORE_SECOND + 9);
	ck_assert_str_eq(pool_bench_state(&bench, task), "FINISHED 'r'");
	fixture_turn(&bench.fixture, 2 * CORE_SECOND + 10);
	ck_assert_str_eq(pool_bench_state(&bench, task), "GONE");
	pool_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		join_waits_for_the_last_task_and_workers_are_told_to_end,
		terminate_ends_every_task_and_join_at_once,
		removal_of_the_pool_tells_who_waits_and_frees_by_steps,
		removal_of_the_name_cancels_what_waits_and_finishes_what_runs,
		task_that_comes_back_to_a_removed_pool_is_cancelled,
		removed_pool_with_detached_tasks_goes_with_the_last_of_them,
		promise_is_completed_once_by_anybody,
		promise_in_a_closed_pool_is_refused,
		submit_past_tasks_max_is_told_its_name,
		submit_of_a_function_past_functions_max_is_told_its_name,
		attach_past_workers_max_is_told_its_name,
		result_of_a_detached_task_stays_for_result_seconds,
		NULL,
	};

	return unit_run("pool_ends", tests);
}
