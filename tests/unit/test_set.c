/* The set: Python's semantics, its algebra, what is all or none. Against a naive model: test_set_random. */
#include "tests/unit/core_fixture.h"

#include "daemon/core/set.h"

#include <stdio.h>

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct set *set, *other;
	char text[FIXTURE_TEXT];
};

static struct set *
new_set(struct bench *bench)
{
	return fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_SET });
}

static void
bench_init(struct bench *bench)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->set = new_set(bench);
	bench->other = new_set(bench);
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

static int64_t
add(struct bench *bench, struct set *set, struct value value)
{
	struct set_item item = { value, false };
	int64_t count;

	ck_assert_status(set_add(bench->core, set, &item, 1, &count), CONCUR_OK);
	return count;
}

/* Adds a letter for each letter. */
static void
fill(struct bench *bench, struct set *set, const char *letters)
{
	for (; *letters; letters++)
		add(bench, set, ((struct value){ VALUE_TEXT, (const uint8_t *)letters, 1 }));
}

static int64_t
discard(struct bench *bench, struct value value)
{
	struct set_item item = { value, false };
	int64_t count;

	ck_assert_status(set_discard(bench->core, bench->set, &item, 1, &count), CONCUR_OK);
	return count;
}

static struct object *
object(struct set *set)
{
	return (struct object *)set;
}

static const char *
show(struct bench *bench, struct set *set)
{
	struct map_entry *entry;
	uint32_t position = 0;

	strcpy(bench->text, "{");
	while ((entry = map_next(set_items(set), &position))) {
		strcat(bench->text, bench->text[1] ? ", " : "");
		fixture_show_blob(bench->text, FIXTURE_TEXT, entry->key);
	}
	return strcat(bench->text, "}");
}

/* -- single items ------------------------------------------------------------------------------------------------ */

START_TEST(add_of_equal_items_keeps_the_first_spelling)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_int_eq(add(&bench, bench.set, INTEGER(1)), 1);
	ck_assert_int_eq(add(&bench, bench.set, TEXT("1")), 1);
	ck_assert_int_eq(add(&bench, bench.set, NUMBER(1)), 0);
	ck_assert_int_eq(add(&bench, bench.set, BOOLEAN(true)), 0);
	ck_assert_str_eq(show(&bench, bench.set), "{1, '1'}");
	ck_assert(set_contains(bench.set, &BOOLEAN(true)));
	ck_assert(!set_contains(bench.set, &INTEGER(2)));
	ck_assert_uint_eq(set_kind.len(object(bench.set)), 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(add_of_many_counts_what_is_new)
{
	struct bench bench;
	struct set_item items[] = { { TEXT("a"), false }, { TEXT("b"), false }, { TEXT("a"), false } };
	int64_t count;

	bench_init(&bench);
	fill(&bench, bench.set, "b");
	ck_assert_status(set_add(bench.core, bench.set, items, 3, &count), CONCUR_OK);
	ck_assert_int_eq(count, 1);
	ck_assert_str_eq(show(&bench, bench.set), "{'b', 'a'}");
	bench_fini(&bench);
}
END_TEST

START_TEST(add_past_container_max_adds_nothing)
{
	struct bench bench;
	struct set_item items[] = { { TEXT("a"), false }, { TEXT("x"), false }, { TEXT("y"), false } };
	uint64_t version, bytes;
	int64_t count;

	bench_init(&bench);
	fill(&bench, bench.set, "ab");
	bench.fixture.limits.container_max = 3;
	version = object(bench.set)->version;
	bytes = bench.core->bytes;
	ck_assert_status(set_add(bench.core, bench.set, items, 3, &count), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "container_max");
	ck_assert_str_eq(show(&bench, bench.set), "{'a', 'b'}");
	ck_assert_uint_eq(object(bench.set)->version, version);
	ck_assert_uint_eq(bench.core->bytes, bytes);
	/* What is there already is no more. */
	ck_assert_int_eq(add(&bench, bench.set, TEXT("c")), 1);
	ck_assert_int_eq(add(&bench, bench.set, TEXT("a")), 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(change_draws_a_version_only_if_something_changes)
{
	struct bench bench;
	uint64_t version;

	bench_init(&bench);
	fill(&bench, bench.set, "ab");
	version = object(bench.set)->version;
	add(&bench, bench.set, TEXT("a"));
	ck_assert_int_eq(discard(&bench, TEXT("z")), 0);
	ck_assert_uint_eq(object(bench.set)->version, version);
	ck_assert_int_eq(discard(&bench, TEXT("a")), 1);
	ck_assert_uint_gt(object(bench.set)->version, version);
	bench_fini(&bench);
}
END_TEST

static void
pop(struct bench *bench, const char *expected)
{
	struct blob *item;

	ck_assert_status(set_pop(bench->core, bench->set, &item), CONCUR_OK);
	fixture_expect_blob(item, true, expected);
}

START_TEST(pop_takes_the_last_item_until_none_is_left)
{
	struct bench bench;

	bench_init(&bench);
	fill(&bench, bench.set, "ab");
	pop(&bench, "'b'");
	pop(&bench, "'a'");
	pop(&bench, "nothing");
	bench_fini(&bench);
}
END_TEST

START_TEST(reference_in_a_set_keeps_its_object)
{
	struct bench bench;
	struct set_item item = { .refers = true };
	struct object *kept;
	uint64_t refs;
	int64_t count;

	bench_init(&bench);
	kept = object(bench.other);
	refs = kept->refs;
	item.value = REFERENCE(object_id(kept));
	ck_assert_status(set_add(bench.core, bench.set, &item, 1, &count), CONCUR_OK);
	ck_assert_uint_eq(kept->refs, refs + 1);
	ck_assert_status(set_kind.clear(bench.core, object(bench.set)), CONCUR_OK);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(kept->refs, refs);
	bench_fini(&bench);
}
END_TEST

START_TEST(opaque_items_are_counted_as_they_come_and_go)
{
	struct bench bench;

	bench_init(&bench);
	add(&bench, bench.set, OPAQUE('p'));
	add(&bench, bench.set, INTEGER(1));
	add(&bench, bench.set, OPAQUE('q'));
	add(&bench, bench.set, OPAQUE('q'));
	ck_assert_uint_eq(set_opaque(bench.set), 2);
	discard(&bench, OPAQUE('p'));
	ck_assert_uint_eq(set_opaque(bench.set), 1);
	ck_assert_status(set_kind.clear(bench.core, object(bench.set)), CONCUR_OK);
	ck_assert_uint_eq(set_opaque(bench.set), 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(clear_empties_at_once_and_frees_by_steps)
{
	struct bench bench;

	bench_init(&bench);
	bench.fixture.limits.turn_steps = 2;
	fill(&bench, bench.set, "abcdefgh");
	ck_assert_status(set_kind.clear(bench.core, object(bench.set)), CONCUR_OK);
	ck_assert_str_eq(show(&bench, bench.set), "{}");
	ck_assert_uint_eq(object(bench.set)->bytes, 0);
	ck_assert_uint_gt(bench.core->bytes, 0);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 0), 0);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->bytes, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(copy_and_original_change_apart)
{
	struct bench bench;
	struct object *copy;

	bench_init(&bench);
	fill(&bench, bench.set, "ab");
	add(&bench, bench.set, OPAQUE('p'));
	ck_assert_status(object_copy(bench.core, object(bench.set), LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	object_ref(bench.core, copy);
	discard(&bench, TEXT("a"));
	discard(&bench, OPAQUE('p'));
	add(&bench, (struct set *)copy, TEXT("c"));
	ck_assert_str_eq(show(&bench, bench.set), "{'b'}");
	ck_assert_str_eq(show(&bench, (struct set *)copy), "{'a', 'b', p, 'c'}");
	ck_assert_uint_eq(set_opaque(bench.set), 0);
	ck_assert_uint_eq(set_opaque((struct set *)copy), 1);
	bench_fini(&bench);
}
END_TEST

/* -- algebra ----------------------------------------------------------------------------------------------------- */

static const struct {
	const char *a, *b;
	const char *results[4]; /* by enum set_operation */
	int64_t changes[4];     /* the same, in place */
	bool answers[4];        /* by enum set_question */
} algebra[] = {
	{ "", "", { "{}", "{}", "{}", "{}" }, { 0 }, { true, true, true, true } },
	{ "ab", "", { "{'a', 'b'}", "{}", "{'a', 'b'}", "{'a', 'b'}" }, { 0, 2, 0, 0 }, { false, true, true, false } },
	{ "", "ab", { "{'a', 'b'}", "{}", "{}", "{'a', 'b'}" }, { 2, 0, 0, 2 }, { true, false, true, false } },
	{ "abc", "cbd", { "{'a', 'b', 'c', 'd'}", "{'b', 'c'}", "{'a'}", "{'a', 'd'}" }, { 1, 1, 2, 3 },
	    { false, false, false, false } },
	{ "ab", "ba", { "{'a', 'b'}", "{'a', 'b'}", "{}", "{}" }, { 0, 0, 2, 2 }, { true, true, false, true } },
	{ "a", "bca", { "{'a', 'b', 'c'}", "{'a'}", "{}", "{'b', 'c'}" }, { 2, 0, 1, 3 },
	    { true, false, false, false } },
	{ "ab", "cd", { "{'a', 'b', 'c', 'd'}", "{}", "{'a', 'b'}", "{'a', 'b', 'c', 'd'}" }, { 2, 2, 0, 2 },
	    { false, false, true, false } },
};

START_TEST(combine_makes_another_set)
{
	for (size_t i = 0; i < UNIT_COUNT(algebra); i++) {
		for (int operation = SET_UNION; operation <= SET_SYMMETRIC_DIFFERENCE; operation++) {
			struct bench bench;
			struct set *into;

			bench_init(&bench);
			into = new_set(&bench);
			fill(&bench, bench.set, algebra[i].a);
			fill(&bench, bench.other, algebra[i].b);
			ck_assert_status(set_combine(bench.core, into, (enum set_operation)operation,
					     set_items(bench.set), set_items(bench.other)),
			    CONCUR_OK);
			ck_assert_str_eq(show(&bench, into), algebra[i].results[operation]);
			bench_fini(&bench);
		}
	}
}
END_TEST

START_TEST(change_makes_the_same_in_place)
{
	for (size_t i = 0; i < UNIT_COUNT(algebra); i++) {
		for (int operation = SET_UNION; operation <= SET_SYMMETRIC_DIFFERENCE; operation++) {
			struct bench bench;
			int64_t count;
			uint64_t version;

			bench_init(&bench);
			fill(&bench, bench.set, algebra[i].a);
			fill(&bench, bench.other, algebra[i].b);
			version = object(bench.set)->version;
			ck_assert_status(set_change(bench.core, bench.set, (enum set_operation)operation,
					     set_items(bench.other), &count),
			    CONCUR_OK);
			ck_assert_str_eq(show(&bench, bench.set), algebra[i].results[operation]);
			ck_assert_int_eq(count, algebra[i].changes[operation]);
			ck_assert((object(bench.set)->version != version) == (count > 0));
			fixture_settle(&bench.fixture);
			ck_assert_uint_eq(bench.core->bytes, object(bench.set)->bytes + object(bench.other)->bytes);
			bench_fini(&bench);
		}
	}
}
END_TEST

START_TEST(ask_answers)
{
	for (size_t i = 0; i < UNIT_COUNT(algebra); i++) {
		for (int question = SET_IS_SUBSET; question <= SET_IS_EQUAL; question++) {
			struct bench bench;
			bool yes;

			bench_init(&bench);
			fill(&bench, bench.set, algebra[i].a);
			fill(&bench, bench.other, algebra[i].b);
			ck_assert_status(set_ask(bench.core, bench.set, (enum set_question)question,
					     set_items(bench.other), &yes),
			    CONCUR_OK);
			ck_assert_msg(yes == algebra[i].answers[question], "row %zu, question %d", i, question);
			bench_fini(&bench);
		}
	}
}
END_TEST

START_TEST(change_by_itself_is_all_or_nothing_of_it)
{
	static const char *const results[] = { "{'a', 'b'}", "{'a', 'b'}", "{}", "{}" };

	for (int operation = SET_UNION; operation <= SET_SYMMETRIC_DIFFERENCE; operation++) {
		struct bench bench;
		int64_t count;

		bench_init(&bench);
		fill(&bench, bench.set, "ab");
		ck_assert_status(set_change(bench.core, bench.set, (enum set_operation)operation, set_items(bench.set),
				     &count),
		    CONCUR_OK);
		ck_assert_str_eq(show(&bench, bench.set), results[operation]);
		ck_assert_int_eq(count, operation >= SET_DIFFERENCE ? 2 : 0);
		bench_fini(&bench);
	}
}
END_TEST

START_TEST(gathered_items_are_another_side)
{
	struct bench bench;
	struct set_item items[] = { { TEXT("b"), false }, { INTEGER(7), false }, { TEXT("b"), false } };
	struct map *gathered;
	int64_t count;

	bench_init(&bench);
	fill(&bench, bench.set, "ab");
	gathered = set_gather(bench.core, items, 3);
	ck_assert_ptr_nonnull(gathered);
	ck_assert_status(set_change(bench.core, bench.set, SET_SYMMETRIC_DIFFERENCE, gathered, &count), CONCUR_OK);
	map_free(gathered, SIZE_MAX, NULL, NULL);
	ck_assert_str_eq(show(&bench, bench.set), "{'a', 7}");
	ck_assert_int_eq(count, 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(algebra_keeps_the_references_of_items)
{
	struct bench bench;
	struct set_item item = { .refers = true };
	struct object *kept = NULL;
	struct map *gathered;
	uint64_t refs;
	int64_t count;

	bench_init(&bench);
	kept = object(bench.other);
	refs = kept->refs;
	item.value = REFERENCE(object_id(kept));
	gathered = set_gather(bench.core, &item, 1);
	ck_assert_status(set_change(bench.core, bench.set, SET_SYMMETRIC_DIFFERENCE, gathered, &count), CONCUR_OK);
	map_free(gathered, SIZE_MAX, NULL, NULL);
	ck_assert_uint_eq(kept->refs, refs + 1);
	ck_assert_status(set_combine(bench.core, bench.other, SET_UNION, set_items(bench.set), set_items(bench.set)),
	    CONCUR_OK);
	ck_assert_uint_eq(kept->refs, refs + 2);
	bench_fini(&bench);
}
END_TEST

/* Each limit at its edge: one more is refused, and changes nothing. */
START_TEST(algebra_past_a_limit_leaves_all_as_it_was)
{
	struct bench bench;
	int64_t count;
	bool yes;

	bench_init(&bench);
	fill(&bench, bench.set, "abc");
	fill(&bench, bench.other, "cde");
	bench.fixture.limits.sort_max = 5;
	ck_assert_status(set_change(bench.core, bench.set, SET_INTERSECTION, set_items(bench.other), &count),
	    CONCUR_TOO_LARGE);
	ck_assert_str_eq(bench.core->limit, "sort_max");
	bench.fixture.limits.sort_max = 2;
	ck_assert_status(set_change(bench.core, bench.set, SET_UNION, set_items(bench.other), &count),
	    CONCUR_TOO_LARGE);
	ck_assert_status(set_ask(bench.core, bench.set, SET_IS_SUBSET, set_items(bench.other), &yes), CONCUR_TOO_LARGE);
	bench.fixture.limits.sort_max = 6;
	bench.fixture.limits.container_max = 4;
	ck_assert_status(set_change(bench.core, bench.set, SET_UNION, set_items(bench.other), &count), CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "container_max");
	bench.fixture.limits.container_max = 100;
	bench.fixture.limits.memory_max = core_memory(bench.core) - 1;
	ck_assert_status(set_change(bench.core, bench.set, SET_SYMMETRIC_DIFFERENCE, set_items(bench.other), &count),
	    CONCUR_LIMIT);
	ck_assert_str_eq(bench.core->limit, "memory_max");
	ck_assert_str_eq(show(&bench, bench.set), "{'a', 'b', 'c'}");
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->bytes, object(bench.set)->bytes + object(bench.other)->bytes);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		add_of_equal_items_keeps_the_first_spelling,
		add_of_many_counts_what_is_new,
		add_past_container_max_adds_nothing,
		change_draws_a_version_only_if_something_changes,
		pop_takes_the_last_item_until_none_is_left,
		reference_in_a_set_keeps_its_object,
		opaque_items_are_counted_as_they_come_and_go,
		clear_empties_at_once_and_frees_by_steps,
		copy_and_original_change_apart,
		combine_makes_another_set,
		change_makes_the_same_in_place,
		ask_answers,
		change_by_itself_is_all_or_nothing_of_it,
		gathered_items_are_another_side,
		algebra_keeps_the_references_of_items,
		algebra_past_a_limit_leaves_all_as_it_was,
		NULL,
	};

	return unit_run("set", tests);
}
