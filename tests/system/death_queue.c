/* Queues, and the deaths and goodbyes of those who put, get and wait: nothing that was put is lost, nobody else is
 * disturbed. */
#include "config.h"

#include "tests/system/death.h"
#include "tests/system/raw.h"

#include "concur/v1/methods.h"
#include "lib/frame.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MANY = 500 };

/* -- what the children do ----------------------------------------------------------------------------------------- */

/* Waits until there is room for the item that it is told. */
static void
put_one(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);
	int item = (int)child_hear(channel);

	must_ok(concur_queue_put(queue, CV(item), CONCUR_FOREVER));
	concur_free(queue);
}

static void
join_all(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);

	must_ok(concur_queue_join(queue, CONCUR_FOREVER));
	child_say(channel, 1);
	concur_free(queue);
}

/* Sends many puts, waits for no answer. */
static void
put_many(concur_session *session, concur_queue *queue)
{
	concur_cork(session);
	for (int i = 0; i < MANY; i++)
		concur_future_free(concur_queue_put_begin(queue, CV(i), 0));
	concur_uncork(session);
}

/* Puts, takes a plain lock, says goodbye and ends: all that the daemon hears of it may come at once. */
static void
put_many_and_leave(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);
	concur_lock *lock = death_lock(session, false);

	(void)channel;
	put_many(session, queue);
	concur_future_free(concur_lock_acquire_begin(lock, 0));
	concur_free(lock);
	concur_free(queue);
}

static void
put_many_and_die(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);

	child_say(channel, 0);
	(void)child_hear(channel);
	put_many(session, queue);
	(void)raise(SIGKILL);
}

static size_t
write_frame(struct raw *raw, uint32_t method, const concur_object *object, const char *more, uint8_t *ret)
{
	uint8_t body[32] = { 0x09 }; /* object: a fixed64 */
	size_t size = strlen(more);

	memcpy(frame_u64_write(body + 1, concur_object_id(object)), more, size);
	return raw_frame(raw, method, body, 9 + size, ret);
}

/* Puts, takes a plain lock, says goodbye and ends, all in one breath, and reads no answer. */
static void
put_and_leave_in_one_breath(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);
	concur_lock *lock = death_lock(session, false);
	struct raw raw = raw_connect();
	uint8_t frames[4 * RAW_FRAME];
	size_t size;

	raw_hello(&raw);
	/* value: the integer 7, zigzag */
	size = write_frame(&raw, CONCUR_METHOD_QUEUE_PUT, CONCUR_OBJECT(queue), "\x1a\x02\x18\x0e", frames);
	size += write_frame(&raw, CONCUR_METHOD_LOCK_ACQUIRE, CONCUR_OBJECT(lock), "", frames + size);
	size += raw_frame(&raw, CONCUR_METHOD_SESSION_GOODBYE, NULL, 0, frames + size);
	child_say(channel, 0);
	(void)child_hear(channel);
	must(raw_send(&raw, frames, size));
	_exit(EXIT_SUCCESS);
}

/* -- what the test sees ------------------------------------------------------------------------------------------- */

static struct child
start_waiter(child_main *run, concur_queue *queue, uint64_t place)
{
	struct child child = child_start(run);

	if (run == put_one)
		child_say(child.channel, place);
	await_waiters(CONCUR_OBJECT(queue), place);
	return child;
}

static void
must_get(concur_queue *queue, int64_t item)
{
	struct concur_value value;

	must_ok(concur_queue_get(queue, 0, &value));
	ck_assert_int_eq(value.integer, item);
	concur_value_free(&value);
}

static void
must_be_empty(concur_queue *queue)
{
	struct concur_value value;

	must_be(concur_queue_get(queue, 0, &value), CONCUR_EMPTY);
}

/* The items of one writer, whole and in order; nothing else. */
static void
must_get_many(concur_queue *queue)
{
	for (int i = 0; i < MANY; i++)
		must_get(queue, i);
	must_be_empty(queue);
}

/* -- those who wait die ------------------------------------------------------------------------------------------- */

START_TEST(getter_killed_next_item_goes_to_the_one_behind)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child first = start_waiter(death_get_one, queue, 1), second = start_waiter(death_get_one, queue, 2);

	child_kill(&first);
	must_ok(concur_queue_put(queue, CV(1), 0));
	ck_assert_uint_eq(child_hear(second.channel), 1);
	child_join(&second);
	must_be_empty(queue);
	concur_free(queue);
}
END_TEST

START_TEST(getter_killed_alone_item_stays_in_the_queue)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child getter = start_waiter(death_get_one, queue, 1);

	child_kill(&getter);
	must_ok(concur_queue_put(queue, CV(1), 0));
	must_get(queue, 1);
	must_be_empty(queue);
	concur_free(queue);
}
END_TEST

START_TEST(getter_stopped_gets_its_item_when_it_goes_on)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child getter = start_waiter(death_get_one, queue, 1);

	child_stop(&getter);
	must_ok(concur_queue_put(queue, CV(1), 0));
	must_be_empty(queue);
	child_signal(&getter, SIGCONT);
	ck_assert_uint_eq(child_hear(getter.channel), 1);
	child_join(&getter);
	concur_free(queue);
}
END_TEST

START_TEST(putter_killed_its_item_is_not_put_and_the_one_behind_is)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 1);
	struct child first, second;

	must_ok(concur_queue_put(queue, CV(0), 0));
	first = start_waiter(put_one, queue, 1);
	second = start_waiter(put_one, queue, 2);
	child_kill(&first);
	must_get(queue, 0);
	child_join(&second);
	must_get(queue, 2);
	must_be_empty(queue);
	concur_free(queue);
}
END_TEST

START_TEST(joiner_killed_the_other_joins)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child first, second;

	must_ok(concur_queue_put(queue, CV(0), 0));
	first = start_waiter(join_all, queue, 1);
	second = start_waiter(join_all, queue, 2);
	child_kill(&first);
	await_waiters(CONCUR_OBJECT(queue), 1);
	must_get(queue, 0);
	must_ok(concur_queue_task_done(queue, 1));
	ck_assert_uint_eq(child_hear(second.channel), 1);
	child_join(&second);
	concur_free(queue);
}
END_TEST

/* -- those who put end -------------------------------------------------------------------------------------------- */

/* Held by one that said goodbye, not by a dead one; whoever releases it does so once. */
static void
must_be_left_locked(concur_lock *lock)
{
	struct concur_lock_state state;

	must_ok(concur_lock_state(lock, &state));
	ck_assert(state.locked);
	ck_assert_uint_eq(state.credits, 0);
	must_ok(concur_lock_release(lock));
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_lock_release(lock));
}

START_TEST(putter_leaves_at_once_nothing_is_lost_and_it_is_no_death)
{
	concur_session *session = death_start(NULL, 0);
	concur_queue *queue = death_queue(session, 0);
	concur_lock *lock = death_lock(session, false);
	struct child child = child_start(put_many_and_leave);

	child_join(&child);
	must_get_many(queue);
	must_be_left_locked(lock);
	concur_free(lock);
	concur_free(queue);
}
END_TEST

/* The daemon stands still meanwhile: words, goodbye and the end of the process come to it in one turn. */
START_TEST(putter_leaves_in_one_turn_nothing_is_lost_and_it_is_no_death)
{
	concur_session *session = death_start(NULL, 0);
	concur_queue *queue = death_queue(session, 0);
	concur_lock *lock = death_lock(session, false);
	struct child child = child_start(put_and_leave_in_one_breath), standing = { .pid = death.daemon };

	(void)child_hear(child.channel);
	child_stop(&standing);
	child_say(child.channel, 0);
	child_join(&child);
	child_signal(&standing, SIGCONT);
	must_get(queue, 7);
	must_be_empty(queue);
	must_be_left_locked(lock);
	concur_free(lock);
	concur_free(queue);
}
END_TEST

START_TEST(putter_dies_after_it_sent_all_is_put)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child child = child_start(put_many_and_die);

	(void)child_hear(child.channel);
	child_say(child.channel, 0);
	child_end(&child, SIGKILL);
	must_get_many(queue);
	concur_free(queue);
}
END_TEST

/* The daemon stands still while the putter sends and dies: it learns of the words and of the death at once. */
START_TEST(putter_dies_while_the_daemon_stands_still_all_is_put)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child child = child_start(put_many_and_die), standing = { .pid = death.daemon };

	(void)child_hear(child.channel); /* it has the queue open */
	child_stop(&standing);
	child_say(child.channel, 0);
	child_end(&child, SIGKILL);
	child_signal(&standing, SIGCONT);
	must_get_many(queue);
	concur_free(queue);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		getter_killed_next_item_goes_to_the_one_behind,
		getter_killed_alone_item_stays_in_the_queue,
		getter_stopped_gets_its_item_when_it_goes_on,
		putter_killed_its_item_is_not_put_and_the_one_behind_is,
		joiner_killed_the_other_joins,
		putter_leaves_at_once_nothing_is_lost_and_it_is_no_death,
		putter_leaves_in_one_turn_nothing_is_lost_and_it_is_no_death,
		putter_dies_after_it_sent_all_is_put,
		putter_dies_while_the_daemon_stands_still_all_is_put,
		NULL,
	};

	return death_run("death_queue", tests);
}
