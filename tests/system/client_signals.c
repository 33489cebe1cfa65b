/* Every call of the client library on semaphores and events once against a daemon: what it gives, and its plain noes.
 */
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

int
main(void)
{
	const TTest *const tests[] = {
		semaphore_calls_do_what_they_say,
		semaphore_with_count_0_has_no_permit_and_owned_ones_are_their_owners,
		event_calls_do_what_they_say,
		NULL,
	};

	return unit_run("client_signals", tests);
}
