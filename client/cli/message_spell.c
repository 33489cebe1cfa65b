/* Messages -> JSON. */
#include "message.h"

#include "base64.h"
#include "enums.h"
#include "spell.h"

#include <stdlib.h>

static json_t *
spell_text(const ProtobufCBinaryData *text)
{
	json_t *json = json_stringn(text->len ? (const char *)text->data : "", text->len);
	char *base64;

	if (json)
		return json;
	base64 = base64_encode(text->data, text->len);
	json = base64 ? json_pack("{s:s}", "$bytes", base64) : NULL;
	free(base64);
	return json;
}

static json_t *
spell_element(const ProtobufCFieldDescriptor *field, const void *at, struct fault *fault)
{
	const ProtobufCBinaryData *bytes = at;

	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return json_integer(*(const int32_t *)at);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return json_integer(*(const int64_t *)at);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return json_integer(*(const uint32_t *)at);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return spell_u64(*(const uint64_t *)at);
	case PROTOBUF_C_TYPE_FLOAT:
		return spell_double((double)*(const float *)at);
	case PROTOBUF_C_TYPE_DOUBLE:
		return spell_double(*(const double *)at);
	case PROTOBUF_C_TYPE_BOOL:
		return json_boolean(*(const protobuf_c_boolean *)at);
	case PROTOBUF_C_TYPE_ENUM:
		return enums_spell(field->descriptor, *(const int *)at);
	case PROTOBUF_C_TYPE_STRING:
		return json_string(*(char *const *)at);
	case PROTOBUF_C_TYPE_BYTES:
		return message_holds_value(field) ? spell_decode(bytes->data, bytes->len, fault) : spell_text(bytes);
	case PROTOBUF_C_TYPE_MESSAGE:
		return message_spell(*(ProtobufCMessage *const *)at, fault);
	}
	return NULL;
}

static json_t *
spell_repeated(const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message, struct fault *fault)
{
	const char *items = *(char *const *)(const void *)((const char *)message + field->offset);
	size_t count = *(const size_t *)(const void *)((const char *)message + field->quantifier_offset);
	json_t *list = json_array();

	for (size_t i = 0; list && i < count; i++) {
		if (json_array_append_new(list, spell_element(field, items + i * message_element_size(field), fault)) <
		    0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

/* A value or a message that is not there has no member. */
static bool
is_absent(const ProtobufCFieldDescriptor *field, const void *at)
{
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return *(ProtobufCMessage *const *)at == NULL;
	return message_holds_value(field) && ((const ProtobufCBinaryData *)at)->len == 0;
}

json_t *
message_spell(const ProtobufCMessage *message, struct fault *fault)
{
	json_t *object = json_object();

	(void)fault_set(fault, "out of memory"); /* unless something below knows better */
	for (unsigned i = 0; object && i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		const void *at = (const char *)message + field->offset;
		json_t *member;

		if (field->label != PROTOBUF_C_LABEL_REPEATED && is_absent(field, at))
			continue;
		member = field->label == PROTOBUF_C_LABEL_REPEATED ? spell_repeated(field, message, fault)
								   : spell_element(field, at, fault);
		if (json_object_set_new(object, field->name, member) < 0) {
			json_decref(object);
			object = NULL;
			(void)fault_at(fault, "%s", field->name);
		}
	}
	return object;
}

json_t *
message_decode(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size, struct fault *fault)
{
	ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, size, bytes);
	json_t *json = message ? message_spell(message, fault) : NULL;

	if (!message)
		(void)fault_set(fault, "the reply is not a %s", type->short_name);
	message_free(message);
	return json;
}
