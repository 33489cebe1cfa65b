/* The algebra of sets.
 *
 * What only adds, or only takes away items that the other side names, is done in place, and undone if it fails in the
 * middle. Else a new map is made beside the old one, which takes its place when it is whole. */
#include "daemon/core/set_impl.h"

struct map *
set_gather(const struct core *core, const struct set_item *items, size_t count)
{
	struct map *map = map_new(core->seed);
	struct map_entry *entry;
	bool created;

	for (size_t i = 0; map && i < count; i++) {
		entry = map_insert(map, &items[i].value, &created);
		if (!entry) {
			map_free(map, SIZE_MAX, NULL, NULL);
			return NULL;
		}
		if (items[i].refers)
			entry->key->kind |= BLOB_REFERS;
	}
	return map;
}

/* Whether one call may look at so many items. */
static enum concur_status
set_check_work(struct core *core, size_t items)
{
	return items > core->limits->sort_max ? core_limit(core, CONCUR_TOO_LARGE, "sort_max") : CONCUR_OK;
}

/* Puts those items of `from` that are in `among` (or are not, if `in` is false) into `map`. Without `among`, all.
 * *ret_count of them are new in it. */
static enum concur_status
set_select(struct core *core, struct set *set, struct map *map, const struct map *from, const struct map *among,
    bool in, int64_t *ret_count)
{
	enum concur_status status = CONCUR_OK;
	struct map_entry *entry;
	uint32_t position = 0;
	bool created;

	while (status == CONCUR_OK && (entry = map_next(from, &position))) {
		struct value value = store_value(entry->key);

		if (among && (map_find(among, &value) != NULL) != in)
			continue;
		status = set_put(core, set, map, &value, entry->key->kind & BLOB_REFERS, &created);
		*ret_count += status == CONCUR_OK && created;
	}
	return status;
}

/* What the operation makes of a and b, put into `map`. */
static enum concur_status
set_fill(struct core *core, struct set *set, struct map *map, enum set_operation operation, const struct map *a,
    const struct map *b)
{
	const struct map *among = operation == SET_UNION ? NULL : b;
	enum concur_status status = set_check_work(core, map_count(a) + map_count(b));
	int64_t count = 0;

	if (status == CONCUR_OK)
		status = set_select(core, set, map, a, among, operation == SET_INTERSECTION, &count);
	if (status == CONCUR_OK && operation == SET_UNION)
		status = set_select(core, set, map, b, NULL, true, &count);
	if (status == CONCUR_OK && operation == SET_SYMMETRIC_DIFFERENCE)
		status = set_select(core, set, map, b, a, false, &count);
	return status;
}

enum concur_status
set_combine(struct core *core, struct set *into, enum set_operation operation, const struct map *a, const struct map *b)
{
	enum concur_status status = set_fill(core, into, into->map, operation, a, b);

	object_changed(core, &into->object);
	return status;
}

/* |= */
static enum concur_status
set_unite(struct core *core, struct set *set, const struct map *other, int64_t *ret_count)
{
	enum concur_status status = set_select(core, set, set->map, other, NULL, true, ret_count);

	if (status != CONCUR_OK)
		set_undo(core, set, *ret_count);
	return status;
}

/* -= */
static enum concur_status
set_subtract(struct core *core, struct set *set, const struct map *other, int64_t *ret_count)
{
	enum concur_status status = CONCUR_OK;
	struct map_entry *entry, *own;
	uint32_t position = 0;

	while (status == CONCUR_OK && (entry = map_next(other, &position))) {
		struct value value = store_value(entry->key);
		struct blob *item = NULL;

		own = map_find(set->map, &value);
		if (!own)
			continue;
		status = set_take(core, set, own, &item);
		blob_unref(item);
		*ret_count += status == CONCUR_OK;
	}
	return status;
}

/* &= and ^=. */
static enum concur_status
set_rebuild(struct core *core, struct set *set, enum set_operation operation, const struct map *other,
    int64_t *ret_count)
{
	uint64_t bytes = set->object.bytes;
	size_t opaque = set->opaque, count, steps = SIZE_MAX;
	struct map *map = map_new(core->seed);
	enum concur_status status;

	if (!map)
		return CONCUR_NO_MEMORY;
	set->opaque = 0;
	status = set_fill(core, set, map, operation, set->map, other);
	/* Each item of the other side either comes or goes with ^=. */
	count = operation == SET_INTERSECTION ? map_count(set->map) - map_count(map) : map_count(other);
	if (status == CONCUR_OK && count && store_replace_map(core, &set->map, map) < 0)
		status = CONCUR_NO_MEMORY;
	if (status == CONCUR_OK && count) {
		set->object.bytes -= bytes;
		*ret_count = (int64_t)count;
		return CONCUR_OK;
	}
	(void)store_step_map(core, map, &steps);
	set->object.bytes = bytes;
	set->opaque = opaque;
	return status;
}

/* The set and itself. */
static enum concur_status
set_change_by_itself(struct core *core, struct set *set, enum set_operation operation, int64_t *ret_count)
{
	if (operation == SET_UNION || operation == SET_INTERSECTION || map_count(set->map) == 0)
		return CONCUR_OK;
	*ret_count = (int64_t)map_count(set->map);
	return set_kind.clear(core, &set->object);
}

enum concur_status
set_change(struct core *core, struct set *set, enum set_operation operation, const struct map *other,
    int64_t *ret_count)
{
	enum concur_status status;

	*ret_count = 0;
	if (other == set->map)
		return set_change_by_itself(core, set, operation, ret_count);
	status = set_check_work(core, map_count(other));
	if (status != CONCUR_OK)
		return status;
	if (operation == SET_UNION)
		status = set_unite(core, set, other, ret_count);
	else if (operation == SET_DIFFERENCE)
		status = set_subtract(core, set, other, ret_count);
	else
		status = set_rebuild(core, set, operation, other, ret_count);
	if (*ret_count && (status == CONCUR_OK || operation == SET_DIFFERENCE))
		object_changed(core, &set->object);
	return status;
}

/* All of a, or none of it, is in b. */
static enum concur_status
set_compare(struct core *core, const struct map *a, const struct map *b, bool all, bool *ret)
{
	enum concur_status status = set_check_work(core, map_count(a));
	struct map_entry *entry;
	uint32_t position = 0;

	*ret = true;
	while (status == CONCUR_OK && *ret && (entry = map_next(a, &position))) {
		struct value value = store_value(entry->key);

		*ret = (map_find(b, &value) != NULL) == all;
	}
	return status;
}

enum concur_status
set_ask(struct core *core, const struct set *set, enum set_question question, const struct map *other, bool *ret)
{
	size_t mine = map_count(set->map), others = map_count(other);

	*ret = false;
	if (question == SET_IS_DISJOINT && others < mine)
		return set_compare(core, other, set->map, false, ret);
	if (question == SET_IS_DISJOINT)
		return set_compare(core, set->map, other, false, ret);
	if (question == SET_IS_SUPERSET)
		return others > mine ? CONCUR_OK : set_compare(core, other, set->map, true, ret);
	if (mine > others || (question == SET_IS_EQUAL && mine != others))
		return CONCUR_OK;
	return set_compare(core, set->map, other, true, ret);
}
