/* Keys for the tests of the map: each number is one key, and a key tells its number. */
#ifndef TESTS_MAP_KEYS_H
#define TESTS_MAP_KEYS_H

#include "lib/map.h"

#include "model.h"

#include <stdio.h>
#include <string.h>

/* A key and the bytes it borrows. */
struct key {
	struct value value;
	uint8_t room[VALUE_SCALAR_MAX];
	char text[24];
};

/* Key number n: texts and integers in turn. */
static inline const struct value *
key_of(size_t n, struct key *key)
{
	if (n % 2) {
		value_set_integer(&key->value, key->room, (int64_t)n);
	} else {
		int size = snprintf(key->text, sizeof key->text, "key-%zu", n);

		key->value = (struct value){ VALUE_TEXT, (const uint8_t *)key->text, (size_t)size };
	}
	return &key->value;
}

/* The number of an entry's key. */
static inline size_t
number_of(const struct map_entry *entry)
{
	struct value key = { (enum value_kind)(entry->key->kind & BLOB_KIND), blob_data(entry->key),
		blob_size(entry->key) };
	char text[24] = "";

	if (key.kind == VALUE_INTEGER)
		return (size_t)value_integer(&key);
	MODEL_ASSERT(key.size < sizeof text);
	memcpy(text, key.data, key.size);
	return strtoull(text + strlen("key-"), NULL, 10);
}

#endif
