/* The list: a ring of blobs that are in the store. Slices and sorting are in list_slice.c and list_sort.c. */
#include "daemon/core/list_impl.h"
#include "daemon/core/nest.h"

static enum concur_status
list_init(struct core *core, struct object *object, const struct object_options *options)
{
	(void)core, (void)options;
	ring_init(&list_of(object)->items);
	return CONCUR_OK;
}

/* Negative indexes count from the end; false if there is no such item. */
static bool
list_place(const struct list *list, int64_t index, size_t *ret)
{
	int64_t count = (int64_t)ring_count(&list->items);

	if (index < 0)
		index += count;
	*ret = (size_t)index;
	return index >= 0 && index < count;
}

struct blob *
list_get(const struct list *list, int64_t index)
{
	size_t at;

	return list_place(list, index, &at) ? *ring_at(&list->items, at) : NULL;
}

enum concur_status
list_set(struct core *core, struct list *list, int64_t index, const struct list_item *item)
{
	enum concur_status status;
	struct blob *blob;
	size_t at;

	if (!list_place(list, index, &at))
		return CONCUR_INDEX_ERROR;
	status = nest_check_value(core, &list->object, &item->value);
	if (status != CONCUR_OK)
		return status;
	if (ring_own(&list->items, at, 1) < 0)
		return store_refusal(core);
	blob = nest_keep(core, &list->object, &item->value, item->refers);
	if (!blob)
		return CONCUR_NO_MEMORY;
	store_drop(core, &list->object, *ring_at(&list->items, at));
	*ring_at(&list->items, at) = blob;
	object_changed(core, &list->object);
	return CONCUR_OK;
}

/* Moving items is bounded: the shorter side of the place must be within move_max. */
static bool
list_may_move(const struct core *core, const struct list *list, size_t at)
{
	size_t behind = ring_count(&list->items) - at;

	return (at < behind ? at : behind) <= core->limits->move_max;
}

enum concur_status
list_insert(struct core *core, struct list *list, int64_t index, const struct list_item *item)
{
	int64_t count = (int64_t)ring_count(&list->items);
	enum concur_status status;
	struct blob *blob;

	if ((uint64_t)count >= core->limits->container_max)
		return core_limit(core, CONCUR_LIMIT, "container_max");
	if (index < 0)
		index = index + count < 0 ? 0 : index + count;
	if (index > count)
		index = count;
	if (!list_may_move(core, list, (size_t)index))
		return core_limit(core, CONCUR_TOO_LARGE, "move_max");
	status = nest_check_value(core, &list->object, &item->value);
	if (status != CONCUR_OK)
		return status;
	blob = nest_keep(core, &list->object, &item->value, item->refers);
	if (!blob)
		return CONCUR_NO_MEMORY;
	if (ring_insert(&list->items, (size_t)index, blob) < 0) {
		store_drop(core, &list->object, blob);
		return store_refusal(core);
	}
	cycle_moved(core, &list->object, 1);
	object_changed(core, &list->object);
	return CONCUR_OK;
}

static void
list_drop_from(struct core *core, struct list *list, size_t from)
{
	while (ring_count(&list->items) > from)
		store_drop(core, &list->object, ring_pop_last(&list->items));
}

enum concur_status
list_check_nested(struct core *core, const struct list *list, const struct list_item *items, size_t count)
{
	struct nest_load load = { 0 };

	if (!list->object.nested)
		return CONCUR_OK;
	for (size_t i = 0; i < count; i++)
		nest_weigh(&load, &items[i].value);
	return nest_check(core, &load);
}

enum concur_status
list_push(struct core *core, struct list *list, const struct list_item *item)
{
	struct blob *blob = nest_keep(core, &list->object, &item->value, item->refers);

	if (blob && ring_append(&list->items, blob) == 0)
		return CONCUR_OK;
	if (blob)
		store_drop(core, &list->object, blob);
	return store_refusal(core);
}

enum concur_status
list_extend(struct core *core, struct list *list, const struct list_item *items, size_t count)
{
	enum concur_status status = list_check_nested(core, list, items, count);
	size_t before = ring_count(&list->items);

	if (status == CONCUR_OK && before + count > core->limits->container_max)
		status = core_limit(core, CONCUR_LIMIT, "container_max");
	if (status != CONCUR_OK)
		return status;
	for (size_t i = 0; i < count && status == CONCUR_OK; i++)
		status = list_push(core, list, &items[i]);
	if (status == CONCUR_OK)
		object_changed(core, &list->object);
	else
		list_drop_from(core, list, before);
	return status;
}

enum concur_status
list_pop(struct core *core, struct list *list, int64_t index, struct blob **ret)
{
	size_t at;

	if (!list_place(list, index, &at))
		return CONCUR_INDEX_ERROR;
	if (!list_may_move(core, list, at))
		return core_limit(core, CONCUR_TOO_LARGE, "move_max");
	if (ring_own_removal(&list->items, at) < 0)
		return store_refusal(core);
	*ret = ring_remove(&list->items, at);
	store_take(core, &list->object, *ret);
	object_changed(core, &list->object);
	return CONCUR_OK;
}

size_t
list_clamp(const struct list *list, int64_t index)
{
	int64_t count = (int64_t)ring_count(&list->items);

	if (index < 0)
		index = index + count < 0 ? 0 : index + count;
	return (size_t)(index > count ? count : index);
}

enum concur_status
list_index(struct core *core, const struct list *list, const struct value *value, int64_t start, int64_t stop,
    bool compared, int64_t *ret)
{
	size_t from = list_clamp(list, start), to = list_clamp(list, stop);

	if (to > from && to - from > core->limits->move_max)
		return core_limit(core, CONCUR_TOO_LARGE, "move_max");
	*ret = -1;
	for (size_t i = from; i < to; i++) {
		struct value item = store_value(*ring_at(&list->items, i));
		enum value_same same = value_equal(&item, value);

		if (same == VALUE_UNKNOWN && !compared)
			return CONCUR_NEEDS_COMPARE;
		if (same == VALUE_SAME) {
			*ret = (int64_t)i;
			break;
		}
	}
	return CONCUR_OK;
}

enum concur_status
list_count(struct core *core, const struct list *list, const struct value *value, bool compared, int64_t *ret)
{
	size_t count = ring_count(&list->items);

	if (count > core->limits->move_max)
		return core_limit(core, CONCUR_TOO_LARGE, "move_max");
	*ret = 0;
	for (size_t i = 0; i < count; i++) {
		struct value item = store_value(*ring_at(&list->items, i));
		enum value_same same = value_equal(&item, value);

		if (same == VALUE_UNKNOWN && !compared)
			return CONCUR_NEEDS_COMPARE;
		*ret += same == VALUE_SAME;
	}
	return CONCUR_OK;
}

static void
list_end(struct core *core, struct object *object)
{
	(void)core, (void)object;
}

static bool
list_step(struct core *core, struct object *object, size_t *steps)
{
	return store_step_ring(core, &list_of(object)->items, steps);
}

static size_t
list_footprint(const struct object *object)
{
	return ring_footprint(&LINK_ENTRY(object, const struct list, object)->items);
}

static bool
list_each_reference(struct object *object, struct reference_walk *walk)
{
	return store_visit_ring(&LINK_ENTRY(object, const struct list, object)->items, walk);
}

static uint64_t
list_len(const struct object *object)
{
	return ring_count(&LINK_ENTRY(object, const struct list, object)->items);
}

static enum concur_status
list_clear(struct core *core, struct object *object)
{
	if (store_bury_ring(core, &list_of(object)->items) < 0)
		return CONCUR_NO_MEMORY;
	object->bytes = 0;
	object_changed(core, object);
	return CONCUR_OK;
}

static enum concur_status
list_copy(struct core *core, struct object *object, struct object *original)
{
	if (ring_copy(&list_of(original)->items, &store_ring_sharing, core, &list_of(object)->items) < 0)
		return CONCUR_NO_MEMORY;
	return CONCUR_OK;
}

static void
list_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	say(arg, "nested", object->nested);
}

const struct kind list_kind = {
	.id = KIND_LIST,
	.name = "list",
	.size = sizeof(struct list),
	.may_nest = true,
	.init = list_init,
	.end = list_end,
	.step = list_step,
	.len = list_len,
	.footprint = list_footprint,
	.clear = list_clear,
	.each_reference = list_each_reference,
	.copy = list_copy,
	.details = list_details,
};
