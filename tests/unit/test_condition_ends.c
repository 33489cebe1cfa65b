/* What deaths, ends of contexts and removals do to waits on a condition. */
#include "tests/unit/conditions.h"

START_TEST(death_of_a_wait_leaves_the_queue)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire_and_wait(&bench, 1, -1);
	locks_kill(&bench.locks, 0);
	bench_acquire(&bench, 2);
	ck_assert_str_eq(bench_notify(&bench, 2, 1, 1), "OK");
	bench_release(&bench, 2);
	ck_assert_replies(&bench, "4:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_a_notified_wait_passes_the_notify_on)
{
	struct bench bench;

	bench_init(&bench);
	for (unsigned i = 0; i < 3; i++)
		bench_acquire_and_wait(&bench, i, -1);
	bench_acquire(&bench, 3);
	bench_notify(&bench, 3, 1, 1);
	locks_kill(&bench.locks, 0);
	ck_assert_replies(&bench, "");
	bench_release(&bench, 3);
	ck_assert_replies(&bench, "4:DONE");
	ck_assert_uint_eq(bench_waits(&bench), 1);
	bench_release(&bench, 1);
	ck_assert_replies(&bench, "");
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_a_wait_that_was_late_passes_nothing_on)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, 10);
	bench_acquire_and_wait(&bench, 1, -1);
	bench_acquire(&bench, 2);
	fixture_turn(&bench.locks.fixture, 10);
	locks_kill(&bench.locks, 0);
	bench_release(&bench, 2);
	ck_assert_replies(&bench, "");
	ck_assert_uint_eq(bench_waits(&bench), 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(context_end_of_a_notified_wait_passes_the_notify_on)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire_and_wait(&bench, 1, -1);
	bench_acquire(&bench, 3);
	bench_notify(&bench, 3, 1, 1);
	session_context_end(bench.locks.core, bench.locks.clients[0], 1);
	ck_assert_replies(&bench, "2:CANCELLED");
	bench_release(&bench, 3);
	ck_assert_replies(&bench, "4:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(context_end_of_a_wait_does_not_take_the_lock_back)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, -1);
	session_context_end(bench.locks.core, bench.locks.clients[0], 1);
	ck_assert_replies(&bench, "2:CANCELLED");
	ck_assert(!locks_state(bench.lock).locked);
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_the_notifier_is_told_to_who_was_notified)
{
	struct bench bench;
	uint64_t token;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire_and_wait(&bench, 1, 10);
	bench_acquire(&bench, 2);
	token = bench.locks.fixture.number;
	bench_notify(&bench, 2, 1, 1);
	locks_kill(&bench.locks, 2);
	ck_assert_replies(&bench, "2:OWNER_DIED");
	ck_assert_uint_eq(bench.locks.fixture.death.token, token);
	bench_fini(&bench);
}
END_TEST

START_TEST(death_is_told_to_a_wait_that_was_late_too)
{
	struct bench bench;
	struct waiter *waiter;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, 10);
	bench_acquire(&bench, 1);
	fixture_turn(&bench.locks.fixture, 10);
	waiter = waiter_find(bench.locks.clients[0], 2);
	locks_kill(&bench.locks, 1);
	ck_assert_int_eq(waiter->result.outcome, OUTCOME_TIMED_OUT);
	ck_assert_uint_eq(waiter->result.death.process, 2);
	ck_assert_replies(&bench, "2:TIMED_OUT");
	bench_fini(&bench);
}
END_TEST

START_TEST(destroy_of_the_lock_removes_waits_and_what_comes_finds_none)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire_and_wait(&bench, 1, -1);
	bench_acquire(&bench, 2);
	bench_notify(&bench, 2, 1, 1);
	object_destroy(bench.locks.core, (struct object *)bench.lock);
	ck_assert_replies(&bench, "2:REMOVED, 4:REMOVED");
	fixture_settle(&bench.locks.fixture);
	ck_assert_ptr_null(condition_lock(bench.condition));
	ck_assert_str_eq(bench_wait(&bench, 0, -1), "NOT_FOUND");
	ck_assert_str_eq(bench_notify(&bench, 0, 1, 0), "NOT_FOUND");
	bench_fini(&bench);
}
END_TEST

START_TEST(destroy_of_the_condition_removes_waits_but_not_the_notified)
{
	struct object *lock;
	struct bench bench;

	bench_init(&bench);
	lock = (struct object *)bench.lock;
	object_ref(&bench.locks.fixture.core, lock);
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire_and_wait(&bench, 1, -1);
	bench_acquire(&bench, 2);
	bench_notify(&bench, 2, 1, 1);
	object_destroy(bench.locks.core, (struct object *)bench.condition);
	ck_assert_replies(&bench, "4:REMOVED");
	fixture_settle(&bench.locks.fixture);
	bench_release(&bench, 2);
	ck_assert_replies(&bench, "2:DONE");
	object_unref(bench.locks.core, lock);
	bench_fini(&bench);
}
END_TEST

/* The one who waits was told of a death and did not say that all is well: a wait is a release. */
START_TEST(wait_without_the_word_spoils_a_robust_lock)
{
	struct bench bench;

	bench_init_on(&bench, &(struct object_options){ .kind = KIND_RLOCK, .robust = true });
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire(&bench, 1);
	locks_kill(&bench.locks, 1);
	ck_assert_str_eq(bench_acquire(&bench, 2), "OWNER_DIED");
	ck_assert_str_eq(bench_wait(&bench, 2, -1), "PENDING");
	ck_assert_replies(&bench, "2:NOT_RECOVERABLE, 5:NOT_RECOVERABLE");
	ck_assert_str_eq(bench_wait(&bench, 2, -1), "NOT_RECOVERABLE");
	ck_assert_str_eq(bench_notify(&bench, 2, 1, 0), "NOT_RECOVERABLE");
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		death_of_a_wait_leaves_the_queue,
		death_of_a_notified_wait_passes_the_notify_on,
		death_of_a_wait_that_was_late_passes_nothing_on,
		context_end_of_a_notified_wait_passes_the_notify_on,
		context_end_of_a_wait_does_not_take_the_lock_back,
		death_of_the_notifier_is_told_to_who_was_notified,
		death_is_told_to_a_wait_that_was_late_too,
		destroy_of_the_lock_removes_waits_and_what_comes_finds_none,
		destroy_of_the_condition_removes_waits_but_not_the_notified,
		wait_without_the_word_spoils_a_robust_lock,
		NULL,
	};

	return unit_run("condition_ends", tests);
}
