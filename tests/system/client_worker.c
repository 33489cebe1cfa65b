/* Workers: how they end, what they run, and who starts them. */
#include "tests/system/pool.h"

#include <signal.h>

/* -- workers end -------------------------------------------------------------------------------------------------- */

START_TEST(worker_killed_costs_its_task_alone)
{
	struct fixture fixture = fixture_new();
	pid_t first = start_worker(&fixture, -1, NULL, NULL), second;
	uint64_t held = submit_held(&fixture);
	struct concur_value value;

	second = start_worker(&fixture, -1, NULL, NULL);
	must_square(&fixture, 4);
	kill(first, SIGKILL);
	ck_assert_int_eq(end_of(first), SIGKILL);
	ck_status(concur_task_wait(fixture.session, held, CONCUR_FOREVER, &value), CONCUR_WORKER_DIED);
	must_square(&fixture, 5);
	dismiss(&fixture, second);
}
END_TEST

START_TEST(worker_that_segfaults_costs_its_task_alone)
{
	struct fixture fixture = fixture_new();
	pid_t first = start_worker(&fixture, -1, NULL, NULL), second;
	struct concur_value value;

	ck_status(apply(&fixture, "die", CV(SIGSEGV), &value), CONCUR_WORKER_DIED);
	ck_assert_int_ne(end_of(first), 0);
	second = start_worker(&fixture, -1, NULL, NULL);
	must_square(&fixture, 5);
	dismiss(&fixture, second);
}
END_TEST

START_TEST(worker_stopped_others_go_on_and_it_too_later)
{
	struct fixture fixture = fixture_new();
	pid_t first = start_worker(&fixture, -1, NULL, NULL), second;
	uint64_t held = submit_held(&fixture);
	struct concur_value value;

	kill(first, SIGSTOP);
	second = start_worker(&fixture, -1, NULL, NULL);
	must_square(&fixture, 4);
	ck_ok(concur_event_set(fixture.go));
	kill(first, SIGCONT);
	ck_ok(concur_task_wait(fixture.session, held, CONCUR_FOREVER, &value));
	ck_ok(concur_pool_close(fixture.pool, false, NULL));
	ck_assert_int_eq(end_of(first), 0);
	dismiss(&fixture, second);
}
END_TEST

START_TEST(worker_told_to_end_finishes_what_it_has_begun)
{
	struct fixture fixture = fixture_new();
	pid_t first = start_worker(&fixture, -1, NULL, NULL), second;
	uint64_t held = submit_held(&fixture), behind = submit(&fixture, "square", CV(6));
	struct concur_value value;

	kill(first, SIGTERM);
	second = start_worker(&fixture, -1, NULL, NULL);
	ck_ok(concur_task_wait(fixture.session, behind, CONCUR_FOREVER, &value));
	ck_ok(concur_event_set(fixture.go));
	ck_ok(concur_task_wait(fixture.session, held, CONCUR_FOREVER, &value));
	ck_assert_int_eq(end_of(first), 0);
	dismiss(&fixture, second);
}
END_TEST

START_TEST(task_cancelled_with_kill_is_told_so)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	uint64_t held = submit_held(&fixture);
	struct concur_value value;

	ck_status(concur_task_cancel(fixture.session, held, false, 0), CONCUR_NO);
	ck_ok(concur_task_cancel(fixture.session, held, true, CONCUR_FOREVER));
	ck_status(concur_task_wait(fixture.session, held, CONCUR_FOREVER, &value), CONCUR_CANCELLED);
	must_square(&fixture, 4);
	dismiss(&fixture, worker);
}
END_TEST

/* Its worker hears that it is to stop, does, and sends its result all the same: that is not heard. */
START_TEST(result_of_a_task_that_was_given_up_is_not_heard)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, NULL, NULL);
	struct concur_task task = { .function = "hold",
		.arguments = CLIST(CV("began"), CV("go")),
		.timeout_ns = CONCUR_SECOND / 20 };
	struct concur_pool_state state;
	struct concur_value value;
	uint64_t late;

	ck_ok(concur_pool_submit(fixture.pool, &task, CONCUR_FOREVER, &late));
	ck_status(concur_task_wait(fixture.session, late, CONCUR_FOREVER, &value), CONCUR_TASK_TIMED_OUT);
	/* The worker's one thread is done with the late one. */
	must_square(&fixture, 4);
	ck_status(concur_task_wait(fixture.session, late, CONCUR_FOREVER, &value), CONCUR_TASK_TIMED_OUT);
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_eq(state.done, 1);
	ck_assert_uint_eq(state.failed, 1);
	ck_assert_uint_eq(state.lost, 0);
	dismiss(&fixture, worker);
}
END_TEST

/* -- modules and commands ----------------------------------------------------------------------------------------- */

START_TEST(module_that_does_not_load_is_told_at_once)
{
	struct fixture fixture = fixture_new();
	char text[1024] = "";
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(WEXITSTATUS(end_of(start_worker(&fixture, ends[1], "--module", "/nowhere.so"))), 1);
	ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
	ck_assert_ptr_nonnull(strstr(text, "the module /nowhere.so can not be loaded"));
	close(ends[0]);
	close(ends[1]);
	fixture_free(&fixture);
}
END_TEST

START_TEST(module_twice_is_refused_with_the_function)
{
	struct fixture fixture = fixture_new();
	char text[1024] = "";
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(WEXITSTATUS(end_of(start_worker(&fixture, ends[1], "--module", pool_paths().module))), 1);
	ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
	ck_assert_ptr_nonnull(strstr(text, "is there twice"));
	close(ends[0]);
	close(ends[1]);
	fixture_free(&fixture);
}
END_TEST

/* The member of a map. */
static struct concur_value
member(const struct concur_value *map, const char *key)
{
	for (size_t i = 0; i + 1 < map->count; i += 2)
		if (strcmp(map->items[i].bytes, key) == 0)
			return map->items[i + 1];
	return (struct concur_value){ 0 };
}

START_TEST(exec_of_a_filter_streams_both_ways)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, "--exec", NULL);
	const size_t size = 3 << 20;
	char *bytes = malloc(size);
	struct concur_value result, out;

	ck_assert_ptr_nonnull(bytes);
	memset(bytes, 'a', size);
	ck_ok(apply(&fixture, "exec",
	    CMAP(CV("argv"), CLIST(CV("tee"), CV("/dev/stderr")), CV("stdin"), concur_data(bytes, size)), &result));
	ck_assert_int_eq(member(&result, "exit_code").integer, 0);
	out = member(&result, "stdout");
	ck_assert_uint_eq(out.size, size);
	ck_assert_int_eq(memcmp(out.bytes, bytes, size), 0);
	ck_assert_uint_eq(member(&result, "stderr").size, size);
	concur_value_free(&result);
	free(bytes);
	dismiss(&fixture, worker);
}
END_TEST

START_TEST(exec_tells_how_the_command_ended)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, "--exec", NULL);
	struct concur_value result;

	ck_ok(apply(&fixture, "exec", CLIST(CV("sh"), CV("-c"), CV("exit 7")), &result));
	ck_assert_int_eq(member(&result, "exit_code").integer, 7);
	concur_value_free(&result);
	ck_ok(apply(&fixture, "exec", CLIST(CV("sh"), CV("-c"), CV("kill -9 $$")), &result));
	ck_assert_int_eq(member(&result, "signal").integer, SIGKILL);
	concur_value_free(&result);
	ck_ok(apply(&fixture, "exec",
	    CMAP(CV("argv"), CLIST(CV("sh"), CV("-c"), CV("echo $A; pwd")), CV("environment"), CMAP(CV("A"), CV("b")),
		CV("cwd"), CV("/")),
	    &result));
	ck_assert_str_eq(member(&result, "stdout").bytes, "b\n/\n");
	concur_value_free(&result);
	ck_status(apply(&fixture, "exec", CLIST(CV("/nowhere/at/all")), &result), CONCUR_TASK_FAILED);
	ck_assert_ptr_nonnull(strstr(concur_message(), "OSError: /nowhere/at/all can not be run"));
	ck_status(apply(&fixture, "exec", CV(1), &result), CONCUR_TASK_FAILED);
	dismiss(&fixture, worker);
}
END_TEST

/* -- workers that the daemon starts ------------------------------------------------------------------------------- */

START_TEST(worker_of_the_daemon_runs_tasks_and_is_replaced)
{
	struct fixture fixture = fixture_local(pool_paths().module);
	struct concur_task task = { .function = "die", .arguments = CV(SIGSEGV) };
	struct concur_task_error error;
	struct concur_value value;
	concur_future *future;

	must_square(&fixture, 4);
	future = concur_pool_apply_begin(fixture.pool, &task, CONCUR_FOREVER);
	ck_status(concur_future_wait(future, CONCUR_FOREVER), CONCUR_WORKER_DIED);
	ck_status(concur_future_task_error(future, &error), CONCUR_NO);
	ck_assert_int_eq(error.signal, SIGSEGV);
	concur_task_error_free(&error);
	concur_future_free(future);
	must_square(&fixture, 5);
	ck_ok(apply(&fixture, "fibonacci", CV(8), &value));
	ck_assert_int_eq(value.integer, 21);
	ck_ok(concur_pool_close(fixture.pool, false, NULL));
	ck_ok(concur_pool_join(fixture.pool, CONCUR_FOREVER));
	fixture_free(&fixture);
}
END_TEST

START_TEST(worker_of_the_daemon_without_its_module_breaks_the_pool)
{
	struct fixture fixture = fixture_local("/nowhere.so");
	struct concur_pool_state state;
	struct concur_value value;

	ck_status(apply(&fixture, "square", CV(1), &value), CONCUR_POOL_BROKEN);
	ck_assert_ptr_nonnull(strstr(concur_message(), "/nowhere.so can not be loaded"));
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert(state.is_broken);
	ck_assert_ptr_nonnull(strstr(state.why, "/nowhere.so can not be loaded"));
	fixture_free(&fixture);
}
END_TEST

/* -- who is there ------------------------------------------------------------------------------------------------- */

START_TEST(workers_are_listed_with_their_labels)
{
	struct fixture fixture = fixture_new();
	pid_t worker = start_worker(&fixture, -1, "--label", "gpu");
	struct concur_task task = { .function = "square", .arguments = CV(3), .label = "gpu" };
	struct concur_pool_workers workers;
	struct concur_value value;

	ck_ok(concur_pool_apply(fixture.pool, &task, CONCUR_FOREVER, &value));
	ck_ok(concur_pool_workers(fixture.pool, 0, 0, &workers));
	ck_assert_uint_eq(workers.count, 1);
	ck_assert_str_eq(workers.items[0].labels, "gpu");
	ck_assert_int_eq((pid_t)workers.items[0].process, worker);
	concur_pool_workers_free(&workers);
	dismiss(&fixture, worker);
}
END_TEST

/* Nobody can ask for its result any more. */
START_TEST(apply_that_timed_out_leaves_nothing_behind)
{
	struct fixture fixture = fixture_new();
	struct concur_task task = { .function = "square", .arguments = CV(3) };
	struct concur_pool_state state;
	struct concur_listing listing;
	struct concur_value value;
	pid_t worker;

	ck_status(concur_pool_apply(fixture.pool, &task, 1, &value), CONCUR_TIMED_OUT);
	worker = start_worker(&fixture, -1, NULL, NULL);
	do {
		ck_ok(concur_pool_state(fixture.pool, &state));
	} while (state.done == 0);
	ck_ok(concur_object_info(CONCUR_OBJECT(fixture.pool), &listing));
	ck_assert_uint_eq(listing.items[0].bytes, 0);
	concur_listing_free(&listing);
	dismiss(&fixture, worker);
}
END_TEST

enum { LEFT = 100000, BATCH = 10000, OTHERS = 10 };

/* Submits tasks that nobody runs, and waits for one more. */
static void
submit_and_wait(const struct fixture *fixture)
{
	static struct concur_value arguments[BATCH];
	struct concur_task task = { .function = "square", .arguments = CV(3) };
	struct concur_value value;
	concur_session *session;
	concur_pool *pool;
	uint64_t id;

	for (int i = 0; i < BATCH; i++)
		arguments[i] = CV(i);
	if (concur_connect(concur_url(fixture->session), NULL, &session) != CONCUR_OK ||
	    concur_pool_open(session, "work", NULL, &pool) != CONCUR_OK)
		_exit(1);
	for (int i = 0; i < LEFT; i += BATCH) {
		if (concur_pool_submit_many(pool, &task, arguments, BATCH, 0, &id) != CONCUR_OK)
			_exit(2);
	}
	_exit(concur_pool_apply(pool, &task, CONCUR_FOREVER, &value) == CONCUR_OK ? 3 : 4);
}

static uint64_t
bytes_of(const struct fixture *fixture)
{
	struct concur_listing listing;
	uint64_t bytes;

	ck_ok(concur_object_info(CONCUR_OBJECT(fixture->pool), &listing));
	bytes = listing.items[0].bytes;
	concur_listing_free(&listing);
	return bytes;
}

START_TEST(submitter_killed_takes_along_what_has_not_begun_and_no_more)
{
	struct fixture fixture = fixture_new();
	struct concur_pool_state state;
	struct concur_value value;
	uint64_t others[OTHERS], bytes;
	pid_t pid, worker;

	for (int i = 0; i < OTHERS; i++)
		others[i] = submit(&fixture, "square", CV(i));
	bytes = bytes_of(&fixture);
	pid = fork();
	if (pid == 0)
		submit_and_wait(&fixture);
	do {
		ck_ok(concur_pool_state(fixture.pool, &state));
	} while (state.waiting < LEFT + 1 + OTHERS);
	kill(pid, SIGKILL);
	ck_assert(WIFSIGNALED(end_of(pid)));
	do {
		ck_ok(concur_pool_state(fixture.pool, &state));
	} while (state.waiting > OTHERS);
	ck_assert_uint_eq(state.cancelled, LEFT + 1);
	ck_assert_uint_eq(bytes_of(&fixture), bytes);
	worker = start_worker(&fixture, -1, NULL, NULL);
	for (int i = 0; i < OTHERS; i++) {
		ck_ok(concur_task_wait(fixture.session, others[i], CONCUR_FOREVER, &value));
		ck_assert_int_eq(value.integer, i * i);
	}
	ck_ok(concur_pool_state(fixture.pool, &state));
	ck_assert_uint_eq(state.done, OTHERS);
	dismiss(&fixture, worker);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		worker_killed_costs_its_task_alone,
		worker_that_segfaults_costs_its_task_alone,
		worker_stopped_others_go_on_and_it_too_later,
		worker_told_to_end_finishes_what_it_has_begun,
		task_cancelled_with_kill_is_told_so,
		result_of_a_task_that_was_given_up_is_not_heard,
		module_that_does_not_load_is_told_at_once,
		module_twice_is_refused_with_the_function,
		exec_of_a_filter_streams_both_ways,
		exec_tells_how_the_command_ended,
		worker_of_the_daemon_runs_tasks_and_is_replaced,
		worker_of_the_daemon_without_its_module_breaks_the_pool,
		workers_are_listed_with_their_labels,
		apply_that_timed_out_leaves_nothing_behind,
		submitter_killed_takes_along_what_has_not_begun_and_no_more,
		NULL,
	};

	return unit_run("client_worker", tests);
}
