/* The bench's drive, against the real echo as a child process. */
#include "config.h"

#include "tests/bench/drive.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	char path[128];
	pid_t echo;
	struct options options;
	struct drive_result *result;
};

static void
run_echo(const char *path, int ready_fd)
{
	dup2(ready_fd, STDOUT_FILENO);
	execl("tests/bench/concur-bench-echo", "concur-bench-echo", path, (char *)NULL);
	_exit(127);
}

static void
set_up(struct fixture *fixture)
{
	char ready[6];
	int ends[2];

	strcpy(fixture->folder, "/tmp/concur-bench-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fixture->folder));
	snprintf(fixture->path, sizeof fixture->path, "%s/echo", fixture->folder);
	ck_assert_int_eq(pipe(ends), 0);
	fixture->echo = fork();
	if (fixture->echo == 0)
		run_echo(fixture->path, ends[1]);
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], ready, sizeof ready), sizeof ready);
	close(ends[0]);
	fixture->result = calloc(1, sizeof *fixture->result);
	fixture->options = (struct options){ .peer = "echo",
		.work = "echo",
		.socket_path = fixture->path,
		.connections = 1,
		.depth = 1,
		.size = 64,
		.keys = 1,
		.server_pid = fixture->echo };
}

static void
tear_down(struct fixture *fixture)
{
	kill(fixture->echo, SIGKILL);
	waitpid(fixture->echo, NULL, 0);
	unlink(fixture->path);
	rmdir(fixture->folder);
	free(fixture->result);
}

START_TEST(measure_of_a_count_does_exactly_so_many)
{
	static const struct {
		uint64_t connections, depth, size, count;
	} cases[] = {
		{ 1, 1, 1, 1 },
		{ 1, 1, 64, 500 },
		{ 7, 3, 64, 1001 },
		{ 3, 64, 5000, 2000 },
		{ 5, 2, 64, 3 },
	};
	struct fixture fixture;

	set_up(&fixture);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		fixture.options.connections = cases[i].connections;
		fixture.options.depth = cases[i].depth;
		fixture.options.size = cases[i].size;
		fixture.options.count = cases[i].count;
		ck_assert_int_eq(drive_measure(&fixture.options, fixture.result), 0);
		ck_assert_uint_eq(fixture.result->operations, cases[i].count);
		ck_assert_uint_eq(fixture.result->latency.total, cases[i].count);
		ck_assert_uint_eq(fixture.result->errors, 0);
		ck_assert_uint_gt(fixture.result->elapsed_ns, 0);
		ck_assert_uint_gt(fixture.result->after.resident_bytes, 0);
	}
	tear_down(&fixture);
}
END_TEST

START_TEST(measure_of_a_time_ends_with_all_answered)
{
	struct fixture fixture;

	set_up(&fixture);
	fixture.options.connections = 4;
	fixture.options.depth = 8;
	fixture.options.seconds = 0.02;
	fixture.options.warmup_seconds = 0.01;
	ck_assert_int_eq(drive_measure(&fixture.options, fixture.result), 0);
	ck_assert_uint_gt(fixture.result->operations, 0);
	ck_assert_uint_eq(fixture.result->operations, fixture.result->latency.total);
	tear_down(&fixture);
}
END_TEST

START_TEST(measure_with_a_ping_counts_it_apart)
{
	struct fixture fixture;

	set_up(&fixture);
	fixture.options.count = 200;
	fixture.options.ping = true;
	fixture.options.linger_seconds = 0.01;
	ck_assert_int_eq(drive_measure(&fixture.options, fixture.result), 0);
	ck_assert_uint_eq(fixture.result->operations, 200);
	ck_assert_uint_eq(fixture.result->latency.total, 200);
	ck_assert_uint_gt(fixture.result->ping.total, 0);
	ck_assert_uint_eq(fixture.result->ping_cpu.total, fixture.result->ping.total);
	ck_assert_uint_gt(fixture.result->ping_cpu.max_ns, 0);
	tear_down(&fixture);
}
END_TEST

START_TEST(measure_without_a_server_fails)
{
	struct fixture fixture;

	set_up(&fixture);
	fixture.options.socket_path = fixture.folder;
	fixture.options.count = 1;
	ck_assert_int_lt(drive_measure(&fixture.options, fixture.result), 0);
	fixture.options.socket_path = fixture.path;
	fixture.options.work = "nothing";
	ck_assert_int_lt(drive_measure(&fixture.options, fixture.result), 0);
	tear_down(&fixture);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		measure_of_a_count_does_exactly_so_many,
		measure_of_a_time_ends_with_all_answered,
		measure_with_a_ping_counts_it_apart,
		measure_without_a_server_fails,
		NULL,
	};

	return unit_run("bench_drive", tests);
}
