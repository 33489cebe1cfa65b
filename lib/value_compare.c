/* Values: equality and order, as Python's.
 *
 * Equality has three answers. What is DIFFERENT in any part is different as a whole, whatever the parts are that only
 * the client can compare; else one UNKNOWN part makes the whole UNKNOWN.
 *
 * Each part is compared once: a map's values only after their keys have been found equal, never again in a second try,
 * so nesting does not multiply the work. */
#include "value.h"

#include "numeral.h"

#include <assert.h>

enum { COMPARE_DISORDER_MAX = 64 }; /* pairs of a map that may be out of order: a bit each */

bool
value_has_opaque_inside(const struct value *value)
{
	struct value_walk walk;
	struct value item;

	if (value->kind != VALUE_LIST && value->kind != VALUE_TUPLE && value->kind != VALUE_MAP)
		return value->kind == VALUE_OPAQUE;
	value_walk_begin(&walk, value);
	while (value_walk_next(&walk, &item)) {
		if (value_has_opaque(&item))
			return true;
	}
	return false;
}

/* -- equality ---------------------------------------------------------------------------------------------------- */

static enum value_same
equal_items(const struct value *a, const struct value *b)
{
	enum value_same all = VALUE_SAME;
	struct value_walk walk_a, walk_b;
	struct value item_a, item_b;

	value_walk_begin(&walk_a, a);
	value_walk_begin(&walk_b, b);
	while (value_walk_next(&walk_a, &item_a)) {
		enum value_same same =
		    value_walk_next(&walk_b, &item_b) ? value_equal(&item_a, &item_b) : VALUE_DIFFERENT;

		if (same == VALUE_DIFFERENT)
			return same;
		if (same == VALUE_UNKNOWN)
			all = same;
	}
	return value_walk_next(&walk_b, &item_b) ? VALUE_DIFFERENT : all;
}

static size_t
count_items(struct value_walk walk)
{
	struct value item;
	size_t count = 0;

	while (value_walk_next(&walk, &item))
		count++;
	return count;
}

/* Looks for the key among the pairs that are not yet used. SAME: found, *ret_value is what belongs to it. */
static enum value_same
find_pair(struct value_walk walk, const struct value *key, uint64_t *used, struct value *ret_value)
{
	enum value_same found = VALUE_DIFFERENT;
	struct value other;

	for (uint64_t bit = 1; value_walk_next(&walk, &other); bit <<= 1) {
		value_walk_next(&walk, ret_value);
		enum value_same same = *used & bit ? VALUE_DIFFERENT : value_equal(key, &other);

		if (same == VALUE_SAME) {
			*used |= bit;
			return same;
		}
		if (same == VALUE_UNKNOWN)
			found = same;
	}
	return found;
}

/* What is left of two maps, each with the same number of pairs, at most COMPARE_DISORDER_MAX. */
static enum value_same
equal_disordered(struct value_walk walk_a, const struct value_walk *walk_b)
{
	enum value_same all = VALUE_SAME;
	struct value key, value_a, value_b;
	uint64_t used = 0;

	while (value_walk_next(&walk_a, &key)) {
		value_walk_next(&walk_a, &value_a);
		enum value_same same = find_pair(*walk_b, &key, &used, &value_b);

		if (same == VALUE_SAME)
			same = value_equal(&value_a, &value_b);
		if (same == VALUE_DIFFERENT)
			return same;
		if (same == VALUE_UNKNOWN)
			all = same;
	}
	return all;
}

static enum value_same
equal_maps(const struct value *a, const struct value *b)
{
	enum value_same all = VALUE_SAME;
	struct value_walk walk_a, walk_b;
	struct value item_a, item_b;

	value_walk_begin(&walk_a, a);
	value_walk_begin(&walk_b, b);
	if (count_items(walk_a) != count_items(walk_b))
		return VALUE_DIFFERENT;
	for (;;) {
		struct value_walk before_a = walk_a, before_b = walk_b;

		if (!value_walk_next(&walk_a, &item_a) || !value_walk_next(&walk_b, &item_b))
			return all;
		if (value_equal(&item_a, &item_b) != VALUE_SAME) {
			if (count_items(before_a) > 2 * COMPARE_DISORDER_MAX)
				return VALUE_UNKNOWN;
			enum value_same rest = equal_disordered(before_a, &before_b);
			return rest == VALUE_SAME ? all : rest;
		}
		value_walk_next(&walk_a, &item_a);
		value_walk_next(&walk_b, &item_b);
		enum value_same same = value_equal(&item_a, &item_b);
		if (same == VALUE_DIFFERENT)
			return same;
		if (same == VALUE_UNKNOWN)
			all = same;
	}
}

static bool
is_whole_array(const struct value_array *array)
{
	return array->typecode != 'f' && array->typecode != 'd';
}

static bool
equal_arrays(const struct value *a, const struct value *b)
{
	struct value_array array_a, array_b;
	struct numeral item_a, item_b;

	value_array(a, &array_a);
	value_array(b, &array_b);
	if (array_a.typecode == array_b.typecode && is_whole_array(&array_a))
		return value_identical(a, b);
	size_t step_a = value_item_size(array_a.typecode), step_b = value_item_size(array_b.typecode);
	size_t count = array_a.size / step_a;
	if (count != array_b.size / step_b)
		return false;
	for (size_t i = 0; i < count; i++) {
		numeral_of_item(array_a.typecode, array_a.items + i * step_a, &item_a);
		numeral_of_item(array_b.typecode, array_b.items + i * step_b, &item_b);
		if (!numeral_equal(&item_a, &item_b))
			return false;
	}
	return true;
}

static bool
equal_references(const struct value *a, const struct value *b)
{
	struct value_reference reference_a, reference_b;

	value_reference(a, &reference_a);
	value_reference(b, &reference_b);
	return reference_a.object == reference_b.object;
}

static enum value_same
equal_if(bool equal)
{
	return equal ? VALUE_SAME : VALUE_DIFFERENT;
}

enum value_same
value_equal_slow(const struct value *a, const struct value *b)
{
	struct numeral numeral_a, numeral_b;

	if (a->kind == VALUE_OPAQUE || b->kind == VALUE_OPAQUE)
		return value_identical(a, b) ? VALUE_SAME : VALUE_UNKNOWN;
	if (numeral_of(a, &numeral_a))
		return equal_if(numeral_of(b, &numeral_b) && numeral_equal(&numeral_a, &numeral_b));
	if (a->kind != b->kind)
		return VALUE_DIFFERENT;
	switch (a->kind) {
	case VALUE_LIST:
	case VALUE_TUPLE:
		return equal_items(a, b);
	case VALUE_MAP:
		return equal_maps(a, b);
	case VALUE_ARRAY:
		return equal_if(equal_arrays(a, b));
	case VALUE_OBJECT:
		return equal_if(equal_references(a, b));
	default:
		return equal_if(value_identical(a, b));
	}
}

/* -- order ------------------------------------------------------------------------------------------------------- */

static int
compare_bytes(const struct value *a, const struct value *b)
{
	int order = memcmp(a->data, b->data, a->size < b->size ? a->size : b->size);

	return order ? order : (a->size > b->size) - (a->size < b->size);
}

/* The first items that are not equal decide; then the length. */
static enum concur_status
compare_items(const struct value *a, const struct value *b, int *ret)
{
	struct value_walk walk_a, walk_b;
	struct value item_a, item_b;

	value_walk_begin(&walk_a, a);
	value_walk_begin(&walk_b, b);
	for (;;) {
		bool more_a = value_walk_next(&walk_a, &item_a);
		bool more_b = value_walk_next(&walk_b, &item_b);

		if (!more_a || !more_b) {
			*ret = more_a - more_b;
			return CONCUR_OK;
		}
		enum value_same same = value_equal(&item_a, &item_b);
		if (same == VALUE_UNKNOWN)
			return CONCUR_NEEDS_COMPARE;
		if (same == VALUE_DIFFERENT)
			return value_compare(&item_a, &item_b, ret);
	}
}

static void
compare_arrays(const struct value *a, const struct value *b, int *ret)
{
	struct value_array array_a, array_b;
	struct numeral item_a, item_b;

	value_array(a, &array_a);
	value_array(b, &array_b);
	size_t step_a = value_item_size(array_a.typecode), step_b = value_item_size(array_b.typecode);
	size_t count_a = array_a.size / step_a, count_b = array_b.size / step_b;
	for (size_t i = 0; i < count_a && i < count_b; i++) {
		numeral_of_item(array_a.typecode, array_a.items + i * step_a, &item_a);
		numeral_of_item(array_b.typecode, array_b.items + i * step_b, &item_b);
		if (!numeral_compare(&item_a, &item_b, ret) || *ret != 0)
			return;
	}
	*ret = (count_a > count_b) - (count_a < count_b);
}

enum concur_status
value_compare(const struct value *a, const struct value *b, int *ret)
{
	struct numeral numeral_a, numeral_b;

	if (a->kind == VALUE_OPAQUE || b->kind == VALUE_OPAQUE)
		return CONCUR_NEEDS_COMPARE;
	if (numeral_of(a, &numeral_a) && numeral_of(b, &numeral_b)) {
		numeral_compare(&numeral_a, &numeral_b, ret);
		return CONCUR_OK;
	}
	if (a->kind != b->kind)
		return CONCUR_TYPE_ERROR;
	switch (a->kind) {
	case VALUE_TEXT: /* the order of UTF-8 is that of the characters' numbers */
	case VALUE_DATA:
		*ret = compare_bytes(a, b);
		return CONCUR_OK;
	case VALUE_LIST:
	case VALUE_TUPLE:
		return compare_items(a, b, ret);
	case VALUE_ARRAY:
		compare_arrays(a, b, ret);
		return CONCUR_OK;
	default:
		return CONCUR_TYPE_ERROR;
	}
}
