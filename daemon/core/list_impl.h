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

#endif
