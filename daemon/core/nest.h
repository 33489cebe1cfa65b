/* Nested containers: what an object opened with `nested` makes of the containers that are stored into it.
 *
 * Semantics: Python's own containers, where d["a"] = {} and d["a"]["b"] = 1 change one and the same dict. A map or a
 * list that is stored becomes an anonymous object of its own, a dict or a list, nested as well, and what is stored is a
 * reference to it; so do those inside it, and those inside a tuple, which itself stays a value. DESIGN.md has why.
 *
 * A call that stores asks nest_check() first, once for all its values: from then on nothing but a lack of memory can
 * stop it, so that it stores all of them or none. Objects that were made for a call that then failed are referred to by
 * nothing, and go at the turn's end. An object without the option pays a test of its flag. */
#ifndef CORE_NEST_H
#define CORE_NEST_H

#include "daemon/core/object.h"
#include "daemon/core/store.h"

/* What storing values would make. */
struct nest_load {
	uint64_t objects;
	uint64_t items;   /* in all containers, keys counted as well */
	uint64_t widest;  /* items of the largest that becomes an object */
	uint64_t longest; /* bytes of the largest tuple that is written anew, at most */
};

void nest_weigh_slow(struct nest_load *load, const struct value *value);
struct blob *nest_keep_slow(struct core *core, struct object *object, const struct value *value, bool refers);

/* Whether there may be a container in it. */
static inline bool
nest_concerns(const struct value *value)
{
	return value->kind == VALUE_LIST || value->kind == VALUE_MAP || value->kind == VALUE_TUPLE;
}

/* Adds one more value. */
static inline void
nest_weigh(struct nest_load *load, const struct value *value)
{
	if (nest_concerns(value))
		nest_weigh_slow(load, value);
}

/* Whether a call may make so much: TOO_LARGE at nested_max, at sort_max for all items, and at frame_max for a tuple
 * that would become larger than half of it; LIMIT at container_max, objects_max and memory_max. */
enum concur_status nest_check(struct core *core, const struct nest_load *load);

/* The same for one value that the object is to store. */
static inline enum concur_status
nest_check_value(struct core *core, const struct object *object, const struct value *value)
{
	struct nest_load load = { 0 };

	if (__builtin_expect(!object->nested, 1) || !nest_concerns(value))
		return CONCUR_OK;
	nest_weigh_slow(&load, value);
	return nest_check(core, &load);
}

/* store_new() for an object that may be nested: a blob of the value, or of what it becomes. NULL if there is no
 * memory. */
static inline struct blob *
nest_keep(struct core *core, struct object *object, const struct value *value, bool refers)
{
	if (__builtin_expect(object->nested, 0) && nest_concerns(value))
		return nest_keep_slow(core, object, value, refers);
	return store_new(core, object, value, refers);
}

#endif
