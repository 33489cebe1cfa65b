/* Runtimes. Name and words lie in one block, behind the pointers to them: argv itself begins the block. */
#include "config.h"

#include "daemon/runtime.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define RUNTIME_NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

static bool
runtime_is_blank(char letter)
{
	return letter == ' ' || letter == '\t';
}

/* Copies one word from *at to *to, with its NUL, and steps behind both; false if a quote is not closed. */
static bool
runtime_word(const char **at, char **to)
{
	const char *from = *at;
	char quote = '\0';

	for (; *from && (quote || !runtime_is_blank(*from)); from++) {
		if (*from == quote) {
			quote = '\0';
		} else if (!quote && (*from == '\'' || *from == '"')) {
			quote = *from;
		} else {
			if (*from == '\\' && quote != '\'' && from[1])
				from++;
			*(*to)++ = *from;
		}
	}
	*(*to)++ = '\0';
	*at = from;
	return quote == '\0';
}

/* Cuts the command into the block; false if a quote is not closed. */
static bool
runtime_cut(const char *command, const char **argv, char *to)
{
	for (;;) {
		while (runtime_is_blank(*command))
			command++;
		if (!*command)
			break;
		*argv++ = to;
		if (!runtime_word(&command, &to))
			return false;
	}
	*argv = NULL;
	return true;
}

int
runtime_parse(const char *text, struct runtime *ret, struct complaint *complaint)
{
	size_t size = strlen(text) + 1, name_size = strcspn(text, "=");
	/* No two words without a blank between them; each NUL has the place of that blank. */
	size_t words = size / 2 + 2;
	const char **argv;
	char *name;

	if (text[name_size] != '=' || name_size == 0 || name_size > RUNTIME_NAME_MAX ||
	    strspn(text, RUNTIME_NAME) != name_size)
		return complain(complaint,
		    "--runtime %s: write NAME=COMMAND; a name has letters, digits, '.', '_' and '-', %d at most", text,
		    RUNTIME_NAME_MAX);
	argv = malloc(words * sizeof *argv + 2 * size);
	if (!argv)
		return complain(complaint, "out of memory");
	name = (char *)(argv + words);
	memcpy(name, text, name_size);
	name[name_size] = '\0';
	*ret = (struct runtime){ name, argv };
	if (!runtime_cut(text + name_size + 1, argv, name + name_size + 1)) {
		runtime_fini(ret);
		return complain(complaint, "--runtime %s: a quote is not closed", text);
	}
	if (!argv[0]) {
		runtime_fini(ret);
		return complain(complaint, "--runtime %s: the command is missing", text);
	}
	return 0;
}

void
runtime_fini(struct runtime *runtime)
{
	/* It is ours, and nobody else changes it. */
	free((void *)(uintptr_t)runtime->argv);
	*runtime = (struct runtime){ 0 };
}
