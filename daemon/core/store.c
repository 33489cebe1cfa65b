/* The store: counts bytes and references of what objects keep. */
#include "daemon/core/store.h"

struct store_walk {
	struct core *core;
	void (*act)(struct core *core, struct object *object);
};

static void
store_walk_visit(uint64_t id, void *arg)
{
	struct store_walk *walk = arg;
	struct object *object = object_find(walk->core, id);

	if (object)
		walk->act(walk->core, object);
}

/* Does something with each object that the blob refers to and that is still there. */
static void
store_walk(struct core *core, const struct blob *blob, void (*act)(struct core *core, struct object *object))
{
	struct store_walk walk = { core, act };
	struct value value = store_value(blob);

	if (blob->kind & BLOB_REFERS)
		value_each_reference(&value, store_walk_visit, &walk);
}

static void
store_count(struct core *core, struct object *object, const struct blob *blob, bool keep)
{
	size_t bytes = store_bytes(blob);

	if (keep)
		core->bytes += bytes;
	else
		core->bytes -= bytes;
	if (object)
		object->bytes += keep ? bytes : -bytes;
	if (__builtin_expect(blob->kind & BLOB_REFERS, 0)) {
		if (object && keep)
			cycle_join(core, object);
		store_walk(core, blob, keep ? object_ref_inner : object_unref_inner);
	}
}

void
store_settle(struct core *core, struct object *object, struct blob *blob)
{
	object->bytes += store_bytes(blob);
	if (blob->kind & BLOB_REFERS) {
		cycle_join(core, object);
		store_walk(core, blob, object_touch);
	}
}

void
store_pin(struct core *core, const struct blob *blob)
{
	store_walk(core, blob, object_ref);
}

void
store_unpin(struct core *core, const struct blob *blob)
{
	store_walk(core, blob, object_unref);
}

struct blob *
store_new(struct core *core, struct object *object, const struct value *value, bool refers)
{
	uint8_t kind = (uint8_t)((uint8_t)value->kind | (refers ? BLOB_REFERS : 0));
	struct blob *blob = blob_new(kind, value->data, value->size);

	if (blob)
		store_count(core, object, blob, true);
	return blob;
}

void
store_adopt(struct core *core, struct object *object, struct blob *blob, bool refers)
{
	if (refers)
		blob->kind |= BLOB_REFERS;
	store_count(core, object, blob, true);
}

struct blob *
store_again(struct core *core, struct object *object, struct blob *blob)
{
	store_count(core, object, blob, true);
	return blob_ref(blob);
}

void
store_take(struct core *core, struct object *object, struct blob *blob)
{
	store_count(core, object, blob, false);
}

void
store_drop(struct core *core, struct object *object, struct blob *blob)
{
	store_count(core, object, blob, false);
	blob_unref(blob);
}

/* -- sharing ----------------------------------------------------------------------------------------------------- */

static bool
store_may_grow(void *arg)
{
	return !core_is_full(arg);
}

static void
store_keep_item(void *item, void *arg)
{
	store_again(arg, NULL, item);
}

const struct ring_sharing store_ring_sharing = { store_may_grow, store_keep_item };

static void
store_keep_entry(struct map_entry *entry, void *arg)
{
	store_count(arg, NULL, entry->key, true);
	if (entry->value)
		store_again(arg, NULL, entry->value);
}

const struct map_sharing store_map_sharing = { store_may_grow, store_keep_entry };

enum concur_status
store_refusal(struct core *core)
{
	if (store_may_grow(core))
		return CONCUR_NO_MEMORY;
	core_relieve(core);
	return core_limit(core, CONCUR_LIMIT, "memory_max");
}

/* -- freeing ------------------------------------------------------------------------------------------------------ */

bool
store_step_ring(struct core *core, struct ring *ring, size_t *steps)
{
	for (; *steps && ring_count(ring); --*steps) {
		if (!ring_give_up(ring))
			store_drop(core, NULL, ring_pop_last(ring));
	}
	if (ring_count(ring))
		return false;
	ring_fini(ring);
	return true;
}

struct ring_grave {
	struct grave grave;
	struct ring ring;
};

static bool
ring_grave_step(struct core *core, struct grave *grave, size_t *steps)
{
	struct ring_grave *ours = LINK_ENTRY(grave, struct ring_grave, grave);

	if (!store_step_ring(core, &ours->ring, steps))
		return false;
	link_remove(&grave->link);
	free(ours);
	return true;
}

int
store_bury_ring(struct core *core, struct ring *ring)
{
	struct ring_grave *ours;

	if (ring_count(ring) == 0)
		return 0;
	ours = malloc(sizeof *ours);
	if (!ours)
		return -1;
	ours->ring = *ring;
	ring_init(ring);
	ours->grave.step = ring_grave_step;
	core_bury(core, &ours->grave);
	return 0;
}

static void
store_drop_entry(struct map_entry *entry, void *arg)
{
	/* The map gives its own reference to the key back; the store only stops counting it. */
	store_take(arg, NULL, entry->key);
	if (entry->value)
		store_drop(arg, NULL, entry->value);
}

bool
store_step_map(struct core *core, struct map *map, size_t *steps)
{
	size_t before = map_count(map);

	if (!map_free(map, *steps, store_drop_entry, core)) {
		*steps = 0;
		return false;
	}
	*steps -= before < *steps ? before : *steps;
	return true;
}

struct map_grave {
	struct grave grave;
	struct map *map;
};

static bool
map_grave_step(struct core *core, struct grave *grave, size_t *steps)
{
	struct map_grave *ours = LINK_ENTRY(grave, struct map_grave, grave);

	if (!store_step_map(core, ours->map, steps))
		return false;
	link_remove(&grave->link);
	free(ours);
	return true;
}

int
store_replace_map(struct core *core, struct map **map, struct map *fresh)
{
	struct map_grave *ours = malloc(sizeof *ours);

	if (!ours)
		return -1;
	ours->map = *map;
	*map = fresh;
	ours->grave.step = map_grave_step;
	core_bury(core, &ours->grave);
	return 0;
}

int
store_bury_map(struct core *core, struct map **map)
{
	struct map *fresh;

	if (map_count(*map) == 0)
		return 0;
	fresh = map_new(core->seed);
	if (!fresh)
		return -1;
	if (store_replace_map(core, map, fresh) == 0)
		return 0;
	map_free(fresh, SIZE_MAX, NULL, NULL);
	return -1;
}

/* -- visiting references ----------------------------------------------------------------------------------------- */

static void
store_meet(uint64_t id, void *arg)
{
	struct reference_walk *walk = arg;

	walk->steps -= walk->steps > 0;
	walk->visit(id, walk->arg);
}

void
store_visit_blob(const struct blob *blob, struct reference_walk *walk)
{
	struct value value = store_value(blob);

	if (blob->kind & BLOB_REFERS)
		value_each_reference(&value, store_meet, walk);
}

bool
store_visit_ring(const struct ring *ring, struct reference_walk *walk)
{
	if (walk->position > ring_count(ring))
		walk->position = ring_count(ring);
	while (walk->position && walk->steps) {
		walk->steps--;
		store_visit_blob(*ring_at(ring, --walk->position), walk);
	}
	return walk->position == 0;
}

bool
store_visit_map(const struct map *map, struct reference_walk *walk)
{
	uint32_t number = walk->position < UINT32_MAX ? (uint32_t)walk->position : UINT32_MAX;
	struct map_entry *entry;

	while ((entry = map_descend(map, &number, &walk->steps))) {
		store_visit_blob(entry->key, walk);
		if (entry->value)
			store_visit_blob(entry->value, walk);
	}
	walk->position = number;
	return number == 0;
}
