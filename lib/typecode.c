/* Typecodes. Integers are worked on in 128 bits, where those of all typecodes and their sums fit. */
#include "typecode.h"

#include "frame.h"

#include <assert.h>

/* A number on its way to or from an item. */
struct typecode_number {
	bool is_real;
	__int128 whole;
	double real;
};

static bool
typecode_is_unsigned(uint32_t typecode)
{
	return typecode >= 'A' && typecode <= 'Z';
}

/* The least and the greatest integer of the typecode. */
static void
typecode_range(uint32_t typecode, __int128 *ret_least, __int128 *ret_greatest)
{
	unsigned bits = (unsigned)value_item_size(typecode) * 8;
	__int128 one = 1;

	*ret_least = typecode_is_unsigned(typecode) ? 0 : -(one << (bits - 1));
	*ret_greatest = typecode_is_unsigned(typecode) ? (one << bits) - 1 : (one << (bits - 1)) - 1;
}

void
typecode_bounds(uint32_t typecode, int64_t *ret_least, uint64_t *ret_greatest)
{
	__int128 least, greatest;

	typecode_range(typecode, &least, &greatest);
	*ret_least = (int64_t)least;
	*ret_greatest = (uint64_t)greatest;
}

/* A big integer that is no larger than 16 bytes, or false: two's complement, little-endian. */
static bool
typecode_whole_of_big(const struct value *value, __int128 *ret)
{
	unsigned __int128 bits = value->data[value->size - 1] & 0x80 ? ~(unsigned __int128)0 : 0;

	if (value->size > sizeof bits)
		return false;
	for (size_t i = value->size; i-- > 0;)
		bits = bits << 8 | value->data[i];
	*ret = (__int128)bits;
	return true;
}

/* Of any size; an infinity past the range of doubles. Not rounded to the nearest as a whole, but to a bit or two. */
static double
typecode_real_of_big(const struct value *value)
{
	bool is_negative = value->data[value->size - 1] & 0x80;
	double real = is_negative ? -1 : 0; /* the sign goes on for ever */

	for (size_t i = value->size; i-- > 0;)
		real = real * 256 + (double)value->data[i];
	return real;
}

static enum concur_status
typecode_number_of(uint32_t typecode, const struct value *value, struct typecode_number *ret)
{
	bool fits = true;

	*ret = (struct typecode_number){ .is_real = typecode_is_real(typecode) };
	switch (value->kind) {
	case VALUE_BOOLEAN:
	case VALUE_INTEGER:
		ret->whole = value_integer(value);
		ret->real = (double)ret->whole;
		return CONCUR_OK;
	case VALUE_BIG:
		if (ret->is_real)
			ret->real = typecode_real_of_big(value);
		else
			fits = typecode_whole_of_big(value, &ret->whole);
		return fits && !(ret->is_real && __builtin_isinf(ret->real)) ? CONCUR_OK : CONCUR_OVERFLOW;
	case VALUE_NUMBER:
		ret->real = value_number(value);
		return ret->is_real ? CONCUR_OK : CONCUR_TYPE_ERROR;
	default:
		return CONCUR_TYPE_ERROR;
	}
}

static void
typecode_load(uint32_t typecode, const uint8_t *item, struct typecode_number *ret)
{
	size_t size = value_item_size(typecode);
	uint64_t bits = 0;
	float narrow;
	uint32_t narrow_bits;

	assert(size > 0);
	for (size_t i = size; i-- > 0;)
		bits = bits << 8 | item[i];
	*ret = (struct typecode_number){ .is_real = typecode_is_real(typecode) };
	if (typecode == 'd') {
		memcpy(&ret->real, &bits, sizeof ret->real);
	} else if (typecode == 'f') {
		narrow_bits = (uint32_t)bits;
		memcpy(&narrow, &narrow_bits, sizeof narrow);
		ret->real = (double)narrow;
	} else if (!typecode_is_unsigned(typecode) && bits >> (size * 8 - 1)) {
		ret->whole = (__int128)bits - ((__int128)1 << (size * 8));
	} else {
		ret->whole = bits;
	}
}

static enum concur_status
typecode_save(uint32_t typecode, const struct typecode_number *number, uint8_t *item)
{
	size_t size = value_item_size(typecode);
	__int128 least, greatest;
	uint64_t bits;
	float narrow = (float)number->real;
	uint32_t narrow_bits;

	if (typecode == 'd') {
		memcpy(&bits, &number->real, sizeof bits);
	} else if (typecode == 'f') {
		memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
		bits = narrow_bits;
	} else {
		typecode_range(typecode, &least, &greatest);
		if (number->whole < least || number->whole > greatest)
			return CONCUR_OVERFLOW;
		bits = (uint64_t)number->whole;
	}
	for (size_t i = 0; i < size; i++)
		item[i] = (uint8_t)(bits >> (8 * i));
	return CONCUR_OK;
}

enum concur_status
typecode_write(uint32_t typecode, const struct value *value, uint8_t *item)
{
	struct typecode_number number;
	enum concur_status status = typecode_number_of(typecode, value, &number);

	return status == CONCUR_OK ? typecode_save(typecode, &number, item) : status;
}

void
typecode_read(uint32_t typecode, const uint8_t *item, uint8_t *room, struct value *ret)
{
	struct typecode_number number;

	typecode_load(typecode, item, &number);
	if (number.is_real) {
		value_set_number(ret, room, number.real);
	} else if (number.whole <= INT64_MAX) {
		value_set_integer(ret, room, (int64_t)number.whole);
	} else {
		*frame_u64_write(room, (uint64_t)number.whole) = 0;
		*ret = (struct value){ VALUE_BIG, room, sizeof(uint64_t) + 1 };
	}
}

static enum concur_status
typecode_combine(struct typecode_number *number, enum typecode_operation operation,
    const struct typecode_number *operand)
{
	bool is_above = number->is_real ? operand->real > number->real : operand->whole > number->whole;
	bool is_below = number->is_real ? operand->real < number->real : operand->whole < number->whole;

	switch (operation) {
	case TYPECODE_ADD:
		number->real += operand->real;
		return __builtin_add_overflow(number->whole, operand->whole, &number->whole) ? CONCUR_OVERFLOW
											     : CONCUR_OK;
	case TYPECODE_SUBTRACT:
		number->real -= operand->real;
		return __builtin_sub_overflow(number->whole, operand->whole, &number->whole) ? CONCUR_OVERFLOW
											     : CONCUR_OK;
	case TYPECODE_MAXIMUM:
		if (is_above)
			*number = *operand;
		return CONCUR_OK;
	default:
		if (is_below)
			*number = *operand;
		return CONCUR_OK;
	}
}

enum concur_status
typecode_change(uint32_t typecode, uint8_t *item, enum typecode_operation operation, const struct value *operand)
{
	struct typecode_number number, other;
	enum concur_status status = typecode_number_of(typecode, operand, &other);

	if (status != CONCUR_OK)
		return status;
	typecode_load(typecode, item, &number);
	status = typecode_combine(&number, operation, &other);
	return status == CONCUR_OK ? typecode_save(typecode, &number, item) : status;
}
