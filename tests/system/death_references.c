/* Copies, locks of keys and references in cycles, and the deaths of those who have them: what nobody else refers to is
 * gone, what somebody does stays, and a key's lock passes on while those of other keys stay where they are.
 *
 * Nothing lingers here, so the daemon's count of objects tells what is gone. */
#include "config.h"

#include "tests/system/death.h"

#define WAIT (60 * CONCUR_SECOND) /* far longer than anything here takes, but an end */

enum { CYCLE = 2 };

static concur_session *
start(void)
{
	static const char *const arguments[] = { "-L", "linger_seconds=0", NULL };

	return death_start(arguments, 0);
}

static uint64_t
objects(concur_session *session)
{
	struct concur_manager manager;

	must_ok(concur_manager_info(session, &manager));
	return manager.objects;
}

static void
await_objects(concur_session *session, uint64_t count)
{
	while (objects(session) != count)
		;
}

/* -- copies ------------------------------------------------------------------------------------------------------ */

static concur_dict *
open_original(concur_session *session)
{
	concur_dict *dict;

	must_ok(concur_dict_open(session, "original", NULL, &dict));
	return dict;
}

/* Makes two copies of the original, changes both, stores a reference to the second one, and waits to be killed. */
static void
make_copies(concur_session *session, int channel)
{
	concur_dict *original = open_original(session);
	concur_object *copies[2];

	for (int i = 0; i < 2; i++) {
		must_ok(concur_object_copy(CONCUR_OBJECT(original), &copies[i]));
		must_ok(concur_dict_set((concur_dict *)copies[i], CV("number"), CV(i)));
	}
	must_ok(concur_dict_set(original, CV("kept"), concur_reference(copies[1])));
	child_say(channel, concur_object_id(copies[0]));
	child_say(channel, concur_object_id(copies[1]));
	(void)child_hear(channel);
}

static int64_t
number_in(concur_object *dict)
{
	struct concur_value value;

	must_ok(concur_dict_get((concur_dict *)dict, CV("number"), &value));
	return value.integer;
}

START_TEST(copy_of_the_dead_goes_unless_something_refers_to_it)
{
	concur_session *session = start();
	concur_dict *original = open_original(session);
	struct child child;
	uint64_t ids[2];
	concur_object *copy;

	must_ok(concur_dict_set(original, CV("number"), CV(7)));
	child = child_start(make_copies);
	ids[0] = child_hear(child.channel);
	ids[1] = child_hear(child.channel);
	must(objects(session) == 3);
	child_kill(&child);
	await_objects(session, 2);
	must_be(concur_object_ref(session, ids[0], &copy), CONCUR_NOT_FOUND);
	must_ok(concur_object_ref(session, ids[1], &copy));
	ck_assert_int_eq(number_in(copy), 1);
	ck_assert_int_eq(number_in(CONCUR_OBJECT(original)), 7);
	concur_free(copy);
	concur_free(original);
}
END_TEST

START_TEST(copy_outlives_its_original)
{
	concur_session *session = start();
	concur_dict *original = open_original(session);
	struct child child;
	concur_object *copy;
	uint64_t id;

	must_ok(concur_dict_set(original, CV("number"), CV(7)));
	child = child_start(make_copies);
	id = child_hear(child.channel);
	(void)child_hear(child.channel);
	must_ok(concur_object_ref(session, id, &copy));
	must_ok(concur_object_remove(CONCUR_OBJECT(original)));
	concur_free(original);
	child_kill(&child);
	/* The other copy goes with the original, which alone refers to it. */
	await_objects(session, 1);
	ck_assert_int_eq(number_in(copy), 0);
	concur_free(copy);
}
END_TEST

/* -- locks of keys ----------------------------------------------------------------------------------------------- */

static concur_lock *
key_lock(concur_session *session, const char *key)
{
	concur_dict *dict = open_original(session);
	concur_lock *lock;

	must_ok(concur_dict_key_lock(dict, concur_text(key), &lock));
	concur_free(dict);
	return lock;
}

static void
hold_key(concur_session *session, int channel)
{
	must_ok(concur_lock_acquire(key_lock(session, "held"), WAIT, NULL));
	child_say(channel, 0);
	(void)child_hear(channel);
}

/* Gets the lock only by the death of its holder. */
static void
await_key(concur_session *session, int channel)
{
	struct concur_grant grant = { 0 };
	concur_lock *lock = key_lock(session, "held");

	child_say(channel, concur_object_id(CONCUR_OBJECT(lock)));
	must_be(concur_lock_acquire(lock, WAIT, &grant), CONCUR_OWNER_DIED);
	child_say(channel, grant.death.process);
	(void)child_hear(channel);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}

START_TEST(lock_of_a_key_passes_on_when_its_holder_dies_and_others_stay)
{
	concur_session *session = start();
	concur_dict *dict = open_original(session);
	concur_lock *mine = key_lock(session, "mine"), *held = key_lock(session, "held");
	struct child holder = child_start(hold_key), waiter;
	uint64_t dead = (uint64_t)holder.pid;
	struct concur_grant grant;

	must_ok(concur_lock_acquire(mine, 0, &grant));
	(void)child_hear(holder.channel);
	waiter = child_start(await_key);
	must(child_hear(waiter.channel) == concur_object_id(CONCUR_OBJECT(held)));
	await_waiters(CONCUR_OBJECT(held), 1);
	child_kill(&holder);
	must(child_hear(waiter.channel) == dead);
	must_be(concur_lock_acquire(held, 0, NULL), CONCUR_TIMED_OUT);
	/* Ours is as it was, held under the same token. */
	must_ok(concur_guard(session, mine, grant.token));
	must_ok(concur_ping(session));
	must_ok(concur_guard(session, NULL, 0));
	must_ok(concur_lock_release(mine));
	child_say(waiter.channel, 0);
	child_join(&waiter);
	must_ok(concur_lock_acquire(held, 0, NULL));
	must_ok(concur_lock_release(held));
	concur_free(held);
	concur_free(mine);
	concur_free(dict);
}
END_TEST

/* -- cycles ------------------------------------------------------------------------------------------------------ */

/* Makes a list, tells its id, and stores a reference to the list whose id it is told. */
static void
join_cycle(concur_session *session, int channel)
{
	concur_object *other;
	concur_list *list;

	must_ok(concur_list_open(session, NULL, NULL, &list));
	child_say(channel, concur_object_id(CONCUR_OBJECT(list)));
	must_ok(concur_object_ref(session, child_hear(channel), &other));
	must_ok(concur_list_append(list, concur_reference(other)));
	concur_free(other);
	child_say(channel, 0);
	(void)child_hear(channel);
}

static void
start_cycle(struct child children[CYCLE], uint64_t ids[CYCLE])
{
	for (int i = 0; i < CYCLE; i++)
		children[i] = child_start(join_cycle);
	for (int i = 0; i < CYCLE; i++)
		ids[i] = child_hear(children[i].channel);
	for (int i = 0; i < CYCLE; i++)
		child_say(children[i].channel, ids[(i + 1) % CYCLE]);
	for (int i = 0; i < CYCLE; i++)
		(void)child_hear(children[i].channel);
}

START_TEST(cycle_of_two_dead_processes_is_collected)
{
	concur_session *session = start();
	uint64_t before = objects(session), ids[CYCLE];
	struct child children[CYCLE];

	start_cycle(children, ids);
	must(objects(session) == before + CYCLE);
	child_kill(&children[0]);
	/* Its list stays, for the other one refers to it. */
	must(objects(session) == before + CYCLE);
	child_kill(&children[1]);
	await_objects(session, before);
}
END_TEST

/* Until the search that is to come is over: it finds a list that only it can find. `count`: objects that stay. */
static void
await_search(concur_session *session, uint64_t count)
{
	concur_list *list;

	must_ok(concur_list_open(session, NULL, NULL, &list));
	must_ok(concur_list_append(list, concur_reference(CONCUR_OBJECT(list))));
	concur_free(list);
	await_objects(session, count);
}

START_TEST(cycle_of_two_dead_processes_stays_while_a_third_refers_to_it)
{
	concur_session *session = start();
	uint64_t before = objects(session), ids[CYCLE];
	struct child children[CYCLE];
	struct concur_value value;
	concur_object *list, *other;

	start_cycle(children, ids);
	must_ok(concur_object_ref(session, ids[0], &list));
	for (int i = 0; i < CYCLE; i++)
		child_kill(&children[i]);
	await_search(session, before + CYCLE);
	/* All the way round: the second list, then the first again. */
	must_ok(concur_path_get(list, (struct concur_value[]){ CV(0), CV(0), CV(0) }, 3, &value));
	must_ok(concur_object_take(session, &value, &other));
	ck_assert_uint_eq(concur_object_id(other), ids[1]);
	concur_free(other);
	must(objects(session) == before + CYCLE);
	concur_free(list);
	await_objects(session, before);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		copy_of_the_dead_goes_unless_something_refers_to_it,
		copy_outlives_its_original,
		lock_of_a_key_passes_on_when_its_holder_dies_and_others_stay,
		cycle_of_two_dead_processes_is_collected,
		cycle_of_two_dead_processes_stays_while_a_third_refers_to_it,
		NULL,
	};

	return death_run("death_references", tests);
}
