/* Stands before malloc and its kin, by the linker's --wrap, and fails the one that is wanted. Fresh memory is filled
 * with garbage, so that nothing relies on what stands there. */
#include "nomem.h"

#include <stddef.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

/* Allocations until the one that fails, it included; 0: none will. */
static unsigned left;
static bool for_good; /* all after that one fail, too */
static bool failed;

void
nomem_arm(unsigned good)
{
	left = good + 1;
	for_good = false;
	failed = false;
}

void
nomem_starve(unsigned good)
{
	nomem_arm(good);
	for_good = true;
}

bool
nomem_disarm(void)
{
	left = 0;
	return failed;
}

static bool
fails(void)
{
	if (left == 0 || --left > 0)
		return false;
	failed = true;
	left = for_good ? 1 : 0;
	return true;
}

static void *
spoil(void *fresh, size_t size)
{
	return fresh ? memset(fresh, 0xa5, size) : NULL;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : spoil(__real_malloc(size), size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	if (fails())
		return NULL;
	return old ? __real_realloc(old, size) : spoil(__real_malloc(size), size);
}

void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
	void *fresh;

	if (fails())
		return NULL;
	fresh = __real_reallocarray(old, count, size);
	return old ? fresh : spoil(fresh, count * size);
}
