/* JSON <-> messages by descriptor, over all methods there are. */
#include "tests/unit/unit.h"

#include "client/cli/enums.h"
#include "client/cli/message.h"
#include "client/cli/methods.h"

#include "concur/v1/object.pb-c.h"
#include "concur/v1/queue.pb-c.h"
#include "concur/v1/shapes.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *
parse(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);

	ck_assert_msg(json, "%s: %s", text, error.text);
	return json;
}

static char *
through(const ProtobufCMessageDescriptor *type, const char *in)
{
	struct buffer bytes = { 0 };
	json_t *json = parse(in);
	struct fault fault;
	json_t *out;
	char *text;

	ck_assert_msg(message_encode(type, json, &bytes, &fault), "%s: %s", in, fault.text);
	out = message_decode(type, bytes.bytes, bytes.size, &fault);
	ck_assert_msg(out, "%s: %s", in, fault.text);
	text = json_dumps(out, JSON_COMPACT);
	json_decref(out);
	json_decref(json);
	buffer_fini(&bytes);
	return text;
}

START_TEST(decode_encoded_message_is_same_json)
{
	static const struct {
		const ProtobufCMessageDescriptor *type;
		const char *in, *out;
	} rows[] = {
		{ &concur__v1__key_value_request__descriptor,
		    "{\"object\":7,\"key\":\"a\",\"value\":[1,{\"$bytes\":\"AA==\"}]}",
		    "{\"object\":7,\"key\":\"a\",\"value\":[1,{\"$bytes\":\"AA==\"}],\"ttl_ns\":0}" },
		{ &concur__v1__values_request__descriptor, "{\"values\":[null,1,\"x\"]}",
		    "{\"object\":0,\"values\":[null,1,\"x\"]}" },
		{ &concur__v1__wait_request__descriptor,
		    "{\"object\":{\"$int\":\"18446744073709551615\"},\"wait_ns\":-1}",
		    "{\"object\":{\"$int\":\"18446744073709551615\"},\"wait_ns\":-1}" },
		{ &concur__v1__shutdown_request__descriptor, "{\"immediate\":true}",
		    "{\"object\":0,\"immediate\":true}" },
		{ &concur__v1__open_request__descriptor,
		    "{\"name\":\"a b\",\"kind\":\"QUEUE\",\"order\":\"lifo\",\"lifetime\":\"LIFETIME_SESSION\"}",
		    "{\"name\":\"a b\",\"kind\":\"queue\",\"lifetime\":\"session\",\"must_exist\":false,"
		    "\"must_create\":false,\"maxsize\":0,\"order\":\"lifo\",\"strict\":false,\"count\":0,"
		    "\"bounded\":false,\"typecode\":0,\"lock\":0,\"default_wait_ns\":0,\"evict\":false,\"nested\":"
		    "false,\"robust\":false,\"has_count\":false}" },
		{ &concur__v1__list_reply__descriptor,
		    "{\"objects\":[{\"name\":\"l\",\"holders\":[{\"process\":3,\"how\":\"shared\"}]},{}]}",
		    "{\"cursor\":0,\"objects\":["
		    "{\"object\":0,\"kind\":\"none\",\"name\":\"l\",\"lifetime\":\"default\",\"refs\":0,\"len\":0,"
		    "\"version\":0,"
		    "\"waiters\":0,\"bytes\":0,\"holders\":[{\"session\":0,\"process\":3,\"context\":0,\"token\":0,"
		    "\"age_ns\":0,\"count\":0,\"how\":\"shared\",\"local\":false,\"cut_off_ns\":0}],\"more_holders\":"
		    "false,\"age_ns\":0,"
		    "\"details\":[]},"
		    "{\"object\":0,\"kind\":\"none\",\"name\":\"\",\"lifetime\":\"default\",\"refs\":0,\"len\":0,"
		    "\"version\":0,"
		    "\"waiters\":0,\"bytes\":0,\"holders\":[],\"more_holders\":false,\"age_ns\":0,\"details\":[]}]}" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char *text = through(rows[i].type, rows[i].in);

		ck_assert_str_eq(text, rows[i].out);
		free(text);
	}
}
END_TEST

START_TEST(encode_wrong_json_is_refused_with_the_field)
{
	static const struct {
		const ProtobufCMessageDescriptor *type;
		const char *json, *says;
	} rows[] = {
		{ &concur__v1__key_request__descriptor, "{\"kee\":1}",
		    "KeyRequest has no field kee; it has object, key" },
		{ &concur__v1__key_request__descriptor, "{\"object\":-1}", "object" },
		{ &concur__v1__key_request__descriptor, "{\"object\":\"1\"}", "object" },
		{ &concur__v1__key_request__descriptor, "{\"key\":{\"$bytes\":1}}", "key" },
		{ &concur__v1__index_request__descriptor, "{\"index\":0.5}", "index" },
		{ &concur__v1__index_request__descriptor, "{\"index\":null}", "index" },
		{ &concur__v1__page_request__descriptor, "{\"count\":4294967296}", "count" },
		{ &concur__v1__values_request__descriptor, "{\"values\":1}", "values" },
		{ &concur__v1__values_request__descriptor, "{\"values\":[1,{\"$int\":1}]}", "item 1" },
		{ &concur__v1__open_request__descriptor, "{\"kind\":\"teapot\"}",
		    "none, dict, list, queue, lock, value" },
		{ &concur__v1__open_request__descriptor, "{\"name\":1}", "name" },
		{ &concur__v1__open_request__descriptor, "{\"strict\":1}", "strict" },
		{ &concur__v1__list_reply__descriptor, "{\"objects\":[{\"holders\":[{\"age_ns\":\"x\"}]}]}",
		    "holders" },
		{ &concur__v1__list_reply__descriptor, "[]", "ListReply must be an object" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct buffer bytes = { 0 };
		json_t *json = parse(rows[i].json);
		struct fault fault = { "" };

		ck_assert_msg(!message_encode(rows[i].type, json, &bytes, &fault), "%s was taken", rows[i].json);
		ck_assert_msg(strstr(fault.text, rows[i].says), "%s: %s", rows[i].json, fault.text);
		json_decref(json);
		buffer_fini(&bytes);
	}
}
END_TEST

START_TEST(decode_bytes_that_are_no_message_is_refused)
{
	static const uint8_t cut[] = { 0x12, 0x05 };
	static const uint8_t bad_value[] = { 0x7a, 0x01, 0xff };
	struct fault fault = { "" };

	ck_assert_ptr_null(message_decode(&concur__v1__key_request__descriptor, cut, sizeof cut, &fault));
	ck_assert_ptr_nonnull(strstr(fault.text, "KeyRequest"));
	ck_assert_ptr_null(message_decode(&concur__v1__value_reply__descriptor, bad_value, sizeof bad_value, &fault));
	ck_assert_ptr_nonnull(strstr(fault.text, "value"));
}
END_TEST

/* A bytes field is text or a value by its name alone, so a new name has to be put into one of the two lists. */
static void
assert_fields_are_known(const ProtobufCMessageDescriptor *type)
{
	static const char *const texts[] = { "name", "client", "daemon", "message", "limit", "how", "role", "runtime",
		"words", "environment", "directory", "sentence", "text", "nonce", "proof", "secret", "function",
		"functions", "label", "labels", "why", "unique", "initializer", "after", "done", "thread_name_prefix" };

	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		bool text = false;

		if (field->type == PROTOBUF_C_TYPE_MESSAGE)
			assert_fields_are_known(field->descriptor);
		ck_assert_msg(field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_DOUBLE &&
			field->type != PROTOBUF_C_TYPE_FLOAT,
		    "%s.%s: message_read.c reads no such field", type->short_name, field->name);
		if (field->type != PROTOBUF_C_TYPE_BYTES)
			continue;
		for (size_t t = 0; t < UNIT_COUNT(texts); t++)
			text |= strcmp(field->name, texts[t]) == 0;
		ck_assert_msg(text != message_holds_value(field), "%s.%s: text or value?", type->short_name,
		    field->name);
	}
}

START_TEST(fields_of_all_methods_are_of_known_kinds)
{
	struct method method;
	size_t count = 0;

	for (; methods_at(count, &method); count++) {
		assert_fields_are_known(method.input);
		assert_fields_are_known(method.output);
	}
	ck_assert_uint_gt(count, 50);
}
END_TEST

START_TEST(methods_are_those_of_the_golden_list)
{
	FILE *file = fopen(SRCDIR "/proto/methods.txt", "r");
	struct method method;
	size_t listed = 0;
	size_t ours = 0;
	char line[256];

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file)) {
		char *name = strchr(line, '/');

		if (*line == '#')
			continue;
		name[strcspn(name, "\n")] = '\0';
		ck_assert_msg(methods_find(name, &method), "%s", name);
		ck_assert_str_eq(method.name, name);
		listed++;
	}
	ck_assert_int_eq(fclose(file), 0);
	while (methods_at(ours, &method))
		ours++;
	ck_assert_uint_eq(ours, listed);
}
END_TEST

START_TEST(find_short_name_is_the_method)
{
	struct method method;

	ck_assert(methods_find("Dict/Get", &method));
	ck_assert_str_eq(method.name, "/concur.v1.Dict/Get");
	ck_assert(methods_find("dict.popitem", &method));
	ck_assert_str_eq(method.name, "/concur.v1.Dict/PopItem");
	ck_assert(!methods_find("Get", &method));
	ck_assert(!methods_find("Dict/Ge", &method));
	ck_assert(!methods_find("", &method));
}
END_TEST

START_TEST(enums_number_without_name_is_the_number)
{
	json_t *word = enums_spell(&concur__v1__kind__descriptor, 77);

	ck_assert_int_eq(json_integer_value(word), 77);
	json_decref(word);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { decode_encoded_message_is_same_json, encode_wrong_json_is_refused_with_the_field,
		decode_bytes_that_are_no_message_is_refused, fields_of_all_methods_are_of_known_kinds,
		methods_are_those_of_the_golden_list, find_short_name_is_the_method,
		enums_number_without_name_is_the_number, NULL };

	return unit_run("cli_message", tests);
}
