/* Values: the check at the door.
 *
 * Every value that a peer sends passes here once, before anything else reads it; all other functions rely on what is
 * made sure of here. One pass, each byte looked at once, no memory but the stack, whose depth is counted. */
#include "value.h"

#include "utf8.h"
#include "value_wire.h"

struct check {
	unsigned depth_max;
	bool refers; /* a reference to an object was met */
};

static enum concur_status check_value(struct check *check, const struct value *value, unsigned depth, bool as_key);

/* Outside int64, and no byte that only repeats the sign of the one below. */
static bool
check_big(const struct value *value)
{
	if (value->size <= sizeof(int64_t))
		return false;
	uint8_t top = value->data[value->size - 1];
	uint8_t sign_below = value->data[value->size - 2] & 0x80;
	return !(top == 0x00 && !sign_below) && !(top == 0xff && sign_below);
}

static bool
check_reference(struct check *check, const struct value *value)
{
	struct value_reference reference;

	check->refers = true;
	return value_wire_reference(value, &reference);
}

static bool
check_opaque(struct check *check, const struct value *value)
{
	struct value_opaque opaque;

	if (!value_wire_opaque(value, &opaque))
		return false;
	check->refers |= opaque.references_size > 0;
	return utf8_valid(opaque.codec, opaque.codec_size);
}

/* Kinds that can not be keys. */
static bool
check_unhashable(enum value_kind kind)
{
	return kind == VALUE_LIST || kind == VALUE_MAP || kind == VALUE_ARRAY;
}

static bool
check_leaf(struct check *check, const struct value *value)
{
	struct value_array array;

	switch (value->kind) {
	case VALUE_NULL:
		return value->data[0] == 1;
	case VALUE_BOOLEAN:
		return value->data[0] <= 1;
	case VALUE_INTEGER:
	case VALUE_NUMBER:
	case VALUE_DATA:
		return true;
	case VALUE_BIG:
		return check_big(value);
	case VALUE_TEXT:
		return utf8_valid(value->data, value->size);
	case VALUE_ARRAY:
		return value_wire_array(value, &array);
	case VALUE_OBJECT:
		return check_reference(check, value);
	case VALUE_OPAQUE:
		return check_opaque(check, value);
	default:
		return false;
	}
}

static enum concur_status
check_items(struct check *check, const struct value *value, unsigned depth, bool as_key)
{
	const uint8_t *end = value->data + value->size;
	enum concur_status status = CONCUR_OK;
	struct value item;

	for (const uint8_t *at = value->data; at != end && !status;) {
		at = value_wire_value(at, end, WIRE_ITEM, &item);
		if (!at)
			return CONCUR_BAD_VALUE;
		status = check_value(check, &item, depth, as_key);
	}
	return status;
}

static enum concur_status
check_pair(struct check *check, const uint8_t *at, const uint8_t *end, unsigned depth)
{
	struct value key, value;

	at = value_wire_value(at, end, WIRE_PAIR_KEY, &key);
	if (!at || value_wire_value(at, end, WIRE_PAIR_VALUE, &value) != end)
		return CONCUR_BAD_VALUE;
	enum concur_status status = check_value(check, &key, depth, true);
	/* As an argument it would be a wrong key; inside a map it is a map that no dict can be. */
	if (status == CONCUR_UNHASHABLE)
		return CONCUR_BAD_VALUE;
	return status ? status : check_value(check, &value, depth, false);
}

static enum concur_status
check_pairs(struct check *check, const struct value *value, unsigned depth)
{
	const uint8_t *end = value->data + value->size;
	enum concur_status status = CONCUR_OK;
	const uint8_t *pair;

	for (const uint8_t *at = value->data; at != end && !status;) {
		at = value_wire_bytes(at, end, WIRE_ITEM, &pair);
		if (!at)
			return CONCUR_BAD_VALUE;
		status = check_pair(check, pair, at, depth);
	}
	return status;
}

static enum concur_status
check_value(struct check *check, const struct value *value, unsigned depth, bool as_key)
{
	if (depth > check->depth_max)
		return CONCUR_TOO_LARGE;
	if (as_key && check_unhashable(value->kind))
		return CONCUR_UNHASHABLE;
	if (value->kind == VALUE_LIST || value->kind == VALUE_TUPLE)
		return check_items(check, value, depth + 1, as_key);
	if (value->kind == VALUE_MAP)
		return check_pairs(check, value, depth + 1);
	return check_leaf(check, value) ? CONCUR_OK : CONCUR_BAD_VALUE;
}

/* The commonest values, text and data under 128 bytes, need none of the general way: tag, length, payload. */
static inline bool
check_short(const uint8_t *bytes, size_t size, struct value *ret)
{
	if (size < 2 || bytes[1] != size - 2 || bytes[1] >= 0x80)
		return false;
	if (bytes[0] != (VALUE_TEXT << 3 | WIRE_BYTES) && bytes[0] != (VALUE_DATA << 3 | WIRE_BYTES))
		return false;
	*ret = (struct value){ (enum value_kind)(bytes[0] >> 3), bytes + 2, size - 2 };
	return ret->kind == VALUE_DATA || utf8_valid(ret->data, ret->size);
}

static inline enum concur_status
check_whole(const uint8_t *bytes, size_t size, const struct value_limits *limits, bool as_key, struct value *ret,
    bool *ret_refers)
{
	struct check check = { .depth_max = limits->depth_max };
	struct value value;

	if (check_short(bytes, size, ret) && ret->size <= limits->key_max && check.depth_max > 0) {
		if (ret_refers)
			*ret_refers = false;
		return CONCUR_OK;
	}
	if (!value_wire_parse(bytes, size, &value))
		return CONCUR_BAD_VALUE;
	if (check.depth_max > VALUE_DEPTH_HARD_MAX)
		check.depth_max = VALUE_DEPTH_HARD_MAX;
	if (as_key && value.size > limits->key_max)
		return CONCUR_TOO_LARGE;
	enum concur_status status = check_value(&check, &value, 1, as_key);
	if (status)
		return status;
	*ret = value;
	if (ret_refers)
		*ret_refers = check.refers;
	return CONCUR_OK;
}

enum concur_status
value_check(const uint8_t *bytes, size_t size, const struct value_limits *limits, struct value *ret, bool *ret_refers)
{
	return check_whole(bytes, size, limits, false, ret, ret_refers);
}

enum concur_status
value_check_key(const uint8_t *bytes, size_t size, const struct value_limits *limits, struct value *ret,
    bool *ret_refers)
{
	return check_whole(bytes, size, limits, true, ret, ret_refers);
}
