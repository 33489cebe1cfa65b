/* What set.c and set_algebra.c share. */
#ifndef CORE_SET_IMPL_H
#define CORE_SET_IMPL_H

#include "daemon/core/set.h"
#include "daemon/core/store.h"
#include "lib/map.h"

struct set {
	struct object object;
	struct map *map; /* from items to NULL; itself NULL once its contents are freed */
	size_t opaque;   /* items with something opaque in them */
};

/* The item is in the set's store and in `map`, which may be one that is to become the set's. *ret_created: it was not
 * before. */
enum concur_status set_put(struct core *core, struct set *set, struct map *map, const struct value *value, bool refers,
    bool *ret_created);

/* Takes the entry out of the set; the item becomes the caller's. */
enum concur_status set_take(struct core *core, struct set *set, struct map_entry *entry, struct blob **ret);

/* Takes out the `count` items that were put in last, in a call that fails: what has just been put in is not shared, so
 * nothing fails here. */
void set_undo(struct core *core, struct set *set, int64_t count);

#endif
