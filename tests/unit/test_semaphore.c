/* The semaphore: who gets permits and in what order, who may give them back, and another count of them. */
#include "tests/unit/semaphores.h"

/* Two permits, of each sort. */
static const struct object_options plain = { .kind = KIND_SEMAPHORE, .count = 2 };
static const struct object_options bounded = { .kind = KIND_SEMAPHORE, .count = 2, .bounded = true };
static const struct object_options owned = { .kind = KIND_SEMAPHORE, .count = 2, .strict = true };

#define ck_assert_value(bench, expected) ck_assert_int_eq(semaphores_state(bench).value, expected)

/* -- opening ----------------------------------------------------------------------------------------------------- */

static int64_t
value_of_new(int64_t count, bool has_count)
{
	struct signal_bench bench;
	int64_t value;

	signal_bench_init(&bench,
	    &(struct object_options){ .kind = KIND_SEMAPHORE, .count = count, .has_count = has_count });
	value = semaphores_state(&bench).value;
	ck_assert_int_eq(semaphores_state(&bench).count, value);
	signal_bench_fini(&bench);
	return value;
}

START_TEST(open_without_count_has_one_permit)
{
	ck_assert_int_eq(value_of_new(0, false), 1);
	ck_assert_int_eq(value_of_new(0, true), 0);
	ck_assert_int_eq(value_of_new(3, false), 3);
	ck_assert_int_eq(value_of_new(3, true), 3);
	ck_assert_int_eq(value_of_new(INT64_MAX, true), INT64_MAX);
}
END_TEST

START_TEST(open_with_negative_count_is_refused)
{
	struct object_open open = { .options = { .kind = KIND_SEMAPHORE, .count = -1 } };
	struct signal_bench bench;
	struct object *object;
	bool created;

	signal_bench_init(&bench, &plain);
	ck_assert_status(object_open(bench.core, &open, &object, &created), CONCUR_VALUE_ERROR);
	signal_bench_fini(&bench);
}
END_TEST

/* -- acquiring --------------------------------------------------------------------------------------------------- */

START_TEST(acquire_takes_what_there_is_and_then_times_out)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &plain);
	ck_assert_str_eq(semaphores_acquire(&bench, 0, 1, 0), "DONE");
	ck_assert_str_eq(semaphores_acquire(&bench, 0, 1, 0), "DONE");
	ck_assert_value(&bench, 0);
	ck_assert_uint_eq(semaphores_state(&bench).holders, 1);
	ck_assert_str_eq(semaphores_acquire(&bench, 1, 1, 0), "TIMED_OUT");
	ck_assert_str_eq(semaphores_acquire(&bench, 1, 1, 50), "PENDING");
	fixture_turn(&bench.fixture, 50);
	ck_assert_str_eq(signal_bench_said(&bench), "4:TIMED_OUT");
	ck_assert_value(&bench, 0);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(acquire_of_less_than_one_is_refused)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &plain);
	ck_assert_str_eq(semaphores_acquire(&bench, 0, 0, -1), "VALUE_ERROR");
	ck_assert_str_eq(semaphores_acquire(&bench, 0, -1, -1), "VALUE_ERROR");
	ck_assert_str_eq(semaphores_acquire(&bench, 0, INT64_MIN, -1), "VALUE_ERROR");
	ck_assert_str_eq(semaphores_acquire(&bench, 0, 3, 0), "TIMED_OUT");
	ck_assert_value(&bench, 2);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(waiters_are_served_in_their_order_and_many_are_not_overtaken)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &plain);
	semaphores_acquire(&bench, 0, 2, 0);
	ck_assert_str_eq(semaphores_acquire(&bench, 1, 2, -1), "PENDING");
	ck_assert_str_eq(semaphores_acquire(&bench, 2, 1, -1), "PENDING");
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OK");
	ck_assert_str_eq(signal_bench_said(&bench), "");
	ck_assert_value(&bench, 1);
	/* There is one, but the first in line wants two. */
	ck_assert_str_eq(semaphores_acquire(&bench, 3, 1, 0), "TIMED_OUT");
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OK");
	ck_assert_str_eq(signal_bench_said(&bench), "2:DONE");
	ck_assert_str_eq(semaphores_release(&bench, 1, 2), "OK");
	ck_assert_str_eq(signal_bench_said(&bench), "3:DONE");
	ck_assert_value(&bench, 1);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(release_of_many_serves_all_it_is_enough_for)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &(struct object_options){ .kind = KIND_SEMAPHORE, .has_count = true });
	for (unsigned i = 0; i < CLIENTS; i++)
		ck_assert_str_eq(semaphores_acquire(&bench, i, i == 2 ? 2 : 1, -1), "PENDING");
	ck_assert_str_eq(semaphores_release(&bench, 0, 3), "OK");
	ck_assert_str_eq(signal_bench_said(&bench), "1:DONE, 2:DONE");
	ck_assert_value(&bench, 1);
	ck_assert_str_eq(semaphores_release(&bench, 3, 9), "OK");
	ck_assert_str_eq(signal_bench_said(&bench), "3:DONE, 4:DONE");
	ck_assert_value(&bench, 7);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(first_waiter_that_leaves_lets_the_next_go)
{
	struct signal_bench bench;

	for (int how = 0; how < 3; how++) {
		signal_bench_init(&bench, &plain);
		semaphores_acquire(&bench, 0, 1, 0);
		semaphores_acquire(&bench, 1, 2, 100);
		semaphores_acquire(&bench, 2, 1, -1);
		ck_assert_str_eq(signal_bench_said(&bench), "");
		if (how == 0)
			fixture_turn(&bench.fixture, 100);
		else if (how == 1)
			signal_bench_cancel(&bench, 1, 2);
		else
			signal_bench_end(&bench, 1, FAREWELL_DEATH);
		ck_assert_str_eq(signal_bench_said(&bench),
		    how == 0       ? "2:TIMED_OUT, 3:DONE"
			: how == 1 ? "2:CANCELLED, 3:DONE"
				   : "3:DONE");
		signal_bench_fini(&bench);
	}
}
END_TEST

/* -- releasing --------------------------------------------------------------------------------------------------- */

START_TEST(release_of_anonymous_permits_by_anyone_adds_to_the_value)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &plain);
	semaphores_acquire(&bench, 0, 1, 0);
	ck_assert_str_eq(semaphores_release(&bench, 1, 1), "OK");
	ck_assert_str_eq(semaphores_release(&bench, 1, 5), "OK");
	ck_assert_value(&bench, 7);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(release_of_less_than_one_is_refused)
{
	const struct object_options *const all[] = { &plain, &bounded, &owned };
	struct signal_bench bench;

	for (size_t i = 0; i < UNIT_COUNT(all); i++) {
		signal_bench_init(&bench, all[i]);
		semaphores_acquire(&bench, 0, 1, 0);
		ck_assert_str_eq(semaphores_release(&bench, 0, 0), "VALUE_ERROR");
		ck_assert_str_eq(semaphores_release(&bench, 0, -1), "VALUE_ERROR");
		ck_assert_value(&bench, 1);
		signal_bench_fini(&bench);
	}
}
END_TEST

START_TEST(release_past_what_a_number_holds_is_refused)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &plain);
	ck_assert_str_eq(semaphores_release(&bench, 0, INT64_MAX), "OVERFLOW");
	ck_assert_str_eq(semaphores_release(&bench, 0, INT64_MAX - 2), "OK");
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OVERFLOW");
	ck_assert_value(&bench, INT64_MAX);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(release_past_the_first_count_of_a_bounded_one_is_refused_as_a_whole)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &bounded);
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OVER_RELEASE");
	semaphores_acquire(&bench, 0, 1, 0);
	ck_assert_str_eq(semaphores_release(&bench, 0, 2), "OVER_RELEASE");
	ck_assert_value(&bench, 1);
	ck_assert_uint_eq(semaphores_state(&bench).holders, 1);
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OK");
	ck_assert_value(&bench, 2);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(release_of_owned_permits_by_others_or_of_too_many_is_refused)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &owned);
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "NOT_OWNER");
	semaphores_acquire(&bench, 0, 1, 0);
	semaphores_acquire(&bench, 1, 1, 0);
	ck_assert_str_eq(semaphores_release(&bench, 2, 1), "NOT_OWNER");
	ck_assert_str_eq(semaphores_release(&bench, 0, 2), "NOT_OWNER");
	ck_assert_value(&bench, 0);
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OK");
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "NOT_OWNER");
	ck_assert_value(&bench, 1);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(release_by_one_who_waits_is_refused_for_owned_permits_alone)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &owned);
	semaphores_acquire(&bench, 0, 1, 0);
	ck_assert_str_eq(semaphores_acquire(&bench, 0, 2, -1), "PENDING");
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "WAITING");
	signal_bench_fini(&bench);

	signal_bench_init(&bench, &plain);
	semaphores_acquire(&bench, 0, 1, 0);
	ck_assert_str_eq(semaphores_acquire(&bench, 0, 2, -1), "PENDING");
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OK");
	ck_assert_str_eq(signal_bench_said(&bench), "2:DONE");
	signal_bench_fini(&bench);
}
END_TEST

/* -- another count ----------------------------------------------------------------------------------------------- */

START_TEST(resize_up_serves_waiters)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &owned);
	semaphores_acquire(&bench, 0, 2, 0);
	semaphores_acquire(&bench, 1, 3, -1);
	ck_assert_status(semaphore_resize(bench.core, bench.object, 4), CONCUR_OK);
	ck_assert_str_eq(signal_bench_said(&bench), "");
	ck_assert_status(semaphore_resize(bench.core, bench.object, 5), CONCUR_OK);
	ck_assert_str_eq(signal_bench_said(&bench), "2:DONE");
	ck_assert_value(&bench, 0);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(resize_down_leaves_holders_and_goes_below_0)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &bounded);
	semaphores_acquire(&bench, 0, 2, 0);
	ck_assert_status(semaphore_resize(bench.core, bench.object, 0), CONCUR_OK);
	ck_assert_value(&bench, -2);
	ck_assert_uint_eq(semaphore_kind.len(bench.object), 0);
	ck_assert_str_eq(semaphores_acquire(&bench, 1, 1, 0), "TIMED_OUT");
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OK");
	ck_assert_str_eq(semaphores_release(&bench, 0, 2), "OVER_RELEASE");
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OK");
	ck_assert_value(&bench, 0);
	ck_assert_str_eq(semaphores_acquire(&bench, 1, 1, 0), "TIMED_OUT");
	ck_assert_status(semaphore_resize(bench.core, bench.object, 1), CONCUR_OK);
	ck_assert_str_eq(semaphores_acquire(&bench, 1, 1, 0), "DONE");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(resize_to_what_can_not_be_is_refused)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &plain);
	ck_assert_status(semaphore_resize(bench.core, bench.object, -1), CONCUR_VALUE_ERROR);
	semaphores_release(&bench, 0, 1);
	ck_assert_status(semaphore_resize(bench.core, bench.object, INT64_MAX), CONCUR_OVERFLOW);
	ck_assert_value(&bench, 3);
	ck_assert_int_eq(semaphores_state(&bench).count, 2);
	signal_bench_fini(&bench);
}
END_TEST

/* -- inspection, removal ----------------------------------------------------------------------------------------- */

START_TEST(holders_are_told_in_order_from_any_place)
{
	struct holder holders[3];
	struct signal_bench bench;

	signal_bench_init(&bench, &(struct object_options){ .kind = KIND_SEMAPHORE, .count = 9 });
	for (unsigned i = 0; i < CLIENTS; i++)
		semaphores_acquire(&bench, i, i + 1, i ? -1 : 0);
	ck_assert_uint_eq(semaphore_kind.holders(bench.object, 0, holders, 3), 3);
	ck_assert_uint_eq(holders[0].process, 1);
	ck_assert_uint_eq(holders[2].process, 3);
	ck_assert_uint_eq(holders[2].count, 3);
	ck_assert_str_eq(holders[2].how, "permit");
	ck_assert_uint_eq(semaphore_kind.holders(bench.object, 2, holders, 3), 1);
	ck_assert_uint_eq(holders[0].process, 3);
	ck_assert_uint_eq(semaphore_kind.holders(bench.object, 3, holders, 3), 0);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(removal_tells_waiters_and_frees_what_is_held_in_steps)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &(struct object_options){ .kind = KIND_SEMAPHORE, .count = 3, .strict = true });
	bench.fixture.limits.turn_steps = 1;
	semaphores_acquire(&bench, 0, 1, 0);
	semaphores_acquire(&bench, 1, 1, 0);
	semaphores_acquire(&bench, 2, 1, 0);
	semaphores_acquire(&bench, 3, 1, -1);
	object_destroy(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "4:REMOVED");
	/* The one dies while what it held is not freed yet, the others go on. */
	signal_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 1), 0);
	signal_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		open_without_count_has_one_permit,
		open_with_negative_count_is_refused,
		acquire_takes_what_there_is_and_then_times_out,
		acquire_of_less_than_one_is_refused,
		waiters_are_served_in_their_order_and_many_are_not_overtaken,
		release_of_many_serves_all_it_is_enough_for,
		first_waiter_that_leaves_lets_the_next_go,
		release_of_anonymous_permits_by_anyone_adds_to_the_value,
		release_of_less_than_one_is_refused,
		release_past_what_a_number_holds_is_refused,
		release_past_the_first_count_of_a_bounded_one_is_refused_as_a_whole,
		release_of_owned_permits_by_others_or_of_too_many_is_refused,
		release_by_one_who_waits_is_refused_for_owned_permits_alone,
		resize_up_serves_waiters,
		resize_down_leaves_holders_and_goes_below_0,
		resize_to_what_can_not_be_is_refused,
		holders_are_told_in_order_from_any_place,
		removal_tells_waiters_and_frees_what_is_held_in_steps,
		NULL,
	};

	return unit_run("semaphore", tests);
}
