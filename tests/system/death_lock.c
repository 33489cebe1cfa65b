/* Locks and the deaths of those who hold them or wait for them. Each test is named for what must happen; a lock that is
 * never free again, given to two, or passed on without a word is what must not. */
#include "config.h"

#include "tests/system/death.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { CROWD = 8 };

#define WAIT (60 * CONCUR_SECOND) /* far longer than a pass takes, but an end */

/* -- what the children do ----------------------------------------------------------------------------------------- */

/* Takes the free lock, tells its token, and releases it when it is told to. */
static void
hold(concur_session *session, int channel, bool strict)
{
	concur_lock *lock = death_lock(session, strict);
	struct concur_grant grant;

	must_ok(concur_lock_acquire(lock, 0, &grant));
	child_say(channel, grant.token);
	(void)child_hear(channel);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}

static void
hold_strict(concur_session *session, int channel)
{
	hold(session, channel, true);
}

static void
hold_plain(concur_session *session, int channel)
{
	hold(session, channel, false);
}

/* The same, and has a child that goes on holding all its descriptors, its socket among them. */
static void
hold_and_fork(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, true);
	struct concur_grant grant;

	must_ok(concur_lock_acquire(lock, 0, &grant));
	if (fork() == 0) {
		child_say(channel, (uint64_t)getpid());
		(void)child_hear(channel);
		_exit(EXIT_SUCCESS);
	}
	child_say(channel, grant.token);
	for (;;)
		(void)pause();
}

/* Takes the lock and becomes another program: the process lives on, but knows nothing of the lock. */
static void
hold_and_exec(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, true);
	struct concur_grant grant;

	must_ok(concur_lock_acquire(lock, 0, &grant));
	child_say(channel, grant.token);
	(void)child_hear(channel);
	(void)execlp("tail", "tail", "-f", "/dev/null", (char *)NULL);
}

/* Waits for the lock; tells the status it came with, who died and the token of the dead; releases it when told to. */
static void
wait_for_lock(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, true);
	struct concur_grant grant = { 0 };
	enum concur_status status = concur_lock_acquire(lock, WAIT, &grant);

	child_say(channel, status);
	child_say(channel, grant.death.process);
	child_say(channel, grant.death.token);
	(void)child_hear(channel);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}

static void
take_and_leave(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, child_hear(channel) != 0);

	must_ok(concur_lock_acquire(lock, 0, NULL));
	concur_free(lock);
}

/* -- what the test sees ------------------------------------------------------------------------------------------- */

static struct child
start_waiter(concur_lock *lock, uint64_t place)
{
	struct child child = child_start(wait_for_lock);

	await_waiters(CONCUR_OBJECT(lock), place);
	return child;
}

static void
must_be_granted(const struct child *child, enum concur_status status, pid_t dead, uint64_t token)
{
	ck_assert_uint_eq(child_hear(child->channel), status);
	ck_assert_uint_eq(child_hear(child->channel), (uint64_t)dead);
	ck_assert_uint_eq(child_hear(child->channel), token);
}

static void
release_and_join(struct child *child)
{
	child_say(child->channel, 0);
	child_join(child);
}

static struct concur_lock_state
state_of(concur_lock *lock)
{
	struct concur_lock_state state;

	must_ok(concur_lock_state(lock, &state));
	return state;
}

/* -- the holder dies ---------------------------------------------------------------------------------------------- */

START_TEST(holder_killed_next_owner_is_granted_and_told)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_strict), next;
	uint64_t token = child_hear(holder.channel);

	next = start_waiter(lock, 1);
	child_kill(&holder);
	must_be_granted(&next, CONCUR_OWNER_DIED, holder.pid, token);
	ck_assert_uint_eq(state_of(lock).holder.process, (uint64_t)next.pid);
	release_and_join(&next);
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

START_TEST(holder_killed_with_nobody_waiting_later_owner_is_told)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_strict);
	uint64_t token = child_hear(holder.channel);
	struct concur_grant grant;

	child_kill(&holder);
	must_be(concur_lock_acquire(lock, 0, &grant), CONCUR_OWNER_DIED);
	ck_assert_uint_eq(grant.death.process, (uint64_t)holder.pid);
	ck_assert_uint_eq(grant.death.token, token);
	ck_assert_uint_gt(grant.token, token);
	must_ok(concur_lock_release(lock));
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

START_TEST(holder_killed_its_child_has_the_socket_next_owner_is_granted)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_and_fork), next;
	uint64_t first = child_hear(holder.channel), second = child_hear(holder.channel);
	/* Ids of grants start far above all pids. */
	uint64_t token = first > second ? first : second;
	int heir = death_watch((pid_t)(first > second ? second : first)), channel = dup(holder.channel);

	next = start_waiter(lock, 1);
	child_kill(&holder);
	must_be_granted(&next, CONCUR_OWNER_DIED, holder.pid, token);
	release_and_join(&next);
	child_say(channel, 0);
	await_end(heir);
	(void)close(channel);
	concur_free(lock);
}
END_TEST

START_TEST(holder_becomes_another_program_next_owner_is_granted)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_and_exec), next;
	uint64_t token = child_hear(holder.channel);

	next = start_waiter(lock, 1);
	child_say(holder.channel, 0);
	must_be_granted(&next, CONCUR_OWNER_DIED, holder.pid, token);
	release_and_join(&next);
	child_kill(&holder);
	concur_free(lock);
}
END_TEST

START_TEST(holder_killed_crowd_is_granted_one_by_one_in_order)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_strict), crowd[CROWD];
	uint64_t token = child_hear(holder.channel);

	for (uint64_t i = 0; i < CROWD; i++)
		crowd[i] = start_waiter(lock, i + 1);
	child_kill(&holder);
	for (uint64_t i = 0; i < CROWD; i++) {
		struct concur_lock_state state;

		if (i == 0)
			must_be_granted(&crowd[i], CONCUR_OWNER_DIED, holder.pid, token);
		else
			must_be_granted(&crowd[i], CONCUR_OK, 0, 0);
		state = state_of(lock);
		ck_assert_uint_eq(state.holder.process, (uint64_t)crowd[i].pid);
		ck_assert_uint_eq(state.waiters, CROWD - 1 - i);
		for (uint64_t j = i + 1; j < CROWD; j++)
			ck_assert_int_eq(poll(&(struct pollfd){ .fd = crowd[j].channel, .events = POLLIN }, 1, 0), 0);
		release_and_join(&crowd[i]);
	}
	concur_free(lock);
}
END_TEST

START_TEST(holders_killed_one_after_the_other_each_next_is_told_of_the_last)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_strict), next;
	uint64_t token = child_hear(holder.channel);

	for (int i = 0; i < CROWD; i++) {
		next = start_waiter(lock, 1);
		child_kill(&holder);
		must_be_granted(&next, CONCUR_OWNER_DIED, holder.pid, token);
		token = state_of(lock).holder.token;
		holder = next;
	}
	release_and_join(&holder);
	concur_free(lock);
}
END_TEST

/* -- a waiter dies ------------------------------------------------------------------------------------------------ */

START_TEST(waiter_killed_leaves_the_queue_and_the_one_behind_is_granted)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_strict), first, second;

	(void)child_hear(holder.channel);
	first = start_waiter(lock, 1);
	second = start_waiter(lock, 2);
	child_kill(&first);
	ck_assert_uint_eq(state_of(lock).waiters, 1);
	release_and_join(&holder);
	must_be_granted(&second, CONCUR_OK, 0, 0);
	release_and_join(&second);
	concur_free(lock);
}
END_TEST

/* The second dies before it can have seen that the lock is its own. */
START_TEST(waiter_killed_as_it_is_granted_the_one_behind_is_told)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_strict), first, second;
	uint64_t token;

	(void)child_hear(holder.channel);
	first = start_waiter(lock, 1);
	second = start_waiter(lock, 2);
	child_stop(&first);
	release_and_join(&holder);
	token = state_of(lock).holder.token;
	ck_assert_uint_eq(state_of(lock).holder.process, (uint64_t)first.pid);
	child_kill(&first);
	must_be_granted(&second, CONCUR_OWNER_DIED, first.pid, token);
	release_and_join(&second);
	concur_free(lock);
}
END_TEST

/* -- nobody dies -------------------------------------------------------------------------------------------------- */

START_TEST(holder_stopped_keeps_the_lock_and_goes_on)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_strict), next;

	(void)child_hear(holder.channel);
	child_stop(&holder);
	next = start_waiter(lock, 1);
	must_be(concur_lock_acquire(lock, 1, NULL), CONCUR_TIMED_OUT);
	ck_assert_uint_eq(state_of(lock).holder.process, (uint64_t)holder.pid);
	child_signal(&holder, SIGCONT);
	release_and_join(&holder);
	must_be_granted(&next, CONCUR_OK, 0, 0);
	release_and_join(&next);
	concur_free(lock);
}
END_TEST

START_TEST(goodbye_leaves_a_plain_lock_to_be_released_by_others)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), false);
	struct child child = child_start(take_and_leave);

	child_say(child.channel, false);
	child_join(&child);
	ck_assert(state_of(lock).locked);
	must_be(concur_lock_acquire(lock, 0, NULL), CONCUR_TIMED_OUT);
	must_ok(concur_lock_release(lock));
	must_be(concur_lock_release(lock), CONCUR_NOT_LOCKED);
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

START_TEST(goodbye_releases_a_strict_lock_and_is_no_death)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child child = child_start(take_and_leave);

	child_say(child.channel, true);
	child_join(&child);
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

/* -- releases by others ------------------------------------------------------------------------------------------- */

START_TEST(release_for_the_dead_of_a_free_plain_lock_is_absorbed_once)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), false);
	struct child holder = child_start(hold_plain);

	(void)child_hear(holder.channel);
	child_kill(&holder);
	ck_assert_uint_eq(state_of(lock).credits, 1);
	must_ok(concur_lock_release(lock));
	must_be(concur_lock_release(lock), CONCUR_NOT_LOCKED);
	must_be(concur_lock_acquire(lock, 0, NULL), CONCUR_OWNER_DIED);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

START_TEST(release_for_the_dead_does_not_take_the_lock_from_the_next_owner)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), false);
	struct child holder = child_start(hold_plain), next;
	uint64_t token = child_hear(holder.channel);

	next = start_waiter(lock, 1);
	child_kill(&holder);
	must_be_granted(&next, CONCUR_OWNER_DIED, holder.pid, token);
	must_ok(concur_lock_release(lock));
	ck_assert_uint_eq(state_of(lock).holder.process, (uint64_t)next.pid);
	ck_assert_uint_eq(state_of(lock).credits, 0);
	release_and_join(&next);
	must_be(concur_lock_release(lock), CONCUR_NOT_LOCKED);
	concur_free(lock);
}
END_TEST

START_TEST(release_of_a_strict_lock_by_others_is_refused)
{
	concur_lock *lock = death_lock(death_start(NULL, 0), true);
	struct child holder = child_start(hold_strict);

	(void)child_hear(holder.channel);
	must_be(concur_lock_release(lock), CONCUR_NOT_OWNER);
	child_kill(&holder);
	ck_assert_uint_eq(state_of(lock).credits, 0);
	must_be(concur_lock_release(lock), CONCUR_NOT_LOCKED);
	concur_free(lock);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		holder_killed_next_owner_is_granted_and_told,
		holder_killed_with_nobody_waiting_later_owner_is_told,
		holder_killed_its_child_has_the_socket_next_owner_is_granted,
		holder_becomes_another_program_next_owner_is_granted,
		holder_killed_crowd_is_granted_one_by_one_in_order,
		holders_killed_one_after_the_other_each_next_is_told_of_the_last,
		waiter_killed_leaves_the_queue_and_the_one_behind_is_granted,
		waiter_killed_as_it_is_granted_the_one_behind_is_told,
		holder_stopped_keeps_the_lock_and_goes_on,
		goodbye_leaves_a_plain_lock_to_be_released_by_others,
		goodbye_releases_a_strict_lock_and_is_no_death,
		release_for_the_dead_of_a_free_plain_lock_is_absorbed_once,
		release_for_the_dead_does_not_take_the_lock_from_the_next_owner,
		release_of_a_strict_lock_by_others_is_refused,
		NULL,
	};

	return death_run("death_lock", tests);
}
