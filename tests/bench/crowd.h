/* A crowd: processes that hand something to each other through a server, each with a connection of its own and one call
 * at a time. What is counted is how often it changed hands.
 *
 * Works are written for a peer as in work.h, but a step blocks until it is this process's turn again. Messages about
 * faults go to standard error; functions that return an int return -1 after one. Thread-safety: none; a worker is a
 * process. */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "tests/bench/conn.h"

struct crowd_worker {
	struct conn conn; /* conn.number: which of the crowd it is; conn.state: the work's own */
	uint64_t crowd;   /* how many there are */
};

struct crowd_work {
	const char *name;
	uint64_t crowd; /* how many it must be; 0: any number */
	bool lockstep;  /* nobody may leave before all others have done as many steps */

	/* Opens what the work is about. The connection is open. */
	int (*prepare)(struct crowd_worker *worker);

	/* Hands over and waits for its turn: one operation. */
	int (*step)(struct crowd_worker *worker);

	/* Hands over for the last time, so that the others go on. */
	int (*leave)(struct crowd_worker *worker);
};

struct crowd_peer {
	const char *name;
	const struct crowd_work *works; /* ends with a name of NULL */
};

extern const struct crowd_peer crowd_concur, crowd_redis, crowd_ring;

#endif
