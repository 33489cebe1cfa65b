/* Big integers: decimal text <-> two's complement, little-endian, as short as can be (the field `big` of Value). */
#ifndef CLI_BIG_H
#define CLI_BIG_H

#include "buffer.h"

/* [-+]?[0-9]+ */
bool big_is_decimal(const char *text);

/* Appends the two's complement of a decimal (big_is_decimal). */
void big_from_decimal(const char *text, struct buffer *to);

/* The caller frees it; NULL if there is no memory. */
char *big_to_decimal(const uint8_t *bytes, size_t size);

#endif
