/* Rwlocks, and the deaths of those who read, write, or wait for it. */
#include "config.h"

#include "tests/system/death.h"

#include <unistd.h>

#define WAIT (60 * CONCUR_SECOND) /* far longer than a pass takes, but an end */

static concur_rwlock *
open_rwlock(concur_session *session)
{
	concur_rwlock *rwlock;

	must_ok(concur_rwlock_open(session, "rwlock", NULL, &rwlock));
	return rwlock;
}

/* Both tell the status they got in with, the token of the dead, and their own; and leave when they are told to. */
static void
read_it(concur_session *session, int channel)
{
	concur_rwlock *rwlock = open_rwlock(session);
	struct concur_grant grant = { 0 };

	child_say(channel, concur_rwlock_read(rwlock, WAIT, &grant));
	child_say(channel, grant.death.token);
	child_say(channel, grant.token);
	(void)child_hear(channel);
	must_ok(concur_rwlock_release_read(rwlock));
	concur_free(rwlock);
}

static void
write_it(concur_session *session, int channel)
{
	concur_rwlock *rwlock = open_rwlock(session);
	struct concur_grant grant = { 0 };

	child_say(channel, concur_rwlock_write(rwlock, WAIT, &grant));
	child_say(channel, grant.death.token);
	child_say(channel, grant.token);
	(void)child_hear(channel);
	must_ok(concur_rwlock_release_write(rwlock));
	concur_free(rwlock);
}

/* What it tells when it is in; the result is its token. */
static uint64_t
must_be_in(const struct child *child, enum concur_status status, uint64_t dead)
{
	ck_assert_uint_eq(child_hear(child->channel), status);
	ck_assert_uint_eq(child_hear(child->channel), dead);
	return child_hear(child->channel);
}

static struct child
start_waiter(concur_rwlock *rwlock, child_main *run, uint64_t place)
{
	struct child child = child_start(run);

	await_waiters(CONCUR_OBJECT(rwlock), place);
	return child;
}

static void
leave_and_join(struct child *child)
{
	child_say(child->channel, 0);
	child_join(child);
}

static struct concur_rwlock_state
state_of(concur_rwlock *rwlock)
{
	struct concur_rwlock_state state;

	must_ok(concur_rwlock_state(rwlock, &state));
	return state;
}

START_TEST(readers_are_in_together_and_the_writer_comes_after_them)
{
	concur_rwlock *rwlock = open_rwlock(death_start(NULL, 0));
	struct child readers[2] = { child_start(read_it), child_start(read_it) }, writer, late;

	for (int i = 0; i < 2; i++)
		(void)must_be_in(&readers[i], CONCUR_OK, 0);
	ck_assert_uint_eq(state_of(rwlock).readers, 2);
	writer = start_waiter(rwlock, write_it, 1);
	late = start_waiter(rwlock, read_it, 2);
	for (int i = 0; i < 2; i++)
		leave_and_join(&readers[i]);
	(void)must_be_in(&writer, CONCUR_OK, 0);
	ck_assert(state_of(rwlock).written);
	ck_assert_uint_eq(state_of(rwlock).writer.process, (uint64_t)writer.pid);
	leave_and_join(&writer);
	(void)must_be_in(&late, CONCUR_OK, 0);
	leave_and_join(&late);
	concur_free(rwlock);
}
END_TEST

START_TEST(reader_killed_just_leaves)
{
	concur_rwlock *rwlock = open_rwlock(death_start(NULL, 0));
	struct child reader = child_start(read_it), writer;

	(void)must_be_in(&reader, CONCUR_OK, 0);
	writer = start_waiter(rwlock, write_it, 1);
	child_kill(&reader);
	(void)must_be_in(&writer, CONCUR_OK, 0);
	leave_and_join(&writer);
	concur_free(rwlock);
}
END_TEST

START_TEST(writer_killed_the_first_reader_is_told_and_all_get_in)
{
	concur_rwlock *rwlock = open_rwlock(death_start(NULL, 0));
	struct child writer = child_start(write_it), first, second;
	uint64_t token = must_be_in(&writer, CONCUR_OK, 0);

	first = start_waiter(rwlock, read_it, 1);
	second = start_waiter(rwlock, read_it, 2);
	child_kill(&writer);
	(void)must_be_in(&first, CONCUR_OWNER_DIED, token);
	(void)must_be_in(&second, CONCUR_OK, 0);
	leave_and_join(&first);
	leave_and_join(&second);
	must_ok(concur_rwlock_write(rwlock, 0, NULL));
	must_ok(concur_rwlock_release_write(rwlock));
	concur_free(rwlock);
}
END_TEST

START_TEST(writers_killed_one_after_the_other_each_next_is_told)
{
	concur_rwlock *rwlock = open_rwlock(death_start(NULL, 0));
	struct child writer = child_start(write_it), next;
	uint64_t token = must_be_in(&writer, CONCUR_OK, 0);

	for (int i = 0; i < 4; i++) {
		next = start_waiter(rwlock, write_it, 1);
		child_kill(&writer);
		token = must_be_in(&next, CONCUR_OWNER_DIED, token);
		writer = next;
	}
	leave_and_join(&writer);
	concur_free(rwlock);
}
END_TEST

START_TEST(waiting_writer_killed_readers_behind_it_get_in)
{
	concur_rwlock *rwlock = open_rwlock(death_start(NULL, 0));
	struct child reader = child_start(read_it), writer, late;

	(void)must_be_in(&reader, CONCUR_OK, 0);
	writer = start_waiter(rwlock, write_it, 1);
	late = start_waiter(rwlock, read_it, 2);
	child_kill(&writer);
	(void)must_be_in(&late, CONCUR_OK, 0);
	leave_and_join(&reader);
	leave_and_join(&late);
	concur_free(rwlock);
}
END_TEST

START_TEST(other_reader_killed_the_upgrade_is_done)
{
	concur_session *session = death_start(NULL, 0);
	concur_rwlock *rwlock = open_rwlock(session);
	struct child reader = child_start(read_it);
	struct concur_grant read, written, kept;
	concur_future *upgrade;

	(void)must_be_in(&reader, CONCUR_OK, 0);
	must_ok(concur_rwlock_read(rwlock, 0, &read));
	must_be(concur_rwlock_write(rwlock, 0, NULL), CONCUR_TIMED_OUT);
	upgrade = concur_rwlock_write_begin(rwlock, WAIT);
	await_waiters(CONCUR_OBJECT(rwlock), 1);
	child_kill(&reader);
	must_ok(concur_future_grant(upgrade, &written));
	concur_future_free(upgrade);
	ck_assert_uint_gt(written.token, read.token);
	must_ok(concur_rwlock_downgrade(rwlock, &kept));
	ck_assert_uint_eq(kept.token, written.token);
	ck_assert_uint_eq(state_of(rwlock).readers, 1);
	/* Calls are guarded by it as by a lock's token. */
	must_ok(concur_rwlock_guard(session, rwlock, kept.token));
	must_ok(concur_ping(session));
	must_ok(concur_rwlock_release_read(rwlock));
	must_ok(concur_rwlock_release_read(rwlock));
	must_be(concur_ping(session), CONCUR_STALE_TOKEN);
	must_ok(concur_rwlock_guard(session, NULL, 0));
	concur_free(rwlock);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		readers_are_in_together_and_the_writer_comes_after_them,
		reader_killed_just_leaves,
		writer_killed_the_first_reader_is_told_and_all_get_in,
		writers_killed_one_after_the_other_each_next_is_told,
		waiting_writer_killed_readers_behind_it_get_in,
		other_reader_killed_the_upgrade_is_done,
		NULL,
	};

	return death_run("death_rwlock", tests);
}
