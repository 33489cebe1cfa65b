/* Calls on lists: as Python's; negative indexes count from the end. Part of <concur.h>, which has the rules that all
 * calls share. */
#ifndef CONCUR_LIST_H
#define CONCUR_LIST_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* INDEX_ERROR. */
CONCUR_CHECKED enum concur_status concur_list_get(concur_list *list, int64_t index, struct concur_value *ret_value);
concur_future *concur_list_get_begin(concur_list *list, int64_t index);

/* INDEX_ERROR. */
CONCUR_CHECKED enum concur_status concur_list_set(concur_list *list, int64_t index, struct concur_value value);
concur_future *concur_list_set_begin(concur_list *list, int64_t index, struct concur_value value);

/* INDEX_ERROR. */
CONCUR_CHECKED enum concur_status concur_list_delete(concur_list *list, int64_t index);
concur_future *concur_list_delete_begin(concur_list *list, int64_t index);

CONCUR_CHECKED enum concur_status concur_list_append(concur_list *list, struct concur_value value);
concur_future *concur_list_append_begin(concur_list *list, struct concur_value value);

/* Appends all `count` values or none. */
CONCUR_CHECKED enum concur_status concur_list_extend(concur_list *list, const struct concur_value *values,
    size_t count);
concur_future *concur_list_extend_begin(concur_list *list, const struct concur_value *values, size_t count);

/* list += other, which is a list, a set, an array or a dict (its keys): one step in the daemon, for at most sort_max
 * items: TOO_LARGE. WRONG_KIND. */
CONCUR_CHECKED enum concur_status concur_list_extend_from(concur_list *list, concur_object *other);
concur_future *concur_list_extend_from_begin(concur_list *list, concur_object *other);

/* An index past either end means that end. */
CONCUR_CHECKED enum concur_status concur_list_insert(concur_list *list, int64_t index, struct concur_value value);
concur_future *concur_list_insert_begin(concur_list *list, int64_t index, struct concur_value value);

/* Takes out and gives the item; -1 is the last. INDEX_ERROR. */
CONCUR_CHECKED enum concur_status concur_list_pop(concur_list *list, int64_t index, struct concur_value *ret_value);
concur_future *concur_list_pop_begin(concur_list *list, int64_t index);

/* Takes out the first item that is equal. NOT_THERE. NEEDS_COMPARE if one that only the client can compare comes
 * before; so for concur_list_index() and concur_list_count(): see concur_future_candidates(). */
CONCUR_CHECKED enum concur_status concur_list_remove(concur_list *list, struct concur_value value);
concur_future *concur_list_remove_begin(concur_list *list, struct concur_value value);

/* A part of a list, as list[start:stop:step]. Its step is never 0: make it with CONCUR_SLICE_ALL or CONCUR_SLICE(). */
struct concur_slice {
	int64_t start;
	int64_t stop;
	int64_t step;    /* not 0 */
	bool from_start; /* `start` does not count: from the end where the step begins */
	bool to_end;     /* `stop` does not count */
};
#define CONCUR_SLICE_ALL ((struct concur_slice){ .step = 1, .from_start = true, .to_end = true })
#define CONCUR_SLICE(from, to) ((struct concur_slice){ .start = (from), .stop = (to), .step = 1 })

/* The index of the first equal item within `where` (its step does not count). NOT_THERE. */
CONCUR_CHECKED enum concur_status concur_list_index(concur_list *list, struct concur_value value,
    struct concur_slice where, int64_t *ret_index);
concur_future *concur_list_index_begin(concur_list *list, struct concur_value value, struct concur_slice where);

/* How many items are equal. */
CONCUR_CHECKED enum concur_status concur_list_count(concur_list *list, struct concur_value value, int64_t *ret_count);
concur_future *concur_list_count_begin(concur_list *list, struct concur_value value);

CONCUR_CHECKED enum concur_status concur_list_reverse(concur_list *list);
concur_future *concur_list_reverse_begin(concur_list *list);

/* Stable. TYPE_ERROR for items that have no order; TOO_LARGE for more than sort_max of them, as the daemon does nothing
 * else meanwhile. A longer list is sorted by its client: copy it (concur_object_copy()), read slices of the copy, sort
 * them, and write them back by slices of the same length, each under concur_if_version(): the first with the copy's
 * concur_object_original_version(), each other with the concur_future_version() of the one before. CHANGED: others have
 * changed the list; begin anew. Whoever reads the list meanwhile sees a part of it sorted. */
CONCUR_CHECKED enum concur_status concur_list_sort(concur_list *list, bool reverse);
concur_future *concur_list_sort_begin(concur_list *list, bool reverse);

/* list *= count. */
CONCUR_CHECKED enum concur_status concur_list_repeat(concur_list *list, int64_t count);
concur_future *concur_list_repeat_begin(concur_list *list, int64_t count);

/* The items of the slice; past what fits one reply, ret_values->cursor is not 0 and the list is longer than was given.
 * VALUE_ERROR for a step of 0. */
CONCUR_CHECKED enum concur_status concur_list_get_slice(concur_list *list, struct concur_slice slice,
    struct concur_values *ret_values);
concur_future *concur_list_get_slice_begin(concur_list *list, struct concur_slice slice);

/* Puts `count` values in place of the slice. VALUE_ERROR for a wrong number of them where the step is not 1. */
CONCUR_CHECKED enum concur_status concur_list_set_slice(concur_list *list, struct concur_slice slice,
    const struct concur_value *values, size_t count);
concur_future *concur_list_set_slice_begin(concur_list *list, struct concur_slice slice,
    const struct concur_value *values, size_t count);

CONCUR_CHECKED enum concur_status concur_list_delete_slice(concur_list *list, struct concur_slice slice);
concur_future *concur_list_delete_slice_begin(concur_list *list, struct concur_slice slice);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
