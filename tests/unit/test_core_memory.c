/* Running out of memory: every operation of the core is repeated with its first, second ... allocation failing until it
 * passes. A failure is NO_MEMORY and leaves all as it was; a success leaves what it does with memory enough. */
#include "tests/unit/core_fixture.h"
#include "tests/unit/nomem.h"

#include "daemon/core/cell.h"
#include "daemon/core/dict.h"
#include "daemon/core/list.h"
#include "daemon/core/lock.h"
#include "daemon/core/queue.h"

#include <stdio.h>

/* -- operations -------------------------------------------------------------------------------------------------- */

enum { ITEMS = 20 };

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct session *client, *other;
	struct object *object; /* what the operation is about */
	struct dict_item pairs[ITEMS];
	struct list_item items[ITEMS];
	struct value values[ITEMS];
	bool refers[ITEMS];
	uint8_t rooms[ITEMS][FIXTURE_ROOM];
};

struct operation {
	const char *name;
	struct object_options options; /* of the object */
	size_t filled;                 /* with so many items before */
	enum concur_status (*run)(struct bench *bench);
	enum concur_status expected;
};

static enum concur_status
run_session_new(struct bench *bench)
{
	return session_new(bench->core, 9, NULL) ? CONCUR_OK : CONCUR_NO_MEMORY;
}

static enum concur_status
run_session_ref(struct bench *bench)
{
	return session_ref(bench->core, bench->client, bench->object) < 0 ? CONCUR_NO_MEMORY : CONCUR_OK;
}

static enum concur_status
open_named(struct bench *bench, enum kind_id kind)
{
	struct object_open open = { .name = &TEXT("name"), .options = { .kind = kind, .value = &bench->values[3] } };
	struct object *object;
	bool created;

	return object_open(bench->core, &open, &object, &created);
}

static enum concur_status
run_open_dict(struct bench *bench)
{
	return open_named(bench, KIND_DICT);
}

static enum concur_status
run_open_cell(struct bench *bench)
{
	return open_named(bench, KIND_CELL);
}

static enum concur_status
run_dict_set_old(struct bench *bench)
{
	return dict_set(bench->core, (struct dict *)bench->object, &bench->pairs[2]);
}

static enum concur_status
run_dict_set_new(struct bench *bench)
{
	return dict_set(bench->core, (struct dict *)bench->object, &bench->pairs[ITEMS - 1]);
}

static enum concur_status
run_dict_update(struct bench *bench)
{
	return dict_update(bench->core, (struct dict *)bench->object, bench->pairs, ITEMS);
}

static enum concur_status
run_dict_add(struct bench *bench)
{
	struct blob *sum;

	return dict_add(bench->core, (struct dict *)bench->object, &bench->pairs[ITEMS - 1], &sum);
}

static enum concur_status
run_dict_append(struct bench *bench)
{
	int64_t count;

	return dict_append(bench->core, (struct dict *)bench->object, &bench->pairs[ITEMS - 1], &count);
}

static enum concur_status
run_dict_compare_exchange(struct bench *bench)
{
	enum outcome outcome;

	return dict_compare_exchange(bench->core, (struct dict *)bench->object, &bench->pairs[2], &INTEGER(2),
	    &outcome);
}

static enum concur_status
run_dict_pop(struct bench *bench)
{
	struct blob *value;
	enum concur_status status = dict_pop(bench->core, (struct dict *)bench->object, &bench->pairs[2].key, &value);

	blob_unref(value);
	return status == CONCUR_OK && !value ? CONCUR_NOT_FOUND : status;
}

static enum concur_status
run_clear(struct bench *bench)
{
	return bench->object->kind->clear(bench->core, bench->object);
}

static enum concur_status
run_list_set(struct bench *bench)
{
	return list_set(bench->core, (struct list *)bench->object, 1, bench->items);
}

static enum concur_status
run_list_insert(struct bench *bench)
{
	return list_insert(bench->core, (struct list *)bench->object, 1, bench->items);
}

static enum concur_status
run_list_extend(struct bench *bench)
{
	return list_extend(bench->core, (struct list *)bench->object, bench->items, ITEMS);
}

static enum concur_status
run_list_sort(struct bench *bench)
{
	return list_sort(bench->core, (struct list *)bench->object, true);
}

static enum concur_status
run_list_repeat(struct bench *bench)
{
	return list_repeat(bench->core, (struct list *)bench->object, 7);
}

static enum concur_status
run_list_repeat_to_nothing(struct bench *bench)
{
	return list_repeat(bench->core, (struct list *)bench->object, 0);
}

static enum concur_status
run_list_set_slice(struct bench *bench)
{
	const struct list_slice slice = { 1, 3, 1, false, false };

	return list_set_slice(bench->core, (struct list *)bench->object, &slice, bench->items, ITEMS);
}

static enum concur_status
run_list_set_even(struct bench *bench)
{
	const struct list_slice slice = { .step = 2, .from_start = true, .to_end = true };

	return list_set_slice(bench->core, (struct list *)bench->object, &slice, bench->items, 4);
}

static enum concur_status
run_cell_set(struct bench *bench)
{
	return cell_set(bench->core, (struct cell *)bench->object, bench->values, false, NULL);
}

static enum concur_status
run_cell_add(struct bench *bench)
{
	return cell_change(bench->core, (struct cell *)bench->object, TYPECODE_ADD, bench->values, false);
}

static enum concur_status
put(struct bench *bench, int64_t wait_ns, size_t count)
{
	struct ask ask = fixture_ask(bench->client, 5, 5, wait_ns);
	struct result result = { 0 };

	return queue_put(bench->core, (struct queue *)bench->object, &ask, LOAD(bench->values, bench->refers, count),
	    &result);
}

static enum concur_status
run_queue_put(struct bench *bench)
{
	return put(bench, 0, 1);
}

static enum concur_status
run_queue_put_many(struct bench *bench)
{
	return put(bench, 0, ITEMS);
}

static enum concur_status
run_queue_put_and_wait(struct bench *bench)
{
	return put(bench, 100, 1);
}

static enum concur_status
run_queue_put_many_and_wait(struct bench *bench)
{
	return put(bench, -1, 8);
}

static enum concur_status
get(struct bench *bench, int64_t wait_ns, bool many)
{
	struct ask ask = fixture_ask(bench->client, 5, 5, wait_ns);
	struct result result = { 0 };
	enum concur_status status;

	status = queue_get(bench->core, (struct queue *)bench->object, &ask, many, ITEMS, &result);
	result_fini(&result);
	return status;
}

static enum concur_status
run_queue_get(struct bench *bench)
{
	return get(bench, 100, false);
}

static enum concur_status
run_queue_get_many(struct bench *bench)
{
	return get(bench, 0, true);
}

static enum concur_status
run_queue_join(struct bench *bench)
{
	struct ask ask = fixture_ask(bench->client, 5, 5, 100);
	struct result result = { 0 };

	return queue_join(bench->core, (struct queue *)bench->object, &ask, &result);
}

static enum concur_status
run_queue_shutdown(struct bench *bench)
{
	return queue_shutdown(bench->core, (struct queue *)bench->object, true);
}

static enum concur_status
acquire(struct bench *bench, struct session *session)
{
	struct ask ask = fixture_ask(session, 5, 5, 100);
	struct result result = { 0 };

	return lock_acquire(bench->core, (struct lock *)bench->object, &ask, &result);
}

static enum concur_status
run_lock_acquire(struct bench *bench)
{
	return acquire(bench, bench->client);
}

#define DICT                      \
	{                         \
		.kind = KIND_DICT \
	}
#define LIST                      \
	{                         \
		.kind = KIND_LIST \
	}
#define QUEUE                                     \
	{                                         \
		.kind = KIND_QUEUE, .maxsize = 40 \
	}
#define FULL                                     \
	{                                        \
		.kind = KIND_QUEUE, .maxsize = 8 \
	}
#define CELL                      \
	{                         \
		.kind = KIND_CELL \
	}
#define LOCK                      \
	{                         \
		.kind = KIND_LOCK \
	}

static const struct operation operations[] = {
	{ "session_new", LIST, 0, run_session_new, CONCUR_OK },
	{ "session_ref", LIST, 0, run_session_ref, CONCUR_OK },
	{ "object_open dict", LIST, 0, run_open_dict, CONCUR_OK },
	{ "object_open cell", LIST, 0, run_open_cell, CONCUR_OK },
	{ "dict_set old", DICT, 8, run_dict_set_old, CONCUR_OK },
	{ "dict_set first", DICT, 0, run_dict_set_new, CONCUR_OK },
	{ "dict_set new", DICT, 8, run_dict_set_new, CONCUR_OK },
	{ "dict_update", DICT, 8, run_dict_update, CONCUR_OK },
	{ "dict_add", DICT, 8, run_dict_add, CONCUR_OK },
	{ "dict_append", DICT, 8, run_dict_append, CONCUR_OK },
	{ "dict_compare_exchange", DICT, 8, run_dict_compare_exchange, CONCUR_OK },
	{ "dict_pop", DICT, 8, run_dict_pop, CONCUR_OK },
	{ "dict clear", DICT, 8, run_clear, CONCUR_OK },
	{ "list_set", LIST, 8, run_list_set, CONCUR_OK },
	{ "list_insert first", LIST, 0, run_list_insert, CONCUR_OK },
	{ "list_insert", LIST, 8, run_list_insert, CONCUR_OK },
	{ "list_extend", LIST, 8, run_list_extend, CONCUR_OK },
	{ "list_sort", LIST, 8, run_list_sort, CONCUR_OK },
	{ "list_repeat", LIST, 8, run_list_repeat, CONCUR_OK },
	{ "list_repeat to nothing", LIST, 8, run_list_repeat_to_nothing, CONCUR_OK },
	{ "list_set_slice", LIST, 8, run_list_set_slice, CONCUR_OK },
	{ "list_set_slice by step", LIST, 8, run_list_set_even, CONCUR_OK },
	{ "list clear", LIST, 8, run_clear, CONCUR_OK },
	{ "cell_set", CELL, 0, run_cell_set, CONCUR_OK },
	{ "cell_add", CELL, 1, run_cell_add, CONCUR_OK },
	{ "queue_put first", QUEUE, 0, run_queue_put, CONCUR_OK },
	{ "queue_put", QUEUE, 8, run_queue_put, CONCUR_OK },
	{ "queue_put many", QUEUE, 8, run_queue_put_many, CONCUR_OK },
	{ "queue_put and wait", FULL, 8, run_queue_put_and_wait, CONCUR_PENDING },
	{ "queue_put many and wait", FULL, 8, run_queue_put_many_and_wait, CONCUR_PENDING },
	{ "queue_get", QUEUE, 8, run_queue_get, CONCUR_OK },
	{ "queue_get many", QUEUE, 1, run_queue_get_many, CONCUR_OK },
	{ "queue_get and wait", QUEUE, 0, run_queue_get, CONCUR_PENDING },
	{ "queue_join", QUEUE, 8, run_queue_join, CONCUR_PENDING },
	{ "queue_shutdown", QUEUE, 8, run_queue_shutdown, CONCUR_OK },
	{ "queue clear", QUEUE, 8, run_clear, CONCUR_OK },
	{ "lock_acquire", LOCK, 0, run_lock_acquire, CONCUR_OK },
	{ "lock_acquire and wait", LOCK, 1, run_lock_acquire, CONCUR_PENDING },
};

/* -- the state before and after ---------------------------------------------------------------------------------- */

static void
fill(struct bench *bench, size_t count)
{
	enum concur_status status = CONCUR_OK;

	for (size_t i = 0; i < count && status == CONCUR_OK; i++) {
		switch (bench->object->kind->id) {
		case KIND_DICT:
			status = dict_set(bench->core, (struct dict *)bench->object, &bench->pairs[i]);
			break;
		case KIND_LIST:
			status = list_extend(bench->core, (struct list *)bench->object, &bench->items[i], 1);
			break;
		case KIND_QUEUE:
			status = put(bench, 0, 1);
			break;
		case KIND_CELL:
			status = cell_set(bench->core, (struct cell *)bench->object, &bench->values[i], false, NULL);
			break;
		default:
			status = acquire(bench, bench->other);
		}
	}
	ck_assert_status(status, CONCUR_OK);
}

static void
bench_init(struct bench *bench, const struct operation *operation)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->client = fixture_session(&bench->fixture, 1);
	bench->other = fixture_session(&bench->fixture, 2);
	for (size_t i = 0; i < ITEMS; i++) {
		bench->values[i] = fixture_integer(bench->rooms[i], (int64_t)i);
		bench->pairs[i] = (struct dict_item){ .key = bench->values[i], .value = bench->values[i] };
		bench->items[i] = (struct list_item){ bench->values[i], false };
		bench->refers[i] = false;
	}
	bench->object = fixture_open(&bench->fixture, &operation->options);
	fill(bench, operation->filled);
}

static void
show_contents(char *to, const struct object *object)
{
	struct dict_page page;
	struct map_entry *entry;
	struct blob *blob;

	if (object->kind->id == KIND_LIST) {
		for (int64_t i = 0; (blob = list_get((const struct list *)object, i)); i++)
			fixture_show_blob(to, FIXTURE_TEXT, blob);
	} else if (object->kind->id == KIND_CELL) {
		fixture_show_blob(to, FIXTURE_TEXT, cell_get((const struct cell *)object));
	} else if (object->kind->id == KIND_DICT && dict_page_begin((const struct dict *)object, 0, &page)) {
		while ((entry = dict_page_next(&page))) {
			fixture_show_blob(to, FIXTURE_TEXT, entry->key);
			fixture_show_blob(to, FIXTURE_TEXT, entry->value);
		}
	}
}

/* All that an operation could have changed, once what it buried is freed. */
static void
show_state(char *to, struct bench *bench)
{
	const struct object *object = bench->object;
	struct queue_state queue = { 0 };

	fixture_settle(&bench->fixture);
	if (object->kind->id == KIND_QUEUE)
		queue_state((const struct queue *)object, &queue);
	snprintf(to, FIXTURE_TEXT,
	    "len %zu bytes %zu refs %zu waiting %zu unfinished %zu getters %zu putters %zu shut %d | core: bytes %zu "
	    "waiting %zu "
	    "deadlines %zu sessions %zu objects %zu names %zu | client: refs %zu owners %zu calls %zu | ",
	    (size_t)object->kind->len(object), (size_t)object->bytes, (size_t)object->refs, (size_t)object->waiting,
	    (size_t)queue.unfinished, (size_t)queue.getters, (size_t)queue.putters, queue.is_shut_down,
	    (size_t)bench->core->bytes, (size_t)bench->core->waiting, bench->core->deadlines.count,
	    bench->core->sessions.count, bench->core->objects.count, map_count(bench->core->names),
	    bench->client->refs.count, bench->client->owners.count, bench->client->calls.count);
	show_contents(to, object);
}

/* Runs it with that allocation failing. False if it did without so many. */
static bool
run_once(const struct operation *operation, unsigned nth, bool for_good, const char *clean)
{
	struct bench bench;
	char before[FIXTURE_TEXT], after[FIXTURE_TEXT];
	enum concur_status status;
	uint64_t version;
	bool failed;

	bench_init(&bench, operation);
	show_state(before, &bench);
	version = bench.object->version;
	if (for_good)
		nomem_starve(nth - 1);
	else
		nomem_arm(nth - 1);
	status = operation->run(&bench);
	failed = nomem_disarm();
	show_state(after, &bench);
	if (status == operation->expected) {
		ck_assert_msg(strcmp(after, clean) == 0, "%s, %u: %s", operation->name, nth, after);
	} else {
		ck_assert_msg(failed, "%s: %s", operation->name, status_name(status));
		ck_assert_msg(status == CONCUR_NO_MEMORY, "%s, %u: %s", operation->name, nth, status_name(status));
		ck_assert_msg(strcmp(after, before) == 0, "%s, %u: %s", operation->name, nth, after);
		ck_assert_msg(bench.object->version == version, "%s, %u: the version changed", operation->name, nth);
	}
	fixture_fini(&bench.fixture);
	return failed;
}

START_TEST(operation_without_memory_leaves_all_as_it_was)
{
	size_t failures = 0;

	for (size_t i = 0; i < UNIT_COUNT(operations); i++) {
		struct bench bench;
		char clean[FIXTURE_TEXT];

		bench_init(&bench, &operations[i]);
		ck_assert_status(operations[i].run(&bench), operations[i].expected);
		show_state(clean, &bench);
		fixture_fini(&bench.fixture);
		for (unsigned for_good = 0; for_good < 2; for_good++) {
			for (unsigned nth = 1; run_once(&operations[i], nth, for_good, clean); nth++)
				failures++;
		}
	}
	/* Most of them allocate: else the linker did not send them here. */
	ck_assert_uint_gt(failures, 2 * UNIT_COUNT(operations));
}
END_TEST

START_TEST(init_without_memory_fails_and_leaves_nothing)
{
	struct limits limits;
	struct core core;
	unsigned nth = 0;
	int result;

	limits_defaults(&limits);
	do {
		nomem_arm(nth++);
		result = core_init(&core, &limits, 7, 0);
		ck_assert_int_eq(result, nomem_disarm() ? -1 : 0);
	} while (result < 0);
	ck_assert_uint_gt(nth, 3);
	core_fini(&core);
}
END_TEST

/* -- others' calls ----------------------------------------------------------------------------------------------- */

START_TEST(getter_without_memory_leaves_the_items_in_the_queue)
{
	const struct operation operation = { .options = QUEUE };
	struct bench bench;
	struct queue_state state;
	struct ask ask;
	struct result result = { 0 };
	enum concur_status status;

	bench_init(&bench, &operation);
	ask = fixture_ask(bench.other, 1, 1, -1);
	ck_assert_status(queue_get(bench.core, (struct queue *)bench.object, &ask, true, 5, &result), CONCUR_PENDING);
	/* Of the queue's tape, of the getter's deliveries, of the list that it gets; but not of the item in it. */
	nomem_arm(3);
	status = run_queue_put(&bench);
	ck_assert(nomem_disarm());
	ck_assert_status(status, CONCUR_OK);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:NO_MEMORY");
	queue_state((struct queue *)bench.object, &state);
	ck_assert_uint_eq(state.size, 1);
	ck_assert_uint_eq(state.getters, 0);
	fixture_fini(&bench.fixture);
}
END_TEST

START_TEST(putter_without_memory_is_told_and_the_next_goes)
{
	const struct operation operation = { .options = { .kind = KIND_QUEUE, .maxsize = 9 }, .filled = 2 };
	struct bench bench;
	struct ask ask;
	struct result result = { 0 };
	struct queue *queue;
	enum concur_status status;

	bench_init(&bench, &operation);
	queue = (struct queue *)bench.object;
	ask = fixture_ask(bench.other, 1, 1, -1);
	ck_assert_status(queue_put(bench.core, queue, &ask, LOAD(bench.values, bench.refers, 8), &result),
	    CONCUR_PENDING);
	ask.call = 2;
	ck_assert_status(queue_put(bench.core, queue, &ask, LOAD(bench.values, bench.refers, 1), &result),
	    CONCUR_PENDING);
	/* Of the getter's deliveries, of the item that it gets; but not of what brings in eight at once. */
	nomem_starve(2);
	status = run_queue_get(&bench);
	ck_assert(nomem_disarm());
	ck_assert_status(status, CONCUR_OK);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:NO_MEMORY, 2:DONE");
	ck_assert_uint_eq(queue_kind.len(bench.object), 2);
	fixture_fini(&bench.fixture);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		operation_without_memory_leaves_all_as_it_was,
		init_without_memory_fails_and_leaves_nothing,
		getter_without_memory_leaves_the_items_in_the_queue,
		putter_without_memory_is_told_and_the_next_goes,
		NULL,
	};

	return unit_run("core_memory", tests);
}
