/* Values: making scalars, adding them, and writing the encoding.
 *
 * What is written here passes value_check. */
#include "value.h"

#include "frame.h"
#include "value_wire.h"

#include <assert.h>

uint8_t *
value_varint_write_slow(uint8_t *to, uint64_t number)
{
	while (number >= 0x80) {
		*to++ = (uint8_t)(number | 0x80);
		number >>= 7;
	}
	*to++ = (uint8_t)number;
	return to;
}

static void
value_set_varint(struct value *ret, uint8_t *room, enum value_kind kind, uint64_t number)
{
	uint8_t *end = value_varint_write(room, number);

	*ret = (struct value){ .kind = kind, .data = room, .size = (size_t)(end - room) };
}

void
value_set_null(struct value *ret, uint8_t *room)
{
	value_set_varint(ret, room, VALUE_NULL, 1);
}

void
value_set_boolean(struct value *ret, uint8_t *room, bool from)
{
	value_set_varint(ret, room, VALUE_BOOLEAN, from);
}

void
value_set_integer(struct value *ret, uint8_t *room, int64_t from)
{
	uint64_t sign = from < 0 ? UINT64_MAX : 0;

	value_set_varint(ret, room, VALUE_INTEGER, (uint64_t)from << 1 ^ sign);
}

void
value_set_number(struct value *ret, uint8_t *room, double from)
{
	uint64_t bits;

	memcpy(&bits, &from, sizeof bits);
	uint8_t *end = frame_u64_write(room, bits);
	*ret = (struct value){ .kind = VALUE_NUMBER, .data = room, .size = (size_t)(end - room) };
}

void
value_set_reference(struct value *ret, uint8_t *room, uint64_t object, uint32_t kind)
{
	uint8_t *end = room;

	*end++ = WIRE_REFERENCE_OBJECT;
	end = value_varint_write(end, object);
	*end++ = WIRE_REFERENCE_KIND;
	end = value_varint_write(end, kind);
	*ret = (struct value){ .kind = VALUE_OBJECT, .data = room, .size = (size_t)(end - room) };
}

static bool
value_is_numeric(const struct value *value)
{
	return value->kind >= VALUE_BOOLEAN && value->kind <= VALUE_NUMBER;
}

static double
value_as_double(const struct value *value)
{
	return value->kind == VALUE_NUMBER ? value_number(value) : (double)value_integer(value);
}

static enum concur_status
value_check_sum(const struct value *a, const struct value *b)
{
	if (!value_is_numeric(a) || !value_is_numeric(b))
		return CONCUR_TYPE_ERROR;
	return a->kind == VALUE_BIG || b->kind == VALUE_BIG ? CONCUR_OVERFLOW : CONCUR_OK;
}

enum concur_status
value_subtract(const struct value *a, const struct value *b, uint8_t *room, struct value *ret)
{
	enum concur_status status = value_check_sum(a, b);
	int64_t difference;

	if (status != CONCUR_OK)
		return status;
	if (a->kind == VALUE_NUMBER || b->kind == VALUE_NUMBER) {
		value_set_number(ret, room, value_as_double(a) - value_as_double(b));
		return CONCUR_OK;
	}
	if (__builtin_sub_overflow(value_integer(a), value_integer(b), &difference))
		return CONCUR_OVERFLOW;
	value_set_integer(ret, room, difference);
	return CONCUR_OK;
}

enum concur_status
value_add(const struct value *a, const struct value *b, uint8_t *room, struct value *ret)
{
	enum concur_status status = value_check_sum(a, b);
	int64_t sum;

	if (status != CONCUR_OK)
		return status;
	if (a->kind == VALUE_NUMBER || b->kind == VALUE_NUMBER) {
		value_set_number(ret, room, value_as_double(a) + value_as_double(b));
		return CONCUR_OK;
	}
	if (__builtin_add_overflow(value_integer(a), value_integer(b), &sum))
		return CONCUR_OVERFLOW;
	value_set_integer(ret, room, sum);
	return CONCUR_OK;
}

uint8_t *
value_encode(uint8_t *to, const struct value *value)
{
	assert(value->kind > VALUE_NONE && value->kind <= VALUE_OPAQUE);
	to = value_encode_head(to, value->kind, value->size);
	if (value->size > 0)
		memcpy(to, value->data, value->size);
	return to + value->size;
}
