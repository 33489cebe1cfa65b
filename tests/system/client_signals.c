/* Every call of the client library on semaphores, events, barriers and latches once against a daemon: what it gives,
 * and its plain noes. */
#include "tests/system/client.h"

#include <unistd.h>

START_TEST(semaphore_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_open two = { .count = 2, .bounded = true };
	struct concur_semaphore_state state;
	concur_semaphore *semaphore;
	concur_future *waiting;

	ck_status(concur_semaphore_open(session, NULL, &(struct concur_open){ .count = -1 }, &semaphore),
	    CONCUR_VALUE_ERROR);
	ck_ok(concur_semaphore_open(session, "slots", &two, &semaphore));
	ck_ok(concur_semaphore_acquire(semaphore, 2, 0, NULL));
	ck_status(concur_semaphore_acquire(semaphore, 1, 0, NULL), CONCUR_TIMED_OUT);
	ck_status(concur_semaphore_acquire(semaphore, 1, 1000, NULL), CONCUR_TIMED_OUT);
	ck_status(concur_semaphore_acquire(semaphore, 0, 0, NULL), CONCUR_VALUE_ERROR);
	ck_status(concur_semaphore_release(semaphore, 0), CONCUR_VALUE_ERROR);
	ck_status(concur_semaphore_release(semaphore, 3), CONCUR_OVER_RELEASE);
	waiting = concur_semaphore_acquire_begin(semaphore, 1, CONCUR_FOREVER);
	ck_ok(concur_semaphore_state(semaphore, &state));
	ck_assert_int_eq(state.value, 0);
	ck_assert_int_eq(state.count, 2);
	ck_assert_uint_eq(state.holders, 1);
	ck_assert_uint_eq(state.waiters, 1);
	ck_assert(state.bounded && !state.strict);
	ck_ok(concur_semaphore_release(semaphore, 2));
	ck_ok(client_end(waiting));
	ck_ok(concur_semaphore_resize(semaphore, 0));
	ck_ok(concur_semaphore_state(semaphore, &state));
	ck_assert_int_eq(state.value, -1);
	ck_status(concur_semaphore_resize(semaphore, -1), CONCUR_VALUE_ERROR);
	concur_free(semaphore);
	concur_close(session);
}
END_TEST

START_TEST(semaphore_with_count_0_has_no_permit_and_owned_ones_are_their_owners)
{
	concur_session *session = client_session();
	struct concur_open none = { .has_count = true }, owned = { .strict = true };
	concur_semaphore *semaphore;
	concur_context *context;
	struct concur_grant grant = { .token = 9 };

	ck_ok(concur_semaphore_open(session, NULL, &none, &semaphore));
	ck_status(concur_semaphore_acquire(semaphore, 1, 0, NULL), CONCUR_TIMED_OUT);
	concur_free(semaphore);
	ck_ok(concur_semaphore_open(session, NULL, &owned, &semaphore));
	ck_ok(concur_context_new(session, &context));
	ck_ok(concur_context_use(session, context));
	ck_ok(concur_semaphore_acquire(semaphore, 1, 0, &grant));
	ck_assert_uint_eq(grant.token, 0);
	ck_ok(concur_context_use(session, NULL));
	ck_status(concur_semaphore_release(semaphore, 1), CONCUR_NOT_OWNER);
	concur_context_free(context);
	ck_status(concur_semaphore_acquire(semaphore, 1, CONCUR_FOREVER, &grant), CONCUR_OWNER_DIED);
	ck_assert_uint_eq(grant.death.process, (uint64_t)getpid());
	concur_free(semaphore);
	concur_close(session);
}
END_TEST

START_TEST(event_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_event_state state;
	concur_object *object;
	concur_event *event;
	concur_future *wait;

	ck_ok(concur_event_open(session, "start", NULL, &event));
	ck_ok(concur_event_state(event, &state));
	ck_assert(!state.is_set);
	ck_status(concur_event_wait(event, 0), CONCUR_TIMED_OUT);
	ck_status(concur_event_wait(event, 1000), CONCUR_TIMED_OUT);
	ck_status(concur_event_wait(event, -2), CONCUR_BAD_WAIT);
	wait = concur_event_wait_begin(event, CONCUR_FOREVER);
	ck_ok(concur_event_state(event, &state));
	ck_assert_uint_eq(state.waiters, 1);
	ck_ok(concur_event_set(event));
	ck_ok(concur_event_clear(event));
	ck_ok(client_end(wait));
	ck_ok(concur_event_set(event));
	ck_ok(concur_event_wait(event, CONCUR_FOREVER));
	ck_ok(concur_event_state(event, &state));
	ck_assert(state.is_set);
	ck_ok(concur_object_open(session, CONCUR_KIND_NONE, "start", &(struct concur_open){ .must_exist = true },
	    &object));
	ck_assert_ptr_eq(concur_object_event(object), object);
	ck_assert_ptr_null(concur_object_lock(object));
	concur_free(object);
	concur_free(event);
	concur_close(session);
}
END_TEST

START_TEST(barrier_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_open two = { .count = 2, .timeout_ns = 1000 };
	struct concur_barrier_state state;
	struct concur_arrival arrival;
	concur_barrier *barrier;
	concur_future *first;

	ck_status(concur_barrier_open(session, NULL, NULL, &barrier), CONCUR_VALUE_ERROR);
	ck_ok(concur_barrier_open(session, "rendezvous", &two, &barrier));
	first = concur_barrier_wait_begin(barrier, CONCUR_FOREVER);
	ck_ok(concur_barrier_state(barrier, &state));
	ck_assert_uint_eq(state.parties, 2);
	ck_assert_uint_eq(state.waiting, 1);
	ck_assert_int_eq(state.timeout_ns, 1000);
	ck_ok(concur_barrier_wait(barrier, 0, &arrival));
	ck_assert_uint_eq(arrival.index, 1);
	ck_assert_int_eq(arrival.action.kind, CONCUR_VALUE_NONE);
	ck_ok(concur_future_arrival(first, &arrival));
	ck_assert_uint_eq(arrival.index, 0);
	concur_future_free(first);
	/* Its own time-out, and that of this call. */
	ck_status(concur_barrier_wait(barrier, CONCUR_BARRIER_TIMEOUT, &arrival), CONCUR_BROKEN_BARRIER);
	ck_ok(concur_barrier_state(barrier, &state));
	ck_assert(state.broken && !state.acting);
	ck_ok(concur_barrier_reset(barrier));
	ck_status(concur_barrier_wait(barrier, 1000, NULL), CONCUR_BROKEN_BARRIER);
	ck_ok(concur_barrier_reset(barrier));
	ck_status(concur_barrier_wait(barrier, -2, NULL), CONCUR_BAD_WAIT);
	first = concur_barrier_wait_begin(barrier, CONCUR_FOREVER);
	ck_ok(concur_barrier_abort(barrier));
	ck_status(client_end(first), CONCUR_BROKEN_BARRIER);
	concur_free(barrier);
	concur_close(session);
}
END_TEST

/* What an action is told by its caller, and says. */
struct act {
	concur_barrier *barrier;
	bool well;
	unsigned runs;
};

static bool
run_action(const struct concur_value *action, void *arg)
{
	struct concur_barrier_state state;
	struct act *act = arg;

	ck_assert_str_eq(action->bytes, "act");
	ck_ok(concur_barrier_state(act->barrier, &state));
	ck_assert(state.acting);
	ck_assert_uint_eq(state.waiting, 2);
	act->runs++;
	return act->well;
}

START_TEST(barrier_action_is_run_by_the_last_before_the_others_go_on)
{
	concur_session *session = client_session();
	struct concur_open two = { .count = 2, .value = CV("act") };
	struct concur_arrival arrival;
	struct act act = { .well = true };
	concur_future *first;
	uint64_t index = 9;

	ck_ok(concur_barrier_open(session, NULL, &two, &act.barrier));
	first = concur_barrier_wait_begin(act.barrier, CONCUR_FOREVER);
	ck_ok(concur_barrier_wait_action(act.barrier, CONCUR_FOREVER, run_action, &act, &index));
	ck_assert_uint_eq(index, 1);
	ck_ok(client_end(first));
	act.well = false;
	first = concur_barrier_wait_begin(act.barrier, CONCUR_FOREVER);
	ck_ok(concur_barrier_wait_action(act.barrier, CONCUR_FOREVER, run_action, &act, NULL));
	ck_status(client_end(first), CONCUR_BROKEN_BARRIER);
	ck_assert_uint_eq(act.runs, 2);
	ck_ok(concur_barrier_reset(act.barrier));
	first = concur_barrier_wait_begin(act.barrier, CONCUR_FOREVER);
	ck_status(concur_barrier_wait(act.barrier, 0, &arrival), CONCUR_RUN_ACTION);
	ck_assert_str_eq(arrival.action.bytes, "act");
	concur_value_free(&arrival.action);
	ck_status(concur_barrier_action_done(act.barrier, arrival.generation + 1, false, NULL), CONCUR_BROKEN_BARRIER);
	ck_ok(concur_barrier_action_done(act.barrier, arrival.generation, false, &arrival));
	ck_assert_uint_eq(arrival.index, 1);
	ck_ok(client_end(first));
	concur_free(act.barrier);
	concur_close(session);
}
END_TEST

START_TEST(latch_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_open three = { .count = 3 };
	struct concur_latch_state state;
	concur_latch *latch;
	concur_future *wait;
	int64_t left;

	ck_status(concur_latch_open(session, NULL, &(struct concur_open){ .count = -1 }, &latch), CONCUR_VALUE_ERROR);
	ck_ok(concur_latch_open(session, "done", &three, &latch));
	ck_status(concur_latch_wait(latch, 0), CONCUR_TIMED_OUT);
	ck_status(concur_latch_wait(latch, 1000), CONCUR_TIMED_OUT);
	wait = concur_latch_wait_begin(latch, CONCUR_FOREVER);
	ck_ok(concur_latch_count_down(latch, 2, &left));
	ck_assert_int_eq(left, 1);
	ck_status(concur_latch_count_down(latch, 2, &left), CONCUR_VALUE_ERROR);
	ck_status(concur_latch_count_down(latch, 0, &left), CONCUR_VALUE_ERROR);
	ck_ok(concur_latch_state(latch, &state));
	ck_assert_uint_eq(state.count, 1);
	ck_assert_uint_eq(state.waiters, 1);
	ck_ok(concur_latch_count_down(latch, 1, NULL));
	ck_ok(client_end(wait));
	ck_ok(concur_latch_wait(latch, 0));
	concur_free(latch);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		semaphore_calls_do_what_they_say,
		semaphore_with_count_0_has_no_permit_and_owned_ones_are_their_owners,
		event_calls_do_what_they_say,
		barrier_calls_do_what_they_say,
		barrier_action_is_run_by_the_last_before_the_others_go_on,
		latch_calls_do_what_they_say,
		NULL,
	};

	return unit_run("client_signals", tests);
}
