/* The list: Python's list, its items any values. A list may be nested: then maps, lists and tuples of such are stored
 * as nest.h says.
 *
 * Indexes and slices are normalised here, as CPython does (PySlice_AdjustIndices). Statuses besides those said:
 * NO_MEMORY, LIMIT at container_max, LIMIT at memory_max where a list that was copied must take its own of what it
 * shares, TOO_LARGE where a call would look at or move more than move_max items, or sort or merge more than sort_max;
 * then the list is as it was. */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include "daemon/core/object.h"

extern const struct kind list_kind;

struct list;

/* An item on its way in. */
struct list_item {
	struct value value;
	bool refers;
};

/* A slice as it was written: which ends are missing, and a step that is not 0. */
struct list_slice {
	int64_t start, stop, step;
	bool from_start, to_end;
};

/* Borrowed until the list changes; NULL: INDEX_ERROR. Negative indexes count from the end. */
struct blob *list_get(const struct list *list, int64_t index);

enum concur_status list_set(struct core *core, struct list *list, int64_t index, const struct list_item *item);
enum concur_status list_insert(struct core *core, struct list *list, int64_t index, const struct list_item *item);
enum concur_status list_extend(struct core *core, struct list *list, const struct list_item *items, size_t count);

/* The same with the items of a list or a set, the keys of a dict or a namespace, the numbers of an array: one of these
 * it must be. LIMIT at memory_max. */
enum concur_status list_extend_from(struct core *core, struct list *list, const struct object *other);

/* The item becomes the caller's. INDEX_ERROR. */
enum concur_status list_pop(struct core *core, struct list *list, int64_t index, struct blob **ret);

/* The first index in [start, stop) of an equal item, -1 if there is none. NEEDS_COMPARE if one that only the client can
 * compare comes before; unless it has (`compared`): then such are different. */
enum concur_status list_index(struct core *core, const struct list *list, const struct value *value, int64_t start,
    int64_t stop, bool compared, int64_t *ret);
enum concur_status list_count(struct core *core, const struct list *list, const struct value *value, bool compared,
    int64_t *ret);

/* The index that is meant, within the list or at its end. */
size_t list_clamp(const struct list *list, int64_t index);

enum concur_status list_reverse(struct core *core, struct list *list);

/* Stable. TYPE_ERROR or NEEDS_COMPARE if two items do not compare. */
enum concur_status list_sort(struct core *core, struct list *list, bool reverse);

/* list *= times */
enum concur_status list_repeat(struct core *core, struct list *list, int64_t times);

/* The slice's indexes: *ret_count of them from *ret_first, `step` apart. VALUE_ERROR if the step is 0. */
enum concur_status list_slice_indexes(const struct list *list, const struct list_slice *slice, size_t *ret_first,
    size_t *ret_count);

/* The same for any sequence of that length. */
enum concur_status list_slice_indexes_of(size_t len, const struct list_slice *slice, size_t *ret_first,
    size_t *ret_count);

/* VALUE_ERROR if an extended slice's size is not `count`. */
enum concur_status list_set_slice(struct core *core, struct list *list, const struct list_slice *slice,
    const struct list_item *items, size_t count);
enum concur_status list_delete_slice(struct core *core, struct list *list, const struct list_slice *slice);

#endif
