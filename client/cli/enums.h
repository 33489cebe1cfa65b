/* Enums of the protocol as words: KIND_DICT is "dict", NOT_THERE is "not_there". */
#ifndef CLI_ENUMS_H
#define CLI_ENUMS_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* The word of a number, or the number itself if it has none. A new reference. */
json_t *enums_spell(const ProtobufCEnumDescriptor *type, int number);

/* Reads a word in any case, with "-" or "_", with or without the enum's prefix. False if it is none (NULL is none). */
bool enums_read(const ProtobufCEnumDescriptor *type, const char *word, int *ret);

/* All words of the enum, with commas, for messages and completion; cut off at `size`. */
void enums_list(const ProtobufCEnumDescriptor *type, const char *separator, char *ret, size_t size);

#endif
