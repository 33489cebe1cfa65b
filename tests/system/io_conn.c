/* Connections over real sockets: frames in all shapes, slow readers, and what is refused. */
#include "config.h"

#include "tests/system/io_fixture.h"

#include "daemon/io/conn.h"
#include "daemon/io/host.h"
#include "lib/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

static const struct conn *
first_conn(void)
{
	return LINK_ENTRY(io.loop->conns.next, struct conn, all);
}

START_TEST(read_frame_byte_by_byte_is_answered_once)
{
	uint8_t frame[FRAME_REQUEST + 100], reply[sizeof frame];
	int fd;

	io_start(&io);
	fd = io_connect_seen(&io);
	io_frame(frame, IO_ECHO, 7, 100, 'x');
	for (size_t i = 0; i < sizeof frame; i++) {
		ck_assert_uint_eq(io_seen(&io)->frames, 0);
		io_send(fd, frame + i, 1);
		loop_turn(io.loop);
	}
	ck_assert_uint_eq(io_seen(&io)->frames, 1);
	io_receive(fd, reply, sizeof reply);
	ck_assert_mem_eq(reply, frame, sizeof frame);
	ck_assert_int_eq(io_peek(fd), -EAGAIN);
	(void)close(fd);
}
END_TEST

START_TEST(read_many_frames_in_one_write_answers_all_in_order)
{
	enum { COUNT = 1000, SIZE = FRAME_REQUEST + 8 };
	uint8_t *frames = malloc(COUNT * SIZE);
	struct frame_request head;
	int fd;

	io.config.limits.turn_frames = 64;
	io_start(&io);
	fd = io_connect_seen(&io);
	for (size_t i = 0; i < COUNT; i++)
		io_frame(frames + i * SIZE, IO_ECHO, i, 8, (uint8_t)i);
	io_send(fd, frames, COUNT * SIZE);
	io_turn_until_frames(&io, COUNT);
	ck_assert_uint_eq(io_seen(&io)->frames_of_turn, 64);
	for (size_t i = 0; i < COUNT; i++) {
		uint8_t reply[SIZE];

		io_receive(fd, reply, SIZE);
		frame_request_read(reply, &head);
		ck_assert_uint_eq(head.call, i);
		ck_assert_mem_eq(reply, frames + i * SIZE, SIZE);
	}
	free(frames);
	(void)close(fd);
}
END_TEST

START_TEST(read_frames_cut_anywhere_gives_them_whole)
{
	enum { COUNT = 300 };
	uint8_t *bytes = malloc(COUNT * 400), *reply = malloc(COUNT * 400);
	size_t size = 0, at = 0;
	unsigned step = 1;
	int fd;

	io_start(&io);
	fd = io_connect_seen(&io);
	for (unsigned i = 0; i < COUNT; i++)
		size += io_frame(bytes + size, IO_ECHO, i, (i * 37) % 350, (uint8_t)i);
	while (at < size) {
		size_t part = step < size - at ? step : size - at;

		io_send(fd, bytes + at, part);
		loop_turn(io.loop);
		at += part;
		step = step * 7 % 1009;
	}
	io_turn_until_frames(&io, COUNT);
	io_receive(fd, reply, size);
	ck_assert_mem_eq(reply, bytes, size);
	free(bytes);
	free(reply);
	(void)close(fd);
}
END_TEST

START_TEST(read_large_frame_gets_a_buffer_of_its_size_and_gives_it_back)
{
	const size_t size = 3 * 1024 * 1024 + 5;
	uint8_t *frame = malloc(FRAME_REQUEST + size);
	size_t at = 0, whole;
	int fd;

	io.config.limits.outbox_max = 64 * LIMITS_MIB;
	io_start(&io);
	fd = io_connect_seen(&io);
	whole = io_frame(frame, IO_SILENT, 1, size, 'L');
	while (at < whole) {
		ssize_t sent = send(fd, frame + at, whole - at, MSG_DONTWAIT);

		ck_assert_int_gt(sent, 0);
		at += (size_t)sent;
		loop_turn(io.loop);
		if (first_conn()->intake.state == INTAKE_PARTIAL)
			ck_assert_uint_eq(first_conn()->intake.room, whole);
	}
	io_turn_until_frames(&io, 1);
	ck_assert_uint_eq(io_seen(&io)->bytes, whole);
	ck_assert_ptr_null(first_conn()->intake.bytes);
	free(frame);
	(void)close(fd);
}
END_TEST

START_TEST(read_half_a_frame_holds_up_nobody_else)
{
	uint8_t frame[FRAME_REQUEST + 64], reply[sizeof frame];
	int slow, fast;

	io_start(&io);
	slow = io_connect_seen(&io);
	fast = io_connect_seen(&io);
	io_frame(frame, IO_ECHO, 1, 64, 'h');
	io_send(slow, frame, 40);
	loop_turn(io.loop);
	for (int i = 0; i < 10; i++) {
		io_send(fast, frame, sizeof frame);
		loop_turn(io.loop);
		io_receive(fast, reply, sizeof reply);
	}
	ck_assert_uint_eq(io_seen(&io)->frames, 10);
	io_send(slow, frame + 40, sizeof frame - 40);
	loop_turn(io.loop);
	io_receive(slow, reply, sizeof reply);
	ck_assert_mem_eq(reply, frame, sizeof frame);
	(void)close(slow);
	(void)close(fast);
}
END_TEST

START_TEST(read_frame_over_frame_max_is_read_past_without_being_kept)
{
	const size_t size = 300 * 1000;
	uint8_t *frame = malloc(FRAME_REQUEST + size), next[FRAME_REQUEST], reply[FRAME_REQUEST];
	size_t at = 0, whole;
	int fd;

	io.config.limits.frame_max = 4096;
	io_start(&io);
	fd = io_connect_seen(&io);
	whole = io_frame(frame, IO_ECHO, 1, size, 'B');
	while (at < whole) {
		ssize_t sent = send(fd, frame + at, whole - at, MSG_DONTWAIT);

		ck_assert_int_gt(sent, 0);
		at += (size_t)sent;
		loop_turn(io.loop);
		ck_assert_ptr_null(first_conn()->intake.bytes);
	}
	io_frame(next, IO_ECHO, 2, 0, 0);
	io_send(fd, next, sizeof next);
	io_turn_until_frames(&io, 1);
	ck_assert_uint_eq(io_seen(&io)->too_large, 1);
	io_receive(fd, reply, sizeof reply);
	ck_assert_mem_eq(reply, frame, sizeof reply);
	io_receive(fd, reply, sizeof reply);
	ck_assert_mem_eq(reply, next, sizeof reply);
	free(frame);
	(void)close(fd);
}
END_TEST

START_TEST(read_broken_length_is_answered_then_closed)
{
	const uint32_t length = _i == 0 ? FRAME_REQUEST - FRAME_LENGTH - 1 : UINT32_MAX;
	uint8_t frame[FRAME_REQUEST] = { 0 };
	char reply[4];
	int fd;

	io_start(&io);
	fd = io_connect_seen(&io);
	frame_u32_write(frame, length);
	io_send(fd, frame, sizeof frame);
	io_turn_until_ended(&io, 1);
	ck_assert_uint_eq(io_seen(&io)->bad_frames, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_BROKEN);
	io_receive(fd, reply, sizeof reply);
	ck_assert_str_eq(reply, "bad");
	ck_assert_int_eq(io_peek(fd), 0);
	(void)close(fd);
}
END_TEST

START_TEST(goodbye_is_answered_before_the_end_and_later_frames_are_not_given)
{
	uint8_t frames[2 * FRAME_REQUEST], reply[FRAME_REQUEST];
	int fd;

	io_start(&io);
	fd = io_connect_seen(&io);
	io_frame(frames, IO_GOODBYE, 1, 0, 0);
	io_frame(frames + FRAME_REQUEST, IO_ECHO, 2, 0, 0);
	io_send(fd, frames, sizeof frames);
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_GOODBYE);
	ck_assert_uint_eq(io_seen(&io)->frames, 1);
	io_receive(fd, reply, sizeof reply);
	ck_assert_mem_eq(reply, frames, sizeof reply);
	ck_assert_int_eq(io_peek(fd), 0);
	(void)close(fd);
}
END_TEST

/* Asks for so many bytes in one reply. */
static void
ask_bulk(int fd, uint64_t size)
{
	uint8_t frame[FRAME_REQUEST + 8];

	io_frame(frame, IO_BULK, 1, 8, 0);
	frame_u64_write(frame + FRAME_REQUEST, size);
	io_send(fd, frame, sizeof frame);
}

/* Reads so many bytes that the loop has still to send. */
static void
take_bulk(int fd, size_t left)
{
	char bytes[16 * 1024];

	while (left > 0) {
		ssize_t got = recv(fd, bytes, sizeof bytes < left ? sizeof bytes : left, MSG_DONTWAIT);

		if (got < 0)
			loop_turn(io.loop);
		else
			left -= (size_t)got;
		ck_assert_int_ne(got, 0);
	}
}

START_TEST(send_to_a_client_that_never_reads_stops_reading_from_it)
{
	int fd;

	io.config.limits.outbox_high = 64 * 1024;
	io_start(&io);
	fd = io_connect_seen(&io);
	for (int i = 0; i < 10; i++)
		ask_bulk(fd, 2 * LIMITS_MIB);
	loop_turn(io.loop);
	/* The first reply fills the socket and the outbox: the other nine requests wait. */
	ck_assert_uint_eq(io_seen(&io)->frames, 1);
	ck_assert(!first_conn()->is_reading && first_conn()->is_writing);
	take_bulk(fd, 10 * (FRAME_LENGTH + 2 * LIMITS_MIB));
	ck_assert_uint_eq(io_seen(&io)->frames, 10);
	ck_assert(first_conn()->is_reading);
	ck_assert_ptr_null(first_conn()->intake.bytes);
	ck_assert_int_eq(io_peek(fd), -EAGAIN);
	(void)close(fd);
}
END_TEST

START_TEST(send_past_outbox_max_ends_the_slow_reader)
{
	int fd;

	io.config.limits.outbox_max = LIMITS_MIB;
	io_start(&io);
	fd = io_connect_seen(&io);
	ask_bulk(fd, 2 * LIMITS_MIB);
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_SLOW);
	(void)close(fd);
}
END_TEST

START_TEST(send_to_a_closed_client_first_reads_what_it_had_sent)
{
	uint8_t frames[2 * FRAME_REQUEST];
	int fd;

	io.config.limits.turn_frames = 1;
	io_start(&io);
	fd = io_connect_seen(&io);
	io_frame(frames, IO_ECHO, 1, 0, 0);
	io_frame(frames + FRAME_REQUEST, IO_GOODBYE, 2, 0, 0);
	io_send(fd, frames, sizeof frames);
	(void)close(fd);
	/* The echo can not be sent; the goodbye behind it counts all the same. */
	io_turn_until_ended(&io, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_GOODBYE);
	ck_assert_uint_eq(io_seen(&io)->end.frames, 2);
}
END_TEST

START_TEST(open_past_sessions_max_is_closed)
{
	int first, second;

	io.config.limits.sessions_max = 1;
	io_start(&io);
	first = io_connect_seen(&io);
	second = io_connect_seen(&io);
	ck_assert_int_eq(io_peek(second), 0);
	ck_assert_int_eq(io_peek(first), -EAGAIN);
	ck_assert_uint_eq(io_seen(&io)->ends, 0);
	(void)close(first);
	(void)close(second);
}
END_TEST

START_TEST(open_idle_connection_owns_little)
{
	uint8_t frame[FRAME_REQUEST];
	int fd;

	ck_assert_uint_le(sizeof(struct conn), 1024);
	io_start(&io);
	fd = io_connect_seen(&io);
	io_frame(frame, IO_ECHO, 1, 0, 0);
	io_send(fd, frame, sizeof frame);
	loop_turn(io.loop);
	ck_assert_ptr_null(first_conn()->intake.bytes);
	(void)close(fd);
}
END_TEST

START_TEST(turn_with_a_deadline_ends_at_it)
{
	uint64_t deadline_ns = host_now_ns() + 20 * 1000000;

	int fd;

	io_start(&io);
	io_server_set_deadline(io.loop->server, deadline_ns);
	fd = io_connect_seen(&io);
	/* Nothing else will ever be ready. */
	while (io_seen(&io)->now_ns < deadline_ns)
		loop_turn(io.loop);
	(void)close(fd);
}
END_TEST

START_TEST(stop_answers_what_is_there_then_ends)
{
	uint8_t frame[FRAME_REQUEST], reply[FRAME_REQUEST];
	int fd;

	io_start(&io);
	fd = io_connect_seen(&io);
	io_frame(frame, IO_ECHO, 1, 0, 0);
	io_send(fd, frame, sizeof frame);
	loop_stop(io.loop, "the test says so");
	loop_run(io.loop);
	ck_assert_uint_eq(io_seen(&io)->stops, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_STOPPING);
	io_receive(fd, reply, sizeof reply);
	ck_assert_int_eq(io_peek(fd), 0);
	ck_assert_int_ne(access(io.path, F_OK), 0);
	(void)close(fd);
}
END_TEST

START_TEST(stop_with_a_slow_reader_ends_without_it)
{
	int fd;

	io_start(&io);
	fd = io_connect_seen(&io);
	ask_bulk(fd, 8 * LIMITS_MIB);
	io_turn_until_frames(&io, 1);
	loop_stop(io.loop, "the test says so");
	loop_run(io.loop);
	ck_assert_uint_eq(io_seen(&io)->ends, 1);
	ck_assert_int_eq(io_seen(&io)->end.reason, SERVER_STOPPING);
	ck_assert(!io_seen(&io)->end.all_read);
	(void)close(fd);
}
END_TEST

START_TEST(stop_asked_twice_does_not_wait_for_slow_readers)
{
	int fd;

	io_start(&io);
	fd = io_connect_seen(&io);
	ask_bulk(fd, 8 * LIMITS_MIB);
	loop_turn(io.loop);
	loop_stop(io.loop, "first");
	while (io.loop->state != LOOP_STOPPING)
		loop_turn(io.loop);
	ck_assert_uint_eq(io_seen(&io)->ends, 0);
	loop_stop(io.loop, "second");
	loop_run(io.loop);
	ck_assert_uint_eq(io_seen(&io)->ends, 0);
	(void)close(fd);
}
END_TEST

int
main(void)
{
	TCase *cases = tcase_create("conn");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, read_frame_byte_by_byte_is_answered_once);
	tcase_add_test(cases, read_many_frames_in_one_write_answers_all_in_order);
	tcase_add_test(cases, read_frames_cut_anywhere_gives_them_whole);
	tcase_add_test(cases, read_large_frame_gets_a_buffer_of_its_size_and_gives_it_back);
	tcase_add_test(cases, read_half_a_frame_holds_up_nobody_else);
	tcase_add_test(cases, read_frame_over_frame_max_is_read_past_without_being_kept);
	tcase_add_loop_test(cases, read_broken_length_is_answered_then_closed, 0, 2);
	tcase_add_test(cases, goodbye_is_answered_before_the_end_and_later_frames_are_not_given);
	tcase_add_test(cases, send_to_a_client_that_never_reads_stops_reading_from_it);
	tcase_add_test(cases, send_past_outbox_max_ends_the_slow_reader);
	tcase_add_test(cases, send_to_a_closed_client_first_reads_what_it_had_sent);
	tcase_add_test(cases, open_past_sessions_max_is_closed);
	tcase_add_test(cases, open_idle_connection_owns_little);
	tcase_add_test(cases, turn_with_a_deadline_ends_at_it);
	tcase_add_test(cases, stop_answers_what_is_there_then_ends);
	tcase_add_test(cases, stop_with_a_slow_reader_ends_without_it);
	tcase_add_test(cases, stop_asked_twice_does_not_wait_for_slow_readers);
	return io_run(cases);
}
