/* What every kind has, for dicts and namespaces; and the locks of their keys. */
#include "daemon/core/dict_impl.h"
#include "daemon/core/key_locks.h"

static enum concur_status
dict_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct dict *dict = dict_of(object);

	if (options->maxsize > 0 && options->kind == KIND_DICT) {
		dict->maxsize = (size_t)options->maxsize;
		dict->evict = options->evict;
	}
	dict->map = map_new(core->seed);
	return dict->map ? CONCUR_OK : CONCUR_NO_MEMORY;
}

static void
dict_end(struct core *core, struct object *object)
{
	(void)core;
	dict_forget_times(dict_of(object));
}

static bool
dict_step(struct core *core, struct object *object, size_t *steps)
{
	struct dict *dict = dict_of(object);

	if (dict->map && !store_step_map(core, dict->map, steps))
		return false;
	dict->map = NULL;
	if (dict->locks && !key_locks_step(dict->locks, steps))
		return false;
	dict->locks = NULL;
	return true;
}

static size_t
dict_footprint(const struct object *object)
{
	const struct dict *dict = LINK_ENTRY(object, const struct dict, object);

	return map_footprint(dict->map) + (dict->locks ? key_locks_footprint(dict->locks) : 0) +
	    (dict->times ? dict_times_footprint(dict->times) : 0);
}

static bool
dict_each_reference(struct object *object, struct reference_walk *walk)
{
	return store_visit_map(LINK_ENTRY(object, const struct dict, object)->map, walk);
}

static uint64_t
dict_len(const struct object *object)
{
	return map_count(LINK_ENTRY(object, const struct dict, object)->map);
}

static enum concur_status
dict_clear(struct core *core, struct object *object)
{
	if (store_bury_map(core, &dict_of(object)->map) < 0)
		return CONCUR_NO_MEMORY;
	dict_of(object)->opaque = 0;
	dict_forget_times(dict_of(object));
	object->bytes = 0;
	object_changed(core, object);
	return CONCUR_OK;
}

/* Times to live stay behind, so what is late has to go before. */
static enum concur_status
dict_copy(struct core *core, struct object *object, struct object *original)
{
	struct dict *dict = dict_of(object), *from = dict_of(original);
	enum concur_status status = dict_drop_all_late(core, from);

	if (status != CONCUR_OK)
		return status;
	dict->map = map_copy(from->map, &store_map_sharing, core);
	dict->opaque = from->opaque;
	dict->maxsize = from->maxsize;
	dict->evict = from->evict;
	return dict->map ? CONCUR_OK : CONCUR_NO_MEMORY;
}

enum concur_status
dict_key_lock(struct core *core, struct dict *dict, const struct value *key, struct object **ret, bool *ret_created)
{
	enum concur_status status;

	if (!dict->locks && !(dict->locks = key_locks_new(core)))
		return CONCUR_NO_MEMORY;
	status = key_locks_get(core, dict->locks, key, ret, ret_created);
	object_weigh(core, &dict->object);
	return status;
}

static void
dict_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct dict *dict = LINK_ENTRY(object, const struct dict, object);

	say(arg, "opaque", (int64_t)dict->opaque);
	say(arg, "maxsize", (int64_t)dict->maxsize);
	say(arg, "nested", object->nested);
	say(arg, "evicted", (int64_t)dict->evicted);
	say(arg, "expiring", dict->times ? (int64_t)dict_times_count(dict->times) : 0);
	say(arg, "expired", (int64_t)dict->expired);
	say(arg, "key_locks", dict->locks ? (int64_t)key_locks_count(dict->locks) : 0);
}

const struct kind dict_kind = {
	.id = KIND_DICT,
	.name = "dict",
	.size = sizeof(struct dict),
	.may_nest = true,
	.init = dict_init,
	.end = dict_end,
	.step = dict_step,
	.len = dict_len,
	.footprint = dict_footprint,
	.clear = dict_clear,
	.each_reference = dict_each_reference,
	.copy = dict_copy,
	.details = dict_details,
};

const struct kind namespace_kind = {
	.id = KIND_NAMESPACE,
	.name = "namespace",
	.size = sizeof(struct dict),
	.may_nest = true,
	.init = dict_init,
	.end = dict_end,
	.step = dict_step,
	.len = dict_len,
	.footprint = dict_footprint,
	.clear = dict_clear,
	.each_reference = dict_each_reference,
	.copy = dict_copy,
	.details = dict_details,
};
