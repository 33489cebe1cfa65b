/* How a job of `concur parallel` has ended: what a completion says of a task of the function "exec". */
#ifndef CLI_JOBEND_H
#define CLI_JOBEND_H

#include "client/concur.h"

enum jobend_how {
	JOBEND_EXITED,    /* with an exit status */
	JOBEND_KILLED,    /* by a signal */
	JOBEND_FAILED,    /* it could not be run, ran for too long, its worker died ... */
	JOBEND_CANCELLED, /* it was not begun, or ended because nobody wanted it any more */
};

struct jobend {
	enum jobend_how how;
	int number;            /* exit status or signal; of JOBEND_FAILED a signal, if there was one */
	char why[256];         /* of JOBEND_FAILED */
	const char *output[2]; /* what it wrote to stdout and stderr; borrowed from the completion */
	size_t output_size[2];
	const char *host; /* that it ran on; NULL: not known. Borrowed, too */
	size_t host_size;
	int64_t began_ns; /* since 1970; 0: not known */
	int64_t ran_ns;
};

/* With all that the completion borrows. */
void jobend_read(const struct concur_completed *completed, struct jobend *ret);

/* Exit status 0. */
bool jobend_is_well(const struct jobend *end);

/* "exit status 3", "signal 9", or why it failed. */
void jobend_tell(const struct jobend *end, char *ret, size_t size);

#endif
