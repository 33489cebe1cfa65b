/* concur.v1.Worker */
#include "daemon/rpc/services.h"

#include "daemon/core/store.h"
#include "daemon/core/worker.h"
#include "daemon/rpc/rpc.h"
#include "daemon/rpc/svc_future.h"
#include "daemon/rpc/unpack.h"
#include "lib/frame.h"
#include "lib/page.h"

#include <stdlib.h>

/* NULL after an error reply. */
static struct worker *
svc_worker_find(struct call *call, uint64_t id)
{
	struct worker *worker = worker_find(call->session, id);

	if (!worker)
		call_fail(call, CONCUR_NOT_FOUND, "this session is no worker of that number: attach first");
	return worker;
}

/* -- attaching --------------------------------------------------------------------------------------------------- */

/* Names of functions or labels; arrays in the arena. */
static bool
svc_worker_names(struct call *call, const ProtobufCBinaryData *fields, size_t count, struct value **ret)
{
	if (count > call->rpc->limits->functions_max) {
		call_fail_limit(call, CONCUR_TOO_LARGE, "functions_max", "register fewer functions");
		return false;
	}
	*ret = call_alloc(call, (count + 1) * sizeof **ret);
	for (size_t i = 0; *ret && i < count; i++) {
		if (!call_name(call, &fields[i], &(*ret)[i]))
			return false;
	}
	return *ret;
}

/* An encoded value in the arena; false after an error reply. */
static bool
svc_worker_encode(struct call *call, const struct blob *blob, ProtobufCBinaryData *ret)
{
	struct value value;

	if (!blob)
		return true;
	value = store_value(blob);
	ret->len = value_encoded_size(value.kind, value.size);
	ret->data = call_alloc(call, ret->len);
	if (ret->data)
		value_encode(ret->data, &value);
	return ret->data;
}

static void
svc_worker_welcome(struct call *call, const struct worker *worker, Concur__V1__AttachReply_Closure reply)
{
	Concur__V1__AttachReply message = CONCUR__V1__ATTACH_REPLY__INIT;
	struct worker_welcome welcome;

	worker_welcome(worker, &welcome);
	message.worker = worker_id(worker);
	message.tasks_per_worker = welcome.tasks_per_worker;
	message.memory_per_worker = welcome.memory_per_worker;
	message.age_per_worker_ns = welcome.age_per_worker_ns;
	if (welcome.initializer)
		message.initializer = (ProtobufCBinaryData){ blob_size(welcome.initializer),
			(uint8_t *)(uintptr_t)blob_data(welcome.initializer) };
	if (welcome.thread_name_prefix)
		message.thread_name_prefix = (ProtobufCBinaryData){ blob_size(welcome.thread_name_prefix),
			(uint8_t *)(uintptr_t)blob_data(welcome.thread_name_prefix) };
	if (svc_worker_encode(call, welcome.initializer_arguments, &message.initializer_arguments))
		reply(&message, call);
}

static bool
svc_worker_spec(struct call *call, const Concur__V1__AttachRequest *request, struct value *name,
    struct worker_spec *ret)
{
	struct value *functions, *labels;

	*ret = (struct worker_spec){
		.pool = (struct pool *)call_object(call, request->pool, KIND_BIT(KIND_POOL)),
		.any = request->any,
		.threads = request->threads,
		.process = request->process,
		.name = request->name.len ? name : NULL,
	};
	if (!ret->pool || !svc_worker_names(call, request->functions, request->n_functions, &functions) ||
	    !svc_worker_names(call, request->labels, request->n_labels, &labels) ||
	    (request->name.len && !call_name(call, &request->name, name)))
		return false;
	ret->functions = functions;
	ret->functions_count = request->n_functions;
	ret->labels = labels;
	ret->labels_count = request->n_labels;
	return true;
}

SVC_HANDLER(svc_worker_attach, Worker, AttachRequest, AttachReply)
{
	struct worker_spec spec;
	struct worker *worker;
	struct value name, error;
	enum concur_status status;
	bool refers;

	if (!svc_worker_spec(call, request, &name, &spec))
		return;
	if (request->error.len) {
		if (call_value(call, &request->error, &error, &refers))
			call_fail(call, pool_break(call->core, spec.pool, &error), "its initializer failed");
		return;
	}
	status = worker_attach(call->core, call->session, &spec, &worker);
	if (status == CONCUR_OK)
		svc_worker_welcome(call, worker, reply);
	else
		call_fail(call, status, NULL);
}

/* -- tasks ------------------------------------------------------------------------------------------------------- */

/* A TakeReply is written by hand: it is most of what goes to workers. Its tasks are field 2; theirs are, in order, the
 * id (eight bytes), slot, attempt and timeout (varints), function and arguments (bytes). */
enum {
	TAG_TAKE_OUTCOME = 1 << 3 | 0,
	TAG_TAKE_TASK = 2 << 3 | 2,
	TAG_TASK_ID = 1 << 3 | 1,
	TAG_TASK_SLOT = 2 << 3 | 0,
	TAG_TASK_ATTEMPT = 3 << 3 | 0,
	TAG_TASK_TIMEOUT = 4 << 3 | 0,
	TAG_TASK_FUNCTION = 5 << 3 | 2,
	TAG_TASK_ARGUMENTS = 6 << 3 | 2,
	TASK_FIXED_MAX = 9 + 3 * 11,
};

static uint8_t *
svc_worker_put(uint8_t *at, uint8_t tag, uint64_t number)
{
	if (number == 0)
		return at;
	*at++ = tag;
	return value_varint_write(at, number);
}

static size_t
svc_worker_bytes_size(size_t size)
{
	return 1 + value_varint_size(size) + size;
}

/* What stands in front of the two fields of bytes. */
static uint8_t *
svc_worker_put_fixed(uint8_t *at, const struct handed *handed)
{
	*at++ = TAG_TASK_ID;
	at = frame_u64_write(at, handed->task);
	at = svc_worker_put(at, TAG_TASK_SLOT, handed->slot);
	at = svc_worker_put(at, TAG_TASK_ATTEMPT, handed->attempt);
	return svc_worker_put(at, TAG_TASK_TIMEOUT, handed->timeout_ns);
}

/* One task, whole. */
static void
svc_worker_put_task(struct reply_body *body, const struct handed *handed)
{
	size_t encoded =
	    value_encoded_size((enum value_kind)(handed->arguments->kind & BLOB_KIND), blob_size(handed->arguments));
	size_t name = blob_size(handed->function);
	uint8_t fixed[TASK_FIXED_MAX], *end = svc_worker_put_fixed(fixed, handed), *at;
	size_t size = (size_t)(end - fixed) + svc_worker_bytes_size(name) + svc_worker_bytes_size(encoded);

	at = reply_body_reserve(body, 3 * (1 + 10) + TASK_FIXED_MAX + name);
	if (!at)
		return;
	*at++ = TAG_TAKE_TASK;
	at = value_varint_write(at, size);
	memcpy(at, fixed, (size_t)(end - fixed));
	at += end - fixed;
	*at++ = TAG_TASK_FUNCTION;
	at = value_varint_write(at, name);
	memcpy(at, blob_data(handed->function), name);
	at += name;
	*at++ = TAG_TASK_ARGUMENTS;
	reply_body_commit(body, value_varint_write(at, encoded));
	reply_body_value(body, handed->arguments);
}

/* What was given to the worker goes out. */
static void
svc_worker_give(const struct reply_to *to, enum outcome outcome, struct worker *worker)
{
	struct core *core = to->channel->rpc->core;
	struct reply_body body;
	struct handed handed;
	bool was_claimed = false;
	size_t count = 0;
	uint8_t *at;

	reply_body_begin(&body, to);
	at = reply_body_reserve(&body, 2);
	if (at)
		reply_body_commit(&body, svc_worker_put(at, TAG_TAKE_OUTCOME, (uint64_t)outcome));
	for (; worker && worker_next_fresh(core, worker, &handed); count++) {
		svc_worker_put_task(&body, &handed);
		was_claimed = handed.slot == PAGE_SLOTS;
	}
	if (!reply_body_send(&body) && worker)
		worker_not_sent(core, worker, count, was_claimed);
}

static void
svc_worker_answer_take(const struct reply_to *to, const struct result *result)
{
	struct session *session = to->channel->session;
	struct worker *worker = result->number ? worker_find(session, result->generation) : NULL;
	enum outcome outcome = result->outcome;

	/* What it was woken with has gone since, perhaps with its pool. */
	if (result->number && (!worker || !worker_has_fresh(worker)))
		outcome = worker && worker_pool(worker) ? OUTCOME_EMPTY : OUTCOME_END_OF_FILE;
	svc_worker_give(to, outcome, worker);
}

static const struct call_ops svc_worker_take_ops = { { call_answer_waiter }, svc_worker_answer_take };

/* What the worker says is done. False after an error reply: what stood before it is done all the same. */
static bool
svc_worker_hear(struct call *call, struct worker *worker, const ProtobufCBinaryData *done, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ProtobufCMessage *message;
		const Concur__V1__TaskDone *one;
		enum concur_status status =
		    unpack(&concur__v1__task_done__descriptor, done[i].data, done[i].len, &call->rpc->arena, &message);
		struct value value = { 0 };
		bool refers = false;

		if (status != CONCUR_OK) {
			call_fail(call, status, "a TaskDone");
			return false;
		}
		one = (const Concur__V1__TaskDone *)message;
		if (one->state != CONCUR__V1__FUTURE_STATE__FUTURE_PENDING &&
		    one->state != CONCUR__V1__FUTURE_STATE__FUTURE_FINISHED &&
		    one->state != CONCUR__V1__FUTURE_STATE__FUTURE_FAILED) {
			call_fail(call, CONCUR_VALUE_ERROR, "a worker says PENDING, FINISHED or FAILED of a task");
			return false;
		}
		if (one->state != CONCUR__V1__FUTURE_STATE__FUTURE_PENDING &&
		    !call_value(call, &one->value, &value, &refers))
			return false;
		(void)worker_done(call->core, worker, one->task, (enum future_state)one->state, &value, refers);
	}
	return true;
}

SVC_HANDLER(svc_worker_take, Worker, TakeRequest, TakeReply)
{
	struct worker *worker = svc_worker_find(call, request->worker);
	struct result result = { 0 };
	struct ask ask;

	if (!worker || !call_batch(call, request->n_done) ||
	    !call_ask(call, request->wait_ns, &svc_worker_take_ops, &ask) ||
	    !svc_worker_hear(call, worker, request->done, request->n_done))
		return;
	if (request->count == 0)
		call_fail(call, CONCUR_VALUE_ERROR, "count must be at least 1");
	else
		call_finish(call, &svc_worker_take_ops, worker_take(call->core, worker, &ask, request->count, &result),
		    &result);
}

SVC_HANDLER(svc_worker_done, Worker, TaskDoneRequest, DoneReply)
{
	struct worker *worker = svc_worker_find(call, request->worker);

	if (worker && call_batch(call, request->n_done) &&
	    svc_worker_hear(call, worker, request->done, request->n_done))
		call_done(call, CONCUR_OK, OUTCOME_DONE);
}

SVC_HANDLER(svc_worker_claim, Worker, ClaimRequest, TakeReply)
{
	struct worker *worker = svc_worker_find(call, request->worker);
	const struct claim claim = { request->task, call->head.context, request->in_hand };
	struct result result = { 0 };

	if (!worker)
		return;
	worker_claim(call->core, worker, &claim, &result);
	call_finish(call, &svc_worker_take_ops, CONCUR_OK, &result);
}

/* -- commands ---------------------------------------------------------------------------------------------------- */

static void
svc_worker_answer_watch(const struct reply_to *to, const struct result *result)
{
	Concur__V1__WatchReply message = CONCUR__V1__WATCH_REPLY__INIT;

	message.what = (Concur__V1__WatchReply__What)result->number;
	message.task = result->number ? result->generation : 0;
	reply_message(to, &message.base);
}

static const struct call_ops svc_worker_watch_ops = { { call_answer_waiter }, svc_worker_answer_watch };

SVC_HANDLER(svc_worker_watch, Worker, WatchRequest, WatchReply)
{
	struct worker *worker = svc_worker_find(call, request->worker);
	struct result result = { 0 };
	struct ask ask;

	if (worker && call_ask(call, request->wait_ns, &svc_worker_watch_ops, &ask))
		call_finish(call, &svc_worker_watch_ops, worker_watch(call->core, worker, &ask, &result), &result);
}

SVC_HANDLER(svc_worker_recalled, Worker, RecalledRequest, DoneReply)
{
	struct worker *worker = svc_worker_find(call, request->worker);

	if (!worker)
		return;
	worker_recalled(call->core, worker, request->task, request->begun);
	call_done(call, CONCUR_OK, OUTCOME_DONE);
}

SVC_HANDLER(svc_worker_drain, Worker, WorkerRequest, DoneReply)
{
	struct worker *worker = svc_worker_find(call, request->worker);

	if (!worker)
		return;
	worker_drain(call->core, worker);
	call_done(call, CONCUR_OK, OUTCOME_DONE);
}

SVC_HANDLER(svc_worker_detach, Worker, WorkerRequest, DoneReply)
{
	struct worker *worker = svc_worker_find(call, request->worker);

	if (!worker)
		return;
	worker_end(call->core, worker, false);
	call_done(call, CONCUR_OK, OUTCOME_DONE);
}

const Concur__V1__Worker_Service svc_worker = CONCUR__V1__WORKER__INIT(svc_worker_);
