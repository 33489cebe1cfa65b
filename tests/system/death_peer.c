/* Bad peers: those that send rubbish, or half of something, or too much, and those that never read. Only they have to
 * bear what comes of it. */
#include "config.h"

#include "tests/system/death.h"
#include "tests/system/raw.h"

#include "concur/v1/methods.h"
#include "lib/frame.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	VALUE = 16 * 1024,
	SENT_MAX = 4 << 20,    /* bytes of requests; far more than sockets and one high mark hold */
	GROWTH_MAX = 16 << 20, /* bytes of the daemon's memory */
	TRIES = 50,            /* turns of the daemon in which it takes no byte: it has stopped to read */
	RUBBISH = 300,         /* connections */
	FRAMES = 200,
};

/* Bytes of the daemon's memory that are in use. */
static long
daemon_memory(void)
{
	char path[64];
	long pages = 0;
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/%d/statm", (int)death.daemon);
	file = fopen(path, "re");
	must(file);
	must(fscanf(file, "%*s %ld", &pages) == 1);
	(void)fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

static void
fill(concur_dict *dict)
{
	static const char bytes[VALUE];

	must_ok(concur_dict_set(dict, CV("large"), concur_data(bytes, sizeof bytes)));
}

/* -- readers that do not read ------------------------------------------------------------------------------------- */

/* Sends requests for something large, whole ones, until the daemon takes no more; returns the bytes it took. */
static size_t
send_until_stopped(struct raw *raw, concur_session *session, uint64_t dict)
{
	size_t sent = 0, size = 0, at = 0;
	uint8_t frame[RAW_FRAME];

	for (int tries = 0; tries < TRIES;) {
		size_t now;

		if (at == size) {
			size = raw_get_frame(raw, dict, "large", frame);
			at = 0;
		}
		now = raw_send_some(raw, frame + at, size - at);
		at += now;
		sent += now;
		must(sent < SENT_MAX);
		if (now) {
			tries = 0;
		} else {
			must_ok(concur_ping(session));
			tries++;
		}
	}
	return sent;
}

START_TEST(reader_that_never_reads_costs_others_nothing_and_little_memory)
{
	concur_session *session = death_start(NULL, 0);
	concur_dict *dict = death_dict(session);
	struct raw raw = raw_connect();
	struct concur_value value;
	long before;

	fill(dict);
	raw_hello(&raw);
	before = daemon_memory();
	(void)send_until_stopped(&raw, session, concur_object_id(CONCUR_OBJECT(dict)));
	for (int i = 0; i < FRAMES; i++) {
		must_ok(concur_dict_get(dict, CV("large"), &value));
		concur_value_free(&value);
	}
	ck_assert_int_lt(daemon_memory() - before, GROWTH_MAX);
	raw_close(&raw);
	concur_free(dict);
}
END_TEST

START_TEST(reader_that_reads_late_gets_every_reply)
{
	concur_session *session = death_start(NULL, 0);
	concur_dict *dict = death_dict(session);
	size_t size, sent;
	struct raw raw = raw_connect();
	uint8_t frame[RAW_FRAME];
	uint16_t status;
	uint64_t call;

	fill(dict);
	raw_hello(&raw);
	size = raw_get_frame(&(struct raw){ 0 }, 1, "large", frame);
	sent = send_until_stopped(&raw, session, concur_object_id(CONCUR_OBJECT(dict)));
	for (size_t i = 0; i < sent / size; i++) {
		must(raw_receive(&raw, &status, &call));
		ck_assert_uint_eq(status, CONCUR_OK);
		ck_assert_uint_eq(call, 2 + i);
	}
	raw_close(&raw);
	concur_free(dict);
}
END_TEST

/* Waits, reads nothing, and what it waits for comes: its replies are held for it up to outbox_max, then it goes. */
START_TEST(reader_past_outbox_max_is_dropped_alone)
{
	static const char *const arguments[] = { "-L", "outbox_high=64K", "-L", "outbox_max=512K", NULL };
	static const char bytes[VALUE];
	concur_session *session = death_start(arguments, 0);
	concur_queue *queue = death_queue(session, 0);
	struct raw raw = raw_connect();
	uint8_t frame[RAW_FRAME], body[32] = { 0x09 };
	size_t size = (size_t)(frame_u64_write(body + 1, concur_object_id(CONCUR_OBJECT(queue))) - body);

	body[size++] = 0x10; /* wait_ns: -1, zigzag */
	body[size++] = 0x01;
	raw_hello(&raw);
	for (int i = 0; i < FRAMES; i++)
		must(raw_send(&raw, frame, raw_frame(&raw, CONCUR_METHOD_QUEUE_GET, body, size, frame)));
	await_waiters(CONCUR_OBJECT(queue), FRAMES);
	for (int i = 0; i < FRAMES; i++)
		must_ok(concur_queue_put(queue, concur_data(bytes, sizeof bytes), 0));
	raw_drain(&raw);
	await_waiters(CONCUR_OBJECT(queue), 0);
	raw_close(&raw);
	concur_free(queue);
}
END_TEST

/* -- frames that are none ----------------------------------------------------------------------------------------- */

START_TEST(half_a_frame_holds_up_nobody_and_its_rest_is_taken)
{
	concur_session *session = death_start(NULL, 0);
	struct raw raw = raw_connect();
	uint8_t frame[RAW_FRAME];
	uint16_t status;
	uint64_t call;
	size_t size;

	raw_hello(&raw);
	size = raw_ping_frame(&raw, frame);
	for (size_t i = 0; i < size; i++) {
		must(raw_send(&raw, frame + i, 1));
		must_ok(concur_ping(session));
	}
	must(raw_receive(&raw, &status, &call));
	ck_assert_uint_eq(status, CONCUR_OK);
	raw_close(&raw);
}
END_TEST

/* Whole frames and a half, then death: what is whole is carried out. */
static void
send_half_and_die(concur_session *session, int channel)
{
	const uint8_t key_and_value[] = { 0x12, 0x03, 0x32, 0x01, 'k', 0x1a, 0x02, 0x18, 0x02 };
	concur_dict *dict = death_dict(session);
	uint8_t frames[2 * RAW_FRAME], body[64] = { 0x09 };
	struct raw raw = raw_connect();
	size_t size;

	frame_u64_write(body + 1, concur_object_id(CONCUR_OBJECT(dict)));
	memcpy(body + 9, key_and_value, sizeof key_and_value);
	raw_hello(&raw);
	size = raw_frame(&raw, CONCUR_METHOD_DICT_SET, body, 9 + sizeof key_and_value, frames);
	body[13] = 'h';
	size += raw_frame(&raw, CONCUR_METHOD_DICT_SET, body, 9 + sizeof key_and_value, frames + size);
	must(raw_send(&raw, frames, size - 1));
	(void)channel;
	(void)raise(SIGKILL);
}

START_TEST(half_a_frame_and_death_only_what_was_whole_is_done)
{
	concur_dict *dict = death_dict(death_start(NULL, 0));
	struct child child = child_start(send_half_and_die);

	child_end(&child, SIGKILL);
	must_ok(concur_dict_contains(dict, CV("k")));
	must_be(concur_dict_contains(dict, CV("h")), CONCUR_NOT_THERE);
	concur_free(dict);
}
END_TEST

/* The same bytes in every run: a linear congruential generator. */
static void
make_rubbish(uint32_t *seed, uint8_t *ret, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		*seed = *seed * 1664525 + 1013904223;
		ret[i] = (uint8_t)(*seed >> 24);
	}
}

START_TEST(rubbish_before_and_after_hello_harms_nobody_else)
{
	concur_session *session = death_start(NULL, 0);
	uint8_t rubbish[4096];
	uint32_t seed = 1;

	for (int i = 0; i < RUBBISH; i++) {
		struct raw raw = raw_connect();

		if (i % 2)
			raw_hello(&raw);
		make_rubbish(&seed, rubbish, sizeof rubbish);
		if (i % 3 == 0) /* a length that may be true: what follows is read as a header */
			frame_u32_write(rubbish, 100 + (uint32_t)i);
		(void)raw_send(&raw, rubbish, sizeof rubbish);
		must(shutdown(raw.fd, SHUT_WR) == 0);
		raw_drain(&raw);
		raw_close(&raw);
		must_ok(concur_ping(session));
	}
}
END_TEST

/* A sound header, a method that there is, and a body of rubbish: an answer, and the connection stays. */
START_TEST(rubbish_bodies_are_answered_and_the_connection_stays)
{
	static const uint32_t methods[] = { CONCUR_METHOD_DICT_SET, CONCUR_METHOD_DICT_UPDATE, CONCUR_METHOD_LIST_SORT,
		CONCUR_METHOD_QUEUE_PUT_MANY, CONCUR_METHOD_LOCK_ACQUIRE, CONCUR_METHOD_OBJECT_OPEN,
		CONCUR_METHOD_MANAGER_LIST, 12345 };
	uint8_t frame[RAW_FRAME], rubbish[RAW_FRAME];
	struct raw raw;
	uint32_t seed = 2;
	uint16_t status;
	uint64_t call;

	(void)death_start(NULL, 0);
	raw = raw_connect();
	raw_hello(&raw);
	for (size_t i = 0; i < 8 * RUBBISH; i++) {
		size_t size = i % (RAW_FRAME - FRAME_REQUEST);

		make_rubbish(&seed, rubbish, size);
		must(raw_send(&raw, frame, raw_frame(&raw, methods[i % 8], rubbish, size, frame)));
		must(raw_receive(&raw, &status, &call));
		ck_assert_uint_eq(call, raw.call);
	}
	raw_ping(&raw);
	raw_close(&raw);
}
END_TEST

/* -- frames that are too large ------------------------------------------------------------------------------------ */

START_TEST(frame_over_the_limit_is_read_past_and_the_connection_stays)
{
	static const char *const arguments[] = { "-L", "frame_max=64K", NULL };
	static const uint8_t filling[100000];
	uint8_t frame[RAW_FRAME];
	struct raw raw;
	uint16_t status;
	uint64_t call;
	size_t size;

	(void)death_start(arguments, 0);
	raw = raw_connect();
	raw_hello(&raw);
	size = raw_ping_frame(&raw, frame);
	frame_u32_write(frame, (uint32_t)(size - FRAME_LENGTH + sizeof filling));
	must(raw_send(&raw, frame, size));
	must(raw_send(&raw, filling, sizeof filling));
	must(raw_receive(&raw, &status, &call));
	ck_assert_uint_eq(status, CONCUR_TOO_LARGE);
	ck_assert_uint_eq(call, raw.call);
	raw_ping(&raw);
	raw_close(&raw);
}
END_TEST

START_TEST(length_over_the_hard_limit_ends_the_connection_with_a_word)
{
	concur_session *session = death_start(NULL, 0);
	struct raw raw = raw_connect();
	uint8_t frame[RAW_FRAME];
	uint16_t status;
	uint64_t call;
	size_t size;

	raw_hello(&raw);
	size = raw_ping_frame(&raw, frame);
	frame_u32_write(frame, UINT32_MAX);
	must(raw_send(&raw, frame, size));
	must(raw_receive(&raw, &status, &call));
	ck_assert_uint_eq(status, CONCUR_BAD_FRAME);
	must(!raw_receive(&raw, &status, &call));
	raw_close(&raw);
	must_ok(concur_ping(session));
}
END_TEST

START_TEST(silence_instead_of_hello_ends_the_connection)
{
	static const char *const arguments[] = { "-L", "hello_seconds=1", NULL };
	struct raw raw;
	uint16_t status;
	uint64_t call;

	(void)death_start(arguments, 0);
	raw = raw_connect();
	must(!raw_receive(&raw, &status, &call));
	raw_close(&raw);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		reader_that_never_reads_costs_others_nothing_and_little_memory,
		reader_that_reads_late_gets_every_reply,
		reader_past_outbox_max_is_dropped_alone,
		half_a_frame_holds_up_nobody_and_its_rest_is_taken,
		half_a_frame_and_death_only_what_was_whole_is_done,
		rubbish_before_and_after_hello_harms_nobody_else,
		rubbish_bodies_are_answered_and_the_connection_stays,
		frame_over_the_limit_is_read_past_and_the_connection_stays,
		length_over_the_hard_limit_ends_the_connection_with_a_word,
		silence_instead_of_hello_ends_the_connection,
		NULL,
	};

	return death_run("death_peer", tests);
}
