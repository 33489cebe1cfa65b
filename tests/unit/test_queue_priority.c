/* The priority queue: the smallest first, as Python orders; equals by age; what does not compare is refused. */
#include "tests/unit/model.h"
#include "tests/unit/nomem.h"
#include "tests/unit/queue_bench.h"

enum { ROOM = 64 };

static enum concur_status
put(struct queue_bench *bench, const struct value *values, size_t count)
{
	static const bool refers[16];
	struct ask ask = fixture_ask(bench->clients[0], 1, 1, 0);
	struct result result = { 0 };

	return queue_put(&bench->fixture.core, bench->queue, &ask, LOAD(values, refers, count), &result);
}

/* A tuple of two values. */
static struct value
pair(uint8_t room[ROOM], struct value a, struct value b)
{
	const struct value *const parts[] = { &a, &b };
	uint8_t *to = room;

	for (size_t i = 0; i < 2; i++) {
		*to++ = VALUE_ITEM_TAG;
		to = value_varint_write(to, value_encoded_size(parts[i]->kind, parts[i]->size));
		to = value_encode(to, parts[i]);
	}
	return (struct value){ VALUE_TUPLE, room, (size_t)(to - room) };
}

#define PAIR(a, b) FIXTURE_LITERAL(pair((uint8_t[ROOM]){ 0 }, (a), (b)))

START_TEST(get_gives_the_smallest)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_PRIORITY);
	queue_bench_put(&bench, 0, 1, 0, "qwertzuiop");
	ck_assert_str_eq(queue_bench_get(&bench, 1, 2, 0), "DONE 'e'");
	queue_bench_put(&bench, 0, 3, 0, "ax");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 4, 0, 4), "DONE 'a' 'i' 'o' 'p'");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 5, 0, 9), "DONE 'q' 'r' 't' 'u' 'w' 'x' 'z'");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(get_gives_equals_by_age)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_PRIORITY);
	ck_assert_status(put(&bench, &INTEGER(1), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &BOOLEAN(true), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &NUMBER(1.0), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &NUMBER(0.5), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &INTEGER(1), 1), CONCUR_OK);
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 2, 0, 9), "DONE 0.5 1 True 1.0 1");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(put_of_what_does_not_compare_changes_nothing)
{
	struct queue_bench bench;
	uint64_t bytes;

	queue_bench_init(&bench, 0, QUEUE_PRIORITY);
	ck_assert_status(put(&bench, &INTEGER(7), 1), CONCUR_OK);
	bytes = bench.fixture.core.bytes;
	ck_assert_status(put(&bench, &TEXT("seven"), 1), CONCUR_TYPE_ERROR);
	ck_assert_uint_eq(bench.fixture.core.bytes, bytes);
	queue_bench_expect_state(&bench, 1, 1, 0, 0);
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 2, 0, 9), "DONE 7");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(put_many_of_which_one_does_not_compare_puts_none)
{
	struct queue_bench bench;
	const struct value values[] = { INTEGER(3), INTEGER(1), INTEGER(2), TEXT("x") };

	queue_bench_init(&bench, 0, QUEUE_PRIORITY);
	ck_assert_status(put(&bench, &INTEGER(9), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &INTEGER(0), 1), CONCUR_OK);
	ck_assert_status(put(&bench, values, 4), CONCUR_TYPE_ERROR);
	queue_bench_expect_state(&bench, 2, 2, 0, 0);
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 2, 0, 9), "DONE 0 9");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(put_of_opaque_values_needs_different_numbers_in_front)
{
	struct queue_bench bench;

	queue_bench_init(&bench, 0, QUEUE_PRIORITY);
	ck_assert_status(put(&bench, &PAIR(INTEGER(2), OPAQUE('p')), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &PAIR(INTEGER(1), OPAQUE('q')), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &PAIR(INTEGER(3), OPAQUE('r')), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &PAIR(INTEGER(1), OPAQUE('s')), 1), CONCUR_NEEDS_COMPARE);
	queue_bench_expect_state(&bench, 3, 3, 0, 0);
	queue_bench_fini(&bench);
	queue_bench_init(&bench, 0, QUEUE_PRIORITY);
	ck_assert_status(put(&bench, &OPAQUE('p'), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &OPAQUE('q'), 1), CONCUR_NEEDS_COMPARE);
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(putter_whose_item_does_not_compare_is_told_and_the_next_goes)
{
	struct queue_bench bench;
	struct result result = { 0 };
	struct ask ask;

	queue_bench_init(&bench, 2, QUEUE_PRIORITY);
	ck_assert_status(put(&bench, &INTEGER(1), 1), CONCUR_OK);
	ck_assert_status(put(&bench, &INTEGER(2), 1), CONCUR_OK);
	ask = fixture_ask(bench.clients[0], 7, 7, -1);
	ck_assert_status(queue_put(&bench.fixture.core, bench.queue, &ask, LOAD(&TEXT("x"), &(bool){ false }, 1),
			     &result),
	    CONCUR_PENDING);
	ask.call = 8;
	ck_assert_status(queue_put(&bench.fixture.core, bench.queue, &ask, LOAD(&INTEGER(0), &(bool){ false }, 1),
			     &result),
	    CONCUR_PENDING);
	ck_assert_str_eq(queue_bench_get(&bench, 1, 2, 0), "DONE 1");
	ck_assert_said(&bench, "7:TYPE_ERROR, 8:DONE");
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 3, 0, 9), "DONE 0 2");
	queue_bench_fini(&bench);
}
END_TEST

START_TEST(put_without_memory_changes_nothing)
{
	struct queue_bench bench;
	const struct value values[] = { INTEGER(3), INTEGER(1), INTEGER(2) };
	enum concur_status status;
	unsigned good = 0;

	queue_bench_init(&bench, 0, QUEUE_PRIORITY);
	for (;; good++) {
		bool failed;

		nomem_starve(good);
		status = put(&bench, values, 3);
		failed = nomem_disarm();
		if (!failed)
			break;
		ck_assert_status(status, CONCUR_NO_MEMORY);
		queue_bench_expect_state(&bench, 0, 0, 0, 0);
	}
	ck_assert_status(status, CONCUR_OK);
	ck_assert_uint_gt(good, 5);
	ck_assert_str_eq(queue_bench_get_many(&bench, 1, 3, 0, 9), "DONE 1 2 3");
	queue_bench_fini(&bench);
}
END_TEST

/* The number in front of the pair that is got. */
static int64_t
get_number(struct queue_bench *bench)
{
	struct ask ask = fixture_ask(bench->clients[1], 1, 1, 0);
	struct result result = { 0 };
	struct value tuple, number;
	struct value_walk walk;
	int64_t ret;

	ck_assert_status(queue_get(&bench->fixture.core, bench->queue, &ask, false, 1, &result), CONCUR_OK);
	tuple = store_value(result.value);
	value_walk_begin(&walk, &tuple);
	ck_assert(value_walk_next(&walk, &number));
	ret = value_integer(&number);
	result_fini(&result);
	return ret;
}

/* Against a count of each number. */
static void
run_model(struct random *random)
{
	enum { OPERATIONS = 2000, NUMBERS = 50 };
	unsigned counts[NUMBERS] = { 0 };
	struct queue_bench bench;
	size_t count = 0;

	queue_bench_init(&bench, 0, QUEUE_PRIORITY);
	for (int i = 0; i < OPERATIONS; i++) {
		size_t number = random_below(random, NUMBERS), least = 0;

		if (random_below(random, 5) < 3) {
			ck_assert_status(put(&bench, &PAIR(INTEGER((int64_t)number), INTEGER(0)), 1), CONCUR_OK);
			counts[number]++;
			count++;
		} else if (count) {
			while (!counts[least])
				least++;
			ck_assert_int_eq(get_number(&bench), (int64_t)least);
			counts[least]--;
			count--;
		}
	}
	queue_bench_fini(&bench);
}

START_TEST(priority_queue_behaves_as_an_array)
{
	random_each_seed(run_model);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		get_gives_the_smallest,
		get_gives_equals_by_age,
		put_of_what_does_not_compare_changes_nothing,
		put_many_of_which_one_does_not_compare_puts_none,
		put_of_opaque_values_needs_different_numbers_in_front,
		putter_whose_item_does_not_compare_is_told_and_the_next_goes,
		put_without_memory_changes_nothing,
		priority_queue_behaves_as_an_array,
		NULL,
	};

	return unit_run("queue_priority", tests);
}
