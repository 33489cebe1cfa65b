/* Every call of the client library on processes against a daemon: their lives, and what is told of them. */
#include "tests/system/client.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static concur_process *
new_shell(concur_session *session, const char *script)
{
	const char *const words[] = { "sh", "-c", script, NULL };
	const struct concur_process_options how = { .words = words };
	concur_process *process;

	ck_ok(concur_process_new(session, NULL, &how, &process));
	return process;
}

static concur_process *
start_shell(concur_session *session, const char *script)
{
	concur_process *process = new_shell(session, script);

	ck_ok(concur_process_start(process, NULL));
	return process;
}

static int64_t
join(concur_process *process)
{
	int64_t code;

	ck_ok(concur_process_join(process, CONCUR_FOREVER, &code));
	return code;
}

/* Until it has written so many lines. */
static void
await_lines(concur_process *process, uint64_t lines)
{
	struct concur_process_state state = { .lines = 0 };

	while (state.lines < lines) {
		ck_ok(concur_process_await_output(process, state.lines, CONCUR_FOREVER));
		ck_ok(concur_process_state(process, &state));
	}
}

START_TEST(start_and_join_tell_pid_and_exit_code)
{
	concur_session *session = client_session();
	concur_process *process = new_shell(session, "read x; exit 7");
	struct concur_process_state state;
	int64_t pid, code;

	ck_status(concur_process_join(process, 0, &code), CONCUR_NOT_STARTED);
	ck_status(concur_process_signal(process, SIGTERM, false), CONCUR_NOT_STARTED);
	ck_ok(concur_process_state(process, &state));
	ck_assert_int_eq(state.phase, CONCUR_PROCESS_NEW);
	ck_ok(concur_process_start(process, &pid));
	ck_assert_int_gt(pid, 0);
	ck_status(concur_process_start(process, &pid), CONCUR_ALREADY_STARTED);
	ck_assert_int_eq(join(process), 7);
	ck_assert_int_eq(join(process), 7);
	ck_ok(concur_process_state(process, &state));
	ck_assert_int_eq(state.phase, CONCUR_PROCESS_EXITED);
	ck_assert_int_eq(state.code, 7);
	ck_assert_int_eq((int64_t)state.pid, pid);
	ck_assert_uint_gt(state.memory_bytes, 0);
	ck_status(concur_process_kill(process), CONCUR_NO);
	ck_status(concur_process_stop(process, 0), CONCUR_NO);
	/* It was reaped. */
	ck_assert_int_eq(kill((pid_t)pid, 0), -1);
	ck_assert_int_eq(errno, ESRCH);
	concur_free(process);
	concur_close(session);
}
END_TEST

START_TEST(signals_end_it_with_their_negative_number)
{
	concur_session *session = client_session();
	concur_process *process = start_shell(session, "exec sleep 1000");
	int64_t code;

	ck_status(concur_process_join(process, 1, &code), CONCUR_TIMED_OUT);
	ck_status(concur_process_signal(process, 65, false), CONCUR_VALUE_ERROR);
	ck_ok(concur_process_terminate(process));
	ck_assert_int_eq(join(process), -SIGTERM);
	concur_free(process);
	process = start_shell(session, "exec sleep 1000");
	ck_ok(concur_process_signal(process, SIGSTOP, false));
	ck_ok(concur_process_kill(process));
	ck_assert_int_eq(join(process), -SIGKILL);
	concur_free(process);
	concur_close(session);
}
END_TEST

START_TEST(start_of_a_missing_command_says_what_is_missing)
{
	const char *const words[] = { "/no/such/command", NULL };
	const struct concur_process_options how = { .words = words };
	concur_session *session = client_session();
	struct concur_process_state state;
	concur_process *process;
	int64_t number;

	ck_ok(concur_process_new(session, "missing", &how, &process));
	ck_status(concur_process_start(process, &number), CONCUR_START_FAILED);
	ck_assert_ptr_nonnull(strstr(concur_message(), "/no/such/command: No such file or directory"));
	ck_status(concur_process_join(process, CONCUR_FOREVER, &number), CONCUR_START_FAILED);
	ck_ok(concur_process_state(process, &state));
	ck_assert_int_eq(state.phase, CONCUR_PROCESS_FAILED);
	ck_assert_int_eq(state.error, ENOENT);
	ck_assert_str_eq(state.sentence, "/no/such/command: No such file or directory");
	concur_free(process);
	concur_close(session);
}
END_TEST

START_TEST(stop_kills_one_that_ignores_the_question_after_the_grace)
{
	concur_session *session = client_session();
	concur_process *process =
	    start_shell(session, "trap '' TERM; echo ready; while :; do read x; sleep 1000; done");

	await_lines(process, 1);
	ck_ok(concur_process_stop(process, CONCUR_SECOND / 20));
	ck_assert_int_eq(join(process), -SIGKILL);
	concur_free(process);
	process = start_shell(session, "trap 'exit 4' TERM; echo ready; while :; do sleep 0.01; done");
	await_lines(process, 1);
	ck_ok(concur_process_stop(process, 0));
	ck_assert_int_eq(join(process), 4);
	concur_free(process);
	concur_close(session);
}
END_TEST

START_TEST(new_with_environment_and_directory_has_them)
{
	const char *const words[] = { "sh", "-c", "echo $A; pwd", NULL }, *const environment[] = { "A=b c", NULL };
	const struct concur_process_options how = { .words = words, .environment = environment, .directory = "/usr" };
	concur_session *session = client_session();
	struct concur_output output;
	concur_process *process;

	ck_ok(concur_process_new(session, NULL, &how, &process));
	ck_ok(concur_process_start(process, NULL));
	join(process);
	ck_ok(concur_process_output(process, 0, 0, &output));
	ck_assert_uint_eq(output.count, 2);
	ck_assert_str_eq(output.items[0].text, "b c");
	ck_assert_str_eq(output.items[1].text, "/usr");
	concur_output_free(&output);
	concur_free(process);
	concur_close(session);
}
END_TEST

START_TEST(new_refuses_what_can_not_be)
{
	const char *const words[] = { "true", NULL }, *const wrong[] = { "novalue", NULL };
	struct concur_process_options how = { .words = words };
	concur_session *session = client_session();
	concur_process *process, *again;

	ck_status(concur_process_new(session, NULL, NULL, &process), CONCUR_VALUE_ERROR);
	how.lifetime = CONCUR_LIFETIME_SESSION;
	ck_status(concur_process_new(session, NULL, &how, &process), CONCUR_VALUE_ERROR);
	how.lifetime = CONCUR_LIFETIME_DEFAULT;
	how.environment = wrong;
	ck_status(concur_process_new(session, NULL, &how, &process), CONCUR_VALUE_ERROR);
	how.environment = NULL;
	how.runtime = "none";
	ck_status(concur_process_new(session, NULL, &how, &process), CONCUR_NOT_FOUND);
	how.runtime = NULL;
	ck_ok(concur_process_new(session, "name", &how, &process));
	ck_status(concur_process_new(session, "name", &how, &again), CONCUR_ALREADY_THERE);
	ck_ok(concur_process_open(session, "name", NULL, &again));
	ck_status(concur_process_open(session, "other", NULL, &again), CONCUR_NOT_FOUND);
	concur_close(session);
	concur_free(process);
	concur_free(again);
}
END_TEST

START_TEST(output_is_read_by_pages_and_awaited)
{
	concur_session *session = client_session();
	concur_process *process = start_shell(session, "echo one; echo two; echo three; kill -STOP $$");
	struct concur_output output;

	await_lines(process, 3);
	ck_ok(concur_process_output(process, 1, 1, &output));
	ck_assert_uint_eq(output.count, 1);
	ck_assert_str_eq(output.items[0].text, "two");
	ck_assert_uint_eq(output.items[0].number, 1);
	ck_assert(!output.items[0].is_error);
	ck_assert_uint_eq(output.cursor, 2);
	concur_output_free(&output);
	ck_ok(concur_process_output(process, 3, 0, &output));
	ck_assert_uint_eq(output.count, 0);
	ck_assert_uint_eq(output.cursor, 3);
	concur_output_free(&output);
	ck_status(concur_process_await_output(process, 3, 0), CONCUR_TIMED_OUT);
	ck_ok(concur_process_kill(process));
	join(process);
	ck_status(concur_process_await_output(process, 3, CONCUR_FOREVER), CONCUR_END_OF_FILE);
	ck_ok(concur_process_await_output(process, 2, 0));
	concur_free(process);
	concur_close(session);
}
END_TEST

/* A million lines: the daemon answers meanwhile, and keeps the last of them. */
START_TEST(output_without_end_is_kept_in_bounds_and_holds_nobody_up)
{
	concur_session *session = client_session();
	concur_process *process = start_shell(session, "exec yes");
	struct concur_manager manager;
	struct concur_process_state state;

	await_lines(process, 10000);
	do {
		ck_ok(concur_process_state(process, &state));
		ck_assert_int_eq(state.phase, CONCUR_PROCESS_RUNNING);
	} while (state.lines < 1000000);
	ck_ok(concur_manager_info(session, &manager));
	ck_assert_uint_lt(manager.bytes, 256 * 1024);
	ck_ok(concur_process_kill(process));
	ck_assert_int_eq(join(process), -SIGKILL);
	concur_free(process);
	concur_close(session);
}
END_TEST

START_TEST(process_that_uses_the_daemon_finds_it)
{
	concur_session *session = client_session();
	concur_process *process;
	char program[512];
	const char *const words[] = { program, "dict", "shared", "set", "who", "child", NULL };
	const struct concur_process_options how = { .words = words };
	struct concur_value value;
	concur_dict *dict;

	(void)snprintf(program, sizeof program, "%s/concur", getenv("CONCUR_TEST_BUILDDIR"));
	ck_ok(concur_process_new(session, NULL, &how, &process));
	ck_ok(concur_process_start(process, NULL));
	ck_assert_int_eq(join(process), 0);
	ck_ok(concur_dict_open(session, "shared", NULL, &dict));
	ck_ok(concur_dict_get(dict, CV("who"), &value));
	ck_assert_str_eq(value.bytes, "child");
	concur_value_free(&value);
	concur_free(dict);
	concur_free(process);
	concur_close(session);
}
END_TEST

START_TEST(object_that_nobody_refers_to_leaves_its_process_running)
{
	concur_session *session = client_session();
	concur_process *process = start_shell(session, "exec sleep 1000");
	struct concur_process_state state;
	uint64_t id = concur_object_id(CONCUR_OBJECT(process));
	concur_object *object;

	concur_free(process);
	ck_ok(concur_object_ref(session, id, &object));
	process = concur_object_process(object);
	ck_ok(concur_process_state(process, &state));
	ck_assert_int_eq(state.phase, CONCUR_PROCESS_RUNNING);
	ck_ok(concur_process_kill(process));
	join(process);
	concur_free(process);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		start_and_join_tell_pid_and_exit_code,
		signals_end_it_with_their_negative_number,
		start_of_a_missing_command_says_what_is_missing,
		stop_kills_one_that_ignores_the_question_after_the_grace,
		new_with_environment_and_directory_has_them,
		new_refuses_what_can_not_be,
		output_is_read_by_pages_and_awaited,
		output_without_end_is_kept_in_bounds_and_holds_nobody_up,
		process_that_uses_the_daemon_finds_it,
		object_that_nobody_refers_to_leaves_its_process_running,
		NULL,
	};

	return unit_run("client_process", tests);
}
