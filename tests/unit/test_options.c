/* The command line: what it accepts, and what it says to the rest. */
#include "config.h"

#include "daemon/options.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

enum { ARGS_MAX = 48 };

static struct options options;
static struct complaint complaint;

static int
parse_list(const char *const *more)
{
	const char *args[ARGS_MAX] = { "concurd" };
	int count = 1;

	for (; *more; more++)
		args[count++] = *more;
	complaint.text[0] = '\0';
	return options_parse(&options, count, (char **)(void *)args, &complaint);
}

#define PARSE(...) parse_list((const char *const[]){ __VA_ARGS__, NULL })

START_TEST(parse_nothing_gives_the_defaults)
{
	struct limits defaults;

	limits_defaults(&defaults);
	ck_assert_int_eq(parse_list((const char *const[]){ NULL }), 0);
	ck_assert_uint_eq(options.url_count, 0);
	ck_assert_uint_eq(options.mode, 0600);
	ck_assert(!options.is_foreground && !options.is_private && !options.wants_help && !options.wants_version);
	ck_assert_int_eq(options.parent_fd, -1);
	ck_assert_int_eq(options.ready_fd, -1);
	ck_assert_int_eq(options.log_level, LOG_INFO);
	ck_assert_mem_eq(&options.limits, &defaults, sizeof defaults);
}
END_TEST

/* The words of the runtime parsed last, each in brackets. */
static const char *
runtime_words(void)
{
	static char text[256];
	const struct runtime *runtime = &options.runtimes[options.runtime_count - 1];

	text[0] = '\0';
	for (const char *const *word = runtime->argv; *word; word++)
		(void)snprintf(text + strlen(text), sizeof text - strlen(text), "[%s]", *word);
	return text;
}

START_TEST(parse_runtime_cuts_its_command_into_words)
{
	static const struct {
		const char *value, *words;
	} rows[] = {
		{ "a=x", "[x]" },
		{ "python3.11=  /usr/bin/python3 \t-m  concurd ", "[/usr/bin/python3][-m][concurd]" },
		{ "q='one word' \"and 'this'\" so' 'is", "[one word][and 'this'][so is]" },
		{ "e='' \\' '\\' \"\\\"\" a\\ b", "[]['][\\][\"][a b]" },
		{ "s=sh -c 'exit $((1=1))'", "[sh][-c][exit $((1=1))]" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		ck_assert_int_eq(PARSE("--runtime", rows[i].value), 0);
		ck_assert_str_eq(runtime_words(), rows[i].words);
		options_fini(&options);
	}
	ck_assert_int_eq(PARSE("--runtime", "a=b c", "--runtime=d=e"), 0);
	ck_assert_uint_eq(options.runtime_count, 2);
	ck_assert_str_eq(options.runtimes[0].name, "a");
	ck_assert_str_eq(options.runtimes[1].name, "d");
	ck_assert_ptr_null(options.runtimes[2].name);
	options_fini(&options);
}
END_TEST

START_TEST(parse_runtime_that_is_none_is_refused)
{
	static const char *const wrong[] = { "name", "=x", "a b=x", "a=", "a=  ", "a='x", "a=\"x" };

	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		ck_assert_int_eq(PARSE("--runtime", wrong[i]), -1);
		ck_assert_ptr_nonnull(strstr(complaint.text, "--runtime"));
		options_fini(&options);
	}
	ck_assert_int_eq(PARSE("--runtime", "a=x", "--runtime", "a=y"), -1);
	ck_assert_ptr_nonnull(strstr(complaint.text, "one of that name"));
	options_fini(&options);
}
END_TEST

START_TEST(parse_everything_is_taken)
{
	ck_assert_int_eq(PARSE("-l", "unix:/a", "--listen=tcp://[::1]:0", "-m", "0660", "-f", "-L", "frame_max=1M",
			     "--limit", "memory_max=0", "--log-level=debug", "--private", "--parent-fd", "7",
			     "--ready-fd=8"),
	    0);
	ck_assert_uint_eq(options.url_count, 2);
	ck_assert_str_eq(options.urls[0], "unix:/a");
	ck_assert_str_eq(options.urls[1], "tcp://[::1]:0");
	ck_assert_uint_eq(options.mode, 0660);
	ck_assert(options.is_foreground && options.is_private);
	ck_assert_uint_eq(options.limits.frame_max, LIMITS_MIB);
	ck_assert_uint_eq(options.limits.memory_max, 0);
	ck_assert_int_eq(options.log_level, LOG_DEBUG);
	ck_assert_int_eq(options.parent_fd, 7);
	ck_assert_int_eq(options.ready_fd, 8);
}
END_TEST

START_TEST(parse_what_is_wrong_says_what_to_do)
{
	static const struct {
		const char *argument, *value;
		const char *says;
	} rows[] = {
		{ "--frob", NULL, "--frob: not an option" },
		{ "stray", NULL, "stray: only options" },
		{ "--listen", NULL, "--listen: needs a value" },
		{ "--private=1", NULL, "takes no value" },
		{ "--mode", "0999", "in octal" },
		{ "--mode", "1777", "in octal" },
		{ "--mode", "", "in octal" },
		{ "--limit", "frame_max", "NAME=VALUE" },
		{ "--limit", "no_such=1", "no such limit" },
		{ "--limit", "frame_max=ten", "whole number" },
		{ "--limit", "frame_max=-1", "whole number" },
		{ "--limit", "frame_max=0", "0 would let nothing through" },
		{ "--limit", "frame_max=100", "at least" },
		{ "--limit", "frame_max=2G", "frame_hard_max" },
		{ "--limit", "frame_hard_max=4G", "less than 4G" },
		{ "--limit", "outbox_high=1T", "outbox_max" },
		{ "--log-level", "loud", "error, warning, info or debug" },
		{ "--parent-fd", "2", "descriptor above 2" },
		{ "--ready-fd", "x", "descriptor above 2" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		ck_assert_int_eq(PARSE(rows[i].argument, rows[i].value), -1);
		ck_assert_msg(strstr(complaint.text, rows[i].says) != NULL, "%s %s: %s", rows[i].argument,
		    rows[i].value ? rows[i].value : "", complaint.text);
	}
}
END_TEST

START_TEST(parse_more_addresses_than_there_is_room_for_is_refused)
{
	const char *args[2 * OPTIONS_URLS_MAX + 3] = { NULL };

	for (int i = 0; i < OPTIONS_URLS_MAX; i++) {
		args[2 * i] = "--listen";
		args[2 * i + 1] = "unix:/x";
	}
	ck_assert_int_eq(parse_list(args), 0);
	args[2 * OPTIONS_URLS_MAX] = "--listen";
	args[2 * OPTIONS_URLS_MAX + 1] = "unix:/x";
	ck_assert_int_eq(parse_list(args), -1);
}
END_TEST

START_TEST(parse_size_takes_suffixes_and_refuses_what_does_not_fit)
{
	uint64_t size = 0;

	ck_assert(options_parse_size("0", &size) && size == 0);
	ck_assert(options_parse_size("17", &size) && size == 17);
	ck_assert(options_parse_size("3K", &size) && size == 3072);
	ck_assert(options_parse_size("2T", &size) && size == UINT64_C(2) << 40);
	ck_assert(options_parse_size("18446744073709551615", &size) && size == UINT64_MAX);
	ck_assert(!options_parse_size("18446744073709551616", &size));
	ck_assert(!options_parse_size("18446744073709551615K", &size));
	ck_assert(!options_parse_size("", &size));
	ck_assert(!options_parse_size(" 1", &size));
	ck_assert(!options_parse_size("1k", &size));
	ck_assert(!options_parse_size("1KK", &size));
	ck_assert(!options_parse_size("-1", &size));
	ck_assert_uint_eq(size, UINT64_MAX);
}
END_TEST

START_TEST(help_names_every_option_and_every_limit)
{
	static const char *const names[] = { "--listen", "--mode", "--foreground", "--limit", "--log-level",
		"--private", "--parent-fd", "--ready-fd", "--help", "--version" };
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	options_print_help(file);
	ck_assert_int_eq(fclose(file), 0);
	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		ck_assert_ptr_nonnull(strstr(text, names[i]));
	for (const struct limits_row *row = limits_rows; row->name; row++)
		ck_assert_ptr_nonnull(strstr(text, row->name));
	free(text);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		parse_nothing_gives_the_defaults,
		parse_runtime_cuts_its_command_into_words,
		parse_runtime_that_is_none_is_refused,
		parse_everything_is_taken,
		parse_what_is_wrong_says_what_to_do,
		parse_more_addresses_than_there_is_room_for_is_refused,
		parse_size_takes_suffixes_and_refuses_what_does_not_fit,
		help_names_every_option_and_every_limit,
		NULL,
	};

	return unit_run("options", tests);
}
