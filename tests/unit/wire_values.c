/* The values of proto/WIRE.md. */
#include "tests/unit/wire_examples.h"

#include "concur/v1/shapes.pb-c.h"

#include <string.h>

/* The encoded Value in `room`, as a field of bytes. */
ProtobufCBinaryData
as_bytes(const Concur__V1__Value *value, uint8_t *room)
{
	return (ProtobufCBinaryData){ concur__v1__value__pack(value, room), room };
}

Concur__V1__Value
of_integer(int64_t integer)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_INTEGER;
	value.integer = integer;
	return value;
}

Concur__V1__Value
of_text(const char *text)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_TEXT;
	value.text = (char *)(uintptr_t)text;
	return value;
}

Concur__V1__Value
of_number(double number)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_NUMBER;
	value.number = number;
	return value;
}

static size_t
build_value_null(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_NULL;
	value.null = true;
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_boolean(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_BOOLEAN;
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_integer(uint8_t *to)
{
	Concur__V1__Value value = of_integer(-3);

	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_big(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_BIG;
	value.big = TEXT("\0\0\0\0\0\0\0\0\1");
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_number(uint8_t *to)
{
	Concur__V1__Value value = of_number(0.5);

	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_text(uint8_t *to)
{
	Concur__V1__Value value = of_text("gr\xc3\xbcn");

	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_data(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_DATA;
	value.data = TEXT("\0\xff");
	return concur__v1__value__pack(&value, to);
}

/* [1, ("a", 0.5), {"k": []}] */
static size_t
build_value_nested(uint8_t *to)
{
	Concur__V1__Value one = of_integer(1), a = of_text("a"), half = of_number(0.5), k = of_text("k");
	Concur__V1__Value empty = CONCUR__V1__VALUE__INIT, tuple = empty, map = empty, list = empty;
	Concur__V1__Sequence no_items = CONCUR__V1__SEQUENCE__INIT, two_items = no_items, three_items = no_items;
	Concur__V1__Mapping pairs = CONCUR__V1__MAPPING__INIT;
	Concur__V1__Pair pair = CONCUR__V1__PAIR__INIT;

	empty.kind_case = CONCUR__V1__VALUE__KIND_LIST;
	empty.list = &no_items;
	tuple.kind_case = CONCUR__V1__VALUE__KIND_TUPLE;
	tuple.tuple = &two_items;
	two_items.n_items = 2;
	two_items.items = (Concur__V1__Value *[]){ &a, &half };
	map.kind_case = CONCUR__V1__VALUE__KIND_MAP;
	map.map = &pairs;
	pairs.n_pairs = 1;
	pairs.pairs = (Concur__V1__Pair *[]){ &pair };
	pair.key = &k;
	pair.value = &empty;
	list.kind_case = CONCUR__V1__VALUE__KIND_LIST;
	list.list = &three_items;
	three_items.n_items = 3;
	three_items.items = (Concur__V1__Value *[]){ &one, &tuple, &map };
	return concur__v1__value__pack(&list, to);
}

static size_t
build_value_array(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;
	Concur__V1__TypedArray array = CONCUR__V1__TYPED_ARRAY__INIT;

	array.typecode = 'h';
	array.items = TEXT("\1\0\xff\xff");
	value.kind_case = CONCUR__V1__VALUE__KIND_ARRAY;
	value.array = &array;
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_object(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;
	Concur__V1__Reference reference = CONCUR__V1__REFERENCE__INIT;

	reference.object = 18;
	reference.kind = CONCUR__V1__KIND__KIND_DICT;
	value.kind_case = CONCUR__V1__VALUE__KIND_OBJECT;
	value.object = &reference;
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_opaque(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;
	Concur__V1__Opaque opaque = CONCUR__V1__OPAQUE__INIT;

	opaque.codec = (char *)(uintptr_t) "pickle";
	opaque.data = TEXT("\x80\x05N.");
	opaque.n_references = 2;
	opaque.references = (uint64_t[]){ 18, 300 };
	value.kind_case = CONCUR__V1__VALUE__KIND_OPAQUE;
	value.opaque = &opaque;
	return concur__v1__value__pack(&value, to);
}

const struct example wire_values[] = {
	{ "value-null", build_value_null },
	{ "value-boolean", build_value_boolean },
	{ "value-integer", build_value_integer },
	{ "value-big", build_value_big },
	{ "value-number", build_value_number },
	{ "value-text", build_value_text },
	{ "value-data", build_value_data },
	{ "value-nested", build_value_nested },
	{ "value-array", build_value_array },
	{ "value-object", build_value_object },
	{ "value-opaque", build_value_opaque },
	{ NULL, NULL },
};
