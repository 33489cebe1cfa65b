/* Every call of the client library on events once against a daemon: what it gives, and its plain noes. */
#include "tests/system/client.h"

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
		event_calls_do_what_they_say,
		NULL,
	};

	return unit_run("client_signals", tests);
}
