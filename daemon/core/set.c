/* The set: a map from items, which are in the store, to nothing. The algebra of sets is in set_algebra.c. */
#include "daemon/core/set_impl.h"

#include <assert.h>

static struct set *
set_of(struct object *object)
{
	return LINK_ENTRY(object, struct set, object);
}

static enum concur_status
set_init(struct core *core, struct object *object, const struct object_options *options)
{
	(void)options;
	set_of(object)->map = map_new(core->seed);
	return set_of(object)->map ? CONCUR_OK : CONCUR_NO_MEMORY;
}

const struct map *
set_items(const struct set *set)
{
	return set->map;
}

size_t
set_opaque(const struct set *set)
{
	return set->opaque;
}

bool
set_contains(const struct set *set, const struct value *value)
{
	return map_find(set->map, value) != NULL;
}

enum concur_status
set_put(struct core *core, struct set *set, struct map *map, const struct value *value, bool refers, bool *ret_created)
{
	bool too_many = map_count(map) >= core->limits->container_max;
	struct map_entry *entry;

	/* Full: a small request can ask for much. */
	if ((too_many || core_is_full(core)) && !map_find(map, value))
		return core_limit(core, CONCUR_LIMIT, too_many ? "container_max" : "memory_max");
	entry = map_insert(map, value, ret_created);
	if (!entry)
		return store_refusal(core);
	if (*ret_created) {
		store_adopt(core, &set->object, entry->key, refers);
		set->opaque += value_has_opaque(value);
	}
	return CONCUR_OK;
}

enum concur_status
set_take(struct core *core, struct set *set, struct map_entry *entry, struct blob **ret)
{
	struct blob *item = blob_ref(entry->key);
	struct value value = store_value(item);

	if (!map_remove(set->map, entry)) {
		blob_unref(item);
		return store_refusal(core);
	}
	store_take(core, &set->object, item);
	set->opaque -= value_has_opaque(&value);
	*ret = item;
	return CONCUR_OK;
}

void
set_undo(struct core *core, struct set *set, int64_t count)
{
	while (count--) {
		struct blob *item;
		enum concur_status status = set_take(core, set, map_last(set->map), &item);

		assert(status == CONCUR_OK);
		blob_unref(item);
	}
}

enum concur_status
set_add(struct core *core, struct set *set, const struct set_item *items, size_t count, int64_t *ret_count)
{
	enum concur_status status = CONCUR_OK;
	bool created;

	*ret_count = 0;
	for (size_t i = 0; i < count && status == CONCUR_OK; i++) {
		status = set_put(core, set, set->map, &items[i].value, items[i].refers, &created);
		*ret_count += status == CONCUR_OK && created;
	}
	if (status == CONCUR_OK && *ret_count)
		object_changed(core, &set->object);
	if (status != CONCUR_OK)
		set_undo(core, set, *ret_count);
	return status;
}

enum concur_status
set_discard(struct core *core, struct set *set, const struct set_item *items, size_t count, int64_t *ret_count)
{
	enum concur_status status = CONCUR_OK;

	*ret_count = 0;
	for (size_t i = 0; i < count && status == CONCUR_OK; i++) {
		struct map_entry *entry = map_find(set->map, &items[i].value);
		struct blob *item = NULL;

		if (!entry)
			continue;
		status = set_take(core, set, entry, &item);
		blob_unref(item);
		*ret_count += status == CONCUR_OK;
	}
	if (*ret_count)
		object_changed(core, &set->object);
	return status;
}

enum concur_status
set_pop(struct core *core, struct set *set, struct blob **ret)
{
	struct map_entry *entry = map_last(set->map);
	enum concur_status status;

	*ret = NULL;
	if (!entry)
		return CONCUR_OK;
	status = set_take(core, set, entry, ret);
	if (status == CONCUR_OK)
		object_changed(core, &set->object);
	return status;
}

static void
set_end(struct core *core, struct object *object)
{
	(void)core, (void)object;
}

static bool
set_step(struct core *core, struct object *object, size_t *steps)
{
	struct set *set = set_of(object);

	if (set->map && !store_step_map(core, set->map, steps))
		return false;
	set->map = NULL;
	return true;
}

static size_t
set_footprint(const struct object *object)
{
	return map_footprint(LINK_ENTRY(object, const struct set, object)->map);
}

static uint64_t
set_len(const struct object *object)
{
	return map_count(LINK_ENTRY(object, const struct set, object)->map);
}

static enum concur_status
set_clear(struct core *core, struct object *object)
{
	if (store_bury_map(core, &set_of(object)->map) < 0)
		return CONCUR_NO_MEMORY;
	set_of(object)->opaque = 0;
	object->bytes = 0;
	object_changed(core, object);
	return CONCUR_OK;
}

static enum concur_status
set_copy(struct core *core, struct object *object, struct object *original)
{
	set_of(object)->map = map_copy(set_of(original)->map, &store_map_sharing, core);
	set_of(object)->opaque = set_of(original)->opaque;
	return set_of(object)->map ? CONCUR_OK : CONCUR_NO_MEMORY;
}

static void
set_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	say(arg, "opaque", (int64_t)LINK_ENTRY(object, const struct set, object)->opaque);
}

static bool
set_each_reference(struct object *object, struct reference_walk *walk)
{
	return store_visit_map(LINK_ENTRY(object, const struct set, object)->map, walk);
}

const struct kind set_kind = {
	.id = KIND_SET,
	.name = "set",
	.size = sizeof(struct set),
	.init = set_init,
	.end = set_end,
	.step = set_step,
	.len = set_len,
	.footprint = set_footprint,
	.clear = set_clear,
	.each_reference = set_each_reference,
	.copy = set_copy,
	.details = set_details,
};
