/* Whether two objects, or an object and a value, hold the same: Python's ==.
 *
 * Dicts are equal whatever their order, a list equals a list, a set a set, an array one of the same numbers. *ret is
 * UNKNOWN where only the client can tell: see value_equal(). TOO_LARGE where more than sort_max items would be
 * compared; NO_MEMORY. */
#ifndef CORE_EQUAL_H
#define CORE_EQUAL_H

#include "daemon/core/object.h"

/* TYPE_ERROR for kinds that hold nothing to compare. Objects of different kinds are different. */
enum concur_status equal_objects(struct core *core, const struct object *a, const struct object *b,
    enum value_same *ret);

/* A list and a LIST, a dict and a MAP, an array and an ARRAY, a cell and any value; else TYPE_ERROR. */
enum concur_status equal_value(struct core *core, const struct object *object, const struct value *value,
    enum value_same *ret);

#endif
