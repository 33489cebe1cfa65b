/* Processes that the daemon starts: with what they begin, what is told of their output and of their end, and that
 * nothing of them stays. This program is its own worker: with arguments it is what a test has started. */
#include "config.h"

#include "tests/system/io_fixture.h"

#include "daemon/io/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NUMBER = 7, /* of the process that a test starts */
	DIARY = 64 * 1024,
	TASK = 1234,
	FEW_FILES = 100,
	LINE = SERVER_LINE_MAX,
	FRAMES = 50,
};

/* What was told of it. */
struct seen {
	char diary[DIARY]; /* "out:LINE\n" and "err:LINE\n" */
	pid_t pid;
	bool has_failed;
	bool has_ended;
	int code;
	int error;
	char sentence[512];
	size_t lines;
	uint64_t words[2]; /* of the page at its end */
	int verdict;       /* of a recall; -1: none yet */
	uint64_t frames;   /* of its connection when its end was told */
	uint64_t ends;     /* the same for connections that had ended */
};

static struct io_fixture io;
static struct seen seen;

/* -- the worker --------------------------------------------------------------------------------------------------- */

/* "begin": begins the task in slot 0, says so, and waits to be killed. "done" carries it out, and ends. */
static int
work(const char *what)
{
	int fd = atoi(getenv("CONCUR_PAGE"));
	struct page *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		return 1;
	if (strcmp(what, "shrink") == 0)
		return ftruncate(fd, 0) == 0;
	while (page_read(page, 1) == 0)
		usleep(100);
	if (!page_begin(page, 0, TASK))
		return 2;
	if (strcmp(what, "done") == 0)
		page_done(page, 0, TASK);
	else
		raise(SIGKILL);
	return 0;
}

/* Connects to the daemon, sends frames, and is gone without a word. */
static int
speak(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	uint8_t frame[64];
	size_t size = io_frame(frame, IO_SILENT, 1, 16, 'e');

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", getenv("CONCUR_URL") + strlen("unix:"));
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		return 1;
	(void)puts("connected");
	(void)fflush(stdout);
	for (char byte; read(fd, &byte, 1) != 1;)
		;
	for (int i = 0; i < FRAMES; i++) {
		if (write(fd, frame, size) != (ssize_t)size)
			return 1;
	}
	raise(SIGKILL);
	return 1;
}

/* -- the test ----------------------------------------------------------------------------------------------------- */

static void
write_down(const char *stream, const struct server_input *input)
{
	size_t used = strlen(seen.diary);

	seen.lines++;
	(void)snprintf(seen.diary + used, DIARY - used, "%s:%.*s\n", stream, (int)input->size,
	    (const char *)input->bytes);
}

static void
on_process(void *arg, const struct server_input *input)
{
	(void)arg;
	ck_assert_uint_eq(input->process, NUMBER);
	ck_assert(!seen.has_ended && !seen.has_failed);
	ck_assert(seen.pid || input->kind == SERVER_SPAWNED || input->kind == SERVER_SPAWN_FAILED);
	switch (input->kind) {
	case SERVER_SPAWNED:
		ck_assert(seen.pid == 0);
		seen.pid = (pid_t)input->pid;
		break;
	case SERVER_SPAWN_FAILED:
		seen.has_failed = true;
		seen.error = input->error;
		(void)snprintf(seen.sentence, sizeof seen.sentence, "%s", input->sentence);
		break;
	case SERVER_OUTPUT:
		ck_assert_uint_le(input->size, SERVER_LINE_MAX);
		write_down(input->is_error ? "err" : "out", input);
		break;
	case SERVER_RECALLED:
		ck_assert_uint_eq(input->task, TASK);
		seen.verdict = (int)input->verdict;
		break;
	default:
		seen.has_ended = true;
		seen.code = input->end->code;
		seen.frames = io_seen(&io)->frames;
		seen.ends = io_seen(&io)->ends;
		if (input->end->page)
			memcpy(seen.words, input->end->page, sizeof seen.words);
		break;
	}
}

static void
setup(void)
{
	memset(&seen, 0, sizeof seen);
	seen.verdict = -1;
	io_setup(&io);
	io_start(&io);
	io_server_on_process(io.loop->server, on_process, NULL);
	/* Whom a process leaves behind becomes a child of ours. */
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

static void
teardown(void)
{
	io_stop(&io);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}

static void
start(const struct process_spec *spec)
{
	children_spawn(&io.loop->children, NUMBER, spec);
	while (!seen.pid && !seen.has_failed)
		loop_turn(io.loop);
}

static void
start_shell(const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	start(&(struct process_spec){ .argv = argv });
	ck_assert_msg(seen.pid > 0, "%s", seen.sentence);
}

static void
start_worker(const char *what)
{
	const char *const argv[] = { "/proc/self/exe", what, NULL };

	start(&(struct process_spec){ .argv = argv, .page = true });
	ck_assert_msg(seen.pid > 0, "%s", seen.sentence);
}

static void
turn_until_ended(void)
{
	while (!seen.has_ended)
		loop_turn(io.loop);
}

static void
turn_until_lines(size_t lines)
{
	while (seen.lines < lines && !seen.has_ended)
		loop_turn(io.loop);
}

/* What a script writes. */
static const char *
output_of(const char *script)
{
	start_shell(script);
	turn_until_ended();
	return seen.diary;
}

static void
signal_it(int signal, bool group)
{
	children_signal(&io.loop->children, NUMBER, signal, group);
}

START_TEST(exit_tells_code_after_all_output)
{
	ck_assert_str_eq(output_of("echo one; echo two; exit 3"), "out:one\nout:two\n");
	ck_assert_int_eq(seen.code, 3);
}
END_TEST

START_TEST(exit_by_signal_tells_its_negative_number)
{
	ck_assert_str_eq(output_of("echo mine >&2; kill -9 $$"), "err:mine\n");
	ck_assert_int_eq(seen.code, -SIGKILL);
}
END_TEST

START_TEST(start_of_a_missing_command_fails_with_a_sentence_that_names_it)
{
	const char *const argv[] = { "/no/such/command", NULL };

	start(&(struct process_spec){ .argv = argv });
	ck_assert(seen.has_failed);
	ck_assert_int_eq(seen.error, ENOENT);
	ck_assert_str_eq(seen.sentence, "/no/such/command: No such file or directory");
}
END_TEST

START_TEST(start_in_a_missing_directory_fails_with_a_sentence_that_names_it)
{
	const char *const argv[] = { "true", NULL };

	start(&(struct process_spec){ .argv = argv, .directory = "/no/such/place" });
	ck_assert(seen.has_failed);
	ck_assert_str_eq(seen.sentence, "/no/such/place: No such file or directory");
}
END_TEST

START_TEST(start_in_a_directory_is_there)
{
	const char *const argv[] = { "pwd", NULL };

	start(&(struct process_spec){ .argv = argv, .directory = "/usr" });
	turn_until_ended();
	ck_assert_str_eq(seen.diary, "out:/usr\n");
}
END_TEST

/* ls itself has one more, for the directory. */
START_TEST(start_passes_no_descriptor_but_the_standard_ones)
{
	int fd = open("/dev/null", O_RDONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_str_eq(output_of("exec ls /proc/self/fd"), "out:0\nout:1\nout:2\nout:3\n");
	(void)close(fd);
}
END_TEST

START_TEST(start_with_a_page_passes_its_descriptor_too)
{
	const char *const argv[] = { "sh", "-c",
		"ls -l /proc/self/fd/ | grep -c memfd:concur-page; exec ls /proc/self/fd", NULL };

	start(&(struct process_spec){ .argv = argv, .page = true });
	turn_until_ended();
	ck_assert_str_eq(seen.diary, "out:1\nout:0\nout:1\nout:2\nout:3\nout:4\n");
}
END_TEST

/* 32 and 33 are the C library's own: it lets nobody set them, and whoever ignores them hands that on. */
START_TEST(start_leaves_no_signal_blocked_or_ignored)
{
	const unsigned long long own = 3ULL << 31;
	unsigned long long blocked, ignored;

	output_of("exec grep -E 'Sig(Blk|Ign)' /proc/self/status");
	ck_assert_int_eq(sscanf(seen.diary, "out:SigBlk: %llx out:SigIgn: %llx", &blocked, &ignored), 2);
	ck_assert_uint_eq(blocked, 0);
	ck_assert_uint_eq(ignored & ~own, 0);
}
END_TEST

START_TEST(start_gives_an_empty_stdin_and_a_group_of_its_own)
{
	ck_assert_str_eq(output_of("cat; [ $(ps -o pgid= $$) = $$ ] && echo leader"), "out:leader\n");
}
END_TEST

START_TEST(start_gives_the_environment_its_address_and_number)
{
	const char *const argv[] = { "sh", "-c", "echo $A $B; echo $CONCUR_PROCESS $CONCUR_URL ${NOTIFY_SOCKET-none}",
		NULL };
	const char *const environment[] = { "B=two words", NULL };
	char expected[256];

	ck_assert_int_eq(setenv("A", "one", 1), 0);
	ck_assert_int_eq(setenv("B", "replaced", 1), 0);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", "/not/for/it", 1), 0);
	start(&(struct process_spec){ .argv = argv, .environment = environment });
	turn_until_ended();
	(void)snprintf(expected, sizeof expected, "out:one two words\nout:%d %s none\n", NUMBER, io.url);
	ck_assert_str_eq(seen.diary, expected);
}
END_TEST

START_TEST(start_gives_back_the_limit_of_open_files)
{
	io.loop->children.files_soft = FEW_FILES;
	ck_assert_str_eq(output_of("ulimit -n"), "out:100\n");
}
END_TEST

START_TEST(start_leaves_the_daemon_with_as_many_descriptors_as_before)
{
	int before = dup(0), after;

	(void)close(before);
	output_of("exit 0");
	after = dup(0);
	(void)close(after);
	ck_assert_int_eq(after, before);
}
END_TEST

START_TEST(output_without_newline_and_empty_lines_is_told)
{
	ck_assert_str_eq(output_of("printf '\\na\\n\\nrest'"), "out:\nout:a\nout:\nout:rest\n");
}
END_TEST

/* One of exactly the largest size, and one that is longer by one. */
START_TEST(output_of_a_long_line_comes_in_pieces)
{
	ck_assert_uint_eq(strlen(output_of("head -c 4096 /dev/zero | tr '\\0' x; echo; head -c 4097 /dev/zero | tr "
					   "'\\0' y; echo")),
	    LINE + LINE + 1 + 3 * strlen("out:\n"));
	ck_assert_uint_eq(seen.lines, 3);
	ck_assert_str_eq(seen.diary + 2 * (LINE + strlen("out:\n")), "out:y\n");
}
END_TEST

START_TEST(output_without_end_holds_nobody_up)
{
	uint8_t frame[64];
	size_t size = io_frame(frame, IO_ECHO, 1, 16, 'e');
	uint64_t turns;
	int fd;

	start_shell("exec yes");
	fd = io_connect_seen(&io);
	turn_until_lines(1000);
	turns = io_seen(&io)->turns;
	io_send(fd, frame, size);
	io_turn_until_frames(&io, 1);
	ck_assert_uint_le(io_seen(&io)->turns - turns, 3);
	io_receive(fd, frame, size);
	(void)close(fd);
	signal_it(SIGKILL, false);
	turn_until_ended();
	ck_assert_int_eq(seen.code, -SIGKILL);
}
END_TEST

START_TEST(exit_is_told_after_the_frames_and_the_end_of_its_connection)
{
	const char *const argv[] = { "/proc/self/exe", "speak", NULL };
	struct conn *conn;

	start(&(struct process_spec){ .argv = argv });
	turn_until_lines(1);
	while (io_seen(&io)->opens == 0)
		loop_turn(io.loop);
	/* It is watched: now it may go on. */
	conn = LINK_ENTRY(io.loop->conns.next, struct conn, all);
	ck_assert_int_eq((int)write(conn->fd, "g", 1), 1);
	turn_until_ended();
	ck_assert_uint_eq(seen.frames, FRAMES);
	ck_assert_uint_eq(seen.ends, 1);
}
END_TEST

START_TEST(signal_reaches_the_process_alone_or_its_group)
{
	start_shell("trap 'echo got' TERM; echo ready; while :; do sleep 0.01; done");
	turn_until_lines(1);
	signal_it(SIGTERM, false);
	turn_until_lines(2);
	ck_assert_str_eq(seen.diary, "out:ready\nout:got\n");
	signal_it(SIGKILL, true);
	turn_until_ended();
	ck_assert_int_eq(seen.code, -SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}
END_TEST

/* The leader ends at once by SIGTERM, the one it leaves behind ignores that. */
START_TEST(signal_to_the_group_ends_those_who_outlive_their_leader)
{
	pid_t left;
	int status;

	start_shell("(trap '' TERM; echo $$; exec sleep 1000) & read never; wait");
	turn_until_lines(1);
	signal_it(SIGTERM, true);
	turn_until_ended();
	ck_assert_int_eq(seen.code, -SIGTERM);
	left = waitpid(-1, &status, 0);
	ck_assert_int_gt(left, 0);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
END_TEST

START_TEST(end_of_the_loop_kills_what_runs)
{
	start_shell("trap '' TERM; echo ready; while :; do sleep 1000; done");
	turn_until_lines(1);
	loop_free(io.loop);
	ck_assert_int_eq(kill(seen.pid, 0), -1);
	ck_assert_int_eq(errno, ESRCH);
	while (waitpid(-1, NULL, 0) > 0)
		;
	io_start(&io);
}
END_TEST

/* The children get their grace; the loop waits for them, and does not spin meanwhile. */
START_TEST(stop_waits_for_children)
{
	uint64_t turns;

	start_shell("trap 'sleep 0.3; echo late; exit 4' TERM; echo ready; while :; do sleep 0.01; done");
	turn_until_lines(1);
	signal_it(SIGTERM, false);
	loop_stop(io.loop, "test");
	turns = io_seen(&io)->turns;
	loop_run(io.loop);
	ck_assert(seen.has_ended);
	ck_assert_int_eq(seen.code, 4);
	ck_assert_uint_le(io_seen(&io)->turns - turns, 10);
}
END_TEST

START_TEST(page_of_one_that_died_at_a_task_says_started)
{
	start_worker("begin");
	children_page_put(&io.loop->children, NUMBER, 0, TASK);
	children_page_put(&io.loop->children, NUMBER, 1, TASK + 1);
	turn_until_ended();
	ck_assert_int_eq(seen.code, -SIGKILL);
	ck_assert_uint_eq(seen.words[0], page_word(TASK, PAGE_STARTED));
	ck_assert_uint_eq(seen.words[1], page_word(TASK + 1, PAGE_QUEUED));
}
END_TEST

START_TEST(page_of_one_that_was_done_says_so)
{
	start_worker("done");
	children_page_put(&io.loop->children, NUMBER, 0, TASK);
	children_page_put(&io.loop->children, NUMBER, 1, TASK + 1);
	turn_until_ended();
	ck_assert_int_eq(seen.code, 0);
	ck_assert_uint_eq(seen.words[0], page_word(TASK, PAGE_DONE));
}
END_TEST

START_TEST(recall_before_it_begins_has_it_passed_over)
{
	start_worker("begin");
	children_page_put(&io.loop->children, NUMBER, 0, TASK);
	children_page_recall(&io.loop->children, NUMBER, 0, TASK);
	ck_assert_int_eq(seen.verdict, -1);
	while (seen.verdict < 0)
		loop_turn(io.loop);
	ck_assert_int_eq(seen.verdict, PAGE_RECALLED);
	children_page_put(&io.loop->children, NUMBER, 1, TASK + 1);
	turn_until_ended();
	ck_assert_int_eq(seen.code, 2);
	ck_assert_uint_eq(seen.words[0], page_word(TASK, PAGE_RECALLED));
}
END_TEST

START_TEST(page_can_not_be_made_smaller_by_the_process)
{
	start_worker("shrink");
	turn_until_ended();
	ck_assert_int_eq(seen.code, 0);
	children_page_put(&io.loop->children, NUMBER, 0, TASK);
}
END_TEST

int
main(int argc, char **argv)
{
	TCase *cases;

	if (argc > 1)
		return strcmp(argv[1], "speak") == 0 ? speak() : work(argv[1]);
	cases = tcase_create("process");
	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, exit_tells_code_after_all_output);
	tcase_add_test(cases, exit_by_signal_tells_its_negative_number);
	tcase_add_test(cases, start_of_a_missing_command_fails_with_a_sentence_that_names_it);
	tcase_add_test(cases, start_in_a_missing_directory_fails_with_a_sentence_that_names_it);
	tcase_add_test(cases, start_in_a_directory_is_there);
	tcase_add_test(cases, start_passes_no_descriptor_but_the_standard_ones);
	tcase_add_test(cases, start_with_a_page_passes_its_descriptor_too);
	tcase_add_test(cases, start_leaves_no_signal_blocked_or_ignored);
	tcase_add_test(cases, start_gives_an_empty_stdin_and_a_group_of_its_own);
	tcase_add_test(cases, start_gives_the_environment_its_address_and_number);
	tcase_add_test(cases, start_gives_back_the_limit_of_open_files);
	tcase_add_test(cases, start_leaves_the_daemon_with_as_many_descriptors_as_before);
	tcase_add_test(cases, output_without_newline_and_empty_lines_is_told);
	tcase_add_test(cases, output_of_a_long_line_comes_in_pieces);
	tcase_add_test(cases, output_without_end_holds_nobody_up);
	tcase_add_test(cases, exit_is_told_after_the_frames_and_the_end_of_its_connection);
	tcase_add_test(cases, signal_reaches_the_process_alone_or_its_group);
	tcase_add_test(cases, signal_to_the_group_ends_those_who_outlive_their_leader);
	tcase_add_test(cases, end_of_the_loop_kills_what_runs);
	tcase_add_test(cases, stop_waits_for_children);
	tcase_add_test(cases, page_of_one_that_died_at_a_task_says_started);
	tcase_add_test(cases, page_of_one_that_was_done_says_so);
	tcase_add_test(cases, recall_before_it_begins_has_it_passed_over);
	tcase_add_test(cases, page_can_not_be_made_smaller_by_the_process);
	return io_run(cases);
}
