/* The array: a fixed number of items of one typecode, as Python's multiprocessing.Array.
 *
 * Items are range-checked as lib/typecode.h says: TYPE_ERROR, OVERFLOW. Negative indexes count from the end:
 * INDEX_ERROR. NO_MEMORY leaves all as it was. */
#ifndef CORE_ARRAY_H
#define CORE_ARRAY_H

#include "daemon/core/list.h"
#include "daemon/core/object.h"
#include "lib/typecode.h"

extern const struct kind array_kind;

struct array;

size_t array_len(const struct array *array);
uint32_t array_typecode(const struct array *array);

/* *ret has its payload in `room`, VALUE_SCALAR_MAX bytes; so below. */
enum concur_status array_get(const struct array *array, int64_t index, uint8_t *room, struct value *ret);
enum concur_status array_set(struct core *core, struct array *array, int64_t index, const struct value *value);

/* Sets an item; *ret is what it was. */
enum concur_status array_exchange(struct core *core, struct array *array, int64_t index, const struct value *value,
    uint8_t *room, struct value *ret);

/* Adds, subtracts, takes the greater or the smaller; *ret is what the item is now. */
enum concur_status array_change(struct core *core, struct array *array, int64_t index,
    enum typecode_operation operation, const struct value *operand, uint8_t *room, struct value *ret);

/* Sets the item if it equals `expected`: OUTCOME_DONE or OUTCOME_CHANGED; *ret is what it is now. */
enum concur_status array_compare_exchange(struct core *core, struct array *array, int64_t index,
    const struct value *expected, const struct value *value, uint8_t *room, struct value *ret,
    enum outcome *ret_outcome);

/* `count` items, `step` apart, from index `first` on, as an ARRAY value: the caller's blob, NULL if there is no memory.
 * The indexes must be there. */
struct blob *array_slice(const struct array *array, size_t first, size_t count, int64_t step);

/* Sets a slice to the items of an ARRAY value. TYPE_ERROR unless that is what it is, of the same typecode; VALUE_ERROR
 * for a step of 0 or another number of items; TOO_LARGE past move_max of them. */
enum concur_status array_set_slice(struct core *core, struct array *array, const struct list_slice *slice,
    const struct value *value);

#endif
