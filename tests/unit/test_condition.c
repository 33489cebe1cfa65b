/* The condition: who is woken, in which order, and with which lock in hand. */
#include "tests/unit/conditions.h"

/* -- opening ----------------------------------------------------------------------------------------------------- */

START_TEST(open_without_lock_is_on_an_rlock_of_its_own)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_ptr_eq(((struct object *)bench.lock)->kind, &rlock_kind);
	ck_assert_uint_eq(((struct object *)bench.lock)->refs, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(open_keeps_the_given_lock_alive)
{
	struct object *lock;
	struct locks locks;
	struct condition *condition;

	locks_init(&locks);
	lock = (struct object *)locks_open_strict(&locks);
	condition = bench_open(&locks, (struct lock *)lock);
	ck_assert_ptr_eq(condition_lock(condition), (struct lock *)lock);
	object_unref(locks.core, lock);
	fixture_settle(&locks.fixture);
	ck_assert_uint_eq(locks.core->objects.count, 2);
	object_unref(locks.core, (struct object *)condition);
	fixture_settle(&locks.fixture);
	ck_assert_uint_eq(locks.core->objects.count, 0);
	locks_fini(&locks);
}
END_TEST

START_TEST(open_on_something_else_is_refused)
{
	struct object_open open = { .options = { .kind = KIND_CONDITION } };
	struct object *object;
	struct locks locks;
	bool created;

	locks_init(&locks);
	open.options.lock = fixture_open(&locks.fixture, &(struct object_options){ .kind = KIND_QUEUE });
	ck_assert_status(object_open(locks.core, &open, &object, &created), CONCUR_WRONG_KIND);
	locks_fini(&locks);
}
END_TEST

START_TEST(open_counts_its_lock_against_objects_max)
{
	struct object_open open = { .options = { .kind = KIND_CONDITION } };
	struct object *object;
	struct locks locks;
	bool created;

	locks_init(&locks);
	locks.fixture.limits.objects_max = 1;
	ck_assert_status(object_open(locks.core, &open, &object, &created), CONCUR_LIMIT);
	ck_assert_str_eq(locks.core->limit, "objects_max");
	ck_assert_uint_eq(locks.core->objects.count, 0);
	locks.fixture.limits.objects_max = 2;
	ck_assert_status(object_open(locks.core, &open, &object, &created), CONCUR_OK);
	ck_assert_uint_eq(locks.core->objects.count, 2);
	locks_fini(&locks);
}
END_TEST

/* -- waiting and waking ------------------------------------------------------------------------------------------ */

START_TEST(wait_gives_all_depths_up_and_comes_back_with_them)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire(&bench, 0);
	bench_acquire(&bench, 0);
	bench_acquire(&bench, 0);
	ck_assert_str_eq(bench_wait(&bench, 0, -1), "PENDING");
	ck_assert(!locks_state(bench.lock).locked);
	ck_assert_uint_eq(bench_waits(&bench), 1);
	bench_acquire(&bench, 1);
	ck_assert_str_eq(bench_notify(&bench, 1, 1, 1), "OK");
	/* Notified, but the notifier has the lock. */
	ck_assert_replies(&bench, "");
	ck_assert_uint_eq(bench_waits(&bench), 0);
	ck_assert_uint_eq(locks_state(bench.lock).waiters, 1);
	bench_release(&bench, 1);
	ck_assert_replies(&bench, "4:DONE");
	ck_assert_uint_eq(bench_holder(&bench), 1);
	ck_assert_uint_eq(locks_state(bench.lock).depth, 3);
	ck_assert_uint_eq(locks_state(bench.lock).token, bench.locks.fixture.number);
	bench_fini(&bench);
}
END_TEST

START_TEST(notify_wakes_exactly_so_many_first_come_first)
{
	struct bench bench;

	bench_init(&bench);
	for (unsigned i = 0; i < 3; i++)
		bench_acquire_and_wait(&bench, i, -1);
	bench_acquire(&bench, 3);
	ck_assert_str_eq(bench_notify(&bench, 3, 2, 2), "OK");
	bench_release(&bench, 3);
	ck_assert_replies(&bench, "2:DONE");
	bench_release(&bench, 0);
	ck_assert_replies(&bench, "4:DONE");
	bench_release(&bench, 1);
	ck_assert_replies(&bench, "");
	ck_assert_uint_eq(bench_waits(&bench), 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(notify_of_more_than_wait_wakes_all_and_nobody_later)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire_and_wait(&bench, 1, -1);
	bench_acquire(&bench, 3);
	ck_assert_str_eq(bench_notify(&bench, 3, UINT64_MAX, 2), "OK");
	ck_assert_str_eq(bench_notify(&bench, 3, 5, 0), "OK");
	bench_release(&bench, 3);
	bench_release(&bench, 0);
	bench_release(&bench, 1);
	ck_assert_replies(&bench, "2:DONE, 4:DONE");
	/* Nobody remembers it. */
	bench_acquire_and_wait(&bench, 2, -1);
	ck_assert_replies(&bench, "");
	bench_fini(&bench);
}
END_TEST

START_TEST(woken_stand_in_line_behind_those_who_wait_for_the_lock)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire(&bench, 1);
	ck_assert_str_eq(locks_acquire(&bench.locks, bench.lock, 2, -1), "PENDING");
	bench_notify(&bench, 1, 1, 1);
	ck_assert_str_eq(locks_acquire(&bench.locks, bench.lock, 3, -1), "PENDING");
	for (unsigned i = 1; i < 4; i++)
		bench_release(&bench, i == 1 ? 1 : i == 2 ? 2 : 0);
	ck_assert_replies(&bench, "4:DONE, 2:DONE, 5:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(wait_without_time_says_so_and_gives_nothing_up)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire(&bench, 0);
	ck_assert_str_eq(bench_wait(&bench, 0, 0), "TIMED_OUT");
	ck_assert_uint_eq(bench.locks.fixture.number, locks_state(bench.lock).token);
	ck_assert_uint_eq(bench_holder(&bench), 1);
	bench_fini(&bench);
}
END_TEST

/* -- time-outs and cancel ---------------------------------------------------------------------------------------- */

START_TEST(wait_past_its_deadline_comes_back_with_the_lock)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire(&bench, 0);
	bench_acquire_and_wait(&bench, 0, 10);
	ck_assert_uint_eq(fixture_turn(&bench.locks.fixture, 10), UINT64_MAX);
	ck_assert_replies(&bench, "3:TIMED_OUT");
	ck_assert_uint_eq(locks_state(bench.lock).depth, 2);
	ck_assert_uint_eq(locks_state(bench.lock).token, bench.locks.fixture.number);
	bench_fini(&bench);
}
END_TEST

START_TEST(wait_past_its_deadline_waits_on_for_a_held_lock)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, 10);
	bench_acquire(&bench, 1);
	fixture_turn(&bench.locks.fixture, 50);
	ck_assert_replies(&bench, "");
	/* Its time is over: a notify is not for it any more. */
	ck_assert_str_eq(bench_notify(&bench, 1, 1, 0), "OK");
	fixture_turn(&bench.locks.fixture, 5000);
	bench_release(&bench, 1);
	ck_assert_replies(&bench, "2:TIMED_OUT");
	ck_assert_uint_eq(bench_holder(&bench), 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(wait_that_is_notified_has_no_deadline_any_more)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, 10);
	bench_acquire(&bench, 1);
	bench_notify(&bench, 1, 1, 1);
	ck_assert_uint_eq(fixture_turn(&bench.locks.fixture, 20), UINT64_MAX);
	ck_assert_replies(&bench, "");
	bench_release(&bench, 1);
	ck_assert_replies(&bench, "2:DONE");
	bench_fini(&bench);
}
END_TEST

static bool
recall(struct bench *bench, unsigned client, uint64_t call)
{
	struct waiter *waiter = waiter_find(bench->locks.clients[client], call);

	ck_assert_ptr_nonnull(waiter);
	return waiter_recall(bench->locks.core, waiter);
}

START_TEST(cancel_of_a_wait_takes_the_lock_back_first)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire(&bench, 1);
	ck_assert(!recall(&bench, 0, 2));
	/* Again changes nothing. */
	ck_assert(!recall(&bench, 0, 2));
	ck_assert_replies(&bench, "");
	bench_release(&bench, 1);
	ck_assert_replies(&bench, "2:TIMED_OUT");
	ck_assert_uint_eq(bench_holder(&bench), 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(cancel_of_a_notified_wait_leaves_it_notified)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire_and_wait(&bench, 0, -1);
	bench_acquire_and_wait(&bench, 1, -1);
	bench_acquire(&bench, 2);
	bench_notify(&bench, 2, 1, 1);
	ck_assert(!recall(&bench, 0, 2));
	bench_release(&bench, 2);
	bench_release(&bench, 0);
	ck_assert_replies(&bench, "2:DONE");
	bench_fini(&bench);
}
END_TEST

/* -- without the lock -------------------------------------------------------------------------------------------- */

START_TEST(wait_and_notify_without_the_lock_are_refused)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(bench_wait(&bench, 0, -1), "NOT_LOCKED");
	ck_assert_str_eq(bench_notify(&bench, 0, 1, 0), "NOT_LOCKED");
	bench_acquire(&bench, 1);
	ck_assert_str_eq(bench_wait(&bench, 0, -1), "NOT_OWNER");
	ck_assert_str_eq(bench_wait(&bench, 0, 0), "NOT_OWNER");
	ck_assert_str_eq(bench_notify(&bench, 0, 1, 0), "NOT_OWNER");
	ck_assert_str_eq(locks_acquire(&bench.locks, bench.lock, 0, -1), "PENDING");
	ck_assert_str_eq(bench_notify(&bench, 0, 1, 0), "WAITING");
	ck_assert_str_eq(bench_wait(&bench, 0, -1), "WAITING");
	bench_fini(&bench);
}
END_TEST

/* Python lets any thread do it while the lock is locked. */
START_TEST(plain_lock_must_only_be_locked)
{
	struct bench bench;

	bench_init_on(&bench, &(struct object_options){ .kind = KIND_LOCK });
	ck_assert_str_eq(bench_notify(&bench, 1, 1, 0), "NOT_LOCKED");
	bench_acquire(&bench, 0);
	ck_assert_str_eq(bench_wait(&bench, 1, -1), "PENDING");
	ck_assert(!locks_state(bench.lock).locked);
	bench_acquire(&bench, 0);
	ck_assert_str_eq(bench_notify(&bench, 2, 1, 1), "OK");
	bench_release(&bench, 2);
	ck_assert_replies(&bench, "2:DONE");
	ck_assert_uint_eq(bench_holder(&bench), 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(strict_lock_must_be_the_callers)
{
	struct bench bench;

	bench_init_on(&bench, &(struct object_options){ .kind = KIND_LOCK, .strict = true });
	bench_acquire(&bench, 0);
	ck_assert_str_eq(bench_wait(&bench, 1, -1), "NOT_OWNER");
	ck_assert_str_eq(bench_wait(&bench, 0, -1), "PENDING");
	bench_fini(&bench);
}
END_TEST

/* A context that did not promise to do nothing else: what it has acquired meanwhile it has once more when the wait is
 * over. */
START_TEST(wait_of_who_has_the_rlock_anew_deepens_it)
{
	struct bench bench;

	bench_init(&bench);
	bench_acquire(&bench, 0);
	bench_acquire(&bench, 0);
	bench_wait(&bench, 0, -1);
	bench_acquire(&bench, 0);
	ck_assert_str_eq(bench_notify(&bench, 0, 1, 1), "OK");
	ck_assert_replies(&bench, "3:DONE");
	ck_assert_uint_eq(locks_state(bench.lock).depth, 3);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		open_without_lock_is_on_an_rlock_of_its_own,
		open_keeps_the_given_lock_alive,
		open_on_something_else_is_refused,
		open_counts_its_lock_against_objects_max,
		wait_gives_all_depths_up_and_comes_back_with_them,
		notify_wakes_exactly_so_many_first_come_first,
		notify_of_more_than_wait_wakes_all_and_nobody_later,
		woken_stand_in_line_behind_those_who_wait_for_the_lock,
		wait_without_time_says_so_and_gives_nothing_up,
		wait_past_its_deadline_comes_back_with_the_lock,
		wait_past_its_deadline_waits_on_for_a_held_lock,
		wait_that_is_notified_has_no_deadline_any_more,
		cancel_of_a_wait_takes_the_lock_back_first,
		cancel_of_a_notified_wait_leaves_it_notified,
		wait_and_notify_without_the_lock_are_refused,
		plain_lock_must_only_be_locked,
		strict_lock_must_be_the_callers,
		wait_of_who_has_the_rlock_anew_deepens_it,
		NULL,
	};

	return unit_run("condition", tests);
}
