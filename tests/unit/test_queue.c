/* The queue: order, room, fairness, and waiters that leave. Each letter is an item. */
#include "tests/unit/core_fixture.h"

#include "daemon/core/queue.h"

#include <stdio.h>

enum { CLIENTS = 3, LETTERS = 64 };

struct bench {
	struct core_fixture fixture;
	struct session *clients[CLIENTS];
	struct queue *queue;
	char answer[512];
};

static void
bench_init(struct bench *bench, int64_t maxsize, bool lifo)
{
	fixture_init(&bench->fixture);
	for (uint64_t i = 0; i < CLIENTS; i++)
		bench->clients[i] = fixture_session(&bench->fixture, i + 1);
	bench->queue = fixture_open(&bench->fixture,
	    &(struct object_options){ .kind = KIND_QUEUE, .maxsize = maxsize, .lifo = lifo });
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

/* A call's answer as the diary writes it, or PENDING. */
static const char *
answer(struct bench *bench, enum concur_status status, struct result *result)
{
	static const char *const outcomes[] = { "DONE", "NOT_THERE", "EMPTY", "FULL", "TIMED_OUT" };
	char *to = bench->answer;

	snprintf(to, sizeof bench->answer, "%s", status == CONCUR_OK ? outcomes[result->outcome] : status_name(status));
	for (size_t i = 0; i < result->count; i++) {
		strcat(to, " ");
		fixture_show_blob(to, sizeof bench->answer, result->values[i]);
	}
	if (result->value) {
		strcat(to, " ");
		fixture_show_blob(to, sizeof bench->answer, result->value);
	}
	result_fini(result);
	return to;
}

static const char *
put(struct bench *bench, unsigned client, uint64_t call, int64_t wait_ns, const char *letters)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct value values[LETTERS];
	bool refers[LETTERS] = { false };
	struct result result = { 0 };
	enum concur_status status;

	for (size_t i = 0; letters[i]; i++)
		values[i] = (struct value){ VALUE_TEXT, (const uint8_t *)letters + i, 1 };
	status = queue_put(&bench->fixture.core, bench->queue, &ask, values, refers, strlen(letters), &result);
	return answer(bench, status, &result);
}

static const char *
get(struct bench *bench, unsigned client, uint64_t call, int64_t wait_ns)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct result result = { 0 };

	return answer(bench, queue_get(&bench->fixture.core, bench->queue, &ask, false, 1, &result), &result);
}

static const char *
get_many(struct bench *bench, unsigned client, uint64_t call, int64_t wait_ns, size_t count)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct result result = { 0 };

	return answer(bench, queue_get(&bench->fixture.core, bench->queue, &ask, true, count, &result), &result);
}

static const char *
join(struct bench *bench, unsigned client, uint64_t call, int64_t wait_ns)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct result result = { 0 };

	return answer(bench, queue_join(&bench->fixture.core, bench->queue, &ask, &result), &result);
}

static void
cancel(struct bench *bench, unsigned client, uint64_t call)
{
	waiter_cancel(&bench->fixture.core, waiter_find(bench->clients[client], call), CONCUR_CANCELLED);
}

static void
end(struct bench *bench, unsigned client, enum farewell farewell)
{
	session_end(&bench->fixture.core, bench->clients[client], farewell);
}

/* Checks items, unfinished tasks, getters and putters. */
static void
expect_state(const struct bench *bench, uint64_t size, uint64_t unfinished, uint64_t getters, uint64_t putters)
{
	struct queue_state state;

	queue_state(bench->queue, &state);
	ck_assert_uint_eq(state.size, size);
	ck_assert_uint_eq(queue_kind.len((struct object *)bench->queue), size);
	ck_assert_uint_eq(state.unfinished, unfinished);
	ck_assert_uint_eq(state.getters, getters);
	ck_assert_uint_eq(state.putters, putters);
}

#define ck_assert_said(bench, expected) ck_assert_str_eq(fixture_said(&(bench)->fixture), expected)

/* -- order and room ---------------------------------------------------------------------------------------------- */

START_TEST(get_of_fifo_gives_the_oldest)
{
	struct bench bench;

	bench_init(&bench, 0, false);
	put(&bench, 0, 1, 0, "abc");
	put(&bench, 0, 2, 0, "d");
	ck_assert_str_eq(get(&bench, 1, 3, 0), "DONE 'a'");
	ck_assert_str_eq(get_many(&bench, 1, 4, 0, 2), "DONE 'b' 'c'");
	ck_assert_str_eq(get_many(&bench, 1, 5, 0, 9), "DONE 'd'");
	ck_assert_str_eq(get(&bench, 1, 6, 0), "EMPTY");
	bench_fini(&bench);
}
END_TEST

START_TEST(get_of_lifo_gives_the_youngest)
{
	struct bench bench;

	bench_init(&bench, 0, true);
	put(&bench, 0, 1, 0, "abc");
	ck_assert_str_eq(get(&bench, 1, 2, 0), "DONE 'c'");
	put(&bench, 0, 3, 0, "d");
	ck_assert_str_eq(get_many(&bench, 1, 4, 0, 2), "DONE 'd' 'b'");
	expect_state(&bench, 1, 4, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(put_past_maxsize_is_full)
{
	struct bench bench;

	bench_init(&bench, 2, false);
	ck_assert_str_eq(put(&bench, 0, 1, 0, "a"), "DONE");
	ck_assert_str_eq(put(&bench, 0, 2, 0, "bc"), "FULL");
	expect_state(&bench, 1, 1, 0, 0);
	ck_assert_str_eq(put(&bench, 0, 3, 0, "b"), "DONE");
	ck_assert_str_eq(put(&bench, 0, 4, 0, "c"), "FULL");
	ck_assert_str_eq(put(&bench, 0, 5, -1, "abc"), "VALUE_ERROR");
	expect_state(&bench, 2, 2, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(open_with_negative_maxsize_is_unbounded)
{
	struct bench bench;

	bench_init(&bench, -5, false);
	for (uint64_t i = 0; i < 100; i++)
		ck_assert_str_eq(put(&bench, 0, i, 0, "abcdef"), "DONE");
	expect_state(&bench, 600, 600, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(put_past_container_max_is_full_whatever_maxsize)
{
	const int64_t sizes[] = { 0, 100 };

	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		struct bench bench;

		bench_init(&bench, sizes[i], false);
		bench.fixture.limits.container_max = 3;
		ck_assert_str_eq(put(&bench, 0, 1, 0, "abc"), "DONE");
		ck_assert_str_eq(put(&bench, 0, 2, 0, "d"), "FULL");
		ck_assert_str_eq(put(&bench, 0, 3, -1, "abcd"), "VALUE_ERROR");
		expect_state(&bench, 3, 3, 0, 0);
		bench_fini(&bench);
	}
}
END_TEST

START_TEST(put_of_nothing_changes_nothing)
{
	struct bench bench;

	bench_init(&bench, 2, false);
	ck_assert_str_eq(put(&bench, 0, 1, 0, ""), "DONE");
	expect_state(&bench, 0, 0, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(put_counts_the_new_size)
{
	struct bench bench;
	struct ask ask;
	struct result result = { 0 };
	struct value value = INTEGER(5);

	bench_init(&bench, 0, false);
	put(&bench, 0, 1, 0, "abc");
	ask = fixture_ask(bench.clients[0], 1, 2, 0);
	ck_assert_status(queue_put(&bench.fixture.core, bench.queue, &ask, &value, &(bool){ false }, 1, &result),
	    CONCUR_OK);
	ck_assert_uint_eq(result.number, 4);
	bench_fini(&bench);
}
END_TEST

/* -- waiting ----------------------------------------------------------------------------------------------------- */

START_TEST(put_serves_getters_in_their_order)
{
	struct bench bench;

	bench_init(&bench, 0, false);
	ck_assert_str_eq(get(&bench, 0, 1, -1), "PENDING");
	ck_assert_str_eq(get_many(&bench, 1, 2, -1, 2), "PENDING");
	ck_assert_str_eq(get(&bench, 2, 3, -1), "PENDING");
	expect_state(&bench, 0, 0, 3, 0);
	ck_assert_str_eq(put(&bench, 0, 4, 0, "a"), "DONE");
	ck_assert_said(&bench, "1:DONE 'a'");
	ck_assert_str_eq(put(&bench, 0, 5, 0, "bcde"), "DONE");
	ck_assert_said(&bench, "2:DONE 'b' 'c', 3:DONE 'd'");
	expect_state(&bench, 1, 5, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(get_serves_putters_in_their_order)
{
	struct bench bench;

	bench_init(&bench, 3, false);
	put(&bench, 0, 1, 0, "abc");
	ck_assert_str_eq(put(&bench, 0, 2, -1, "de"), "PENDING");
	ck_assert_str_eq(put(&bench, 1, 3, -1, "f"), "PENDING");
	expect_state(&bench, 3, 3, 0, 2);
	/* There would be room for f, but d and e are before it. */
	ck_assert_str_eq(get(&bench, 2, 4, 0), "DONE 'a'");
	ck_assert_said(&bench, "");
	ck_assert_str_eq(put(&bench, 2, 5, 0, "g"), "FULL");
	ck_assert_str_eq(get(&bench, 2, 6, 0), "DONE 'b'");
	ck_assert_said(&bench, "2:DONE");
	ck_assert_uint_eq(bench.fixture.number, 3);
	ck_assert_str_eq(get_many(&bench, 2, 7, 0, 9), "DONE 'c' 'd' 'e'");
	ck_assert_said(&bench, "3:DONE");
	expect_state(&bench, 1, 6, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(get_of_small_queue_passes_all_putters_through)
{
	struct bench bench;

	bench_init(&bench, 1, false);
	put(&bench, 0, 1, 0, "a");
	for (uint64_t i = 0; i < 5; i++)
		ck_assert_str_eq(put(&bench, 0, 10 + i, -1, (char[]){ (char)('b' + i), 0 }), "PENDING");
	for (uint64_t i = 0; i < 6; i++) {
		char expected[] = "DONE 'a'";

		expected[6] = (char)('a' + i);
		ck_assert_str_eq(get(&bench, 1, 20 + i, 0), expected);
	}
	ck_assert_said(&bench, "10:DONE, 11:DONE, 12:DONE, 13:DONE, 14:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(wait_past_its_deadline_gives_a_plain_no)
{
	struct bench bench;

	bench_init(&bench, 1, false);
	ck_assert_str_eq(get(&bench, 0, 1, 50), "PENDING");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 49), 50);
	ck_assert_said(&bench, "");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 50), UINT64_MAX);
	ck_assert_said(&bench, "1:EMPTY");
	put(&bench, 0, 2, 0, "a");
	ck_assert_str_eq(put(&bench, 0, 3, 10, "b"), "PENDING");
	ck_assert_str_eq(join(&bench, 1, 4, 20), "PENDING");
	fixture_turn(&bench.fixture, 70);
	ck_assert_said(&bench, "3:FULL, 4:TIMED_OUT");
	expect_state(&bench, 1, 1, 0, 0);
	bench_fini(&bench);
}
END_TEST

/* -- waiters that leave ------------------------------------------------------------------------------------------ */

START_TEST(cancel_of_getter_at_any_place_keeps_the_others_order)
{
	for (uint64_t gone = 1; gone <= 3; gone++) {
		struct bench bench;
		char expected[64] = "";
		char letter = 'a';

		bench_init(&bench, 0, false);
		for (uint64_t call = 1; call <= 3; call++)
			get(&bench, (unsigned)call - 1, call, -1);
		cancel(&bench, (unsigned)gone - 1, gone);
		sprintf(expected, "%d:CANCELLED", (int)gone);
		expect_state(&bench, 0, 0, 2, 0);
		put(&bench, 0, 9, 0, "ab");
		for (uint64_t call = 1; call <= 3; call++) {
			if (call != gone)
				sprintf(expected + strlen(expected), ", %d:DONE '%c'", (int)call, letter++);
		}
		ck_assert_said(&bench, expected);
		bench_fini(&bench);
	}
}
END_TEST

/* A long one, one that fits, one that does not: the first leaves, and the second goes. */
static void
stand_in_line(struct bench *bench)
{
	bench_init(bench, 3, false);
	put(bench, 0, 1, 0, "ab");
	ck_assert_str_eq(put(bench, 0, 2, 100, "cde"), "PENDING");
	ck_assert_str_eq(put(bench, 1, 3, -1, "f"), "PENDING");
	ck_assert_str_eq(put(bench, 2, 4, -1, "g"), "PENDING");
	expect_state(bench, 2, 2, 0, 3);
}

START_TEST(cancel_of_first_putter_lets_the_next_go)
{
	struct bench bench;

	stand_in_line(&bench);
	cancel(&bench, 0, 2);
	ck_assert_said(&bench, "2:CANCELLED, 3:DONE");
	expect_state(&bench, 3, 3, 0, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(timeout_of_first_putter_lets_the_next_go)
{
	struct bench bench;

	stand_in_line(&bench);
	fixture_turn(&bench.fixture, 100);
	ck_assert_said(&bench, "2:FULL, 3:DONE");
	expect_state(&bench, 3, 3, 0, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_first_putter_lets_the_next_go)
{
	struct bench bench;

	stand_in_line(&bench);
	end(&bench, 0, FAREWELL_DEATH);
	ck_assert_said(&bench, "3:DONE");
	expect_state(&bench, 3, 3, 0, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_middle_and_last_putter_lets_nobody_go)
{
	for (unsigned gone = 1; gone <= 2; gone++) {
		struct bench bench;

		stand_in_line(&bench);
		end(&bench, gone, FAREWELL_DEATH);
		ck_assert_said(&bench, "");
		expect_state(&bench, 2, 2, 0, 2);
		ck_assert_str_eq(get_many(&bench, 0, 9, 0, 2), "DONE 'a' 'b'");
		ck_assert_said(&bench, "2:DONE");
		bench_fini(&bench);
	}
}
END_TEST

START_TEST(death_of_session_with_two_putters_puts_nothing)
{
	struct bench bench;

	bench_init(&bench, 3, false);
	put(&bench, 1, 1, 0, "ab");
	/* When the long ones leave, the short ones behind them would fit. */
	for (uint64_t call = 2; call < 40; call += 2) {
		ck_assert_str_eq(put(&bench, 0, call, -1, "cde"), "PENDING");
		ck_assert_str_eq(put(&bench, 0, call + 1, -1, "x"), "PENDING");
	}
	ck_assert_str_eq(put(&bench, 1, 99, -1, "z"), "PENDING");
	end(&bench, 0, FAREWELL_DEATH);
	ck_assert_said(&bench, "99:DONE");
	ck_assert_str_eq(get_many(&bench, 1, 100, 0, 9), "DONE 'a' 'b' 'z'");
	expect_state(&bench, 0, 3, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(cancel_all_with_two_putters_puts_nothing)
{
	struct bench bench;

	bench_init(&bench, 3, false);
	put(&bench, 1, 1, 0, "ab");
	put(&bench, 0, 2, -1, "cde");
	put(&bench, 0, 3, -1, "x");
	session_cancel_all(&bench.fixture.core, bench.clients[0], CONCUR_STOPPING);
	fixture_said(&bench.fixture);
	ck_assert_uint_eq(bench.fixture.replies, 2);
	expect_state(&bench, 2, 2, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(context_end_with_two_putters_puts_nothing)
{
	struct bench bench;
	struct value values[] = { TEXT("c"), TEXT("d"), TEXT("e") };
	const bool refers[3] = { false };
	struct result result = { 0 };
	struct ask ask;

	bench_init(&bench, 3, false);
	put(&bench, 1, 1, 0, "ab");
	ask = fixture_ask(bench.clients[0], 7, 2, -1);
	ck_assert_status(queue_put(&bench.fixture.core, bench.queue, &ask, values, refers, 3, &result), CONCUR_PENDING);
	ask.call = 3;
	ck_assert_status(queue_put(&bench.fixture.core, bench.queue, &ask, values, refers, 1, &result), CONCUR_PENDING);
	session_context_end(&bench.fixture.core, bench.clients[0], 7);
	ck_assert_said(&bench, "2:CANCELLED, 3:CANCELLED");
	expect_state(&bench, 2, 2, 0, 0);
	ck_assert_ptr_null(owner_find(bench.clients[0], 7));
	bench_fini(&bench);
}
END_TEST

/* -- tasks ------------------------------------------------------------------------------------------------------- */

START_TEST(join_waits_until_all_is_done)
{
	struct bench bench;

	bench_init(&bench, 0, false);
	ck_assert_str_eq(join(&bench, 0, 1, -1), "DONE");
	put(&bench, 0, 2, 0, "abc");
	ck_assert_str_eq(join(&bench, 0, 3, 0), "TIMED_OUT");
	ck_assert_str_eq(join(&bench, 0, 4, -1), "PENDING");
	ck_assert_str_eq(join(&bench, 1, 5, -1), "PENDING");
	get_many(&bench, 1, 6, 0, 3);
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 2), CONCUR_OK);
	ck_assert_said(&bench, "");
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 2), CONCUR_TOO_MANY_DONE);
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 1), CONCUR_OK);
	ck_assert_said(&bench, "4:DONE, 5:DONE");
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 1), CONCUR_TOO_MANY_DONE);
	bench_fini(&bench);
}
END_TEST

START_TEST(clear_counts_items_as_done_and_lets_putters_go)
{
	struct bench bench;

	bench_init(&bench, 2, false);
	put(&bench, 0, 1, 0, "ab");
	get(&bench, 0, 2, 0);
	put(&bench, 0, 3, 0, "c");
	put(&bench, 0, 4, -1, "d");
	join(&bench, 1, 5, -1);
	ck_assert_status(queue_kind.clear(&bench.fixture.core, (struct object *)bench.queue), CONCUR_OK);
	/* a was taken but not told done; d has come in. */
	ck_assert_said(&bench, "4:DONE");
	expect_state(&bench, 1, 2, 0, 0);
	queue_task_done(&bench.fixture.core, bench.queue, 2);
	ck_assert_said(&bench, "5:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(clear_after_all_was_told_done_keeps_the_count_at_zero)
{
	struct bench bench;

	bench_init(&bench, 0, false);
	put(&bench, 0, 1, 0, "ab");
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 2), CONCUR_OK);
	ck_assert_status(queue_kind.clear(&bench.fixture.core, (struct object *)bench.queue), CONCUR_OK);
	expect_state(&bench, 0, 0, 0, 0);
	bench_fini(&bench);
}
END_TEST

/* -- shutdown ---------------------------------------------------------------------------------------------------- */

START_TEST(shutdown_lets_what_is_queued_be_got)
{
	struct bench bench;

	bench_init(&bench, 2, false);
	put(&bench, 0, 1, 0, "ab");
	put(&bench, 0, 2, -1, "c");
	join(&bench, 1, 3, -1);
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, false), CONCUR_OK);
	ck_assert_said(&bench, "2:SHUT_DOWN");
	ck_assert_str_eq(put(&bench, 0, 4, -1, "d"), "SHUT_DOWN");
	ck_assert_str_eq(get_many(&bench, 0, 5, -1, 5), "DONE 'a' 'b'");
	ck_assert_str_eq(get(&bench, 0, 6, -1), "SHUT_DOWN");
	expect_state(&bench, 0, 2, 0, 0);
	queue_task_done(&bench.fixture.core, bench.queue, 2);
	ck_assert_said(&bench, "3:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(shutdown_wakes_all_getters)
{
	struct bench bench;

	bench_init(&bench, 0, false);
	get(&bench, 0, 1, -1);
	get_many(&bench, 1, 2, 500, 3);
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, false), CONCUR_OK);
	ck_assert_said(&bench, "1:SHUT_DOWN, 2:SHUT_DOWN");
	expect_state(&bench, 0, 0, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(shutdown_immediate_drops_what_is_queued)
{
	struct bench bench;

	bench_init(&bench, 2, false);
	put(&bench, 0, 1, 0, "ab");
	put(&bench, 0, 2, -1, "c");
	join(&bench, 1, 3, -1);
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, true), CONCUR_OK);
	ck_assert_said(&bench, "3:DONE, 2:SHUT_DOWN");
	ck_assert_str_eq(get(&bench, 0, 4, 0), "SHUT_DOWN");
	expect_state(&bench, 0, 0, 0, 0);
	ck_assert_uint_eq(((struct object *)bench.queue)->bytes, 0);
	bench_fini(&bench);
}
END_TEST

/* As in Python 3.13: join looks again at the count, and goes on waiting. */
START_TEST(shutdown_immediate_with_tasks_under_way_leaves_join_waiting)
{
	struct bench bench;

	bench_init(&bench, 0, false);
	put(&bench, 0, 1, 0, "ab");
	get(&bench, 0, 2, 0);
	join(&bench, 1, 3, -1);
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, true), CONCUR_OK);
	ck_assert_said(&bench, "");
	expect_state(&bench, 0, 1, 0, 0);
	queue_task_done(&bench.fixture.core, bench.queue, 1);
	ck_assert_said(&bench, "3:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(destroy_with_waiters_answers_removed)
{
	struct bench bench;

	bench_init(&bench, 1, false);
	get(&bench, 0, 1, -1);
	cancel(&bench, 0, 1);
	put(&bench, 0, 2, 0, "a");
	put(&bench, 0, 3, -1, "b");
	put(&bench, 1, 4, 99, "c");
	join(&bench, 2, 5, -1);
	object_destroy(&bench.fixture.core, (struct object *)bench.queue);
	ck_assert_said(&bench, "1:CANCELLED, 3:REMOVED, 4:REMOVED, 5:REMOVED");
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		get_of_fifo_gives_the_oldest,
		get_of_lifo_gives_the_youngest,
		put_past_maxsize_is_full,
		open_with_negative_maxsize_is_unbounded,
		put_past_container_max_is_full_whatever_maxsize,
		put_of_nothing_changes_nothing,
		put_counts_the_new_size,
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
		join_waits_until_all_is_done,
		clear_counts_items_as_done_and_lets_putters_go,
		clear_after_all_was_told_done_keeps_the_count_at_zero,
		shutdown_lets_what_is_queued_be_got,
		shutdown_wakes_all_getters,
		shutdown_immediate_drops_what_is_queued,
		shutdown_immediate_with_tasks_under_way_leaves_join_waiting,
		destroy_with_waiters_answers_removed,
		NULL,
	};

	return unit_run("queue", tests);
}
