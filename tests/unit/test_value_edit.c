/* Changing one item deep inside an encoded value, against a model that does it on plain structures. */
#include "tests/unit/tree.h"
#include "tests/unit/unit.h"

#include "lib/value_edit.h"

#include <inttypes.h>
#include <stdio.h>

enum { ROUNDS = 30000, DEPTH = 5, STEPS_MAX = DEPTH + 1 };

/* A path and what is to stand at its end; NULL: nothing. */
struct change {
	const struct tree *steps[STEPS_MAX];
	struct tree *owned[STEPS_MAX]; /* steps that are no key of the tree itself */
	size_t count;
	struct tree *item;
};

static bool
is_sequence(const struct tree *tree)
{
	return tree->kind == VALUE_LIST || tree->kind == VALUE_TUPLE;
}

static struct tree *
integer(int64_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRId64, number);
	return tree_read(text);
}

static bool
is_same_key(const struct tree *a, const struct tree *b)
{
	size_t size_a, size_b;
	uint8_t *bytes_a = tree_encode(a, &size_a), *bytes_b = tree_encode(b, &size_b);
	bool is_identical = size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;

	free(bytes_a);
	free(bytes_b);
	return is_identical || tree_equal(a, b) == VALUE_SAME;
}

/* -- the model --------------------------------------------------------------------------------------------------- */

/* Where in the items the step leads: -1 if it is not there. */
static long
model_find(const struct tree *tree, const struct tree *step)
{
	long found = -1;

	if (is_sequence(tree)) {
		found = (long)step->integer + (step->integer < 0 ? (long)tree->count : 0);
		return found < (long)tree->count ? found : -1;
	}
	for (size_t i = 0; i < tree->count; i += 2) {
		if (is_same_key(tree->items[i], step))
			found = (long)i + 1;
	}
	return found;
}

/* The model puts what is to come out together item by item, from the encoding of each. */
struct text {
	uint8_t bytes[1 << 16];
	size_t size;
};

static void
text_append(struct text *text, const void *bytes, size_t size)
{
	ck_assert_uint_le(text->size + size, sizeof text->bytes);
	memcpy(text->bytes + text->size, bytes, size);
	text->size += size;
}

static void
text_append_field(struct text *text, uint8_t tag, const void *bytes, size_t size)
{
	uint8_t head[VALUE_HEAD_MAX] = { tag };

	text_append(text, head, (size_t)(value_varint_write(head + 1, size) - head));
	text_append(text, bytes, size);
}

static void
text_append_tree(struct text *text, uint8_t tag, const struct tree *tree)
{
	size_t size;
	uint8_t *bytes = tree_encode(tree, &size);

	text_append_field(text, tag, bytes, size);
	free(bytes);
}

static void
text_append_pair(struct text *text, const struct tree *key, const struct tree *value, const uint8_t *fresh, size_t size)
{
	struct text *pair = calloc(1, sizeof *pair);

	text_append_tree(pair, 0x0a, key);
	if (fresh)
		text_append_field(pair, 0x12, fresh, size);
	else
		text_append_tree(pair, 0x12, value);
	text_append_field(text, 0x0a, pair->bytes, pair->size);
	free(pair);
}

/* `fresh` is the encoding of what is to stand at the place found; NULL: nothing is. */
static void
model_items(struct text *text, const struct tree *tree, long found, const uint8_t *fresh, size_t size)
{
	for (long i = 0; i < (long)tree->count; i++) {
		if (i != found)
			text_append_tree(text, 0x0a, tree->items[i]);
		else if (fresh)
			text_append_field(text, 0x0a, fresh, size);
	}
}

static void
model_pairs(struct text *text, const struct tree *tree, const struct tree *step, long found, const uint8_t *fresh,
    size_t size)
{
	for (long i = 1; i < (long)tree->count; i += 2) {
		const struct tree *key = tree->items[i - 1];

		if (i == found && fresh)
			text_append_pair(text, key, NULL, fresh, size);
		else if (i != found && !(found >= 0 && is_same_key(key, step)))
			text_append_pair(text, key, tree->items[i], NULL, 0);
	}
	if (found < 0 && fresh)
		text_append_pair(text, step, NULL, fresh, size);
}

/* The encoding of the changed tree, from the path's step `at` on. */
static uint8_t *
model_change(const struct tree *tree, const struct change *change, size_t at, size_t *ret_size)
{
	const struct tree *step = change->steps[at];
	long found = model_find(tree, step);
	struct text *payload = calloc(1, sizeof *payload), *whole = calloc(1, sizeof *whole);
	uint8_t *fresh = NULL, *ret;
	size_t size = 0;

	if (at + 1 < change->count)
		fresh = model_change(tree->items[found], change, at + 1, &size);
	else if (change->item)
		fresh = tree_encode(change->item, &size);
	if (is_sequence(tree))
		model_items(payload, tree, found, fresh, size);
	else
		model_pairs(payload, tree, step, found, fresh, size);
	text_append_field(whole, (uint8_t)(tree->kind << 3 | 2), payload->bytes, payload->size);
	ret = malloc(whole->size);
	memcpy(ret, whole->bytes, whole->size);
	*ret_size = whole->size;
	free(fresh);
	free(payload);
	free(whole);
	return ret;
}

/* -- random paths ------------------------------------------------------------------------------------------------ */

/* One step more: mostly to what is there. */
static const struct tree *
draw_step(uint64_t *random, const struct tree *tree, struct change *change)
{
	size_t at = change->count++;
	struct tree *owned;

	if (!is_sequence(tree) && tree->count && tree_draw(random, 4))
		return change->steps[at] = tree->items[2 * tree_draw(random, tree->count / 2)];
	if (is_sequence(tree))
		owned = integer((int64_t)tree_draw(random, 2 * tree->count + 1) - (int64_t)tree->count);
	else
		owned = tree_random(random, 1, true);
	return change->steps[at] = change->owned[at] = owned;
}

static void
draw_change(uint64_t *random, const struct tree *tree, struct change *ret)
{
	*ret = (struct change){ 0 };
	for (;;) {
		long found = model_find(tree, draw_step(random, tree, ret));
		const struct tree *next = found < 0 ? NULL : tree->items[found];

		if (!next || (!is_sequence(next) && next->kind != VALUE_MAP) || tree_draw(random, 4) == 0)
			break;
		tree = next;
	}
	if (tree_draw(random, 3))
		ret->item = tree_random(random, 2, false);
}

static void
change_fini(struct change *change)
{
	for (size_t i = 0; i < change->count; i++) {
		if (change->owned[i])
			tree_free(change->owned[i]);
	}
	if (change->item)
		tree_free(change->item);
}

/* The places of the change; the status of the last. */
static enum concur_status
find_places(struct value value, const struct change *change, uint8_t **steps, struct value_place *places,
    struct value *ret_item)
{
	enum concur_status status = CONCUR_OK;

	for (size_t i = 0; i < change->count; i++) {
		struct value step, container = i ? *ret_item : value;

		steps[i] = tree_value(change->steps[i], &step);
		ck_assert_int_eq(status, CONCUR_OK);
		status = value_edit_find(&container, &step, &places[i], ret_item);
	}
	return status;
}

static void
check_edit(struct value_place *places, const struct tree *tree, const struct change *change, uint64_t seed)
{
	struct value_limits limits = { 64, 1 << 20 };
	struct value item = { 0 }, checked;
	uint8_t *item_bytes = change->item ? tree_value(change->item, &item) : NULL;
	size_t expected_size, size = value_edit_measure(places, change->count, change->item ? &item : NULL);
	uint8_t *expected = model_change(tree, change, 0, &expected_size);
	uint8_t *whole = malloc(size + VALUE_HEAD_MAX), *payload = value_encode_head(whole, tree->kind, size);

	value_edit_write(payload, places, change->count, change->item ? &item : NULL);
	ck_assert_msg((size_t)(payload + size - whole) == expected_size, "size, seed %" PRIu64, seed);
	ck_assert_msg(memcmp(whole, expected, expected_size) == 0, "bytes, seed %" PRIu64, seed);
	ck_assert_int_eq(value_check(whole, expected_size, &limits, &checked, NULL), CONCUR_OK);
	free(item_bytes);
	free(expected);
	free(whole);
}

/* 1 if there was a change to be checked. */
static unsigned
check_round(uint64_t seed)
{
	uint64_t random = seed;
	struct tree *tree = tree_random(&random, DEPTH, false);
	struct value_place places[STEPS_MAX];
	uint8_t *steps[STEPS_MAX] = { NULL }, *bytes;
	struct value value, item = { 0 };
	enum concur_status status;
	struct change change;
	bool is_there;

	if (!is_sequence(tree) && tree->kind != VALUE_MAP) {
		tree_free(tree);
		return 0;
	}
	draw_change(&random, tree, &change);
	bytes = tree_value(tree, &value);
	status = find_places(value, &change, steps, places, &item);
	is_there = item.kind != VALUE_NONE;
	if (status == CONCUR_OK && (is_there || change.item))
		check_edit(places, tree, &change, seed);
	for (size_t i = 0; i < change.count; i++)
		free(steps[i]);
	free(bytes);
	change_fini(&change);
	tree_free(tree);
	return status == CONCUR_OK;
}

START_TEST(edit_of_random_values_agrees_with_model)
{
	const char *text = getenv("CONCUR_TEST_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : 1;
	unsigned checked = 0;

	for (unsigned i = 0; i < ROUNDS; i++)
		checked += check_round(seed + i);
	ck_assert_uint_ge(checked, ROUNDS / 10);
}
END_TEST

/* The status of a step into a value, both in Python's notation. */
static enum concur_status
find(const char *container, const char *step, enum value_kind *ret_kind, int64_t *ret_integer)
{
	struct tree *container_tree = tree_read(container), *step_tree = tree_read(step);
	struct value value, key, item = { 0 };
	uint8_t *bytes = tree_value(container_tree, &value), *key_bytes = tree_value(step_tree, &key);
	struct value_place place;
	enum concur_status status = value_edit_find(&value, &key, &place, &item);

	*ret_kind = status == CONCUR_OK ? item.kind : VALUE_NONE;
	*ret_integer = *ret_kind == VALUE_INTEGER ? value_integer(&item) : 0;
	free(bytes);
	free(key_bytes);
	tree_free(container_tree);
	tree_free(step_tree);
	return status;
}

START_TEST(find_takes_keys_and_indexes_as_python_does)
{
	static const struct {
		const char *container, *step;
		enum concur_status status;
		int64_t found; /* 0: nothing is there */
	} rows[] = {
		{ "[5, 6, 7]", "0", CONCUR_OK, 5 },
		{ "[5, 6, 7]", "True", CONCUR_OK, 6 },
		{ "[5, 6, 7]", "-1", CONCUR_OK, 7 },
		{ "(5, 6, 7)", "-3", CONCUR_OK, 5 },
		{ "[5, 6, 7]", "3", CONCUR_INDEX_ERROR, 0 },
		{ "[5, 6, 7]", "-4", CONCUR_INDEX_ERROR, 0 },
		{ "[]", "0", CONCUR_INDEX_ERROR, 0 },
		{ "[5]", "1.0", CONCUR_TYPE_ERROR, 0 },
		{ "'text'", "0", CONCUR_TYPE_ERROR, 0 },
		{ "{'a': 1, 2: 3}", "2.0", CONCUR_OK, 3 },
		{ "{'a': 1, 'a': 2}", "'a'", CONCUR_OK, 2 },
		{ "{nan: 4}", "nan", CONCUR_OK, 4 },
		{ "{'a': 1}", "'b'", CONCUR_OK, 0 },
		{ "{opaque('x'): 1}", "opaque('x')", CONCUR_OK, 1 },
		{ "{opaque('x'): 1}", "opaque('y')", CONCUR_NEEDS_COMPARE, 0 },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		enum value_kind kind;
		int64_t found;

		ck_assert_msg(find(rows[i].container, rows[i].step, &kind, &found) == rows[i].status, "%s at %s",
		    rows[i].container, rows[i].step);
		ck_assert_msg(found == rows[i].found && (kind == VALUE_INTEGER) == (rows[i].found != 0), "%s at %s",
		    rows[i].container, rows[i].step);
	}
}
END_TEST

/* The map with the item, or with nothing (NULL), at the key 'a'. */
static void
expect_edited(const char *map, const char *item, const char *expected)
{
	struct tree *trees[] = { tree_read(map), tree_read("'a'"), item ? tree_read(item) : NULL, tree_read(expected) };
	struct value values[4] = { 0 }, ignored;
	struct value_place place;
	uint8_t *bytes[4] = { NULL }, *edited;

	for (size_t i = 0; i < 4; i++)
		bytes[i] = trees[i] ? tree_value(trees[i], &values[i]) : NULL;
	ck_assert_int_eq(value_edit_find(&values[0], &values[1], &place, &ignored), CONCUR_OK);
	ck_assert_uint_eq(value_edit_measure(&place, 1, item ? &values[2] : NULL), values[3].size);
	edited = malloc(values[3].size + 1);
	value_edit_write(edited, &place, 1, item ? &values[2] : NULL);
	ck_assert_mem_eq(edited, values[3].data, values[3].size);
	free(edited);
	for (size_t i = 0; i < 4; i++) {
		free(bytes[i]);
		if (trees[i])
			tree_free(trees[i]);
	}
}

START_TEST(edit_at_key_that_is_there_twice_leaves_one)
{
	expect_edited("{'a': 1, 'b': 2, 'a': 3, 'a': 4, 'c': 5}", "9", "{'b': 2, 'a': 9, 'c': 5}");
	expect_edited("{'a': 1, 'b': 2, 'a': 3, 'a': 4, 'c': 5}", NULL, "{'b': 2, 'c': 5}");
}
END_TEST

START_TEST(is_within_counts_as_the_check_does)
{
	for (uint64_t seed = 1; seed < 3000; seed++) {
		uint64_t random = seed;
		struct tree *tree = tree_random(&random, DEPTH, false);
		struct value value, ignored;
		uint8_t *bytes = tree_value(tree, &value);
		size_t size;
		uint8_t *encoded = tree_encode(tree, &size);

		for (unsigned depth = 1; depth <= DEPTH + 1; depth++) {
			struct value_limits limits = { depth, 1 << 20 };
			bool fits = value_check(encoded, size, &limits, &ignored, NULL) == CONCUR_OK;

			ck_assert_msg(value_edit_is_within(&value, depth) == fits, "seed %" PRIu64, seed);
		}
		free(bytes);
		free(encoded);
		tree_free(tree);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		edit_of_random_values_agrees_with_model,
		find_takes_keys_and_indexes_as_python_does,
		edit_at_key_that_is_there_twice_leaves_one,
		is_within_counts_as_the_check_does,
		NULL,
	};

	return unit_run("value_edit", tests);
}
