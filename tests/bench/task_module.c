/* Functions that workers under measurement run. */
#include "client/concur.h"

#include <stdlib.h>
#include <unistd.h>

enum { MIB = 1024 * 1024, PAGE = 4096 };

static enum concur_status
nothing(concur_work *work, const struct concur_value *arguments)
{
	(void)work;
	(void)arguments;
	return CONCUR_OK;
}

static enum concur_status
negate(concur_work *work, const struct concur_value *number)
{
	return concur_work_result(work, CV(-number->integer));
}

/* At its first attempt it has so many mebibytes resident, says in which process, and stays; then it does nothing. */
static enum concur_status
hold(concur_work *work, const struct concur_value *mebibytes)
{
	volatile char *memory;
	size_t size;

	if (concur_work_attempt(work) > 1)
		return CONCUR_OK;
	size = (size_t)mebibytes->integer * MIB;
	memory = malloc(size);
	if (!memory)
		return concur_work_fail(work, "MemoryError", "no %zu bytes", size);
	for (size_t at = 0; at < size; at += PAGE)
		memory[at] = 1;
	if (concur_work_progress(work, CV((int64_t)getpid())) != CONCUR_OK)
		return CONCUR_NO_MEMORY;
	for (;;)
		(void)pause();
}

static const struct concur_function functions[] = {
	{ "nothing", nothing, false },
	{ "negate", negate, true },
	{ "hold", hold, false },
	{ NULL, NULL, false },
};

const struct concur_module concur_module = { CONCUR_MODULE_VERSION, "tasks", functions };
