/* Calls: the checks and replies that all handlers share. */
#include "daemon/rpc/call.h"

#include "daemon/rpc/refusal.h"
#include "daemon/rpc/rpc.h"
#include "lib/utf8.h"

/* -- replying ---------------------------------------------------------------------------------------------------- */

void
call_reply(const ProtobufCMessage *message, void *call)
{
	reply_message(&((struct call *)call)->to, message);
}

void
call_fail_limit(struct call *call, enum concur_status status, const char *limit, const char *detail)
{
	reply_error(&call->to, status, call->object, limit, detail);
}

/* What the core has to say about the status it gave, beyond the status. */
static const char *
call_core_limit(const struct core *core, enum concur_status status)
{
	return status == CONCUR_LIMIT || status == CONCUR_TOO_LARGE ? core->limit : NULL;
}

void
call_fail(struct call *call, enum concur_status status, const char *detail)
{
	char text[REFUSAL_TEXT];

	if (!detail && (status == CONCUR_DEADLOCK || status == CONCUR_POOL_EXHAUSTED))
		detail = call->core->detail;
	else if (!detail && refusal_explain(call, status, text, sizeof text))
		detail = text;
	call_fail_limit(call, status, call_core_limit(call->core, status), detail);
}

void
call_done(struct call *call, enum concur_status status, enum outcome outcome)
{
	if (status == CONCUR_OK)
		reply_done_at(&call->to, outcome, call_version(call));
	else
		call_fail(call, status, NULL);
}

void
call_opened(struct call *call, struct object *object, bool created, const struct object *original,
    Concur__V1__OpenReply_Closure reply)
{
	Concur__V1__OpenReply message = CONCUR__V1__OPEN_REPLY__INIT;

	if (session_ref(call->core, call->session, object) < 0) {
		call_fail(call, CONCUR_NO_MEMORY, NULL);
		return;
	}
	message.object = object_id(object);
	message.kind = (Concur__V1__Kind)object->kind->id;
	message.created = created;
	message.version = original ? original->version : 0;
	reply(&message, call);
}

static const struct call_ops *
call_ops_of(const struct waiter_ops *ops)
{
	return (const struct call_ops *)(const void *)ops;
}

void
call_answer_waiter(struct core *core, struct waiter *waiter)
{
	struct reply_to to = { waiter->session->user, waiter->by_call.key, false };

	(void)core;
	if (waiter->status == CONCUR_OK)
		call_ops_of(waiter->ops)->answer(&to, &waiter->result);
	else
		reply_error(&to, waiter->status, waiter->object, NULL, waiter->detail);
}

void
call_finish(struct call *call, const struct call_ops *ops, enum concur_status status, struct result *result)
{
	if (status == CONCUR_OK)
		ops->answer(&call->to, result);
	else if (status != CONCUR_PENDING)
		call_fail(call, status, NULL);
	result_fini(result);
}

/* -- checking ---------------------------------------------------------------------------------------------------- */

/* The object of that id and one of those kinds becomes the call's. */
static inline struct object *
call_find(struct call *call, uint64_t id, unsigned kinds)
{
	struct object *object = object_find(call->core, id);

	if (!object) {
		call_fail(call, CONCUR_NOT_FOUND, "it was removed, or nobody referred to it any more");
		return NULL;
	}
	call->object = object;
	if (!(kinds & KIND_BIT(object->kind->id))) {
		call_fail(call, CONCUR_WRONG_KIND, "the method is for another kind");
		return NULL;
	}
	return object;
}

struct object *
call_object(struct call *call, uint64_t id, unsigned kinds)
{
	struct object *object = call_find(call, id, kinds);

	if (__builtin_expect(call->if_version != 0, 0) && object && call->if_version != object->version) {
		reply_done_at(&call->to, OUTCOME_CHANGED, object->version);
		return NULL;
	}
	return object;
}

struct object *
call_object_at_any_version(struct call *call, uint64_t id, unsigned kinds)
{
	return call_find(call, id, kinds);
}

struct object *
call_other(struct call *call, uint64_t id, unsigned kinds)
{
	struct object *own = call->object, *other = call_find(call, id, kinds);

	if (other)
		call->object = own;
	return other;
}

void *
call_alloc(struct call *call, size_t size)
{
	void *memory = arena_alloc(&call->rpc->arena, size);

	if (!memory)
		call_fail_limit(call, CONCUR_TOO_LARGE, "arena_max", "send fewer at a time");
	return memory;
}

struct call_references {
	struct core *core;
	bool missing;
};

static void
call_visit_reference(uint64_t id, void *arg)
{
	struct call_references *references = arg;

	references->missing |= !object_find(references->core, id);
}

/* What nearly every check of a value finds. */
static inline bool
call_is_plain(enum concur_status status, bool refers)
{
	return __builtin_expect(status == CONCUR_OK && !refers, 1);
}

/* Replies to anything else. */
static __attribute__((noinline)) bool
call_accept(struct call *call, enum concur_status status, const struct value *value, bool refers)
{
	struct call_references references = { call->core, false };

	if (status == CONCUR_TOO_LARGE) {
		/* The only two limits of a value; a value too deep is seldom a key too long as well. */
		bool key = value->kind != VALUE_NONE && value->size > call->rpc->limits->key_max;

		call_fail_limit(call, status, key ? "key_max" : "depth_max", NULL);
		return false;
	}
	if (status != CONCUR_OK) {
		call_fail(call, status, NULL);
		return false;
	}
	if (refers)
		value_each_reference(value, call_visit_reference, &references);
	if (references.missing)
		call_fail(call, CONCUR_NOT_FOUND, "the value refers to an object that is gone");
	return !references.missing;
}

static bool
call_value_within(struct call *call, const struct value_limits *limits, const ProtobufCBinaryData *field,
    struct value *ret, bool *ret_refers)
{
	enum concur_status status;

	*ret = (struct value){ 0 };
	*ret_refers = false;
	status = value_check(field->data, field->len, limits, ret, ret_refers);
	return call_is_plain(status, *ret_refers) || call_accept(call, status, ret, *ret_refers);
}

bool
call_value(struct call *call, const ProtobufCBinaryData *field, struct value *ret, bool *ret_refers)
{
	return call_value_within(call, &call->rpc->value_limits, field, ret, ret_refers);
}

bool
call_inner_value(struct call *call, const ProtobufCBinaryData *field, struct value *ret, bool *ret_refers)
{
	struct value_limits limits = call->rpc->value_limits;

	limits.depth_max--;
	return call_value_within(call, &limits, field, ret, ret_refers);
}

bool
call_key(struct call *call, const ProtobufCBinaryData *field, struct value *ret, bool *ret_refers)
{
	const struct value_limits *limits = &call->rpc->value_limits;
	enum concur_status status;

	*ret = (struct value){ 0 };
	*ret_refers = false;
	status = value_check_key(field->data, field->len, limits, ret, ret_refers);
	if (call_is_plain(status, *ret_refers))
		return true;
	/* The check leaves nothing behind when it fails; which limit it was shows in the size. */
	if (status == CONCUR_TOO_LARGE)
		(void)value_parse(field->data, field->len, ret);
	return call_accept(call, status, ret, *ret_refers);
}

bool
call_batch(struct call *call, size_t count)
{
	if (count <= call->rpc->limits->batch_max)
		return true;
	call_fail_limit(call, CONCUR_TOO_LARGE, "batch_max", "send, or ask for, fewer at a time");
	return false;
}

bool
call_values(struct call *call, const ProtobufCBinaryData *fields, size_t count, struct value **ret, bool **ret_refers)
{
	if (!call_batch(call, count))
		return false;
	*ret = call_alloc(call, count * sizeof **ret);
	if (!*ret)
		return false;
	*ret_refers = call_alloc(call, count);
	if (!*ret_refers)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!call_value(call, &fields[i], &(*ret)[i], &(*ret_refers)[i]))
			return false;
	}
	return true;
}

bool
call_name(struct call *call, const ProtobufCBinaryData *field, struct value *ret)
{
	if (field->len > call->rpc->limits->name_max) {
		call_fail_limit(call, CONCUR_TOO_LARGE, "name_max", "choose a shorter name");
		return false;
	}
	if (field->len == 0 || memchr(field->data, 0, field->len) || !utf8_valid(field->data, field->len)) {
		call_fail(call, CONCUR_BAD_NAME, "a name is UTF-8 text without NUL, and not empty");
		return false;
	}
	*ret = (struct value){ VALUE_TEXT, field->data, field->len };
	return true;
}

bool
call_text(struct call *call, const ProtobufCBinaryData *field, const char **ret)
{
	char *text;

	*ret = NULL;
	if (field->len && memchr(field->data, 0, field->len)) {
		call_fail(call, CONCUR_VALUE_ERROR, "a word, a variable or a path of a process holds no NUL");
		return false;
	}
	if (field->len == 0)
		return true;
	text = call_alloc(call, field->len + 1);
	if (!text)
		return false;
	memcpy(text, field->data, field->len);
	text[field->len] = '\0';
	*ret = text;
	return true;
}

bool
call_lifetime(struct call *call, int lifetime, bool named)
{
	if (lifetime >= LIFETIME_DEFAULT && lifetime <= LIFETIME_NAMED && (named || lifetime != LIFETIME_NAMED))
		return true;
	call_fail(call, CONCUR_VALUE_ERROR, "no such lifetime, or NAMED without a name");
	return false;
}

bool
call_ask(struct call *call, int64_t wait_ns, const struct call_ops *ops, struct ask *ret)
{
	if (wait_ns < -1) {
		call_fail(call, CONCUR_BAD_WAIT, NULL);
		return false;
	}
	*ret = (struct ask){
		.session = call->session,
		.context = call->head.context,
		.call = call->head.call,
		.wait_ns = wait_ns,
		.blocked = call->head.flags & FRAME_BLOCKED,
		.ops = &ops->waiter,
	};
	return true;
}
