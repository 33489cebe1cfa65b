/* CRC-32 against published check values. */
#include "tests/unit/unit.h"

#include "lib/crc32.h"

#include <string.h>

START_TEST(of_known_texts_is_published_value)
{
	static const struct {
		const char *text;
		uint32_t crc;
	} rows[] = {
		{ "", 0 },
		{ "a", 0xe8b7be43 },
		{ "123456789", 0xcbf43926 },
		{ "The quick brown fox jumps over the lazy dog", 0x414fa339 },
		{ "/concur.v1.Dict/Get", 0x20e5c85c },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		ck_assert_uint_eq(crc32_of(rows[i].text, strlen(rows[i].text)), rows[i].crc);
}
END_TEST

START_TEST(of_zeros_and_ones_is_published_value)
{
	uint8_t bytes[32];

	memset(bytes, 0, sizeof bytes);
	ck_assert_uint_eq(crc32_of(bytes, sizeof bytes), 0x190a55ad);
	memset(bytes, 0xff, sizeof bytes);
	ck_assert_uint_eq(crc32_of(bytes, sizeof bytes), 0xff6cab0b);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { of_known_texts_is_published_value, of_zeros_and_ones_is_published_value, NULL };

	return unit_run("crc32", tests);
}
