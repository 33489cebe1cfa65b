/* What inspection tells of an object. */
#ifndef RPC_OBJECT_INFO_H
#define RPC_OBJECT_INFO_H

#include "concur/v1/object.pb-c.h"
#include "daemon/core/object.h"

struct object_info {
	Concur__V1__ObjectInfo message; /* points into this struct and at the object's name */
	Concur__V1__HolderInfo holder;
};

void object_info(const struct core *core, const struct object *object, struct object_info *ret);

#endif
