/* The jobs of `concur parallel`, from their arguments to their output.
 *
 * Jobs have numbers, from 1, in the order of their arguments. A job is pending until it is submitted, under way until
 * its completion comes, then it has ended, unless it failed and is pending again. What it wrote is printed when all
 * jobs before it have been. */
#ifndef CLI_JOBS_H
#define CLI_JOBS_H

#include "jobinput.h"
#include "jobtask.h"
#include "jobtemplate.h"
#include "lib/link.h"
#include "progress.h"

#include <stdio.h>

enum {
	JOBS_HELD_MAX = 4096,    /* jobs from the first that is not printed to the last that was read */
	JOBS_FAILURES_MAX = 100, /* that are told one by one at the end */
	JOBS_BATCH_MAX = 256,    /* that are submitted at once */
	JOBS_LABEL_MAX = 200,    /* bytes of arguments in what is told */
};

struct job;

struct jobs {
	struct command *command; /* for complaints */
	const struct jobspec *spec;
	struct jobtask task; /* set by the caller before the first call */
	uint64_t ahead;      /* jobs pending and under way at most; likewise */
	uint64_t slack;      /* so many may be missing of them before more are read; likewise */
	size_t batch_max;    /* likewise */
	FILE *log;           /* NULL: none; likewise */
	struct jobtemplate template;
	struct jobinput input;
	struct job *ring[JOBS_HELD_MAX]; /* those from `printed` to `read`, by number */
	struct link pending;
	struct link under_way; /* in the order in which they were submitted */
	size_t pending_count;
	size_t under_way_count;
	size_t held_bytes; /* of output that is not printed yet */
	uint64_t read;     /* jobs; the counts go up only */
	uint64_t printed;
	uint64_t ended;
	uint64_t well;
	uint64_t failed;
	uint64_t cancelled;
	char *failures[JOBS_FAILURES_MAX]; /* owned sentences */
	struct progress progress;
	bool all_read;
	bool is_stopped; /* no more jobs are begun */
	bool is_halted;  /* because of --halt */
	bool is_broken;  /* because of something that was complained of */
};

/* False with a fault: the command can not be filled with these arguments. Afterwards jobs_fini()
 * is due in any case. */
bool jobs_init(struct jobs *jobs, struct command *command, const struct jobspec *spec, struct fault *fault);
void jobs_fini(struct jobs *jobs);

/* Whether there is nothing more to do. */
bool jobs_are_over(const struct jobs *jobs);

/* Reads what may be read without waiting, and submits it. */
CONCUR_CHECKED enum concur_status jobs_fill(struct jobs *jobs);

/* Waits for something to happen, a short time at most, and takes it: completions, or lines to be read. */
CONCUR_CHECKED enum concur_status jobs_await(struct jobs *jobs);

/* Begins no more jobs; with `now` also ends those that run. */
void jobs_stop(struct jobs *jobs, bool now);

/* Tells on stderr what has failed. */
void jobs_tell_failures(struct jobs *jobs);

#endif
