/* The queue's waiters: fairness, and those that leave. Each letter is an item. */
#include "tests/unit/queue_bench.h"

#include <stdio.h>

/* -- waiting ----------------------------------------------------------------------------------------------------- */

START_TEST(put_serves_getters_in_their_order)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	ck_assert_str_eq(queue_bench_get(&bench, 0, 1, -1), "PENDING");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 2, -1, 2), "PENDING");
	ck_assert_str_eq(queue_bench_get(&bench, 2, 3, -1), "PENDING");
	queue_bench_expect_state(&bench, 0, 0, 3, 0);
	ck_assert_str_eq(queue_bench_put(&bench, 0, 4, 0, "a"), "DONE");
	ck_assert_said(&bench, "1:DONE 'a'");
	ck_assert_str_eq(queue_bench_put(&bench, 0, 5, 0, "bcde"), "DONE");
	ck_assert_said(&bench, "2:DONE 'b' 'c', 3:DONE 'd'");
	queue_bench_expect_state(&bench, 1, 5, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(get_serves_putters_in_their_order)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 3, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "abc");
	ck_assert_str_eq(queue_bench_put(&bench, 0, 2, -1, "de"), "PENDING");
	ck_assert_str_eq(queue_bench_put(&bench, 1, 3, -1, "f"), "PENDING");
	queue_bench_expect_state(&bench, 3, 3, 0, 2);
	/* There would be room for f, but d and e are before it. */
	ck_assert_str_eq(queue_bench_get(&bench, 2, 4, 0), "DONE 'a'");
	ck_assert_said(&bench, "");
	ck_assert_str_eq(queue_bench_put(&bench, 2, 5, 0, "g"), "FULL");
	ck_assert_str_eq(queue_bench_get(&bench, 2, 6, 0), "DONE 'b'");
	ck_assert_said(&bench, "2:DONE");
	ck_assert_uint_eq(bench.fixture.number, 3);
	ck_assert_str_eq(queue_bench_get_many(&bench, 2, 7, 0, 9), "DONE 'c' 'd' 'e'");
	ck_assert_said(&bench, "3:DONE");
	queue_bench_expect_state(&bench, 1, 6, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(get_of_small_queue_passes_all_putters_through)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 1, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "a");
	for (uint64_t i = 0; i < 5; i++)
		ck_assert_str_eq(queue_bench_put(&bench, 0, 10 + i, -1, (char[]){ (char)('b' + i), 0 }), "PENDING");
	for (uint64_t i = 0; i < 6; i++) {
		char expected[] = "DONE 'a'";

		expected[6] = (char)('a' + i);
		ck_assert_str_eq(queue_bench_get(&bench, 1, 20 + i, 0), expected);
	}
	ck_assert_said(&bench, "10:DONE, 11:DONE, 12:DONE, 13:DONE, 14:DONE");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(wait_past_its_deadline_gives_a_plain_no)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 1, QUEUE_FIFO);
	ck_assert_str_eq(queue_bench_get(&bench, 0, 1, 50), "PENDING");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 49), 50);
	ck_assert_said(&bench, "");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 50), UINT64_MAX);
	ck_assert_said(&bench, "1:EMPTY");
	queue_bench_put(&bench, 0, 2, 0, "a");
	ck_assert_str_eq(queue_bench_put(&bench, 0, 3, 10, "b"), "PENDING");
	ck_assert_str_eq(queue_bench_join(&bench, 1, 4, 20), "PENDING");
	fixture_turn(&bench.fixture, 70);
	ck_assert_said(&bench, "3:FULL, 4:TIMED_OUT");
	queue_bench_expect_state(&bench, 1, 1, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

/* -- waiters that leave ------------------------------------------------------------------------------------------ */

START_TEST(cancel_of_getter_at_any_place_keeps_the_others_order)
{
	for (uint64_t gone = 1; gone <= 3; gone++) {
		struct queue_bench bench;
		char expected[64] = "";
		char letter = 'a';

		queue_bench_init(&bench, 0, QUEUE_FIFO);
		for (uint64_t call = 1; call <= 3; call++)
			queue_bench_get(&bench, (unsigned)call - 1, call, -1);
		queue_bench_cancel(&bench, (unsigned)gone - 1, gone);
		sprintf(expected, "%d:CANCELLED", (int)gone);
		queue_bench_expect_state(&bench, 0, 0, 2, 0);
		queue_bench_put(&bench, 0, 9, 0, "ab");
		for (uint64_t call = 1; call <= 3; call++) {
			if (call != gone)
				sprintf(expected + strlen(expected), ", %d:DONE '%c'", (int)call, letter++);
		}
		ck_assert_said(&bench, expected);
		queue_bench_fini(&bench);
	}
}
END_TEST

/* A long one, one that fits, one that does not: the first leaves, and the second goes. */
static void
stand_in_line(struct queue_bench *bench)
{
	queue_bench_init(bench, 3, QUEUE_FIFO);
	queue_bench_put(bench, 0, 1, 0, "ab");
	ck_assert_str_eq(queue_bench_put(bench, 0, 2, 100, "cde"), "PENDING");
	ck_assert_str_eq(queue_bench_put(bench, 1, 3, -1, "f"), "PENDING");
	ck_assert_str_eq(queue_bench_put(bench, 2, 4, -1, "g"), "PENDING");
	queue_bench_expect_state(bench, 2, 2, 0, 3);
}

START_TEST(cancel_of_first_putter_lets_the_next_go)
{
	struct queue_bench bench;

	stand_in_line(&bench);
	queue_bench_cancel(&bench, 0, 2);
	ck_assert_said(&bench, "2:CANCELLED, 3:DONE");
	queue_bench_expect_state(&bench, 3, 3, 0, 1);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(timeout_of_first_putter_lets_the_next_go)
{
	struct queue_bench bench;

	stand_in_line(&bench);
	fixture_turn(&bench.fixture, 100);
	ck_assert_said(&bench, "2:FULL, 3:DONE");
	queue_bench_expect_state(&bench, 3, 3, 0, 1);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_of_first_putter_lets_the_next_go)
{
	struct queue_bench bench;

	stand_in_line(&bench);
	queue_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_said(&bench, "3:DONE");
	queue_bench_expect_state(&bench, 3, 3, 0, 1);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_of_middle_and_last_putter_lets_nobody_go)
{
	for (unsigned gone = 1; gone <= 2; gone++) {
		struct queue_bench bench;

		stand_in_line(&bench);
		queue_bench_end(&bench, gone, FAREWELL_DEATH);
		ck_assert_said(&bench, "");
		queue_bench_expect_state(&bench, 2, 2, 0, 2);
		ck_assert_str_eq(queue_bench_get_many(&bench, 0, 9, 0, 2), "DONE 'a' 'b'");
		ck_assert_said(&bench, "2:DONE");
		queue_bench_fini(&bench);
	}
}
END_TEST

START_TEST(death_of_session_with_two_putters_puts_nothing)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 3, QUEUE_FIFO);
	queue_bench_put(&bench, 1, 1, 0, "ab");
	/* When the long ones leave, the short ones behind them would fit. */
	for (uint64_t call = 2; call < 40; call += 2) {
		ck_assert_str_eq(queue_bench_put(&bench, 0, call, -1, "cde"), "PENDING");
		ck_assert_str_eq(queue_bench_put(&bench, 0, call + 1, -1, "x"), "PENDING");
	}
	ck_assert_str_eq(queue_bench_put(&bench, 1, 99, -1, "z"), "PENDING");
	queue_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_said(&bench, "99:DONE");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 100, 0, 9), "DONE 'a' 'b' 'z'");
	queue_bench_expect_state(&bench, 0, 3, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(cancel_all_with_two_putters_puts_nothing)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 3, QUEUE_FIFO);
	queue_bench_put(&bench, 1, 1, 0, "ab");
	queue_bench_put(&bench, 0, 2, -1, "cde");
	queue_bench_put(&bench, 0, 3, -1, "x");
	session_cancel_all(&bench.fixture.core, bench.clients[0], CONCUR_STOPPING);
	fixture_said(&bench.fixture);
	ck_assert_uint_eq(bench.fixture.replies, 2);
	queue_bench_expect_state(&bench, 2, 2, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(context_end_with_two_putters_puts_nothing)
{
	struct queue_bench bench;
	struct value values[] = { TEXT("c"), TEXT("d"), TEXT("e") };
	const bool refers[3] = { false };
	struct result result = { 0 };
	struct ask ask;

	queue_bench_init(&bench, 3, QUEUE_FIFO);
	queue_bench_put(&bench, 1, 1, 0, "ab");
	ask = fixture_ask(bench.clients[0], 7, 2, -1);
	ck_assert_status(queue_put(&bench.fixture.core, bench.queue, &ask, LOAD(values, refers, 3), &result),
	    CONCUR_PENDING);
	ask.call = 3;
	ck_assert_status(queue_put(&bench.fixture.core, bench.queue, &ask, LOAD(values, refers, 1), &result),
	    CONCUR_PENDING);
	session_context_end(&bench.fixture.core, bench.clients[0], 7);
	ck_assert_said(&bench, "2:CANCELLED, 3:CANCELLED");
	queue_bench_expect_state(&bench, 2, 2, 0, 0);
	ck_assert_ptr_null(owner_find(bench.clients[0], 7));
	queue_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		put_serves_getters_in_their_order,
		get_serves_putters_in_their_order,
		get_of_small_queue_passes_all_putters_through,
		wait_past_its_deadline_gives_a_plain_no,
		cancel_of_getter_at_any_place_keeps_the_others_order,
		cancel_of_first_putter_lets_the_next_go,
		timeout_of_first_putter_lets_the_next_go,
		death_of_first_putter_lets_the_next_go,
		death_of_middle_and_last_putter_lets_nobody_go,
		death_of_session_with_two_putters_puts_nothing,
		cancel_all_with_two_putters_puts_nothing,
		context_end_with_two_putters_puts_nothing,
		NULL,
	};

	return unit_run("queue_waiters", tests);
}
