/* Values: changing one item deep inside.
 *
 * What is written is, from the outside in, what stands in front of the place and the head of what is in it, then the
 * item, then from the inside out what stands behind. Heads hold lengths, so sizes are counted first, from the inside
 * out. */
#include "value_edit.h"

#include "value_wire.h"

#include <assert.h>

static int64_t
edit_count(const struct value *sequence)
{
	struct value_walk walk;
	struct value ignored;
	int64_t count = 0;

	value_walk_begin(&walk, sequence);
	while (value_walk_next(&walk, &ignored))
		count++;
	return count;
}

static enum concur_status
edit_find_item(const struct value *sequence, int64_t index, struct value_place *ret, struct value *ret_item)
{
	struct value_walk walk;

	if (index < 0)
		index += edit_count(sequence);
	if (index < 0)
		return CONCUR_INDEX_ERROR;
	value_walk_begin(&walk, sequence);
	do {
		ret->from = (size_t)(walk.at - sequence->data);
		if (!value_walk_next(&walk, ret_item))
			return CONCUR_INDEX_ERROR;
	} while (index-- > 0);
	ret->to = (size_t)(walk.at - sequence->data);
	return CONCUR_OK;
}

/* As keys, a NaN is the one of the same bytes. */
static bool
edit_is_key(const struct value *a, const struct value *b)
{
	return value_identical(a, b) || value_equal(a, b) == VALUE_SAME;
}

static enum concur_status
edit_find_pair(const struct value *map, const struct value *key, struct value_place *ret, struct value *ret_item)
{
	struct value have, value;
	struct value_walk walk;
	bool is_unsure = false;

	ret->from = ret->to = map->size;
	ret->key = *key;
	*ret_item = (struct value){ 0 };
	value_walk_begin(&walk, map);
	for (size_t from = 0; value_walk_next(&walk, &have); from = (size_t)(walk.at - map->data)) {
		value_walk_next(&walk, &value);
		is_unsure |= value_equal(&have, key) == VALUE_UNKNOWN;
		if (!edit_is_key(&have, key))
			continue;
		ret->twins += ret->to - ret->from;
		ret->from = from;
		ret->to = (size_t)(walk.at - map->data);
		ret->key = have;
		*ret_item = value;
	}
	return is_unsure && ret_item->kind == VALUE_NONE ? CONCUR_NEEDS_COMPARE : CONCUR_OK;
}

enum concur_status
value_edit_find(const struct value *container, const struct value *step, struct value_place *ret,
    struct value *ret_item)
{
	*ret = (struct value_place){ .container = *container };
	if (container->kind == VALUE_MAP)
		return edit_find_pair(container, step, ret, ret_item);
	if (container->kind != VALUE_LIST && container->kind != VALUE_TUPLE)
		return CONCUR_TYPE_ERROR;
	if (step->kind != VALUE_INTEGER && step->kind != VALUE_BOOLEAN)
		return CONCUR_TYPE_ERROR;
	return edit_find_item(container, value_integer(step), ret, ret_item);
}

/* Bytes of a field that holds so many. */
static size_t
edit_field_size(size_t size)
{
	return 1 + value_varint_size(size) + size;
}

/* Bytes of what stands in a pair of the place when its value is encoded in so many. */
static size_t
edit_pair_size(const struct value_place *place, size_t encoded)
{
	return edit_field_size(value_encoded_size(place->key.kind, place->key.size)) + edit_field_size(encoded);
}

size_t
value_edit_measure(struct value_place *places, size_t count, const struct value *item)
{
	size_t encoded = item ? value_encoded_size(item->kind, item->size) : 0;

	assert(count > 0);
	for (size_t i = count; i--;) {
		struct value_place *place = &places[i];
		bool is_pair = place->container.kind == VALUE_MAP;

		place->size = place->container.size - (place->to - place->from) - place->twins;
		if (item || i < count - 1)
			place->size += edit_field_size(is_pair ? edit_pair_size(place, encoded) : encoded);
		encoded = value_encoded_size(place->container.kind, place->size);
	}
	return places[0].size;
}

/* What stands in front of the place, but for its twins. */
static uint8_t *
edit_write_before(uint8_t *to, const struct value_place *place)
{
	const uint8_t *from = place->container.data, *end = from + place->from;
	struct value_walk walk = { .at = from, .end = end, .pairs = true };
	struct value key, value;

	if (place->twins == 0) {
		memcpy(to, from, place->from);
		return to + place->from;
	}
	for (; value_walk_next(&walk, &key); from = walk.at) {
		value_walk_next(&walk, &value);
		if (edit_is_key(&key, &place->key))
			continue;
		memcpy(to, from, (size_t)(walk.at - from));
		to += walk.at - from;
	}
	return to;
}

/* All that stands in front of the payload of what is in the place. */
static uint8_t *
edit_write_head(uint8_t *to, const struct value_place *place, enum value_kind kind, size_t payload)
{
	size_t encoded = value_encoded_size(kind, payload);

	*to++ = WIRE_ITEM;
	if (place->container.kind == VALUE_MAP) {
		to = value_varint_write(to, edit_pair_size(place, encoded));
		*to++ = WIRE_PAIR_KEY;
		to = value_varint_write(to, value_encoded_size(place->key.kind, place->key.size));
		to = value_encode(to, &place->key);
		*to++ = WIRE_PAIR_VALUE;
	}
	to = value_varint_write(to, encoded);
	return value_encode_head(to, kind, payload);
}

void
value_edit_write(uint8_t *to, const struct value_place *places, size_t count, const struct value *item)
{
	const uint8_t *end = to + places[0].size;

	for (size_t i = 0; i < count; i++) {
		to = edit_write_before(to, &places[i]);
		if (i < count - 1)
			to = edit_write_head(to, &places[i], places[i + 1].container.kind, places[i + 1].size);
	}
	if (item) {
		to = edit_write_head(to, &places[count - 1], item->kind, item->size);
		memcpy(to, item->data, item->size);
		to += item->size;
	}
	for (size_t i = count; i--;) {
		size_t behind = places[i].container.size - places[i].to;

		memcpy(to, places[i].container.data + places[i].to, behind);
		to += behind;
	}
	assert(to == end);
}

bool
value_edit_is_within(const struct value *value, unsigned depth_max)
{
	struct value_walk walk;
	struct value inner;

	if (depth_max == 0)
		return false;
	if (value->kind != VALUE_LIST && value->kind != VALUE_TUPLE && value->kind != VALUE_MAP)
		return true;
	/* An empty container has a depth of 1 like a scalar. */
	value_walk_begin(&walk, value);
	while (value_walk_next(&walk, &inner)) {
		if (!value_edit_is_within(&inner, depth_max - 1))
			return false;
	}
	return true;
}
