/* concur.v1.Object: what every kind has. */
#include "daemon/core/equal.h"
#include "daemon/rpc/services.h"

#include "daemon/rpc/inspect.h"
#include "daemon/rpc/rpc.h"

static bool
svc_object_options(struct call *call, const Concur__V1__OpenRequest *request, struct value *value,
    struct object_options *ret)
{
	*ret = (struct object_options){
		.kind = (enum kind_id)request->kind,
		.lifetime = (enum lifetime)request->lifetime,
		.maxsize = request->maxsize,
		.order = (enum queue_order)request->order,
		.strict = request->strict,
		.bounded = request->bounded,
		.evict = request->evict,
		.nested = request->nested,
		.robust = request->robust,
		.count = request->count,
		.has_count = request->has_count,
		.typecode = request->typecode,
		.wait_ns = request->default_wait_ns,
	};
	if (!kind_find((uint32_t)request->kind) &&
	    !(request->must_exist && request->kind == CONCUR__V1__KIND__KIND_NONE)) {
		call_fail(call, CONCUR_WRONG_KIND, "this daemon has no such kind");
		return false;
	}
	if (!call_lifetime(call, (int)request->lifetime, request->name.len > 0))
		return false;
	if (request->lock && !(ret->lock = call_other(call, request->lock, KIND_ANY)))
		return false;
	if (request->value.len == 0)
		return true;
	ret->value = value;
	return call_value(call, &request->value, value, &ret->refers);
}

SVC_HANDLER(svc_object_open, Object, OpenRequest, OpenReply)
{
	struct object_open open = { .creator = call->session };
	struct value name, value;
	enum concur_status status;
	struct object *object;
	bool created;

	if (!svc_object_options(call, request, &value, &open.options))
		return;
	open.must_exist = request->must_exist;
	open.must_create = request->must_create;
	if (request->name.len || request->must_exist) {
		if (!call_name(call, &request->name, &name))
			return;
		open.name = &name;
		call->object = object_find_name(call->core, &name);
	}
	status = object_open(call->core, &open, &object, &created);
	if (status == CONCUR_OK)
		call_opened(call, object, created, NULL, reply);
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_object_ref, Object, ObjectRequest, OpenReply)
{
	struct object *object = call_object(call, request->object, KIND_ANY);

	if (object)
		call_opened(call, object, false, NULL, reply);
}

SVC_HANDLER(svc_object_copy, Object, CopyRequest, OpenReply)
{
	struct object *original = call_object(call, request->object, KIND_ANY), *copy;
	enum concur_status status;

	if (!original)
		return;
	if ((unsigned)request->lifetime > LIFETIME_REFCOUNT) {
		call_fail(call, CONCUR_VALUE_ERROR, NULL);
		return;
	}
	status = object_copy(call->core, original, (enum lifetime)request->lifetime, call->session, &copy);
	if (status == CONCUR_OK)
		call_opened(call, copy, true, original, reply);
	else
		call_fail(call, status, NULL);
}

/* An object that went before its handles is no error: the handle is what is given back. */
SVC_HANDLER(svc_object_unref, Object, ObjectRequest, DoneReply)
{
	bool had = session_unref(call->core, call->session, request->object);

	reply_done(&call->to, had ? OUTCOME_DONE : OUTCOME_NOT_THERE);
}

SVC_HANDLER(svc_object_remove, Object, ObjectRequest, DoneReply)
{
	struct object *object = call_object(call, request->object, KIND_ANY);

	if (!object)
		return;
	call_done(call, CONCUR_OK, object->name ? OUTCOME_DONE : OUTCOME_NOT_THERE);
	object_remove(call->core, object);
}

SVC_HANDLER(svc_object_len, Object, ObjectRequest, CountReply)
{
	struct object *object = call_object(call, request->object, KIND_ANY);

	if (object)
		reply_count(&call->to, OUTCOME_DONE, (int64_t)object->kind->len(object));
}

SVC_HANDLER(svc_object_clear, Object, ObjectRequest, DoneReply)
{
	struct object *object = call_object(call, request->object, KIND_ANY);

	if (!object)
		return;
	if (object->kind->clear)
		call_done(call, object->kind->clear(call->core, object), OUTCOME_DONE);
	else
		call_fail(call, CONCUR_TYPE_ERROR, NULL);
}

SVC_HANDLER(svc_object_equal, Object, EqualRequest, DoneReply)
{
	struct object *object = call_object(call, request->object, KIND_ANY), *other = NULL;
	enum value_same same = VALUE_DIFFERENT;
	enum concur_status status;
	struct value value;
	bool refers;

	if (!object || (request->other && !(other = call_other(call, request->other, KIND_ANY))) ||
	    (!other && !call_value(call, &request->value, &value, &refers)))
		return;
	status =
	    other ? equal_objects(call->core, object, other, &same) : equal_value(call->core, object, &value, &same);
	if (status == CONCUR_OK && same == VALUE_UNKNOWN)
		status = CONCUR_NEEDS_COMPARE;
	call_done(call, status, same == VALUE_SAME ? OUTCOME_DONE : OUTCOME_NO);
}

SVC_HANDLER(svc_object_lock, Object, ObjectRequest, OpenReply)
{
	struct object *object = call_object(call, request->object, KIND_BIT(KIND_CELL) | KIND_BIT(KIND_ARRAY)), *lock;
	enum concur_status status;

	if (!object)
		return;
	status = object_lock(call->core, object, &lock);
	if (status == CONCUR_OK)
		call_opened(call, lock, false, NULL, reply);
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_object_info, Object, ObjectRequest, ObjectInfo)
{
	struct object *object = call_object(call, request->object, KIND_ANY);
	Concur__V1__ObjectInfo message;

	if (object && inspect_object(call, object, &message))
		reply(&message, call);
}

SVC_HANDLER(svc_object_holders, Object, PageRequest, HoldersReply)
{
	struct object *object = call_object(call, request->object, KIND_ANY);
	Concur__V1__HoldersReply message = CONCUR__V1__HOLDERS_REPLY__INIT;
	size_t page = inspect_page(call, request->count);

	/* One more than fits the page tells whether there is a next one. */
	if (!object ||
	    !inspect_holders(call, object, (size_t)request->cursor, page + 1, &message.n_holders, &message.holders))
		return;
	if (message.n_holders > page) {
		message.n_holders = page;
		message.cursor = request->cursor + page;
	}
	reply(&message, call);
}

/* The waiter that the page before ended with, if it waits there still. */
static struct waiter *
svc_object_mark(const struct call *call, const struct object *object, const Concur__V1__WaitersRequest *request)
{
	struct session *session = session_find(call->core, request->from_session);
	struct waiter *mark = session ? waiter_find(session, request->from_call) : NULL;

	return mark && mark->object == object ? mark : NULL;
}

/* Fills the page, looking at no more than a page's entries. If the one at the mark has gone, those that came before it
 * are passed over; where they are too many for one page, the next goes on behind the last that was looked at. */
static void
svc_object_fill_waiters(struct call *call, const struct object *object, const Concur__V1__WaitersRequest *request,
    Concur__V1__WaiterInfo *infos, Concur__V1__WaitersReply *message)
{
	const struct waiter *mark = svc_object_mark(call, object, request), *last = mark, *at;
	size_t page = inspect_page(call, request->count), looks = inspect_page(call, 0);

	while (message->n_waiters < page && looks-- && (at = waiter_next(object, last))) {
		last = at;
		if (!mark && at->number <= request->from_number)
			continue;
		inspect_waiter(call->core, at, &infos[message->n_waiters]);
		message->waiters[message->n_waiters] = &infos[message->n_waiters];
		message->n_waiters++;
	}
	if (!last || !waiter_next(object, last))
		return;
	message->from_session = session_id(last->session);
	message->from_call = last->by_call.key;
	message->from_number = last->number;
}

SVC_HANDLER(svc_object_waiters, Object, WaitersRequest, WaitersReply)
{
	struct object *object = call_object(call, request->object, KIND_ANY);
	Concur__V1__WaitersReply message = CONCUR__V1__WAITERS_REPLY__INIT;
	size_t page = inspect_page(call, request->count);
	Concur__V1__WaiterInfo *infos;

	if (!object)
		return;
	infos = call_alloc(call, page * sizeof *infos);
	message.waiters = infos ? call_alloc(call, page * sizeof *message.waiters) : NULL;
	if (!message.waiters)
		return;
	svc_object_fill_waiters(call, object, request, infos, &message);
	reply(&message, call);
}

const Concur__V1__Object_Service svc_object = CONCUR__V1__OBJECT__INIT(svc_object_);
