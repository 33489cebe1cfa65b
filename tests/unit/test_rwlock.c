/* The rwlock: who gets in, in which order, and who upgrades and downgrades. */
#include "tests/unit/rwlocks.h"

#include "tests/unit/nomem.h"

/* -- reading and writing ----------------------------------------------------------------------------------------- */

START_TEST(readers_get_in_together_and_keep_a_writer_out)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(bench_read(&bench, 0, 0), "DONE");
	ck_assert_str_eq(bench_read(&bench, 1, -1), "DONE");
	ck_assert_uint_eq(bench_state(&bench).readers, 2);
	ck_assert(!bench_state(&bench).written);
	ck_assert_str_eq(bench_write(&bench, 2, 0), "TIMED_OUT");
	ck_assert_uint_eq(rwlock_kind.len((struct object *)bench.rwlock), 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(writer_keeps_all_others_out)
{
	struct bench bench;

	bench_init(&bench);
	bench.locks.core->now_ns = 17;
	ck_assert_str_eq(bench_write(&bench, 1, 0), "DONE");
	ck_assert_str_eq(bench_read(&bench, 0, 0), "TIMED_OUT");
	ck_assert_str_eq(bench_write(&bench, 0, 0), "TIMED_OUT");
	ck_assert(bench_state(&bench).written);
	ck_assert_uint_eq(bench_state(&bench).readers, 0);
	ck_assert_uint_eq(bench_state(&bench).process, 2);
	ck_assert_uint_eq(bench_state(&bench).since_ns, 17);
	ck_assert_str_eq(bench_release_write(&bench, 1), "OK");
	ck_assert_str_eq(bench_read(&bench, 0, 0), "DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(readers_behind_a_waiting_writer_wait_and_are_let_in_together)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	ck_assert_str_eq(bench_write(&bench, 1, -1), "PENDING");
	ck_assert_str_eq(bench_read(&bench, 2, 0), "TIMED_OUT");
	ck_assert_str_eq(bench_read(&bench, 2, -1), "PENDING");
	ck_assert_str_eq(bench_read(&bench, 3, -1), "PENDING");
	bench_release_read(&bench, 0);
	ck_assert_replies(&bench, "2:DONE");
	ck_assert_str_eq(bench_write(&bench, 0, -1), "PENDING");
	bench_release_write(&bench, 1);
	ck_assert_replies(&bench, "4:DONE, 5:DONE");
	bench_release_read(&bench, 2);
	ck_assert_replies(&bench, "");
	bench_release_read(&bench, 3);
	ck_assert_replies(&bench, "6:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(tokens_rise_and_guard_while_they_are_held)
{
	struct bench bench;
	uint64_t first, second, third;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	first = bench.locks.fixture.number;
	bench_read(&bench, 1, 0);
	second = bench.locks.fixture.number;
	ck_assert_uint_gt(second, first);
	ck_assert(rwlock_guards(bench.rwlock, first) && rwlock_guards(bench.rwlock, second));
	bench_release_read(&bench, 0);
	ck_assert(!rwlock_guards(bench.rwlock, first));
	/* To write is a grant of its own. */
	ck_assert_str_eq(bench_write(&bench, 1, 0), "DONE");
	third = bench.locks.fixture.number;
	ck_assert_uint_gt(third, second);
	ck_assert(!rwlock_guards(bench.rwlock, second) && rwlock_guards(bench.rwlock, third));
	bench_release_write(&bench, 1);
	ck_assert(rwlock_guards(bench.rwlock, third));
	bench_release_read(&bench, 1);
	ck_assert(!rwlock_guards(bench.rwlock, third) && !rwlock_guards(bench.rwlock, 0));
	bench_fini(&bench);
}
END_TEST

START_TEST(holders_tell_how_and_how_often)
{
	struct holder holders[2];
	struct bench bench;

	bench_init(&bench);
	for (unsigned i = 0; i < 3; i++)
		bench_read(&bench, i, 0);
	bench_read(&bench, 2, 0);
	ck_assert_uint_eq(rwlock_kind.holders((struct object *)bench.rwlock, 0, holders, 2), 2);
	ck_assert_uint_eq(holders[0].process, 1);
	ck_assert_uint_eq(rwlock_kind.holders((struct object *)bench.rwlock, 2, holders, 2), 1);
	ck_assert_uint_eq(holders[0].process, 3);
	ck_assert_uint_eq(holders[0].count, 2);
	ck_assert_str_eq(holders[0].how, "shared");
	for (unsigned i = 0; i < 2; i++)
		bench_release_read(&bench, i);
	bench_write(&bench, 2, 0);
	ck_assert_uint_eq(rwlock_kind.holders((struct object *)bench.rwlock, 0, holders, 2), 1);
	ck_assert_str_eq(holders[0].how, "exclusive");
	bench_fini(&bench);
}
END_TEST

/* -- again ------------------------------------------------------------------------------------------------------- */

START_TEST(read_by_a_reader_passes_waiting_writers_and_is_counted)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_write(&bench, 1, -1);
	ck_assert_str_eq(bench_read(&bench, 0, -1), "DONE");
	bench_release_read(&bench, 0);
	ck_assert_replies(&bench, "");
	bench_release_read(&bench, 0);
	ck_assert_replies(&bench, "2:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(writer_reads_and_writes_again_and_leaves_when_all_is_released)
{
	struct bench bench;

	bench_init(&bench);
	bench_write(&bench, 0, 0);
	ck_assert_str_eq(bench_write(&bench, 0, -1), "DONE");
	ck_assert_str_eq(bench_read(&bench, 0, -1), "DONE");
	bench_read(&bench, 1, -1);
	bench_write(&bench, 2, -1);
	bench_release_write(&bench, 0);
	ck_assert_replies(&bench, "");
	/* From now on it only reads. */
	bench_release_write(&bench, 0);
	ck_assert_replies(&bench, "4:DONE");
	bench_release_read(&bench, 0);
	bench_release_read(&bench, 1);
	ck_assert_replies(&bench, "5:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(release_of_what_is_not_held_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(bench_release_read(&bench, 0), "NOT_LOCKED");
	ck_assert_str_eq(bench_release_write(&bench, 0), "NOT_LOCKED");
	bench_read(&bench, 0, 0);
	ck_assert_str_eq(bench_release_write(&bench, 0), "NOT_LOCKED");
	ck_assert_str_eq(bench_release_read(&bench, 1), "NOT_OWNER");
	ck_assert_str_eq(bench_downgrade(&bench, 0), "NOT_LOCKED");
	bench_release_read(&bench, 0);
	bench_write(&bench, 0, 0);
	ck_assert_str_eq(bench_release_read(&bench, 0), "NOT_LOCKED");
	ck_assert_str_eq(bench_release_read(&bench, 1), "NOT_LOCKED");
	ck_assert_str_eq(bench_release_write(&bench, 1), "NOT_OWNER");
	ck_assert_status(rwlock_release_write(bench.locks.core, bench.rwlock, bench.locks.clients[0], 2),
	    CONCUR_NOT_OWNER);
	bench_fini(&bench);
}
END_TEST

START_TEST(call_of_who_waits_for_it_already_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_read(&bench, 1, 0);
	ck_assert_str_eq(bench_write(&bench, 1, -1), "PENDING");
	ck_assert_str_eq(bench_write(&bench, 1, -1), "WAITING");
	ck_assert_str_eq(bench_read(&bench, 1, 0), "WAITING");
	ck_assert_str_eq(bench_release_read(&bench, 1), "WAITING");
	bench_fini(&bench);
}
END_TEST

/* -- upgrade and downgrade --------------------------------------------------------------------------------------- */

START_TEST(write_by_the_only_reader_is_done_at_once_even_past_others)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_write(&bench, 1, -1);
	ck_assert_str_eq(bench_write(&bench, 0, 0), "DONE");
	ck_assert(bench_state(&bench).written);
	bench_release_write(&bench, 0);
	ck_assert_replies(&bench, "");
	bench_release_read(&bench, 0);
	ck_assert_replies(&bench, "2:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(write_by_one_of_the_readers_waits_in_front_of_all)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_read(&bench, 1, 0);
	ck_assert_str_eq(bench_write(&bench, 2, -1), "PENDING");
	ck_assert_str_eq(bench_write(&bench, 0, 0), "TIMED_OUT");
	ck_assert_str_eq(bench_write(&bench, 0, -1), "PENDING");
	ck_assert_str_eq(bench_read(&bench, 3, 0), "TIMED_OUT");
	bench_release_read(&bench, 1);
	ck_assert_replies(&bench, "5:DONE");
	bench_release_write(&bench, 0);
	ck_assert_replies(&bench, "");
	bench_release_read(&bench, 0);
	ck_assert_replies(&bench, "3:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(second_upgrade_is_a_deadlock_at_once)
{
	struct bench bench;

	bench_init(&bench);
	bench_read(&bench, 0, 0);
	bench_read(&bench, 1, 0);
	/* Even where the first has an end. */
	ck_assert_str_eq(bench_write(&bench, 0, 100), "PENDING");
	ck_assert_str_eq(bench_write(&bench, 1, 50), "DEADLOCK");
	ck_assert_ptr_nonnull(strstr(bench.locks.core->detail, "process 1 context 1"));
	bench_release_read(&bench, 1);
	ck_assert_replies(&bench, "3:DONE");
	bench_fini(&bench);
}
END_TEST

START_TEST(downgrade_lets_readers_in_and_keeps_the_token)
{
	struct bench bench;
	uint64_t token;

	bench_init(&bench);
	bench_write(&bench, 0, 0);
	token = bench.locks.fixture.number;
	bench_read(&bench, 1, -1);
	bench_write(&bench, 2, -1);
	bench_read(&bench, 3, -1);
	ck_assert_str_eq(bench_downgrade(&bench, 0), "OK");
	ck_assert_uint_eq(bench.locks.fixture.number, token);
	ck_assert_replies(&bench, "2:DONE");
	ck_assert_uint_eq(bench_state(&bench).readers, 2);
	ck_assert_str_eq(bench_release_write(&bench, 0), "NOT_LOCKED");
	bench_release_read(&bench, 0);
	bench_release_read(&bench, 1);
	ck_assert_replies(&bench, "3:DONE");
	bench_fini(&bench);
}
END_TEST

/* -- memory ------------------------------------------------------------------------------------------------------ */

START_TEST(no_memory_is_a_status_and_leaves_nothing)
{
	static const bool writes[] = { false, true };

	for (size_t i = 0; i < UNIT_COUNT(writes); i++) {
		struct bench bench;
		const char *status = "NO_MEMORY";
		unsigned good = 0;

		bench_init(&bench);
		bench_read(&bench, 0, 0);
		for (; strcmp(status, "NO_MEMORY") == 0; good++) {
			nomem_arm(good);
			status = writes[i] ? bench_write(&bench, 1, -1) : bench_read(&bench, 1, -1);
			(void)nomem_disarm();
		}
		ck_assert_str_eq(status, writes[i] ? "PENDING" : "DONE");
		ck_assert_uint_gt(good, 2);
		bench_fini(&bench);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		readers_get_in_together_and_keep_a_writer_out,
		writer_keeps_all_others_out,
		readers_behind_a_waiting_writer_wait_and_are_let_in_together,
		tokens_rise_and_guard_while_they_are_held,
		holders_tell_how_and_how_often,
		read_by_a_reader_passes_waiting_writers_and_is_counted,
		writer_reads_and_writes_again_and_leaves_when_all_is_released,
		release_of_what_is_not_held_is_refused,
		call_of_who_waits_for_it_already_is_refused,
		write_by_the_only_reader_is_done_at_once_even_past_others,
		write_by_one_of_the_readers_waits_in_front_of_all,
		second_upgrade_is_a_deadlock_at_once,
		downgrade_lets_readers_in_and_keeps_the_token,
		no_memory_is_a_status_and_leaves_nothing,
		NULL,
	};

	return unit_run("rwlock", tests);
}
