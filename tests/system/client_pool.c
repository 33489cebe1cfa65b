/* Pools from the side of those who use them: libconcur's calls, against a real daemon and real workers. */
#include "tests/system/pool.h"

enum { TASKS = 400 };

/* -- results ------------------------------------------------------------------------------------------------------ */

START_TEST(apply_of_a_function_gives_its_result)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);

	must_square(&fixture, 12);
	dismiss(&fixture, worker);
}
END_TEST

START_TEST(apply_of_a_function_that_fails_gives_its_error)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	struct concur_task task = { .function = "square", .arguments = CV("x") };
	concur_future *future = concur_pool_apply_begin(fixture.pool, &task, CONCUR_FOREVER);
	struct concur_task_error error;

	ck_status(concur_future_wait(future, CONCUR_FOREVER), CONCUR_TASK_FAILED);
	ck_assert_str_eq(concur_message(), "TypeError: 6 is no integer's kind");
	ck_status(concur_future_task_error(future, &error), CONCUR_NO);
	ck_assert_str_eq(error.type, "TypeError");
	ck_assert_str_eq(error.message, "6 is no integer's kind");
	ck_assert_int_eq(error.status, CONCUR_TASK_FAILED);
	concur_task_error_free(&error);
	concur_future_free(future);
	must_square(&fixture, 3);
	dismiss(&fixture, worker);
}
END_TEST

START_TEST(apply_of_a_function_out_of_memory_fails_alone)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	struct concur_value value;

	ck_status(apply(&fixture, "no_memory", concur_null(), &value), CONCUR_NO_MEMORY);
	must_square(&fixture, 3);
	dismiss(&fixture, worker);
}
END_TEST

START_TEST(apply_with_too_large_a_result_fails_alone)
{
	static const char *const arguments[] = { "--limit", "frame_max=100000", NULL };
	struct fixture fixture = fixture_with(arguments);
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	struct concur_value value;

	ck_status(apply(&fixture, "large", CV(200000), &value), CONCUR_TOO_LARGE);
	ck_assert_ptr_nonnull(strstr(concur_message(), "200"));
	ck_ok(apply(&fixture, "large", CV(50000), &value));
	ck_assert_uint_eq(value.size, 50000);
	concur_value_free(&value);
	dismiss(&fixture, worker);
}
END_TEST

START_TEST(map_of_many_items_gives_results_in_order)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, "--threads", "2");
	const struct concur_chunks chunks = { .size = 7, .ahead = 5 };
	struct concur_task task = { .function = "squares" };
	struct concur_value items[TASKS];
	struct concur_values squares;

	for (int i = 0; i < TASKS; i++)
		items[i] = CV(i);
	ck_ok(concur_pool_map(fixture.pool, &task, items, TASKS, &chunks, &squares));
	ck_assert_uint_eq(squares.count, TASKS);
	for (int64_t i = 0; i < TASKS; i++)
		ck_assert_int_eq(squares.items[i].integer, i * i);
	concur_values_free(&squares);
	items[TASKS / 2] = CV("x");
	ck_status(concur_pool_map(fixture.pool, &task, items, TASKS, &chunks, &squares), CONCUR_TASK_FAILED);
	task.function = "echo"; /* gives the list as it is */
	ck_ok(concur_pool_map(fixture.pool, &task, items, 0, NULL, &squares));
	ck_assert_uint_eq(squares.count, 0);
	concur_values_free(&squares);
	dismiss(&fixture, worker);
}
END_TEST

/* The first chunk waits for an event until all the others have come; the last one fails. */
START_TEST(mapping_as_completed_gives_chunks_as_they_end)
{
	enum { CHUNKS = 6 };
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, "--threads", "2");
	const struct concur_chunks chunks = { .size = 1, .ahead = 4, .as_completed = true };
	struct concur_task task = { .function = "holds" };
	struct concur_value names[2][2] = { { CV("began"), CV("go") }, { CV("began"), CV("open") } };
	struct concur_value items[CHUNKS], result;
	concur_mapping *mapping;
	bool seen[CHUNKS] = { 0 };
	concur_event *open;
	size_t at;

	ck_ok(concur_event_open(fixture.session, "open", NULL, &open));
	ck_ok(concur_event_set(open));
	for (int i = 0; i < CHUNKS; i++)
		items[i] = concur_items(CONCUR_VALUE_LIST, names[i > 0], 2);
	items[CHUNKS - 1] = concur_items(CONCUR_VALUE_LIST, (struct concur_value[]){ CV("go"), CV("began") }, 2);
	ck_ok(concur_mapping_start(fixture.pool, &task, items, CHUNKS, &chunks, &mapping));
	for (int i = 1; i < CHUNKS; i++) {
		enum concur_status status = concur_mapping_next_at(mapping, CONCUR_FOREVER, &at, &result);

		ck_assert_uint_ne(at, 0);
		ck_assert(at < CHUNKS && !seen[at]);
		seen[at] = true;
		ck_status(status, at == CHUNKS - 1 ? CONCUR_WRONG_KIND : CONCUR_OK);
		if (status == CONCUR_OK)
			concur_value_free(&result);
	}
	ck_status(concur_mapping_next_at(mapping, 0, &at, &result), CONCUR_TIMED_OUT);
	ck_ok(concur_event_set(fixture.go));
	ck_ok(concur_mapping_next_at(mapping, CONCUR_FOREVER, &at, &result));
	ck_assert_uint_eq(at, 0);
	concur_value_free(&result);
	ck_status(concur_mapping_next(mapping, 0, &result), CONCUR_NOT_THERE);
	concur_mapping_free(mapping);
	concur_free(open);
	dismiss(&fixture, worker);
}
END_TEST

START_TEST(mapping_as_completed_freed_withdraws_what_has_not_begun)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	const struct concur_chunks chunks = { .size = 1, .ahead = 8, .as_completed = true };
	struct concur_task task = { .function = "holds" };
	struct concur_value names[2] = { CV("began"), CV("go") }, items[8];
	struct concur_pool_state state;
	concur_mapping *mapping;

	for (int i = 0; i < 8; i++)
		items[i] = concur_items(CONCUR_VALUE_LIST, names, 2);
	ck_ok(concur_mapping_start(fixture.pool, &task, items, 8, &chunks, &mapping));
	ck_ok(concur_semaphore_acquire(fixture.began, 1, CONCUR_FOREVER, NULL));
	concur_mapping_free(mapping);
	ck_ok(concur_event_set(fixture.go));
	ck_ok(concur_pool_close(fixture.pool, false, NULL));
	ck_ok(concur_pool_join(fixture.pool, CONCUR_FOREVER));
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_eq(state.cancelled, 7);
	ck_assert_int_eq(end_of(worker), 0);
	fixture_free(&fixture);
}
END_TEST

/* Nobody runs them: what has been submitted stays that. */
START_TEST(mapping_submits_no_more_than_ahead)
{
	struct fixture fixture = fixture_new();
	const struct concur_chunks chunks = { .size = 7, .ahead = 5 };
	struct concur_task task = { .function = "squares" };
	struct concur_value items[TASKS], result;
	struct concur_pool_state state;
	concur_mapping *mapping;

	for (int i = 0; i < TASKS; i++)
		items[i] = CV(i);
	ck_ok(concur_mapping_start(fixture.pool, &task, items, TASKS, &chunks, &mapping));
	ck_status(concur_mapping_next(mapping, CONCUR_SECOND / 100, &result), CONCUR_TIMED_OUT);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_eq(state.waiting, 5);
	concur_mapping_free(mapping);
	fixture_free(&fixture);
}
END_TEST

START_TEST(completions_of_many_tasks_come_once_each)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	struct concur_value arguments[TASKS];
	struct concur_task task = { .function = "square" };
	struct concur_completed completed;
	concur_completions *completions;
	int64_t sum = 0, expected = 0;
	uint64_t first;

	ck_ok(concur_completions_new(fixture.session, &completions));
	for (int i = 0; i < TASKS; i++) {
		arguments[i] = CV(i);
		expected += i * i;
	}
	arguments[0] = CV("x");
	ck_ok(
	    concur_completions_submit_many(completions, fixture.pool, &task, arguments, TASKS, CONCUR_FOREVER, &first));
	ck_ok(concur_completions_wait(completions, CONCUR_FIRST_EXCEPTION, CONCUR_FOREVER));
	ck_ok(concur_completions_wait(completions, CONCUR_ALL_COMPLETED, CONCUR_FOREVER));
	for (int i = 0; i < TASKS; i++) {
		ck_ok(concur_completions_next(completions, 0, &completed));
		ck_assert_int_eq(completed.status, completed.task == first ? CONCUR_TASK_FAILED : CONCUR_OK);
		sum += completed.status == CONCUR_OK ? completed.value.integer : 0;
	}
	ck_assert_int_eq(sum, expected);
	ck_status(concur_completions_next(completions, 0, &completed), CONCUR_NOT_THERE);
	concur_completions_free(completions);
	dismiss(&fixture, worker);
}
END_TEST

/* The quick ones before it raise what the worker asks for. The first of those that are sent together goes to it
 * alone, and the next ones, half of what waits, at once. */
START_TEST(result_behind_a_running_task_is_not_held_up)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	struct concur_task square = { .function = "square", .arguments = CV(5) };
	struct concur_task hold = { .function = "hold", .arguments = CLIST(CV("began"), CV("go")) };
	struct concur_value value;
	concur_future *ends[8];
	uint64_t quick, held;

	for (int i = 0; i < TASKS; i++)
		must_square(&fixture, i);
	concur_cork(fixture.session);
	for (int i = 0; i < 8; i++)
		ends[i] = concur_pool_submit_begin(fixture.pool, i == 2 ? &hold : &square, CONCUR_FOREVER);
	concur_uncork(fixture.session);
	ck_ok(concur_future_task(ends[1], &quick));
	ck_ok(concur_future_task(ends[2], &held));
	ck_ok(concur_task_wait(fixture.session, quick, CONCUR_FOREVER, &value));
	ck_assert_int_eq(value.integer, 25);
	ck_ok(concur_semaphore_acquire(fixture.began, 1, CONCUR_FOREVER, NULL));
	ck_ok(concur_event_set(fixture.go));
	ck_ok(concur_task_wait(fixture.session, held, CONCUR_FOREVER, &value));
	for (int i = 0; i < 8; i++)
		concur_future_free(ends[i]);
	dismiss(&fixture, worker);
}
END_TEST

START_TEST(promise_completed_gives_its_result_to_who_waits)
{
	struct fixture fixture = fixture_new();
	struct concur_value value;
	concur_future *future;
	uint64_t id;

	ck_ok(concur_pool_promise(fixture.pool, &id));
	future = concur_task_wait_begin(fixture.session, id, CONCUR_FOREVER);
	ck_ok(concur_task_complete(fixture.session, id, CV("kept")));
	ck_ok(concur_future_value(future, &value));
	ck_assert_str_eq(value.bytes, "kept");
	concur_value_free(&value);
	concur_future_free(future);
	ck_status(concur_task_complete(fixture.session, id, CV(2)), CONCUR_NO);
	ck_ok(concur_pool_promise(fixture.pool, &id));
	ck_ok(concur_task_fail(fixture.session, id, "Broken", "never mind"));
	ck_status(concur_task_wait(fixture.session, id, 0, &value), CONCUR_TASK_FAILED);
	ck_assert_str_eq(concur_message(), "Broken: never mind");
	fixture_free(&fixture);
}
END_TEST

/* -- removing the pool -------------------------------------------------------------------------------------------- */

START_TEST(removal_cancels_what_waits_finishes_what_runs_and_lets_the_worker_go)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	struct concur_task task = { .function = "square", .arguments = CV(3) };
	uint64_t held = submit_held(&fixture), waiting = submit(&fixture, "square", CV(3)), promise;
	struct concur_value value;
	concur_future *wait;

	ck_ok(concur_pool_promise(fixture.pool, &promise));
	wait = concur_task_wait_begin(fixture.session, waiting, CONCUR_FOREVER);
	ck_ok(concur_remove(fixture.pool));
	ck_status(concur_future_wait(wait, CONCUR_FOREVER), CONCUR_CANCELLED);
	concur_future_free(wait);
	ck_status(concur_task_wait(fixture.session, promise, CONCUR_FOREVER, &value), CONCUR_CANCELLED);
	ck_status(concur_pool_apply(fixture.pool, &task, CONCUR_FOREVER, &value), CONCUR_POOL_CLOSED);
	ck_ok(concur_event_set(fixture.go));
	ck_ok(concur_task_wait(fixture.session, held, CONCUR_FOREVER, &value));
	ck_ok(concur_pool_join(fixture.pool, CONCUR_FOREVER));
	ck_assert_int_eq(end_of(worker), 0);
	fixture_free(&fixture);
}
END_TEST

/* -- waiting inside of tasks -------------------------------------------------------------------------------------- */

START_TEST(task_that_waits_for_tasks_of_its_pool_runs_them_itself)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	struct concur_value value;

	ck_ok(apply(&fixture, "fibonacci", CV(10), &value));
	ck_assert_int_eq(value.integer, 55);
	dismiss(&fixture, worker);
}
END_TEST

START_TEST(two_threads_hold_two_tasks_at_once)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, "--threads", "2");
	uint64_t tasks[2] = { submit_held(&fixture), submit_held(&fixture) };
	int64_t threads = 0;

	ck_ok(concur_event_set(fixture.go));
	for (int i = 0; i < 2; i++) {
		struct concur_value value;

		ck_ok(concur_task_wait(fixture.session, tasks[i], CONCUR_FOREVER, &value));
		threads += value.integer;
	}
	ck_assert_int_eq(threads, 0 + 1);
	dismiss(&fixture, worker);
}
END_TEST

START_TEST(lock_left_by_a_task_passes_on_as_at_a_death)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	struct concur_value value;
	concur_lock *lock;

	ck_ok(concur_lock_open(fixture.session, "left", NULL, &lock));
	ck_ok(apply(&fixture, "leave_locked", CV("left"), &value));
	ck_status(concur_lock_acquire(lock, CONCUR_FOREVER, NULL), CONCUR_OWNER_DIED);
	concur_free(lock);
	dismiss(&fixture, worker);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		apply_of_a_function_gives_its_result,
		apply_of_a_function_that_fails_gives_its_error,
		apply_of_a_function_out_of_memory_fails_alone,
		apply_with_too_large_a_result_fails_alone,
		map_of_many_items_gives_results_in_order,
		mapping_as_completed_gives_chunks_as_they_end,
		mapping_as_completed_freed_withdraws_what_has_not_begun,
		mapping_submits_no_more_than_ahead,
		completions_of_many_tasks_come_once_each,
		result_behind_a_running_task_is_not_held_up,
		promise_completed_gives_its_result_to_who_waits,
		removal_cancels_what_waits_finishes_what_runs_and_lets_the_worker_go,
		task_that_waits_for_tasks_of_its_pool_runs_them_itself,
		two_threads_hold_two_tasks_at_once,
		lock_left_by_a_task_passes_on_as_at_a_death,
		NULL,
	};

	return unit_run("client_pool", tests);
}
