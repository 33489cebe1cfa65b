/* Numerals: the exact number that a value or an item of an array stands for, in one form for each number.
 *
 * A double that is a whole number takes the form of an integer, so that 1, 1.0, true and the item 1 of any array are
 * one numeral, and 2.0**70 is that of the big integer: equality and hashes need no rounding.
 *
 * Thread-safety: pure functions. */
#ifndef LIB_NUMERAL_H
#define LIB_NUMERAL_H

#include "value.h"

enum numeral_form {
	NUMERAL_INTEGER, /* a whole number within int64 */
	NUMERAL_BIG,     /* a whole number outside it */
	NUMERAL_REAL,    /* a fraction, an infinity or NaN */
};

enum { NUMERAL_ROOM = 136 }; /* bytes of the largest whole double as a big integer, 2^1024 with its sign: 129 */

/* Not to be copied: `big` may point into it. */
struct numeral {
	enum numeral_form form;
	int64_t integer;
	double real;
	const uint8_t *big; /* two's complement, little-endian, shortest form; borrowed from the value, or room */
	size_t big_size;
	uint8_t room[NUMERAL_ROOM];
};

/* False if the (checked) value is not a number; *ret borrows its bytes. */
bool numeral_of(const struct value *value, struct numeral *ret);

/* One item, value_item_size(typecode) bytes at `item`. */
void numeral_of_item(uint32_t typecode, const uint8_t *item, struct numeral *ret);

/* NaN is equal to nothing. */
bool numeral_equal(const struct numeral *a, const struct numeral *b);

/* *ret is below, at or above 0. False, and *ret is 0, if one of them is NaN. */
bool numeral_compare(const struct numeral *a, const struct numeral *b, int *ret);

#endif
