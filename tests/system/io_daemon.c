/* concurd as a process: its start, its exit status, what it tells to whom, and its end. */
#include "config.h"

#include "tests/system/io_fixture.h"

#include "lib/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	READY_FD = 10, /* in the daemon */
	PARENT_FD = 11,
	ARGS_MAX = 16,
};

static struct io_fixture io;
static int ready_fd;  /* the test's end of --ready-fd */
static int output_fd; /* the test's end of the daemon's stdout and stderr */

static void
setup(void)
{
	io_setup(&io);
	ready_fd = output_fd = -1;
}

static void
teardown(void)
{
	(void)unlink(io.path);
	(void)rmdir(io.directory);
	(void)close(ready_fd);
	(void)close(output_fd);
}

/* In the child: puts a descriptor at a number. */
static void
place(int fd, int number)
{
	if (fd >= 0 && dup2(fd, number) < 0)
		_exit(99);
}

/* Starts the daemon on the fixture's socket with these further arguments, NULL at the end. `parent` is passed as
 * PARENT_FD, `listening` as the first socket of a service manager; -1: none. */
static pid_t
start_passing(int parent, int listening, const char *const *more)
{
	const char *args[ARGS_MAX] = { "concurd" };
	int count = 1, ready[2], output[2];
	pid_t child;

	for (; *more; more++)
		args[count++] = *more;
	ck_assert_int_lt(count, ARGS_MAX);
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(output, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		char pid[16];

		(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
		place(output[1], STDOUT_FILENO);
		place(output[1], STDERR_FILENO);
		place(ready[1], READY_FD);
		place(parent, PARENT_FD);
		if (listening >= 0) {
			place(listening, 3);
			(void)setenv("LISTEN_PID", pid, 1);
			(void)setenv("LISTEN_FDS", "1", 1);
		}
		(void)execv(IO_ECHOD, (char *const *)(void *)args);
		_exit(98);
	}
	(void)close(ready[1]);
	(void)close(output[1]);
	ready_fd = ready[0];
	output_fd = output[0];
	return child;
}

#define START(...) start_passing(-1, -1, (const char *const[]){ __VA_ARGS__, NULL })

/* Waits for the daemon's word; what it said on --ready-fd, "" if it ended without a word. */
static const char *
wait_ready(void)
{
	static char line[256];
	size_t size = 0;
	ssize_t got;

	while ((got = read(ready_fd, line + size, sizeof line - 1 - size)) > 0)
		size += (size_t)got;
	line[size] = '\0';
	return line;
}

/* All that the daemon has said; it must have ended or left its output. */
static const char *
read_output(void)
{
	static char text[8192];
	size_t size = 0;
	ssize_t got;

	while ((got = read(output_fd, text + size, sizeof text - 1 - size)) > 0)
		size += (size_t)got;
	text[size] = '\0';
	return text;
}

static void
reap_with_status(pid_t child, int expected)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == expected, "wait status %#x; it said: %s",
	    (unsigned)status, read_output());
}

static void
end_daemon(pid_t child)
{
	ck_assert_int_eq(kill(child, SIGTERM), 0);
	reap_with_status(child, 0);
}

static void
ck_assert_ready(void)
{
	char expected[128];
	const char *said = wait_ready();

	(void)snprintf(expected, sizeof expected, "%s\n", io.url);
	if (strcmp(said, expected) != 0)
		ck_abort_msg("ready: \"%s\", output: %s", said, read_output());
}

/* An echo there and back. */
static void
echo_once(int fd)
{
	uint8_t frame[FRAME_REQUEST], reply[FRAME_REQUEST];

	io_frame(frame, IO_ECHO, 1, 0, 0);
	io_send(fd, frame, sizeof frame);
	io_receive(fd, reply, sizeof reply);
	ck_assert_mem_eq(frame, reply, sizeof reply);
}

START_TEST(start_tells_its_address_when_it_serves_and_term_ends_it)
{
	pid_t child = START("-f", "--listen", io.url, "--ready-fd", "10");
	int fd;

	ck_assert_ready();
	fd = io_connect(&io);
	echo_once(fd);
	ck_assert_int_eq(kill(child, _i == 0 ? SIGTERM : SIGINT), 0);
	reap_with_status(child, 0);
	ck_assert_int_eq(io_peek(fd), 0);
	ck_assert_int_ne(access(io.path, F_OK), 0);
	ck_assert_int_eq(access(io.directory, F_OK), 0);
	(void)close(fd);
}
END_TEST

START_TEST(start_private_takes_its_directory_along)
{
	pid_t child = START("-f", "--private", "--listen", io.url, "--ready-fd", "10");

	ck_assert_ready();
	end_daemon(child);
	ck_assert_int_ne(access(io.directory, F_OK), 0);
}
END_TEST

START_TEST(start_with_a_parent_ends_when_the_parent_does)
{
	const char *const args[] = { "-f", "--listen", io.url, "--ready-fd", "10", "--parent-fd", "11", NULL };
	pid_t parent = io_fork();
	int pidfd;
	pid_t child;

	if (parent == 0) {
		pause();
		_exit(1);
	}
	pidfd = (int)syscall(SYS_pidfd_open, parent, 0);
	ck_assert_int_ge(pidfd, 0);
	if (_i == 1) {
		/* It has ended before the daemon looks. */
		ck_assert_int_eq(kill(parent, SIGKILL), 0);
		io_reap(parent, SIGKILL);
	}
	child = start_passing(pidfd, -1, args);
	ck_assert_ready();
	if (_i == 0) {
		ck_assert_int_eq(kill(parent, SIGKILL), 0);
		io_reap(parent, SIGKILL);
	}
	reap_with_status(child, 0);
	ck_assert_int_ne(access(io.path, F_OK), 0);
	(void)close(pidfd);
}
END_TEST

START_TEST(start_on_a_live_socket_fails_and_says_what_to_do)
{
	pid_t first, second;

	first = START("-f", "--listen", io.url, "--ready-fd", "10");
	ck_assert_ready();
	(void)close(ready_fd);
	(void)close(output_fd);
	second = START("-f", "--listen", io.url, "--ready-fd", "10");
	ck_assert_str_eq(wait_ready(), "");
	reap_with_status(second, 1);
	ck_assert_ptr_nonnull(strstr(read_output(), "another daemon listens there"));
	echo_once(io_connect(&io));
	ck_assert_int_eq(kill(first, SIGTERM), 0);
	io_reap(first, 0);
}
END_TEST

START_TEST(start_after_a_killed_daemon_replaces_its_socket)
{
	pid_t child = START("-f", "--listen", io.url, "--ready-fd", "10");

	ck_assert_ready();
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	io_reap(child, SIGKILL);
	ck_assert_int_eq(access(io.path, F_OK), 0);
	(void)close(ready_fd);
	(void)close(output_fd);
	child = START("-f", "--listen", io.url, "--ready-fd", "10");
	ck_assert_ready();
	echo_once(io_connect(&io));
	end_daemon(child);
}
END_TEST

START_TEST(start_in_the_background_returns_when_it_serves)
{
	pid_t first = START("--listen", io.url);
	struct ucred daemon;
	socklen_t size = sizeof daemon;
	struct pollfd death = { .events = POLLIN };
	int fd;

	reap_with_status(first, 0);
	fd = io_connect(&io);
	echo_once(fd);
	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &daemon, &size), 0);
	ck_assert_int_ne(daemon.pid, first);
	/* It has let go of the terminal's descriptors: reading them ends. */
	ck_assert_ptr_nonnull(strstr(read_output(), "listening url=unix:"));
	death.fd = (int)syscall(SYS_pidfd_open, daemon.pid, 0);
	ck_assert_int_ge(death.fd, 0);
	ck_assert_int_eq((int)syscall(SYS_pidfd_send_signal, death.fd, SIGTERM, NULL, 0), 0);
	ck_assert_int_eq(poll(&death, 1, -1), 1);
	ck_assert_int_eq(io_peek(fd), 0);
	(void)close(death.fd);
	(void)close(fd);
}
END_TEST

START_TEST(start_in_the_background_that_fails_says_so_in_its_status)
{
	reap_with_status(START("--listen", "tcp://192.0.2.1:7400"), 1);
	ck_assert_ptr_nonnull(strstr(read_output(), "has to prove a key"));
}
END_TEST

START_TEST(start_on_a_passed_socket_serves_it_and_leaves_its_file)
{
#ifdef HAVE_SYSTEMD
	const char *const args[] = { "-f", "--ready-fd", "10", NULL };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t child;

	memcpy(address.sun_path, io.path, sizeof io.path);
	ck_assert_int_eq(bind(listening, (const struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(listening, 5), 0);
	child = start_passing(-1, listening, args);
	ck_assert_ready();
	echo_once(io_connect(&io));
	end_daemon(child);
	ck_assert_int_eq(access(io.path, F_OK), 0);
	(void)close(listening);
#endif
}
END_TEST

START_TEST(start_tells_the_service_manager)
{
#ifdef HAVE_SYSTEMD
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char word[512] = "";
	pid_t child;

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", io.directory);
	ck_assert_int_eq(bind(manager, (const struct sockaddr *)&address, sizeof address), 0);
	(void)setenv("NOTIFY_SOCKET", address.sun_path, 1);
	child = START("-f", "--listen", io.url);
	ck_assert_int_gt(recv(manager, word, sizeof word - 1, 0), 0);
	ck_assert_int_eq(strncmp(word, "READY=1\nSTATUS=unix:", 20), 0);
	end_daemon(child);
	ck_assert_int_gt(recv(manager, word, sizeof word - 1, MSG_DONTWAIT), 0);
	ck_assert_int_eq(strncmp(word, "STOPPING=1", 10), 0);
	(void)unlink(address.sun_path);
	(void)close(manager);
#endif
}
END_TEST

START_TEST(log_that_nobody_reads_does_not_hold_up_the_daemon)
{
	pid_t child = START("-f", "--log-level", "debug", "--listen", io.url, "--ready-fd", "10");

	ck_assert_ready();
	if (_i == 1)
		(void)close(output_fd);
	/* Each connection logs two lines: more than the pipe holds. */
	for (int i = 0; i < 1500; i++) {
		int fd = io_connect(&io);

		echo_once(fd);
		(void)close(fd);
	}
	ck_assert_int_eq(kill(child, SIGTERM), 0);
	io_reap(child, 0);
}
END_TEST

START_TEST(usage_is_told_in_the_exit_status)
{
	static const struct {
		const char *argument;
		int status;
		const char *says;
	} rows[] = {
		{ "--help", 0, "--listen URL" },
		{ "--version", 0, "concurd " PACKAGE_VERSION },
		{ "--frob", 2, "--frob: not an option" },
		{ "--mode=9", 2, "write it in octal" },
	};

	reap_with_status(START(rows[_i].argument), rows[_i].status);
	ck_assert_ptr_nonnull(strstr(read_output(), rows[_i].says));
}
END_TEST

int
main(void)
{
	TCase *cases = tcase_create("daemon");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, start_tells_its_address_when_it_serves_and_term_ends_it, 0, 2);
	tcase_add_test(cases, start_private_takes_its_directory_along);
	tcase_add_loop_test(cases, start_with_a_parent_ends_when_the_parent_does, 0, 2);
	tcase_add_test(cases, start_on_a_live_socket_fails_and_says_what_to_do);
	tcase_add_test(cases, start_after_a_killed_daemon_replaces_its_socket);
	tcase_add_test(cases, start_in_the_background_returns_when_it_serves);
	tcase_add_test(cases, start_in_the_background_that_fails_says_so_in_its_status);
	tcase_add_test(cases, start_on_a_passed_socket_serves_it_and_leaves_its_file);
	tcase_add_test(cases, start_tells_the_service_manager);
	tcase_add_loop_test(cases, log_that_nobody_reads_does_not_hold_up_the_daemon, 0, 2);
	tcase_add_loop_test(cases, usage_is_told_in_the_exit_status, 0, 4);
	return io_run(cases);
}
