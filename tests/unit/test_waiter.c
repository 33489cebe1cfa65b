/* Waiters: deadlines, bounds, and the ways in which a wait ends. Calls wait in queues that stay empty. */
#include "tests/unit/core_fixture.h"

#include "daemon/core/queue.h"

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct session *client, *other;
	struct queue *queue;
};

static void
bench_init(struct bench *bench)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->client = fixture_session(&bench->fixture, 1);
	bench->other = fixture_session(&bench->fixture, 2);
	bench->queue = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_QUEUE });
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

static enum concur_status
wait_in(struct bench *bench, struct session *session, uint64_t call, int64_t wait_ns)
{
	struct ask ask = fixture_ask(session, call, call, wait_ns);
	struct result result = { 0 };

	return queue_get(bench->core, bench->queue, &ask, false, 1, &result);
}

#define ck_assert_said(bench, expected) ck_assert_str_eq(fixture_said(&(bench)->fixture), expected)

START_TEST(expire_goes_by_deadline_then_by_arrival)
{
	struct bench bench;

	bench_init(&bench);
	wait_in(&bench, bench.client, 1, 30);
	wait_in(&bench, bench.client, 2, 10);
	wait_in(&bench, bench.other, 3, 20);
	wait_in(&bench, bench.client, 4, 10);
	wait_in(&bench, bench.client, 5, -1);
	ck_assert_uint_eq(waiter_first_deadline(bench.core), 10);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 25), 30);
	ck_assert_said(&bench, "2:EMPTY, 4:EMPTY, 3:EMPTY");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 30), UINT64_MAX);
	ck_assert_said(&bench, "1:EMPTY");
	ck_assert_uint_eq(bench.core->waiting, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(wait_counts_from_the_turn_that_read_the_call)
{
	struct bench bench;

	bench_init(&bench);
	fixture_turn(&bench.fixture, 1000);
	wait_in(&bench, bench.client, 1, 5);
	ck_assert_uint_eq(waiter_find(bench.client, 1)->since_ns, 1000);
	ck_assert_uint_eq(waiter_first_deadline(bench.core), 1005);
	bench_fini(&bench);
}
END_TEST

START_TEST(wait_beyond_the_end_of_time_does_not_wrap)
{
	struct bench bench;

	bench_init(&bench);
	fixture_turn(&bench.fixture, UINT64_MAX - 100);
	wait_in(&bench, bench.client, 1, INT64_MAX);
	wait_in(&bench, bench.client, 2, 50);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, UINT64_MAX - 50), UINT64_MAX - 1);
	ck_assert_said(&bench, "2:EMPTY");
	bench_fini(&bench);
}
END_TEST

START_TEST(expire_is_bounded_in_a_turn)
{
	struct bench bench;

	bench_init(&bench);
	bench.fixture.limits.turn_steps = 2;
	for (uint64_t call = 1; call <= 5; call++)
		wait_in(&bench, bench.client, call, (int64_t)call);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 100), 3);
	ck_assert_said(&bench, "1:EMPTY, 2:EMPTY");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 100), 5);
	ck_assert_said(&bench, "3:EMPTY, 4:EMPTY");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 100), UINT64_MAX);
	ck_assert_said(&bench, "5:EMPTY");
	bench_fini(&bench);
}
END_TEST

START_TEST(wait_past_calls_max_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	bench.fixture.limits.calls_max = 2;
	ck_assert_status(wait_in(&bench, bench.client, 1, -1), CONCUR_PENDING);
	ck_assert_status(wait_in(&bench, bench.client, 2, 5), CONCUR_PENDING);
	ck_assert_status(wait_in(&bench, bench.client, 3, 5), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "calls_max");
	ck_assert_status(wait_in(&bench, bench.other, 3, 5), CONCUR_PENDING);
	ck_assert_uint_eq(((struct object *)bench.queue)->waiting, 3);
	waiter_cancel(bench.core, waiter_find(bench.client, 1), CONCUR_CANCELLED);
	ck_assert_status(wait_in(&bench, bench.client, 4, 5), CONCUR_PENDING);
	bench_fini(&bench);
}
END_TEST

START_TEST(cancel_ends_a_wait_once)
{
	struct bench bench;

	bench_init(&bench);
	wait_in(&bench, bench.client, 1, 10);
	ck_assert_ptr_null(waiter_find(bench.other, 1));
	waiter_cancel(bench.core, waiter_find(bench.client, 1), CONCUR_CANCELLED);
	ck_assert_ptr_null(waiter_find(bench.client, 1));
	ck_assert_uint_eq(waiter_first_deadline(bench.core), UINT64_MAX);
	ck_assert_said(&bench, "1:CANCELLED");
	fixture_turn(&bench.fixture, 20);
	ck_assert_said(&bench, "");
	bench_fini(&bench);
}
END_TEST

START_TEST(drop_of_wait_with_deadline_leaves_nothing)
{
	struct bench bench;

	bench_init(&bench);
	wait_in(&bench, bench.client, 1, 10);
	wait_in(&bench, bench.other, 2, 20);
	session_end(bench.core, bench.client, FAREWELL_DEATH);
	ck_assert_uint_eq(waiter_first_deadline(bench.core), 20);
	ck_assert_uint_eq(((struct object *)bench.queue)->waiting, 1);
	ck_assert_uint_eq(((struct object *)bench.queue)->refs, 2);
	fixture_turn(&bench.fixture, 20);
	ck_assert_said(&bench, "2:EMPTY");
	ck_assert_uint_eq(((struct object *)bench.queue)->refs, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(result_that_came_first_wins_over_the_deadline)
{
	struct bench bench;
	struct ask ask;
	struct result result = { 0 };

	bench_init(&bench);
	wait_in(&bench, bench.client, 1, 10);
	ask = fixture_ask(bench.other, 1, 2, 0);
	bench.core->now_ns = 10;
	ck_assert_status(queue_put(bench.core, bench.queue, &ask, LOAD(&TEXT("a"), &(bool){ false }, 1), &result),
	    CONCUR_OK);
	fixture_turn(&bench.fixture, 10);
	ck_assert_said(&bench, "1:DONE 'a'");
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		expire_goes_by_deadline_then_by_arrival,
		wait_counts_from_the_turn_that_read_the_call,
		wait_beyond_the_end_of_time_does_not_wrap,
		expire_is_bounded_in_a_turn,
		wait_past_calls_max_is_refused,
		cancel_ends_a_wait_once,
		drop_of_wait_with_deadline_leaves_nothing,
		result_that_came_first_wins_over_the_deadline,
		NULL,
	};

	return unit_run("waiter", tests);
}
