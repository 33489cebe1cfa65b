/* Semaphores when those who hold permits die or leave: what returns, what is told, which releases are absorbed. */
#include "tests/unit/nomem.h"
#include "tests/unit/semaphores.h"

/* Three permits, of each sort. */
static const struct object_options plain = { .kind = KIND_SEMAPHORE, .count = 3 };
static const struct object_options bounded = { .kind = KIND_SEMAPHORE, .count = 3, .bounded = true };
static const struct object_options owned = { .kind = KIND_SEMAPHORE, .count = 3, .strict = true };

#define ck_assert_state(bench, expected_value, expected_credits)                      \
	do {                                                                          \
		ck_assert_int_eq(semaphores_state(bench).value, expected_value);      \
		ck_assert_uint_eq(semaphores_state(bench).credits, expected_credits); \
	} while (0)

/* -- owned permits ----------------------------------------------------------------------------------------------- */

START_TEST(death_returns_owned_permits_and_the_next_owner_alone_is_told)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &owned);
	semaphores_acquire(&bench, 0, 3, 0);
	semaphores_acquire(&bench, 1, 1, -1);
	semaphores_acquire(&bench, 2, 1, -1);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	core_answer(bench.core);
	ck_assert_uint_eq(bench.fixture.death.process, 0); /* of the last reply */
	ck_assert_str_eq(signal_bench_said(&bench), "2:OWNER_DIED, 3:DONE");
	ck_assert_state(&bench, 1, 0);
	ck_assert_str_eq(semaphores_acquire(&bench, 3, 1, 0), "DONE");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(death_with_nobody_waiting_is_told_to_whoever_comes_later)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &owned);
	semaphores_acquire(&bench, 0, 1, 0);
	fixture_turn(&bench.fixture, 77);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_state(&bench, 3, 0);
	ck_assert_str_eq(semaphores_acquire(&bench, 1, 1, 0), "OWNER_DIED");
	ck_assert_uint_eq(bench.fixture.death.process, 1);
	ck_assert_uint_eq(bench.fixture.death.context, 1);
	ck_assert_uint_eq(bench.fixture.death.at_ns, 77);
	ck_assert_str_eq(semaphores_acquire(&bench, 1, 1, 0), "DONE");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(goodbye_returns_owned_permits_without_a_word)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &owned);
	semaphores_acquire(&bench, 0, 3, 0);
	semaphores_acquire(&bench, 1, 2, -1);
	signal_bench_end(&bench, 0, FAREWELL_GOODBYE);
	ck_assert_str_eq(signal_bench_said(&bench), "2:DONE");
	ck_assert_state(&bench, 1, 0);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(end_of_a_context_returns_its_permits_and_no_others)
{
	struct signal_bench bench;
	struct result result = { 0 };
	struct ask ask;

	signal_bench_init(&bench, &owned);
	semaphores_acquire(&bench, 0, 1, 0);
	ask = signal_bench_ask(&bench, 0, 0);
	ask.context = 2;
	ck_assert_status(semaphore_acquire(bench.core, bench.object, &ask, 2, &result), CONCUR_OK);
	session_context_end(bench.core, bench.clients[0], 2);
	ck_assert_state(&bench, 2, 0);
	ck_assert_uint_eq(semaphores_state(&bench).holders, 1);
	ck_assert_str_eq(semaphores_release(&bench, 0, 1), "OK");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(death_after_a_resize_returns_what_fills_the_gap_first)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &owned);
	semaphores_acquire(&bench, 0, 3, 0);
	ck_assert_status(semaphore_resize(bench.core, bench.object, 1), CONCUR_OK);
	ck_assert_state(&bench, -2, 0);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_state(&bench, 1, 0);
	signal_bench_fini(&bench);
}
END_TEST

/* -- anonymous permits ------------------------------------------------------------------------------------------- */

START_TEST(death_returns_anonymous_permits_with_a_credit_for_each)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &bounded);
	semaphores_acquire(&bench, 0, 2, 0);
	semaphores_acquire(&bench, 1, 3, -1);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_str_eq(signal_bench_said(&bench), "2:DONE");
	ck_assert_state(&bench, 0, 2);
	/* Two on behalf of the dead; then there is nobody left to speak for but the holder. */
	ck_assert_str_eq(semaphores_release(&bench, 2, 2), "OK");
	ck_assert_state(&bench, 0, 0);
	ck_assert_str_eq(semaphores_release(&bench, 2, 4), "OVER_RELEASE");
	ck_assert_str_eq(semaphores_release(&bench, 1, 3), "OK");
	ck_assert_state(&bench, 3, 0);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(credits_absorb_releases_one_by_one_while_all_permits_are_free)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &bounded);
	semaphores_acquire(&bench, 0, 2, 0);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_state(&bench, 3, 2);
	ck_assert_str_eq(semaphores_release(&bench, 1, 3), "OVER_RELEASE");
	ck_assert_state(&bench, 3, 2);
	ck_assert_str_eq(semaphores_release(&bench, 1, 1), "OK");
	ck_assert_state(&bench, 3, 1);
	ck_assert_str_eq(semaphores_release(&bench, 2, 1), "OK");
	ck_assert_state(&bench, 3, 0);
	ck_assert_str_eq(semaphores_release(&bench, 1, 1), "OVER_RELEASE");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(credits_are_gone_when_all_permits_are_back)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &bounded);
	semaphores_acquire(&bench, 0, 1, 0);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	semaphores_acquire(&bench, 1, 2, 0);
	ck_assert_state(&bench, 1, 1);
	/* What one holds is released before anything is absorbed. */
	ck_assert_str_eq(semaphores_release(&bench, 1, 1), "OK");
	ck_assert_state(&bench, 2, 1);
	ck_assert_str_eq(semaphores_release(&bench, 1, 1), "OK");
	ck_assert_state(&bench, 3, 0);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(death_returns_no_permit_that_others_have_released_already)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &plain);
	semaphores_acquire(&bench, 0, 2, 0);
	ck_assert_str_eq(semaphores_release(&bench, 1, 1), "OK");
	ck_assert_state(&bench, 2, 0);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_state(&bench, 3, 1);
	signal_bench_fini(&bench);
}
END_TEST

/* A semaphore that begins at 0 carries signals: who dies has used up those it took. */
START_TEST(death_returns_no_signal_past_the_first_count)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &(struct object_options){ .kind = KIND_SEMAPHORE, .has_count = true });
	semaphores_release(&bench, 0, 5);
	semaphores_acquire(&bench, 1, 3, 0);
	signal_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_state(&bench, 2, 0);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(goodbye_leaves_anonymous_permits_to_be_released_by_others)
{
	struct signal_bench bench;

	signal_bench_init(&bench, &bounded);
	semaphores_acquire(&bench, 0, 2, 0);
	signal_bench_end(&bench, 0, FAREWELL_GOODBYE);
	ck_assert_state(&bench, 1, 0);
	ck_assert_uint_eq(semaphores_state(&bench).holders, 0);
	ck_assert_str_eq(semaphores_release(&bench, 1, 2), "OK");
	ck_assert_str_eq(semaphores_release(&bench, 1, 1), "OVER_RELEASE");
	signal_bench_fini(&bench);
}
END_TEST

/* -- no memory --------------------------------------------------------------------------------------------------- */

START_TEST(acquire_without_memory_leaves_all_as_it_was)
{
	struct signal_bench bench;
	const char *answer;
	unsigned nth = 0;

	signal_bench_init(&bench, &owned);
	do {
		struct ask ask = signal_bench_ask(&bench, 0, 0);
		struct result result = { 0 };
		enum concur_status status;

		nomem_arm(nth++);
		status = semaphore_acquire(bench.core, bench.object, &ask, 2, &result);
		ck_assert_int_eq(nomem_disarm(), status == CONCUR_NO_MEMORY);
		answer = signal_bench_answer(&bench, status, &result);
		ck_assert_state(&bench, status == CONCUR_OK ? 1 : 3, 0);
		ck_assert_uint_eq(semaphores_state(&bench).holders, status == CONCUR_OK);
	} while (strcmp(answer, "NO_MEMORY") == 0);
	ck_assert_str_eq(answer, "DONE");
	ck_assert_uint_ge(nth, 3); /* the owner, and what it holds */
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(acquire_that_waits_without_memory_leaves_all_as_it_was)
{
	struct signal_bench bench;
	enum concur_status status;
	unsigned nth = 0;

	signal_bench_init(&bench, &owned);
	semaphores_acquire(&bench, 0, 3, 0);
	do {
		struct ask ask = signal_bench_ask(&bench, 1, 100);
		struct result result = { 0 };

		nomem_arm(nth++);
		status = semaphore_acquire(bench.core, bench.object, &ask, 2, &result);
		ck_assert_int_eq(nomem_disarm(), status == CONCUR_NO_MEMORY);
		ck_assert_uint_eq(semaphores_state(&bench).waiters, status == CONCUR_PENDING);
	} while (status == CONCUR_NO_MEMORY);
	ck_assert_status(status, CONCUR_PENDING);
	ck_assert_uint_ge(nth, 4);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(waiter_is_served_without_memory)
{
	struct signal_bench bench;
	const char *status;

	signal_bench_init(&bench, &owned);
	semaphores_acquire(&bench, 0, 3, 0);
	semaphores_acquire(&bench, 1, 1, -1);
	semaphores_acquire(&bench, 2, 1, -1);
	nomem_starve(0);
	status = semaphores_release(&bench, 0, 2);
	nomem_disarm();
	ck_assert_str_eq(status, "OK");
	ck_assert_str_eq(signal_bench_said(&bench), "2:DONE, 3:DONE");
	ck_assert_state(&bench, 0, 0);
	signal_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		death_returns_owned_permits_and_the_next_owner_alone_is_told,
		death_with_nobody_waiting_is_told_to_whoever_comes_later,
		goodbye_returns_owned_permits_without_a_word,
		end_of_a_context_returns_its_permits_and_no_others,
		death_after_a_resize_returns_what_fills_the_gap_first,
		death_returns_anonymous_permits_with_a_credit_for_each,
		credits_absorb_releases_one_by_one_while_all_permits_are_free,
		credits_are_gone_when_all_permits_are_back,
		death_returns_no_permit_that_others_have_released_already,
		death_returns_no_signal_past_the_first_count,
		goodbye_leaves_anonymous_permits_to_be_released_by_others,
		acquire_without_memory_leaves_all_as_it_was,
		acquire_that_waits_without_memory_leaves_all_as_it_was,
		waiter_is_served_without_memory,
		NULL,
	};

	return unit_run("semaphore_death", tests);
}
