/* Trees: made, encoded and freed. tree_model.c compares them, tree_read.c reads them from text. */
#include "tests/unit/tree.h"

#include "lib/frame.h"

#include <stdlib.h>

/* -- random ------------------------------------------------------------------------------------------------------ */

uint64_t
tree_draw(uint64_t *random, uint64_t below)
{
	/* An odd step and a mix of its multiples. */
	uint64_t n = *random += UINT64_C(0x9e3779b97f4a7c15);

	n = (n ^ n >> 32) * UINT64_C(0xd6e8feb86659fd93);
	n = (n ^ n >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (n ^ n >> 32) % below;
}

static struct tree *
tree_new(enum value_kind kind, size_t items)
{
	struct tree *tree = calloc(1, sizeof *tree);

	if (!tree)
		abort();
	tree->kind = kind;
	tree->items = calloc(items + 1, sizeof(struct tree *));
	if (!tree->items)
		abort();
	return tree;
}

static tree_integer
random_integer(uint64_t *random)
{
	static const unsigned powers[] = { 0, 0, 0, 1, 7, 31, 53, 62, 63, 64, 71, 100 };
	tree_integer power = (tree_integer)1 << powers[tree_draw(random, sizeof powers / sizeof *powers)];
	tree_integer sign = tree_draw(random, 2) ? 1 : -1;

	return sign * power + (tree_integer)tree_draw(random, 3) - 1;
}

static double
random_number(uint64_t *random)
{
	static const double odd[] = { -0.0, 0.5, -0.5, 1.5, 1e300, -1e300, 5e-324, 9007199254740993.0 };

	switch (tree_draw(random, 12)) {
	case 0:
		return __builtin_inf();
	case 1:
		return -__builtin_inf();
	case 2:
		return __builtin_nan("");
	case 3:
	case 4:
	case 5:
		return odd[tree_draw(random, sizeof odd / sizeof *odd)];
	default:
		return (double)random_integer(random);
	}
}

static void
random_bytes(uint64_t *random, struct tree *tree)
{
	static const char *const texts[] = { "", "a", "b", "ab", "\xc3\xbc", "\xe6\x97\xa5\xe6\x9c\xac", "abcdefgh",
		"abcdefghijk" };
	const char *text = texts[tree_draw(random, sizeof texts / sizeof *texts)];

	tree->size = strlen(text);
	memcpy(tree->bytes, text, tree->size);
}

static enum value_kind
random_kind(uint64_t *random, unsigned depth, bool as_key)
{
	for (;;) {
		enum value_kind kind = (enum value_kind)(1 + tree_draw(random, VALUE_OPAQUE));
		bool nests = kind == VALUE_LIST || kind == VALUE_TUPLE || kind == VALUE_MAP;

		if (nests && depth <= 1)
			continue;
		if (as_key && (kind == VALUE_LIST || kind == VALUE_MAP || kind == VALUE_ARRAY))
			continue;
		/* Opaque values hide what is compared around them: less often. */
		if (kind == VALUE_OPAQUE && tree_draw(random, 4))
			continue;
		return kind;
	}
}

static void
random_array(uint64_t *random, struct tree *tree)
{
	static const char typecodes[] = "bBhHiIlLqQfd";

	tree->typecode = (uint8_t)typecodes[tree_draw(random, sizeof typecodes - 1)];
	tree->count = tree_draw(random, 3);
	for (size_t i = 0; i < tree->count; i++) {
		bool real = tree->typecode == 'f' || tree->typecode == 'd';

		tree->items[i] = tree_new(real ? VALUE_NUMBER : VALUE_INTEGER, 0);
		tree->items[i]->integer = (tree_integer)tree_draw(random, 3);
		tree->items[i]->number = (double)tree->items[i]->integer + (tree_draw(random, 4) ? 0 : 0.5);
	}
}

static bool
has_opaque(const struct tree *tree)
{
	bool has = tree->kind == VALUE_OPAQUE;

	for (size_t i = 0; i < tree->count && !has; i++)
		has = has_opaque(tree->items[i]);
	return has;
}

/* Keys that are there already are drawn again, so that every map is a dict. Opaque keys too: where they stand, the
 * order of looking decides between different and unknown. */
static struct tree *
random_new_key(uint64_t *random, unsigned depth, const struct tree *map)
{
	for (;;) {
		struct tree *key = tree_random(random, depth, true);
		bool there = has_opaque(key);

		for (size_t i = 0; i < map->count; i += 2)
			there = there || tree_equal(map->items[i], key) == VALUE_SAME;
		if (!there)
			return key;
		tree_free(key);
	}
}

struct tree *
tree_random(uint64_t *random, unsigned depth, bool as_key)
{
	struct tree *tree = tree_new(random_kind(random, depth, as_key), 6);
	size_t count = tree_draw(random, 4);

	switch (tree->kind) {
	case VALUE_NULL:
		break;
	case VALUE_BOOLEAN:
		tree->integer = (tree_integer)tree_draw(random, 2);
		break;
	case VALUE_INTEGER:
	case VALUE_BIG:
		tree->integer = random_integer(random);
		tree->kind = tree->integer == (int64_t)tree->integer ? VALUE_INTEGER : VALUE_BIG;
		break;
	case VALUE_NUMBER:
		tree->number = random_number(random);
		break;
	case VALUE_OBJECT:
		tree->integer = 1 + (tree_integer)tree_draw(random, 200);
		break;
	case VALUE_ARRAY:
		random_array(random, tree);
		break;
	case VALUE_LIST:
	case VALUE_TUPLE:
		for (; tree->count < count; tree->count++)
			tree->items[tree->count] = tree_random(random, depth - 1, as_key);
		break;
	case VALUE_MAP:
		while (tree->count < 2 * count) {
			tree->items[tree->count] = random_new_key(random, depth - 1, tree);
			tree->items[tree->count + 1] = tree_random(random, depth - 1, false);
			tree->count += 2;
		}
		break;
	default:
		random_bytes(random, tree);
		break;
	}
	return tree;
}

static void
respell_scalar(uint64_t *random, struct tree *tree)
{
	bool whole = tree->kind == VALUE_BOOLEAN || tree->kind == VALUE_INTEGER || tree->kind == VALUE_BIG;

	if (!whole || tree_draw(random, 2))
		return;
	if (tree->integer == 0 || tree->integer == 1) {
		tree->kind = tree_draw(random, 2) ? VALUE_BOOLEAN : VALUE_INTEGER;
	} else if ((tree_integer)(double)tree->integer == tree->integer) {
		tree->number = (double)tree->integer;
		tree->kind = VALUE_NUMBER;
	}
}

struct tree *
tree_respell(uint64_t *random, const struct tree *tree)
{
	struct tree *copy = tree_new(tree->kind, tree->count);
	struct tree **items = copy->items;

	*copy = *tree;
	copy->items = items;
	respell_scalar(random, copy);
	size_t step = tree->kind == VALUE_MAP ? 2 : 1;
	size_t turn = tree->kind == VALUE_MAP && tree->count > 0 ? step * tree_draw(random, tree->count / step) : 0;
	for (size_t i = 0; i < tree->count; i++) {
		const struct tree *item = tree->items[(i + turn) % tree->count];
		/* Items of arrays have the spelling that the typecode gives. */
		items[i] = tree_respell(random, item);
		if (tree->kind == VALUE_ARRAY)
			items[i]->kind = item->kind;
	}
	return copy;
}

void
tree_free(struct tree *tree)
{
	if (!tree)
		return;
	for (size_t i = 0; i < tree->count; i++)
		tree_free(tree->items[i]);
	free(tree->items);
	free(tree);
}

/* -- encoding ---------------------------------------------------------------------------------------------------- */

struct bytes {
	uint8_t *at;
	size_t size;
};

static void
bytes_add(struct bytes *bytes, const void *more, size_t size)
{
	bytes->at = realloc(bytes->at, bytes->size + size + 1);
	if (!bytes->at)
		abort();
	memcpy(bytes->at + bytes->size, more, size);
	bytes->size += size;
}

static void
bytes_add_field(struct bytes *bytes, uint8_t tag, const void *more, size_t size)
{
	uint8_t head[11] = { tag };
	uint8_t *end = value_varint_write(head + 1, size);

	bytes_add(bytes, head, (size_t)(end - head));
	bytes_add(bytes, more, size);
}

static void
bytes_add_varint(struct bytes *bytes, uint8_t tag, uint64_t number)
{
	uint8_t head[11] = { tag };
	uint8_t *end = value_varint_write(head + 1, number);

	bytes_add(bytes, head, (size_t)(end - head));
}

static void
bytes_add_tree(struct bytes *bytes, uint8_t tag, const struct tree *tree)
{
	size_t size;
	uint8_t *encoded = tree_encode(tree, &size);

	bytes_add_field(bytes, tag, encoded, size);
	free(encoded);
}

static struct bytes
encode_big(tree_integer integer)
{
	struct bytes payload = { 0 };
	uint8_t byte;

	/* As long as what is left is not the sign of what was written. */
	do {
		byte = (uint8_t)integer;
		bytes_add(&payload, &byte, 1);
		integer >>= 8;
	} while (integer != (byte & 0x80 ? -1 : 0));
	return payload;
}

static struct bytes
encode_array(const struct tree *tree)
{
	struct bytes payload = { 0 }, items = { 0 };
	uint8_t item[8];

	for (size_t i = 0; i < tree->count; i++) {
		const struct tree *number = tree->items[i];
		uint64_t bits = (uint64_t)number->integer;

		if (tree->typecode == 'd') {
			memcpy(&bits, &number->number, sizeof bits);
		} else if (tree->typecode == 'f') {
			float narrow = (float)number->number;
			uint32_t narrow_bits;
			memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
			bits = narrow_bits;
		}
		frame_u64_write(item, bits);
		bytes_add(&items, item, value_item_size(tree->typecode));
	}
	bytes_add_varint(&payload, 0x08, tree->typecode);
	if (items.size > 0)
		bytes_add_field(&payload, 0x12, items.at, items.size);
	free(items.at);
	return payload;
}

static struct bytes
encode_items(const struct tree *tree)
{
	struct bytes payload = { 0 };

	for (size_t i = 0; i < tree->count; i++) {
		struct bytes pair = { 0 };

		if (tree->kind != VALUE_MAP) {
			bytes_add_tree(&payload, 0x0a, tree->items[i]);
			continue;
		}
		bytes_add_tree(&pair, 0x0a, tree->items[i++]);
		bytes_add_tree(&pair, 0x12, tree->items[i]);
		bytes_add_field(&payload, 0x0a, pair.at, pair.size);
		free(pair.at);
	}
	return payload;
}

static struct bytes
encode_payload(const struct tree *tree)
{
	struct bytes payload = { 0 };
	uint8_t room[VALUE_SCALAR_MAX];
	struct value scalar = { 0 };

	switch (tree->kind) {
	case VALUE_NULL:
		value_set_null(&scalar, room);
		break;
	case VALUE_BOOLEAN:
		value_set_boolean(&scalar, room, tree->integer != 0);
		break;
	case VALUE_INTEGER:
		value_set_integer(&scalar, room, (int64_t)tree->integer);
		break;
	case VALUE_NUMBER:
		value_set_number(&scalar, room, tree->number);
		break;
	case VALUE_BIG:
		return encode_big(tree->integer);
	case VALUE_ARRAY:
		return encode_array(tree);
	case VALUE_LIST:
	case VALUE_TUPLE:
	case VALUE_MAP:
		return encode_items(tree);
	case VALUE_OBJECT:
		bytes_add_varint(&payload, 0x08, (uint64_t)tree->integer);
		return payload;
	case VALUE_OPAQUE:
		bytes_add_field(&payload, 0x0a, "pickle", 6);
		if (tree->size > 0)
			bytes_add_field(&payload, 0x12, tree->bytes, tree->size);
		return payload;
	default:
		bytes_add(&payload, tree->bytes, tree->size);
		return payload;
	}
	bytes_add(&payload, scalar.data, scalar.size);
	return payload;
}

uint8_t *
tree_encode(const struct tree *tree, size_t *ret_size)
{
	struct bytes payload = encode_payload(tree);
	struct bytes whole = { 0 };
	uint8_t head[VALUE_HEAD_MAX];
	uint8_t *end = value_encode_head(head, tree->kind, payload.size);

	bytes_add(&whole, head, (size_t)(end - head));
	bytes_add(&whole, payload.size ? payload.at : head, payload.size);
	free(payload.at);
	*ret_size = whole.size;
	/* Cut to size, so that a sanitizer sees a read behind it. */
	uint8_t *cut = realloc(whole.at, whole.size);
	return cut ? cut : whole.at;
}

uint8_t *
tree_value(const struct tree *tree, struct value *ret)
{
	static const struct value_limits limits = { .depth_max = 64, .key_max = 1024 };
	size_t size;
	uint8_t *bytes = tree_encode(tree, &size);

	if (value_check(bytes, size, &limits, ret, NULL) != CONCUR_OK)
		abort();
	return bytes;
}
