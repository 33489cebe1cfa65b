/* The command line and the environment of concur-worker. Thread-safety: none. */
#ifndef WORKER_OPTIONS_H
#define WORKER_OPTIONS_H

#include "client/concur.h"

enum {
	OPTIONS_MODULES = 64,
	OPTIONS_LABELS = 64,
};

struct worker_options {
	struct concur_worker_options worker; /* all but its tables */
	const char *modules[OPTIONS_MODULES + 1];
	const char *labels[OPTIONS_LABELS + 1];
	bool exec;
};

/* Reads both, and takes out of the environment what is not for those that this process starts. An exit status, or -1:
 * go on. */
int options_read(struct worker_options *options, int argc, char **argv);

#endif
