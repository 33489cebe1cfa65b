/* What goes into a running command and comes out of it. Thread-safety: none. */
#ifndef WORKER_STREAMS_H
#define WORKER_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* One way out of it, and what has come. */
struct stream {
	int fd; /* ours; -1: it is at its end */
	char *bytes;
	size_t size, room;
	size_t dropped; /* bytes that were more than is kept */
};

struct streams {
	pid_t pid;
	int pidfd;
	int in; /* ours; -1: all was written, or nobody reads */
	const char *input;
	size_t input_size;
	struct stream out[2]; /* standard output, standard error */
	size_t keep_max;      /* bytes of each */
	bool is_short;        /* there was no memory to keep what came */
};

/* Opens the pipes; child[0..2] are the command's ends. -1 with errno; then nothing is open. */
int streams_open(struct streams *streams, int *ret_child);

/* Writes and reads, whatever comes first, until the command has ended and what it wrote was read. Where something that
 * it has started still has the pipes, that is not waited for. `is_cancelled` is asked now and then: when it says so the
 * command gets a SIGTERM, once. */
void streams_pump(struct streams *streams, bool (*is_cancelled)(const void *arg), const void *arg);

/* Closes what is open, frees what came. */
void streams_close(struct streams *streams);

#endif
