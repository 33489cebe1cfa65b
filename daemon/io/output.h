/* An output: what a child process writes to one of its pipes, cut into lines.
 *
 * In one turn no more than OUTPUT_READ bytes of it are read, so that one that writes without end holds up nobody: it
 * waits in its own pipe. A line of more than SERVER_LINE_MAX bytes comes as several.
 *
 * Thread-safety: none. */
#ifndef IO_OUTPUT_H
#define IO_OUTPUT_H

#include "daemon/io/loop.h"
#include "lib/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUTPUT_READ = 4096 };

struct output {
	struct loop *loop;
	struct event event;
	uint64_t process;        /* its number */
	const struct page *page; /* that it shares; NULL: none */
	uint64_t task;           /* that it was at when the last bytes were read; 0: none, or several */
	int fd;                  /* owned; -1: closed */
	bool is_error;           /* stderr */
	bool is_cut;             /* the line's beginning was told already */
	size_t size;             /* of the line that has begun */
	char line[SERVER_LINE_MAX];
};

/* Takes the descriptor, also if it fails; the page is borrowed. 0, or -1. */
int output_open(struct output *output, struct loop *loop, uint64_t process, const struct page *page, int fd,
    bool is_error);

/* The process is gone: takes what lies in the pipe now, and closes it. Others that still have the other end get a
 * broken pipe. Takes one that is closed. */
void output_finish(struct output *output);

/* Closes it, and drops what it holds. */
void output_close(struct output *output);

#endif
