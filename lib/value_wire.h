/* How values lie in their bytes; shared by the files of the value codec alone.
 *
 * These functions read bytes that nobody has checked. They return behind what they read, or NULL (false) if it is not
 * there in that form. */
#ifndef LIB_VALUE_WIRE_H
#define LIB_VALUE_WIRE_H

#include "value.h"

/* Short, as they are so many here. */
enum {
	WIRE_VARINT = VALUE_WIRE_VARINT,
	WIRE_BYTES = VALUE_WIRE_BYTES,
};

/* Tags of the inner messages' fields. */
enum {
	WIRE_ITEM = 1 << 3 | WIRE_BYTES, /* Sequence.items, Mapping.pairs */
	WIRE_PAIR_KEY = 1 << 3 | WIRE_BYTES,
	WIRE_PAIR_VALUE = 2 << 3 | WIRE_BYTES,
	WIRE_ARRAY_TYPECODE = 1 << 3 | WIRE_VARINT,
	WIRE_ARRAY_ITEMS = 2 << 3 | WIRE_BYTES,
	WIRE_REFERENCE_OBJECT = 1 << 3 | WIRE_VARINT,
	WIRE_REFERENCE_KIND = 2 << 3 | WIRE_VARINT,
	WIRE_OPAQUE_CODEC = 1 << 3 | WIRE_BYTES,
	WIRE_OPAQUE_DATA = 2 << 3 | WIRE_BYTES,
	WIRE_OPAQUE_REFERENCES = 3 << 3 | WIRE_BYTES,
};

/* A varint field. */
static inline const uint8_t *
value_wire_varint(const uint8_t *at, const uint8_t *end, uint8_t tag, uint64_t *ret)
{
	if (at == end || *at != tag)
		return NULL;
	return value_varint_read(at + 1, end, ret);
}

/* A field of bytes: *ret is where they begin. */
static inline const uint8_t *
value_wire_bytes(const uint8_t *at, const uint8_t *end, uint8_t tag, const uint8_t **ret)
{
	uint64_t size;

	at = value_wire_varint(at, end, tag, &size);
	if (!at || size > (uint64_t)(end - at))
		return NULL;
	*ret = at;
	return at + size;
}

/* One Value, its outermost field alone. Inline: every value that comes in passes here. */
static inline bool
value_wire_parse(const uint8_t *bytes, size_t size, struct value *ret)
{
	const uint8_t *at = bytes + 1;
	const uint8_t *end = bytes + size;
	uint64_t payload = sizeof(uint64_t);

	if (size < 2 || bytes[0] < 1 << 3)
		return false;
	enum value_kind kind = (enum value_kind)(bytes[0] >> 3);
	if (kind > VALUE_OPAQUE || value_wire_type(kind) != (bytes[0] & 7))
		return false;
	if (kind != VALUE_NUMBER) {
		const uint8_t *behind = value_varint_read(at, end, &payload);

		if (!behind)
			return false;
		if (kind <= VALUE_INTEGER)
			payload = (uint64_t)(behind - at);
		else
			at = behind;
	}
	if (payload != (uint64_t)(end - at))
		return false;
	*ret = (struct value){ .kind = kind, .data = at, .size = (size_t)payload };
	return true;
}

/* A field of bytes that holds one Value; looks only at its outermost field. */
static inline const uint8_t *
value_wire_value(const uint8_t *at, const uint8_t *end, uint8_t tag, struct value *ret)
{
	const uint8_t *bytes;

	at = value_wire_bytes(at, end, tag, &bytes);
	return at && value_wire_parse(bytes, (size_t)(at - bytes), ret) ? at : NULL;
}

/* The whole payload of an ARRAY, OBJECT and OPAQUE. */
bool value_wire_array(const struct value *value, struct value_array *ret);
bool value_wire_reference(const struct value *value, struct value_reference *ret);
bool value_wire_opaque(const struct value *value, struct value_opaque *ret);

#endif
