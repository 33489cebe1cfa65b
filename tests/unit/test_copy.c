/* Copies of objects: what they hold whatever happens to the original, what they keep alive, what they count for. */
#include "tests/unit/dict_fixture.h"
#include "tests/unit/nomem.h"

#include "daemon/core/cell.h"
#include "daemon/core/list.h"

enum { MANY = 3000 }; /* entries of several segments */

static struct object *
copy_of(struct dict_bench *bench, struct object *object)
{
	struct object *copy = NULL;

	ck_assert_status(object_copy(bench->core, object, LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	ck_assert_ptr_ne(copy, object);
	object_ref(bench->core, copy);
	return copy;
}

static void
give_up(struct dict_bench *bench, struct object *object)
{
	object_unref(bench->core, object);
	fixture_settle(&bench->fixture);
}

static enum concur_status
set(struct dict_bench *bench, struct dict *dict, struct value key, struct value value)
{
	struct dict_item item = { key, value, key.kind == VALUE_OBJECT, value.kind == VALUE_OBJECT };

	return dict_set(bench->core, dict, &item);
}

static void
fill(struct dict_bench *bench, int64_t count)
{
	for (int64_t i = 0; i < count; i++)
		ck_assert_status(set(bench, bench->dict, INTEGER(i), INTEGER(i)), CONCUR_OK);
}

/* The dict holds 0 to count - 1, each at itself. */
static void
expect_filled(struct object *object, int64_t count)
{
	ck_assert_uint_eq(object->kind->len(object), (uint64_t)count);
	for (int64_t i = 0; i < count; i++)
		ck_assert_ptr_nonnull(dict_get((struct dict *)object, &INTEGER(i)));
}

/* -- contents ---------------------------------------------------------------------------------------------------- */

START_TEST(copy_of_a_dict_stays_as_the_dict_was)
{
	struct dict_bench bench;
	struct object *copy;

	dict_bench_init(&bench, 0, false);
	set(&bench, bench.dict, TEXT("a"), INTEGER(1));
	set(&bench, bench.dict, TEXT("b"), INTEGER(2));
	copy = copy_of(&bench, bench.object);
	set(&bench, bench.dict, TEXT("a"), INTEGER(3));
	set(&bench, bench.dict, TEXT("c"), INTEGER(4));
	blob_unref(dict_popped(bench.core, bench.dict, &TEXT("b")));
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 3, 'c': 4}");
	ck_assert_str_eq(dict_bench_show(&bench, copy), "{'a': 1, 'b': 2}");
	ck_assert_status(bench.object->kind->clear(bench.core, bench.object), CONCUR_OK);
	ck_assert_str_eq(dict_bench_show(&bench, copy), "{'a': 1, 'b': 2}");
	give_up(&bench, copy);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(change_of_a_copy_leaves_the_original_as_it_was)
{
	struct dict_bench bench;
	struct object *copy;

	dict_bench_init(&bench, 0, false);
	set(&bench, bench.dict, TEXT("a"), INTEGER(1));
	copy = copy_of(&bench, bench.object);
	set(&bench, (struct dict *)copy, TEXT("a"), INTEGER(2));
	set(&bench, (struct dict *)copy, TEXT("b"), INTEGER(3));
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 1}");
	ck_assert_str_eq(dict_bench_show(&bench, copy), "{'a': 2, 'b': 3}");
	give_up(&bench, copy);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(copy_of_a_copy_outlives_both)
{
	struct dict_bench bench;
	struct object *copy, *again;

	dict_bench_init(&bench, 0, false);
	fill(&bench, MANY);
	copy = copy_of(&bench, bench.object);
	again = copy_of(&bench, copy);
	object_destroy(bench.core, bench.object);
	give_up(&bench, copy);
	expect_filled(again, MANY);
	give_up(&bench, again);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(copy_of_what_holds_no_values_is_refused)
{
	struct dict_bench bench;
	struct object *lock, *copy;

	dict_bench_init(&bench, 0, false);
	lock = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_LOCK });
	ck_assert_status(object_copy(bench.core, lock, LIFETIME_DEFAULT, NULL, &copy), CONCUR_TYPE_ERROR);
	dict_bench_fini(&bench);
}
END_TEST

/* -- references -------------------------------------------------------------------------------------------------- */

/* An object that nothing refers to but the dict's entry at `key`. */
static uint64_t
store_reference(struct dict_bench *bench, struct value key)
{
	struct object_open open = { .options.kind = KIND_LIST };
	struct object *object;
	bool created;

	ck_assert_status(object_open(bench->core, &open, &object, &created), CONCUR_OK);
	ck_assert_status(set(bench, bench->dict, key, REFERENCE(object_id(object))), CONCUR_OK);
	return object_id(object);
}

START_TEST(reference_in_a_copy_alone_keeps_its_object)
{
	struct dict_bench bench;
	struct object *copy;
	uint64_t id;

	dict_bench_init(&bench, 0, false);
	id = store_reference(&bench, TEXT("a"));
	copy = copy_of(&bench, bench.object);
	blob_unref(dict_popped(bench.core, bench.dict, &TEXT("a")));
	fixture_settle(&bench.fixture);
	ck_assert_ptr_nonnull(object_find(bench.core, id));
	ck_assert_uint_eq(object_find(bench.core, id)->refs, 1);
	give_up(&bench, copy);
	ck_assert_ptr_null(object_find(bench.core, id));
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(reference_in_what_is_shared_outlives_the_original)
{
	struct dict_bench bench;
	struct object *copy;
	uint64_t id;

	dict_bench_init(&bench, 0, false);
	id = store_reference(&bench, TEXT("a"));
	copy = copy_of(&bench, bench.object);
	ck_assert_status(bench.object->kind->clear(bench.core, bench.object), CONCUR_OK);
	fixture_settle(&bench.fixture);
	ck_assert_ptr_nonnull(object_find(bench.core, id));
	give_up(&bench, copy);
	ck_assert_ptr_null(object_find(bench.core, id));
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(reference_is_dropped_once_by_each_who_took_its_own)
{
	struct dict_bench bench;
	struct object *copy;
	uint64_t id;

	dict_bench_init(&bench, 0, false);
	id = store_reference(&bench, TEXT("a"));
	copy = copy_of(&bench, bench.object);
	/* Both now have an entry of their own. */
	set(&bench, bench.dict, TEXT("b"), INTEGER(1));
	ck_assert_uint_eq(object_find(bench.core, id)->refs, 2);
	give_up(&bench, copy);
	ck_assert_uint_eq(object_find(bench.core, id)->refs, 1);
	blob_unref(dict_popped(bench.core, bench.dict, &TEXT("a")));
	fixture_settle(&bench.fixture);
	ck_assert_ptr_null(object_find(bench.core, id));
	dict_bench_fini(&bench);
}
END_TEST

/* -- memory ------------------------------------------------------------------------------------------------------ */

START_TEST(copy_counts_once_what_is_shared)
{
	struct dict_bench bench;
	struct object *copy;
	uint64_t alone;

	dict_bench_init(&bench, 0, false);
	fill(&bench, MANY);
	alone = bench.core->bytes;
	copy = copy_of(&bench, bench.object);
	ck_assert_uint_eq(bench.core->bytes, alone);
	ck_assert_uint_eq(copy->bytes, bench.object->bytes);
	set(&bench, bench.dict, INTEGER(0), INTEGER(1));
	/* One segment of entries, keys and values of 32 bytes each. */
	ck_assert_uint_gt(bench.core->bytes, alone);
	ck_assert_uint_le(bench.core->bytes, alone + 64 * MANY / 2);
	ck_assert_uint_eq(copy->bytes, bench.object->bytes);
	give_up(&bench, copy);
	ck_assert_uint_eq(bench.core->bytes, alone);
	ck_assert_uint_eq(bench.object->bytes, alone);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(change_of_what_is_shared_is_refused_at_memory_max)
{
	struct dict_bench bench;
	struct object *copy;
	struct blob *key, *value;

	dict_bench_init(&bench, 0, false);
	fill(&bench, MANY);
	copy = copy_of(&bench, bench.object);
	bench.fixture.limits.memory_max = core_memory(bench.core) - 1;
	ck_assert_status(dict_pop(bench.core, bench.dict, &INTEGER(0), &value), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "memory_max");
	ck_assert_status(dict_pop_last(bench.core, bench.dict, &key, &value), CONCUR_LIMIT);
	ck_assert_status(set(&bench, bench.dict, INTEGER(0), INTEGER(1)), CONCUR_LIMIT);
	expect_filled(bench.object, MANY);
	give_up(&bench, copy);
	/* It is the original's alone again, so that nothing more is stored by taking away. */
	bench.fixture.limits.memory_max = 1;
	blob_unref(dict_popped(bench.core, bench.dict, &INTEGER(0)));
	bench.fixture.limits.memory_max = 0;
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(copy_without_memory_changes_nothing)
{
	struct dict_bench bench;
	struct object *copy = NULL;

	dict_bench_init(&bench, 0, false);
	fill(&bench, MANY);
	for (unsigned good = 0; !copy; good++) {
		enum concur_status status;
		uint64_t memory = core_memory(bench.core);

		nomem_arm(good);
		status = object_copy(bench.core, bench.object, LIFETIME_DEFAULT, NULL, &copy);
		ck_assert_status(status, nomem_disarm() ? CONCUR_NO_MEMORY : CONCUR_OK);
		if (status != CONCUR_OK)
			ck_assert_uint_eq(core_memory(bench.core), memory);
	}
	expect_filled(copy, MANY);
	dict_bench_fini(&bench);
}
END_TEST

/* Sets some keys that are there and some that are not; with an allocation that fails, all is as it was. */
START_TEST(update_of_what_is_shared_without_memory_changes_nothing)
{
	struct dict_item items[40];
	uint8_t rooms[40][FIXTURE_ROOM];
	struct dict_bench bench;
	struct object *copy;
	unsigned failures = 0;

	dict_bench_init(&bench, 0, false);
	fill(&bench, MANY);
	for (int64_t i = 0; i < 40; i++)
		items[i] = (struct dict_item){ .key = fixture_integer(rooms[i], i * 97), .value = TEXT("new") };
	copy = copy_of(&bench, bench.object);
	for (;; failures++) {
		enum concur_status status;

		nomem_arm(failures);
		status = dict_update(bench.core, bench.dict, items, 40);
		if (!nomem_disarm())
			break;
		ck_assert_status(status, CONCUR_NO_MEMORY);
		expect_filled(bench.object, MANY);
		ck_assert_str_eq(dict_bench_show(&bench, bench.object),
		    "{0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7}");
		/* So that the next one finds all of it shared again. */
		give_up(&bench, copy);
		copy = copy_of(&bench, bench.object);
	}
	ck_assert_uint_gt(failures, 40);
	expect_filled(copy, MANY);
	give_up(&bench, copy);
	dict_bench_fini(&bench);
}
END_TEST

/* -- lists ------------------------------------------------------------------------------------------------------- */

static void
fill_list(struct dict_bench *bench, struct list *list, int64_t count)
{
	for (int64_t i = 0; i < count; i++) {
		struct list_item item = { INTEGER(i), false };

		ck_assert_status(list_extend(bench->core, list, &item, 1), CONCUR_OK);
	}
}

static void
expect_list_filled(struct object *object, int64_t count)
{
	ck_assert_uint_eq(object->kind->len(object), (uint64_t)count);
	for (int64_t i = 0; i < count; i++) {
		struct value value = store_value(list_get((struct list *)object, i));

		/* Check's own assertions write a note each. */
		if (value_integer(&value) != i)
			ck_abort_msg("item %d is another", (int)i);
	}
}

static const struct list_item two_items[] = {
	{ { VALUE_TEXT, (const uint8_t *)"x", 1 }, false },
	{ { VALUE_TEXT, (const uint8_t *)"y", 1 }, false },
};

static enum concur_status
run_set(struct core *core, struct list *list)
{
	return list_set(core, list, MANY / 2, &two_items[0]);
}

static enum concur_status
run_insert(struct core *core, struct list *list)
{
	return list_insert(core, list, MANY / 3, &two_items[0]);
}

static enum concur_status
run_extend(struct core *core, struct list *list)
{
	return list_extend(core, list, two_items, 2);
}

static enum concur_status
run_pop(struct core *core, struct list *list)
{
	struct blob *blob = NULL;
	enum concur_status status = list_pop(core, list, MANY / 3 * 2, &blob);

	blob_unref(blob);
	return status;
}

static enum concur_status
run_reverse(struct core *core, struct list *list)
{
	return list_reverse(core, list);
}

static enum concur_status
run_sort(struct core *core, struct list *list)
{
	return list_sort(core, list, true);
}

static enum concur_status
run_repeat(struct core *core, struct list *list)
{
	return list_repeat(core, list, 2);
}

static enum concur_status
run_widen(struct core *core, struct list *list)
{
	return list_set_slice(core, list, &(struct list_slice){ 10, 11, 1, false, false }, two_items, 2);
}

static enum concur_status
run_narrow(struct core *core, struct list *list)
{
	return list_set_slice(core, list, &(struct list_slice){ 10, 2000, 1, false, false }, two_items, 2);
}

static enum concur_status
run_set_extended(struct core *core, struct list *list)
{
	return list_set_slice(core, list, &(struct list_slice){ 2500, 0, -2000, false, false }, two_items, 2);
}

static enum concur_status
run_delete_slice(struct core *core, struct list *list)
{
	return list_delete_slice(core, list, &(struct list_slice){ 5, 0, 7, false, true });
}

static enum concur_status
run_clear(struct core *core, struct list *list)
{
	struct object *object = (struct object *)list;

	return object->kind->clear(core, object);
}

static enum concur_status (*const list_operations[])(struct core *core, struct list *list) = {
	run_set,
	run_insert,
	run_extend,
	run_pop,
	run_reverse,
	run_sort,
	run_repeat,
	run_widen,
	run_narrow,
	run_set_extended,
	run_delete_slice,
	run_clear,
};

/* Each operation of the list on one that shares all its items, with each of its allocations failing in turn. */
START_TEST(change_of_a_copied_list_leaves_the_copy_alone)
{
	for (size_t i = 0; i < UNIT_COUNT(list_operations); i++) {
		struct dict_bench bench;
		struct object *list, *copy;
		unsigned good = 0;
		bool failed = true;

		dict_bench_init(&bench, 0, false);
		list = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_LIST });
		fill_list(&bench, (struct list *)list, MANY);
		for (; failed; good++) {
			uint64_t version = list->version;
			enum concur_status status;

			copy = copy_of(&bench, list);
			nomem_arm(good);
			status = list_operations[i](bench.core, (struct list *)list);
			failed = nomem_disarm();
			expect_list_filled(copy, MANY);
			give_up(&bench, copy);
			ck_assert_status(status, failed ? CONCUR_NO_MEMORY : CONCUR_OK);
			ck_assert(failed == (list->version == version));
			if (failed)
				expect_list_filled(list, MANY);
		}
		ck_assert_uint_eq(list->bytes, bench.core->bytes);
		dict_bench_fini(&bench);
	}
}
END_TEST

START_TEST(copy_of_a_list_outlives_it)
{
	struct dict_bench bench;
	struct object *list, *copy;
	uint64_t alone;

	dict_bench_init(&bench, 0, false);
	list = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_LIST });
	fill_list(&bench, (struct list *)list, MANY);
	alone = bench.core->bytes;
	copy = copy_of(&bench, list);
	ck_assert_uint_eq(bench.core->bytes, alone);
	object_destroy(bench.core, list);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->bytes, alone);
	expect_list_filled(copy, MANY);
	give_up(&bench, copy);
	ck_assert_uint_eq(bench.core->bytes, 0);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(copy_of_a_value_holds_it_too)
{
	struct dict_bench bench;
	struct object *cell, *copy;

	dict_bench_init(&bench, 0, false);
	cell = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_CELL, .value = &TEXT("a") });
	copy = copy_of(&bench, cell);
	ck_assert_uint_eq(bench.core->bytes, cell->bytes + copy->bytes);
	ck_assert_status(cell_set(bench.core, (struct cell *)cell, &TEXT("b"), false, NULL), CONCUR_OK);
	fixture_expect_blob(cell_get((struct cell *)copy), false, "'a'");
	give_up(&bench, copy);
	dict_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		copy_of_a_dict_stays_as_the_dict_was,
		change_of_a_copy_leaves_the_original_as_it_was,
		copy_of_a_copy_outlives_both,
		copy_of_what_holds_no_values_is_refused,
		reference_in_a_copy_alone_keeps_its_object,
		reference_in_what_is_shared_outlives_the_original,
		reference_is_dropped_once_by_each_who_took_its_own,
		copy_counts_once_what_is_shared,
		change_of_what_is_shared_is_refused_at_memory_max,
		copy_without_memory_changes_nothing,
		update_of_what_is_shared_without_memory_changes_nothing,
		change_of_a_copied_list_leaves_the_copy_alone,
		copy_of_a_list_outlives_it,
		copy_of_a_value_holds_it_too,
		NULL,
	};

	return unit_run("copy", tests);
}
