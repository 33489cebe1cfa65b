/* Nested containers: what refuses values, and that nothing stays of what was refused or failed. */
#include "tests/unit/nest_fixture.h"
#include "tests/unit/nomem.h"

/* -- limits ------------------------------------------------------------------------------------------------------ */

/* Under the limit the value can not be stored; with one more it can. */
static const struct limit_case {
	const char *limit;
	uint64_t value;
	const char *text;
	enum concur_status status;
} limit_cases[] = {
	{ "nested_max", 3, "[[], ([], {})]", CONCUR_TOO_LARGE },
	{ "sort_max", 6, "[1, 2, {1: 2, 3: 4}]", CONCUR_TOO_LARGE },
	{ "container_max", 2, "[[1, 2, 3]]", CONCUR_LIMIT },
	{ "container_max", 1, "[{1: 2, 3: 4}]", CONCUR_LIMIT }, /* pairs, not what they consist of */
	{ "objects_max", 7, "[[], {}, []]", CONCUR_LIMIT }, { "frame_max", 47, "([],)", CONCUR_TOO_LARGE },
	{ "frame_max", 75, "[([], 'aaaaaaaaaa'), ([],)]", CONCUR_TOO_LARGE }, /* the longest, not the last */
};

START_TEST(value_past_a_limit_changes_nothing)
{
	const struct limit_case *at = &limit_cases[_i];
	struct nest_bench bench;
	uint64_t version;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "[0]"), CONCUR_OK);
	/* Else the limit on objects would count the list. */
	nest_clear(&bench, bench.dict);
	version = ((struct object *)bench.dict)->version;
	ck_assert(limits_set(&bench.fixture.limits, at->limit, at->value));
	ck_assert_status(nest_set(&bench, "a", at->text), at->status);
	ck_assert_str_eq(bench.core->limit, at->limit);
	ck_assert_uint_eq(((struct object *)bench.dict)->version, version);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	ck_assert(limits_set(&bench.fixture.limits, at->limit, at->value + 1));
	ck_assert_status(nest_set(&bench, "a", at->text), CONCUR_OK);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(objects_past_the_memory_that_is_there_are_not_made)
{
	struct nest_bench bench;

	nest_bench_init(&bench);
	bench.fixture.limits.memory_max = core_memory(bench.core) + 1000;
	ck_assert_status(nest_set(&bench, "a", "[[], [], [], []]"), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "memory_max");
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	bench.fixture.limits.memory_max = 0;
	nest_bench_fini(&bench);
}
END_TEST

/* An anonymous object that nobody refers to, but whose id was sent to somebody. */
static void
leave_one(struct nest_bench *bench)
{
	struct object *list;

	bench->fixture.limits.linger_seconds = 60;
	list = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LIST });
	list->was_sent = true;
	object_unref(bench->core, list);
	fixture_settle(&bench->fixture);
	ck_assert_uint_eq(bench->core->objects.count, bench->objects + 1);
}

START_TEST(objects_that_find_no_room_end_the_lingering)
{
	struct nest_bench bench;

	nest_bench_init(&bench);
	leave_one(&bench);
	if (_i == 0)
		bench.fixture.limits.objects_max = bench.core->objects.count;
	else
		bench.fixture.limits.memory_max = core_memory(bench.core) + 600;
	ck_assert_status(nest_set(&bench, "a", _i == 0 ? "[]" : "[[], []]"), CONCUR_LIMIT);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	bench.fixture.limits.memory_max = 0;
	ck_assert_status(nest_set(&bench, "a", "[]"), CONCUR_OK);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(limit_of_one_call_holds_for_all_its_values)
{
	struct list_item items[2];
	struct nest_bench bench;

	nest_bench_init(&bench);
	for (int i = 0; i < 2; i++)
		items[i] = (struct list_item){ nest_value(&bench, "[[]]"), false };
	bench.fixture.limits.nested_max = 3;
	ck_assert_status(list_extend(bench.core, bench.list, items, 2), CONCUR_TOO_LARGE);
	ck_assert_status(list_set_slice(bench.core, bench.list, &(struct list_slice){ 0, 0, 1, true, true }, items, 2),
	    CONCUR_TOO_LARGE);
	ck_assert_status(dict_update(bench.core, bench.dict,
			     (const struct dict_item[]){ { .key = TEXT("a"), .value = items[0].value },
				 { .key = TEXT("b"), .value = items[1].value } },
			     2),
	    CONCUR_TOO_LARGE);
	nest_expect(&bench, bench.dict, "{}");
	nest_expect(&bench, bench.list, "[]");
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(refused_key_leaves_no_object_behind)
{
	struct dict_item item;
	struct nest_bench bench;
	struct dict *small;

	nest_bench_init(&bench);
	small =
	    fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_DICT, .maxsize = 1, .nested = true });
	item = nest_item(&bench, "a", "{'x': [1], 'y': 2, 'z': 3}");
	/* The inner dict is not as small. */
	ck_assert_status(dict_set(bench.core, small, &item), CONCUR_OK);
	item = nest_item(&bench, "b", "{'x': [1]}");
	ck_assert_status(dict_set(bench.core, small, &item), CONCUR_FULL);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects + 3);
	nest_bench_fini(&bench);
}
END_TEST

/* -- without memory ---------------------------------------------------------------------------------------------- */

/* Does it with one allocation failing, the first, the second ... until none fails; whenever the call fails for it, all
 * is as it was. Maps and rings can do without some of what they ask for. */
static void
starve(struct nest_bench *bench, const struct object *object, enum concur_status (*act)(struct nest_bench *bench))
{
	unsigned good = 0, refused = 0;
	bool has_failed;

	do {
		char *before = nest_show(bench->core, object), *after;
		uint64_t objects = bench->core->objects.count, version = object->version;
		enum concur_status status;

		nomem_arm(good++);
		status = act(bench);
		has_failed = nomem_disarm();
		fixture_settle(&bench->fixture);
		after = nest_show(bench->core, object);
		if (status != CONCUR_OK) {
			ck_assert(has_failed);
			ck_assert_status(status, CONCUR_NO_MEMORY);
			ck_assert_str_eq(after, before);
			ck_assert_uint_eq(bench->core->objects.count, objects);
			ck_assert_uint_eq(object->version, version);
			refused++;
		}
		free(before);
		free(after);
	} while (has_failed);
	ck_assert_uint_gt(refused, 5);
}

static struct value starved; /* what the acts below store */

static enum concur_status
act_set(struct nest_bench *bench)
{
	return dict_set(bench->core, bench->dict, &(struct dict_item){ .key = TEXT("a"), .value = starved });
}

static enum concur_status
act_update(struct nest_bench *bench)
{
	const struct dict_item items[] = { { .key = TEXT("a"), .value = starved },
		{ .key = TEXT("b"), .value = starved } };

	return dict_update(bench->core, bench->dict, items, 2);
}

static enum concur_status
act_append(struct nest_bench *bench)
{
	int64_t count;

	return dict_append(bench->core, bench->dict, &(struct dict_item){ .key = TEXT("l"), .value = starved }, &count);
}

static enum concur_status
act_extend(struct nest_bench *bench)
{
	const struct list_item items[] = { { starved, false }, { starved, false } };

	return list_extend(bench->core, bench->list, items, 2);
}

static enum concur_status
act_slice(struct nest_bench *bench)
{
	const struct list_item items[] = { { starved, false }, { starved, false } };

	return list_set_slice(bench->core, bench->list, &(struct list_slice){ 0, 1, 1, false, false }, items, 2);
}

START_TEST(change_of_a_dict_without_memory_changes_nothing)
{
	static enum concur_status (*const acts[])(struct nest_bench * bench) = { act_set, act_update, act_append };
	struct nest_bench bench;

	nest_bench_init(&bench);
	ck_assert_status(nest_set(&bench, "a", "[1, {}]"), CONCUR_OK);
	starved = nest_value(&bench, "[1, {'k': ([2], (3, {}))}, 'x']");
	starve(&bench, (struct object *)bench.dict, acts[_i]);
	nest_clear(&bench, bench.dict);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	nest_bench_fini(&bench);
}
END_TEST

START_TEST(change_of_a_list_without_memory_changes_nothing)
{
	static enum concur_status (*const acts[])(struct nest_bench * bench) = { act_extend, act_slice };
	struct nest_bench bench;

	nest_bench_init(&bench);
	starved = nest_value(&bench, "[1, {'k': ([2], (3, {}))}, 'x']");
	ck_assert_status(list_extend(bench.core, bench.list, &(struct list_item){ starved, false }, 1), CONCUR_OK);
	starve(&bench, (struct object *)bench.list, acts[_i]);
	nest_clear(&bench, bench.list);
	ck_assert_uint_eq(bench.core->objects.count, bench.objects);
	nest_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("nest_limits");
	TCase *tcase = tcase_create("nest_limits");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, value_past_a_limit_changes_nothing, 0, (int)UNIT_COUNT(limit_cases));
	tcase_add_test(tcase, objects_past_the_memory_that_is_there_are_not_made);
	tcase_add_loop_test(tcase, objects_that_find_no_room_end_the_lingering, 0, 2);
	tcase_add_test(tcase, limit_of_one_call_holds_for_all_its_values);
	tcase_add_test(tcase, refused_key_leaves_no_object_behind);
	tcase_add_loop_test(tcase, change_of_a_dict_without_memory_changes_nothing, 0, 3);
	tcase_add_loop_test(tcase, change_of_a_list_without_memory_changes_nothing, 0, 2);
	tcase_set_timeout(tcase, 0);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
