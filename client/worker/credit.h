/* How many tasks a worker asks for at once: as many as it expects to finish in CREDIT_NS, going by how long those
 * before have taken. So short tasks travel many together, and slow ones are not kept from others. Pure functions. */
#ifndef WORKER_CREDIT_H
#define WORKER_CREDIT_H

#include <stdint.h>

enum {
	CREDIT_MAX = 256,    /* tasks */
	CREDIT_NS = 1500000, /* that they should take */
	CREDIT_HISTORY = 8,  /* a task counts so much less than all before it */
};

/* All 0: nothing is known. */
struct credit {
	int64_t mean_ns; /* moving average, at least 1 once a task has been seen */
	uint32_t last;   /* what was asked for last */
};

/* A task took that long. */
void credit_note(struct credit *credit, int64_t took_ns);

/* How many to ask for now: 1 to CREDIT_MAX, at most twice as many as the last time. */
uint32_t credit_ask(struct credit *credit);

#endif
