/* Items on their way when their getter ends: what it has not read goes back to where it stood. Each letter is one. */
#include "tests/unit/nomem.h"
#include "tests/unit/queue_bench.h"

/* The replies so far of the client's gets carried so many items each, in order, and are numbered from `reply`. */
static void
sent(struct queue_bench *bench, unsigned client, uint64_t reply, size_t items)
{
	deliveries_written(&bench->clients[client]->deliveries, items, reply);
}

static void
read_up_to(struct queue_bench *bench, unsigned client, uint64_t reply)
{
	deliveries_read(&bench->fixture.core, &bench->clients[client]->deliveries, reply);
}

static uint64_t
in_doubt(const struct queue_bench *bench)
{
	struct queue_state state;

	queue_state(bench->queue, &state);
	return state.in_doubt;
}

/* -- back to where they stood ------------------------------------------------------------------------------------- */

START_TEST(death_before_reading_puts_the_items_back_in_front)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "abcd");
	ck_assert_str_eq(queue_bench_get(&bench, 1, 2, 0), "DONE 'a'");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 3, 0, 2), "DONE 'b' 'c'");
	ck_assert_uint_eq(in_doubt(&bench), 3);
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_uint_eq(in_doubt(&bench), 0);
	queue_bench_expect_state(&bench, 4, 4, 0, 0);
	ck_assert_str_eq(queue_bench_get_many(&bench, 2, 4, 0, 9), "DONE 'a' 'b' 'c' 'd'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(deaths_of_two_getters_restore_one_order)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "abcd");
	queue_bench_get(&bench, 1, 2, 0);
	queue_bench_get(&bench, 2, 3, 0);
	queue_bench_get(&bench, 1, 4, 0);
	queue_bench_put(&bench, 0, 5, 0, "e");
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	queue_bench_end(&bench, 2, FAREWELL_DEATH);
	ck_assert_str_eq(queue_bench_get_many(&bench, 0, 6, 0, 9), "DONE 'a' 'b' 'c' 'd' 'e'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_at_a_stack_puts_the_items_back_on_top)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_LIFO);
	queue_bench_put(&bench, 0, 1, 0, "abcd");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 2, 0, 2), "DONE 'd' 'c'");
	queue_bench_put(&bench, 0, 3, 0, "e");
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_str_eq(queue_bench_get(&bench, 2, 4, 0), "DONE 'd'");
	queue_bench_put(&bench, 0, 5, 0, "f");
	ck_assert_str_eq(queue_bench_get_many(&bench, 2, 6, 0, 9), "DONE 'f' 'c' 'e' 'b' 'a'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_at_a_priority_queue_keeps_age_among_equals)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_PRIORITY);
	queue_bench_put(&bench, 0, 1, 0, "bab");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 2, 0, 2), "DONE 'a' 'b'");
	queue_bench_put(&bench, 0, 3, 0, "c");
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_str_eq(queue_bench_get_many(&bench, 2, 4, 0, 9), "DONE 'a' 'b' 'b' 'c'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_serves_waiting_getters_oldest_item_first)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "ab");
	queue_bench_get_many(&bench, 1, 2, 0, 2);
	ck_assert_str_eq(queue_bench_get(&bench, 2, 3, -1), "PENDING");
	ck_assert_str_eq(queue_bench_get(&bench, 0, 4, -1), "PENDING");
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_said(&bench, "3:DONE 'a', 4:DONE 'b'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_gives_nothing_to_its_own_waiting_getter)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "a");
	queue_bench_get(&bench, 1, 2, 0);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 3, -1), "PENDING");
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_said(&bench, "");
	ck_assert_str_eq(queue_bench_get(&bench, 2, 4, 0), "DONE 'a'");
	queue_bench_fini(&bench);
}
END_TEST

/* Its leaving makes room for the next putter: the item that comes back is older all the same. */
START_TEST(death_of_getter_and_putter_gives_the_old_item_first)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 2, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "ab");
	ck_assert_str_eq(queue_bench_get(&bench, 1, 2, 0), "DONE 'a'");
	ck_assert_str_eq(queue_bench_put(&bench, 1, 3, -1, "xy"), "PENDING");
	ck_assert_str_eq(queue_bench_put(&bench, 0, 4, -1, "c"), "PENDING");
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_said(&bench, "");
	ck_assert_str_eq(queue_bench_get(&bench, 2, 5, 0), "DONE 'a'");
	ck_assert_said(&bench, "4:DONE");
	ck_assert_str_eq(queue_bench_get_many(&bench, 2, 6, 0, 9), "DONE 'b' 'c'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_of_a_getter_that_was_woken_puts_its_item_back)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 1, -1), "PENDING");
	queue_bench_put(&bench, 0, 2, 0, "a");
	ck_assert_said(&bench, "1:DONE 'a'");
	queue_bench_expect_state(&bench, 0, 1, 0, 0);
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	queue_bench_expect_state(&bench, 1, 1, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_puts_large_items_back_whole)
{
	struct queue_bench bench;
	char text[3000];
	struct value value = { VALUE_TEXT, (uint8_t *)text, sizeof text };
	struct result result = { 0 };
	struct ask ask;

	memset(text, 'x', sizeof text);
	queue_bench_init(&bench, 0, QUEUE_FIFO);
	ask = fixture_ask(bench.clients[1], 1, 1, 0);
	ck_assert_status(queue_put(&bench.fixture.core, bench.queue, &ask, LOAD(&value, &(bool){ false }, 1), &result),
	    CONCUR_OK);
	ck_assert_status(queue_get(&bench.fixture.core, bench.queue, &ask, false, 1, &result), CONCUR_OK);
	result_fini(&result);
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ask = fixture_ask(bench.clients[2], 1, 1, 0);
	ck_assert_status(queue_get(&bench.fixture.core, bench.queue, &ask, false, 1, &result), CONCUR_OK);
	ck_assert_uint_eq(blob_size(result.value), sizeof text);
	result_fini(&result);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(item_in_doubt_keeps_what_it_refers_to)
{
	struct queue_bench bench;
	struct core *core = &bench.fixture.core;
	struct result result = { 0 };
	struct object *list;
	struct value value;
	uint8_t room[FIXTURE_ROOM];
	uint64_t id;
	struct ask ask;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	list = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_LIST });
	id = object_id(list);
	value = fixture_reference(room, id);
	ask = fixture_ask(bench.clients[1], 1, 1, 0);
	ck_assert_status(queue_put(core, bench.queue, &ask, LOAD(&value, &(bool){ true }, 1), &result), CONCUR_OK);
	object_unref(core, list);
	ck_assert_status(queue_get(core, bench.queue, &ask, false, 1, &result), CONCUR_OK);
	result_fini(&result);
	fixture_settle(&bench.fixture);
	ck_assert_ptr_nonnull(object_find(core, id));
	sent(&bench, 1, 1, 1);
	read_up_to(&bench, 1, 1);
	fixture_settle(&bench.fixture);
	ck_assert_ptr_null(object_find(core, id));
	queue_bench_fini(&bench);
}
END_TEST

/* -- what does not come back -------------------------------------------------------------------------------------- */

START_TEST(death_after_reading_loses_only_what_was_read)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "abcd");
	queue_bench_get(&bench, 1, 2, 0);
	sent(&bench, 1, 7, 1);
	queue_bench_get_many(&bench, 1, 3, 0, 2);
	sent(&bench, 1, 9, 2);
	read_up_to(&bench, 1, 6);
	ck_assert_uint_eq(in_doubt(&bench), 3);
	read_up_to(&bench, 1, 8);
	ck_assert_uint_eq(in_doubt(&bench), 2);
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_str_eq(queue_bench_get_many(&bench, 2, 4, 0, 9), "DONE 'b' 'c' 'd'");
	queue_bench_expect_state(&bench, 0, 4, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

/* A reply that is not written was read by nobody, whatever is said. */
START_TEST(read_of_a_reply_not_yet_written_is_no_news)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "a");
	queue_bench_get(&bench, 1, 2, 0);
	read_up_to(&bench, 1, 1000);
	ck_assert_uint_eq(in_doubt(&bench), 1);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(goodbye_takes_what_was_got_along)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "ab");
	queue_bench_get(&bench, 1, 2, 0);
	queue_bench_end(&bench, 1, FAREWELL_GOODBYE);
	ck_assert_str_eq(queue_bench_get_many(&bench, 2, 3, 0, 9), "DONE 'b'");
	queue_bench_expect_state(&bench, 0, 2, 0, 0);
	ck_assert_uint_eq(in_doubt(&bench), 1);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_after_a_clear_gives_nothing_back_and_counts_it_done)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "abc");
	queue_bench_get(&bench, 1, 2, 0);
	ck_assert_status(queue_kind.clear(&bench.fixture.core, (struct object *)bench.queue), CONCUR_OK);
	queue_bench_put(&bench, 0, 3, 0, "d");
	queue_bench_expect_state(&bench, 1, 2, 0, 0);
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	queue_bench_expect_state(&bench, 1, 1, 0, 0);
	ck_assert_str_eq(queue_bench_get_many(&bench, 2, 4, 0, 9), "DONE 'd'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_after_an_immediate_shutdown_ends_a_join)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "a");
	queue_bench_get(&bench, 1, 2, 0);
	ck_assert_str_eq(queue_bench_join(&bench, 0, 3, -1), "PENDING");
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, true), CONCUR_OK);
	ck_assert_said(&bench, "");
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_said(&bench, "3:DONE");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_after_a_plain_shutdown_gives_back)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "a");
	queue_bench_get(&bench, 1, 2, 0);
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, false), CONCUR_OK);
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	ck_assert_str_eq(queue_bench_get(&bench, 2, 3, 0), "DONE 'a'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_after_the_queue_was_removed_leaves_nothing)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "ab");
	queue_bench_get(&bench, 1, 2, 0);
	queue_bench_get(&bench, 2, 3, 0);
	object_destroy(&bench.fixture.core, (struct object *)bench.queue);
	fixture_settle(&bench.fixture);
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	sent(&bench, 2, 1, 1);
	read_up_to(&bench, 2, 1);
	queue_bench_fini(&bench);
}
END_TEST

/* -- limits ------------------------------------------------------------------------------------------------------- */

START_TEST(get_at_deliveries_max_is_refused_until_some_are_read)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	bench.fixture.limits.deliveries_max = 3;
	queue_bench_put(&bench, 0, 1, 0, "abcdef");
	queue_bench_get(&bench, 1, 2, 0);
	sent(&bench, 1, 1, 1);
	/* As many as are left, not as many as there are. */
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 3, 0, 9), "DONE 'b' 'c'");
	ck_assert_str_eq(queue_bench_get(&bench, 1, 4, 0), "LIMIT");
	ck_assert_str_eq(bench.fixture.core.limit, "deliveries_max");
	ck_assert_str_eq(queue_bench_get(&bench, 2, 5, 0), "DONE 'd'");
	read_up_to(&bench, 1, 1);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 6, 0), "DONE 'e'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(wait_at_deliveries_max_is_refused)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	bench.fixture.limits.deliveries_max = 1;
	queue_bench_put(&bench, 0, 1, 0, "a");
	queue_bench_get(&bench, 1, 2, 0);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 3, -1), "LIMIT");
	ck_assert_str_eq(queue_bench_get(&bench, 1, 4, 0), "EMPTY");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(death_without_memory_gives_back_once_there_is_some)
{
	struct queue_bench bench;
	struct core *core = &bench.fixture.core;
	uint64_t deadline_ns;
	bool failed;

	queue_bench_init(&bench, 0, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "abc");
	queue_bench_get_many(&bench, 1, 2, 0, 3);
	/* Of one item and of the heap, not of the next item. */
	nomem_starve(3);
	queue_bench_end(&bench, 1, FAREWELL_DEATH);
	core_turn_end(core, &deadline_ns);
	failed = nomem_disarm();
	ck_assert(failed);
	ck_assert_uint_eq(deadline_ns, 0);
	queue_bench_expect_state(&bench, 1, 3, 0, 0);
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(queue_bench_get_many(&bench, 2, 4, 0, 9), "DONE 'a' 'b' 'c'");
	queue_bench_fini(&bench);
}
END_TEST

/* What could not go back is in doubt still, and goes when there is memory. */
START_TEST(giving_back_without_memory_loses_nothing)
{
	bool failed = true;
	unsigned nth = 0;

	for (; failed; nth++) {
		struct queue_bench bench;
		struct deliveries *deliveries;
		enum concur_status status;

		queue_bench_init(&bench, 0, QUEUE_FIFO);
		deliveries = &bench.clients[1]->deliveries;
		queue_bench_put(&bench, 0, 1, 0, "abcde");
		ck_assert_str_eq(queue_bench_get_many(&bench, 1, 2, 0, 4), "DONE 'a' 'b' 'c' 'd'");
		sent(&bench, 1, 7, 4);
		nomem_arm(nth);
		status = deliveries_give_back(&bench.fixture.core, deliveries, 7);
		failed = nomem_disarm();
		ck_assert_status(status, failed ? CONCUR_NO_MEMORY : CONCUR_OK);
		ck_assert_uint_eq(in_doubt(&bench), deliveries->count);
		queue_bench_expect_state(&bench, 5 - deliveries->count, 5, 0, 0);
		ck_assert_status(deliveries_give_back(&bench.fixture.core, deliveries, 7), CONCUR_OK);
		ck_assert_str_eq(queue_bench_get_many(&bench, 2, 3, 0, 9), "DONE 'a' 'b' 'c' 'd' 'e'");
		queue_bench_fini(&bench);
	}
	ck_assert_uint_gt(nth, 4); /* each item needs a place */
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		death_before_reading_puts_the_items_back_in_front,
		deaths_of_two_getters_restore_one_order,
		death_at_a_stack_puts_the_items_back_on_top,
		death_at_a_priority_queue_keeps_age_among_equals,
		death_serves_waiting_getters_oldest_item_first,
		death_gives_nothing_to_its_own_waiting_getter,
		death_of_getter_and_putter_gives_the_old_item_first,
		death_of_a_getter_that_was_woken_puts_its_item_back,
		death_puts_large_items_back_whole,
		item_in_doubt_keeps_what_it_refers_to,
		death_after_reading_loses_only_what_was_read,
		read_of_a_reply_not_yet_written_is_no_news,
		goodbye_takes_what_was_got_along,
		death_after_a_clear_gives_nothing_back_and_counts_it_done,
		death_after_an_immediate_shutdown_ends_a_join,
		death_after_a_plain_shutdown_gives_back,
		death_after_the_queue_was_removed_leaves_nothing,
		get_at_deliveries_max_is_refused_until_some_are_read,
		wait_at_deliveries_max_is_refused,
		death_without_memory_gives_back_once_there_is_some,
		giving_back_without_memory_loses_nothing,
		NULL,
	};

	return unit_run("queue_death", tests);
}
