/* Showing an object: facts as "name: value", then who holds it, who waits, and what is in it, as far as each goes on
 * one page. One table says how the contents of a kind are read. */
#include "show.h"

#include "args.h"
#include "people.h"
#include "print.h"
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHOW_PAGE = 20 }; /* holders, waiters and items that are shown */

/* What the reply holds. */
enum show_style {
	SHOW_ITEMS,  /* an array of items */
	SHOW_PAIRS,  /* an array of key, value, key, value ... */
	SHOW_PACKED, /* an array of one value, which is a page of items */
	SHOW_ONE,    /* one item, or nothing */
};

/* How the beginning of a kind's contents is read. None of these takes anything away. */
static const struct show_contents {
	const char *kind;
	const char *method;
	const char *arguments; /* JSON, beside the object */
	const char *member;    /* of the reply */
	enum show_style style;
} show_contents[] = {
	{ "dict", "Dict/Page", "{\"count\": 20}", "values", SHOW_PAIRS },
	{ "namespace", "Dict/Page", "{\"count\": 20}", "values", SHOW_PAIRS },
	{ "list", "List/GetSlice", "{\"from_start\": true, \"stop\": 20, \"step\": 1}", "values", SHOW_ITEMS },
	{ "set", "Set/Page", "{\"count\": 20}", "values", SHOW_ITEMS },
	{ "array", "Array/GetValue", "{\"count\": 20}", "values", SHOW_PACKED },
	{ "queue", "Queue/Peek", "{}", "value", SHOW_ONE },
	{ "value", "Cell/Get", "{}", "value", SHOW_ONE },
};

/* -- reading ------------------------------------------------------------------------------------------------------- */

/* The id that "@ID" means; 0: it means none. */
static uint64_t
id_of(const char *name)
{
	uint64_t id;
	char *end;

	if (name[0] != '@' || name[1] < '0' || name[1] > '9')
		return 0;
	errno = 0;
	id = strtoull(name + 1, &end, 10);
	return errno || *end ? 0 : id;
}

enum verdict
show_open(struct command *command, json_t **ret_id)
{
	uint64_t id = id_of(command->name);
	json_auto_t *request = NULL;
	json_auto_t *reply = NULL;
	struct fault fault;
	enum verdict verdict;

	if (id == 0)
		return command_open(command, false, false, ret_id);
	request = json_pack("{s:s, s:s, s:b}", "name", command->name, "kind", "none", "must_exist", 1);
	if (command_try(command, "Object/Open", request, &reply, &fault) != CONCUR_OK) {
		json_auto_t *by_id = json_pack("{s:I}", "object", (json_int_t)id);

		verdict = command_call(command, "Object/Ref", by_id, &reply);
		if (verdict != VERDICT_DONE)
			return verdict;
	}
	*ret_id = json_incref(json_object_get(reply, "object"));
	return VERDICT_DONE;
}

/* The page of `method` on the object as a member of `all`, and whether there is more as another. */
static enum verdict
read_page(struct command *command, json_t *all, const char *method, const char *member)
{
	json_auto_t *request = json_pack("{s:O, s:i}", "object", json_object_get(all, "object"), "count", SHOW_PAGE);
	json_auto_t *reply = NULL;
	enum verdict verdict = command_call(command, method, request, &reply);
	json_t *number;

	if (verdict != VERDICT_DONE)
		return verdict;
	number = json_object_get(reply, "cursor");
	if (!number)
		number = json_object_get(reply, "from_number");
	(void)json_object_set(all, member, json_object_get(reply, member));
	if (strcmp(member, "holders") == 0)
		(void)json_object_set_new(all, "more_holders", json_boolean(json_integer_value(number) != 0));
	return VERDICT_DONE;
}

static json_t *
pairs_of(json_t *values)
{
	json_t *pairs = json_array();

	for (size_t i = 0; i + 1 < json_array_size(values); i += 2)
		(void)json_array_append_new(pairs,
		    json_pack("[O, O]", json_array_get(values, i), json_array_get(values, i + 1)));
	return pairs;
}

/* How the contents of what is shown are read; NULL: there are none to show. */
static const struct show_contents *
contents_of(json_t *all)
{
	const char *kind = json_string_value(json_object_get(all, "kind"));

	for (size_t i = 0; i < sizeof show_contents / sizeof *show_contents; i++) {
		if (strcmp(show_contents[i].kind, kind) == 0)
			return &show_contents[i];
	}
	return NULL;
}

/* The beginning of its contents as the member `contents`; kinds that hold none have no such member. */
static enum verdict
read_contents(struct command *command, json_t *all)
{
	const struct show_contents *row = contents_of(all);
	json_auto_t *request = NULL, *reply = NULL;
	enum verdict verdict;
	json_t *found;

	if (!row)
		return VERDICT_DONE;
	request = json_loads(row->arguments, 0, NULL);
	(void)json_object_set(request, "object", json_object_get(all, "object"));
	verdict = command_call(command, row->method, request, &reply);
	if (verdict != VERDICT_DONE)
		return verdict;
	found = json_object_get(reply, row->member);
	if (row->style == SHOW_PAIRS)
		(void)json_object_set_new(all, "contents", pairs_of(found));
	else
		(void)json_object_set(all, "contents", found);
	return VERDICT_DONE;
}

/* All that is shown, in one object: the info, with `holders`, `waiting` and `contents`. */
static enum verdict
read_all(struct command *command, json_t **ret_all)
{
	json_auto_t *id = NULL, *request = NULL;
	enum verdict verdict = show_open(command, &id);

	if (verdict != VERDICT_DONE)
		return verdict;
	request = json_pack("{s:O}", "object", id);
	verdict = command_call(command, "Object/Info", request, ret_all);
	if (verdict == VERDICT_DONE)
		verdict = read_page(command, *ret_all, "Object/Holders", "holders");
	if (verdict == VERDICT_DONE && people_number(*ret_all, "waiters") > 0) {
		json_auto_t *waiters = json_incref(json_object_get(*ret_all, "waiters"));

		verdict = read_page(command, *ret_all, "Object/Waiters", "waiters");
		(void)json_object_set(*ret_all, "waiting", json_object_get(*ret_all, "waiters"));
		(void)json_object_set(*ret_all, "waiters", waiters);
	}
	return verdict == VERDICT_DONE ? read_contents(command, *ret_all) : verdict;
}

/* -- printing ------------------------------------------------------------------------------------------------------ */

static void
print_text(const char *name, char *text)
{
	(void)printf("%s: %s\n", name, text ? text : "");
	free(text);
}

/* Details that are numbers only on the wire, and the words for 0, 1 and so on. */
static const struct show_words {
	const char *detail;
	const char *words[5];
} show_words[] = {
	{ "action", { "false", "true" } },
	{ "broken", { "false", "true" } },
	{ "closed", { "false", "true" } },
	{ "daemon", { "false", "true" } },
	{ "inconsistent", { "false", "true" } },
	{ "is_open", { "false", "true" } },
	{ "nested", { "false", "true" } },
	{ "order", { "fifo", "lifo", "priority" } },
	{ "receives", { "false", "true" } },
	{ "robust", { "false", "true" } },
	{ "sends", { "false", "true" } },
	{ "set", { "false", "true" } },
	{ "shut down", { "false", "true" } },
	{ "state", { "new", "starting", "running", "exited", "failed" } },
	{ "strict", { "false", "true" } },
	{ "typecode", { "none" } },
	{ "unrecoverable", { "false", "true" } },
	{ "written", { "false", "true" } },
};

static const char *
find_word(const char *detail, int64_t number)
{
	for (size_t i = 0; number >= 0 && number < 5 && i < sizeof show_words / sizeof *show_words; i++) {
		if (strcmp(show_words[i].detail, detail) == 0)
			return show_words[i].words[number];
	}
	return NULL;
}

static void
print_detail(const char *detail, int64_t number)
{
	const char *word = find_word(detail, number);

	if (word)
		(void)printf("%s: %s\n", detail, word);
	else if (strcmp(detail, "typecode") == 0)
		(void)printf("%s: %c\n", detail, (char)number);
	else
		(void)printf("%s: %lld\n", detail, (long long)number);
}

static void
print_facts(json_t *all)
{
	static const char *const numbers[] = { "object", "version", "refs", "len", "waiters" };
	const char *name = json_string_value(json_object_get(all, "name"));
	size_t index;
	json_t *detail;

	print_text("name", people_text(name && *name ? name : "(none)"));
	(void)printf("kind: %s\n", json_string_value(json_object_get(all, "kind")));
	(void)printf("lifetime: %s\n", json_string_value(json_object_get(all, "lifetime")));
	print_text("age", people_time(people_number(all, "age_ns")));
	print_text("bytes", people_size((uint64_t)people_number(all, "bytes")));
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		(void)printf("%s: %lld\n", numbers[i], (long long)people_number(all, numbers[i]));
	json_array_foreach(json_object_get(all, "details"), index, detail)
	    print_detail(json_string_value(json_object_get(detail, "name")), people_number(detail, "number"));
}

static void
add_process(const struct command *command, struct text_table *table, json_t *row)
{
	table_add(table, "%lld", (long long)people_number(row, "process"));
	table_take(table, people_program(command, row));
	table_add(table, "%lld", (long long)people_number(row, "context"));
	table_take(table, people_time(people_number(row, "age_ns")));
}

static bool
print_holders(const struct command *command, json_t *holders, bool more)
{
	static const struct table_column columns[] = {
		{ "PROCESS", true },
		{ "PROGRAM", false },
		{ "CONTEXT", true },
		{ "FOR", true },
		{ "TIMES", true },
		{ "TOKEN", true },
		{ "HOW", false },
		{ NULL, false },
	};
	struct text_table table;
	size_t index;
	json_t *row;
	bool printed;

	if (json_array_size(holders) == 0)
		return true;
	table_init(&table, columns);
	json_array_foreach(holders, index, row)
	{
		add_process(command, &table, row);
		table_add(&table, "%lld", (long long)people_number(row, "count"));
		table_add(&table, "%lld", (long long)people_number(row, "token"));
		table_take(&table, people_standing(json_string_value(json_object_get(row, "how")), row));
	}
	(void)puts("\nheld by");
	printed = table_print(&table, "  ");
	if (more)
		(void)puts("  and more: concur who tells all");
	table_fini(&table);
	return printed;
}

static char *
time_left(json_t *row)
{
	int64_t left_ns = people_number(row, "left_ns");

	return left_ns < 0 ? strdup("for ever") : people_time(left_ns);
}

static bool
print_waiting(const struct command *command, json_t *waiting, int64_t waiters)
{
	static const struct table_column columns[] = {
		{ "PROCESS", true },
		{ "PROGRAM", false },
		{ "CONTEXT", true },
		{ "FOR", true },
		{ "STILL", true },
		{ "WHAT", false },
		{ NULL, false },
	};
	struct text_table table;
	size_t index, count = json_array_size(waiting);
	json_t *row;
	bool printed;

	if (count == 0)
		return true;
	table_init(&table, columns);
	json_array_foreach(waiting, index, row)
	{
		add_process(command, &table, row);
		table_take(&table, time_left(row));
		table_take(&table, people_standing(json_string_value(json_object_get(row, "role")), row));
	}
	(void)puts("\nwaiting, in the order they came");
	printed = table_print(&table, "  ");
	if (waiters > (int64_t)count)
		(void)printf("  and %lld more: concur who tells all\n", (long long)(waiters - (int64_t)count));
	table_fini(&table);
	return printed;
}

static bool
print_value_line(json_t *value)
{
	char *text = people_value(value);

	if (text)
		(void)printf("  %s\n", text);
	free(text);
	return text != NULL;
}

static bool
print_contents(json_t *all)
{
	const struct show_contents *row = contents_of(all);
	json_t *contents = json_object_get(all, "contents"), *item;
	int64_t len = people_number(all, "len"), shown = row && row->style == SHOW_PACKED ? SHOW_PAGE : 1;
	size_t index;

	if (!contents || len == 0)
		return true;
	(void)puts("\ncontents");
	if (row->style == SHOW_ONE && !print_value_line(contents))
		return false;
	if (row->style == SHOW_ITEMS || row->style == SHOW_PAIRS)
		shown = (int64_t)json_array_size(contents);
	json_array_foreach(row->style == SHOW_ONE ? NULL : contents, index, item)
	{
		if (!print_value_line(item))
			return false;
	}
	if (len > shown)
		(void)printf("  and %lld more\n", (long long)(len - shown));
	return true;
}

static enum verdict
show(struct command *command, const char *name)
{
	json_auto_t *all = NULL;
	enum verdict verdict;

	command->name = name;
	verdict = read_all(command, &all);
	if (verdict != VERDICT_DONE)
		return verdict;
	if (command->options.json) {
		print_item(command, all);
		return VERDICT_DONE;
	}
	print_facts(all);
	if (!print_holders(command, json_object_get(all, "holders"),
		json_is_true(json_object_get(all, "more_holders"))) ||
	    !print_waiting(command, json_object_get(all, "waiting"), people_number(all, "waiters")) ||
	    !print_contents(all))
		return command_failed(command, CONCUR_NO_MEMORY);
	return VERDICT_DONE;
}

enum verdict
show_run(struct command *command)
{
	enum verdict worst = VERDICT_DONE;
	enum verdict verdict;

	if (command->word_count == 0)
		return command_misused(command, &(struct fault){ "name is missing" });
	verdict = command_connect(command);
	for (size_t i = 0; i < command->word_count && verdict <= VERDICT_NO; i++) {
		if (i > 0 && !command->options.json)
			(void)putchar('\n');
		verdict = show(command, command->words[i]);
		worst = verdict > worst ? verdict : worst;
	}
	return verdict > worst ? verdict : worst;
}
