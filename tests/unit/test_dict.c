/* The dict: Python's semantics, what is all or none, pages across changes. */

#include "tests/unit/dict_fixture.h"
#include <stdio.h>

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct dict *dict;
	struct object *object; /* the dict's */
	char text[FIXTURE_TEXT];
};

static void
bench_init(struct bench *bench)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->object = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_DICT });
	bench->dict = (struct dict *)bench->object;
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

static enum concur_status
set(struct bench *bench, struct value key, struct value value)
{
	return dict_set(bench->core, bench->dict, &(struct dict_item){ .key = key, .value = value });
}

/* The whole dict as Python would write it. */
static const char *
show(struct bench *bench)
{
	struct dict_page page;
	struct map_entry *entry;

	strcpy(bench->text, "{");
	ck_assert(dict_page_begin(bench->dict, 0, &page));
	while ((entry = dict_page_next(&page))) {
		strcat(bench->text, bench->text[1] ? ", " : "");
		fixture_show_blob(bench->text, FIXTURE_TEXT, entry->key);
		strcat(bench->text, ": ");
		fixture_show_blob(bench->text, FIXTURE_TEXT, entry->value);
	}
	return strcat(bench->text, "}");
}

static void
fill(struct bench *bench, int64_t from, int64_t to)
{
	for (; from < to; from++)
		ck_assert_status(set(bench, INTEGER(from), INTEGER(from)), CONCUR_OK);
}

/* -- single entries ---------------------------------------------------------------------------------------------- */

START_TEST(set_of_keys_keeps_insertion_order)
{
	struct bench bench;

	bench_init(&bench);
	set(&bench, TEXT("b"), INTEGER(1));
	set(&bench, TEXT("a"), INTEGER(2));
	set(&bench, TEXT("b"), INTEGER(3));
	ck_assert_str_eq(show(&bench), "{'b': 3, 'a': 2}");
	ck_assert_uint_eq(dict_kind.len(bench.object), 2);
	fixture_expect_blob(dict_get(bench.dict, &TEXT("a")), false, "2");
	fixture_expect_blob(dict_get(bench.dict, &TEXT("c")), false, "nothing");
	bench_fini(&bench);
}
END_TEST

START_TEST(set_of_equal_numbers_is_one_key_in_its_first_spelling)
{
	struct bench bench;

	bench_init(&bench);
	set(&bench, INTEGER(1), TEXT("a"));
	set(&bench, NUMBER(1.0), TEXT("b"));
	set(&bench, BOOLEAN(true), TEXT("c"));
	ck_assert_str_eq(show(&bench), "{1: 'c'}");
	set(&bench, NUMBER(0.0), TEXT("d"));
	set(&bench, BOOLEAN(false), TEXT("e"));
	set(&bench, INTEGER(0), TEXT("f"));
	ck_assert_str_eq(show(&bench), "{1: 'c', 0.0: 'f'}");
	set(&bench, TEXT("1"), TEXT("g"));
	ck_assert_uint_eq(dict_kind.len(bench.object), 3);
	fixture_expect_blob(dict_popped(bench.core, bench.dict, &BOOLEAN(true)), true, "'c'");
	bench_fini(&bench);
}
END_TEST

START_TEST(set_changes_the_version)
{
	struct bench bench;
	uint64_t version;

	bench_init(&bench);
	version = bench.object->version;
	set(&bench, TEXT("a"), INTEGER(1));
	ck_assert_uint_gt(bench.object->version, version);
	version = bench.object->version;
	fixture_expect_blob(dict_popped(bench.core, bench.dict, &TEXT("b")), true, "nothing");
	ck_assert_uint_eq(bench.object->version, version);
	fixture_expect_blob(dict_popped(bench.core, bench.dict, &TEXT("a")), true, "1");
	ck_assert_uint_gt(bench.object->version, version);
	bench_fini(&bench);
}
END_TEST

START_TEST(set_past_container_max_is_refused_for_new_keys)
{
	struct bench bench;

	bench_init(&bench);
	bench.fixture.limits.container_max = 2;
	fill(&bench, 0, 2);
	ck_assert_status(set(&bench, INTEGER(2), INTEGER(2)), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "container_max");
	ck_assert_status(set(&bench, INTEGER(1), INTEGER(5)), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "{0: 0, 1: 5}");
	bench_fini(&bench);
}
END_TEST

START_TEST(pop_takes_the_entry)
{
	struct bench bench;

	bench_init(&bench);
	fill(&bench, 0, 3);
	fixture_expect_blob(dict_popped(bench.core, bench.dict, &INTEGER(1)), true, "1");
	fixture_expect_blob(dict_popped(bench.core, bench.dict, &INTEGER(1)), true, "nothing");
	ck_assert_str_eq(show(&bench), "{0: 0, 2: 2}");
	/* What comes back goes to the end. */
	fill(&bench, 1, 2);
	ck_assert_str_eq(show(&bench), "{0: 0, 2: 2, 1: 1}");
	bench_fini(&bench);
}
END_TEST

START_TEST(pop_last_takes_the_youngest_entry)
{
	struct bench bench;
	struct blob *key, *value;

	bench_init(&bench);
	fill(&bench, 0, 3);
	set(&bench, INTEGER(0), TEXT("x"));
	dict_popped(bench.core, bench.dict, &INTEGER(5));
	ck_assert_status(dict_pop_last(bench.core, bench.dict, &key, &value), CONCUR_OK);
	fixture_expect_blob(key, true, "2");
	fixture_expect_blob(value, true, "2");
	ck_assert_status(dict_pop_last(bench.core, bench.dict, &key, &value), CONCUR_OK);
	fixture_expect_blob(key, true, "1");
	fixture_expect_blob(value, true, "1");
	ck_assert_status(dict_pop_last(bench.core, bench.dict, &key, &value), CONCUR_OK);
	fixture_expect_blob(key, true, "0");
	fixture_expect_blob(value, true, "'x'");
	ck_assert_status(dict_pop_last(bench.core, bench.dict, &key, &value), CONCUR_OK);
	ck_assert_ptr_null(key);
	ck_assert_uint_eq(bench.object->bytes, 0);
	ck_assert_uint_eq(bench.core->bytes, 0);
	bench_fini(&bench);
}
END_TEST

/* -- updates ----------------------------------------------------------------------------------------------------- */

START_TEST(update_with_repeated_keys_lets_the_last_win)
{
	struct bench bench;

	bench_init(&bench);
	fill(&bench, 0, 2);
	struct dict_item items[] = {
		{ .key = INTEGER(5), .value = TEXT("a") },
		{ .key = INTEGER(0), .value = TEXT("b") },
		{ .key = NUMBER(5.0), .value = TEXT("c") },
	};
	ck_assert_status(dict_update(bench.core, bench.dict, items, 3), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "{0: 'b', 1: 1, 5: 'c'}");
	bench_fini(&bench);
}
END_TEST

START_TEST(update_past_a_limit_leaves_all_as_it_was)
{
	struct bench bench;
	uint64_t bytes, version;

	bench_init(&bench);
	bench.fixture.limits.container_max = 4;
	fill(&bench, 0, 2);
	bytes = bench.object->bytes;
	version = bench.object->version;
	struct dict_item items[] = {
		{ .key = INTEGER(0), .value = TEXT("a") },
		{ .key = INTEGER(8), .value = TEXT("b") },
		{ .key = INTEGER(8), .value = TEXT("c") },
		{ .key = INTEGER(0), .value = TEXT("d") },
		{ .key = INTEGER(9), .value = TEXT("e") },
		{ .key = INTEGER(7), .value = TEXT("f") },
	};
	ck_assert_status(dict_update(bench.core, bench.dict, items, 6), CONCUR_LIMIT);
	ck_assert_str_eq(show(&bench), "{0: 0, 1: 1}");
	ck_assert_uint_eq(bench.object->bytes, bytes);
	ck_assert_uint_eq(bench.core->bytes, bytes);
	ck_assert_uint_eq(bench.object->version, version);
	ck_assert_status(dict_update(bench.core, bench.dict, items, 5), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "{0: 'd', 1: 1, 8: 'c', 9: 'e'}");
	bench_fini(&bench);
}
END_TEST

/* -- arithmetic, appending, conditional writes ------------------------------------------------------------------- */

static const char *
add(struct bench *bench, const char *key, struct value amount)
{
	struct dict_item item = { .key = TEXT(key), .value = amount };
	struct blob *sum;
	enum concur_status status = dict_add(bench->core, bench->dict, &item, &sum);

	bench->text[0] = '\0';
	if (status != CONCUR_OK)
		return status_name(status);
	fixture_show_blob(bench->text, FIXTURE_TEXT, sum);
	ck_assert_ptr_eq(dict_get(bench->dict, &item.key), sum);
	return bench->text;
}

START_TEST(add_to_numbers_gives_the_sum)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(add(&bench, "n", INTEGER(5)), "5");
	ck_assert_str_eq(add(&bench, "n", INTEGER(-7)), "-2");
	ck_assert_str_eq(add(&bench, "n", NUMBER(0.5)), "-1.5");
	ck_assert_str_eq(add(&bench, "m", BOOLEAN(true)), "1");
	bench_fini(&bench);
}
END_TEST

START_TEST(add_that_fails_leaves_all_as_it_was)
{
	struct bench bench;
	uint64_t version;

	bench_init(&bench);
	set(&bench, TEXT("text"), TEXT("a"));
	set(&bench, TEXT("most"), INTEGER(INT64_MAX));
	version = bench.object->version;
	ck_assert_str_eq(add(&bench, "text", INTEGER(1)), "TYPE_ERROR");
	ck_assert_str_eq(add(&bench, "most", INTEGER(1)), "OVERFLOW");
	ck_assert_str_eq(add(&bench, "new", TEXT("a")), "TYPE_ERROR");
	ck_assert_str_eq(show(&bench), "{'text': 'a', 'most': 9223372036854775807}");
	ck_assert_uint_eq(bench.object->version, version);
	bench_fini(&bench);
}
END_TEST

START_TEST(append_makes_the_list_longer)
{
	struct bench bench;
	int64_t count;

	bench_init(&bench);
	for (int64_t i = 0; i < 3; i++) {
		struct dict_item item = { .key = TEXT("l"), .value = INTEGER(100 * i) };

		ck_assert_status(dict_append(bench.core, bench.dict, &item, &count), CONCUR_OK);
		ck_assert_int_eq(count, i + 1);
	}
	ck_assert_str_eq(show(&bench), "{'l': [0, 100, 200]}");
	set(&bench, TEXT("x"), INTEGER(1));
	ck_assert_status(dict_append(bench.core, bench.dict,
			     &(struct dict_item){ .key = TEXT("x"), .value = INTEGER(1) }, &count),
	    CONCUR_TYPE_ERROR);
	bench_fini(&bench);
}
END_TEST

START_TEST(append_of_long_item_stays_well_formed)
{
	struct bench bench;
	struct value_limits limits = { 8, 100 };
	char text[400];
	uint8_t encoded[1400];
	int64_t count;

	bench_init(&bench);
	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < 3; i++) {
		struct dict_item item = { .key = TEXT("l"), .value = { VALUE_TEXT, (uint8_t *)text, sizeof text } };

		ck_assert_status(dict_append(bench.core, bench.dict, &item, &count), CONCUR_OK);
	}
	struct value list = store_value(dict_get(bench.dict, &TEXT("l"))), again;
	uint8_t *end = value_encode(encoded, &list);
	ck_assert_status(value_check(encoded, (size_t)(end - encoded), &limits, &again, NULL), CONCUR_OK);
	bench_fini(&bench);
}
END_TEST

static const char *
exchange(struct bench *bench, struct value key, const struct value *expected, struct value value)
{
	struct dict_item item = { .key = key, .value = value };
	enum outcome outcome;
	enum concur_status status = dict_compare_exchange(bench->core, bench->dict, &item, expected, &outcome);

	return status != CONCUR_OK ? status_name(status) : outcome == OUTCOME_DONE ? "DONE" : "CHANGED";
}

START_TEST(compare_exchange_sets_only_what_is_as_expected)
{
	const struct value nothing = { VALUE_NONE, (const uint8_t *)"", 0 };
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(exchange(&bench, TEXT("a"), &INTEGER(1), INTEGER(2)), "CHANGED");
	ck_assert_str_eq(exchange(&bench, TEXT("a"), NULL, INTEGER(1)), "DONE");
	ck_assert_str_eq(exchange(&bench, TEXT("a"), NULL, INTEGER(2)), "CHANGED");
	ck_assert_str_eq(exchange(&bench, TEXT("a"), &INTEGER(3), INTEGER(2)), "CHANGED");
	ck_assert_str_eq(exchange(&bench, TEXT("a"), &NUMBER(1.0), INTEGER(2)), "DONE");
	ck_assert_str_eq(show(&bench), "{'a': 2}");
	ck_assert_str_eq(exchange(&bench, TEXT("a"), &INTEGER(1), nothing), "CHANGED");
	ck_assert_str_eq(exchange(&bench, TEXT("a"), &INTEGER(2), nothing), "DONE");
	ck_assert_str_eq(exchange(&bench, TEXT("a"), NULL, nothing), "DONE");
	ck_assert_str_eq(show(&bench), "{}");
	bench_fini(&bench);
}
END_TEST

START_TEST(compare_exchange_of_opaque_values_needs_compare_unless_identical)
{
	struct bench bench;

	bench_init(&bench);
	set(&bench, TEXT("a"), OPAQUE('x'));
	ck_assert_str_eq(exchange(&bench, TEXT("a"), &OPAQUE('y'), INTEGER(1)), "NEEDS_COMPARE");
	ck_assert_str_eq(exchange(&bench, TEXT("a"), &OPAQUE('x'), INTEGER(1)), "DONE");
	bench_fini(&bench);
}
END_TEST

/* -- pages ------------------------------------------------------------------------------------------------------- */

START_TEST(page_goes_on_where_the_cursor_stands)
{
	struct bench bench;
	struct dict_page page;
	uint64_t cursor = 0;
	int64_t seen = 0;

	bench_init(&bench);
	fill(&bench, 0, 1000);
	do {
		ck_assert(dict_page_begin(bench.dict, cursor, &page));
		for (unsigned i = 0; i < 7; i++) {
			struct map_entry *entry = dict_page_next(&page);
			struct value key;

			if (!entry)
				break;
			key = store_value(entry->key);
			ck_assert_int_eq(value_integer(&key), seen++);
		}
		cursor = dict_page_cursor(&page);
	} while (cursor);
	ck_assert_int_eq(seen, 1000);
	bench_fini(&bench);
}
END_TEST

START_TEST(page_of_empty_dict_is_the_last)
{
	struct bench bench;
	struct dict_page page;

	bench_init(&bench);
	ck_assert(dict_page_begin(bench.dict, 0, &page));
	ck_assert_ptr_null(dict_page_next(&page));
	ck_assert_uint_eq(dict_page_cursor(&page), 0);
	bench_fini(&bench);
}
END_TEST

/* Reads `count` entries and returns the cursor behind them. */
static uint64_t
read_some(struct bench *bench, unsigned count)
{
	struct dict_page page;

	ck_assert(dict_page_begin(bench->dict, 0, &page));
	while (count--)
		ck_assert_ptr_nonnull(dict_page_next(&page));
	return dict_page_cursor(&page);
}

START_TEST(page_across_changes_gives_what_stays_once)
{
	struct bench bench;
	struct dict_page page;
	struct map_entry *entry;
	uint64_t cursor;
	int64_t expected = 10;

	bench_init(&bench);
	fill(&bench, 0, 20);
	cursor = read_some(&bench, 10);
	fixture_expect_blob(dict_popped(bench.core, bench.dict, &INTEGER(3)), true, "3");
	fixture_expect_blob(dict_popped(bench.core, bench.dict, &INTEGER(10)), true, "10");
	set(&bench, INTEGER(15), TEXT("new"));
	fill(&bench, 20, 22);
	ck_assert(dict_page_begin(bench.dict, cursor, &page));
	while ((entry = dict_page_next(&page))) {
		struct value key = store_value(entry->key);

		ck_assert_int_eq(value_integer(&key), ++expected);
	}
	ck_assert_int_eq(expected, 21);
	bench_fini(&bench);
}
END_TEST

START_TEST(page_across_closed_holes_is_refused)
{
	struct bench bench;
	struct dict_page page;
	uint64_t cursor;

	bench_init(&bench);
	fill(&bench, 0, 1000);
	cursor = read_some(&bench, 500);
	for (int64_t i = 0; i < 990; i++)
		blob_unref(dict_popped(bench.core, bench.dict, &INTEGER(i)));
	ck_assert(!dict_page_begin(bench.dict, cursor, &page));
	ck_assert(dict_page_begin(bench.dict, 0, &page));
	bench_fini(&bench);
}
END_TEST

START_TEST(clear_empties_at_once_and_frees_by_steps)
{
	struct bench bench;
	uint64_t version;

	bench_init(&bench);
	bench.fixture.limits.turn_steps = 10;
	fill(&bench, 0, 100);
	version = bench.object->version;
	ck_assert_status(dict_kind.clear(bench.core, bench.object), CONCUR_OK);
	ck_assert_str_eq(show(&bench), "{}");
	ck_assert_uint_gt(bench.object->version, version);
	ck_assert_uint_eq(bench.object->bytes, 0);
	ck_assert_uint_gt(bench.core->bytes, 0);
	fill(&bench, 0, 2);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 0), 0);
	fixture_settle(&bench.fixture);
	ck_assert_str_eq(show(&bench), "{0: 0, 1: 1}");
	ck_assert_uint_eq(bench.core->bytes, bench.object->bytes);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		set_of_keys_keeps_insertion_order,
		set_of_equal_numbers_is_one_key_in_its_first_spelling,
		set_changes_the_version,
		set_past_container_max_is_refused_for_new_keys,
		pop_takes_the_entry,
		pop_last_takes_the_youngest_entry,
		update_with_repeated_keys_lets_the_last_win,
		update_past_a_limit_leaves_all_as_it_was,
		add_to_numbers_gives_the_sum,
		add_that_fails_leaves_all_as_it_was,
		append_makes_the_list_longer,
		append_of_long_item_stays_well_formed,
		compare_exchange_sets_only_what_is_as_expected,
		compare_exchange_of_opaque_values_needs_compare_unless_identical,
		page_goes_on_where_the_cursor_stands,
		page_of_empty_dict_is_the_last,
		page_across_changes_gives_what_stays_once,
		page_across_closed_holes_is_refused,
		clear_empties_at_once_and_frees_by_steps,
		NULL,
	};

	return unit_run("dict", tests);
}
