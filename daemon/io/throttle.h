/* A throttle for log lines that strangers can bring about: so many in a while, the rest is counted.
 *
 * Thread-safety: none. All 0 is a throttle that has let nothing through yet. */
#ifndef IO_THROTTLE_H
#define IO_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

enum { THROTTLE_LINES = 10 }; /* in THROTTLE_NS */
#define THROTTLE_NS (UINT64_C(10) * 1000 * 1000 * 1000)

struct throttle {
	uint64_t since_ns; /* the while began */
	unsigned lines;    /* let through since */
	uint64_t left_out; /* since one was let through */
};

/* Whether one more may go; then *ret_left_out tells how many before it might not. */
static inline bool
throttle_lets(struct throttle *throttle, uint64_t now_ns, uint64_t *ret_left_out)
{
	if (now_ns - throttle->since_ns >= THROTTLE_NS) {
		throttle->since_ns = now_ns;
		throttle->lines = 0;
	}
	if (throttle->lines == THROTTLE_LINES) {
		throttle->left_out++;
		return false;
	}
	throttle->lines++;
	*ret_left_out = throttle->left_out;
	throttle->left_out = 0;
	return true;
}

#endif
