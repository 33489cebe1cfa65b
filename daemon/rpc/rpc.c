/* rpc: the way of a frame to its handler. */
#include "config.h"

#include "daemon/rpc/rpc.h"

#include "concur/v1/shapes.pb-c.h"
#include "daemon/core/lock.h"
#include "daemon/core/rwlock.h"
#include "daemon/core/object.h"
#include "daemon/rpc/call.h"
#include "daemon/rpc/refusal.h"
#include "daemon/rpc/reply.h"
#include "daemon/rpc/resume.h"
#include "daemon/rpc/unpack.h"
#include "lib/frame.h"

#include <string.h>

const char rpc_daemon[] = "concurd " PACKAGE_VERSION;

int
rpc_init(struct rpc *rpc, struct core *core, const struct limits *limits, uint64_t process, const char **ret_why)
{
	memset(rpc, 0, sizeof *rpc);
	rpc->core = core;
	rpc->limits = limits;
	rpc->value_limits = (struct value_limits){ (unsigned)limits->depth_max, limits->key_max };
	rpc->process = process;
	link_init(&rpc->dirty);
	if (!method_table_init(&rpc->methods, ret_why))
		return -1;
	if (!refusal_check(&rpc->methods, ret_why))
		return -1;
	chain_pool_init(&rpc->pool, RPC_POOL_KEEP);
	*ret_why = "out of memory";
	return arena_init(&rpc->arena, RPC_ARENA_FIRST, limits->arena_max);
}

void
rpc_fini(struct rpc *rpc)
{
	arena_fini(&rpc->arena);
	chain_pool_fini(&rpc->pool);
}

void
rpc_refuse_broken(struct rpc *rpc, struct channel *channel)
{
	struct reply_to to = { channel, 0, false };

	(void)rpc;
	if (channel->doom != CHANNEL_FINE)
		return;
	reply_error(&to, channel->challenge ? CONCUR_UNAUTHENTICATED : CONCUR_BAD_FRAME, NULL, NULL,
	    "the connection ends here");
	channel_doom(channel, channel->challenge ? CHANNEL_UNPROVEN : CHANNEL_BROKEN);
}

/* The call had arrived before the session was resumed: it is answered, or will be, and is not carried out again. */
static bool
rpc_is_again(const struct channel *channel, uint64_t call)
{
	return channel->resume && call != 0 && call <= channel->resume->seen;
}

void
rpc_refuse_large(struct rpc *rpc, struct channel *channel, const uint8_t *bytes)
{
	struct frame_request head;
	struct reply_to to = { channel, 0, false };

	if (channel->doom != CHANNEL_FINE)
		return;
	frame_request_read(bytes, &head);
	if (head.call <= channel->last_call) {
		if (!rpc_is_again(channel, head.call))
			rpc_refuse_broken(rpc, channel);
		return;
	}
	channel->last_call = head.call;
	to.call = head.call;
	to.one_way = head.flags & FRAME_ONE_WAY;
	reply_error(&to, CONCUR_TOO_LARGE, NULL, "frame_max", "the call was not carried out");
}

/* The header: what makes the rest of the stream unreadable dooms the channel, the rest is the call's own error. */
static bool
rpc_check_head(struct call *call, struct channel *channel, size_t size)
{
	const struct frame_request *head = &call->head;
	uint32_t more_read;

	if (head->call <= channel->last_call || FRAME_REQUEST + (size_t)head->options > size) {
		if (!rpc_is_again(channel, head->call))
			rpc_refuse_broken(call->rpc, channel);
		return false;
	}
	channel->last_call = head->call;
	more_read = head->replies_read - (uint32_t)channel->replies_read;
	if (more_read)
		channel_acknowledge(channel, more_read);
	if (head->flags & ~FRAME_FLAGS) {
		call_fail(call, CONCUR_BAD_FRAME, "unknown flags");
		return false;
	}
	return true;
}

/* Of calls without a session. Who has not proven the key is not even told which methods there are. */
static bool
rpc_check_standing(struct call *call)
{
	unsigned flags = call->method ? call->method->flags : METHOD_FIRST;

	if (call->to.channel->challenge && !(flags & METHOD_PROVES)) {
		call_fail(call, CONCUR_UNAUTHENTICATED, "the connection ends here");
		channel_doom(call->to.channel, CHANNEL_UNPROVEN);
		return false;
	}
	if (!(flags & METHOD_FIRST)) {
		call_fail(call, CONCUR_NO_HELLO, NULL);
		return false;
	}
	return true;
}

/* Method and standing. */
static bool
rpc_check_method(struct call *call)
{
	const struct method *method = call->method;

	if (!call->session && !rpc_check_standing(call))
		return false;
	if (__builtin_expect(!method, 0)) {
		call_fail(call, CONCUR_UNKNOWN_METHOD, "this daemon does not know it: is it older than its client?");
		return false;
	}
	if (call->head.context == 0 && !(method->flags & METHOD_FIRST)) {
		call_fail(call, CONCUR_BAD_FRAME, "the context is 0");
		return false;
	}
	if ((method->flags & METHOD_WAITS) && call->to.one_way) {
		call->to.one_way = false;
		call_fail(call, CONCUR_BAD_FRAME, "a call that may wait can not be one-way");
		return false;
	}
	if ((method->flags & METHOD_GROWS) &&
	    core_memory(call->core) + call->head.length > call->rpc->limits->memory_max) {
		core_relieve(call->core);
		call_fail_limit(call, CONCUR_LIMIT, "memory_max", "the daemon stores as much as it may");
		return false;
	}
	return true;
}

static bool
rpc_unpack(struct call *call, const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t size,
    ProtobufCMessage **ret)
{
	enum concur_status status = unpack(descriptor, bytes, size, &call->rpc->arena, ret);

	if (__builtin_expect(status == CONCUR_OK, 1))
		return true;
	call_fail_limit(call, status, status == CONCUR_TOO_LARGE ? "arena_max" : NULL, descriptor->name);
	return false;
}

/* The guard: the call is carried out only while a lock is held under a token. */
static bool
rpc_check_guard(struct call *call, uint64_t id, uint64_t token)
{
	struct object *lock;

	if (!id)
		return true;
	lock = call_other(call, id, KIND_BIT(KIND_LOCK) | KIND_BIT(KIND_RLOCK) | KIND_BIT(KIND_RWLOCK));
	if (!lock)
		return false;
	if (lock_is(lock) ? lock_guards((struct lock *)lock, token) : rwlock_guards((struct rwlock *)lock, token))
		return true;
	call->object = lock;
	call_fail(call, CONCUR_STALE_TOKEN, "the call was not carried out");
	return false;
}

/* The version is looked at when the handler finds its object; here only whether the method can have one: it must be on
 * an object, and its reply must be able to say CHANGED. */
static bool
rpc_check_version(struct call *call, uint64_t version)
{
	const ProtobufCMessageDescriptor *output =
	    call->method->service->descriptor->methods[call->method->index].output;

	call->if_version = version;
	if (!version ||
	    (protobuf_c_message_descriptor_get_field_by_name(call->method->input, "object") &&
		protobuf_c_message_descriptor_get_field_by_name(output, "outcome")))
		return true;
	call_fail(call, CONCUR_BAD_MESSAGE, "if_version is for calls that change or read what an object holds");
	return false;
}

static bool
rpc_check_options(struct call *call, const uint8_t *bytes)
{
	const Concur__V1__Options *options;
	ProtobufCMessage *unpacked;

	if (!rpc_unpack(call, &concur__v1__options__descriptor, bytes, call->head.options, &unpacked))
		return false;
	options = (const Concur__V1__Options *)unpacked;
	return rpc_check_guard(call, options->guard_lock, options->guard_token) &&
	    rpc_check_version(call, options->if_version);
}

static void
rpc_dispatch(struct call *call, const uint8_t *body, size_t size)
{
	const ProtobufCService *service = call->method->service;
	ProtobufCMessage *request;

	if (!rpc_unpack(call, call->method->input, body, size, &request))
		return;
	call->request = request;
	service->invoke((ProtobufCService *)(uintptr_t)service, call->method->index, request, call_reply, call);
}

void
rpc_receive(struct rpc *rpc, struct channel *channel, const uint8_t *bytes, size_t size)
{
	/* Field by field: clearing what is filled in at once costs as much as the checks. */
	struct call call;

	if (channel->doom != CHANNEL_FINE)
		return;
	rpc->calls++;
	frame_request_read(bytes, &call.head);
	call.to = (struct reply_to){ channel, call.head.call, call.head.flags & FRAME_ONE_WAY };
	call.rpc = rpc;
	call.core = rpc->core;
	call.session = channel->session;
	call.method = method_find(&rpc->methods, call.head.method);
	call.request = NULL;
	call.if_version = 0;
	call.object = NULL;
	if (rpc_check_head(&call, channel, size) && rpc_check_method(&call) &&
	    (call.head.options == 0 || rpc_check_options(&call, bytes + FRAME_REQUEST))) {
		size_t before = FRAME_REQUEST + (size_t)call.head.options;

		rpc_dispatch(&call, bytes + before, size - before);
	}
	arena_reset(&rpc->arena);
}
