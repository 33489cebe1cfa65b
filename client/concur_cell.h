/* Calls on cells: one shared value each. Part of <concur.h>, which has the rules that all calls share. */
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
