/* The drive: all connections of a run, in one thread and one epoll loop; a lone connection waits in recv instead, as a
 * client with one socket would.
 *
 * Messages about faults go to standard error; functions that can fail return -1 after one. Thread-safety: none. */
#ifndef BENCH_DRIVE_H
#define BENCH_DRIVE_H

#include "tests/bench/conn.h"
#include "tests/bench/histogram.h"
#include "tests/bench/usage.h"
#include "tests/bench/work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a run measured. */
struct drive_result {
	uint64_t operations;
	uint64_t errors;
	uint64_t elapsed_ns; /* from the first call to the last reply, the ping's aside */
	uint64_t driver_cpu_ns;
	struct usage before, after; /* the server's: before connections were opened, after the run and lingering */
	uint64_t server_cpu_ns;     /* within the run */
	struct histogram latency;   /* of single calls */
	struct histogram ping;      /* of the connection that pings */
	struct histogram ping_cpu;  /* the server's CPU time while each ping was on its way: its part in that latency */
};

struct drive {
	const struct options *options; /* borrowed */
	const struct work *work;
	struct conn *conns; /* owned; the one that pings is the last */
	size_t opened;
	size_t count; /* connections that work */
	bool pings;
	size_t active; /* connections that work and are not done */
	int epoll_fd;
	uint64_t stop_ns;            /* begin nothing from then on */
	uint64_t ping_cpu_ns;        /* the server's CPU time when the ping now on its way was sent */
	struct drive_result *result; /* borrowed; where the run counts */
};

/* Opens the connections and prepares their requests. Blocks. drive_close must follow also when this fails. */
int drive_open(struct drive *drive, const struct options *options, const struct peer *peer, const struct work *work,
    struct drive_result *result);

/* Runs for so many seconds, or `count` operations if that is not 0. Adds to the result given to drive_open. */
int drive_run(struct drive *drive, double seconds, uint64_t count);

void drive_close(struct drive *drive);

/* All of it: what must be there before, the connections, the warm-up, the measured run. */
int drive_measure(const struct options *options, struct drive_result *ret);

#endif
