/* The dict: a map from keys to blobs, both in the store. Times to live are in dict_expire.c, what every kind has is in
 * dict_kind.c. */
#include "daemon/core/dict_impl.h"
#include "daemon/core/list.h"
#include "daemon/core/nest.h"

#include <assert.h>

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
	struct map_entry *entry = dict_find(dict, key);

	return entry ? entry->value : NULL;
}

static void
dict_forget_time(struct dict *dict, const struct blob *key)
{
	struct value value = store_value(key);

	if (__builtin_expect(dict->times != NULL, 0))
		dict_times_drop(dict->times, &value);
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
	dict_forget_time(dict, key);
	object_changed(core, &dict->object);
	*ret_key = key;
	*ret_value = value;
	return CONCUR_OK;
}

static enum concur_status
dict_drop(struct core *core, struct dict *dict, struct map_entry *entry)
{
	struct blob *key, *value;
	enum concur_status status = dict_take(core, dict, entry, &key, &value);

	if (status != CONCUR_OK)
		return status;
	blob_unref(key);
	blob_unref(value);
	return CONCUR_OK;
}

enum concur_status
dict_drop_late(struct core *core, struct dict *dict, const struct value *key)
{
	enum concur_status status;

	if (!dict_is_late(dict, key))
		return CONCUR_OK;
	status = dict_drop(core, dict, map_find(dict->map, key));
	dict->expired += status == CONCUR_OK;
	return status;
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

void
dict_evict(struct core *core, struct dict *dict)
{
	while (dict->evict && map_count(dict->map) > dict->maxsize) {
		uint32_t position = 0;

		if (dict_drop(core, dict, map_next(dict->map, &position)) != CONCUR_OK)
			return;
		dict->evicted++;
	}
}

/* The entry of the item's key, made if it is not there, with the value in it. `blob` is in the store; on failure the
 * caller still has it. */
static enum concur_status
dict_put(struct core *core, struct dict *dict, const struct dict_item *item, struct blob *blob)
{
	enum concur_status status = dict_drop_late(core, dict, &item->key);
	struct map_entry *entry;
	bool created;

	if (status == CONCUR_OK)
		status = dict_check_room(core, dict, &item->key);
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

enum concur_status
dict_put_value(struct core *core, struct dict *dict, const struct dict_item *item, const struct value *value,
    bool refers, struct blob **ret)
{
	struct blob *blob = nest_keep(core, &dict->object, value, refers);
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
	enum concur_status status = nest_check_value(core, &dict->object, &item->value);

	if (status == CONCUR_OK)
		status = dict_put_value(core, dict, item, &item->value, item->value_refers, NULL);
	if (status != CONCUR_OK)
		return status;
	if (__builtin_expect(dict->times != NULL, 0))
		dict_times_drop(dict->times, &item->key);
	dict_evict(core, dict);
	return CONCUR_OK;
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

static enum concur_status
dict_check_nested(struct core *core, const struct dict *dict, const struct dict_item *items, size_t count)
{
	struct nest_load load = { 0 };

	if (!dict->object.nested)
		return CONCUR_OK;
	for (size_t i = 0; i < count; i++)
		nest_weigh(&load, &items[i].value);
	return nest_check(core, &load);
}

enum concur_status
dict_update(struct core *core, struct dict *dict, const struct dict_item *items, size_t count)
{
	enum concur_status status = dict_check_nested(core, dict, items, count);
	uint64_t version = dict->object.version;
	struct blob **before;
	size_t done;

	if (status != CONCUR_OK)
		return status;
	before = calloc(count + 1, sizeof *before);
	if (!before)
		return CONCUR_NO_MEMORY;
	for (done = 0; done < count; done++) {
		struct map_entry *entry = dict_find(dict, &items[done].key);

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
			if (dict->times)
				dict_times_drop(dict->times, &items[i].key);
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
		struct value key = store_value(entry->key);

		if (dict_is_late(other, &key))
			continue;

		items[at++] = (struct dict_item){ store_value(entry->key), store_value(value),
			entry->key->kind & BLOB_REFERS, value->kind & BLOB_REFERS };
	}
	status = dict_update(core, dict, items, at);
	free(items);
	return status;
}

enum concur_status
dict_pop(struct core *core, struct dict *dict, const struct value *key, struct blob **ret)
{
	enum concur_status status = dict_drop_late(core, dict, key);
	struct map_entry *entry = map_find(dict->map, key);
	struct blob *kept;

	*ret = NULL;
	if (!entry || status != CONCUR_OK)
		return status;
	status = dict_take(core, dict, entry, &kept, ret);
	if (status == CONCUR_OK)
		blob_unref(kept);
	return status;
}

enum concur_status
dict_pop_last(struct core *core, struct dict *dict, struct blob **ret_key, struct blob **ret_value)
{
	struct map_entry *entry;

	*ret_key = *ret_value = NULL;
	while ((entry = map_last(dict->map))) {
		struct value key = store_value(entry->key);
		enum concur_status status;

		if (!dict_is_late(dict, &key))
			return dict_take(core, dict, entry, ret_key, ret_value);
		status = dict_drop_late(core, dict, &key);
		if (status != CONCUR_OK)
			return status;
	}
	return CONCUR_OK;
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

/* In a nested dict the list is an object: `have` refers to it, or (NULL) it is made. */
static enum concur_status
dict_append_nested(struct core *core, struct dict *dict, const struct dict_item *item, const struct blob *have,
    int64_t *ret_count)
{
	struct value_reference reference;
	struct dict_item longer = *item;
	enum concur_status status;
	struct object *list;
	struct value value;
	struct blob *first;

	*ret_count = 1;
	if (!have) {
		first = dict_longer_list(NULL, item);
		if (!first)
			return CONCUR_NO_MEMORY;
		longer.value = store_value(first);
		status = dict_set(core, dict, &longer);
		blob_unref(first);
		return status;
	}
	value = store_value(have);
	if (value.kind != VALUE_OBJECT)
		return CONCUR_TYPE_ERROR;
	value_reference(&value, &reference);
	list = object_find(core, reference.object);
	if (!list)
		return CONCUR_NOT_FOUND;
	if (list->kind != &list_kind)
		return CONCUR_TYPE_ERROR;
	*ret_count = (int64_t)list->kind->len(list) + 1;
	return list_extend(core, (struct list *)list, &(struct list_item){ item->value, item->value_refers }, 1);
}

enum concur_status
dict_append(struct core *core, struct dict *dict, const struct dict_item *item, int64_t *ret_count)
{
	struct blob *have = dict_get(dict, &item->key), *longer;
	struct value list;
	enum concur_status status;

	if (dict->object.nested)
		return dict_append_nested(core, dict, item, have, ret_count);
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
