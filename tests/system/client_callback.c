/* What is called when a call is answered. */
#include "tests/system/client.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

/* What was called, in order. */
struct story {
	char letters[16];
	size_t count;
	enum concur_status status; /* of the future that was told last */
};

static struct chapter {
	struct story *story;
	char letter;
} chapter(struct story *story, char letter)
{
	return (struct chapter){ story, letter };
}

static void
tell(concur_future *future, void *arg)
{
	const struct chapter *chapter = arg;
	struct story *story = chapter->story;

	story->letters[story->count++] = chapter->letter;
	story->status = concur_future_wait(future, 0);
}

static concur_queue *
some_queue(concur_session *session)
{
	concur_queue *queue;

	ck_ok(concur_queue_open(session, NULL, NULL, &queue));
	return queue;
}

START_TEST(callbacks_run_in_the_order_of_adding_before_the_wait_ends)
{
	concur_session *session = client_session();
	concur_queue *queue = some_queue(session);
	struct story story = { 0 };
	struct chapter a = chapter(&story, 'a'), b = chapter(&story, 'b');
	concur_future *get = concur_queue_get_begin(queue, CONCUR_FOREVER);
	struct concur_value value;

	ck_ok(concur_future_on_done(get, tell, &a));
	ck_ok(concur_future_on_done(get, tell, &b));
	ck_assert(!concur_future_done(get));
	ck_assert_uint_eq(story.count, 0);
	concur_future_free(concur_queue_put_begin(queue, CV(7), CONCUR_FOREVER));
	ck_ok(concur_future_wait(get, CONCUR_FOREVER));
	ck_assert_str_eq(story.letters, "ab");
	ck_status(story.status, CONCUR_OK);
	ck_ok(concur_future_value(get, &value));
	ck_assert_int_eq(value.integer, 7);
	concur_future_free(get);
	concur_free(queue);
	concur_close(session);
}
END_TEST

START_TEST(callback_added_to_an_answered_call_runs_at_once)
{
	concur_session *session = client_session();
	struct story story = { 0 };
	struct chapter a = chapter(&story, 'a');
	concur_future *info = concur_manager_info_begin(session);

	ck_ok(concur_future_wait(info, CONCUR_FOREVER));
	ck_ok(concur_future_on_done(info, tell, &a));
	ck_assert_str_eq(story.letters, "a");
	ck_status(concur_future_on_done(NULL, tell, &a), CONCUR_NO_MEMORY);
	concur_future_free(info);
	concur_close(session);
}
END_TEST

START_TEST(callback_runs_while_another_call_is_waited_for)
{
	concur_session *session = client_session();
	concur_queue *queue = some_queue(session);
	struct story story = { 0 };
	struct chapter a = chapter(&story, 'a');
	concur_future *get = concur_queue_get_begin(queue, CONCUR_FOREVER);

	ck_ok(concur_future_on_done(get, tell, &a));
	ck_ok(concur_queue_put(queue, CV(7), CONCUR_FOREVER));
	ck_ok(concur_ping(session));
	ck_assert_str_eq(story.letters, "a");
	concur_future_free(get);
	concur_free(queue);
	concur_close(session);
}
END_TEST

START_TEST(callback_of_a_freed_future_is_not_called)
{
	concur_session *session = client_session();
	concur_queue *queue = some_queue(session);
	struct story story = { 0 };
	struct chapter a = chapter(&story, 'a');
	concur_future *get = concur_queue_get_begin(queue, CONCUR_FOREVER);

	ck_ok(concur_future_on_done(get, tell, &a));
	concur_future_free(get);
	ck_ok(concur_queue_put(queue, CV(7), CONCUR_FOREVER));
	ck_ok(concur_ping(session));
	ck_assert_uint_eq(story.count, 0);
	concur_free(queue);
	concur_close(session);
}
END_TEST

/* Counts down, each time by a call whose callback goes on. */
struct chain {
	concur_session *session;
	concur_dict *dict;
	int left;
};

static void
go_on(concur_future *future, void *arg)
{
	struct chain *chain = arg;

	ck_ok(concur_future_wait(future, 0));
	concur_future_free(future);
	ck_ok(concur_ping(chain->session)); /* a blocking call */
	if (--chain->left > 0)
		ck_ok(concur_future_on_done(concur_dict_set_begin(chain->dict, CV("left"), CV(chain->left)), go_on,
		    chain));
}

START_TEST(callback_may_make_calls_and_free_its_future)
{
	concur_session *session = client_session();
	struct chain chain = { .session = session, .left = 2000 };
	struct concur_value value;

	ck_ok(concur_dict_open(session, NULL, NULL, &chain.dict));
	ck_ok(concur_future_on_done(concur_dict_set_begin(chain.dict, CV("left"), CV(2000)), go_on, &chain));
	while (chain.left > 0)
		ck_ok(concur_ping(session));
	ck_ok(concur_dict_get(chain.dict, CV("left"), &value));
	ck_assert_int_eq(value.integer, 1);
	concur_free(chain.dict);
	concur_close(session);
}
END_TEST

START_TEST(callback_of_a_lost_connection_is_told_so)
{
	concur_session *session = client_session();
	concur_queue *queue = some_queue(session);
	struct story story = { 0 };
	struct chapter a = chapter(&story, 'a');
	concur_future *get = concur_queue_get_begin(queue, CONCUR_FOREVER);
	struct concur_manager manager;

	ck_ok(concur_manager_info(session, &manager));
	ck_ok(concur_future_on_done(get, tell, &a));
	ck_assert_int_eq(kill((pid_t)manager.process, SIGKILL), 0);
	ck_status(concur_future_wait(get, CONCUR_FOREVER), CONCUR_CLOSED);
	ck_assert_str_eq(story.letters, "a");
	ck_status(story.status, CONCUR_CLOSED);
	concur_future_free(get);
	concur_free(queue);
	concur_close(session);
}
END_TEST

/* -- threads ------------------------------------------------------------------------------------------------------ */

enum { THREADS = 4, ROUNDS = 500 };

struct crowd {
	concur_session *session;
	concur_dict *dict;
	_Atomic int called;
};

static void
count(concur_future *future, void *arg)
{
	struct crowd *crowd = arg;

	ck_ok(concur_future_wait(future, 0));
	atomic_fetch_add(&crowd->called, 1);
	concur_future_free(future);
}

static void *
run_thread(void *arg)
{
	struct crowd *crowd = arg;
	struct concur_value sum;

	for (int i = 0; i < ROUNDS; i++) {
		concur_future *begun = concur_dict_add_begin(crowd->dict, CV("sum"), CV(1));

		ck_ok(concur_future_on_done(begun, count, crowd));
		ck_ok(concur_dict_add(crowd->dict, CV("sum"), CV(1), &sum));
		concur_value_free(&sum);
	}
	return NULL;
}

START_TEST(callbacks_of_many_threads_are_each_called_once)
{
	struct crowd crowd = { .session = client_session() };
	pthread_t threads[THREADS];

	ck_ok(concur_dict_open(crowd.session, NULL, NULL, &crowd.dict));
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run_thread, &crowd), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	while (atomic_load(&crowd.called) < THREADS * ROUNDS)
		ck_ok(concur_ping(crowd.session));
	ck_assert_int_eq(crowd.called, THREADS * ROUNDS);
	concur_free(crowd.dict);
	concur_close(crowd.session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		callbacks_run_in_the_order_of_adding_before_the_wait_ends,
		callback_added_to_an_answered_call_runs_at_once,
		callback_runs_while_another_call_is_waited_for,
		callback_of_a_freed_future_is_not_called,
		callback_may_make_calls_and_free_its_future,
		callback_of_a_lost_connection_is_told_so,
		callbacks_of_many_threads_are_each_called_once,
		NULL,
	};

	return unit_run("client_callback", tests);
}
