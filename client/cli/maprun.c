/* Mapping. Every line is a task whose argument is a list of that one value, as `concur submit` makes of one word. At
 * most MAP_AHEAD tasks are under way or have ended and wait for their turn to be printed; results come through a queue,
 * in batches. A line has the number of its task less that of the first one of its batch, so a ring tells them apart. */
#include "config.h"

#include "maprun.h"

#include "args.h"
#include "futurerun.h"
#include "lines.h"
#include "methods.h"
#include "print.h"
#include "progress.h"
#include "spell.h"

#include <errno.h>
#include <string.h>

enum { MAP_AHEAD = 1024, MAP_BATCH = 256 };
static const int64_t MAP_TICK_NS = 20000000; /* between looks at standard input while results are awaited, too */

struct map {
	struct command *command;
	json_t *submit;             /* the request of SubmitMany, but for the arguments; owned */
	json_t *queue;              /* id; owned */
	json_t *batch;              /* arguments of the lines that were read and not submitted; owned */
	json_t *results[MAP_AHEAD]; /* by line modulo MAP_AHEAD: [state, value], owned; NULL: not there, or printed */
	uint64_t tasks[MAP_AHEAD];  /* ids, likewise; 0: none */
	size_t batch_max;           /* lines that are submitted at once */
	uint64_t submitted;         /* lines; the counts go up only */
	uint64_t ended;
	uint64_t printed;
	uint64_t hint; /* the line whose result came last */
	struct lines lines;
	struct progress progress;
	bool unordered;
	bool all_read;
	enum verdict verdict;
};

/* -- in ------------------------------------------------------------------------------------------------------------ */

static bool
add_line(struct map *map, const char *line)
{
	struct fault fault;
	json_t *value = spell_word(line, map->command->options.text, &fault);

	if (value && json_array_append_new(map->batch, json_pack("[o]", value)) == 0)
		return true;
	command_complain(map->command, "line %llu: %s",
	    (unsigned long long)(map->submitted + json_array_size(map->batch) + 1),
	    value ? "out of memory" : fault.text);
	map->verdict = VERDICT_USAGE;
	return false;
}

/* Reads as many lines as may be under way, and does not wait for one while there is something else to do. */
static void
read_lines(struct map *map)
{
	uint64_t room = MAP_AHEAD - (map->submitted - map->printed);

	while (!map->all_read && json_array_size(map->batch) < room && json_array_size(map->batch) < map->batch_max) {
		bool waits = map->submitted == map->ended && json_array_size(map->batch) == 0;
		enum lines_next next;
		char *line;

		next = lines_next(&map->lines, waits, &line);
		if (next == LINES_LATER)
			return;
		if (next == LINES_FAILED) {
			command_complain(map->command, "standard input can not be read: %s", strerror(errno));
			map->verdict = VERDICT_ERROR;
		}
		map->all_read = next != LINES_LINE || !add_line(map, line);
	}
}

static enum verdict
submit_lines(struct map *map)
{
	size_t count = json_array_size(map->batch);
	json_auto_t *reply = NULL;
	enum verdict verdict;
	uint64_t first;

	if (count == 0)
		return VERDICT_DONE;
	(void)json_object_set(map->submit, "arguments", map->batch);
	verdict = command_call(map->command, "Pool/SubmitMany", map->submit, &reply);
	if (verdict != VERDICT_DONE || !spell_read_u64(json_object_get(reply, "future"), &first))
		return verdict == VERDICT_DONE ? VERDICT_ERROR : verdict;
	for (size_t i = 0; i < count; i++)
		map->tasks[(map->submitted + i) % MAP_AHEAD] = first + i;
	map->submitted += count;
	(void)json_array_clear(map->batch);
	return VERDICT_DONE;
}

/* -- out ----------------------------------------------------------------------------------------------------------- */

/* A function that is made for mapping gives a list of as many results as it got items. */
static json_t *
only_item(json_t *value)
{
	return json_array_size(value) == 1 ? json_array_get(value, 0) : value;
}

static void
print_result(struct map *map, uint64_t line, json_t *result)
{
	json_t *value = json_array_get(result, 1);
	char error[256];

	progress_clear(&map->progress);
	if (json_integer_value(json_array_get(result, 0)) == CONCUR_PHASE_FINISHED) {
		print_item(map->command, only_item(value));
		return;
	}
	futurerun_error_text(value, error, sizeof error);
	command_complain(map->command, "line %llu: %s", (unsigned long long)line + 1, error);
	map->verdict = map->verdict > VERDICT_NO ? map->verdict : VERDICT_NO;
}

/* The line of a task that is under way. Those that end after each other mostly follow each other, too, so it is looked
 * for behind the last one. */
static bool
find_line(struct map *map, uint64_t task, uint64_t *ret_line)
{
	uint64_t count = map->submitted - map->printed;

	if (map->hint < map->printed)
		map->hint = map->printed;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t line = map->printed + (map->hint - map->printed + i) % count;

		if (map->tasks[line % MAP_AHEAD] == task) {
			map->hint = line;
			*ret_line = line;
			return true;
		}
	}
	return false;
}

static void
print_in_order(struct map *map)
{
	while (map->printed < map->submitted && map->tasks[map->printed % MAP_AHEAD] == 0) {
		size_t slot = map->printed % MAP_AHEAD;

		if (map->results[slot])
			print_result(map, map->printed, map->results[slot]);
		json_decref(map->results[slot]);
		map->results[slot] = NULL;
		map->printed++;
	}
}

/* One that has ended: (id, state, value). */
static void
take_result(struct map *map, json_t *item)
{
	json_t *triple = json_object_get(item, "$tuple");
	json_t *result;
	uint64_t task, line;

	if (!spell_read_u64(json_array_get(triple, 0), &task) || !find_line(map, task, &line))
		return;
	result = json_pack("[O, O]", json_array_get(triple, 1), json_array_get(triple, 2));
	map->tasks[line % MAP_AHEAD] = 0;
	map->ended++;
	if (map->unordered) {
		print_result(map, line, result);
		json_decref(result);
	} else {
		map->results[line % MAP_AHEAD] = result;
	}
	print_in_order(map);
}

static enum verdict
await_results(struct map *map)
{
	bool may_read = !map->all_read && map->submitted - map->printed < MAP_AHEAD;
	json_auto_t *request = json_pack("{s:O, s:I, s:i}", "object", map->queue, "wait_ns",
	    (json_int_t)(may_read ? MAP_TICK_NS : CONCUR_FOREVER), "count", MAP_BATCH);
	json_auto_t *reply = NULL;
	enum verdict verdict;
	json_t *item;
	size_t index;

	if (map->ended == map->submitted)
		return VERDICT_DONE;
	verdict = command_call(map->command, "Queue/GetMany", request, &reply);
	json_array_foreach(json_object_get(reply, "values"), index, item) take_result(map, item);
	progress_update(&map->progress, map->ended, map->all_read ? map->submitted : 0);
	return verdict;
}

/* Tasks that are submitted at once must fit into the pool. */
static enum verdict
learn_capacity(struct map *map)
{
	json_auto_t *request = json_pack("{s:O}", "object", json_object_get(map->submit, "object"));
	json_auto_t *reply = NULL;
	enum verdict verdict = command_call(map->command, "Pool/State", request, &reply);
	uint64_t capacity = 0;

	(void)spell_read_u64(json_object_get(reply, "capacity"), &capacity);
	map->batch_max = capacity > 0 && capacity < MAP_BATCH ? (size_t)capacity : MAP_BATCH;
	return verdict;
}

/* -- the verb ------------------------------------------------------------------------------------------------------ */

static enum verdict
open_both(struct map *map)
{
	static const struct kind_word pool_word = { ROW_POOL, "pool", "" };
	struct command *command = map->command;
	json_auto_t *make = json_pack("{s:s}", "kind", "queue");
	json_auto_t *reply = NULL;
	json_t *pool = NULL;
	enum verdict verdict;

	command->kind = &pool_word;
	verdict = command_connect(command);
	if (verdict == VERDICT_DONE)
		verdict = command_open(command, false, false, &pool);
	if (verdict == VERDICT_DONE)
		verdict = command_call(command, "Object/Open", make, &reply);
	if (verdict != VERDICT_DONE) {
		json_decref(pool);
		return verdict;
	}
	map->queue = json_incref(json_object_get(reply, "object"));
	(void)json_object_set_new(map->submit, "object", pool);
	(void)json_object_set(map->submit, "completion", map->queue);
	(void)json_object_set_new(map->submit, "release", json_true());
	(void)json_object_set_new(map->submit, "wait_ns", json_integer(CONCUR_FOREVER));
	return learn_capacity(map);
}

static enum verdict
map_lines(struct map *map)
{
	enum verdict verdict = open_both(map);

	while (verdict == VERDICT_DONE && !(map->all_read && map->ended == map->submitted)) {
		read_lines(map);
		verdict = submit_lines(map);
		if (verdict == VERDICT_DONE)
			verdict = await_results(map);
	}
	progress_clear(&map->progress);
	if (verdict == VERDICT_DONE)
		print_end(map->command);
	return verdict > map->verdict ? verdict : map->verdict;
}

static enum verdict
run(struct command *command, json_t *request)
{
	json_auto_t *pool = json_incref(json_object_get(request, "pool"));
	struct map map = { .command = command, .submit = request, .batch = json_array() };
	enum verdict verdict;

	map.unordered = json_is_true(json_object_get(request, "unordered"));
	(void)json_object_del(request, "unordered");
	(void)json_object_del(request, "pool");
	progress_init(&map.progress, PROGRESS_ON_TERMINAL);
	command->name = json_string_value(pool);
	verdict = map_lines(&map);
	command->name = NULL; /* it goes with `pool` */
	for (size_t i = 0; i < MAP_AHEAD; i++)
		json_decref(map.results[i]);
	json_decref(map.batch);
	json_decref(map.queue);
	lines_fini(&map.lines);
	return verdict;
}

enum verdict
maprun_run(struct command *command)
{
	struct args args;
	enum verdict verdict = args_begin(command, NULL, &args);

	if (verdict == VERDICT_DONE)
		verdict = run(command, args.request);
	args_fini(&args);
	return verdict;
}
