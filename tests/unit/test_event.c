/* The event: who goes on at a set, and who does not. */
#include "tests/unit/signal_bench.h"

#include "daemon/core/event.h"

static void
bench_init(struct signal_bench *bench)
{
	signal_bench_init(bench, &(struct object_options){ .kind = KIND_EVENT });
}

static const char *
wait(struct signal_bench *bench, unsigned client, int64_t wait_ns)
{
	struct ask ask = signal_bench_ask(bench, client, wait_ns);
	struct result result = { 0 };
	enum concur_status status = event_wait(bench->core, bench->object, &ask, &result);

	return signal_bench_answer(bench, status, &result);
}

START_TEST(wait_on_clear_event_times_out_on_set_one_is_done)
{
	struct signal_bench bench;

	bench_init(&bench);
	ck_assert(!event_is_set(bench.object));
	ck_assert_str_eq(wait(&bench, 0, 0), "TIMED_OUT");
	event_set(bench.core, bench.object);
	ck_assert(event_is_set(bench.object));
	ck_assert_str_eq(wait(&bench, 0, 0), "DONE");
	ck_assert_str_eq(wait(&bench, 1, -1), "DONE");
	event_clear(bench.core, bench.object);
	ck_assert(!event_is_set(bench.object));
	ck_assert_str_eq(wait(&bench, 0, 0), "TIMED_OUT");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(set_answers_all_who_wait_in_their_order)
{
	struct signal_bench bench;

	bench_init(&bench);
	for (unsigned i = 0; i < CLIENTS; i++)
		ck_assert_str_eq(wait(&bench, CLIENTS - 1 - i, -1), "PENDING");
	event_set(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "1:DONE, 2:DONE, 3:DONE, 4:DONE");
	signal_bench_fini(&bench);
}
END_TEST

/* Python's promise: it is decided at the set who goes on. */
START_TEST(set_followed_by_clear_answers_all_who_waited_and_no_later_one)
{
	struct signal_bench bench;

	bench_init(&bench);
	ck_assert_str_eq(wait(&bench, 0, -1), "PENDING");
	ck_assert_str_eq(wait(&bench, 1, 50), "PENDING");
	event_set(bench.core, bench.object);
	event_clear(bench.core, bench.object);
	ck_assert_str_eq(wait(&bench, 2, -1), "PENDING");
	ck_assert_str_eq(signal_bench_said(&bench), "1:DONE, 2:DONE");
	fixture_turn(&bench.fixture, 1000);
	ck_assert_str_eq(signal_bench_said(&bench), "");
	event_set(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "3:DONE");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(set_and_clear_that_change_nothing_leave_the_version)
{
	struct signal_bench bench;
	struct object *object;
	uint64_t version;

	bench_init(&bench);
	object = bench.object;
	version = object->version;
	event_clear(bench.core, bench.object);
	ck_assert_uint_eq(object->version, version);
	event_set(bench.core, bench.object);
	ck_assert_uint_ne(object->version, version);
	version = object->version;
	event_set(bench.core, bench.object);
	ck_assert_uint_eq(object->version, version);
	event_clear(bench.core, bench.object);
	ck_assert_uint_ne(object->version, version);
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(waiters_that_leave_by_time_cancel_or_death_leave_the_others)
{
	struct signal_bench bench;

	bench_init(&bench);
	wait(&bench, 0, 10);
	wait(&bench, 1, -1);
	wait(&bench, 2, -1);
	wait(&bench, 3, -1);
	fixture_turn(&bench.fixture, 10);
	signal_bench_cancel(&bench, 1, 2);
	signal_bench_end(&bench, 2, FAREWELL_DEATH);
	ck_assert_str_eq(signal_bench_said(&bench), "1:TIMED_OUT, 2:CANCELLED");
	ck_assert_uint_eq(((struct object *)bench.object)->waiting, 1);
	event_set(bench.core, bench.object);
	ck_assert_str_eq(signal_bench_said(&bench), "4:DONE");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(death_of_the_one_who_set_it_leaves_it_set)
{
	struct signal_bench bench;

	bench_init(&bench);
	event_set(bench.core, bench.object);
	signal_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_str_eq(wait(&bench, 1, 0), "DONE");
	signal_bench_fini(&bench);
}
END_TEST

START_TEST(removal_tells_who_waits)
{
	struct signal_bench bench;

	bench_init(&bench);
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
		wait_on_clear_event_times_out_on_set_one_is_done,
		set_answers_all_who_wait_in_their_order,
		set_followed_by_clear_answers_all_who_waited_and_no_later_one,
		set_and_clear_that_change_nothing_leave_the_version,
		waiters_that_leave_by_time_cancel_or_death_leave_the_others,
		death_of_the_one_who_set_it_leaves_it_set,
		removal_tells_who_waits,
		NULL,
	};

	return unit_run("event", tests);
}
