/* concur.v1.Manager: the daemon as a whole. */
#include "daemon/rpc/services.h"

#include "daemon/rpc/object_info.h"
#include "daemon/rpc/rpc.h"

SVC_HANDLER(svc_manager_info, Manager, Empty, ManagerInfo)
{
	const struct core *core = call->core;
	Concur__V1__ManagerInfo message = CONCUR__V1__MANAGER_INFO__INIT;

	message.daemon.data = (uint8_t *)(uintptr_t)rpc_daemon;
	message.daemon.len = strlen(rpc_daemon);
	message.process = call->rpc->process;
	message.uptime_ns = core->now_ns - call->rpc->start_ns;
	message.sessions = core->sessions.count;
	message.objects = core->objects.count;
	message.number_of_objects = core->handled;
	message.waiters = core->waiting;
	message.calls = call->rpc->calls;
	message.bytes = core_memory(core);
	message.bytes_max = call->rpc->limits->memory_max;
	reply(&message, call);
}

/* A page of named objects. The cursor is a position in the order of naming and the names' epoch; names that are removed
 * and given meanwhile may be missed or come twice. */
SVC_HANDLER(svc_manager_list, Manager, ListRequest, ListReply)
{
	Concur__V1__ListReply message = CONCUR__V1__LIST_REPLY__INIT;
	uint32_t position = (uint32_t)request->cursor, most = (uint32_t)call->rpc->limits->page_entries;
	struct object_info *infos;
	struct object *object;

	if (request->count && request->count < most)
		most = request->count;
	infos = call_alloc(call, most * sizeof *infos);
	if (!infos)
		return;
	message.objects = call_alloc(call, most * sizeof *message.objects);
	if (!message.objects)
		return;
	for (uint32_t looked = 0; looked < most && (object = object_next_named(call->core, &position)); looked++) {
		if (request->kind && (int)object->kind->id != (int)request->kind)
			continue;
		object_info(call->core, object, &infos[message.n_objects]);
		message.objects[message.n_objects] = &infos[message.n_objects].message;
		message.n_objects++;
	}
	message.cursor = position;
	if (!object_next_named(call->core, &position))
		message.cursor = 0;
	reply(&message, call);
}

SVC_HANDLER(svc_manager_remove, Manager, NameRequest, DoneReply)
{
	struct object *object;
	struct value name;

	if (!call_name(call, &request->name, &name))
		return;
	object = object_find_name(call->core, &name);
	if (object)
		object_forget_name(call->core, object);
	reply_done(&call->to, object ? OUTCOME_DONE : OUTCOME_NOT_THERE);
}

const Concur__V1__Manager_Service svc_manager = CONCUR__V1__MANAGER__INIT(svc_manager_);
