/* Options: each has one row with its name, its help and the function that takes its value. */
#include "config.h"

#include "daemon/options.h"

#include "daemon/runtime.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_TRY "; see concurd --help"

enum { OPTIONS_FRAME_MIN = 1024 }; /* bytes; a smaller frame_max would not let Hello in */

struct options_row {
	const char *name;
	int letter;           /* 0: only the long form */
	const char *argument; /* NULL: takes none */
	int (*set)(struct options *options, const char *value, struct complaint *complaint);
	const char *help;
};

bool
options_parse_size(const char *text, uint64_t *ret_size)
{
	static const char suffixes[] = "KMGT";
	const char *suffix;
	unsigned long long number;
	unsigned shift = 0;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno != 0)
		return false;
	if (*end != '\0') {
		suffix = strchr(suffixes, *end);
		if (!suffix || end[1] != '\0')
			return false;
		shift = 10 * (unsigned)(suffix - suffixes + 1);
	}
	if (number > UINT64_MAX >> shift)
		return false;
	*ret_size = (uint64_t)number << shift;
	return true;
}

static int
options_set_listen(struct options *options, const char *value, struct complaint *complaint)
{
	if (options->url_count == OPTIONS_URLS_MAX)
		return complain(complaint, "--listen: at most %d addresses", OPTIONS_URLS_MAX);
	options->urls[options->url_count++] = value;
	return 0;
}

static int
options_set_mode(struct options *options, const char *value, struct complaint *complaint)
{
	char *end;
	unsigned long mode = strtoul(value, &end, 8);

	if (value[0] < '0' || value[0] > '7' || *end != '\0' || mode > 0777)
		return complain(complaint, "--mode %s: not a mode; write it in octal, as in 0660", value);
	options->mode = (mode_t)mode;
	return 0;
}

static int
options_set_key(struct options *options, const char *value, struct complaint *complaint)
{
	(void)complaint;
	options->key_path = value;
	return 0;
}

static int
options_set_foreground(struct options *options, const char *value, struct complaint *complaint)
{
	(void)value;
	(void)complaint;
	options->is_foreground = true;
	return 0;
}

/* Limits for which 0 says something: as much as the machine has, not at all. */
static bool
options_may_be_zero(const char *name)
{
	static const char *const names[] = { "memory_max", "linger_seconds", "linger_max", "processes_max",
		"stop_seconds", "output_max" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static int
options_set_limit(struct options *options, const char *value, struct complaint *complaint)
{
	const char *equals = strchr(value, '=');
	char name[64];
	uint64_t number;

	if (!equals || (size_t)(equals - value) >= sizeof name)
		return complain(complaint, "--limit %s: write NAME=VALUE, as in frame_max=16M" OPTIONS_TRY, value);
	memcpy(name, value, (size_t)(equals - value));
	name[equals - value] = '\0';
	if (!options_parse_size(equals + 1, &number))
		return complain(complaint, "--limit %s: the value is a whole number, with K, M, G or T if you like",
		    value);
	if (number == 0 && !options_may_be_zero(name))
		return complain(complaint,
		    "--limit %s: 0 would let nothing through; leave it out, or give a number above", value);
	if (!limits_set(&options->limits, name, number))
		return complain(complaint, "--limit %s: no such limit" OPTIONS_TRY, value);
	return 0;
}

static int
options_set_runtime(struct options *options, const char *value, struct complaint *complaint)
{
	struct runtime *runtime = &options->runtimes[options->runtime_count];

	if (options->runtime_count == OPTIONS_RUNTIMES_MAX)
		return complain(complaint, "--runtime: at most %d runtimes", OPTIONS_RUNTIMES_MAX);
	if (runtime_parse(value, runtime, complaint) != 0)
		return -1;
	options->runtime_count++;
	for (const struct runtime *at = options->runtimes; at < runtime; at++) {
		if (strcmp(at->name, runtime->name) == 0)
			return complain(complaint, "--runtime %s: there is one of that name already", value);
	}
	return 0;
}

static int
options_set_log_level(struct options *options, const char *value, struct complaint *complaint)
{
	if (!log_level_parse(value, &options->log_level))
		return complain(complaint, "--log-level %s: choose error, warning, info or debug", value);
	return 0;
}

static int
options_set_private(struct options *options, const char *value, struct complaint *complaint)
{
	(void)value;
	(void)complaint;
	options->is_private = true;
	return 0;
}

static int
options_parse_fd(const char *name, const char *value, int *ret_fd, struct complaint *complaint)
{
	uint64_t fd;

	if (!options_parse_size(value, &fd) || fd <= 2 || fd > INT32_MAX)
		return complain(complaint, "--%s %s: not the number of a descriptor above 2", name, value);
	*ret_fd = (int)fd;
	return 0;
}

static int
options_set_parent_fd(struct options *options, const char *value, struct complaint *complaint)
{
	return options_parse_fd("parent-fd", value, &options->parent_fd, complaint);
}

static int
options_set_ready_fd(struct options *options, const char *value, struct complaint *complaint)
{
	return options_parse_fd("ready-fd", value, &options->ready_fd, complaint);
}

static int
options_set_help(struct options *options, const char *value, struct complaint *complaint)
{
	(void)value;
	(void)complaint;
	options->wants_help = true;
	return 0;
}

static int
options_set_version(struct options *options, const char *value, struct complaint *complaint)
{
	(void)value;
	(void)complaint;
	options->wants_version = true;
	return 0;
}

static const struct options_row options_rows[] = {
	{ "listen", 'l', "URL", options_set_listen, "listen on unix:PATH or tcp://HOST:PORT; may be given again" },
	{ "mode", 'm', "OCTAL", options_set_mode, "permissions of unix sockets (0600)" },
	{ "key", 'k', "FILE", options_set_key, "whoever connects by TCP must have this key; see concur keygen" },
	{ "foreground", 'f', NULL, options_set_foreground, "stay in the foreground, log to stderr" },
	{ "limit", 'L', "NAME=VALUE", options_set_limit, "set a limit, listed below; K, M, G, T multiply" },
	{ "runtime", 0, "NAME=COMMAND", options_set_runtime,
	    "a command that clients may have started; may be given again" },
	{ "log-level", 0, "LEVEL", options_set_log_level,
	    "error, warning, info or debug (info; warning with --private)" },
	{ "private", 0, NULL, options_set_private, "remove the socket's directory at the end" },
	{ "parent-fd", 0, "N", options_set_parent_fd, "stop when the process of this inherited pidfd ends" },
	{ "ready-fd", 0, "N", options_set_ready_fd, "write the address to this descriptor once it serves" },
	{ "help", 'h', NULL, options_set_help, "show this" },
	{ "version", 'V', NULL, options_set_version, "show the version" },
};

enum { OPTIONS_COUNT = sizeof options_rows / sizeof options_rows[0] };

/* Fills getopt's two forms of the table; `val` of a long option is its row's number plus 256. */
static void
options_fill(struct option ret_long[OPTIONS_COUNT + 1], char ret_short[2 * OPTIONS_COUNT + 2])
{
	*ret_short++ = ':';
	for (int i = 0; i < OPTIONS_COUNT; i++) {
		const struct options_row *row = &options_rows[i];

		ret_long[i] =
		    (struct option){ row->name, row->argument ? required_argument : no_argument, NULL, 256 + i };
		if (row->letter == 0)
			continue;
		*ret_short++ = (char)row->letter;
		if (row->argument)
			*ret_short++ = ':';
	}
	ret_long[OPTIONS_COUNT] = (struct option){ 0 };
	*ret_short = '\0';
}

static const struct options_row *
options_find(int code)
{
	for (int i = 0; i < OPTIONS_COUNT; i++) {
		if (code == 256 + i || (code != 0 && code == options_rows[i].letter))
			return &options_rows[i];
	}
	return NULL;
}

/* What fits together can be told only when all is read. */
static int
options_check(const struct options *options, struct complaint *complaint)
{
	const struct limits *limits = &options->limits;

	if (limits->frame_max < OPTIONS_FRAME_MIN)
		return complain(complaint, "--limit frame_max=%" PRIu64 ": must be at least %d", limits->frame_max,
		    OPTIONS_FRAME_MIN);
	if (limits->frame_max > limits->frame_hard_max)
		return complain(complaint,
		    "--limit frame_max=%" PRIu64 ": must not be above frame_hard_max (%" PRIu64 ")", limits->frame_max,
		    limits->frame_hard_max);
	if (limits->frame_hard_max > UINT32_MAX)
		return complain(complaint, "--limit frame_hard_max=%" PRIu64 ": a frame has less than 4G bytes",
		    limits->frame_hard_max);
	if (limits->outbox_high > limits->outbox_max)
		return complain(complaint,
		    "--limit outbox_high=%" PRIu64 ": must not be above outbox_max (%" PRIu64 ")", limits->outbox_high,
		    limits->outbox_max);
	return 0;
}

static void
options_init(struct options *options)
{
	*options = (struct options){ .mode = 0600, .parent_fd = -1, .ready_fd = -1 };
	limits_defaults(&options->limits);
}

int
options_parse(struct options *options, int argc, char **argv, struct complaint *complaint)
{
	struct option longs[OPTIONS_COUNT + 1];
	char shorts[2 * OPTIONS_COUNT + 2];
	int code;

	options_init(options);
	options_fill(longs, shorts);
	optind = 0;
	opterr = 0;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct options_row *row = options_find(code);

		if (code == ':')
			return complain(complaint, "%s: needs a value" OPTIONS_TRY, argv[optind - 1]);
		if (!row)
			return complain(complaint, "%s: not an option, or one that takes no value" OPTIONS_TRY,
			    argv[optind - 1]);
		if (row->set(options, optarg, complaint) != 0)
			return -1;
	}
	if (optind < argc)
		return complain(complaint, "%s: only options are taken" OPTIONS_TRY, argv[optind]);
	/* A private daemon writes to the stderr of the program that it serves, where starts and stops are no news. */
	if (!options->log_level)
		options->log_level = options->is_private ? LOG_WARNING : LOG_INFO;
	return options_check(options, complaint);
}

void
options_fini(struct options *options)
{
	for (size_t i = 0; i < options->runtime_count; i++)
		runtime_fini(&options->runtimes[i]);
	options->runtime_count = 0;
}

void
options_print_help(FILE *file)
{
	(void)fputs("Usage: concurd [OPTION]...\n"
		    "Holds dicts, queues, locks, barriers and more that many processes share.\n\n",
	    file);
	for (int i = 0; i < OPTIONS_COUNT; i++) {
		const struct options_row *row = &options_rows[i];
		char name[40];

		(void)snprintf(name, sizeof name, "--%s%s%s", row->name, row->argument ? " " : "",
		    row->argument ? row->argument : "");
		(void)fprintf(file, "  %c%c%c %-22s %s\n", row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
		    row->letter ? ',' : ' ', name, row->help);
	}
	(void)fputs("\nWithout --listen: unix:$XDG_RUNTIME_DIR/concurd.sock, as root unix:/run/concurd/concurd.sock.\n"
		    "\nLimits:\n",
	    file);
	for (const struct limits_row *row = limits_rows; row->name; row++)
		(void)fprintf(file, "  %-15s %11" PRIu64 " %-8s %s\n", row->name, row->value, row->unit, row->text);
}

void
options_print_version(FILE *file)
{
	(void)fputs("concurd " PACKAGE_VERSION "\n", file);
}
