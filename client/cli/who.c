/* Who is there. Holders and waiters come in their order, sessions by age. */
#include "who.h"

#include "args.h"
#include "methods.h"
#include "pages.h"
#include "people.h"
#include "print.h"
#include "show.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- sessions ------------------------------------------------------------------------------------------------------ */

/* The oldest first. */
static int
compare_sessions(const void *a, const void *b)
{
	int64_t left = people_number(*(json_t *const *)a, "age_ns"),
		right = people_number(*(json_t *const *)b, "age_ns");

	return (left < right) - (left > right);
}

/* An array in the order of age, in place of one in no order. */
static json_t *
sorted_sessions(json_t *sessions)
{
	size_t count = json_array_size(sessions);
	json_t **items = calloc(count + 1, sizeof(json_t *));
	json_t *sorted = json_array();

	for (size_t i = 0; items && i < count; i++)
		items[i] = json_array_get(sessions, i);
	if (items)
		qsort(items, count, sizeof *items, compare_sessions);
	for (size_t i = 0; items && i < count; i++)
		(void)json_array_append(sorted, items[i]);
	free(items);
	return sorted;
}

static void
add_process(const struct command *command, struct text_table *table, json_t *row)
{
	table_add(table, "%lld", (long long)people_number(row, "process"));
	table_take(table, people_program(command, row));
}

static void
add_session(const struct command *command, struct text_table *table, json_t *session)
{
	const char *client = json_string_value(json_object_get(session, "client"));
	bool self = json_is_true(json_object_get(session, "self"));

	add_process(command, table, session);
	table_take(table, people_time(people_number(session, "age_ns")));
	table_add(table, "%lld", (long long)people_number(session, "waiting"));
	table_add(table, "%lld", (long long)people_number(session, "holding"));
	table_add(table, "%lld", (long long)people_number(session, "objects"));
	table_add(table, "%lld", (long long)people_number(session, "session"));
	if (self)
		table_add(table, "(this command)");
	else
		table_take(table, people_standing(client ? client : "", session));
}

static enum verdict
print_sessions(struct command *command, json_t *sessions)
{
	static const struct table_column columns[] = {
		{ "PROCESS", true },
		{ "PROGRAM", false },
		{ "FOR", true },
		{ "WAITS", true },
		{ "HOLDS", true },
		{ "OBJECTS", true },
		{ "SESSION", true },
		{ "CLIENT", false },
		{ NULL, false },
	};
	struct text_table table;
	size_t index;
	json_t *session;
	bool printed;

	table_init(&table, columns);
	table_fit(&table);
	json_array_foreach(sessions, index, session) add_session(command, &table, session);
	printed = table_print(&table, "");
	table_fini(&table);
	return printed ? VERDICT_DONE : command_failed(command, CONCUR_NO_MEMORY);
}

static enum verdict
list_sessions(struct command *command)
{
	json_auto_t *request = json_object(), *sessions = NULL, *sorted = NULL;
	enum verdict verdict = pages_all(command, "Manager/Sessions", request, "sessions", &sessions);
	size_t index;
	json_t *session;

	if (verdict != VERDICT_DONE)
		return verdict;
	sorted = sorted_sessions(sessions);
	if (!command->options.json)
		return print_sessions(command, sorted);
	json_array_foreach(sorted, index, session) print_item(command, session);
	print_end(command);
	return VERDICT_DONE;
}

/* -- one object ---------------------------------------------------------------------------------------------------- */

/* All about one object's people. */
struct who {
	json_t *holders, *waiters, *sessions; /* arrays; owned */
};

static void
who_fini(struct who *who)
{
	json_decref(who->holders);
	json_decref(who->waiters);
	json_decref(who->sessions);
}

/* Sessions that refer to the object, without this command's. */
static json_t *
others(json_t *sessions)
{
	json_t *sorted = sorted_sessions(sessions);
	size_t index = 0;

	while (index < json_array_size(sorted)) {
		if (json_is_true(json_object_get(json_array_get(sorted, index), "self")))
			(void)json_array_remove(sorted, index);
		else
			index++;
	}
	return sorted;
}

static enum verdict
who_read(struct command *command, json_t *id, struct who *who)
{
	json_auto_t *holders = json_pack("{s:O}", "object", id), *waiters = json_pack("{s:O}", "object", id);
	json_auto_t *sessions = json_pack("{s:O}", "refers_to", id), *referring = NULL;
	enum verdict verdict = pages_all(command, "Object/Holders", holders, "holders", &who->holders);

	if (verdict == VERDICT_DONE)
		verdict = pages_all(command, "Object/Waiters", waiters, "waiters", &who->waiters);
	if (verdict == VERDICT_DONE)
		verdict = pages_all(command, "Manager/Sessions", sessions, "sessions", &referring);
	if (verdict == VERDICT_DONE)
		who->sessions = others(referring);
	return verdict;
}

/* `does` is followed by the row's member `word`; NULL: by nothing. */
static void
add_person(const struct command *command, struct text_table *table, json_t *row, const char *does, const char *word)
{
	char what[128];

	(void)snprintf(what, sizeof what, "%s%s", does, word ? json_string_value(json_object_get(row, word)) : "");
	add_process(command, table, row);
	table_take(table, people_time(people_number(row, "age_ns")));
	table_add(table, "%lld", (long long)people_number(row, "session"));
	table_take(table, people_standing(what, row));
}

static void
add_people(const struct command *command, struct text_table *table, const struct who *who)
{
	size_t index;
	json_t *row;

	json_array_foreach(who->holders, index, row) add_person(command, table, row, "holds it, ", "how");
	json_array_foreach(who->waiters, index, row) add_person(command, table, row, "waits: ", "role");
	json_array_foreach(who->sessions, index, row) add_person(command, table, row, "refers to it", NULL);
}

static enum verdict
print_people(struct command *command, const struct who *who)
{
	static const struct table_column columns[] = {
		{ "PROCESS", true },
		{ "PROGRAM", false },
		{ "FOR", true },
		{ "SESSION", true },
		{ "WHAT", false },
		{ NULL, false },
	};
	struct text_table table;
	bool printed;

	table_init(&table, columns);
	table_fit(&table);
	add_people(command, &table, who);
	if (table.count == 0 && !table.failed) {
		command_complain(command, "nobody");
		table_fini(&table);
		return VERDICT_NO;
	}
	printed = table_print(&table, "");
	table_fini(&table);
	return printed ? VERDICT_DONE : command_failed(command, CONCUR_NO_MEMORY);
}

static enum verdict
list_people(struct command *command, const char *name)
{
	struct who who = { NULL, NULL, NULL };
	json_auto_t *id = NULL, *all = NULL;
	enum verdict verdict;

	command->name = name;
	verdict = show_open(command, &id);
	if (verdict == VERDICT_DONE)
		verdict = who_read(command, id, &who);
	if (verdict == VERDICT_DONE && command->options.json) {
		all = json_pack("{s:O, s:O, s:O}", "holders", who.holders, "waiters", who.waiters, "sessions",
		    who.sessions);
		print_json(stdout, all);
		(void)fputc('\n', stdout);
	} else if (verdict == VERDICT_DONE) {
		verdict = print_people(command, &who);
	}
	who_fini(&who);
	return verdict;
}

/* -- the verb ------------------------------------------------------------------------------------------------------ */

enum verdict
who_run(struct command *command)
{
	struct args args;
	enum verdict verdict = args_connect(command, NULL, &args);
	const char *name = json_string_value(json_object_get(args.request, "name"));

	if (verdict == VERDICT_DONE)
		verdict = name ? list_people(command, name) : list_sessions(command);
	args_fini(&args);
	return verdict;
}
