/* Events, and the deaths of those who wait for them. Each test is named for what must happen; somebody who waits for
 * ever for one who is dead is what must not. */
#include "config.h"

#include "tests/system/death.h"

#include <signal.h>
#include <stdlib.h>

#define WAIT (60 * CONCUR_SECOND) /* far longer than anything here takes, but an end */

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

int
main(void)
{
	const TTest *const tests[] = {
		event_waiter_killed_the_others_go_on_at_the_set,
		event_waiter_killed_as_it_is_released_the_others_go_on,
		NULL,
	};

	return death_run("death_signals", tests);
}
