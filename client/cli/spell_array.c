/* Typed arrays: {"$array": ["i", [1, 2]]} <-> the little-endian items of a TypedArray. */
#include "spell.h"

#include "concur/v1/value.pb-c.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The letters of Python's array module. */
struct element {
	char letter;
	unsigned char size; /* bytes */
	bool is_signed;
	bool is_float;
};

static const struct element elements[] = {
	{ 'b', 1, true, false },
	{ 'B', 1, false, false },
	{ 'h', 2, true, false },
	{ 'H', 2, false, false },
	{ 'i', 4, true, false },
	{ 'I', 4, false, false },
	{ 'l', 8, true, false },
	{ 'L', 8, false, false },
	{ 'q', 8, true, false },
	{ 'Q', 8, false, false },
	{ 'f', 4, true, true },
	{ 'd', 8, true, true },
};

static const struct element *
element_find(uint32_t letter)
{
	for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
		if ((uint32_t)elements[i].letter == letter)
			return &elements[i];
	}
	return NULL;
}

/* The item's bits, in the low bytes; false if it does not fit the element. */
static bool
element_bits(const struct element *element, const json_t *item, uint64_t *ret)
{
	unsigned bits = element->size * 8U;
	uint64_t positive;
	int64_t number;

	if (!element->is_signed) {
		if (!spell_read_u64(item, &positive) || (bits < 64 && positive >> bits != 0))
			return false;
		*ret = positive;
		return true;
	}
	if (!json_is_integer(item))
		return false;
	number = json_integer_value(item);
	if (bits < 64 && (number < -(INT64_C(1) << (bits - 1)) || number >= INT64_C(1) << (bits - 1)))
		return false;
	*ret = (uint64_t)number;
	return true;
}

static bool
element_float_bits(const struct element *element, const json_t *item, uint64_t *ret)
{
	double number;
	float single;
	uint32_t bits;

	if (!spell_read_double(item, &number))
		return false;
	if (element->size == sizeof number) {
		memcpy(ret, &number, sizeof number);
		return true;
	}
	single = (float)number;
	memcpy(&bits, &single, sizeof bits);
	*ret = bits;
	return true;
}

static bool
items_encode(const struct element *element, json_t *items, struct buffer *to, struct fault *fault)
{
	size_t index;
	json_t *item;

	json_array_foreach(items, index, item)
	{
		uint64_t bits;

		if (!(element->is_float ? element_float_bits : element_bits)(element, item, &bits))
			return fault_set(fault, "$array: item %zu does not fit the typecode %c", index,
			    element->letter);
		for (unsigned byte = 0; byte < element->size; byte++)
			buffer_append_byte(to, (uint8_t)(bits >> 8 * byte));
	}
	return true;
}

bool
spell_array_encode(json_t *pair, struct buffer *to, struct fault *fault)
{
	const char *letter = json_string_value(json_array_get(pair, 0));
	const struct element *element = letter && strlen(letter) == 1 ? element_find((uint32_t)*letter) : NULL;
	Concur__V1__TypedArray array = CONCUR__V1__TYPED_ARRAY__INIT;
	struct buffer items = { 0 };
	uint8_t *packed = NULL;
	bool ok = false;

	if (!element || json_array_size(pair) != 2 || !json_is_array(json_array_get(pair, 1)))
		return fault_set(fault, "$array: write [\"TYPECODE\", [ITEM, ...]], TYPECODE one of bBhHiIlLqQfd");
	if (!items_encode(element, json_array_get(pair, 1), &items, fault))
		goto out;
	ok = true;
	array.typecode = (uint32_t)element->letter;
	array.items = (ProtobufCBinaryData){ items.size, items.bytes };
	packed = malloc(concur__v1__typed_array__get_packed_size(&array));
	if (!packed || items.failed)
		to->failed = true;
	else
		buffer_append(to, packed, concur__v1__typed_array__pack(&array, packed));
out:
	free(packed);
	buffer_fini(&items);
	return ok;
}

static json_t *
element_spell(const struct element *element, const uint8_t *at)
{
	unsigned unused = 64 - element->size * 8U;
	uint64_t bits = 0;
	uint32_t low;
	double number;
	float single;

	for (unsigned byte = element->size; byte-- > 0;)
		bits = bits << 8 | at[byte];
	if (element->is_float && element->size == sizeof number) {
		memcpy(&number, &bits, sizeof number);
		return spell_double(number);
	}
	if (element->is_float) {
		low = (uint32_t)bits;
		memcpy(&single, &low, sizeof single);
		return spell_double((double)single);
	}
	return element->is_signed ? json_integer((int64_t)(bits << unused) >> unused) : spell_u64(bits);
}

json_t *
spell_array_decode(uint32_t typecode, const uint8_t *items, size_t size)
{
	const struct element *element = element_find(typecode);
	char letter[2] = { (char)typecode, 0 };
	json_t *list = json_array();

	if (!element) {
		json_decref(list);
		return NULL;
	}
	for (size_t at = 0; list && at + element->size <= size; at += element->size) {
		if (json_array_append_new(list, element_spell(element, items + at)) < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	/* "o" takes over the list, and fails for NULL. */
	return json_pack("{s:[s, o]}", "$array", letter, list);
}
