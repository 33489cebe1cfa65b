/* The barrier: coming and passing, and all that breaks it. Calls are numbered from 1; answers tell the index. */
#include "tests/unit/signal_bench.h"

#include "daemon/core/barrier.h"

#include <stdio.h>

static void
bench_init(struct signal_bench *bench, int64_t parties)
{
	signal_bench_init(bench, &(struct object_options){ .kind = KIND_BARRIER, .count = parties });
	bench->tells_number = true;
}

static const char *
wait(struct signal_bench *bench, unsigned client, int64_t wait_ns)
{
	struct ask ask = signal_bench_ask(bench, client, wait_ns);
	struct result result = { 0 };
	enum concur_status status = barrier_wait(bench->core, bench->object, &ask, &result);

	return signal_bench_answer(bench, status, &result);
}

static struct barrier_state
state_of(struct signal_bench *bench)
{
	struct barrier_state state;

	barrier_state(bench->object, &state);
	return state;
}

static enum concur_status
open_status(const struct object_options *options)
{
	struct object_open open = { .options = *options };
	enum concur_status status;
	struct signal_bench bench;
	struct object *object;
	bool created;

	bench_init(&bench, 1);
	status = object_open(bench.core, &open, &object, &created);
	signal_bench_fini(&bench);
	return status;
}

START_TEST(open_without_a_party_or_with_a_bad_wait_is_refused)
{
	ck_assert_status(open_status(&(struct object_options){ .kind = KIND_BARRIER }), CONCUR_VALUE_ERROR);
	ck_assert_status(open_status(&(struct object_options){ .kind = KIND_BARRIER, .count = -1 }),
	    CONCUR_VALUE_ERROR);
	ck_assert_status(open_status(&(struct object_options){ .kind = KIND_BARRIER, .count = 1, .wait_ns = -2 }),
	    CONCUR_BAD_WAIT);
	ck_assert_status(open_status(&(struct object_options){ .kind = KIND_BARRIER, .count = 1 }), CONCUR_OK);
}
END_TEST

/* -- passing ----------------------------------------------------------------------------------------------------- */

START_TEST(wait_of_the_last_passes_all_with_their_indexes)
{
	struct signal_bench bench;

	bench_init(&bench, 3);
	ck_assert_str_eq(wait(&bench, 2, -1), "PENDING");
	ck_assert_str_eq(wait(&bench, 0, 50), "PENDING");
	ck_assert_uint_eq(state_of(&bench).waiting, 2);
	ck_assert_uint_eq(state_of(&bench).parties, 3);
	/* The last need not wait. */
	ck_assert_str_eq(wait(&bench, 1, 0), "DONE 2");
	ck_assert_uint_eq(state_of(&bench).waiting, 0);
	ck_assert_str_eq(signal_bench_said(&bench), "1:DONE 0, 2:DONE 1");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 1000), UINT64_MAX);
	ck_assert(!state_of(&bench).broken);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(wait_of_one_party_passes_at_once)
{
	struct signal_bench bench;

	bench_init(&bench, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_str_eq(wait(&bench, 0, 0), "DONE 0");
	signal_bench_fini(&bench);
}
END_TEST

/* Whoever has passed comes again at once, before the others have read that they have. */
START_TEST(wait_again_and_again_passes_in_lockstep)
{
	struct signal_bench bench;

	bench_init(&bench, 2);
	ck_assert_str_eq(wait(&bench, 0, -1), "PENDING");
	for (uint64_t pass = 1; pass <= 10; pass++) {
		unsigned late = pass % 2 ? 1 : 0;
		char expected[32];

		ck_assert_str_eq(wait(&bench, late, -1), "DONE 1");
		snprintf(expected, sizeof expected, "%llu:DONE 0", (unsigned long long)(2 * pass - 1));
		ck_assert_str_eq(wait(&bench, late, -1), "PENDING");
		ck_assert_str_eq(signal_bench_said(&bench), expected);
		ck_assert_uint_eq(state_of(&bench).waiting, 1);
	}
	signal_bench_fini(&bench);
}
END_TEST

/* -- breaking ---------------------------------------------------------------------------------------------------- */

static void
expect_broken(struct signal_bench *bench)
{
	ck_assert(state_of(bench).broken);
	ck_assert_uint_eq(state_of(bench).waiting, 0);
	ck_assert_str_eq(wait(bench, CLIENTS - 1, -1), "BROKEN_BARRIER");
	ck_assert_str_eq(wait(bench, CLIENTS - 1, 0), "BROKEN_BARRIER");
}

START_TEST(timeout_of_one_breaks_it_for_all)
{
	struct signal_bench bench;

	bench_init(&bench, 4);
	wait(&bench, 0, -1);
	wait(&bench, 1, 50);
	wait(&bench, 2, 70);
	fixture_turn(&bench.fixture, 49);
	ck_assert_str_eq(signal_bench_said(&bench), "");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 50), UINT64_MAX);
	ck_assert_str_eq(signal_bench_said(&bench), "2:BROKEN_BARRIER, 1:BROKEN_BARRIER, 3:BROKEN_BARRIER");
	expect_broken(&bench);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(wait_that_does_not_wait_and_is_not_the_last_breaks_it)
{
	struct signal_bench bench;

	bench_init(&bench, 3);
	wait(&bench, 0, -1);
	ck_assert_str_eq(wait(&bench, 1, 0), "BROKEN_BARRIER");
	ck_assert_str_eq(signal_bench_said(&bench), "1:BROKEN_BARRIER");
	expect_broken(&bench);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(cancel_death_goodbye_and_end_of_context_break_it_for_the_others)
{
	for (int how = 0; how < 4; how++) {
		struct signal_bench bench;

		bench_init(&bench, 4);
		wait(&bench, 0, -1);
		wait(&bench, 1, -1);
		wait(&bench, 1, -1);
		switch (how) {
		case 0:
			signal_bench_cancel(&bench, 1, 2);
			ck_assert_str_eq(signal_bench_said(&bench), "2:CANCELLED, 1:BROKEN_BARRIER, 3:BROKEN_BARRIER");
			break;
		case 1:
			session_context_end(bench.core, bench.clients[1], 1);
			ck_assert_str_eq(signal_bench_said(&bench), "2:CANCELLED, 1:BROKEN_BARRIER, 3:CANCELLED");
			break;
		default:
			signal_bench_end(&bench, 1, how == 2 ? FAREWELL_DEATH : FAREWELL_GOODBYE);
			ck_assert_str_eq(signal_bench_said(&bench), "1:BROKEN_BARRIER");
		}
		expect_broken(&bench);
		signal_bench_fini(&bench);
	}
}
END_TEST

START_TEST(death_of_one_who_has_passed_changes_nothing)
{
	struct signal_bench bench;

	bench_init(&bench, 2);
	wait(&bench, 0, -1);
	wait(&bench, 1, -1);
	signal_bench_said(&bench);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert(!state_of(&bench).broken);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(abort_breaks_it_until_it_is_reset)
{
	struct signal_bench bench;

	bench_init(&bench, 2);
	wait(&bench, 0, -1);
	barrier_abort(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "1:BROKEN_BARRIER");
	expect_broken(&bench);
	barrier_reset(bench.core, bench.object);
	ck_assert(!state_of(&bench).broken);
	ck_assert_str_eq(wait(&bench, 0, -1), "PENDING");
	ck_assert_str_eq(wait(&bench, 1, -1), "DONE 1");
	ck_assert_str_eq(signal_bench_said(&bench), "4:DONE 0");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(reset_breaks_those_who_wait_and_leaves_it_as_new)
{
	struct signal_bench bench;

	bench_init(&bench, 3);
	wait(&bench, 0, -1);
	wait(&bench, 1, -1);
	barrier_reset(bench.core, bench.object);
	ck_assert(!state_of(&bench).broken);
	ck_assert_str_eq(wait(&bench, 2, -1), "PENDING");
	ck_assert_str_eq(signal_bench_said(&bench), "1:BROKEN_BARRIER, 2:BROKEN_BARRIER");
	wait(&bench, 1, -1);
	ck_assert_str_eq(wait(&bench, 0, -1), "DONE 2");
	ck_assert_str_eq(signal_bench_said(&bench), "3:DONE 0, 4:DONE 1");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(removal_tells_who_waits)
{
	struct signal_bench bench;

	bench_init(&bench, 3);
	wait(&bench, 0, -1);
	wait(&bench, 1, 10);
	object_destroy(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "1:REMOVED, 2:REMOVED");
	signal_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		open_without_a_party_or_with_a_bad_wait_is_refused,
		wait_of_the_last_passes_all_with_their_indexes,
		wait_of_one_party_passes_at_once,
		wait_again_and_again_passes_in_lockstep,
		timeout_of_one_breaks_it_for_all,
		wait_that_does_not_wait_and_is_not_the_last_breaks_it,
		cancel_death_goodbye_and_end_of_context_break_it_for_the_others,
		death_of_one_who_has_passed_changes_nothing,
		abort_breaks_it_until_it_is_reset,
		reset_breaks_those_who_wait_and_leaves_it_as_new,
		removal_tells_who_waits,
		NULL,
	};

	return unit_run("barrier", tests);
}
