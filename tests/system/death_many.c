/* Much of everything: connections, calls in flight, descriptors. The daemon goes on answering, and nobody hangs. */
#include "config.h"

#include "tests/system/death.h"
#include "tests/system/raw.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	SESSIONS_MAX = 10000,
	SPARE_FILES = 100, /* of the daemon and of the test, for other things than sessions */
	THREADS = 4,
	CALLS = 25000,      /* in flight at once, of each thread */
	TOO_LARGE = 100000, /* bytes, for a daemon that takes frames of 64 KiB */
	MIXED = 2000,       /* calls, one after the other, of each thread */
	FEW_FILES = 40,     /* of a daemon that runs out of them */
	CROWD = 60,         /* connections to it, more than it can have */
};

/* -- connections -------------------------------------------------------------------------------------------------- */

/* How many sessions the limits of open files allow: the daemon has two for each. */
static int
sessions_possible(void)
{
	struct rlimit files;
	rlim_t count;

	must(getrlimit(RLIMIT_NOFILE, &files) == 0);
	files.rlim_cur = files.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &files) == 0);
	count = (files.rlim_max - SPARE_FILES) / 2;
	return count < SESSIONS_MAX ? (int)count : SESSIONS_MAX;
}

START_TEST(thousands_of_sessions_are_served_and_their_end_leaves_nothing)
{
	concur_session *session = death_start(NULL, 0);
	int count = sessions_possible();
	struct raw *raws = calloc((size_t)count, sizeof *raws);
	struct concur_manager manager;

	must(raws);
	for (int i = 0; i < count; i++) {
		raws[i] = raw_connect();
		raw_hello(&raws[i]);
	}
	must_ok(concur_manager_info(session, &manager));
	ck_assert_uint_eq(manager.sessions, (uint64_t)count + 1);
	for (int i = 0; i < count; i++)
		raw_ping(&raws[i]);
	for (int i = 0; i < count; i++)
		raw_close(&raws[i]);
	do
		must_ok(concur_manager_info(session, &manager));
	while (manager.sessions != 1);
	free(raws);
}
END_TEST

/* Says Hello without waiting for the answer. */
static void
say_hello(struct raw *raw)
{
	uint8_t frame[RAW_FRAME];

	must(raw_send(raw, frame, raw_hello_frame(raw, frame)));
}

static bool
is_answered(const struct raw *raw)
{
	return poll(&(struct pollfd){ .fd = raw->fd, .events = POLLIN }, 1, 0) == 1;
}

START_TEST(daemon_out_of_files_serves_those_it_has_and_later_the_others)
{
	concur_session *session = death_start(NULL, FEW_FILES);
	struct raw crowd[CROWD];
	int answered = 0;
	uint16_t status;
	uint64_t call;

	for (int i = 0; i < CROWD; i++) {
		crowd[i] = raw_connect();
		say_hello(&crowd[i]);
		must_ok(concur_ping(session));
	}
	for (int i = 0; i < CROWD; i++)
		answered += is_answered(&crowd[i]);
	ck_assert_int_gt(answered, 5);
	ck_assert_int_lt(answered, FEW_FILES / 2);
	/* Each end lets the next one in. */
	for (int i = 0; i < CROWD; i++) {
		must(raw_receive(&crowd[i], &status, &call));
		ck_assert_uint_eq(status, CONCUR_OK);
		raw_close(&crowd[i]);
	}
	must_ok(concur_ping(session));
}
END_TEST

/* -- calls -------------------------------------------------------------------------------------------------------- */

struct adder {
	concur_dict *dict;
	concur_future *futures[CALLS];
};

/* Begins all its calls before it waits for the first. */
static void *
add_ahead(void *arg)
{
	struct adder *adder = arg;

	for (int i = 0; i < CALLS; i++)
		must((adder->futures[i] = concur_dict_add_begin(adder->dict, CV("n"), CV(1))));
	for (int i = 0; i < CALLS; i++)
		must_ok(await_future(adder->futures[i]));
	return NULL;
}

static void
add_from_all_threads(concur_dict *dict)
{
	struct adder *adders = calloc(THREADS, sizeof *adders);
	struct concur_value value;
	pthread_t threads[THREADS];

	must(adders);
	for (int i = 0; i < THREADS; i++) {
		adders[i].dict = dict;
		must(pthread_create(&threads[i], NULL, add_ahead, &adders[i]) == 0);
	}
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(threads[i], NULL) == 0);
	must_ok(concur_dict_get(dict, CV("n"), &value));
	ck_assert_int_eq(value.integer, THREADS * CALLS);
	free(adders);
}

START_TEST(hundred_thousand_calls_in_flight_all_are_answered)
{
	concur_dict *dict = death_dict(death_start(NULL, 0));

	add_from_all_threads(dict);
	concur_free(dict);
}
END_TEST

static void *
get_the_last(void *arg)
{
	struct concur_value value;

	must_ok(concur_queue_get(arg, CONCUR_FOREVER, &value));
	return NULL;
}

/* One thread waits, and reads for all others, until they have done. */
START_TEST(hundred_thousand_calls_in_flight_beside_a_waiting_thread_all_are_answered)
{
	concur_session *session = death_start(NULL, 0);
	concur_queue *queue = death_queue(session, 0);
	concur_dict *dict = death_dict(session);
	pthread_t thread;

	must(pthread_create(&thread, NULL, get_the_last, queue) == 0);
	await_waiters(CONCUR_OBJECT(queue), 1);
	add_from_all_threads(dict);
	must_ok(concur_queue_put(queue, CV(1), 0));
	must(pthread_join(thread, NULL) == 0);
	concur_free(queue);
	concur_free(dict);
}
END_TEST

/* Sends what fits, and in between what is too large for a frame. */
static void *
set_too_large(void *arg)
{
	static const char bytes[TOO_LARGE];
	struct adder *adder = arg;

	for (int i = 0; i < MIXED; i++) {
		must_be(concur_dict_set(adder->dict, CV("large"), concur_data(bytes, sizeof bytes)), CONCUR_TOO_LARGE);
		must_ok(concur_dict_add(adder->dict, CV("n"), CV(1), NULL));
	}
	return NULL;
}

static void *
add_one_by_one(void *arg)
{
	struct adder *adder = arg;

	for (int i = 0; i < MIXED; i++)
		must_ok(concur_dict_add(adder->dict, CV("n"), CV(1), NULL));
	return NULL;
}

START_TEST(too_large_for_one_thread_other_threads_of_the_session_go_on)
{
	static const char *const arguments[] = { "-L", "frame_max=64K", NULL };
	struct adder adder = { .dict = death_dict(death_start(arguments, 0)) };
	struct concur_value value;
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&threads[i], NULL, i == 0 ? set_too_large : add_one_by_one, &adder) == 0);
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(threads[i], NULL) == 0);
	must_be(concur_dict_contains(adder.dict, CV("large")), CONCUR_NOT_THERE);
	must_ok(concur_dict_get(adder.dict, CV("n"), &value));
	ck_assert_int_eq(value.integer, THREADS * MIXED);
	concur_free(adder.dict);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		thousands_of_sessions_are_served_and_their_end_leaves_nothing,
		daemon_out_of_files_serves_those_it_has_and_later_the_others,
		hundred_thousand_calls_in_flight_all_are_answered,
		hundred_thousand_calls_in_flight_beside_a_waiting_thread_all_are_answered,
		too_large_for_one_thread_other_threads_of_the_session_go_on,
		NULL,
	};

	return death_run("death_many", tests);
}
