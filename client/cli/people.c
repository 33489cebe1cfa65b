/* For people. */
#include "config.h"

#include "people.h"

#include "print.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, KIBI = 1024 };
enum { VALUE_SHOWN = 200 }; /* bytes of a value that are shown, or few more */

static char *
two_units(int64_t seconds, int64_t large, const char *large_name, int64_t small, const char *small_name)
{
	char *text;
	int64_t rest = seconds % large / small;

	if (rest ? asprintf(&text, "%" PRId64 " %s %" PRId64 " %s", seconds / large, large_name, rest, small_name) < 0
		 : asprintf(&text, "%" PRId64 " %s", seconds / large, large_name) < 0)
		return NULL;
	return text;
}

char *
people_time(int64_t ns)
{
	int64_t seconds = ns / CONCUR_SECOND;
	char *text;

	if (seconds >= DAY)
		return two_units(seconds, DAY, "d", HOUR, "h");
	if (seconds >= HOUR)
		return two_units(seconds, HOUR, "h", MINUTE, "min");
	if (seconds >= MINUTE)
		return two_units(seconds, MINUTE, "min", 1, "s");
	return asprintf(&text, seconds >= 10 ? "%.0f s" : "%.2f s", (double)ns / 1e9) < 0 ? NULL : text;
}

char *
people_size(uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	double size = (double)bytes;
	char *text;
	size_t unit = 0;

	if (bytes < KIBI)
		return asprintf(&text, "%" PRIu64, bytes) < 0 ? NULL : text;
	for (size /= KIBI; size >= KIBI && units[unit + 1]; size /= KIBI)
		unit++;
	return asprintf(&text, "%.1f%c", size, units[unit]) < 0 ? NULL : text;
}

char *
people_text(const char *text)
{
	json_auto_t *json = NULL;

	for (const char *at = text; *at; at++) {
		if (iscntrl((unsigned char)*at)) {
			json = json_string(text);
			return json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
		}
	}
	return strdup(text);
}

char *
people_value(json_t *value)
{
	static const char more[] = "...";
	char *text = NULL;
	size_t size = 0, cut = VALUE_SHOWN;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return NULL;
	print_json(memory, value);
	if (fclose(memory) != 0) {
		free(text);
		return NULL;
	}
	if (size <= VALUE_SHOWN + sizeof more)
		return text;
	while (cut && ((unsigned char)text[cut] & 0xc0) == 0x80) /* not within a character */
		cut--;
	memcpy(text + cut, more, sizeof more);
	return text;
}

int64_t
people_number(json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

char *
people_standing(const char *what, json_t *row)
{
	int64_t cut_off_ns = people_number(row, "cut_off_ns");
	char *plain = people_text(what), *time, *text;

	if (cut_off_ns == 0 || !plain)
		return plain;
	time = people_time(cut_off_ns);
	if (!time || asprintf(&text, "%s%scut off for %s", plain, *plain ? "; " : "", time) < 0)
		text = NULL;
	free(time);
	free(plain);
	return text;
}

char *
people_program(const struct command *command, json_t *row)
{
	char path[64], name[64] = "-";
	FILE *file;

	if (!json_is_true(json_object_get(row, "local")) || strncmp(concur_url(command->session), "unix:", 5) != 0)
		return strdup(name);
	(void)snprintf(path, sizeof path, "/proc/%" PRId64 "/comm", people_number(row, "process"));
	file = fopen(path, "re");
	if (file && fgets(name, sizeof name, file))
		name[strcspn(name, "\n")] = '\0';
	if (file)
		(void)fclose(file);
	return people_text(name);
}
