/* Semaphores, events, barriers and latches, and the deaths of those who hold permits or wait. Each test is named for
 * what must happen; somebody who waits for ever for one who is dead is what must not. */
#include "config.h"

#include "tests/system/death.h"

#include <signal.h>
#include <stdlib.h>

#define WAIT (60 * CONCUR_SECOND) /* far longer than anything here takes, but an end */

/* -- semaphores -------------------------------------------------------------------------------------------------- */

static concur_semaphore *
open_semaphore(concur_session *session, bool strict)
{
	const struct concur_open how = { .count = 2, .strict = strict, .bounded = true };
	concur_semaphore *semaphore;

	must_ok(concur_semaphore_open(session, "semaphore", &how, &semaphore));
	return semaphore;
}

/* Takes both permits of the semaphore, says so, and waits to be killed. */
static void
hold_permits(concur_session *session, int channel)
{
	concur_semaphore *semaphore = open_semaphore(session, true);

	must_ok(concur_semaphore_acquire(semaphore, 2, 0, NULL));
	child_say(channel, 0);
	(void)child_hear(channel);
}

/* Waits for a permit; tells the status it came with and who died. Leaves with the permit, in good order. */
static void
wait_for_permit(concur_session *session, int channel)
{
	concur_semaphore *semaphore = open_semaphore(session, true);
	struct concur_grant grant = { 0 };

	child_say(channel, concur_semaphore_acquire(semaphore, 1, WAIT, &grant));
	child_say(channel, grant.death.process);
	(void)child_hear(channel);
	concur_free(semaphore);
}

static struct child
start_permit_waiter(concur_semaphore *semaphore, uint64_t place)
{
	struct child child = child_start(wait_for_permit);

	await_waiters(CONCUR_OBJECT(semaphore), place);
	return child;
}

static void
must_have_permit(struct child *child, enum concur_status status, pid_t dead)
{
	ck_assert_uint_eq(child_hear(child->channel), status);
	ck_assert_uint_eq(child_hear(child->channel), (uint64_t)dead);
}

static struct concur_semaphore_state
state_of(concur_semaphore *semaphore)
{
	struct concur_semaphore_state state;

	must_ok(concur_semaphore_state(semaphore, &state));
	return state;
}

START_TEST(owned_permits_of_the_killed_go_to_the_waiters_and_the_first_is_told)
{
	concur_semaphore *semaphore = open_semaphore(death_start(NULL, 0), true);
	struct child holder = child_start(hold_permits), first, second;

	(void)child_hear(holder.channel);
	first = start_permit_waiter(semaphore, 1);
	second = start_permit_waiter(semaphore, 2);
	child_kill(&holder);
	must_have_permit(&first, CONCUR_OWNER_DIED, holder.pid);
	must_have_permit(&second, CONCUR_OK, 0);
	must_be(concur_semaphore_release(semaphore, 1), CONCUR_NOT_OWNER);
	child_say(first.channel, 0);
	child_join(&first);
	child_say(second.channel, 0);
	child_join(&second);
	/* They left in good order: their permits are back all the same. */
	ck_assert_int_eq(state_of(semaphore).value, 2);
	concur_free(semaphore);
}
END_TEST

START_TEST(anonymous_permits_of_the_killed_return_and_a_release_for_each_is_absorbed)
{
	concur_semaphore *semaphore = open_semaphore(death_start(NULL, 0), false);
	struct child holder = child_start(hold_permits);

	(void)child_hear(holder.channel);
	ck_assert_int_eq(state_of(semaphore).value, 0);
	child_kill(&holder);
	must_ok(concur_semaphore_acquire(semaphore, 1, WAIT, NULL));
	ck_assert_uint_eq(state_of(semaphore).credits, 2);
	/* One is the test's own, two are for the dead. */
	must_ok(concur_semaphore_release(semaphore, 1));
	ck_assert_int_eq(state_of(semaphore).value, 2);
	concur_free(semaphore);
}
END_TEST

START_TEST(release_for_the_dead_of_anonymous_permits_is_absorbed_once_for_each)
{
	concur_semaphore *semaphore = open_semaphore(death_start(NULL, 0), false);
	struct child holder = child_start(hold_permits);

	(void)child_hear(holder.channel);
	child_kill(&holder);
	ck_assert_int_eq(state_of(semaphore).value, 2);
	must_ok(concur_semaphore_release(semaphore, 1));
	must_ok(concur_semaphore_release(semaphore, 1));
	must_be(concur_semaphore_release(semaphore, 1), CONCUR_OVER_RELEASE);
	concur_free(semaphore);
}
END_TEST

START_TEST(anonymous_permits_of_one_who_said_goodbye_stay_to_be_released_by_others)
{
	concur_semaphore *semaphore = open_semaphore(death_start(NULL, 0), false);
	struct child holder = child_start(hold_permits);

	(void)child_hear(holder.channel);
	child_say(holder.channel, 0);
	child_join(&holder);
	ck_assert_int_eq(state_of(semaphore).value, 0);
	must_ok(concur_semaphore_release(semaphore, 2));
	must_be(concur_semaphore_release(semaphore, 1), CONCUR_OVER_RELEASE);
	concur_free(semaphore);
}
END_TEST

START_TEST(permit_waiter_killed_the_one_behind_is_served)
{
	concur_semaphore *semaphore = open_semaphore(death_start(NULL, 0), true);
	struct child first, second;

	must_ok(concur_semaphore_acquire(semaphore, 2, 0, NULL));
	first = start_permit_waiter(semaphore, 1);
	second = start_permit_waiter(semaphore, 2);
	child_kill(&first);
	must_ok(concur_semaphore_release(semaphore, 1));
	must_have_permit(&second, CONCUR_OK, 0);
	child_say(second.channel, 0);
	child_join(&second);
	concur_free(semaphore);
}
END_TEST

/* -- events ------------------------------------------------------------------------------------------------------ */

static concur_event *
open_event(concur_session *session)
{
	concur_event *event;

	must_ok(concur_event_open(session, "event", NULL, &event));
	return event;
}

/* Waits for the event and tells the status it came with. */
static void
wait_for_event(concur_session *session, int channel)
{
	concur_event *event = open_event(session);

	child_say(channel, concur_event_wait(event, WAIT));
	concur_free(event);
}

static struct child
start_event_waiter(concur_event *event, uint64_t place)
{
	struct child child = child_start(wait_for_event);

	await_waiters(CONCUR_OBJECT(event), place);
	return child;
}

START_TEST(event_waiter_killed_the_others_go_on_at_the_set)
{
	concur_event *event = open_event(death_start(NULL, 0));
	struct child first = start_event_waiter(event, 1), second = start_event_waiter(event, 2);

	child_kill(&first);
	await_waiters(CONCUR_OBJECT(event), 1);
	must_ok(concur_event_set(event));
	ck_assert_uint_eq(child_hear(second.channel), CONCUR_OK);
	child_join(&second);
	concur_free(event);
}
END_TEST

/* The daemon has answered it; nobody reads that. */
START_TEST(event_waiter_killed_as_it_is_released_the_others_go_on)
{
	concur_event *event = open_event(death_start(NULL, 0));
	struct child first = start_event_waiter(event, 1), second = start_event_waiter(event, 2);

	child_stop(&first);
	must_ok(concur_event_set(event));
	must_ok(concur_event_clear(event));
	child_kill(&first);
	ck_assert_uint_eq(child_hear(second.channel), CONCUR_OK);
	child_join(&second);
	must_be(concur_event_wait(event, 0), CONCUR_TIMED_OUT);
	concur_free(event);
}
END_TEST

/* -- barriers ---------------------------------------------------------------------------------------------------- */

static concur_barrier *
open_barrier(concur_session *session)
{
	const struct concur_open how = { .count = 3, .value = CV("action") };
	concur_barrier *barrier;

	must_ok(concur_barrier_open(session, "barrier", &how, &barrier));
	return barrier;
}

/* Waits for the others and tells the status it came with; one that is to run the action waits to be killed. */
static void
wait_for_others(concur_session *session, int channel)
{
	concur_barrier *barrier = open_barrier(session);
	struct concur_arrival arrival = { 0 };
	enum concur_status status = concur_barrier_wait(barrier, WAIT, &arrival);

	child_say(channel, status);
	concur_value_free(&arrival.action);
	if (status == CONCUR_RUN_ACTION)
		(void)child_hear(channel);
	concur_free(barrier);
}

static struct child
start_party(concur_barrier *barrier, uint64_t place)
{
	struct child child = child_start(wait_for_others);

	await_waiters(CONCUR_OBJECT(barrier), place);
	return child;
}

START_TEST(party_killed_the_others_are_told_at_once_that_the_barrier_is_broken)
{
	concur_barrier *barrier = open_barrier(death_start(NULL, 0));
	struct child first = start_party(barrier, 1), second = start_party(barrier, 2);

	child_kill(&first);
	ck_assert_uint_eq(child_hear(second.channel), CONCUR_BROKEN_BARRIER);
	child_join(&second);
	must_be(concur_barrier_wait(barrier, WAIT, NULL), CONCUR_BROKEN_BARRIER);
	must_ok(concur_barrier_reset(barrier));
	first = start_party(barrier, 1);
	second = start_party(barrier, 2);
	must_be(concur_barrier_wait(barrier, WAIT, NULL), CONCUR_RUN_ACTION);
	must_ok(concur_barrier_abort(barrier));
	ck_assert_uint_eq(child_hear(first.channel), CONCUR_BROKEN_BARRIER);
	ck_assert_uint_eq(child_hear(second.channel), CONCUR_BROKEN_BARRIER);
	child_join(&first);
	child_join(&second);
	concur_free(barrier);
}
END_TEST

START_TEST(party_killed_while_it_runs_the_action_the_others_are_told_at_once)
{
	concur_barrier *barrier = open_barrier(death_start(NULL, 0));
	struct child first = start_party(barrier, 1), second = start_party(barrier, 2);
	struct child last = child_start(wait_for_others);

	ck_assert_uint_eq(child_hear(last.channel), CONCUR_RUN_ACTION);
	child_kill(&last);
	ck_assert_uint_eq(child_hear(first.channel), CONCUR_BROKEN_BARRIER);
	ck_assert_uint_eq(child_hear(second.channel), CONCUR_BROKEN_BARRIER);
	child_join(&first);
	child_join(&second);
	concur_free(barrier);
}
END_TEST

/* -- latches ----------------------------------------------------------------------------------------------------- */

static concur_latch *
open_latch(concur_session *session)
{
	concur_latch *latch;

	must_ok(concur_latch_open(session, "latch", &(struct concur_open){ .count = 2 }, &latch));
	return latch;
}

/* Counts down by one and waits for the rest. */
static void
wait_for_latch(concur_session *session, int channel)
{
	concur_latch *latch = open_latch(session);

	must_ok(concur_latch_count_down(latch, 1, NULL));
	child_say(channel, concur_latch_wait(latch, WAIT));
	concur_free(latch);
}

START_TEST(latch_waiter_killed_what_it_has_counted_stays_counted)
{
	concur_latch *latch = open_latch(death_start(NULL, 0));
	struct child first = child_start(wait_for_latch), second;

	await_waiters(CONCUR_OBJECT(latch), 1);
	child_kill(&first);
	second = child_start(wait_for_latch);
	ck_assert_uint_eq(child_hear(second.channel), CONCUR_OK);
	child_join(&second);
	concur_free(latch);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		owned_permits_of_the_killed_go_to_the_waiters_and_the_first_is_told,
		anonymous_permits_of_the_killed_return_and_a_release_for_each_is_absorbed,
		release_for_the_dead_of_anonymous_permits_is_absorbed_once_for_each,
		anonymous_permits_of_one_who_said_goodbye_stay_to_be_released_by_others,
		permit_waiter_killed_the_one_behind_is_served,
		event_waiter_killed_the_others_go_on_at_the_set,
		event_waiter_killed_as_it_is_released_the_others_go_on,
		party_killed_the_others_are_told_at_once_that_the_barrier_is_broken,
		party_killed_while_it_runs_the_action_the_others_are_told_at_once,
		latch_waiter_killed_what_it_has_counted_stays_counted,
		NULL,
	};

	return death_run("death_signals", tests);
}
