/* Several processes at the same things at the same time: nothing is lost, nobody is let in who should not be. */
#include "config.h"

#include "tests/system/death.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	ADDERS = 4,
	ADDS = 2000,
	TAKERS = 2, /* of turns, under the lock */
	TURNS = 500,
	PUTTERS = 3,  /* and as many getters */
	ITEMS = 1000, /* of each putter */
};

static int64_t
number_at(concur_dict *dict, const char *key)
{
	struct concur_value value;
	enum concur_status status = concur_dict_get(dict, CV(key), &value);

	if (status == CONCUR_NOT_THERE)
		return 0;
	must_ok(status);
	return value.integer;
}

/* -- counting ----------------------------------------------------------------------------------------------------- */

static void
add_many(concur_session *session, int channel)
{
	concur_dict *dict = death_dict(session);

	(void)child_hear(channel);
	for (int i = 0; i < ADDS; i++)
		must_ok(concur_dict_add(dict, CV("n"), CV(1), NULL));
	concur_free(dict);
}

START_TEST(add_by_four_processes_loses_nothing)
{
	concur_dict *dict = death_dict(death_start(NULL, 0));
	struct child children[ADDERS];

	for (int i = 0; i < ADDERS; i++)
		children[i] = child_start(add_many);
	for (int i = 0; i < ADDERS; i++)
		child_say(children[i].channel, 0);
	for (int i = 0; i < ADDERS; i++)
		child_join(&children[i]);
	ck_assert_int_eq(number_at(dict, "n"), ADDERS * ADDS);
	concur_free(dict);
}
END_TEST

/* Reads and writes in two calls: only the lock keeps the sum right. */
static void
add_under_lock(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, true);
	concur_dict *dict = death_dict(session);

	(void)child_hear(channel);
	for (int i = 0; i < TURNS; i++) {
		must_ok(concur_lock_acquire(lock, CONCUR_FOREVER, NULL));
		must_ok(concur_dict_set(dict, CV("n"), CV(number_at(dict, "n") + 1)));
		must_ok(concur_lock_release(lock));
	}
	concur_free(dict);
	concur_free(lock);
}

START_TEST(get_and_set_under_a_lock_lose_nothing)
{
	concur_dict *dict = death_dict(death_start(NULL, 0));
	struct child children[TAKERS];

	for (int i = 0; i < TAKERS; i++)
		children[i] = child_start(add_under_lock);
	for (int i = 0; i < TAKERS; i++)
		child_say(children[i].channel, 0);
	for (int i = 0; i < TAKERS; i++)
		child_join(&children[i]);
	ck_assert_int_eq(number_at(dict, "n"), TAKERS * TURNS);
	concur_free(dict);
}
END_TEST

/* -- killing ------------------------------------------------------------------------------------------------------ */

/* Takes turns until it is killed: "begun" and "ended" differ only while the lock is held. Who takes over from a dead
 * one is told, and mends what the dead has left half done; who is not told finds nothing to mend. */
static void
take_turns(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, true);
	concur_dict *dict = death_dict(session);

	child_say(channel, 0);
	for (;;) {
		enum concur_status status = concur_lock_acquire(lock, CONCUR_FOREVER, NULL);
		int64_t begun = number_at(dict, "begun");

		must(status == CONCUR_OK || status == CONCUR_OWNER_DIED);
		must(status == CONCUR_OWNER_DIED || number_at(dict, "ended") == begun);
		must_ok(concur_dict_set(dict, CV("begun"), CV(begun + 1)));
		must_ok(concur_dict_set(dict, CV("ended"), CV(begun + 1)));
		must_ok(concur_lock_release(lock));
	}
}

START_TEST(takers_killed_at_any_moment_what_is_half_done_is_always_told)
{
	concur_session *session = death_start(NULL, 0);
	concur_lock *lock = death_lock(session, true);
	concur_dict *dict = death_dict(session);
	struct child children[ADDERS];
	enum concur_status status;

	for (int i = 0; i < ADDERS; i++)
		children[i] = child_start(take_turns);
	for (int i = 0; i < 40 * ADDERS; i++) {
		struct child *child = &children[i % ADDERS];
		int64_t begun = number_at(dict, "begun");

		(void)child_hear(child->channel);
		while (number_at(dict, "begun") < begun + i % 7)
			continue;
		child_kill(child);
		*child = child_start(take_turns);
	}
	for (int i = 0; i < ADDERS; i++)
		child_kill(&children[i]);
	status = concur_lock_acquire(lock, 0, NULL);
	must(status == CONCUR_OK || status == CONCUR_OWNER_DIED);
	must_ok(concur_lock_release(lock));
	concur_free(dict);
	concur_free(lock);
}
END_TEST

/* -- queues ------------------------------------------------------------------------------------------------------- */

static void
put_items(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 16);
	int64_t first = (int64_t)child_hear(channel);

	for (int64_t i = 0; i < ITEMS; i++)
		must_ok(concur_queue_put(queue, CV(first + i), CONCUR_FOREVER));
	concur_free(queue);
}

/* Notes each item that it gets, until it gets none more; what it had from one putter must rise. */
static void
get_items(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 16);
	concur_dict *dict = death_dict(session);
	int64_t last[PUTTERS] = { -1, -1, -1 };
	struct concur_value value;
	enum concur_status status;

	(void)channel;
	while ((status = concur_queue_get(queue, CONCUR_FOREVER, &value)) == CONCUR_OK) {
		must(last[value.integer / ITEMS] < value.integer);
		last[value.integer / ITEMS] = value.integer;
		must_ok(concur_dict_add(dict, value, CV(1), NULL));
	}
	must_be(status, CONCUR_SHUT_DOWN);
	concur_free(dict);
	concur_free(queue);
}

START_TEST(items_of_many_putters_each_come_to_one_getter_once)
{
	concur_session *session = death_start(NULL, 0);
	concur_queue *queue = death_queue(session, 16);
	concur_dict *dict = death_dict(session);
	struct child putters[PUTTERS], getters[PUTTERS];
	struct concur_value value;

	for (int i = 0; i < PUTTERS; i++) {
		getters[i] = child_start(get_items);
		putters[i] = child_start(put_items);
		child_say(putters[i].channel, (uint64_t)i * ITEMS);
	}
	for (int i = 0; i < PUTTERS; i++)
		child_join(&putters[i]);
	must_ok(concur_queue_shutdown(queue, false));
	for (int i = 0; i < PUTTERS; i++)
		child_join(&getters[i]);
	for (int i = 0; i < PUTTERS * ITEMS; i++) {
		must_ok(concur_dict_get(dict, CV(i), &value));
		ck_assert_int_eq(value.integer, 1);
	}
	concur_free(dict);
	concur_free(queue);
}
END_TEST

/* -- fencing ------------------------------------------------------------------------------------------------------ */

/* Takes the lock and guards its calls; writes when told to, and tells how that ended. */
static void
write_guarded(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, false);
	concur_dict *dict = death_dict(session);
	struct concur_grant grant;

	must_ok(concur_lock_acquire(lock, 0, &grant));
	must_ok(concur_guard(session, lock, grant.token));
	child_say(channel, grant.token);
	for (int i = 0; i < 2; i++) {
		(void)child_hear(channel);
		child_say(channel, concur_dict_set(dict, CV("writer"), CV("late")));
	}
	must_ok(concur_guard(session, NULL, 0));
	concur_free(dict);
	concur_free(lock);
}

/* The holder stands still; its lock is taken from it and passes on. It goes on without knowing, and can do no harm. */
START_TEST(stale_holder_goes_on_its_write_is_refused)
{
	concur_session *session = death_start(NULL, 0);
	concur_lock *lock = death_lock(session, false);
	concur_dict *dict = death_dict(session);
	struct child writer = child_start(write_guarded);
	uint64_t token = child_hear(writer.channel);
	struct concur_grant grant;
	struct concur_value value;

	child_say(writer.channel, 0);
	ck_assert_uint_eq(child_hear(writer.channel), CONCUR_OK);
	child_stop(&writer);
	must_ok(concur_lock_release(lock));
	must_ok(concur_lock_acquire(lock, 0, &grant));
	ck_assert_uint_gt(grant.token, token);
	must_ok(concur_guard(session, lock, grant.token));
	must_ok(concur_dict_set(dict, CV("writer"), CV("next")));
	must_ok(concur_guard(session, NULL, 0));
	child_say(writer.channel, 0);
	child_signal(&writer, SIGCONT);
	ck_assert_uint_eq(child_hear(writer.channel), CONCUR_STALE_TOKEN);
	child_join(&writer);
	must_ok(concur_dict_get(dict, CV("writer"), &value));
	ck_assert_str_eq(value.bytes, "next");
	concur_value_free(&value);
	must_ok(concur_lock_release(lock));
	concur_free(dict);
	concur_free(lock);
}
END_TEST

/* A process that the dead holder has left behind writes under its token. */
START_TEST(token_of_a_dead_holder_is_refused)
{
	concur_session *session = death_start(NULL, 0);
	concur_lock *lock = death_lock(session, false);
	concur_dict *dict = death_dict(session);
	struct child writer = child_start(write_guarded);
	uint64_t token = child_hear(writer.channel);

	must_ok(concur_guard(session, lock, token));
	must_ok(concur_dict_set(dict, CV("writer"), CV("heir")));
	child_kill(&writer);
	must_be(concur_dict_set(dict, CV("writer"), CV("late")), CONCUR_STALE_TOKEN);
	must_ok(concur_guard(session, NULL, 0));
	must_ok(concur_dict_delete(dict, CV("writer")));
	concur_free(dict);
	concur_free(lock);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		add_by_four_processes_loses_nothing,
		get_and_set_under_a_lock_lose_nothing,
		takers_killed_at_any_moment_what_is_half_done_is_always_told,
		items_of_many_putters_each_come_to_one_getter_once,
		stale_holder_goes_on_its_write_is_refused,
		token_of_a_dead_holder_is_refused,
		NULL,
	};

	return death_run("death_race", tests);
}
