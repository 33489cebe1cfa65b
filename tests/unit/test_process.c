/* The process as a state machine: what it asks for, when, and what those who wait are told. */
#include "tests/unit/nomem.h"
#include "tests/unit/process_bench.h"

#include <string.h>

enum { SIGUSR1_NUMBER = 10 };

static const char *
signal_it(struct process_bench *bench, struct process *process, int signal)
{
	enum outcome outcome = OUTCOME_DONE;
	enum concur_status status = process_signal(bench->core, process, signal, false, &outcome);

	return status != CONCUR_OK ? status_name(status) : outcome == OUTCOME_NO ? "NO" : "DONE";
}

static const char *
stop_it(struct process_bench *bench, struct process *process, uint64_t grace_ns)
{
	enum outcome outcome = OUTCOME_DONE;
	enum concur_status status = process_stop(bench->core, process, grace_ns, &outcome);

	return status != CONCUR_OK ? status_name(status) : outcome == OUTCOME_NO ? "NO" : "DONE";
}

/* -- start -------------------------------------------------------------------------------------------------------- */

START_TEST(start_is_asked_for_at_the_turns_end_and_answered_with_the_pid)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	ck_assert_str_eq(process_bench_start(&bench, process), "PENDING");
	ck_assert_str_eq(process_bench_effects(&bench), "");
	fixture_turn(&bench.fixture, 1);
	ck_assert_str_eq(process_bench_effects(&bench), "spawn 0 sh -c true");
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	process_has_started(bench.core, process, 4711);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE");
	ck_assert_uint_eq(bench.fixture.number, 4711);
	ck_assert_int_eq(process->state, PROCESS_RUNNING);
	ck_assert_uint_eq(process->started_ns, 1);
	process_bench_fini(&bench);
}
END_TEST

START_TEST(start_twice_is_refused_in_every_state)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_start(&bench, process);
	ck_assert_str_eq(process_bench_start(&bench, process), "ALREADY_STARTED");
	process_bench_run(&bench, process, 1);
	ck_assert_str_eq(process_bench_start(&bench, process), "ALREADY_STARTED");
	process_bench_exit(&bench, process, 0);
	ck_assert_str_eq(process_bench_start(&bench, process), "ALREADY_STARTED");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(start_that_fails_tells_all_who_wait_why)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_start(&bench, process);
	ck_assert_str_eq(process_bench_join(&bench, process, -1), "PENDING");
	fixture_turn(&bench.fixture, 1);
	process_has_failed(bench.core, process, 2, "sh: No such file or directory");
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:START_FAILED, 2:START_FAILED");
	ck_assert_str_eq(process->sentence, "sh: No such file or directory");
	ck_assert_str_eq(process_bench_join(&bench, process, -1), "START_FAILED");
	ck_assert_str_eq(process_bench_start(&bench, process), "ALREADY_STARTED");
	ck_assert_uint_eq(bench.core->processes, 0);
	process_bench_fini(&bench);
}
END_TEST

START_TEST(start_of_many_is_spread_over_turns)
{
	struct process_bench bench;
	unsigned count = 0;

	process_bench_init(&bench);
	for (unsigned i = 0; i < 2 * PROCESS_SPAWNS + 1; i++)
		process_bench_start(&bench, process_bench_new(&bench, NULL));
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 1), 0);
	for (const char *at = process_bench_effects(&bench); (at = strstr(at, "spawn")); at++)
		count++;
	ck_assert_uint_eq(count, PROCESS_SPAWNS);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 1), 0);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 1), UINT64_MAX);
	ck_assert_ptr_nonnull(strstr(bench.effects, "spawn 8"));
	process_bench_fini(&bench);
}
END_TEST

START_TEST(start_past_processes_max_is_refused_until_one_ends)
{
	struct process_bench bench;
	struct process *first, *second;

	process_bench_init(&bench);
	bench.fixture.limits.processes_max = 1;
	first = process_bench_new(&bench, NULL);
	second = process_bench_new(&bench, NULL);
	process_bench_run(&bench, first, 1);
	ck_assert_str_eq(process_bench_start(&bench, second), "LIMIT");
	ck_assert_str_eq(bench.core->limit, "processes_max");
	process_bench_exit(&bench, first, 0);
	ck_assert_str_eq(process_bench_start(&bench, second), "PENDING");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(start_whose_caller_dies_goes_on)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_start(&bench, process);
	fixture_turn(&bench.fixture, 1);
	session_end(bench.core, bench.session, FAREWELL_DEATH);
	process_has_started(bench.core, process, 5);
	ck_assert_int_eq(process->state, PROCESS_RUNNING);
	process_bench_fini(&bench);
}
END_TEST

START_TEST(new_joins_the_runtimes_words_and_the_arguments)
{
	static const char *const words[] = { "python3", "-m", NULL };
	static const char *const arguments[] = { "worker", NULL };
	static const char *const environment[] = { "A=1", NULL };
	static const struct runtime runtimes[] = { { "other", NULL }, { "python", words }, { NULL, NULL } };
	struct process_options options = { .arguments = arguments, .environment = environment, .directory = "/usr" };
	struct process_bench bench;

	process_bench_init(&bench);
	core_connect(bench.core, bench.core->effects, &bench, runtimes);
	ck_assert_ptr_null(process_runtime(bench.core, "perl"));
	options.runtime = process_runtime(bench.core, "python");
	ck_assert_status(process_start(bench.core, process_bench_new(&bench, &options), NULL), CONCUR_OK);
	fixture_turn(&bench.fixture, 1);
	ck_assert_str_eq(process_bench_effects(&bench), "spawn 0 python3 -m worker A=1 in /usr");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(new_refuses_what_can_not_be)
{
	static const char *const command[] = { "sh", NULL };
	struct process_options options = { .arguments = command, .lifetime = LIFETIME_SESSION };
	struct object_open open = { .options = { .kind = KIND_PROCESS } };
	struct process_bench bench;
	struct process *process;
	struct object *object;
	bool created;

	process_bench_init(&bench);
	options.creator = bench.session;
	ck_assert_status(process_new(bench.core, &options, &process), CONCUR_VALUE_ERROR);
	options.lifetime = LIFETIME_REFCOUNT;
	options.arguments = NULL;
	ck_assert_status(process_new(bench.core, &options, &process), CONCUR_VALUE_ERROR);
	options.arguments = command;
	bench.fixture.limits.command_max = 16;
	ck_assert_status(process_new(bench.core, &options, &process), CONCUR_TOO_LARGE);
	ck_assert_str_eq(bench.core->limit, "command_max");
	ck_assert_status(object_open(bench.core, &open, &object, &created), CONCUR_NOT_FOUND);
	process_bench_fini(&bench);
}
END_TEST

START_TEST(new_without_memory_leaves_nothing)
{
	static const char *const command[] = { "sh", NULL };
	struct process_options options = { .arguments = command };
	struct process_bench bench;
	struct process *process;
	enum concur_status status = CONCUR_NO_MEMORY;

	process_bench_init(&bench);
	for (unsigned good = 0; status != CONCUR_OK; good++) {
		bool has_failed;

		nomem_arm(good);
		status = process_new(bench.core, &options, &process);
		has_failed = nomem_disarm();
		ck_assert_status(status, has_failed ? CONCUR_NO_MEMORY : CONCUR_OK);
		fixture_turn(&bench.fixture, 1);
	}
	process_bench_fini(&bench);
}
END_TEST

/* -- join --------------------------------------------------------------------------------------------------------- */

START_TEST(join_before_start_is_refused)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	ck_assert_str_eq(process_bench_join(&bench, process, -1), "NOT_STARTED");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(join_is_answered_with_the_code_at_the_end_and_after_it)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_run(&bench, process, 1);
	ck_assert_str_eq(process_bench_join(&bench, process, 0), "TIMED_OUT");
	ck_assert_str_eq(process_bench_join(&bench, process, 10), "PENDING");
	ck_assert_str_eq(process_bench_join(&bench, process, -1), "PENDING");
	fixture_turn(&bench.fixture, 10);
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:TIMED_OUT");
	process_bench_exit(&bench, process, -9);
	ck_assert_str_eq(fixture_said(&bench.fixture), "3:DONE");
	ck_assert_int_eq((int64_t)bench.fixture.number, -9);
	ck_assert_str_eq(process_bench_join(&bench, process, 0), "DONE");
	ck_assert_int_eq((int64_t)bench.fixture.number, -9);
	process_bench_fini(&bench);
}
END_TEST

START_TEST(join_of_one_that_nobody_refers_to_any_more_is_still_answered)
{
	struct process_bench bench;
	struct process *process;
	uint64_t number;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	number = process_number(process);
	process_bench_run(&bench, process, 1);
	object_unref(bench.core, &process->object);
	fixture_settle(&bench.fixture);
	ck_assert_ptr_eq(process_find(bench.core, number), process);
	process_bench_join(&bench, process, -1);
	process_bench_exit(&bench, process, 3);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE");
	fixture_settle(&bench.fixture);
	ck_assert_ptr_null(process_find(bench.core, number));
	process_bench_fini(&bench);
}
END_TEST

/* -- signals ------------------------------------------------------------------------------------------------------ */

START_TEST(signal_is_refused_before_the_start_and_no_news_after_the_end)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	ck_assert_str_eq(signal_it(&bench, process, PROCESS_SIGTERM), "NOT_STARTED");
	process_bench_run(&bench, process, 1);
	ck_assert_str_eq(signal_it(&bench, process, 0), "VALUE_ERROR");
	ck_assert_str_eq(signal_it(&bench, process, 65), "VALUE_ERROR");
	ck_assert_str_eq(signal_it(&bench, process, 64), "DONE");
	ck_assert_str_eq(process_bench_effects(&bench), "signal 0 64");
	process_bench_exit(&bench, process, 0);
	ck_assert_str_eq(signal_it(&bench, process, PROCESS_SIGTERM), "NO");
	ck_assert_str_eq(stop_it(&bench, process, 5), "NO");
	ck_assert_str_eq(process_bench_effects(&bench), "");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(signal_while_it_starts_waits_until_it_runs)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_start(&bench, process);
	ck_assert_str_eq(signal_it(&bench, process, PROCESS_SIGKILL), "DONE");
	ck_assert_str_eq(signal_it(&bench, process, SIGUSR1_NUMBER), "DONE");
	fixture_turn(&bench.fixture, 1);
	ck_assert_str_eq(process_bench_effects(&bench), "spawn 0 sh -c true");
	process_has_started(bench.core, process, 1);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 0 9");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(stop_asks_and_kills_the_group_after_the_grace)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_run(&bench, process, 1);
	ck_assert_str_eq(stop_it(&bench, process, 100), "DONE");
	ck_assert_str_eq(process_bench_effects(&bench), "signal 0 15 group");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 99), 100);
	ck_assert_str_eq(process_bench_effects(&bench), "");
	fixture_turn(&bench.fixture, 100);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 0 9 group");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(stop_of_one_that_ends_in_time_kills_nobody)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_run(&bench, process, 1);
	stop_it(&bench, process, 100);
	process_bench_exit(&bench, process, -15);
	(void)process_bench_effects(&bench);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 200), UINT64_MAX);
	ck_assert_str_eq(process_bench_effects(&bench), "");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(stop_again_counts_if_its_grace_ends_earlier)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_run(&bench, process, 1);
	stop_it(&bench, process, 100);
	stop_it(&bench, process, 200);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 1), 100);
	stop_it(&bench, process, 9);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 1), 10);
	process_bench_fini(&bench);
}
END_TEST

START_TEST(stop_while_it_starts_has_it_asked_when_it_runs)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_start(&bench, process);
	stop_it(&bench, process, 100);
	fixture_turn(&bench.fixture, 1);
	(void)process_bench_effects(&bench);
	process_has_started(bench.core, process, 1);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 0 15 group");
	fixture_turn(&bench.fixture, 100);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 0 9 group");
	process_bench_fini(&bench);
}
END_TEST

/* -- who made it -------------------------------------------------------------------------------------------------- */

START_TEST(makers_end_stops_its_daemons_and_no_others)
{
	static const char *const command[] = { "sh", NULL };
	struct process_bench bench;
	struct process_options options = { .arguments = command };
	enum farewell farewell = _i ? FAREWELL_DEATH : FAREWELL_GOODBYE;

	process_bench_init(&bench);
	options.creator = bench.session;
	process_bench_run(&bench, process_bench_new(&bench, &options), 1);
	options.is_daemon = true;
	process_bench_run(&bench, process_bench_new(&bench, &options), 2);
	process_bench_new(&bench, &options);
	session_end(bench.core, bench.session, farewell);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 1 15 group");
	fixture_turn(&bench.fixture, process_grace_ns(bench.core));
	ck_assert_str_eq(process_bench_effects(&bench), "signal 1 9 group");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(makers_end_with_many_daemons_is_spread_over_turns)
{
	static const char *const command[] = { "sh", NULL };
	struct process_bench bench;
	struct process_options options = { .arguments = command, .is_daemon = true };

	process_bench_init(&bench);
	bench.fixture.limits.turn_steps = 2;
	options.creator = bench.session;
	for (unsigned i = 0; i < 3; i++)
		process_bench_run(&bench, process_bench_new(&bench, &options), i + 1);
	session_end(bench.core, bench.session, FAREWELL_DEATH);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 0 15 group, signal 1 15 group");
	fixture_turn(&bench.fixture, 1);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 2 15 group");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(stop_of_the_daemon_stops_all_and_starts_none)
{
	struct process_bench bench;
	struct process *running, *starting, *next;

	process_bench_init(&bench);
	running = process_bench_new(&bench, NULL);
	starting = process_bench_new(&bench, NULL);
	next = process_bench_new(&bench, NULL);
	process_bench_run(&bench, running, 1);
	process_bench_start(&bench, starting);
	process_stop_all(bench.core);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 0 15 group");
	ck_assert_str_eq(process_bench_start(&bench, next), "STOPPING");
	fixture_turn(&bench.fixture, 1);
	(void)process_bench_effects(&bench);
	process_has_started(bench.core, starting, 2);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 1 15 group");
	process_bench_fini(&bench);
}
END_TEST

START_TEST(destruction_kills_what_was_spawned_and_tells_who_waits)
{
	struct process_bench bench;
	struct process *running, *spawned, *starting;

	process_bench_init(&bench);
	running = process_bench_new(&bench, NULL);
	spawned = process_bench_new(&bench, NULL);
	starting = process_bench_new(&bench, NULL);
	process_bench_run(&bench, running, 1);
	process_start(bench.core, spawned, NULL);
	fixture_turn(&bench.fixture, 1);
	(void)process_bench_effects(&bench);
	process_bench_start(&bench, starting);
	process_bench_join(&bench, running, -1);
	object_destroy(bench.core, &running->object);
	object_destroy(bench.core, &spawned->object);
	object_destroy(bench.core, &starting->object);
	ck_assert_str_eq(process_bench_effects(&bench), "signal 0 9 group, signal 1 9 group");
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:REMOVED, 1:REMOVED");
	fixture_turn(&bench.fixture, 2);
	ck_assert_str_eq(process_bench_effects(&bench), "");
	process_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("process");
	TCase *cases = tcase_create("process");
	SRunner *runner;
	int failed;

	tcase_add_test(cases, start_is_asked_for_at_the_turns_end_and_answered_with_the_pid);
	tcase_add_test(cases, start_twice_is_refused_in_every_state);
	tcase_add_test(cases, start_that_fails_tells_all_who_wait_why);
	tcase_add_test(cases, start_of_many_is_spread_over_turns);
	tcase_add_test(cases, start_past_processes_max_is_refused_until_one_ends);
	tcase_add_test(cases, start_whose_caller_dies_goes_on);
	tcase_add_test(cases, new_joins_the_runtimes_words_and_the_arguments);
	tcase_add_test(cases, new_refuses_what_can_not_be);
	tcase_add_test(cases, new_without_memory_leaves_nothing);
	tcase_add_test(cases, join_before_start_is_refused);
	tcase_add_test(cases, join_is_answered_with_the_code_at_the_end_and_after_it);
	tcase_add_test(cases, join_of_one_that_nobody_refers_to_any_more_is_still_answered);
	tcase_add_test(cases, signal_is_refused_before_the_start_and_no_news_after_the_end);
	tcase_add_test(cases, signal_while_it_starts_waits_until_it_runs);
	tcase_add_test(cases, stop_asks_and_kills_the_group_after_the_grace);
	tcase_add_test(cases, stop_of_one_that_ends_in_time_kills_nobody);
	tcase_add_test(cases, stop_again_counts_if_its_grace_ends_earlier);
	tcase_add_test(cases, stop_while_it_starts_has_it_asked_when_it_runs);
	tcase_add_loop_test(cases, makers_end_stops_its_daemons_and_no_others, 0, 2);
	tcase_add_test(cases, makers_end_with_many_daemons_is_spread_over_turns);
	tcase_add_test(cases, stop_of_the_daemon_stops_all_and_starts_none);
	tcase_add_test(cases, destruction_kills_what_was_spawned_and_tells_who_waits);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
