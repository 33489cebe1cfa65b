/* The log: its forms, and that it loses lines rather than time. */
#include "config.h"

#include "daemon/io/log.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int ends[2]; /* what stderr is read from, and stderr */

/* Puts a descriptor in stderr's place. The test runs in a process of its own. */
static void
replace_stderr(int fd)
{
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
}

static const char *
read_lines(void)
{
	static char text[65536];
	ssize_t got = read(ends[0], text, sizeof text - 1);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

START_TEST(write_to_a_pipe_gives_time_level_and_text)
{
	struct log log;
	char level[16];
	int at = 0;

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	replace_stderr(ends[1]);
	log_init(&log, LOG_INFO);
	errno = 77;
	log_write(&log, LOG_WARNING, "something is so n=%d", 5);
	ck_assert_int_eq(errno, 77);
	log_write(&log, LOG_DEBUG, "not important enough");
	(void)sscanf(read_lines(), "%*4d-%*2d-%*2dT%*2d:%*2d:%*2d.%*3dZ %15s something is so n=5\n%n", level, &at);
	ck_assert_str_eq(level, "warning");
	ck_assert_int_gt(at, 0);
	ck_assert_str_eq(read_lines(), "");
	log_fini(&log);
}
END_TEST

START_TEST(write_of_control_characters_stays_one_line)
{
	const char *line;
	struct log log;

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	replace_stderr(ends[1]);
	log_init(&log, LOG_INFO);
	log_write(&log, LOG_INFO, "name=%s", "a\nb\033[2Jc\177");
	line = read_lines();
	ck_assert_ptr_nonnull(strstr(line, "name=a?b?[2Jc?\n"));
	log_fini(&log);
}
END_TEST

START_TEST(write_of_a_long_text_is_cut)
{
	struct log log;
	char text[3000];
	size_t size;

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	replace_stderr(ends[1]);
	log_init(&log, LOG_INFO);
	log_write(&log, LOG_INFO, "%s", text);
	size = strlen(read_lines());
	ck_assert_uint_eq(size, 1024);
	log_fini(&log);
}
END_TEST

START_TEST(write_to_the_journal_says_the_level_in_front)
{
	struct stat stat;
	struct log log;
	char stream[64];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	replace_stderr(ends[1]);
	ck_assert_int_eq(fstat(STDERR_FILENO, &stat), 0);
	(void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)stat.st_dev,
	    (unsigned long long)stat.st_ino);
	(void)setenv("JOURNAL_STREAM", stream, 1);
	log_init(&log, LOG_INFO);
	log_write(&log, LOG_ERROR, "broken");
	ck_assert_str_eq(read_lines(), "<3>broken\n");
	log_fini(&log);
	/* Inherited by a process whose stderr is something else. */
	(void)setenv("JOURNAL_STREAM", "1:1", 1);
	log_init(&log, LOG_INFO);
	log_write(&log, LOG_ERROR, "broken");
	ck_assert_ptr_nonnull(strstr(read_lines(), "Z error   broken\n"));
	log_fini(&log);
}
END_TEST

START_TEST(write_to_a_full_pipe_counts_what_it_loses_and_says_so_later)
{
	const char *lines;
	struct log log;
	int flags;

	ck_assert_int_eq(pipe(ends), 0);
	replace_stderr(ends[1]);
	log_init(&log, LOG_INFO);
	for (int i = 0; i < 5000; i++)
		log_write(&log, LOG_INFO, "line %d with some text to fill the pipe sooner", i);
	ck_assert_uint_gt(log.lost, 0);
	/* Whoever shares stderr finds it as it was. */
	flags = fcntl(STDERR_FILENO, F_GETFL);
	ck_assert_int_eq(flags & O_NONBLOCK, 0);
	(void)read_lines();
	log_write(&log, LOG_INFO, "there is room again");
	lines = read_lines();
	while (!strstr(lines, "room again"))
		lines = read_lines();
	ck_assert_ptr_nonnull(strstr(lines, "log lines were lost count="));
	ck_assert_uint_eq(log.lost, 0);
	log_fini(&log);
}
END_TEST

START_TEST(write_to_a_full_pipe_that_may_block_does_not_wait)
{
	/* As where /proc is not to be had. */
	struct log log = { .level = LOG_INFO };

	ck_assert_int_eq(pipe(ends), 0);
	log.fd = ends[1];
	for (int i = 0; i < 5000; i++)
		log_write(&log, LOG_INFO, "line %d with some text to fill the pipe sooner", i);
	ck_assert_uint_gt(log.lost, 0);
}
END_TEST

START_TEST(write_where_nothing_can_be_written_is_counted)
{
	struct log log;

	if (_i == 0) {
		int full = open("/dev/full", O_WRONLY);

		ck_assert_int_ge(full, 0);
		replace_stderr(full);
	} else {
		(void)close(STDERR_FILENO);
	}
	log_init(&log, LOG_INFO);
	log_write(&log, LOG_INFO, "nobody will see this");
	ck_assert_uint_eq(log.lost, 1);
	log_fini(&log);
}
END_TEST

START_TEST(level_parse_knows_each_name_and_no_other)
{
	enum log_level level = LOG_ERROR;

	ck_assert(log_level_parse("debug", &level) && level == LOG_DEBUG);
	ck_assert(log_level_parse("warning", &level) && level == LOG_WARNING);
	ck_assert(!log_level_parse("", &level) && !log_level_parse("DEBUG", &level));
	ck_assert_int_eq(level, LOG_WARNING);
	ck_assert_str_eq(log_level_name(LOG_INFO), "info");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = tcase_create("log");
	SRunner *runner = srunner_create(suite);
	int failed;

	/* Each in a process of its own, also under CK_FORK=no: they give stderr away. */
	srunner_set_fork_status(runner, CK_FORK);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, write_to_a_pipe_gives_time_level_and_text);
	tcase_add_test(tcase, write_of_control_characters_stays_one_line);
	tcase_add_test(tcase, write_of_a_long_text_is_cut);
	tcase_add_test(tcase, write_to_the_journal_says_the_level_in_front);
	tcase_add_test(tcase, write_to_a_full_pipe_counts_what_it_loses_and_says_so_later);
	tcase_add_test(tcase, write_to_a_full_pipe_that_may_block_does_not_wait);
	tcase_add_loop_test(tcase, write_where_nothing_can_be_written_is_counted, 0, 2);
	tcase_add_test(tcase, level_parse_knows_each_name_and_no_other);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
