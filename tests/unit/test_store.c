/* The store: every byte and every reference that is counted is given back. */

#include "tests/unit/dict_fixture.h"
#include "daemon/core/queue.h"

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct object *object; /* that stores */
};

static void
bench_init(struct bench *bench)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->object = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LIST });
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

static void
expect_bytes(const struct bench *bench, uint64_t core, uint64_t object)
{
	ck_assert_uint_eq(bench->core->bytes, core);
	ck_assert_uint_eq(bench->object->bytes, object);
}

START_TEST(new_blob_of_any_size_counts_its_footprint)
{
	static const size_t sizes[] = { 0, 1, 16, 18, 19, 254, 255, 256, 70000 };
	struct bench bench;
	uint8_t *bytes = calloc(1, 70000);

	bench_init(&bench);
	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		struct value value = { VALUE_DATA, bytes, sizes[i] };
		struct blob *blob = store_new(bench.core, bench.object, &value, false);
		struct value kept = store_value(blob);

		ck_assert(value_identical(&kept, &value));
		ck_assert_uint_eq(store_bytes(blob), blob_footprint(sizes[i]));
		ck_assert_uint_ge(store_bytes(blob), sizes[i] + 14);
		expect_bytes(&bench, store_bytes(blob), store_bytes(blob));
		store_drop(bench.core, bench.object, blob);
		expect_bytes(&bench, 0, 0);
	}
	free(bytes);
	bench_fini(&bench);
}
END_TEST

START_TEST(blob_kept_twice_counts_twice)
{
	struct bench bench;
	struct blob *blob, *again;
	uint64_t one;

	bench_init(&bench);
	blob = store_new(bench.core, bench.object, &TEXT("a"), false);
	one = store_bytes(blob);
	again = store_again(bench.core, bench.object, blob);
	ck_assert_ptr_eq(again, blob);
	expect_bytes(&bench, 2 * one, 2 * one);
	store_drop(bench.core, bench.object, again);
	expect_bytes(&bench, one, one);
	/* The caller keeps the reference, the object no longer the bytes. */
	store_take(bench.core, bench.object, blob);
	expect_bytes(&bench, 0, 0);
	fixture_expect_blob(blob, true, "'a'");
	bench_fini(&bench);
}
END_TEST

START_TEST(blob_without_object_counts_for_the_core_alone)
{
	struct bench bench;
	struct blob *blob;

	bench_init(&bench);
	blob = store_new(bench.core, NULL, &TEXT("a"), false);
	expect_bytes(&bench, store_bytes(blob), 0);
	store_drop(bench.core, NULL, blob);
	expect_bytes(&bench, 0, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(references_of_a_blob_count_for_each_place)
{
	struct bench bench;
	struct object *target;
	struct blob *blob;

	bench_init(&bench);
	target = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_LIST });
	blob = store_new(bench.core, bench.object, &REFERENCE(object_id(target)), true);
	ck_assert_uint_eq(target->refs, 2);
	store_again(bench.core, bench.object, blob);
	ck_assert_uint_eq(target->refs, 3);
	store_drop(bench.core, bench.object, blob);
	store_take(bench.core, bench.object, blob);
	ck_assert_uint_eq(target->refs, 1);
	/* A blob that was made elsewhere learns that it refers. */
	blob->kind = VALUE_OBJECT;
	store_adopt(bench.core, bench.object, blob, true);
	ck_assert_uint_eq(target->refs, 2);
	/* What is gone is counted no more. */
	object_destroy(bench.core, target);
	store_drop(bench.core, bench.object, blob);
	bench_fini(&bench);
}
END_TEST

START_TEST(buried_ring_is_freed_by_steps)
{
	struct bench bench;
	struct ring ring;
	uint64_t one = 0;

	bench_init(&bench);
	bench.fixture.limits.turn_steps = 10;
	ring_init(&ring);
	for (int64_t i = 0; i < 25; i++) {
		struct blob *blob = store_new(bench.core, NULL, &INTEGER(i), false);

		one = store_bytes(blob);
		ck_assert_int_eq(ring_append(&ring, blob), 0);
	}
	ck_assert_int_eq(store_bury_ring(bench.core, &ring), 0);
	ck_assert_uint_eq(ring_count(&ring), 0);
	ck_assert_int_eq(store_bury_ring(bench.core, &ring), 0);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 0), 0);
	ck_assert_uint_eq(bench.core->bytes, 15 * one);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 0), 0);
	ck_assert_uint_eq(bench.core->bytes, 5 * one);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 0), UINT64_MAX);
	expect_bytes(&bench, 0, 0);
	ring_fini(&ring);
	bench_fini(&bench);
}
END_TEST

START_TEST(dict_of_long_keys_and_values_counts_back_to_zero)
{
	struct bench bench;
	struct dict *dict;
	char text[600];

	bench_init(&bench);
	memset(text, 'x', sizeof text);
	dict = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_DICT });
	for (size_t round = 0; round < 2; round++) {
		for (size_t size = 1; size < sizeof text; size += 7) {
			struct dict_item item = { .key = { VALUE_TEXT, (uint8_t *)text, size },
				.value = { VALUE_DATA, (uint8_t *)text, sizeof text - size } };

			ck_assert_status(dict_set(bench.core, dict, &item), CONCUR_OK);
		}
	}
	for (size_t size = 1; size < sizeof text; size += 7)
		blob_unref(dict_popped(bench.core, dict, &(struct value){ VALUE_TEXT, (uint8_t *)text, size }));
	ck_assert_uint_eq(((struct object *)dict)->bytes, 0);
	ck_assert_uint_eq(bench.core->bytes, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(queue_counts_what_putters_bring_back_to_zero)
{
	struct bench bench;
	struct session *client;
	struct object *queue;
	struct value values[] = { TEXT("a"), TEXT("b") };
	const bool refers[2] = { false };
	struct result result = { 0 };
	struct ask ask;
	uint64_t one, kept = blob_footprint(1); /* in the queue, and in a blob */

	bench_init(&bench);
	client = fixture_session(&bench.fixture, 1);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE, .maxsize = 2 });
	ask = fixture_ask(client, 1, 1, -1);
	ck_assert_status(queue_put(bench.core, (struct queue *)queue, &ask, LOAD(values, refers, 1), &result),
	    CONCUR_OK);
	one = bench.core->bytes;
	ck_assert_uint_eq(queue->bytes, one);
	for (uint64_t call = 2; call < 6; call++) {
		ask.call = call;
		ck_assert_status(queue_put(bench.core, (struct queue *)queue, &ask, LOAD(values, refers, 2), &result),
		    CONCUR_PENDING);
	}
	ck_assert_uint_eq(bench.core->bytes, one + 8 * kept);
	ck_assert_uint_eq(queue->bytes, one);
	waiter_cancel(bench.core, waiter_find(client, 2), CONCUR_CANCELLED);
	ck_assert_uint_eq(bench.core->bytes, one + 6 * kept);
	ask.wait_ns = 0;
	ck_assert_status(queue_get(bench.core, (struct queue *)queue, &ask, true, 9, &result), CONCUR_OK);
	result_fini(&result);
	ck_assert_uint_eq(queue->bytes, 2 * one);
	/* One is on its way to the getter, four wait to be put. */
	ck_assert_uint_eq(bench.core->bytes, 2 * one + 5 * kept);
	core_answer(bench.core);
	session_end(bench.core, client, FAREWELL_DEATH);
	ck_assert_uint_eq(bench.core->bytes, 2 * one + kept);
	ck_assert_uint_eq(queue->bytes, 2 * one + kept);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		new_blob_of_any_size_counts_its_footprint,
		blob_kept_twice_counts_twice,
		blob_without_object_counts_for_the_core_alone,
		references_of_a_blob_count_for_each_place,
		buried_ring_is_freed_by_steps,
		dict_of_long_keys_and_values_counts_back_to_zero,
		queue_counts_what_putters_bring_back_to_zero,
		NULL,
	};

	return unit_run("store", tests);
}
