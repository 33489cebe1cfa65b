/* Pipes, and the deaths of those who have an end: the other end is told at once, and what was sent is not lost. */
#include "config.h"

#include "tests/system/death.h"

#include <signal.h>

enum { MANY = 500 };

static const char *const two_letters[] = { "--limit", "pipe_bytes_max=64", NULL };

/* A pipe called "pipe", open as long as somebody has a handle. The test has end 0, and end 1 until let_go(). */
static struct concur_ends
make_pipe(concur_session *session)
{
	const struct concur_open how = { .lifetime = CONCUR_LIFETIME_REFCOUNT, .duplex = true };
	struct concur_ends ends;

	must_ok(concur_pipe_new(session, "pipe", &how, &ends));
	return ends;
}

static concur_pipe *
open_end(concur_session *session, const char *name)
{
	concur_pipe *pipe;

	must_ok(concur_pipe_open(session, name, NULL, &pipe));
	return pipe;
}

/* A child that has end 1, and alone, when this returns. */
static struct child
start_with_end(child_main *run, struct concur_ends *ends)
{
	struct child child = child_start(run);

	must(child_hear(child.channel) == 1);
	concur_free(ends->end[1]);
	return child;
}

/* -- what the children do ----------------------------------------------------------------------------------------- */

/* Sends many, and waits to be killed. */
static void
send_many(concur_session *session, int channel)
{
	concur_pipe *pipe = open_end(session, "pipe.1");

	child_say(channel, 1);
	concur_cork(session);
	for (int i = 0; i < MANY; i++)
		concur_future_free(concur_pipe_send_begin(pipe, CV(i), 0));
	concur_uncork(session);
	must_ok(concur_ping(session));
	child_say(channel, MANY);
	(void)child_hear(channel);
}

/* Sends many, and dies before anybody could say that they were heard. */
static void
send_many_and_die(concur_session *session, int channel)
{
	concur_pipe *pipe = open_end(session, "pipe.1");

	child_say(channel, 1);
	(void)child_hear(channel);
	concur_cork(session);
	for (int i = 0; i < MANY; i++)
		concur_future_free(concur_pipe_send_begin(pipe, CV(i), 0));
	concur_uncork(session);
	(void)raise(SIGKILL);
}

static void
send_and_leave(concur_session *session, int channel)
{
	concur_pipe *pipe = open_end(session, "pipe.1");

	child_say(channel, 1);
	must_ok(concur_pipe_send(pipe, CV("the last"), 0));
	concur_free(pipe);
}

/* Waits for a value and tells it. */
static void
recv_one(concur_session *session, int channel)
{
	concur_pipe *pipe = open_end(session, "pipe.1");
	struct concur_value value;

	child_say(channel, 1);
	must_ok(concur_pipe_recv(pipe, CONCUR_FOREVER, &value));
	child_say(channel, (uint64_t)value.integer);
	concur_free(pipe);
}

/* Gets an end from a queue, and answers through it. */
static void
answer_through_what_is_queued(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);
	struct concur_value value, question;
	concur_object *object;
	concur_pipe *pipe;

	must_ok(concur_queue_get(queue, CONCUR_FOREVER, &value));
	must(value.kind == CONCUR_VALUE_OBJECT && value.tag == CONCUR_KIND_PIPE);
	must_ok(concur_object_take(session, &value, &object));
	must((pipe = concur_object_pipe(object)));
	must_ok(concur_pipe_recv(pipe, CONCUR_FOREVER, &question));
	must_ok(concur_pipe_send(pipe, CV(question.integer + 1), CONCUR_FOREVER));
	(void)child_hear(channel);
	concur_free(pipe);
	concur_free(queue);
}

/* -- tests -------------------------------------------------------------------------------------------------------- */

/* The numbers from 0, and then the end. */
static void
expect_all(concur_pipe *pipe)
{
	struct concur_value value;

	for (int i = 0; i < MANY; i++) {
		must_ok(concur_pipe_recv(pipe, CONCUR_FOREVER, &value));
		ck_assert_int_eq(value.integer, i);
	}
	must_be(concur_pipe_recv(pipe, CONCUR_FOREVER, &value), CONCUR_END_OF_FILE);
	must_be(concur_pipe_send(pipe, CV(1), CONCUR_FOREVER), CONCUR_BROKEN_PIPE);
}

START_TEST(kill_of_sender_gives_end_of_file_after_all_it_sent)
{
	struct concur_ends ends = make_pipe(death_start(NULL, 0));
	struct child child = start_with_end(send_many, &ends);

	must(child_hear(child.channel) == MANY);
	child_kill(&child);
	expect_all(ends.end[0]);
	concur_free(ends.end[0]);
}
END_TEST

START_TEST(death_of_sender_just_after_sending_loses_nothing)
{
	struct concur_ends ends = make_pipe(death_start(NULL, 0));
	struct child child = start_with_end(send_many_and_die, &ends);

	child_say(child.channel, 1);
	expect_all(ends.end[0]);
	child_end(&child, SIGKILL);
	concur_free(ends.end[0]);
}
END_TEST

START_TEST(goodbye_of_sender_gives_end_of_file_to_who_waits)
{
	struct concur_ends ends = make_pipe(death_start(NULL, 0));
	struct child child = start_with_end(send_and_leave, &ends);
	struct concur_value value;

	must_ok(concur_pipe_recv(ends.end[0], CONCUR_FOREVER, &value));
	ck_assert_str_eq(value.bytes, "the last");
	concur_value_free(&value);
	must_be(concur_pipe_poll(ends.end[0], CONCUR_FOREVER), CONCUR_END_OF_FILE);
	child_join(&child);
	concur_free(ends.end[0]);
}
END_TEST

START_TEST(kill_of_peer_wakes_who_waits_at_the_other_end)
{
	struct concur_ends ends = make_pipe(death_start(two_letters, 0));
	struct child child = start_with_end(send_many, &ends);
	concur_future *sends, *receives, *polls;
	struct concur_value value;

	/* What it could send without waiting. */
	must(child_hear(child.channel) == MANY);
	must_ok(concur_pipe_recv(ends.end[0], 0, &value));
	must_ok(concur_pipe_recv(ends.end[0], 0, &value));
	must_ok(concur_pipe_send(ends.end[0], CV(1), 0));
	must_ok(concur_pipe_send(ends.end[0], CV(2), 0));
	sends = concur_pipe_send_begin(ends.end[0], CV(3), CONCUR_FOREVER);
	receives = concur_pipe_recv_begin(ends.end[0], CONCUR_FOREVER);
	polls = concur_pipe_poll_begin(ends.end[0], CONCUR_FOREVER);
	await_waiters(CONCUR_OBJECT(ends.end[0]), 3);
	child_kill(&child);
	must_be(await_future(sends), CONCUR_BROKEN_PIPE);
	must_be(await_future(receives), CONCUR_END_OF_FILE);
	must_be(await_future(polls), CONCUR_END_OF_FILE);
	concur_free(ends.end[0]);
}
END_TEST

START_TEST(kill_of_first_receiver_leaves_the_value_to_the_next)
{
	struct concur_ends ends = make_pipe(death_start(NULL, 0));
	struct child first = child_start(recv_one), second;

	must(child_hear(first.channel) == 1);
	await_waiters(CONCUR_OBJECT(ends.end[1]), 1);
	second = child_start(recv_one);
	must(child_hear(second.channel) == 1);
	await_waiters(CONCUR_OBJECT(ends.end[1]), 2);
	child_kill(&first);
	must_ok(concur_pipe_send(ends.end[0], CV(42), CONCUR_FOREVER));
	must(child_hear(second.channel) == 42);
	child_join(&second);
	/* The test has a handle of its own: the end is still open. */
	must_ok(concur_pipe_send(ends.end[0], CV(43), 0));
	concur_free(ends.end[0]);
	concur_free(ends.end[1]);
}
END_TEST

/* One child puts its end into a queue and dies: the end is open for whoever takes it out. */
static void
queue_the_end_and_die(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);
	concur_pipe *pipe = open_end(session, "pipe.1");

	child_say(channel, 1);
	(void)child_hear(channel);
	must_ok(concur_queue_put(queue, concur_reference(CONCUR_OBJECT(pipe)), 0));
	(void)raise(SIGKILL);
}

START_TEST(kill_of_who_has_queued_its_end_leaves_it_open)
{
	concur_session *session = death_start(NULL, 0);
	struct concur_ends ends = make_pipe(session);
	concur_queue *queue = death_queue(session, 0);
	struct child child = start_with_end(queue_the_end_and_die, &ends);
	struct concur_value value;

	child_say(child.channel, 1);
	child_end(&child, SIGKILL);
	must_be(concur_pipe_poll(ends.end[0], 0), CONCUR_EMPTY);
	child = child_start(answer_through_what_is_queued);
	must_ok(concur_pipe_send(ends.end[0], CV(1), CONCUR_FOREVER));
	must_ok(concur_pipe_recv(ends.end[0], CONCUR_FOREVER, &value));
	ck_assert_int_eq(value.integer, 2);
	child_kill(&child);
	must_be(concur_pipe_recv(ends.end[0], CONCUR_FOREVER, &value), CONCUR_END_OF_FILE);
	concur_free(ends.end[0]);
	concur_free(queue);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		kill_of_sender_gives_end_of_file_after_all_it_sent,
		death_of_sender_just_after_sending_loses_nothing,
		goodbye_of_sender_gives_end_of_file_to_who_waits,
		kill_of_peer_wakes_who_waits_at_the_other_end,
		kill_of_first_receiver_leaves_the_value_to_the_next,
		kill_of_who_has_queued_its_end_leaves_it_open,
		NULL,
	};

	return death_run("death_pipe", tests);
}
