/* What concur-worker is told.
 *
 * A worker that the daemon started finds in the environment which daemon ($CONCUR_URL), which pool ($CONCUR_POOL) and
 * which process of the daemon it is ($CONCUR_PROCESS), the descriptor of the page they share ($CONCUR_PAGE), and how
 * many threads it is to have ($CONCUR_THREADS) unless its words say so. */
#include "config.h"

#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATUS_MISUSED = 2, STATUS_GO_ON = -1 };

static const char usage[] = "Usage: concur-worker [OPTION]...\n"
			    "Run tasks of a pool of concurd until the pool needs no more workers.\n\n"
			    "  -m, --module FILE   a shared object with functions; may be given several times\n"
			    "      --exec          run commands, too: the function \"exec\"\n"
			    "  -p, --pool NAME     the pool\n"
			    "  -c, --connect URL   the daemon; $CONCUR_URL or the user's own\n"
			    "  -k, --key FILE      the key of a daemon at a tcp address; $CONCUR_KEY_FILE\n"
			    "  -t, --threads N     tasks at once; 1\n"
			    "  -l, --label LABEL   take tasks that want it; may be given several times\n"
			    "  -n, --name NAME     what it is called in listings\n"
			    "      --patient       try again where there is no daemon, or no pool yet\n"
			    "      --help, --version\n";

static int
misused(const char *what, const char *word)
{
	fprintf(stderr, "concur-worker: %s%s%s (--help tells more)\n", what, word ? " " : "", word ? word : "");
	return STATUS_MISUSED;
}

static bool
read_number(const char *text, uint64_t max, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *ret <= max;
}

/* Puts a word behind the others; false if there are too many. */
static bool
add_word(const char **words, size_t max, const char *word)
{
	size_t count = 0;

	while (words[count])
		count++;
	if (count == max)
		return false;
	words[count] = word;
	return true;
}

/* One variable with a number, gone from the environment afterwards. 0: it is not there. */
static int
take_variable(const char *name, uint64_t max, uint64_t *ret)
{
	const char *text = getenv(name);

	*ret = 0;
	if (text && !read_number(text, max, ret))
		return misused("not a number in the environment:", name);
	(void)unsetenv(name);
	return STATUS_GO_ON;
}

static int
read_environment(struct worker_options *options)
{
	uint64_t page, threads;
	int status;

	if ((status = take_variable("CONCUR_PROCESS", UINT64_MAX, &options->worker.process)) != STATUS_GO_ON ||
	    (status = take_variable("CONCUR_POOL", UINT64_MAX, &options->worker.pool_id)) != STATUS_GO_ON ||
	    (status = take_variable("CONCUR_PAGE", INT32_MAX, &page)) != STATUS_GO_ON ||
	    (status = take_variable("CONCUR_THREADS", UINT32_MAX, &threads)) != STATUS_GO_ON)
		return status;
	options->worker.page = (int)page;
	options->worker.threads = (unsigned)threads;
	return STATUS_GO_ON;
}

/* One option; STATUS_GO_ON if it was understood. */
static int
read_option(struct worker_options *options, int option)
{
	uint64_t number;

	switch (option) {
	case 'm':
		return add_word(options->modules, OPTIONS_MODULES, optarg) ? STATUS_GO_ON
									   : misused("too many modules", NULL);
	case 'l':
		return add_word(options->labels, OPTIONS_LABELS, optarg) ? STATUS_GO_ON
									 : misused("too many labels", NULL);
	case 'x':
		options->exec = true;
		return STATUS_GO_ON;
	case 'p':
		options->worker.pool = optarg;
		return STATUS_GO_ON;
	case 'c':
		options->worker.url = optarg;
		return STATUS_GO_ON;
	case 'k':
		options->worker.key_file = optarg;
		return STATUS_GO_ON;
	case 'P':
		options->worker.patient = true;
		return STATUS_GO_ON;
	case 'n':
		options->worker.name = optarg;
		return STATUS_GO_ON;
	case 't':
		if (!read_number(optarg, UINT32_MAX, &number) || number == 0)
			return misused("not a number of threads:", optarg);
		options->worker.threads = (unsigned)number;
		return STATUS_GO_ON;
	case 'h':
		return fputs(usage, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	case 'v':
		return puts("concur-worker " PACKAGE_VERSION) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	default:
		return STATUS_MISUSED; /* getopt has said why */
	}
}

int
options_read(struct worker_options *options, int argc, char **argv)
{
	static const struct option longs[] = { { "module", required_argument, NULL, 'm' },
		{ "exec", no_argument, NULL, 'x' }, { "pool", required_argument, NULL, 'p' },
		{ "connect", required_argument, NULL, 'c' }, { "key", required_argument, NULL, 'k' },
		{ "patient", no_argument, NULL, 'P' }, { "threads", required_argument, NULL, 't' },
		{ "label", required_argument, NULL, 'l' }, { "name", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	int option, status;

	*options = (struct worker_options){ .worker.labels = options->labels };
	status = read_environment(options);
	while (status == STATUS_GO_ON && (option = getopt_long(argc, argv, "m:p:c:k:t:l:n:", longs, NULL)) != -1)
		status = read_option(options, option);
	if (status != STATUS_GO_ON)
		return status;
	if (optind < argc)
		return misused("what is", argv[optind]);
	if (!options->worker.pool && !options->worker.pool_id)
		return misused("write --pool NAME", NULL);
	return STATUS_GO_ON;
}
