/* Typecodes: what fits, what is refused, and arithmetic at the edges. The expectations are those of Python's array. */
#include "tests/unit/unit.h"

#include "lib/status.h"
#include "lib/typecode.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char typecodes[] = "bBhHiIlLqQfd";

/* A big integer from its bytes, and 2^64 - 1. */
#define BIG(bytes) ((struct value){ VALUE_BIG, (const uint8_t *)(bytes), sizeof(bytes) - 1 })
#define UINT64 BIG("\xff\xff\xff\xff\xff\xff\xff\xff\x00")

static struct value
integer(int64_t number)
{
	static uint8_t rooms[8][VALUE_SCALAR_MAX];
	static unsigned at;
	struct value value;

	value_set_integer(&value, rooms[at++ % 8], number);
	return value;
}

static struct value
real(double number)
{
	static uint8_t rooms[8][VALUE_SCALAR_MAX];
	static unsigned at;
	struct value value;

	value_set_number(&value, rooms[at++ % 8], number);
	return value;
}

#define ck_assert_status(expression, expected) ck_assert_str_eq(status_name(expression), status_name(expected))

/* The value comes back as it went in. */
static void
expect_kept(char typecode, struct value value)
{
	uint8_t item[TYPECODE_ITEM_MAX], room[VALUE_SCALAR_MAX];
	struct value back;

	ck_assert_status(typecode_write((uint32_t)typecode, &value, item), CONCUR_OK);
	typecode_read((uint32_t)typecode, item, room, &back);
	ck_assert_msg(value_equal(&back, &value) == VALUE_SAME, "%c", typecode);
}

static void
expect_refused(char typecode, struct value value, enum concur_status status)
{
	uint8_t item[TYPECODE_ITEM_MAX] = { 1, 2, 3, 4, 5, 6, 7, 8 }, before[TYPECODE_ITEM_MAX];

	memcpy(before, item, sizeof item);
	ck_assert_status(typecode_write((uint32_t)typecode, &value, item), status);
	ck_assert_mem_eq(item, before, sizeof item);
}

START_TEST(write_of_the_ends_of_each_range_is_kept)
{
	static const struct {
		char typecode;
		int64_t least, greatest;
	} rows[] = {
		{ 'b', -128, 127 },
		{ 'B', 0, 255 },
		{ 'h', -32768, 32767 },
		{ 'H', 0, 65535 },
		{ 'i', INT32_MIN, INT32_MAX },
		{ 'I', 0, UINT32_MAX },
		{ 'l', INT64_MIN, INT64_MAX },
		{ 'q', INT64_MIN, INT64_MAX },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		expect_kept(rows[i].typecode, integer(rows[i].least));
		expect_kept(rows[i].typecode, integer(rows[i].greatest));
		if (rows[i].least > INT64_MIN) {
			expect_refused(rows[i].typecode, integer(rows[i].least - 1), CONCUR_OVERFLOW);
			expect_refused(rows[i].typecode, integer(rows[i].greatest + 1), CONCUR_OVERFLOW);
		}
	}
	for (size_t i = 0; i < 2; i++) {
		expect_kept("QL"[i], UINT64);
		expect_kept("QL"[i], integer(INT64_MAX));
		expect_refused("QL"[i], integer(-1), CONCUR_OVERFLOW);
		expect_refused("QL"[i], BIG("\0\0\0\0\0\0\0\0\1"), CONCUR_OVERFLOW);
		expect_refused("ql"[i], UINT64, CONCUR_OVERFLOW);
		expect_refused("QL"[i], BIG("\0\0\0\0\0\0\0\0\xff"), CONCUR_OVERFLOW);
		/* More than 128 bits. */
		expect_refused("QL"[i], BIG("\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), CONCUR_OVERFLOW);
	}
}
END_TEST

START_TEST(write_of_what_is_no_number_of_the_typecode_is_refused)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value null, truth;

	value_set_null(&null, room);
	for (const char *typecode = typecodes; *typecode; typecode++) {
		expect_refused(*typecode, null, CONCUR_TYPE_ERROR);
		expect_refused(*typecode, (struct value){ VALUE_TEXT, (const uint8_t *)"1", 1 }, CONCUR_TYPE_ERROR);
		expect_refused(*typecode, (struct value){ VALUE_LIST, (const uint8_t *)"", 0 }, CONCUR_TYPE_ERROR);
		if (!typecode_is_real((uint32_t)*typecode))
			expect_refused(*typecode, real(1), CONCUR_TYPE_ERROR);
	}
	value_set_boolean(&truth, room, true);
	expect_kept('b', truth);
	expect_kept('d', truth);
}
END_TEST

START_TEST(write_of_floats_rounds_as_the_typecode_does)
{
	uint8_t item[TYPECODE_ITEM_MAX], room[VALUE_SCALAR_MAX];
	struct value value = real(0.1), back;

	expect_kept('d', value);
	expect_kept('f', real(0.5));
	expect_kept('d', real((double)INFINITY));
	ck_assert_status(typecode_write('f', &value, item), CONCUR_OK);
	typecode_read('f', item, room, &back);
	ck_assert_double_eq(value_number(&back), (double)0.1f);
	expect_kept('d', integer(1 << 20));
	expect_kept('d', BIG("\0\0\0\0\0\0\0\0\0\x01"));
	expect_kept('d', BIG("\0\0\0\0\0\0\0\0\0\xff"));
	/* An integer that no double reaches. */
	static const uint8_t huge[130] = { [129] = 1 };
	expect_refused('d', (struct value){ VALUE_BIG, huge, sizeof huge }, CONCUR_OVERFLOW);
}
END_TEST

static void
expect_change(char typecode, struct value from, enum typecode_operation operation, struct value operand,
    enum concur_status status, struct value to)
{
	uint8_t item[TYPECODE_ITEM_MAX], room[VALUE_SCALAR_MAX];
	struct value now;

	ck_assert_status(typecode_write((uint32_t)typecode, &from, item), CONCUR_OK);
	ck_assert_status(typecode_change((uint32_t)typecode, item, operation, &operand), status);
	typecode_read((uint32_t)typecode, item, room, &now);
	ck_assert_msg(value_equal(&now, status == CONCUR_OK ? &to : &from) == VALUE_SAME, "%c", typecode);
}

START_TEST(change_stays_within_the_range)
{
	expect_change('b', integer(100), TYPECODE_ADD, integer(27), CONCUR_OK, integer(127));
	expect_change('b', integer(100), TYPECODE_ADD, integer(28), CONCUR_OVERFLOW, integer(0));
	expect_change('B', integer(3), TYPECODE_SUBTRACT, integer(3), CONCUR_OK, integer(0));
	expect_change('B', integer(3), TYPECODE_SUBTRACT, integer(4), CONCUR_OVERFLOW, integer(0));
	expect_change('q', integer(INT64_MAX), TYPECODE_ADD, integer(1), CONCUR_OVERFLOW, integer(0));
	expect_change('q', integer(INT64_MIN), TYPECODE_SUBTRACT, integer(INT64_MIN), CONCUR_OK, integer(0));
	expect_change('Q', integer(INT64_MAX), TYPECODE_ADD, integer(INT64_MAX), CONCUR_OK,
	    BIG("\xfe\xff\xff\xff\xff\xff\xff\xff\x00"));
	expect_change('Q', UINT64, TYPECODE_SUBTRACT, UINT64, CONCUR_OK, integer(0));
	expect_change('Q', integer(5), TYPECODE_MAXIMUM, UINT64, CONCUR_OK, UINT64);
	expect_change('Q', UINT64, TYPECODE_MINIMUM, integer(5), CONCUR_OK, integer(5));
	expect_change('b', integer(5), TYPECODE_MAXIMUM, integer(3), CONCUR_OK, integer(5));
	expect_change('b', integer(5), TYPECODE_MAXIMUM, integer(300), CONCUR_OVERFLOW, integer(0));
	expect_change('b', integer(5), TYPECODE_MINIMUM, integer(-300), CONCUR_OVERFLOW, integer(0));
	expect_change('b', integer(5), TYPECODE_ADD, real(1), CONCUR_TYPE_ERROR, integer(0));
	expect_change('d', real(0.5), TYPECODE_ADD, integer(1), CONCUR_OK, real(1.5));
	expect_change('d', real(0.5), TYPECODE_SUBTRACT, real(0.25), CONCUR_OK, real(0.25));
	expect_change('d', real(0.5), TYPECODE_MAXIMUM, integer(1), CONCUR_OK, integer(1));
	expect_change('d', real(0.5), TYPECODE_MINIMUM, real((double)NAN), CONCUR_OK, real(0.5));
	/* The largest that 128 bits hold, added to what is there. */
	expect_change('Q', UINT64, TYPECODE_ADD,
	    BIG("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), CONCUR_OVERFLOW, integer(0));
}
END_TEST

START_TEST(bounds_are_the_ends_of_the_range)
{
	static const struct {
		char typecode;
		int64_t least;
		uint64_t greatest;
	} table[] = {
		{ 'b', INT8_MIN, INT8_MAX },
		{ 'B', 0, UINT8_MAX },
		{ 'q', INT64_MIN, INT64_MAX },
		{ 'Q', 0, UINT64_MAX },
	};

	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		uint64_t greatest;
		int64_t least;

		typecode_bounds((uint32_t)table[i].typecode, &least, &greatest);
		ck_assert_int_eq(least, table[i].least);
		ck_assert_uint_eq(greatest, table[i].greatest);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		write_of_the_ends_of_each_range_is_kept,
		write_of_what_is_no_number_of_the_typecode_is_refused,
		write_of_floats_rounds_as_the_typecode_does,
		change_stays_within_the_range,
		bounds_are_the_ends_of_the_range,
		NULL,
	};

	return unit_run("typecode", tests);
}
