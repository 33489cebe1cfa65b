/* The array: segments of items as bytes, little-endian.
 *
 * A segment that is not there holds zeros; it is made when it is first written to, so that a large array is made and
 * freed in small steps. All of it is counted from the start all the same. Copies share segments, and whoever writes
 * takes its own of one that is shared. */
#include "daemon/core/array.h"

#include "daemon/core/store.h"

enum { ARRAY_SEGMENT = 64 * 1024 }; /* bytes; a whole number of items of any size */

struct array_segment {
	uint32_t refs;
	uint8_t items[ARRAY_SEGMENT];
};

struct array {
	struct object object;
	uint32_t typecode;
	size_t size;  /* bytes of an item */
	size_t count; /* items */
	struct array_segment **segments;
	size_t used; /* segments not yet freed */
};

static const uint8_t array_zeros[TYPECODE_ITEM_MAX];

static struct array *
array_of(struct object *object)
{
	return LINK_ENTRY(object, struct array, object);
}

size_t
array_len(const struct array *array)
{
	return array->count;
}

uint32_t
array_typecode(const struct array *array)
{
	return array->typecode;
}

/* -- items ------------------------------------------------------------------------------------------------------- */

static const uint8_t *
array_at(const struct array *array, size_t index)
{
	const struct array_segment *segment = array->segments[index * array->size / ARRAY_SEGMENT];

	return segment ? segment->items + index * array->size % ARRAY_SEGMENT : array_zeros;
}

/* The array's own segment with that item; false if there is no memory. */
static bool
array_own(struct array *array, size_t index)
{
	struct array_segment **place = &array->segments[index * array->size / ARRAY_SEGMENT], *own;

	if (*place && (*place)->refs == 1)
		return true;
	own = *place ? malloc(sizeof *own) : calloc(1, sizeof *own);
	if (!own)
		return false;
	if (*place) {
		memcpy(own->items, (*place)->items, ARRAY_SEGMENT);
		(*place)->refs--;
	}
	own->refs = 1;
	*place = own;
	return true;
}

/* The item to write to, in a segment of the array's own; NULL if there is no memory. */
static uint8_t *
array_to_write(struct array *array, size_t index)
{
	if (!array_own(array, index))
		return NULL;
	return array->segments[index * array->size / ARRAY_SEGMENT]->items + index * array->size % ARRAY_SEGMENT;
}

static bool
array_place(const struct array *array, int64_t index, size_t *ret)
{
	if (index < 0)
		index += (int64_t)array->count;
	*ret = (size_t)index;
	return index >= 0 && (size_t)index < array->count;
}

enum concur_status
array_get(const struct array *array, int64_t index, uint8_t *room, struct value *ret)
{
	size_t at;

	if (!array_place(array, index, &at))
		return CONCUR_INDEX_ERROR;
	typecode_read(array->typecode, array_at(array, at), room, ret);
	return CONCUR_OK;
}

/* Puts new bytes in an item's place. */
static enum concur_status
array_put(struct core *core, struct array *array, size_t at, const uint8_t *bytes)
{
	uint8_t *item = array_to_write(array, at);

	if (!item)
		return CONCUR_NO_MEMORY;
	memcpy(item, bytes, array->size);
	object_changed(core, &array->object);
	return CONCUR_OK;
}

enum concur_status
array_set(struct core *core, struct array *array, int64_t index, const struct value *value)
{
	uint8_t bytes[TYPECODE_ITEM_MAX];
	enum concur_status status;
	size_t at;

	if (!array_place(array, index, &at))
		return CONCUR_INDEX_ERROR;
	status = typecode_write(array->typecode, value, bytes);
	return status == CONCUR_OK ? array_put(core, array, at, bytes) : status;
}

enum concur_status
array_exchange(struct core *core, struct array *array, int64_t index, const struct value *value, uint8_t *room,
    struct value *ret)
{
	enum concur_status status = array_get(array, index, room, ret);

	return status == CONCUR_OK ? array_set(core, array, index, value) : status;
}

enum concur_status
array_change(struct core *core, struct array *array, int64_t index, enum typecode_operation operation,
    const struct value *operand, uint8_t *room, struct value *ret)
{
	uint8_t bytes[TYPECODE_ITEM_MAX];
	enum concur_status status;
	size_t at;

	if (!array_place(array, index, &at))
		return CONCUR_INDEX_ERROR;
	memcpy(bytes, array_at(array, at), array->size);
	status = typecode_change(array->typecode, bytes, operation, operand);
	if (status != CONCUR_OK)
		return status;
	typecode_read(array->typecode, bytes, room, ret);
	return array_put(core, array, at, bytes);
}

enum concur_status
array_compare_exchange(struct core *core, struct array *array, int64_t index, const struct value *expected,
    const struct value *value, uint8_t *room, struct value *ret, enum outcome *ret_outcome)
{
	enum concur_status status = array_get(array, index, room, ret);

	*ret_outcome = OUTCOME_CHANGED;
	/* An opaque value is never a number. */
	if (status != CONCUR_OK || value_equal(ret, expected) != VALUE_SAME)
		return status;
	*ret_outcome = OUTCOME_DONE;
	status = array_set(core, array, index, value);
	return status == CONCUR_OK ? array_get(array, index, room, ret) : status;
}

/* -- slices ------------------------------------------------------------------------------------------------------ */

/* An ARRAY value with room for so many items: typecode and items are its two fields. */
static struct blob *
array_value(const struct array *array, size_t count, uint8_t **ret_items)
{
	enum { TYPECODE_TAG = 1 << 3 | 0, ITEMS_TAG = 2 << 3 | 2 };
	size_t size = count * array->size, head = size ? 3 + value_varint_size(size) : 2;
	uint8_t *data;
	struct blob *blob = blob_alloc(VALUE_ARRAY, head + size, &data);

	if (!blob)
		return NULL;
	*data++ = TYPECODE_TAG;
	*data++ = (uint8_t)array->typecode;
	if (size) {
		*data++ = ITEMS_TAG;
		data = value_varint_write(data, size);
	}
	*ret_items = data;
	return blob;
}

struct blob *
array_slice(const struct array *array, size_t first, size_t count, int64_t step)
{
	uint8_t *to;
	struct blob *blob = array_value(array, count, &to);

	for (size_t i = 0; blob && i < count; i++, to += array->size)
		memcpy(to, array_at(array, (size_t)((int64_t)first + (int64_t)i * step)), array->size);
	return blob;
}

enum concur_status
array_set_slice(struct core *core, struct array *array, const struct list_slice *slice, const struct value *value)
{
	struct value_array from;
	enum concur_status status;
	size_t first, count;

	if (value->kind != VALUE_ARRAY)
		return CONCUR_TYPE_ERROR;
	value_array(value, &from);
	if (from.typecode != array->typecode)
		return CONCUR_TYPE_ERROR;
	status = list_slice_indexes_of(array->count, slice, &first, &count);
	if (status == CONCUR_OK && from.size != count * array->size)
		status = CONCUR_VALUE_ERROR;
	if (status == CONCUR_OK && count > core->limits->move_max)
		status = core_limit(core, CONCUR_TOO_LARGE, "move_max");
	/* Whatever can fail comes first. */
	for (size_t i = 0; status == CONCUR_OK && i < count; i++) {
		if (!array_own(array, (size_t)((int64_t)first + (int64_t)i * slice->step)))
			status = CONCUR_NO_MEMORY;
	}
	if (status != CONCUR_OK || count == 0)
		return status;
	for (size_t i = 0; i < count; i++)
		memcpy(array_to_write(array, (size_t)((int64_t)first + (int64_t)i * slice->step)),
		    from.items + i * array->size, array->size);
	object_changed(core, &array->object);
	return CONCUR_OK;
}

/* -- the kind ---------------------------------------------------------------------------------------------------- */

/* The items of a list, one by one. */
static enum concur_status
array_fill_from_list(struct array *array, const struct value *list)
{
	uint8_t bytes[TYPECODE_ITEM_MAX], *to;
	struct value_walk walk;
	struct value item;
	size_t at = 0;

	value_walk_begin(&walk, list);
	while (value_walk_next(&walk, &item)) {
		enum concur_status status = typecode_write(array->typecode, &item, bytes);

		if (status != CONCUR_OK)
			return status;
		to = array_to_write(array, at++);
		if (!to)
			return CONCUR_NO_MEMORY;
		memcpy(to, bytes, array->size);
	}
	return CONCUR_OK;
}

static enum concur_status
array_fill_from_array(struct array *array, const struct value *value)
{
	size_t items = ARRAY_SEGMENT / array->size; /* in a segment */
	struct value_array from;

	value_array(value, &from);
	for (size_t at = 0; at < array->count; at += items) {
		size_t count = array->count - at < items ? array->count - at : items;
		uint8_t *to = array_to_write(array, at);

		if (!to)
			return CONCUR_NO_MEMORY;
		memcpy(to, from.items + at * array->size, count * array->size);
	}
	return CONCUR_OK;
}

/* How many items, of which typecode, there are to be. */
static enum concur_status
array_shape(struct array *array, const struct object_options *options)
{
	struct value_walk walk;
	struct value_array from;
	struct value item;

	array->typecode = options->typecode;
	array->count = options->value || options->count < 0 ? 0 : (size_t)options->count;
	if (options->value && options->value->kind == VALUE_ARRAY) {
		value_array(options->value, &from);
		if (options->typecode && options->typecode != from.typecode)
			return CONCUR_TYPE_ERROR;
		array->typecode = from.typecode;
		array->count = from.size / value_item_size(from.typecode);
	} else if (options->value && options->value->kind == VALUE_LIST) {
		value_walk_begin(&walk, options->value);
		while (value_walk_next(&walk, &item))
			array->count++;
	} else if (options->value) {
		return CONCUR_TYPE_ERROR;
	}
	array->size = value_item_size(array->typecode);
	return array->size && options->count >= 0 ? CONCUR_OK : CONCUR_VALUE_ERROR;
}

static bool
array_step(struct core *core, struct object *object, size_t *steps)
{
	struct array *array = array_of(object);

	(void)core;
	for (; array->used && *steps; --*steps) {
		struct array_segment *segment = array->segments[--array->used];

		if (segment && --segment->refs == 0)
			free(segment);
	}
	if (array->used)
		return false;
	free(array->segments);
	array->segments = NULL;
	return true;
}

static enum concur_status
array_make_room(struct core *core, struct array *array)
{
	if (array->count > core->limits->container_max)
		return core_limit(core, CONCUR_LIMIT, "container_max");
	if (core_has_no_room(core, array->count * array->size))
		return core_limit(core, CONCUR_LIMIT, "memory_max");
	array->used = (array->count * array->size + ARRAY_SEGMENT - 1) / ARRAY_SEGMENT;
	array->segments = calloc(array->used + 1, sizeof *array->segments);
	return array->segments ? CONCUR_OK : CONCUR_NO_MEMORY;
}

static enum concur_status
array_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct array *array = array_of(object);
	enum concur_status status = array_shape(array, options);
	size_t steps = SIZE_MAX;

	if (status == CONCUR_OK)
		status = array_make_room(core, array);
	if (status == CONCUR_OK && options->value)
		status = options->value->kind == VALUE_LIST ? array_fill_from_list(array, options->value)
							    : array_fill_from_array(array, options->value);
	if (status != CONCUR_OK) {
		(void)array_step(core, object, &steps);
		return status;
	}
	object->bytes = array->count * array->size;
	object_changed(core, object);
	return CONCUR_OK;
}

static void
array_end(struct core *core, struct object *object)
{
	(void)core, (void)object;
}

static size_t
array_footprint(const struct object *object)
{
	const struct array *array = LINK_ENTRY(object, const struct array, object);

	return array->count * array->size;
}

static uint64_t
array_kind_len(const struct object *object)
{
	return LINK_ENTRY(object, const struct array, object)->count;
}

static enum concur_status
array_copy(struct core *core, struct object *object, struct object *original)
{
	struct array *array = array_of(object), *from = array_of(original);
	enum concur_status status;

	array->typecode = from->typecode;
	array->size = from->size;
	array->count = from->count;
	status = array_make_room(core, array);
	for (size_t i = 0; status == CONCUR_OK && i < array->used; i++) {
		array->segments[i] = from->segments[i];
		if (array->segments[i])
			array->segments[i]->refs++;
	}
	return status;
}

static void
array_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	say(arg, "typecode", LINK_ENTRY(object, const struct array, object)->typecode);
}

const struct kind array_kind = {
	.id = KIND_ARRAY,
	.name = "array",
	.size = sizeof(struct array),
	.init = array_init,
	.end = array_end,
	.step = array_step,
	.len = array_kind_len,
	.footprint = array_footprint,
	.copy = array_copy,
	.details = array_details,
};
