/* JSON -> messages. A message under construction is always whole, so that message_free() can end it at any point. */
#include "message.h"

#include "base64.h"
#include "enums.h"
#include "spell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
message_holds_value(const ProtobufCFieldDescriptor *field)
{
	static const char *const names[] = { "key", "value", "values", "expected", "path", "arguments",
		"initializer_arguments", "progress", "error" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (field->type == PROTOBUF_C_TYPE_BYTES && strcmp(field->name, names[i]) == 0)
			return true;
	}
	return false;
}

void
message_free(ProtobufCMessage *message)
{
	protobuf_c_message_free_unpacked(message, NULL);
}

static ProtobufCMessage *
message_new(const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *message = malloc(type->sizeof_message);

	if (message)
		protobuf_c_message_init(type, message);
	return message;
}

void
message_field_kind(const ProtobufCFieldDescriptor *field, char *ret, size_t size)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_BOOL:
		(void)snprintf(ret, size, "true or false");
		break;
	case PROTOBUF_C_TYPE_ENUM:
		enums_list(field->descriptor, ", ", ret, size);
		break;
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_STRING:
		(void)snprintf(ret, size, "%s", message_holds_value(field) ? "value" : "text");
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		(void)snprintf(ret, size, "%s", ((const ProtobufCMessageDescriptor *)field->descriptor)->short_name);
		break;
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE:
		(void)snprintf(ret, size, "number");
		break;
	default:
		(void)snprintf(ret, size, "integer");
	}
}

static bool
read_signed(const json_t *json, unsigned bits, int64_t *ret)
{
	*ret = json_integer_value(json);
	return json_is_integer(json) && (bits == 64 || (*ret >= INT32_MIN && *ret <= INT32_MAX));
}

static bool
read_unsigned(const json_t *json, unsigned bits, uint64_t *ret)
{
	return spell_read_u64(json, ret) && (bits == 64 || *ret <= UINT32_MAX);
}

/* Stores a number of `bits` bits. */
static void
store(void *at, unsigned bits, uint64_t number)
{
	if (bits == 64)
		*(uint64_t *)at = number;
	else
		*(uint32_t *)at = (uint32_t)number;
}

static bool
read_value(json_t *json, ProtobufCBinaryData *ret, struct fault *fault)
{
	struct buffer buffer = { 0 };

	if (!spell_encode(json, &buffer, fault) || buffer.failed) {
		if (buffer.failed)
			(void)fault_set(fault, "out of memory");
		buffer_fini(&buffer);
		return false;
	}
	*ret = (ProtobufCBinaryData){ buffer.size, buffer.bytes };
	return true;
}

/* Plain text, or {"$bytes": ...} where it is not UTF-8. */
static bool
read_text(const json_t *json, ProtobufCBinaryData *ret)
{
	json_t *bytes = json_object_size(json) == 1 ? json_object_get(json, "$bytes") : NULL;
	struct buffer buffer = { 0 };

	if (json_is_string(bytes) && base64_decode(json_string_value(bytes), json_string_length(bytes), &buffer) &&
	    !buffer.failed) {
		*ret = (ProtobufCBinaryData){ buffer.size, buffer.bytes };
		return true;
	}
	buffer_fini(&buffer);
	if (!json_is_string(json))
		return false;
	ret->len = json_string_length(json);
	ret->data = malloc(ret->len + 1);
	if (!ret->data)
		return false;
	memcpy(ret->data, json_string_value(json), ret->len);
	return true;
}

static bool
read_number(const ProtobufCFieldDescriptor *field, const json_t *json, void *at)
{
	uint64_t positive;
	int64_t number;
	int word;

	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return read_signed(json, 32, &number) && (store(at, 32, (uint64_t)number), true);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return read_signed(json, 64, &number) && (store(at, 64, (uint64_t)number), true);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return read_unsigned(json, 32, &positive) && (store(at, 32, positive), true);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return read_unsigned(json, 64, &positive) && (store(at, 64, positive), true);
	case PROTOBUF_C_TYPE_ENUM:
		return enums_read(field->descriptor, json_string_value(json), &word) &&
		    (store(at, 32, (uint64_t)word), true);
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)at = json_is_true(json);
		return json_is_boolean(json);
	default:
		return false; /* floats and strings: no message has any */
	}
}

/* Reads one element of the field into its place in memory. */
static bool
read_element(const ProtobufCFieldDescriptor *field, json_t *json, void *at, struct fault *fault)
{
	char kind[192];
	bool ok;

	if (message_holds_value(field))
		return read_value(json, at, fault) || fault_at(fault, "%s", field->name);
	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		*(ProtobufCMessage **)at = message_read(field->descriptor, json, fault);
		return *(ProtobufCMessage **)at || fault_at(fault, "%s", field->name);
	}
	ok = field->type == PROTOBUF_C_TYPE_BYTES ? read_text(json, at) : read_number(field, json, at);
	message_field_kind(field, kind, sizeof kind);
	return ok || fault_set(fault, "%s: must be %s", field->name, kind);
}

size_t
message_element_size(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_MESSAGE:
	case PROTOBUF_C_TYPE_STRING:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_ENUM:
		return sizeof(uint32_t);
	default:
		return sizeof(uint64_t);
	}
}

static bool
read_repeated(const ProtobufCFieldDescriptor *field, json_t *json, ProtobufCMessage *message, struct fault *fault)
{
	uint8_t **array = (uint8_t **)(void *)((char *)message + field->offset);
	size_t *count = (size_t *)(void *)((char *)message + field->quantifier_offset);
	size_t index;
	json_t *item;

	if (!json_is_array(json))
		return fault_set(fault, "%s: must be an array", field->name);
	if (json_array_size(json) == 0)
		return true;
	*array = calloc(json_array_size(json), message_element_size(field));
	if (!*array)
		return fault_set(fault, "out of memory");
	json_array_foreach(json, index, item)
	{
		if (!read_element(field, item, *array + index * message_element_size(field), fault))
			return fault_at(fault, "item %zu", index);
		*count = index + 1;
	}
	return true;
}

/* "Dict has no field x: it has a, b". */
static bool
unknown_field(const ProtobufCMessageDescriptor *type, const char *name, struct fault *fault)
{
	char names[256] = "none";
	size_t used = 0;

	for (unsigned i = 0; i < type->n_fields && used < sizeof names; i++)
		used +=
		    (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", type->fields[i].name);
	return fault_set(fault, "%s has no field %.60s; it has %s", type->short_name, name, names);
}

static bool
read_fields(ProtobufCMessage *message, json_t *json, struct fault *fault)
{
	const char *name;
	json_t *member;

	json_object_foreach(json, name, member)
	{
		const ProtobufCFieldDescriptor *field =
		    protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);

		if (!field)
			return unknown_field(message->descriptor, name, fault);
		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			if (!read_repeated(field, member, message, fault))
				return false;
		} else if (!read_element(field, member, (char *)message + field->offset, fault)) {
			return false;
		}
	}
	return true;
}

ProtobufCMessage *
message_read(const ProtobufCMessageDescriptor *type, json_t *json, struct fault *fault)
{
	ProtobufCMessage *message;

	if (!json_is_object(json)) {
		(void)fault_set(fault, "%s must be an object of JSON, as {\"object\": 1}", type->short_name);
		return NULL;
	}
	message = message_new(type);
	if (!message) {
		(void)fault_set(fault, "out of memory");
		return NULL;
	}
	if (read_fields(message, json, fault))
		return message;
	message_free(message);
	return NULL;
}

bool
message_encode(const ProtobufCMessageDescriptor *type, json_t *json, struct buffer *to, struct fault *fault)
{
	ProtobufCMessage *message = message_read(type, json, fault);
	size_t size = message ? protobuf_c_message_get_packed_size(message) : 0;
	uint8_t *packed = message ? malloc(size + 1) : NULL;
	bool ok = message != NULL;

	if (packed)
		buffer_append(to, packed, protobuf_c_message_pack(message, packed));
	if (message && (!packed || to->failed))
		ok = fault_set(fault, "out of memory");
	free(packed);
	message_free(message);
	return ok;
}
