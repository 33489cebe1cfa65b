/* What list.c, list_slice.c and list_sort.c share. */
#ifndef CORE_LIST_IMPL_H
#define CORE_LIST_IMPL_H

#include "daemon/core/list.h"
#include "daemon/core/store.h"
#include "lib/ring.h"

struct list {
	struct object object;
	struct ring items; /* struct blob *, one reference each */
};

struct list *list_of(struct object *object);

/* Drops the items from `from` on. */
void list_drop_from(struct core *core, struct list *list, size_t from);

#endif
