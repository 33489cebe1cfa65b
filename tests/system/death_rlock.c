/* Rlocks, robust locks, and the deaths of processes and ends of threads that hold them. */
#include "config.h"

#include "tests/system/death.h"

#include <pthread.h>
#include <signal.h>

#define WAIT (60 * CONCUR_SECOND) /* far longer than a pass takes, but an end */

static concur_lock *
open_rlock(concur_session *session, bool robust)
{
	struct concur_open how = { .robust = robust };
	concur_lock *lock;

	must_ok(concur_rlock_open(session, "rlock", &how, &lock));
	return lock;
}

static struct concur_lock_state
state_of(concur_lock *lock)
{
	struct concur_lock_state state;

	must_ok(concur_lock_state(lock, &state));
	return state;
}

/* Takes the lock twice, tells its token, and releases it once and again when it is told to. */
static void
hold_twice(concur_session *session, int channel)
{
	concur_lock *lock = open_rlock(session, child_hear(channel) != 0);
	struct concur_grant grant, again;

	must_ok(concur_lock_acquire(lock, 0, &grant));
	must_ok(concur_lock_acquire(lock, WAIT, &again));
	must(again.token == grant.token);
	child_say(channel, grant.token);
	(void)child_hear(channel);
	must_ok(concur_lock_release(lock));
	child_say(channel, 0);
	(void)child_hear(channel);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}

/* Waits for the lock; tells the status it came with and the token of the dead; if it has it, says that it is consistent
 * where it is told 1, and releases it. */
static void
wait_for_lock(concur_session *session, int channel)
{
	concur_lock *lock = open_rlock(session, child_hear(channel) != 0);
	struct concur_grant grant = { 0 };
	enum concur_status status = concur_lock_acquire(lock, WAIT, &grant);

	child_say(channel, status);
	child_say(channel, grant.death.token);
	if (child_hear(channel))
		must_ok(concur_lock_consistent(lock, grant.token));
	if (status != CONCUR_NOT_RECOVERABLE)
		must_ok(concur_lock_release(lock));
	concur_free(lock);
}

static struct child
start(child_main *run, bool robust)
{
	struct child child = child_start(run);

	child_say(child.channel, robust);
	return child;
}

static struct child
start_waiter(concur_lock *lock, bool robust, uint64_t place)
{
	struct child child = start(wait_for_lock, robust);

	await_waiters(CONCUR_OBJECT(lock), place);
	return child;
}

static void
must_hear(const struct child *child, uint64_t first, uint64_t second)
{
	ck_assert_uint_eq(child_hear(child->channel), first);
	ck_assert_uint_eq(child_hear(child->channel), second);
}

START_TEST(release_of_all_depths_grants_the_next_owner)
{
	concur_lock *lock = open_rlock(death_start(NULL, 0), false);
	struct child holder = start(hold_twice, false), next;

	(void)child_hear(holder.channel);
	next = start_waiter(lock, false, 1);
	ck_assert_uint_eq(state_of(lock).depth, 2);
	must_be(concur_lock_release(lock), CONCUR_NOT_OWNER);
	child_say(holder.channel, 0);
	(void)child_hear(holder.channel);
	ck_assert_uint_eq(state_of(lock).holder.process, (uint64_t)holder.pid);
	child_say(holder.channel, 0);
	must_hear(&next, CONCUR_OK, 0);
	child_say(next.channel, 0);
	child_join(&next);
	child_join(&holder);
	concur_free(lock);
}
END_TEST

START_TEST(holder_killed_two_deep_next_owner_is_granted_and_told)
{
	concur_lock *lock = open_rlock(death_start(NULL, 0), false);
	struct child holder = start(hold_twice, false), next;
	uint64_t token = child_hear(holder.channel);

	next = start_waiter(lock, false, 1);
	child_kill(&holder);
	must_hear(&next, CONCUR_OWNER_DIED, token);
	ck_assert_uint_eq(state_of(lock).depth, 1);
	child_say(next.channel, 0);
	child_join(&next);
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

static void *
take_and_end(void *lock)
{
	must_ok(concur_lock_acquire(lock, 0, NULL));
	return NULL;
}

/* The library tells the daemon that the thread has ended: what it held passes on as at a death. */
START_TEST(thread_of_the_holder_ends_next_owner_is_told)
{
	concur_lock *lock = open_rlock(death_start(NULL, 0), false);
	pthread_t thread;

	must(pthread_create(&thread, NULL, take_and_end, lock) == 0);
	must(pthread_join(thread, NULL) == 0);
	must_be(concur_lock_acquire(lock, WAIT, NULL), CONCUR_OWNER_DIED);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

START_TEST(robust_holder_killed_next_says_consistent_and_all_go_on)
{
	concur_lock *lock = open_rlock(death_start(NULL, 0), true);
	struct child holder = start(hold_twice, true), first, second;
	uint64_t token = child_hear(holder.channel);

	first = start_waiter(lock, true, 1);
	second = start_waiter(lock, true, 2);
	child_kill(&holder);
	must_hear(&first, CONCUR_OWNER_DIED, token);
	must(state_of(lock).inconsistent);
	child_say(first.channel, 1);
	must_hear(&second, CONCUR_OK, 0);
	child_say(second.channel, 0);
	child_join(&first);
	child_join(&second);
	concur_free(lock);
}
END_TEST

START_TEST(robust_holder_killed_next_says_nothing_and_all_are_refused)
{
	concur_lock *lock = open_rlock(death_start(NULL, 0), true);
	struct child holder = start(hold_twice, true), first, second;
	uint64_t token = child_hear(holder.channel);

	first = start_waiter(lock, true, 1);
	second = start_waiter(lock, true, 2);
	child_kill(&holder);
	must_hear(&first, CONCUR_OWNER_DIED, token);
	child_say(first.channel, 0);
	must_hear(&second, CONCUR_NOT_RECOVERABLE, 0);
	child_say(second.channel, 0);
	child_join(&first);
	child_join(&second);
	must_be(concur_lock_acquire(lock, 0, NULL), CONCUR_NOT_RECOVERABLE);
	must_be(concur_lock_consistent(lock, token), CONCUR_STALE_TOKEN);
	must_ok(concur_lock_consistent(lock, 0));
	must_be(concur_lock_consistent(lock, 0), CONCUR_NOT_THERE);
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

START_TEST(robust_owner_that_was_told_is_killed_next_is_told_of_that)
{
	concur_lock *lock = open_rlock(death_start(NULL, 0), true);
	struct child holder = start(hold_twice, true), first, second;
	uint64_t token = child_hear(holder.channel);

	first = start_waiter(lock, true, 1);
	second = start_waiter(lock, true, 2);
	child_kill(&holder);
	must_hear(&first, CONCUR_OWNER_DIED, token);
	token = state_of(lock).holder.token;
	child_kill(&first);
	must_hear(&second, CONCUR_OWNER_DIED, token);
	child_say(second.channel, 1);
	child_join(&second);
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_lock_release(lock));
	concur_free(lock);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		release_of_all_depths_grants_the_next_owner,
		holder_killed_two_deep_next_owner_is_granted_and_told,
		thread_of_the_holder_ends_next_owner_is_told,
		robust_holder_killed_next_says_consistent_and_all_go_on,
		robust_holder_killed_next_says_nothing_and_all_are_refused,
		robust_owner_that_was_told_is_killed_next_is_told_of_that,
		NULL,
	};

	return death_run("death_rlock", tests);
}
