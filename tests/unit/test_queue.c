/* The queue: order, room, tasks, shutdown. Each letter is an item. */
#include "tests/unit/queue_bench.h"

/* -- order and room ---------------------------------------------------------------------------------------------- */

START_TEST(get_of_fifo_gives_the_oldest)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "abc");
	queue_bench_put(&bench, 0, 2, 0, "d");
	ck_assert_str_eq(queue_bench_get(&bench, 1, 3, 0), "DONE 'a'");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 4, 0, 2), "DONE 'b' 'c'");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 5, 0, 9), "DONE 'd'");
	ck_assert_str_eq(queue_bench_get(&bench, 1, 6, 0), "EMPTY");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(get_of_lifo_gives_the_youngest)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_LIFO);
	queue_bench_put(&bench, 0, 1, 0, "abc");
	ck_assert_str_eq(queue_bench_get(&bench, 1, 2, 0), "DONE 'c'");
	queue_bench_put(&bench, 0, 3, 0, "d");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 4, 0, 2), "DONE 'd' 'b'");
	queue_bench_expect_state(&bench, 1, 4, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(put_past_maxsize_is_full)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 2, QUEUE_FIFO);
	ck_assert_str_eq(queue_bench_put(&bench, 0, 1, 0, "a"), "DONE");
	ck_assert_str_eq(queue_bench_put(&bench, 0, 2, 0, "bc"), "FULL");
	queue_bench_expect_state(&bench, 1, 1, 0, 0);
	ck_assert_str_eq(queue_bench_put(&bench, 0, 3, 0, "b"), "DONE");
	ck_assert_str_eq(queue_bench_put(&bench, 0, 4, 0, "c"), "FULL");
	ck_assert_str_eq(queue_bench_put(&bench, 0, 5, -1, "abc"), "VALUE_ERROR");
	queue_bench_expect_state(&bench, 2, 2, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(open_with_negative_maxsize_is_unbounded)
{
	struct queue_bench bench;

	queue_bench_init(&bench, -5, QUEUE_FIFO);
	for (uint64_t i = 0; i < 100; i++)
		ck_assert_str_eq(queue_bench_put(&bench, 0, i, 0, "abcdef"), "DONE");
	queue_bench_expect_state(&bench, 600, 600, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(put_past_container_max_is_full_whatever_maxsize)
{
	const int64_t sizes[] = { 0, 100 };

	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		struct queue_bench bench;

		queue_bench_init(&bench, sizes[i], QUEUE_FIFO);
		bench.fixture.limits.container_max = 3;
		ck_assert_str_eq(queue_bench_put(&bench, 0, 1, 0, "abc"), "DONE");
		ck_assert_str_eq(queue_bench_put(&bench, 0, 2, 0, "d"), "FULL");
		ck_assert_str_eq(queue_bench_put(&bench, 0, 3, -1, "abcd"), "VALUE_ERROR");
		queue_bench_expect_state(&bench, 3, 3, 0, 0);
		queue_bench_fini(&bench);
	}
}
END_TEST

START_TEST(put_of_nothing_changes_nothing)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 2, QUEUE_FIFO);
	ck_assert_str_eq(queue_bench_put(&bench, 0, 1, 0, ""), "DONE");
	queue_bench_expect_state(&bench, 0, 0, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(put_counts_the_new_size)
{
	struct queue_bench bench;
	struct ask ask;
	struct result result = { 0 };
	struct value value = INTEGER(5);

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "abc");
	ask = fixture_ask(bench.clients[0], 1, 2, 0);
	ck_assert_status(queue_put(&bench.fixture.core, bench.queue, &ask, LOAD(&value, &(bool){ false }, 1), &result),
	    CONCUR_OK);
	ck_assert_uint_eq(result.number, 4);
	queue_bench_fini(&bench);
}
END_TEST

/* -- tasks ------------------------------------------------------------------------------------------------------- */

START_TEST(join_waits_until_all_is_done)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	ck_assert_str_eq(queue_bench_join(&bench, 0, 1, -1), "DONE");
	queue_bench_put(&bench, 0, 2, 0, "abc");
	ck_assert_str_eq(queue_bench_join(&bench, 0, 3, 0), "TIMED_OUT");
	ck_assert_str_eq(queue_bench_join(&bench, 0, 4, -1), "PENDING");
	ck_assert_str_eq(queue_bench_join(&bench, 1, 5, -1), "PENDING");
	queue_bench_get_many(&bench, 1, 6, 0, 3);
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 2), CONCUR_OK);
	ck_assert_said(&bench, "");
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 2), CONCUR_TOO_MANY_DONE);
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 1), CONCUR_OK);
	ck_assert_said(&bench, "4:DONE, 5:DONE");
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 1), CONCUR_TOO_MANY_DONE);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(clear_counts_items_as_done_and_lets_putters_go)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 2, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "ab");
	queue_bench_get(&bench, 0, 2, 0);
	queue_bench_put(&bench, 0, 3, 0, "c");
	queue_bench_put(&bench, 0, 4, -1, "d");
	queue_bench_join(&bench, 1, 5, -1);
	ck_assert_status(queue_kind.clear(&bench.fixture.core, (struct object *)bench.queue), CONCUR_OK);
	/* a was taken but not told done; d has come in. */
	ck_assert_said(&bench, "4:DONE");
	queue_bench_expect_state(&bench, 1, 2, 0, 0);
	queue_task_done(&bench.fixture.core, bench.queue, 2);
	ck_assert_said(&bench, "5:DONE");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(clear_after_all_was_told_done_keeps_the_count_at_zero)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "ab");
	ck_assert_status(queue_task_done(&bench.fixture.core, bench.queue, 2), CONCUR_OK);
	ck_assert_status(queue_kind.clear(&bench.fixture.core, (struct object *)bench.queue), CONCUR_OK);
	queue_bench_expect_state(&bench, 0, 0, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

/* -- shutdown ---------------------------------------------------------------------------------------------------- */

START_TEST(shutdown_lets_what_is_queued_be_got)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 2, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "ab");
	queue_bench_put(&bench, 0, 2, -1, "c");
	queue_bench_join(&bench, 1, 3, -1);
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, false), CONCUR_OK);
	ck_assert_said(&bench, "2:SHUT_DOWN");
	ck_assert_str_eq(queue_bench_put(&bench, 0, 4, -1, "d"), "SHUT_DOWN");
	ck_assert_str_eq(queue_bench_get_many(&bench, 0, 5, -1, 5), "DONE 'a' 'b'");
	ck_assert_str_eq(queue_bench_get(&bench, 0, 6, -1), "SHUT_DOWN");
	queue_bench_expect_state(&bench, 0, 2, 0, 0);
	queue_task_done(&bench.fixture.core, bench.queue, 2);
	ck_assert_said(&bench, "3:DONE");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(shutdown_wakes_all_getters)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_get(&bench, 0, 1, -1);
	queue_bench_get_many(&bench, 1, 2, 500, 3);
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, false), CONCUR_OK);
	ck_assert_said(&bench, "1:SHUT_DOWN, 2:SHUT_DOWN");
	queue_bench_expect_state(&bench, 0, 0, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(shutdown_immediate_drops_what_is_queued)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 2, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "ab");
	queue_bench_put(&bench, 0, 2, -1, "c");
	queue_bench_join(&bench, 1, 3, -1);
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, true), CONCUR_OK);
	ck_assert_said(&bench, "3:DONE, 2:SHUT_DOWN");
	ck_assert_str_eq(queue_bench_get(&bench, 0, 4, 0), "SHUT_DOWN");
	queue_bench_expect_state(&bench, 0, 0, 0, 0);
	ck_assert_uint_eq(((struct object *)bench.queue)->bytes, 0);
	queue_bench_fini(&bench);
}
END_TEST

/* As in Python 3.13: join looks again at the count, and goes on waiting. */
START_TEST(shutdown_immediate_with_tasks_under_way_leaves_join_waiting)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "ab");
	queue_bench_get(&bench, 0, 2, 0);
	queue_bench_join(&bench, 1, 3, -1);
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, true), CONCUR_OK);
	ck_assert_said(&bench, "");
	queue_bench_expect_state(&bench, 0, 1, 0, 0);
	queue_task_done(&bench.fixture.core, bench.queue, 1);
	ck_assert_said(&bench, "3:DONE");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(destroy_with_waiters_answers_removed)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 1, QUEUE_FIFO);
	queue_bench_get(&bench, 0, 1, -1);
	queue_bench_cancel(&bench, 0, 1);
	queue_bench_put(&bench, 0, 2, 0, "a");
	queue_bench_put(&bench, 0, 3, -1, "b");
	queue_bench_put(&bench, 1, 4, 99, "c");
	queue_bench_join(&bench, 2, 5, -1);
	object_destroy(&bench.fixture.core, (struct object *)bench.queue);
	ck_assert_said(&bench, "1:CANCELLED, 3:REMOVED, 4:REMOVED, 5:REMOVED");
	queue_bench_fini(&bench);
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
