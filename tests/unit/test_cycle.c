/* Cycles: what refers only to itself goes, what can still be reached stays. */
#include "tests/unit/cycle_bench.h"

#include "daemon/core/cell.h"
#include "daemon/core/dict.h"
#include "daemon/core/list.h"
#include "daemon/core/pipe.h"
#include "daemon/core/queue.h"

/* -- what goes --------------------------------------------------------------------------------------------------- */

START_TEST(list_that_contains_itself_goes_with_its_last_handle)
{
	struct cycle_bench bench;
	struct object *list;
	uint64_t id;

	cycle_bench_init(&bench);
	list = cycle_bench_open(&bench, KIND_LIST);
	id = object_id(list);
	cycle_bench_refer(&bench, list, list);
	cycle_bench_refer(&bench, list, list);
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, id));
	cycle_bench_let_go(&bench, list);
	cycle_bench_pass(&bench);
	ck_assert(!cycle_bench_lives(&bench, id));
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(ring_of_all_kinds_goes_with_what_hangs_on_it)
{
	static const enum kind_id kinds[] = { KIND_DICT, KIND_LIST, KIND_SET, KIND_QUEUE, KIND_CELL };
	struct object *ring[UNIT_COUNT(kinds)], *tail, *leaf;
	struct cycle_bench bench;

	cycle_bench_init(&bench);
	for (size_t i = 0; i < UNIT_COUNT(kinds); i++)
		ring[i] = cycle_bench_open(&bench, kinds[i]);
	for (size_t i = 0; i < UNIT_COUNT(kinds); i++)
		cycle_bench_refer(&bench, ring[i], ring[(i + 1) % UNIT_COUNT(kinds)]);
	tail = cycle_bench_open(&bench, KIND_LIST);
	leaf = cycle_bench_open(&bench, KIND_LOCK);
	cycle_bench_refer(&bench, ring[1], tail);
	cycle_bench_refer(&bench, tail, leaf);
	cycle_bench_let_go(&bench, tail);
	cycle_bench_let_go(&bench, leaf);
	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		cycle_bench_pass(&bench);
		ck_assert_uint_eq(bench.core->objects.count, UNIT_COUNT(kinds) + 2);
		cycle_bench_let_go(&bench, ring[i]);
	}
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(cycle_that_a_key_closes_goes)
{
	struct cycle_bench bench;
	struct object *dict;
	struct dict_item item;

	cycle_bench_init(&bench);
	dict = cycle_bench_open(&bench, KIND_DICT);
	item = (struct dict_item){ REFERENCE(object_id(dict)), TEXT("me"), true, false };
	ck_assert_status(dict_set(bench.core, (struct dict *)dict, &item), CONCUR_OK);
	cycle_bench_let_go(&bench, dict);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(pipe_end_that_was_sent_itself_goes)
{
	struct cycle_bench bench;
	const struct pipe_options options = { .duplex = true };
	struct pipe *ends[2];
	struct result result = { 0 };
	struct ask ask;

	cycle_bench_init(&bench);
	ask = fixture_ask(bench.client, 1, 1, 0);
	ck_assert_status(pipe_new(bench.core, &options, ends), CONCUR_OK);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(session_ref(bench.core, bench.client, (struct object *)ends[i]), 0);
	ck_assert_status(pipe_send(bench.core, ends[0], &ask, &REFERENCE(object_id((struct object *)ends[1])), true,
			     &result),
	    CONCUR_OK);
	cycle_bench_let_go(&bench, (struct object *)ends[1]);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 1);
	cycle_bench_let_go(&bench, (struct object *)ends[0]);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

/* A copy shares what its original stores; it is made, and the original ends, in the middle of a search. */
START_TEST(copy_of_a_container_keeps_what_it_shares)
{
	struct cycle_bench bench;
	struct object *original, *copy, *inner;
	uint64_t id;

	cycle_bench_init(&bench);
	inner = cycle_bench_open(&bench, KIND_LIST);
	id = object_id(inner);
	original = cycle_bench_open(&bench, _i == 0 ? KIND_LIST : KIND_DICT);
	cycle_bench_refer(&bench, original, inner);
	cycle_bench_refer(&bench, inner, inner);
	cycle_bench_let_go(&bench, inner);
	cycle_bench_pass(&bench);
	bench.fixture.limits.turn_steps = 1;
	cycle_suspect(bench.core);
	fixture_turn(&bench.fixture, bench.core->now_ns + PAUSE);
	ck_assert_int_eq(bench.core->cycle.phase, CYCLE_MARKING);
	ck_assert_status(object_copy(bench.core, original, LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	ck_assert_int_eq(session_ref(bench.core, bench.client, copy), 0);
	cycle_bench_let_go(&bench, original);
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, id));
	cycle_bench_let_go(&bench, copy);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(cycle_goes_when_the_item_that_led_to_it_does)
{
	struct cycle_bench bench;
	struct object *way, *a, *b;

	cycle_bench_init(&bench);
	way = cycle_bench_open(&bench, KIND_LIST);
	a = cycle_bench_open(&bench, KIND_LIST);
	b = cycle_bench_open(&bench, KIND_DICT);
	cycle_bench_refer(&bench, way, b);
	cycle_bench_refer(&bench, a, b);
	cycle_bench_refer(&bench, b, a);
	cycle_bench_let_go(&bench, a);
	cycle_bench_let_go(&bench, b);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 3);
	cycle_bench_drop(&bench, way, 0);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 1);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(cycle_goes_when_the_container_that_led_to_it_does)
{
	struct cycle_bench bench;
	struct object *way, *a;

	cycle_bench_init(&bench);
	way = cycle_bench_open(&bench, KIND_CELL);
	a = cycle_bench_open(&bench, KIND_QUEUE);
	cycle_bench_refer(&bench, way, a);
	cycle_bench_refer(&bench, a, a);
	cycle_bench_let_go(&bench, a);
	cycle_bench_pass(&bench);
	cycle_bench_let_go(&bench, way);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(cycle_goes_when_its_session_dies)
{
	struct cycle_bench bench;
	struct object *a, *b;

	cycle_bench_init(&bench);
	a = cycle_bench_open(&bench, KIND_LIST);
	b = cycle_bench_open(&bench, KIND_LIST);
	cycle_bench_refer(&bench, a, b);
	cycle_bench_refer(&bench, b, a);
	session_end(bench.core, bench.client, FAREWELL_DEATH);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

/* Where it fails for a new kind: that has to have each_reference, or its name here if it never stores a value. */
START_TEST(every_kind_that_stores_values_shows_its_references)
{
	const unsigned without = KIND_BIT(KIND_LOCK) | KIND_BIT(KIND_RLOCK) | KIND_BIT(KIND_RWLOCK) |
	    KIND_BIT(KIND_SEMAPHORE) | KIND_BIT(KIND_CONDITION) | KIND_BIT(KIND_EVENT) | KIND_BIT(KIND_LATCH) |
	    KIND_BIT(KIND_ARRAY) | KIND_BIT(KIND_PROCESS);

	for (enum kind_id id = KIND_DICT; id < KIND_COUNT; id++) {
		if (kind_find(id) && !(without & KIND_BIT(id)))
			ck_assert_msg(kind_find(id)->each_reference != NULL, "%s does not", kind_find(id)->name);
	}
}
END_TEST

/* -- what stays -------------------------------------------------------------------------------------------------- */

/* A list, kept by what the loop says, refers to a cell that refers back. */
START_TEST(cycle_that_is_kept_from_outside_stays_whole)
{
	static const enum lifetime lifetimes[] = { LIFETIME_NAMED, LIFETIME_SESSION };
	struct cycle_bench bench;
	struct object *list, *cell;

	cycle_bench_init(&bench);
	list = cycle_bench_open_with(&bench, KIND_LIST, _i == 0 ? "name" : NULL, lifetimes[_i]);
	cell = cycle_bench_open(&bench, KIND_CELL);
	cycle_bench_refer(&bench, list, cell);
	cycle_bench_refer(&bench, cell, list);
	cycle_bench_let_go(&bench, list);
	cycle_bench_let_go(&bench, cell);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 2);
	if (_i == 0)
		object_forget_name(bench.core, list);
	else
		session_end(bench.core, bench.client, FAREWELL_GOODBYE);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(cycle_that_a_waiting_call_stands_at_stays)
{
	struct cycle_bench bench;
	struct object *queue, *list;
	struct ask ask;
	struct result result = { 0 };

	cycle_bench_init(&bench);
	queue = cycle_bench_open(&bench, KIND_QUEUE);
	list = cycle_bench_open(&bench, KIND_LIST);
	cycle_bench_refer(&bench, list, queue);
	cycle_bench_refer(&bench, queue, list);
	ask = fixture_ask(bench.client, 1, 1, -1);
	ck_assert_status(queue_join(bench.core, (struct queue *)queue, &ask, &result), CONCUR_PENDING);
	cycle_bench_let_go(&bench, queue);
	cycle_bench_let_go(&bench, list);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 2);
	waiter_cancel(bench.core, waiter_find(bench.client, 1), CONCUR_CANCELLED);
	cycle_bench_pass(&bench);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	cycle_bench_fini(&bench);
}
END_TEST

/* The only reference from outside is in a value that waits for room in a queue. */
START_TEST(cycle_in_a_value_on_its_way_stays)
{
	struct cycle_bench bench;
	struct object *queue, *list;
	struct ask ask;
	struct result result = { 0 };
	uint64_t id;

	cycle_bench_init(&bench);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE, .maxsize = 1 });
	cycle_bench_refer(&bench, queue, queue);
	list = cycle_bench_open(&bench, KIND_LIST);
	id = object_id(list);
	cycle_bench_refer(&bench, list, list);
	ask = fixture_ask(bench.client, 1, 1, -1);
	ck_assert_status(queue_put(bench.core, (struct queue *)queue, &ask,
			     &(struct queue_load){ &REFERENCE(id), &(bool){ true }, 1, 0, 0, NULL }, &result),
	    CONCUR_PENDING);
	cycle_bench_let_go(&bench, list);
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, id));
	/* It arrives when a search is through with the queue, and has not looked at the list. */
	bench.fixture.limits.turn_steps = 1;
	cycle_suspect(bench.core);
	bench.core->now_ns += PAUSE;
	while (bench.core->cycle.phase != CYCLE_MARKING || link_empty(&bench.core->cycle.done))
		fixture_turn(&bench.fixture, bench.core->now_ns);
	ck_assert(queue->reached == bench.core->cycle.number && list->reached < queue->reached);
	ask = fixture_ask(bench.client, 1, 2, 0);
	ck_assert_status(queue_get(bench.core, (struct queue *)queue, &ask, false, 1, &result), CONCUR_OK);
	result_fini(&result);
	deliveries_read(bench.core, &bench.client->deliveries, UINT64_MAX);
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, id));
	ck_assert_uint_eq(list->refs, 2);
	ck_assert_status(queue_get(bench.core, (struct queue *)queue, &ask, false, 1, &result), CONCUR_OK);
	result_fini(&result);
	deliveries_read(bench.core, &bench.client->deliveries, UINT64_MAX);
	cycle_bench_pass(&bench);
	ck_assert(!cycle_bench_lives(&bench, id));
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(value_that_waited_and_left_keeps_nothing)
{
	struct cycle_bench bench;
	struct object *queue, *list;
	struct ask ask;
	struct result result = { 0 };

	cycle_bench_init(&bench);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE, .maxsize = 1 });
	list = cycle_bench_open(&bench, KIND_LIST);
	cycle_bench_refer(&bench, list, list);
	cycle_bench_refer(&bench, queue, queue);
	ask = fixture_ask(bench.client, 1, 1, -1);
	ck_assert_status(queue_put(bench.core, (struct queue *)queue, &ask,
			     &(struct queue_load){ &REFERENCE(object_id(list)), &(bool){ true }, 1, 0, 0, NULL },
			     &result),
	    CONCUR_PENDING);
	ck_assert_uint_eq(list->refs, 4);
	waiter_cancel(bench.core, waiter_find(bench.client, 1), CONCUR_CANCELLED);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:CANCELLED");
	ck_assert_uint_eq(list->refs, 2);
	cycle_bench_fini(&bench);
}
END_TEST

/* -- lingering --------------------------------------------------------------------------------------------------- */

START_TEST(cycle_whose_ids_were_sent_lingers_first)
{
	struct cycle_bench bench;
	struct object *list;
	uint64_t id, due;

	cycle_bench_init(&bench);
	bench.fixture.limits.linger_seconds = 60;
	list = cycle_bench_open(&bench, KIND_LIST);
	id = object_id(list);
	cycle_bench_refer(&bench, list, list);
	cycle_bench_let_go(&bench, list);
	fixture_settle(&bench.fixture);
	ck_assert(cycle_bench_lives(&bench, id));
	due = fixture_turn(&bench.fixture, 30 * CORE_SECOND);
	ck_assert_uint_eq(due, 60 * CORE_SECOND);
	/* Somebody comes with the id. */
	ck_assert_int_eq(session_ref(bench.core, bench.client, object_find(bench.core, id)), 0);
	bench.core->now_ns = 100 * CORE_SECOND;
	fixture_settle(&bench.fixture);
	ck_assert(cycle_bench_lives(&bench, id));
	cycle_bench_let_go(&bench, list);
	fixture_settle(&bench.fixture);
	bench.core->now_ns = 159 * CORE_SECOND;
	fixture_settle(&bench.fixture);
	ck_assert(cycle_bench_lives(&bench, id));
	bench.core->now_ns = 160 * CORE_SECOND;
	fixture_settle(&bench.fixture);
	ck_assert(!cycle_bench_lives(&bench, id));
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 161 * CORE_SECOND), UINT64_MAX);
	cycle_bench_fini(&bench);
}
END_TEST

START_TEST(shortage_ends_the_lingering_of_cycles)
{
	struct cycle_bench bench;
	struct object *list;
	uint64_t id;

	cycle_bench_init(&bench);
	bench.fixture.limits.linger_seconds = 60;
	list = cycle_bench_open(&bench, KIND_LIST);
	id = object_id(list);
	cycle_bench_refer(&bench, list, list);
	cycle_bench_let_go(&bench, list);
	fixture_settle(&bench.fixture);
	ck_assert(cycle_bench_lives(&bench, id));
	core_relieve(bench.core);
	cycle_bench_pass(&bench);
	ck_assert(!cycle_bench_lives(&bench, id));
	ck_assert(!bench.core->is_short);
	cycle_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		list_that_contains_itself_goes_with_its_last_handle,
		ring_of_all_kinds_goes_with_what_hangs_on_it,
		cycle_that_a_key_closes_goes,
		pipe_end_that_was_sent_itself_goes,
		cycle_goes_when_the_item_that_led_to_it_does,
		cycle_goes_when_the_container_that_led_to_it_does,
		cycle_goes_when_its_session_dies,
		every_kind_that_stores_values_shows_its_references,
		cycle_that_a_waiting_call_stands_at_stays,
		cycle_in_a_value_on_its_way_stays,
		value_that_waited_and_left_keeps_nothing,
		cycle_whose_ids_were_sent_lingers_first,
		shortage_ends_the_lingering_of_cycles,
		NULL,
	};
	Suite *suite = suite_create("cycle");
	TCase *tcase = tcase_create("cycle");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, copy_of_a_container_keeps_what_it_shares, 0, 2);
	tcase_add_loop_test(tcase, cycle_that_is_kept_from_outside_stays_whole, 0, 2);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(tcase, *test);
	tcase_set_timeout(tcase, 0);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
