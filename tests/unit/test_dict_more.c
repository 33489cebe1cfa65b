/* The dict beyond single entries: merging, walking backwards, opaque keys, namespaces. */
#include "tests/unit/core_fixture.h"
#include "tests/unit/model.h"
#include "tests/unit/nomem.h"

#include "daemon/core/dict.h"

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct dict *dict, *other;
	char text[FIXTURE_TEXT];
};

static void
bench_init(struct bench *bench, enum kind_id kind)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->dict = fixture_open(&bench->fixture, &(struct object_options){ .kind = kind });
	bench->other = fixture_open(&bench->fixture, &(struct object_options){ .kind = kind });
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

static void
set(struct bench *bench, struct dict *dict, struct value key, struct value value)
{
	ck_assert_status(dict_set(bench->core, dict, &(struct dict_item){ .key = key, .value = value }), CONCUR_OK);
}

static const char *
show(struct bench *bench, const struct dict *dict)
{
	struct map_entry *entry;
	uint32_t position = 0;

	strcpy(bench->text, "{");
	while ((entry = map_next(dict_entries(dict), &position))) {
		strcat(bench->text, bench->text[1] ? ", " : "");
		fixture_show_blob(bench->text, FIXTURE_TEXT, entry->key);
		strcat(bench->text, ": ");
		fixture_show_blob(bench->text, FIXTURE_TEXT, entry->value);
	}
	return strcat(bench->text, "}");
}

static uint64_t
version(const struct dict *dict)
{
	return ((const struct object *)dict)->version;
}

static uint64_t
bytes(const struct dict *dict)
{
	return ((const struct object *)dict)->bytes;
}

/* -- merging ----------------------------------------------------------------------------------------------------- */

START_TEST(merge_sets_all_of_the_other_in_its_order)
{
	struct bench bench;

	bench_init(&bench, KIND_DICT);
	set(&bench, bench.dict, TEXT("a"), INTEGER(1));
	set(&bench, bench.dict, INTEGER(1), INTEGER(2));
	set(&bench, bench.other, NUMBER(1), INTEGER(3));
	set(&bench, bench.other, TEXT("b"), INTEGER(4));
	ck_assert_status(dict_merge(bench.core, bench.dict, bench.other), CONCUR_OK);
	ck_assert_str_eq(show(&bench, bench.dict), "{'a': 1, 1: 3, 'b': 4}");
	ck_assert_str_eq(show(&bench, bench.other), "{1.0: 3, 'b': 4}");
	bench_fini(&bench);
}
END_TEST

START_TEST(merge_with_itself_or_nothing_changes_nothing)
{
	struct bench bench;
	uint64_t before;

	bench_init(&bench, KIND_DICT);
	set(&bench, bench.dict, TEXT("a"), INTEGER(1));
	before = version(bench.dict);
	ck_assert_status(dict_merge(bench.core, bench.dict, bench.dict), CONCUR_OK);
	ck_assert_status(dict_merge(bench.core, bench.dict, bench.other), CONCUR_OK);
	ck_assert_str_eq(show(&bench, bench.dict), "{'a': 1}");
	ck_assert_uint_eq(version(bench.dict), before);
	bench_fini(&bench);
}
END_TEST

START_TEST(merge_keeps_references_of_keys_and_values)
{
	struct bench bench;
	struct object *kept;
	struct dict_item item = { .key_refers = true, .value_refers = true };
	uint64_t refs;

	bench_init(&bench, KIND_DICT);
	kept = (struct object *)bench.other;
	refs = kept->refs;
	item.key = REFERENCE(object_id(kept));
	item.value = item.key;
	ck_assert_status(dict_set(bench.core, bench.other, &item), CONCUR_OK);
	ck_assert_status(dict_merge(bench.core, bench.dict, bench.other), CONCUR_OK);
	ck_assert_uint_eq(kept->refs, refs + 4);
	bench_fini(&bench);
}
END_TEST

START_TEST(merge_past_a_limit_leaves_all_as_it_was)
{
	struct bench bench;
	uint64_t before, stored;

	bench_init(&bench, KIND_DICT);
	set(&bench, bench.dict, TEXT("a"), INTEGER(1));
	set(&bench, bench.other, TEXT("a"), INTEGER(2));
	set(&bench, bench.other, TEXT("b"), INTEGER(3));
	before = version(bench.dict);
	stored = bench.core->bytes;
	bench.fixture.limits.sort_max = 1;
	ck_assert_status(dict_merge(bench.core, bench.dict, bench.other), CONCUR_TOO_LARGE);
	ck_assert_str_eq(bench.core->limit, "sort_max");
	bench.fixture.limits.sort_max = 2;
	bench.fixture.limits.container_max = 1;
	ck_assert_status(dict_merge(bench.core, bench.dict, bench.other), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "container_max");
	bench.fixture.limits.container_max = 2;
	bench.fixture.limits.memory_max = core_memory(bench.core) + bytes(bench.other) - 1;
	ck_assert_status(dict_merge(bench.core, bench.dict, bench.other), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "memory_max");
	ck_assert_str_eq(show(&bench, bench.dict), "{'a': 1}");
	ck_assert_uint_eq(version(bench.dict), before);
	ck_assert_uint_eq(bench.core->bytes, stored);
	bench.fixture.limits.memory_max++;
	ck_assert_status(dict_merge(bench.core, bench.dict, bench.other), CONCUR_OK);
	bench_fini(&bench);
}
END_TEST

START_TEST(merge_without_memory_leaves_all_as_it_was)
{
	for (unsigned good = 0;; good++) {
		struct bench bench;
		enum concur_status status;

		bench_init(&bench, KIND_DICT);
		set(&bench, bench.dict, TEXT("a"), INTEGER(1));
		set(&bench, bench.other, TEXT("b"), INTEGER(3));
		set(&bench, bench.other, TEXT("a"), INTEGER(2));
		nomem_arm(good);
		status = dict_merge(bench.core, bench.dict, bench.other);
		if (!nomem_disarm()) {
			ck_assert_status(status, CONCUR_OK);
			bench_fini(&bench);
			break;
		}
		ck_assert_status(status, CONCUR_NO_MEMORY);
		ck_assert_str_eq(show(&bench, bench.dict), "{'a': 1}");
		bench_fini(&bench);
	}
}
END_TEST

/* -- backwards --------------------------------------------------------------------------------------------------- */

/* Reads the dict backwards, `count` entries a page. */
static size_t
read_backwards(struct bench *bench, size_t count, int64_t *ret_keys)
{
	uint64_t cursor = 0;
	size_t all = 0;

	do {
		struct dict_page page;
		struct map_entry *entry;

		MODEL_ASSERT(dict_page_begin_backwards(bench->dict, cursor, &page));
		for (size_t i = 0; i < count && (entry = dict_page_next(&page)); i++) {
			struct value key = store_value(entry->key);

			ret_keys[all++] = value_integer(&key);
		}
		cursor = dict_page_cursor(&page);
	} while (cursor);
	return all;
}

static void
run_backwards(struct random *random)
{
	enum { KEYS = 3000 };
	static int64_t keys[KEYS];
	struct bench bench;
	struct blob *value;
	size_t count;

	bench_init(&bench, KIND_DICT);
	for (int64_t i = 0; i < KEYS; i++)
		set(&bench, bench.dict, INTEGER(i), INTEGER(i));
	for (int round = 0; round < 40; round++) {
		size_t from = random_below(random, KEYS), run = random_below(random, 400);
		struct map_entry *entry;
		uint32_t position = 0;

		for (size_t i = from; i < from + run && i < KEYS; i++) {
			MODEL_ASSERT(dict_pop(bench.core, bench.dict, &INTEGER((int64_t)i), &value) == CONCUR_OK);
			blob_unref(value);
		}
		count = read_backwards(&bench, 1 + random_below(random, 100), keys);
		MODEL_ASSERT(count == map_count(dict_entries(bench.dict)));
		while ((entry = map_next(dict_entries(bench.dict), &position))) {
			struct value key = store_value(entry->key);

			MODEL_ASSERT(value_integer(&key) == keys[--count]);
		}
	}
	bench_fini(&bench);
}

START_TEST(page_backwards_is_page_turned_round)
{
	random_each_seed(run_backwards);
}
END_TEST

/* -- opaque keys ------------------------------------------------------------------------------------------------- */

START_TEST(check_key_asks_only_for_what_may_be_there)
{
	struct bench bench;

	bench_init(&bench, KIND_DICT);
	set(&bench, bench.dict, INTEGER(1), INTEGER(1));
	/* Without opaque keys nothing is asked, for an opaque one neither. */
	ck_assert_status(dict_check_key(bench.dict, &INTEGER(2), false), CONCUR_OK);
	ck_assert_status(dict_check_key(bench.dict, &OPAQUE('p'), false), CONCUR_OK);
	set(&bench, bench.dict, OPAQUE('p'), INTEGER(2));
	ck_assert_uint_eq(dict_opaque(bench.dict), 1);
	ck_assert_status(dict_check_key(bench.dict, &OPAQUE('p'), false), CONCUR_OK);
	ck_assert_status(dict_check_key(bench.dict, &INTEGER(1), false), CONCUR_OK);
	ck_assert_status(dict_check_key(bench.dict, &INTEGER(2), false), CONCUR_NEEDS_COMPARE);
	ck_assert_status(dict_check_key(bench.dict, &OPAQUE('q'), false), CONCUR_NEEDS_COMPARE);
	ck_assert_status(dict_check_key(bench.dict, &OPAQUE('q'), true), CONCUR_OK);
	bench_fini(&bench);
}
END_TEST

START_TEST(opaque_keys_are_counted_as_they_come_and_go)
{
	static const uint8_t tuple[] = { 0x0a, 0x08, 0x6a, 0x06, 0x0a, 0x01, 'c', 0x12, 0x01, 'x' };
	struct dict_item items[] = { { .key = OPAQUE('q'), .value = INTEGER(1) },
		{ .key = TEXT("a"), .value = INTEGER(1) }, { .key = TEXT("b"), .value = INTEGER(1) } };
	struct bench bench;
	struct blob *value;

	bench_init(&bench, KIND_DICT);
	/* One inside a tuple is one too. */
	set(&bench, bench.dict, ((struct value){ VALUE_TUPLE, tuple, sizeof tuple }), INTEGER(1));
	set(&bench, bench.dict, OPAQUE('p'), INTEGER(1));
	set(&bench, bench.dict, OPAQUE('p'), OPAQUE('v'));
	ck_assert_uint_eq(dict_opaque(bench.dict), 2);
	/* An update that fails takes its own out again. */
	bench.fixture.limits.container_max = 4;
	ck_assert_status(dict_update(bench.core, bench.dict, items, 3), CONCUR_LIMIT);
	ck_assert_uint_eq(dict_opaque(bench.dict), 2);
	ck_assert_status(dict_pop(bench.core, bench.dict, &OPAQUE('p'), &value), CONCUR_OK);
	blob_unref(value);
	ck_assert_uint_eq(dict_opaque(bench.dict), 1);
	ck_assert_status(dict_kind.clear(bench.core, (struct object *)bench.dict), CONCUR_OK);
	ck_assert_uint_eq(dict_opaque(bench.dict), 0);
	bench_fini(&bench);
}
END_TEST

/* -- namespaces -------------------------------------------------------------------------------------------------- */

START_TEST(namespace_takes_only_names)
{
	struct bench bench;

	bench_init(&bench, KIND_NAMESPACE);
	ck_assert_status(dict_check_key(bench.dict, &TEXT("a"), false), CONCUR_OK);
	ck_assert_status(dict_check_key(bench.dict, &INTEGER(1), false), CONCUR_TYPE_ERROR);
	ck_assert_status(dict_check_key(bench.dict, &OPAQUE('p'), true), CONCUR_TYPE_ERROR);
	bench_fini(&bench);
}
END_TEST

START_TEST(namespace_is_a_dict_of_names)
{
	struct bench bench;
	struct object *copy;

	bench_init(&bench, KIND_NAMESPACE);
	set(&bench, bench.dict, TEXT("b"), INTEGER(1));
	set(&bench, bench.dict, TEXT("a"), INTEGER(2));
	ck_assert_status(object_copy(bench.core, (struct object *)bench.dict, LIFETIME_DEFAULT, NULL, &copy),
	    CONCUR_OK);
	object_ref(bench.core, copy);
	ck_assert_int_eq(copy->kind->id, KIND_NAMESPACE);
	ck_assert_status(namespace_kind.clear(bench.core, (struct object *)bench.dict), CONCUR_OK);
	ck_assert_str_eq(show(&bench, (struct dict *)copy), "{'b': 1, 'a': 2}");
	ck_assert_uint_eq(namespace_kind.len(copy), 2);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		merge_sets_all_of_the_other_in_its_order,
		merge_with_itself_or_nothing_changes_nothing,
		merge_keeps_references_of_keys_and_values,
		merge_past_a_limit_leaves_all_as_it_was,
		merge_without_memory_leaves_all_as_it_was,
		page_backwards_is_page_turned_round,
		check_key_asks_only_for_what_may_be_there,
		opaque_keys_are_counted_as_they_come_and_go,
		namespace_takes_only_names,
		namespace_is_a_dict_of_names,
		NULL,
	};

	return unit_run("dict_more", tests);
}
