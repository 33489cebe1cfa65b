/* What a process is to run: one block that holds all words, and the arrays that point to them.
 *
 *      argv pointers, NULL, environment pointers, NULL, words ... directory */
#include "daemon/core/process_command.h"

#include <stdlib.h>
#include <string.h>

/* Counts words, and their bytes with the NUL of each. */
static void
process_command_measure(const char *const *words, size_t *count, size_t *bytes)
{
	for (; words && *words; words++) {
		++*count;
		*bytes += strlen(*words) + 1;
	}
}

/* Copies words: pointers to `at`, bytes to `to`; returns where the next word goes. */
static char *
process_command_copy(const char *const *words, const char ***at, char *to)
{
	for (; words && *words; words++) {
		size_t size = strlen(*words) + 1;

		memcpy(to, *words, size);
		*(*at)++ = to;
		to += size;
	}
	return to;
}

enum concur_status
process_command_make(struct core *core, struct process *process, const struct process_options *options)
{
	const char *const *first = options->runtime ? options->runtime->argv : NULL;
	size_t arguments = 0, additions = 0, bytes = options->directory ? strlen(options->directory) + 1 : 0;
	const char **at;
	size_t pointers;
	char *to;

	process_command_measure(first, &arguments, &bytes);
	process_command_measure(options->arguments, &arguments, &bytes);
	process_command_measure(options->environment, &additions, &bytes);
	pointers = (arguments + additions + 2) * sizeof *at;
	if (arguments == 0)
		return CONCUR_VALUE_ERROR;
	if (bytes + pointers > core->limits->command_max)
		return core_limit(core, CONCUR_TOO_LARGE, "command_max");
	process->command = malloc(pointers + bytes);
	if (!process->command)
		return CONCUR_NO_MEMORY;
	process->command_bytes = pointers + bytes;
	at = (const char **)(void *)process->command;
	process->spec.argv = at;
	to = process_command_copy(first, &at, process->command + pointers);
	to = process_command_copy(options->arguments, &at, to);
	*at++ = NULL;
	process->spec.environment = at;
	to = process_command_copy(options->environment, &at, to);
	*at = NULL;
	if (options->directory)
		process->spec.directory = strcpy(to, options->directory);
	process->spec.page = options->page;
	return CONCUR_OK;
}
