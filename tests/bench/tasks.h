/* Tasks: a client submits what does nothing, two worker processes run it, the client collects the results. The common
 * part of the drivers, one program for each peer: how long, how much of it, who used how much CPU time, and the report.
 *
 * Messages about faults go to standard error; functions that return an int return -1 after one. Thread-safety: none. */
#ifndef BENCH_TASKS_H
#define BENCH_TASKS_H

#include "tests/bench/options.h"

#include <stdint.h>
#include <sys/types.h>

enum {
	TASKS_WORKERS = 2,
	TASKS_WINDOW = 8192, /* that are under way, where they are gathered as they end */
	TASKS_BATCH = 1024,  /* submitted at once, where that can be */
};

struct tasks {
	const struct options *options;
	pid_t workers[TASKS_WORKERS]; /* set by the work's open() */
	void *state;                  /* the work's own */
};

struct tasks_work {
	const char *name;

	/* Connects, and sees to it that the workers work. */
	int (*open)(struct tasks *tasks);

	/* Submits some and collects some; how many results it has collected. `left`: no more than these are wanted. */
	int (*step)(struct tasks *tasks, uint64_t left, uint64_t *ret_done);

	/* Ends the workers, and frees all. Also when open() has failed. */
	void (*close)(struct tasks *tasks);
};

/* A program: reads the options, does the work named there, prints a line of JSON. `works` ends with a name of NULL.
 * What main() is to return. */
int tasks_main(int argc, char **argv, const struct tasks_work *works);

#endif
