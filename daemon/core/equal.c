/* Equality. What is different in one item is different; else one item that is unknown makes the whole unknown. */
#include "daemon/core/equal.h"

#include "daemon/core/array.h"
#include "daemon/core/cell.h"
#include "daemon/core/dict.h"
#include "daemon/core/list.h"
#include "daemon/core/set.h"
#include "daemon/core/store.h"

/* Takes one more item into account; false when the answer is there. */
static bool
equal_and(enum value_same *all, enum value_same one)
{
	if (one != VALUE_SAME)
		*all = one;
	return one != VALUE_DIFFERENT;
}

static enum value_same
equal_blobs(const struct blob *a, const struct blob *b)
{
	struct value left = store_value(a), right = store_value(b);

	return value_equal(&left, &right);
}

static enum value_same
equal_lists(const struct list *a, const struct list *b, uint64_t count)
{
	enum value_same all = VALUE_SAME;

	for (int64_t i = 0; i < (int64_t)count; i++) {
		if (!equal_and(&all, equal_blobs(list_get(a, i), list_get(b, i))))
			break;
	}
	return all;
}

/* A key that is not there may be one of the opaque ones, if there are any. */
static enum value_same
equal_missing(bool has_opaque)
{
	return has_opaque ? VALUE_UNKNOWN : VALUE_DIFFERENT;
}

static enum value_same
equal_dicts(const struct dict *a, const struct dict *b)
{
	bool has_opaque = dict_opaque(a) && dict_opaque(b);
	enum value_same all = VALUE_SAME;
	struct map_entry *entry;
	uint32_t position = 0;

	while ((entry = map_next(dict_entries(a), &position))) {
		struct value key = store_value(entry->key);
		const struct blob *other = dict_get(b, &key);

		if (!equal_and(&all, other ? equal_blobs(entry->value, other) : equal_missing(has_opaque)))
			break;
	}
	return all;
}

static enum concur_status
equal_sets(struct core *core, const struct set *a, const struct set *b, enum value_same *ret)
{
	bool same;
	enum concur_status status = set_ask(core, a, SET_IS_EQUAL, set_items(b), &same);

	*ret = same ? VALUE_SAME : equal_missing(set_opaque(a) && set_opaque(b));
	return status;
}

static enum value_same
equal_arrays(const struct array *a, const struct array *b)
{
	uint8_t rooms[2][VALUE_SCALAR_MAX];
	struct value left, right;

	for (int64_t i = 0; i < (int64_t)array_len(a); i++) {
		(void)array_get(a, i, rooms[0], &left);
		(void)array_get(b, i, rooms[1], &right);
		if (value_equal(&left, &right) != VALUE_SAME)
			return VALUE_DIFFERENT;
	}
	return VALUE_SAME;
}

static enum concur_status
equal_check_work(struct core *core, uint64_t items)
{
	return items > core->limits->sort_max ? core_limit(core, CONCUR_TOO_LARGE, "sort_max") : CONCUR_OK;
}

enum concur_status
equal_objects(struct core *core, const struct object *a, const struct object *b, enum value_same *ret)
{
	const uint32_t comparable = KIND_BIT(KIND_DICT) | KIND_BIT(KIND_NAMESPACE) | KIND_BIT(KIND_LIST) |
	    KIND_BIT(KIND_SET) | KIND_BIT(KIND_ARRAY) | KIND_BIT(KIND_CELL);
	uint64_t count = a->kind->len(a);
	enum concur_status status;

	if (!(KIND_BIT(a->kind->id) & comparable))
		return CONCUR_TYPE_ERROR;
	*ret = VALUE_DIFFERENT;
	if (a->kind != b->kind || count != b->kind->len(b))
		return CONCUR_OK;
	status = equal_check_work(core, count);
	if (status != CONCUR_OK)
		return status;
	switch (a->kind->id) {
	case KIND_LIST:
		*ret = equal_lists((const struct list *)a, (const struct list *)b, count);
		break;
	case KIND_SET:
		return equal_sets(core, (const struct set *)a, (const struct set *)b, ret);
	case KIND_ARRAY:
		*ret = equal_arrays((const struct array *)a, (const struct array *)b);
		break;
	case KIND_CELL:
		*ret = equal_blobs(cell_get((const struct cell *)a), cell_get((const struct cell *)b));
		break;
	default:
		*ret = equal_dicts((const struct dict *)a, (const struct dict *)b);
	}
	return CONCUR_OK;
}

/* -- values ------------------------------------------------------------------------------------------------------ */

static enum value_same
equal_list_value(const struct list *list, const struct value *value)
{
	enum value_same all = VALUE_SAME;
	struct value_walk walk;
	struct value item, have;
	const struct blob *blob;
	int64_t at = 0;

	value_walk_begin(&walk, value);
	while (value_walk_next(&walk, &item)) {
		blob = list_get(list, at++);
		if (!blob)
			return VALUE_DIFFERENT;
		have = store_value(blob);
		if (!equal_and(&all, value_equal(&have, &item)))
			return VALUE_DIFFERENT;
	}
	return list_get(list, at) ? VALUE_DIFFERENT : all;
}

/* Keys that are there twice in the value are one too many. */
static enum value_same
equal_dict_value(const struct dict *dict, const struct value *value)
{
	enum value_same all = VALUE_SAME;
	struct value_walk walk;
	struct value key, item, have;
	const struct blob *blob;
	size_t count = 0;

	value_walk_begin(&walk, value);
	while (value_walk_next(&walk, &key) && value_walk_next(&walk, &item)) {
		blob = dict_get(dict, &key);
		count++;
		if (!blob && !equal_and(&all, equal_missing(dict_opaque(dict) && value_has_opaque(&key))))
			return VALUE_DIFFERENT;
		if (!blob)
			continue;
		have = store_value(blob);
		if (!equal_and(&all, value_equal(&have, &item)))
			return VALUE_DIFFERENT;
	}
	return count == map_count(dict_entries(dict)) ? all : VALUE_DIFFERENT;
}

static enum concur_status
equal_array_value(const struct array *array, const struct value *value, enum value_same *ret)
{
	struct blob *items = array_slice(array, 0, array_len(array), 1);
	struct value have;

	if (!items)
		return CONCUR_NO_MEMORY;
	have = store_value(items);
	*ret = value_equal(&have, value);
	blob_unref(items);
	return CONCUR_OK;
}

enum concur_status
equal_value(struct core *core, const struct object *object, const struct value *value, enum value_same *ret)
{
	enum kind_id kind = object->kind->id;
	enum concur_status status = equal_check_work(core, object->kind->len(object));
	struct value have;

	if (status != CONCUR_OK)
		return status;
	if (kind == KIND_LIST && value->kind == VALUE_LIST) {
		*ret = equal_list_value((const struct list *)object, value);
	} else if ((kind == KIND_DICT || kind == KIND_NAMESPACE) && value->kind == VALUE_MAP) {
		*ret = equal_dict_value((const struct dict *)object, value);
	} else if (kind == KIND_ARRAY && value->kind == VALUE_ARRAY) {
		return equal_array_value((const struct array *)object, value, ret);
	} else if (kind == KIND_CELL) {
		have = store_value(cell_get((const struct cell *)object));
		*ret = value_equal(&have, value);
	} else {
		return CONCUR_TYPE_ERROR;
	}
	return CONCUR_OK;
}
