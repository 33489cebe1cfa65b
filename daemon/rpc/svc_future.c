/* concur.v1.Future */
#include "daemon/rpc/svc_future.h"

#include "daemon/core/store.h"
#include "daemon/core/waiter.h"
#include "daemon/rpc/lines.h"
#include "daemon/rpc/rpc.h"
#include "daemon/rpc/services.h"

struct task *
svc_future_task(struct call *call, uint64_t id)
{
	struct task *task = task_find(call->core, id);

	if (task)
		call->object = (struct object *)task_pool(task);
	else
		call_fail(call, CONCUR_NOT_FOUND,
		    "no such future: nobody referred to it any more, or its pool was removed");
	return task;
}

/* -- waiting ----------------------------------------------------------------------------------------------------- */

static void
svc_future_answer(const struct reply_to *to, const struct result *result)
{
	struct blob *value = result->value;
	struct reply_list list = {
		.outcome = result->outcome,
		.version = result->number,
		.cursor = result->generation,
		.blobs = &value,
		.count = value ? 1 : 0,
	};

	reply_list(to, &list);
}

static const struct call_ops svc_future_wait_ops = { { call_answer_waiter }, svc_future_answer };

static void
svc_future_answer_apply(const struct reply_to *to, const struct result *result)
{
	struct core *core = to->channel->rpc->core;
	struct task *task = task_find(core, result->generation);

	svc_future_answer(to, result);
	if (task && to->channel->session)
		(void)future_release(core, task, to->channel->session);
}

static void
svc_future_answer_apply_waiter(struct core *core, struct waiter *waiter)
{
	struct task *task = task_find(core, waiter->result.generation);

	call_answer_waiter(core, waiter);
	if (waiter->status == CONCUR_OK || !task)
		return;
	/* The call was withdrawn. */
	future_give_up(core, task, waiter->session);
}

const struct call_ops svc_future_apply_ops = { { svc_future_answer_apply_waiter }, svc_future_answer_apply };

SVC_HANDLER(svc_future_wait, Future, FutureWaitRequest, FutureReply)
{
	struct task *task = svc_future_task(call, request->future);
	struct result result = { 0 };
	struct ask ask;

	if (task && call_ask(call, request->wait_ns, &svc_future_wait_ops, &ask))
		call_finish(call, &svc_future_wait_ops, future_wait(call->core, task, &ask, &result), &result);
}

/* -- looking ----------------------------------------------------------------------------------------------------- */

SVC_HANDLER(svc_future_state, Future, FutureRequest, FutureReply)
{
	struct task *task = svc_future_task(call, request->future);
	Concur__V1__FutureReply message = CONCUR__V1__FUTURE_REPLY__INIT;
	struct future_view view;

	if (!task)
		return;
	future_view(call->core, task, &view);
	message.state = (Concur__V1__FutureState)view.state;
	message.future = request->future;
	message.pool = object_id((struct object *)task_pool(task));
	message.waited_ns = view.waited_ns;
	message.ran_ns = view.ran_ns;
	message.attempts = view.attempts;
	if (view.progress) {
		struct value value = store_value(view.progress);

		message.progress.len = value_encoded_size(value.kind, value.size);
		message.progress.data = call_alloc(call, message.progress.len);
		if (!message.progress.data)
			return;
		value_encode(message.progress.data, &value);
	}
	reply(&message, call);
}

SVC_HANDLER(svc_future_log, Future, FutureLogRequest, FutureLogReply)
{
	struct task *task = svc_future_task(call, request->future);
	const struct process_output *log = task ? future_log(task) : NULL;
	Concur__V1__FutureLogReply message = CONCUR__V1__FUTURE_LOG_REPLY__INIT;
	const struct process_line *first;
	struct lines_page page = { 0 };

	if (!task || (log && !lines_read(call, log, request->cursor, request->count, &page)))
		return;
	message.outcome = log ? CONCUR__V1__OUTCOME__DONE : CONCUR__V1__OUTCOME__NOT_THERE;
	first = log ? process_line_from(log, 0) : NULL;
	message.dropped = first ? first->number : log ? log->next : 0;
	message.cursor = page.is_last ? 0 : page.cursor;
	message.behind = page.cursor;
	message.lines = page.lines;
	message.n_lines = page.count;
	reply(&message, call);
}

/* -- ending ------------------------------------------------------------------------------------------------------ */

static void
svc_future_answer_done(const struct reply_to *to, const struct result *result)
{
	reply_done(to, result->outcome);
}

static const struct call_ops svc_future_done_ops = { { call_answer_waiter }, svc_future_answer_done };

SVC_HANDLER(svc_future_cancel, Future, FutureCancelRequest, DoneReply)
{
	struct task *task = svc_future_task(call, request->future);
	struct result result = { 0 };
	struct ask ask;

	if (task && call_ask(call, request->wait_ns, &svc_future_done_ops, &ask))
		call_finish(call, &svc_future_done_ops, future_cancel(call->core, task, &ask, request->kill, &result),
		    &result);
}

SVC_HANDLER(svc_future_complete, Future, FutureCompleteRequest, DoneReply)
{
	struct task *task = svc_future_task(call, request->future);
	struct result result = { 0 };
	enum concur_status status;
	struct value value;
	bool refers;

	if (!task || !call_value(call, &request->value, &value, &refers))
		return;
	status = future_complete(call->core, task, request->failed, &value, refers, &result);
	if (status == CONCUR_VALUE_ERROR)
		call_fail(call, status, "it is the future of a task, not a promise: its worker completes it");
	else
		call_done(call, status, result.outcome);
}

SVC_HANDLER(svc_future_progress, Future, FutureProgressRequest, DoneReply)
{
	struct task *task = svc_future_task(call, request->future);
	struct value value;
	bool refers;

	if (task && call_value(call, &request->value, &value, &refers))
		call_done(call, future_progress(call->core, task, &value, refers), OUTCOME_DONE);
}

/* -- references -------------------------------------------------------------------------------------------------- */

SVC_HANDLER(svc_future_ref, Future, FutureRequest, DoneReply)
{
	struct task *task = svc_future_task(call, request->future);

	if (task)
		call_done(call, future_ref(task, call->session) < 0 ? CONCUR_NO_MEMORY : CONCUR_OK, OUTCOME_DONE);
}

SVC_HANDLER(svc_future_release, Future, FutureReleaseRequest, CountReply)
{
	uint64_t count = request->count ? request->count : 1;
	int64_t released = 0;

	if (!call_batch(call, count))
		return;
	for (uint64_t i = 0; i < count; i++) {
		struct task *task = task_find(call->core, request->future + i);

		released += task && future_release(call->core, task, call->session);
	}
	reply_count(&call->to, OUTCOME_DONE, released);
}

const Concur__V1__Future_Service svc_future = CONCUR__V1__FUTURE__INIT(svc_future_);
