/* What inspection tells of an object. */
#include "daemon/rpc/object_info.h"

#include "daemon/core/lock.h"

static void
object_info_holder(const struct core *core, const struct object *object, struct object_info *ret)
{
	Concur__V1__HolderInfo holder = CONCUR__V1__HOLDER_INFO__INIT;
	struct lock_state state;

	lock_state((const struct lock *)object, &state);
	if (!state.locked)
		return;
	holder.session = state.session;
	holder.process = state.process;
	holder.context = state.context;
	holder.token = state.token;
	holder.age_ns = core->now_ns - state.since_ns;
	ret->holder = holder;
	ret->message.holder = &ret->holder;
}

void
object_info(const struct core *core, const struct object *object, struct object_info *ret)
{
	Concur__V1__ObjectInfo message = CONCUR__V1__OBJECT_INFO__INIT;

	message.object = object_id(object);
	message.kind = (Concur__V1__Kind)object->kind->id;
	message.lifetime = (Concur__V1__Lifetime)object->lifetime;
	message.refs = object->refs;
	message.len = object->kind->len(object);
	message.version = object->version;
	message.waiters = object->waiting;
	message.bytes = object->bytes;
	if (object->name) {
		message.name.data = (uint8_t *)(uintptr_t)blob_data(object->name);
		message.name.len = blob_size(object->name);
	}
	ret->message = message;
	if (lock_is(object))
		object_info_holder(core, object, ret);
}
