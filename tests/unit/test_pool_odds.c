/* Pools: what is at odds with each other. Calls that wait while what they wait for goes, cancels that meet a death,
 * room that comes from an unusual side, ids that make no sense, times that are too long. */
#include "tests/unit/pool_bench.h"

#include "lib/page.h"

/* A submission of client 0 that waits for room; its call's id. */
static uint64_t
submit_waiting(struct pool_bench *bench, size_t count, int64_t wait_ns)
{
	struct value function = TEXT("f"), values[8];
	struct task_spec spec = { .function = &function };
	struct ask ask = pool_bench_ask(bench, 0, wait_ns);
	struct result result = { 0 };
	bool refers[8] = { false };

	for (size_t i = 0; i < count; i++)
		values[i] = TEXT("w");
	ck_assert_status(pool_submit(bench->core, bench->pool, &ask, &spec, values, refers, count, &result),
	    CONCUR_PENDING);
	return ask.call;
}

static const char *
cancel(struct pool_bench *bench, uint64_t task)
{
	struct ask ask = pool_bench_ask(bench, 0, 0);
	struct result result = { 0 };
	enum concur_status status = future_cancel(bench->core, task_find(bench->core, task), &ask, false, &result);

	return pool_bench_name(status, &result);
}

/* Its call that waits. */
static uint64_t
watch(struct pool_bench *bench, unsigned client, struct worker *worker)
{
	struct ask ask = pool_bench_ask(bench, client, -1);
	struct result result = { 0 };

	ck_assert_status(worker_watch(bench->core, worker, &ask, &result), CONCUR_PENDING);
	return ask.call;
}

/* -- workers ------------------------------------------------------------------------------------------------------- */

START_TEST(tasks_of_one_death_are_run_again_in_their_order)
{
	struct pool_bench bench;

	pool_bench_init(&bench);
	(void)pool_bench_submit_as(&bench, 0, "abc", &(struct task_spec){ .retries = 1 });
	ck_assert_str_eq(pool_bench_take(&bench, pool_bench_attach(&bench, 1), 3), "ab");
	pool_bench_end(&bench, 1, FAREWELL_DEATH);
	fixture_turn(&bench.fixture, CORE_SECOND);
	ck_assert_str_eq(pool_bench_take(&bench, pool_bench_attach(&bench, 2), 3), "ca");
	ck_assert_str_eq(pool_bench_take(&bench, pool_bench_attach(&bench, 3), 3), "b");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(detach_answers_the_take_and_the_watch_that_wait)
{
	struct pool_bench bench;
	struct worker *worker, *other;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	other = pool_bench_attach(&bench, 2);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "-");
	ck_assert_uint_eq(watch(&bench, 1, worker), 2);
	worker_end(bench.core, worker, false);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:END_OF_FILE, 2:DONE");
	ck_assert_uint_eq(bench.fixture.number, WORKER_END);
	pool_bench_submit(&bench, 0, "a");
	ck_assert_str_eq(pool_bench_take(&bench, other, 1), "a");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(take_with_a_full_hand_is_answered_when_one_is_done)
{
	struct pool_bench bench;
	struct worker *worker;
	uint64_t first = 0, in_hand = 0;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	while (in_hand < PAGE_SLOTS) {
		uint64_t id = pool_bench_submit(&bench, 0, "a");

		first = first ? first : id;
		ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
		in_hand++;
	}
	pool_bench_submit(&bench, 0, "b");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "-");
	pool_bench_done(&bench, worker, first, "r");
	ck_assert_ptr_nonnull(strstr(fixture_said(&bench.fixture), "DONE"));
	ck_assert_str_eq(pool_bench_fetch(&bench, worker), "b");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(task_that_its_worker_gives_back_goes_to_one_that_waits)
{
	struct pool_bench bench;
	struct worker *worker, *other;
	uint64_t task;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	other = pool_bench_attach(&bench, 2);
	task = pool_bench_submit(&bench, 0, "a");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ck_assert_str_eq(pool_bench_take(&bench, other, 1), "-");
	ck_assert_status(worker_done(bench.core, worker, task, FUTURE_PENDING, NULL, false), CONCUR_OK);
	ck_assert_str_eq(fixture_said(&bench.fixture), "3:DONE");
	ck_assert_str_eq(pool_bench_fetch(&bench, other), "a");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(cancel_that_was_asked_holds_when_the_task_would_begin_anew)
{
	struct pool_bench bench;
	struct worker *worker;
	uint64_t first;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	first = pool_bench_submit_as(&bench, 0, "abc", &(struct task_spec){ .retries = 9 });
	(void)watch(&bench, 1, worker);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "b");
	for (uint64_t i = 0; i < 2; i++)
		ck_assert_str_eq(cancel(&bench, first + i), "PENDING");
	ck_assert_status(worker_done(bench.core, worker, first + 1, FUTURE_PENDING, NULL, false), CONCUR_OK);
	ck_assert_str_eq(pool_bench_state(&bench, first + 1), "CANCELLED");
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE, 6:DONE");
	pool_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_str_eq(pool_bench_state(&bench, first), "CANCELLED");
	ck_assert_str_eq(fixture_said(&bench.fixture), "5:DONE");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(task_that_comes_back_to_a_broken_pool_fails_with_the_cause)
{
	struct pool_bench bench;
	struct value error = TEXT("no luck");
	struct worker *worker;
	uint64_t task;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	task = pool_bench_submit_as(&bench, 0, "a", &(struct task_spec){ .retries = 9 });
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ck_assert_status(pool_break(bench.core, bench.pool, &error), CONCUR_POOL_BROKEN);
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(pool_bench_state(&bench, task), "RUNNING");
	pool_bench_end(&bench, 1, FAREWELL_DEATH);
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(pool_bench_state(&bench, task), "FAILED 'no luck'");
	pool_bench_fini(&bench);
}
END_TEST

/* -- room ---------------------------------------------------------------------------------------------------------- */

START_TEST(task_that_is_due_and_taken_at_once_makes_room)
{
	struct pool_bench bench;
	uint64_t call;

	pool_bench_init(&bench);
	pool_configure(bench.core, bench.pool, &(struct pool_options){ .capacity = 1 });
	ck_assert_str_eq(pool_bench_take(&bench, pool_bench_attach(&bench, 1), 1), "-");
	ck_assert_uint_ne(pool_bench_submit_as(&bench, 0, "a", &(struct task_spec){ .delay_ns = 50 }), 0);
	call = submit_waiting(&bench, 1, -1);
	ck_assert_uint_eq(call, 3);
	fixture_turn(&bench.fixture, 60);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE, 3:DONE");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(submission_that_leaves_lets_in_a_smaller_one_behind_it)
{
	struct pool_bench bench;

	pool_bench_init(&bench);
	pool_configure(bench.core, bench.pool, &(struct pool_options){ .capacity = 2 });
	pool_bench_submit(&bench, 0, "a");
	ck_assert_uint_eq(submit_waiting(&bench, 2, 10), 2);
	ck_assert_uint_eq(submit_waiting(&bench, 1, -1), 3);
	fixture_turn(&bench.fixture, 20);
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:FULL, 3:DONE");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(claim_makes_room)
{
	struct pool_bench bench;
	struct result result = { 0 };
	struct worker *worker;
	uint64_t task;

	pool_bench_init(&bench);
	pool_configure(bench.core, bench.pool, &(struct pool_options){ .capacity = 1 });
	worker = pool_bench_attach(&bench, 1);
	task = pool_bench_submit(&bench, 0, "a");
	ck_assert_uint_eq(submit_waiting(&bench, 1, -1), 2);
	worker_claim(bench.core, worker, &(struct claim){ .task = task, .context = 1 }, &result);
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE");
	ck_assert_str_eq(pool_bench_fetch(&bench, worker), "a");
	pool_bench_fini(&bench);
}
END_TEST

/* -- what makes no sense ------------------------------------------------------------------------------------------- */

START_TEST(submit_after_tasks_that_are_not_there_is_refused_and_leaves_nothing)
{
	struct pool_bench bench;
	struct value function = TEXT("f"), value = TEXT("x");
	uint64_t after[3];
	struct task_spec spec = { .function = &function, .after = after, .after_count = 3 };
	struct pool_state state;

	pool_bench_init(&bench);
	after[0] = pool_bench_submit(&bench, 0, "a");
	for (unsigned bad = 0; bad < 2; bad++) {
		struct ask ask = pool_bench_ask(&bench, 0, 0);
		struct result result = { 0 };
		bool refers = false;

		/* One that never was; the very one that is being submitted. */
		after[1] = bad ? bench.core->counter + 1 : 12345678;
		after[2] = after[0];
		ck_assert_status(pool_submit(bench.core, bench.pool, &ask, &spec, &value, &refers, 1, &result),
		    CONCUR_NOT_FOUND);
	}
	pool_state(bench.pool, &state);
	ck_assert_uint_eq(state.waiting + state.held + state.cancelled, 1);
	pool_bench_fini(&bench);
}
END_TEST

/* The queue was to be enough; without it the future is all that tells. */
START_TEST(completion_queue_that_went_meanwhile_leaves_the_future_to_its_submitter)
{
	struct pool_bench bench;
	struct task_spec spec = { .release = true };
	struct object *queue;
	struct worker *worker;
	uint64_t task;

	pool_bench_init(&bench);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE });
	spec.completion = object_id(queue);
	worker = pool_bench_attach(&bench, 1);
	task = pool_bench_submit_as(&bench, 0, "a", &spec);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	object_destroy(bench.core, queue);
	fixture_settle(&bench.fixture);
	pool_bench_done(&bench, worker, task, "r");
	ck_assert_str_eq(pool_bench_state(&bench, task), "FINISHED 'r'");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(times_that_never_come_do_not_come_at_once)
{
	struct pool_bench bench;
	struct worker *worker;
	uint64_t running, delayed;

	pool_bench_init(&bench);
	worker = pool_bench_attach(&bench, 1);
	running = pool_bench_submit_as(&bench, 0, "a", &(struct task_spec){ .timeout_ns = UINT64_MAX });
	delayed = pool_bench_submit_as(&bench, 0, "b", &(struct task_spec){ .delay_ns = UINT64_MAX - 1 });
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	fixture_turn(&bench.fixture, 100);
	ck_assert_str_eq(pool_bench_state(&bench, running), "RUNNING");
	ck_assert_str_eq(pool_bench_state(&bench, delayed), "PENDING");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "-");
	pool_bench_fini(&bench);
}
END_TEST

/* Two sessions submit with the same queue for the completions, which one of them has opened. */
START_TEST(death_cancels_tasks_of_which_only_a_queue_hears_that_nobody_reads)
{
	struct pool_bench bench;
	struct object *queue;
	struct task_spec spec = { .release = true };
	uint64_t own, read;

	pool_bench_init(&bench);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE });
	ck_assert_int_eq(session_ref(bench.core, bench.clients[2], queue), 0);
	spec.completion = object_id(queue);
	read = pool_bench_submit_as(&bench, 0, "a", &spec);
	pool_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_str_eq(pool_bench_state(&bench, read), "PENDING");
	own = pool_bench_submit_as(&bench, 2, "b", &spec);
	pool_bench_end(&bench, 2, FAREWELL_DEATH);
	ck_assert_str_eq(pool_bench_state(&bench, own), "GONE");
	pool_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		tasks_of_one_death_are_run_again_in_their_order,
		completion_queue_that_went_meanwhile_leaves_the_future_to_its_submitter,
		detach_answers_the_take_and_the_watch_that_wait,
		take_with_a_full_hand_is_answered_when_one_is_done,
		task_that_its_worker_gives_back_goes_to_one_that_waits,
		cancel_that_was_asked_holds_when_the_task_would_begin_anew,
		task_that_comes_back_to_a_broken_pool_fails_with_the_cause,
		task_that_is_due_and_taken_at_once_makes_room,
		submission_that_leaves_lets_in_a_smaller_one_behind_it,
		claim_makes_room,
		submit_after_tasks_that_are_not_there_is_refused_and_leaves_nothing,
		times_that_never_come_do_not_come_at_once,
		death_cancels_tasks_of_which_only_a_queue_hears_that_nobody_reads,
		NULL,
	};

	return unit_run("pool_odds", tests);
}
