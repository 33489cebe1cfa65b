/* The clock that waits are measured by. Thread-safety: pure. */
#ifndef CLIENT_CLOCK_H
#define CLIENT_CLOCK_H

#include "concur.h"

#include <time.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
static inline int64_t
clock_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * CONCUR_SECOND + now.tv_nsec;
}

#endif
