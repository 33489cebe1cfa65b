/* Pools when memory runs out: each allocation of a life fails once, and nothing is left of it in the end. */
#include "tests/unit/nomem.h"
#include "tests/unit/pool_bench.h"

/* Submits, attaches, takes, ends and waits; what fails is not done. */
static void
live(struct pool_bench *bench, uint64_t before)
{
	struct value function = TEXT("g"), label = TEXT("l"), key = TEXT("k"), values[] = { TEXT("x"), TEXT("y") };
	struct task_spec spec = { .function = &function, .label = &label, .retries = 1 };
	struct task_spec late = { .function = &function,
		.key = &key,
		.after = &before,
		.after_count = 1,
		.delay_ns = 9 };
	struct worker_spec hands = { .pool = bench->pool,
		.functions = &function,
		.functions_count = 1,
		.labels = &label,
		.labels_count = 1,
		.name = &key };
	struct result result = { 0 }, taken = { 0 }, waited = { 0 };
	struct ask ask = pool_bench_ask(bench, 0, 0), wait = pool_bench_ask(bench, 2, -1);
	bool refers[2] = { false };
	struct worker *worker;
	struct handed handed;

	(void)pool_submit(bench->core, bench->pool, &ask, &late, values, refers, 1, &result);
	(void)future_wait(bench->core, task_find(bench->core, before), &wait, &waited);
	if (pool_submit(bench->core, bench->pool, &ask, &spec, values, refers, 2, &result) != CONCUR_OK ||
	    worker_attach(bench->core, bench->clients[1], &hands, &worker) != CONCUR_OK ||
	    worker_take(bench->core, worker, &ask, 1, &taken) != CONCUR_OK)
		return;
	while (worker_next_fresh(bench->core, worker, &handed))
		(void)worker_done(bench->core, worker, handed.task, FUTURE_FINISHED, &values[0], false);
	(void)worker_take(bench->core, worker, &ask, 1, &taken);
	while (worker_next_fresh(bench->core, worker, &handed))
		;
	session_end(bench->core, bench->clients[1], FAREWELL_DEATH);
}

START_TEST(each_allocation_that_fails_leaves_nothing_behind)
{
	bool failed = true;
	unsigned good = 0;

	for (; failed; good++) {
		struct pool_bench bench;
		struct pool_state state;
		uint64_t before;

		pool_bench_init(&bench);
		before = pool_bench_submit(&bench, 0, "a");
		nomem_arm(good);
		live(&bench, before);
		failed = nomem_disarm();
		(void)fixture_said(&bench.fixture);
		pool_state(bench.pool, &state);
		ck_assert_uint_eq(state.running + state.in_hand + state.cancelled, 0);
		pool_bench_fini(&bench);
	}
	ck_assert_uint_gt(good, 20);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { each_allocation_that_fails_leaves_nothing_behind, NULL };

	return unit_run("pool_nomem", tests);
}
