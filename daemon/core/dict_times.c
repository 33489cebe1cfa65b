/* Times to live: for each entry that has one a node, found by its key and standing in the dict's heap. The dict that
 * has the earliest one stands in the core's heap by it.
 *
 * Invariant: the table is in core->expiring if and only if it has nodes, and not before its first one is due. */
#include "daemon/core/dict_times.h"

#include <assert.h>
#include <stdlib.h>

#define DICT_TIMES_PUT_OFF_NS UINT64_C(1000000000)

struct dict_times {
	struct core *core;
	struct object *object;    /* the dict */
	struct map *nodes;        /* struct dict_time by key */
	struct heap heap;         /* the same by deadline */
	struct heap_node in_core; /* in core->expiring */
	size_t key_bytes;
	struct grave grave;
};

struct dict_time {
	struct heap_node in_times;
	struct blob *key; /* of the table's map, borrowed */
};

static struct dict_times *
times_of(struct heap_node *node)
{
	return LINK_ENTRY(node, struct dict_times, in_core);
}

static struct dict_time *
time_of(struct heap_node *node)
{
	return LINK_ENTRY(node, struct dict_time, in_times);
}

static struct value
view(const struct blob *key)
{
	return (struct value){ (enum value_kind)(key->kind & BLOB_KIND), blob_data(key), blob_size(key) };
}

/* -- the table --------------------------------------------------------------------------------------------------- */

static void
drop_time(struct map_entry *entry, void *arg)
{
	(void)arg;
	free(entry->value);
}

static bool
times_step(struct core *core, struct grave *grave, size_t *steps)
{
	struct dict_times *times = LINK_ENTRY(grave, struct dict_times, grave);
	size_t before = map_count(times->nodes);

	(void)core;
	if (!map_free(times->nodes, *steps, drop_time, NULL)) {
		*steps = 0;
		return false;
	}
	*steps -= before < *steps ? before : *steps;
	link_remove(&grave->link);
	heap_fini(&times->heap);
	free(times);
	return true;
}

struct dict_times *
dict_times_new(struct core *core, struct object *object)
{
	struct dict_times *times = calloc(1, sizeof *times);

	if (!times)
		return NULL;
	times->core = core;
	times->object = object;
	times->grave.step = times_step;
	heap_init(&times->heap);
	link_init(&times->grave.link);
	times->nodes = map_new(core->seed);
	if (times->nodes)
		return times;
	free(times);
	return NULL;
}

void
dict_times_bury(struct dict_times *times)
{
	heap_remove(&times->core->expiring, &times->in_core);
	core_bury(times->core, &times->grave);
}

/* The first node may be another one now: sees to the table's place in the core's heap, where there is room. */
static void
times_settle(struct dict_times *times)
{
	const struct heap_node *first = heap_first(&times->heap);
	struct heap *expiring = &times->core->expiring;
	int result = 0;

	if (first && heap_contains(&times->in_core) && times->in_core.key == first->key)
		return;
	heap_remove(expiring, &times->in_core);
	if (first)
		result = heap_insert(expiring, &times->in_core, first->key);
	assert(result == 0);
}

/* -- entries ----------------------------------------------------------------------------------------------------- */

/* The key's node, made if there is none: then it stands in no heap yet, but there is room for it in both. */
static struct dict_time *
times_make(struct dict_times *times, const struct value *key)
{
	struct map_entry *entry;
	struct dict_time *time;
	bool created;

	if (heap_reserve(&times->heap) < 0 || heap_reserve(&times->core->expiring) < 0)
		return NULL;
	entry = map_insert(times->nodes, key, &created);
	if (!entry || !created)
		return entry ? entry->value : NULL;
	time = calloc(1, sizeof *time);
	if (!time) {
		(void)map_remove(times->nodes, entry); /* this map is never copied */
		return NULL;
	}
	time->key = entry->key;
	entry->value = time;
	times->key_bytes += blob_footprint(blob_size(entry->key));
	return time;
}

enum concur_status
dict_times_set(struct dict_times *times, const struct value *key, uint64_t deadline_ns)
{
	struct dict_time *time = times_make(times, key);
	int result;

	if (!time)
		return CONCUR_NO_MEMORY;
	heap_remove(&times->heap, &time->in_times);
	result = heap_insert(&times->heap, &time->in_times, deadline_ns);
	assert(result == 0);
	times_settle(times);
	return CONCUR_OK;
}

void
dict_times_drop(struct dict_times *times, const struct value *key)
{
	struct map_entry *entry = map_find(times->nodes, key);
	struct dict_time *time;

	if (!entry)
		return;
	time = entry->value;
	heap_remove(&times->heap, &time->in_times);
	times->key_bytes -= blob_footprint(blob_size(entry->key));
	(void)map_remove(times->nodes, entry); /* this map is never copied */
	free(time);
	times_settle(times);
}

uint64_t
dict_times_get(const struct dict_times *times, const struct value *key)
{
	const struct map_entry *entry = map_find(times->nodes, key);
	const struct dict_time *time = entry ? entry->value : NULL;

	return time ? time->in_times.key : UINT64_MAX;
}

bool
dict_times_is_late(const struct dict_times *times, const struct value *key)
{
	return dict_times_get(times, key) <= times->core->now_ns;
}

/* -- what is due ------------------------------------------------------------------------------------------------- */

bool
dict_times_has_late(const struct dict_times *times, struct value *ret_key)
{
	struct heap_node *node = heap_first(&times->heap);

	if (!node || node->key > times->core->now_ns)
		return false;
	*ret_key = view(time_of(node)->key);
	return true;
}

struct object *
dict_times_first_late(const struct core *core, struct value *ret_key)
{
	struct heap_node *node = heap_first(&core->expiring);
	struct dict_times *times;

	if (!node || node->key > core->now_ns)
		return NULL;
	times = times_of(node);
	*ret_key = view(time_of(heap_first(&times->heap))->key);
	return times->object;
}

void
dict_times_put_off(struct dict_times *times)
{
	struct heap *expiring = &times->core->expiring;
	int result;

	heap_remove(expiring, &times->in_core);
	result = heap_insert(expiring, &times->in_core, times->core->now_ns + DICT_TIMES_PUT_OFF_NS);
	assert(result == 0);
}

uint64_t
dict_times_next(const struct core *core)
{
	const struct heap_node *node = heap_first(&core->expiring);

	return node ? node->key : UINT64_MAX;
}

size_t
dict_times_count(const struct dict_times *times)
{
	return times->heap.count;
}

size_t
dict_times_footprint(const struct dict_times *times)
{
	return sizeof *times + map_footprint(times->nodes) + times->key_bytes +
	    times->heap.room * sizeof(struct heap_node *) + times->heap.count * sizeof(struct dict_time);
}
