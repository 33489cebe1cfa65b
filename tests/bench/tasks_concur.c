/* concur-bench-tasks: concurd's side of tasks.h, through libconcur as any program would use it. The daemon starts the
 * workers, which load the module of task_module.c.
 *
 *	submit      many at once; results are gathered as they end, a window of them under way
 *	round-trip  one task, its result, the next
 *	map         a million integers, a thousand of them a task; the results in their order
 *	fill        tasks of 32 bytes of arguments that nobody runs, for the memory that they take */
#include "config.h"

#include "tests/bench/task_pool.h"
#include "tests/bench/tasks.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_ITEMS = 1000000, MAP_CHUNK = 1000, FILL_BYTES = 32 };

struct client {
	concur_session *session;
	concur_pool *pool;
	concur_completions *completions;
	struct concur_value *items; /* arguments */
};

/* -- opening ------------------------------------------------------------------------------------------------------ */

static struct concur_value *
new_items(size_t count)
{
	struct concur_value *items = calloc(count, sizeof *items);

	if (!items)
		err(EXIT_FAILURE, "calloc");
	return items;
}

static struct client *
connect_client(struct tasks *tasks)
{
	struct client *client = calloc(1, sizeof *client);

	if (!client)
		err(EXIT_FAILURE, "calloc");
	tasks->state = client;
	task_pool_check(concur_connect(tasks->options->url, NULL, &client->session));
	return client;
}

static int
open_pool(struct tasks *tasks)
{
	struct client *client = connect_client(tasks);

	client->pool = task_pool_open(client->session, tasks->options->module, TASKS_WORKERS);
	task_pool_await(client->pool, TASKS_WORKERS, tasks->workers);
	return 0;
}

static void
close_pool(struct tasks *tasks)
{
	struct client *client = tasks->state;

	task_pool_check(concur_pool_terminate(client->pool, NULL));
	task_pool_check(concur_pool_join(client->pool, CONCUR_FOREVER));
	concur_completions_free(client->completions);
	concur_free(client->pool);
	concur_close(client->session);
	free(client->items);
	free(client);
}

/* -- submit ------------------------------------------------------------------------------------------------------- */

static int
submit_open(struct tasks *tasks)
{
	struct client *client;

	(void)open_pool(tasks);
	client = tasks->state;
	task_pool_check(concur_completions_new(client->session, &client->completions));
	client->items = new_items(TASKS_BATCH);
	for (size_t i = 0; i < TASKS_BATCH; i++)
		client->items[i] = CV((int64_t)i);
	return 0;
}

static int
submit_step(struct tasks *tasks, uint64_t left, uint64_t *ret_done)
{
	const struct concur_task nothing = { .function = "nothing" };
	struct client *client = tasks->state;
	struct concur_completed completed;

	(void)left;
	while (concur_completions_left(client->completions) + TASKS_BATCH <= TASKS_WINDOW)
		task_pool_check(concur_completions_submit_many(client->completions, client->pool, &nothing,
		    client->items, TASKS_BATCH, CONCUR_FOREVER, NULL));
	for (*ret_done = 0; *ret_done < TASKS_BATCH; ++*ret_done) {
		task_pool_check(concur_completions_next(client->completions, CONCUR_FOREVER, &completed));
		task_pool_check(completed.status);
	}
	return 0;
}

/* -- round-trip --------------------------------------------------------------------------------------------------- */

static int
round_trip_step(struct tasks *tasks, uint64_t left, uint64_t *ret_done)
{
	const struct concur_task nothing = { .function = "nothing" };
	struct client *client = tasks->state;
	struct concur_value value;

	(void)left;
	task_pool_check(concur_pool_apply(client->pool, &nothing, CONCUR_FOREVER, &value));
	concur_value_free(&value);
	*ret_done = 1;
	return 0;
}

/* -- map ---------------------------------------------------------------------------------------------------------- */

static int
map_open(struct tasks *tasks)
{
	struct client *client;

	(void)open_pool(tasks);
	client = tasks->state;
	client->items = new_items(MAP_ITEMS);
	for (size_t i = 0; i < MAP_ITEMS; i++)
		client->items[i] = CV((int64_t)i);
	return 0;
}

static int
map_step(struct tasks *tasks, uint64_t left, uint64_t *ret_done)
{
	const struct concur_chunks chunks = { .size = MAP_CHUNK };
	const struct concur_task negate = { .function = "negate" };
	struct client *client = tasks->state;
	struct concur_values values;

	(void)left;
	task_pool_check(concur_pool_map(client->pool, &negate, client->items, MAP_ITEMS, &chunks, &values));
	if (values.count != MAP_ITEMS || values.items[MAP_ITEMS - 1].integer != 1 - MAP_ITEMS)
		errx(EXIT_FAILURE, "the map has another result");
	*ret_done = values.count;
	concur_values_free(&values);
	return 0;
}

/* -- fill --------------------------------------------------------------------------------------------------------- */

static int
fill_open(struct tasks *tasks)
{
	struct client *client = connect_client(tasks);
	char *bytes = malloc(TASKS_BATCH * FILL_BYTES);

	task_pool_check(concur_pool_open(client->session, NULL, NULL, &client->pool));
	client->items = new_items(TASKS_BATCH + 1);
	if (!bytes)
		err(EXIT_FAILURE, "malloc");
	client->items[TASKS_BATCH] = concur_data(bytes, FILL_BYTES);
	for (size_t i = 0; i < TASKS_BATCH; i++) {
		memset(bytes + i * FILL_BYTES, 'a' + (int)(i % 26), FILL_BYTES);
		client->items[i] = concur_data(bytes + i * FILL_BYTES, FILL_BYTES);
	}
	return 0;
}

static int
fill_step(struct tasks *tasks, uint64_t left, uint64_t *ret_done)
{
	const struct concur_task nothing = { .function = "nothing" };
	size_t count = left < TASKS_BATCH ? (size_t)left : TASKS_BATCH;
	struct client *client = tasks->state;
	uint64_t first;

	task_pool_check(concur_pool_submit_many(client->pool, &nothing, client->items, count, CONCUR_FOREVER, &first));
	*ret_done = count;
	return 0;
}

static void
fill_close(struct tasks *tasks)
{
	struct client *client = tasks->state;

	free((void *)(uintptr_t)client->items[TASKS_BATCH].bytes);
	close_pool(tasks);
}

static const struct tasks_work works[] = {
	/* name, open, step, close */
	{ "submit", submit_open, submit_step, close_pool },
	{ "round-trip", open_pool, round_trip_step, close_pool },
	{ "map", map_open, map_step, close_pool },
	{ "fill", fill_open, fill_step, fill_close },
	{ NULL, NULL, NULL, NULL },
};

int
main(int argc, char **argv)
{
	return tasks_main(argc, argv, works);
}
