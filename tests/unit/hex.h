/* Bytes written as hexadecimal text, for tables of tests. */
#ifndef TESTS_UNIT_HEX_H
#define TESTS_UNIT_HEX_H

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Reads digits up to the end of the text, over blanks and comments from # to the end of the line. Returns the number of
 * bytes, at most `room`; aborts on anything else. */
static inline size_t
hex_read(const char *text, uint8_t *to, size_t room)
{
	size_t size = 0;

	for (;;) {
		text += strspn(text, " \t\n");
		if (*text == '#') {
			text += strcspn(text, "\n");
			continue;
		}
		if (*text == '\0')
			return size;
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) || size == room)
			abort();
		char digits[3] = { text[0], text[1], '\0' };
		to[size++] = (uint8_t)strtoul(digits, NULL, 16);
		text += 2;
	}
}

#endif
