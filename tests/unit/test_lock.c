/* The lock: who gets it, what death and goodbye leave behind, tokens, deadlock. */
#include "tests/unit/core_fixture.h"

#include "daemon/core/lock.h"

#include <stdio.h>

enum { CLIENTS = 4 };

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct session *clients[CLIENTS]; /* of processes 1, 2 ... */
	struct lock *lock;
	uint64_t call; /* the last one's id */
};

static struct lock *
open_lock(struct bench *bench, bool strict)
{
	return fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LOCK, .strict = strict });
}

static void
bench_init(struct bench *bench, bool strict)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	for (uint64_t i = 0; i < CLIENTS; i++)
		bench->clients[i] = fixture_session(&bench->fixture, i + 1);
	bench->lock = open_lock(bench, strict);
	bench->call = 0;
}

/* What a call of context 1 of that client comes to; calls are numbered from 1. */
static const char *
acquire_for(struct bench *bench, struct lock *lock, unsigned client, int64_t wait_ns, bool blocked)
{
	struct ask ask = fixture_ask(bench->clients[client], 1, ++bench->call, wait_ns);
	struct result result = { 0 };
	enum concur_status status;

	ask.blocked = blocked;
	status = lock_acquire(bench->core, lock, &ask, &result);
	bench->fixture.number = result.number;
	bench->fixture.death = result.death;
	if (status != CONCUR_OK)
		return status_name(status);
	return result.outcome == OUTCOME_DONE     ? "DONE"
	    : result.outcome == OUTCOME_TIMED_OUT ? "TIMED_OUT"
						  : "OWNER_DIED";
}

static const char *
acquire(struct bench *bench, struct lock *lock, unsigned client, int64_t wait_ns)
{
	return acquire_for(bench, lock, client, wait_ns, true);
}

static const char *
release(struct bench *bench, struct lock *lock, unsigned client)
{
	return status_name(lock_release(bench->core, lock, bench->clients[client], 1));
}

static struct lock_state
state_of(const struct lock *lock)
{
	struct lock_state state;

	lock_state(lock, &state);
	return state;
}

#define ck_assert_said(bench, expected) ck_assert_str_eq(fixture_said(&(bench)->fixture), expected)

/* -- acquire and release ----------------------------------------------------------------------------------------- */

START_TEST(acquire_of_free_lock_is_done)
{
	struct bench bench;
	struct lock_state state;

	bench_init(&bench, false);
	bench.core->now_ns = 17;
	ck_assert_str_eq(acquire(&bench, bench.lock, 0, 0), "DONE");
	state = state_of(bench.lock);
	ck_assert(state.locked && !state.credit);
	ck_assert_uint_eq(state.session, session_id(bench.clients[0]));
	ck_assert_uint_eq(state.process, 1);
	ck_assert_uint_eq(state.context, 1);
	ck_assert_uint_eq(state.token, bench.fixture.number);
	ck_assert_uint_eq(state.since_ns, 17);
	ck_assert_uint_eq(lock_kind.len((struct object *)bench.lock), 1);
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(acquire_of_held_lock_without_wait_times_out)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	for (unsigned client = 0; client < CLIENTS; client++)
		ck_assert_str_eq(acquire(&bench, bench.lock, client, 0), "TIMED_OUT");
	ck_assert_uint_eq(state_of(bench.lock).waiters, 0);
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(release_passes_on_in_order)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	ck_assert_str_eq(acquire(&bench, bench.lock, 1, -1), "PENDING");
	acquire(&bench, bench.lock, 2, -1);
	acquire(&bench, bench.lock, 3, -1);
	ck_assert_uint_eq(state_of(bench.lock).waiters, 3);
	ck_assert_str_eq(release(&bench, bench.lock, 0), "OK");
	ck_assert_said(&bench, "2:DONE");
	/* It waits with the others. */
	ck_assert_str_eq(acquire(&bench, bench.lock, 0, -1), "PENDING");
	for (unsigned client = 1; client < CLIENTS; client++)
		ck_assert_str_eq(release(&bench, bench.lock, client), "OK");
	ck_assert_said(&bench, "3:DONE, 4:DONE, 5:DONE");
	release(&bench, bench.lock, 0);
	ck_assert_str_eq(release(&bench, bench.lock, 0), "NOT_LOCKED");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(acquire_past_its_deadline_times_out)
{
	struct bench bench;

	bench_init(&bench, true);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, bench.lock, 1, 20);
	acquire(&bench, bench.lock, 2, 10);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 9), 10);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 10), 20);
	ck_assert_said(&bench, "3:TIMED_OUT");
	release(&bench, bench.lock, 0);
	ck_assert_said(&bench, "2:DONE");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 20), UINT64_MAX);
	ck_assert_said(&bench, "");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(release_of_plain_lock_by_another_passes_on)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, bench.lock, 1, -1);
	ck_assert_str_eq(release(&bench, bench.lock, 2), "OK");
	ck_assert_said(&bench, "2:DONE");
	ck_assert_str_eq(release(&bench, bench.lock, 2), "OK");
	ck_assert_str_eq(release(&bench, bench.lock, 2), "NOT_LOCKED");
	ck_assert_ptr_null(owner_find(bench.clients[0], 1));
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(release_of_strict_lock_by_another_is_refused)
{
	struct bench bench;

	bench_init(&bench, true);
	ck_assert_str_eq(release(&bench, bench.lock, 0), "NOT_LOCKED");
	acquire(&bench, bench.lock, 0, 0);
	ck_assert_str_eq(release(&bench, bench.lock, 1), "NOT_OWNER");
	ck_assert_status(lock_release(bench.core, bench.lock, bench.clients[0], 2), CONCUR_NOT_OWNER);
	ck_assert_str_eq(release(&bench, bench.lock, 0), "OK");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(release_while_waiting_for_the_same_lock_is_refused)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	ck_assert_str_eq(acquire(&bench, bench.lock, 0, -1), "PENDING");
	ck_assert_str_eq(release(&bench, bench.lock, 0), "WAITING");
	ck_assert_str_eq(release(&bench, bench.lock, 1), "OK");
	ck_assert_said(&bench, "2:DONE");
	ck_assert_str_eq(release(&bench, bench.lock, 0), "OK");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(guard_holds_only_under_its_token)
{
	struct bench bench;
	uint64_t first, second;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	first = bench.fixture.number;
	acquire(&bench, bench.lock, 1, -1);
	ck_assert(lock_guards(bench.lock, first));
	ck_assert(!lock_guards(bench.lock, first + 1));
	release(&bench, bench.lock, 0);
	ck_assert_said(&bench, "2:DONE");
	second = bench.fixture.number;
	ck_assert_uint_gt(second, first);
	ck_assert(!lock_guards(bench.lock, first));
	ck_assert(lock_guards(bench.lock, second));
	release(&bench, bench.lock, 1);
	ck_assert(!lock_guards(bench.lock, second));
	ck_assert(!lock_guards(bench.lock, 0));
	fixture_fini(&bench.fixture);
}
END_TEST

/* -- ends -------------------------------------------------------------------------------------------------------- */

START_TEST(goodbye_of_plain_holder_leaves_it_locked)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, bench.lock, 1, -1);
	session_end(bench.core, bench.clients[0], FAREWELL_GOODBYE);
	ck_assert_said(&bench, "");
	ck_assert(state_of(bench.lock).locked && !state_of(bench.lock).credit);
	ck_assert_uint_eq(state_of(bench.lock).process, 1);
	ck_assert_str_eq(release(&bench, bench.lock, 2), "OK");
	ck_assert_said(&bench, "2:DONE");
	ck_assert_str_eq(release(&bench, bench.lock, 1), "OK");
	ck_assert_str_eq(release(&bench, bench.lock, 2), "NOT_LOCKED");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(goodbye_of_strict_holder_releases_quietly)
{
	struct bench bench;

	bench_init(&bench, true);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, bench.lock, 1, -1);
	session_end(bench.core, bench.clients[0], FAREWELL_GOODBYE);
	ck_assert_said(&bench, "2:DONE");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(death_of_holder_tells_the_next_owner)
{
	for (unsigned strict = 0; strict < 2; strict++) {
		struct bench bench;
		uint64_t session, token;

		bench_init(&bench, strict);
		acquire(&bench, bench.lock, 0, 0);
		session = session_id(bench.clients[0]);
		token = bench.fixture.number;
		acquire(&bench, bench.lock, 1, -1);
		acquire(&bench, bench.lock, 2, -1);
		bench.core->now_ns = 33;
		session_end(bench.core, bench.clients[0], FAREWELL_DEATH);
		ck_assert_said(&bench, "2:OWNER_DIED");
		ck_assert_uint_eq(bench.fixture.death.session, session);
		ck_assert_uint_eq(bench.fixture.death.process, 1);
		ck_assert_uint_eq(bench.fixture.death.context, 1);
		ck_assert_uint_eq(bench.fixture.death.token, token);
		ck_assert_uint_eq(bench.fixture.death.at_ns, 33);
		ck_assert_uint_gt(bench.fixture.number, token);
		/* Told once. */
		ck_assert_str_eq(release(&bench, bench.lock, 1), "OK");
		ck_assert_said(&bench, "3:DONE");
		fixture_fini(&bench.fixture);
	}
}
END_TEST

START_TEST(death_with_nobody_waiting_tells_who_comes_next)
{
	struct bench bench;

	bench_init(&bench, true);
	acquire(&bench, bench.lock, 0, 0);
	session_end(bench.core, bench.clients[0], FAREWELL_DEATH);
	ck_assert(!state_of(bench.lock).locked && !state_of(bench.lock).credit);
	ck_assert_str_eq(acquire(&bench, bench.lock, 1, 0), "OWNER_DIED");
	ck_assert_uint_eq(bench.fixture.death.process, 1);
	release(&bench, bench.lock, 1);
	ck_assert_str_eq(acquire(&bench, bench.lock, 2, 0), "DONE");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(death_of_waiter_passes_it_over)
{
	struct bench bench;

	bench_init(&bench, true);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, bench.lock, 1, -1);
	acquire(&bench, bench.lock, 2, 500);
	acquire(&bench, bench.lock, 3, -1);
	session_end(bench.core, bench.clients[1], FAREWELL_DEATH);
	session_end(bench.core, bench.clients[2], FAREWELL_GOODBYE);
	ck_assert_uint_eq(state_of(bench.lock).waiters, 1);
	release(&bench, bench.lock, 0);
	ck_assert_said(&bench, "4:DONE");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(death_of_holder_that_waits_for_its_own_lock_passes_on)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, bench.lock, 0, -1);
	acquire(&bench, bench.lock, 1, -1);
	session_end(bench.core, bench.clients[0], FAREWELL_DEATH);
	ck_assert_said(&bench, "3:OWNER_DIED");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(context_end_releases_what_it_held_and_cancels_what_it_waits_for)
{
	struct bench bench;
	struct lock *other;

	bench_init(&bench, false);
	other = open_lock(&bench, true);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, other, 1, 0);
	acquire(&bench, other, 0, -1);
	acquire(&bench, bench.lock, 2, -1);
	session_context_end(bench.core, bench.clients[0], 1);
	ck_assert_said(&bench, "3:CANCELLED, 4:OWNER_DIED");
	ck_assert_ptr_null(owner_find(bench.clients[0], 1));
	session_context_end(bench.core, bench.clients[0], 1);
	ck_assert_said(&bench, "");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(destroy_of_held_lock_removes_waiters_and_hold)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, bench.lock, 1, -1);
	object_destroy(bench.core, (struct object *)bench.lock);
	ck_assert_ptr_null(owner_find(bench.clients[0], 1));
	ck_assert_said(&bench, "2:REMOVED");
	ck_assert_ptr_null(owner_find(bench.clients[1], 1));
	fixture_fini(&bench.fixture);
}
END_TEST

/* -- credit ------------------------------------------------------------------------------------------------------ */

START_TEST(credit_of_free_lock_absorbs_one_release)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	session_end(bench.core, bench.clients[0], FAREWELL_DEATH);
	ck_assert(state_of(bench.lock).credit);
	ck_assert_str_eq(release(&bench, bench.lock, 1), "OK");
	ck_assert(!state_of(bench.lock).credit);
	ck_assert_str_eq(release(&bench, bench.lock, 1), "NOT_LOCKED");
	ck_assert_str_eq(acquire(&bench, bench.lock, 1, 0), "OWNER_DIED");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(credit_of_first_grant_absorbs_one_release_by_another)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, bench.lock, 1, -1);
	session_end(bench.core, bench.clients[0], FAREWELL_DEATH);
	ck_assert(state_of(bench.lock).credit);
	ck_assert_str_eq(release(&bench, bench.lock, 2), "OK");
	ck_assert(state_of(bench.lock).locked);
	ck_assert_uint_eq(state_of(bench.lock).process, 2);
	ck_assert_str_eq(release(&bench, bench.lock, 2), "OK");
	ck_assert(!state_of(bench.lock).locked);
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(credit_ends_with_the_first_grant)
{
	struct bench bench;

	bench_init(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, bench.lock, 1, -1);
	acquire(&bench, bench.lock, 2, -1);
	session_end(bench.core, bench.clients[0], FAREWELL_DEATH);
	ck_assert_str_eq(release(&bench, bench.lock, 1), "OK");
	ck_assert(!state_of(bench.lock).credit);
	ck_assert_str_eq(release(&bench, bench.lock, 3), "OK");
	ck_assert(!state_of(bench.lock).locked);
	fixture_fini(&bench.fixture);
}
END_TEST

/* -- deadlock ---------------------------------------------------------------------------------------------------- */

START_TEST(acquire_of_own_strict_lock_is_deadlock)
{
	struct bench bench;

	bench_init(&bench, true);
	acquire(&bench, bench.lock, 0, 0);
	ck_assert_str_eq(acquire(&bench, bench.lock, 0, -1), "DEADLOCK");
	ck_assert_ptr_nonnull(strstr(bench.core->detail, "held by process 1 context 1"));
	ck_assert_uint_eq(state_of(bench.lock).waiters, 0);
	ck_assert_uint_eq(bench.core->waiting, 0);
	/* With an end, or where the context goes on, it is none. */
	ck_assert_str_eq(acquire(&bench, bench.lock, 0, 5), "PENDING");
	ck_assert_str_eq(acquire_for(&bench, bench.lock, 0, -1, false), "PENDING");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(acquire_that_closes_a_cycle_of_two_is_deadlock)
{
	struct bench bench;
	struct lock *other;

	bench_init(&bench, true);
	other = open_lock(&bench, true);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, other, 1, 0);
	ck_assert_str_eq(acquire(&bench, other, 0, -1), "PENDING");
	ck_assert_str_eq(acquire(&bench, bench.lock, 1, -1), "DEADLOCK");
	ck_assert_said(&bench, "");
	ck_assert(strstr(bench.core->detail, "process 1") && strstr(bench.core->detail, "process 2"));
	release(&bench, other, 1);
	ck_assert_said(&bench, "3:DONE");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(acquire_that_closes_a_cycle_of_three_is_deadlock)
{
	struct bench bench;
	struct lock *second, *third;

	bench_init(&bench, true);
	second = open_lock(&bench, true);
	third = open_lock(&bench, true);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, second, 1, 0);
	acquire(&bench, third, 2, 0);
	ck_assert_str_eq(acquire(&bench, second, 0, -1), "PENDING");
	ck_assert_str_eq(acquire(&bench, third, 1, -1), "PENDING");
	ck_assert_str_eq(acquire(&bench, third, 3, -1), "PENDING");
	ck_assert_str_eq(acquire(&bench, bench.lock, 2, -1), "DEADLOCK");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(acquire_that_closes_a_cycle_over_a_plain_lock_waits)
{
	struct bench bench;
	struct lock *plain;

	bench_init(&bench, true);
	plain = open_lock(&bench, false);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, plain, 1, 0);
	ck_assert_str_eq(acquire(&bench, plain, 0, -1), "PENDING");
	ck_assert_str_eq(acquire(&bench, bench.lock, 1, -1), "PENDING");
	/* Anyone may release the plain one. */
	release(&bench, plain, 2);
	ck_assert_said(&bench, "3:DONE");
	fixture_fini(&bench.fixture);
}
END_TEST

/* Client 2 waits for the first lock, not blocked, and blocked for the other, whose holder waits for the first. Once it
 * has the first, nobody can go on. */
START_TEST(grant_that_closes_a_cycle_fails_the_youngest_call)
{
	for (unsigned last = 1; last <= 2; last++) {
		struct lock *other;
		struct bench bench;

		bench_init(&bench, true);
		other = open_lock(&bench, true);
		acquire(&bench, bench.lock, 0, 0);
		acquire(&bench, other, 1, 0);
		acquire_for(&bench, bench.lock, 2, -1, false);
		ck_assert_str_eq(acquire(&bench, last == 1 ? other : bench.lock, 3 - last, -1), "PENDING");
		ck_assert_str_eq(acquire(&bench, last == 1 ? bench.lock : other, last, -1), "PENDING");
		release(&bench, bench.lock, 0);
		ck_assert_said(&bench, "3:DONE, 5:DEADLOCK");
		fixture_fini(&bench.fixture);
	}
}
END_TEST

/* A client that is blocked in two calls of one context breaks the protocol; the second is an edge that nobody looked at
 * when the first ends. */
START_TEST(acquire_behind_a_cycle_of_others_ends)
{
	struct bench bench;
	struct lock *second, *third;

	bench_init(&bench, true);
	second = open_lock(&bench, true);
	third = open_lock(&bench, true);
	acquire(&bench, bench.lock, 0, 0);
	acquire(&bench, second, 1, 0);
	acquire(&bench, third, 2, 0);
	ck_assert_str_eq(acquire(&bench, third, 0, 10), "PENDING");
	ck_assert_str_eq(acquire(&bench, second, 0, -1), "PENDING");
	ck_assert_str_eq(acquire(&bench, bench.lock, 1, -1), "PENDING");
	fixture_turn(&bench.fixture, 10);
	ck_assert_said(&bench, "4:TIMED_OUT");
	ck_assert_str_eq(acquire(&bench, bench.lock, 3, -1), "PENDING");
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(deadlock_of_long_cycle_and_names_is_described_within_bounds)
{
	enum { OWNERS = 40 };
	struct bench bench;
	struct lock *locks[OWNERS];
	struct result result = { 0 };
	struct ask ask;

	bench_init(&bench, true);
	for (uint64_t i = 0; i < OWNERS; i++) {
		locks[i] = open_lock(&bench, true);
		ask = fixture_ask(bench.clients[0], 100 + i, 100 + i, 0);
		ck_assert_status(lock_acquire(bench.core, locks[i], &ask, &result), CONCUR_OK);
	}
	for (uint64_t i = 0; i < OWNERS; i++) {
		ask = fixture_ask(bench.clients[0], 100 + i, 200 + i, -1);
		ck_assert_status(lock_acquire(bench.core, locks[(i + 1) % OWNERS], &ask, &result),
		    i + 1 < OWNERS ? CONCUR_PENDING : CONCUR_DEADLOCK);
	}
	ck_assert_uint_eq(strlen(bench.core->detail), CORE_DETAIL - 1);
	fixture_fini(&bench.fixture);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		acquire_of_free_lock_is_done,
		acquire_of_held_lock_without_wait_times_out,
		release_passes_on_in_order,
		acquire_past_its_deadline_times_out,
		release_of_plain_lock_by_another_passes_on,
		release_of_strict_lock_by_another_is_refused,
		release_while_waiting_for_the_same_lock_is_refused,
		guard_holds_only_under_its_token,
		goodbye_of_plain_holder_leaves_it_locked,
		goodbye_of_strict_holder_releases_quietly,
		death_of_holder_tells_the_next_owner,
		death_with_nobody_waiting_tells_who_comes_next,
		death_of_waiter_passes_it_over,
		death_of_holder_that_waits_for_its_own_lock_passes_on,
		context_end_releases_what_it_held_and_cancels_what_it_waits_for,
		destroy_of_held_lock_removes_waiters_and_hold,
		credit_of_free_lock_absorbs_one_release,
		credit_of_first_grant_absorbs_one_release_by_another,
		credit_ends_with_the_first_grant,
		acquire_of_own_strict_lock_is_deadlock,
		acquire_that_closes_a_cycle_of_two_is_deadlock,
		acquire_that_closes_a_cycle_of_three_is_deadlock,
		acquire_that_closes_a_cycle_over_a_plain_lock_waits,
		grant_that_closes_a_cycle_fails_the_youngest_call,
		acquire_behind_a_cycle_of_others_ends,
		deadlock_of_long_cycle_and_names_is_described_within_bounds,
		NULL,
	};

	return unit_run("lock", tests);
}
