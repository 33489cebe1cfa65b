/* Slices of a list, and repetition. */
#include "daemon/core/list_impl.h"
#include "daemon/core/nest.h"

static int64_t
list_bound(int64_t index, int64_t count, int64_t low, int64_t high)
{
	if (index < 0)
		index += count;
	return index < low ? low : index > high ? high : index;
}

enum concur_status
list_slice_indexes(const struct list *list, const struct list_slice *slice, size_t *ret_first, size_t *ret_count)
{
	return list_slice_indexes_of(ring_count(&list->items), slice, ret_first, ret_count);
}

enum concur_status
list_slice_indexes_of(size_t len, const struct list_slice *slice, size_t *ret_first, size_t *ret_count)
{
	int64_t count = (int64_t)len, step = slice->step;
	int64_t low = step < 0 ? -1 : 0, high = step < 0 ? count - 1 : count;
	int64_t start, stop;

	if (step == 0)
		return CONCUR_VALUE_ERROR;
	start = slice->from_start ? (step < 0 ? high : low) : list_bound(slice->start, count, low, high);
	stop = slice->to_end ? (step < 0 ? low : high) : list_bound(slice->stop, count, low, high);

	*ret_count = 0;
	*ret_first = (size_t)(start < 0 ? 0 : start);
	/* In unsigned numbers, for -INT64_MIN is none. */
	if (step > 0 && stop > start)
		*ret_count = (size_t)(((uint64_t)(stop - start) - 1) / (uint64_t)step + 1);
	else if (step < 0 && stop < start)
		*ret_count = (size_t)(((uint64_t)(start - stop) - 1) / (0 - (uint64_t)step) + 1);
	return CONCUR_OK;
}

/* Blobs of the items, kept by the list; NULL if there is no memory. */
static struct blob **
list_keep(struct core *core, struct list *list, const struct list_item *items, size_t count)
{
	struct blob **blobs = malloc((count + 1) * sizeof *blobs);

	for (size_t i = 0; blobs && i < count; i++) {
		blobs[i] = nest_keep(core, &list->object, &items[i].value, items[i].refers);
		if (blobs[i])
			continue;
		while (i--)
			store_drop(core, &list->object, blobs[i]);
		free(blobs);
		return NULL;
	}
	return blobs;
}

/* Makes `wide` places of the `narrow` ones at `first`, moving what is behind. New places are NULL; places that go must
 * have been emptied. */
static int
list_widen(struct list *list, size_t first, size_t narrow, size_t wide)
{
	size_t count = ring_count(&list->items);

	if (wide > narrow) {
		if (ring_extend(&list->items, wide - narrow) < 0)
			return -1;
		for (size_t i = count; i-- > first + narrow;)
			*ring_at(&list->items, i + wide - narrow) = *ring_at(&list->items, i);
	} else if (wide < narrow) {
		for (size_t i = first + narrow; i < count; i++)
			*ring_at(&list->items, i - (narrow - wide)) = *ring_at(&list->items, i);
		ring_truncate(&list->items, count - (narrow - wide));
	}
	return 0;
}

/* Replaces `narrow` items at `first` by `count` blobs that the list keeps already. */
static enum concur_status
list_splice(struct core *core, struct list *list, size_t first, size_t narrow, struct blob **blobs, size_t count)
{
	size_t changed = count == narrow ? narrow : ring_count(&list->items) - first;

	if (ring_own(&list->items, first, changed) < 0)
		return store_refusal(core);
	if (count > narrow && list_widen(list, first, narrow, count) < 0)
		return store_refusal(core);
	if (count > narrow)
		cycle_moved(core, &list->object, count - narrow);
	for (size_t i = 0; i < narrow; i++)
		store_drop(core, &list->object, *ring_at(&list->items, first + i));
	if (count < narrow)
		(void)list_widen(list, first, narrow, count);
	for (size_t i = 0; i < count; i++)
		*ring_at(&list->items, first + i) = blobs[i];
	object_changed(core, &list->object);
	return CONCUR_OK;
}

static enum concur_status
list_replace(struct core *core, struct list *list, size_t first, size_t narrow, const struct list_item *items,
    size_t count)
{
	struct blob **blobs = list_keep(core, list, items, count);
	enum concur_status status;

	if (!blobs)
		return CONCUR_NO_MEMORY;
	status = list_splice(core, list, first, narrow, blobs, count);
	for (size_t i = 0; status != CONCUR_OK && i < count; i++)
		store_drop(core, &list->object, blobs[i]);
	free(blobs);
	return status;
}

/* Whether one call may look at or move so many items. */
static enum concur_status
list_check_work(struct core *core, size_t items)
{
	return items > core->limits->move_max ? core_limit(core, CONCUR_TOO_LARGE, "move_max") : CONCUR_OK;
}

/* Whether the `narrow` items of a slice may become `wide`. All behind them move unless that is as many. */
static enum concur_status
list_check_splice(struct core *core, const struct list *list, size_t first, size_t narrow, size_t wide)
{
	size_t count = ring_count(&list->items);
	size_t behind = narrow == wide ? 0 : count - first - narrow;

	if (count - narrow + wide > core->limits->container_max)
		return core_limit(core, CONCUR_LIMIT, "container_max");
	return list_check_work(core, behind + (narrow > wide ? narrow : wide));
}

/* Makes sure that others do not share the items of a slice. A list that was copied may have to take its own of all that
 * lies between them, too. */
static enum concur_status
list_own_slice(struct core *core, struct list *list, size_t first, int64_t step, size_t count)
{
	size_t width = step < 0 ? 0 - (size_t)step : (size_t)step, span = count ? (count - 1) * width : 0;

	if (count == 0 || !list->items.sharing)
		return CONCUR_OK;
	if (span >= core->limits->move_max)
		return core_limit(core, CONCUR_TOO_LARGE, "move_max");
	if (ring_own(&list->items, step < 0 ? first - span : first, span + 1) < 0)
		return store_refusal(core);
	return CONCUR_OK;
}

/* Puts as many items in place of those of a slice. */
static enum concur_status
list_set_extended(struct core *core, struct list *list, size_t first, int64_t step, const struct list_item *items,
    size_t count)
{
	enum concur_status status = list_own_slice(core, list, first, step, count);
	struct blob **blobs;

	if (status != CONCUR_OK)
		return status;
	blobs = list_keep(core, list, items, count);
	if (!blobs)
		return CONCUR_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		void **place = ring_at(&list->items, (size_t)((int64_t)first + (int64_t)i * step));

		store_drop(core, &list->object, *place);
		*place = blobs[i];
	}
	free(blobs);
	object_changed(core, &list->object);
	return CONCUR_OK;
}

enum concur_status
list_set_slice(struct core *core, struct list *list, const struct list_slice *slice, const struct list_item *items,
    size_t count)
{
	size_t first, have;
	enum concur_status status = list_slice_indexes(list, slice, &first, &have);

	if (status == CONCUR_OK && slice->step != 1 && count != have)
		status = CONCUR_VALUE_ERROR;
	if (status == CONCUR_OK)
		status = list_check_splice(core, list, first, have, count);
	if (status == CONCUR_OK)
		status = list_check_nested(core, list, items, count);
	if (status != CONCUR_OK)
		return status;
	if (slice->step == 1)
		return list_replace(core, list, first, have, items, count);

	return list_set_extended(core, list, first, slice->step, items, count);
}

enum concur_status
list_delete_slice(struct core *core, struct list *list, const struct list_slice *slice)
{
	size_t first, count, lowest, to;
	enum concur_status status = list_slice_indexes(list, slice, &first, &count);

	if (status != CONCUR_OK || count == 0)
		return status;
	lowest = slice->step > 0 ? first : (size_t)((int64_t)first + (int64_t)(count - 1) * slice->step);
	status = list_check_work(core, ring_count(&list->items) - lowest);
	if (status != CONCUR_OK)
		return status;
	if (ring_own(&list->items, lowest, ring_count(&list->items) - lowest) < 0)
		return store_refusal(core);
	for (size_t i = 0; i < count; i++) {
		void **place = ring_at(&list->items, (size_t)((int64_t)first + (int64_t)i * slice->step));

		store_drop(core, &list->object, *place);
		*place = NULL;
	}
	/* Close the holes in one pass. */
	to = lowest;
	for (size_t from = lowest; from < ring_count(&list->items); from++) {
		void *item = *ring_at(&list->items, from);

		if (item)
			*ring_at(&list->items, to++) = item;
	}
	ring_truncate(&list->items, to);
	object_changed(core, &list->object);
	return CONCUR_OK;
}

enum concur_status
list_repeat(struct core *core, struct list *list, int64_t times)
{
	size_t count = ring_count(&list->items), more;

	if (times <= 0 || count == 0) {
		if (store_bury_ring(core, &list->items) < 0)
			return CONCUR_NO_MEMORY;
		list->object.bytes = 0;
		object_changed(core, &list->object);
		return CONCUR_OK;
	}
	if ((uint64_t)times > core->limits->container_max / count)
		return core_limit(core, CONCUR_LIMIT, "container_max");
	more = count * (size_t)(times - 1);
	if (more > core->limits->move_max)
		return core_limit(core, CONCUR_TOO_LARGE, "move_max");
	if (ring_extend(&list->items, more) < 0)
		return store_refusal(core);
	for (size_t i = 0; i < more; i++)
		*ring_at(&list->items, count + i) = store_again(core, &list->object, *ring_at(&list->items, i));
	object_changed(core, &list->object);
	return CONCUR_OK;
}
