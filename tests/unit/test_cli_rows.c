/* The table of verbs against the protocol: what a row says must be there, and what is there must have a row. */
#include "tests/unit/unit.h"

#include "client/cli/args.h"
#include "client/cli/methods.h"
#include "client/cli/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ProtobufCFieldDescriptor *
target_of(const struct method *method, const char *name)
{
	return protobuf_c_message_descriptor_get_field_by_name(method->input, name);
}

static void
assert_is_flag(const struct row *row, const struct method *method, const char *name)
{
	const ProtobufCFieldDescriptor *target = target_of(method, name);

	ck_assert_msg(*name == '\0' || (target && target->type == PROTOBUF_C_TYPE_BOOL), "%s %s: %s is no flag",
	    row->method, row->verb, name);
}

START_TEST(fields_of_all_rows_are_in_their_requests)
{
	for (size_t i = 0; i < rows_count; i++) {
		const char *fields = rows[i].fields;
		bool optional = false;
		struct method method;
		struct field field;

		if (!rows[i].method)
			continue;
		ck_assert_msg(methods_find(rows[i].method, &method), "%s", rows[i].method);
		while (fields_next(&fields, &field)) {
			/* A verb with code of its own may have words of its own. */
			ck_assert_msg(rows[i].run || target_of(&method, fields_target(&field)), "%s %s: no field %s",
			    rows[i].method, rows[i].verb, field.name);
			assert_is_flag(&rows[i], &method, field.if_given);
			assert_is_flag(&rows[i], &method, field.if_absent);
			/* A word that must be there behind one that may be left out could never be told from it. */
			ck_assert_msg(field.is_option || field.is_optional || !optional, "%s", rows[i].verb);
			optional |= !field.is_option && (field.is_optional || field.is_many);
		}
	}
}
END_TEST

START_TEST(row_has_code_or_a_method_and_a_printer)
{
	for (size_t i = 0; i < rows_count; i++) {
		ck_assert_msg(rows[i].run || (rows[i].method && rows[i].print), "%s", rows[i].verb);
		ck_assert(rows[i].kinds != 0);
		ck_assert_uint_gt(strlen(rows[i].help), 5);
		ck_assert_msg(rows[i].help[strlen(rows[i].help) - 1] != '.', "%s", rows[i].help);
	}
}
END_TEST

START_TEST(verb_of_a_kind_is_there_once)
{
	for (size_t i = 0; i < rows_count; i++) {
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(!(rows[i].kinds & rows[j].kinds) || strcmp(rows[i].verb, rows[j].verb) != 0,
			    "%s is there twice", rows[i].verb);
		for (const struct kind_word *kind = rows_kinds; kind->word; kind++)
			ck_assert(!(rows[i].kinds & kind->kind) || rows_find(kind->kind, rows[i].verb) == &rows[i]);
	}
}
END_TEST

/* Services whose methods are verbs of a kind, or of the manager. Session's and Object's are the library's own
 * business. */
START_TEST(method_of_a_kind_has_a_row)
{
	static const char *const services[] = { "Manager/", "Array/", "Barrier/", "Cell/", "Condition/", "Dict/",
		"Event/", "Future/", "Latch/", "List/", "Lock/", "Pool/", "Process/", "Queue/", "Semaphore/", "Set/" };
	struct method method;

	for (size_t i = 0; methods_at(i, &method); i++) {
		const char *name = strrchr(method.name, '.') + 1;
		bool wanted = false;
		bool found = false;

		for (size_t s = 0; s < UNIT_COUNT(services); s++)
			wanted |= strncmp(name, services[s], strlen(services[s])) == 0;
		/* Only the very one that waits may make it. */
		wanted &= strcmp(name, "Barrier/ActionDone") != 0;
		/* `start` and `log --follow` call them. */
		wanted &= strcmp(name, "Process/Start") != 0 && strcmp(name, "Process/AwaitOutput") != 0;
		/* `submit` calls them, or only programs can: they have many tasks, or speak for a task. */
		wanted &= strcmp(name, "Pool/Apply") != 0 && strcmp(name, "Pool/SubmitMany") != 0 &&
		    strcmp(name, "Pool/Promise") != 0 && strcmp(name, "Future/Complete") != 0 &&
		    strcmp(name, "Future/Ref") != 0 && strcmp(name, "Future/Progress") != 0;
		for (size_t r = 0; r < rows_count; r++)
			found |= rows[r].method && strcmp(rows[r].method, name) == 0;
		ck_assert_msg(!wanted || found, "no verb calls %s", name);
	}
}
END_TEST

START_TEST(usage_of_rows_shows_their_words)
{
	static const struct {
		unsigned kind;
		const char *verb, *usage;
	} table[] = {
		{ ROW_DICT, "set", "concur dict NAME set KEY VALUE [--ttl SECONDS]" },
		{ ROW_DICT, "update", "concur dict NAME update KEY VALUE..." },
		{ ROW_LIST, "sort", "concur list NAME sort [--reverse]" },
		{ ROW_QUEUE, "put",
		    "concur queue NAME put VALUE... [--timeout SECONDS] [--delay SECONDS] [--ttl SECONDS]" },
		{ ROW_QUEUE, "task-done", "concur queue NAME task-done [COUNT]" },
		{ ROW_LOCK, "--", "concur lock NAME [--timeout SECONDS] -- COMMAND [WORD...]" },
		{ ROW_RWLOCK, "read", "concur rwlock NAME read [--timeout SECONDS] -- COMMAND [WORD...]" },
		{ ROW_BARRIER, "wait", "concur barrier NAME wait [--timeout SECONDS] [-- COMMAND [WORD...]]" },
		{ ROW_DICT, "key-lock", "concur dict NAME key-lock KEY [--timeout SECONDS] -- COMMAND [WORD...]" },
		{ ROW_TOP, "run", "concur run -- COMMAND [WORD...]" },
		{ ROW_TOP, "rm", "concur rm NAME..." },
		{ ROW_TOP, "ps", "concur ps [POOL]" },
		{ ROW_FUTURE, "cancel", "concur future NAME cancel [--kill] [--timeout SECONDS]" },
		{ ROW_TOP, "show", "concur show NAME..." },
		{ ROW_TOP, "call", "concur call [METHOD [JSON]]" },
	};
	char usage[320];

	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		rows_usage(rows_find(table[i].kind, table[i].verb), table[i].kind, usage, sizeof usage);
		ck_assert_str_eq(usage, table[i].usage);
	}
}
END_TEST

/* -- words -> request ---------------------------------------------------------------------------------------------- */

enum { WORDS_MAX = 8 };

static bool
read_words(unsigned kind, const char *verb, const char *line, struct args *ret, struct fault *fault)
{
	struct command command = { .row = rows_find(kind, verb), .kind = rows_kinds };
	struct method method;
	char *words[WORDS_MAX];
	char *copy = strdup(line);
	bool ok;

	ck_assert_ptr_nonnull(copy);
	ck_assert_msg(command.row, "%s", verb);
	ck_assert(methods_find(command.row->method, &method));
	command.words = words;
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		ck_assert_uint_lt(command.word_count, WORDS_MAX);
		words[command.word_count++] = word;
	}
	ok = args_read(&command, method.input, ret, fault);
	free(copy);
	return ok;
}

START_TEST(read_words_are_the_request)
{
	static const struct {
		unsigned kind;
		const char *verb, *words, *request;
	} table[] = {
		{ ROW_DICT, "set", "k 1", "{\"key\":\"k\",\"value\":1}" },
		{ ROW_DICT, "set", "k -1", "{\"key\":\"k\",\"value\":-1}" },
		{ ROW_DICT, "incr", "k", "{\"key\":\"k\",\"value\":1}" },
		{ ROW_DICT, "incr", "k 2.5", "{\"key\":\"k\",\"value\":2.5}" },
		{ ROW_DICT, "update", "a 1 b 2", "{\"values\":[\"a\",1,\"b\",2]}" },
		{ ROW_LIST, "pop", "", "{\"index\":-1}" },
		{ ROW_LIST, "pop", "-3", "{\"index\":-3}" },
		{ ROW_LIST, "index", "x", "{\"value\":\"x\"}" },
		{ ROW_LIST, "index", "x --stop 4", "{\"stop\":4,\"bounded\":true,\"value\":\"x\"}" },
		{ ROW_LIST, "slice", "", "{\"from_start\":true,\"to_end\":true,\"step\":1}" },
		{ ROW_LIST, "slice", "--start 1 --step -2", "{\"start\":1,\"step\":-2,\"to_end\":true}" },
		{ ROW_LIST, "sort", "--reverse", "{\"reverse\":true}" },
		{ ROW_QUEUE, "get", "", "{\"wait_ns\":-1}" },
		{ ROW_QUEUE, "get", "--timeout 0.25", "{\"wait_ns\":250000000}" },
		{ ROW_QUEUE, "get", "--timeout=0", "{\"wait_ns\":0}" },
		{ ROW_QUEUE, "put", "x --delay 0.5 --ttl 2",
		    "{\"delay_ns\":500000000,\"ttl_ns\":2000000000,\"wait_ns\":-1}" },
		{ ROW_QUEUE, "get-nowait", "", "{}" },
		{ ROW_QUEUE, "get-many", "3 --timeout 1", "{\"wait_ns\":1000000000,\"count\":3}" },
		{ ROW_QUEUE, "open", "--maxsize 3 --order lifo", "{\"maxsize\":3,\"order\":\"lifo\"}" },
		{ ROW_VALUE, "open", "", "{}" },
		{ ROW_TOP, "ls", "--kind dict", "{\"kind\":\"dict\",\"sort\":\"name\"}" },
	};

	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct fault fault;
		struct args args;
		char *text;

		ck_assert_msg(read_words(table[i].kind, table[i].verb, table[i].words, &args, &fault), "%s %s: %s",
		    table[i].verb, table[i].words, fault.text);
		text = json_dumps(args.request, JSON_COMPACT);
		ck_assert_str_eq(text, table[i].request);
		free(text);
		args_fini(&args);
	}
}
END_TEST

START_TEST(read_wrong_words_is_refused)
{
	static const struct {
		unsigned kind;
		const char *verb, *words, *says;
	} table[] = {
		{ ROW_DICT, "get", "", "key is missing" },
		{ ROW_DICT, "get", "a b", "b: one word too many" },
		{ ROW_DICT, "get", "a --verbose", "--verbose: no such option" },
		{ ROW_LIST, "index", "a --start", "--start needs" },
		{ ROW_LIST, "index", "a --start=x", "start must be an integer" },
		{ ROW_DICT, "update", "a 1 b", "a value is missing" },
		{ ROW_DICT, "update", "", "pairs is missing" },
		{ ROW_LIST, "get", "first", "index must be an integer" },
		{ ROW_QUEUE, "get", "--timeout soon", "--timeout takes seconds, 0 or more, or inf, not" },
		{ ROW_QUEUE, "get", "--timeout -1", "--timeout takes seconds, 0 or more, or inf, not" },
		{ ROW_QUEUE, "put", "x --ttl soon", "--ttl takes seconds, more than 0, or inf, not" },
		{ ROW_QUEUE, "get", "--timeout nan", "--timeout takes seconds, 0 or more, or inf, not" },
		{ ROW_QUEUE, "put", "", "value is missing" },
	};

	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct fault fault = { "" };
		struct args args;

		ck_assert_msg(!read_words(table[i].kind, table[i].verb, table[i].words, &args, &fault),
		    "%s %s was taken", table[i].verb, table[i].words);
		ck_assert_msg(strstr(fault.text, table[i].says), "%s %s: %s", table[i].verb, table[i].words,
		    fault.text);
		args_fini(&args);
	}
}
END_TEST

START_TEST(read_many_words_for_one_field_is_a_call_each)
{
	struct fault fault;
	struct args args;

	ck_assert(read_words(ROW_QUEUE, "put", "1 --timeout 1 two", &args, &fault));
	ck_assert_str_eq(args.each.name, "value");
	ck_assert_uint_eq(args.each_count, 2);
	ck_assert_ptr_null(json_object_get(args.request, "value"));
	args_fini(&args);
}
END_TEST

/* -- options of every verb ----------------------------------------------------------------------------------------- */

static int
take_option(const char *first, const char *second, struct options *ret, struct fault *fault)
{
	char *words[] = { (char *)(uintptr_t)first, (char *)(uintptr_t)second };

	*ret = (struct options){ 0 };
	return options_take(ret, words, second ? 2 : 1, fault);
}

START_TEST(take_if_version_reads_a_version)
{
	static const char *const wrong[] = { "x", "-1", "+1", "0", "1x", "", " 1", "18446744073709551616" };
	struct options options;
	struct fault fault;

	ck_assert_int_eq(take_option("--if-version", "9", &options, &fault), 2);
	ck_assert_uint_eq(options.if_version, 9);
	ck_assert_int_eq(take_option("--if-version=18446744073709551615", NULL, &options, &fault), 1);
	ck_assert_uint_eq(options.if_version, UINT64_MAX);
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
		ck_assert_msg(take_option("--if-version", wrong[i], &options, &fault) < 0, "%s was taken", wrong[i]);
	ck_assert_int_eq(take_option("--if-version", NULL, &options, &fault), -1);
	ck_assert_str_eq(fault.text, "--if-version needs a word behind it");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { fields_of_all_rows_are_in_their_requests, row_has_code_or_a_method_and_a_printer,
		verb_of_a_kind_is_there_once, method_of_a_kind_has_a_row, usage_of_rows_shows_their_words,
		read_words_are_the_request, read_wrong_words_is_refused, read_many_words_for_one_field_is_a_call_each,
		take_if_version_reads_a_version, NULL };

	return unit_run("cli_rows", tests);
}
