/* Pools: what workers are given, and in which order; how tasks end; death on either side. */
#include "tests/unit/pool_bench.h"

#include "daemon/core/queue.h"

#include <stdio.h>

/* -- handing out --------------------------------------------------------------------------------------------------- */

START_TEST(take_gives_tasks_in_the_order_they_came)
{
	struct pool_bench bench;
	struct worker *worker;

	pool_bench_init(&bench);
	pool_bench_submit(&bench, 0, "abcdef");
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 2), "ab");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "c");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(take_of_many_leaves_others_their_share)
{
	struct pool_bench bench;
	struct worker *one, *other;

	pool_bench_init(&bench);
	one = pool_bench_attach(&bench, 1);
	other = pool_bench_attach(&bench, 2);
	pool_bench_submit(&bench, 0, "abcdefgh");
	ck_assert_str_eq(pool_bench_take(&bench, one, 100), "ab");
	ck_assert_str_eq(pool_bench_take(&bench, other, 100), "cd");
	ck_assert_str_eq(pool_bench_take(&bench, one, 100), "e");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(take_gives_the_highest_priority_first_across_functions)
{
	struct pool_bench bench;
	struct value g = TEXT("g");
	struct worker *worker;

	pool_bench_init(&bench);
	pool_bench_submit(&bench, 0, "a");
	pool_bench_submit_as(&bench, 0, "b", &(struct task_spec){ .function = &g, .priority = 3 });
	pool_bench_submit_as(&bench, 0, "c", &(struct task_spec){ .priority = 15 });
	pool_bench_submit_as(&bench, 0, "d", &(struct task_spec){ .function = &g });
	pool_bench_submit_as(&bench, 0, "e", &(struct task_spec){ .priority = -16 });
	worker = pool_bench_attach(&bench, 1);
	for (const char *expected = "cbade"; *expected; expected++)
		ck_assert_int_eq(pool_bench_take(&bench, worker, 1)[0], *expected);
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(take_that_waits_is_answered_when_a_task_comes)
{
	struct pool_bench bench;
	struct worker *worker;
	uint64_t task;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 8), "-");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 8), "WAITING");
	task = pool_bench_submit(&bench, 0, "a");
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE");
	ck_assert_str_eq(pool_bench_fetch(&bench, worker), "a");
	ck_assert_str_eq(pool_bench_state(&bench, task), "RUNNING");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(worker_gets_only_what_it_has_functions_and_labels_for)
{
	struct pool_bench bench;
	struct value g = TEXT("g"), gpu = TEXT("gpu");
	struct worker_spec spec = { .functions = &g, .functions_count = 1, .labels = &gpu, .labels_count = 1 };
	struct worker *worker, *plain;

	pool_bench_init(&bench);
	spec.pool = bench.pool;
	pool_bench_submit(&bench, 0, "a");
	pool_bench_submit_as(&bench, 0, "b", &(struct task_spec){ .label = &gpu });
	pool_bench_submit_as(&bench, 0, "c", &(struct task_spec){ .function = &g, .label = &gpu });
	ck_assert_status(worker_attach(bench.core, bench.clients[1], &spec, &worker), CONCUR_OK);
	plain = pool_bench_attach(&bench, 2);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "c");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "-");
	ck_assert_str_eq(pool_bench_take(&bench, plain, 1), "a");
	ck_assert_str_eq(pool_bench_take(&bench, plain, 1), "-");
	pool_bench_fini(&bench);
}
END_TEST

/* A worker without labels takes tasks that ask for one only if it has it. */
START_TEST(take_without_the_label_waits)
{
	struct pool_bench bench;
	struct value gpu = TEXT("gpu");
	struct worker *worker;
	char why[200];
	uint64_t task;
	size_t size;

	pool_bench_init(&bench);
	task = pool_bench_submit_as(&bench, 0, "b", &(struct task_spec){ .label = &gpu });
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "-");
	size = task_why(bench.core, task_find(bench.core, task), why, sizeof why);
	why[size] = '\0';
	ck_assert_str_eq(why, "no worker that has its function has the label 'gpu'");
	pool_bench_fini(&bench);
}
END_TEST

/* -- ends ---------------------------------------------------------------------------------------------------------- */

START_TEST(wait_is_answered_with_the_result_and_again_until_it_is_released)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct worker *worker;
	struct ask ask;
	uint64_t task;

	pool_bench_init(&bench);
	task = pool_bench_submit(&bench, 0, "a");
	worker = pool_bench_attach(&bench, 1);
	ask = pool_bench_ask(&bench, 2, -1);
	ck_assert_status(future_wait(bench.core, task_find(bench.core, task), &ask, &result), CONCUR_PENDING);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	pool_bench_done(&bench, worker, task, "r");
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE 'r'");
	ck_assert_uint_eq(bench.fixture.number, FUTURE_FINISHED);
	ck_assert_str_eq(pool_bench_state(&bench, task), "FINISHED 'r'");
	ck_assert(!future_release(bench.core, task_find(bench.core, task), bench.clients[2]));
	ck_assert(future_release(bench.core, task_find(bench.core, task), bench.clients[0]));
	ck_assert_str_eq(pool_bench_state(&bench, task), "GONE");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(done_of_a_task_that_is_not_in_its_hand_is_not_heard)
{
	struct pool_bench bench;
	struct worker *worker, *other;
	uint64_t task;

	pool_bench_init(&bench);
	task = pool_bench_submit(&bench, 0, "a");
	worker = pool_bench_attach(&bench, 1);
	other = pool_bench_attach(&bench, 2);
	pool_bench_done(&bench, worker, task, "early");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	pool_bench_done(&bench, other, task, "forged");
	ck_assert_str_eq(pool_bench_state(&bench, task), "RUNNING");
	pool_bench_done(&bench, worker, task, "right");
	pool_bench_done(&bench, worker, task, "late");
	ck_assert_str_eq(pool_bench_state(&bench, task), "FINISHED 'right'");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(cancel_of_one_that_waits_is_done_and_of_one_that_ended_is_not)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct ask ask;
	struct worker *worker;
	uint64_t first;

	pool_bench_init(&bench);
	first = pool_bench_submit(&bench, 0, "ab");
	worker = pool_bench_attach(&bench, 1);
	ask = pool_bench_ask(&bench, 0, 0);
	ck_assert_status(future_cancel(bench.core, task_find(bench.core, first), &ask, false, &result), CONCUR_OK);
	ck_assert_int_eq(result.outcome, OUTCOME_DONE);
	ck_assert_str_eq(pool_bench_state(&bench, first), "CANCELLED");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "b");
	pool_bench_done(&bench, worker, first + 1, "x");
	ck_assert_status(future_cancel(bench.core, task_find(bench.core, first + 1), &ask, true, &result), CONCUR_OK);
	ck_assert_int_eq(result.outcome, OUTCOME_NO);
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(cancel_asks_a_worker_that_watches_and_believes_it)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct worker *worker;
	struct ask ask;
	uint64_t first;

	pool_bench_init(&bench);
	first = pool_bench_submit(&bench, 0, "abcd");
	worker = pool_bench_attach(&bench, 1);
	ask = pool_bench_ask(&bench, 1, -1);
	ck_assert_status(worker_watch(bench.core, worker, &ask, &result), CONCUR_PENDING);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 2), "ab");
	for (uint64_t i = 0; i < 2; i++) {
		ask = pool_bench_ask(&bench, 0, 0);
		ck_assert_status(future_cancel(bench.core, task_find(bench.core, first + i), &ask, false, &result),
		    CONCUR_PENDING);
	}
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE");
	worker_recalled(bench.core, worker, first, true);
	worker_recalled(bench.core, worker, first + 1, false);
	ck_assert_str_eq(pool_bench_state(&bench, first), "RUNNING");
	ck_assert_str_eq(pool_bench_state(&bench, first + 1), "CANCELLED");
	pool_bench_fini(&bench);
}
END_TEST

/* A worker that was stopped says nothing, and is not dead. */
START_TEST(cancel_of_one_whose_worker_does_not_answer_is_over_in_time)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct worker *worker;
	struct ask ask;
	uint64_t task;

	pool_bench_init(&bench);
	task = pool_bench_submit(&bench, 0, "a");
	worker = pool_bench_attach(&bench, 1);
	ask = pool_bench_ask(&bench, 1, -1);
	ck_assert_status(worker_watch(bench.core, worker, &ask, &result), CONCUR_PENDING);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ask = pool_bench_ask(&bench, 0, 50);
	ck_assert_status(future_cancel(bench.core, task_find(bench.core, task), &ask, false, &result), CONCUR_PENDING);
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE");
	fixture_turn(&bench.fixture, 50);
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	fixture_turn(&bench.fixture, 51);
	ck_assert_str_eq(fixture_said(&bench.fixture), "4:TIMED_OUT");
	/* What it says at last still counts. */
	worker_recalled(bench.core, worker, task, false);
	ck_assert_str_eq(pool_bench_state(&bench, task), "CANCELLED");
	pool_bench_fini(&bench);
}
END_TEST

/* The worker's first call of watch may still be on its way. */
START_TEST(cancel_with_kill_before_the_worker_watches_is_told_to_it)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct worker *worker;
	struct ask ask;
	uint64_t task;

	pool_bench_init(&bench);
	task = pool_bench_submit(&bench, 0, "a");
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ask = pool_bench_ask(&bench, 0, -1);
	ck_assert_status(future_cancel(bench.core, task_find(bench.core, task), &ask, true, &result), CONCUR_OK);
	ck_assert_str_eq(pool_bench_state(&bench, task), "CANCELLED");
	result = (struct result){ 0 };
	ask = pool_bench_ask(&bench, 1, -1);
	ck_assert_status(worker_watch(bench.core, worker, &ask, &result), CONCUR_OK);
	ck_assert_uint_eq(result.number, WORKER_KILL);
	ck_assert_uint_eq(result.generation, task);
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(timeout_fails_the_task_that_runs_and_its_worker_is_not_heard_of_it)
{
	struct pool_bench bench;
	struct worker *worker;
	uint64_t first;

	pool_bench_init(&bench);
	first = pool_bench_submit_as(&bench, 0, "abc", &(struct task_spec){ .timeout_ns = 50 });
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 2), "ab");
	fixture_turn(&bench.fixture, 51);
	ck_assert_ptr_nonnull(strstr(pool_bench_state(&bench, first), "TASK_TIMED_OUT"));
	pool_bench_done(&bench, worker, first, "late");
	/* The next in its hand has its own time. */
	ck_assert_str_eq(pool_bench_state(&bench, first + 1), "RUNNING");
	fixture_turn(&bench.fixture, 100);
	ck_assert_str_eq(pool_bench_state(&bench, first + 1), "RUNNING");
	fixture_turn(&bench.fixture, 101);
	ck_assert_ptr_nonnull(strstr(pool_bench_state(&bench, first + 1), "FAILED"));
	ck_assert_str_eq(pool_bench_state(&bench, first + 2), "PENDING");
	pool_bench_fini(&bench);
}
END_TEST

/* -- death --------------------------------------------------------------------------------------------------------- */

START_TEST(death_of_a_worker_fails_what_it_had_and_nothing_else)
{
	struct pool_bench bench;
	struct worker *worker, *other;
	uint64_t first;

	pool_bench_init(&bench);
	first = pool_bench_submit(&bench, 0, "abcd");
	worker = pool_bench_attach(&bench, 1);
	other = pool_bench_attach(&bench, 2);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	pool_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_ptr_nonnull(strstr(pool_bench_state(&bench, first), "FAILED {'type': 'WORKER_DIED'"));
	ck_assert_str_eq(pool_bench_take(&bench, other, 1), "b");
	ck_assert_str_eq(pool_bench_take(&bench, other, 1), "c");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(death_with_retries_left_runs_it_again_after_a_pause)
{
	struct pool_bench bench;
	struct worker *other;
	uint64_t task;

	pool_bench_init(&bench);
	task = pool_bench_submit_as(&bench, 0, "a", &(struct task_spec){ .retries = 1 });
	ck_assert_str_eq(pool_bench_take(&bench, pool_bench_attach(&bench, 1), 1), "a");
	other = pool_bench_attach(&bench, 2);
	ck_assert_str_eq(pool_bench_take(&bench, other, 1), "-");
	pool_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_str_eq(pool_bench_state(&bench, task), "PENDING");
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	fixture_turn(&bench.fixture, 100000001);
	ck_assert_str_eq(fixture_said(&bench.fixture), "3:DONE");
	ck_assert_str_eq(pool_bench_fetch(&bench, other), "a");
	pool_bench_end(&bench, 2, FAREWELL_DEATH);
	ck_assert_ptr_nonnull(strstr(pool_bench_state(&bench, task), "FAILED"));
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(death_before_the_reply_was_written_gives_the_task_to_another_uncounted)
{
	struct pool_bench bench;
	struct worker *worker, *other;
	uint64_t task;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	other = pool_bench_attach(&bench, 2);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "-");
	ck_assert_str_eq(pool_bench_take(&bench, other, 1), "-");
	task = pool_bench_submit(&bench, 0, "a");
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE");
	pool_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE");
	ck_assert_str_eq(pool_bench_fetch(&bench, other), "a");
	ck_assert_str_eq(pool_bench_state(&bench, task), "RUNNING");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(tasks_that_could_not_be_sent_go_back_in_order_uncounted)
{
	struct pool_bench bench;
	struct worker *worker, *other;
	uint64_t first;

	pool_bench_init(&bench);
	first = pool_bench_submit(&bench, 0, "abcdefgh");
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 3), "bcd");
	worker_not_sent(bench.core, worker, 3, false);
	pool_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_ptr_nonnull(strstr(pool_bench_state(&bench, first), "WORKER_DIED"));
	other = pool_bench_attach(&bench, 2);
	for (const char *expected = "bcde"; *expected; expected++)
		ck_assert_int_eq(pool_bench_take(&bench, other, 1)[0], *expected);
	ck_assert_str_eq(pool_bench_state(&bench, first + 1), "RUNNING");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(end_of_the_submitter_cancels_what_nobody_wants)
{
	struct pool_bench bench;
	struct worker *worker;
	uint64_t first, shared, detached;

	pool_bench_init(&bench);
	first = pool_bench_submit(&bench, 0, "ab");
	shared = pool_bench_submit(&bench, 0, "c");
	detached = pool_bench_submit_as(&bench, 0, "d", &(struct task_spec){ .detached = true, .ttl_ns = 1000 });
	ck_assert_int_eq(future_ref(task_find(bench.core, shared), bench.clients[3]), 0);
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	pool_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_str_eq(pool_bench_state(&bench, first), "RUNNING");
	ck_assert_str_eq(pool_bench_state(&bench, first + 1), "GONE");
	pool_bench_done(&bench, worker, first, "x");
	ck_assert_str_eq(pool_bench_state(&bench, first), "GONE");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "c");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "d");
	pool_bench_done(&bench, worker, shared, "y");
	pool_bench_done(&bench, worker, detached, "z");
	ck_assert_str_eq(pool_bench_state(&bench, shared), "FINISHED 'y'");
	pool_bench_end(&bench, 3, FAREWELL_GOODBYE);
	ck_assert_str_eq(pool_bench_state(&bench, shared), "GONE");
	ck_assert_str_eq(pool_bench_state(&bench, detached), "FINISHED 'z'");
	fixture_turn(&bench.fixture, 1001);
	ck_assert_str_eq(pool_bench_state(&bench, detached), "GONE");
	pool_bench_fini(&bench);
}
END_TEST

/* -- room, keys, order --------------------------------------------------------------------------------------------- */

START_TEST(submit_past_the_capacity_waits_until_there_is_room)
{
	struct pool_bench bench;
	struct value function = TEXT("f"), value = TEXT("c");
	struct task_spec spec = { .function = &function };
	struct result result = { 0 };
	struct worker *worker;
	bool refers = false;
	struct ask ask;

	pool_bench_init(&bench);
	pool_configure(bench.core, bench.pool, &(struct pool_options){ .capacity = 2 });
	pool_bench_submit(&bench, 0, "ab");
	ck_assert_uint_eq(pool_bench_submit(&bench, 0, "x"), 0);
	ask = pool_bench_ask(&bench, 0, -1);
	ck_assert_status(pool_submit(bench.core, bench.pool, &ask, &spec, &value, &refers, 1, &result), CONCUR_PENDING);
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ck_assert_str_eq(fixture_said(&bench.fixture), "3:DONE");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "b");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "c");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(submit_of_a_key_that_is_there_gives_its_future_until_it_has_ended)
{
	struct pool_bench bench;
	struct value key = TEXT("k"), function = TEXT("f"), value = TEXT("x");
	struct task_spec spec = { .function = &function, .key = &key };
	struct result result = { 0 };
	struct worker *worker;
	bool refers = false;
	struct ask ask;
	uint64_t task;

	pool_bench_init(&bench);
	task = pool_bench_submit_as(&bench, 0, "a", &(struct task_spec){ .key = &key });
	ask = pool_bench_ask(&bench, 1, 0);
	ck_assert_status(pool_submit(bench.core, bench.pool, &ask, &spec, &value, &refers, 1, &result), CONCUR_OK);
	ck_assert_str_eq(pool_bench_name(CONCUR_OK, &result), "EXISTS");
	ck_assert_uint_eq(result.generation, task);
	worker = pool_bench_attach(&bench, 2);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 9), "a");
	pool_bench_done(&bench, worker, task, "r");
	ck_assert_uint_ne(pool_bench_submit_as(&bench, 0, "b", &(struct task_spec){ .key = &key }), task);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 9), "b");
	pool_bench_fini(&bench);
}
END_TEST

/* Whoever is told a future twice gives it up twice. */
START_TEST(submit_of_a_key_of_its_own_is_one_more_reference)
{
	struct pool_bench bench;
	struct value key = TEXT("k"), function = TEXT("f"), value = TEXT("x");
	struct task_spec spec = { .function = &function, .key = &key };
	struct result result = { 0 };
	bool refers = false;
	struct ask ask;
	uint64_t task;

	pool_bench_init(&bench);
	task = pool_bench_submit_as(&bench, 0, "a", &(struct task_spec){ .key = &key });
	ask = pool_bench_ask(&bench, 0, 0);
	ck_assert_status(pool_submit(bench.core, bench.pool, &ask, &spec, &value, &refers, 1, &result), CONCUR_OK);
	ck_assert_str_eq(pool_bench_name(CONCUR_OK, &result), "EXISTS");
	ck_assert_status(future_cancel(bench.core, task_find(bench.core, task), &ask, false, &result), CONCUR_OK);
	ck_assert(future_release(bench.core, task_find(bench.core, task), bench.clients[0]));
	ck_assert_str_eq(pool_bench_state(&bench, task), "CANCELLED");
	ck_assert(future_release(bench.core, task_find(bench.core, task), bench.clients[0]));
	ck_assert_str_eq(pool_bench_state(&bench, task), "GONE");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(task_after_others_begins_when_all_have_finished_and_fails_with_them)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct worker *worker;
	struct ask ask;
	uint64_t first, after[2], late, later;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	first = pool_bench_submit(&bench, 0, "ab");
	after[0] = first;
	after[1] = first + 1;
	late = pool_bench_submit_as(&bench, 0, "c", &(struct task_spec){ .after = after, .after_count = 2 });
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "b");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "-");
	pool_bench_done(&bench, worker, first + 1, "x");
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	pool_bench_done(&bench, worker, first, "x");
	ck_assert_str_eq(fixture_said(&bench.fixture), "5:DONE");
	ck_assert_str_eq(pool_bench_fetch(&bench, worker), "c");
	after[0] = late;
	later = pool_bench_submit_as(&bench, 0, "d", &(struct task_spec){ .after = after, .after_count = 1 });
	ask = pool_bench_ask(&bench, 0, 0);
	ck_assert_status(future_cancel(bench.core, task_find(bench.core, late), &ask, true, &result), CONCUR_OK);
	fixture_turn(&bench.fixture, 2);
	ck_assert_ptr_nonnull(strstr(pool_bench_state(&bench, later), "FAILED {'type': 'TASK_FAILED'"));
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(completion_queue_gets_every_end_with_its_result)
{
	struct pool_bench bench;
	struct queue *queue;
	struct worker *worker;
	struct result result = { 0 };
	struct ask ask;
	struct task_spec spec = { .release = true };
	char expected[200];
	uint64_t first;

	pool_bench_init(&bench);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE });
	spec.completion = object_id((struct object *)queue);
	first = pool_bench_submit_as(&bench, 0, "ab", &spec);
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	pool_bench_done(&bench, worker, first, "r");
	ck_assert_str_eq(pool_bench_state(&bench, first), "GONE");
	ask = pool_bench_ask(&bench, 0, 0);
	ck_assert_status(future_cancel(bench.core, task_find(bench.core, first + 1), &ask, false, &result), CONCUR_OK);
	ck_assert_status(queue_get(bench.core, queue, &ask, true, 9, &result), CONCUR_OK);
	ck_assert_uint_eq(result.count, 2);
	snprintf(expected, sizeof expected, "(%llu, 3, 'r')", (unsigned long long)first);
	fixture_expect_blob(result.values[0], false, expected);
	snprintf(expected, sizeof expected, "(%llu, 2, None)", (unsigned long long)first + 1);
	fixture_expect_blob(result.values[1], false, expected);
	result_fini(&result);
	pool_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		take_gives_tasks_in_the_order_they_came,
		take_of_many_leaves_others_their_share,
		take_gives_the_highest_priority_first_across_functions,
		take_that_waits_is_answered_when_a_task_comes,
		worker_gets_only_what_it_has_functions_and_labels_for,
		take_without_the_label_waits,
		wait_is_answered_with_the_result_and_again_until_it_is_released,
		done_of_a_task_that_is_not_in_its_hand_is_not_heard,
		cancel_of_one_that_waits_is_done_and_of_one_that_ended_is_not,
		cancel_asks_a_worker_that_watches_and_believes_it,
		cancel_of_one_whose_worker_does_not_answer_is_over_in_time,
		cancel_with_kill_before_the_worker_watches_is_told_to_it,
		timeout_fails_the_task_that_runs_and_its_worker_is_not_heard_of_it,
		death_of_a_worker_fails_what_it_had_and_nothing_else,
		death_with_retries_left_runs_it_again_after_a_pause,
		death_before_the_reply_was_written_gives_the_task_to_another_uncounted,
		tasks_that_could_not_be_sent_go_back_in_order_uncounted,
		end_of_the_submitter_cancels_what_nobody_wants,
		submit_past_the_capacity_waits_until_there_is_room,
		submit_of_a_key_that_is_there_gives_its_future_until_it_has_ended,
		submit_of_a_key_of_its_own_is_one_more_reference,
		task_after_others_begins_when_all_have_finished_and_fails_with_them,
		completion_queue_gets_every_end_with_its_result,
		NULL,
	};

	return unit_run("pool", tests);
}
