/* The printers that rows name. */
#include "print.h"

#include <ctype.h>
#include <string.h>

static bool
is_array_listing(const struct command *command)
{
	return command->options.json && command->row->how & ROW_LISTS;
}

void
print_item(struct command *command, json_t *item)
{
	bool array = is_array_listing(command);

	if (array)
		(void)fputs(command->printed ? ",\n " : "[", stdout);
	command->printed++;
	if (command->options.raw && !array && json_is_string(item))
		(void)fwrite(json_string_value(item), 1, json_string_length(item), stdout);
	else
		print_json(stdout, item);
	if (array)
		return;
	(void)fputc('\n', stdout);
	/* What follows may wait; what is there already should be seen. */
	(void)fflush(stdout);
}

void
print_end(struct command *command)
{
	if (is_array_listing(command))
		(void)fputs(command->printed ? "]\n" : "[]\n", stdout);
}

/* -- outcomes ------------------------------------------------------------------------------------------------------ */

static void
note_death(const struct command *command, json_t *death)
{
	double age_s = (double)json_integer_value(json_object_get(death, "age_ns")) / 1e9;

	command_complain(command,
	    "note: process %lld died %.3f s ago while it held the %s; what it guards may be half done",
	    (long long)json_integer_value(json_object_get(death, "process")), age_s,
	    command->kind ? command->kind->word : "lock");
}

enum verdict
print_outcome(const struct command *command, json_t *reply)
{
	static const struct {
		const char *outcome;
		const char *text;
	} noes[] = {
		{ "not_there", "not there" },
		{ "empty", "empty" },
		{ "full", "full" },
		{ "timed_out", "timed out" },
		{ "changed", "not as expected, nothing changed" },
		{ "end_of_file", "end of file" },
		{ "no", "it is not so" },
	};
	const char *outcome = json_string_value(json_object_get(reply, "outcome"));

	for (size_t i = 0; outcome && i < sizeof noes / sizeof *noes; i++) {
		if (strcmp(outcome, noes[i].outcome) == 0) {
			command_complain(command, "%s", noes[i].text);
			return VERDICT_NO;
		}
	}
	if (outcome && strcmp(outcome, "owner_died") == 0)
		note_death(command, json_object_get(reply, "death"));
	return VERDICT_DONE;
}

/* -- single values ------------------------------------------------------------------------------------------------- */

enum verdict
print_nothing(struct command *command, json_t *reply)
{
	return print_outcome(command, reply);
}

enum verdict
print_needed(struct command *command, json_t *reply)
{
	const char *outcome = json_string_value(json_object_get(reply, "outcome"));

	if (!outcome || strcmp(outcome, "not_there") != 0)
		return print_outcome(command, reply);
	command_complain(command, "nobody was waiting for that word");
	return VERDICT_NO;
}

static enum verdict
print_member(struct command *command, json_t *reply, const char *name)
{
	enum verdict verdict = print_outcome(command, reply);
	json_t *member = json_object_get(reply, name);

	if (member)
		print_item(command, member);
	return verdict;
}

enum verdict
print_value(struct command *command, json_t *reply)
{
	return print_member(command, reply, "value");
}

enum verdict
print_count(struct command *command, json_t *reply)
{
	enum verdict verdict = print_outcome(command, reply);

	if (verdict == VERDICT_DONE)
		print_item(command, json_object_get(reply, "count"));
	return verdict;
}

/* "12.500 s", "for ever": as all times that are given exactly. */
static void
print_seconds(json_t *ns)
{
	if (json_integer_value(ns) == CONCUR_FOREVER)
		(void)puts("for ever");
	else
		(void)printf("%.3f s\n", (double)json_integer_value(ns) / 1e9);
}

enum verdict
print_time(struct command *command, json_t *reply)
{
	enum verdict verdict = print_outcome(command, reply);

	if (verdict == VERDICT_DONE && command->options.json)
		print_item(command, json_object_get(reply, "count"));
	else if (verdict == VERDICT_DONE)
		print_seconds(json_object_get(reply, "count"));
	return verdict;
}

enum verdict
print_token(struct command *command, json_t *reply)
{
	enum verdict verdict = print_outcome(command, reply);

	if (verdict == VERDICT_DONE)
		print_item(command, json_object_get(reply, "token"));
	return verdict;
}

static enum verdict
print_boolean(struct command *command, bool truth)
{
	print_item(command, truth ? json_true() : json_false());
	return truth ? VERDICT_DONE : VERDICT_NO;
}

enum verdict
print_truth(struct command *command, json_t *reply)
{
	const char *outcome = json_string_value(json_object_get(reply, "outcome"));

	if (outcome && strcmp(outcome, "changed") == 0)
		return print_outcome(command, reply);
	return print_boolean(command, outcome && strcmp(outcome, "done") == 0);
}

enum verdict
print_locked(struct command *command, json_t *reply)
{
	return print_boolean(command, json_is_true(json_object_get(reply, "locked")));
}

enum verdict
print_is_set(struct command *command, json_t *reply)
{
	return print_boolean(command, json_is_true(json_object_get(reply, "is_set")));
}

enum verdict
print_alive(struct command *command, json_t *reply)
{
	(void)printf("%s answers\n", concur_url(command->session));
	return print_outcome(command, reply);
}

/* -- listings ------------------------------------------------------------------------------------------------------ */

enum verdict
print_values(struct command *command, json_t *reply)
{
	size_t index;
	json_t *item;

	json_array_foreach(json_object_get(reply, "values"), index, item) print_item(command, item);
	return print_outcome(command, reply);
}

enum verdict
print_made_set(struct command *command, json_t *reply)
{
	json_auto_t *request = json_pack("{s:O}", "object", json_object_get(reply, "object"));
	enum verdict verdict;
	bool more;

	do {
		json_auto_t *page = NULL;

		verdict = command_call(command, "Set/Page", request, &page);
		if (verdict == VERDICT_DONE)
			verdict = print_values(command, page);
		more = json_integer_value(json_object_get(page, "cursor")) != 0;
		(void)json_object_set(request, "cursor", json_object_get(page, "cursor"));
	} while (verdict == VERDICT_DONE && more);
	return verdict;
}

/* Every other one of `values`, from `first` on. */
static enum verdict
print_halves(struct command *command, json_t *reply, size_t first)
{
	json_t *values = json_object_get(reply, "values");

	for (size_t i = first; i < json_array_size(values); i += 2)
		print_item(command, json_array_get(values, i));
	return print_outcome(command, reply);
}

enum verdict
print_keys(struct command *command, json_t *reply)
{
	return print_halves(command, reply, 0);
}

enum verdict
print_pair_values(struct command *command, json_t *reply)
{
	return print_halves(command, reply, 1);
}

enum verdict
print_pairs(struct command *command, json_t *reply)
{
	json_t *values = json_object_get(reply, "values");

	for (size_t i = 0; i + 1 < json_array_size(values); i += 2) {
		json_auto_t *pair = json_pack("[O, O]", json_array_get(values, i), json_array_get(values, i + 1));

		print_item(command, pair);
	}
	return print_outcome(command, reply);
}

enum verdict
print_pair(struct command *command, json_t *reply)
{
	return print_pairs(command, reply);
}

/* -- information for people ---------------------------------------------------------------------------------------- */

/* A name with control characters in it is quoted: it goes to a terminal. */
static void
print_name(json_t *name)
{
	const char *text = json_string_value(name);

	for (const char *at = text; at && *at; at++) {
		if (iscntrl((unsigned char)*at))
			text = NULL;
	}
	if (text)
		(void)fputs(text, stdout);
	else
		print_json(stdout, name);
}

/* The numbers that a kind tells of itself: [{"name": "parties", "number": 2}, ...]. */
static void
print_details(json_t *details)
{
	json_t *detail;
	size_t index;

	json_array_foreach(details, index, detail)
	{
		print_name(json_object_get(detail, "name"));
		(void)printf(": %lld\n", (long long)json_integer_value(json_object_get(detail, "number")));
	}
}

/* "name: value" lines; the members of a message inside have its name in front. */
static void
print_lines(json_t *object, const char *prefix)
{
	const char *key;
	json_t *member;

	json_object_foreach(object, key, member)
	{
		size_t size = strlen(key);

		if (json_is_object(member) && !json_object_get(member, "$int")) {
			print_lines(member, key);
			continue;
		}
		if (size > 3 && strcmp(key + size - 3, "_ns") == 0) {
			(void)printf("%s%s%.*s: ", prefix, *prefix ? " " : "", (int)size - 3, key);
			print_seconds(member);
			continue;
		}
		if (strcmp(key, "details") == 0) {
			print_details(member);
			continue;
		}
		(void)printf("%s%s%s: ", prefix, *prefix ? " " : "", key);
		if (json_is_string(member))
			print_name(member);
		else
			print_json(stdout, member);
		(void)fputc('\n', stdout);
	}
}

enum verdict
print_fields(struct command *command, json_t *reply)
{
	if (command->options.json)
		print_item(command, reply);
	else
		print_lines(reply, "");
	return VERDICT_DONE;
}
