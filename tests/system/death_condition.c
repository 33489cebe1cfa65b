/* Conditions, and the deaths of those who wait on them, were notified, or notify. What must not happen: a notify that
 * is lost with the dead, a wait that comes back without the lock, or one that never comes back. */
#include "config.h"

#include "tests/system/death.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define WAIT (60 * CONCUR_SECOND) /* far longer than a pass takes, but an end */

static concur_condition *
open_condition(concur_session *session)
{
	concur_condition *condition;

	must_ok(concur_condition_open(session, "condition", NULL, &condition));
	return condition;
}

static concur_lock *
lock_of(concur_condition *condition)
{
	concur_lock *lock;

	must_ok(concur_condition_lock(condition, &lock));
	return lock;
}

/* Takes the lock twice and waits; tells the status, whether it has the lock, and the token of the dead; lets go of the
 * lock when it is told to. */
static void
wait_twice_deep(concur_session *session, int channel)
{
	concur_condition *condition = open_condition(session);
	concur_lock *lock = lock_of(condition);
	struct concur_grant grant = { 0 };
	struct concur_lock_state state;
	enum concur_status status;

	must_ok(concur_condition_acquire(condition, WAIT, NULL));
	must_ok(concur_condition_acquire(condition, WAIT, NULL));
	status = concur_condition_wait(condition, WAIT, &grant);
	must_ok(concur_lock_state(lock, &state));
	child_say(channel, status);
	child_say(channel,
	    state.holder.process == (uint64_t)getpid() && state.depth == 2 && state.holder.token == grant.token);
	child_say(channel, grant.death.token);
	(void)child_hear(channel);
	must_ok(concur_condition_release(condition));
	must_ok(concur_condition_release(condition));
	concur_free(lock);
	concur_free(condition);
}

/* Takes the lock, notifies one, tells its token, and goes on holding it. */
static void
notify_and_hold(concur_session *session, int channel)
{
	concur_condition *condition = open_condition(session);
	struct concur_grant grant;
	int64_t notified;

	must_ok(concur_condition_acquire(condition, WAIT, &grant));
	must_ok(concur_condition_notify(condition, 1, &notified));
	must(notified == 1);
	child_say(channel, grant.token);
	(void)child_hear(channel);
	must_ok(concur_condition_release(condition));
	concur_free(condition);
}

/* The process waits on the condition in that place. */
static struct child
start_waiter(concur_condition *condition, uint64_t place)
{
	struct child child = child_start(wait_twice_deep);

	await_waiters(CONCUR_OBJECT(condition), place);
	return child;
}

static void
must_be_back(const struct child *child, enum concur_status status, uint64_t token)
{
	ck_assert_uint_eq(child_hear(child->channel), status);
	ck_assert_uint_eq(child_hear(child->channel), true);
	ck_assert_uint_eq(child_hear(child->channel), token);
}

static void
release_and_join(struct child *child)
{
	child_say(child->channel, 0);
	child_join(child);
}

static void
notify(concur_condition *condition, int64_t count, int64_t expected)
{
	int64_t notified;

	must_ok(concur_condition_acquire(condition, WAIT, NULL));
	must_ok(concur_condition_notify(condition, count, &notified));
	ck_assert_int_eq(notified, expected);
	must_ok(concur_condition_release(condition));
}

START_TEST(notify_brings_waits_back_one_by_one_in_order)
{
	concur_condition *condition = open_condition(death_start(NULL, 0));
	struct child first = start_waiter(condition, 1), second = start_waiter(condition, 2);

	notify(condition, 5, 2);
	must_be_back(&first, CONCUR_OK, 0);
	release_and_join(&first);
	must_be_back(&second, CONCUR_OK, 0);
	release_and_join(&second);
	notify(condition, 1, 0);
	concur_free(condition);
}
END_TEST

START_TEST(waiter_killed_the_notify_goes_to_the_next)
{
	concur_condition *condition = open_condition(death_start(NULL, 0));
	struct child first = start_waiter(condition, 1), second = start_waiter(condition, 2);

	child_kill(&first);
	notify(condition, 1, 1);
	must_be_back(&second, CONCUR_OK, 0);
	release_and_join(&second);
	concur_free(condition);
}
END_TEST

START_TEST(waiter_killed_after_its_notify_passes_it_on)
{
	concur_condition *condition = open_condition(death_start(NULL, 0));
	struct child first = start_waiter(condition, 1), second = start_waiter(condition, 2);
	struct child notifier = child_start(notify_and_hold);

	(void)child_hear(notifier.channel);
	child_kill(&first);
	release_and_join(&notifier);
	must_be_back(&second, CONCUR_OK, 0);
	release_and_join(&second);
	concur_free(condition);
}
END_TEST

START_TEST(notifier_killed_who_was_notified_is_told)
{
	concur_condition *condition = open_condition(death_start(NULL, 0));
	struct child waiter = start_waiter(condition, 1), notifier = child_start(notify_and_hold);
	uint64_t token = child_hear(notifier.channel);

	child_kill(&notifier);
	must_be_back(&waiter, CONCUR_OWNER_DIED, token);
	release_and_join(&waiter);
	concur_free(condition);
}
END_TEST

START_TEST(wait_past_its_time_has_the_lock_again)
{
	concur_condition *condition = open_condition(death_start(NULL, 0));
	concur_lock *lock = lock_of(condition);
	struct concur_lock_state state;
	struct concur_grant grant;

	must_be(concur_condition_wait(condition, 0, NULL), CONCUR_NOT_LOCKED);
	must_ok(concur_condition_acquire(condition, 0, NULL));
	must_be(concur_condition_wait(condition, 0, NULL), CONCUR_TIMED_OUT);
	must_be(concur_condition_wait(condition, 1, &grant), CONCUR_TIMED_OUT);
	must_ok(concur_lock_state(lock, &state));
	ck_assert_uint_eq(state.holder.token, grant.token);
	must_ok(concur_condition_release(condition));
	must_be(concur_condition_release(condition), CONCUR_NOT_LOCKED);
	concur_free(lock);
	concur_free(condition);
}
END_TEST

/* The death of the lock's holder while it comes back from a wait in vain: the death is what counts. */
START_TEST(holder_killed_wait_past_its_time_is_told)
{
	concur_condition *condition = open_condition(death_start(NULL, 0));
	concur_lock *lock = lock_of(condition);
	struct child waiter = start_waiter(condition, 1), notifier;
	concur_future *wait;
	struct concur_grant grant;
	uint64_t token;

	must_ok(concur_condition_acquire(condition, WAIT, NULL));
	wait = concur_condition_wait_begin(condition, WAIT);
	await_waiters(CONCUR_OBJECT(condition), 2);
	notifier = child_start(notify_and_hold); /* which wakes the child */
	token = child_hear(notifier.channel);
	concur_future_cancel(wait);
	await_waiters(CONCUR_OBJECT(lock), 2);
	child_kill(&waiter);
	child_kill(&notifier);
	must_be(concur_future_grant(wait, &grant), CONCUR_OWNER_DIED);
	ck_assert_uint_eq(grant.death.token, token);
	concur_future_free(wait);
	must_ok(concur_condition_release(condition));
	concur_free(lock);
	concur_free(condition);
}
END_TEST

static void
on_signal(int signal)
{
	(void)signal;
}

static void *
interrupt(void *arg)
{
	concur_condition *condition = arg;

	await_waiters(CONCUR_OBJECT(condition), 1);
	must(kill(getpid(), SIGUSR1) == 0);
	return NULL;
}

START_TEST(wait_interrupted_by_a_signal_has_the_lock_again)
{
	concur_condition *condition = open_condition(death_start(NULL, 0));
	const struct sigaction action = { .sa_handler = on_signal };
	struct concur_grant grant = { 0 };
	sigset_t usr1;
	pthread_t thread;

	must(sigaction(SIGUSR1, &action, NULL) == 0);
	must_ok(concur_condition_acquire(condition, 0, NULL));
	/* The thread is not to take the signal. */
	(void)sigemptyset(&usr1);
	(void)sigaddset(&usr1, SIGUSR1);
	(void)pthread_sigmask(SIG_BLOCK, &usr1, NULL);
	must(pthread_create(&thread, NULL, interrupt, condition) == 0);
	(void)pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
	must_be(concur_condition_wait(condition, WAIT, &grant), CONCUR_INTERRUPTED);
	must(pthread_join(thread, NULL) == 0);
	ck_assert_uint_ne(grant.token, 0);
	must_ok(concur_condition_release(condition));
	concur_free(condition);
}
END_TEST

struct counter {
	int calls, wanted;
};

static bool
has_come(void *arg)
{
	struct counter *counter = arg;

	return ++counter->calls >= counter->wanted;
}

START_TEST(wait_for_asks_before_it_waits_and_when_the_time_is_over)
{
	concur_condition *condition = open_condition(death_start(NULL, 0));
	struct counter at_once = { 0, 1 }, late = { 0, 3 }, never = { 0, 1000 };

	must_ok(concur_condition_acquire(condition, 0, NULL));
	must_ok(concur_condition_wait_for(condition, has_come, &at_once, 0, NULL));
	ck_assert_int_eq(at_once.calls, 1);
	must_be(concur_condition_wait_for(condition, has_come, &never, 0, NULL), CONCUR_TIMED_OUT);
	ck_assert_int_eq(never.calls, 2);
	must_be(concur_condition_wait_for(condition, has_come, &late, 1, NULL), CONCUR_TIMED_OUT);
	must_ok(concur_condition_wait_for(condition, has_come, &late, 1, NULL));
	must_be(concur_condition_wait_for(condition, has_come, &never, -2, NULL), CONCUR_BAD_WAIT);
	must_ok(concur_condition_release(condition));
	concur_free(condition);
}
END_TEST

/* A wait of a context of its own. */
static concur_future *
begin_wait(concur_session *session, concur_context *context, concur_condition *condition, concur_lock *lock)
{
	concur_future *wait;

	must_ok(concur_context_use(session, context));
	must_ok(concur_lock_acquire(lock, 0, NULL));
	wait = concur_condition_wait_begin(condition, WAIT);
	must_ok(concur_context_use(session, NULL));
	return wait;
}

START_TEST(conditions_on_one_lock_wake_their_own)
{
	concur_session *session = death_start(NULL, 0);
	concur_lock *lock = death_lock(session, true);
	struct concur_open on = { .lock = CONCUR_OBJECT(lock) };
	concur_condition *conditions[2];
	concur_context *contexts[2];
	concur_future *waits[2];
	int64_t notified;

	for (int i = 0; i < 2; i++) {
		must_ok(concur_condition_open(session, NULL, &on, &conditions[i]));
		must_ok(concur_context_new(session, &contexts[i]));
		waits[i] = begin_wait(session, contexts[i], conditions[i], lock);
	}
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_condition_notify_all(conditions[1], &notified));
	ck_assert_int_eq(notified, 1);
	must_ok(concur_lock_release(lock));
	must_ok(concur_future_wait(waits[1], WAIT));
	must(!concur_future_done(waits[0]));
	/* What the second context has passes on as at a death, and the first goes without having waited for it. */
	concur_context_free(contexts[1]);
	must_be(concur_lock_acquire(lock, WAIT, NULL), CONCUR_OWNER_DIED);
	must_ok(concur_lock_release(lock));
	concur_context_free(contexts[0]);
	must_be(concur_future_wait(waits[0], WAIT), CONCUR_CANCELLED);
	for (int i = 0; i < 2; i++) {
		concur_future_free(waits[i]);
		concur_free(conditions[i]);
	}
	concur_free(lock);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		notify_brings_waits_back_one_by_one_in_order,
		waiter_killed_the_notify_goes_to_the_next,
		waiter_killed_after_its_notify_passes_it_on,
		notifier_killed_who_was_notified_is_told,
		wait_past_its_time_has_the_lock_again,
		holder_killed_wait_past_its_time_is_told,
		wait_interrupted_by_a_signal_has_the_lock_again,
		wait_for_asks_before_it_waits_and_when_the_time_is_over,
		conditions_on_one_lock_wake_their_own,
		NULL,
	};

	return death_run("death_condition", tests);
}
