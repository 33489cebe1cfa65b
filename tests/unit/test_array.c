/* The array: items, slices, what it is made of; and random operations against a naive model. */
#include "tests/unit/core_fixture.h"
#include "tests/unit/model.h"
#include "tests/unit/nomem.h"

#include "daemon/core/array.h"

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct array *array;
	struct object *object; /* the array's */
};

static void
bench_init(struct bench *bench, const struct object_options *options)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->object = fixture_open(&bench->fixture, options);
	bench->array = (struct array *)bench->object;
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

#define ZEROS(letter, number) (&(struct object_options){ .kind = KIND_ARRAY, .typecode = (letter), .count = (number) })

/* An ARRAY value: typecode h and so many items. */
static struct value
shorts(uint8_t *room, const int16_t *items, size_t count)
{
	uint8_t *to = room;

	*to++ = 1 << 3;
	*to++ = 'h';
	if (count) {
		*to++ = 2 << 3 | 2;
		to = value_varint_write(to, 2 * count);
	}
	for (size_t i = 0; i < count; i++) {
		*to++ = (uint8_t)items[i];
		*to++ = (uint8_t)((uint16_t)items[i] >> 8);
	}
	return (struct value){ VALUE_ARRAY, room, (size_t)(to - room) };
}

static int64_t
get(struct bench *bench, int64_t index)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	ck_assert_status(array_get(bench->array, index, room, &value), CONCUR_OK);
	return value_integer(&value);
}

/* -- making ------------------------------------------------------------------------------------------------------ */

static enum concur_status
open_as(struct bench *bench, const struct object_options *options)
{
	struct object_open open = { .options = *options };
	struct object *object;
	bool created;

	return object_open(bench->core, &open, &object, &created);
}

START_TEST(new_array_holds_zeros_or_what_it_was_given)
{
	uint8_t room[64];
	const struct value items = shorts(room, (const int16_t[]){ 1, -2, 300 }, 3);
	const uint8_t list[] = { 0x0a, 2, 0x18, 2, 0x0a, 2, 0x18, 3 };
	struct bench bench;

	bench_init(&bench, ZEROS('i', 3));
	ck_assert_int_eq(get(&bench, 0), 0);
	ck_assert_int_eq(get(&bench, -1), 0);
	ck_assert_uint_eq(array_kind.len(bench.object), 3);
	bench_fini(&bench);
	bench_init(&bench, &(struct object_options){ .kind = KIND_ARRAY, .value = &items });
	ck_assert_int_eq(get(&bench, 1), -2);
	ck_assert_int_eq(get(&bench, 2), 300);
	bench_fini(&bench);
	bench_init(&bench,
	    &(struct object_options){ .kind = KIND_ARRAY,
		.typecode = 'b',
		.value = &(struct value){ VALUE_LIST, list, sizeof list } });
	ck_assert_uint_eq(array_len(bench.array), 2);
	ck_assert_int_eq(get(&bench, 0), 1);
	ck_assert_int_eq(get(&bench, 1), -2);
	bench_fini(&bench);
}
END_TEST

START_TEST(new_array_of_what_can_not_be_is_refused)
{
	static const uint8_t text[] = { 0x0a, 3, 0x32, 1, 'x' }, large[] = { 0x0a, 3, 0x18, 0x80, 4 };
	const struct value of_text = { VALUE_LIST, text, sizeof text }, of_large = { VALUE_LIST, large, sizeof large };
	uint8_t room[64];
	const struct value items = shorts(room, (const int16_t[]){ 1 }, 1);
	const struct {
		struct object_options options;
		enum concur_status status;
	} rows[] = {
		{ { .typecode = 'x', .count = 1 }, CONCUR_VALUE_ERROR },
		{ { .count = 1 }, CONCUR_VALUE_ERROR },
		{ { .typecode = 'i', .count = -1 }, CONCUR_VALUE_ERROR },
		{ { .typecode = 'i', .value = &items }, CONCUR_TYPE_ERROR },
		{ { .typecode = 'i', .value = &TEXT("x") }, CONCUR_TYPE_ERROR },
		{ { .typecode = 'i', .value = &of_text }, CONCUR_TYPE_ERROR },
		{ { .typecode = 'b', .value = &of_large }, CONCUR_OVERFLOW },
		{ { .value = &of_large }, CONCUR_VALUE_ERROR },
		{ { .typecode = 'b', .count = INT64_MAX }, CONCUR_LIMIT },
	};
	struct bench bench;

	bench_init(&bench, ZEROS('i', 0));
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct object_options options = rows[i].options;

		options.kind = KIND_ARRAY;
		ck_assert_status(open_as(&bench, &options), rows[i].status);
	}
	ck_assert_str_eq(bench.core->limit, "container_max");
	bench_fini(&bench);
}
END_TEST

START_TEST(new_array_counts_all_of_its_memory_at_once)
{
	struct bench bench;
	uint64_t before;

	bench_init(&bench, ZEROS('d', 0));
	before = core_memory(bench.core);
	bench.fixture.limits.memory_max = before + 800000;
	ck_assert_status(open_as(&bench, ZEROS('d', 100001)), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "memory_max");
	ck_assert_uint_eq(core_memory(bench.core), before);
	ck_assert_status(open_as(&bench, ZEROS('d', 100000)), CONCUR_OK);
	ck_assert_uint_ge(core_memory(bench.core), before + 800000);
	ck_assert_status(open_as(&bench, ZEROS('d', 1)), CONCUR_LIMIT);
	bench_fini(&bench);
}
END_TEST

/* -- items ------------------------------------------------------------------------------------------------------- */

START_TEST(index_out_of_range_is_refused)
{
	static const int64_t wrong[] = { 3, -4, INT64_MAX, INT64_MIN };
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;
	enum outcome outcome;
	struct bench bench;
	uint64_t version;

	bench_init(&bench, ZEROS('i', 3));
	version = bench.object->version;
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		ck_assert_status(array_get(bench.array, wrong[i], room, &value), CONCUR_INDEX_ERROR);
		ck_assert_status(array_set(bench.core, bench.array, wrong[i], &INTEGER(1)), CONCUR_INDEX_ERROR);
		ck_assert_status(array_change(bench.core, bench.array, wrong[i], TYPECODE_ADD, &INTEGER(1), room,
				     &value),
		    CONCUR_INDEX_ERROR);
		ck_assert_status(array_exchange(bench.core, bench.array, wrong[i], &INTEGER(1), room, &value),
		    CONCUR_INDEX_ERROR);
		ck_assert_status(array_compare_exchange(bench.core, bench.array, wrong[i], &INTEGER(0), &INTEGER(1),
				     room, &value, &outcome),
		    CONCUR_INDEX_ERROR);
	}
	ck_assert_uint_eq(bench.object->version, version);
	bench_fini(&bench);
}
END_TEST

START_TEST(set_of_what_does_not_fit_changes_nothing)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;
	struct bench bench;
	uint64_t version;

	bench_init(&bench, ZEROS('b', 1));
	ck_assert_status(array_set(bench.core, bench.array, 0, &INTEGER(100)), CONCUR_OK);
	version = bench.object->version;
	ck_assert_status(array_set(bench.core, bench.array, 0, &INTEGER(128)), CONCUR_OVERFLOW);
	ck_assert_status(array_set(bench.core, bench.array, 0, &TEXT("x")), CONCUR_TYPE_ERROR);
	ck_assert_status(array_exchange(bench.core, bench.array, 0, &NUMBER(1), room, &value), CONCUR_TYPE_ERROR);
	ck_assert_status(array_change(bench.core, bench.array, 0, TYPECODE_ADD, &INTEGER(28), room, &value),
	    CONCUR_OVERFLOW);
	ck_assert_int_eq(get(&bench, 0), 100);
	ck_assert_uint_eq(bench.object->version, version);
	bench_fini(&bench);
}
END_TEST

START_TEST(compare_exchange_sets_only_what_is_as_expected)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;
	enum outcome outcome;
	struct bench bench;

	bench_init(&bench, ZEROS('i', 2));
	ck_assert_status(array_compare_exchange(bench.core, bench.array, 1, &NUMBER(0), &INTEGER(7), room, &value,
			     &outcome),
	    CONCUR_OK);
	ck_assert_int_eq(outcome, OUTCOME_DONE);
	ck_assert_int_eq(value_integer(&value), 7);
	ck_assert_status(array_compare_exchange(bench.core, bench.array, 1, &OPAQUE('p'), &INTEGER(8), room, &value,
			     &outcome),
	    CONCUR_OK);
	ck_assert_int_eq(outcome, OUTCOME_CHANGED);
	ck_assert_int_eq(value_integer(&value), 7);
	ck_assert_int_eq(get(&bench, 0), 0);
	bench_fini(&bench);
}
END_TEST

/* -- slices ------------------------------------------------------------------------------------------------------ */

START_TEST(set_slice_of_another_shape_is_refused)
{
	uint8_t room[64], ints[] = { 1 << 3, 'i', 2 << 3 | 2, 4, 1, 0, 0, 0 };
	const struct value two = shorts(room, (const int16_t[]){ 1, 2 }, 2);
	const struct list_slice whole = { .step = 1, .from_start = true, .to_end = true };
	const struct list_slice still = { .step = 0, .from_start = true, .to_end = true };
	struct bench bench;

	bench_init(&bench, ZEROS('h', 3));
	ck_assert_status(array_set_slice(bench.core, bench.array, &whole, &two), CONCUR_VALUE_ERROR);
	ck_assert_status(array_set_slice(bench.core, bench.array, &still, &two), CONCUR_VALUE_ERROR);
	ck_assert_status(array_set_slice(bench.core, bench.array, &(struct list_slice){ 0, 1, 1, false, false },
			     &(struct value){ VALUE_ARRAY, ints, sizeof ints }),
	    CONCUR_TYPE_ERROR);
	ck_assert_status(array_set_slice(bench.core, bench.array, &whole, &INTEGER(1)), CONCUR_TYPE_ERROR);
	bench.fixture.limits.move_max = 1;
	ck_assert_status(array_set_slice(bench.core, bench.array, &(struct list_slice){ 0, 2, 1, false, false }, &two),
	    CONCUR_TOO_LARGE);
	ck_assert_int_eq(get(&bench, 0), 0);
	bench_fini(&bench);
}
END_TEST

/* -- random ------------------------------------------------------------------------------------------------------ */

enum {
	ITEMS = 70000, /* three segments of shorts */
	STEPS = 4000,
	SLICE_MAX = 200,
};

struct modelled {
	struct bench bench;
	int16_t model[ITEMS];
	struct object *copy; /* of a moment, whose items are in `copied`; or NULL */
	int16_t copied[ITEMS];
	unsigned failures;
};

/* Where segments meet, often. */
static int64_t
draw_index(struct random *random)
{
	int64_t index = (int64_t)random_below(random, ITEMS);

	if (random_below(random, 2))
		index = 32768 * (int64_t)(1 + random_below(random, 2)) - 20 + (int64_t)random_below(random, 40);
	return random_below(random, 2) ? index : index - ITEMS;
}

static void
step_item(struct modelled *array, struct random *random)
{
	int64_t index = draw_index(random), number = (int64_t)random_below(random, 70000) - 35000, sum;
	size_t at = (size_t)(index < 0 ? index + ITEMS : index);
	bool adds = random_below(random, 2);
	uint8_t room[VALUE_SCALAR_MAX];
	enum concur_status status;
	struct value now;

	sum = adds ? array->model[at] + number : number;
	nomem_arm((unsigned)random_below(random, 2));
	if (adds)
		status = array_change(array->bench.core, array->bench.array, index, TYPECODE_ADD, &INTEGER(number),
		    room, &now);
	else
		status = array_set(array->bench.core, array->bench.array, index, &INTEGER(number));
	(void)nomem_disarm();
	if (status == CONCUR_NO_MEMORY) {
		array->failures++;
		return;
	}
	MODEL_ASSERT(status == (sum == (int16_t)sum ? CONCUR_OK : CONCUR_OVERFLOW));
	if (status == CONCUR_OK)
		array->model[at] = (int16_t)sum;
}

static struct list_slice
draw_slice(struct random *random, size_t *ret_first, size_t *ret_count)
{
	static const int64_t steps[] = { 1, 1, 1, 2, 7, -1, -3 };
	struct list_slice slice = { .start = draw_index(random), .step = steps[random_below(random, 7)] };
	int64_t first = slice.start < 0 ? slice.start + ITEMS : slice.start;
	int64_t stop = first + slice.step * (int64_t)random_below(random, SLICE_MAX);

	slice.stop = stop < 0 ? 0 : stop > ITEMS ? ITEMS : stop;
	ck_assert_status(list_slice_indexes_of(ITEMS, &slice, ret_first, ret_count), CONCUR_OK);
	return slice;
}

static void
step_get_slice(struct modelled *array, struct random *random)
{
	size_t first, count;
	struct list_slice slice = draw_slice(random, &first, &count);
	struct blob *blob = array_slice(array->bench.array, first, count, slice.step);
	struct value value = store_value(blob);
	struct value_array items;

	value_array(&value, &items);
	MODEL_ASSERT(items.typecode == 'h' && items.size == 2 * count);
	for (size_t i = 0; i < count; i++)
		MODEL_ASSERT((int16_t)(items.items[2 * i] | items.items[2 * i + 1] << 8) ==
		    array->model[(int64_t)first + (int64_t)i * slice.step]);
	blob_unref(blob);
}

static void
step_set_slice(struct modelled *array, struct random *random)
{
	static uint8_t room[2 * SLICE_MAX + 8];
	int16_t items[SLICE_MAX];
	size_t first, count;
	struct list_slice slice = draw_slice(random, &first, &count);
	enum concur_status status;
	struct value value;

	for (size_t i = 0; i < count; i++)
		items[i] = (int16_t)random_next(random);
	value = shorts(room, items, count);
	nomem_arm((unsigned)random_below(random, 3));
	status = array_set_slice(array->bench.core, array->bench.array, &slice, &value);
	(void)nomem_disarm();
	array->failures += status == CONCUR_NO_MEMORY;
	for (size_t i = 0; status == CONCUR_OK && i < count; i++)
		array->model[(int64_t)first + (int64_t)i * slice.step] = items[i];
	MODEL_ASSERT(status == CONCUR_OK || status == CONCUR_NO_MEMORY);
}

static void
expect_items(struct array *array, const int16_t *model)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	for (int64_t i = 0; i < ITEMS; i++) {
		MODEL_ASSERT(array_get(array, i, room, &value) == CONCUR_OK);
		MODEL_ASSERT(value_integer(&value) == model[i]);
	}
}

/* Looks at the copy of a while ago, and takes another. */
static void
step_copy(struct modelled *array)
{
	expect_items(array->bench.array, array->model);
	if (array->copy) {
		expect_items((struct array *)array->copy, array->copied);
		object_unref(array->bench.core, array->copy);
	}
	ck_assert_status(object_copy(array->bench.core, array->bench.object, LIFETIME_DEFAULT, NULL, &array->copy),
	    CONCUR_OK);
	object_ref(array->bench.core, array->copy);
	memcpy(array->copied, array->model, sizeof array->copied);
	fixture_settle(&array->bench.fixture);
}

static void
run(struct random *random)
{
	struct modelled *array = calloc(1, sizeof *array);

	bench_init(&array->bench, ZEROS('h', ITEMS));
	for (int step = 0; step < STEPS; step++) {
		size_t which = random_below(random, 8);

		if (which < 4)
			step_item(array, random);
		else if (which < 6)
			step_set_slice(array, random);
		else
			step_get_slice(array, random);
		if (step % 200 == 0)
			step_copy(array);
	}
	step_copy(array);
	ck_assert_uint_gt(array->failures, 10);
	bench_fini(&array->bench);
	free(array);
}

START_TEST(operations_do_what_the_model_does)
{
	random_each_seed(run);
}
END_TEST

START_TEST(array_that_goes_is_freed_by_steps)
{
	struct bench bench;
	struct object *copy;

	bench_init(&bench, ZEROS('d', 100000));
	bench.fixture.limits.turn_steps = 2;
	for (int64_t i = 0; i < 100000; i += 5000)
		ck_assert_status(array_set(bench.core, bench.array, i, &NUMBER(1)), CONCUR_OK);
	ck_assert_status(object_copy(bench.core, bench.object, LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	object_destroy(bench.core, bench.object);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 0), 0);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->object_bytes, 0);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		new_array_holds_zeros_or_what_it_was_given,
		new_array_of_what_can_not_be_is_refused,
		new_array_counts_all_of_its_memory_at_once,
		index_out_of_range_is_refused,
		set_of_what_does_not_fit_changes_nothing,
		compare_exchange_sets_only_what_is_as_expected,
		set_slice_of_another_shape_is_refused,
		operations_do_what_the_model_does,
		array_that_goes_is_freed_by_steps,
		NULL,
	};

	return unit_run("array", tests);
}
