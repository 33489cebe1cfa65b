/* What deaths, goodbyes, time-outs and removals do to an rwlock. */
#include "tests/unit/rwlocks.h"

START_TEST(death_of_a_reader_just_leaves)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_read(&bench, 0, 0);
	bench_write(&bench, 1, -1);
	locks_kill(&bench.locks, 0);
	ck_assert_replies(&bench, "3:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_a_writer_is_told_to_the_next_writer_once)
{
	struct bench bench;
	uint64_t token;

	bench_init(&bench);
	bench_write(&bench, 0, 0);
	token = bench.locks.fixture.number;
	bench_write(&bench, 1, -1);
	bench_write(&bench, 2, -1);
	locks_kill(&bench.locks, 0);
	ck_assert_replies(&bench, "2:OWNER_DIED");
	ck_assert_uint_eq(bench.locks.fixture.death.process, 1);
	ck_assert_uint_eq(bench.locks.fixture.death.token, token);
	bench_release_write(&bench, 1);
	ck_assert_replies(&bench, "3:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_a_writer_is_told_to_the_first_of_many_readers)
{
	struct bench bench;

	bench_init(&bench);
	bench_write(&bench, 0, 0);
	bench_read(&bench, 1, -1);
	bench_read(&bench, 2, -1);
	locks_kill(&bench.locks, 0);
	ck_assert_replies(&bench, "2:OWNER_DIED, 3:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_who_wrote_and_read_tells_who_comes_later)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_write(&bench, 0, 0);
	locks_kill(&bench.locks, 0);
	ck_assert_str_eq(bench_read(&bench, 1, 0), "OWNER_DIED");
	ck_assert_str_eq(bench_read(&bench, 2, 0), "DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(death_after_downgrade_is_that_of_a_reader)
{
	struct bench bench;

	bench_init(&bench);
	bench_write(&bench, 0, 0);
	bench_downgrade(&bench, 0);
	locks_kill(&bench.locks, 0);
	ck_assert_str_eq(bench_write(&bench, 1, 0), "DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(goodbye_of_a_writer_is_no_death)
{
	struct bench bench;

	bench_init(&bench);
	bench_write(&bench, 0, 0);
	bench_read(&bench, 1, -1);
	session_end(bench.locks.core, bench.locks.clients[0], FAREWELL_GOODBYE);
	ck_assert_replies(&bench, "2:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_a_waiting_writer_lets_readers_behind_it_in)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_write(&bench, 1, -1);
	bench_read(&bench, 2, -1);
	bench_read(&bench, 3, -1);
	locks_kill(&bench.locks, 1);
	ck_assert_replies(&bench, "3:DONE, 4:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(time_out_of_a_waiting_writer_lets_readers_behind_it_in)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_write(&bench, 1, 10);
	bench_read(&bench, 2, -1);
	fixture_turn(&bench.locks.fixture, 10);
	ck_assert_replies(&bench, "2:TIMED_OUT, 3:DONE");
	bench_fini(&bench);
}
END_TEST

/* Its read is still held when it has given up, and another may try. */
START_TEST(time_out_of_an_upgrade_leaves_a_reader)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_read(&bench, 1, 0);
	bench_write(&bench, 0, 10);
	bench_read(&bench, 2, -1);
	fixture_turn(&bench.locks.fixture, 10);
	ck_assert_replies(&bench, "3:TIMED_OUT, 4:DONE");
	ck_assert_uint_eq(bench_state(&bench).readers, 3);
	ck_assert_str_eq(bench_write(&bench, 1, -1), "PENDING");
	bench_release_read(&bench, 0);
	bench_release_read(&bench, 2);
	ck_assert_replies(&bench, "5:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(death_of_an_upgrader_leaves_with_its_read)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_read(&bench, 1, 0);
	bench_write(&bench, 0, -1);
	bench_write(&bench, 2, -1);
	locks_kill(&bench.locks, 0);
	bench_release_read(&bench, 1);
	ck_assert_replies(&bench, "4:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(context_end_of_a_writer_is_told_and_cancels_what_waits)
{
	struct bench bench;

	bench_init(&bench);
	bench_write(&bench, 0, 0);
	bench_read(&bench, 1, -1);
	bench_write(&bench, 2, -1);
	session_context_end(bench.locks.core, bench.locks.clients[1], 1);
	ck_assert_replies(&bench, "2:CANCELLED");
	session_context_end(bench.locks.core, bench.locks.clients[0], 1);
	ck_assert_replies(&bench, "3:OWNER_DIED");
	bench_fini(&bench);
}
END_TEST

START_TEST(destroy_removes_waiters_and_lets_go_of_shares_by_steps)
{
	struct bench bench;

	bench_init(&bench);
	for (unsigned i = 0; i < 3; i++)
		bench_read(&bench, i, 0);
	bench_write(&bench, 3, -1);
	object_destroy(bench.locks.core, (struct object *)bench.rwlock);
	ck_assert_replies(&bench, "4:REMOVED");
	bench.locks.fixture.limits.turn_steps = 1;
	ck_assert_uint_eq(fixture_turn(&bench.locks.fixture, 1), 0);
	/* One that ends meanwhile takes its share along. */
	ck_assert_ptr_nonnull(owner_find(bench.locks.clients[2], 1));
	locks_kill(&bench.locks, 2);
	fixture_settle(&bench.locks.fixture);
	for (unsigned i = 0; i < 2; i++)
		ck_assert_ptr_null(owner_find(bench.locks.clients[i], 1));
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		death_of_a_reader_just_leaves,
		death_of_a_writer_is_told_to_the_next_writer_once,
		death_of_a_writer_is_told_to_the_first_of_many_readers,
		death_of_who_wrote_and_read_tells_who_comes_later,
		death_after_downgrade_is_that_of_a_reader,
		goodbye_of_a_writer_is_no_death,
		death_of_a_waiting_writer_lets_readers_behind_it_in,
		time_out_of_a_waiting_writer_lets_readers_behind_it_in,
		time_out_of_an_upgrade_leaves_a_reader,
		death_of_an_upgrader_leaves_with_its_read,
		context_end_of_a_writer_is_told_and_cancels_what_waits,
		destroy_removes_waiters_and_lets_go_of_shares_by_steps,
		NULL,
	};

	return unit_run("rwlock_ends", tests);
}
