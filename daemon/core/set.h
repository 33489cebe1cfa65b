/* The set: items that are hashable values, each there once, in the order in which they were put in.
 *
 * Semantics: Python's set; but what order has to do with is defined. The other side of a call is a map whose keys are
 * the items: another set's (which may be the set itself), or one of set_gather(). Opaque items are equal when their
 * bytes are; whether that is enough is asked before, see set_opaque().
 *
 * Statuses: NO_MEMORY, LIMIT at container_max and memory_max, TOO_LARGE where a call would look at more than sort_max
 * items; then the set is as it was. */
#ifndef CORE_SET_H
#define CORE_SET_H

#include "daemon/core/object.h"

extern const struct kind set_kind;

struct set;

/* An item on its way in. */
struct set_item {
	struct value value;
	bool refers;
};

bool set_contains(const struct set *set, const struct value *value);

/* All of the items or none. *ret_count of them were not there before. */
enum concur_status set_add(struct core *core, struct set *set, const struct set_item *items, size_t count,
    int64_t *ret_count);

/* *ret_count of the items were there. A set that shares its places with a copy may run out of memory in the middle. */
enum concur_status set_discard(struct core *core, struct set *set, const struct set_item *items, size_t count,
    int64_t *ret_count);

/* Takes out the item that was put in last; it becomes the caller's. *ret is NULL if the set is empty. */
enum concur_status set_pop(struct core *core, struct set *set, struct blob **ret);

/* The set's items, for reading, borrowed until it changes. */
const struct map *set_items(const struct set *set);

/* How many items have something opaque in them. */
size_t set_opaque(const struct set *set);

/* -- algebra ----------------------------------------------------------------------------------------------------- */

enum set_operation {
	SET_UNION,
	SET_INTERSECTION,
	SET_DIFFERENCE,
	SET_SYMMETRIC_DIFFERENCE,
};

/* A map of the items, for the other side of a call; the caller frees it with map_free(). NULL if there is no memory. */
struct map *set_gather(const struct core *core, const struct set_item *items, size_t count);

/* Fills `into`, a set without items, with what the operation makes of the two. */
enum concur_status set_combine(struct core *core, struct set *into, enum set_operation operation, const struct map *a,
    const struct map *b);

/* Makes the set what the operation makes of it and the other: *ret_count items came or went. */
enum concur_status set_change(struct core *core, struct set *set, enum set_operation operation, const struct map *other,
    int64_t *ret_count);

enum set_question {
	SET_IS_SUBSET,
	SET_IS_SUPERSET,
	SET_IS_DISJOINT,
	SET_IS_EQUAL,
};

enum concur_status set_ask(struct core *core, const struct set *set, enum set_question question,
    const struct map *other, bool *ret);

#endif
