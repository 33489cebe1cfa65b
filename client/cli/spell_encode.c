/* JSON -> encoded values, inside out: a container's items are encoded into a buffer of their own, which then follows
 * the container's tag and length. */
#include "spell.h"

#include "base64.h"
#include "big.h"
#include "enums.h"
#include "lib/value.h"

#include "concur/v1/shapes.pb-c.h"
#include "concur/v1/value.pb-c.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 1, PAIR_KEY = 1, PAIR_VALUE = 2 }; /* field numbers of Sequence, Mapping and Pair */

static void
append_scalar(struct buffer *to, const struct value *scalar)
{
	uint8_t room[VALUE_HEAD_MAX + VALUE_SCALAR_MAX];

	buffer_append(to, room, (size_t)(value_encode(room, scalar) - room));
}

static void
append_packed(struct buffer *to, const ProtobufCMessage *message)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *packed = malloc(size ? size : 1);

	if (packed)
		buffer_append(to, packed, protobuf_c_message_pack(message, packed));
	else
		to->failed = true;
	free(packed);
}

/* One Value as field `field` of whatever stands around it. */
static bool
append_nested(json_t *json, unsigned field, struct buffer *to, struct fault *fault)
{
	struct buffer nested = { 0 };
	bool ok = spell_encode(json, &nested, fault);

	buffer_append_field(to, field, nested.bytes, nested.size);
	to->failed |= nested.failed;
	buffer_fini(&nested);
	return ok;
}

static bool
append_pair(json_t *key, json_t *value, struct buffer *to, struct fault *fault)
{
	struct buffer pair = { 0 };
	bool ok = append_nested(key, PAIR_KEY, &pair, fault) && append_nested(value, PAIR_VALUE, &pair, fault);

	buffer_append_field(to, ITEMS, pair.bytes, pair.size);
	to->failed |= pair.failed;
	buffer_fini(&pair);
	return ok;
}

/* -- the payloads of the spellings; each takes what stands behind the "$" key ------------------------------------- */

static bool
payload_items(json_t *items, struct buffer *to, struct fault *fault)
{
	size_t index;
	json_t *item;

	if (!json_is_array(items))
		return fault_set(fault, "$tuple: write {\"$tuple\": [ITEM, ...]}");
	json_array_foreach(items, index, item)
	{
		if (!append_nested(item, ITEMS, to, fault))
			return false;
	}
	return true;
}

static bool
payload_pairs(json_t *pairs, struct buffer *to, struct fault *fault)
{
	size_t index;
	json_t *pair;

	if (!json_is_array(pairs))
		return fault_set(fault, "$map: write {\"$map\": [[KEY, VALUE], ...]}");
	json_array_foreach(pairs, index, pair)
	{
		if (json_array_size(pair) != 2)
			return fault_set(fault, "$map: item %zu is not [KEY, VALUE]", index);
		if (!append_pair(json_array_get(pair, 0), json_array_get(pair, 1), to, fault))
			return false;
	}
	return true;
}

static bool
payload_bytes(json_t *json, struct buffer *to, struct fault *fault)
{
	if (!json_is_string(json) || !base64_decode(json_string_value(json), json_string_length(json), to))
		return fault_set(fault, "$bytes: not base64");
	return true;
}

static bool
payload_object(json_t *json, struct buffer *to, struct fault *fault)
{
	Concur__V1__Reference reference = CONCUR__V1__REFERENCE__INIT;
	int kind;

	if (json_array_size(json) != 2 || !spell_read_u64(json_array_get(json, 0), &reference.object) ||
	    !enums_read(&concur__v1__kind__descriptor, json_string_value(json_array_get(json, 1)), &kind))
		return fault_set(fault, "$object: write {\"$object\": [ID, \"KIND\"]}, KIND as dict, list, queue ...");
	reference.kind = (uint32_t)kind;
	append_packed(to, &reference.base);
	return true;
}

static bool
read_ids(json_t *json, uint64_t *ids)
{
	size_t index;
	json_t *id;

	json_array_foreach(json, index, id)
	{
		if (!spell_read_u64(id, &ids[index]))
			return false;
	}
	return true;
}

static bool
payload_opaque(json_t *json, struct buffer *to, struct fault *fault)
{
	Concur__V1__Opaque opaque = CONCUR__V1__OPAQUE__INIT;
	const char *codec = json_string_value(json_array_get(json, 0));
	json_t *ids = json_array_get(json, 2);
	struct buffer data = { 0 };
	bool ok = false;

	opaque.n_references = json_array_size(ids);
	opaque.references = calloc(opaque.n_references + 1, sizeof *opaque.references);
	if (!codec || json_array_size(json) != 3 || !json_is_array(ids) || !opaque.references ||
	    !read_ids(ids, opaque.references)) {
		(void)fault_set(fault, "$opaque: write {\"$opaque\": [\"CODEC\", \"BASE64\", [ID, ...]]}");
		goto out;
	}
	if (!payload_bytes(json_array_get(json, 1), &data, fault))
		goto out;
	ok = true;
	opaque.codec = (char *)(uintptr_t)codec; /* only read by the packing */
	opaque.data = (ProtobufCBinaryData){ data.size, data.bytes };
	append_packed(to, &opaque.base);
	to->failed |= data.failed;
out:
	free(opaque.references);
	buffer_fini(&data);
	return ok;
}

struct spelling {
	const char *key;
	enum value_kind kind;
	bool (*payload)(json_t *json, struct buffer *to, struct fault *fault);
};

static const struct spelling spellings[] = {
	{ "$bytes", VALUE_DATA, payload_bytes },
	{ "$tuple", VALUE_TUPLE, payload_items },
	{ "$map", VALUE_MAP, payload_pairs },
	{ "$array", VALUE_ARRAY, spell_array_encode },
	{ "$object", VALUE_OBJECT, payload_object },
	{ "$opaque", VALUE_OPAQUE, payload_opaque },
};

/* -- the kinds of JSON --------------------------------------------------------------------------------------------- */

static bool
encode_delimited(enum value_kind kind, bool (*payload)(json_t *, struct buffer *, struct fault *), json_t *json,
    struct buffer *to, struct fault *fault)
{
	struct buffer contents = { 0 };
	bool ok = payload(json, &contents, fault);

	buffer_append_field(to, kind, contents.bytes, contents.size);
	to->failed |= contents.failed;
	buffer_fini(&contents);
	return ok;
}

static void
encode_integer(json_int_t number, struct buffer *to)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	value_set_integer(&value, room, number);
	append_scalar(to, &value);
}

static void
encode_double(double number, struct buffer *to)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	value_set_number(&value, room, number);
	append_scalar(to, &value);
}

static void
encode_null(struct buffer *to)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	value_set_null(&value, room);
	append_scalar(to, &value);
}

static void
encode_boolean(bool truth, struct buffer *to)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	value_set_boolean(&value, room, truth);
	append_scalar(to, &value);
}

/* A decimal of any size: one that fits 64 bits is a plain integer, as the protocol wants it. */
static void
encode_decimal(const char *text, struct buffer *to)
{
	struct buffer big = { 0 };
	long long number;

	errno = 0;
	number = strtoll(text, NULL, 10);
	if (errno == 0) {
		encode_integer(number, to);
		return;
	}
	big_from_decimal(text, &big);
	buffer_append_field(to, VALUE_BIG, big.bytes, big.size);
	to->failed |= big.failed;
	buffer_fini(&big);
}

static bool
payload_text_keys(json_t *object, struct buffer *to, struct fault *fault)
{
	const char *name;
	json_t *item;

	json_object_foreach(object, name, item)
	{
		json_auto_t *key = json_string(name);

		if (!key)
			to->failed = true;
		else if (!append_pair(key, item, to, fault))
			return false;
	}
	return true;
}

static bool
encode_object(json_t *json, struct buffer *to, struct fault *fault)
{
	const char *key = json_object_iter_key(json_object_iter(json));
	double number;

	if (json_object_size(json) != 1 || *key != '$')
		return encode_delimited(VALUE_MAP, payload_text_keys, json, to, fault);
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		const struct spelling *row = &spellings[i];

		if (strcmp(key, row->key) == 0)
			return encode_delimited(row->kind, row->payload, json_object_get(json, key), to, fault);
	}
	if (spell_int_text(json))
		encode_decimal(spell_int_text(json), to);
	else if (spell_read_double(json, &number))
		encode_double(number, to);
	else
		return fault_set(fault,
		    "%s: no such spelling, or not what belongs to it; a map with that key is {\"$map\": [[\"%s\", "
		    "...]]}",
		    key, key);
	return true;
}

bool
spell_encode(json_t *json, struct buffer *to, struct fault *fault)
{
	switch (json_typeof(json)) {
	case JSON_NULL:
		encode_null(to);
		return true;
	case JSON_TRUE:
	case JSON_FALSE:
		encode_boolean(json_is_true(json), to);
		return true;
	case JSON_INTEGER:
		encode_integer(json_integer_value(json), to);
		return true;
	case JSON_REAL:
		encode_double(json_real_value(json), to);
		return true;
	case JSON_STRING:
		buffer_append_field(to, VALUE_TEXT, json_string_value(json), json_string_length(json));
		return true;
	case JSON_ARRAY:
		return encode_delimited(VALUE_LIST, payload_items, json, to, fault);
	case JSON_OBJECT:
		return encode_object(json, to, fault);
	}
	return fault_set(fault, "not JSON");
}

json_t *
spell_word(const char *word, bool raw, struct fault *fault)
{
	json_error_t error;
	json_t *json = raw ? NULL : json_loads(word, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
	enum json_error_code code = json || raw ? json_error_unknown : json_error_code(&error);

	if (json)
		return json;
	if (code == json_error_numeric_overflow && big_is_decimal(word))
		return json_pack("{s:s}", "$int", word);
	if (code == json_error_numeric_overflow || code == json_error_duplicate_key ||
	    code == json_error_null_byte_in_key || code == json_error_stack_overflow) {
		(void)fault_set(fault, "%.60s: %s at column %d", word, error.text, error.column);
		return NULL;
	}
	json = json_string(word);
	if (!json)
		(void)fault_set(fault, "not UTF-8: spell bytes as {\"$bytes\": \"BASE64\"}");
	return json;
}
