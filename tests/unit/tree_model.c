/* Trees: Python's equality and order in the most obvious way. */
#include "tests/unit/tree.h"

static bool
is_number(const struct tree *tree)
{
	return tree->kind >= VALUE_BOOLEAN && tree->kind <= VALUE_NUMBER;
}

/* Below, at or above 0; 2 if one is NaN. Integers are below 2^126, so a double of that size or more decides by its
 * sign. */
static int
order_numbers(const struct tree *a, const struct tree *b)
{
	static const double huge = 85070591730234615865843651857942052864.0; /* 2^126 */

	if (a->kind == VALUE_NUMBER && b->kind != VALUE_NUMBER) {
		int order = order_numbers(b, a);
		return order == 2 ? 2 : -order;
	}
	if (b->kind != VALUE_NUMBER)
		return (a->integer > b->integer) - (a->integer < b->integer);
	double y = b->number;
	if (y != y || (a->kind == VALUE_NUMBER && a->number != a->number))
		return 2;
	if (a->kind == VALUE_NUMBER)
		return (a->number > y) - (a->number < y);
	if (y >= huge || y <= -huge)
		return y > 0 ? -1 : 1;
	tree_integer whole = (tree_integer)y;
	if (a->integer != whole)
		return a->integer < whole ? -1 : 1;
	double rest = y - (double)whole;
	return (rest < 0) - (rest > 0);
}

static enum value_same
equal_maps(const struct tree *a, const struct tree *b)
{
	enum value_same all = VALUE_SAME;

	if (a->count != b->count)
		return VALUE_DIFFERENT;
	for (size_t i = 0; i < a->count; i += 2) {
		enum value_same best = VALUE_DIFFERENT;

		for (size_t k = 0; k < b->count; k += 2) {
			enum value_same same = tree_equal(a->items[i], b->items[k]);

			if (same == VALUE_SAME) {
				best = tree_equal(a->items[i + 1], b->items[k + 1]);
				break;
			}
			if (same == VALUE_UNKNOWN)
				best = VALUE_UNKNOWN;
		}
		if (best == VALUE_DIFFERENT)
			return best;
		if (best == VALUE_UNKNOWN)
			all = best;
	}
	return all;
}

static enum value_same
equal_items(const struct tree *a, const struct tree *b)
{
	enum value_same all = VALUE_SAME;

	if (a->count != b->count)
		return VALUE_DIFFERENT;
	for (size_t i = 0; i < a->count; i++) {
		enum value_same same = tree_equal(a->items[i], b->items[i]);

		if (same == VALUE_DIFFERENT)
			return same;
		if (same == VALUE_UNKNOWN)
			all = same;
	}
	return all;
}

static bool
same_bytes(const struct tree *a, const struct tree *b)
{
	return a->kind == b->kind && a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

enum value_same
tree_equal(const struct tree *a, const struct tree *b)
{
	if (a->kind == VALUE_OPAQUE || b->kind == VALUE_OPAQUE)
		return same_bytes(a, b) ? VALUE_SAME : VALUE_UNKNOWN;
	if (is_number(a) && is_number(b))
		return order_numbers(a, b) == 0 ? VALUE_SAME : VALUE_DIFFERENT;
	if (a->kind != b->kind)
		return VALUE_DIFFERENT;
	switch (a->kind) {
	case VALUE_MAP:
		return equal_maps(a, b);
	case VALUE_LIST:
	case VALUE_TUPLE:
	case VALUE_ARRAY:
		return equal_items(a, b);
	case VALUE_OBJECT:
		return a->integer == b->integer ? VALUE_SAME : VALUE_DIFFERENT;
	default:
		return same_bytes(a, b) ? VALUE_SAME : VALUE_DIFFERENT;
	}
}

static enum concur_status
compare_items(const struct tree *a, const struct tree *b, int *ret)
{
	for (size_t i = 0; i < a->count && i < b->count; i++) {
		enum value_same same = tree_equal(a->items[i], b->items[i]);

		if (same == VALUE_UNKNOWN)
			return CONCUR_NEEDS_COMPARE;
		if (same == VALUE_DIFFERENT)
			return tree_compare(a->items[i], b->items[i], ret);
	}
	*ret = (a->count > b->count) - (a->count < b->count);
	return CONCUR_OK;
}

static int
compare_bytes(const struct tree *a, const struct tree *b)
{
	for (size_t i = 0; i < a->size && i < b->size; i++) {
		if (a->bytes[i] != b->bytes[i])
			return (uint8_t)a->bytes[i] < (uint8_t)b->bytes[i] ? -1 : 1;
	}
	return (a->size > b->size) - (a->size < b->size);
}

enum concur_status
tree_compare(const struct tree *a, const struct tree *b, int *ret)
{
	if (a->kind == VALUE_OPAQUE || b->kind == VALUE_OPAQUE)
		return CONCUR_NEEDS_COMPARE;
	if (is_number(a) && is_number(b)) {
		int order = order_numbers(a, b);
		*ret = order == 2 ? 0 : order;
		return CONCUR_OK;
	}
	if (a->kind != b->kind)
		return CONCUR_TYPE_ERROR;
	switch (a->kind) {
	case VALUE_LIST:
	case VALUE_TUPLE:
	case VALUE_ARRAY:
		return compare_items(a, b, ret);
	case VALUE_TEXT:
	case VALUE_DATA:
		*ret = compare_bytes(a, b);
		return CONCUR_OK;
	default:
		return CONCUR_TYPE_ERROR;
	}
}
