/* Allocations that fail on purpose. Programs that link nomem.c link with NOMEM_FLAGS. */
#ifndef TESTS_NOMEM_H
#define TESTS_NOMEM_H

#include <stdbool.h>

/* Lets `good` more allocations succeed, then one fail, and all after it succeed. */
void nomem_arm(unsigned good);

/* Back to normal; tells whether an allocation has failed since nomem_arm. */
bool nomem_disarm(void);

#endif
