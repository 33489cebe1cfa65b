/* Listening: whose path it is, which addresses, and what happens when descriptors run out. */
#include "config.h"

#include "tests/system/io_fixture.h"

#include "daemon/io/conn.h"
#include "lib/frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct io_fixture io;

static void
setup(void)
{
	io_setup(&io);
}

static void
teardown(void)
{
	io_stop(&io);
}

/* A loop that does not listen yet. */
static void
start_deaf(void)
{
	io.loop = loop_new(&io.config, &io.log, &io.complaint);
	ck_assert_ptr_nonnull(io.loop);
}

static int
listen_here(mode_t mode)
{
	return listener_open(io.loop, io.url, mode, false, &io.complaint);
}

/* Binds a socket to the path; with `backlog` it listens. */
static int
occupy(bool listens)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, io.path, sizeof io.path);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	if (listens)
		ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

static void
echo_once(int fd)
{
	uint8_t frame[FRAME_REQUEST], reply[FRAME_REQUEST];

	io_frame(frame, IO_ECHO, 1, 0, 0);
	io_send(fd, frame, sizeof frame);
	io_turn_until_frames(&io, io_seen(&io)->frames + 1);
	io_receive(fd, reply, sizeof reply);
	ck_assert_mem_eq(reply, frame, sizeof reply);
}

START_TEST(listen_gives_the_socket_its_mode_whatever_the_umask)
{
	const mode_t mode = _i == 0 ? 0600 : 0666;
	struct stat stat;
	mode_t old;

	start_deaf();
	old = umask(0027);
	ck_assert_int_eq(listen_here(mode), 0);
	ck_assert_int_eq(lstat(io.path, &stat), 0);
	ck_assert_uint_eq(stat.st_mode & 0777, mode);
	ck_assert_uint_eq(umask(old), 0027);
}
END_TEST

START_TEST(listen_on_a_stale_socket_replaces_it)
{
	int fd;

	start_deaf();
	(void)close(occupy(true));
	ck_assert_int_eq(access(io.path, F_OK), 0);
	ck_assert_int_eq(listen_here(0600), 0);
	fd = io_connect_seen(&io);
	echo_once(fd);
	(void)close(fd);
}
END_TEST

START_TEST(listen_on_a_live_socket_is_refused_and_leaves_it)
{
	int other, client;

	start_deaf();
	other = occupy(true);
	ck_assert_int_eq(listen_here(0600), -1);
	ck_assert_ptr_nonnull(strstr(io.complaint.text, "another daemon listens there"));
	client = io_connect(&io);
	ck_assert_int_ge(accept(other, NULL, NULL), 0);
	(void)close(client);
	(void)close(other);
}
END_TEST

START_TEST(listen_on_a_plain_file_is_refused_and_leaves_it)
{
	int fd;

	start_deaf();
	fd = open(io.path, O_CREAT | O_RDWR, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "precious", 8), 8);
	ck_assert_int_eq(listen_here(0600), -1);
	ck_assert_ptr_nonnull(strstr(io.complaint.text, "is not a socket"));
	ck_assert_int_eq(access(io.path, F_OK), 0);
	(void)close(fd);
}
END_TEST

START_TEST(listen_in_a_locked_directory_is_refused_after_a_while)
{
	int fd;

	start_deaf();
	fd = open(io.directory, O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	ck_assert_int_eq(listen_here(0600), -1);
	ck_assert_ptr_nonnull(strstr(io.complaint.text, "locked"));
	(void)close(fd);
	ck_assert_int_eq(listen_here(0600), 0);
}
END_TEST

START_TEST(end_leaves_a_socket_that_is_another_daemons_by_now)
{
	int other;

	io_start(&io);
	ck_assert_int_eq(unlink(io.path), 0);
	other = occupy(true);
	listener_close_all(io.loop);
	ck_assert_int_eq(access(io.path, F_OK), 0);
	(void)close(other);
}
END_TEST

/* A loop on a port of its own, and a client that has been answered there. */
static int
start_on_tcp(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	unsigned port;
	int fd;

	start_deaf();
	ck_assert_int_eq(listener_open(io.loop, "tcp://127.0.0.1:0", 0, false, &io.complaint), 0);
	ck_assert_int_eq(sscanf(listener_url(io.loop), "tcp://127.0.0.1:%u", &port), 1);
	address.sin_port = htons((in_port_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
	echo_once(fd);
	return fd;
}

START_TEST(listen_on_loopback_tcp_serves_and_tells_its_port)
{
	int fd = start_on_tcp();

	ck_assert(!io_seen(&io)->peer.local);
	(void)close(fd);
	io_turn_until_ended(&io, 1);
	ck_assert(!io_seen(&io)->end.all_read);
}
END_TEST

static int
option_of(int fd, int level, int option)
{
	socklen_t size = sizeof(int);
	int value = -1;

	ck_assert_int_eq(getsockopt(fd, level, option, &value, &size), 0);
	return value;
}

START_TEST(peer_on_tcp_is_asked_for_by_the_kernel_when_it_is_silent)
{
	int fd = start_on_tcp();
	const struct conn *conn = LINK_ENTRY(io.loop->conns.next, const struct conn, all);

	ck_assert_int_eq(option_of(conn->fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	/* Asked at most four times within half a minute, and what is not acknowledged by then ends it too. */
	ck_assert_int_le(option_of(conn->fd, IPPROTO_TCP, TCP_KEEPIDLE) +
		option_of(conn->fd, IPPROTO_TCP, TCP_KEEPINTVL) * option_of(conn->fd, IPPROTO_TCP, TCP_KEEPCNT),
	    30);
	ck_assert_int_eq(option_of(conn->fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 30000);
	(void)close(fd);
	io_turn_until_ended(&io, 1);
}
END_TEST

START_TEST(adopt_of_a_listening_socket_serves_and_leaves_its_file)
{
	int listening, plain, fd;

	start_deaf();
	listening = occupy(true);
	plain = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(listener_adopt(io.loop, plain, &io.complaint), -1);
	(void)close(plain);
	ck_assert_int_eq(listener_adopt(io.loop, listening, &io.complaint), 0);
	ck_assert_str_eq(listener_url(io.loop), io.url);
	fd = io_connect_seen(&io);
	echo_once(fd);
	(void)close(fd);
	listener_close_all(io.loop);
	ck_assert_int_eq(access(io.path, F_OK), 0);
}
END_TEST

/* The lowest descriptor that is free. */
static int
free_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	(void)close(fd);
	return fd;
}

START_TEST(accept_without_descriptors_waits_until_a_connection_ends)
{
	enum { CLIENTS = 6 };
	const int room = _i; /* descriptors that are left for connections; two make one */
	struct rlimit limit;
	uint64_t turns;
	int fds[CLIENTS];

	io_start(&io);
	for (int i = 0; i < CLIENTS; i++)
		fds[i] = io_connect(&io);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = (rlim_t)(free_descriptor() + room);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	loop_turn(io.loop);
	ck_assert(io.loop->is_full);
	ck_assert_uint_ge(io.loop->conn_count, 1);
	ck_assert_uint_lt(io.loop->conn_count, CLIENTS);
	turns = io_seen(&io)->turns;
	/* Those that were let in are served meanwhile, each of them watched, and in no turns but these. */
	ck_assert(io_seen(&io)->peer.watched);
	echo_once(fds[0]);
	ck_assert_uint_eq(io_seen(&io)->turns, turns + 1);
	for (int i = 0; i < CLIENTS; i++) {
		echo_once(fds[i]);
		(void)close(fds[i]);
		io_turn_until_ended(&io, (uint64_t)i + 1);
	}
	ck_assert_uint_eq(io_seen(&io)->opens, CLIENTS);
}
END_TEST

int
main(void)
{
	TCase *cases = tcase_create("listen");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, listen_gives_the_socket_its_mode_whatever_the_umask, 0, 2);
	tcase_add_test(cases, listen_on_a_stale_socket_replaces_it);
	tcase_add_test(cases, listen_on_a_live_socket_is_refused_and_leaves_it);
	tcase_add_test(cases, listen_on_a_plain_file_is_refused_and_leaves_it);
	tcase_add_test(cases, listen_in_a_locked_directory_is_refused_after_a_while);
	tcase_add_test(cases, end_leaves_a_socket_that_is_another_daemons_by_now);
	tcase_add_test(cases, listen_on_loopback_tcp_serves_and_tells_its_port);
	tcase_add_test(cases, peer_on_tcp_is_asked_for_by_the_kernel_when_it_is_silent);
	tcase_add_test(cases, adopt_of_a_listening_socket_serves_and_leaves_its_file);
	tcase_add_loop_test(cases, accept_without_descriptors_waits_until_a_connection_ends, 1, 6);
	return io_run(cases);
}
