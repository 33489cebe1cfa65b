/* Values: making tuples, lists and maps out of others.
 *
 * First the size, then the writing of exactly so many bytes. What is written passes value_check, if its parts did.
 * Thread-safety: pure functions. */
#ifndef LIB_VALUE_BUILD_H
#define LIB_VALUE_BUILD_H

#include "value.h"

/* The payload of a LIST or TUPLE of so many items. */
size_t value_sequence_size(const struct value *items, size_t count);
uint8_t *value_sequence_write(uint8_t *to, const struct value *items, size_t count); /* returns behind it */

/* The payload of a MAP: key, value, key, value ...; `count` pairs, no key twice. */
size_t value_mapping_size(const struct value *parts, size_t count);
uint8_t *value_mapping_write(uint8_t *to, const struct value *parts, size_t count);

/* A view of a string of characters that ends with NUL, which must be UTF-8. */
static inline struct value
value_of_text(const char *text)
{
	return (struct value){ VALUE_TEXT, (const uint8_t *)text, strlen(text) };
}

#endif
