/* One array of pointers; the strings are borrowed but for our own, which lie behind the pointers. */
#include "config.h"

#include "daemon/io/spawn_environment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SPAWN_OWN = 3, SPAWN_NUMBER = 40 }; /* variables of our own; bytes of one that holds a number */

/* What is said to the daemon, or would make the process take itself for the daemon. */
static const char *const spawn_withheld[] = { "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
	"WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM", "INVOCATION_ID", "CONCUR_URL", "CONCUR_PROCESS",
	"CONCUR_PAGE" };

/* Bytes of the name in "NAME=VALUE", with the sign. */
static size_t
spawn_name_size(const char *variable)
{
	return strcspn(variable, "=") + 1;
}

static bool
spawn_is_withheld(const char *variable)
{
	size_t size = spawn_name_size(variable) - 1;

	for (size_t i = 0; i < sizeof spawn_withheld / sizeof *spawn_withheld; i++) {
		if (strlen(spawn_withheld[i]) == size && strncmp(spawn_withheld[i], variable, size) == 0)
			return true;
	}
	return false;
}

/* Puts the variable in the place of one of that name, or at the end. */
static void
spawn_put(char **environment, size_t *count, const char *variable)
{
	size_t at = 0, size = spawn_name_size(variable);

	while (at < *count && strncmp(environment[at], variable, size) != 0)
		at++;
	/* exec wants it so, and changes nothing. */
	environment[at] = (char *)(uintptr_t)variable;
	*count += at == *count;
}

static size_t
spawn_count(const char *const *variables)
{
	size_t count = 0;

	while (variables && variables[count])
		count++;
	return count;
}

char **
spawn_environment(const struct process_spec *spec, const struct spawn_setting *setting)
{
	size_t count = 0, url_size = strlen(setting->url) + sizeof "CONCUR_URL=";
	size_t room = spawn_count((const char *const *)environ) + spawn_count(spec->environment) + SPAWN_OWN + 1;
	char **environment = malloc(room * sizeof *environment + url_size + 2 * SPAWN_NUMBER);
	char *text;

	if (!environment)
		return NULL;
	text = (char *)(environment + room);
	for (char **at = environ; at && *at; at++) {
		if (!spawn_is_withheld(*at))
			environment[count++] = *at;
	}
	for (const char *const *at = spec->environment; at && *at; at++)
		spawn_put(environment, &count, *at);
	(void)snprintf(text, url_size, "CONCUR_URL=%s", setting->url);
	spawn_put(environment, &count, text);
	text += url_size;
	(void)snprintf(text, SPAWN_NUMBER, "CONCUR_PROCESS=%" PRIu64, setting->number);
	spawn_put(environment, &count, text);
	text += SPAWN_NUMBER;
	(void)snprintf(text, SPAWN_NUMBER, "CONCUR_PAGE=%d", SPAWN_PAGE_FD);
	if (spec->page)
		spawn_put(environment, &count, text);
	environment[count] = NULL;
	return environment;
}

void
spawn_environment_free(char **environment)
{
	free(environment);
}
