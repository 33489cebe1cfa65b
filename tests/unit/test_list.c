/* The list but for slices: Python's semantics, after CPython's list_tests.py, and the caps. */
#include "tests/unit/core_fixture.h"

#include "daemon/core/list.h"

#include <math.h>
#include <stdio.h>

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct list *list;
	struct object *object; /* the list's */
	char text[FIXTURE_TEXT];
};

static void
bench_init(struct bench *bench)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->object = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LIST });
	bench->list = (struct list *)bench->object;
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

static enum concur_status
append(struct bench *bench, struct value value)
{
	return list_extend(bench->core, bench->list, &(struct list_item){ value, false }, 1);
}

static enum concur_status
insert(struct bench *bench, int64_t index, struct value value)
{
	return list_insert(bench->core, bench->list, index, &(struct list_item){ value, false });
}

/* The list of the numbers from `from` up to `to`. */
static void
fill(struct bench *bench, int64_t from, int64_t to)
{
	for (; from < to; from++)
		ck_assert_status(append(bench, INTEGER(from)), CONCUR_OK);
}

static const char *
show(struct bench *bench)
{
	struct blob *blob;

	strcpy(bench->text, "[");
	for (int64_t i = 0; (blob = list_get(bench->list, i)); i++) {
		strcat(bench->text, i ? ", " : "");
		fixture_show_blob(bench->text, FIXTURE_TEXT, blob);
	}
	return strcat(bench->text, "]");
}

static const char *
pop(struct bench *bench, int64_t index)
{
	struct blob *blob;
	enum concur_status status = list_pop(bench->core, bench->list, index, &blob);

	if (status != CONCUR_OK)
		return status_name(status);
	bench->text[0] = '\0';
	fixture_show_blob(bench->text, FIXTURE_TEXT, blob);
	blob_unref(blob);
	return bench->text;
}

/* Where the value is in [start, stop). */
static int64_t
find(struct bench *bench, struct value value, int64_t start, int64_t stop)
{
	int64_t index = -2;

	ck_assert_status(list_index(bench->core, bench->list, &value, start, stop, false, &index), CONCUR_OK);
	return index;
}

static int64_t
count(struct bench *bench, struct value value)
{
	int64_t found;

	ck_assert_status(list_count(bench->core, bench->list, &value, false, &found), CONCUR_OK);
	return found;
}

/* -- items ------------------------------------------------------------------------------------------------------- */

START_TEST(get_by_index_counts_from_either_end)
{
	struct bench bench;

	bench_init(&bench);
	fill(&bench, 0, 5);
	fixture_expect_blob(list_get(bench.list, 0), false, "0");
	fixture_expect_blob(list_get(bench.list, 4), false, "4");
	fixture_expect_blob(list_get(bench.list, -1), false, "4");
	fixture_expect_blob(list_get(bench.list, -5), false, "0");
	fixture_expect_blob(list_get(bench.list, 5), false, "nothing");
	fixture_expect_blob(list_get(bench.list, -6), false, "nothing");
	fixture_expect_blob(list_get(bench.list, INT64_MAX), false, "nothing");
	fixture_expect_blob(list_get(bench.list, INT64_MIN), false, "nothing");
	bench_fini(&bench);
}
END_TEST

START_TEST(set_by_index_replaces_or_fails)
{
	struct bench bench;
	const struct list_item item = { TEXT("x"), false };

	bench_init(&bench);
	ck_assert_status(list_set(bench.core, bench.list, 0, &item), CONCUR_INDEX_ERROR);
	ck_assert_status(list_set(bench.core, bench.list, -1, &item), CONCUR_INDEX_ERROR);
	fill(&bench, 0, 3);
	ck_assert_status(list_set(bench.core, bench.list, -1, &item), CONCUR_OK);
	ck_assert_status(list_set(bench.core, bench.list, 0, &item), CONCUR_OK);
	ck_assert_status(list_set(bench.core, bench.list, 3, &item), CONCUR_INDEX_ERROR);
	ck_assert_status(list_set(bench.core, bench.list, -4, &item), CONCUR_INDEX_ERROR);
	ck_assert_str_eq(show(&bench), "['x', 1, 'x']");
	bench_fini(&bench);
}
END_TEST

START_TEST(insert_clamps_its_index)
{
	struct bench bench;

	bench_init(&bench);
	fill(&bench, 0, 3);
	insert(&bench, 0, INTEGER(-2));
	insert(&bench, 1, INTEGER(-1));
	ck_assert_str_eq(show(&bench), "[-2, -1, 0, 1, 2]");
	insert(&bench, -200, TEXT("foo"));
	insert(&bench, 200, TEXT("bar"));
	insert(&bench, -1, TEXT("x"));
	insert(&bench, INT64_MIN, TEXT("a"));
	insert(&bench, INT64_MAX, TEXT("z"));
	ck_assert_str_eq(show(&bench), "['a', 'foo', -2, -1, 0, 1, 2, 'x', 'bar', 'z']");
	bench_fini(&bench);
}
END_TEST

START_TEST(pop_takes_from_ends_and_middle)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(pop(&bench, -1), "INDEX_ERROR");
	fill(&bench, 0, 6);
	ck_assert_str_eq(pop(&bench, -1), "5");
	ck_assert_str_eq(pop(&bench, 0), "0");
	ck_assert_str_eq(pop(&bench, 2), "3");
	ck_assert_str_eq(pop(&bench, 3), "INDEX_ERROR");
	ck_assert_str_eq(pop(&bench, -4), "INDEX_ERROR");
	ck_assert_str_eq(pop(&bench, -3), "1");
	ck_assert_str_eq(show(&bench), "[2, 4]");
	bench_fini(&bench);
}
END_TEST

START_TEST(extend_past_container_max_is_refused)
{
	struct bench bench;
	struct list_item items[3];

	bench_init(&bench);
	bench.fixture.limits.container_max = 4;
	fill(&bench, 0, 2);
	for (size_t i = 0; i < UNIT_COUNT(items); i++)
		items[i] = (struct list_item){ TEXT("x"), false };
	ck_assert_status(list_extend(bench.core, bench.list, items, 3), CONCUR_LIMIT);
	ck_assert_str_eq(show(&bench), "[0, 1]");
	ck_assert_status(list_extend(bench.core, bench.list, items, 2), CONCUR_OK);
	ck_assert_status(insert(&bench, 0, INTEGER(7)), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "container_max");
	ck_assert_str_eq(show(&bench), "[0, 1, 'x', 'x']");
	bench_fini(&bench);
}
END_TEST

START_TEST(move_past_move_max_is_refused_but_ends_are_free)
{
	struct bench bench;
	struct blob *blob;

	bench_init(&bench);
	bench.fixture.limits.move_max = 3;
	fill(&bench, 0, 8);
	ck_assert_status(insert(&bench, 4, INTEGER(9)), CONCUR_TOO_LARGE);
	ck_assert_str_eq(bench.core->limit, "move_max");
	ck_assert_status(list_pop(bench.core, bench.list, 4, &blob), CONCUR_TOO_LARGE);
	ck_assert_status(insert(&bench, 3, INTEGER(9)), CONCUR_OK);
	ck_assert_str_eq(pop(&bench, -1), "7");
	ck_assert_str_eq(show(&bench), "[0, 1, 2, 9, 3, 4, 5, 6]");
	bench_fini(&bench);
}
END_TEST

/* -- searching --------------------------------------------------------------------------------------------------- */

START_TEST(index_and_count_compare_as_python)
{
	struct bench bench;

	bench_init(&bench);
	append(&bench, BOOLEAN(true));
	append(&bench, INTEGER(1));
	append(&bench, NUMBER(1.0));
	append(&bench, TEXT("1"));
	append(&bench, NUMBER(NAN));
	ck_assert_int_eq(find(&bench, NUMBER(1.0), 0, 5), 0);
	ck_assert_int_eq(count(&bench, INTEGER(1)), 3);
	ck_assert_int_eq(find(&bench, TEXT("1"), 0, 5), 3);
	ck_assert_int_eq(find(&bench, TEXT("2"), 0, 5), -1);
	ck_assert_int_eq(count(&bench, TEXT("2")), 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(index_clamps_start_and_stop)
{
	struct bench bench;

	bench_init(&bench);
	fill(&bench, -2, 1);
	append(&bench, INTEGER(0));
	fill(&bench, 0, 3);
	/* [-2, -1, 0, 0, 0, 1, 2] */
	ck_assert_int_eq(find(&bench, INTEGER(0), 0, INT64_MAX), 2);
	ck_assert_int_eq(find(&bench, INTEGER(0), 3, INT64_MAX), 3);
	ck_assert_int_eq(find(&bench, INTEGER(0), -3, INT64_MAX), 4);
	ck_assert_int_eq(find(&bench, INTEGER(0), 3, 4), 3);
	ck_assert_int_eq(find(&bench, INTEGER(0), -4, -2), 3);
	ck_assert_int_eq(find(&bench, INTEGER(0), -3, -5), -1);
	ck_assert_int_eq(find(&bench, INTEGER(0), INT64_MIN, INT64_MAX), 2);
	ck_assert_int_eq(find(&bench, INTEGER(0), INT64_MAX, INT64_MIN), -1);
	ck_assert_int_eq(find(&bench, INTEGER(2), 0, -1), -1);
	bench_fini(&bench);
}
END_TEST

START_TEST(index_of_opaque_items_needs_compare_only_where_they_come_first)
{
	struct bench bench;
	int64_t found;

	bench_init(&bench);
	fill(&bench, 0, 2);
	append(&bench, OPAQUE('x'));
	fill(&bench, 2, 3);
	ck_assert_int_eq(find(&bench, INTEGER(1), 0, 4), 1);
	ck_assert_status(list_index(bench.core, bench.list, &INTEGER(2), 0, 4, false, &found), CONCUR_NEEDS_COMPARE);
	ck_assert_int_eq(find(&bench, INTEGER(2), 3, 4), 3);
	ck_assert_status(list_count(bench.core, bench.list, &INTEGER(1), false, &found), CONCUR_NEEDS_COMPARE);
	bench_fini(&bench);
}
END_TEST

START_TEST(index_past_move_max_is_refused)
{
	struct bench bench;
	int64_t found;

	bench_init(&bench);
	bench.fixture.limits.move_max = 3;
	fill(&bench, 0, 5);
	ck_assert_status(list_index(bench.core, bench.list, &INTEGER(1), 0, 4, false, &found), CONCUR_TOO_LARGE);
	ck_assert_int_eq(find(&bench, INTEGER(3), 2, 5), 3);
	ck_assert_status(list_count(bench.core, bench.list, &INTEGER(1), false, &found), CONCUR_TOO_LARGE);
	ck_assert_status(list_reverse(bench.core, bench.list), CONCUR_TOO_LARGE);
	bench_fini(&bench);
}
END_TEST

/* -- the whole --------------------------------------------------------------------------------------------------- */

START_TEST(reverse_of_any_length_turns_the_list_round)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_status(list_reverse(bench.core, bench.list), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[]");
	fill(&bench, 0, 4);
	ck_assert_status(list_reverse(bench.core, bench.list), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[3, 2, 1, 0]");
	fill(&bench, 4, 5);
	ck_assert_status(list_reverse(bench.core, bench.list), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[4, 0, 1, 2, 3]");
	bench_fini(&bench);
}
END_TEST

START_TEST(sort_is_stable_both_ways)
{
	struct bench bench;

	bench_init(&bench);
	append(&bench, NUMBER(2.0));
	append(&bench, BOOLEAN(true));
	append(&bench, INTEGER(2));
	append(&bench, INTEGER(1));
	append(&bench, INTEGER(0));
	append(&bench, NUMBER(1.0));
	ck_assert_status(list_sort(bench.core, bench.list, false), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[0, True, 1, 1.0, 2.0, 2]");
	ck_assert_status(list_sort(bench.core, bench.list, true), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[2.0, 2, True, 1, 1.0, 0]");
	bench_fini(&bench);
}
END_TEST

START_TEST(sort_of_all_lengths_gives_order)
{
	struct bench bench;
	uint32_t random = 1;

	bench_init(&bench);
	for (int64_t length = 0; length < 70; length++) {
		int64_t before = INT64_MIN;

		for (int64_t i = 0; i < length; i++) {
			random = random * 1103515245 + 12345;
			append(&bench, INTEGER(random >> 16 & 63));
		}
		ck_assert_status(list_sort(bench.core, bench.list, false), CONCUR_OK);
		for (int64_t i = 0; i < length; i++) {
			struct value item = store_value(list_get(bench.list, i));

			ck_assert_int_ge(value_integer(&item), before);
			before = value_integer(&item);
		}
		ck_assert_status(list_kind.clear(bench.core, bench.object), CONCUR_OK);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(sort_of_more_than_one_step_may_take_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	fill(&bench, 0, 100000);
	ck_assert_status(list_sort(bench.core, bench.list, true), CONCUR_OK);
	append(&bench, INTEGER(0));
	ck_assert_status(list_sort(bench.core, bench.list, false), CONCUR_TOO_LARGE);
	ck_assert_str_eq(bench.core->limit, "sort_max");
	ck_assert_status(list_reverse(bench.core, bench.list), CONCUR_OK);
	bench_fini(&bench);
}
END_TEST

START_TEST(sort_that_fails_leaves_the_list_as_it_was)
{
	struct bench bench;
	uint64_t version;

	bench_init(&bench);
	append(&bench, INTEGER(3));
	append(&bench, INTEGER(2));
	append(&bench, INTEGER(1));
	append(&bench, TEXT("a"));
	version = bench.object->version;
	ck_assert_status(list_sort(bench.core, bench.list, false), CONCUR_TYPE_ERROR);
	ck_assert_status(list_sort(bench.core, bench.list, true), CONCUR_TYPE_ERROR);
	ck_assert_str_eq(show(&bench), "[3, 2, 1, 'a']");
	ck_assert_uint_eq(bench.object->version, version);
	ck_assert_str_eq(pop(&bench, -1), "'a'");
	append(&bench, OPAQUE('x'));
	ck_assert_status(list_sort(bench.core, bench.list, false), CONCUR_NEEDS_COMPARE);
	ck_assert_str_eq(show(&bench), "[3, 2, 1, x]");
	bench_fini(&bench);
}
END_TEST

START_TEST(repeat_as_pythons_in_place_product)
{
	struct bench bench;
	uint64_t bytes;

	bench_init(&bench);
	ck_assert_status(list_repeat(bench.core, bench.list, INT64_MAX), CONCUR_OK);
	fill(&bench, 0, 2);
	bytes = bench.core->bytes;
	ck_assert_status(list_repeat(bench.core, bench.list, 1), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[0, 1]");
	ck_assert_status(list_repeat(bench.core, bench.list, 3), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[0, 1, 0, 1, 0, 1]");
	ck_assert_uint_eq(bench.core->bytes, 3 * bytes);
	/* What stands in several places is changed in one. */
	ck_assert_status(list_set(bench.core, bench.list, 2, &(struct list_item){ TEXT("x"), false }), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[0, 1, 'x', 1, 0, 1]");
	ck_assert_status(list_repeat(bench.core, bench.list, 0), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[]");
	fill(&bench, 0, 2);
	ck_assert_status(list_repeat(bench.core, bench.list, -4), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[]");
	bench_fini(&bench);
}
END_TEST

START_TEST(repeat_past_a_limit_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	bench.fixture.limits.container_max = 10;
	fill(&bench, 0, 3);
	ck_assert_status(list_repeat(bench.core, bench.list, 4), CONCUR_LIMIT);
	ck_assert_status(list_repeat(bench.core, bench.list, INT64_MAX), CONCUR_LIMIT);
	bench.fixture.limits.move_max = 5;
	ck_assert_status(list_repeat(bench.core, bench.list, 3), CONCUR_TOO_LARGE);
	ck_assert_str_eq(show(&bench), "[0, 1, 2]");
	ck_assert_status(list_repeat(bench.core, bench.list, 2), CONCUR_OK);
	bench_fini(&bench);
}
END_TEST

START_TEST(clear_empties_the_list)
{
	struct bench bench;

	bench_init(&bench);
	fill(&bench, 0, 9);
	ck_assert_uint_eq(list_kind.len(bench.object), 9);
	ck_assert_status(list_kind.clear(bench.core, bench.object), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "[]");
	ck_assert_uint_eq(list_kind.len(bench.object), 0);
	ck_assert_uint_eq(bench.object->bytes, 0);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->bytes, 0);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		get_by_index_counts_from_either_end,
		set_by_index_replaces_or_fails,
		insert_clamps_its_index,
		pop_takes_from_ends_and_middle,
		extend_past_container_max_is_refused,
		move_past_move_max_is_refused_but_ends_are_free,
		index_and_count_compare_as_python,
		index_clamps_start_and_stop,
		index_of_opaque_items_needs_compare_only_where_they_come_first,
		index_past_move_max_is_refused,
		reverse_of_any_length_turns_the_list_round,
		sort_is_stable_both_ways,
		sort_of_all_lengths_gives_order,
		sort_of_more_than_one_step_may_take_is_refused,
		sort_that_fails_leaves_the_list_as_it_was,
		repeat_as_pythons_in_place_product,
		repeat_past_a_limit_is_refused,
		clear_empties_the_list,
		NULL,
	};

	return unit_run("list", tests);
}
