/* UTF-8, as RFC 3629 has it: shortest forms only, no surrogates, nothing above U+10FFFF. NUL is a character.
 *
 * Thread-safety: pure functions. */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool utf8_valid(const uint8_t *bytes, size_t size);

#endif
