/* What tasks wait for while they run: circles of futures, through locks and tasks that come after others; workers that
 * all wait. Client 0 submits; the others are workers. */
#include "tests/unit/pool_bench.h"

#include "daemon/core/deadlock.h"
#include "daemon/core/lock.h"
#include "lib/frame.h"

#include <stdio.h>

/* In the run of the task `from`, which is in the hand of that client; or of its own if `from` is 0. */
static struct ask
ask_from(struct pool_bench *bench, unsigned client, uint64_t from, int64_t wait_ns)
{
	return fixture_ask(bench->clients[client], from ? FRAME_RUN | from : 1, ++bench->call, wait_ns);
}

static const char *
wait_for_time(struct pool_bench *bench, unsigned client, uint64_t from, uint64_t future, int64_t wait_ns)
{
	struct ask ask = ask_from(bench, client, from, wait_ns);
	struct result result = { 0 };
	const char *word =
	    pool_bench_name(future_wait(bench->core, task_find(bench->core, future), &ask, &result), &result);

	result_fini(&result);
	return word;
}

static const char *
wait_for(struct pool_bench *bench, unsigned client, uint64_t from, uint64_t future)
{
	return wait_for_time(bench, client, from, future, -1);
}

static const char *
acquire(struct pool_bench *bench, unsigned client, uint64_t from, struct lock *lock)
{
	struct ask ask = ask_from(bench, client, from, -1);
	struct result result = { 0 };

	return pool_bench_name(lock_acquire(bench->core, lock, &ask, &result), &result);
}

static const char *
claim(struct pool_bench *bench, struct worker *worker, uint64_t from, uint64_t task, bool in_hand)
{
	const struct claim claim = { task, FRAME_RUN | from, in_hand };
	struct result result = { 0 };

	worker_claim(bench->core, worker, &claim, &result);
	if (result.number)
		return pool_bench_fetch(bench, worker);
	return result.outcome == OUTCOME_DONE ? "DONE" : "NO";
}

/* A client's worker that runs one new task; the task's id. */
static uint64_t
start(struct pool_bench *bench, unsigned client, struct worker **ret_worker)
{
	uint64_t task = pool_bench_submit(bench, 0, "r");

	*ret_worker = pool_bench_attach(bench, client);
	ck_assert_str_eq(pool_bench_take(bench, *ret_worker, 1), "r");
	return task;
}

/* Two workers, each with a running task. */
struct pair {
	struct pool_bench bench;
	struct worker *workers[2];
	uint64_t tasks[2];
};

static void
pair_init(struct pair *pair)
{
	pool_bench_init(&pair->bench);
	for (unsigned i = 0; i < 2; i++)
		pair->tasks[i] = start(&pair->bench, i + 1, &pair->workers[i]);
}

static uint64_t
submit_for(struct pool_bench *bench, const char *letters, const char *label, const uint64_t *after, size_t count)
{
	struct value text = TEXT(label ? label : "");
	struct task_spec spec = { .label = label ? &text : NULL, .after = after, .after_count = count };

	return pool_bench_submit_as(bench, 0, letters, &spec);
}

static void
attach_with_label(struct pool_bench *bench, unsigned client, const char *label, struct worker **ret)
{
	struct value text = TEXT(label);
	struct worker_spec spec = { .pool = bench->pool,
		.any = true,
		.threads = 1,
		.labels = &text,
		.labels_count = 1 };

	ck_assert_status(worker_attach(bench->core, bench->clients[client], &spec, ret), CONCUR_OK);
}

/* -- circles ------------------------------------------------------------------------------------------------------- */

START_TEST(wait_that_closes_a_circle_of_two_fails_and_no_other)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;

	pair_init(&pair);
	ck_assert_str_eq(wait_for(bench, 1, pair.tasks[0], pair.tasks[1]), "PENDING");
	ck_assert_str_eq(wait_for(bench, 2, pair.tasks[1], pair.tasks[0]), "DEADLOCK");
	ck_assert_ptr_nonnull(strstr(bench->core->detail, "future "));
	ck_assert_ptr_nonnull(strstr(bench->core->detail, " task "));
	core_answer(bench->core);
	ck_assert_str_eq(fixture_said(&bench->fixture), "");
	pool_bench_done(bench, pair.workers[1], pair.tasks[1], "x");
	core_answer(bench->core);
	ck_assert_ptr_nonnull(strstr(fixture_said(&bench->fixture), "DONE"));
	pool_bench_fini(bench);
}
END_TEST

START_TEST(wait_for_itself_fails)
{
	struct pair pair;

	pair_init(&pair);
	ck_assert_str_eq(wait_for(&pair.bench, 1, pair.tasks[0], pair.tasks[0]), "DEADLOCK");
	pool_bench_fini(&pair.bench);
}
END_TEST

START_TEST(wait_with_a_time_closes_no_circle)
{
	struct pair pair;

	pair_init(&pair);
	ck_assert_str_eq(wait_for(&pair.bench, 1, pair.tasks[0], pair.tasks[1]), "PENDING");
	ck_assert_str_eq(wait_for_time(&pair.bench, 2, pair.tasks[1], pair.tasks[0], 5), "PENDING");
	pool_bench_fini(&pair.bench);
}
END_TEST

/* The task waits for one that comes after one that comes after it. */
START_TEST(circle_through_tasks_that_come_after_others_fails)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	uint64_t before[2], first, second;

	pair_init(&pair);
	before[0] = submit_for(bench, "a", NULL, &pair.tasks[1], 1);
	before[1] = pair.tasks[0];
	first = submit_for(bench, "b", NULL, before, 2);
	second = submit_for(bench, "c", NULL, &first, 1);
	ck_assert_str_eq(wait_for(bench, 1, pair.tasks[0], second), "DEADLOCK");
	ck_assert_ptr_nonnull(strstr(bench->core->detail, "comes after others"));
	ck_assert_str_eq(wait_for(bench, 1, 0, second), "PENDING");
	pool_bench_fini(bench);
}
END_TEST

START_TEST(circle_through_a_lock_and_a_future_fails_at_the_lock)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	struct lock *lock;

	pair_init(&pair);
	lock = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LOCK, .strict = true });
	ck_assert_str_eq(acquire(bench, 1, pair.tasks[0], lock), "OK");
	ck_assert_str_eq(wait_for(bench, 1, pair.tasks[0], pair.tasks[1]), "PENDING");
	ck_assert_str_eq(acquire(bench, 2, pair.tasks[1], lock), "DEADLOCK");
	pool_bench_fini(bench);
}
END_TEST

START_TEST(circle_through_a_lock_and_a_future_fails_at_the_future)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	struct lock *lock;

	pair_init(&pair);
	lock = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LOCK, .strict = true });
	ck_assert_str_eq(acquire(bench, 0, 0, lock), "OK");
	ck_assert_str_eq(acquire(bench, 1, pair.tasks[0], lock), "PENDING");
	/* No task, but one whose lock a task waits for. */
	ck_assert_str_eq(wait_for(bench, 0, 0, pair.tasks[0]), "DEADLOCK");
	ck_assert_str_eq(wait_for(bench, 0, 0, pair.tasks[1]), "PENDING");
	pool_bench_fini(bench);
}
END_TEST

/* -- inside of other tasks ----------------------------------------------------------------------------------------- */

START_TEST(claim_of_a_waiting_task_begins_it_at_once)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	uint64_t inner;
	char why[128];

	pair_init(&pair);
	inner = pool_bench_submit(bench, 0, "i");
	ck_assert_str_eq(claim(bench, pair.workers[0], pair.tasks[0], inner, false), "i");
	ck_assert_str_eq(pool_bench_state(bench, inner), "RUNNING");
	ck_assert_str_eq(claim(bench, pair.workers[0], inner, inner, false), "NO");
	ck_assert_str_eq(claim(bench, pair.workers[0], inner, pair.tasks[0], false), "NO");
	why[task_why(bench->core, task_find(bench->core, pair.tasks[0]), why, sizeof why)] = '\0';
	ck_assert_ptr_nonnull(strstr(why, "inside of it"));
	pool_bench_done(bench, pair.workers[0], inner, "x");
	ck_assert_str_eq(pool_bench_state(bench, inner), "FINISHED 'x'");
	pool_bench_done(bench, pair.workers[0], pair.tasks[0], "y");
	ck_assert_str_eq(pool_bench_take(bench, pair.workers[0], 1), "-");
	pool_bench_fini(bench);
}
END_TEST

START_TEST(claim_of_a_task_in_hand_begins_it_and_no_other)
{
	struct pool_bench bench;
	struct worker *worker;
	struct pool_state state;
	uint64_t first;

	pool_bench_init(&bench);
	first = pool_bench_submit(&bench, 0, "abc");
	worker = pool_bench_attach(&bench, 1);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(pool_bench_take(&bench, worker, 1)[0], "abc"[i]);
	ck_assert_str_eq(claim(&bench, worker, first, first + 2, false), "NO");
	ck_assert_str_eq(claim(&bench, worker, first, first + 2, true), "DONE");
	ck_assert_str_eq(claim(&bench, worker, first, first + 2, true), "NO");
	ck_assert_str_eq(pool_bench_state(&bench, first + 2), "RUNNING");
	ck_assert_str_eq(pool_bench_state(&bench, first + 1), "PENDING");
	pool_bench_done(&bench, worker, first + 2, "x");
	pool_bench_done(&bench, worker, first, "x");
	ck_assert_str_eq(pool_bench_state(&bench, first + 1), "RUNNING");
	pool_state(bench.pool, &state);
	ck_assert_uint_eq(state.running, 1);
	pool_bench_fini(&bench);
}
END_TEST

/* The thread is at the inner task: what it waits for, the outer one hangs on. */
START_TEST(inner_task_that_waits_for_its_outer_one_closes_a_circle)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	struct lock *lock;
	uint64_t inner;

	pair_init(&pair);
	lock = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LOCK, .strict = true });
	ck_assert_str_eq(acquire(bench, 1, pair.tasks[0], lock), "OK");
	inner = pool_bench_submit(bench, 0, "i");
	ck_assert_str_eq(claim(bench, pair.workers[0], pair.tasks[0], inner, false), "i");
	ck_assert_str_eq(wait_for(bench, 1, inner, pair.tasks[0]), "DEADLOCK");
	ck_assert_str_eq(acquire(bench, 1, inner, lock), "DEADLOCK");
	ck_assert_str_eq(wait_for(bench, 1, inner, pair.tasks[1]), "PENDING");
	ck_assert_str_eq(wait_for(bench, 2, pair.tasks[1], pair.tasks[0]), "DEADLOCK");
	pool_bench_fini(bench);
}
END_TEST

/* Whatever a worker says. */
START_TEST(claim_of_what_it_is_inside_of_makes_no_ring)
{
	struct pool_bench bench;
	struct worker *worker;
	uint64_t first;

	pool_bench_init(&bench);
	first = pool_bench_submit(&bench, 0, "ab");
	worker = pool_bench_attach(&bench, 1);
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "a");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "b");
	ck_assert_str_eq(claim(&bench, worker, first, first + 1, true), "DONE");
	ck_assert_str_eq(claim(&bench, worker, first + 1, first, true), "DONE");
	ck_assert_str_eq(wait_for(&bench, 1, first + 1, first), "DEADLOCK");
	pool_bench_fini(&bench);
}
END_TEST

START_TEST(death_of_a_worker_ends_what_it_ran_inside)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	uint64_t inner;

	pair_init(&pair);
	inner = pool_bench_submit(bench, 0, "i");
	ck_assert_str_eq(claim(bench, pair.workers[0], pair.tasks[0], inner, false), "i");
	ck_assert_str_eq(wait_for(bench, 1, inner, pair.tasks[1]), "PENDING");
	pool_bench_end(bench, 1, FAREWELL_DEATH);
	ck_assert_ptr_nonnull(strstr(pool_bench_state(bench, inner), "WORKER_DIED"));
	ck_assert_ptr_nonnull(strstr(pool_bench_state(bench, pair.tasks[0]), "WORKER_DIED"));
	ck_assert_uint_eq(bench->core->runs_blocked, 0);
	pool_bench_fini(bench);
}
END_TEST

/* They have no slots: of these a worker has no more than a page. */
/* The search goes from the lock that passes on to one that a run of the dead holds, and asks what is run inside of it,
 * when other owners of that session are gone already. */
START_TEST(death_of_a_worker_leads_no_search_to_owners_that_are_gone)
{
	enum { LOCKS = 1000 };
	const struct object_options strict = { .kind = KIND_LOCK, .strict = true };
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	struct lock *locks[LOCKS];
	struct result result = { 0 };
	struct ask ask;
	uint64_t inner;

	pair_init(&pair);
	inner = pool_bench_submit(bench, 0, "i");
	ck_assert_str_eq(claim(bench, pair.workers[0], pair.tasks[0], inner, false), "i");
	for (unsigned i = 0; i < LOCKS; i++) {
		uint64_t context = i < LOCKS - 1 ? 100 + i : FRAME_RUN | pair.tasks[0];

		locks[i] = fixture_open(&bench->fixture, &strict);
		ask = fixture_ask(bench->clients[1], context, ++bench->call, -1);
		ck_assert_status(lock_acquire(bench->core, locks[i], &ask, &result), CONCUR_OK);
	}
	for (unsigned i = LOCKS - 2; i < LOCKS; i++) {
		ask = ask_from(bench, 2, pair.tasks[1], -1);
		ask.blocked = i == LOCKS - 1;
		ck_assert_status(lock_acquire(bench->core, locks[i], &ask, &result), CONCUR_PENDING);
	}
	pool_bench_end(bench, 1, FAREWELL_DEATH);
	core_answer(bench->core);
	ck_assert_ptr_nonnull(strstr(fixture_said(&bench->fixture), "OWNER_DIED"));
	pool_bench_fini(bench);
}
END_TEST

START_TEST(claims_go_deeper_than_a_page_has_slots)
{
	enum { DEEP = 600 };
	struct pool_bench bench;
	struct worker *worker;
	uint64_t tasks[DEEP];

	pool_bench_init(&bench);
	tasks[0] = start(&bench, 1, &worker);
	for (unsigned i = 1; i < DEEP; i++) {
		tasks[i] = pool_bench_submit(&bench, 0, "i");
		ck_assert_str_eq(claim(&bench, worker, tasks[i - 1], tasks[i], false), "i");
	}
	ck_assert_str_eq(wait_for(&bench, 1, tasks[DEEP - 1], tasks[0]), "DEADLOCK");
	for (unsigned i = DEEP; i-- > 0;)
		pool_bench_done(&bench, worker, tasks[i], "x");
	pool_bench_submit(&bench, 0, "z");
	ck_assert_str_eq(pool_bench_take(&bench, worker, 1), "z");
	pool_bench_fini(&bench);
}
END_TEST

/* -- stalls -------------------------------------------------------------------------------------------------------- */

START_TEST(wait_that_leaves_no_worker_for_what_is_waited_for_fails)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	uint64_t waiting;

	pair_init(&pair);
	waiting = pool_bench_submit(bench, 0, "w");
	ck_assert_str_eq(wait_for(bench, 1, pair.tasks[0], waiting), "PENDING");
	ck_assert_str_eq(wait_for(bench, 2, pair.tasks[1], pair.tasks[0]), "POOL_EXHAUSTED");
	ck_assert_ptr_nonnull(strstr(bench->core->detail, "all 2 workers"));
	ck_assert_str_eq(wait_for_time(bench, 2, pair.tasks[1], pair.tasks[0], 5), "PENDING");
	pool_bench_fini(bench);
}
END_TEST

START_TEST(wait_while_another_worker_waits_for_a_promise_goes_on)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	uint64_t waiting, promise;

	pair_init(&pair);
	waiting = pool_bench_submit(bench, 0, "w");
	ck_assert_status(pool_promise(bench->core, bench->pool, bench->clients[0], &promise), CONCUR_OK);
	ck_assert_str_eq(wait_for(bench, 1, pair.tasks[0], promise), "PENDING");
	ck_assert_str_eq(wait_for(bench, 2, pair.tasks[1], waiting), "PENDING");
	pool_bench_fini(bench);
}
END_TEST

/* The task waits for one that no worker has the label for: somebody may attach one. */
START_TEST(wait_for_what_no_worker_could_take_goes_on)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	uint64_t waiting;

	pair_init(&pair);
	waiting = submit_for(bench, "w", "gpu", NULL, 0);
	ck_assert_str_eq(wait_for(bench, 1, pair.tasks[0], waiting), "PENDING");
	ck_assert_str_eq(wait_for(bench, 2, pair.tasks[1], waiting), "PENDING");
	pool_bench_fini(bench);
}
END_TEST

/* An idle worker without the label does not help. */
START_TEST(wait_for_a_label_whose_only_worker_waits_fails)
{
	struct pool_bench bench;
	struct worker *gpu, *idle;
	uint64_t task, waiting;

	pool_bench_init(&bench);
	task = submit_for(&bench, "g", "gpu", NULL, 0);
	attach_with_label(&bench, 1, "gpu", &gpu);
	ck_assert_str_eq(pool_bench_take(&bench, gpu, 1), "g");
	waiting = submit_for(&bench, "w", "gpu", NULL, 0);
	idle = pool_bench_attach(&bench, 2);
	ck_assert_str_eq(pool_bench_take(&bench, idle, 1), "-");
	ck_assert_str_eq(wait_for(&bench, 1, task, waiting), "POOL_EXHAUSTED");
	pool_bench_fini(&bench);
}
END_TEST

/* It was waited for while it came after a promise; it is the youngest wait that fails. */
START_TEST(task_that_nobody_is_left_to_take_fails_the_youngest_wait)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	struct value value = TEXT("x");
	struct result result = { 0 };
	uint64_t promise, held;

	pair_init(&pair);
	ck_assert_status(pool_promise(bench->core, bench->pool, bench->clients[0], &promise), CONCUR_OK);
	held = submit_for(bench, "h", NULL, &promise, 1);
	ck_assert_str_eq(wait_for(bench, 1, pair.tasks[0], pair.tasks[1]), "PENDING");
	ck_assert_str_eq(wait_for(bench, 2, pair.tasks[1], held), "PENDING");
	ck_assert_status(future_complete(bench->core, task_find(bench->core, promise), false, &value, false, &result),
	    CONCUR_OK);
	core_answer(bench->core);
	ck_assert_ptr_nonnull(strstr(fixture_said(&bench->fixture), "POOL_EXHAUSTED"));
	ck_assert_uint_eq(bench->core->runs_blocked, 1);
	pool_bench_fini(bench);
}
END_TEST

START_TEST(worker_that_leaves_the_others_waiting_fails_the_youngest_wait)
{
	struct pair pair;
	struct pool_bench *bench = &pair.bench;
	uint64_t waiting;
	struct worker *third;

	pair_init(&pair);
	(void)start(bench, 3, &third);
	waiting = pool_bench_submit(bench, 0, "w");
	ck_assert_str_eq(wait_for(bench, 1, pair.tasks[0], waiting), "PENDING");
	ck_assert_str_eq(wait_for(bench, 2, pair.tasks[1], waiting), "PENDING");
	core_answer(bench->core);
	ck_assert_str_eq(fixture_said(&bench->fixture), "");
	pool_bench_end(bench, 3, FAREWELL_DEATH);
	core_answer(bench->core);
	ck_assert_ptr_nonnull(strstr(fixture_said(&bench->fixture), "POOL_EXHAUSTED"));
	ck_assert_uint_eq(bench->core->runs_blocked, 1);
	pool_bench_fini(bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		wait_that_closes_a_circle_of_two_fails_and_no_other,
		wait_for_itself_fails,
		wait_with_a_time_closes_no_circle,
		circle_through_tasks_that_come_after_others_fails,
		circle_through_a_lock_and_a_future_fails_at_the_lock,
		circle_through_a_lock_and_a_future_fails_at_the_future,
		claim_of_a_waiting_task_begins_it_at_once,
		claim_of_a_task_in_hand_begins_it_and_no_other,
		inner_task_that_waits_for_its_outer_one_closes_a_circle,
		claim_of_what_it_is_inside_of_makes_no_ring,
		death_of_a_worker_ends_what_it_ran_inside,
		death_of_a_worker_leads_no_search_to_owners_that_are_gone,
		claims_go_deeper_than_a_page_has_slots,
		wait_that_leaves_no_worker_for_what_is_waited_for_fails,
		wait_while_another_worker_waits_for_a_promise_goes_on,
		wait_for_what_no_worker_could_take_goes_on,
		wait_for_a_label_whose_only_worker_waits_fails,
		task_that_nobody_is_left_to_take_fails_the_youngest_wait,
		worker_that_leaves_the_others_waiting_fails_the_youngest_wait,
		NULL,
	};

	return unit_run("runs", tests);
}
