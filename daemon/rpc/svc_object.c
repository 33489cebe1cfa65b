/* concur.v1.Object: what every kind has. */
#include "daemon/rpc/services.h"

#include "daemon/core/lock.h"
#include "daemon/rpc/object_info.h"
#include "daemon/rpc/rpc.h"

static void
svc_object_reply(struct call *call, struct object *object, bool created, Concur__V1__OpenReply_Closure reply)
{
	Concur__V1__OpenReply message = CONCUR__V1__OPEN_REPLY__INIT;

	if (session_ref(call->core, call->session, object) < 0) {
		call_fail(call, CONCUR_NO_MEMORY, NULL);
		return;
	}
	message.object = object_id(object);
	message.kind = (Concur__V1__Kind)object->kind->id;
	message.created = created;
	reply(&message, call);
}

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
	if ((unsigned)request->lifetime > LIFETIME_NAMED ||
	    (request->lifetime == CONCUR__V1__LIFETIME__LIFETIME_NAMED && request->name.len == 0)) {
		call_fail(call, CONCUR_VALUE_ERROR, "no such lifetime, or NAMED without a name");
		return false;
	}
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
		svc_object_reply(call, object, created, reply);
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_object_ref, Object, ObjectRequest, OpenReply)
{
	struct object *object = call_object(call, request->object, KIND_ANY);

	if (object)
		svc_object_reply(call, object, false, reply);
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
	object_forget_name(call->core, object);
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
		call_fail(call, CONCUR_TYPE_ERROR, "it has no items to clear");
}

SVC_HANDLER(svc_object_info, Object, ObjectRequest, ObjectInfo)
{
	struct object *object = call_object(call, request->object, KIND_ANY);
	struct object_info info;

	if (!object)
		return;
	object_info(call->core, object, &info);
	reply(&info.message, call);
}

const Concur__V1__Object_Service svc_object = CONCUR__V1__OBJECT__INIT(svc_object_);
