/* Values: reading their parts, walking, making, adding and encoding them. */
#include "tests/unit/hex.h"
#include "tests/unit/tree.h"
#include "tests/unit/unit.h"

#include "lib/value.h"

#include <float.h>

static const struct value_limits limits = { .depth_max = 64, .key_max = 1024 };

/* The bytes stay in `room`. */
static struct value
from_hex(const char *hex, uint8_t *room, size_t size)
{
	struct value value;

	ck_assert_int_eq(value_check(room, hex_read(hex, room, size), &limits, &value, NULL), CONCUR_OK);
	return value;
}

/* -- varints ----------------------------------------------------------------------------------------------------- */

START_TEST(varint_written_is_read_back)
{
	for (unsigned shift = 0; shift < 64; shift++) {
		for (uint64_t around = 0; around < 3; around++) {
			uint64_t number = (UINT64_C(1) << shift) + around - 1, back;
			uint8_t bytes[11];
			const uint8_t *end = value_varint_write(bytes, number);

			ck_assert_uint_eq((size_t)(end - bytes), value_varint_size(number));
			ck_assert_ptr_eq(value_varint_read(bytes, end, &back), end);
			ck_assert_uint_eq(back, number);
			ck_assert_ptr_null(value_varint_read(bytes, end - 1, &back));
		}
	}
	ck_assert_uint_eq(value_varint_size(0), 1);
	ck_assert_uint_eq(value_varint_size(127), 1);
	ck_assert_uint_eq(value_varint_size(128), 2);
	ck_assert_uint_eq(value_varint_size(UINT64_MAX), 10);
}
END_TEST

/* -- scalars ----------------------------------------------------------------------------------------------------- */

START_TEST(set_scalar_is_read_back)
{
	static const int64_t integers[] = { 0, 1, -1, 63, -64, 64, -65, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN };
	static const double numbers[] = { 0, -0.0, 1, -1.5, DBL_MAX, DBL_MIN, -DBL_TRUE_MIN };
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	for (size_t i = 0; i < UNIT_COUNT(integers); i++) {
		value_set_integer(&value, room, integers[i]);
		ck_assert_int_eq(value.kind, VALUE_INTEGER);
		ck_assert_int_eq(value_integer(&value), integers[i]);
	}
	for (size_t i = 0; i < UNIT_COUNT(numbers); i++) {
		value_set_number(&value, room, numbers[i]);
		double back = value_number(&value);
		ck_assert_mem_eq(&back, &numbers[i], sizeof back);
	}
	value_set_boolean(&value, room, true);
	ck_assert(value_boolean(&value));
	ck_assert_int_eq(value_integer(&value), 1);
	value_set_boolean(&value, room, false);
	ck_assert(!value_boolean(&value));
	value_set_null(&value, room);
	ck_assert_int_eq(value.kind, VALUE_NULL);
	ck_assert_uint_eq(value.size, 1);
}
END_TEST

START_TEST(integer_has_protobufs_zigzag)
{
	uint8_t room[16];
	struct value value = from_hex("1801", room, sizeof room);

	ck_assert_int_eq(value_integer(&value), -1);
	value = from_hex("18 feffffffffffffffff01", room, sizeof room);
	ck_assert_int_eq(value_integer(&value), INT64_MAX);
	value = from_hex("18 ffffffffffffffffff01", room, sizeof room);
	ck_assert_int_eq(value_integer(&value), INT64_MIN);
}
END_TEST

/* -- adding ------------------------------------------------------------------------------------------------------ */

START_TEST(add_pythons_way)
{
	static const struct {
		const char *a, *b, *sum;
		enum concur_status status;
	} rows[] = {
		{ "1", "2", "3", CONCUR_OK },
		{ "-5", "2", "-3", CONCUR_OK },
		{ "True", "True", "2", CONCUR_OK },
		{ "False", "False", "0", CONCUR_OK },
		{ "1", "0.5", "1.5", CONCUR_OK },
		{ "True", "0.5", "1.5", CONCUR_OK },
		{ "1.0", "1.0", "2.0", CONCUR_OK },
		{ "inf", "1", "inf", CONCUR_OK },
		{ "9223372036854775806", "1", "9223372036854775807", CONCUR_OK },
		{ "9223372036854775807", "1", NULL, CONCUR_OVERFLOW },
		{ "-9223372036854775808", "-1", NULL, CONCUR_OVERFLOW },
		{ "9223372036854775807", "1.0", "9223372036854775808.0", CONCUR_OK },
		{ "2**64", "1", NULL, CONCUR_OVERFLOW },
		{ "0.5", "2**64", NULL, CONCUR_OVERFLOW },
		{ "1", "'1'", NULL, CONCUR_TYPE_ERROR },
		{ "None", "1", NULL, CONCUR_TYPE_ERROR },
		{ "[1]", "[1]", NULL, CONCUR_TYPE_ERROR },
		{ "'a'", "2**64", NULL, CONCUR_TYPE_ERROR },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct tree *tree_a = tree_read(rows[i].a), *tree_b = tree_read(rows[i].b);
		struct tree *tree_sum = tree_read(rows[i].sum ? rows[i].sum : "None");
		struct value a, b, expected, sum = { 0 };
		uint8_t *bytes[] = { tree_value(tree_a, &a), tree_value(tree_b, &b), tree_value(tree_sum, &expected) };
		uint8_t room[VALUE_SCALAR_MAX];

		ck_assert_msg(value_add(&a, &b, room, &sum) == rows[i].status, "%s + %s", rows[i].a, rows[i].b);
		if (rows[i].sum)
			ck_assert_msg(value_identical(&sum, &expected), "%s + %s == %s", rows[i].a, rows[i].b,
			    rows[i].sum);
		for (size_t k = 0; k < UNIT_COUNT(bytes); k++)
			free(bytes[k]);
		tree_free(tree_a);
		tree_free(tree_b);
		tree_free(tree_sum);
	}
}
END_TEST

START_TEST(add_into_own_room_is_right)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	value_set_integer(&value, room, 300);
	ck_assert_int_eq(value_add(&value, &value, room, &value), CONCUR_OK);
	ck_assert_int_eq(value_integer(&value), 600);
}
END_TEST

/* -- walking ----------------------------------------------------------------------------------------------------- */

START_TEST(walk_list_gives_items_in_order)
{
	uint8_t room[64];
	struct value list = from_hex("420c 0a021802 0a023200 0a021804", room, sizeof room);
	struct value_walk walk;
	struct value item;

	value_walk_begin(&walk, &list);
	ck_assert(value_walk_next(&walk, &item));
	ck_assert_int_eq(value_integer(&item), 1);
	ck_assert(value_walk_next(&walk, &item));
	ck_assert_int_eq(item.kind, VALUE_TEXT);
	ck_assert_uint_eq(item.size, 0);
	ck_assert(value_walk_next(&walk, &item));
	ck_assert_int_eq(value_integer(&item), 2);
	ck_assert(!value_walk_next(&walk, &item));
	ck_assert(!value_walk_next(&walk, &item));
}
END_TEST

START_TEST(walk_map_gives_keys_and_values_in_turn)
{
	uint8_t room[64];
	struct value map = from_hex("5214 0a08 0a021802 12021804 0a08 0a021806 12021808", room, sizeof room);
	struct value_walk walk;
	struct value item;

	value_walk_begin(&walk, &map);
	for (int64_t i = 1; i <= 4; i++) {
		ck_assert(value_walk_next(&walk, &item));
		ck_assert_int_eq(value_integer(&item), i);
	}
	ck_assert(!value_walk_next(&walk, &item));
}
END_TEST

START_TEST(walk_empty_container_is_at_end)
{
	static const char *const rows[] = { "4200", "4a00", "5200" };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t room[8];
		struct value container = from_hex(rows[i], room, sizeof room), item;
		struct value_walk walk;

		value_walk_begin(&walk, &container);
		ck_assert(!value_walk_next(&walk, &item));
	}
}
END_TEST

/* -- parts ------------------------------------------------------------------------------------------------------- */

START_TEST(parts_of_array_are_read)
{
	uint8_t room[16];
	struct value value = from_hex("5a08 0869 1204 01020304", room, sizeof room);
	struct value_array array;

	value_array(&value, &array);
	ck_assert_uint_eq(array.typecode, 'i');
	ck_assert_uint_eq(array.size, 4);
	ck_assert_mem_eq(array.items, "\1\2\3\4", 4);
	value = from_hex("5a02 0864", room, sizeof room);
	value_array(&value, &array);
	ck_assert_uint_eq(array.typecode, 'd');
	ck_assert_uint_eq(array.size, 0);
}
END_TEST

START_TEST(item_size_of_every_typecode_is_known)
{
	static const struct {
		const char *typecodes;
		size_t size;
	} rows[] = { { "bB", 1 }, { "hH", 2 }, { "iIf", 4 }, { "lLqQd", 8 }, { "acuwz@", 0 } };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		for (const char *c = rows[i].typecodes; *c; c++)
			ck_assert_uint_eq(value_item_size((uint8_t)*c), rows[i].size);
	}
	ck_assert_uint_eq(value_item_size(0), 0);
	ck_assert_uint_eq(value_item_size('b' + 256), 0);
}
END_TEST

START_TEST(parts_of_reference_are_read)
{
	uint8_t room[16];
	struct value value = from_hex("6205 088802 1003", room, sizeof room);
	struct value_reference reference;

	value_reference(&value, &reference);
	ck_assert_uint_eq(reference.object, 264);
	ck_assert_uint_eq(reference.kind, 3);
	value = from_hex("6202 0805", room, sizeof room);
	value_reference(&value, &reference);
	ck_assert_uint_eq(reference.object, 5);
	ck_assert_uint_eq(reference.kind, 0);
}
END_TEST

START_TEST(parts_of_opaque_are_read)
{
	uint8_t room[32];
	struct value value = from_hex("6a0b 0a0170 12020102 1a020507", room, sizeof room);
	struct value_opaque opaque;

	value_opaque(&value, &opaque);
	ck_assert_uint_eq(opaque.codec_size, 1);
	ck_assert_mem_eq(opaque.codec, "p", 1);
	ck_assert_uint_eq(opaque.size, 2);
	ck_assert_mem_eq(opaque.data, "\1\2", 2);
	ck_assert_uint_eq(opaque.references_size, 2);
	value = from_hex("6a07 0a0170 1a020507", room, sizeof room);
	value_opaque(&value, &opaque);
	ck_assert_uint_eq(opaque.size, 0);
	ck_assert_uint_eq(opaque.references_size, 2);
	value = from_hex("6a03 0a0170", room, sizeof room);
	value_opaque(&value, &opaque);
	ck_assert_uint_eq(opaque.size + opaque.references_size, 0);
}
END_TEST

/* Appends the id as a digit. */
static void
note_reference(uint64_t id, void *arg)
{
	uint64_t *met = arg;

	*met = *met * 10 + id;
}

START_TEST(each_reference_visits_all_nested_ones)
{
	uint8_t room[64];
	uint64_t met = 0;
	/* [proxy(1), {proxy(2): (opaque with 3 and 4,)}, proxy(1), "x"] */
	struct value value =
	    from_hex("422c 0a04 62020801 0a19 5217 0a15 0a04 62020802 120d 4a0b 0a09 6a07 0a0170 1a020304 "
		     "0a04 62020801 0a03 320178",
		room, sizeof room);

	value_each_reference(&value, note_reference, &met);
	ck_assert_uint_eq(met, 12341);
	value = from_hex("4204 0a021802", room, sizeof room);
	met = 0;
	value_each_reference(&value, note_reference, &met);
	ck_assert_uint_eq(met, 0);
}
END_TEST

START_TEST(kind_name_is_pythons)
{
	ck_assert_str_eq(value_kind_name(VALUE_NULL), "NoneType");
	ck_assert_str_eq(value_kind_name(VALUE_INTEGER), "int");
	ck_assert_str_eq(value_kind_name(VALUE_BIG), "int");
	ck_assert_str_eq(value_kind_name(VALUE_MAP), "dict");
	ck_assert_str_eq(value_kind_name((enum value_kind)31), "unknown");
}
END_TEST

/* -- encoding ---------------------------------------------------------------------------------------------------- */

START_TEST(encode_what_was_checked_gives_same_bytes)
{
	static const char *const rows[] = { "0801", "1001", "1801", "2209000000000000008000", "29000000000000f03f",
		"3200", "320161", "3a0161", "42040a021802", "4a00", "5200", "5a020862", "62020805", "6a030a0170" };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t room[32], again[32];
		struct value value = from_hex(rows[i], room, sizeof room);
		size_t size = (size_t)(value_encode(again, &value) - again);

		ck_assert_uint_eq(size, strlen(rows[i]) / 2);
		ck_assert_uint_eq(size, value_encoded_size(value.kind, value.size));
		ck_assert_mem_eq(again, room, size);
	}
}
END_TEST

START_TEST(encode_head_of_largest_payload_fits)
{
	uint8_t head[VALUE_HEAD_MAX];

	ck_assert_ptr_eq(value_encode_head(head, VALUE_DATA, SIZE_MAX), head + VALUE_HEAD_MAX);
	ck_assert_ptr_eq(value_encode_head(head, VALUE_DATA, 127), head + 2);
	ck_assert_ptr_eq(value_encode_head(head, VALUE_DATA, 128), head + 3);
	ck_assert_uint_eq(value_encoded_size(VALUE_TEXT, 128), 131);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		varint_written_is_read_back,
		set_scalar_is_read_back,
		integer_has_protobufs_zigzag,
		add_pythons_way,
		add_into_own_room_is_right,
		walk_list_gives_items_in_order,
		walk_map_gives_keys_and_values_in_turn,
		walk_empty_container_is_at_end,
		parts_of_array_are_read,
		item_size_of_every_typecode_is_known,
		parts_of_reference_are_read,
		parts_of_opaque_are_read,
		each_reference_visits_all_nested_ones,
		kind_name_is_pythons,
		encode_what_was_checked_gives_same_bytes,
		encode_head_of_largest_payload_fits,
		NULL,
	};

	return unit_run("value", tests);
}
