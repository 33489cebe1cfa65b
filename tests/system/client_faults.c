/* Workers that the daemon starts: when they are replaced, and what their faults cost: their task, and nobody else. */
#include "tests/system/pool.h"

enum { MIB = 1 << 20 };

static struct fixture
fixture_configured(const struct concur_pool_options *options)
{
	struct fixture fixture = fixture_local(pool_paths().module);

	concur_free(fixture.pool);
	fixture.pool = open_local(&fixture, "local", options);
	return fixture;
}

static int64_t
number_of(struct fixture *fixture, const char *function)
{
	struct concur_value value;

	ck_ok(apply(fixture, function, concur_null(), &value));
	return value.integer;
}

/* Nobody died, and nothing failed. */
static void
must_be_well(struct fixture *fixture, uint64_t started)
{
	struct concur_pool_state state;

	ck_ok(concur_pool_state(fixture->pool, &state));
	ck_assert_uint_eq(state.lost, 0);
	ck_assert_uint_eq(state.failed, 0);
	ck_assert_uint_eq(state.started, started);
	ck_ok(concur_pool_close(fixture->pool, false, NULL));
	fixture_free(fixture);
}

/* -- replaced ----------------------------------------------------------------------------------------------------- */

START_TEST(worker_that_has_run_its_tasks_is_replaced)
{
	struct fixture fixture =
	    fixture_configured(&(struct concur_pool_options){ .workers = 1, .tasks_per_worker = 3 });
	int64_t processes[9];

	for (int i = 0; i < 9; i++)
		processes[i] = number_of(&fixture, "process");
	for (int i = 1; i < 9; i++)
		ck_assert((processes[i] == processes[i - 1]) == (i % 3 != 0));
	must_be_well(&fixture, 3);
}
END_TEST

START_TEST(worker_of_too_great_an_age_is_replaced)
{
	struct fixture fixture =
	    fixture_configured(&(struct concur_pool_options){ .workers = 1, .age_per_worker_ns = 1 });
	int64_t first = number_of(&fixture, "process"), second = number_of(&fixture, "process");

	ck_assert_int_ne(first, second);
	must_be_well(&fixture, 2);
}
END_TEST

START_TEST(worker_of_an_age_not_reached_stays)
{
	struct fixture fixture =
	    fixture_configured(&(struct concur_pool_options){ .workers = 1, .age_per_worker_ns = UINT64_MAX });
	int64_t first = number_of(&fixture, "process");

	ck_assert_int_eq(number_of(&fixture, "process"), first);
	must_be_well(&fixture, 1);
}
END_TEST

START_TEST(worker_that_has_grown_too_large_is_replaced)
{
	struct fixture fixture =
	    fixture_configured(&(struct concur_pool_options){ .workers = 1, .memory_per_worker = 256 * (uint64_t)MIB });
	int64_t first = number_of(&fixture, "process");
	struct concur_value value;

	ck_assert_int_eq(number_of(&fixture, "process"), first);
	ck_ok(apply(&fixture, "hoard", CV(300 * MIB), &value));
	ck_assert_int_ne(number_of(&fixture, "process"), first);
	must_be_well(&fixture, 2);
}
END_TEST

/* -- initializers ------------------------------------------------------------------------------------------------- */

START_TEST(initializer_runs_once_in_each_worker_before_its_tasks)
{
	struct fixture fixture = fixture_configured(
	    &(struct concur_pool_options){ .workers = 1, .initializer = "start", .tasks_per_worker = 2 });

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(number_of(&fixture, "started"), 1);
	must_be_well(&fixture, 2);
}
END_TEST

START_TEST(initializer_that_fails_breaks_the_pool_with_its_cause)
{
	struct fixture fixture = fixture_configured(&(struct concur_pool_options){ .workers = 1,
	    .initializer = "start",
	    .initializer_arguments = CV("no table to be had") });
	struct concur_pool_state state;
	struct concur_value value;
	uint64_t waiting = submit(&fixture, "square", CV(2));

	ck_status(concur_task_wait(fixture.session, waiting, CONCUR_FOREVER, &value), CONCUR_TASK_FAILED);
	ck_assert_ptr_nonnull(strstr(concur_message(), "no table to be had"));
	ck_status(apply(&fixture, "square", CV(2), &value), CONCUR_POOL_BROKEN);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert(state.is_broken);
	ck_assert_ptr_nonnull(strstr(state.why, "no table to be had"));
	fixture_free(&fixture);
}
END_TEST

/* -- faults ------------------------------------------------------------------------------------------------------- */

/* Two workers, of which one is about to be in trouble; and so quick to be killed. */
static struct fixture
fixture_of_two(void)
{
	return fixture_configured(&(struct concur_pool_options){ .workers = 2, .grace_ns = CONCUR_SECOND / 10 });
}

/* While the task is under way, others end well; then it ends with that status. */
static void
must_cost_itself_alone(struct fixture *fixture, uint64_t task, enum concur_status expected)
{
	struct concur_value value;

	for (int i = 0; i < 50; i++)
		must_square(fixture, i);
	ck_status(concur_task_wait(fixture->session, task, CONCUR_FOREVER, &value), expected);
	for (int i = 0; i < 50; i++)
		must_square(fixture, i);
	ck_ok(concur_pool_close(fixture->pool, false, NULL));
	ck_ok(concur_pool_join(fixture->pool, CONCUR_FOREVER));
	fixture_free(fixture);
}

START_TEST(worker_that_segfaults_costs_its_task_while_others_go_on)
{
	struct fixture fixture = fixture_of_two();
	uint64_t task = submit(&fixture, "die", CV(SIGSEGV));

	must_cost_itself_alone(&fixture, task, CONCUR_WORKER_DIED);
}
END_TEST

/* It does not hear that it is to end; its kill is what ends it. */
START_TEST(worker_that_is_stopped_is_killed_when_its_task_times_out)
{
	struct fixture fixture = fixture_of_two();
	struct concur_task task = { .function = "die", .arguments = CV(SIGSTOP), .timeout_ns = CONCUR_SECOND / 5 };
	uint64_t id;

	ck_ok(concur_pool_submit(fixture.pool, &task, CONCUR_FOREVER, &id));
	must_cost_itself_alone(&fixture, id, CONCUR_TASK_TIMED_OUT);
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
START_TEST(worker_that_runs_out_of_memory_costs_its_task_while_others_go_on)
{
	struct fixture fixture = fixture_of_two();
	uint64_t task = submit(&fixture, "starve", CV(32 * MIB));

	must_cost_itself_alone(&fixture, task, CONCUR_NO_MEMORY);
}
END_TEST
#endif

START_TEST(worker_that_floods_its_output_keeps_nobody_up)
{
	struct fixture fixture = fixture_of_two();
	uint64_t task = submit(&fixture, "flood", CV(32 * MIB));

	must_cost_itself_alone(&fixture, task, CONCUR_OK);
}
END_TEST

/* The one worker of the pool. */
static pid_t
worker_of(const struct fixture *fixture)
{
	struct concur_pool_workers workers;
	pid_t pid;

	ck_ok(concur_pool_workers(fixture->pool, 0, 0, &workers));
	ck_assert_uint_eq(workers.count, 1);
	pid = (pid_t)workers.items[0].process;
	concur_pool_workers_free(&workers);
	return pid;
}

/* It would never return, had it to hear from that one. */
START_TEST(map_whose_worker_is_killed_loses_one_chunk_and_ends)
{
	enum { CHUNKS = 6 };
	struct fixture fixture = fixture_configured(&(struct concur_pool_options){ .workers = 1 });
	const struct concur_chunks chunks = { .size = 1, .ahead = CHUNKS };
	struct concur_task task = { .function = "holds" };
	struct concur_value names[2] = { CV("began"), CV("go") }, items[CHUNKS], result;
	concur_mapping *mapping;

	for (int i = 0; i < CHUNKS; i++)
		items[i] = concur_items(CONCUR_VALUE_LIST, names, 2);
	ck_ok(concur_mapping_start(fixture.pool, &task, items, CHUNKS, &chunks, &mapping));
	ck_ok(concur_semaphore_acquire(fixture.began, 1, CONCUR_FOREVER, NULL));
	ck_assert_int_eq(kill(worker_of(&fixture), SIGKILL), 0);
	ck_status(concur_mapping_next(mapping, CONCUR_FOREVER, &result), CONCUR_WORKER_DIED);
	ck_ok(concur_event_set(fixture.go));
	for (int i = 1; i < CHUNKS; i++) {
		ck_ok(concur_mapping_next(mapping, CONCUR_FOREVER, &result));
		concur_value_free(&result);
	}
	ck_status(concur_mapping_next(mapping, CONCUR_FOREVER, &result), CONCUR_NOT_THERE);
	concur_mapping_free(mapping);
	fixture_free(&fixture);
}
END_TEST

/* The quick ones before raise what the worker asks for. The first of those that are sent together goes to it alone, and
 * the next ones, half of what waits, at once: the one that is killed, and some behind it. Its worker stands still, and
 * can give nothing back by itself. */
START_TEST(kill_of_a_task_costs_none_of_those_in_hand_behind_it)
{
	enum { QUICK = 400, ALL = 20, HELD = 1 };
	struct fixture fixture =
	    fixture_configured(&(struct concur_pool_options){ .workers = 1, .grace_ns = CONCUR_SECOND / 10 });
	struct concur_task square = { .function = "square", .arguments = CV(5) };
	struct concur_task stop = { .function = "die", .arguments = CV(SIGSTOP) };
	struct concur_task_state task;
	struct concur_pool_state state;
	struct concur_value value;
	concur_future *futures[ALL];
	uint64_t tasks[ALL];

	for (int i = 0; i < QUICK; i++)
		must_square(&fixture, i);
	concur_cork(fixture.session);
	for (int i = 0; i < ALL; i++)
		futures[i] = concur_pool_submit_begin(fixture.pool, i == HELD ? &stop : &square, CONCUR_FOREVER);
	concur_uncork(fixture.session);
	for (int i = 0; i < ALL; i++) {
		ck_ok(concur_future_task(futures[i], &tasks[i]));
		concur_future_free(futures[i]);
	}
	do {
		ck_ok(concur_task_state(fixture.session, tasks[HELD], &task));
	} while (task.phase == CONCUR_PHASE_PENDING);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_gt(state.in_hand, 0);
	ck_ok(concur_task_cancel(fixture.session, tasks[HELD], true, CONCUR_FOREVER));
	for (int i = 0; i < ALL; i++)
		ck_status(concur_task_wait(fixture.session, tasks[i], CONCUR_FOREVER, &value),
		    i == HELD ? CONCUR_CANCELLED : CONCUR_OK);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_eq(state.cancelled, 1);
	ck_assert_uint_eq(state.failed, 0);
	ck_assert_uint_eq(state.done, QUICK + ALL - 1);
	fixture_free(&fixture);
}
END_TEST

/* However often it is tried, it is the one that is blamed, and no worker is killed for it once more. */
START_TEST(task_that_kills_its_workers_is_run_as_often_as_allowed_and_blamed)
{
	struct fixture fixture = fixture_configured(&(struct concur_pool_options){ .workers = 1, .backoff_ns = 1 });
	struct concur_task poison = { .function = "die", .arguments = CV(SIGKILL), .retries = 2 };
	uint64_t id, others[10];
	struct concur_task_state task;
	struct concur_pool_state state;
	struct concur_value value;

	ck_ok(concur_pool_submit(fixture.pool, &poison, CONCUR_FOREVER, &id));
	for (int i = 0; i < 10; i++)
		others[i] = submit(&fixture, "square", CV(i));
	ck_status(concur_task_wait(fixture.session, id, CONCUR_FOREVER, &value), CONCUR_WORKER_DIED);
	for (int i = 0; i < 10; i++)
		ck_ok(concur_task_wait(fixture.session, others[i], CONCUR_FOREVER, &value));
	ck_ok(concur_task_state(fixture.session, id, &task));
	ck_assert_uint_eq(task.attempts, 3);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_eq(state.lost, 3);
	ck_assert_uint_eq(state.retried, 2);
	ck_assert_uint_eq(state.failed, 1);
	fixture_free(&fixture);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		worker_that_has_run_its_tasks_is_replaced,
		worker_of_too_great_an_age_is_replaced,
		worker_of_an_age_not_reached_stays,
		worker_that_has_grown_too_large_is_replaced,
		initializer_runs_once_in_each_worker_before_its_tasks,
		initializer_that_fails_breaks_the_pool_with_its_cause,
		worker_that_segfaults_costs_its_task_while_others_go_on,
		worker_that_is_stopped_is_killed_when_its_task_times_out,
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		worker_that_runs_out_of_memory_costs_its_task_while_others_go_on,
#endif
		worker_that_floods_its_output_keeps_nobody_up,
		map_whose_worker_is_killed_loses_one_chunk_and_ends,
		kill_of_a_task_costs_none_of_those_in_hand_behind_it,
		task_that_kills_its_workers_is_run_as_often_as_allowed_and_blamed,
		NULL,
	};

	return unit_run("client_faults", tests);
}
