/* Values: the encoding of concur.v1.Value, read and written in place.
 *
 * A `struct value` is a view of one value: its kind, and the payload of the one field that is set (for null, a bool and
 * an integer the varint, for a double 8 bytes, else the contents). Nothing here allocates, and nothing recurses deeper
 * than the depth that the value was checked against.
 *
 * A value has one encoding: that which protobuf libraries write. Fields stand in ascending order and at most once,
 * varints are as short as can be, fields of inner messages that have their default are absent. value_check refuses all
 * else, so that values of one kind other than numbers, maps and arrays are equal when, and only when, their bytes are.
 *
 * Equality, order and hashes are Python's: 1, 1.0 and true are equal, NaN is equal to nothing, text and data never are,
 * tuples and lists compare item by item, and a list is not a tuple.
 *
 * Thread-safety: pure functions. */
#ifndef LIB_VALUE_H
#define LIB_VALUE_H

#include "concur_status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The field numbers of the message's oneof. */
enum value_kind {
	VALUE_NONE = 0, /* no value */
	VALUE_NULL = 1,
	VALUE_BOOLEAN,
	VALUE_INTEGER,
	VALUE_BIG,
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_DATA,
	VALUE_LIST,
	VALUE_TUPLE,
	VALUE_MAP,
	VALUE_ARRAY,
	VALUE_OBJECT,
	VALUE_OPAQUE,
};

struct value {
	enum value_kind kind;
	const uint8_t *data; /* borrowed; never NULL */
	size_t size;
};

/* Nesting past this is refused whatever the limits say: the functions here recurse. */
enum { VALUE_DEPTH_HARD_MAX = 1024 };

struct value_limits {
	unsigned depth_max; /* a scalar has depth 1, a list of scalars 2 */
	size_t key_max;     /* bytes of a key's payload */
};

/* -- reading ----------------------------------------------------------------------------------------------------- */

/* Looks only at the outermost field: BAD_VALUE unless the bytes are exactly one field of Value. */
enum concur_status value_parse(const uint8_t *bytes, size_t size, struct value *ret);

/* Checks the whole: exactly one field a Value, no unknown fields, the one encoding, UTF-8, typecodes, big integers in
 * shortest form, keys of maps hashable, depth. *ret_refers (may be NULL) tells whether a reference to an object is
 * inside. BAD_VALUE, or TOO_LARGE for the depth. The view borrows the bytes.
 *
 * Keys of a map that are there twice are not looked for: 1 and 1.0 are such too, and finding them takes memory. The
 * last one counts for whoever decodes the map. */
enum concur_status value_check(const uint8_t *bytes, size_t size, const struct value_limits *limits, struct value *ret,
    bool *ret_refers);

/* As value_check, and the value can be a key: no list, map or array inside (UNHASHABLE), at most key_max bytes
 * (TOO_LARGE). Opaque values may be keys only byte for byte; see value_equal. */
enum concur_status value_check_key(const uint8_t *bytes, size_t size, const struct value_limits *limits,
    struct value *ret, bool *ret_refers);

/* All that follows takes checked values only. */

/* Calls visit with the id of every object the value refers to, as often as it does. */
void value_each_reference(const struct value *value, void (*visit)(uint64_t id, void *arg), void *arg);

/* Read a value of kind INTEGER or BOOLEAN, BOOLEAN, NUMBER; the kind must be right. */
int64_t value_integer(const struct value *value);
bool value_boolean(const struct value *value);
double value_number(const struct value *value);

/* Steps through the items of a LIST or TUPLE, or the key, value, key, value ... of a MAP. A copy of a walk is a
 * walk. */
struct value_walk {
	const uint8_t *at, *end;
	bool pairs;   /* of a MAP */
	bool at_half; /* the key was given, its value is next */
};
void value_walk_begin(struct value_walk *walk, const struct value *container);
bool value_walk_next(struct value_walk *walk, struct value *ret); /* false: at the end */

/* The parts of an ARRAY, OBJECT and OPAQUE value. */
struct value_array {
	uint32_t typecode;
	const uint8_t *items; /* little-endian, not aligned */
	size_t size;          /* bytes, a multiple of value_item_size */
};
struct value_reference {
	uint64_t object;
	uint32_t kind;
};
struct value_opaque {
	const uint8_t *codec;
	size_t codec_size;
	const uint8_t *data;
	size_t size;
	const uint8_t *references; /* varints, the ids of the objects that the data refers to */
	size_t references_size;    /* bytes */
};
void value_array(const struct value *value, struct value_array *ret);
void value_reference(const struct value *value, struct value_reference *ret);
void value_opaque(const struct value *value, struct value_opaque *ret);

/* Bytes of one item of an array, 0 if there is no such typecode. */
size_t value_item_size(uint32_t typecode);

/* "int", "str" ...: Python's name of the kind, for messages. */
const char *value_kind_name(enum value_kind kind);

/* -- comparing --------------------------------------------------------------------------------------------------- */

enum value_same {
	VALUE_DIFFERENT = 0,
	VALUE_SAME = 1,
	VALUE_UNKNOWN = 2, /* only the client can tell: opaque values inside, or large maps in another order */
};

enum value_same value_equal_slow(const struct value *a, const struct value *b);

/* The same kind and bytes: what Python's `is` is to `==`. A NaN is identical to itself, though not equal. */
static inline bool
value_identical(const struct value *a, const struct value *b)
{
	return a->kind == b->kind && a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* Python's `==`. Opaque values are SAME when their bytes are, else UNKNOWN. Maps are compared in any order as long as
 * at most 64 pairs are out of order; UNKNOWN may also be said of maps that differ, if they have opaque keys. An array
 * is equal to one of the same numbers; a NaN makes arrays of floats different. */
static inline enum value_same
value_equal(const struct value *a, const struct value *b)
{
	const unsigned by_bytes = 1u << VALUE_INTEGER | 1u << VALUE_TEXT | 1u << VALUE_DATA;

	if (a->kind == b->kind && (1u << a->kind & by_bytes))
		return value_identical(a, b) ? VALUE_SAME : VALUE_DIFFERENT;
	return value_equal_slow(a, b);
}

/* There is an opaque value in it, so that only the client can tell what it is equal to. */
bool value_has_opaque_inside(const struct value *value);

static inline bool
value_has_opaque(const struct value *value)
{
	return value->kind >= VALUE_LIST && value_has_opaque_inside(value);
}

/* Seeded; values that are identical or equal have equal hashes. Keys only: no list, map or array. */
uint64_t value_hash(const struct value *value, uint64_t seed);

/* Python's `<`: *ret is below, at or above 0. TYPE_ERROR where Python has none, NEEDS_COMPARE for opaque values. A NaN
 * compares as neither below nor above, as in Python: *ret is 0. */
enum concur_status value_compare(const struct value *a, const struct value *b, int *ret);

/* -- making ------------------------------------------------------------------------------------------------------ */

/* What stands in front of each item in the payload of a LIST or TUPLE: field 1, length-delimited; the length
 * follows. */
enum { VALUE_ITEM_TAG = 0x0a };

enum { VALUE_SCALAR_MAX = 16 }; /* bytes that the payload of an integer, number, boolean or null needs at most */

/* These write the payload into `room` (VALUE_SCALAR_MAX bytes), which *ret then borrows. */
void value_set_null(struct value *ret, uint8_t *room);
void value_set_boolean(struct value *ret, uint8_t *room, bool from);
void value_set_integer(struct value *ret, uint8_t *room, int64_t from);
void value_set_number(struct value *ret, uint8_t *room, double from);

/* The same for a reference to an object of that kind, neither of them 0; it needs VALUE_REFERENCE_MAX bytes. */
enum { VALUE_REFERENCE_MAX = 17 };
void value_set_reference(struct value *ret, uint8_t *room, uint64_t object, uint32_t kind);

/* a + b for integers, booleans and doubles, as Python would; OVERFLOW past int64 and for a big integer, TYPE_ERROR for
 * other kinds. `room` as above; it may be that of a or b. */
enum concur_status value_add(const struct value *a, const struct value *b, uint8_t *room, struct value *ret);

/* a - b, likewise. */
enum concur_status value_subtract(const struct value *a, const struct value *b, uint8_t *room, struct value *ret);

/* Writes the whole Value; returns behind its last byte. */
uint8_t *value_encode(uint8_t *to, const struct value *value);

/* -- varints ----------------------------------------------------------------------------------------------------- */

const uint8_t *value_varint_read_slow(const uint8_t *at, const uint8_t *end, uint64_t *ret);
uint8_t *value_varint_write_slow(uint8_t *to, uint64_t number);

/* Bytes of the varint: 1 to 10. */
static inline size_t
value_varint_size(uint64_t number)
{
	return (size_t)(70 - __builtin_clzll(number | 1)) / 7;
}

/* Returns behind the last byte written. */
static inline uint8_t *
value_varint_write(uint8_t *to, uint64_t number)
{
	if (number >= 0x80)
		return value_varint_write_slow(to, number);
	*to = (uint8_t)number;
	return to + 1;
}

/* Returns behind the last byte, or NULL if it is cut, over 64 bits or longer than need be. */
static inline const uint8_t *
value_varint_read(const uint8_t *at, const uint8_t *end, uint64_t *ret)
{
	if (at == end || *at >= 0x80)
		return value_varint_read_slow(at, end, ret);
	*ret = *at;
	return at + 1;
}

/* -- heads -------------------------------------------------------------------------------------------------------- */

enum { VALUE_HEAD_MAX = 11 }; /* bytes of a Value in front of its payload, at most */

/* What a field is encoded as: the low three bits of its tag. */
enum value_wire_type {
	VALUE_WIRE_VARINT = 0,
	VALUE_WIRE_FIXED64 = 1,
	VALUE_WIRE_BYTES = 2,
};

static inline enum value_wire_type
value_wire_type(enum value_kind kind)
{
	if (kind <= VALUE_INTEGER)
		return VALUE_WIRE_VARINT;
	return kind == VALUE_NUMBER ? VALUE_WIRE_FIXED64 : VALUE_WIRE_BYTES;
}

/* Bytes of the encoded Value. */
static inline size_t
value_encoded_size(enum value_kind kind, size_t payload)
{
	return 1 + (value_wire_type(kind) == VALUE_WIRE_BYTES ? value_varint_size(payload) : 0) + payload;
}

/* Writes tag and length only, for a payload that follows from elsewhere. */
static inline uint8_t *
value_encode_head(uint8_t *to, enum value_kind kind, size_t payload)
{
	*to++ = (uint8_t)(kind << 3 | value_wire_type(kind));
	return value_wire_type(kind) == VALUE_WIRE_BYTES ? value_varint_write(to, payload) : to;
}

#endif
