/* Base64 (RFC 4648, with padding): how bytes are spelled in JSON. */
#ifndef CLI_BASE64_H
#define CLI_BASE64_H

#include "buffer.h"

/* The caller frees it; NULL if there is no memory. */
char *base64_encode(const uint8_t *bytes, size_t size);

/* Appends what the text spells; false if it is not base64. */
bool base64_decode(const char *text, size_t size, struct buffer *to);

#endif
