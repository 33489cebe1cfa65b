/* What is left to say after a death: consistent or not, for plain locks and robust ones. */
#include "tests/unit/locks.h"

static struct lock *
open_robust(struct locks *locks, enum kind_id kind)
{
	return locks_open(locks, &(struct object_options){ .kind = kind, .robust = true });
}

/* Client 0 dies with the lock, client 1 has it and was told, client 2 waits; the token of client 1. */
static uint64_t
inherit(struct locks *locks, struct lock *lock)
{
	locks_acquire(locks, lock, 0, 0);
	locks_acquire(locks, lock, 1, -1);
	locks_acquire(locks, lock, 2, -1);
	locks_kill(locks, 0);
	ck_assert_said(locks, "2:OWNER_DIED");
	return locks->fixture.number;
}

static const char *
consistent(struct locks *locks, struct lock *lock, uint64_t token)
{
	bool was_needed = false;
	enum concur_status status = lock_consistent(locks->core, lock, token, &was_needed);

	return status != CONCUR_OK ? status_name(status) : was_needed ? "needed" : "not needed";
}

START_TEST(release_of_a_plain_lock_without_the_word_does_nothing)
{
	static const struct object_options kinds[] = { { .kind = KIND_LOCK }, { .kind = KIND_LOCK, .strict = true },
		{ .kind = KIND_RLOCK } };

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		struct locks locks;
		struct lock *lock;

		locks_init(&locks);
		lock = locks_open(&locks, &kinds[i]);
		inherit(&locks, lock);
		ck_assert(locks_state(lock).inconsistent);
		ck_assert_str_eq(locks_release(&locks, lock, 1), "OK");
		ck_assert_said(&locks, "3:DONE");
		ck_assert(!locks_state(lock).inconsistent && !locks_state(lock).unrecoverable);
		locks_fini(&locks);
	}
}
END_TEST

START_TEST(release_of_a_robust_lock_without_the_word_fails_all)
{
	for (unsigned i = 0; i < 2; i++) {
		struct locks locks;
		struct lock *lock;

		locks_init(&locks);
		lock = open_robust(&locks, i ? KIND_LOCK : KIND_RLOCK);
		inherit(&locks, lock);
		ck_assert_str_eq(locks_release(&locks, lock, 1), "OK");
		ck_assert_said(&locks, "3:NOT_RECOVERABLE");
		ck_assert_str_eq(locks_acquire(&locks, lock, 1, -1), "NOT_RECOVERABLE");
		ck_assert_str_eq(locks_acquire(&locks, lock, 3, 0), "NOT_RECOVERABLE");
		ck_assert_str_eq(locks_release(&locks, lock, 1), "NOT_LOCKED");
		ck_assert(locks_state(lock).unrecoverable && !locks_state(lock).locked);
		locks_fini(&locks);
	}
}
END_TEST

START_TEST(release_of_a_robust_lock_with_the_word_passes_on)
{
	struct locks locks;
	struct lock *lock;
	uint64_t token;

	locks_init(&locks);
	lock = open_robust(&locks, KIND_LOCK);
	token = inherit(&locks, lock);
	ck_assert_str_eq(consistent(&locks, lock, token - 1), "STALE_TOKEN");
	ck_assert(locks_state(lock).inconsistent);
	ck_assert_str_eq(consistent(&locks, lock, token), "needed");
	ck_assert_str_eq(consistent(&locks, lock, token), "not needed");
	ck_assert_str_eq(locks_release(&locks, lock, 1), "OK");
	ck_assert_said(&locks, "3:DONE");
	ck_assert_str_eq(consistent(&locks, lock, token), "STALE_TOKEN");
	locks_fini(&locks);
}
END_TEST

START_TEST(inner_release_of_a_robust_rlock_is_not_the_last)
{
	struct locks locks;
	struct lock *lock;
	uint64_t token;

	locks_init(&locks);
	lock = open_robust(&locks, KIND_RLOCK);
	token = inherit(&locks, lock);
	locks_acquire(&locks, lock, 1, 0);
	ck_assert_str_eq(locks_release(&locks, lock, 1), "OK");
	ck_assert_said(&locks, "");
	ck_assert_str_eq(consistent(&locks, lock, token), "needed");
	locks_release(&locks, lock, 1);
	ck_assert_said(&locks, "3:DONE");
	locks_fini(&locks);
}
END_TEST

START_TEST(word_of_an_operator_makes_it_good_for_all)
{
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = open_robust(&locks, KIND_LOCK);
	ck_assert_str_eq(consistent(&locks, lock, 0), "not needed");
	inherit(&locks, lock);
	/* Who holds it can still speak for itself. */
	ck_assert_str_eq(consistent(&locks, lock, 0), "not needed");
	locks_release(&locks, lock, 1);
	ck_assert_str_eq(consistent(&locks, lock, 0), "needed");
	ck_assert_str_eq(locks_acquire(&locks, lock, 3, 0), "DONE");
	ck_assert_str_eq(locks_release(&locks, lock, 3), "OK");
	locks_fini(&locks);
}
END_TEST

START_TEST(death_of_who_was_told_is_told_to_the_next_alone)
{
	for (unsigned robust = 0; robust < 2; robust++) {
		struct locks locks;
		struct lock *lock;
		uint64_t token;

		locks_init(&locks);
		lock = robust ? open_robust(&locks, KIND_LOCK) : locks_open_strict(&locks);
		token = inherit(&locks, lock);
		locks_acquire(&locks, lock, 3, -1);
		locks_kill(&locks, 1);
		ck_assert_said(&locks, "3:OWNER_DIED");
		ck_assert_uint_eq(locks.fixture.death.process, 2);
		ck_assert_uint_eq(locks.fixture.death.token, token);
		ck_assert_str_eq(consistent(&locks, lock, locks.fixture.number), "needed");
		locks_release(&locks, lock, 2);
		ck_assert_said(&locks, "4:DONE");
		locks_fini(&locks);
	}
}
END_TEST

/* A goodbye is a release, and this one comes without the word. */
START_TEST(goodbye_of_who_was_told_spoils_a_robust_lock)
{
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = open_robust(&locks, KIND_LOCK);
	inherit(&locks, lock);
	session_end(locks.core, locks.clients[1], FAREWELL_GOODBYE);
	ck_assert_said(&locks, "3:NOT_RECOVERABLE");
	locks_fini(&locks);
}
END_TEST

START_TEST(robust_lock_is_strict)
{
	struct locks locks;
	struct lock *lock;

	locks_init(&locks);
	lock = open_robust(&locks, KIND_LOCK);
	locks_acquire(&locks, lock, 0, 0);
	ck_assert_str_eq(locks_release(&locks, lock, 1), "NOT_OWNER");
	ck_assert_str_eq(locks_acquire(&locks, lock, 0, -1), "DEADLOCK");
	locks_fini(&locks);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		release_of_a_plain_lock_without_the_word_does_nothing,
		release_of_a_robust_lock_without_the_word_fails_all,
		release_of_a_robust_lock_with_the_word_passes_on,
		inner_release_of_a_robust_rlock_is_not_the_last,
		word_of_an_operator_makes_it_good_for_all,
		death_of_who_was_told_is_told_to_the_next_alone,
		goodbye_of_who_was_told_spoils_a_robust_lock,
		robust_lock_is_strict,
		NULL,
	};

	return unit_run("lock_robust", tests);
}
