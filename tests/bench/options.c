/* The command line: one table gives the options, their help and where they are stored. */
#include "tests/bench/options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum option_type { OPTION_TEXT, OPTION_COUNT, OPTION_SECONDS, OPTION_PID, OPTION_FLAG };

struct option_row {
	const char *name;
	enum option_type type;
	size_t offset; /* in struct options */
	const char *help;
};

#define AT(field) offsetof(struct options, field)
static const struct option_row rows[] = {
	{ "peer", OPTION_TEXT, AT(peer), "concur, redis, beanstalkd or echo [concur]" },
	{ "url", OPTION_TEXT, AT(url), "where it listens: unix:PATH or tcp://HOST:PORT" },
	{ "socket", OPTION_TEXT, AT(socket_path), "short for --url unix:PATH" },
	{ "work", OPTION_TEXT, AT(work), "to do; a wrong one lists what there is [dict-get]" },
	{ "name", OPTION_TEXT, AT(name), "of the object worked on [bench]" },
	{ "connections", OPTION_COUNT, AT(connections), "at once [1]" },
	{ "depth", OPTION_COUNT, AT(depth), "calls in flight on each [1]" },
	{ "size", OPTION_COUNT, AT(size), "bytes of a value, for echo of a message [16]" },
	{ "keys", OPTION_COUNT, AT(keys), "drawn from, uniformly; 16 bytes each [1000]" },
	{ "seed", OPTION_COUNT, AT(seed), "of the drawing [1]" },
	{ "seconds", OPTION_SECONDS, AT(seconds), "to begin operations for [1]" },
	{ "count", OPTION_COUNT, AT(count), "of operations, in place of a time" },
	{ "warmup", OPTION_SECONDS, AT(warmup_seconds), "before the clock starts [0.2]; none with --count" },
	{ "ping", OPTION_FLAG, AT(ping), "one more connection pings, one call at a time" },
	{ "linger", OPTION_SECONDS, AT(linger_seconds), "for the ping after the work is done [0]" },
	{ "module", OPTION_TEXT, AT(module), "that workers load; for tasks" },
	{ "server-pid", OPTION_PID, AT(server_pid), "the server's; tells its CPU time and memory" },
	{ "json", OPTION_FLAG, AT(json), "print one line of JSON" },
};
#undef AT

enum { ROWS = sizeof rows / sizeof rows[0] };

static void
print_help(void)
{
	printf("usage: concur-bench --socket PATH [OPTION]...\n"
	       "Loads a server through its own protocol and tells how fast it answers.\n\n");
	for (size_t i = 0; i < ROWS; i++)
		printf("  --%-12s %s\n", rows[i].name, rows[i].help);
}

static int
read_count(const char *text, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	return errno != 0 || *end != '\0' || end == text || *text == '-' ? -1 : 0;
}

static int
read_seconds(const char *text, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	return *end != '\0' || end == text || !(*ret >= 0 && *ret <= 1e6) ? -1 : 0;
}

static int
store(struct options *options, const struct option_row *row, const char *text)
{
	void *at = (char *)options + row->offset;
	uint64_t number;

	switch (row->type) {
	case OPTION_TEXT:
		*(const char **)at = text;
		return 0;
	case OPTION_COUNT:
		return read_count(text, at);
	case OPTION_SECONDS:
		return read_seconds(text, at);
	case OPTION_PID:
		if (read_count(text, &number) < 0 || number == 0 || number > INT32_MAX)
			return -1;
		*(pid_t *)at = (pid_t)number;
		return 0;
	case OPTION_FLAG:
		*(bool *)at = true;
		return 0;
	}
	return -1;
}

static int
check(const struct options *options)
{
	if (!options->url == !options->socket_path)
		fprintf(stderr, "concur-bench: give one of --url and --socket\n");
	else if (options->connections == 0 || options->depth == 0 || options->keys == 0)
		fprintf(stderr, "concur-bench: --connections, --depth and --keys are at least 1\n");
	else if (options->depth > UINT32_MAX || options->size > (1u << 30) || options->keys > UINT64_C(1000000000000))
		fprintf(stderr, "concur-bench: --depth, --size or --keys is too large\n");
	else
		return 0;
	return -1;
}

int
options_read(int argc, char **argv, struct options *ret)
{
	struct option table[ROWS + 2] = { 0 };
	int index;

	*ret = (struct options){ .peer = "concur",
		.work = "dict-get",
		.name = "bench",
		.connections = 1,
		.depth = 1,
		.size = 16,
		.keys = 1000,
		.seed = 1,
		.seconds = 1,
		.warmup_seconds = 0.2 };
	for (int i = 0; i < ROWS; i++) {
		table[i].name = rows[i].name;
		table[i].has_arg = rows[i].type == OPTION_FLAG ? no_argument : required_argument;
		table[i].val = i;
	}
	table[ROWS] = (struct option){ .name = "help", .val = ROWS };
	while ((index = getopt_long(argc, argv, "", table, NULL)) >= 0 && index < ROWS) {
		if (store(ret, &rows[index], optarg) < 0) {
			fprintf(stderr, "concur-bench: --%s does not take '%s'\n", rows[index].name, optarg);
			return -1;
		}
	}
	if (index == ROWS) {
		print_help();
		return 1;
	}
	if (index == '?' || optind < argc) {
		fprintf(stderr, "concur-bench: --help tells the options\n");
		return -1;
	}
	return check(ret);
}
