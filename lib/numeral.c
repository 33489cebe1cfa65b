/* Numerals: exact comparison of integers of any size and doubles.
 *
 * numeral_of gives every number its one form; a REAL is never a whole number. So numbers of different forms are never
 * equal, and which is the larger is told by the sign of the one that is further from 0. */
#include "numeral.h"

#include "frame.h"

#include <assert.h>

enum {
	NUMERAL_FRACTION_BITS = 52,   /* of a double */
	NUMERAL_EXPONENT_BIAS = 1075, /* the exponent field of a double whose lowest fraction bit is 1 */
};

/* Whole doubles from -2^63 up to, not including, 2^63 are those of int64. */
#define NUMERAL_INT64_END 9223372036854775808.0

static void
numeral_from_integer(int64_t integer, struct numeral *ret)
{
	ret->form = NUMERAL_INTEGER;
	ret->integer = integer;
}

static size_t
numeral_trim(const uint8_t *big, size_t size)
{
	while (size > 1 && big[size - 1] == (big[size - 2] & 0x80 ? 0xff : 0x00))
		size--;
	return size;
}

static void
numeral_negate(uint8_t *big, size_t size)
{
	unsigned carry = 1;

	for (size_t i = 0; i < size; i++) {
		carry += (uint8_t)~big[i];
		big[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* A finite double outside int64, so a whole number: its fraction's bits, shifted up by 11 at least. */
static void
numeral_from_large(double real, struct numeral *ret)
{
	uint64_t bits;

	memcpy(&bits, &real, sizeof bits);
	uint64_t mantissa =
	    (bits & ((UINT64_C(1) << NUMERAL_FRACTION_BITS) - 1)) | UINT64_C(1) << NUMERAL_FRACTION_BITS;
	unsigned shift = (unsigned)(bits >> NUMERAL_FRACTION_BITS & 0x7ff) - NUMERAL_EXPONENT_BIAS;

	/* 53 bits shifted by up to 7 still fit a word, which goes to whole bytes. */
	memset(ret->room, 0, sizeof ret->room);
	frame_u64_write(ret->room + shift / 8, mantissa << shift % 8);
	if (real < 0)
		numeral_negate(ret->room, sizeof ret->room);
	ret->form = NUMERAL_BIG;
	ret->big = ret->room;
	ret->big_size = numeral_trim(ret->room, sizeof ret->room);
}

static void
numeral_from_real(double real, struct numeral *ret)
{
	if (real >= -NUMERAL_INT64_END && real < NUMERAL_INT64_END) {
		int64_t whole = (int64_t)real;

		if ((double)whole == real) {
			numeral_from_integer(whole, ret);
			return;
		}
	} else if (real - real == 0) { /* neither an infinity nor NaN */
		numeral_from_large(real, ret);
		return;
	}
	ret->form = NUMERAL_REAL;
	ret->real = real;
}

static void
numeral_from_unsigned(uint64_t number, struct numeral *ret)
{
	if (number <= INT64_MAX) {
		numeral_from_integer((int64_t)number, ret);
		return;
	}
	*frame_u64_write(ret->room, number) = 0;
	ret->form = NUMERAL_BIG;
	ret->big = ret->room;
	ret->big_size = sizeof number + 1;
}

bool
numeral_of(const struct value *value, struct numeral *ret)
{
	switch (value->kind) {
	case VALUE_BOOLEAN:
	case VALUE_INTEGER:
		numeral_from_integer(value_integer(value), ret);
		return true;
	case VALUE_BIG:
		ret->form = NUMERAL_BIG;
		ret->big = value->data;
		ret->big_size = value->size;
		return true;
	case VALUE_NUMBER:
		numeral_from_real(value_number(value), ret);
		return true;
	default:
		return false;
	}
}

static double
numeral_read_float(const uint8_t *at)
{
	uint32_t bits = frame_u32(at);
	float number;

	memcpy(&number, &bits, sizeof number);
	return (double)number;
}

static double
numeral_read_double(const uint8_t *at)
{
	uint64_t bits = frame_u64(at);
	double number;

	memcpy(&number, &bits, sizeof number);
	return number;
}

void
numeral_of_item(uint32_t typecode, const uint8_t *item, struct numeral *ret)
{
	switch (typecode) {
	case 'b':
		numeral_from_integer((int8_t)*item, ret);
		break;
	case 'B':
		numeral_from_integer(*item, ret);
		break;
	case 'h':
		numeral_from_integer((int16_t)frame_u16(item), ret);
		break;
	case 'H':
		numeral_from_integer(frame_u16(item), ret);
		break;
	case 'i':
		numeral_from_integer((int32_t)frame_u32(item), ret);
		break;
	case 'I':
		numeral_from_integer(frame_u32(item), ret);
		break;
	case 'l':
	case 'q':
		numeral_from_integer((int64_t)frame_u64(item), ret);
		break;
	case 'L':
	case 'Q':
		numeral_from_unsigned(frame_u64(item), ret);
		break;
	case 'f':
		numeral_from_real(numeral_read_float(item), ret);
		break;
	default:
		assert(typecode == 'd'); /* no other typecode passes the check */
		numeral_from_real(numeral_read_double(item), ret);
	}
}

bool
numeral_equal(const struct numeral *a, const struct numeral *b)
{
	if (a->form != b->form)
		return false;
	switch (a->form) {
	case NUMERAL_INTEGER:
		return a->integer == b->integer;
	case NUMERAL_REAL:
		return a->real == b->real;
	case NUMERAL_BIG:
		break;
	}
	return a->big_size == b->big_size && memcmp(a->big, b->big, a->big_size) == 0;
}

static bool
numeral_big_negative(const struct numeral *numeral)
{
	return numeral->big[numeral->big_size - 1] & 0x80;
}

/* Of the same sign: the longer one is further from 0; of the same length two's complement orders as its bytes do. */
static int
numeral_compare_big(const struct numeral *a, const struct numeral *b)
{
	bool negative = numeral_big_negative(a);

	if (negative != numeral_big_negative(b))
		return negative ? -1 : 1;
	if (a->big_size != b->big_size)
		return (a->big_size < b->big_size) != negative ? -1 : 1;
	for (size_t i = a->big_size; i-- > 0;) {
		if (a->big[i] != b->big[i])
			return a->big[i] < b->big[i] ? -1 : 1;
	}
	return 0;
}

/* A real that is not NaN against a whole number. A fraction lies within 2^53 of 0, where doubles are exact. */
static int
numeral_compare_real(double real, const struct numeral *whole)
{
	if (real >= NUMERAL_INT64_END || real < -NUMERAL_INT64_END)
		return real < 0 ? -1 : 1;
	if (whole->form == NUMERAL_BIG)
		return numeral_big_negative(whole) ? 1 : -1;
	int64_t toward_0 = (int64_t)real;
	if (toward_0 != whole->integer)
		return toward_0 < whole->integer ? -1 : 1;
	return real < (double)toward_0 ? -1 : 1;
}

bool
numeral_compare(const struct numeral *a, const struct numeral *b, int *ret)
{
	*ret = 0;
	if ((a->form == NUMERAL_REAL && a->real != a->real) || (b->form == NUMERAL_REAL && b->real != b->real))
		return false;
	if (a->form == NUMERAL_REAL && b->form == NUMERAL_REAL)
		*ret = (a->real > b->real) - (a->real < b->real);
	else if (a->form == NUMERAL_REAL)
		*ret = numeral_compare_real(a->real, b);
	else if (b->form == NUMERAL_REAL)
		*ret = -numeral_compare_real(b->real, a);
	else if (a->form == NUMERAL_INTEGER && b->form == NUMERAL_INTEGER)
		*ret = (a->integer > b->integer) - (a->integer < b->integer);
	else if (a->form == NUMERAL_INTEGER)
		*ret = numeral_big_negative(b) ? 1 : -1;
	else if (b->form == NUMERAL_INTEGER)
		*ret = numeral_big_negative(a) ? -1 : 1;
	else
		*ret = numeral_compare_big(a, b);
	return true;
}
