/* Typecodes: the items of typed arrays and values, as those of Python's array module: b B h H i I l L q Q are integers
 * of 1, 1, 2, 2, 4, 4, 8, 8, 8 and 8 bytes, the capital ones without a sign, f and d floats of 4 and 8. Items are
 * little-endian and need not be aligned.
 *
 * What an item can not hold is refused as Python's array does: TYPE_ERROR for what is no number, and for a float where
 * an integer belongs; OVERFLOW for an integer that is out of range. A float that is out of f's range becomes an
 * infinity.
 *
 * Thread-safety: pure functions. The typecode must be one. */
#ifndef LIB_TYPECODE_H
#define LIB_TYPECODE_H

#include "value.h"

enum { TYPECODE_ITEM_MAX = 8 }; /* bytes of an item at most */

#define TYPECODE_LETTERS "bBhHiIlLqQfd"

static inline bool
typecode_is_real(uint32_t typecode)
{
	return typecode == 'f' || typecode == 'd';
}

/* The least and the greatest integer of a typecode that is not real. */
void typecode_bounds(uint32_t typecode, int64_t *ret_least, uint64_t *ret_greatest);

/* Writes value_item_size(typecode) bytes; nothing unless OK. */
enum concur_status typecode_write(uint32_t typecode, const struct value *value, uint8_t *item);

/* The item as a value: INTEGER, BIG (of Q and L) or NUMBER. Its payload is in `room`, VALUE_SCALAR_MAX bytes. */
void typecode_read(uint32_t typecode, const uint8_t *item, uint8_t *room, struct value *ret);

enum typecode_operation {
	TYPECODE_ADD,
	TYPECODE_SUBTRACT,
	TYPECODE_MAXIMUM, /* of the item and the operand; a NaN operand changes nothing */
	TYPECODE_MINIMUM,
};

/* The item becomes the result, if that fits; nothing is changed unless OK. */
enum concur_status typecode_change(uint32_t typecode, uint8_t *item, enum typecode_operation operation,
    const struct value *operand);

#endif
