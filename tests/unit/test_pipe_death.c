/* Values on their way when their receiver ends: what it has not read goes back to where it stood. */
#include "tests/unit/nomem.h"
#include "tests/unit/pipe_bench.h"

#include "daemon/core/list.h"

/* Client 2 refers to end 0, too: the end outlives client 0. */
static void
bench_init(struct pipe_bench *bench)
{
	pipe_bench_init(bench, false);
	ck_assert_int_eq(session_ref(&bench->fixture.core, bench->clients[2], (struct object *)bench->ends[0]), 0);
}

/* The client's receives so far, of so many values, were answered by replies up to that number. */
static void
sent(struct pipe_bench *bench, unsigned client, uint64_t reply, size_t values)
{
	deliveries_written(&bench->clients[client]->deliveries, values, reply);
}

static void
read_up_to(struct pipe_bench *bench, unsigned client, uint64_t reply)
{
	deliveries_read(&bench->fixture.core, &bench->clients[client]->deliveries, reply);
}

static uint64_t
in_doubt(const struct pipe_bench *bench)
{
	struct pipe_state state;

	pipe_state(bench->ends[0], &state);
	return state.in_doubt;
}

static void
must_receive(struct pipe_bench *bench, unsigned client, const char *letters)
{
	for (; *letters; letters++) {
		char answer[] = "DONE ' '";

		answer[6] = *letters;
		ck_assert_str_eq(pipe_bench_recv(bench, 0, client, 100, 0), answer);
	}
}

START_TEST(death_before_reading_puts_the_values_back_in_front)
{
	struct pipe_bench bench;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "abc");
	must_receive(&bench, 0, "ab");
	pipe_bench_send_letters(&bench, 1, "d");
	ck_assert_uint_eq(in_doubt(&bench), 2);
	pipe_bench_expect_state(&bench, 0, 2, 0, 0, 0);
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_uint_eq(in_doubt(&bench), 0);
	pipe_bench_expect_state(&bench, 0, 4, 0, 0, 0);
	must_receive(&bench, 2, "abcd");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(deaths_of_two_receivers_restore_one_order)
{
	struct pipe_bench bench;

	bench_init(&bench);
	ck_assert_int_eq(session_ref(&bench.fixture.core, bench.clients[1], (struct object *)bench.ends[0]), 0);
	pipe_bench_send_letters(&bench, 1, "abc");
	must_receive(&bench, 0, "a");
	must_receive(&bench, 1, "b");
	must_receive(&bench, 0, "c");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	pipe_bench_end(&bench, 1, FAREWELL_DEATH);
	must_receive(&bench, 2, "abc");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 2, 1, 0), "END_OF_FILE");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(death_after_a_second_death_puts_the_value_back_again)
{
	struct pipe_bench bench;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "ab");
	must_receive(&bench, 1, "a");
	session_end(&bench.fixture.core, bench.clients[1], FAREWELL_DEATH);
	must_receive(&bench, 0, "ab");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	must_receive(&bench, 2, "ab");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(death_serves_receivers_and_pollers_that_wait)
{
	struct pipe_bench bench;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "ab");
	must_receive(&bench, 0, "ab");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 2, 1, -1), "PENDING");
	ck_assert_str_eq(pipe_bench_poll(&bench, 0, 2, 2, -1), "PENDING");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE 'a', 2:DONE");
	pipe_bench_expect_state(&bench, 0, 1, 0, 0, 0);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(death_gives_nothing_to_its_own_waiting_receiver)
{
	struct pipe_bench bench;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "a");
	must_receive(&bench, 0, "a");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, -1), "PENDING");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	must_receive(&bench, 2, "a");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(death_of_a_receiver_that_was_woken_puts_its_value_back)
{
	struct pipe_bench bench;

	bench_init(&bench);
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, -1), "PENDING");
	pipe_bench_send_letters(&bench, 1, "a");
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE 'a'");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	must_receive(&bench, 2, "a");
	pipe_bench_fini(&bench);
}
END_TEST

/* What came back counts: the pipe is over its limit for a while. */
START_TEST(death_with_a_full_pipe_makes_senders_wait_for_all_of_it)
{
	struct pipe_bench bench;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "abc");
	must_receive(&bench, 0, "ab");
	pipe_bench_send_letters(&bench, 1, "de");
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 1, 1, -1, "f"), "PENDING");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	pipe_bench_expect_state(&bench, 0, 5, 0, 0, 0);
	must_receive(&bench, 2, "ab");
	ck_assert_str_eq(fixture_said(&bench.fixture), "");
	must_receive(&bench, 2, "c");
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:DONE");
	must_receive(&bench, 2, "def");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(death_after_reading_loses_only_what_was_read)
{
	struct pipe_bench bench;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "abc");
	must_receive(&bench, 0, "a");
	sent(&bench, 0, 7, 1);
	must_receive(&bench, 0, "b");
	sent(&bench, 0, 9, 1);
	read_up_to(&bench, 0, 8);
	ck_assert_uint_eq(in_doubt(&bench), 1);
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	must_receive(&bench, 2, "bc");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(goodbye_takes_what_was_received_along)
{
	struct pipe_bench bench;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "ab");
	must_receive(&bench, 0, "a");
	pipe_bench_end(&bench, 0, FAREWELL_GOODBYE);
	ck_assert_uint_eq(in_doubt(&bench), 0);
	must_receive(&bench, 2, "b");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(death_after_the_sender_has_gone_brings_back_what_stands_before_the_end_of_file)
{
	struct pipe_bench bench;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "a");
	must_receive(&bench, 0, "a");
	pipe_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 2, 1, 0), "END_OF_FILE");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	must_receive(&bench, 2, "a");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 2, 1, 0), "END_OF_FILE");
	pipe_bench_fini(&bench);
}
END_TEST

/* Nobody else refers to the end: it goes, and with it what came back. */
START_TEST(death_of_the_only_receiver_leaves_nothing)
{
	struct pipe_bench bench;

	pipe_bench_init(&bench, false);
	pipe_bench_send_letters(&bench, 1, "ab");
	must_receive(&bench, 0, "a");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_str_eq(pipe_bench_send(&bench, 1, 1, 1, 0, "c"), "BROKEN_PIPE");
	ck_assert_uint_eq(bench.fixture.core.in_doubt, 0);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(death_after_the_end_was_closed_leaves_nothing)
{
	struct pipe_bench bench;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "ab");
	must_receive(&bench, 0, "a");
	must_receive(&bench, 2, "b");
	pipe_close(&bench.fixture.core, bench.ends[0]);
	fixture_settle(&bench.fixture);
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	sent(&bench, 2, 1, 1);
	read_up_to(&bench, 2, 1);
	ck_assert_uint_eq(bench.fixture.core.in_doubt, 0);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(receive_at_deliveries_max_is_refused_until_some_are_read)
{
	struct pipe_bench bench;

	bench_init(&bench);
	bench.fixture.limits.deliveries_max = 1;
	pipe_bench_send_letters(&bench, 1, "ab");
	must_receive(&bench, 0, "a");
	sent(&bench, 0, 1, 1);
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, -1), "LIMIT");
	ck_assert_str_eq(bench.fixture.core.limit, "deliveries_max");
	must_receive(&bench, 2, "b");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, -1), "LIMIT");
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, 0), "EMPTY");
	read_up_to(&bench, 0, 1);
	ck_assert_str_eq(pipe_bench_recv(&bench, 0, 0, 1, -1), "PENDING");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(receive_without_memory_leaves_the_value)
{
	struct pipe_bench bench;
	const char *answer;
	bool failed;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "a");
	nomem_starve(0);
	answer = pipe_bench_recv(&bench, 0, 0, 1, 0);
	failed = nomem_disarm();
	ck_assert(failed);
	ck_assert_str_eq(answer, "NO_MEMORY");
	must_receive(&bench, 0, "a");
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(death_without_memory_gives_back_once_there_is_some)
{
	struct pipe_bench bench;
	uint64_t deadline_ns;
	bool failed;

	bench_init(&bench);
	pipe_bench_send_letters(&bench, 1, "abc");
	must_receive(&bench, 0, "abc");
	/* Of one node and of the heap, not of the next node. */
	nomem_starve(2);
	session_end(&bench.fixture.core, bench.clients[0], FAREWELL_DEATH);
	core_turn_end(&bench.fixture.core, &deadline_ns);
	failed = nomem_disarm();
	ck_assert(failed);
	ck_assert_uint_eq(deadline_ns, 0);
	pipe_bench_expect_state(&bench, 0, 1, 0, 0, 0);
	fixture_settle(&bench.fixture);
	must_receive(&bench, 2, "abc");
	pipe_bench_fini(&bench);
}
END_TEST

/* A list to which only a value on its way refers, if it does not contain itself, too. */
static uint64_t
send_list(struct pipe_bench *bench, bool contains_itself)
{
	struct ask ask = fixture_ask(bench->clients[1], 1, 1, 0);
	struct object *list = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LIST });
	const uint64_t id = object_id(list);
	struct core *core = &bench->fixture.core;
	struct result result = { 0 };
	uint8_t room[FIXTURE_ROOM];
	struct value value = fixture_reference(room, id);

	ck_assert_status(list_extend(core, (struct list *)list, &(struct list_item){ value, true }, contains_itself),
	    CONCUR_OK);
	ck_assert_status(pipe_send(core, bench->ends[1], &ask, &value, true, &result), CONCUR_OK);
	object_unref(core, list);
	return id;
}

/* Client 0 dies with it. */
static void
lose_list(struct pipe_bench *bench)
{
	struct ask ask = fixture_ask(bench->clients[0], 1, 1, 0);
	struct result result = { 0 };

	ck_assert_status(pipe_recv(&bench->fixture.core, bench->ends[0], &ask, &result), CONCUR_OK);
	result_fini(&result);
	pipe_bench_end(bench, 0, FAREWELL_DEATH);
}

/* A value that refers to an object keeps it wherever it stands: on its way, back, and when the end goes. */
START_TEST(value_that_came_back_keeps_what_it_refers_to)
{
	struct pipe_bench bench;
	uint64_t id;

	bench_init(&bench);
	id = send_list(&bench, false);
	lose_list(&bench);
	ck_assert_ptr_nonnull(object_find(&bench.fixture.core, id));
	pipe_bench_end(&bench, 2, FAREWELL_DEATH);
	fixture_settle(&bench.fixture);
	ck_assert_ptr_null(object_find(&bench.fixture.core, id));
	pipe_bench_fini(&bench);
}
END_TEST

/* The search for cycles follows what came back: a list that contains itself is reached from there alone. */
START_TEST(cycle_in_a_value_that_came_back_stays)
{
	struct pipe_bench bench;
	uint64_t id;

	bench_init(&bench);
	id = send_list(&bench, true);
	lose_list(&bench);
	bench.fixture.core.now_ns += 1000000000; /* when the search has had its pause */
	fixture_settle(&bench.fixture);
	ck_assert_ptr_nonnull(object_find(&bench.fixture.core, id));
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(version_changes_when_a_value_is_received_and_when_it_comes_back)
{
	struct pipe_bench bench;
	const struct object *end;
	uint64_t sent_at, received_at;

	bench_init(&bench);
	end = (struct object *)bench.ends[0];
	pipe_bench_send_letters(&bench, 1, "a");
	sent_at = end->version;
	must_receive(&bench, 0, "a");
	received_at = end->version;
	ck_assert_uint_ne(received_at, sent_at);
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_uint_ne(end->version, received_at);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(values_that_came_back_weigh_until_they_are_received)
{
	struct pipe_bench bench;
	const struct object *end;
	size_t before;

	bench_init(&bench);
	end = (struct object *)bench.ends[0];
	pipe_bench_send_letters(&bench, 1, "abc");
	must_receive(&bench, 0, "abc");
	before = pipe_kind.footprint(end);
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_uint_gt(pipe_kind.footprint(end), before);
	must_receive(&bench, 2, "abc");
	ck_assert_uint_eq(pipe_kind.footprint(end), before);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(values_that_came_back_go_by_counted_steps)
{
	struct pipe_bench bench;
	struct core *core = &bench.fixture.core;
	uint64_t empty, full, deadline_ns;

	bench_init(&bench);
	empty = core->bytes;
	pipe_bench_send_letters(&bench, 1, "abc");
	full = core->bytes;
	must_receive(&bench, 0, "abc");
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	ck_assert_uint_eq(core->bytes, full);
	bench.fixture.limits.turn_steps = 2;
	pipe_close(core, bench.ends[0]);
	core_turn_end(core, &deadline_ns);
	ck_assert_uint_gt(core->bytes, empty);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(core->bytes, empty);
	pipe_bench_fini(&bench);
}
END_TEST

START_TEST(value_that_comes_back_while_the_end_is_searched_hides_no_other)
{
	struct pipe_bench bench;
	struct core *core = &bench.fixture.core;
	uint64_t id;

	bench_init(&bench);
	bench.fixture.limits.pipe_bytes_max = 1000;
	pipe_bench_send_letters(&bench, 1, "abcd");
	id = send_list(&bench, true);
	pipe_bench_send_letters(&bench, 1, "efg");
	must_receive(&bench, 0, "a");
	core->now_ns += 1000000000; /* when a search has had its pause */
	fixture_settle(&bench.fixture);
	/* The search is at the place behind the cycle's. */
	bench.fixture.limits.turn_steps = 1;
	cycle_suspect(core);
	core->now_ns += 1000000000;
	while (core->cycle.phase != CYCLE_MARKING || core->cycle.position != 4)
		fixture_turn(&bench.fixture, core->now_ns);
	pipe_bench_end(&bench, 0, FAREWELL_DEATH);
	fixture_settle(&bench.fixture);
	ck_assert_ptr_nonnull(object_find(core, id));
	pipe_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		value_that_comes_back_while_the_end_is_searched_hides_no_other,
		death_before_reading_puts_the_values_back_in_front,
		deaths_of_two_receivers_restore_one_order,
		death_after_a_second_death_puts_the_value_back_again,
		death_serves_receivers_and_pollers_that_wait,
		death_gives_nothing_to_its_own_waiting_receiver,
		death_of_a_receiver_that_was_woken_puts_its_value_back,
		death_with_a_full_pipe_makes_senders_wait_for_all_of_it,
		death_after_reading_loses_only_what_was_read,
		goodbye_takes_what_was_received_along,
		death_after_the_sender_has_gone_brings_back_what_stands_before_the_end_of_file,
		death_of_the_only_receiver_leaves_nothing,
		death_after_the_end_was_closed_leaves_nothing,
		receive_at_deliveries_max_is_refused_until_some_are_read,
		receive_without_memory_leaves_the_value,
		death_without_memory_gives_back_once_there_is_some,
		value_that_came_back_keeps_what_it_refers_to,
		cycle_in_a_value_that_came_back_stays,
		version_changes_when_a_value_is_received_and_when_it_comes_back,
		values_that_came_back_weigh_until_they_are_received,
		values_that_came_back_go_by_counted_steps,
		NULL,
	};

	return unit_run("pipe_death", tests);
}
