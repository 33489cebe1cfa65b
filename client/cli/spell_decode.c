/* Encoded values -> JSON. The bytes are checked once, whole, before they are walked. */
#include "spell.h"

#include "base64.h"
#include "big.h"
#include "enums.h"
#include "lib/status.h"
#include "lib/value.h"

#include "concur/v1/shapes.pb-c.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 1000 }; /* levels; the walk is recursive */

static json_t *decode(const struct value *value);

/* {"key": item}; takes over the item. NULL if that is NULL. */
static json_t *
wrap(const char *key, json_t *item)
{
	return json_pack("{s:o}", key, item);
}

static json_t *
decode_items(const struct value *value)
{
	json_t *list = json_array();
	struct value_walk walk;
	struct value item;

	value_walk_begin(&walk, value);
	while (list && value_walk_next(&walk, &item)) {
		if (json_array_append_new(list, decode(&item)) < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

/* As an object of JSON: every key is text without a zero byte, and it does not look like a spelling. */
static bool
keys_are_plain(const struct value *map)
{
	bool dollar = false;
	struct value_walk walk;
	struct value key, value;
	size_t count = 0;

	value_walk_begin(&walk, map);
	while (value_walk_next(&walk, &key) && value_walk_next(&walk, &value)) {
		if (key.kind != VALUE_TEXT || memchr(key.data, 0, key.size))
			return false;
		dollar |= key.size > 0 && key.data[0] == '$';
		count++;
	}
	return count != 1 || !dollar;
}

static int
set_text_key(json_t *object, const struct value *key, json_t *item)
{
	char *name = strndup((const char *)key->data, key->size);
	int result = name ? json_object_set_new(object, name, item) : -1;

	if (!name)
		json_decref(item);
	free(name);
	return result;
}

static json_t *
decode_map(const struct value *map)
{
	bool plain = keys_are_plain(map);
	json_t *out = plain ? json_object() : json_array();
	struct value_walk walk;
	struct value key, value;
	int result;

	value_walk_begin(&walk, map);
	while (out && value_walk_next(&walk, &key) && value_walk_next(&walk, &value)) {
		result = plain ? set_text_key(out, &key, decode(&value))
			       : json_array_append_new(out, json_pack("[o, o]", decode(&key), decode(&value)));
		if (result < 0) {
			json_decref(out);
			out = NULL;
		}
	}
	return plain ? out : wrap("$map", out);
}

static json_t *
spell_string(char *owned)
{
	json_t *json = owned ? json_string(owned) : NULL;

	free(owned);
	return json;
}

static json_t *
decode_object(const struct value *value)
{
	struct value_reference reference;

	value_reference(value, &reference);
	return wrap("$object",
	    json_pack("[o, o]", spell_u64(reference.object),
		enums_spell(&concur__v1__kind__descriptor, (int)reference.kind)));
}

struct ids {
	json_t *list;
	bool failed; /* there was no memory for one */
};

static void
append_id(uint64_t id, void *arg)
{
	struct ids *ids = arg;

	ids->failed |= json_array_append_new(ids->list, spell_u64(id)) < 0;
}

static json_t *
decode_opaque(const struct value *value)
{
	struct ids ids = { .list = json_array() };
	struct value_opaque opaque;

	value_opaque(value, &opaque);
	value_each_reference(value, append_id, &ids);
	if (ids.failed) {
		json_decref(ids.list);
		return NULL;
	}
	return wrap("$opaque",
	    json_pack("[o, o, o]", json_stringn((const char *)opaque.codec, opaque.codec_size),
		spell_string(base64_encode(opaque.data, opaque.size)), ids.list));
}

static json_t *
decode_array(const struct value *value)
{
	struct value_array array;

	value_array(value, &array);
	return spell_array_decode(array.typecode, array.items, array.size);
}

static json_t *
decode(const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		return json_null();
	case VALUE_BOOLEAN:
		return json_boolean(value_boolean(value));
	case VALUE_INTEGER:
		return json_integer(value_integer(value));
	case VALUE_BIG:
		return wrap("$int", spell_string(big_to_decimal(value->data, value->size)));
	case VALUE_NUMBER:
		return spell_double(value_number(value));
	case VALUE_TEXT:
		return json_stringn((const char *)value->data, value->size);
	case VALUE_DATA:
		return wrap("$bytes", spell_string(base64_encode(value->data, value->size)));
	case VALUE_LIST:
		return decode_items(value);
	case VALUE_TUPLE:
		return wrap("$tuple", decode_items(value));
	case VALUE_MAP:
		return decode_map(value);
	case VALUE_ARRAY:
		return decode_array(value);
	case VALUE_OBJECT:
		return decode_object(value);
	case VALUE_OPAQUE:
		return decode_opaque(value);
	case VALUE_NONE:
		break;
	}
	return NULL;
}

json_t *
spell_decode(const uint8_t *bytes, size_t size, struct fault *fault)
{
	const struct value_limits limits = { .depth_max = DEPTH_MAX, .key_max = SIZE_MAX };
	struct value value;
	enum concur_status status = value_check(bytes, size, &limits, &value, NULL);
	json_t *json = status == CONCUR_OK ? decode(&value) : NULL;

	if (!json)
		(void)fault_set(fault, "%s", status_text(status == CONCUR_OK ? CONCUR_NO_MEMORY : status));
	return json;
}
