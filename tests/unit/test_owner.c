/* Sessions and owners: what they hold, and how they end. */
#include "tests/unit/core_fixture.h"

#include "daemon/core/lock.h"
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

/* Waits for an item. */
static void
wait_in(struct bench *bench, struct session *session, uint64_t context, uint64_t call, bool blocked)
{
	struct ask ask = fixture_ask(session, context, call, -1);
	struct result result = { 0 };

	ask.blocked = blocked;
	ck_assert_status(queue_get(bench->core, bench->queue, &ask, false, 1, &result), CONCUR_PENDING);
}

static struct lock *
hold_lock(struct bench *bench, struct session *session, uint64_t context)
{
	struct lock *lock = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LOCK });
	struct ask ask = fixture_ask(session, context, 99, 0);
	struct result result = { 0 };

	ck_assert_status(lock_acquire(bench->core, lock, &ask, &result), CONCUR_OK);
	return lock;
}

static bool
is_locked(const struct lock *lock)
{
	struct lock_state state;

	lock_state(lock, &state);
	return state.locked;
}

START_TEST(new_sessions_have_their_own_ids)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_uint_ne(session_id(bench.client), session_id(bench.other));
	ck_assert_uint_eq(bench.client->process, 1);
	ck_assert_uint_eq(bench.core->sessions.count, 2);
	session_end(bench.core, bench.other, FAREWELL_GOODBYE);
	ck_assert_uint_eq(bench.core->sessions.count, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(owner_exists_while_it_holds_or_waits)
{
	struct bench bench;
	struct lock *lock;

	bench_init(&bench);
	ck_assert_ptr_null(owner_find(bench.client, 5));
	wait_in(&bench, bench.client, 5, 1, true);
	ck_assert(owner_is(owner_find(bench.client, 5), bench.client, 5));
	ck_assert(!owner_is(owner_find(bench.client, 5), bench.client, 6));
	ck_assert(!owner_is(owner_find(bench.client, 5), bench.other, 5));
	ck_assert(!owner_is(NULL, bench.client, 5));
	lock = hold_lock(&bench, bench.client, 5);
	waiter_cancel(bench.core, waiter_find(bench.client, 1), CONCUR_CANCELLED);
	ck_assert_ptr_nonnull(owner_find(bench.client, 5));
	ck_assert_status(lock_release(bench.core, lock, bench.client, 5), CONCUR_OK);
	ck_assert_ptr_null(owner_find(bench.client, 5));
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:CANCELLED");
	bench_fini(&bench);
}
END_TEST

START_TEST(owner_blocked_gives_the_blocked_call)
{
	struct bench bench;
	struct owner *owner;

	bench_init(&bench);
	wait_in(&bench, bench.client, 5, 1, false);
	owner = owner_find(bench.client, 5);
	ck_assert_ptr_null(owner_blocked(owner));
	wait_in(&bench, bench.client, 5, 2, true);
	ck_assert_ptr_eq(owner_blocked(owner), waiter_find(bench.client, 2));
	ck_assert(owner_waits_on(owner, (struct object *)bench.queue));
	ck_assert(!owner_waits_on(owner, (struct object *)hold_lock(&bench, bench.other, 1)));
	bench_fini(&bench);
}
END_TEST

START_TEST(cancel_all_ends_every_call_with_the_status)
{
	struct bench bench;

	bench_init(&bench);
	for (uint64_t call = 1; call <= 5; call++)
		wait_in(&bench, bench.client, call % 2, call, true);
	wait_in(&bench, bench.other, 1, 6, true);
	session_cancel_all(bench.core, bench.client, CONCUR_STOPPING);
	for (uint64_t call = 1; call <= 5; call++)
		ck_assert_ptr_null(waiter_find(bench.client, call));
	ck_assert_uint_eq(bench.core->waiting, 1);
	ck_assert_ptr_null(strstr(fixture_said(&bench.fixture), "CANCELLED"));
	ck_assert_uint_eq(bench.fixture.replies, 5);
	session_cancel_all(bench.core, bench.client, CONCUR_STOPPING);
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	bench_fini(&bench);
}
END_TEST

START_TEST(context_end_is_for_one_context_only)
{
	struct bench bench;
	struct lock *first, *second;

	bench_init(&bench);
	first = hold_lock(&bench, bench.client, 1);
	second = hold_lock(&bench, bench.client, 2);
	for (uint64_t call = 1; call <= 3; call++)
		wait_in(&bench, bench.client, 1, call, true);
	wait_in(&bench, bench.client, 2, 4, true);
	session_context_end(bench.core, bench.client, 1);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:CANCELLED, 2:CANCELLED, 3:CANCELLED");
	ck_assert(!is_locked(first) && is_locked(second));
	ck_assert_ptr_nonnull(waiter_find(bench.client, 4));
	ck_assert_ptr_null(owner_find(bench.client, 1));
	session_context_end(bench.core, bench.client, 77);
	bench_fini(&bench);
}
END_TEST

START_TEST(session_end_lets_go_of_all_it_owned)
{
	struct bench bench;
	struct lock *locks[20];

	bench_init(&bench);
	for (uint64_t i = 0; i < UNIT_COUNT(locks); i++) {
		locks[i] = hold_lock(&bench, bench.client, i % 7);
		wait_in(&bench, bench.client, i % 5, 100 + i, true);
		ck_assert_int_eq(session_ref(bench.core, bench.client, (struct object *)locks[i]), 0);
	}
	ck_assert_uint_eq(((struct object *)locks[0])->refs, 2);
	session_end(bench.core, bench.client, FAREWELL_DEATH);
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	ck_assert_uint_eq(bench.core->waiting, 0);
	for (unsigned i = 0; i < UNIT_COUNT(locks); i++) {
		ck_assert(!is_locked(locks[i]));
		ck_assert_uint_eq(((struct object *)locks[i])->refs, 1);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(session_end_passes_nothing_to_its_own_waiters)
{
	struct bench bench;
	struct lock *lock;
	struct result result = { 0 };
	struct ask ask;

	bench_init(&bench);
	lock = hold_lock(&bench, bench.client, 1);
	for (uint64_t context = 2; context < 6; context++) {
		ask = fixture_ask(bench.client, context, context, -1);
		ck_assert_status(lock_acquire(bench.core, lock, &ask, &result), CONCUR_PENDING);
	}
	ask = fixture_ask(bench.other, 1, 50, -1);
	ck_assert_status(lock_acquire(bench.core, lock, &ask, &result), CONCUR_PENDING);
	session_end(bench.core, bench.client, FAREWELL_DEATH);
	ck_assert_str_eq(fixture_said(&bench.fixture), "50:OWNER_DIED");
	bench_fini(&bench);
}
END_TEST

START_TEST(session_end_frees_waiters_by_steps_and_nobody_meets_them_meanwhile)
{
	enum { WAITERS = 10 };
	struct result result = { 0 };
	struct bench bench;
	struct lock *lock;
	struct ask ask;

	bench_init(&bench);
	bench.fixture.limits.turn_steps = 2;
	lock = hold_lock(&bench, bench.other, 1);
	for (uint64_t context = 1; context <= WAITERS; context++) {
		ask = fixture_ask(bench.client, context, context, context % 2 ? -1 : 10);
		ck_assert_status(lock_acquire(bench.core, lock, &ask, &result), CONCUR_PENDING);
	}
	ask = fixture_ask(bench.other, 2, 50, -1);
	ck_assert_status(lock_acquire(bench.core, lock, &ask, &result), CONCUR_PENDING);
	session_end(bench.core, bench.client, FAREWELL_DEATH);
	ck_assert_uint_eq(bench.core->waiting, 1);
	ck_assert_uint_eq(((struct object *)lock)->waiting, 1);
	ck_assert(!link_empty(&bench.core->endings));
	/* Between two steps the lock passes the dead by, and their times are nobody's. */
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 5), 0);
	ck_assert_status(lock_release(bench.core, lock, bench.other, 1), CONCUR_OK);
	ck_assert_str_eq(fixture_said(&bench.fixture), "50:DONE");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 20), 0);
	while (fixture_turn(&bench.fixture, 20) == 0)
		;
	ck_assert(link_empty(&bench.core->endings));
	ck_assert_uint_eq(bench.core->deadlines.count, 0);
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	bench_fini(&bench);
}
END_TEST

START_TEST(session_end_passes_on_what_it_holds_by_steps_oldest_first)
{
	struct result result = { 0 };
	struct bench bench;
	struct lock *locks[5];
	struct ask ask;

	bench_init(&bench);
	bench.fixture.limits.turn_steps = 2;
	for (uint64_t i = 0; i < UNIT_COUNT(locks); i++) {
		locks[i] = hold_lock(&bench, bench.client, 10 + i);
		ask = fixture_ask(bench.other, 1 + i, 50 + i, -1);
		ck_assert_status(lock_acquire(bench.core, locks[i], &ask, &result), CONCUR_PENDING);
	}
	session_end(bench.core, bench.client, FAREWELL_DEATH);
	ck_assert_str_eq(fixture_said(&bench.fixture), "50:OWNER_DIED, 51:OWNER_DIED");
	ck_assert(is_locked(locks[4]));
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 0), 0);
	ck_assert_str_eq(fixture_said(&bench.fixture), "52:OWNER_DIED, 53:OWNER_DIED");
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(fixture_said(&bench.fixture), "54:OWNER_DIED");
	bench_fini(&bench);
}
END_TEST

START_TEST(removal_of_an_object_passes_by_calls_of_a_session_that_has_ended)
{
	struct bench bench;

	bench_init(&bench);
	bench.fixture.limits.turn_steps = 2;
	for (uint64_t call = 1; call <= 10; call++)
		wait_in(&bench, bench.client, call, call, true);
	session_end(bench.core, bench.client, FAREWELL_DEATH);
	object_destroy(bench.core, (struct object *)bench.queue);
	core_answer(bench.core);
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	bench_fini(&bench);
}
END_TEST

static struct object *
open_for(struct bench *bench, enum lifetime lifetime)
{
	const struct object_open open = { .creator = bench->client,
		.options = { .kind = KIND_QUEUE, .lifetime = lifetime } };
	struct object *object;
	bool created;

	ck_assert_status(object_open(bench->core, &open, &object, &created), CONCUR_OK);
	return object;
}

START_TEST(session_end_lets_go_of_many_objects_and_handles_by_steps)
{
	enum { EACH = 10, STEPS = 4 };
	struct result result = { 0 };
	struct object *last = NULL;
	struct bench bench;
	struct ask ask;

	bench_init(&bench);
	bench.fixture.limits.turn_steps = STEPS;
	for (unsigned i = 0; i < EACH; i++) {
		last = open_for(&bench, LIFETIME_SESSION);
		ck_assert_int_eq(session_ref(bench.core, bench.client, open_for(&bench, LIFETIME_REFCOUNT)), 0);
	}
	/* A handle taken twice is one step. */
	ck_assert_int_eq(session_ref(bench.core, bench.client, (struct object *)bench.queue), 0);
	ck_assert_int_eq(session_ref(bench.core, bench.client, (struct object *)bench.queue), 0);
	ask = fixture_ask(bench.other, 1, 7, -1);
	ck_assert_status(queue_get(bench.core, (struct queue *)last, &ask, false, 1, &result), CONCUR_PENDING);

	session_end(bench.core, bench.client, FAREWELL_DEATH);
	ck_assert_uint_eq(bench.core->objects.count, 1 + 2 * EACH - STEPS);
	ck_assert_uint_eq(bench.core->sessions.count, 1);
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	/* Who waited for an object is told within the turn in which it goes. */
	while (fixture_turn(&bench.fixture, 0) == 0)
		ck_assert(link_empty(&bench.core->ready));
	ck_assert_str_eq(bench.fixture.diary, "7:REMOVED");
	ck_assert_uint_eq(bench.core->objects.count, 1);
	ck_assert_uint_eq(((struct object *)bench.queue)->refs, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(unref_of_what_was_never_held_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert(!session_unref(bench.core, bench.client, object_id((struct object *)bench.queue)));
	ck_assert(!session_unref(bench.core, bench.client, 123456));
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		new_sessions_have_their_own_ids,
		owner_exists_while_it_holds_or_waits,
		owner_blocked_gives_the_blocked_call,
		cancel_all_ends_every_call_with_the_status,
		context_end_is_for_one_context_only,
		session_end_lets_go_of_all_it_owned,
		session_end_passes_nothing_to_its_own_waiters,
		session_end_frees_waiters_by_steps_and_nobody_meets_them_meanwhile,
		session_end_passes_on_what_it_holds_by_steps_oldest_first,
		removal_of_an_object_passes_by_calls_of_a_session_that_has_ended,
		session_end_lets_go_of_many_objects_and_handles_by_steps,
		unref_of_what_was_never_held_is_refused,
		NULL,
	};

	return unit_run("owner", tests);
}
