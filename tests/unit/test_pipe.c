/* Pipes: what goes through, who waits, and what an end's going does. Each letter is a value. */
#include "tests/unit/nomem.h"
#include "tests/unit/pipe_bench.h"

#include <stdio.h>

/* -- sending and receiving --------------------------------------------------------------------------------------- */

START_TEST(recv_gives_values_in_the_order_sent)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, true);
	pipe_bench_send_letters(&bench, 1, "abc");
	pipe_bench_send_letters(&bench, 0, "xy");
	pipe_bench_expect_state(&bench, 0, 3, 0, 0, 0);
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, 0), "DONE 'a'");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, -1), "DONE 'b'");
	ck_assert_str_eq(pipe_bench_recv(&bench, 1, 1, 1, 0), "DONE 'x'");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, 50), "DONE 'c'");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, 0), "EMPTY");
	pipe_bench_expect_state(&bench, 1, 1, 0, 0, 0);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(send_against_the_direction_is_a_type_error)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, false);
	ck_assert_str_eq(pipe_bench_send(&bench, 0, 0, 1, -1, "a"), "TYPE_ERROR");
	ck_assert_str_eq(pipe_bench_recv(&bench, 1, 1, 1, -1), "TYPE_ERROR");
	ck_assert_str_eq(pipe_bench_poll(&bench, 1, 1, 1, -1), "TYPE_ERROR");
	pipe_bench_send_letters(&bench, 1, "a");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, 0), "DONE 'a'");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(recv_by_several_is_served_in_their_order)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, true);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_str_eq(pipe_bench_recv(&bench, 0, i, i + 1, -1), "PENDING");
	pipe_bench_expect_state(&bench, 0, 0, 3, 0, 0);
	pipe_bench_send_letters(&bench, 1, "ab");
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE 'a', 2:DONE 'b'");
	/* Those who came later go behind the one that waits. */
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 4, 0), "EMPTY");
	waiter_cancel(&bench.fixture.core, waiter_find(bench.clients[2], 3), CONCUR_CANCELLED);
	ck_assert_str_eq(fixture_said(&bench.fixture), "3:CANCELLED");
	pipe_bench_expect_state(&bench, 0, 0, 0, 0, 0);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(poll_waits_for_a_value_and_takes_none)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, true);
	ck_assert_str_eq(pipe_bench_poll(&bench, 0, 0, 1, 0), "EMPTY");
	ck_assert_str_eq(pipe_bench_poll(&bench, 0, 0, 1, -1), "PENDING");
	ck_assert_str_eq(pipe_bench_poll(&bench, 0, 0, 2, 70), "PENDING");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 2, 3, -1), "PENDING");
	pipe_bench_expect_state(&bench, 0, 0, 1, 2, 0);
	/* The first is for the receiver: nothing stays to be polled for. */
	pipe_bench_send_letters(&bench, 1, "a");
	ck_assert_str_eq(fixture_said(&bench.fixture), "3:DONE 'a'");
	fixture_turn(&bench.fixture, 70);
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:EMPTY");
	pipe_bench_expect_state(&bench, 0, 0, 0, 1, 0);
	pipe_bench_send_letters(&bench, 1, "b");
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE");
	ck_assert_str_eq(pipe_bench_poll(&bench, 0, 0, 4, -1), "DONE");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 4, 0), "DONE 'b'");
	pipe_bench_expect_state(&bench, 0, 0, 0, 0, 0);
	pipe_bench_fini(&bench);
}
END_TEST

/* -- room --------------------------------------------------------------------------------------------------------- */

START_TEST(send_past_the_limit_waits_for_room_in_order)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, false);
	pipe_bench_send_letters(&bench, 1, "abc");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 1, 1, 0, "d"), "FULL");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 1, 2, -1, "d"), "PENDING");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 2, 3, 40, "e"), "PENDING");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 1, 4, -1, "f"), "PENDING");
	pipe_bench_expect_state(&bench, 1, 0, 0, 0, 3);
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 5, 0), "DONE 'a'");
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE");
	fixture_turn(&bench.fixture, 40);
	ck_assert_str_eq(fixture_said(&bench.fixture), "3:FULL");
	for (unsigned i = 0; i < 4; i++) {
		static const char *const expected[] = { "DONE 'b'", "DONE 'c'", "DONE 'd'", "DONE 'f'" };

		ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 5, 0), expected[i]);
	}
	ck_assert_str_eq(fixture_said(&bench.fixture), "4:DONE");
	pipe_bench_expect_state(&bench, 1, 0, 0, 0, 0);
	pipe_bench_fini(&bench);
}
END_TEST

static const char large[] = "a text that alone is larger than all that may be under way, of a hundred bytes and some"
			    " more, so that it fills the pipe";

START_TEST(send_of_large_value_goes_when_nothing_is_under_way)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, false);
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 1, 1, 0, large), "DONE");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 1, 2, 0, "b"), "FULL");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 1, 3, -1, large), "PENDING");
	/* It would fit, but goes behind the one that waits. */
	pipe_bench_recv(&bench, 0, 0, 4, 0);
	ck_assert_str_eq(fixture_said(&bench.fixture), "3:DONE");
	pipe_bench_expect_state(&bench, 0, 1, 0, 0, 0);
	pipe_bench_fini(&bench);
}
END_TEST

/* A large one that waits, and a small one behind it that would fit. */
static void
stand_in_line(struct pipe_bench *bench)
{
	pipe_bench_init(bench, false);
	pipe_bench_send_letters(bench, 1, "a");
	ck_assert_str_eq(pipe_bench_send(bench, 1, 1, 1, 90, large), "PENDING");
	ck_assert_str_eq(pipe_bench_send(bench, 1, 2, 2, -1, "b"), "PENDING");
	ck_assert_str_eq(pipe_bench_send(bench, 1, 2, 3, 0, "c"), "FULL");
}

START_TEST(cancel_of_first_sender_lets_the_next_go)
{
	struct pipe_bench bench;

	stand_in_line(&bench);
	waiter_cancel(&bench.fixture.core, waiter_find(bench.clients[1], 1), CONCUR_CANCELLED);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:CANCELLED, 2:DONE");
	pipe_bench_expect_state(&bench, 0, 2, 0, 0, 0);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(timeout_of_first_sender_lets_the_next_go)
{
	struct pipe_bench bench;

	stand_in_line(&bench);
	fixture_turn(&bench.fixture, 90);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:FULL, 2:DONE");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(death_of_first_sender_lets_the_next_go)
{
	struct pipe_bench bench;

	stand_in_line(&bench);
	/* The other sender's call keeps the end open for as long as it waits, but no longer. */
	session_end(&bench.fixture.core, bench.clients[1], FAREWELL_DEATH);
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE");
	pipe_bench_expect_state(&bench, 0, 2, 0, 0, 0);
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 4, 0), "DONE 'a'");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 4, 0), "DONE 'b'");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 4, 0), "END_OF_FILE");
	pipe_bench_fini(&bench);
}
END_TEST

/* -- an end that goes --------------------------------------------------------------------------------------------- */

static void
go_by_death(struct pipe_bench *bench)
{
	pipe_bench_end(bench, 1, FAREWELL_DEATH);
}

static void
go_by_goodbye(struct pipe_bench *bench)
{
	pipe_bench_end(bench, 1, FAREWELL_GOODBYE);
}

static void
go_by_last_handle(struct pipe_bench *bench)
{
	ck_assert(session_unref(&bench->fixture.core, bench->clients[1], object_id((struct object *)bench->ends[1])));
	fixture_settle(&bench->fixture);
}

static void
go_by_close(struct pipe_bench *bench)
{
	pipe_close(&bench->fixture.core, bench->ends[1]);
}

/* The ways in which end 1 can go. */
static void (*const goings[])(
    struct pipe_bench *bench) = { go_by_death, go_by_goodbye, go_by_last_handle, go_by_close };

START_TEST(going_of_an_end_gives_end_of_file_after_what_was_sent)
{
	for (size_t i = 0; i < UNIT_COUNT(goings); i++) {
		struct pipe_bench bench;
		struct pipe_state state;

		pipe_bench_init(&bench, true);
		pipe_bench_send_letters(&bench, 1, "ab");
		pipe_bench_send_letters(&bench, 0, "xyz");
		goings[i](&bench);
		pipe_state(bench.ends[0], &state);
		ck_assert(!state.is_open);
		ck_assert_str_eq(pipe_bench_send(&bench, 0, 0, 1, 0, "w"), "BROKEN_PIPE");
		ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 2, 0), "DONE 'a'");
		ck_assert_str_eq(pipe_bench_poll(&bench, 0, 0, 2, 0), "DONE");
		ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 2, -1), "DONE 'b'");
		ck_assert_str_eq(pipe_bench_poll(&bench, 0, 0, 2, -1), "END_OF_FILE");
		ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 2, -1), "END_OF_FILE");
		pipe_bench_fini(&bench);
	}
}
END_TEST

START_TEST(going_of_an_end_wakes_who_waits_at_the_other)
{
	for (size_t i = 0; i < UNIT_COUNT(goings); i++) {
		struct pipe_bench bench;

		pipe_bench_init(&bench, true);
		pipe_bench_send_letters(&bench, 0, "xyz");
		ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, -1), "PENDING");
		ck_assert_str_eq(pipe_bench_recv(&bench, 0, 2, 2, -1), "PENDING");
		ck_assert_str_eq(pipe_bench_poll(&bench, 0, 0, 3, -1), "PENDING");
		ck_assert_str_eq(pipe_bench_send(&bench, 0, 0, 4, -1, "w"), "PENDING");
		goings[i](&bench);
		ck_assert_str_eq(fixture_said(&bench.fixture),
		    "4:BROKEN_PIPE, 1:END_OF_FILE, 2:END_OF_FILE, 3:END_OF_FILE");
		pipe_bench_expect_state(&bench, 0, 0, 0, 0, 0);
		pipe_bench_fini(&bench);
	}
}
END_TEST

START_TEST(close_removes_what_waits_on_the_end)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, true);
	pipe_bench_send_letters(&bench, 1, "abc");
	ck_assert_str_eq(pipe_bench_recv(&bench, 1, 1, 1, -1), "PENDING");
	ck_assert_str_eq(pipe_bench_poll(&bench, 1, 1, 2, -1), "PENDING");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 2, 3, -1, "d"), "PENDING");
	pipe_close(&bench.fixture.core, bench.ends[1]);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:REMOVED, 2:REMOVED, 3:REMOVED");
	pipe_bench_expect_state(&bench, 0, 3, 0, 0, 0);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(end_of_both_ends_leaves_nothing)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, true);
	pipe_bench_send_letters(&bench, 1, "abc");
	pipe_bench_send_letters(&bench, 0, "abc");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	pipe_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_uint_eq(bench.fixture.core.objects.count, 0);
	ck_assert_uint_eq(bench.fixture.core.bytes, 0);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(waiting_call_of_another_keeps_the_end_open)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, true);
	ck_assert_str_eq(pipe_bench_recv(&bench, 1, 2, 1, -1), "PENDING");
	pipe_bench_end(&bench, 1, FAREWELL_DEATH);
	pipe_bench_send_letters(&bench, 0, "a");
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE 'a'");
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(pipe_bench_send(&bench, 0, 0, 2, 0, "b"), "BROKEN_PIPE");
	pipe_bench_fini(&bench);
}
END_TEST

/* -- ends as values ----------------------------------------------------------------------------------------------- */

START_TEST(reference_under_way_keeps_the_end_open)
{
	struct pipe_options options = { .duplex = true };
	struct pipe_bench bench;
	struct pipe *others[2];
	struct core *core = &bench.fixture.core;
	struct ask ask;
	struct result result = { 0 };
	uint64_t id;

	pipe_bench_init(&bench, true);
	ck_assert_status(pipe_new(core, &options, others), CONCUR_OK);
	object_ref(core, (struct object *)others[0]);
	id = object_id((struct object *)bench.ends[1]);
	ask = fixture_ask(bench.clients[2], 1, 1, 0);
	ck_assert_status(pipe_send(core, others[0], &ask, &REFERENCE(id), true, &result), CONCUR_OK);
	object_ref(core, (struct object *)others[1]);
	pipe_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 2, 0), "EMPTY");
	/* The other pipe goes, and the end in it. */
	pipe_close(core, others[1]);
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 2, 0), "END_OF_FILE");
	pipe_bench_fini(&bench);
}
END_TEST

/* -- making ------------------------------------------------------------------------------------------------------- */

START_TEST(open_by_name_finds_an_end_but_makes_none)
{
	const struct pipe_options options = { .names = { &TEXT("p.0"), &TEXT("p.1") }, .lifetime = LIFETIME_REFCOUNT };
	struct object_open open = { .name = options.names[1], .options = { .kind = KIND_PIPE } };
	struct pipe_bench bench;
	struct pipe *ends[2];
	struct object *object;
	bool created;

	pipe_bench_init(&bench, true);
	ck_assert_status(object_open(&bench.fixture.core, &open, &object, &created), CONCUR_NOT_FOUND);
	ck_assert_status(pipe_new(&bench.fixture.core, &options, ends), CONCUR_OK);
	ck_assert_status(object_open(&bench.fixture.core, &open, &object, &created), CONCUR_OK);
	ck_assert_ptr_eq(object, ends[1]);
	ck_assert(!created);
	open.name = NULL;
	ck_assert_status(object_open(&bench.fixture.core, &open, &object, &created), CONCUR_NOT_FOUND);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(new_with_one_name_taken_makes_nothing)
{
	struct pipe_options options = { .names = { &TEXT("p.0"), &TEXT("p.1") } };
	struct object_open open = { .name = options.names[1], .options = { .kind = KIND_LOCK } };
	struct pipe_bench bench;
	struct pipe *ends[2];
	struct object *object;
	bool created;

	pipe_bench_init(&bench, true);
	ck_assert_status(object_open(&bench.fixture.core, &open, &object, &created), CONCUR_OK);
	ck_assert_status(pipe_new(&bench.fixture.core, &options, ends), CONCUR_ALREADY_THERE);
	ck_assert_ptr_null(object_find_name(&bench.fixture.core, options.names[0]));
	ck_assert_uint_eq(bench.fixture.core.objects.count, 3);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(pipe_of_session_lifetime_goes_with_its_creator)
{
	struct pipe_options options = { .lifetime = LIFETIME_SESSION };
	struct pipe_bench bench;
	struct pipe *ends[2];

	pipe_bench_init(&bench, true);
	options.creator = bench.clients[2];
	ck_assert_status(pipe_new(&bench.fixture.core, &options, ends), CONCUR_OK);
	ck_assert_int_eq(session_ref(&bench.fixture.core, bench.clients[0], (struct object *)ends[0]), 0);
	pipe_bench_end(&bench, 2, FAREWELL_DEATH);
	ck_assert_uint_eq(bench.fixture.core.objects.count, 2);
	pipe_bench_fini(&bench);
}
END_TEST

/* -- without memory ----------------------------------------------------------------------------------------------- */

START_TEST(new_without_memory_makes_nothing)
{
	const struct pipe_options options = { .names = { &TEXT("p.0"), &TEXT("p.1") } };
	unsigned nth = 0;
	bool failed;

	do {
		enum concur_status status;
		struct pipe_bench bench;
		struct pipe *ends[2];

		pipe_bench_init(&bench, true);
		nomem_arm(nth++);
		status = pipe_new(&bench.fixture.core, &options, ends);
		failed = nomem_disarm();
		ck_assert_status(status, failed ? CONCUR_NO_MEMORY : CONCUR_OK);
		ck_assert_uint_eq(bench.fixture.core.objects.count, failed ? 2 : 4);
		pipe_bench_fini(&bench);
	} while (failed);
	ck_assert_uint_gt(nth, 4);
}
END_TEST

/* What is sent and what waits, each with its nth allocation failing. */
static bool
send_without_memory(unsigned nth, unsigned letters, int64_t wait_ns)
{
	struct pipe_bench bench;
	uint64_t bytes;
	char answer[32];
	bool failed;

	pipe_bench_init(&bench, true);
	pipe_bench_send_letters(&bench, 1, "abc" + (PIPE_ROOM - letters));
	bytes = bench.fixture.core.bytes;
	nomem_arm(nth);
	snprintf(answer, sizeof answer, "%s", pipe_bench_send(&bench, 1, 1, 1, wait_ns, "d"));
	failed = nomem_disarm();
	ck_assert_str_eq(answer, failed ? "NO_MEMORY" : letters == PIPE_ROOM ? "PENDING" : "DONE");
	if (failed)
		ck_assert_uint_eq(bench.fixture.core.bytes, bytes);
	pipe_bench_fini(&bench);
	return failed;
}

START_TEST(send_without_memory_sends_nothing)
{
	for (unsigned letters = 0; letters <= PIPE_ROOM; letters += PIPE_ROOM) {
		unsigned nth = 0;

		while (send_without_memory(nth, letters, 100))
			nth++;
		ck_assert_uint_ge(nth, 2);
	}
}
END_TEST

START_TEST(waiting_sender_without_memory_is_told_and_the_next_goes)
{
	struct pipe_bench bench;
	char answer[32];

	pipe_bench_init(&bench, true);
	bench.fixture.limits.pipe_bytes_max = 32 * 8; /* as many as the ring's first segment has places */
	pipe_bench_send_letters(&bench, 1, "abcdefgh");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 1, 1, -1, "i"), "PENDING");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 2, 2, -1, "j"), "PENDING");
	bench.fixture.limits.pipe_bytes_max = 32 * 9;
	nomem_arm(0);
	waiter_cancel(&bench.fixture.core, waiter_find(bench.clients[1], 1), CONCUR_CANCELLED);
	ck_assert(nomem_disarm());
	snprintf(answer, sizeof answer, "%s", fixture_said(&bench.fixture));
	ck_assert_str_eq(answer, "1:CANCELLED, 2:NO_MEMORY");
	pipe_bench_expect_state(&bench, 1, 0, 0, 0, 0);
	pipe_bench_expect_state(&bench, 0, 8, 0, 0, 0);
	pipe_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		recv_gives_values_in_the_order_sent,
		send_against_the_direction_is_a_type_error,
		recv_by_several_is_served_in_their_order,
		poll_waits_for_a_value_and_takes_none,
		send_past_the_limit_waits_for_room_in_order,
		send_of_large_value_goes_when_nothing_is_under_way,
		cancel_of_first_sender_lets_the_next_go,
		timeout_of_first_sender_lets_the_next_go,
		death_of_first_sender_lets_the_next_go,
		going_of_an_end_gives_end_of_file_after_what_was_sent,
		going_of_an_end_wakes_who_waits_at_the_other,
		close_removes_what_waits_on_the_end,
		end_of_both_ends_leaves_nothing,
		waiting_call_of_another_keeps_the_end_open,
		reference_under_way_keeps_the_end_open,
		open_by_name_finds_an_end_but_makes_none,
		new_with_one_name_taken_makes_nothing,
		pipe_of_session_lifetime_goes_with_its_creator,
		new_without_memory_makes_nothing,
		send_without_memory_sends_nothing,
		waiting_sender_without_memory_is_told_and_the_next_goes,
		NULL,
	};

	return unit_run("pipe", tests);
}
