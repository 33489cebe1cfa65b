/* Nested containers: what becomes of values at each door, and of the objects that are made. test_nest_limits.c has what
 * is refused, test_nest_random.c holds them against plain structures. */
#include "tests/unit/nest_fixture.h"

#include "daemon/core/equal.h"
#include "daemon/core/path.h"

#include <stdio.h>

/* What the dict stores at the key refers to. */
static struct object *
object_at(struct nest_bench *bench, const struct dict *dict, const char *key)
{
	return nest_object(bench->core, dict_get(dict, &TEXT(key)));
}

/* -- what becomes of values -------------------------------------------------------------------------------------- */

START_TEST(map_that_is_stored_becomes_a_dict_that_can_be_changed)
{
	struct object *inner;
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "{}"), CONCUR_OK);
	inner = object_at(&bench, bench.dict, "a");
	ck_assert_ptr_eq(inner->kind, &dict_kind);
	ck_assert(inner->nested);
	ck_assert_status(dict_set(bench.core, (struct dict *)inner,
			     &(struct dict_item){ .key = TEXT("b"), .value = INTEGER(1) }),
	    CONCUR_OK);
	nest_expect(&bench, bench.dict, "{'a': {'b': 1}}");
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(containers_at_all_depths_become_objects)
{
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "[1, {'x': [2, [3]], 4: {}}, 'y']"), CONCUR_OK);
	nest_expect(&bench, bench.dict, "{'a': [1, {'x': [2, [3]], 4: {}}, 'y']}");
	ck_assert_uint_eq(bench.core->objects.count, bench.objects + 5);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(tuple_stays_a_value_with_references_to_what_can_change)
{
	const char *text = "(1, [2], (3, {'k': (4, [])}, ()), (5, 6), 'seven')";
	struct value_walk walk;
	struct value tuple, item;
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "t", text), CONCUR_OK);
	tuple = store_value(dict_get(bench.dict, &TEXT("t")));
	ck_assert_int_eq(tuple.kind, VALUE_TUPLE);
	value_walk_begin(&walk, &tuple);
	ck_assert(value_walk_next(&walk, &item) && value_walk_next(&walk, &item));
	ck_assert_int_eq(item.kind, VALUE_OBJECT);
	nest_check_encoding(dict_get(bench.dict, &TEXT("t")));
	nest_expect_at(bench.core, dict_get(bench.dict, &TEXT("t")), text);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects + 3);
	nest_clear(&bench, bench.dict);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(tuple_without_containers_is_stored_as_it_is)
{
	struct value tuple, stored;
	struct nest_bench bench;

	nest_bench_init(&bench);
	tuple = nest_value(&bench, "(1, ('a', (None, 2.5)), b'x')");
	ck_assert_status(dict_set(bench.core, bench.dict, &(struct dict_item){ .key = TEXT("t"), .value = tuple }),
	    CONCUR_OK);
	stored = store_value(dict_get(bench.dict, &TEXT("t")));
	ck_assert(value_identical(&stored, &tuple));
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(reference_inside_a_container_is_counted_once_where_it_ends)
{
	struct object *other;
	struct dict_item item;
	char text[64];
	struct nest_bench bench;

	nest_bench_init(&bench);
	other = (struct object *)bench.plain;
	(void)snprintf(text, sizeof text, "[1, (proxy(%llu), {'k': 2})]", (unsigned long long)object_id(other));
	item = nest_item(&bench, "a", text);
	item.value_refers = true;
	ck_assert_status(dict_set(bench.core, bench.dict, &item), CONCUR_OK);
	ck_assert_uint_eq(other->inner, 1);
	nest_clear(&bench, bench.dict);
	ck_assert_uint_eq(other->inner, 0);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	nest_bench_fini(&bench);
}
END_TEST

/* Where nothing but the reference says that there is one: in a list, beside a key, as a tuple's item. */
START_TEST(reference_straight_in_what_is_made_is_counted)
{
	static const char *const forms[] = { "[1, proxy(%llu)]", "{'k': proxy(%llu)}", "[(proxy(%llu), 1)]",
		"([proxy(%llu)], 1)" };
	struct object *other;
	struct dict_item item;
	char text[64];
	struct nest_bench bench;

	nest_bench_init(&bench);
	other = (struct object *)bench.plain;
	(void)snprintf(text, sizeof text, forms[_i], (unsigned long long)object_id(other));
	item = nest_item(&bench, "a", text);
	item.value_refers = true;
	ck_assert_status(dict_set(bench.core, bench.dict, &item), CONCUR_OK);
	ck_assert_uint_eq(other->inner, 1);
	nest_clear(&bench, bench.dict);
	ck_assert_uint_eq(other->inner, 0);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(tuple_of_many_containers_keeps_them_in_order)
{
	enum { MANY = 300 };
	char text[16 * MANY] = "(", shown[16 * MANY + 16];
	size_t length = 1;
	struct nest_bench bench;

	for (int i = 0; i < MANY; i++)
		length += (size_t)snprintf(text + length, sizeof text - length, "%s[%d]", i ? ", " : "", i);
	(void)snprintf(text + length, sizeof text - length, ")");
	(void)snprintf(shown, sizeof shown, "{'t': %s}", text);
	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "t", text), CONCUR_OK);
	nest_expect(&bench, bench.dict, shown);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(container_of_plain_values_is_no_business_of_the_search_for_cycles)
{
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "{'k': 'v', 1: (2, 3)}"), CONCUR_OK);
	ck_assert_uint_eq(object_at(&bench, bench.dict, "a")->reached, CYCLE_PLAIN);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(key_that_a_map_has_twice_has_its_last_value)
{
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "{1: [1], 1.0: [2]}"), CONCUR_OK);
	fixture_settle(&bench.fixture);
	nest_expect(&bench, bench.dict, "{'a': {1: [2]}}");
	/* The list that was first is gone. */
	ck_assert_uint_eq(bench.core->objects.count, bench.objects + 2);
	nest_bench_fini(&bench);
}
END_TEST

/* -- every way in ------------------------------------------------------------------------------------------------ */

static const char door_text[] = "[1, {'k': [2]}]";

static enum concur_status
by_set(struct nest_bench *bench)
{
	return nest_set(bench, "a", door_text);
}

static enum concur_status
by_set_for(struct nest_bench *bench)
{
	const struct dict_item item = nest_item(bench, "a", door_text);

	return dict_set_for(bench->core, bench->dict, &item, CORE_SECOND);
}

static enum concur_status
by_update(struct nest_bench *bench)
{
	const struct dict_item items[] = { { .key = TEXT("z"), .value = INTEGER(1) },
		nest_item(bench, "a", door_text) };

	return dict_update(bench->core, bench->dict, items, 2);
}

static enum concur_status
by_merge(struct nest_bench *bench)
{
	const struct dict_item item = nest_item(bench, "a", door_text);
	enum concur_status status = dict_set(bench->core, bench->plain, &item);

	return status == CONCUR_OK ? dict_merge(bench->core, bench->dict, bench->plain) : status;
}

static enum concur_status
by_compare_exchange(struct nest_bench *bench)
{
	const struct dict_item item = nest_item(bench, "a", door_text);
	enum outcome outcome;

	return dict_compare_exchange(bench->core, bench->dict, &item, NULL, &outcome);
}

static enum concur_status
by_path(struct nest_bench *bench)
{
	const struct value step = TEXT("a"), value = nest_value(bench, door_text);
	struct value_place place;
	struct path path = { .object = (struct object *)bench->dict,
		.steps = &step,
		.refers = (const bool[]){ false },
		.count = 1,
		.places = &place };
	bool missing;

	return path_set(bench->core, &path, &value, false, &missing);
}

static enum concur_status
by_append_at_key(struct nest_bench *bench)
{
	const struct dict_item first = nest_item(bench, "a", "1"), item = nest_item(bench, "a", "{'k': [2]}");
	enum concur_status status;
	int64_t count;

	status = dict_append(bench->core, bench->dict, &first, &count);
	return status == CONCUR_OK ? dict_append(bench->core, bench->dict, &item, &count) : status;
}

/* Each leaves the same at key "a". */
START_TEST(every_way_into_a_dict_makes_objects)
{
	static enum concur_status (*const doors[])(struct nest_bench * bench) = { by_set, by_set_for, by_update,
		by_merge, by_compare_exchange, by_path, by_append_at_key };
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(doors[_i](&bench), CONCUR_OK);
	nest_expect_at(bench.core, dict_get(bench.dict, &TEXT("a")), door_text);
	ck_assert(object_at(&bench, bench.dict, "a")->nested);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects + 3);
	nest_clear(&bench, bench.dict);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	nest_bench_fini(&bench);
}
END_TEST

static enum concur_status
item_set(struct nest_bench *bench, const struct list_item *item)
{
	return list_set(bench->core, bench->list, 0, item);
}

static enum concur_status
item_insert(struct nest_bench *bench, const struct list_item *item)
{
	return list_insert(bench->core, bench->list, 0, item);
}

static enum concur_status
item_slice(struct nest_bench *bench, const struct list_item *item)
{
	return list_set_slice(bench->core, bench->list, &(struct list_slice){ 0, 1, 1, false, false }, item, 1);
}

static enum concur_status
item_extended_slice(struct nest_bench *bench, const struct list_item *item)
{
	return list_set_slice(bench->core, bench->list, &(struct list_slice){ 0, 1, 2, false, false }, item, 1);
}

static enum concur_status
item_extend(struct nest_bench *bench, const struct list_item *item)
{
	nest_clear(bench, bench->list);
	return list_extend(bench->core, bench->list, item, 1);
}

static enum concur_status
item_extend_from(struct nest_bench *bench, const struct list_item *item)
{
	enum concur_status status = list_extend(bench->core, bench->plain_list, item, 1);

	nest_clear(bench, bench->list);
	return status == CONCUR_OK ? list_extend_from(bench->core, bench->list, (struct object *)bench->plain_list)
				   : status;
}

/* Each leaves the same as the first item. */
START_TEST(every_way_into_a_list_makes_objects)
{
	static enum concur_status (*const doors[])(struct nest_bench * bench,
	    const struct list_item *item) = { item_set, item_insert, item_slice, item_extended_slice, item_extend,
		item_extend_from };
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(list_extend(bench.core, bench.list, &(struct list_item){ INTEGER(0), false }, 1), CONCUR_OK);
	ck_assert_status(doors[_i](&bench, &(struct list_item){ nest_value(&bench, door_text), false }), CONCUR_OK);
	nest_expect_at(bench.core, list_get(bench.list, 0), door_text);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects + 3);
	nest_clear(&bench, bench.list);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(object_without_the_option_stores_values_as_they_are)
{
	struct dict_item item;
	struct nest_bench bench;

	nest_bench_init(&bench);
	item = nest_item(&bench, "a", door_text);
	ck_assert_status(dict_set(bench.core, bench.plain, &item), CONCUR_OK);
	ck_assert_int_eq(dict_get(bench.plain, &TEXT("a"))->kind, VALUE_LIST);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(append_at_a_key_changes_the_list_that_is_there)
{
	struct dict_item item;
	struct nest_bench bench;
	uint64_t version;
	int64_t count;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "[1, 2]"), CONCUR_OK);
	version = ((struct object *)bench.dict)->version;
	item = nest_item(&bench, "a", "[3]");
	ck_assert_status(dict_append(bench.core, bench.dict, &item, &count), CONCUR_OK);
	ck_assert_int_eq(count, 3);
	nest_expect(&bench, bench.dict, "{'a': [1, 2, [3]]}");
	ck_assert_uint_eq(((struct object *)bench.dict)->version, version);
	ck_assert_status(nest_set(&bench, "a", "{}"), CONCUR_OK);
	ck_assert_status(dict_append(bench.core, bench.dict, &item, &count), CONCUR_TYPE_ERROR);
	ck_assert_status(nest_set(&bench, "a", "5"), CONCUR_OK);
	ck_assert_status(dict_append(bench.core, bench.dict, &item, &count), CONCUR_TYPE_ERROR);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(append_at_a_key_whose_list_is_gone_is_not_found)
{
	struct dict_item item;
	struct nest_bench bench;
	int64_t count;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "[1, 2]"), CONCUR_OK);
	object_destroy(bench.core, object_at(&bench, bench.dict, "a"));
	item = nest_item(&bench, "a", "3");
	ck_assert_status(dict_append(bench.core, bench.dict, &item, &count), CONCUR_NOT_FOUND);
	nest_bench_fini(&bench);
}
END_TEST

/* -- as objects -------------------------------------------------------------------------------------------------- */

START_TEST(copy_of_a_nested_dict_is_nested_and_shares_what_is_inside)
{
	struct object *copy;
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "[1]"), CONCUR_OK);
	ck_assert_status(object_copy(bench.core, (struct object *)bench.dict, LIFETIME_DEFAULT, NULL, &copy),
	    CONCUR_OK);
	object_ref(bench.core, copy);
	ck_assert(copy->nested);
	ck_assert_ptr_eq(object_at(&bench, (struct dict *)copy, "a"), object_at(&bench, bench.dict, "a"));
	nest_clear(&bench, bench.dict);
	nest_expect(&bench, copy, "{'a': [1]}");
	object_unref(bench.core, copy);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(container_that_holds_its_parent_goes_with_it)
{
	struct dict_item item;
	struct object *parent;
	char text[64];
	struct nest_bench bench;

	nest_bench_init(&bench);
	parent = (struct object *)bench.dict;
	(void)snprintf(text, sizeof text, "{'me': proxy(%llu)}", (unsigned long long)object_id(parent));
	item = nest_item(&bench, "a", text);
	item.value_refers = true;
	ck_assert_status(dict_set(bench.core, bench.dict, &item), CONCUR_OK);
	object_unref(bench.core, parent);
	for (int i = 0; i < 10 && bench.core->objects.count > bench.objects - 1; i++)
		fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects - 1);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(nested_container_equals_the_object_and_not_its_contents)
{
	enum value_same same;
	struct value map;
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "[]"), CONCUR_OK);
	map = nest_value(&bench, "{'a': []}");
	ck_assert_status(equal_value(bench.core, (struct object *)bench.dict, &map, &same), CONCUR_OK);
	ck_assert_int_eq(same, VALUE_DIFFERENT);
	ck_assert_status(equal_objects(bench.core, (struct object *)bench.dict, (struct object *)bench.dict, &same),
	    CONCUR_OK);
	ck_assert_int_eq(same, VALUE_SAME);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(open_of_a_kind_that_is_never_nested_is_refused)
{
	const enum kind_id those[] = { KIND_DICT, KIND_LIST, KIND_NAMESPACE };
	struct object_open open = { .options = { .nested = true } };
	struct object *object;
	struct nest_bench bench;
	bool created;

	nest_bench_init(&bench);
	for (int kind = KIND_DICT; kind < KIND_COUNT; kind++) {
		if (!kind_find((uint32_t)kind) || kind_find((uint32_t)kind)->may_nest)
			continue;
		open.options.kind = (enum kind_id)kind;
		ck_assert_status(object_open(bench.core, &open, &object, &created), CONCUR_VALUE_ERROR);
	}
	for (size_t i = 0; i < UNIT_COUNT(those); i++) {
		open.options.kind = those[i];
		ck_assert_status(object_open(bench.core, &open, &object, &created), CONCUR_OK);
	}
	nest_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("nest");
	TCase *tcase = tcase_create("nest");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, map_that_is_stored_becomes_a_dict_that_can_be_changed);
	tcase_add_test(tcase, containers_at_all_depths_become_objects);
	tcase_add_test(tcase, tuple_stays_a_value_with_references_to_what_can_change);
	tcase_add_test(tcase, tuple_without_containers_is_stored_as_it_is);
	tcase_add_test(tcase, reference_inside_a_container_is_counted_once_where_it_ends);
	tcase_add_loop_test(tcase, reference_straight_in_what_is_made_is_counted, 0, 4);
	tcase_add_test(tcase, tuple_of_many_containers_keeps_them_in_order);
	tcase_add_test(tcase, container_of_plain_values_is_no_business_of_the_search_for_cycles);
	tcase_add_test(tcase, key_that_a_map_has_twice_has_its_last_value);
	tcase_add_loop_test(tcase, every_way_into_a_dict_makes_objects, 0, 7);
	tcase_add_loop_test(tcase, every_way_into_a_list_makes_objects, 0, 6);
	tcase_add_test(tcase, object_without_the_option_stores_values_as_they_are);
	tcase_add_test(tcase, append_at_a_key_changes_the_list_that_is_there);
	tcase_add_test(tcase, append_at_a_key_whose_list_is_gone_is_not_found);
	tcase_add_test(tcase, copy_of_a_nested_dict_is_nested_and_shares_what_is_inside);
	tcase_add_test(tcase, container_that_holds_its_parent_goes_with_it);
	tcase_add_test(tcase, nested_container_equals_the_object_and_not_its_contents);
	tcase_add_test(tcase, open_of_a_kind_that_is_never_nested_is_refused);
	tcase_set_timeout(tcase, 0);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
