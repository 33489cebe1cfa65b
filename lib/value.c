/* Values: reading them in place.
 *
 * value_parse and the functions of value_wire.h read bytes that nobody has checked. All others take checked values and
 * assert what the check has made sure of. */
#include "value.h"

#include "frame.h"
#include "value_wire.h"

#include <assert.h>

const uint8_t *
value_varint_read_slow(const uint8_t *at, const uint8_t *end, uint64_t *ret)
{
	uint64_t number = 0;

	for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
		uint8_t byte = *at++;

		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte >= 0x80)
			continue;
		/* A last byte of 0 says nothing; the tenth has room for one bit. */
		if ((byte == 0 && shift > 0) || (shift == 63 && byte > 1))
			return NULL;
		*ret = number;
		return at;
	}
	return NULL;
}

enum concur_status
value_parse(const uint8_t *bytes, size_t size, struct value *ret)
{
	return value_wire_parse(bytes, size, ret) ? CONCUR_OK : CONCUR_BAD_VALUE;
}

/* -- scalars ----------------------------------------------------------------------------------------------------- */

static uint64_t
value_varint(const struct value *value)
{
	uint64_t number = 0;
	const uint8_t *behind = value_varint_read(value->data, value->data + value->size, &number);

	assert(behind);
	return number;
}

int64_t
value_integer(const struct value *value)
{
	uint64_t number = value_varint(value);

	if (value->kind == VALUE_BOOLEAN)
		return (int64_t)number;
	assert(value->kind == VALUE_INTEGER);
	return (int64_t)(number >> 1 ^ -(number & 1));
}

bool
value_boolean(const struct value *value)
{
	assert(value->kind == VALUE_BOOLEAN);
	return value_varint(value) != 0;
}

double
value_number(const struct value *value)
{
	double number;

	assert(value->kind == VALUE_NUMBER && value->size == sizeof number);
	uint64_t bits = frame_u64(value->data);
	memcpy(&number, &bits, sizeof number);
	return number;
}

/* -- containers -------------------------------------------------------------------------------------------------- */

void
value_walk_begin(struct value_walk *walk, const struct value *container)
{
	assert(container->kind == VALUE_LIST || container->kind == VALUE_TUPLE || container->kind == VALUE_MAP);
	*walk = (struct value_walk){
		.at = container->data,
		.end = container->data + container->size,
		.pairs = container->kind == VALUE_MAP,
	};
}

bool
value_walk_next(struct value_walk *walk, struct value *ret)
{
	uint8_t tag = WIRE_ITEM;

	if (walk->at == walk->end)
		return false;
	if (walk->pairs) {
		if (!walk->at_half) {
			/* Only the head of the pair is stepped over: key and value lie one behind the other. */
			uint64_t size;
			walk->at = value_wire_varint(walk->at, walk->end, WIRE_ITEM, &size);
			assert(walk->at);
		}
		tag = walk->at_half ? WIRE_PAIR_VALUE : WIRE_PAIR_KEY;
		walk->at_half = !walk->at_half;
	}
	walk->at = value_wire_value(walk->at, walk->end, tag, ret);
	assert(walk->at);
	return true;
}

/* -- parts ------------------------------------------------------------------------------------------------------- */

size_t
value_item_size(uint32_t typecode)
{
	switch (typecode) {
	case 'b':
	case 'B':
		return 1;
	case 'h':
	case 'H':
		return 2;
	case 'i':
	case 'I':
	case 'f':
		return 4;
	case 'l':
	case 'L':
	case 'q':
	case 'Q':
	case 'd':
		return 8;
	default:
		return 0;
	}
}

bool
value_wire_array(const struct value *value, struct value_array *ret)
{
	const uint8_t *end = value->data + value->size;
	uint64_t typecode;
	const uint8_t *at = value_wire_varint(value->data, end, WIRE_ARRAY_TYPECODE, &typecode);

	if (!at || typecode > UINT32_MAX)
		return false;
	*ret = (struct value_array){ .typecode = (uint32_t)typecode, .items = at };
	size_t item = value_item_size(ret->typecode);
	if (item == 0)
		return false;
	if (at == end)
		return true;
	at = value_wire_bytes(at, end, WIRE_ARRAY_ITEMS, &ret->items);
	if (at != end)
		return false;
	ret->size = (size_t)(end - ret->items);
	return ret->size > 0 && ret->size % item == 0;
}

bool
value_wire_reference(const struct value *value, struct value_reference *ret)
{
	const uint8_t *end = value->data + value->size;
	uint64_t kind = 0;
	const uint8_t *at = value_wire_varint(value->data, end, WIRE_REFERENCE_OBJECT, &ret->object);

	ret->kind = 0;
	if (!at || ret->object == 0)
		return false;
	if (at == end)
		return true;
	at = value_wire_varint(at, end, WIRE_REFERENCE_KIND, &kind);
	if (at != end || kind == 0 || kind > UINT32_MAX)
		return false;
	ret->kind = (uint32_t)kind;
	return true;
}

/* Reads the ids of a list of references, calling visit (may be NULL) for each. */
static bool
value_wire_ids(const uint8_t *at, const uint8_t *end, void (*visit)(uint64_t id, void *arg), void *arg)
{
	while (at < end) {
		uint64_t id;

		at = value_varint_read(at, end, &id);
		if (!at || id == 0)
			return false;
		if (visit)
			visit(id, arg);
	}
	return true;
}

bool
value_wire_opaque(const struct value *value, struct value_opaque *ret)
{
	const uint8_t *end = value->data + value->size;
	const uint8_t *at = value_wire_bytes(value->data, end, WIRE_OPAQUE_CODEC, &ret->codec);

	if (!at || at == ret->codec)
		return false;
	ret->codec_size = (size_t)(at - ret->codec);

	ret->data = at;
	if (at < end && *at == WIRE_OPAQUE_DATA) {
		at = value_wire_bytes(at, end, WIRE_OPAQUE_DATA, &ret->data);
		if (!at || at == ret->data)
			return false;
	}
	ret->size = (size_t)(at - ret->data);

	ret->references = at;
	if (at < end) {
		at = value_wire_bytes(at, end, WIRE_OPAQUE_REFERENCES, &ret->references);
		if (at != end || at == ret->references)
			return false;
	}
	ret->references_size = (size_t)(at - ret->references);
	return value_wire_ids(ret->references, at, NULL, NULL);
}

void
value_array(const struct value *value, struct value_array *ret)
{
	bool sound = value->kind == VALUE_ARRAY && value_wire_array(value, ret);

	assert(sound);
}

void
value_reference(const struct value *value, struct value_reference *ret)
{
	bool sound = value->kind == VALUE_OBJECT && value_wire_reference(value, ret);

	assert(sound);
}

void
value_opaque(const struct value *value, struct value_opaque *ret)
{
	bool sound = value->kind == VALUE_OPAQUE && value_wire_opaque(value, ret);

	assert(sound);
}

void
value_each_reference(const struct value *value, void (*visit)(uint64_t id, void *arg), void *arg)
{
	struct value_reference reference;
	struct value_opaque opaque;
	struct value_walk walk;
	struct value item;

	switch (value->kind) {
	case VALUE_OBJECT:
		value_reference(value, &reference);
		visit(reference.object, arg);
		break;
	case VALUE_OPAQUE:
		value_opaque(value, &opaque);
		value_wire_ids(opaque.references, opaque.references + opaque.references_size, visit, arg);
		break;
	case VALUE_LIST:
	case VALUE_TUPLE:
	case VALUE_MAP:
		value_walk_begin(&walk, value);
		while (value_walk_next(&walk, &item))
			value_each_reference(&item, visit, arg);
		break;
	default:
		break;
	}
}

const char *
value_kind_name(enum value_kind kind)
{
	switch (kind) {
	case VALUE_NONE:
		return "nothing";
	case VALUE_NULL:
		return "NoneType";
	case VALUE_BOOLEAN:
		return "bool";
	case VALUE_INTEGER:
	case VALUE_BIG:
		return "int";
	case VALUE_NUMBER:
		return "float";
	case VALUE_TEXT:
		return "str";
	case VALUE_DATA:
		return "bytes";
	case VALUE_LIST:
		return "list";
	case VALUE_TUPLE:
		return "tuple";
	case VALUE_MAP:
		return "dict";
	case VALUE_ARRAY:
		return "array";
	case VALUE_OBJECT:
		return "proxy";
	case VALUE_OPAQUE:
		return "object";
	}
	return "unknown";
}
