/* Runs of tasks.
 *
 * A run is known to its thread (thread_set_work), so that a call that waits for another task finds out that it is made
 * inside of one. Each has a context of its own: what it leaves locked is dealt with as at its death. The daemon is told
 * of that only if the run has made a call. */
#include "work.h"

#include "client/error.h"
#include "client/task_error.h"
#include "lib/frame.h"
#include "lib/utf8.h"
#include "lib/value.h"
#include "client/object.h"
#include "client/session.h"
#include "client/values.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ERROR_TEXT_MAX = 4096 }; /* bytes of an error's message */

/* -- what a function says ----------------------------------------------------------------------------------------- */

/* Room for so many bytes more in the result. NULL: no memory. */
static uint8_t *
result_room(struct concur_work *work, size_t size)
{
	size_t room = work->room ? work->room : 256;
	uint8_t *result;

	while (room < work->size + size)
		room *= 2;
	if (room != work->room) {
		result = realloc(work->result, room);
		if (!result)
			return NULL;
		work->result = result;
		work->room = room;
	}
	return work->result + work->size;
}

static enum concur_status
result_too_large(const struct concur_work *work, size_t size)
{
	return error_set(CONCUR_TOO_LARGE,
	    "a result of %zu bytes: the daemon takes at most %zu; put it into an object, and return a reference", size,
	    work->worker->result_max);
}

enum concur_status
concur_work_result(concur_work *work, struct concur_value result)
{
	size_t size, head = 0;
	enum concur_status status;
	uint8_t *to;

	work->size = work->begin;
	work->has_error = false;
	status = values_measure(&result, work->worker->depth_max - work->each, &size);
	if (status != CONCUR_OK)
		return status;
	if (work->each)
		head = 1 + value_varint_size(size);
	if (work->size + head + size > work->worker->result_max)
		return result_too_large(work, work->size + head + size);
	to = result_room(work, head + size);
	if (!to)
		return error_plain(CONCUR_NO_MEMORY);
	if (work->each) {
		*to++ = VALUE_ITEM_TAG;
		to = value_varint_write(to, size);
	}
	values_encode(to, &result);
	work->size += head + size;
	return CONCUR_OK;
}

/* What is not UTF-8 is shown as question marks. */
static void
make_text(char *text)
{
	if (utf8_valid((const uint8_t *)text, strlen(text)))
		return;
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			*text = '?';
}

static struct concur_value
text_or_nothing(const char *text)
{
	return CV(text && utf8_valid((const uint8_t *)text, strlen(text)) ? text : "");
}

enum concur_status
work_set_error(struct concur_work *work, enum concur_status status, const char *type, const char *message,
    const char *traceback)
{
	struct concur_value error = CMAP(CV("status"), CV((int)status), CV("message"), text_or_nothing(message),
	    CV("type"), text_or_nothing(type), CV("traceback"), text_or_nothing(traceback));
	size_t size;
	uint8_t *to;

	work->has_error = true;
	work->size = 0;
	work->begin = 0;
	work->each = false;
	/* Where the traceback does not fit it is left out; with no memory at all, the report says so. */
	if (values_measure(&error, work->worker->depth_max, &size) != CONCUR_OK || size > work->worker->result_max) {
		error.count -= 2;
		if (values_measure(&error, work->worker->depth_max, &size) != CONCUR_OK)
			return status;
	}
	to = result_room(work, size);
	if (to) {
		values_encode(to, &error);
		work->size = size;
	}
	return status;
}

enum concur_status
concur_work_fail_traceback(concur_work *work, const char *type, const char *message, const char *traceback)
{
	return work_set_error(work, CONCUR_TASK_FAILED, type, message, traceback);
}

enum concur_status
concur_work_fail(concur_work *work, const char *type, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	make_text(text);
	return concur_work_fail_traceback(work, type, text, NULL);
}

enum concur_status
concur_work_progress(concur_work *work, struct concur_value value)
{
	concur_future *future = concur_task_progress_begin(work->worker->session, work->task->task, value);
	enum concur_status status = future ? CONCUR_OK : CONCUR_NO_MEMORY;

	if (future && concur_future_done(future))
		status = concur_future_wait(future, 0);
	concur_future_free(future);
	return status;
}

/* -- what it may ask ---------------------------------------------------------------------------------------------- */

bool
concur_work_is_cancelled(const concur_work *work)
{
	return atomic_load_explicit(&work->is_cancelled, memory_order_relaxed);
}

concur_session *
concur_work_session(const concur_work *work)
{
	return work->worker->session;
}

uint64_t
concur_work_pool(const concur_work *work)
{
	return work->worker->pool_id;
}

uint64_t
concur_work_task(const concur_work *work)
{
	return work->task->task;
}

uint32_t
concur_work_attempt(const concur_work *work)
{
	return work->task->attempt;
}

unsigned
concur_work_thread(const concur_work *work)
{
	return work->thread;
}

/* -- running ------------------------------------------------------------------------------------------------------ */

/* A function has returned a status without an error of its own. Its room must not lie on the stack while others run
 * inside of that function. */
static __attribute__((noinline)) enum concur_status
check_returned(struct concur_work *work, enum concur_status status)
{
	char text[ERROR_TEXT_MAX];

	if (status == CONCUR_OK)
		return work->has_error ? CONCUR_TASK_FAILED : CONCUR_OK;
	if (!work->has_error) {
		snprintf(text, sizeof text, "%s", concur_message());
		make_text(text);
		work_set_error(work, status, concur_status_name(status), text, NULL);
	}
	return status;
}

static enum concur_status
call_once(struct concur_work *work, const struct concur_function *function, const struct concur_value *arguments)
{
	error_plain(CONCUR_TASK_FAILED); /* what it is about, should the function leave no word */
	return check_returned(work, function->run(work, arguments));
}

static enum concur_status
call_for_each(struct concur_work *work, const struct concur_function *function, const struct concur_value *arguments)
{
	enum concur_status status = CONCUR_OK;

	if (arguments->kind != CONCUR_VALUE_LIST && arguments->kind != CONCUR_VALUE_TUPLE)
		return work_set_error(work, CONCUR_TYPE_ERROR, "TypeError", "the function takes a list of items", NULL);
	work->each = true;
	for (size_t i = 0; i < arguments->count && status == CONCUR_OK; i++) {
		work->begin = work->size;
		status = call_once(work, function, &arguments->items[i]);
		if (status == CONCUR_OK && work->size == work->begin)
			status = check_returned(work, concur_work_result(work, concur_null()));
	}
	return status;
}

/* In the run's own context, with the thread knowing of it. */
static enum concur_status
call_function(struct concur_work *work, const struct concur_function *function, const struct concur_value *arguments)
{
	concur_session *session = work->worker->session;
	enum concur_status status;

	owner_renew(&work->owner, session);
	if (work->task->task)
		work->owner.number = FRAME_RUN | work->task->task;
	if (thread_act_for(session, &work->owner) || thread_set_work(work))
		return work_set_error(work, CONCUR_NO_MEMORY, "MemoryError", "out of memory", NULL);
	status = function->each ? call_for_each(work, function, arguments) : call_once(work, function, arguments);
	(void)thread_set_work(work->outer);
	(void)thread_act_for(session, work->outer ? &work->outer->owner : NULL);
	if (work->owner.is_used)
		session_context_end(session, work->owner.number);
	return status;
}

static enum concur_status
find_and_call(struct concur_work *work, const ProtobufCBinaryData *name, const ProtobufCBinaryData *encoded)
{
	const struct concur_function *function = functions_find(&work->worker->functions, name->data, name->len);
	struct concur_value arguments = concur_null();
	enum concur_status status = CONCUR_OK;
	char text[256];

	if (!function) {
		snprintf(text, sizeof text, "this worker has no function %.*s", name->len < 200 ? (int)name->len : 200,
		    (const char *)name->data);
		make_text(text);
		return work_set_error(work, CONCUR_NO_FUNCTION, "NameError", text, NULL);
	}
	if (encoded->len)
		status = values_decode(encoded->data, encoded->len, &arguments);
	if (status != CONCUR_OK)
		return work_set_error(work, status == CONCUR_NO_MEMORY ? status : CONCUR_BAD_VALUE, "ValueError",
		    status == CONCUR_NO_MEMORY ? "out of memory" : "the arguments do not decode", NULL);
	status = call_function(work, function, &arguments);
	concur_value_free(&arguments);
	return status;
}

/* Whether it is still to be run: not if the daemon has taken it back. */
static bool
work_begin(struct concur_work *work)
{
	struct concur_worker *worker = work->worker;

	if (worker->page && work->task->slot < PAGE_SLOTS &&
	    !page_begin(worker->page, work->task->slot, work->task->task))
		return false;
	pthread_mutex_lock(&worker->lock);
	worker->begun++;
	work->is_cancelled = worker->is_given_up;
	link_append(&worker->running, &work->running);
	pthread_mutex_unlock(&worker->lock);
	return true;
}

void
work_run(struct concur_worker *worker, unsigned thread, const Concur__V1__Task *task, struct concur_work *outer)
{
	struct concur_work work = { .worker = worker, .task = task, .thread = thread, .outer = outer };

	if (!work_begin(&work))
		return;
	(void)find_and_call(&work, &task->function, &task->arguments);
	work_report(&work);
	free(work.result);
}

/* Says in the error that it is the initializer's. */
static enum concur_status
blame_initializer(struct concur_work *work, enum concur_status status)
{
	const struct concur_value *type, *message, *traceback;
	struct concur_value error = concur_null();
	char text[ERROR_TEXT_MAX];

	if (values_decode(work->result, work->size, &error) != CONCUR_OK)
		return status;
	type = task_error_member(&error, "type", CONCUR_VALUE_TEXT);
	message = task_error_member(&error, "message", CONCUR_VALUE_TEXT);
	traceback = task_error_member(&error, "traceback", CONCUR_VALUE_TEXT);
	snprintf(text, sizeof text, "the pool's initializer failed: %s", message ? message->bytes : "");
	make_text(text);
	status = work_set_error(work, status, type ? type->bytes : NULL, text, traceback ? traceback->bytes : NULL);
	concur_value_free(&error);
	return error_set(status, "%s", text);
}

enum concur_status
work_initialize(struct concur_worker *worker, const ProtobufCBinaryData *function, const ProtobufCBinaryData *arguments,
    uint8_t **ret_error, size_t *ret_size)
{
	const Concur__V1__Task none = CONCUR__V1__TASK__INIT;
	struct concur_work work = { .worker = worker, .task = &none };
	enum concur_status status = find_and_call(&work, function, arguments);

	if (status == CONCUR_OK) {
		free(work.result);
		return CONCUR_OK;
	}
	status = blame_initializer(&work, status);
	*ret_error = work.result;
	*ret_size = work.size;
	return status;
}
