/* Calls on tasks by their ids. */
#include "error.h"
#include "output.h"
#include "pack.h"
#include "shapes.h"
#include "task_error.h"
#include "values.h"
#include "worker/claim.h"

#include "concur/v1/future.pb-c.h"
#include "concur/v1/methods.h"
#include "concur/v1/pool.pb-c.h"

#include <stdlib.h>

/* The request of a call on a task. */
#define ON_TASK(of_session, method_id, result_kind, call_flags, may_wait) \
	(&(const struct request){ .session = (of_session),                \
	    .method = (method_id),                                        \
	    .result = (result_kind),                                      \
	    .flags = (call_flags),                                        \
	    .waits = (may_wait) })

/* The calls that say nothing but which task. */
static concur_future *
task_ask(const struct request *request, uint64_t task)
{
	Concur__V1__FutureRequest body = CONCUR__V1__FUTURE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.future = task;
	return pack_begin(&pack, &body.base);
}

/* -- results ------------------------------------------------------------------------------------------------------ */

static concur_future *
task_wait(unsigned flags, concur_session *session, uint64_t task, int64_t timeout_ns)
{
	Concur__V1__FutureWaitRequest body = CONCUR__V1__FUTURE_WAIT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_TASK(session, CONCUR_METHOD_FUTURE_WAIT, RESULT_TASK, flags, true));
	body.future = task;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	return pack_begin(&pack, &body.base);
}

concur_future *
concur_task_wait_begin(concur_session *session, uint64_t task, int64_t timeout_ns)
{
	return task_wait(0, session, task, timeout_ns);
}

enum concur_status
concur_task_wait(concur_session *session, uint64_t task, int64_t timeout_ns, struct concur_value *ret_value)
{
	concur_future *future;
	enum concur_status status;

	if (timeout_ns != 0)
		claim_and_run(session, task);
	future = task_wait(FRAME_BLOCKED, session, task, timeout_ns);
	future_complete(future);
	status = concur_future_value(future, ret_value);
	concur_future_free(future);
	return status;
}

enum concur_status
concur_future_task_error(concur_future *future, struct concur_task_error *ret_error)
{
	enum concur_status status = future_settle(future, RESULT_TASK);
	struct concur_value value;
	struct reply_fields fields;

	if (status == CONCUR_OK || future->call.status != CONCUR_OK || !call_is_done(&future->call))
		return status;
	if (reply_scan(future->call.body, future->call.size, &fields) != CONCUR_OK)
		return future_bad_reply();
	if (fields.second != CONCUR_PHASE_FAILED || !fields.size)
		return status;
	status = values_decode(fields.value, fields.size, &value);
	if (status != CONCUR_OK)
		return error_plain(status);
	status = concur_task_error_read(&value, ret_error);
	concur_value_free(&value);
	return status == CONCUR_OK ? error_plain(CONCUR_NO) : status;
}

static concur_future *
task_state(unsigned flags, concur_session *session, uint64_t task)
{
	return task_ask(ON_TASK(session, CONCUR_METHOD_FUTURE_STATE, RESULT_TASK_STATE, flags, false), task);
}

static enum concur_status
fill_state(const Concur__V1__FutureReply *reply, struct concur_task_state *ret_state)
{
	struct concur_task_state state = { .phase = (enum concur_task_phase)reply->state,
		.pool = reply->pool,
		.waited_ns = reply->waited_ns,
		.ran_ns = reply->ran_ns,
		.attempts = reply->attempts };
	enum concur_status status = CONCUR_OK;

	if (reply->progress.len)
		status = values_decode(reply->progress.data, reply->progress.len, &state.progress);
	if (status != CONCUR_OK)
		return error_plain(status);
	*ret_state = state;
	return CONCUR_OK;
}

enum concur_status
concur_future_task_state(concur_future *future, struct concur_task_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_TASK_STATE);
	Concur__V1__FutureReply *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__future_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	status = fill_state(reply, ret_state);
	concur__v1__future_reply__free_unpacked(reply, NULL);
	return status;
}

FORMS(task_state, struct concur_task_state, task_state, (concur_session * session, uint64_t task), (session, task))

static concur_future *
task_log(unsigned flags, concur_session *session, uint64_t task, uint64_t cursor, uint32_t count)
{
	Concur__V1__FutureLogRequest body = CONCUR__V1__FUTURE_LOG_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_TASK(session, CONCUR_METHOD_FUTURE_LOG, RESULT_TASK_LOG, flags, false));
	body.future = task;
	body.cursor = cursor;
	body.count = count;
	return pack_begin(&pack, &body.base);
}

enum concur_status
concur_future_task_log(concur_future *future, struct concur_output *ret_output)
{
	enum concur_status status = future_settle(future, RESULT_TASK_LOG);
	Concur__V1__FutureLogReply *reply;

	if (status != CONCUR_OK || !ret_output)
		return status;
	reply = concur__v1__future_log_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	status = output_make(reply->lines, reply->n_lines, reply->behind, ret_output);
	concur__v1__future_log_reply__free_unpacked(reply, NULL);
	return status;
}

FORMS(task_log, struct concur_output, task_log,
    (concur_session * session, uint64_t task, uint64_t cursor, uint32_t count), (session, task, cursor, count))

static concur_future *
task_why(unsigned flags, concur_session *session, uint64_t task)
{
	return task_ask(ON_TASK(session, CONCUR_METHOD_POOL_WHY, RESULT_WHY, flags, false), task);
}

FORMS(value, struct concur_value, task_why, (concur_session * session, uint64_t task), (session, task))

/* -- having a say ------------------------------------------------------------------------------------------------- */

static concur_future *
task_cancel(unsigned flags, concur_session *session, uint64_t task, bool to_kill, int64_t timeout_ns)
{
	Concur__V1__FutureCancelRequest body = CONCUR__V1__FUTURE_CANCEL_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_TASK(session, CONCUR_METHOD_FUTURE_CANCEL, RESULT_DONE, flags, true));
	body.future = task;
	body.kill = to_kill;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(task_cancel, (concur_session * session, uint64_t task, bool to_kill, int64_t timeout_ns),
    (session, task, to_kill, timeout_ns))

static concur_future *
task_end(unsigned flags, concur_session *session, uint64_t task, bool failed, const struct concur_value *value)
{
	Concur__V1__FutureCompleteRequest body = CONCUR__V1__FUTURE_COMPLETE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_TASK(session, CONCUR_METHOD_FUTURE_COMPLETE, RESULT_DONE, flags, false));
	body.future = task;
	body.failed = failed;
	pack_value(&pack, value, &body.value);
	return pack_begin(&pack, &body.base);
}

static concur_future *
task_complete(unsigned flags, concur_session *session, uint64_t task, struct concur_value value)
{
	return task_end(flags, session, task, false, &value);
}

FORMS_DONE(task_complete, (concur_session * session, uint64_t task, struct concur_value value), (session, task, value))

static concur_future *
task_fail(unsigned flags, concur_session *session, uint64_t task, const char *type, const char *message)
{
	struct concur_value error = CMAP(CV("message"), CV(message ? message : ""), CV("status"),
	    CV((int)CONCUR_TASK_FAILED), CV("type"), CV(type));

	error.count -= type ? 0 : 2; /* the last pair */
	return task_end(flags, session, task, true, &error);
}

FORMS_DONE(task_fail, (concur_session * session, uint64_t task, const char *type, const char *message),
    (session, task, type, message))

static concur_future *
task_ref(unsigned flags, concur_session *session, uint64_t task)
{
	return task_ask(ON_TASK(session, CONCUR_METHOD_FUTURE_REF, RESULT_DONE, flags, false), task);
}

FORMS_DONE(task_ref, (concur_session * session, uint64_t task), (session, task))

static concur_future *
task_release(unsigned flags, concur_session *session, uint64_t task, uint64_t count)
{
	Concur__V1__FutureReleaseRequest body = CONCUR__V1__FUTURE_RELEASE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_TASK(session, CONCUR_METHOD_FUTURE_RELEASE, RESULT_COUNT, flags, false));
	body.future = task;
	body.count = count;
	return pack_begin(&pack, &body.base);
}

FORMS(count, int64_t, task_release, (concur_session * session, uint64_t task, uint64_t count), (session, task, count))

static concur_future *
task_progress(unsigned flags, concur_session *session, uint64_t task, struct concur_value value)
{
	Concur__V1__FutureProgressRequest body = CONCUR__V1__FUTURE_PROGRESS_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_TASK(session, CONCUR_METHOD_FUTURE_PROGRESS, RESULT_DONE, flags, false));
	body.future = task;
	pack_value(&pack, &value, &body.value);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(task_progress, (concur_session * session, uint64_t task, struct concur_value value), (session, task, value))
