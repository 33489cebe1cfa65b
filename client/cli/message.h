/* Messages of the protocol <-> JSON, by their descriptors alone.
 *
 * A field is a member of the same name; numbers are numbers ({"$int": "..."} past 63 bits), enums are words, repeated
 * fields are arrays. A `bytes` field that holds an encoded Value is that value, spelled as spell.h says; any other one
 * is text. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "buffer.h"
#include "fault.h"

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

/* True if the field (a bytes field) holds an encoded Value. */
bool message_holds_value(const ProtobufCFieldDescriptor *field);

/* A new message with what the JSON object says; members that are absent keep their default. NULL with a fault. */
ProtobufCMessage *message_read(const ProtobufCMessageDescriptor *type, json_t *json, struct fault *fault);

/* The JSON object of a message, a new reference; NULL with a fault. All fields are there, but for absent values and
 * absent messages. */
json_t *message_spell(const ProtobufCMessage *message, struct fault *fault);

/* Takes NULL. */
void message_free(ProtobufCMessage *message);

/* The encoded form: JSON to bytes, bytes to JSON. False or NULL with a fault. */
bool message_encode(const ProtobufCMessageDescriptor *type, json_t *json, struct buffer *to, struct fault *fault);
json_t *message_decode(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size, struct fault *fault);

/* Bytes that one element of the field takes in the message's struct. */
size_t message_element_size(const ProtobufCFieldDescriptor *field);

/* What a field takes, in words: "integer", "value", "text", "dict, list, ...". */
void message_field_kind(const ProtobufCFieldDescriptor *field, char *ret, size_t size);

#endif
