/* What list.c, list_slice.c, list_sort.c and nest.c share. */
#ifndef CORE_LIST_IMPL_H
#define CORE_LIST_IMPL_H

#include "daemon/core/list.h"
#include "daemon/core/store.h"
#include "lib/ring.h"

struct list {
	struct object object;
	struct ring items; /* struct blob *, one reference each */
};

static inline struct list *
list_of(struct object *object)
{
	return LINK_ENTRY(object, struct list, object);
}

/* Appends an item, and leaves limits and the version to the caller. NO_MEMORY, or LIMIT at memory_max. */
enum concur_status list_push(struct core *core, struct list *list, const struct list_item *item);

/* What nest_check() says of items that the list is to store. */
enum concur_status list_check_nested(struct core *core, const struct list *list, const struct list_item *items,
    size_t count);

#endif
