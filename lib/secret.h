/* A session's secret: random bytes with which its client shows that the session is its own.
 *
 * Thread-safety: pure functions. */
#ifndef LIB_SECRET_H
#define LIB_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SECRET_SIZE = 32 };

/* Whether what was given is the secret; takes as long whichever byte differs. */
static inline bool
secret_is(const uint8_t secret[SECRET_SIZE], const uint8_t *given, size_t size)
{
	unsigned differ = 0;

	if (size != SECRET_SIZE)
		return false;
	for (size_t i = 0; i < SECRET_SIZE; i++)
		differ |= (unsigned)(secret[i] ^ given[i]);
	return differ == 0;
}

#endif
