/* Sorting and reversing a list. Sorting works on a copy of the pointers, so a failure leaves the list as it was. */
#include "daemon/core/list_impl.h"

struct list_sorter {
	void **items;
	void **room;
	enum concur_status status;
};

/* Python's a < b. */
static bool
list_sort_below(struct list_sorter *sorter, void *a, void *b)
{
	struct value left = store_value(a), right = store_value(b);
	int order = 0;
	enum concur_status status = value_compare(&left, &right, &order);

	if (status != CONCUR_OK)
		sorter->status = status;
	return order < 0;
}

/* Merges [from, middle) and [middle, to), both sorted. */
static void
list_sort_merge(struct list_sorter *sorter, size_t from, size_t middle, size_t to)
{
	size_t left = from, right = middle, out = from;

	while (left < middle && right < to && sorter->status == CONCUR_OK) {
		/* Stable: the right one goes first only if it is truly below. */
		bool take_right = list_sort_below(sorter, sorter->items[right], sorter->items[left]);

		sorter->room[out++] = sorter->items[take_right ? right++ : left++];
	}
	while (left < middle)
		sorter->room[out++] = sorter->items[left++];
	while (right < to)
		sorter->room[out++] = sorter->items[right++];
	memcpy(sorter->items + from, sorter->room + from, (to - from) * sizeof *sorter->items);
}

static void
list_sort_all(struct list_sorter *sorter, size_t count)
{
	for (size_t width = 1; width < count && sorter->status == CONCUR_OK; width *= 2) {
		for (size_t from = 0; from + width < count && sorter->status == CONCUR_OK; from += 2 * width) {
			size_t to = from + 2 * width;

			list_sort_merge(sorter, from, from + width, to < count ? to : count);
		}
	}
}

static void
list_reverse_array(void **items, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		void *other = items[count - 1 - i];

		items[count - 1 - i] = items[i];
		items[i] = other;
	}
}

enum concur_status
list_sort(struct core *core, struct list *list, bool reverse)
{
	size_t count = ring_count(&list->items);
	struct list_sorter sorter = { .status = CONCUR_OK };

	if (count > core->limits->sort_max)
		return core_limit(core, CONCUR_TOO_LARGE, "sort_max");
	sorter.items = malloc((2 * count + 1) * sizeof *sorter.items);
	if (!sorter.items)
		return CONCUR_NO_MEMORY;
	sorter.room = sorter.items + count;
	for (size_t i = 0; i < count; i++)
		sorter.items[i] = *ring_at(&list->items, i);
	/* As CPython: reversed before and after, equal items keep their order. */
	if (reverse)
		list_reverse_array(sorter.items, count);
	list_sort_all(&sorter, count);
	if (reverse)
		list_reverse_array(sorter.items, count);
	if (sorter.status == CONCUR_OK && ring_own(&list->items, 0, count) < 0)
		sorter.status = store_refusal(core);
	if (sorter.status == CONCUR_OK) {
		for (size_t i = 0; i < count; i++)
			*ring_at(&list->items, i) = sorter.items[i];
		cycle_moved(core, &list->object, UINT64_MAX);
		object_changed(core, &list->object);
	}
	free(sorter.items);
	return sorter.status;
}

enum concur_status
list_reverse(struct core *core, struct list *list)
{
	size_t count = ring_count(&list->items);

	if (count > core->limits->move_max)
		return core_limit(core, CONCUR_TOO_LARGE, "move_max");
	if (ring_own(&list->items, 0, count) < 0)
		return store_refusal(core);
	for (size_t i = 0; i < count / 2; i++) {
		void **left = ring_at(&list->items, i), **right = ring_at(&list->items, count - 1 - i);
		void *item = *left;

		*left = *right;
		*right = item;
	}
	cycle_moved(core, &list->object, UINT64_MAX);
	object_changed(core, &list->object);
	return CONCUR_OK;
}
