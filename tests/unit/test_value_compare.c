/* Equality, order and hashes of values, by tables of what Python says. */
#include "tests/unit/tree.h"
#include "tests/unit/unit.h"

#include "lib/value.h"

#include <stdio.h>

enum { SEED = 12345 };

static enum value_same
equal_texts(const char *text_a, const char *text_b, bool *ret_same_hash)
{
	struct tree *tree_a = tree_read(text_a), *tree_b = tree_read(text_b);
	struct value a, b;
	uint8_t *bytes_a = tree_value(tree_a, &a), *bytes_b = tree_value(tree_b, &b);
	enum value_same same = value_equal(&a, &b);

	ck_assert_msg(value_equal(&b, &a) == same, "%s == %s is not symmetric", text_a, text_b);
	if (ret_same_hash)
		*ret_same_hash = value_hash(&a, SEED) == value_hash(&b, SEED);
	free(bytes_a);
	free(bytes_b);
	tree_free(tree_a);
	tree_free(tree_b);
	return same;
}

static enum concur_status
compare_texts(const char *text_a, const char *text_b, int *ret)
{
	struct tree *tree_a = tree_read(text_a), *tree_b = tree_read(text_b);
	struct value a, b;
	uint8_t *bytes_a = tree_value(tree_a, &a), *bytes_b = tree_value(tree_b, &b);
	int order = 0, back = 0;
	enum concur_status status = value_compare(&a, &b, &order);

	ck_assert_int_eq(value_compare(&b, &a, &back), status);
	*ret = (order > 0) - (order < 0);
	ck_assert_msg((back > 0) - (back < 0) == -*ret, "%s < %s is not antisymmetric", text_a, text_b);
	free(bytes_a);
	free(bytes_b);
	tree_free(tree_a);
	tree_free(tree_b);
	return status;
}

START_TEST(equal_keys_pythons_way_are_same_with_same_hash)
{
	static const char *const rows[][2] = { { "None", "None" }, { "1", "1" }, { "1", "1.0" }, { "1", "True" },
		{ "1.0", "True" }, { "0", "False" }, { "0", "-0.0" }, { "0.0", "-0.0" }, { "-1", "-1.0" },
		{ "2**62", "4611686018427387904.0" }, { "2**53", "9007199254740992.0" },
		{ "2**63", "9223372036854775808.0" }, { "-2**63", "-9223372036854775808.0" },
		{ "2**64", "18446744073709551616.0" }, { "-2**64", "-18446744073709551616.0" },
		{ "2**70", "1180591620717411303424.0" }, { "-2**120", "-1329227995784915872903807060280344576.0" },
		{ "0.5", "0.5" }, { "inf", "inf" }, { "-inf", "-inf" }, { "''", "''" }, { "'abc'", "'abc'" },
		{ "b'abc'", "b'abc'" }, { "()", "()" }, { "(1, 'a')", "(True, 'a')" }, { "((1,), 2)", "((1.0,), 2.0)" },
		{ "(2**64,)", "(18446744073709551616.0,)" }, { "proxy(7)", "proxy(7)" },
		{ "opaque('x')", "opaque('x')" }, { "(opaque('x'), 1)", "(opaque('x'), True)" } };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		bool same_hash;
		ck_assert_msg(equal_texts(rows[i][0], rows[i][1], &same_hash) == VALUE_SAME, "%s == %s", rows[i][0],
		    rows[i][1]);
		ck_assert_msg(same_hash, "hash(%s) == hash(%s)", rows[i][0], rows[i][1]);
	}
}
END_TEST

START_TEST(equal_keys_pythons_way_are_different_with_other_hash)
{
	static const char *const rows[][2] = { { "None", "0" }, { "None", "False" }, { "None", "''" }, { "1", "2" },
		{ "1", "-1" }, { "1", "1.5" }, { "1", "'1'" }, { "2**53+1", "9007199254740992.0" },
		{ "2**63+1", "9223372036854775808.0" }, { "2**63", "-2**63" }, { "2**64", "-2**64" },
		{ "2**64", "2**65" }, { "2**64", "2**64+1" }, { "9223372036854775807", "9223372036854775808.0" },
		{ "inf", "-inf" }, { "inf", "2**120" }, { "0.5", "-0.5" }, { "'a'", "b'a'" }, { "'a'", "'b'" },
		{ "''", "b''" }, { "'a'", "'a\\x00'" }, { "()", "''" }, { "(1,)", "1" }, { "(1,)", "((1,),)" },
		{ "(1, 2)", "(2, 1)" }, { "(1, 2)", "(1,)" }, { "()", "((),)" }, { "((), ())", "((),)" },
		{ "proxy(7)", "proxy(8)" }, { "proxy(7)", "7" } };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		bool same_hash;
		ck_assert_msg(equal_texts(rows[i][0], rows[i][1], &same_hash) == VALUE_DIFFERENT, "%s != %s",
		    rows[i][0], rows[i][1]);
		/* Not a promise of hashes, but of this seed. */
		ck_assert_msg(!same_hash, "hash(%s) != hash(%s)", rows[i][0], rows[i][1]);
	}
}
END_TEST

START_TEST(equal_nan_is_different_but_identical)
{
	struct tree *tree = tree_read("nan");
	struct value a, b;
	uint8_t *bytes_a = tree_value(tree, &a), *bytes_b = tree_value(tree, &b);

	ck_assert_int_eq(value_equal(&a, &b), VALUE_DIFFERENT);
	ck_assert(value_identical(&a, &b));
	ck_assert_uint_eq(value_hash(&a, SEED), value_hash(&b, SEED));
	ck_assert_int_eq(equal_texts("(nan,)", "(nan,)", NULL), VALUE_DIFFERENT);
	free(bytes_a);
	free(bytes_b);
	tree_free(tree);
}
END_TEST

START_TEST(equal_containers_pythons_way_are_same)
{
	static const char *const rows[][2] = { { "[]", "[]" }, { "[1, [2, 3]]", "[True, [2.0, 3]]" }, { "{}", "{}" },
		{ "{1: 2}", "{1.0: 2.0}" }, { "{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}" },
		{ "{1: 'x', 2: 'y', 3: 'z'}", "{3: 'z', 1.0: 'x', 2: 'y'}" },
		{ "{(1, 2): {1: 2, 3: 4}}", "{(True, 2.0): {3: 4, 1: 2}}" },
		{ "{1: {2: {3: 4, 5: 6}}}", "{1: {2: {5: 6, 3: 4}}}" }, { "array('i', [])", "array('d', [])" },
		{ "array('i', [1, 2])", "array('i', [1, 2])" }, { "array('i', [1, 2])", "array('q', [1, 2])" },
		{ "array('b', [1])", "array('d', [1.0])" }, { "array('b', [-1])", "array('h', [-1])" },
		{ "array('i', [-1])", "array('l', [-1])" }, { "array('H', [65535])", "array('I', [65535])" },
		{ "array('Q', [2**63])", "array('d', [9223372036854775808.0])" },
		{ "array('Q', [2**63])", "array('L', [2**63])" }, { "array('f', [0.5])", "array('d', [0.5])" },
		{ "array('d', [0.0])", "array('d', [-0.0])" }, { "array('B', [255])", "array('f', [255.0])" } };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		ck_assert_msg(equal_texts(rows[i][0], rows[i][1], NULL) == VALUE_SAME, "%s == %s", rows[i][0],
		    rows[i][1]);
}
END_TEST

START_TEST(equal_containers_pythons_way_are_different)
{
	static const char *const rows[][2] = { { "[]", "()" }, { "[1]", "(1,)" }, { "[1]", "[1, 1]" }, { "[]", "{}" },
		{ "[1]", "array('i', [1])" }, { "[nan]", "[nan]" }, { "{1: 2}", "{1: 3}" }, { "{1: 2}", "{2: 2}" },
		{ "{1: 1, 1: 1}", "{2: 2, 1: 1}" }, { "{1: 2}", "{1: 2, 2: 3}" }, { "{1: 2, 3: 4}", "{3: 2, 1: 4}" },
		{ "{'a': 1, 'b': 2}", "{'b': 1, 'a': 2}" }, { "{1: 2, 3: 4}", "{1: 2, 5: 4}" },
		{ "array('i', [1])", "array('i', [2])" }, { "array('i', [1])", "array('i', [1, 1])" },
		{ "array('b', [-1])", "array('B', [255])" }, { "array('q', [-1])", "array('Q', [2**63])" },
		{ "array('Q', [2**63])", "array('Q', [2**63+1])" },
		{ "array('Q', [2**63+1])", "array('d', [9223372036854775808.0])" },
		{ "array('d', [nan])", "array('d', [nan])" }, { "array('f', [nan])", "array('f', [nan])" },
		{ "array('i', [1])", "1" }, { "array('i', [1])", "None" } };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		ck_assert_msg(equal_texts(rows[i][0], rows[i][1], NULL) == VALUE_DIFFERENT, "%s != %s", rows[i][0],
		    rows[i][1]);
}
END_TEST

START_TEST(equal_opaque_values_are_unknown_unless_another_part_differs)
{
	static const struct {
		const char *a, *b;
		enum value_same same;
	} rows[] = {
		{ "opaque('x')", "opaque('y')", VALUE_UNKNOWN },
		{ "opaque('x')", "1", VALUE_UNKNOWN },
		{ "[opaque('x'), 1]", "[opaque('y'), 1]", VALUE_UNKNOWN },
		{ "[opaque('x'), 1]", "[opaque('y'), 2]", VALUE_DIFFERENT },
		{ "[opaque('x'), 1]", "[opaque('y')]", VALUE_DIFFERENT },
		{ "{1: opaque('x'), 2: 3}", "{2: 3, 1: opaque('y')}", VALUE_UNKNOWN },
		{ "{1: opaque('x'), 2: 3}", "{2: 4, 1: opaque('y')}", VALUE_DIFFERENT },
		{ "{1: opaque('x'), 2: 3, 4: 5}", "{1: opaque('y'), 4: 5, 2: 3}", VALUE_UNKNOWN },
		{ "{opaque('x'): 1}", "{opaque('x'): 1}", VALUE_SAME },
		{ "{opaque('x'): 1}", "{opaque('y'): 1}", VALUE_UNKNOWN },
		{ "{opaque('x'): 1, 2: 3}", "{2: 3, opaque('x'): 1}", VALUE_SAME },
		{ "{opaque('x'): 1}", "{}", VALUE_DIFFERENT },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		ck_assert_msg(equal_texts(rows[i].a, rows[i].b, NULL) == rows[i].same, "%s == %s", rows[i].a,
		    rows[i].b);
}
END_TEST

/* "{0: 0, 1: 1, ...}", the last `turned` pairs the other way round. */
static const char *
map_text(char *text, size_t room, int count, int turned)
{
	char *at = text + sprintf(text, "{");

	for (int i = 0; i < count; i++) {
		int n = i < count - turned ? i : count - 1 - (i - (count - turned));

		ck_assert_uint_gt(room - (size_t)(at - text), 32);
		at += sprintf(at, "%d: %d, ", n, n);
	}
	strcpy(at, "}");
	return text;
}

START_TEST(equal_maps_out_of_order_are_known_up_to_64_pairs)
{
	char in_order[2048], turned[2048];

	/* The tree's room is 64 pairs; longer maps are built below. */
	map_text(in_order, sizeof in_order, 64, 0);
	map_text(turned, sizeof turned, 64, 64);
	ck_assert_int_eq(equal_texts(in_order, in_order, NULL), VALUE_SAME);
	ck_assert_int_eq(equal_texts(in_order, turned, NULL), VALUE_SAME);
}
END_TEST

static size_t
encode_map(uint8_t *room, unsigned count, bool turned)
{
	uint8_t pairs[16 * 256];
	uint8_t *at = pairs;

	for (unsigned i = 0; i < count; i++) {
		uint8_t n = (uint8_t)(turned ? count - 1 - i : i);
		const uint8_t pair[] = { 0x0a, 0x08, 0x0a, 0x02, 0x18, (uint8_t)(n & 0x7f), 0x12, 0x02, 0x18,
			(uint8_t)(n & 0x7f) };

		memcpy(at, pair, sizeof pair);
		at += sizeof pair;
	}
	struct value map = { .kind = VALUE_MAP, .data = pairs, .size = (size_t)(at - pairs) };
	return (size_t)(value_encode(room, &map) - room);
}

START_TEST(equal_large_maps_out_of_order_are_unknown)
{
	static const struct value_limits limits = { .depth_max = 64, .key_max = 16 };
	uint8_t room_a[2048], room_b[2048];
	struct value a, b;
	size_t size_a = encode_map(room_a, 65, false), size_b = encode_map(room_b, 65, true);

	ck_assert_int_eq(value_check(room_a, size_a, &limits, &a, NULL), CONCUR_OK);
	ck_assert_int_eq(value_check(room_b, size_b, &limits, &b, NULL), CONCUR_OK);
	ck_assert_int_eq(value_equal(&a, &b), VALUE_UNKNOWN);
	ck_assert_int_eq(value_equal(&a, &a), VALUE_SAME);
	size_b = encode_map(room_b, 66, true);
	ck_assert_int_eq(value_check(room_b, size_b, &limits, &b, NULL), CONCUR_OK);
	ck_assert_int_eq(value_equal(&a, &b), VALUE_DIFFERENT);
}
END_TEST

START_TEST(compare_pythons_way_orders)
{
	/* a < b in every row. */
	static const char *const rows[][2] = { { "1", "2" }, { "-1", "0.5" }, { "False", "True" }, { "1", "1.5" },
		{ "-1.5", "-1" }, { "1.5", "2" }, { "0.5", "1" }, { "-0.5", "0" }, { "0", "0.5" },
		{ "2**53", "2**53+1" }, { "9007199254740992.0", "2**53+1" },
		{ "9223372036854775807", "9223372036854775808.0" }, { "-2**63", "-9223372036854773760.0" },
		{ "-9223372036854777856.0", "-2**63" }, { "9223372036854775807", "2**63" }, { "-2**63", "0" },
		{ "2**64", "2**65" }, { "2**64", "2**64+1" }, { "-2**65", "-2**64" }, { "-2**64", "-2**64+1" },
		{ "-2**100", "2**64" }, { "2**64", "18446744073709555712.0" }, { "18446744073709551616.0", "2**64+1" },
		{ "-18446744073709555712.0", "-2**64" }, { "2**120", "inf" }, { "-inf", "-2**120" }, { "0.5", "2**64" },
		{ "-2**64", "-0.5" }, { "-inf", "inf" }, { "1e308", "inf" }, { "2**120", "1e300" },
		{ "-1e300", "-2**120" }, { "1", "inf" }, { "-inf", "1" }, { "-2**64", "5" }, { "5", "2**64" },
		{ "''", "'a'" }, { "'a'", "'b'" }, { "'a'", "'ab'" }, { "'z'", "'\xc3\xbc'" },
		{ "'\xef\xbf\xbf'", "'\xf0\x90\x80\x80'" }, { "b'a'", "b'b'" }, { "b'\\x7f'", "b'\\x80'" },
		{ "b''", "b'\\x00'" }, { "[]", "[1]" }, { "[1, 2]", "[1, 3]" }, { "[1]", "[1, 0]" },
		{ "[None, 1]", "[None, 2]" }, { "[1, None]", "[2, 'a']" }, { "(1, [2])", "(1.0, [3])" },
		{ "()", "(1,)" }, { "[{1: 2}, 1]", "[{1: 2}, 2]" }, { "array('i', [1])", "array('i', [2])" },
		{ "array('i', [1])", "array('i', [1, 0])" }, { "array('b', [-1])", "array('d', [0.5])" },
		{ "array('q', [1])", "array('Q', [2**63])" }, { "array('i', [])", "array('i', [1])" },
		{ "[opaque('x'), 1]", "[opaque('x'), 2]" } };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int order = 0;
		ck_assert_int_eq(compare_texts(rows[i][0], rows[i][1], &order), CONCUR_OK);
		ck_assert_msg(order == -1, "%s < %s", rows[i][0], rows[i][1]);
	}
}
END_TEST

START_TEST(compare_equal_or_nan_is_0)
{
	static const char *const rows[][2] = { { "1", "1.0" }, { "True", "1" }, { "2**64", "18446744073709551616.0" },
		{ "'a'", "'a'" }, { "[1, 'a']", "[1.0, 'a']" }, { "array('i', [1])", "array('d', [1.0])" },
		{ "nan", "nan" }, { "nan", "1" }, { "2**64", "nan" }, { "inf", "nan" }, { "[nan, 1]", "[nan, 2]" },
		{ "array('d', [nan, 1.0])", "array('d', [nan, 2.0])" }, { "[None]", "[None]" } };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int order = 1;
		ck_assert_int_eq(compare_texts(rows[i][0], rows[i][1], &order), CONCUR_OK);
		ck_assert_msg(order == 0, "%s against %s", rows[i][0], rows[i][1]);
	}
}
END_TEST

START_TEST(compare_kinds_without_order_is_refused)
{
	static const struct {
		const char *a, *b;
		enum concur_status status;
	} rows[] = {
		{ "1", "'a'", CONCUR_TYPE_ERROR },
		{ "'a'", "b'a'", CONCUR_TYPE_ERROR },
		{ "None", "None", CONCUR_TYPE_ERROR },
		{ "None", "1", CONCUR_TYPE_ERROR },
		{ "{}", "{}", CONCUR_TYPE_ERROR },
		{ "[1]", "(1,)", CONCUR_TYPE_ERROR },
		{ "[1]", "array('i', [1])", CONCUR_TYPE_ERROR },
		{ "proxy(1)", "proxy(2)", CONCUR_TYPE_ERROR },
		{ "[1, 'a']", "[1, 2]", CONCUR_TYPE_ERROR },
		{ "[{1: 2}]", "[{1: 3}]", CONCUR_TYPE_ERROR },
		{ "opaque('x')", "opaque('x')", CONCUR_NEEDS_COMPARE },
		{ "opaque('x')", "1", CONCUR_NEEDS_COMPARE },
		{ "[opaque('x'), 1]", "[opaque('y'), 2]", CONCUR_NEEDS_COMPARE },
		{ "[[opaque('x'), 1]]", "[[opaque('y'), 2]]", CONCUR_NEEDS_COMPARE },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int order = 0;
		ck_assert_msg(compare_texts(rows[i].a, rows[i].b, &order) == rows[i].status, "%s < %s", rows[i].a,
		    rows[i].b);
	}
}
END_TEST

/* A double's largest power of two as a big integer: 2^1023 is 127 zero bytes and one of 0x80, then the sign's. */
START_TEST(equal_largest_powers_and_doubles_are_exact)
{
	uint8_t big[129] = { 0 }, room[VALUE_SCALAR_MAX];
	struct value number, power = { .kind = VALUE_BIG, .data = big, .size = sizeof big };
	int order;

	big[127] = 0x80;
	value_set_number(&number, room, 0x1p1023);
	ck_assert_int_eq(value_equal(&number, &power), VALUE_SAME);
	ck_assert_uint_eq(value_hash(&number, SEED), value_hash(&power, SEED));
	big[0] = 1;
	ck_assert_int_eq(value_equal(&number, &power), VALUE_DIFFERENT);
	ck_assert_int_eq(value_compare(&number, &power, &order), CONCUR_OK);
	ck_assert_int_lt(order, 0);
	big[0] = 0;
	value_set_number(&number, room, -0x1p1023);
	power.size = 128; /* the top bit is now the sign */
	ck_assert_int_eq(value_equal(&number, &power), VALUE_SAME);
	ck_assert_uint_eq(value_hash(&number, SEED), value_hash(&power, SEED));
}
END_TEST

START_TEST(hash_of_other_seed_differs)
{
	static const char *const rows[] = { "None", "1", "2**64", "0.5", "'a'", "b'a'", "()", "(1,)", "proxy(1)",
		"opaque('x')" };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct tree *tree = tree_read(rows[i]);
		struct value value;
		uint8_t *bytes = tree_value(tree, &value);

		ck_assert_msg(value_hash(&value, SEED) != value_hash(&value, SEED + 1), "%s", rows[i]);
		ck_assert_msg(value_hash(&value, 0) == value_hash(&value, 0), "%s", rows[i]);
		free(bytes);
		tree_free(tree);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		equal_keys_pythons_way_are_same_with_same_hash,
		equal_keys_pythons_way_are_different_with_other_hash,
		equal_nan_is_different_but_identical,
		equal_containers_pythons_way_are_same,
		equal_containers_pythons_way_are_different,
		equal_opaque_values_are_unknown_unless_another_part_differs,
		equal_maps_out_of_order_are_known_up_to_64_pairs,
		equal_large_maps_out_of_order_are_unknown,
		compare_pythons_way_orders,
		compare_equal_or_nan_is_0,
		compare_kinds_without_order_is_refused,
		equal_largest_powers_and_doubles_are_exact,
		hash_of_other_seed_differs,
		NULL,
	};

	return unit_run("value_compare", tests);
}
