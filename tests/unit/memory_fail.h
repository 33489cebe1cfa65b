/* Allocations that fail on demand: for programs that are linked with --wrap for malloc, calloc, realloc and
 * reallocarray. */
#ifndef TESTS_UNIT_MEMORY_FAIL_H
#define TESTS_UNIT_MEMORY_FAIL_H

#include <stdbool.h>

/* The nth allocation from now on (1: the next) fails; with `for_good`, all after it too. */
void memory_fail(unsigned nth, bool for_good);

/* Ends the failing, which must be before any expectation: Check allocates too. True if an allocation has failed. */
bool memory_ends(void);

#endif
