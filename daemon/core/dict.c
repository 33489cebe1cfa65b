/* The dict: a map from keys to blobs, both in the store. */
#include "daemon/core/dict.h"

#include "daemon/core/key_locks.h"
#include "daemon/core/store.h"

#include <assert.h>

struct dict {
	struct object object;
	struct map *map;         /* NULL once its contents are freed */
	size_t opaque;           /* keys with something opaque inside */
	size_t maxsize;          /* entries at most; 0: as many as container_max */
	bool evict;              /* past maxsize the entry inserted first goes; otherwise no key is added */
	uint64_t evicted;        /* entries that went so */
	struct key_locks *locks; /* NULL: no key was ever locked */
};

static struct dict *
dict_of(struct object *object)
{
	return LINK_ENTRY(object, struct dict, object);
}

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

enum concur_status
dict_check_key(const struct dict *dict, const struct value *key, bool compared)
{
	if (dict->object.kind == &namespace_kind && key->kind != VALUE_TEXT)
		return CONCUR_TYPE_ERROR;
	if (dict->opaque == 0 || compared || map_find(dict->map, key))
		return CONCUR_OK;
	return CONCUR_NEEDS_COMPARE;
}

const struct map *
dict_entries(const struct dict *dict)
{
	return dict->map;
}

size_t
dict_opaque(const struct dict *dict)
{
	return dict->opaque;
}

/* Keys come (+1) and go (-1). */
static void
dict_count_opaque(struct dict *dict, const struct blob *key, int change)
{
	struct value value = store_value(key);

	if (__builtin_expect(value_has_opaque(&value), 0))
		dict->opaque += (size_t)change;
}

struct blob *
dict_get(const struct dict *dict, const struct value *key)
{
	struct map_entry *entry = map_find(dict->map, key);

	return entry ? entry->value : NULL;
}

/* Takes the entry out of the map; key and value become the caller's. */
static enum concur_status
dict_take(struct core *core, struct dict *dict, struct map_entry *entry, struct blob **ret_key, struct blob **ret_value)
{
	struct blob *key = blob_ref(entry->key), *value = entry->value;

	if (!map_remove(dict->map, entry)) {
		blob_unref(key);
		return store_refusal(core);
	}
	store_take(core, &dict->object, key);
	store_take(core, &dict->object, value);
	dict_count_opaque(dict, key, -1);
	object_changed(core, &dict->object);
	*ret_key = key;
	*ret_value = value;
	return CONCUR_OK;
}

/* Whether there may be an entry of that key. A dict that evicts may have too many for a moment. */
static enum concur_status
dict_check_room(struct core *core, const struct dict *dict, const struct value *key)
{
	size_t count = map_count(dict->map);
	bool is_full = dict->maxsize && !dict->evict && count >= dict->maxsize;

	if ((!is_full && count < core->limits->container_max) || map_find(dict->map, key))
		return CONCUR_OK;
	return is_full ? CONCUR_FULL : core_limit(core, CONCUR_LIMIT, "container_max");
}

/* Takes out what is too much, what was inserted first first. Without memory it stays, until the next change. */
static void
dict_evict(struct core *core, struct dict *dict)
{
	while (dict->evict && map_count(dict->map) > dict->maxsize) {
		struct blob *key, *value;
		uint32_t position = 0;

		if (dict_take(core, dict, map_next(dict->map, &position), &key, &value) != CONCUR_OK)
			return;
		blob_unref(key);
		blob_unref(value);
		dict->evicted++;
	}
}

/* The entry of the item's key, made if it is not there, with the value in it. `blob` is in the store; on failure the
 * caller still has it. */
static enum concur_status
dict_put(struct core *core, struct dict *dict, const struct dict_item *item, struct blob *blob)
{
	enum concur_status status = dict_check_room(core, dict, &item->key);
	struct map_entry *entry;
	bool created;

	if (status != CONCUR_OK)
		return status;
	entry = map_insert(dict->map, &item->key, &created);
	if (!entry)
		return store_refusal(core);
	if (created) {
		store_adopt(core, &dict->object, entry->key, item->key_refers);
		dict_count_opaque(dict, entry->key, 1);
	} else {
		store_drop(core, &dict->object, entry->value);
	}
	entry->value = blob;
	object_changed(core, &dict->object);
	return CONCUR_OK;
}

static enum concur_status
dict_put_value(struct core *core, struct dict *dict, const struct dict_item *item, const struct value *value,
    bool refers, struct blob **ret)
{
	struct blob *blob = store_new(core, &dict->object, value, refers);
	enum concur_status status;

	if (!blob)
		return CONCUR_NO_MEMORY;
	status = dict_put(core, dict, item, blob);
	if (status != CONCUR_OK)
		store_drop(core, &dict->object, blob);
	else if (ret)
		*ret = blob;
	return status;
}

enum concur_status
dict_set(struct core *core, struct dict *dict, const struct dict_item *item)
{
	enum concur_status status = dict_put_value(core, dict, item, &item->value, item->value_refers, NULL);

	dict_evict(core, dict);
	return status;
}

/* What an update has to undo: the value that was there, or NULL where the key was not. Nothing fails: what is to be
 * changed has just been changed, so it is not shared. */
static void
dict_undo(struct core *core, struct dict *dict, const struct dict_item *items, struct blob **before, size_t count)
{
	while (count--) {
		struct map_entry *entry = map_find(dict->map, &items[count].key);
		struct blob *key, *value;

		if (before[count]) {
			store_drop(core, &dict->object, entry->value);
			entry->value = before[count];
		} else {
			enum concur_status status = dict_take(core, dict, entry, &key, &value);

			assert(status == CONCUR_OK);
			blob_unref(key);
			blob_unref(value);
		}
	}
}

enum concur_status
dict_update(struct core *core, struct dict *dict, const struct dict_item *items, size_t count)
{
	struct blob **before = calloc(count + 1, sizeof *before);
	enum concur_status status = CONCUR_OK;
	uint64_t version = dict->object.version;
	size_t done;

	if (!before)
		return CONCUR_NO_MEMORY;
	for (done = 0; done < count; done++) {
		struct map_entry *entry = map_find(dict->map, &items[done].key);

		if (entry)
			before[done] = store_again(core, &dict->object, entry->value);
		status = dict_put_value(core, dict, &items[done], &items[done].value, items[done].value_refers, NULL);
		if (status != CONCUR_OK)
			break;
	}
	if (status != CONCUR_OK) {
		if (before[done])
			store_drop(core, &dict->object, before[done]);
		dict_undo(core, dict, items, before, done);
		dict->object.version = version;
	} else {
		for (size_t i = 0; i < count; i++) {
			if (before[i])
				store_drop(core, &dict->object, before[i]);
		}
		dict_evict(core, dict);
	}
	free(before);
	return status;
}

enum concur_status
dict_merge(struct core *core, struct dict *dict, const struct dict *other)
{
	size_t count = map_count(other->map), at = 0;
	struct map_entry *entry;
	struct dict_item *items;
	enum concur_status status;
	uint32_t position = 0;

	if (dict == other || count == 0)
		return CONCUR_OK;
	if (count > core->limits->sort_max)
		return core_limit(core, CONCUR_TOO_LARGE, "sort_max");
	if (core_has_no_room(core, other->object.bytes))
		return core_limit(core, CONCUR_LIMIT, "memory_max");
	items = malloc(count * sizeof *items);
	if (!items)
		return CONCUR_NO_MEMORY;
	while ((entry = map_next(other->map, &position))) {
		const struct blob *value = entry->value;

		items[at++] = (struct dict_item){ store_value(entry->key), store_value(value),
			entry->key->kind & BLOB_REFERS, value->kind & BLOB_REFERS };
	}
	status = dict_update(core, dict, items, count);
	free(items);
	return status;
}

enum concur_status
dict_pop(struct core *core, struct dict *dict, const struct value *key, struct blob **ret)
{
	struct map_entry *entry = map_find(dict->map, key);
	struct blob *kept;
	enum concur_status status;

	*ret = NULL;
	if (!entry)
		return CONCUR_OK;
	status = dict_take(core, dict, entry, &kept, ret);
	if (status == CONCUR_OK)
		blob_unref(kept);
	return status;
}

enum concur_status
dict_pop_last(struct core *core, struct dict *dict, struct blob **ret_key, struct blob **ret_value)
{
	struct map_entry *entry = map_last(dict->map);

	*ret_key = *ret_value = NULL;
	return entry ? dict_take(core, dict, entry, ret_key, ret_value) : CONCUR_OK;
}

enum concur_status
dict_add(struct core *core, struct dict *dict, const struct dict_item *item, struct blob **ret)
{
	struct blob *have = dict_get(dict, &item->key);
	uint8_t room[VALUE_SCALAR_MAX], zero_room[VALUE_SCALAR_MAX];
	struct value before, sum;
	enum concur_status status;

	if (have)
		before = store_value(have);
	else
		value_set_integer(&before, zero_room, 0);
	status = value_add(&before, &item->value, room, &sum);
	if (status == CONCUR_OK)
		status = dict_put_value(core, dict, item, &sum, false, ret);
	/* The entry itself is the last one, or there is none more than before. */
	dict_evict(core, dict);
	return status;
}

static int64_t
dict_list_length(const struct value *list)
{
	struct value_walk walk;
	struct value ignored;
	int64_t count = 0;

	value_walk_begin(&walk, list);
	while (value_walk_next(&walk, &ignored))
		count++;
	return count;
}

/* A new list: what `have` (may be NULL) holds, and the item behind it. */
static struct blob *
dict_longer_list(struct blob *have, const struct dict_item *item)
{
	size_t before = have ? blob_size(have) : 0;
	size_t encoded = value_encoded_size(item->value.kind, item->value.size);
	size_t size = before + 1 + value_varint_size(encoded) + encoded;
	bool refers = item->value_refers || (have && (have->kind & BLOB_REFERS));
	uint8_t *data;
	struct blob *blob = blob_alloc((uint8_t)(VALUE_LIST | (refers ? BLOB_REFERS : 0)), size, &data);

	if (!blob)
		return NULL;
	if (have)
		memcpy(data, blob_data(have), before);
	data += before;
	*data++ = VALUE_ITEM_TAG;
	value_encode(value_varint_write(data, encoded), &item->value);
	return blob;
}

enum concur_status
dict_append(struct core *core, struct dict *dict, const struct dict_item *item, int64_t *ret_count)
{
	struct blob *have = dict_get(dict, &item->key), *longer;
	struct value list;
	enum concur_status status;

	if (have && (have->kind & BLOB_KIND) != VALUE_LIST)
		return CONCUR_TYPE_ERROR;
	/* What could not be sent again must not come about. */
	if (have && blob_size(have) + item->value.size > core->limits->frame_max / 2)
		return core_limit(core, CONCUR_TOO_LARGE, "frame_max");
	longer = dict_longer_list(have, item);
	if (!longer)
		return CONCUR_NO_MEMORY;
	store_adopt(core, &dict->object, longer, longer->kind & BLOB_REFERS);
	status = dict_put(core, dict, item, longer);
	if (status != CONCUR_OK) {
		store_drop(core, &dict->object, longer);
		return status;
	}
	dict_evict(core, dict);
	list = store_value(longer);
	*ret_count = dict_list_length(&list);
	return CONCUR_OK;
}

enum concur_status
dict_compare_exchange(struct core *core, struct dict *dict, const struct dict_item *item, const struct value *expected,
    enum outcome *ret)
{
	struct blob *have = dict_get(dict, &item->key);
	enum value_same same = VALUE_SAME;
	enum concur_status status;

	*ret = OUTCOME_CHANGED;
	if (!have != !expected)
		return CONCUR_OK;
	if (have) {
		struct value value = store_value(have);

		same = value_equal(&value, expected);
	}
	if (same == VALUE_UNKNOWN)
		return CONCUR_NEEDS_COMPARE;
	if (same == VALUE_DIFFERENT)
		return CONCUR_OK;
	*ret = OUTCOME_DONE;
	if (item->value.kind != VALUE_NONE)
		return dict_set(core, dict, item);
	status = dict_pop(core, dict, &item->key, &have);
	blob_unref(have);
	return status;
}

bool
dict_page_begin(const struct dict *dict, uint64_t cursor, struct dict_page *ret)
{
	*ret = (struct dict_page){ .map = dict->map, .position = (uint32_t)cursor };
	return cursor == 0 || cursor >> 32 == map_epoch(dict->map);
}

bool
dict_page_begin_backwards(const struct dict *dict, uint64_t cursor, struct dict_page *ret)
{
	bool is_good = dict_page_begin(dict, cursor, ret);

	ret->backwards = true;
	if (cursor == 0)
		ret->position = UINT32_MAX;
	return is_good;
}

struct map_entry *
dict_page_next(struct dict_page *page)
{
	return page->backwards ? map_previous(page->map, &page->position) : map_next(page->map, &page->position);
}

uint64_t
dict_page_cursor(const struct dict_page *page)
{
	struct dict_page ahead = *page;

	if (!dict_page_next(&ahead))
		return 0;
	return (uint64_t)map_epoch(page->map) << 32 | page->position;
}

static void
dict_end(struct core *core, struct object *object)
{
	(void)core, (void)object;
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

	return map_footprint(dict->map) + (dict->locks ? key_locks_footprint(dict->locks) : 0);
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
	object->bytes = 0;
	object_changed(core, object);
	return CONCUR_OK;
}

static enum concur_status
dict_copy(struct core *core, struct object *object, struct object *original)
{
	const struct dict *from = dict_of(original);
	struct dict *dict = dict_of(object);

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
	say(arg, "evicted", (int64_t)dict->evicted);
	say(arg, "key_locks", dict->locks ? (int64_t)key_locks_count(dict->locks) : 0);
}

const struct kind dict_kind = {
	.id = KIND_DICT,
	.name = "dict",
	.size = sizeof(struct dict),
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
