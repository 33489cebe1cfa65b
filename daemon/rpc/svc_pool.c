/* concur.v1.Pool */
#include "daemon/rpc/services.h"

#include "daemon/core/pool.h"
#include "daemon/core/store.h"
#include "daemon/core/worker.h"
#include "daemon/rpc/pool_options.h"
#include "daemon/rpc/rpc.h"
#include "daemon/rpc/svc_future.h"
#include "lib/frame.h"
#include "lib/utf8.h"
#include "lib/value_build.h"
#include "lib/value_edit.h"

#include <stdio.h>

enum { WORKERS_PAGE = 64, WHY_TEXT = 512 };

static struct pool *
svc_pool_object(struct call *call, uint64_t id)
{
	return (struct pool *)call_object(call, id, KIND_BIT(KIND_POOL));
}

/* -- options ----------------------------------------------------------------------------------------------------- */

SVC_HANDLER(svc_pool_configure, Pool, PoolOptions, DoneReply)
{
	struct pool *pool = svc_pool_object(call, request->object);
	struct pool_options options;
	struct pool_texts texts;

	if (pool && pool_read_options(call, pool, request, &texts, &options))
		call_done(call, pool_configure(call->core, pool, &options), OUTCOME_DONE);
}

/* Why there is no number of workers that could be changed. */
static const char *
svc_pool_unresizable(const struct pool *pool)
{
	if (pool_form(pool) == POOL_THREAD)
		return "the threads of a thread pool are started once: open another pool, or one of kind process";
	return "the daemon starts no workers for this pool, which was not configured to: they attach by themselves";
}

SVC_HANDLER(svc_pool_resize, Pool, CountRequest, DoneReply)
{
	struct pool *pool = svc_pool_object(call, request->object);
	enum concur_status status;

	if (!pool)
		return;
	status = request->count < 0 ? CONCUR_VALUE_ERROR : pool_resize(call->core, pool, (uint64_t)request->count);
	if (status == CONCUR_VALUE_ERROR)
		call_fail(call, status,
		    request->count < 0 ? "a number of workers is not negative" : svc_pool_unresizable(pool));
	else
		call_done(call, status, OUTCOME_DONE);
}

/* -- submitting -------------------------------------------------------------------------------------------------- */

static void
svc_pool_answer_submit(const struct reply_to *to, const struct result *result)
{
	Concur__V1__SubmitReply message = CONCUR__V1__SUBMIT_REPLY__INIT;

	message.outcome = (Concur__V1__Outcome)result->outcome;
	message.future = result->generation;
	message.count = result->number;
	reply_message(to, &message.base);
}

static const struct call_ops svc_pool_submit_ops = { { call_answer_waiter }, svc_pool_answer_submit };
static const struct call_ops svc_pool_done_ops;

/* What all forms of submission say alike; the texts' views are in `texts`. */
struct submit_texts {
	struct value function, label, key;
};

static bool
svc_pool_spec(struct call *call, const ProtobufCBinaryData *function, const ProtobufCBinaryData *label,
    struct submit_texts *texts, struct task_spec *ret)
{
	if (!call_name(call, function, &texts->function) || !pool_read_text(call, label, &texts->label, &ret->label))
		return false;
	ret->function = &texts->function;
	if (ret->priority >= PRIORITY_LOWEST && ret->priority <= PRIORITY_HIGHEST)
		return true;
	call_fail(call, CONCUR_VALUE_ERROR, "a priority is from -16 to 15");
	return false;
}

static int32_t
svc_pool_priority(int64_t priority)
{
	return priority < PRIORITY_LOWEST || priority > PRIORITY_HIGHEST ? PRIORITY_HIGHEST + 1 : (int32_t)priority;
}

static bool
svc_pool_after(struct call *call, const ProtobufCBinaryData *field, struct task_spec *ret)
{
	size_t count = field->len / 8;
	uint64_t *ids;

	if (field->len == 0)
		return true;
	if (field->len % 8) {
		call_fail(call, CONCUR_BAD_MESSAGE, "`after` has eight bytes an id");
		return false;
	}
	if (!call_batch(call, count) || !(ids = call_alloc(call, count * sizeof *ids)))
		return false;
	for (size_t i = 0; i < count; i++)
		ids[i] = frame_u64(field->data + 8 * i);
	ret->after = ids;
	ret->after_count = count;
	return true;
}

/* A SubmitRequest. False after an error reply. */
static bool
svc_pool_read(struct call *call, const Concur__V1__SubmitRequest *request, struct submit_texts *texts,
    struct task_spec *ret, struct value *ret_arguments, bool *ret_refers)
{
	*ret = (struct task_spec){
		.priority = svc_pool_priority(request->priority),
		.retries = request->retries,
		.timeout_ns = request->timeout_ns,
		.ttl_ns = request->ttl_ns,
		.delay_ns = request->delay_ns,
		.completion = request->completion,
		.release = request->release,
		.detached = request->detached,
	};
	return svc_pool_spec(call, &request->function, &request->label, texts, ret) &&
	    pool_read_text(call, &request->unique, &texts->key, &ret->key) &&
	    svc_pool_after(call, &request->after, ret) &&
	    call_value(call, &request->arguments, ret_arguments, ret_refers);
}

static ProtobufCBinaryData
svc_pool_field(const struct blob *text)
{
	return (ProtobufCBinaryData){ blob_size(text), (uint8_t *)(uintptr_t)blob_data(text) };
}

/* What an error says, if it is one: the text under "message". */
static ProtobufCBinaryData
svc_pool_message(const struct blob *error)
{
	struct value map = store_value(error), step = value_of_text("message"), text = { 0 };
	struct value_place place;

	if (map.kind != VALUE_MAP || value_edit_find(&map, &step, &place, &text) != CONCUR_OK ||
	    text.kind != VALUE_TEXT)
		return (ProtobufCBinaryData){ 0 };
	return (ProtobufCBinaryData){ text.size, (uint8_t *)(uintptr_t)text.data };
}

/* Why the pool is broken. */
static void
svc_pool_refuse_broken(struct call *call, const struct pool *pool)
{
	struct pool_state state;
	ProtobufCBinaryData why = { 0 };
	char text[WHY_TEXT];

	pool_state(pool, &state);
	if (state.broken)
		why = svc_pool_message(state.broken);
	snprintf(text, sizeof text, "%.*s", (int)(why.len < sizeof text ? why.len : sizeof text - 1),
	    why.data ? (const char *)why.data : "");
	call_fail(call, CONCUR_POOL_BROKEN, *text ? text : NULL);
}

/* The statuses that mean more than they say. */
static void
svc_pool_finish(struct call *call, const struct pool *pool, const struct call_ops *ops, enum concur_status status,
    struct result *result)
{
	if (status == CONCUR_POOL_BROKEN) {
		svc_pool_refuse_broken(call, pool);
		return;
	}
	if (status == CONCUR_VALUE_ERROR)
		call_fail(call, status, "more tasks than the pool's capacity, or a completion queue with a maxsize");
	else if (status == CONCUR_NOT_FOUND)
		call_fail(call, status, "the completion queue, or a task that it is to come after, is gone");
	else if (status == CONCUR_TASK_FAILED)
		call_fail(call, status, "a task that it is to come after did");
	else
		call_finish(call, ops, status, result);
}

SVC_HANDLER(svc_pool_submit, Pool, SubmitRequest, SubmitReply)
{
	struct pool *pool = svc_pool_object(call, request->object);
	struct result result = { 0 };
	struct submit_texts texts;
	struct task_spec spec;
	struct value arguments;
	struct ask ask;
	bool refers;

	if (!pool || !svc_pool_read(call, request, &texts, &spec, &arguments, &refers) ||
	    !call_ask(call, request->wait_ns, &svc_pool_submit_ops, &ask))
		return;
	svc_pool_finish(call, pool, &svc_pool_submit_ops,
	    pool_submit(call->core, pool, &ask, &spec, &arguments, &refers, 1, &result), &result);
}

SVC_HANDLER(svc_pool_submit_many, Pool, SubmitManyRequest, SubmitReply)
{
	struct pool *pool = svc_pool_object(call, request->object);
	struct result result = { 0 };
	struct submit_texts texts;
	struct task_spec spec = {
		.priority = svc_pool_priority(request->priority),
		.retries = request->retries,
		.timeout_ns = request->timeout_ns,
		.ttl_ns = request->ttl_ns,
		.completion = request->completion,
		.release = request->release,
		.detached = request->detached,
	};
	struct value *arguments;
	struct ask ask;
	bool *refers;

	if (!pool || !svc_pool_spec(call, &request->function, &request->label, &texts, &spec) ||
	    !call_values(call, request->arguments, request->n_arguments, &arguments, &refers) ||
	    !call_ask(call, request->wait_ns, &svc_pool_submit_ops, &ask))
		return;
	svc_pool_finish(call, pool, &svc_pool_submit_ops,
	    pool_submit(call->core, pool, &ask, &spec, arguments, refers, request->n_arguments, &result), &result);
}

SVC_HANDLER(svc_pool_apply, Pool, SubmitRequest, FutureReply)
{
	struct pool *pool = svc_pool_object(call, request->object);
	struct result result = { 0 };
	struct submit_texts texts;
	struct task_spec spec;
	struct value arguments;
	struct ask ask, at_once;
	enum concur_status status;
	bool refers;

	if (!pool || !svc_pool_read(call, request, &texts, &spec, &arguments, &refers) ||
	    !call_ask(call, request->wait_ns, &svc_future_apply_ops, &ask))
		return;
	/* The caller waits, and gives the future up with its answer. */
	spec.detached = false;
	at_once = ask;
	at_once.wait_ns = 0;
	status = pool_submit(call->core, pool, &at_once, &spec, &arguments, &refers, 1, &result);
	if (status == CONCUR_OK && result.outcome != OUTCOME_FULL) {
		struct task *task = task_find(call->core, result.generation);

		result = (struct result){ 0 };
		status = future_wait(call->core, task, &ask, &result);
		if (status != CONCUR_OK && status != CONCUR_PENDING)
			future_give_up(call->core, task, call->session);
	}
	svc_pool_finish(call, pool, &svc_future_apply_ops, status, &result);
}

SVC_HANDLER(svc_pool_promise, Pool, ObjectRequest, SubmitReply)
{
	struct pool *pool = svc_pool_object(call, request->object);
	Concur__V1__SubmitReply message = CONCUR__V1__SUBMIT_REPLY__INIT;
	enum concur_status status;

	if (!pool)
		return;
	status = pool_promise(call->core, pool, call->session, &message.future);
	message.count = 1;
	if (status == CONCUR_OK)
		reply(&message, call);
	else if (status == CONCUR_POOL_BROKEN)
		svc_pool_refuse_broken(call, pool);
	else
		call_fail(call, status, NULL);
}

/* -- ends -------------------------------------------------------------------------------------------------------- */

static void
svc_pool_answer_done(const struct reply_to *to, const struct result *result)
{
	reply_done(to, result->outcome);
}

static const struct call_ops svc_pool_done_ops = { { call_answer_waiter }, svc_pool_answer_done };

SVC_HANDLER(svc_pool_close, Pool, PoolCloseRequest, CountReply)
{
	struct pool *pool = svc_pool_object(call, request->object);

	if (pool)
		reply_count(&call->to, OUTCOME_DONE, (int64_t)pool_close(call->core, pool, request->cancel));
}

SVC_HANDLER(svc_pool_terminate, Pool, ObjectRequest, CountReply)
{
	struct pool *pool = svc_pool_object(call, request->object);

	if (pool)
		reply_count(&call->to, OUTCOME_DONE, (int64_t)pool_terminate(call->core, pool));
}

SVC_HANDLER(svc_pool_join, Pool, WaitRequest, DoneReply)
{
	struct pool *pool = svc_pool_object(call, request->object);
	struct result result = { 0 };
	enum concur_status status;
	struct ask ask;

	if (!pool || !call_ask(call, request->wait_ns, &svc_pool_done_ops, &ask))
		return;
	status = pool_join(call->core, pool, &ask, &result);
	if (status == CONCUR_VALUE_ERROR)
		call_fail(call, status, "the pool is still open: close or terminate it first");
	else
		call_finish(call, &svc_pool_done_ops, status, &result);
}

/* -- looking ----------------------------------------------------------------------------------------------------- */

SVC_HANDLER(svc_pool_state, Pool, ObjectRequest, PoolState)
{
	struct pool *pool = svc_pool_object(call, request->object);
	Concur__V1__PoolState message = CONCUR__V1__POOL_STATE__INIT;
	struct pool_state state;

	if (!pool)
		return;
	pool_state(pool, &state);
	message.waiting = state.waiting;
	message.held = state.held;
	message.running = state.running;
	message.in_hand = state.in_hand;
	message.done = state.done;
	message.failed = state.failed;
	message.cancelled = state.cancelled;
	message.retried = state.retried;
	message.workers = state.workers;
	message.lost = state.lost;
	message.workers_max = state.workers_max;
	message.started = state.started;
	message.capacity = state.capacity;
	message.is_closed = state.is_closed;
	message.is_broken = state.broken != NULL;
	if (state.broken)
		message.why = svc_pool_message(state.broken);
	message.kind = (Concur__V1__PoolKind)state.form;
	if (state.thread_name_prefix)
		message.thread_name_prefix = svc_pool_field(state.thread_name_prefix);
	reply(&message, call);
}

/* False after an error reply. */
static bool
svc_pool_fill_labels(struct call *call, Concur__V1__WorkerInfo *info, const struct map *labels)
{
	struct map_entry *entry;
	uint32_t position = 0;

	if (map_count(labels) == 0)
		return true;
	info->labels = call_alloc(call, map_count(labels) * sizeof *info->labels);
	if (!info->labels)
		return false;
	while ((entry = map_next(labels, &position)))
		info->labels[info->n_labels++] = svc_pool_field(entry->key);
	return true;
}

static void
svc_pool_fill_worker(Concur__V1__WorkerInfo *info, const struct worker_view *view)
{
	concur__v1__worker_info__init(info);
	info->worker = view->worker;
	info->session = view->session;
	info->process = view->process;
	info->threads = view->threads;
	info->remote = view->is_remote;
	info->draining = view->is_draining;
	info->age_ns = view->age_ns;
	info->done = view->done;
	info->in_hand = view->in_hand;
	info->running = view->running;
	info->running_ns = view->running_ns;
	info->waits_for = view->waits_for;
	if (view->function)
		info->function = svc_pool_field(view->function);
	if (view->name)
		info->name = svc_pool_field(view->name);
}

SVC_HANDLER(svc_pool_workers, Pool, PageRequest, WorkersReply)
{
	struct pool *pool = svc_pool_object(call, request->object);
	Concur__V1__WorkersReply message = CONCUR__V1__WORKERS_REPLY__INIT;
	Concur__V1__WorkerInfo infos[WORKERS_PAGE], *pointers[WORKERS_PAGE];
	struct worker_view views[WORKERS_PAGE];
	size_t room = request->count && request->count < WORKERS_PAGE ? request->count : WORKERS_PAGE;

	if (!pool)
		return;
	message.n_workers = workers_view(call->core, pool, request->cursor, views, room, &message.cursor);
	message.workers = pointers;
	for (size_t i = 0; i < message.n_workers; i++) {
		pointers[i] = &infos[i];
		svc_pool_fill_worker(&infos[i], &views[i]);
		if (!svc_pool_fill_labels(call, &infos[i], views[i].labels))
			return;
	}
	reply(&message, call);
}

SVC_HANDLER(svc_pool_why, Pool, FutureRequest, WhyReply)
{
	struct task *task = svc_future_task(call, request->future);
	Concur__V1__WhyReply message = CONCUR__V1__WHY_REPLY__INIT;
	char text[WHY_TEXT];

	if (!task)
		return;
	message.why.len = task_why(call->core, task, text, sizeof text);
	message.why.data = (uint8_t *)text;
	reply(&message, call);
}

const Concur__V1__Pool_Service svc_pool = CONCUR__V1__POOL__INIT(svc_pool_);
