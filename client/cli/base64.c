/* Base64, strict: padding must be there, nothing else may. */
#include "base64.h"

#include <string.h>

static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *
base64_encode(const uint8_t *bytes, size_t size)
{
	struct buffer out = { 0 };

	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t group = (uint32_t)bytes[i] << 16;

		if (left > 1)
			group |= (uint32_t)bytes[i + 1] << 8;
		if (left > 2)
			group |= bytes[i + 2];
		buffer_append_byte(&out, (uint8_t)base64_letters[group >> 18]);
		buffer_append_byte(&out, (uint8_t)base64_letters[group >> 12 & 63]);
		buffer_append_byte(&out, (uint8_t)(left > 1 ? base64_letters[group >> 6 & 63] : '='));
		buffer_append_byte(&out, (uint8_t)(left > 2 ? base64_letters[group & 63] : '='));
	}
	return buffer_to_string(&out);
}

/* Reads `letters` letters into the top of 24 bits. */
static bool
base64_group(const char *text, size_t letters, uint32_t *ret_group)
{
	uint32_t group = 0;

	for (size_t i = 0; i < letters; i++) {
		const char *at = text[i] ? strchr(base64_letters, text[i]) : NULL;

		if (!at)
			return false;
		group |= (uint32_t)(at - base64_letters) << (18 - 6 * i);
	}
	*ret_group = group;
	return true;
}

bool
base64_decode(const char *text, size_t size, struct buffer *to)
{
	if (size % 4 != 0)
		return false;
	for (size_t i = 0; i < size; i += 4) {
		size_t letters = 4;
		uint32_t group;

		if (i + 4 == size)
			letters = text[i + 3] != '=' ? 4 : text[i + 2] != '=' ? 3 : 2;
		if (!base64_group(text + i, letters, &group))
			return false;
		/* The bits behind the last byte must be 0, or two texts would spell the same bytes. */
		if (letters < 4 && (group & (letters == 3 ? 0xffU : 0xffffU)) != 0)
			return false;
		for (size_t byte = 0; byte + 1 < letters; byte++)
			buffer_append_byte(to, (uint8_t)(group >> (16 - 8 * byte)));
	}
	return true;
}
