/* Inspection: from the core's structs to messages. */
#include "daemon/rpc/inspect.h"

#include "daemon/rpc/resume.h"
#include "daemon/rpc/rpc.h"

#include <assert.h>

enum { INSPECT_DETAILS = 24 }; /* that a kind may say of an object */

static ProtobufCBinaryData
inspect_text(const char *text)
{
	return (ProtobufCBinaryData){ text ? strlen(text) : 0, (uint8_t *)(uintptr_t)text };
}

size_t
inspect_page(const struct call *call, uint64_t asked)
{
	uint64_t most = call->rpc->limits->page_entries;

	return asked && asked < most ? asked : most;
}

static bool
inspect_is_local(const struct session *session)
{
	const struct channel *channel = session ? session->user : NULL;

	return channel && channel->process;
}

static uint64_t
inspect_cut_off(const struct session *session)
{
	return session ? resume_cut_for(session->user) : 0;
}

/* -- objects ----------------------------------------------------------------------------------------------------- */

struct inspect_details {
	size_t count;
	struct {
		const char *name;
		int64_t number;
	} said[INSPECT_DETAILS];
};

static void
inspect_say(void *arg, const char *name, int64_t number)
{
	struct inspect_details *details = arg;

	assert(details->count < INSPECT_DETAILS);
	details->said[details->count].name = name;
	details->said[details->count++].number = number;
}

static bool
inspect_details(struct call *call, const struct object *object, Concur__V1__ObjectInfo *ret)
{
	struct inspect_details details = { .count = 0 };
	Concur__V1__Detail *messages;

	if (object->kind->details)
		object->kind->details(object, inspect_say, &details);
	if (details.count == 0)
		return true;
	messages = call_alloc(call, details.count * sizeof *messages);
	ret->details = messages ? call_alloc(call, details.count * sizeof(Concur__V1__Detail *)) : NULL;
	if (!ret->details)
		return false;
	for (size_t i = 0; i < details.count; i++) {
		concur__v1__detail__init(&messages[i]);
		messages[i].name = inspect_text(details.said[i].name);
		messages[i].number = details.said[i].number;
		ret->details[i] = &messages[i];
	}
	ret->n_details = details.count;
	return true;
}

bool
inspect_object(struct call *call, const struct object *object, Concur__V1__ObjectInfo *ret)
{
	size_t holders;

	concur__v1__object_info__init(ret);
	ret->object = object_id(object);
	ret->kind = (Concur__V1__Kind)object->kind->id;
	ret->lifetime = (Concur__V1__Lifetime)object->lifetime;
	ret->refs = object->refs;
	ret->len = object->kind->len(object);
	ret->version = object->version;
	ret->waiters = object->waiting;
	ret->bytes = object->bytes;
	ret->age_ns = call->core->now_ns - object->since_ns;
	if (object->name) {
		ret->name.data = (uint8_t *)(uintptr_t)blob_data(object->name);
		ret->name.len = blob_size(object->name);
	}
	if (!inspect_holders(call, object, 0, INSPECT_HOLDERS + 1, &holders, &ret->holders))
		return false;
	ret->more_holders = holders > INSPECT_HOLDERS;
	ret->n_holders = ret->more_holders ? INSPECT_HOLDERS : holders;
	return inspect_details(call, object, ret);
}

/* -- holders and waiters ----------------------------------------------------------------------------------------- */

static void
inspect_holder(const struct core *core, const struct holder *holder, Concur__V1__HolderInfo *ret)
{
	const struct session *session = session_find(core, holder->session);

	concur__v1__holder_info__init(ret);
	ret->session = holder->session;
	ret->process = holder->process;
	ret->context = holder->context;
	ret->token = holder->token;
	ret->age_ns = core->now_ns - holder->since_ns;
	ret->count = holder->count;
	ret->how = inspect_text(holder->how);
	ret->local = inspect_is_local(session);
	ret->cut_off_ns = inspect_cut_off(session);
}

bool
inspect_holders(struct call *call, const struct object *object, size_t from, size_t room, size_t *ret_count,
    Concur__V1__HolderInfo ***ret)
{
	Concur__V1__HolderInfo *messages;
	struct holder *holders;

	*ret_count = 0;
	*ret = NULL;
	if (!object->kind->holders)
		return true;
	holders = call_alloc(call, room * sizeof *holders);
	if (!holders)
		return false;
	*ret_count = object->kind->holders(object, from, holders, room);
	if (*ret_count == 0)
		return true;
	messages = call_alloc(call, *ret_count * sizeof *messages);
	*ret = messages ? call_alloc(call, *ret_count * sizeof(Concur__V1__HolderInfo *)) : NULL;
	for (size_t i = 0; *ret && i < *ret_count; i++) {
		inspect_holder(call->core, &holders[i], &messages[i]);
		(*ret)[i] = &messages[i];
	}
	return *ret != NULL;
}

/* A waiter whose time is up but who was not told yet has no time left. */
static int64_t
inspect_left(const struct core *core, const struct waiter *waiter)
{
	if (!heap_contains(&waiter->deadline))
		return -1;
	return waiter->deadline.key > core->now_ns ? (int64_t)(waiter->deadline.key - core->now_ns) : 0;
}

void
inspect_waiter(const struct core *core, const struct waiter *waiter, Concur__V1__WaiterInfo *ret)
{
	const char *const *roles = waiter->object->kind->roles;

	concur__v1__waiter_info__init(ret);
	ret->session = session_id(waiter->session);
	ret->process = waiter->session->process;
	ret->context = owner_context(waiter->owner);
	ret->call = waiter->by_call.key;
	ret->role = inspect_text(roles ? roles[waiter->role] : NULL);
	ret->age_ns = core->now_ns - waiter->since_ns;
	ret->left_ns = inspect_left(core, waiter);
	ret->blocked = waiter->blocked;
	ret->local = inspect_is_local(waiter->session);
	ret->cut_off_ns = inspect_cut_off(waiter->session);
}

/* -- sessions ---------------------------------------------------------------------------------------------------- */

void
inspect_session(const struct call *call, const struct session *session, uint64_t object, Concur__V1__SessionInfo *ret)
{
	const struct channel *channel = session->user;

	concur__v1__session_info__init(ret);
	ret->session = session_id(session);
	ret->process = session->process;
	ret->client = (ProtobufCBinaryData){ channel->client_size, (uint8_t *)(uintptr_t)channel->client };
	ret->age_ns = call->core->now_ns - session->since_ns;
	ret->waiting = session->calls.count;
	ret->holding = session->holding;
	ret->objects = session->refs.count;
	ret->handles = session_handles(session, object);
	ret->local = inspect_is_local(session);
	ret->self = session == call->session;
	ret->cut_off_ns = inspect_cut_off(session);
}
