/* concur.v1.Manager: the daemon as a whole. */
#include "daemon/rpc/services.h"

#include "daemon/rpc/inspect.h"
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
	message.cut_off = call->rpc->cut_off;
	message.waiters = core->waiting;
	message.calls = call->rpc->calls;
	message.bytes = core_memory(core);
	message.bytes_max = call->rpc->limits->memory_max;
	reply(&message, call);
}

/* Where a listing of objects stands: a position in the order of naming, or in that of the ids. */
struct svc_manager_walk {
	const struct core *core;
	bool anonymous;
	uint64_t position;
	bool at_end;
};

static const struct object *
svc_manager_next(struct svc_manager_walk *walk)
{
	const struct object *object;

	if (walk->anonymous) {
		object = object_next(walk->core, &walk->position);
		walk->at_end = walk->position == 0;
	} else {
		uint32_t position = (uint32_t)walk->position, behind;

		object = object_next_named(walk->core, &position);
		behind = position;
		walk->position = position;
		walk->at_end = !object_next_named(walk->core, &behind);
	}
	return object;
}

/* Fills the page, looking at no more than a page's entries. */
static bool
svc_manager_fill(struct call *call, const Concur__V1__ListRequest *request, Concur__V1__ObjectInfo *infos,
    Concur__V1__ListReply *message)
{
	struct svc_manager_walk walk = { call->core, request->all, request->cursor, false };
	size_t page = inspect_page(call, request->count);
	const struct object *object;

	for (size_t looked = 0; looked < page && !walk.at_end && (object = svc_manager_next(&walk)); looked++) {
		Concur__V1__ObjectInfo *info = &infos[message->n_objects];

		if (request->kind && (int)object->kind->id != (int)request->kind)
			continue;
		if (!inspect_object(call, object, info))
			return false;
		message->objects[message->n_objects++] = info;
	}
	message->cursor = walk.at_end ? 0 : walk.position;
	return true;
}

/* Of named objects, those that are removed and named meanwhile may be missed or come twice. */
SVC_HANDLER(svc_manager_list, Manager, ListRequest, ListReply)
{
	Concur__V1__ListReply message = CONCUR__V1__LIST_REPLY__INIT;
	size_t page = inspect_page(call, request->count);
	Concur__V1__ObjectInfo *infos = call_alloc(call, page * sizeof *infos);

	message.objects = infos ? call_alloc(call, page * sizeof *message.objects) : NULL;
	if (message.objects && svc_manager_fill(call, request, infos, &message))
		reply(&message, call);
}

static void
svc_manager_fill_sessions(const struct call *call, const Concur__V1__SessionsRequest *request,
    Concur__V1__SessionInfo *infos, Concur__V1__SessionsReply *message)
{
	size_t page = inspect_page(call, request->count);
	const struct session *session;

	message->cursor = request->cursor;
	for (size_t looked = 0; looked < page && (looked == 0 || message->cursor); looked++) {
		Concur__V1__SessionInfo *info = &infos[message->n_sessions];

		session = session_next(call->core, &message->cursor);
		if (!session)
			return;
		if (request->refers_to && !session_handles(session, request->refers_to))
			continue;
		inspect_session(call, session, request->refers_to, info);
		message->sessions[message->n_sessions++] = info;
	}
}

SVC_HANDLER(svc_manager_sessions, Manager, SessionsRequest, SessionsReply)
{
	Concur__V1__SessionsReply message = CONCUR__V1__SESSIONS_REPLY__INIT;
	size_t page = inspect_page(call, request->count);
	Concur__V1__SessionInfo *infos = call_alloc(call, page * sizeof *infos);

	message.sessions = infos ? call_alloc(call, page * sizeof *message.sessions) : NULL;
	if (!message.sessions)
		return;
	svc_manager_fill_sessions(call, request, infos, &message);
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
		object_remove(call->core, object);
	reply_done(&call->to, object ? OUTCOME_DONE : OUTCOME_NOT_THERE);
}

const Concur__V1__Manager_Service svc_manager = CONCUR__V1__MANAGER__INIT(svc_manager_);
