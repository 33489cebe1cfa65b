/* The fixture of the I/O's tests. */
#include "config.h"

#include "tests/system/io_fixture.h"

#include "lib/frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* For what forked clients do too: they must not report to Check. */
static void
io_must(bool is_so)
{
	if (is_so)
		return;
	perror("a client of the test");
	abort();
}

void
io_setup(struct io_fixture *io)
{
	*io = (struct io_fixture){ .directory = "/tmp/concur-io-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(io->directory));
	(void)snprintf(io->path, sizeof io->path, "%s/socket", io->directory);
	(void)snprintf(io->url, sizeof io->url, "unix:%s", io->path);
	limits_defaults(&io->config.limits);
	log_init(&io->log, LOG_ERROR);
}

void
io_start(struct io_fixture *io)
{
	io->loop = loop_new(&io->config, &io->log, &io->complaint);
	ck_assert_msg(io->loop != NULL, "%s", io->complaint.text);
	if (listener_open(io->loop, io->url, 0600, false, &io->complaint) != 0)
		ck_abort_msg("%s", io->complaint.text);
}

void
io_stop(struct io_fixture *io)
{
	loop_free(io->loop);
	log_fini(&io->log);
	(void)unlink(io->path);
	ck_assert_int_eq(rmdir(io->directory), 0);
}

int
io_connect(const struct io_fixture *io)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	io_must(fd >= 0);
	memcpy(address.sun_path, io->path, sizeof io->path);
	io_must(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
	return fd;
}

int
io_connect_seen(struct io_fixture *io)
{
	uint64_t opens = io_seen(io)->opens;
	int fd = io_connect(io);

	while (io_seen(io)->opens == opens)
		loop_turn(io->loop);
	return fd;
}

size_t
io_frame(uint8_t *ret, uint32_t method, uint64_t call, size_t size, uint8_t fill)
{
	const struct frame_request head = { .length = (uint32_t)(FRAME_REQUEST - FRAME_LENGTH + size),
		.method = method,
		.call = call,
		.context = 1 };

	frame_request_write(ret, &head);
	memset(ret + FRAME_REQUEST, fill, size);
	return FRAME_REQUEST + size;
}

void
io_send(int fd, const void *bytes, size_t size)
{
	io_must(send(fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
}

void
io_receive(int fd, void *ret, size_t size)
{
	io_must(recv(fd, ret, size, MSG_WAITALL) == (ssize_t)size);
}

ssize_t
io_peek(int fd)
{
	char byte;
	ssize_t got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return got < 0 ? -errno : got;
}

void
io_turn_until_ended(struct io_fixture *io, uint64_t ends)
{
	while (io_seen(io)->ends < ends)
		loop_turn(io->loop);
}

void
io_turn_until_frames(struct io_fixture *io, uint64_t frames)
{
	while (io_seen(io)->frames < frames)
		loop_turn(io->loop);
}

pid_t
io_fork(void)
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		io_must(close_range(3, ~0U, 0) == 0);
	return child;
}

void
io_reap(pid_t child, int signal)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	if (signal != 0)
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == signal);
	else
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int
io_run(TCase *cases)
{
	Suite *suite = suite_create("io");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
