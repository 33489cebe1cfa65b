/* Slices of a list: a table from CPython's semantics, and random operations against a naive model. */
#include "tests/unit/core_fixture.h"

#include "daemon/core/list.h"

#include <stdio.h>

enum { MODEL_MAX = 200 };

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct list *list;
	int64_t model[MODEL_MAX]; /* the items that the list must have */
	size_t count;
	uint32_t random;
};

static void
bench_init(struct bench *bench)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->list = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LIST });
	bench->count = 0;
	bench->random = 1;
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

static uint32_t
draw(struct bench *bench, uint32_t below)
{
	bench->random = bench->random * 1103515245 + 12345;
	return (bench->random >> 16) % below;
}

static void
expect_model(const struct bench *bench)
{
	ck_assert_uint_eq(list_kind.len((const struct object *)bench->list), bench->count);
	for (size_t i = 0; i < bench->count; i++) {
		struct value item = store_value(list_get(bench->list, (int64_t)i));

		ck_assert_int_eq(value_integer(&item), bench->model[i]);
	}
}

/* -- operations, on both ----------------------------------------------------------------------------------------- */

static enum concur_status
set_slice(struct bench *bench, const struct list_slice *slice, const int64_t *numbers, size_t count)
{
	struct list_item items[MODEL_MAX];
	uint8_t rooms[MODEL_MAX][FIXTURE_ROOM];

	for (size_t i = 0; i < count; i++)
		items[i] = (struct list_item){ fixture_integer(rooms[i], numbers[i]), false };
	return list_set_slice(bench->core, bench->list, slice, items, count);
}

static void
fill(struct bench *bench, size_t count)
{
	const struct list_slice whole = { .from_start = true, .to_end = true, .step = 1 };

	for (size_t i = 0; i < count; i++)
		bench->model[i] = (int64_t)i;
	bench->count = count;
	ck_assert_status(set_slice(bench, &whole, bench->model, count), CONCUR_OK);
	expect_model(bench);
}

/* Python's definition, item by item: the ends clamped, then every step-th from start until stop is reached. */
static size_t
model_indexes(const struct bench *bench, const struct list_slice *slice, size_t *indexes)
{
	const int64_t count = (int64_t)bench->count, low = slice->step > 0 ? 0 : -1, high = count + low;
	int64_t start = slice->start + (slice->start < 0 ? count : 0);
	int64_t stop = slice->stop + (slice->stop < 0 ? count : 0);
	size_t found = 0;

	start = start < low ? low : start > high ? high : start;
	stop = stop < low ? low : stop > high ? high : stop;
	if (slice->from_start)
		start = slice->step > 0 ? low : high;
	if (slice->to_end)
		stop = slice->step > 0 ? high : low;
	for (int64_t i = start; slice->step > 0 ? i < stop : i > stop; i += slice->step)
		indexes[found++] = (size_t)i;
	if (found == 0)
		indexes[0] = (size_t)(start < 0 ? 0 : start);
	return found;
}

static void
model_remove(struct bench *bench, size_t index)
{
	memmove(bench->model + index, bench->model + index + 1, (bench->count - index - 1) * sizeof *bench->model);
	bench->count--;
}

static void
model_insert(struct bench *bench, size_t index, int64_t number)
{
	memmove(bench->model + index + 1, bench->model + index, (bench->count - index) * sizeof *bench->model);
	bench->model[index] = number;
	bench->count++;
}

static struct list_slice
draw_slice(struct bench *bench)
{
	static const int64_t steps[] = { 1, 1, 1, -1, 2, -2, 3, -3, 50, -50 };
	const uint32_t reach = 2 * (uint32_t)bench->count + 9;

	return (struct list_slice){
		.start = (int64_t)draw(bench, reach) - reach / 2,
		.stop = (int64_t)draw(bench, reach) - reach / 2,
		.step = steps[draw(bench, UNIT_COUNT(steps))],
		.from_start = draw(bench, 5) == 0,
		.to_end = draw(bench, 5) == 0,
	};
}

static void
delete_randomly(struct bench *bench)
{
	const struct list_slice slice = draw_slice(bench);
	size_t indexes[MODEL_MAX];
	size_t found = model_indexes(bench, &slice, indexes);

	ck_assert_status(list_delete_slice(bench->core, bench->list, &slice), CONCUR_OK);
	for (size_t i = 0; i < found; i++)
		model_remove(bench, indexes[slice.step > 0 ? found - 1 - i : i]);
}

static void
set_randomly(struct bench *bench)
{
	const struct list_slice slice = draw_slice(bench);
	size_t indexes[MODEL_MAX];
	int64_t numbers[MODEL_MAX];
	size_t found = model_indexes(bench, &slice, indexes);
	size_t count = draw(bench, 3) ? found : draw(bench, 12);

	if (bench->count + count > MODEL_MAX)
		return;
	for (size_t i = 0; i < count; i++)
		numbers[i] = draw(bench, 1000);
	ck_assert_status(set_slice(bench, &slice, numbers, count),
	    slice.step == 1 || count == found ? CONCUR_OK : CONCUR_VALUE_ERROR);
	if (slice.step == 1) {
		for (size_t i = 0; i < found; i++)
			model_remove(bench, indexes[0]);
		for (size_t i = 0; i < count; i++)
			model_insert(bench, indexes[0] + i, numbers[i]);
	} else if (count == found) {
		for (size_t i = 0; i < count; i++)
			bench->model[indexes[i]] = numbers[i];
	}
}

/* -- tests ------------------------------------------------------------------------------------------------------- */

START_TEST(slice_indexes_of_all_small_slices_agree_with_model)
{
	struct bench bench;

	bench_init(&bench);
	for (size_t length = 0; length <= 5; length++) {
		fill(&bench, length);
		for (int64_t n = 0; n < 15 * 15 * 8 * 4; n++) {
			struct list_slice slice = { n % 15 - 7, n / 15 % 15 - 7, n / 225 % 8 - 4, n / 1800 & 1,
				n / 3600 & 1 };
			size_t indexes[MODEL_MAX], first, count, expected;

			if (slice.step == 0) {
				ck_assert_status(list_slice_indexes(bench.list, &slice, &first, &count),
				    CONCUR_VALUE_ERROR);
				continue;
			}
			expected = model_indexes(&bench, &slice, indexes);
			ck_assert_status(list_slice_indexes(bench.list, &slice, &first, &count), CONCUR_OK);
			ck_assert_uint_eq(count, expected);
			ck_assert_uint_eq(first, indexes[0]);
		}
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(slice_indexes_of_extreme_slices_do_not_overflow)
{
	static const struct {
		struct list_slice slice;
		size_t first, count;
	} rows[] = {
		{ { INT64_MIN, INT64_MAX, 1, false, false }, 0, 5 },
		{ { INT64_MAX, INT64_MIN, 1, false, false }, 5, 0 },
		{ { INT64_MIN, INT64_MAX, INT64_MAX, false, false }, 0, 1 },
		{ { INT64_MAX, INT64_MIN, INT64_MIN, false, false }, 4, 1 },
		{ { INT64_MAX, INT64_MIN, -1, false, false }, 4, 5 },
		{ { INT64_MAX, INT64_MIN, -INT64_MAX, false, false }, 4, 1 },
		{ { 3, 0, INT64_MIN, false, true }, 3, 1 },
	};
	struct bench bench;

	bench_init(&bench);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t numbers[5] = { 9, 9, 9, 9, 9 };
		size_t first, count;

		fill(&bench, 5);
		ck_assert_status(list_slice_indexes(bench.list, &rows[i].slice, &first, &count), CONCUR_OK);
		ck_assert_uint_eq(first, rows[i].first);
		ck_assert_uint_eq(count, rows[i].count);
		ck_assert_status(set_slice(&bench, &rows[i].slice, numbers, count), CONCUR_OK);
		ck_assert_status(list_delete_slice(bench.core, bench.list, &rows[i].slice), CONCUR_OK);
		ck_assert_uint_eq(list_kind.len((const struct object *)bench.list), 5 - count);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(set_slice_of_other_size_makes_the_list_longer_or_shorter)
{
	struct bench bench;
	const struct list_slice empty = { 3, 1, 1, false, false }, middle = { 1, 4, 1, false, false };
	const int64_t numbers[] = { 70, 71, 72, 73, 74 };

	bench_init(&bench);
	fill(&bench, 5);
	/* Put in where it starts, as Python does where stop is before start. */
	ck_assert_status(set_slice(&bench, &empty, numbers, 1), CONCUR_OK);
	model_insert(&bench, 3, 70);
	expect_model(&bench);
	ck_assert_status(set_slice(&bench, &middle, numbers, 5), CONCUR_OK);
	memcpy(bench.model, (int64_t[]){ 0, 70, 71, 72, 73, 74, 3, 4 }, 8 * sizeof(int64_t));
	bench.count = 8;
	expect_model(&bench);
	ck_assert_status(set_slice(&bench, &middle, numbers, 0), CONCUR_OK);
	memcpy(bench.model, (int64_t[]){ 0, 73, 74, 3, 4 }, 5 * sizeof(int64_t));
	bench.count = 5;
	expect_model(&bench);
	bench_fini(&bench);
}
END_TEST

START_TEST(set_slice_with_step_of_other_size_is_refused)
{
	struct bench bench;
	const struct list_slice even = { .step = 2, .from_start = true, .to_end = true };
	const struct list_slice none = { .step = 0, .from_start = true, .to_end = true };
	const int64_t numbers[] = { 1, 2, 3, 4 };

	bench_init(&bench);
	fill(&bench, 5);
	ck_assert_status(set_slice(&bench, &even, numbers, 2), CONCUR_VALUE_ERROR);
	ck_assert_status(set_slice(&bench, &even, numbers, 4), CONCUR_VALUE_ERROR);
	ck_assert_status(set_slice(&bench, &none, numbers, 0), CONCUR_VALUE_ERROR);
	ck_assert_status(list_delete_slice(bench.core, bench.list, &none), CONCUR_VALUE_ERROR);
	expect_model(&bench);
	bench_fini(&bench);
}
END_TEST

START_TEST(set_slice_of_full_list_counts_what_it_replaces)
{
	struct bench bench;
	const struct list_slice front = { 0, 3, 1, false, false };
	const struct list_slice even = { .step = 2, .from_start = true, .to_end = true };
	const int64_t numbers[] = { 7, 8, 9, 10 };

	bench_init(&bench);
	fill(&bench, 5);
	bench.fixture.limits.container_max = 5;
	ck_assert_status(set_slice(&bench, &front, numbers, 3), CONCUR_OK);
	ck_assert_status(set_slice(&bench, &even, numbers, 3), CONCUR_OK);
	ck_assert_status(set_slice(&bench, &even, numbers, 4), CONCUR_VALUE_ERROR);
	ck_assert_status(set_slice(&bench, &front, numbers, 4), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "container_max");
	bench_fini(&bench);
}
END_TEST

START_TEST(set_slice_of_long_list_is_refused_only_for_what_it_moves)
{
	struct bench bench;
	const struct list_slice tail = { -2, 0, 1, false, true }, front = { 0, 2, 1, false, false };
	const struct list_slice whole = { .step = 1, .from_start = true, .to_end = true };
	const int64_t numbers[] = { 7, 8, 9 };

	bench_init(&bench);
	fill(&bench, 20);
	bench.fixture.limits.move_max = 5;
	ck_assert_status(set_slice(&bench, &front, numbers, 2), CONCUR_OK);
	ck_assert_status(set_slice(&bench, &front, numbers, 3), CONCUR_TOO_LARGE);
	ck_assert_str_eq(bench.core->limit, "move_max");
	ck_assert_status(set_slice(&bench, &tail, numbers, 3), CONCUR_OK);
	ck_assert_status(list_delete_slice(bench.core, bench.list, &tail), CONCUR_OK);
	ck_assert_status(list_delete_slice(bench.core, bench.list, &front), CONCUR_TOO_LARGE);
	ck_assert_status(set_slice(&bench, &whole, numbers, 3), CONCUR_TOO_LARGE);
	ck_assert_uint_eq(list_kind.len((const struct object *)bench.list), 19);
	bench_fini(&bench);
}
END_TEST

START_TEST(set_slice_with_step_of_a_copied_list_is_refused_for_what_lies_between)
{
	struct bench bench;
	const struct list_slice far = { 0, 20, 6, false, false }, near = { 0, 5, 4, false, false };
	const int64_t numbers[] = { 7, 8, 9, 10 };
	struct object *copy;

	bench_init(&bench);
	fill(&bench, 20);
	bench.fixture.limits.move_max = 5;
	ck_assert_status(set_slice(&bench, &far, numbers, 4), CONCUR_OK);
	ck_assert_status(object_copy(bench.core, (struct object *)bench.list, LIFETIME_DEFAULT, NULL, &copy),
	    CONCUR_OK);
	ck_assert_status(set_slice(&bench, &far, numbers, 4), CONCUR_TOO_LARGE);
	ck_assert_str_eq(bench.core->limit, "move_max");
	ck_assert_status(set_slice(&bench, &near, numbers, 2), CONCUR_OK);
	object_destroy(bench.core, copy);
	bench_fini(&bench);
}
END_TEST

START_TEST(random_slices_agree_with_model)
{
	struct bench bench;

	bench_init(&bench);
	for (unsigned round = 0; round < 6000; round++) {
		if (draw(&bench, 3) || bench.count == 0)
			set_randomly(&bench);
		else
			delete_randomly(&bench);
		expect_model(&bench);
	}
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		slice_indexes_of_all_small_slices_agree_with_model,
		slice_indexes_of_extreme_slices_do_not_overflow,
		set_slice_of_other_size_makes_the_list_longer_or_shorter,
		set_slice_with_step_of_other_size_is_refused,
		set_slice_of_full_list_counts_what_it_replaces,
		set_slice_of_long_list_is_refused_only_for_what_it_moves,
		set_slice_with_step_of_a_copied_list_is_refused_for_what_lies_between,
		random_slices_agree_with_model,
		NULL,
	};

	return unit_run("list_slice", tests);
}
