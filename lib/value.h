/* Values: the encoding of concur.v1.Value, read and written in place.
 *
 * A `struct value` is a view of one value: its kind, and the payload of the one field that is set (for a bool, an
 * integer and null the varint, for a double 8 bytes, else the contents). Nothing here allocates, but for the sort of
 * large maps' equality, which is refused instead; nothing recurses deeper than the depth limit that a value was
 * checked against.
 *
 * Equality, order and hashes are Python's: 1, 1.0 and true are equal, NaN is equal to nothing, text and data never are,
 * tuples and lists compare item by item, and a list is not a tuple. */
#ifndef LIB_VALUE_H
#define LIB_VALUE_H

#include "concur_status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	const uint8_t *data; /* borrowed */
	size_t size;
};

struct value_limits {
	unsigned depth_max; /* a scalar has depth 1, a list of scalars 2 */
	size_t key_max;     /* bytes of a key's payload */
};

/* -- reading ----------------------------------------------------------------------------------------------------- */

/* Looks only at the outermost field: BAD_VALUE unless the bytes are exactly one field of Value. */
enum concur_status value_parse(const uint8_t *bytes, size_t size, struct value *ret);

/* Checks the whole: exactly one field a Value, no unknown fields, kind, UTF-8, typecodes, big integers in shortest
 * form, keys of maps hashable and distinct by bytes, depth. *ret_refers (may be NULL) tells whether a reference to an
 * object is inside.
 * BAD_VALUE, or TOO_LARGE for the depth. The view borrows the bytes. */
enum concur_status value_check(const uint8_t *bytes, size_t size, const struct value_limits *limits, struct value *ret,
    bool *ret_refers);

/* As value_check, and the value can be a key: no list, map or array inside (UNHASHABLE), at most key_max bytes
 * (TOO_LARGE). Opaque values may be keys only byte for byte; see value_equal. */
enum concur_status value_check_key(const uint8_t *bytes, size_t size, const struct value_limits *limits,
    struct value *ret, bool *ret_refers);

/* Calls visit with the id of every object the (checked) value refers to, as often as it does. */
void value_each_reference(const struct value *value, void (*visit)(uint64_t id, void *arg), void *arg);

/* Reads a value of kind INTEGER or BOOLEAN; the kind must be right. */
int64_t value_integer(const struct value *value);
bool value_boolean(const struct value *value);
double value_number(const struct value *value);

/* Steps through the items of a LIST or TUPLE, or the key, value, key, value ... of a MAP. */
struct value_walk {
	const uint8_t *at, *end;
	struct value half; /* MAP: the value that belongs to the key just given */
	bool have_half;
	bool pairs;
};
void value_walk_begin(struct value_walk *walk, const struct value *container);
bool value_walk_next(struct value_walk *walk, struct value *ret); /* false: at the end */

/* The parts of an ARRAY, OBJECT and OPAQUE value. */
struct value_array {
	uint32_t typecode;
	const uint8_t *items;
	size_t size;
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
};
void value_array(const struct value *value, struct value_array *ret);
void value_reference(const struct value *value, struct value_reference *ret);
void value_opaque(const struct value *value, struct value_opaque *ret);

/* "int", "str" ...: Python's name of the kind, for messages. */
const char *value_kind_name(enum value_kind kind);

/* -- comparing --------------------------------------------------------------------------------------------------- */

enum value_same {
	VALUE_DIFFERENT = 0,
	VALUE_SAME = 1,
	VALUE_UNKNOWN = 2, /* opaque inside: only the client can tell */
};

/* Checked values only. Opaque values are SAME when their bytes are, else UNKNOWN. */
enum value_same value_equal(const struct value *a, const struct value *b);

/* Seeded; equal values have equal hashes. Checked keys only. */
uint64_t value_hash(const struct value *value, uint64_t seed);

/* Python's `<`: *ret is below, at or above 0. TYPE_ERROR where Python has none, NEEDS_COMPARE for opaque values. A NaN
 * compares as neither below nor above, as in Python: *ret is 0. */
enum concur_status value_compare(const struct value *a, const struct value *b, int *ret);

/* -- making ------------------------------------------------------------------------------------------------------ */

enum { VALUE_SCALAR_MAX = 16 }; /* bytes that the payload of an integer, number, boolean or null needs at most */

/* These write the payload into `room` (VALUE_SCALAR_MAX bytes), which *ret then borrows. */
void value_set_null(struct value *ret, uint8_t *room);
void value_set_boolean(struct value *ret, uint8_t *room, bool from);
void value_set_integer(struct value *ret, uint8_t *room, int64_t from);
void value_set_number(struct value *ret, uint8_t *room, double from);

/* a + b for integers, booleans and doubles, as Python would; OVERFLOW past int64, TYPE_ERROR for other kinds. */
enum concur_status value_add(const struct value *a, const struct value *b, uint8_t *room, struct value *ret);

/* Bytes of the encoded Value, and writing it; value_encode returns behind its last byte. value_encode_head writes tag
 * and length only, for a payload that follows from elsewhere; VALUE_HEAD_MAX bytes are enough for it. */
enum { VALUE_HEAD_MAX = 11 };
size_t value_encoded_size(enum value_kind kind, size_t payload);
uint8_t *value_encode_head(uint8_t *to, enum value_kind kind, size_t payload);
uint8_t *value_encode(uint8_t *to, const struct value *value);

/* Varints, as protobuf has them. value_varint_read returns behind the last byte, or NULL if it is cut or over 64
 * bits. */
size_t value_varint_size(uint64_t number);
uint8_t *value_varint_write(uint8_t *to, uint64_t number);
const uint8_t *value_varint_read(const uint8_t *at, const uint8_t *end, uint64_t *ret);

#endif
