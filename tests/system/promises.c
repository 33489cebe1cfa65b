/* Promises that concern all kinds at once, each with real processes: an interrupt leaves no mess, a call that is
 * cancelled leaks nothing, large values travel, threads are owners of their own. */
#include "config.h"

#include "tests/system/death.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROUNDS = 300,
	LARGE = 32 * 1024 * 1024, /* bytes */
};

/* -- an interrupt ------------------------------------------------------------------------------------------------- */

static void
wait_for_lock(concur_session *session, int channel)
{
	(void)channel;
	must_be(concur_lock_acquire(death_lock(session, true), CONCUR_FOREVER, NULL), CONCUR_OK);
}

static void
hold_lock(concur_session *session, int channel)
{
	must_ok(concur_lock_acquire(death_lock(session, true), CONCUR_FOREVER, NULL));
	child_say(channel, 1);
	(void)child_hear(channel);
}

static void
wait_for_item(concur_session *session, int channel)
{
	concur_queue *queue;

	(void)channel;
	must_ok(concur_queue_open(session, "empty", NULL, &queue));
	must_ok(concur_queue_get(queue, CONCUR_FOREVER, NULL));
}

static void
wait_for_room(concur_session *session, int channel)
{
	(void)channel;
	must_ok(concur_queue_put(death_queue(session, 1), CV(2), CONCUR_FOREVER));
}

static void
wait_for_event(concur_session *session, int channel)
{
	concur_event *event;

	(void)channel;
	must_ok(concur_event_open(session, "event", NULL, &event));
	must_ok(concur_event_wait(event, CONCUR_FOREVER));
}

static void
wait_for_message(concur_session *session, int channel)
{
	concur_pipe *pipe;

	(void)channel;
	must_ok(concur_pipe_open(session, "pipe.0", NULL, &pipe));
	must_ok(concur_pipe_recv(pipe, CONCUR_FOREVER, NULL));
}

START_TEST(interrupt_of_all_workers_leaves_no_mess)
{
	static child_main *const waits[] = { wait_for_lock, wait_for_item, wait_for_room, wait_for_event,
		wait_for_message };
	enum { WAITS = sizeof waits / sizeof *waits };
	concur_session *session = death_start(NULL, 0);
	concur_queue *queue = death_queue(session, 1);
	concur_lock *lock = death_lock(session, true);
	struct child children[WAITS + 1];
	struct concur_value value;
	struct concur_ends ends;

	must_ok(concur_queue_put(queue, CV(1), 0));
	must_ok(concur_pipe_new(session, "pipe", NULL, &ends));
	children[WAITS] = child_start(hold_lock);
	must(child_hear(children[WAITS].channel) == 1);
	for (int i = 0; i < WAITS; i++)
		children[i] = child_start(waits[i]);
	await_all_waiters(session, WAITS);
	/* As a terminal does it: all of them at once. */
	for (int i = 0; i <= WAITS; i++)
		child_signal(&children[i], SIGINT);
	for (int i = 0; i <= WAITS; i++)
		child_end(&children[i], SIGINT);

	await_all_waiters(session, 0);
	must_be(concur_lock_acquire(lock, 0, NULL), CONCUR_OWNER_DIED);
	must_ok(concur_queue_get(queue, 0, &value));
	ck_assert_int_eq(value.integer, 1);
	must_be(concur_queue_get(queue, 0, &value), CONCUR_EMPTY);
	must_ok(concur_pipe_send(ends.end[1], CV(3), 0));
	must_ok(concur_pipe_recv(ends.end[0], 0, &value));
	ck_assert_int_eq(value.integer, 3);
	concur_free(ends.end[0]);
	concur_free(ends.end[1]);
	concur_free(lock);
	concur_free(queue);
}
END_TEST

/* -- cancelling --------------------------------------------------------------------------------------------------- */

/* Cancels the call at once, or when the daemon has had it for a moment. */
static void
cancel(concur_session *session, concur_future *future, int round)
{
	if (round % 3 == 0)
		must_ok(concur_ping(session));
	concur_future_cancel(future);
}

static void
lock_and_unlock(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, true);

	(void)channel;
	for (int i = 0; i < ROUNDS; i++) {
		must_ok(concur_lock_acquire(lock, CONCUR_FOREVER, NULL));
		must_ok(concur_lock_release(lock));
	}
	concur_free(lock);
}

START_TEST(cancel_that_races_with_a_grant_leaks_no_lock)
{
	concur_session *session = death_start(NULL, 0);
	concur_lock *lock = death_lock(session, true);
	struct child child = child_start(lock_and_unlock);

	for (int i = 0; i < ROUNDS; i++) {
		concur_future *future = concur_lock_acquire_begin(lock, CONCUR_FOREVER);
		enum concur_status status;

		cancel(session, future, i);
		status = await_future(future);
		if (status == CONCUR_OK)
			must_ok(concur_lock_release(lock));
		else
			must_be(status, CONCUR_CANCELLED);
	}
	child_join(&child);
	must_ok(concur_lock_acquire(lock, 0, NULL));
	concur_free(lock);
}
END_TEST

/* One permit, by the name "permit". */
static concur_semaphore *
open_permit(concur_session *session)
{
	concur_semaphore *semaphore;

	must_ok(concur_semaphore_open(session, "permit", NULL, &semaphore));
	return semaphore;
}

static void
take_and_give_permit(concur_session *session, int channel)
{
	concur_semaphore *semaphore = open_permit(session);

	(void)channel;
	for (int i = 0; i < ROUNDS; i++) {
		must_ok(concur_semaphore_acquire(semaphore, 1, CONCUR_FOREVER, NULL));
		must_ok(concur_semaphore_release(semaphore, 1));
	}
	concur_free(semaphore);
}

START_TEST(cancel_that_races_with_a_permit_leaks_none)
{
	concur_session *session = death_start(NULL, 0);
	concur_semaphore *semaphore = open_permit(session);
	struct child child = child_start(take_and_give_permit);

	for (int i = 0; i < ROUNDS; i++) {
		concur_future *future = concur_semaphore_acquire_begin(semaphore, 1, CONCUR_FOREVER);
		enum concur_status status;

		cancel(session, future, i);
		status = await_future(future);
		if (status == CONCUR_OK)
			must_ok(concur_semaphore_release(semaphore, 1));
		else
			must_be(status, CONCUR_CANCELLED);
	}
	child_join(&child);
	must_ok(concur_semaphore_acquire(semaphore, 1, 0, NULL));
	must_be(concur_semaphore_acquire(semaphore, 1, 0, NULL), CONCUR_TIMED_OUT);
	must_ok(concur_semaphore_release(semaphore, 1));
	concur_free(semaphore);
}
END_TEST

static void
put_in_order(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 1);

	(void)channel;
	for (int i = 0; i < ROUNDS; i++)
		must_ok(concur_queue_put(queue, CV(i), CONCUR_FOREVER));
	concur_free(queue);
}

static void
send_in_order(concur_session *session, int channel)
{
	concur_pipe *pipe;

	(void)channel;
	must_ok(concur_pipe_open(session, "pipe.1", NULL, &pipe));
	for (int i = 0; i < ROUNDS; i++)
		must_ok(concur_pipe_send(pipe, CV(i), CONCUR_FOREVER));
	concur_free(pipe);
}

/* Takes numbers from 0 by calls that are cancelled as soon as they are made, until all have come. */
static void
take_by_cancelled_calls(concur_session *session, concur_object *from)
{
	int64_t taken = 0;

	for (int round = 0; taken < ROUNDS; round++) {
		concur_future *future = concur_object_queue(from)
		    ? concur_queue_get_begin(concur_object_queue(from), CONCUR_FOREVER)
		    : concur_pipe_recv_begin(concur_object_pipe(from), CONCUR_FOREVER);
		struct concur_value value;
		enum concur_status status;

		cancel(session, future, round);
		status = concur_future_value(future, &value);
		must(status == CONCUR_OK || status == CONCUR_CANCELLED);
		if (status == CONCUR_OK)
			must(value.integer == taken++);
		concur_future_free(future);
	}
}

START_TEST(cancel_that_races_with_an_item_loses_none)
{
	concur_session *session = death_start(NULL, 0);
	concur_queue *queue = death_queue(session, 1);
	struct child child = child_start(put_in_order);

	take_by_cancelled_calls(session, CONCUR_OBJECT(queue));
	child_join(&child);
	must_be(concur_queue_get(queue, 0, NULL), CONCUR_EMPTY);
	concur_free(queue);
}
END_TEST

START_TEST(cancel_that_races_with_a_message_loses_none)
{
	concur_session *session = death_start(NULL, 0);
	struct concur_ends ends;
	struct child child;

	must_ok(concur_pipe_new(session, "pipe", NULL, &ends));
	child = child_start(send_in_order);
	take_by_cancelled_calls(session, CONCUR_OBJECT(ends.end[0]));
	child_join(&child);
	must_be(concur_pipe_recv(ends.end[0], 0, NULL), CONCUR_EMPTY);
	concur_free(ends.end[0]);
	concur_free(ends.end[1]);
}
END_TEST

/* -- large values ------------------------------------------------------------------------------------------------- */

static char *
large_bytes(void)
{
	char *bytes = malloc(LARGE);

	must(bytes);
	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = (char)(i * 31 >> 7);
	return bytes;
}

/* Gives what comes out of the queue back through the pipe. */
static void
pass_on(concur_session *session, int channel)
{
	struct concur_value value;
	concur_pipe *pipe;

	(void)channel;
	must_ok(concur_pipe_open(session, "pipe.1", NULL, &pipe));
	must_ok(concur_queue_get(death_queue(session, 0), CONCUR_FOREVER, &value));
	must_ok(concur_pipe_send(pipe, value, CONCUR_FOREVER));
	concur_value_free(&value);
}

START_TEST(large_value_travels_through_queue_and_pipe_unchanged)
{
	concur_session *session = death_start(NULL, 0);
	concur_queue *queue = death_queue(session, 0);
	char *bytes = large_bytes();
	struct concur_value value;
	struct concur_ends ends;
	struct child child;

	must_ok(concur_pipe_new(session, "pipe", NULL, &ends));
	child = child_start(pass_on);
	must_ok(concur_queue_put(queue, concur_data(bytes, LARGE), CONCUR_FOREVER));
	must_ok(concur_pipe_recv(ends.end[0], CONCUR_FOREVER, &value));
	must(value.kind == CONCUR_VALUE_DATA && value.size == LARGE && memcmp(value.bytes, bytes, LARGE) == 0);
	concur_value_free(&value);
	child_join(&child);
	free(bytes);
	concur_free(ends.end[0]);
	concur_free(ends.end[1]);
	concur_free(queue);
}
END_TEST

/* -- owners ------------------------------------------------------------------------------------------------------- */

static void *
release_as_another_thread(void *arg)
{
	must_be(concur_lock_release(arg), CONCUR_NOT_OWNER);
	must_be(concur_lock_acquire(arg, 0, NULL), CONCUR_TIMED_OUT);
	return NULL;
}

START_TEST(threads_of_one_process_are_owners_of_their_own)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	pthread_t thread;

	must_ok(concur_lock_acquire(lock, 0, NULL));
	must(pthread_create(&thread, NULL, release_as_another_thread, lock) == 0);
	must(pthread_join(thread, NULL) == 0);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

static void
take_plain_lock_and_leave(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, false);

	(void)channel;
	must_ok(concur_lock_acquire(lock, 0, NULL));
	concur_free(lock);
}

START_TEST(plain_lock_of_a_child_that_left_is_released_by_its_parent_once)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), false);
	struct child child = child_start(take_plain_lock_and_leave);

	child_join(&child);
	must_be(concur_lock_acquire(lock, 0, NULL), CONCUR_TIMED_OUT);
	must_ok(concur_lock_release(lock));
	must_be(concur_lock_release(lock), CONCUR_NOT_LOCKED);
	concur_free(lock);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		interrupt_of_all_workers_leaves_no_mess,
		cancel_that_races_with_a_grant_leaks_no_lock,
		cancel_that_races_with_a_permit_leaks_none,
		cancel_that_races_with_an_item_loses_none,
		cancel_that_races_with_a_message_loses_none,
		large_value_travels_through_queue_and_pipe_unchanged,
		threads_of_one_process_are_owners_of_their_own,
		plain_lock_of_a_child_that_left_is_released_by_its_parent_once,
		NULL,
	};

	return death_run("promises", tests);
}
