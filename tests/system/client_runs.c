/* Tasks that wait for tasks, on real workers: recursion, circles, workers that all wait. */
#include "tests/system/pool.h"

enum { DEEP = 1000 };

/* -- recursion ---------------------------------------------------------------------------------------------------- */

START_TEST(recursion_of_a_thousand_on_two_workers_finishes)
{
	struct fixture fixture = fixture_new();
	pid_t workers[2] = { start_worker(&fixture, -1, NULL, NULL), start_worker(&fixture, -1, NULL, NULL) };
	struct concur_pool_state state;
	struct concur_value value;

	do {
		ck_ok(concur_pool_state(fixture.pool, &state));
	} while (state.workers < 2);
	ck_ok(apply(&fixture, "chain", CV(DEEP), &value));
	ck_assert_int_eq(value.integer, DEEP);
	ck_ok(apply(&fixture, "fibonacci", CV(12), &value));
	ck_assert_int_eq(value.integer, 144);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_eq(state.failed, 0);
	ck_ok(concur_pool_close(fixture.pool, false, NULL));
	ck_assert_int_eq(end_of(workers[0]), 0);
	dismiss(&fixture, workers[1]);
}
END_TEST

START_TEST(recursion_on_a_worker_of_the_daemon_needs_no_spare_one)
{
	struct fixture fixture = fixture_local(pool_paths().module);
	struct concur_pool_state state;
	struct concur_value value;

	ck_ok(apply(&fixture, "chain", CV(DEEP / 2), &value));
	ck_assert_int_eq(value.integer, DEEP / 2);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_eq(state.started, 1);
	ck_ok(concur_pool_close(fixture.pool, false, NULL));
	fixture_free(&fixture);
}
END_TEST

/* -- circles ------------------------------------------------------------------------------------------------------ */

/* A task that has begun, on a worker of that label, and waits for the one whose id `tell` gives it. */
static uint64_t
begin_waiter(const struct fixture *fixture, const char *queue, const char *label)
{
	struct concur_task task = { .function = "wait_for",
		.arguments = CLIST(CV("began"), CV(queue)),
		.label = label };
	uint64_t id;

	ck_ok(concur_pool_submit(fixture->pool, &task, CONCUR_FOREVER, &id));
	ck_ok(concur_semaphore_acquire(fixture->began, 1, CONCUR_FOREVER, NULL));
	return id;
}

static void
tell(const struct fixture *fixture, const char *name, uint64_t task)
{
	concur_queue *queue;

	ck_ok(concur_queue_open(fixture->session, name, NULL, &queue));
	ck_ok(concur_queue_put(queue, CV((int64_t)task), CONCUR_FOREVER));
	concur_free(queue);
}

/* Returns when the daemon says so. */
static void
await_wait(const struct fixture *fixture, uint64_t task, uint64_t for_task)
{
	char words[64];
	bool waits;

	snprintf(words, sizeof words, "waits for future %llu", (unsigned long long)for_task);
	do {
		struct concur_value why;

		ck_ok(concur_task_why(fixture->session, task, &why));
		waits = strstr(why.bytes, words);
		concur_value_free(&why);
	} while (!waits);
}

static void
must_result(const struct fixture *fixture, uint64_t task, const char *expected)
{
	struct concur_value value;

	ck_ok(concur_task_wait(fixture->session, task, CONCUR_FOREVER, &value));
	ck_assert_str_eq(value.bytes, expected);
	concur_value_free(&value);
}

START_TEST(wait_that_closes_a_circle_fails_and_the_other_goes_on)
{
	struct fixture fixture = fixture_new();
	pid_t workers[2] = { start_worker(&fixture, -1, NULL, NULL), start_worker(&fixture, -1, NULL, NULL) };
	uint64_t first = begin_waiter(&fixture, "a", NULL), second = begin_waiter(&fixture, "b", NULL);
	struct concur_pool_workers list;
	uint64_t waits_for = 0;

	tell(&fixture, "a", second);
	await_wait(&fixture, first, second);
	ck_ok(concur_pool_workers(fixture.pool, 0, 0, &list));
	for (size_t i = 0; i < list.count; i++)
		waits_for += list.items[i].waits_for;
	ck_assert_uint_eq(waits_for, second);
	concur_pool_workers_free(&list);
	tell(&fixture, "b", first);
	must_result(&fixture, second, "DEADLOCK");
	must_result(&fixture, first, "OK");
	ck_ok(concur_pool_close(fixture.pool, false, NULL));
	ck_assert_int_eq(end_of(workers[0]), 0);
	dismiss(&fixture, workers[1]);
}
END_TEST

/* -- workers that all wait ---------------------------------------------------------------------------------------- */

static uint64_t
submit_labelled(const struct fixture *fixture, const char *label)
{
	struct concur_task task = { .function = "square", .arguments = CV(3), .label = label };
	uint64_t id;

	ck_ok(concur_pool_submit(fixture->pool, &task, CONCUR_FOREVER, &id));
	return id;
}

/* Each waits for what only the other could run. */
START_TEST(wait_that_leaves_no_worker_fails_and_the_other_goes_on)
{
	struct fixture fixture = fixture_new();
	pid_t workers[2] = { start_worker(&fixture, -1, "--label", "x"), start_worker(&fixture, -1, "--label", "y") };
	uint64_t first = begin_waiter(&fixture, "a", "x"), second = begin_waiter(&fixture, "b", "y");
	uint64_t for_x = submit_labelled(&fixture, "x"), for_y = submit_labelled(&fixture, "y");

	tell(&fixture, "a", for_y);
	await_wait(&fixture, first, for_y);
	tell(&fixture, "b", for_x);
	must_result(&fixture, second, "POOL_EXHAUSTED");
	must_result(&fixture, first, "OK");
	ck_ok(concur_pool_close(fixture.pool, false, NULL));
	ck_assert_int_eq(end_of(workers[0]), 0);
	dismiss(&fixture, workers[1]);
}
END_TEST

static enum concur_status
run_relay(struct fixture *fixture, int depth, struct concur_value *ret_value)
{
	return apply(fixture, "relay", CLIST(CV(depth), CV("other"), CV("local")), ret_value);
}

START_TEST(tasks_of_two_pools_that_wait_for_each_other_get_spare_workers)
{
	struct fixture fixture = fixture_local(pool_paths().module);
	concur_pool *other = open_local(&fixture, "other", &(struct concur_pool_options){ .workers = 1 });
	struct concur_pool_state state;
	struct concur_value value;

	ck_ok(run_relay(&fixture, 6, &value));
	ck_assert_int_eq(value.integer, 6);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_ge(state.started, 3);
	/* They end, and the pool's own stay. */
	do {
		ck_ok(concur_pool_state(fixture.pool, &state));
	} while (state.workers > 1);
	must_square(&fixture, 3);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_eq(state.workers, 1);
	ck_assert_uint_eq(state.lost, 0);
	concur_free(other);
	fixture_free(&fixture);
}
END_TEST

START_TEST(relay_past_the_spare_workers_fails_with_what_to_do)
{
	struct fixture fixture = fixture_local(pool_paths().module);
	const struct concur_pool_options options = { .workers = 1, .spares = 1 };
	concur_pool *other = open_local(&fixture, "other", &options), *local = open_local(&fixture, "local", &options);
	struct concur_value value;

	ck_status(run_relay(&fixture, 12, &value), CONCUR_POOL_EXHAUSTED);
	ck_assert_ptr_nonnull(strstr(concur_message(), "spares"));
	ck_ok(run_relay(&fixture, 3, &value));
	must_square(&fixture, 3);
	concur_free(local);
	concur_free(other);
	fixture_free(&fixture);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		recursion_of_a_thousand_on_two_workers_finishes,
		recursion_on_a_worker_of_the_daemon_needs_no_spare_one,
		wait_that_closes_a_circle_fails_and_the_other_goes_on,
		wait_that_leaves_no_worker_fails_and_the_other_goes_on,
		tasks_of_two_pools_that_wait_for_each_other_get_spare_workers,
		relay_past_the_spare_workers_fails_with_what_to_do,
		NULL,
	};

	return unit_run("client_runs", tests);
}
