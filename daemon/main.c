/* concurd: the command line in, an exit status out. */
#include "config.h"

#include "daemon/daemon.h"

enum { MAIN_USAGE = 2 }; /* the exit status after a wrong command line */

static int
main_run(const struct options *options)
{
	if (options->wants_help)
		options_print_help(stdout);
	else if (options->wants_version)
		options_print_version(stdout);
	else
		return daemon_run(options);
	return fflush(stdout) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct complaint complaint;
	struct options options;
	int status = MAIN_USAGE;

	if (options_parse(&options, argc, argv, &complaint) == 0)
		status = main_run(&options);
	else
		(void)fprintf(stderr, "concurd: %s\n", complaint.text);
	options_fini(&options);
	return status;
}
