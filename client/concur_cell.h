/* Calls on cells: one shared value each. Part of <concur.h>, which has the rules that all calls share.
 *
 * A cell that was made with a typecode, a letter of Python's array module, holds a number as an item of it: at first 0;
 * OVERFLOW for what it can not hold, TYPE_ERROR for what is no number, or a float for an integer. */
#ifndef CONCUR_CELL_H
#define CONCUR_CELL_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

CONCUR_CHECKED enum concur_status concur_cell_get(concur_cell *cell, struct concur_value *ret_value);
concur_future *concur_cell_get_begin(concur_cell *cell);

CONCUR_CHECKED enum concur_status concur_cell_set(concur_cell *cell, struct concur_value value);
concur_future *concur_cell_set_begin(concur_cell *cell, struct concur_value value);

/* Sets it and gives what it was. */
CONCUR_CHECKED enum concur_status concur_cell_exchange(concur_cell *cell, struct concur_value value,
    struct concur_value *ret_value);
concur_future *concur_cell_exchange_begin(concur_cell *cell, struct concur_value value);

/* Adds a number and gives the sum. TYPE_ERROR, OVERFLOW. */
CONCUR_CHECKED enum concur_status concur_cell_add(concur_cell *cell, struct concur_value number,
    struct concur_value *ret_sum);
concur_future *concur_cell_add_begin(concur_cell *cell, struct concur_value number);
CONCUR_CHECKED enum concur_status concur_cell_subtract(concur_cell *cell, struct concur_value number,
    struct concur_value *ret_difference);
concur_future *concur_cell_subtract_begin(concur_cell *cell, struct concur_value number);

/* Sets it to the greater, or the smaller, of itself and the value, and gives that. TYPE_ERROR for what has no order;
 * NEEDS_COMPARE for opaque values. */
CONCUR_CHECKED enum concur_status concur_cell_maximum(concur_cell *cell, struct concur_value value,
    struct concur_value *ret_value);
concur_future *concur_cell_maximum_begin(concur_cell *cell, struct concur_value value);
CONCUR_CHECKED enum concur_status concur_cell_minimum(concur_cell *cell, struct concur_value value,
    struct concur_value *ret_value);
concur_future *concur_cell_minimum_begin(concur_cell *cell, struct concur_value value);

/* Sets it to `value` if it now is `expected`. OK, or CHANGED with the value that is there; *ret_value is set for both.
 */
CONCUR_CHECKED enum concur_status concur_cell_compare_exchange(concur_cell *cell, struct concur_value expected,
    struct concur_value value, struct concur_value *ret_value);
concur_future *concur_cell_compare_exchange_begin(concur_cell *cell, struct concur_value expected,
    struct concur_value value);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
