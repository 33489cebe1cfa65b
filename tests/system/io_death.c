/* How peers end: by closing, by being killed, with frames still in the socket, with a child that holds it open; and
 * what is then said about whether all was read. */
#include "config.h"

#include "tests/system/io_fixture.h"

#include "daemon/io/conn.h"
#include "daemon/io/host.h"
#include "lib/frame.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OUTBOX_HIGH = 64 * 1024 }; /* bytes; more than most of these tests ask for */

static struct io_fixture io;

static void
setup(void)
{
	io_setup(&io);
	io.config.limits.outbox_high = OUTBOX_HIGH;
	io_start(&io);
}

static void
teardown(void)
{
	io_stop(&io);
}

static void
send_echo(int fd, unsigned count)
{
	uint8_t frame[FRAME_REQUEST + 16];

	for (unsigned i = 0; i < count; i++) {
		io_frame(frame, IO_ECHO, i, 16, 'e');
		io_send(fd, frame, sizeof frame);
	}
}

static void
receive_echo(int fd, unsigned count)
{
	uint8_t frame[FRAME_REQUEST + 16];

	for (unsigned i = 0; i < count; i++)
		io_receive(fd, frame, sizeof frame);
}

START_TEST(close_after_reading_all_says_all_read)
{
	int fd = io_connect_seen(&io);

	send_echo(fd, 3);
	io_turn_until_frames(&io, 3);
	receive_echo(fd, 3);
	(void)close(fd);
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_PEER_CLOSED);
	ck_assert(io_seen(&io)->end.all_read);
}
END_TEST

START_TEST(close_with_a_reply_unread_says_not_all_read)
{
	int fd = io_connect_seen(&io);

	send_echo(fd, 3);
	io_turn_until_frames(&io, 3);
	receive_echo(fd, 2);
	(void)close(fd);
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_PEER_RESET);
	ck_assert(!io_seen(&io)->end.all_read);
}
END_TEST

START_TEST(close_of_one_direction_ends_and_says_what_was_read)
{
	int fd = io_connect_seen(&io);

	send_echo(fd, 1);
	io_turn_until_frames(&io, 1);
	if (_i == 1)
		receive_echo(fd, 1);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_PEER_CLOSED);
	ck_assert_int_eq(io_seen(&io)->end.all_read, _i == 1);
	(void)close(fd);
}
END_TEST

START_TEST(close_with_frames_in_the_socket_applies_them_first)
{
	int fd = io_connect_seen(&io);

	send_echo(fd, 50);
	(void)close(fd);
	io_turn_until_ended(&io, 1);
	ck_assert_uint_eq(io_seen(&io)->end.frames, 50);
}
END_TEST

/* Two pipes between the test and its clients. */
struct pipes {
	int ready[2];   /* a client writes here when it has done its part */
	int release[2]; /* an heir ends when this ends */
};

static void
pipes_open(struct pipes *pipes)
{
	ck_assert_int_eq(pipe(pipes->ready), 0);
	ck_assert_int_eq(pipe(pipes->release), 0);
}

static void
pipes_close(struct pipes *pipes)
{
	for (int i = 0; i < 2; i++) {
		(void)close(pipes->ready[i]);
		(void)close(pipes->release[i]);
	}
}

static void
pipes_wait_ready(struct pipes *pipes)
{
	char byte;

	ck_assert_int_eq(read(pipes->ready[0], &byte, 1), 1);
}

/* In an heir: holds what it inherited until the test lets go. */
static _Noreturn void
hold(struct pipes *pipes)
{
	char byte;

	(void)close(pipes->release[1]);
	(void)!write(pipes->ready[1], "", 1);
	(void)!read(pipes->release[0], &byte, 1);
	_exit(0);
}

static void
kill_and_reap(pid_t child)
{
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	io_reap(child, SIGKILL);
}

START_TEST(kill_with_frames_in_the_socket_applies_them_before_the_end)
{
	uint8_t half[FRAME_REQUEST + 100];
	struct pipes pipes;
	pid_t child;

	io_frame(half, IO_ECHO, 9, 100, 0);
	pipes_open(&pipes);
	child = fork();
	if (child == 0) {
		int fd = io_connect(&io);

		send_echo(fd, 200);
		io_send(fd, half, FRAME_REQUEST + 10);
		(void)!write(pipes.ready[1], "", 1);
		pause();
		_exit(1);
	}
	pipes_wait_ready(&pipes);
	kill_and_reap(child);
	io_turn_until_ended(&io, 1);
	ck_assert_uint_eq(io_seen(&io)->end.frames, 200);
	ck_assert_uint_eq(io_seen(&io)->end.process, (uint64_t)child);
	pipes_close(&pipes);
}
END_TEST

/* The kernel keeps a socket that was just told as readable at its place in the line, in front of a death that comes
 * before the next frame. */
START_TEST(kill_is_told_before_frames_that_others_send_after_it)
{
	int fd = io_connect_seen(&io);
	struct pipes pipes;
	pid_t client;

	pipes_open(&pipes);
	client = fork();
	if (client == 0) {
		(void)io_connect(&io);
		(void)!write(pipes.ready[1], "", 1);
		pause();
		_exit(1);
	}
	pipes_wait_ready(&pipes);
	while (io_seen(&io)->opens < 2)
		loop_turn(io.loop);
	send_echo(fd, 1);
	io_turn_until_frames(&io, 1);
	kill_and_reap(client);
	send_echo(fd, 1);
	io_turn_until_ended(&io, 1);
	ck_assert_uint_eq(io_seen(&io)->end.frames_of_all, 1);
	io_turn_until_frames(&io, 2);
	pipes_close(&pipes);
	(void)close(fd);
}
END_TEST

/* A client that connects and waits to be killed, and that the loop has seen. */
static pid_t
fork_client(void)
{
	uint64_t opens = io_seen(&io)->opens;
	struct pipes pipes;
	pid_t client;

	pipes_open(&pipes);
	client = fork();
	if (client == 0) {
		(void)io_connect(&io);
		(void)!write(pipes.ready[1], "", 1);
		pause();
		_exit(1);
	}
	pipes_wait_ready(&pipes);
	while (io_seen(&io)->opens == opens)
		loop_turn(io.loop);
	pipes_close(&pipes);
	return client;
}

/* More connections are ready than the kernel tells at once, in front of a death. */
START_TEST(kill_is_told_before_frames_that_a_crowd_sends_after_it)
{
	enum { CROWD = 100 };
	int fds[CROWD];
	pid_t client = fork_client();

	for (int i = 0; i < CROWD; i++)
		fds[i] = io_connect_seen(&io);
	for (int i = 0; i < CROWD; i++)
		send_echo(fds[i], 1);
	loop_turn(io.loop);
	kill_and_reap(client);
	for (int i = 0; i < CROWD; i++)
		send_echo(fds[i], 1);
	io_turn_until_ended(&io, 1);
	/* What was sent before may come before it, nothing else. */
	ck_assert_uint_le(io_seen(&io)->end.frames_of_all, CROWD);
	io_turn_until_frames(&io, 2 * CROWD);
	for (int i = 0; i < CROWD; i++)
		(void)close(fds[i]);
}
END_TEST

struct news {
	pid_t client;
	int fd;
};

static void
kill_and_send(void *arg)
{
	struct news *news = arg;

	kill_and_reap(news->client);
	send_echo(news->fd, 1);
}

/* The loop knows that two connections have something. While the first one's frame is carried out the client dies, and
 * the second sends more. */
START_TEST(kill_within_a_turn_is_told_before_frames_that_others_send_after_it)
{
	int first = io_connect_seen(&io);
	struct news news;

	news.client = fork_client();
	news.fd = io_connect_seen(&io);
	send_echo(first, 1);
	send_echo(news.fd, 1);
	io_server_on_next_frame(io.loop->server, kill_and_send, &news);
	io_turn_until_ended(&io, 1);
	ck_assert_uint_le(io_seen(&io)->end.frames_of_all, 2);
	io_turn_until_frames(&io, 3);
	(void)close(first);
	(void)close(news.fd);
}
END_TEST

/* A client that sends so many frames, forks a child that holds the socket on, and waits to be killed. */
static pid_t
fork_with_heir(struct pipes *pipes, unsigned frames, bool reads)
{
	pid_t client = fork();
	int fd;

	ck_assert_int_ge(client, 0);
	if (client > 0)
		return client;
	fd = io_connect(&io);
	send_echo(fd, frames);
	if (reads)
		receive_echo(fd, frames);
	if (fork() == 0)
		hold(pipes);
	pause();
	_exit(1);
}

START_TEST(kill_of_a_peer_whose_child_holds_the_socket_is_seen)
{
	bool reads = _i == 1;
	struct pipes pipes;
	pid_t client;

	pipes_open(&pipes);
	client = fork_with_heir(&pipes, 20, reads);
	io_turn_until_frames(&io, 20);
	ck_assert(io_seen(&io)->peer.watched);
	ck_assert_uint_eq(io_seen(&io)->peer.process, (uint64_t)client);
	pipes_wait_ready(&pipes);
	kill_and_reap(client);
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_PEER_DIED);
	ck_assert_int_eq(io_seen(&io)->end.all_read, reads);
	ck_assert_uint_eq(io_seen(&io)->end.frames, 20);
	pipes_close(&pipes);
}
END_TEST

START_TEST(kill_with_an_heir_applies_all_frames_past_turn_frames_and_a_full_outbox)
{
	struct pipes pipes;
	pid_t client;

	io.loop->limits.turn_frames = 4;
	pipes_open(&pipes);
	client = fork_with_heir(&pipes, 200, false);
	pipes_wait_ready(&pipes);
	io_turn_until_frames(&io, 4);
	ck_assert_uint_lt(io_seen(&io)->frames, 200);
	kill_and_reap(client);
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_PEER_DIED);
	ck_assert_uint_eq(io_seen(&io)->end.frames, 200);
	ck_assert(!io_seen(&io)->end.all_read);
	pipes_close(&pipes);
}
END_TEST

START_TEST(kill_while_nothing_is_read_from_it_still_applies_what_lies_in_the_socket)
{
	uint8_t bulk[FRAME_REQUEST + 8];
	struct pipes pipes, go;
	pid_t client;
	char byte;

	pipes_open(&pipes);
	pipes_open(&go);
	io_frame(bulk, IO_BULK, 1, 8, 0);
	frame_u64_write(bulk + FRAME_REQUEST, 4 * LIMITS_MIB);
	client = fork();
	if (client == 0) {
		int fd = io_connect(&io);

		io_send(fd, bulk, sizeof bulk);
		(void)!read(go.release[0], &byte, 1);
		send_echo(fd, 20);
		if (fork() == 0)
			hold(&pipes);
		pause();
		_exit(1);
	}
	io_turn_until_frames(&io, 1);
	ck_assert(!LINK_ENTRY(io.loop->conns.next, struct conn, all)->is_reading);
	ck_assert_int_eq(write(go.release[1], "", 1), 1);
	pipes_wait_ready(&pipes);
	kill_and_reap(client);
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_PEER_DIED);
	ck_assert_uint_eq(io_seen(&io)->end.frames, 21);
	pipes_close(&pipes);
	pipes_close(&go);
}
END_TEST

START_TEST(death_before_the_connection_is_accepted_still_applies_its_frames)
{
	pid_t client = io_fork();

	if (client == 0) {
		int fd = io_connect(&io);

		send_echo(fd, 5);
		_exit(0);
	}
	io_reap(client, 0);
	io_turn_until_ended(&io, 1);
	ck_assert_uint_eq(io_seen(&io)->end.frames, 5);
}
END_TEST

START_TEST(death_before_the_connection_is_accepted_is_seen_though_a_child_holds_it)
{
	struct pipes pipes;
	pid_t client;

	pipes_open(&pipes);
	client = fork();
	if (client == 0) {
		int fd = io_connect(&io);

		send_echo(fd, 5);
		if (fork() == 0)
			hold(&pipes);
		_exit(0);
	}
	pipes_wait_ready(&pipes);
	io_reap(client, 0);
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_PEER_DIED);
	ck_assert_uint_eq(io_seen(&io)->end.frames, 5);
	pipes_close(&pipes);
}
END_TEST

START_TEST(identify_with_another_start_drops_only_a_watch_that_could_be_wrong)
{
	struct peer peer;
	int fd = io_connect_seen(&io);
	uint64_t self = (uint64_t)getpid();
	uint64_t started = host_started(self);

	ck_assert_uint_ne(started, 0);
	peer = LINK_ENTRY(io.loop->conns.next, struct conn, all)->peer;
	ck_assert_uint_eq(peer.known.process, self);
	peer.is_exact = false;
	ck_assert(peer_matches(&peer, self, started));
	ck_assert(!peer_matches(&peer, self, started + 1));
	ck_assert(peer_matches(&peer, self, 0));
	ck_assert(peer_matches(&peer, self + 1, started + 1));
	peer.is_exact = true;
	ck_assert(peer_matches(&peer, self, started + 1));
	(void)close(fd);
}
END_TEST

START_TEST(identify_of_a_reused_pid_leaves_the_end_of_file_to_tell)
{
	uint8_t frame[FRAME_REQUEST + 16];
	int fd = io_connect_seen(&io);
	struct conn *conn = LINK_ENTRY(io.loop->conns.next, struct conn, all);

	conn->peer.is_exact = false;
	io_frame(frame, IO_IDENTIFY, 1, 16, 0);
	frame_u64_write(frame + FRAME_REQUEST, (uint64_t)getpid());
	frame_u64_write(frame + FRAME_REQUEST + 8, host_started((uint64_t)getpid()) + 1);
	io_send(fd, frame, sizeof frame);
	io_turn_until_frames(&io, 1);
	ck_assert_int_eq(conn->peer.pidfd, -1);
	(void)close(fd);
	io_turn_until_ended(&io, 1);
}
END_TEST

int
main(void)
{
	TCase *cases = tcase_create("death");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, close_after_reading_all_says_all_read);
	tcase_add_test(cases, close_with_a_reply_unread_says_not_all_read);
	tcase_add_loop_test(cases, close_of_one_direction_ends_and_says_what_was_read, 0, 2);
	tcase_add_test(cases, close_with_frames_in_the_socket_applies_them_first);
	tcase_add_test(cases, kill_with_frames_in_the_socket_applies_them_before_the_end);
	tcase_add_test(cases, kill_is_told_before_frames_that_others_send_after_it);
	tcase_add_test(cases, kill_is_told_before_frames_that_a_crowd_sends_after_it);
	tcase_add_test(cases, kill_within_a_turn_is_told_before_frames_that_others_send_after_it);
	tcase_add_loop_test(cases, kill_of_a_peer_whose_child_holds_the_socket_is_seen, 0, 2);
	tcase_add_test(cases, kill_with_an_heir_applies_all_frames_past_turn_frames_and_a_full_outbox);
	tcase_add_test(cases, kill_while_nothing_is_read_from_it_still_applies_what_lies_in_the_socket);
	tcase_add_test(cases, death_before_the_connection_is_accepted_still_applies_its_frames);
	tcase_add_test(cases, death_before_the_connection_is_accepted_is_seen_though_a_child_holds_it);
	tcase_add_test(cases, identify_with_another_start_drops_only_a_watch_that_could_be_wrong);
	tcase_add_test(cases, identify_of_a_reused_pid_leaves_the_end_of_file_to_tell);
	return io_run(cases);
}
