/* Paths: reading and changing what lies deep inside a dict, a namespace or a list, as d["a"]["b"] = 1, in one step.
 *
 * A step is a key or an index. It leads into another such object, to which a reference is stored, or into a map, list
 * or tuple that is part of the stored value; a change in there stores this value anew. DESIGN.md has why.
 *
 * Statuses besides those said: INDEX_ERROR; TYPE_ERROR where a step leads into what has no items, or is no key there;
 * NOT_FOUND where the object that a reference tells of is gone; NEEDS_COMPARE where only the client can tell whether
 * the step is among `keys`; then `failed` and `why` are set. CHANGED if `if_version` is of something else. What
 * dict_set() and list_set() say of the object that is changed. On any of them nothing has changed.
 *
 * The version of a path is the highest among the objects that it goes through. Versions rise and are never drawn twice,
 * and an object that leads elsewhere has changed; so where the path's is the same, all that it went through is. */
#ifndef CORE_PATH_H
#define CORE_PATH_H

#include "daemon/core/object.h"
#include "lib/value_edit.h"

struct dict;

/* What a step leads into: the dict, or if that is NULL the map, which is part of a stored value. Borrowed. */
struct path_keys {
	const struct dict *dict;
	struct value map;
};

struct path {
	struct object *object;      /* where it begins */
	const struct value *steps;  /* checked keys */
	const bool *refers;         /* of each step: there are references in it */
	size_t count;               /* of steps, 1 or more and at most depth_max */
	struct value_place *places; /* room for `count`, the caller's */
	uint64_t if_version;        /* not 0: only if this is still the first object's version, or the path's: the
	                             * latter says, too, that the client has compared */
	uint64_t version;           /* of the path, so far as it goes */
	size_t failed;              /* the step that an error is about, from 1; 0: none */
	const char *why;            /* what is wrong with it */
	struct path_keys keys;      /* of NEEDS_COMPARE */
};

/* The caller has a reference to the blob; NULL if it is not there. NO_MEMORY. */
enum concur_status path_get(struct core *core, struct path *path, struct blob **ret);

/* *ret_missing tells that a key before the last is not there: then nothing was set. TOO_LARGE at depth_max, and at
 * frame_max for a stored value that would become larger than half of it. */
enum concur_status path_set(struct core *core, struct path *path, const struct value *value, bool refers,
    bool *ret_missing);

/* *ret_missing tells that a key, the last or another, is not there. */
enum concur_status path_delete(struct core *core, struct path *path, bool *ret_missing);

/* Adds a number; an absent last key counts as 0. *ret is the sum, the caller's, or NULL if a key before the last is not
 * there. TYPE_ERROR and OVERFLOW of value_add(). */
enum concur_status path_add(struct core *core, struct path *path, const struct value *number, struct blob **ret);

#endif
