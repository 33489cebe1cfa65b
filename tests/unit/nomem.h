/* Allocations that fail on purpose. Programs that link nomem.c link with NOMEM_FLAGS. */
#ifndef TESTS_NOMEM_H
#define TESTS_NOMEM_H

#include <stdbool.h>

/* Lets `good` more allocations succeed, then one fail, and all after it succeed. */
void nomem_arm(unsigned good);

/* The same, but all after it fail, too. */
void nomem_starve(unsigned good);

/* Back to normal; tells whether an allocation has failed since nomem_arm or nomem_starve. Comes before
 * any expectation: Check allocates, too. */
bool nomem_disarm(void);

#endif
