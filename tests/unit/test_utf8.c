/* UTF-8, against a table of what is good and bad and against a plain decoder. */
#include "tests/unit/unit.h"

#include "lib/utf8.h"

#include <string.h>

/* A decoder that first takes the number apart and then asks whether it may be written so. */
static bool
model_valid(const uint8_t *at, size_t size)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };

	while (size > 0) {
		size_t length = *at < 0x80 ? 1 : *at >= 0xf0 && *at < 0xf8 ? 4 : *at >= 0xe0 ? 3 : 2;
		uint32_t number = length == 1 ? *at : *at & (0x7fu >> length);

		if ((*at >= 0x80 && *at < 0xc0) || *at >= 0xf8 || length > size)
			return false;
		for (size_t i = 1; i < length; i++) {
			if (at[i] >> 6 != 2)
				return false;
			number = number << 6 | (at[i] & 0x3f);
		}
		if (number < smallest[length] || number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff))
			return false;
		at += length;
		size -= length;
	}
	return true;
}

START_TEST(valid_of_good_text_is_true)
{
	static const char *const rows[] = { "", "a", "ab", "abc", "abcd", "abcdefg", "abcdefgh", "abcdefghi",
		"abcdefghijklmnopqrstuvwxyz", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "gr\xc3\xbc\xc3\x9f dich",
		"\xe6\x97\xa5\xe6\x9c\xac" };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		ck_assert_msg(utf8_valid((const uint8_t *)rows[i], strlen(rows[i])), "row %zu", i);
	ck_assert(utf8_valid((const uint8_t *)"a\0b", 3));
}
END_TEST

START_TEST(valid_of_bad_text_is_false)
{
	static const char *const rows[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\xc2", "\xe0\x9f\xbf",
		"\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf0\x90\x80", "\xff", "abcdefgh\x80", "abcdefghijklmno\xc3", "\xc3\xbc\xc3" };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		ck_assert_msg(!utf8_valid((const uint8_t *)rows[i], strlen(rows[i])), "row %zu", i);
}
END_TEST

START_TEST(valid_of_all_short_texts_agrees_with_model)
{
	uint8_t text[3];

	for (unsigned n = 0; n < 1u << 24; n++) {
		/* Bytes that open and close the ranges, in the last place; all of them in the first two. */
		if (n > 0xffff && (n >> 16 & 0x0f) != 0 && (n >> 16 & 0x0f) != 0x0f)
			continue;
		text[0] = (uint8_t)n;
		text[1] = (uint8_t)(n >> 8);
		text[2] = (uint8_t)(n >> 16);
		ck_assert_uint_eq(utf8_valid(text, 3), model_valid(text, 3));
		ck_assert_uint_eq(utf8_valid(text, 2), model_valid(text, 2));
	}
}
END_TEST

START_TEST(valid_with_sequence_at_any_place_agrees_with_model)
{
	static const char *const sequences[] = { "\xc3\xbc", "\xe6\x97\xa5", "\xf0\x9f\x98\x80", "\xed\xa0\x80", "\xff",
		"\xf0\x9f" };

	for (size_t i = 0; i < UNIT_COUNT(sequences); i++) {
		for (size_t size = strlen(sequences[i]); size < 40; size++) {
			for (size_t at = 0; at + strlen(sequences[i]) <= size; at++) {
				uint8_t text[40];

				memset(text, 'x', sizeof text);
				memcpy(text + at, sequences[i], strlen(sequences[i]));
				ck_assert_uint_eq(utf8_valid(text, size), model_valid(text, size));
			}
		}
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		valid_of_good_text_is_true,
		valid_of_bad_text_is_false,
		valid_of_all_short_texts_agrees_with_model,
		valid_with_sequence_at_any_place_agrees_with_model,
		NULL,
	};

	return unit_run("utf8", tests);
}
