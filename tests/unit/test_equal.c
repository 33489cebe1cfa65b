/* Equality of objects and values, lists made longer by other containers, the lock of an object. */
#include "tests/unit/core_fixture.h"
#include "tests/unit/nomem.h"

#include "daemon/core/dict.h"
#include "daemon/core/equal.h"
#include "daemon/core/list.h"
#include "daemon/core/set.h"

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct object *a, *b;
};

static void
bench_init(struct bench *bench, enum kind_id kind)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->a = fixture_open(&bench->fixture, &(struct object_options){ .kind = kind, .typecode = 'i', .count = 2 });
	bench->b = fixture_open(&bench->fixture, &(struct object_options){ .kind = kind, .typecode = 'i', .count = 2 });
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

static void
put(struct bench *bench, struct object *object, struct value key, struct value value)
{
	struct dict_item item = { .key = key, .value = value };
	struct list_item in_list = { value, false };
	struct set_item in_set = { value, false };
	int64_t count;

	if (object->kind->id == KIND_LIST)
		ck_assert_status(list_extend(bench->core, (struct list *)object, &in_list, 1), CONCUR_OK);
	else if (object->kind->id == KIND_SET)
		ck_assert_status(set_add(bench->core, (struct set *)object, &in_set, 1, &count), CONCUR_OK);
	else
		ck_assert_status(dict_set(bench->core, (struct dict *)object, &item), CONCUR_OK);
}

static void
expect(struct bench *bench, enum value_same expected)
{
	enum value_same same;

	ck_assert_status(equal_objects(bench->core, bench->a, bench->b, &same), CONCUR_OK);
	ck_assert_int_eq(same, expected);
	ck_assert_status(equal_objects(bench->core, bench->b, bench->a, &same), CONCUR_OK);
	ck_assert_int_eq(same, expected);
}

START_TEST(empty_objects_of_a_kind_are_equal)
{
	static const enum kind_id kinds[] = { KIND_DICT, KIND_NAMESPACE, KIND_LIST, KIND_SET, KIND_ARRAY, KIND_CELL };

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		struct bench bench;

		bench_init(&bench, kinds[i]);
		expect(&bench, VALUE_SAME);
		bench.b = fixture_open(&bench.fixture,
		    &(struct object_options){ .kind = kinds[i] == KIND_DICT ? KIND_LIST : KIND_DICT });
		expect(&bench, VALUE_DIFFERENT);
		bench_fini(&bench);
	}
}
END_TEST

START_TEST(lists_differ_if_one_item_does_and_are_unknown_if_one_is)
{
	struct bench bench;

	bench_init(&bench, KIND_LIST);
	put(&bench, bench.a, INTEGER(0), INTEGER(1));
	expect(&bench, VALUE_DIFFERENT);
	put(&bench, bench.b, INTEGER(0), NUMBER(1));
	expect(&bench, VALUE_SAME);
	put(&bench, bench.a, INTEGER(0), OPAQUE('p'));
	put(&bench, bench.b, INTEGER(0), OPAQUE('q'));
	expect(&bench, VALUE_UNKNOWN);
	put(&bench, bench.a, INTEGER(0), INTEGER(2));
	put(&bench, bench.b, INTEGER(0), INTEGER(3));
	expect(&bench, VALUE_DIFFERENT);
	bench_fini(&bench);
}
END_TEST

START_TEST(dicts_are_equal_in_any_order)
{
	struct bench bench;

	bench_init(&bench, KIND_DICT);
	put(&bench, bench.a, TEXT("a"), INTEGER(1));
	put(&bench, bench.a, TEXT("b"), INTEGER(2));
	put(&bench, bench.b, TEXT("b"), INTEGER(2));
	put(&bench, bench.b, TEXT("c"), INTEGER(1));
	expect(&bench, VALUE_DIFFERENT);
	put(&bench, bench.a, TEXT("c"), INTEGER(1));
	put(&bench, bench.b, TEXT("a"), INTEGER(1));
	expect(&bench, VALUE_SAME);
	put(&bench, bench.b, TEXT("a"), INTEGER(3));
	expect(&bench, VALUE_DIFFERENT);
	bench_fini(&bench);
}
END_TEST

START_TEST(opaque_keys_on_both_sides_are_unknown)
{
	static const enum kind_id kinds[] = { KIND_DICT, KIND_SET };

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		struct bench bench;

		bench_init(&bench, kinds[i]);
		put(&bench, bench.a, OPAQUE('p'), OPAQUE('p'));
		put(&bench, bench.b, INTEGER(1), INTEGER(1));
		expect(&bench, VALUE_DIFFERENT);
		put(&bench, bench.a, INTEGER(1), INTEGER(1));
		put(&bench, bench.b, OPAQUE('q'), OPAQUE('p'));
		/* A set has the p of its own as an item; a dict has it as a value of another key. */
		expect(&bench, kinds[i] == KIND_SET ? VALUE_SAME : VALUE_UNKNOWN);
		bench_fini(&bench);
	}
}
END_TEST

START_TEST(comparison_of_too_much_or_of_what_holds_nothing_is_refused)
{
	struct bench bench;
	enum value_same same;

	bench_init(&bench, KIND_LIST);
	for (int i = 0; i < 3; i++) {
		put(&bench, bench.a, INTEGER(0), INTEGER(i));
		put(&bench, bench.b, INTEGER(0), INTEGER(i));
	}
	bench.fixture.limits.sort_max = 2;
	ck_assert_status(equal_objects(bench.core, bench.a, bench.b, &same), CONCUR_TOO_LARGE);
	ck_assert_str_eq(bench.core->limit, "sort_max");
	ck_assert_status(equal_value(bench.core, bench.a, &TEXT("x"), &same), CONCUR_TOO_LARGE);
	bench.fixture.limits.sort_max = 3;
	ck_assert_status(equal_value(bench.core, bench.a, &TEXT("x"), &same), CONCUR_TYPE_ERROR);
	bench.a = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE });
	ck_assert_status(equal_objects(bench.core, bench.a, bench.a, &same), CONCUR_TYPE_ERROR);
	bench_fini(&bench);
}
END_TEST

/* -- list += another --------------------------------------------------------------------------------------------- */

START_TEST(extend_from_past_a_limit_leaves_all_as_it_was)
{
	struct bench bench;
	struct list *list;

	bench_init(&bench, KIND_LIST);
	list = (struct list *)bench.a;
	put(&bench, bench.a, INTEGER(0), INTEGER(1));
	put(&bench, bench.b, INTEGER(0), INTEGER(1));
	put(&bench, bench.b, INTEGER(0), INTEGER(2));
	bench.fixture.limits.sort_max = 1;
	ck_assert_status(list_extend_from(bench.core, list, bench.b), CONCUR_TOO_LARGE);
	bench.fixture.limits.sort_max = 2;
	bench.fixture.limits.container_max = 2;
	ck_assert_status(list_extend_from(bench.core, list, bench.b), CONCUR_LIMIT);
	bench.fixture.limits.container_max = 3;
	bench.fixture.limits.memory_max = core_memory(bench.core) + bench.b->bytes - 1;
	ck_assert_status(list_extend_from(bench.core, list, bench.b), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "memory_max");
	ck_assert_uint_eq(list_kind.len(bench.a), 1);
	bench.fixture.limits.memory_max++;
	ck_assert_status(list_extend_from(bench.core, list, bench.b), CONCUR_OK);
	ck_assert_uint_eq(list_kind.len(bench.a), 3);
	bench_fini(&bench);
}
END_TEST

START_TEST(extend_from_keeps_the_references)
{
	struct bench bench;
	struct list_item item = { .refers = true };
	uint64_t refs;

	bench_init(&bench, KIND_LIST);
	refs = bench.b->refs;
	item.value = REFERENCE(object_id(bench.b));
	ck_assert_status(list_extend(bench.core, (struct list *)bench.a, &item, 1), CONCUR_OK);
	ck_assert_status(list_extend_from(bench.core, (struct list *)bench.a, bench.a), CONCUR_OK);
	ck_assert_uint_eq(bench.b->refs, refs + 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(extend_from_without_memory_leaves_all_as_it_was)
{
	for (unsigned good = 0;; good++) {
		struct bench bench;
		enum concur_status status;
		bool failed;

		bench_init(&bench, KIND_LIST);
		bench.b = fixture_open(&bench.fixture,
		    &(struct object_options){ .kind = KIND_ARRAY, .typecode = 'i', .count = 3 });
		nomem_arm(good);
		status = list_extend_from(bench.core, (struct list *)bench.a, bench.b);
		failed = nomem_disarm();
		ck_assert_status(status, failed ? CONCUR_NO_MEMORY : CONCUR_OK);
		ck_assert_uint_eq(list_kind.len(bench.a), failed ? 0 : 3);
		bench_fini(&bench);
		if (!failed)
			break;
	}
}
END_TEST

/* -- the lock of an object --------------------------------------------------------------------------------------- */

START_TEST(lock_of_an_object_goes_with_it_unless_it_is_referred_to)
{
	struct bench bench;
	struct object *lock, *again;

	bench_init(&bench, KIND_CELL);
	ck_assert_status(object_lock(bench.core, bench.a, &lock), CONCUR_OK);
	ck_assert_status(object_lock(bench.core, bench.a, &again), CONCUR_OK);
	ck_assert_ptr_eq(lock, again);
	ck_assert_int_eq(lock->kind->id, KIND_RLOCK);
	fixture_settle(&bench.fixture);
	ck_assert_ptr_eq(object_find(bench.core, object_id(lock)), lock);
	object_ref(bench.core, lock);
	object_destroy(bench.core, bench.a);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(lock->refs, 1);
	ck_assert_status(object_lock(bench.core, bench.b, &again), CONCUR_OK);
	ck_assert_ptr_ne(lock, again);
	object_unref(bench.core, lock);
	bench_fini(&bench);
}
END_TEST

START_TEST(lock_past_objects_max_is_refused)
{
	struct bench bench;
	struct object *lock;

	bench_init(&bench, KIND_CELL);
	bench.fixture.limits.objects_max = 2;
	ck_assert_status(object_lock(bench.core, bench.a, &lock), CONCUR_LIMIT);
	bench.fixture.limits.objects_max = 3;
	ck_assert_status(object_lock(bench.core, bench.a, &lock), CONCUR_OK);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		empty_objects_of_a_kind_are_equal,
		lists_differ_if_one_item_does_and_are_unknown_if_one_is,
		dicts_are_equal_in_any_order,
		opaque_keys_on_both_sides_are_unknown,
		comparison_of_too_much_or_of_what_holds_nothing_is_refused,
		extend_from_past_a_limit_leaves_all_as_it_was,
		extend_from_keeps_the_references,
		extend_from_without_memory_leaves_all_as_it_was,
		lock_of_an_object_goes_with_it_unless_it_is_referred_to,
		lock_past_objects_max_is_refused,
		NULL,
	};

	return unit_run("equal", tests);
}
