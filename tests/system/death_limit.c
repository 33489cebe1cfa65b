/* Limits that clients run into: they are told at once, by a status, and it passes when the cause does. */
#include "config.h"

#include "tests/system/death.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	CALLS_MAX = 10, /* as the daemon is told below */
	SESSIONS_MAX = 4,
	VALUE = 16 * 1024,
	VALUES_MAX = 200, /* three times what memory_max allows below */
};

START_TEST(sessions_past_the_limit_are_refused_until_one_ends)
{
	static const char *const arguments[] = { "-L", "sessions_max=4", NULL };
	concur_session *sessions[SESSIONS_MAX], *refused;
	enum concur_status status;

	sessions[0] = death_start(arguments, 0);
	for (int i = 1; i < SESSIONS_MAX; i++)
		must_ok(concur_connect(death.url, NULL, &sessions[i]));
	for (int i = 0; i < SESSIONS_MAX; i++) {
		must_be(concur_connect(death.url, NULL, &refused), CONCUR_LIMIT);
		ck_assert_ptr_nonnull(strstr(concur_message(), "sessions_max"));
		must_ok(concur_ping(sessions[i]));
	}
	concur_close(sessions[SESSIONS_MAX - 1]);
	/* The goodbye was answered; the connection's end may come a moment after. */
	do
		status = concur_connect(death.url, NULL, &sessions[SESSIONS_MAX - 1]);
	while (status == CONCUR_LIMIT);
	must_ok(status);
	for (int i = 1; i < SESSIONS_MAX; i++)
		concur_close(sessions[i]);
}
END_TEST

START_TEST(waiting_calls_past_the_limit_are_refused_and_the_others_wait_on)
{
	static const char *const arguments[] = { "-L", "calls_max=10", NULL };
	concur_session *session = death_start(arguments, 0);
	concur_queue *queue = death_queue(session, 0);
	concur_future *futures[CALLS_MAX];

	for (int i = 0; i < CALLS_MAX; i++)
		futures[i] = concur_queue_get_begin(queue, CONCUR_FOREVER);
	must_be(await_future(concur_queue_get_begin(queue, CONCUR_FOREVER)), CONCUR_LIMIT);
	must_ok(concur_queue_put(queue, CV(1), 0));
	must_ok(await_future(futures[0]));
	futures[0] = concur_queue_get_begin(queue, CONCUR_FOREVER);
	for (int i = 0; i < CALLS_MAX; i++)
		must_ok(concur_queue_put(queue, CV(i), 0));
	for (int i = 0; i < CALLS_MAX; i++)
		must_ok(await_future(futures[i]));
	concur_free(queue);
}
END_TEST

START_TEST(memory_past_the_limit_is_refused_until_some_is_given_back)
{
	static const char *const arguments[] = { "-L", "memory_max=1M", NULL };
	static const char bytes[VALUE];
	concur_dict *dict = death_dict(death_start(arguments, 0));
	enum concur_status status = CONCUR_OK;
	int count = 0;

	while (status == CONCUR_OK && count < VALUES_MAX)
		status = concur_dict_set(dict, CV(count++), concur_data(bytes, sizeof bytes));
	must_be(status, CONCUR_LIMIT);
	must_be(concur_dict_contains(dict, CV(count - 1)), CONCUR_NOT_THERE);
	must_ok(concur_dict_contains(dict, CV(count - 2)));
	must_ok(concur_dict_delete(dict, CV(0)));
	must_ok(concur_dict_delete(dict, CV(1)));
	must_ok(concur_dict_set(dict, CV("again"), concur_data(bytes, sizeof bytes)));
	concur_free(dict);
}
END_TEST

START_TEST(daemon_stands_still_connecting_times_out)
{
	const struct concur_options soon = { .timeout_ns = CONCUR_SECOND / 100 };
	struct child standing;
	concur_session *session;

	(void)death_start(NULL, 0);
	standing.pid = death.daemon;
	child_stop(&standing);
	must_be(concur_connect(death.url, &soon, &session), CONCUR_TIMED_OUT);
	child_signal(&standing, SIGCONT);
	must_ok(concur_connect(death.url, NULL, &session));
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		sessions_past_the_limit_are_refused_until_one_ends,
		waiting_calls_past_the_limit_are_refused_and_the_others_wait_on,
		memory_past_the_limit_is_refused_until_some_is_given_back,
		daemon_stands_still_connecting_times_out,
		NULL,
	};

	return death_run("death_limit", tests);
}
