/* Values on their way out.
 *
 * protobuf wants the length of a message before its contents, so the size of what a container holds is computed at each
 * level again: quadratic in the depth, which is limited, and without an allocation. */
#include "values.h"

#include "error.h"
#include "lib/value.h"

enum {
	FIELD_ITEM = 0x0a,     /* Sequence.items, Mapping.pairs, Pair.key: field 1, with a length */
	FIELD_SECOND = 0x12,   /* Pair.value, TypedArray.items, Opaque.data: field 2, with a length */
	FIELD_THIRD = 0x1a,    /* Opaque.references: field 3, with a length (packed) */
	FIELD_TYPECODE = 0x08, /* TypedArray.typecode, Reference.object: field 1, a number */
	FIELD_KIND = 0x10,     /* Reference.kind: field 2, a number */
};

static size_t
sized(size_t size)
{
	return 1 + value_varint_size(size) + size;
}

/* Fields that have their default, nothing or 0, are left out. */
static size_t
bytes_size(size_t size)
{
	return size ? sized(size) : 0;
}

static size_t
number_size(uint64_t number)
{
	return number ? 1 + value_varint_size(number) : 0;
}

static uint8_t *
put_head(uint8_t *to, uint8_t field, size_t size)
{
	*to++ = field;
	return value_varint_write(to, size);
}

static uint8_t *
put_bytes(uint8_t *to, uint8_t field, const void *bytes, size_t size)
{
	if (size == 0)
		return to;
	to = put_head(to, field, size);
	memcpy(to, bytes, size);
	return to + size;
}

static uint8_t *
put_number(uint8_t *to, uint8_t field, uint64_t number)
{
	if (number == 0)
		return to;
	*to++ = field;
	return value_varint_write(to, number);
}

/* A view of a value without parts. */
static struct value
scalar(const struct concur_value *value, uint8_t *room)
{
	struct value view = { (enum value_kind)value->kind, (const uint8_t *)value->bytes, value->size };

	switch (value->kind) {
	case CONCUR_VALUE_NULL:
		value_set_null(&view, room);
		break;
	case CONCUR_VALUE_BOOLEAN:
		value_set_boolean(&view, room, value->boolean);
		break;
	case CONCUR_VALUE_INTEGER:
		value_set_integer(&view, room, value->integer);
		break;
	case CONCUR_VALUE_NUMBER:
		value_set_number(&view, room, value->number);
		break;
	default: /* TEXT, DATA, BIG: as they are */
		break;
	}
	return view;
}

static size_t measured(const struct concur_value *value);

static size_t
pair_size(const struct concur_value *pair)
{
	return sized(measured(&pair[0])) + sized(measured(&pair[1]));
}

static size_t
references_size(const struct concur_opaque *opaque)
{
	size_t size = 0;

	for (size_t i = 0; i < opaque->count; i++)
		size += value_varint_size(opaque->references[i]);
	return size;
}

static size_t
opaque_size(const struct concur_opaque *opaque)
{
	return bytes_size(strlen(opaque->codec)) + bytes_size(opaque->size) + bytes_size(references_size(opaque));
}

/* Bytes of the payload of a value that has parts. */
static size_t
payload_size(const struct concur_value *value)
{
	size_t size = 0;

	switch (value->kind) {
	case CONCUR_VALUE_LIST:
	case CONCUR_VALUE_TUPLE:
		for (size_t i = 0; i < value->count; i++)
			size += sized(measured(&value->items[i]));
		return size;
	case CONCUR_VALUE_MAP:
		for (size_t i = 0; i + 1 < value->count; i += 2)
			size += sized(pair_size(&value->items[i]));
		return size;
	case CONCUR_VALUE_ARRAY:
		return number_size(value->tag) + bytes_size(value->size);
	case CONCUR_VALUE_OBJECT:
		return number_size(value->object) + number_size(value->tag);
	default:
		return opaque_size(value->opaque);
	}
}

static size_t
measured(const struct concur_value *value)
{
	uint8_t room[VALUE_SCALAR_MAX];

	if (value->kind < CONCUR_VALUE_LIST)
		return value_encoded_size((enum value_kind)value->kind, scalar(value, room).size);
	return value_encoded_size((enum value_kind)value->kind, payload_size(value));
}

static enum concur_status
check(const struct concur_value *value, unsigned depth)
{
	enum concur_status status = CONCUR_OK;

	if (value->kind <= CONCUR_VALUE_NONE || value->kind > CONCUR_VALUE_OPAQUE)
		return error_set(CONCUR_BAD_VALUE, "no value: its kind is %d", (int)value->kind);
	if (depth == 0)
		return error_set(CONCUR_TOO_LARGE, "the value is nested deeper than the daemon's depth_max");
	if (value->kind == CONCUR_VALUE_MAP && value->count % 2)
		return error_set(CONCUR_BAD_VALUE, "a map of %zu items: they must alternate, key and value",
		    value->count);
	if (value->kind == CONCUR_VALUE_OPAQUE && !(value->opaque && value->opaque->codec))
		return error_set(CONCUR_BAD_VALUE, "an opaque value must name its codec");
	if (value->kind < CONCUR_VALUE_LIST || value->kind > CONCUR_VALUE_MAP)
		return CONCUR_OK;
	for (size_t i = 0; i < value->count && status == CONCUR_OK; i++)
		status = check(&value->items[i], depth - 1);
	return status;
}

enum concur_status
values_measure(const struct concur_value *value, unsigned depth_max, size_t *ret_size)
{
	enum concur_status status = check(value, depth_max);

	if (status == CONCUR_OK)
		*ret_size = measured(value);
	return status;
}

static uint8_t *
put_value(uint8_t *to, uint8_t field, const struct concur_value *value)
{
	return values_encode(put_head(to, field, measured(value)), value);
}

static uint8_t *
put_pair(uint8_t *to, const struct concur_value *pair)
{
	to = put_head(to, FIELD_ITEM, pair_size(pair));
	to = put_value(to, FIELD_ITEM, &pair[0]);
	return put_value(to, FIELD_SECOND, &pair[1]);
}

static uint8_t *
put_opaque(uint8_t *to, const struct concur_opaque *opaque)
{
	to = put_bytes(to, FIELD_ITEM, opaque->codec, strlen(opaque->codec));
	to = put_bytes(to, FIELD_SECOND, opaque->data, opaque->size);
	if (opaque->count)
		to = put_head(to, FIELD_THIRD, references_size(opaque));
	for (size_t i = 0; i < opaque->count; i++)
		to = value_varint_write(to, opaque->references[i]);
	return to;
}

static uint8_t *
put_payload(uint8_t *to, const struct concur_value *value)
{
	switch (value->kind) {
	case CONCUR_VALUE_LIST:
	case CONCUR_VALUE_TUPLE:
		for (size_t i = 0; i < value->count; i++)
			to = put_value(to, FIELD_ITEM, &value->items[i]);
		return to;
	case CONCUR_VALUE_MAP:
		for (size_t i = 0; i + 1 < value->count; i += 2)
			to = put_pair(to, &value->items[i]);
		return to;
	case CONCUR_VALUE_ARRAY:
		to = put_number(to, FIELD_TYPECODE, value->tag);
		return put_bytes(to, FIELD_SECOND, value->bytes, value->size);
	case CONCUR_VALUE_OBJECT:
		to = put_number(to, FIELD_TYPECODE, value->object);
		return put_number(to, FIELD_KIND, value->tag);
	default:
		return put_opaque(to, value->opaque);
	}
}

uint8_t *
values_encode(uint8_t *to, const struct concur_value *value)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value view;

	if (value->kind < CONCUR_VALUE_LIST) {
		view = scalar(value, room);
		return value_encode(to, &view);
	}
	return put_payload(value_encode_head(to, (enum value_kind)value->kind, payload_size(value)), value);
}
