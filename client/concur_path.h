/* Calls by a path: what lies deep inside a dict, a namespace or a list, read and changed in one atomic step, as
 * d["a"]["b"] = 1. Part of <concur.h>, which has the rules that all calls share.
 *
 * The object is any handle of those kinds: CONCUR_OBJECT(dict). The `count` steps, 1 or more, are keys, or indexes
 * where a step leads into a list. What they lead through are objects to which a reference is stored, and maps, lists
 * and tuples that are part of a stored value; then this value is stored anew with the change, within the call.
 * Everything is borrowed for the call.
 *
 * A key that is not there gives NOT_THERE. Errors name the step: INDEX_ERROR; TYPE_ERROR where a step leads into what
 * has no items, or is no key there, or a tuple would change; NOT_FOUND if the object that a step leads into is gone.
 * Where only the client can tell whether a step is a key: NEEDS_COMPARE, and the candidates (see
 * concur_future_candidates()) tell the step. If one is equal, it takes the step's place; if none is, the same call is
 * made again under concur_if_version() of theirs. If there are more candidates, concur_path_get() of the steps before
 * this one gives what has all these keys: a map, or a reference to a dict.
 *
 * Also UNHASHABLE; VALUE_ERROR without steps; TOO_LARGE past depth_max steps, and where a stored value would become
 * larger than half of frame_max. concur_if_version() is about the first object; or about all that the path goes
 * through, whose version is the highest of theirs, and the one that candidates have. */
#ifndef CONCUR_PATH_H
#define CONCUR_PATH_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* The value is the caller's, to be freed with concur_value_free(). */
CONCUR_CHECKED enum concur_status concur_path_get(concur_object *object, const struct concur_value *path, size_t count,
    struct concur_value *ret_value);
concur_future *concur_path_get_begin(concur_object *object, const struct concur_value *path, size_t count);

/* The last key is made if it is not there, the others must be; an index must be one that is there. FULL if a dict may
 * not have another key. */
CONCUR_CHECKED enum concur_status concur_path_set(concur_object *object, const struct concur_value *path, size_t count,
    struct concur_value value);
concur_future *concur_path_set_begin(concur_object *object, const struct concur_value *path, size_t count,
    struct concur_value value);

CONCUR_CHECKED enum concur_status concur_path_delete(concur_object *object, const struct concur_value *path,
    size_t count);
concur_future *concur_path_delete_begin(concur_object *object, const struct concur_value *path, size_t count);

/* Adds a number and gives the sum (ret_sum may be NULL); a last key that is not there counts as 0. Also OVERFLOW. */
CONCUR_CHECKED enum concur_status concur_path_add(concur_object *object, const struct concur_value *path, size_t count,
    struct concur_value number, struct concur_value *ret_sum);
concur_future *concur_path_add_begin(concur_object *object, const struct concur_value *path, size_t count,
    struct concur_value number);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
