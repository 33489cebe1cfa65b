/* What `concur parallel` was told: its options, the command, the arguments. */
#ifndef CLI_JOBSPEC_H
#define CLI_JOBSPEC_H

#include "command.h"
#include "fault.h"
#include "options.h"

enum {
	JOBSPEC_JOBS_MAX = 1000,  /* at once: each has a worker process */
	JOBSPEC_LISTS_MAX = 32,   /* lists of arguments */
	JOBSPEC_TRIES_MAX = 1000, /* of one job */
};

/* When to end before all jobs are done. */
enum jobspec_when {
	JOBSPEC_NEVER,
	JOBSPEC_SOON, /* what runs may end */
	JOBSPEC_NOW,  /* what runs is ended */
};

struct jobspec_halt {
	enum jobspec_when when;
	uint64_t count; /* of jobs that have */
	bool failed;    /* failed */
	bool well;      /* ended well; both: ended in either way */
};

/* The words behind one ":::". */
struct jobspec_list {
	char **words; /* borrowed */
	size_t count;
};

struct jobspec {
	unsigned jobs;      /* at once; 0: not said */
	const char *pool;   /* whose workers are to run them; NULL: workers of its own */
	const char *log;    /* a file, or NULL */
	unsigned tries;     /* of a job that fails, in all; 1 at first */
	int64_t timeout_ns; /* of a job; 0: none */
	struct jobspec_halt halt;
	bool progress;
	char **words; /* the command, borrowed */
	size_t word_count;
	struct jobspec_list lists[JOBSPEC_LISTS_MAX];
	size_t list_count; /* 0: arguments are lines of standard input */
};

/* Its own options, for help and completion; end with a name of NULL. */
extern const struct options_row jobspec_options[];

/* Reads the words of the command; --url, --key and --help among them go to its options. False with a fault. */
bool jobspec_read(struct command *command, struct jobspec *ret, struct fault *fault);

#endif
