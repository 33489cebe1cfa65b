/* The barrier's action: run by the last to come, before anyone goes on. Two parties, and 'act' for an action. */
#include "tests/unit/nomem.h"
#include "tests/unit/signal_bench.h"

#include "daemon/core/barrier.h"

static void
bench_init(struct signal_bench *bench, int64_t parties)
{
	signal_bench_init(bench,
	    &(struct object_options){ .kind = KIND_BARRIER, .count = parties, .value = &TEXT("act") });
	bench->tells_number = true;
}

static const char *
wait(struct signal_bench *bench, unsigned client, int64_t wait_ns)
{
	struct ask ask = signal_bench_ask(bench, client, wait_ns);
	struct result result = { 0 };
	enum concur_status status = barrier_wait(bench->core, bench->object, &ask, &result);

	bench->fixture.number = result.generation;
	return signal_bench_answer(bench, status, &result);
}

/* Tells of the action of the last answer to wait(). */
static const char *
action_done(struct signal_bench *bench, unsigned client, bool failed)
{
	struct result result = { 0 };
	enum concur_status status = barrier_action_done(bench->core, bench->object, bench->clients[client], 1,
	    bench->fixture.number, failed, &result.number);

	return signal_bench_answer(bench, status, &result);
}

static struct barrier_state
state_of(struct signal_bench *bench)
{
	struct barrier_state state;

	barrier_state(bench->object, &state);
	return state;
}

/* Client 0 waits, client 1 is to run the action. */
static void
bench_act(struct signal_bench *bench)
{
	bench_init(bench, 2);
	ck_assert_str_eq(wait(bench, 0, -1), "PENDING");
	ck_assert_str_eq(wait(bench, 1, -1), "RUN_ACTION 1 'act'");
	ck_assert(state_of(bench).acting);
	ck_assert_uint_eq(state_of(bench).waiting, 2);
	ck_assert_str_eq(signal_bench_said(bench), "");
}

START_TEST(action_done_lets_the_others_go_on)
{
	struct signal_bench bench;

	bench_act(&bench);
	ck_assert_str_eq(action_done(&bench, 1, false), "DONE 1");
	ck_assert_str_eq(signal_bench_said(&bench), "1:DONE 0");
	ck_assert(!state_of(&bench).acting && !state_of(&bench).broken);
	ck_assert_uint_eq(state_of(&bench).waiting, 0);
	ck_assert_str_eq(action_done(&bench, 1, false), "BROKEN_BARRIER");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(action_failed_breaks_it_but_not_for_the_one_who_ran_it)
{
	struct signal_bench bench;

	bench_act(&bench);
	ck_assert_str_eq(wait(&bench, 2, -1), "PENDING");
	bench.fixture.number = 1; /* the first generation */
	ck_assert_str_eq(action_done(&bench, 1, true), "DONE 1");
	ck_assert_str_eq(signal_bench_said(&bench), "1:BROKEN_BARRIER, 3:BROKEN_BARRIER");
	ck_assert(state_of(&bench).broken && !state_of(&bench).acting);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(action_done_by_another_is_refused)
{
	struct signal_bench bench;

	bench_act(&bench);
	ck_assert_str_eq(action_done(&bench, 0, false), "NOT_OWNER");
	ck_assert_str_eq(action_done(&bench, 2, true), "NOT_OWNER");
	ck_assert(state_of(&bench).acting);
	signal_bench_fini(&bench);
}
END_TEST

/* It was broken, reset and filled again meanwhile: the word of the first is not taken for that of the second. */
START_TEST(action_done_of_an_older_generation_is_refused)
{
	struct signal_bench bench;
	uint64_t first, second;

	bench_act(&bench);
	first = bench.fixture.number;
	barrier_reset(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "1:BROKEN_BARRIER");
	wait(&bench, 0, -1);
	ck_assert_str_eq(wait(&bench, 1, -1), "RUN_ACTION 1 'act'");
	second = bench.fixture.number;
	ck_assert_uint_ne(first, second);
	bench.fixture.number = first;
	ck_assert_str_eq(action_done(&bench, 1, true), "BROKEN_BARRIER");
	bench.fixture.number = second;
	ck_assert_str_eq(action_done(&bench, 1, false), "DONE 1");
	ck_assert_str_eq(signal_bench_said(&bench), "3:DONE 0");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(end_of_the_one_who_runs_the_action_breaks_it)
{
	for (int how = 0; how < 3; how++) {
		struct signal_bench bench;

		bench_act(&bench);
		wait(&bench, 2, -1);
		if (how == 0)
			session_context_end(bench.core, bench.clients[1], 1);
		else
			signal_bench_end(&bench, 1, how == 1 ? FAREWELL_DEATH : FAREWELL_GOODBYE);
		ck_assert_str_eq(signal_bench_said(&bench), "1:BROKEN_BARRIER, 3:BROKEN_BARRIER");
		ck_assert(state_of(&bench).broken && !state_of(&bench).acting);
		signal_bench_fini(&bench);
	}
}
END_TEST

/* Its calls and what it holds end together, in whatever order. */
START_TEST(end_of_a_context_that_runs_the_action_and_waits_besides_ends_all_of_it)
{
	struct signal_bench bench;

	bench_init(&bench, 3);
	wait(&bench, 1, -1);
	wait(&bench, 0, -1);
	ck_assert_str_eq(wait(&bench, 1, -1), "RUN_ACTION 2 'act'");
	session_context_end(bench.core, bench.clients[1], 1);
	ck_assert_str_eq(signal_bench_said(&bench), "1:CANCELLED, 2:BROKEN_BARRIER");
	ck_assert_ptr_null(owner_find(bench.clients[1], 1));
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(end_of_one_who_waits_for_the_action_breaks_it_and_its_end_is_told_so)
{
	struct signal_bench bench;

	bench_act(&bench);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert(state_of(&bench).broken && !state_of(&bench).acting);
	ck_assert_str_eq(action_done(&bench, 1, false), "BROKEN_BARRIER");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(timeouts_do_not_count_while_the_action_runs)
{
	struct signal_bench bench;

	bench_init(&bench, 2);
	wait(&bench, 0, 50);
	ck_assert_str_eq(wait(&bench, 1, 50), "RUN_ACTION 1 'act'");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 1000), UINT64_MAX);
	ck_assert_str_eq(action_done(&bench, 1, false), "DONE 1");
	ck_assert_str_eq(signal_bench_said(&bench), "1:DONE 0");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(wait_while_the_action_runs_is_for_the_next_generation)
{
	struct signal_bench bench;
	uint64_t first;

	bench_act(&bench);
	first = bench.fixture.number;
	for (unsigned i = 0; i < 3; i++)
		ck_assert_str_eq(wait(&bench, 2, -1), "PENDING");
	ck_assert_uint_eq(state_of(&bench).waiting, 2);
	bench.fixture.number = first;
	ck_assert_str_eq(action_done(&bench, 1, false), "DONE 1");
	/* Two of them are all that the next one takes; the third waits for the one after it. */
	ck_assert_str_eq(signal_bench_said(&bench), "1:DONE 0, 4:RUN_ACTION 1 'act'");
	ck_assert(state_of(&bench).acting);
	bench.fixture.number = first + 1;
	ck_assert_str_eq(action_done(&bench, 2, false), "DONE 1");
	ck_assert_str_eq(signal_bench_said(&bench), "3:DONE 0");
	ck_assert_uint_eq(state_of(&bench).waiting, 1);
	ck_assert_str_eq(wait(&bench, 0, -1), "RUN_ACTION 1 'act'");
	ck_assert_str_eq(action_done(&bench, 0, false), "DONE 1");
	ck_assert_str_eq(signal_bench_said(&bench), "5:DONE 0");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(one_that_leaves_the_next_generation_breaks_that_alone)
{
	for (int how = 0; how < 3; how++) {
		struct signal_bench bench;

		bench_act(&bench);
		if (how == 0) {
			ck_assert_str_eq(wait(&bench, 2, 0), "BROKEN_BARRIER");
		} else {
			wait(&bench, 2, 50);
			if (how == 1)
				fixture_turn(&bench.fixture, 50);
			else
				signal_bench_end(&bench, 2, FAREWELL_DEATH);
			ck_assert_str_eq(signal_bench_said(&bench), how == 1 ? "3:BROKEN_BARRIER" : "");
		}
		ck_assert(state_of(&bench).broken && state_of(&bench).acting);
		ck_assert_str_eq(wait(&bench, 3, -1), "BROKEN_BARRIER");
		bench.fixture.number = 1;
		ck_assert_str_eq(action_done(&bench, 1, false), "DONE 1");
		ck_assert_str_eq(signal_bench_said(&bench), "1:DONE 0");
		ck_assert_str_eq(wait(&bench, 3, -1), "BROKEN_BARRIER");
		signal_bench_fini(&bench);
	}
}
END_TEST

START_TEST(abort_while_the_action_runs_breaks_it_at_once)
{
	struct signal_bench bench;

	bench_act(&bench);
	barrier_abort(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "1:BROKEN_BARRIER");
	ck_assert_str_eq(action_done(&bench, 1, false), "BROKEN_BARRIER");
	ck_assert(state_of(&bench).broken);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(removal_while_the_action_runs_tells_who_waits)
{
	struct signal_bench bench;

	bench_act(&bench);
	wait(&bench, 2, -1);
	object_destroy(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "1:REMOVED, 3:REMOVED");
	signal_bench_end(&bench, 1, FAREWELL_DEATH);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(wait_of_the_last_without_memory_leaves_all_as_it_was)
{
	struct signal_bench bench;
	struct result result = { 0 };
	enum concur_status status;
	struct ask ask;

	bench_init(&bench, 2);
	wait(&bench, 0, -1);
	ask = signal_bench_ask(&bench, 1, -1);
	nomem_arm(0);
	status = barrier_wait(bench.core, bench.object, &ask, &result);
	ck_assert(nomem_disarm());
	ck_assert_status(status, CONCUR_NO_MEMORY);
	ck_assert_uint_eq(state_of(&bench).waiting, 1);
	ck_assert_str_eq(wait(&bench, 1, -1), "RUN_ACTION 1 'act'");
	signal_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		action_done_lets_the_others_go_on,
		action_failed_breaks_it_but_not_for_the_one_who_ran_it,
		action_done_by_another_is_refused,
		action_done_of_an_older_generation_is_refused,
		end_of_the_one_who_runs_the_action_breaks_it,
		end_of_a_context_that_runs_the_action_and_waits_besides_ends_all_of_it,
		end_of_one_who_waits_for_the_action_breaks_it_and_its_end_is_told_so,
		timeouts_do_not_count_while_the_action_runs,
		wait_while_the_action_runs_is_for_the_next_generation,
		one_that_leaves_the_next_generation_breaks_that_alone,
		abort_while_the_action_runs_breaks_it_at_once,
		removal_while_the_action_runs_tells_who_waits,
		wait_of_the_last_without_memory_leaves_all_as_it_was,
		NULL,
	};

	return unit_run("barrier_action", tests);
}
