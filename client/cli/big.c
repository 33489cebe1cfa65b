/* Big integers, by schoolbook arithmetic on bytes and on groups of nine digits: they are spelled for people, rarely. */
#include "big.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_DIGITS = 9, GROUP = 1000000000 };

bool
big_is_decimal(const char *text)
{
	if (*text == '-' || *text == '+')
		text++;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
	}
	return true;
}

/* number = number * 10 + digit; the number grows by a byte where it must. */
static void
magnitude_push(struct buffer *number, unsigned digit)
{
	unsigned carry = digit;

	for (size_t i = 0; i < number->size; i++) {
		carry += number->bytes[i] * 10U;
		number->bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
	if (carry)
		buffer_append_byte(number, (uint8_t)carry);
}

static void
magnitude_negate(struct buffer *number)
{
	unsigned carry = 1;

	for (size_t i = 0; i < number->size; i++) {
		carry += (uint8_t)~number->bytes[i];
		number->bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* Drops bytes on top that only repeat the sign. */
static size_t
shortest(const uint8_t *bytes, size_t size)
{
	while (size > 1) {
		bool negative = bytes[size - 2] & 0x80;

		if (bytes[size - 1] != (negative ? 0xff : 0x00))
			break;
		size--;
	}
	return size;
}

void
big_from_decimal(const char *text, struct buffer *to)
{
	struct buffer number = { 0 };
	bool negative = *text == '-';

	if (*text == '-' || *text == '+')
		text++;
	for (; *text; text++)
		magnitude_push(&number, (unsigned)(*text - '0'));
	buffer_append_byte(&number, 0); /* the sign's */
	if (negative && !number.failed)
		magnitude_negate(&number);
	if (number.failed)
		to->failed = true;
	else
		buffer_append(to, number.bytes, shortest(number.bytes, number.size));
	buffer_fini(&number);
}

/* groups = groups * 256 + byte, base GROUP, lowest group first. */
static void
groups_push(uint32_t *groups, size_t *count, uint8_t byte)
{
	uint64_t carry = byte;

	for (size_t i = 0; i < *count; i++) {
		carry += (uint64_t)groups[i] * 256;
		groups[i] = (uint32_t)(carry % GROUP);
		carry /= GROUP;
	}
	if (carry)
		groups[(*count)++] = (uint32_t)carry;
}

static char *
groups_print(const uint32_t *groups, size_t count, bool negative)
{
	size_t room = count * GROUP_DIGITS + 3;
	char *text = malloc(room);
	int used;

	if (!text)
		return NULL;
	used = snprintf(text, room, "%s%u", negative ? "-" : "", count ? groups[count - 1] : 0);
	for (size_t i = count; i-- > 1;)
		used += snprintf(text + used, room - (size_t)used, "%09u", groups[i - 1]);
	return text;
}

char *
big_to_decimal(const uint8_t *bytes, size_t size)
{
	bool negative = size > 0 && bytes[size - 1] & 0x80;
	struct buffer number = { 0 };
	uint32_t *groups = calloc(size / 3 + 2, sizeof *groups); /* a group holds more than three bytes */
	char *text = NULL;
	size_t count = 0;

	buffer_append(&number, bytes, size);
	if (!groups || number.failed)
		goto out;
	if (negative)
		magnitude_negate(&number);
	for (size_t i = size; i-- > 0;)
		groups_push(groups, &count, number.bytes[i]);
	text = groups_print(groups, count, negative);
out:
	free(groups);
	buffer_fini(&number);
	return text;
}
