/* Leaving the terminal: a daemon that was not told to stay in the foreground goes on in a child of its own session.
 *
 * The child says when it serves; only then the first process ends, with 0. A child that ends before has said why on
 * stderr, and the first process ends with 1. Thread-safety: none; call before anything is open. */
#ifndef IO_DETACH_H
#define IO_DETACH_H

#include "daemon/io/complaint.h"

struct detach {
	int ready_fd; /* the child's end of the pipe to the first process; -1: in the foreground */
};

/* Forks. Returns in the child only, or -1 with a complaint. */
int detach_begin(struct detach *detach, struct complaint *complaint);

/* The child serves: lets the first process end, leaves stdin, stdout, stderr (unless it is a plain file: the log
 * goes there) and the working directory. Does nothing in the foreground. */
void detach_end(struct detach *detach);

#endif
