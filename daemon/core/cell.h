/* The cell: one shared value, the kind that users know as Value. */
#ifndef CORE_CELL_H
#define CORE_CELL_H

#include "daemon/core/object.h"

extern const struct kind cell_kind;

struct cell;

/* What it holds, borrowed. */
struct blob *cell_get(const struct cell *cell);

/* NO_MEMORY leaves it as it was. *ret_old (may be NULL) becomes the caller's. */
enum concur_status cell_set(struct core *core, struct cell *cell, const struct value *value, bool refers,
    struct blob **ret_old);

/* Adds a number. TYPE_ERROR, OVERFLOW, NO_MEMORY leave it as it was. */
enum concur_status cell_add(struct core *core, struct cell *cell, const struct value *amount);

/* Sets it if it equals `expected`: OUTCOME_DONE or OUTCOME_CHANGED. NEEDS_COMPARE for opaque values. */
enum concur_status cell_compare_exchange(struct core *core, struct cell *cell, const struct value *expected,
    const struct value *value, bool refers, enum outcome *ret);

#endif
