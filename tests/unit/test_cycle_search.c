/* The search for cycles: it takes no long turn, has its pauses, and is not misled by what changes meanwhile. */
#include "tests/unit/cycle_bench.h"

#include "daemon/core/dict.h"
#include "daemon/core/list.h"
#include "daemon/core/queue.h"

/* -- steps ------------------------------------------------------------------------------------------------------- */

/* A list of `count` references to one leaf, and a ring of two that goes. */
static struct object *
long_list(struct cycle_bench *bench, size_t count)
{
	struct object *list = cycle_bench_open(bench, KIND_LIST), *leaf = cycle_bench_open(bench, KIND_LIST);
	struct object *a = cycle_bench_open(bench, KIND_LIST), *b = cycle_bench_open(bench, KIND_LIST);

	for (size_t i = 0; i < count; i++)
		cycle_bench_refer(bench, list, leaf);
	cycle_bench_refer(bench, a, b);
	cycle_bench_refer(bench, b, a);
	cycle_bench_let_go(bench, a);
	cycle_bench_let_go(bench, b);
	return list;
}

START_TEST(search_takes_no_more_than_its_steps_a_turn)
{
	enum { REFERENCES = 5000, STEPS = 100 };
	struct cycle_bench bench;
	unsigned turns = 0;

	cycle_bench_init(&bench);
	long_list(&bench, REFERENCES);
	bench.fixture.limits.turn_steps = STEPS;
	bench.core->now_ns = PAUSE;
	do {
		uint64_t before = bench.core->cycle.steps;

		fixture_turn(&bench.fixture, bench.core->now_ns);
		ck_assert_uint_le(bench.core->cycle.steps, before + STEPS);
		turns++;
	} while (bench.core->cycle.phase != CYCLE_IDLE);
	/* A place and a reference are a step each. */
	ck_assert_uint_ge(turns, 2 * REFERENCES / STEPS);
	ck_assert_uint_le(turns, 2 * REFERENCES / STEPS + 2);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->objects.count, 2);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(value_of_many_references_takes_their_steps)
{
	enum { REFERENCES = 1000 };
	static uint8_t payload[REFERENCES * FIXTURE_ROOM];
	uint8_t *to = payload;
	struct value reference;
	struct cycle_bench bench;
	struct object *list, *leaf;

	cycle_bench_init(&bench);
	list = cycle_bench_open(&bench, KIND_LIST);
	leaf = cycle_bench_open(&bench, KIND_LIST);
	reference = REFERENCE(object_id(leaf));
	for (size_t i = 0; i < REFERENCES; i++) {
		*to++ = VALUE_ITEM_TAG;
		*to++ = (uint8_t)value_encoded_size(reference.kind, reference.size);
		to = value_encode(to, &reference);
	}
	for (int i = 0; i < 3; i++)
		cycle_bench_insert(&bench, list, 0, (struct value){ VALUE_LIST, payload, (size_t)(to - payload) },
		    true);
	ck_assert_uint_eq(leaf->refs, 3 * REFERENCES + 1);
	bench.fixture.limits.turn_steps = 10;
	cycle_suspect(bench.core);
	for (int i = 3; i > 0; i--) {
		/* One value a turn, though it is more than the turn's steps. */
		fixture_turn(&bench.fixture, PAUSE);
		ck_assert_uint_eq(bench.core->cycle.position, i == 1 ? UINT64_MAX : (uint64_t)i - 1);
	}
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(dict_of_plain_values_is_not_searched)
{
	struct cycle_bench bench;
	struct object *dict, *list;

	cycle_bench_init(&bench);
	dict = cycle_bench_open(&bench, KIND_DICT);
	for (int64_t i = 0; i < 1000; i++) {
		struct dict_item item = { INTEGER(i), INTEGER(i), false, false };

		ck_assert_status(dict_set(bench.core, (struct dict *)dict, &item), CONCUR_OK);
	}
	list = cycle_bench_open(&bench, KIND_LIST);
	cycle_bench_refer(&bench, list, dict);
	cycle_bench_let_go(&bench, dict);
	cycle_suspect(bench.core);
	cycle_bench_pass(&bench);
	ck_assert_uint_gt(bench.core->cycle.steps, 0);
	ck_assert_uint_lt(bench.core->cycle.steps, 10);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(search_begins_only_when_there_is_cause_and_after_a_pause)
{
	struct cycle_bench bench;
	struct object *list;
	uint64_t number, due;

	cycle_bench_init(&bench);
	list = long_list(&bench, 1000);
	number = bench.core->cycle.number;
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->cycle.number, number + 1);
	/* No cause: handles that go while others stay, plain objects, items that are not the last way. */
	ck_assert_int_eq(session_ref(bench.core, bench.client, list), 0);
	cycle_bench_let_go(&bench, list);
	cycle_bench_let_go(&bench, cycle_bench_open(&bench, KIND_LIST));
	cycle_bench_drop(&bench, list, -1);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->cycle.number, number + 1);
	/* Cause, but not yet; and the pause behind a long search is longer. */
	cycle_bench_let_go(&bench, long_list(&bench, 1000));
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->cycle.number, number + 2);
	cycle_bench_refer(&bench, list, list);
	cycle_bench_let_go(&bench, list);
	due = fixture_turn(&bench.fixture, bench.core->now_ns);
	ck_assert_uint_gt(due, bench.core->now_ns + 100000000);
	fixture_turn(&bench.fixture, due - 1);
	ck_assert_uint_eq(bench.core->cycle.number, number + 2);
	fixture_turn(&bench.fixture, due);
	ck_assert_uint_eq(bench.core->cycle.number, number + 3);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(object_out_of_reach_is_not_found_before_it_is_destroyed)
{
	enum { RING = 20 };
	struct object *ring[RING];
	struct cycle_bench bench;
	uint64_t ids[RING];

	cycle_bench_init(&bench);
	for (size_t i = 0; i < RING; i++) {
		ring[i] = cycle_bench_open(&bench, KIND_LIST);
		ids[i] = object_id(ring[i]);
	}
	for (size_t i = 0; i < RING; i++) {
		cycle_bench_refer(&bench, ring[i], ring[(i + 1) % RING]);
		cycle_bench_let_go(&bench, ring[i]);
	}
	bench.fixture.limits.turn_steps = 3;
	while (bench.core->cycle.phase != CYCLE_ENDING)
		fixture_turn(&bench.fixture, PAUSE);
	ck_assert_uint_gt(bench.core->objects.count, RING / 2);
	for (size_t i = 0; i < RING; i++)
		ck_assert(!cycle_bench_lives(&bench, ids[i]));
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

/* -- changes while a search goes on ------------------------------------------------------------------------------ */

enum { ITEMS = 20 };

/* A list with plain items, and one reference at `index`, the only one to a second list. The search has followed what
 * is at and behind the place `position`. */
static struct object *
half_searched(struct cycle_bench *bench, int64_t index, uint64_t position, uint64_t *ret_inner)
{
	struct object *list = cycle_bench_open(bench, KIND_LIST), *inner = cycle_bench_open(bench, KIND_LIST);

	*ret_inner = object_id(inner);
	cycle_bench_refer(bench, inner, inner);
	for (int64_t i = 0; i < ITEMS; i++)
		cycle_bench_insert(bench, list, i, i == index ? REFERENCE(*ret_inner) : INTEGER(i), i == index);
	cycle_bench_let_go(bench, inner);
	cycle_bench_pass(bench);
	cycle_suspect(bench->core);
	bench->fixture.limits.turn_steps = 1;
	bench->core->now_ns += PAUSE;
	while (bench->core->cycle.phase != CYCLE_MARKING || bench->core->cycle.position != position)
		fixture_turn(&bench->fixture, bench->core->now_ns);
	return list;
}

START_TEST(item_moved_behind_the_search_is_still_found)
{
	struct list_slice front = { .start = 0, .stop = 2, .step = 1 };
	struct list_item items[5] = { { INTEGER(1), false }, { INTEGER(2), false }, { INTEGER(3), false },
		{ INTEGER(4), false }, { INTEGER(5), false } };
	struct cycle_bench bench;
	struct object *list;
	uint64_t inner;

	cycle_bench_init(&bench);
	list = half_searched(&bench, 9, 10, &inner);
	switch (_i) {
	case 0:
		cycle_bench_insert(&bench, list, 0, INTEGER(0), false);
		break;
	case 1:
		ck_assert_status(list_reverse(bench.core, (struct list *)list), CONCUR_OK);
		break;
	case 2:
		ck_assert_status(list_set_slice(bench.core, (struct list *)list, &front, items, UNIT_COUNT(items)),
		    CONCUR_OK);
		break;
	default:
		for (int i = 0; i < 8; i++) {
			cycle_bench_drop(&bench, list, 0);
			cycle_bench_insert(&bench, list, ITEMS, INTEGER(0), false);
		}
	}
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, inner));
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(reference_moved_from_ahead_of_the_search_to_behind_it_is_found)
{
	struct cycle_bench bench;
	struct object *list, *other;
	struct blob *blob;
	uint64_t inner;

	cycle_bench_init(&bench);
	other = cycle_bench_open(&bench, KIND_LIST);
	cycle_bench_refer(&bench, other, other);
	list = half_searched(&bench, 9, 10, &inner);
	ck_assert_status(list_pop(bench.core, (struct list *)list, 9, &blob), CONCUR_OK);
	cycle_bench_insert(&bench, _i == 0 ? list : other, ITEMS, store_value(blob), true);
	blob_unref(blob);
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, inner));
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(handle_taken_during_the_search_keeps)
{
	struct cycle_bench bench;
	struct object *list;
	uint64_t inner;

	cycle_bench_init(&bench);
	list = half_searched(&bench, 9, 10, &inner);
	ck_assert_int_eq(session_ref(bench.core, bench.client, object_find(bench.core, inner)), 0);
	cycle_bench_drop(&bench, list, 9);
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, inner));
	cycle_bench_let_go(&bench, object_find(bench.core, inner));
	cycle_bench_pass(&bench);
	ck_assert(!cycle_bench_lives(&bench, inner));
	cycle_bench_fini(&bench);
}
END_TEST

static void
put_integer(struct cycle_bench *bench, struct object *queue, int64_t number)
{
	struct ask ask = fixture_ask(bench->client, 1, 1, 0);
	struct queue_load load = { .values = &INTEGER(number), .refers = &(bool){ false }, .count = 1 };
	struct result result = { 0 };

	ck_assert_status(queue_put(bench->core, (struct queue *)queue, &ask, &load, &result), CONCUR_OK);
}

/* Items that refer stand apart from those that do not; what is got shows nothing of that. */
START_TEST(queue_of_references_and_plain_items_keeps_its_order)
{
	static const int64_t expected[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 } };
	struct cycle_bench bench;
	struct object *queue, *list;
	struct result result = { 0 };
	struct ask ask;

	cycle_bench_init(&bench);
	queue = fixture_open(&bench.fixture,
	    &(struct object_options){ .kind = KIND_QUEUE, .order = _i == 0 ? QUEUE_FIFO : QUEUE_LIFO });
	list = cycle_bench_open(&bench, KIND_LIST);
	for (int64_t i = 0; i < 4; i++) {
		if (i % 2)
			cycle_bench_refer(&bench, queue, list);
		else
			put_integer(&bench, queue, i);
	}
	ask = fixture_ask(bench.client, 1, 1, 0);
	for (int i = 0; i < 4; i++) {
		struct value value;

		ck_assert_status(queue_get(bench.core, (struct queue *)queue, &ask, false, 1, &result), CONCUR_OK);
		value = store_value(result.value);
		if (expected[_i][i] % 2)
			ck_assert_int_eq(value.kind, VALUE_OBJECT);
		else
			ck_assert_int_eq(value_integer(&value), expected[_i][i]);
		result_fini(&result);
	}
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(queue_cleared_while_it_is_searched_is_searched_no_further)
{
	struct cycle_bench bench;
	struct object *queue, *list;
	uint64_t id;

	cycle_bench_init(&bench);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE });
	list = cycle_bench_open(&bench, KIND_LIST);
	id = object_id(list);
	cycle_bench_refer(&bench, list, list);
	for (int i = 0; i < ITEMS; i++)
		cycle_bench_refer(&bench, queue, list);
	cycle_bench_let_go(&bench, list);
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, id));
	bench.fixture.limits.turn_steps = 1;
	cycle_suspect(bench.core);
	bench.core->now_ns += PAUSE;
	while (bench.core->cycle.phase != CYCLE_MARKING || bench.core->cycle.position == UINT64_MAX)
		fixture_turn(&bench.fixture, bench.core->now_ns);
	ck_assert_status(queue_kind.clear(bench.core, queue), CONCUR_OK);
	cycle_bench_refer(&bench, queue, list);
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, id));
	ck_assert_status(queue_kind.clear(bench.core, queue), CONCUR_OK);
	cycle_bench_pass(&bench);
	ck_assert(!cycle_bench_lives(&bench, id));
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(container_destroyed_while_it_is_searched_ends_nothing_else)
{
	struct cycle_bench bench;
	struct object *list, *other;
	uint64_t inner;

	cycle_bench_init(&bench);
	other = cycle_bench_open(&bench, KIND_LIST);
	cycle_bench_refer(&bench, other, other);
	list = half_searched(&bench, 9, 10, &inner);
	cycle_bench_refer(&bench, other, object_find(bench.core, inner));
	object_destroy(bench.core, list);
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, inner));
	cycle_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		search_takes_no_more_than_its_steps_a_turn,
		value_of_many_references_takes_their_steps,
		dict_of_plain_values_is_not_searched,
		search_begins_only_when_there_is_cause_and_after_a_pause,
		object_out_of_reach_is_not_found_before_it_is_destroyed,
		handle_taken_during_the_search_keeps,
		queue_cleared_while_it_is_searched_is_searched_no_further,
		container_destroyed_while_it_is_searched_ends_nothing_else,
		NULL,
	};
	Suite *suite = suite_create("cycle_search");
	TCase *tcase = tcase_create("cycle_search");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, queue_of_references_and_plain_items_keeps_its_order, 0, 2);
	tcase_add_loop_test(tcase, item_moved_behind_the_search_is_still_found, 0, 4);
	tcase_add_loop_test(tcase, reference_moved_from_ahead_of_the_search_to_behind_it_is_found, 0, 2);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(tcase, *test);
	tcase_set_timeout(tcase, 0);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
