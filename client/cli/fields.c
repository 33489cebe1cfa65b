/* The notation of a row's fields. Rows are constants of this program: a token that is wrong is an error in rows.c,
 * which the unit tests find. */
#include "fields.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Copies letters of a name; returns behind the last. */
static const char *
take_name(const char *at, char *ret)
{
	size_t size = 0;

	for (; islower((unsigned char)*at) || *at == '_'; at++) {
		assert(size < FIELD_NAME_MAX - 1);
		ret[size++] = *at;
	}
	ret[size] = '\0';
	return at;
}

static const char *
take_word(const char *at, char *ret)
{
	size_t size = 0;

	for (; *at && *at != ' '; at++) {
		assert(size < FIELD_NAME_MAX - 1);
		ret[size++] = *at;
	}
	ret[size] = '\0';
	return at;
}

/* One mark behind a name. */
static const char *
take_mark(const char *at, struct field *field)
{
	field->is_optional |= *at != '.';
	switch (*at) {
	case '?':
		return at + 1;
	case '=':
		return take_word(at + 1, field->fallback);
	case '|':
		return take_name(at + 1, field->if_absent);
	case '&':
		return take_name(at + 1, field->if_given);
	default:
		assert(strncmp(at, "...", 3) == 0);
		field->is_many = true;
		return at + 3;
	}
}

bool
fields_next(const char **at, struct field *ret)
{
	const char *from = *at + strspn(*at, " ");

	*ret = (struct field){ 0 };
	if (!*from)
		return false;
	ret->is_option = strncmp(from, "--", 2) == 0;
	ret->is_optional = ret->is_option;
	from = take_name(from + (ret->is_option ? 2 : 0), ret->name);
	assert(*ret->name);
	while (*from && *from != ' ')
		from = take_mark(from, ret);
	*at = from;
	return true;
}

/* Names of a row, and the fields that they stand for. */
static const struct {
	const char *name, *target;
	bool is_time;
} targets[] = {
	{ "timeout", "wait_ns", true },
	{ "default_timeout", "default_wait_ns", true },
	{ "delay", "delay_ns", true },
	{ "ttl", "ttl_ns", true },
	{ "grace", "grace_ns", true },
	{ "backoff", "backoff_ns", true },
	{ "age_per_worker", "age_per_worker_ns", true },
	{ "run_timeout", "timeout_ns", true },
	{ "pairs", "values", false },
};

enum { TARGETS = sizeof targets / sizeof *targets };

static size_t
target_of(const struct field *field)
{
	size_t i = 0;

	while (i < TARGETS && strcmp(field->name, targets[i].name) != 0)
		i++;
	return i;
}

bool
fields_is_time(const struct field *field)
{
	size_t i = target_of(field);

	return i < TARGETS && targets[i].is_time;
}

const char *
fields_target(const struct field *field)
{
	size_t i = target_of(field);

	return i < TARGETS ? targets[i].target : field->name;
}

void
fields_option_name(const struct field *field, char *ret, size_t size)
{
	size_t i = 0;

	for (; field->name[i] && i < size - 1; i++)
		ret[i] = (char)(field->name[i] == '_' ? '-' : field->name[i]);
	ret[i] = '\0';
}

/* VALUE for `values...`, CREATE for `must_create`, SECONDS for a time. */
static void
label(const struct field *field, char *ret)
{
	const char *last = strrchr(field->name, '_');
	const char *name = last ? last + 1 : field->name;
	size_t size = strlen(name);

	if (fields_is_time(field)) {
		(void)snprintf(ret, FIELD_NAME_MAX, "SECONDS");
		return;
	}
	if (strcmp(field->name, "pairs") == 0) {
		(void)snprintf(ret, FIELD_NAME_MAX, "KEY VALUE");
		return;
	}
	if (field->is_many && size > 1 && name[size - 1] == 's')
		size--;
	for (size_t i = 0; i < size; i++)
		ret[i] = (char)toupper((unsigned char)name[i]);
	ret[size] = '\0';
}

void
fields_usage(const char *fields, bool (*is_flag)(const struct field *field, const void *arg), const void *arg,
    char *ret, size_t size)
{
	char option[FIELD_NAME_MAX];
	char words[FIELD_NAME_MAX];
	struct field field;
	size_t used = 0;

	*ret = '\0';
	while (used < size && fields_next(&fields, &field)) {
		label(&field, words);
		fields_option_name(&field, option, sizeof option);
		if (field.is_option && is_flag(&field, arg))
			used += (size_t)snprintf(ret + used, size - used, " [--%s]", option);
		else if (field.is_option)
			used += (size_t)snprintf(ret + used, size - used, " [--%s %s]", option, words);
		else
			used += (size_t)snprintf(ret + used, size - used, field.is_optional ? " [%s]%s" : " %s%s",
			    words, field.is_many ? "..." : "");
	}
}
