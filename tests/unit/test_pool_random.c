/* Pools under random operations, against a naive model: where every task is, how often it began, how it ended, what the
 * pool counts; and no worker waits while a task does. */
#include "tests/unit/pool_bench.h"

#include "tests/sim/random.h"

#include <stdlib.h>

enum { SEEDS = 150, STEPS = 400, TASKS = 3 * STEPS, WORKERS = 3, FIRST_WORKER = 2, HAND = 200, BACKOFF_NS = 10 };

struct model_task {
	uint64_t id, due_ns;
	unsigned attempts, retries;
	enum future_state state; /* PENDING while in a hand, too, until it has begun */
	int worker;              /* -1: in no hand */
};

struct run {
	struct pool_bench bench;
	struct random random;
	struct model_task tasks[TASKS];
	size_t count, hands[WORKERS][HAND], in_hand[WORKERS];
	struct worker *workers[WORKERS];
	uint64_t calls[WORKERS]; /* of take */
	uint64_t done, failed, cancelled, retried, lost;
};

static struct model_task *
draw_task(struct run *run)
{
	return run->count ? &run->tasks[random_below(&run->random, run->count)] : NULL;
}

/* The oldest in hand runs. */
static void
begin(struct run *run, unsigned w)
{
	struct model_task *task = run->in_hand[w] ? &run->tasks[run->hands[w][0]] : NULL;

	if (!task || task->state == FUTURE_RUNNING)
		return;
	task->state = FUTURE_RUNNING;
	task->attempts++;
}

/* What the worker was given goes into its hand: each task is one that waited, and was due. */
static void
fetch(struct run *run, unsigned w)
{
	struct handed handed;

	while (worker_next_fresh(run->bench.core, run->workers[w], &handed)) {
		size_t i = 0;

		while (i < run->count && run->tasks[i].id != handed.task)
			i++;
		ck_assert_uint_lt(i, run->count);
		ck_assert_int_eq(run->tasks[i].worker, -1);
		ck_assert_int_eq(run->tasks[i].state, FUTURE_PENDING);
		ck_assert_uint_le(run->tasks[i].due_ns, run->bench.core->now_ns);
		ck_assert_uint_eq(handed.attempt, run->tasks[i].attempts + 1);
		run->tasks[i].worker = (int)w;
		run->hands[w][run->in_hand[w]++] = i;
	}
	begin(run, w);
}

static void
leave_hand(struct run *run, struct model_task *task)
{
	unsigned w = (unsigned)task->worker;
	size_t at = 0;

	while (&run->tasks[run->hands[w][at]] != task)
		at++;
	memmove(&run->hands[w][at], &run->hands[w][at + 1], (--run->in_hand[w] - at) * sizeof run->hands[w][0]);
	task->worker = -1;
	begin(run, w);
}

static void
end_as(struct run *run, struct model_task *task, enum future_state state, uint64_t *counter)
{
	task->state = state;
	++*counter;
	if (task->worker >= 0)
		leave_hand(run, task);
}

static void
step_submit(struct run *run)
{
	size_t count = 1 + random_below(&run->random, 3);
	struct task_spec spec = { .detached = true,
		.ttl_ns = CORE_SECOND,
		.retries = (uint32_t)random_below(&run->random, 3),
		.priority = (int32_t)random_below(&run->random, 5) - 2,
		.delay_ns = random_once_in(&run->random, 3) ? random_below(&run->random, 30) : 0 };
	uint64_t first =
	    pool_bench_submit_as(&run->bench, (unsigned)random_below(&run->random, 2), &"abc"[3 - count], &spec);

	ck_assert_uint_ne(first, 0);
	for (size_t i = 0; i < count; i++)
		run->tasks[run->count++] = (struct model_task){ .id = first + i,
			.due_ns = run->bench.core->now_ns + spec.delay_ns,
			.retries = spec.retries,
			.worker = -1 };
}

static void
step_take(struct run *run)
{
	unsigned w = (unsigned)random_below(&run->random, WORKERS);
	struct ask ask = pool_bench_ask(&run->bench, FIRST_WORKER + w, random_once_in(&run->random, 3) ? 0 : -1);
	struct result result = { 0 };
	uint32_t count = 1 + (uint32_t)random_below(&run->random, 3);

	if (run->in_hand[w] + count < HAND &&
	    worker_take(run->bench.core, run->workers[w], &ask, count, &result) == CONCUR_PENDING)
		run->calls[w] = ask.call;
}

static void
step_done(struct run *run)
{
	struct model_task *task = draw_task(run);
	struct value value = TEXT("r");
	bool gives_back = random_once_in(&run->random, 4), failed = random_once_in(&run->random, 4);
	unsigned w;

	if (!task)
		return;
	/* What another worker says is not heard. */
	w = task->worker < 0 || random_once_in(&run->random, 8) ? (unsigned)random_below(&run->random, WORKERS)
								: (unsigned)task->worker;
	(void)worker_done(run->bench.core, run->workers[w], task->id,
	    gives_back   ? FUTURE_PENDING
		: failed ? FUTURE_FAILED
			 : FUTURE_FINISHED,
	    &value, false);
	if (task->worker != (int)w)
		return;
	if (gives_back) {
		task->attempts -= task->state == FUTURE_RUNNING;
		task->state = FUTURE_PENDING;
		leave_hand(run, task);
	} else if (failed) {
		end_as(run, task, FUTURE_FAILED, &run->failed);
	} else {
		end_as(run, task, FUTURE_FINISHED, &run->done);
	}
}

static void
step_cancel(struct run *run)
{
	struct model_task *task = draw_task(run);
	bool kill = random_once_in(&run->random, 3), ends;
	struct result result = { 0 };
	struct ask ask;

	if (!task)
		return;
	ask = pool_bench_ask(&run->bench, 0, 0);
	ends = task->state < FUTURE_CANCELLED && (task->worker < 0 || kill);
	ck_assert_status(future_cancel(run->bench.core, task_find(run->bench.core, task->id), &ask, kill, &result),
	    CONCUR_OK);
	ck_assert_int_eq(result.outcome, ends || task->state == FUTURE_CANCELLED ? OUTCOME_DONE : OUTCOME_NO);
	if (ends)
		end_as(run, task, FUTURE_CANCELLED, &run->cancelled);
}

/* All that it had in hand may have been begun. */
static void
step_death(struct run *run)
{
	unsigned w = (unsigned)random_below(&run->random, WORKERS), client = FIRST_WORKER + w;
	bool died = random_once_in(&run->random, 2);
	size_t count = run->in_hand[w];

	pool_bench_end(&run->bench, client, died ? FAREWELL_DEATH : FAREWELL_GOODBYE);
	run->in_hand[w] = 0;
	run->lost += died;
	for (size_t i = 0; i < count; i++) {
		struct model_task *task = &run->tasks[run->hands[w][i]];

		task->worker = -1;
		task->attempts += task->state != FUTURE_RUNNING;
		if (task->attempts > task->retries) {
			end_as(run, task, FUTURE_FAILED, &run->failed);
			continue;
		}
		task->state = FUTURE_PENDING;
		task->due_ns = run->bench.core->now_ns + ((uint64_t)BACKOFF_NS << (task->attempts - 1));
		run->retried++;
	}
	run->bench.clients[client] = fixture_session(&run->bench.fixture, client + 1);
	run->workers[w] = pool_bench_attach(&run->bench, client);
	run->calls[w] = 0;
}

static void
step_time(struct run *run)
{
	fixture_turn(&run->bench.fixture, run->bench.core->now_ns + random_below(&run->random, 20));
}

static void
check(struct run *run)
{
	uint64_t waiting = 0, due = 0, running = 0, in_hand = 0;
	struct pool_state state;
	struct future_view view;

	for (size_t i = 0; i < run->count; i++) {
		const struct model_task *task = &run->tasks[i];
		bool waits = task->state == FUTURE_PENDING && task->worker < 0;

		future_view(run->bench.core, task_find(run->bench.core, task->id), &view);
		ck_assert_int_eq(view.state, task->state);
		ck_assert_uint_eq(view.attempts, task->attempts);
		waiting += waits;
		due += waits && task->due_ns <= run->bench.core->now_ns;
		running += task->state == FUTURE_RUNNING;
		in_hand += task->worker >= 0 && task->state == FUTURE_PENDING;
	}
	pool_state(run->bench.pool, &state);
	ck_assert_uint_eq(state.waiting, due);
	ck_assert_uint_eq(state.held, waiting - due);
	ck_assert_uint_eq(state.running, running);
	ck_assert_uint_eq(state.in_hand, in_hand);
	ck_assert_uint_eq(state.done, run->done);
	ck_assert_uint_eq(state.failed, run->failed);
	ck_assert_uint_eq(state.cancelled, run->cancelled);
	ck_assert_uint_eq(state.retried, run->retried);
	ck_assert_uint_eq(state.lost, run->lost);
	for (unsigned w = 0; w < WORKERS; w++)
		ck_assert(!due || !waiter_find(run->bench.clients[FIRST_WORKER + w], run->calls[w]));
}

static void
run_seed(struct run *run, uint64_t seed)
{
	static void (*const steps[])(struct run *) = { step_submit, step_submit, step_take, step_take, step_take,
		step_done, step_done, step_done, step_cancel, step_time, step_death };

	memset(run, 0, sizeof *run);
	run->random.state = seed;
	pool_bench_init(&run->bench);
	pool_configure(run->bench.core, run->bench.pool, &(struct pool_options){ .backoff_ns = BACKOFF_NS });
	for (unsigned w = 0; w < WORKERS; w++)
		run->workers[w] = pool_bench_attach(&run->bench, FIRST_WORKER + w);
	for (unsigned i = 0; i < STEPS; i++) {
		steps[random_below(&run->random, sizeof steps / sizeof *steps)](run);
		fixture_settle(&run->bench.fixture);
		(void)fixture_said(&run->bench.fixture);
		for (unsigned w = 0; w < WORKERS; w++)
			fetch(run, w);
		check(run);
	}
	pool_bench_fini(&run->bench);
}

START_TEST(random_operations_are_as_the_model_has_them)
{
	struct run *run = malloc(sizeof *run);

	ck_assert_ptr_nonnull(run);
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(run, seed);
	free(run);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { random_operations_are_as_the_model_has_them, NULL };

	return unit_run("pool_random", tests);
}
