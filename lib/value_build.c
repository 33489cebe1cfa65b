/* Values: making tuples, lists and maps out of others. */
#include "value_build.h"

enum { PAIR_KEY_TAG = 0x0a, PAIR_VALUE_TAG = 0x12 };

/* A length-delimited field: tag, length, the encoded value. */
static size_t
value_field_size(const struct value *value)
{
	size_t encoded = value_encoded_size(value->kind, value->size);

	return 1 + value_varint_size(encoded) + encoded;
}

static uint8_t *
value_field_write(uint8_t *to, uint8_t tag, const struct value *value)
{
	*to++ = tag;
	to = value_varint_write(to, value_encoded_size(value->kind, value->size));
	return value_encode(to, value);
}

size_t
value_sequence_size(const struct value *items, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += value_field_size(&items[i]);
	return size;
}

uint8_t *
value_sequence_write(uint8_t *to, const struct value *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to = value_field_write(to, VALUE_ITEM_TAG, &items[i]);
	return to;
}

static size_t
value_pair_size(const struct value *pair)
{
	return value_field_size(&pair[0]) + value_field_size(&pair[1]);
}

size_t
value_mapping_size(const struct value *parts, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		size_t pair = value_pair_size(&parts[2 * i]);

		size += 1 + value_varint_size(pair) + pair;
	}
	return size;
}

uint8_t *
value_mapping_write(uint8_t *to, const struct value *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct value *pair = &parts[2 * i];

		*to++ = VALUE_ITEM_TAG;
		to = value_varint_write(to, value_pair_size(pair));
		to = value_field_write(to, PAIR_KEY_TAG, &pair[0]);
		to = value_field_write(to, PAIR_VALUE_TAG, &pair[1]);
	}
	return to;
}
