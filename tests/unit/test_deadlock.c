/* Circles of owners that wait for each other, through locks of all kinds. Clients are processes 1, 2 ... */
#include "tests/unit/rwlocks.h"

#include "daemon/core/condition.h"
#include "daemon/core/deadlock.h"

static const char *
wait_on(struct locks *locks, struct condition *condition, unsigned client, int64_t wait_ns)
{
	struct ask ask = locks_ask(locks, client, wait_ns);
	struct result result = { 0 };

	return locks_word(locks, condition_wait(locks->core, condition, &ask, &result), &result);
}

static void
notify(struct locks *locks, struct condition *condition, unsigned client)
{
	uint64_t woken;

	ck_assert_status(condition_notify(locks->core, condition, locks->clients[client], 1, 1, &woken), CONCUR_OK);
	ck_assert_uint_eq(woken, 1);
}

static struct condition *
open_condition(struct locks *locks, struct lock *lock)
{
	return fixture_open(&locks->fixture,
	    &(struct object_options){ .kind = KIND_CONDITION, .lock = (struct object *)lock });
}

START_TEST(circle_of_lock_rlock_and_rwlock_fails_the_youngest_in_words)
{
	struct rwlock *rwlock;
	struct lock *lock, *rlock;
	struct bench bench;

	bench_init(&bench);
	rwlock = bench.rwlock;
	lock = locks_open_strict(&bench.locks);
	rlock = locks_open_rlock(&bench.locks);
	locks_acquire(&bench.locks, lock, 0, 0);
	locks_acquire(&bench.locks, rlock, 1, 0);
	bench_read_on(&bench.locks, rwlock, 2, 0);
	ck_assert_str_eq(locks_acquire(&bench.locks, rlock, 0, -1), "PENDING");
	ck_assert_str_eq(bench_write_on(&bench.locks, rwlock, 1, -1), "PENDING");
	ck_assert_str_eq(locks_acquire(&bench.locks, lock, 2, -1), "DEADLOCK");
	ck_assert_ptr_nonnull(strstr(bench.locks.core->detail, "lock "));
	ck_assert_ptr_nonnull(strstr(bench.locks.core->detail, "which waits: rlock "));
	ck_assert_ptr_nonnull(strstr(bench.locks.core->detail, "which waits: rwlock "));
	ck_assert_said(&bench.locks, "");
	bench_release_read(&bench, 2);
	ck_assert_said(&bench.locks, "5:DONE");
	bench_fini(&bench);
}
END_TEST

/* Of several readers one is enough; it is neither the first nor the last. */
START_TEST(writer_that_waits_for_many_readers_finds_the_one_that_waits_for_it)
{
	struct bench bench;
	struct lock *lock;

	bench_init(&bench);
	lock = locks_open_strict(&bench.locks);
	locks_acquire(&bench.locks, lock, 3, 0);
	for (unsigned i = 0; i < 3; i++)
		bench_read(&bench, i, 0);
	ck_assert_str_eq(locks_acquire(&bench.locks, lock, 1, -1), "PENDING");
	ck_assert_str_eq(bench_write(&bench, 3, -1), "DEADLOCK");
	ck_assert_str_eq(bench_write(&bench, 3, 5), "PENDING");
	bench_fini(&bench);
}
END_TEST

/* The reader waits for a lock of client 1, which waits to read behind a writer that waits for the reader. */
START_TEST(reader_behind_a_waiting_writer_waits_for_those_who_read)
{
	struct bench bench;
	struct lock *lock;

	bench_init(&bench);
	lock = locks_open_strict(&bench.locks);
	locks_acquire(&bench.locks, lock, 1, 0);
	bench_read(&bench, 0, 0);
	bench_write(&bench, 2, -1);
	ck_assert_str_eq(locks_acquire(&bench.locks, lock, 0, -1), "PENDING");
	ck_assert_str_eq(bench_read(&bench, 1, -1), "DEADLOCK");
	bench_fini(&bench);
}
END_TEST

START_TEST(upgrade_closes_a_circle_with_a_reader_that_waits_for_it)
{
	struct bench bench;
	struct lock *lock;

	bench_init(&bench);
	lock = locks_open_rlock(&bench.locks);
	locks_acquire(&bench.locks, lock, 0, 0);
	bench_read(&bench, 0, 0);
	bench_read(&bench, 1, 0);
	ck_assert_str_eq(locks_acquire(&bench.locks, lock, 1, -1), "PENDING");
	ck_assert_str_eq(bench_write(&bench, 0, -1), "DEADLOCK");
	/* It has its read still. */
	ck_assert_uint_eq(bench_state(&bench).readers, 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(grant_of_a_read_closes_a_circle_and_fails_the_youngest)
{
	struct bench bench;
	struct ask ask;
	struct result result = { 0 };
	struct lock *lock;

	bench_init(&bench);
	lock = locks_open_strict(&bench.locks);
	bench_write(&bench, 0, 0);
	locks_acquire(&bench.locks, lock, 1, 0);
	/* Client 2 waits to read without being blocked in it, and is blocked for the lock. */
	ask = locks_ask(&bench.locks, 2, -1);
	ask.blocked = false;
	ck_assert_status(rwlock_read(bench.locks.core, bench.rwlock, &ask, &result), CONCUR_PENDING);
	ck_assert_str_eq(locks_acquire(&bench.locks, lock, 2, -1), "PENDING");
	ck_assert_str_eq(bench_write(&bench, 1, -1), "PENDING");
	bench_release_write(&bench, 0);
	ck_assert_replies(&bench, "3:DONE, 5:DEADLOCK");
	bench_fini(&bench);
}
END_TEST

/* Client 1 dies with two calls waiting: that the first leaves lets client 2 read, which closes a circle with the second
 * for the moment that it is still there. */
START_TEST(death_of_a_session_does_not_fail_a_call_of_its_own)
{
	struct bench bench;
	struct ask ask;
	struct result result = { 0 };
	struct lock *lock;

	bench_init(&bench);
	lock = locks_open_strict(&bench.locks);
	bench_read(&bench, 0, 0);
	ask = locks_ask(&bench.locks, 1, -1);
	ask.context = 2;
	ck_assert_status(rwlock_write(bench.locks.core, bench.rwlock, &ask, &result), CONCUR_PENDING);
	locks_acquire(&bench.locks, lock, 1, 0);
	ask = locks_ask(&bench.locks, 2, -1);
	ask.blocked = false;
	ck_assert_status(rwlock_read(bench.locks.core, bench.rwlock, &ask, &result), CONCUR_PENDING);
	ck_assert_str_eq(locks_acquire(&bench.locks, lock, 2, -1), "PENDING");
	ck_assert_str_eq(bench_write(&bench, 1, -1), "PENDING");
	locks_kill(&bench.locks, 1);
	ck_assert_replies(&bench, "4:DONE, 5:OWNER_DIED");
	bench_fini(&bench);
}
END_TEST

/* Two contexts read each rwlock and wait to write the next, so that 2 to the DEPTH ways lead to the last; the circle is
 * found behind all of them, by who reads the first as well. */
START_TEST(search_goes_by_each_waiter_once)
{
	enum { DEPTH = 24 };
	struct result result = { 0 };
	struct rwlock *rwlocks[DEPTH];
	struct bench bench;
	struct lock *lock;
	struct ask ask;

	bench_init(&bench);
	lock = locks_open_strict(&bench.locks);
	locks_acquire(&bench.locks, lock, 1, 0);
	for (unsigned i = 0; i < DEPTH; i++)
		rwlocks[i] = bench_open(&bench.locks);
	for (uint64_t i = 0; i < 2 * DEPTH; i++) {
		ask = fixture_ask(bench.locks.clients[0], 10 + i, 100 + i, 0);
		ck_assert_status(rwlock_read(bench.locks.core, rwlocks[i / 2], &ask, &result), CONCUR_OK);
	}
	bench_read_on(&bench.locks, rwlocks[0], 2, 0);
	for (uint64_t i = 0; i < 2 * (DEPTH - 1); i++) {
		ask = fixture_ask(bench.locks.clients[0], 10 + i, 200 + i, -1);
		ck_assert_status(rwlock_write(bench.locks.core, rwlocks[i / 2 + 1], &ask, &result), CONCUR_PENDING);
	}
	ck_assert_str_eq(locks_acquire(&bench.locks, lock, 2, -1), "PENDING");
	ck_assert_str_eq(bench_write_on(&bench.locks, rwlocks[0], 1, -1), "DEADLOCK");
	bench_fini(&bench);
}
END_TEST

/* -- taking a lock back ------------------------------------------------------------------------------------------ */

/* Client 0 holds another lock and waits on the condition; client 1 holds the condition's lock and waits for the other:
 * the notify closes the circle, and the wait must come back with its lock. */
START_TEST(take_back_never_fails_the_youngest_other_call_does)
{
	struct locks locks;
	struct lock *lock, *other;
	struct condition *condition;
	struct ask ask;
	struct result result = { 0 };

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	other = locks_open_strict(&locks);
	condition = open_condition(&locks, lock);
	locks_acquire(&locks, other, 0, 0);
	locks_acquire(&locks, lock, 0, 0);
	ck_assert_str_eq(wait_on(&locks, condition, 0, -1), "PENDING");
	locks_acquire(&locks, lock, 1, 0);
	ask = locks_ask(&locks, 1, -1);
	ck_assert_status(lock_acquire(locks.core, other, &ask, &result), CONCUR_PENDING);
	ck_assert_said(&locks, "");
	notify(&locks, condition, 1);
	ck_assert_said(&locks, "5:DEADLOCK");
	ck_assert_ptr_nonnull(strstr(locks.core->detail, "rlock"));
	locks_release(&locks, lock, 1);
	ck_assert_said(&locks, "3:DONE");
	locks_fini(&locks);
}
END_TEST

/* The same when the wait is over by its time. */
START_TEST(take_back_by_time_out_closes_a_circle_too)
{
	struct locks locks;
	struct lock *lock, *other;
	struct condition *condition;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	other = locks_open_strict(&locks);
	condition = open_condition(&locks, lock);
	locks_acquire(&locks, other, 0, 0);
	locks_acquire(&locks, lock, 0, 0);
	wait_on(&locks, condition, 0, 10);
	locks_acquire(&locks, lock, 1, 0);
	ck_assert_str_eq(locks_acquire(&locks, other, 1, -1), "PENDING");
	fixture_turn(&locks.fixture, 10);
	ck_assert_said(&locks, "5:DEADLOCK");
	locks_fini(&locks);
}
END_TEST

/* The wait is the youngest call of the circle: client 1 began to wait for the other lock before. */
START_TEST(take_back_that_is_the_youngest_does_not_fail_either)
{
	struct locks locks;
	struct lock *lock, *other;
	struct condition *condition;
	struct result result = { 0 };
	struct ask ask;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	other = locks_open_strict(&locks);
	condition = open_condition(&locks, lock);
	locks_acquire(&locks, other, 0, 0);
	locks_acquire(&locks, lock, 0, 0);
	ask = locks_ask(&locks, 1, -1);
	ask.blocked = false;
	ck_assert_status(lock_acquire(locks.core, lock, &ask, &result), CONCUR_PENDING);
	ck_assert_str_eq(locks_acquire(&locks, other, 1, -1), "PENDING");
	ck_assert_str_eq(wait_on(&locks, condition, 0, 10), "PENDING");
	ck_assert_said(&locks, "3:DONE");
	fixture_turn(&locks.fixture, 10);
	ck_assert_said(&locks, "4:DEADLOCK");
	locks_release(&locks, lock, 1);
	ck_assert_said(&locks, "5:TIMED_OUT");
	locks_fini(&locks);
}
END_TEST

/* An acquire that closes a circle through one that takes its lock back fails itself. */
START_TEST(acquire_behind_a_take_back_is_the_one_that_fails)
{
	struct locks locks;
	struct lock *lock, *other;
	struct condition *condition;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	other = locks_open_rlock(&locks);
	condition = open_condition(&locks, lock);
	locks_acquire(&locks, other, 0, 0);
	locks_acquire(&locks, lock, 0, 0);
	wait_on(&locks, condition, 0, -1);
	locks_acquire(&locks, lock, 1, 0);
	notify(&locks, condition, 1);
	ck_assert_str_eq(locks_acquire(&locks, other, 1, -1), "DEADLOCK");
	locks_release(&locks, lock, 1);
	ck_assert_said(&locks, "3:DONE");
	locks_fini(&locks);
}
END_TEST

START_TEST(plain_lock_of_a_condition_aborts_no_call)
{
	struct locks locks;
	struct lock *lock, *other;
	struct condition *condition;

	locks_init(&locks);
	lock = locks_open(&locks, &(struct object_options){ .kind = KIND_LOCK });
	other = locks_open_rlock(&locks);
	condition = open_condition(&locks, lock);
	locks_acquire(&locks, other, 0, 0);
	locks_acquire(&locks, lock, 0, 0);
	wait_on(&locks, condition, 0, -1);
	locks_acquire(&locks, lock, 1, 0);
	notify(&locks, condition, 1);
	ck_assert_str_eq(locks_acquire(&locks, other, 1, -1), "PENDING");
	locks_release(&locks, lock, 2);
	ck_assert_said(&locks, "3:DONE");
	locks_fini(&locks);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		circle_of_lock_rlock_and_rwlock_fails_the_youngest_in_words,
		writer_that_waits_for_many_readers_finds_the_one_that_waits_for_it,
		reader_behind_a_waiting_writer_waits_for_those_who_read,
		upgrade_closes_a_circle_with_a_reader_that_waits_for_it,
		grant_of_a_read_closes_a_circle_and_fails_the_youngest,
		death_of_a_session_does_not_fail_a_call_of_its_own,
		search_goes_by_each_waiter_once,
		take_back_never_fails_the_youngest_other_call_does,
		take_back_by_time_out_closes_a_circle_too,
		take_back_that_is_the_youngest_does_not_fail_either,
		acquire_behind_a_take_back_is_the_one_that_fails,
		plain_lock_of_a_condition_aborts_no_call,
		NULL,
	};

	return unit_run("deadlock", tests);
}
