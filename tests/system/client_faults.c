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
		NULL,
	};

	return unit_run("client_faults", tests);
}
