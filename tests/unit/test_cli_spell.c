/* JSON <-> values: what is spelled one way comes back the same, and nothing else is taken. */
#include "tests/unit/unit.h"

#include "client/cli/spell.h"
#include "lib/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *
parse(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

	ck_assert_msg(json, "%s: %s", text, error.text);
	return json;
}

static char *
dump(json_t *json)
{
	char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);

	ck_assert_ptr_nonnull(text);
	return text;
}

/* Encodes, lets lib/value check it, decodes. */
static void
assert_becomes(const char *in, const char *out)
{
	const struct value_limits limits = { .depth_max = 64, .key_max = 1000 };
	struct buffer bytes = { 0 };
	json_t *json = parse(in);
	struct value value;
	struct fault fault;
	json_t *again;
	char *text;

	ck_assert_msg(spell_encode(json, &bytes, &fault), "%s: %s", in, fault.text);
	ck_assert(!bytes.failed);
	ck_assert_msg(value_check(bytes.bytes, bytes.size, &limits, &value, NULL) == CONCUR_OK, "%s", in);
	again = spell_decode(bytes.bytes, bytes.size, &fault);
	ck_assert_msg(again, "%s: %s", in, fault.text);
	text = dump(again);
	ck_assert_str_eq(text, out);
	free(text);
	json_decref(again);
	json_decref(json);
	buffer_fini(&bytes);
}

START_TEST(decode_encoded_value_is_same_spelling)
{
	static const char *const rows[] = {
		"null",
		"true",
		"false",
		"0",
		"-1",
		"9223372036854775807",
		"-9223372036854775808",
		"2.5",
		"-0.0",
		"1e20",
		"\"\"",
		"\"a\\u0000b\"",
		"\"gr\xc3\xbc\xc3\x9f\"",
		"[]",
		"[1,[2,[]],\"x\"]",
		"{}",
		"{\"b\":1,\"a\":{\"c\":[null]}}",
		"{\"$a\":1,\"b\":2}",
		"{\"$int\":\"9223372036854775808\"}",
		"{\"$int\":\"-9223372036854775809\"}",
		"{\"$int\":\"123456789012345678901234567890123456789012345678901234567890\"}",
		"{\"$int\":\"-340282366920938463463374607431768211456\"}",
		"{\"$float\":\"nan\"}",
		"{\"$float\":\"inf\"}",
		"{\"$float\":\"-inf\"}",
		"{\"$bytes\":\"\"}",
		"{\"$bytes\":\"AA==\"}",
		"{\"$bytes\":\"AAH/\"}",
		"{\"$tuple\":[]}",
		"{\"$tuple\":[1,{\"$tuple\":[2]}]}",
		"{\"$map\":[[1,\"one\"],[{\"$tuple\":[1,2]},\"pair\"]]}",
		"{\"$map\":[[\"$int\",1]]}",
		"{\"$map\":[[\"a\\u0000\",1]]}",
		"{\"$array\":[\"b\",[-128,127]]}",
		"{\"$array\":[\"H\",[0,65535]]}",
		"{\"$array\":[\"q\",[-9223372036854775808]]}",
		"{\"$array\":[\"Q\",[1,{\"$int\":\"18446744073709551615\"}]]}",
		"{\"$array\":[\"d\",[0.5,{\"$float\":\"nan\"}]]}",
		"{\"$array\":[\"f\",[0.5]]}",
		"{\"$array\":[\"i\",[]]}",
		"{\"$object\":[17,\"queue\"]}",
		"{\"$object\":[{\"$int\":\"18446744073709551615\"},\"value\"]}",
		"{\"$opaque\":[\"pickle\",\"AQID\",[]]}",
		"{\"$opaque\":[\"pickle\",\"AQID\",[5,{\"$int\":\"9223372036854775808\"}]]}",
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_becomes(rows[i], rows[i]);
}
END_TEST

START_TEST(decode_other_spelling_is_the_usual_one)
{
	assert_becomes("{\"$int\":\"5\"}", "5");
	assert_becomes("{\"$int\":\"-9223372036854775808\"}", "-9223372036854775808");
	assert_becomes("{\"$float\":3}", "3.0");
	assert_becomes("{\"$map\":[[\"a\",1]]}", "{\"a\":1}");
	assert_becomes("{\"$object\":[1,\"KIND_DICT\"]}", "{\"$object\":[1,\"dict\"]}");
}
END_TEST

START_TEST(encode_wrong_spelling_is_refused_with_its_name)
{
	static const struct {
		const char *json;
		const char *says;
	} rows[] = {
		{ "{\"$nothing\":1}", "$nothing" },
		{ "{\"$int\":\"12x\"}", "$int" },
		{ "{\"$int\":12}", "$int" },
		{ "{\"$int\":\"\"}", "$int" },
		{ "{\"$float\":\"big\"}", "$float" },
		{ "{\"$bytes\":\"A\"}", "$bytes" },
		{ "{\"$bytes\":\"AB==\"}", "$bytes" },
		{ "{\"$bytes\":\"A===\"}", "$bytes" },
		{ "{\"$bytes\":\"====\"}", "$bytes" },
		{ "{\"$bytes\":7}", "$bytes" },
		{ "{\"$tuple\":{}}", "$tuple" },
		{ "{\"$map\":[[1]]}", "$map" },
		{ "{\"$map\":{}}", "$map" },
		{ "{\"$array\":[\"x\",[]]}", "$array" },
		{ "{\"$array\":[\"b\",[128]]}", "$array" },
		{ "{\"$array\":[\"B\",[-1]]}", "$array" },
		{ "{\"$array\":[\"i\",[2147483648]]}", "$array" },
		{ "{\"$array\":[\"i\",[0.5]]}", "$array" },
		{ "{\"$object\":[1,\"teapot\"]}", "$object" },
		{ "{\"$object\":[-1,\"dict\"]}", "$object" },
		{ "{\"$opaque\":[\"pickle\",\"AQID\"]}", "$opaque" },
		{ "{\"$opaque\":[\"pickle\",\"AQID\",[-1]]}", "$opaque" },
		{ "[1,{\"a\":{\"$bytes\":\"!\"}}]", "$bytes" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct buffer bytes = { 0 };
		json_t *json = parse(rows[i].json);
		struct fault fault = { "" };

		ck_assert_msg(!spell_encode(json, &bytes, &fault), "%s was taken", rows[i].json);
		ck_assert_msg(strstr(fault.text, rows[i].says), "%s: %s", rows[i].json, fault.text);
		json_decref(json);
		buffer_fini(&bytes);
	}
}
END_TEST

START_TEST(decode_bytes_that_are_no_value_is_refused)
{
	static const uint8_t two_fields[] = { 0x08, 0x01, 0x10, 0x01 };
	static const uint8_t cut[] = { 0x32, 0x05, 'a' };
	struct fault fault = { "" };

	ck_assert_ptr_null(spell_decode(two_fields, sizeof two_fields, &fault));
	ck_assert(*fault.text);
	ck_assert_ptr_null(spell_decode(cut, sizeof cut, &fault));
	ck_assert_ptr_null(spell_decode(cut, 0, &fault));
}
END_TEST

static void
assert_word(const char *word, bool raw, const char *json)
{
	struct fault fault;
	json_t *read = spell_word(word, raw, &fault);
	char *text = dump(read);

	ck_assert_str_eq(text, json);
	free(text);
	json_decref(read);
}

START_TEST(word_is_json_or_else_text)
{
	assert_word("1", false, "1");
	assert_word("-1.5", false, "-1.5");
	assert_word("true", false, "true");
	assert_word("yes", false, "\"yes\"");
	assert_word("", false, "\"\"");
	assert_word("\"1\"", false, "\"1\"");
	assert_word("[1, 2]", false, "[1,2]");
	assert_word("[1, 2", false, "\"[1, 2\"");
	assert_word("1 2", false, "\"1 2\"");
	assert_word("007", false, "\"007\"");
	assert_word("99999999999999999999", false, "{\"$int\":\"99999999999999999999\"}");
	assert_word("1", true, "\"1\"");
	assert_word("\"1\"", true, "\"\\\"1\\\"\"");
}
END_TEST

START_TEST(word_meant_as_json_but_unusable_is_refused)
{
	static const char *const words[] = { "{\"a\": 1, \"a\": 2}", "[99999999999999999999]", "1e999", "caf\xe9" };

	for (size_t i = 0; i < UNIT_COUNT(words); i++) {
		struct fault fault = { "" };

		ck_assert_msg(!spell_word(words[i], false, &fault), "%s was taken", words[i]);
		ck_assert(*fault.text);
	}
}
END_TEST

/* Random trees: a spelling that comes out goes in again and gives the same bytes. */
static json_t *
random_json(unsigned depth)
{
	unsigned kind = (unsigned)rand() % (depth ? 10 : 7);
	json_t *list;
	char text[48];

	switch (kind) {
	case 0:
		return json_null();
	case 1:
		return json_boolean(rand() % 2);
	case 2:
		return json_integer((json_int_t)rand() * rand() * (rand() % 2 ? 1 : -1));
	case 3:
		return json_real(rand() / 1000.0);
	case 4:
		(void)snprintf(text, sizeof text, "%d%d%d%d%d", 1 + rand() % 9, rand(), rand(), rand(), rand());
		return json_pack("{s:s}", "$int", text);
	case 5:
		return json_pack("{s:s}", "$bytes", rand() % 2 ? "AQI=" : "/+8A");
	case 6:
		(void)snprintf(text, sizeof text, "t%d", rand());
		return json_string(text);
	default:
		list = json_array();
		for (int i = rand() % 5; i > 0; i--)
			ck_assert_int_eq(json_array_append_new(list, random_json(depth - 1)), 0);
		return kind == 7 ? list : json_pack("{s:o}", kind == 8 ? "$tuple" : "plain", list);
	}
}

START_TEST(encode_random_spelling_decodes_to_equal_json)
{
	srand(1);
	for (int i = 0; i < 2000; i++) {
		struct buffer bytes = { 0 };
		json_t *json = random_json(5);
		struct fault fault;
		json_t *again;

		ck_assert(spell_encode(json, &bytes, &fault));
		again = spell_decode(bytes.bytes, bytes.size, &fault);
		ck_assert(json_equal(json, again));
		json_decref(json);
		json_decref(again);
		buffer_fini(&bytes);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { decode_encoded_value_is_same_spelling, decode_other_spelling_is_the_usual_one,
		encode_wrong_spelling_is_refused_with_its_name, decode_bytes_that_are_no_value_is_refused,
		word_is_json_or_else_text, word_meant_as_json_but_unusable_is_refused,
		encode_random_spelling_decodes_to_equal_json, NULL };

	return unit_run("cli_spell", tests);
}
