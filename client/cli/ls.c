/* Listing objects: all pages are read, then sorted here, since the daemon keeps no order but that of naming. */
#include "config.h"

#include "ls.h"

#include "args.h"
#include "methods.h"
#include "pages.h"
#include "people.h"
#include "print.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What can be sorted by: the member of the object's info, and whether the largest come first. */
static const struct ls_sort {
	const char *name, *member;
	bool descending;
} sorts[] = {
	{ "name", "name", false },
	{ "kind", "kind", false },
	{ "len", "len", true },
	{ "bytes", "bytes", true },
	{ "waiters", "waiters", true },
	{ "age", "age_ns", true },
	{ "refs", "refs", true },
};

enum { SORTS = sizeof sorts / sizeof *sorts };

struct ls_order {
	const struct ls_sort *by;
	bool reverse;
};

void
ls_name_sorts(char *ret, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < SORTS && used < size; i++)
		used += (size_t)snprintf(ret + used, size - used, "%s%s", i ? ", " : "", sorts[i].name);
}

static const struct ls_sort *
find_sort(const char *name)
{
	for (size_t i = 0; name && i < SORTS; i++) {
		if (strcmp(sorts[i].name, name) == 0)
			return &sorts[i];
	}
	return NULL;
}

static int
compare_member(json_t *a, json_t *b, const char *member)
{
	json_t *left = json_object_get(a, member), *right = json_object_get(b, member);

	if (json_is_string(left) && json_is_string(right))
		return strcmp(json_string_value(left), json_string_value(right));
	return (json_integer_value(left) > json_integer_value(right)) -
	    (json_integer_value(left) < json_integer_value(right));
}

/* What is equal in what was asked for goes by name, then by id. */
static int
compare(const void *a, const void *b, void *arg)
{
	json_t *left = *(json_t *const *)a, *right = *(json_t *const *)b;
	const struct ls_order *order = arg;
	int result = compare_member(left, right, order->by->member);

	if (result)
		return order->by->descending != order->reverse ? -result : result;
	result = compare_member(left, right, "name");
	return result ? result : compare_member(left, right, "object");
}

/* -- printing ------------------------------------------------------------------------------------------------------ */

static void
add_object(struct text_table *table, json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "name"));

	table_add(table, "%s", json_string_value(json_object_get(object, "kind")));
	table_add(table, "%lld", (long long)people_number(object, "len"));
	table_add(table, "%lld", (long long)people_number(object, "waiters"));
	table_add(table, "%lld", (long long)people_number(object, "refs"));
	table_take(table, people_size((uint64_t)people_number(object, "bytes")));
	table_take(table, people_time(people_number(object, "age_ns")));
	if (name && *name)
		table_take(table, people_text(name));
	else
		table_add(table, "@%lld", (long long)people_number(object, "object"));
}

static enum verdict
print_table(const struct command *command, json_t *const *objects, size_t count)
{
	static const struct table_column columns[] = {
		{ "KIND", false },
		{ "LEN", true },
		{ "WAITERS", true },
		{ "REFS", true },
		{ "BYTES", true },
		{ "AGE", true },
		{ "NAME", false },
		{ NULL, false },
	};
	struct text_table table;
	bool printed;

	table_init(&table, columns);
	for (size_t i = 0; i < count; i++)
		add_object(&table, objects[i]);
	printed = count == 0 || table_print(&table, "");
	table_fini(&table);
	return printed ? VERDICT_DONE : command_failed(command, CONCUR_NO_MEMORY);
}

static void
print_names(struct command *command, json_t *const *objects, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *name = json_object_get(objects[i], "name");

		if (command->options.json)
			print_item(command, objects[i]);
		else if (json_string_length(name))
			print_item(command, name);
	}
	print_end(command);
}

/* `objects` is an array of JSON; what it holds is borrowed into one that can be sorted. */
static enum verdict
print_sorted(struct command *command, json_t *objects, const struct ls_order *order)
{
	size_t count = json_array_size(objects);
	json_t **sorted = calloc(count + 1, sizeof(json_t *));
	enum verdict verdict = VERDICT_DONE;

	if (!sorted)
		return command_failed(command, CONCUR_NO_MEMORY);
	for (size_t i = 0; i < count; i++)
		sorted[i] = json_array_get(objects, i);
	qsort_r(sorted, count, sizeof *sorted, compare, (void *)(uintptr_t)order);
	if (command->options.json || command->options.raw)
		print_names(command, sorted, count);
	else
		verdict = print_table(command, sorted, count);
	free(sorted);
	return verdict;
}

/* -- the verb ------------------------------------------------------------------------------------------------------ */

/* Takes what is ls's own out of the request. */
static bool
take_order(json_t *request, struct ls_order *ret, struct fault *fault)
{
	const char *name = json_string_value(json_object_get(request, "sort"));
	char words[80];

	*ret = (struct ls_order){ find_sort(name), json_is_true(json_object_get(request, "reverse")) };
	if (!ret->by) {
		ls_name_sorts(words, sizeof words);
		return fault_set(fault, "--sort takes one of %s, not %.60s", words, name);
	}
	(void)json_object_del(request, "sort");
	(void)json_object_del(request, "reverse");
	return true;
}

static enum verdict
list(struct command *command, const struct method *method, json_t *request)
{
	json_auto_t *objects = NULL;
	struct ls_order order;
	enum verdict verdict;
	struct fault fault;

	if (!take_order(request, &order, &fault))
		return command_misused(command, &fault);
	verdict = command_connect(command);
	if (verdict == VERDICT_DONE)
		verdict = pages_all(command, method->name, request, "objects", &objects);
	return verdict == VERDICT_DONE ? print_sorted(command, objects, &order) : verdict;
}

enum verdict
ls_run(struct command *command)
{
	struct method method;
	struct args args;
	enum verdict verdict = args_begin(command, &method, &args);

	/* "concur pool ls" */
	if (verdict == VERDICT_DONE && command->kind)
		(void)json_object_set_new(args.request, "kind", json_string(command->kind->word));
	if (verdict == VERDICT_DONE)
		verdict = list(command, &method, args.request);
	args_fini(&args);
	return verdict;
}
