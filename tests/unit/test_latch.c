/* The latch: down to 0, and no further. */
#include "tests/unit/signal_bench.h"

#include "daemon/core/latch.h"

static void
bench_init(struct signal_bench *bench, int64_t count)
{
	signal_bench_init(bench, &(struct object_options){ .kind = KIND_LATCH, .count = count });
}

static const char *
wait(struct signal_bench *bench, unsigned client, int64_t wait_ns)
{
	struct ask ask = signal_bench_ask(bench, client, wait_ns);
	struct result result = { 0 };
	enum concur_status status = latch_wait(bench->core, bench->object, &ask, &result);

	return signal_bench_answer(bench, status, &result);
}

static const char *
count_down(struct signal_bench *bench, int64_t by)
{
	return status_name(latch_count_down(bench->core, bench->object, by));
}

START_TEST(open_with_negative_count_is_refused)
{
	struct object_open open = { .options = { .kind = KIND_LATCH, .count = -1 } };
	struct signal_bench bench;
	struct object *object;
	bool created;

	bench_init(&bench, 0);
	ck_assert_status(object_open(bench.core, &open, &object, &created), CONCUR_VALUE_ERROR);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(count_down_to_0_answers_all_who_wait_and_nobody_waits_any_more)
{
	struct signal_bench bench;

	bench_init(&bench, 3);
	ck_assert_str_eq(wait(&bench, 0, 0), "TIMED_OUT");
	ck_assert_str_eq(wait(&bench, 1, -1), "PENDING");
	ck_assert_str_eq(wait(&bench, 0, 50), "PENDING");
	ck_assert_str_eq(count_down(&bench, 2), "OK");
	ck_assert_uint_eq(latch_count(bench.object), 1);
	ck_assert_str_eq(signal_bench_said(&bench), "");
	ck_assert_str_eq(count_down(&bench, 1), "OK");
	ck_assert_str_eq(signal_bench_said(&bench), "2:DONE, 3:DONE");
	ck_assert_str_eq(wait(&bench, 2, 0), "DONE");
	ck_assert_str_eq(wait(&bench, 2, -1), "DONE");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(wait_on_one_that_begins_at_0_is_done)
{
	struct signal_bench bench;

	bench_init(&bench, 0);
	ck_assert_str_eq(wait(&bench, 0, -1), "DONE");
	ck_assert_str_eq(count_down(&bench, 1), "VALUE_ERROR");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(count_down_below_0_or_by_none_is_refused_as_a_whole)
{
	struct signal_bench bench;

	bench_init(&bench, 3);
	ck_assert_str_eq(count_down(&bench, 4), "VALUE_ERROR");
	ck_assert_str_eq(count_down(&bench, 0), "VALUE_ERROR");
	ck_assert_str_eq(count_down(&bench, -1), "VALUE_ERROR");
	ck_assert_str_eq(count_down(&bench, INT64_MIN), "VALUE_ERROR");
	ck_assert_uint_eq(latch_count(bench.object), 3);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(waiters_that_leave_by_time_cancel_or_death_leave_the_others)
{
	struct signal_bench bench;

	bench_init(&bench, 1);
	wait(&bench, 0, 10);
	wait(&bench, 1, -1);
	wait(&bench, 2, -1);
	wait(&bench, 3, -1);
	fixture_turn(&bench.fixture, 10);
	signal_bench_cancel(&bench, 1, 2);
	signal_bench_end(&bench, 2, FAREWELL_DEATH);
	ck_assert_str_eq(signal_bench_said(&bench), "1:TIMED_OUT, 2:CANCELLED");
	count_down(&bench, 1);
	ck_assert_str_eq(signal_bench_said(&bench), "4:DONE");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(removal_tells_who_waits)
{
	struct signal_bench bench;

	bench_init(&bench, 1);
	wait(&bench, 0, -1);
	object_destroy(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "1:REMOVED");
	signal_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		open_with_negative_count_is_refused,
		count_down_to_0_answers_all_who_wait_and_nobody_waits_any_more,
		wait_on_one_that_begins_at_0_is_done,
		count_down_below_0_or_by_none_is_refused_as_a_whole,
		waiters_that_leave_by_time_cancel_or_death_leave_the_others,
		removal_tells_who_waits,
		NULL,
	};

	return unit_run("latch", tests);
}
