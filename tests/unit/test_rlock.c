/* The rlock: recursion and ownership, and what deaths, goodbyes and ends of contexts do to it. */
#include "tests/unit/locks.h"

/* -- recursion --------------------------------------------------------------------------------------------------- */

START_TEST(acquire_by_owner_never_waits_and_is_counted)
{
	struct locks locks;
	struct lock *lock;
	uint64_t token;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	ck_assert_str_eq(locks_acquire(&locks, lock, 0, 0), "DONE");
	token = locks.fixture.number;
	ck_assert_str_eq(locks_acquire(&locks, lock, 0, -1), "DONE");
	ck_assert_str_eq(locks_acquire(&locks, lock, 0, 0), "DONE");
	ck_assert_uint_eq(locks.fixture.number, token);
	ck_assert_uint_eq(locks_state(lock).depth, 3);
	ck_assert_uint_eq(rlock_kind.len((struct object *)lock), 1);
	ck_assert_str_eq(locks_acquire(&locks, lock, 1, 0), "TIMED_OUT");
	locks_fini(&locks);
}
END_TEST

START_TEST(release_passes_on_only_when_all_are_released)
{
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	locks_acquire(&locks, lock, 0, 0);
	locks_acquire(&locks, lock, 0, 0);
	ck_assert_str_eq(locks_acquire(&locks, lock, 1, -1), "PENDING");
	ck_assert_str_eq(locks_release(&locks, lock, 0), "OK");
	ck_assert_said(&locks, "");
	ck_assert_str_eq(locks_release(&locks, lock, 0), "OK");
	ck_assert_said(&locks, "3:DONE");
	ck_assert_uint_eq(locks_state(lock).depth, 1);
	ck_assert_str_eq(locks_release(&locks, lock, 0), "NOT_OWNER");
	ck_assert_str_eq(locks_release(&locks, lock, 1), "OK");
	ck_assert_str_eq(locks_release(&locks, lock, 1), "NOT_LOCKED");
	locks_fini(&locks);
}
END_TEST

START_TEST(release_by_another_context_of_the_owner_is_refused)
{
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	locks_acquire(&locks, lock, 0, 0);
	ck_assert_status(lock_release(locks.core, lock, locks.clients[0], 2), CONCUR_NOT_OWNER);
	ck_assert_str_eq(locks_release(&locks, lock, 1), "NOT_OWNER");
	locks_fini(&locks);
}
END_TEST

/* Two calls of one thread in flight: the second could only be granted after a release that must not come before it. */
START_TEST(acquire_by_who_waits_for_it_already_is_refused)
{
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	locks_acquire(&locks, lock, 0, 0);
	ck_assert_str_eq(locks_acquire(&locks, lock, 1, -1), "PENDING");
	ck_assert_str_eq(locks_acquire(&locks, lock, 1, -1), "WAITING");
	ck_assert_str_eq(locks_release(&locks, lock, 1), "WAITING");
	locks_release(&locks, lock, 0);
	ck_assert_said(&locks, "2:DONE");
	locks_fini(&locks);
}
END_TEST

START_TEST(guard_holds_at_every_depth)
{
	struct locks locks;
	struct lock *lock;
	uint64_t token;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	locks_acquire(&locks, lock, 0, 0);
	token = locks.fixture.number;
	locks_acquire(&locks, lock, 0, 0);
	ck_assert(lock_guards(lock, token));
	locks_release(&locks, lock, 0);
	ck_assert(lock_guards(lock, token));
	locks_release(&locks, lock, 0);
	ck_assert(!lock_guards(lock, token));
	locks_fini(&locks);
}
END_TEST

START_TEST(holders_tell_how_deep_it_is_held)
{
	struct holder holders[2];
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	ck_assert_uint_eq(rlock_kind.holders((struct object *)lock, 0, holders, 2), 0);
	locks_acquire(&locks, lock, 1, 0);
	locks_acquire(&locks, lock, 1, 0);
	ck_assert_uint_eq(rlock_kind.holders((struct object *)lock, 0, holders, 2), 1);
	ck_assert_uint_eq(holders[0].process, 2);
	ck_assert_uint_eq(holders[0].count, 2);
	ck_assert_str_eq(holders[0].how, "exclusive");
	ck_assert_uint_eq(rlock_kind.holders((struct object *)lock, 1, holders, 2), 0);
	locks_fini(&locks);
}
END_TEST

/* -- ends -------------------------------------------------------------------------------------------------------- */

START_TEST(death_of_owner_releases_all_depths_and_is_told)
{
	struct locks locks;
	struct lock *lock;
	uint64_t token;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	locks_acquire(&locks, lock, 0, 0);
	locks_acquire(&locks, lock, 0, 0);
	token = locks.fixture.number;
	locks_acquire(&locks, lock, 1, -1);
	locks_kill(&locks, 0);
	ck_assert_said(&locks, "3:OWNER_DIED");
	ck_assert_uint_eq(locks.fixture.death.token, token);
	ck_assert_uint_eq(locks_state(lock).depth, 1);
	ck_assert(!locks_state(lock).credit);
	ck_assert_str_eq(locks_acquire(&locks, lock, 1, 0), "DONE");
	locks_fini(&locks);
}
END_TEST

START_TEST(goodbye_of_owner_releases_without_a_word)
{
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	locks_acquire(&locks, lock, 0, 0);
	locks_acquire(&locks, lock, 0, 0);
	locks_acquire(&locks, lock, 1, -1);
	session_end(locks.core, locks.clients[0], FAREWELL_GOODBYE);
	ck_assert_said(&locks, "3:DONE");
	locks_fini(&locks);
}
END_TEST

START_TEST(context_end_releases_as_a_death_does)
{
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	locks_acquire(&locks, lock, 0, 0);
	locks_acquire(&locks, lock, 1, -1);
	locks_acquire(&locks, lock, 2, -1);
	session_context_end(locks.core, locks.clients[1], 1);
	ck_assert_said(&locks, "2:CANCELLED");
	session_context_end(locks.core, locks.clients[0], 1);
	ck_assert_said(&locks, "3:OWNER_DIED");
	locks_fini(&locks);
}
END_TEST

START_TEST(destroy_removes_the_waiters)
{
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = locks_open_rlock(&locks);
	locks_acquire(&locks, lock, 0, 0);
	locks_acquire(&locks, lock, 1, -1);
	object_destroy(locks.core, (struct object *)lock);
	ck_assert_said(&locks, "2:REMOVED");
	ck_assert_ptr_null(owner_find(locks.clients[0], 1));
	locks_fini(&locks);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		acquire_by_owner_never_waits_and_is_counted,
		release_passes_on_only_when_all_are_released,
		release_by_another_context_of_the_owner_is_refused,
		acquire_by_who_waits_for_it_already_is_refused,
		guard_holds_at_every_depth,
		holders_tell_how_deep_it_is_held,
		death_of_owner_releases_all_depths_and_is_told,
		goodbye_of_owner_releases_without_a_word,
		context_end_releases_as_a_death_does,
		destroy_removes_the_waiters,
		NULL,
	};

	return unit_run("rlock", tests);
}
