/* Listing workers: those of each pool are read page by page and stand in one table, with the pool in front. */
#include "config.h"

#include "psrun.h"

#include "args.h"
#include "methods.h"
#include "pages.h"
#include "people.h"
#include "print.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

/* Appends the workers of one pool to `all`, each with the member `pool`. */
static enum verdict
read_workers(struct command *command, json_t *id, const char *name, json_t *all)
{
	json_auto_t *request = json_pack("{s:O}", "object", id);
	json_auto_t *workers = NULL;
	enum verdict verdict = pages_all(command, "Pool/Workers", request, "workers", &workers);
	json_t *worker;
	size_t index;

	json_array_foreach(workers, index, worker)
	{
		if (*name)
			(void)json_object_set_new(worker, "pool", json_string(name));
		else
			(void)json_object_set(worker, "pool", id);
		(void)json_array_append(all, worker);
	}
	return verdict;
}

/* A pool that goes while the others are read has no workers any more. */
static enum verdict
read_all_pools(struct command *command, json_t *all)
{
	json_auto_t *request = json_pack("{s:s, s:b}", "kind", "pool", "all", 1);
	json_auto_t *pools = NULL;
	enum verdict verdict = pages_all(command, "Manager/List", request, "objects", &pools);
	json_t *pool;
	size_t index;

	json_array_foreach(pools, index, pool)
	{
		const char *name = json_string_value(json_object_get(pool, "name"));
		json_auto_t *by_id = json_pack("{s:O}", "object", json_object_get(pool, "object"));
		json_auto_t *reply = NULL;
		struct fault fault;

		if (verdict == VERDICT_DONE && command_try(command, "Object/Ref", by_id, &reply, &fault) == CONCUR_OK)
			verdict = read_workers(command, json_object_get(pool, "object"), name ? name : "", all);
	}
	return verdict;
}

/* -- printing ------------------------------------------------------------------------------------------------------ */

static void
add_pool(struct text_table *table, json_t *worker)
{
	json_t *pool = json_object_get(worker, "pool");

	if (json_is_string(pool))
		table_take(table, people_text(json_string_value(pool)));
	else
		table_add(table, "@%lld", (long long)json_integer_value(pool));
}

static void
add_task(struct text_table *table, json_t *worker)
{
	const char *function = json_string_value(json_object_get(worker, "function"));

	if (people_number(worker, "running") == 0) {
		for (int i = 0; i < 4; i++)
			table_add(table, "-");
		return;
	}
	table_add(table, "%lld", (long long)people_number(worker, "running"));
	table_take(table, people_time(people_number(worker, "running_ns")));
	table_take(table, people_text(function ? function : ""));
	if (people_number(worker, "waits_for"))
		table_add(table, "%lld", (long long)people_number(worker, "waits_for"));
	else
		table_add(table, "-");
}

static void
add_worker(struct text_table *table, json_t *worker)
{
	const char *name = json_string_value(json_object_get(worker, "name"));

	add_pool(table, worker);
	table_add(table, "%lld", (long long)people_number(worker, "worker"));
	table_add(table, "%lld", (long long)people_number(worker, "process"));
	table_add(table, "%lld", (long long)people_number(worker, "threads"));
	table_take(table, people_time(people_number(worker, "age_ns")));
	table_add(table, "%lld", (long long)people_number(worker, "done"));
	table_add(table, "%lld", (long long)people_number(worker, "in_hand"));
	add_task(table, worker);
	table_take(table, people_text(name ? name : ""));
}

static enum verdict
print_table(const struct command *command, json_t *workers)
{
	static const struct table_column columns[] = {
		{ "POOL", false },
		{ "WORKER", true },
		{ "PROCESS", true },
		{ "THREADS", true },
		{ "AGE", true },
		{ "DONE", true },
		{ "IN HAND", true },
		{ "FUTURE", true },
		{ "FOR", true },
		{ "FUNCTION", false },
		{ "WAITS FOR", true },
		{ "NAME", false },
		{ NULL, false },
	};
	struct text_table table;
	json_t *worker;
	size_t index;
	bool printed;

	table_init(&table, columns);
	json_array_foreach(workers, index, worker) add_worker(&table, worker);
	printed = json_array_size(workers) == 0 || table_print(&table, "");
	table_fini(&table);
	return printed ? VERDICT_DONE : command_failed(command, CONCUR_NO_MEMORY);
}

static enum verdict
print_workers(struct command *command, json_t *workers)
{
	json_t *worker;
	size_t index;

	if (!command->options.json)
		return print_table(command, workers);
	json_array_foreach(workers, index, worker) print_item(command, worker);
	print_end(command);
	return VERDICT_DONE;
}

/* -- the verbs ----------------------------------------------------------------------------------------------------- */

static const struct kind_word pool_word = { ROW_POOL, "pool", "" };

static enum verdict
read_one_pool(struct command *command, json_t *all)
{
	json_auto_t *id = NULL;
	enum verdict verdict = command_open(command, false, false, &id);

	return verdict == VERDICT_DONE ? read_workers(command, id, command->name, all) : verdict;
}

static enum verdict
list(struct command *command)
{
	json_auto_t *all = json_array();
	enum verdict verdict = command_connect(command);

	if (verdict == VERDICT_DONE)
		verdict = command->name ? read_one_pool(command, all) : read_all_pools(command, all);
	return verdict == VERDICT_DONE ? print_workers(command, all) : verdict;
}

enum verdict
psrun_run(struct command *command)
{
	if (command->word_count > 1)
		return command_misused(command, &(struct fault){ "one pool, or none for all" });
	if (command->word_count == 1) {
		command->name = command->words[0];
		command->kind = &pool_word;
	}
	return list(command);
}

enum verdict
psrun_workers(struct command *command)
{
	if (command->word_count > 0)
		return command_misused(command, &(struct fault){ "it takes no words" });
	return list(command);
}
