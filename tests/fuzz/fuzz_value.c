/* Fuzz target: the value walker. Two values are read from the bytes (a length in the first byte parts them); what
 * passes the check must hold up in everything that takes checked values. */
#include "tests/fuzz/fuzz.h"

#include "lib/value.h"

#include <assert.h>
#include <stdlib.h>

enum { DEPTH_MAX = 16, SEED = 7 };

static const struct value_limits limits = { .depth_max = DEPTH_MAX, .key_max = 64 };

/* What the walk of a value met. */
struct tally {
	uint64_t references;
	bool opaque;
	bool nan_possible; /* a number or an array of them: it may not be equal to itself */
};

static void
count_reference(uint64_t id, void *arg)
{
	struct tally *tally = arg;

	assert(id != 0);
	tally->references++;
}

static void
touch_leaf(const struct value *value, struct tally *tally)
{
	struct value_array array;
	struct value_reference reference;
	struct value_opaque opaque;

	switch (value->kind) {
	case VALUE_BOOLEAN:
		assert(value_boolean(value) == value_integer(value));
		break;
	case VALUE_INTEGER:
		value_integer(value);
		break;
	case VALUE_NUMBER:
		tally->nan_possible = true;
		break;
	case VALUE_ARRAY:
		value_array(value, &array);
		assert(array.size % value_item_size(array.typecode) == 0);
		assert(array.items + array.size == value->data + value->size);
		tally->nan_possible = true;
		break;
	case VALUE_OBJECT:
		value_reference(value, &reference);
		assert(reference.object != 0);
		break;
	case VALUE_OPAQUE:
		value_opaque(value, &opaque);
		assert(opaque.references + opaque.references_size == value->data + value->size);
		tally->opaque = true;
		break;
	default:
		break;
	}
}

static void
touch(const struct value *value, unsigned depth, struct tally *tally)
{
	struct value_walk walk;
	struct value item;
	size_t count = 0;

	assert(depth <= DEPTH_MAX);
	if (value->kind != VALUE_LIST && value->kind != VALUE_TUPLE && value->kind != VALUE_MAP) {
		touch_leaf(value, tally);
		return;
	}
	value_walk_begin(&walk, value);
	while (value_walk_next(&walk, &item)) {
		touch(&item, depth + 1, tally);
		count++;
	}
	assert(value->kind != VALUE_MAP || count % 2 == 0);
}

static void
check_alone(const struct value *value, const uint8_t *bytes, size_t size, bool refers)
{
	struct tally tally = { 0 };
	uint8_t *again = malloc(size);
	enum value_same same = value_equal(value, value);

	touch(value, 1, &tally);
	assert(same == VALUE_SAME || tally.nan_possible || tally.opaque);
	value_each_reference(value, count_reference, &tally);
	assert(refers == (tally.references > 0));
	assert(again && value_encoded_size(value->kind, value->size) == size);
	assert(value_encode(again, value) == again + size && memcmp(again, bytes, size) == 0);
	free(again);
}

static int
sign(int order)
{
	return (order > 0) - (order < 0);
}

static void
check_two(const struct value *a, const struct value *b, bool keys)
{
	enum value_same same = value_equal(a, b), back = value_equal(b, a);
	int order = 0, order_back = 0;
	enum concur_status status = value_compare(a, b, &order), status_back = value_compare(b, a, &order_back);
	uint8_t room[VALUE_SCALAR_MAX];
	struct value sum;

	/* Only where opaque values stand may one way know more than the other. */
	assert(same == back || same == VALUE_UNKNOWN || back == VALUE_UNKNOWN);
	assert(status == status_back || status == CONCUR_NEEDS_COMPARE || status_back == CONCUR_NEEDS_COMPARE);
	assert(status || status_back || sign(order) == -sign(order_back));
	assert(status || same != VALUE_SAME || order == 0);
	if (keys && (same == VALUE_SAME || value_identical(a, b)))
		assert(value_hash(a, SEED) == value_hash(b, SEED));
	if (value_add(a, b, room, &sum) == CONCUR_OK)
		assert(sum.kind == VALUE_INTEGER || sum.kind == VALUE_NUMBER);
}

/* Checks the bytes, and that the check of keys lets the same or less pass. */
static bool
read_value(const uint8_t *bytes, size_t size, struct value *ret, bool *ret_is_key)
{
	struct value key;
	bool refers = false, key_refers = false;
	enum concur_status status = value_check(bytes, size, &limits, ret, &refers);
	enum concur_status key_status = value_check_key(bytes, size, &limits, &key, &key_refers);

	*ret_is_key = key_status == CONCUR_OK;
	if (status) {
		assert(key_status != CONCUR_OK);
		return false;
	}
	assert(!*ret_is_key || (key.kind == ret->kind && key.data == ret->data && key_refers == refers));
	check_alone(ret, bytes, size, refers);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct value a, b;
	bool a_is_key, b_is_key;

	if (size == 0)
		return 0;
	size_t first = bytes[0] < size - 1 ? bytes[0] : size - 1;
	if (!read_value(bytes + 1, first, &a, &a_is_key))
		return 0;
	if (read_value(bytes + 1 + first, size - 1 - first, &b, &b_is_key))
		check_two(&a, &b, a_is_key && b_is_key);
	return 0;
}
