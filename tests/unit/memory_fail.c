/* Allocations that fail on demand. The linker sends the program's calls to __wrap_malloc and so on (--wrap). */
#include "tests/unit/memory_fail.h"

#include <stddef.h>

static struct {
	unsigned left; /* allocations until the one that fails, 0: none does */
	bool for_good; /* all after it fail too */
	bool failed;   /* one has failed */
} memory;

void
memory_fail(unsigned nth, bool for_good)
{
	memory.left = nth;
	memory.for_good = for_good;
	memory.failed = false;
}

bool
memory_ends(void)
{
	memory.left = 0;
	return memory.failed;
}

/* Once the one has failed for good, `left` stays 1. */
static bool
memory_fails(void)
{
	if (memory.left == 0 || --memory.left > 0)
		return false;
	memory.failed = true;
	memory.left = memory.for_good ? 1 : 0;
	return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

void *
__wrap_malloc(size_t size)
{
	return memory_fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return memory_fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return memory_fails() ? NULL : __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return memory_fails() ? NULL : __real_reallocarray(old, count, size);
}
