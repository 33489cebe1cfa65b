/* Mapping. A chunk of lines is a task, whose argument is a list of their values: of one, as `concur submit` makes of
 * one word, or of more, which functions understand that are made to be mapped. At most MAP_AHEAD tasks are under way or
 * have ended and wait for their turn to be printed, in a ring; results come through a queue, in batches. */
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
#include <stdlib.h>
#include <string.h>

enum {
	MAP_AHEAD = 1024, /* tasks */
	MAP_BATCH = 256,
	CHUNK_MAX = 16384, /* lines */
};
static const int64_t MAP_TICK_NS = 20000000; /* between looks at standard input while results are awaited, too */

/* Lines that go together. */
struct chunk {
	uint64_t task;  /* 0: it has ended */
	uint64_t line;  /* the first one's number, from 1 */
	size_t count;   /* of lines */
	json_t *result; /* [state, value], owned; NULL: not there, or printed */
};

struct map {
	struct command *command;
	json_t *submit;                 /* the request of SubmitMany, but for the arguments; owned */
	json_t *queue;                  /* id; owned */
	json_t *batch;                  /* arguments of the chunks that were read and not submitted; owned */
	json_t *values;                 /* of the chunk that is being read; owned */
	struct chunk chunks[MAP_AHEAD]; /* by number modulo MAP_AHEAD */
	size_t chunk_max;               /* lines of a chunk */
	size_t batch_max;               /* chunks that are submitted at once */
	uint64_t lines_read;            /* the counts go up only */
	uint64_t lines_ended;
	uint64_t submitted; /* chunks */
	uint64_t ended;
	uint64_t printed;
	uint64_t hint; /* the chunk whose result came last */
	struct lines lines;
	struct progress progress;
	bool unordered;
	bool all_read;
	enum verdict verdict;
};

/* -- in ------------------------------------------------------------------------------------------------------------ */

/* What was read becomes a chunk. */
static void
end_chunk(struct map *map)
{
	size_t count = json_array_size(map->values);
	uint64_t number = map->submitted + json_array_size(map->batch);

	if (count == 0)
		return;
	map->chunks[number % MAP_AHEAD] = (struct chunk){ .line = map->lines_read - count + 1, .count = count };
	(void)json_array_append_new(map->batch, map->values);
	map->values = json_array();
}

static bool
add_line(struct map *map, const char *line)
{
	struct fault fault;
	json_t *value = spell_word(line, map->command->options.text, &fault);

	map->lines_read++;
	if (value && json_array_append_new(map->values, value) == 0) {
		if (json_array_size(map->values) == map->chunk_max)
			end_chunk(map);
		return true;
	}
	command_complain(map->command, "line %llu: %s", (unsigned long long)map->lines_read,
	    value ? "out of memory" : fault.text);
	map->verdict = VERDICT_USAGE;
	return false;
}

/* Reads as many chunks as may be under way, and does not wait for a line while there is something else to do. */
static void
read_chunks(struct map *map)
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
		if (map->all_read)
			end_chunk(map);
	}
}

static enum verdict
submit_chunks(struct map *map)
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
		map->chunks[(map->submitted + i) % MAP_AHEAD].task = first + i;
	map->submitted += count;
	(void)json_array_clear(map->batch);
	return VERDICT_DONE;
}

/* -- out ----------------------------------------------------------------------------------------------------------- */

static void
complain_of(struct map *map, const struct chunk *chunk, const char *what)
{
	unsigned long long first = chunk->line, last = first + chunk->count - 1;

	if (chunk->count == 1)
		command_complain(map->command, "line %llu: %s", first, what);
	else
		command_complain(map->command, "lines %llu to %llu: %s", first, last, what);
	map->verdict = map->verdict > VERDICT_NO ? map->verdict : VERDICT_NO;
}

/* A function that is made to be mapped gives a list of as many results as it got items; of one item any function gives
 * the one result. */
static void
print_chunk(struct map *map, const struct chunk *chunk, json_t *value)
{
	size_t index;
	json_t *item;

	if (json_is_array(value) && json_array_size(value) == chunk->count)
		json_array_foreach(value, index, item) print_item(map->command, item);
	else if (chunk->count == 1)
		print_item(map->command, value);
	else
		complain_of(map, chunk, "the function did not give a result for each: it is not made to be mapped");
}

static void
print_result(struct map *map, const struct chunk *chunk, json_t *result)
{
	json_t *value = json_array_get(result, 1);
	char error[256];

	progress_clear(&map->progress);
	if (json_integer_value(json_array_get(result, 0)) == CONCUR_PHASE_FINISHED) {
		print_chunk(map, chunk, value);
		return;
	}
	futurerun_error_text(value, error, sizeof error);
	complain_of(map, chunk, error);
}

/* The chunk of a task that is under way. Those that end after each other mostly follow each other, too, so it is looked
 * for behind the last one. */
static struct chunk *
find_chunk(struct map *map, uint64_t task)
{
	uint64_t count = map->submitted - map->printed;

	if (map->hint < map->printed)
		map->hint = map->printed;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t number = map->printed + (map->hint - map->printed + i) % count;

		if (map->chunks[number % MAP_AHEAD].task == task) {
			map->hint = number;
			return &map->chunks[number % MAP_AHEAD];
		}
	}
	return NULL;
}

static void
print_in_order(struct map *map)
{
	while (map->printed < map->submitted && map->chunks[map->printed % MAP_AHEAD].task == 0) {
		struct chunk *chunk = &map->chunks[map->printed % MAP_AHEAD];

		if (chunk->result)
			print_result(map, chunk, chunk->result);
		json_decref(chunk->result);
		chunk->result = NULL;
		map->printed++;
	}
}

/* One that has ended: (id, state, value). */
static void
take_result(struct map *map, json_t *item)
{
	json_t *triple = json_object_get(item, "$tuple");
	struct chunk *chunk;
	json_t *result;
	uint64_t task;

	if (!spell_read_u64(json_array_get(triple, 0), &task) || !(chunk = find_chunk(map, task)))
		return;
	result = json_pack("[O, O]", json_array_get(triple, 1), json_array_get(triple, 2));
	chunk->task = 0;
	map->ended++;
	map->lines_ended += chunk->count;
	if (map->unordered) {
		print_result(map, chunk, result);
		json_decref(result);
	} else {
		chunk->result = result;
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
	progress_update(&map->progress, map->lines_ended, map->all_read ? map->lines_read : 0);
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
map_chunks(struct map *map)
{
	enum verdict verdict = open_both(map);

	while (verdict == VERDICT_DONE && !(map->all_read && map->ended == map->submitted)) {
		read_chunks(map);
		verdict = submit_chunks(map);
		if (verdict == VERDICT_DONE)
			verdict = await_results(map);
	}
	progress_clear(&map->progress);
	if (verdict == VERDICT_DONE)
		print_end(map->command);
	return verdict > map->verdict ? verdict : map->verdict;
}

/* Takes --chunk out of the request. */
static bool
take_chunk_max(struct map *map, struct fault *fault)
{
	const char *word = json_string_value(json_object_get(map->submit, "chunk"));
	char *end;
	long number;

	errno = 0;
	number = strtol(word ? word : "", &end, 10);
	if (!word || end == word || *end || errno || number < 1 || number > CHUNK_MAX)
		return fault_set(fault, "--chunk takes a number of lines from 1 to %d, not %.60s", CHUNK_MAX,
		    word ? word : "");
	map->chunk_max = (size_t)number;
	(void)json_object_del(map->submit, "chunk");
	return true;
}

static enum verdict
run(struct command *command, json_t *request)
{
	json_auto_t *pool = json_incref(json_object_get(request, "pool"));
	struct map map = { .command = command, .submit = request, .batch = json_array(), .values = json_array() };
	enum verdict verdict;
	struct fault fault;

	if (!take_chunk_max(&map, &fault)) {
		verdict = command_misused(command, &fault);
		goto out;
	}

	map.unordered = json_is_true(json_object_get(request, "unordered"));
	(void)json_object_del(request, "unordered");
	(void)json_object_del(request, "pool");
	progress_init(&map.progress, PROGRESS_ON_TERMINAL);
	command->name = json_string_value(pool);
	verdict = map_chunks(&map);
	command->name = NULL; /* it goes with `pool` */
out:
	for (size_t i = 0; i < MAP_AHEAD; i++)
		json_decref(map.chunks[i].result);
	json_decref(map.values);
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
