/* Sets, arrays, namespaces and values, and the deaths of those who use them: what the dead had done stays whole, what
 * was to live as long as they is gone, and the lock of a value passes on. */
#include "config.h"

#include "tests/system/death.h"

#include <signal.h>

#define WAIT (60 * CONCUR_SECOND) /* far longer than anything here takes, but an end */

static const struct concur_open with_session = { .lifetime = CONCUR_LIFETIME_SESSION, .typecode = 'i', .count = 1000 };

/* Makes one of each that lives as long as this session, and waits to be killed. */
static void
make_all(concur_session *session, int channel)
{
	concur_set *set;
	concur_array *array;
	concur_namespace *space;
	int64_t count;

	must_ok(concur_set_open(session, "set", &with_session, &set));
	must_ok(concur_array_open(session, "array", &with_session, &array));
	must_ok(concur_namespace_open(session, "space", &with_session, &space));
	must_ok(concur_set_add(set, &(struct concur_value[]){ concur_reference(CONCUR_OBJECT(array)) }[0], 1, &count));
	must_ok(concur_namespace_set(space, "set", concur_reference(CONCUR_OBJECT(set))));
	child_say(channel, 0);
	(void)child_hear(channel);
}

START_TEST(containers_of_a_session_go_with_it)
{
	concur_session *session = death_start(NULL, 0);
	struct child child = child_start(make_all);
	const struct concur_open there = { .must_exist = true };
	enum concur_status status;
	concur_set *set;

	(void)child_hear(child.channel);
	must_ok(concur_set_open(session, "set", &there, &set));
	child_kill(&child);
	/* Our own handle does not keep what was to go with its creator. */
	do {
		concur_object *object;

		status = concur_object_open(session, CONCUR_KIND_NONE, "set", &there, &object);
		if (status == CONCUR_OK)
			concur_free(object);
	} while (status == CONCUR_OK);
	must_be(status, CONCUR_NOT_FOUND);
	concur_free(set);
}
END_TEST

/* Adds and takes back in one step each, again and again, until it is killed. */
static void
change_all(concur_session *session, int channel)
{
	struct concur_value numbers[64];
	concur_set *set;
	int64_t count;

	for (int i = 0; i < 64; i++)
		numbers[i] = CV(i);
	must_ok(concur_set_open(session, "numbers", NULL, &set));
	for (bool told = false;; told = true) {
		must_ok(concur_set_add(set, numbers, 64, &count));
		must_ok(concur_set_discard(set, numbers, 64, &count));
		if (!told)
			child_say(channel, 0);
	}
}

START_TEST(change_of_many_is_whole_whenever_its_caller_dies)
{
	concur_session *session = death_start(NULL, 0);
	concur_set *set;
	int64_t len;

	must_ok(concur_set_open(session, "numbers", NULL, &set));
	for (int i = 0; i < 10; i++) {
		struct child child = child_start(change_all);

		(void)child_hear(child.channel);
		child_kill(&child);
		must_ok(concur_len(set, &len));
		ck_assert(len == 0 || len == 64);
		must_ok(concur_clear(set));
	}
	concur_free(set);
}
END_TEST

static concur_lock *
lock_of_value(concur_session *session)
{
	concur_cell *cell;
	concur_lock *lock;

	must_ok(concur_cell_open(session, "value", NULL, &cell));
	must_ok(concur_object_own_lock(CONCUR_OBJECT(cell), &lock));
	concur_free(cell);
	return lock;
}

static void
hold_lock(concur_session *session, int channel)
{
	must_ok(concur_lock_acquire(lock_of_value(session), WAIT, NULL));
	child_say(channel, 0);
	(void)child_hear(channel);
}

START_TEST(lock_of_a_value_passes_on_when_its_owner_dies)
{
	concur_session *session = death_start(NULL, 0);
	struct child child = child_start(hold_lock);
	concur_lock *lock = lock_of_value(session);
	struct concur_grant grant = { 0 };
	pid_t dead = child.pid;

	(void)child_hear(child.channel);
	must_be(concur_lock_acquire(lock, 0, NULL), CONCUR_TIMED_OUT);
	child_kill(&child);
	must_be(concur_lock_acquire(lock, WAIT, &grant), CONCUR_OWNER_DIED);
	ck_assert_uint_eq(grant.death.process, (uint64_t)dead);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		containers_of_a_session_go_with_it,
		change_of_many_is_whole_whenever_its_caller_dies,
		lock_of_a_value_passes_on_when_its_owner_dies,
		NULL,
	};

	return death_run("death_containers", tests);
}
