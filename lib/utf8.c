/* UTF-8: is it valid?
 *
 * Nearly all text is ASCII and short: that is told eight bytes at a time, the last eight overlapping those before, so
 * that no loop goes over single bytes. Anything else is stepped through sequence by sequence. */
#include "utf8.h"

#include <string.h>

#define UTF8_HIGH_BITS UINT64_C(0x8080808080808080)

static inline uint64_t
utf8_load64(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

static inline uint32_t
utf8_load32(const uint8_t *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

static inline bool
utf8_ascii_only(const uint8_t *bytes, size_t size)
{
	const uint8_t *end = bytes + size;

	if (size >= 8) {
		for (; end - bytes > 8; bytes += 8) {
			if (utf8_load64(bytes) & UTF8_HIGH_BITS)
				return false;
		}
		return !(utf8_load64(end - 8) & UTF8_HIGH_BITS);
	}
	if (size >= 4)
		return !((utf8_load32(bytes) | utf8_load32(end - 4)) & (uint32_t)UTF8_HIGH_BITS);
	return size == 0 || (bytes[0] | bytes[size / 2] | bytes[size - 1]) < 0x80;
}

/* Bytes of the sequence that begins with this byte, 0 if none does; and what the second byte may be, which is where
 * overlong forms, surrogates and numbers past the end are told. */
static size_t
utf8_sequence(uint8_t lead, uint8_t *ret_low, uint8_t *ret_high)
{
	*ret_low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	*ret_high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* Behind the sequence that is not ASCII at `at`, or NULL if it is none. */
static const uint8_t *
utf8_step(const uint8_t *at, const uint8_t *end)
{
	uint8_t low, high;
	size_t size = utf8_sequence(*at, &low, &high);

	if (size == 0 || size > (size_t)(end - at) || at[1] < low || at[1] > high)
		return NULL;
	for (size_t i = 2; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return NULL;
	}
	return at + size;
}

bool
utf8_valid(const uint8_t *bytes, size_t size)
{
	const uint8_t *end = bytes + size;

	if (utf8_ascii_only(bytes, size))
		return true;
	while (bytes && bytes < end) {
		if (end - bytes >= 8 && !(utf8_load64(bytes) & UTF8_HIGH_BITS))
			bytes += 8;
		else if (*bytes < 0x80)
			bytes++;
		else
			bytes = utf8_step(bytes, end);
	}
	return bytes != NULL;
}
