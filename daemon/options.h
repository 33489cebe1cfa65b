/* The command line of concurd: one table of options feeds the parser and the help.
 *
 * Thread-safety: none; getopt keeps its place in globals of its own. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include "daemon/io/complaint.h"
#include "daemon/io/log.h"
#include "lib/limits.h"
#include "lib/process_spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

enum {
	OPTIONS_URLS_MAX = 16,
	OPTIONS_RUNTIMES_MAX = 64,
};

struct options {
	const char *urls[OPTIONS_URLS_MAX]; /* borrowed from argv */
	size_t url_count;
	mode_t mode;          /* of unix sockets */
	const char *key_path; /* borrowed from argv; NULL: no key */
	bool is_foreground;
	bool is_private; /* the socket's directory goes with the daemon */
	bool wants_help;
	bool wants_version;
	enum log_level log_level;
	int parent_fd; /* a pidfd; -1: none */
	int ready_fd;  /* -1: none */
	struct limits limits;
	struct runtime runtimes[OPTIONS_RUNTIMES_MAX + 1]; /* owned; end with a name of NULL */
	size_t runtime_count;
};

/* Reads the command line. -1 with a complaint that says what to do. Either way, options_fini() frees what it made. */
int options_parse(struct options *options, int argc, char **argv, struct complaint *complaint);
void options_fini(struct options *options);

/* A number with an optional K, M, G or T (powers of 1024); false if it is not one or does not fit. */
bool options_parse_size(const char *text, uint64_t *ret_size);

void options_print_help(FILE *file);
void options_print_version(FILE *file);

#endif
