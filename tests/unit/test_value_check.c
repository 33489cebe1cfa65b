/* The check of values, by tables of good and bad encodings. */
#include "tests/unit/hex.h"
#include "tests/unit/unit.h"

#include "lib/value.h"

static const struct value_limits limits = { .depth_max = 64, .key_max = 16 };

struct row {
	const char *hex;
	enum concur_status status;
	enum value_kind kind;
	size_t size; /* of the payload */
	bool refers;
};

static void
check_row(const struct row *row, bool as_key)
{
	uint8_t *bytes = malloc(1024);
	size_t size = hex_read(row->hex, bytes, 1024);
	struct value value = { 0 };
	bool refers = !row->refers;

	/* As large as the bytes, so that a sanitizer sees a read behind them. */
	bytes = realloc(bytes, size ? size : 1);
	enum concur_status status = as_key ? value_check_key(bytes, size, &limits, &value, &refers)
					   : value_check(bytes, size, &limits, &value, &refers);
	ck_assert_msg(status == row->status, "%s: status %d", row->hex, (int)status);
	if (status == CONCUR_OK) {
		ck_assert_msg(value.kind == row->kind, "%s: kind %d", row->hex, (int)value.kind);
		ck_assert_msg(value.size == row->size, "%s: size %zu", row->hex, value.size);
		ck_assert_msg(refers == row->refers, "%s: refers", row->hex);
		ck_assert_ptr_eq(value.data + value.size, bytes + size);
	}
	free(bytes);
}

START_TEST(check_good_encoding_is_ok)
{
	static const struct row rows[] = {
		{ "0801", CONCUR_OK, VALUE_NULL, 1, false },
		{ "1000", CONCUR_OK, VALUE_BOOLEAN, 1, false },
		{ "1001", CONCUR_OK, VALUE_BOOLEAN, 1, false },
		{ "1800", CONCUR_OK, VALUE_INTEGER, 1, false },
		{ "18ffffffffffffffffff01", CONCUR_OK, VALUE_INTEGER, 10, false },
		{ "2209 000000000000008000", CONCUR_OK, VALUE_BIG, 9, false },
		{ "2209 ffffffffffffff7fff", CONCUR_OK, VALUE_BIG, 9, false },
		{ "220a 00000000000000000001", CONCUR_OK, VALUE_BIG, 10, false },
		{ "29 000000000000f03f", CONCUR_OK, VALUE_NUMBER, 8, false },
		{ "3200", CONCUR_OK, VALUE_TEXT, 0, false },
		{ "3202 c3bc", CONCUR_OK, VALUE_TEXT, 2, false },
		{ "3203 610062", CONCUR_OK, VALUE_TEXT, 3, false },
		{ "3a00", CONCUR_OK, VALUE_DATA, 0, false },
		{ "3a02 fffe", CONCUR_OK, VALUE_DATA, 2, false },
		{ "4200", CONCUR_OK, VALUE_LIST, 0, false },
		{ "4208 0a021802 0a020801", CONCUR_OK, VALUE_LIST, 8, false },
		{ "4a04 0a024200", CONCUR_OK, VALUE_TUPLE, 4, false },
		{ "5200", CONCUR_OK, VALUE_MAP, 0, false },
		{ "520a 0a08 0a021802 12021804", CONCUR_OK, VALUE_MAP, 10, false },
		{ "5a02 0862", CONCUR_OK, VALUE_ARRAY, 2, false },
		{ "5a08 0869 1204 01000000", CONCUR_OK, VALUE_ARRAY, 8, false },
		{ "6202 0805", CONCUR_OK, VALUE_OBJECT, 2, true },
		{ "6204 0805 1001", CONCUR_OK, VALUE_OBJECT, 4, true },
		{ "6a03 0a0170", CONCUR_OK, VALUE_OPAQUE, 3, false },
		{ "6a06 0a0170 120180", CONCUR_OK, VALUE_OPAQUE, 6, false },
		{ "6a07 0a0170 1a020507", CONCUR_OK, VALUE_OPAQUE, 7, true },
		{ "420a 0a08 4206 0a04 62020805", CONCUR_OK, VALUE_LIST, 10, true },
		{ "520c 0a0a 0a021802 1204 62020805", CONCUR_OK, VALUE_MAP, 12, true },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		check_row(&rows[i], false);
}
END_TEST

START_TEST(check_bad_encoding_is_bad_value)
{
	static const char *const rows[] = { /* No field, no known field, two fields. */
		"", "08", "18", "32", "00", "0001", "7000", "7200", "fa0100", "0801 0801", "1802 00", "3200 3200", "ff",
		"ffff",
		/* Another encoding of a known field. */
		"09 0100000000000000", "0a00", "1200", "1a00", "2000", "28 01", "2a08 000000000000f03f", "3001", "3801",
		"31 0000000000000000", "4001", "5001", "0b", "0c", "1d 00000000",
		/* Scalars out of their domain. */
		"0800", "0802", "1002", "10 8001",
		/* Varints: cut, longer than need be, over 64 bits. */
		"1880", "188000", "18ff00", "18ffffffffffffffffff02", "18ffffffffffffffffff7f",
		"18ffffffffffffffffffff01", "18 80808080808080808000", "32 8000", "32 8100 61",
		/* Lengths past the end, or short of it. */
		"3201", "3202 61", "3201 6162", "32 ffffffffffffffffff01 61", "29 000000000000f0",
		"29 000000000000f03f00", "4204 0a0318", "4203 0a0218", "4202 0a05",
		/* Big integers that fit int64, or are not in shortest form. */
		"2200", "2201 05", "2208 0000000000000080", "2209 000000000000000000", "2209 000000000000007f00",
		"2209 0000000000000080ff", "220a 00000000000000800000", "220a ffffffffffffff7fffff",
		/* Text that is not UTF-8. */
		"3201 ff", "3202 c080", "3203 eda080", "4205 0a03 3201 80",
		/* Sequences: an unknown field, an item that is no value, a varint for an item. */
		"4204 12021802", "4202 0a00", "4202 0801", "4a04 12021802", "4201 0a", "4207 0a05 4203 0a0101",
		"4208 0a06 4204 0a026200",
		/* Maps: no key, no value, in the wrong order, twice, with more behind, keys that can not be keys. */
		"5202 0a00", "5206 0a04 0a021802", "5206 0a04 12021802", "520a 0a08 12021804 0a021802",
		"520e 0a0c 0a021802 12021804 12021804", "520e 0a0c 0a021802 0a021802 12021804",
		"520c 0a0a 0a021802 12021804 1801", "520a 0a08 0a024200 12021804", "520a 0a08 0a025200 12021804",
		"520c 0a0a 0a04 5a020862 12021804", "520e 0a0c 0a06 4a040a024200 12021804", "5204 12021802",
		/* Arrays: no typecode, an unknown one, half an item, an explicit empty field, fields out of order. */
		"5a00", "5a02 0861 0862", "5a02 0800", "5a02 0875", "5a05 0868 1201 00", "5a04 0862 1200",
		"5a05 1201 00 0862", "5a07 08e2ffffff1f 00", "5a06 0862 120100 00", "5a07 08e280808010 00",
		"5a06 08e280808010",
		/* References: to nothing, an explicit default, the wrong order, a kind over 32 bits, more behind. */
		"6200", "6202 0800", "6202 1001", "6204 1001 0805", "6204 0805 1000", "6208 0805 10 8080808010",
		"6206 0805 1001 1801", "6203 088500",
		/* Opaque: no codec, an empty one, not UTF-8, explicit empty fields, unpacked or null references,
		 * order. */
		"6a00", "6a02 0a00", "6a03 0a01ff", "6a03 120180", "6a05 0a0170 1200", "6a05 0a0170 1a00",
		"6a05 0a0170 1805", "6a06 0a0170 1a0100", "6a06 0a0170 1a0185", "6a06 120180 0a0170",
		"6a09 0a0170 1a0105 1a0106", "6a09 0a0170 1a0105 120180", "6a06 0a0170 220101"
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		check_row(&(struct row){ .hex = rows[i], .status = CONCUR_BAD_VALUE }, false);
}
END_TEST

START_TEST(check_every_beginning_of_good_encoding_is_bad_value)
{
	static const char whole[] = "521c 0a0a 0a04 32026162 1202 1804 0a0e 0a02 1806 1208 4206 0a04 62020805";
	uint8_t bytes[64];
	size_t size = hex_read(whole, bytes, sizeof bytes);
	struct value value;

	ck_assert_int_eq(value_check(bytes, size, &limits, &value, NULL), CONCUR_OK);
	for (size_t cut = 0; cut < size; cut++) {
		uint8_t *copy = malloc(cut ? cut : 1);

		memcpy(copy, bytes, cut);
		ck_assert_int_eq(value_check(copy, cut, &limits, &value, NULL), CONCUR_BAD_VALUE);
		free(copy);
	}
}
END_TEST

/* Makes the bytes in `room` the contents of a field. */
static size_t
wrap(uint8_t *room, size_t size, uint8_t tag)
{
	size_t head = 1 + value_varint_size(size);

	memmove(room + head, room, size);
	room[0] = tag;
	value_varint_write(room + 1, size);
	return head + size;
}

/* So many lists, tuples or maps in each other, the innermost holding null, which counts too. */
static size_t
nest(unsigned depth, enum value_kind kind, uint8_t *room)
{
	static const uint8_t key[] = { 0x0a, 0x02, 0x18, 0x02 };
	size_t size = hex_read("0801", room, 2);

	while (--depth > 0) {
		size = wrap(room, size, kind == VALUE_MAP ? 0x12 : 0x0a);
		if (kind == VALUE_MAP) {
			memmove(room + sizeof key, room, size);
			memcpy(room, key, sizeof key);
			size = wrap(room, size + sizeof key, 0x0a);
		}
		size = wrap(room, size, (uint8_t)(kind << 3 | 2));
	}
	return size;
}

START_TEST(check_depth_at_limit_is_ok_past_it_too_large)
{
	static const enum value_kind kinds[] = { VALUE_LIST, VALUE_TUPLE, VALUE_MAP };
	uint8_t room[4096];
	struct value value;

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		size_t size = nest(64, kinds[i], room);
		ck_assert_int_eq(value_check(room, size, &limits, &value, NULL), CONCUR_OK);
		size = nest(65, kinds[i], room);
		ck_assert_int_eq(value_check(room, size, &limits, &value, NULL), CONCUR_TOO_LARGE);
	}
}
END_TEST

START_TEST(check_depth_without_limit_stops_at_hard_limit)
{
	static const struct value_limits none = { .depth_max = UINT32_MAX, .key_max = 16 };
	static uint8_t room[64 * 1024];
	struct value value;

	size_t size = nest(VALUE_DEPTH_HARD_MAX, VALUE_TUPLE, room);
	ck_assert_int_eq(value_check(room, size, &none, &value, NULL), CONCUR_OK);
	size = nest(VALUE_DEPTH_HARD_MAX + 1, VALUE_TUPLE, room);
	ck_assert_int_eq(value_check(room, size, &none, &value, NULL), CONCUR_TOO_LARGE);
}
END_TEST

START_TEST(check_key_of_hashable_kinds_is_ok)
{
	static const struct row rows[] = {
		{ "0801", CONCUR_OK, VALUE_NULL, 1, false },
		{ "1001", CONCUR_OK, VALUE_BOOLEAN, 1, false },
		{ "1802", CONCUR_OK, VALUE_INTEGER, 1, false },
		{ "2209 000000000000008000", CONCUR_OK, VALUE_BIG, 9, false },
		{ "29 000000000000f03f", CONCUR_OK, VALUE_NUMBER, 8, false },
		{ "3a02 fffe", CONCUR_OK, VALUE_DATA, 2, false },
		{ "3210 30313233343536373839303132333435", CONCUR_OK, VALUE_TEXT, 16, false },
		{ "4a00", CONCUR_OK, VALUE_TUPLE, 0, false },
		{ "4a08 0a06 4a04 0a021802", CONCUR_OK, VALUE_TUPLE, 8, false },
		{ "6202 0805", CONCUR_OK, VALUE_OBJECT, 2, true },
		{ "6a03 0a0170", CONCUR_OK, VALUE_OPAQUE, 3, false },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		check_row(&rows[i], true);
}
END_TEST

START_TEST(check_key_of_other_kinds_is_refused)
{
	static const struct row rows[] = {
		{ "4200", CONCUR_UNHASHABLE, 0, 0, false },
		{ "5200", CONCUR_UNHASHABLE, 0, 0, false },
		{ "5a02 0862", CONCUR_UNHASHABLE, 0, 0, false },
		{ "4a04 0a024200", CONCUR_UNHASHABLE, 0, 0, false },
		{ "4a08 0a06 4a04 0a025200", CONCUR_UNHASHABLE, 0, 0, false },
		{ "3211 3031323334353637383930313233343536", CONCUR_TOO_LARGE, 0, 0, false },
		{ "3201 ff", CONCUR_BAD_VALUE, 0, 0, false },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		check_row(&rows[i], true);
}
END_TEST

START_TEST(parse_looks_at_outermost_field_only)
{
	uint8_t bytes[16];
	struct value value;
	size_t size = hex_read("4203 ffffff", bytes, sizeof bytes);

	ck_assert_int_eq(value_parse(bytes, size, &value), CONCUR_OK);
	ck_assert_int_eq(value.kind, VALUE_LIST);
	ck_assert_uint_eq(value.size, 3);
	ck_assert_ptr_eq(value.data, bytes + 2);
	ck_assert_int_eq(value_parse(bytes, size - 1, &value), CONCUR_BAD_VALUE);
	ck_assert_int_eq(value_parse(bytes, 0, &value), CONCUR_BAD_VALUE);
	size = hex_read("0001", bytes, sizeof bytes);
	ck_assert_int_eq(value_parse(bytes, size, &value), CONCUR_BAD_VALUE);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		check_good_encoding_is_ok,
		check_bad_encoding_is_bad_value,
		check_every_beginning_of_good_encoding_is_bad_value,
		check_depth_at_limit_is_ok_past_it_too_large,
		check_depth_without_limit_stops_at_hard_limit,
		check_key_of_hashable_kinds_is_ok,
		check_key_of_other_kinds_is_refused,
		parse_looks_at_outermost_field_only,
		NULL,
	};

	return unit_run("value_check", tests);
}
