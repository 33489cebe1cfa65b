/* The cell: one shared value, the kind that users know as Value.
 *
 * With a typecode it holds one item of it, as multiprocessing.Value: what it is given is checked as lib/typecode.h
 * says, TYPE_ERROR or OVERFLOW. */
#ifndef CORE_CELL_H
#define CORE_CELL_H

#include "daemon/core/object.h"
#include "lib/typecode.h"

extern const struct kind cell_kind;

struct cell;

/* What it holds, borrowed. */
struct blob *cell_get(const struct cell *cell);

/* 0: any value. */
uint32_t cell_typecode(const struct cell *cell);

/* NO_MEMORY leaves it as it was. *ret_old (may be NULL) becomes the caller's. */
enum concur_status cell_set(struct core *core, struct cell *cell, const struct value *value, bool refers,
    struct blob **ret_old);

/* Adds or subtracts a number, or takes the greater or the smaller of what it holds and the operand. TYPE_ERROR,
 * OVERFLOW, NEEDS_COMPARE (of greater or smaller), NO_MEMORY leave it as it was. */
enum concur_status cell_change(struct core *core, struct cell *cell, enum typecode_operation operation,
    const struct value *operand, bool refers);

/* Sets it if it equals `expected`: OUTCOME_DONE or OUTCOME_CHANGED. NEEDS_COMPARE for opaque values. */
enum concur_status cell_compare_exchange(struct core *core, struct cell *cell, const struct value *expected,
    const struct value *value, bool refers, enum outcome *ret);

#endif
