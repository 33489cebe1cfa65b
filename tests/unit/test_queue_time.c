/* Items that are there for a time: delayed, expiring, both. Each letter is an item; times count from 1000. */
#include "tests/unit/model.h"
#include "tests/unit/nomem.h"
#include "tests/unit/queue_bench.h"

enum { START = 1000 };

static void
init(struct queue_bench *bench, int64_t maxsize, enum queue_order order)
{
	queue_bench_init(bench, maxsize, order);
	fixture_turn(&bench->fixture, START);
}

static const char *
put(struct queue_bench *bench, uint64_t call, const char *letters, uint64_t delay_ns, uint64_t ttl_ns)
{
	return queue_bench_put_timed(bench, call, 0, letters, delay_ns, ttl_ns);
}

static void
expect_sizes(const struct queue_bench *bench, uint64_t size, uint64_t delayed, uint64_t unfinished)
{
	struct queue_state state;

	queue_state(bench->queue, &state);
	ck_assert_uint_eq(state.size, size);
	ck_assert_uint_eq(state.delayed, delayed);
	ck_assert_uint_eq(state.unfinished, unfinished);
}

#define ck_assert_got(bench, expected) ck_assert_str_eq(queue_bench_get_many(bench, 1, 99, 0, 20), expected)

/* -- delays ------------------------------------------------------------------------------------------------------- */

START_TEST(delayed_item_can_not_be_got_before_its_time)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	ck_assert_str_eq(put(&bench, 1, "a", 50, 0), "DONE");
	expect_sizes(&bench, 0, 1, 1);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, START + 49), START + 50);
	ck_assert_got(&bench, "EMPTY");
	fixture_turn(&bench.fixture, START + 50);
	expect_sizes(&bench, 1, 0, 1);
	ck_assert_got(&bench, "DONE 'a'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(delayed_items_stand_where_they_became_ready)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	put(&bench, 1, "a", 50, 0);
	put(&bench, 2, "b", 20, 0);
	put(&bench, 3, "c", 20, 0);
	queue_bench_put(&bench, 0, 4, 0, "d");
	fixture_turn(&bench.fixture, START + 30);
	queue_bench_put(&bench, 0, 5, 0, "e");
	fixture_turn(&bench.fixture, START + 60);
	queue_bench_put(&bench, 0, 6, 0, "f");
	ck_assert_got(&bench, "DONE 'd' 'b' 'c' 'e' 'a' 'f'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(delayed_items_of_a_stack_come_on_top)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_LIFO);
	put(&bench, 1, "ab", 50, 0);
	queue_bench_put(&bench, 0, 2, 0, "c");
	fixture_turn(&bench.fixture, START + 50);
	queue_bench_put(&bench, 0, 3, 0, "d");
	ck_assert_got(&bench, "DONE 'd' 'b' 'a' 'c'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(delayed_items_of_a_priority_queue_are_ordered)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_PRIORITY);
	put(&bench, 1, "b", 50, 0);
	queue_bench_put(&bench, 0, 2, 0, "cda");
	fixture_turn(&bench.fixture, START + 50);
	ck_assert_got(&bench, "DONE 'a' 'b' 'c' 'd'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(delayed_item_wakes_a_getter_on_time)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 1, 50), "PENDING");
	ck_assert_str_eq(queue_bench_get(&bench, 2, 2, 50), "PENDING");
	put(&bench, 3, "a", 50, 0);
	fixture_turn(&bench.fixture, START + 49);
	ck_assert_said(&bench, "");
	/* Its wait ends in the same turn: the item is first. */
	fixture_turn(&bench.fixture, START + 50);
	ck_assert_said(&bench, "1:DONE 'a', 2:EMPTY");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(delayed_items_count_for_maxsize)
{
	struct queue_bench bench;

	init(&bench, 2, QUEUE_FIFO);
	put(&bench, 1, "ab", 50, 0);
	ck_assert_str_eq(queue_bench_put(&bench, 0, 2, 0, "c"), "FULL");
	ck_assert_str_eq(queue_bench_put(&bench, 0, 3, -1, "c"), "PENDING");
	fixture_turn(&bench.fixture, START + 50);
	ck_assert_said(&bench, "");
	ck_assert_got(&bench, "DONE 'a' 'b'");
	ck_assert_said(&bench, "3:DONE");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(delay_of_a_put_that_waits_counts_from_the_call)
{
	struct queue_bench bench;

	init(&bench, 1, QUEUE_FIFO);
	queue_bench_put(&bench, 0, 1, 0, "a");
	ck_assert_str_eq(queue_bench_put_timed(&bench, 2, -1, "b", 50, 0), "PENDING");
	ck_assert_str_eq(queue_bench_put_timed(&bench, 3, -1, "c", 50, 0), "PENDING");
	fixture_turn(&bench.fixture, START + 10);
	ck_assert_got(&bench, "DONE 'a'");
	expect_sizes(&bench, 0, 1, 2);
	fixture_turn(&bench.fixture, START + 50);
	ck_assert_got(&bench, "DONE 'b'");
	/* The second one finds room when its time has come already. */
	expect_sizes(&bench, 1, 0, 3);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(delay_without_end_stays_without)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	put(&bench, 1, "a", UINT64_MAX, UINT64_MAX);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, START + 1), UINT64_MAX - 1);
	expect_sizes(&bench, 0, 1, 1);
	queue_bench_fini(&bench);
}
END_TEST

/* Python's rule, gets go on until it is empty, with what it does not know: an item that is there and not yet ready. */
START_TEST(shutdown_lets_getters_wait_for_what_is_delayed)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	put(&bench, 1, "a", 50, 0);
	put(&bench, 2, "b", 60, 20);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 3, -1), "PENDING");
	ck_assert_str_eq(queue_bench_get(&bench, 2, 4, -1), "PENDING");
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, false), CONCUR_OK);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 5, 0), "EMPTY");
	ck_assert_str_eq(queue_bench_get(&bench, 1, 6, -1), "PENDING");
	ck_assert_said(&bench, "");
	fixture_turn(&bench.fixture, START + 50);
	ck_assert_said(&bench, "3:DONE 'a'");
	fixture_turn(&bench.fixture, START + 60);
	ck_assert_said(&bench, "4:DONE 'b', 6:SHUT_DOWN");
	queue_bench_expect_state(&bench, 0, 2, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(shutdown_ends_getters_when_the_last_delayed_item_is_gone)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	put(&bench, 1, "a", 50, 20);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 2, -1), "PENDING");
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, false), CONCUR_OK);
	fixture_turn(&bench.fixture, START + 500);
	ck_assert_said(&bench, "2:SHUT_DOWN");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(shutdown_at_once_drops_what_is_delayed)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	put(&bench, 1, "a", 50, 0);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 2, -1), "PENDING");
	ck_assert_str_eq(queue_bench_join(&bench, 2, 3, -1), "PENDING");
	ck_assert_status(queue_shutdown(&bench.fixture.core, bench.queue, true), CONCUR_OK);
	ck_assert_said(&bench, "3:DONE, 2:SHUT_DOWN");
	queue_bench_fini(&bench);
}
END_TEST

/* -- expiry ------------------------------------------------------------------------------------------------------- */

START_TEST(item_not_taken_in_time_is_gone_and_done)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	put(&bench, 1, "a", 0, 50);
	ck_assert_str_eq(queue_bench_join(&bench, 1, 2, -1), "PENDING");
	ck_assert_uint_eq(fixture_turn(&bench.fixture, START + 49), START + 50);
	expect_sizes(&bench, 1, 0, 1);
	fixture_turn(&bench.fixture, START + 50);
	ck_assert_said(&bench, "2:DONE");
	expect_sizes(&bench, 0, 0, 0);
	ck_assert_uint_eq(bench.fixture.core.bytes, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(items_that_expire_keep_the_order_of_putting)
{
	static const enum queue_order orders[] = { QUEUE_FIFO, QUEUE_LIFO };
	static const char *const all[] = { "DONE 'a' 'b' 'c' 'd' 'e'", "DONE 'e' 'd' 'c' 'b' 'a'" };
	static const char *const rest[] = { "DONE 'a' 'c' 'e'", "DONE 'e' 'c' 'a'" };

	for (size_t i = 0; i < 2; i++) {
		for (int expire = 0; expire < 2; expire++) {
			struct queue_bench bench;

			init(&bench, 0, orders[i]);
			queue_bench_put(&bench, 0, 1, 0, "a");
			put(&bench, 2, "b", 0, 50);
			queue_bench_put(&bench, 0, 3, 0, "c");
			put(&bench, 4, "d", 0, 40);
			queue_bench_put(&bench, 0, 5, 0, "e");
			fixture_turn(&bench.fixture, START + 30 + 30 * (uint64_t)expire);
			ck_assert_got(&bench, expire ? rest[i] : all[i]);
			ck_assert_uint_eq(bench.fixture.core.timers.count, 0);
			queue_bench_fini(&bench);
		}
	}
}
END_TEST

START_TEST(item_that_expires_makes_room_for_a_putter)
{
	struct queue_bench bench;

	init(&bench, 1, QUEUE_FIFO);
	put(&bench, 1, "a", 0, 50);
	ck_assert_str_eq(queue_bench_put(&bench, 0, 2, -1, "b"), "PENDING");
	fixture_turn(&bench.fixture, START + 50);
	ck_assert_said(&bench, "2:DONE");
	ck_assert_got(&bench, "DONE 'b'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(time_to_live_counts_from_the_end_of_the_delay)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	put(&bench, 1, "ab", 50, 20);
	fixture_turn(&bench.fixture, START + 69);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 2, 0), "DONE 'a'");
	fixture_turn(&bench.fixture, START + 70);
	ck_assert_got(&bench, "EMPTY");
	queue_bench_fini(&bench);
}
END_TEST

/* A daemon that slept through both. */
START_TEST(item_whose_time_is_over_when_it_becomes_ready_is_gone)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 1, -1), "PENDING");
	put(&bench, 2, "a", 50, 20);
	fixture_turn(&bench.fixture, START + 500);
	ck_assert_said(&bench, "");
	expect_sizes(&bench, 0, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(item_that_comes_back_too_late_is_gone)
{
	for (uint64_t wait = 40; wait <= 50; wait += 10) {
		struct queue_bench bench;

		init(&bench, 0, QUEUE_FIFO);
		put(&bench, 1, "a", 0, 50);
		ck_assert_str_eq(queue_bench_get(&bench, 1, 2, 0), "DONE 'a'");
		fixture_turn(&bench.fixture, START + wait);
		queue_bench_end(&bench, 1, FAREWELL_DEATH);
		expect_sizes(&bench, wait < 50, 0, wait < 50);
		fixture_turn(&bench.fixture, START + 50);
		expect_sizes(&bench, 0, 0, 0);
		queue_bench_fini(&bench);
	}
}
END_TEST

START_TEST(expiry_of_many_is_spread_over_turns)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	bench.fixture.limits.turn_steps = 3;
	put(&bench, 1, "abcdefgh", 0, 50);
	ck_assert_uint_le(fixture_turn(&bench.fixture, START + 50), START + 50);
	expect_sizes(&bench, 5, 0, 5);
	fixture_turn(&bench.fixture, START + 50);
	fixture_turn(&bench.fixture, START + 50);
	expect_sizes(&bench, 0, 0, 0);
	queue_bench_fini(&bench);
}
END_TEST

/* Items of a priority queue leave it from anywhere; against an array that is searched. */
struct model_item {
	int64_t number;
	uint64_t expires_ns;
};

static int64_t
take_least(struct model_item *items, size_t *count)
{
	size_t least = 0;
	int64_t number;

	for (size_t i = 1; i < *count; i++)
		least = items[i].number < items[least].number ? i : least;
	number = items[least].number;
	items[least] = items[--*count];
	return number;
}

static void
expire(struct model_item *items, size_t *count, uint64_t now_ns)
{
	for (size_t i = 0; i < *count;) {
		if (items[i].expires_ns <= now_ns)
			items[i] = items[--*count];
		else
			i++;
	}
}

static void
put_number(struct queue_bench *bench, int64_t number, uint64_t ttl_ns)
{
	struct ask ask = fixture_ask(bench->clients[0], 1, 1, 0);
	struct queue_load load = *LOAD(&INTEGER(number), &(bool){ false }, 1);
	struct result result = { 0 };

	queue_load_times(&bench->fixture.core, &load, 0, ttl_ns);
	ck_assert_status(queue_put(&bench->fixture.core, bench->queue, &ask, &load, &result), CONCUR_OK);
}

static void
run_model(struct random *random)
{
	enum { STEPS = 3000, TTL = 400 };
	struct model_item items[STEPS];
	struct queue_bench bench;
	uint64_t now_ns = START;
	size_t count = 0;

	init(&bench, 0, QUEUE_PRIORITY);
	bench.fixture.limits.turn_steps = STEPS;
	for (int i = 0; i < STEPS; i++) {
		if (random_below(random, 4)) {
			items[count].number = (int64_t)random_below(random, 100000);
			items[count].expires_ns = now_ns + 1 + random_below(random, TTL);
			put_number(&bench, items[count].number, items[count].expires_ns - now_ns);
			count++;
		} else if (count) {
			char expected[32];

			snprintf(expected, sizeof expected, "DONE %lld", (long long)take_least(items, &count));
			ck_assert_str_eq(queue_bench_get(&bench, 1, 1, 0), expected);
		}
		fixture_turn(&bench.fixture, now_ns += random_below(random, 3));
		expire(items, &count, now_ns);
		MODEL_ASSERT(queue_kind.len((struct object *)bench.queue) == count);
	}
	queue_bench_fini(&bench);
}

START_TEST(items_that_expire_leave_the_others_in_order)
{
	random_each_seed(run_model);
}
END_TEST

/* -- ends --------------------------------------------------------------------------------------------------------- */

START_TEST(clear_takes_delayed_and_expiring_items_along)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	bench.fixture.limits.turn_steps = 1;
	put(&bench, 1, "abc", 50, 0);
	put(&bench, 2, "def", 0, 50);
	ck_assert_status(queue_kind.clear(&bench.fixture.core, (struct object *)bench.queue), CONCUR_OK);
	expect_sizes(&bench, 0, 0, 0);
	put(&bench, 3, "g", 40, 0);
	/* Their time comes while they are being freed. */
	fixture_turn(&bench.fixture, START + 50);
	fixture_settle(&bench.fixture);
	expect_sizes(&bench, 1, 0, 1);
	ck_assert_got(&bench, "DONE 'g'");
	ck_assert_uint_eq(bench.fixture.core.timers.count, 0);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(removal_with_items_that_wait_for_their_time_leaves_nothing)
{
	struct queue_bench bench;

	init(&bench, 0, QUEUE_FIFO);
	bench.fixture.limits.turn_steps = 1;
	put(&bench, 1, "abc", 50, 0);
	put(&bench, 2, "def", 0, 50);
	object_destroy(&bench.fixture.core, (struct object *)bench.queue);
	fixture_turn(&bench.fixture, START + 50);
	queue_bench_fini(&bench);
	ck_assert_uint_eq(bench.fixture.core.timers.count, 0);
}
END_TEST

START_TEST(timed_put_without_memory_changes_nothing)
{
	struct queue_bench bench;
	unsigned good = 0;
	bool failed;

	init(&bench, 0, QUEUE_FIFO);
	do {
		const char *answer;

		nomem_starve(good++);
		answer = put(&bench, 1, "abc", good % 2 ? 50 : 0, 70);
		failed = nomem_disarm();
		ck_assert_str_eq(answer, failed ? "NO_MEMORY" : "DONE");
		if (failed)
			expect_sizes(&bench, 0, 0, 0);
	} while (failed);
	ck_assert_uint_gt(good, 5);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(delayed_item_without_memory_becomes_ready_once_there_is_some)
{
	struct queue_bench bench;
	bool failed;

	init(&bench, 0, QUEUE_FIFO);
	put(&bench, 1, "a", 50, 0);
	nomem_starve(0);
	fixture_turn(&bench.fixture, START + 50);
	failed = nomem_disarm();
	ck_assert(failed);
	expect_sizes(&bench, 0, 1, 1);
	fixture_turn(&bench.fixture, START + 2000000);
	ck_assert_got(&bench, "DONE 'a'");
	queue_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		delayed_item_can_not_be_got_before_its_time,
		delayed_items_stand_where_they_became_ready,
		delayed_items_of_a_stack_come_on_top,
		delayed_items_of_a_priority_queue_are_ordered,
		delayed_item_wakes_a_getter_on_time,
		delayed_items_count_for_maxsize,
		delay_of_a_put_that_waits_counts_from_the_call,
		delay_without_end_stays_without,
		shutdown_lets_getters_wait_for_what_is_delayed,
		shutdown_ends_getters_when_the_last_delayed_item_is_gone,
		shutdown_at_once_drops_what_is_delayed,
		item_not_taken_in_time_is_gone_and_done,
		items_that_expire_keep_the_order_of_putting,
		item_that_expires_makes_room_for_a_putter,
		time_to_live_counts_from_the_end_of_the_delay,
		item_whose_time_is_over_when_it_becomes_ready_is_gone,
		item_that_comes_back_too_late_is_gone,
		expiry_of_many_is_spread_over_turns,
		items_that_expire_leave_the_others_in_order,
		clear_takes_delayed_and_expiring_items_along,
		removal_with_items_that_wait_for_their_time_leaves_nothing,
		timed_put_without_memory_changes_nothing,
		delayed_item_without_memory_becomes_ready_once_there_is_some,
		NULL,
	};

	return unit_run("queue_time", tests);
}
