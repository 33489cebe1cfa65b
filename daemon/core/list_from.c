/* list += another container: the items of a list or a set, the keys of a dict, the numbers of an array. */
#include "daemon/core/list_impl.h"

#include "daemon/core/array.h"
#include "daemon/core/dict.h"
#include "daemon/core/set.h"

static struct list_item
list_item_of(const struct blob *blob)
{
	return (struct list_item){ store_value(blob), blob->kind & BLOB_REFERS };
}

static void
list_gather_keys(const struct map *map, struct list_item *items)
{
	struct map_entry *entry;
	uint32_t position = 0;

	while ((entry = map_next(map, &position)))
		*items++ = list_item_of(entry->key);
}

static void
list_gather_items(const struct list *other, struct list_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		items[i] = list_item_of(*ring_at(&other->items, i));
}

/* Each number's payload is in its room. */
static void
list_gather_numbers(const struct array *array, struct list_item *items, uint8_t (*rooms)[VALUE_SCALAR_MAX],
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		items[i].refers = false;
		(void)array_get(array, (int64_t)i, rooms[i], &items[i].value);
	}
}

enum concur_status
list_extend_from(struct core *core, struct list *list, const struct object *other)
{
	size_t count = (size_t)other->kind->len(other);
	struct list_item *items;
	uint8_t(*rooms)[VALUE_SCALAR_MAX];
	enum concur_status status = CONCUR_NO_MEMORY;

	if (count > core->limits->sort_max)
		return core_limit(core, CONCUR_TOO_LARGE, "sort_max");
	if (core_has_no_room(core, other->bytes))
		return core_limit(core, CONCUR_LIMIT, "memory_max");
	items = calloc(count + 1, sizeof *items);
	rooms = other->kind->id == KIND_ARRAY ? calloc(count + 1, sizeof *rooms) : NULL;
	if (!items || (other->kind->id == KIND_ARRAY && !rooms))
		goto out;
	switch (other->kind->id) {
	case KIND_LIST:
		list_gather_items((const struct list *)other, items, count);
		break;
	case KIND_SET:
		list_gather_keys(set_items((const struct set *)other), items);
		break;
	case KIND_ARRAY:
		list_gather_numbers((const struct array *)other, items, rooms, count);
		break;
	default:
		list_gather_keys(dict_entries((const struct dict *)other), items);
	}
	status = list_extend(core, list, items, count);
out:
	free(items);
	free(rooms);
	return status;
}
