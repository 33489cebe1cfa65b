/* Calls on arrays: a fixed number of items of one typecode, as multiprocessing.Array. Part of <concur.h>, which has the
 * rules that all calls share.
 *
 * An array is made with concur_open.typecode, a letter of Python's array module (b B h H i I l L q Q f d), and `count`
 * zeros, or `value`: an array, or a list of numbers. Negative indexes count from the end: INDEX_ERROR. What an item can
 * not hold is OVERFLOW; what is no number, or a float for an integer, TYPE_ERROR. */
#ifndef CONCUR_ARRAY_H
#define CONCUR_ARRAY_H

#include "concur.h"

#include "concur_list.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

CONCUR_CHECKED enum concur_status concur_array_get(concur_array *array, int64_t index, struct concur_value *ret_value);
concur_future *concur_array_get_begin(concur_array *array, int64_t index);

CONCUR_CHECKED enum concur_status concur_array_set(concur_array *array, int64_t index, struct concur_value value);
concur_future *concur_array_set_begin(concur_array *array, int64_t index, struct concur_value value);

/* Each is one step in the daemon, and gives the item as it is afterwards. */
CONCUR_CHECKED enum concur_status concur_array_add(concur_array *array, int64_t index, struct concur_value number,
    struct concur_value *ret_value);
concur_future *concur_array_add_begin(concur_array *array, int64_t index, struct concur_value number);
CONCUR_CHECKED enum concur_status concur_array_subtract(concur_array *array, int64_t index, struct concur_value number,
    struct concur_value *ret_value);
concur_future *concur_array_subtract_begin(concur_array *array, int64_t index, struct concur_value number);

/* Sets it to the greater, or the smaller, of itself and the number. */
CONCUR_CHECKED enum concur_status concur_array_maximum(concur_array *array, int64_t index, struct concur_value number,
    struct concur_value *ret_value);
concur_future *concur_array_maximum_begin(concur_array *array, int64_t index, struct concur_value number);
CONCUR_CHECKED enum concur_status concur_array_minimum(concur_array *array, int64_t index, struct concur_value number,
    struct concur_value *ret_value);
concur_future *concur_array_minimum_begin(concur_array *array, int64_t index, struct concur_value number);

/* Sets it and gives what it was. */
CONCUR_CHECKED enum concur_status concur_array_exchange(concur_array *array, int64_t index, struct concur_value value,
    struct concur_value *ret_value);
concur_future *concur_array_exchange_begin(concur_array *array, int64_t index, struct concur_value value);

/* Sets it to `value` if it now is `expected`. OK, or CHANGED with the item that is there; *ret_value is set for both.
 */
CONCUR_CHECKED enum concur_status concur_array_compare_exchange(concur_array *array, int64_t index,
    struct concur_value expected, struct concur_value value, struct concur_value *ret_value);
concur_future *concur_array_compare_exchange_begin(concur_array *array, int64_t index, struct concur_value expected,
    struct concur_value value);

/* A page of a slice, in an array value: ret_values->items[0]. `cursor` is how many items of the slice to pass over: 0
 * begins, then what the page before said. VALUE_ERROR for a step of 0. */
CONCUR_CHECKED enum concur_status concur_array_get_slice(concur_array *array, struct concur_slice slice,
    uint64_t cursor, struct concur_values *ret_values);
concur_future *concur_array_get_slice_begin(concur_array *array, struct concur_slice slice, uint64_t cursor);

/* Sets a slice to the items of an array of the same typecode. TYPE_ERROR for anything else, VALUE_ERROR for another
 * number of items. */
CONCUR_CHECKED enum concur_status concur_array_set_slice(concur_array *array, struct concur_slice slice,
    struct concur_value items);
concur_future *concur_array_set_slice_begin(concur_array *array, struct concur_slice slice, struct concur_value items);

/* A page of all items, at most `count` of them (0: as many as fit), as concur_array_get_slice() gives it. */
CONCUR_CHECKED enum concur_status concur_array_get_value(concur_array *array, uint64_t cursor, uint32_t count,
    struct concur_values *ret_values);
concur_future *concur_array_get_value_begin(concur_array *array, uint64_t cursor, uint32_t count);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
