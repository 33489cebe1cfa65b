/* Waiting for calls and taking their results; results with a message of their own are in results.c. */
#include "future.h"

#include "callback.h"
#include "error.h"
#include "fork.h"
#include "lib/value.h"
#include "request.h"
#include "session.h"
#include "task_error.h"
#include "values.h"

#include "concur/v1/methods.h"
#include "concur/v1/pool.pb-c.h"
#include "concur/v1/session.pb-c.h"

#include <stdlib.h>

static bool
is_mine(const concur_future *future)
{
	return future->conn && future->conn->word == fork_word();
}

/* The call is answered: if the daemon keeps what came with the answer until it hears that it was read, tells it. */
static void
acknowledge(const concur_future *future)
{
	Concur__V1__Empty body = CONCUR__V1__EMPTY__INIT;

	if (is_mine(future) && conn_owes_word(future->conn, &future->call))
		request_tell(future->session, CONCUR_METHOD_SESSION_ACK, &body.base);
}

/* OK when the call is answered. */
static enum concur_status
wait_for_answer(concur_future *future, int64_t timeout_ns)
{
	enum concur_status status = CONCUR_OK;

	if (!call_is_done(&future->call)) {
		if (!is_mine(future))
			return error_plain(CONCUR_FORKED);
		status = conn_wait(future->conn, &future->call, timeout_ns < 0 ? CONCUR_FOREVER : timeout_ns);
		if (status != CONCUR_OK)
			return error_plain(status);
	}
	if (future->call.takes && !call_is_withheld(&future->call))
		acknowledge(future);
	if (future->conn && callback_is_due(future->conn) && is_mine(future))
		callback_run(future->conn);
	return CONCUR_OK;
}

/* How the task has ended that the answer is about. */
static enum concur_status
task_status(const struct call *call)
{
	struct reply_fields fields;

	if (reply_scan(call->body, call->size, &fields) != CONCUR_OK)
		return error_plain(CONCUR_BAD_REPLY);
	return task_end_status((enum concur_task_phase)fields.second, fields.value, fields.size);
}

/* What the answer says. */
static enum concur_status
status_of(const concur_future *future)
{
	const struct call *call = &future->call;
	enum concur_status status = call->status;

	if (status == CONCUR_CANCELLED && future->interrupted)
		return error_set(CONCUR_INTERRUPTED, "a signal arrived; the call was withdrawn");
	if (status != CONCUR_OK && future->detail)
		return error_set(status, "%s", future->detail);
	if (status == CONCUR_CLOSED)
		return error_set(status, "%s",
		    is_mine(future) && conn_why(future->conn) ? conn_why(future->conn)
							      : "the connection to the daemon was lost; connect again");
	if (status != CONCUR_OK)
		return reply_error(status, call->body, call->size);
	status = reply_outcome(future->result, call->body, call->size);
	if (status == CONCUR_TIMED_OUT && future->interrupted && future->result == RESULT_REGRANT)
		return error_set(CONCUR_INTERRUPTED, "a signal arrived; the wait has ended and the lock is held again");
	if (status == CONCUR_OK && future->result == RESULT_TASK)
		return task_status(call);
	return status == CONCUR_OK ? status : error_plain(status);
}

enum concur_status
concur_future_wait(concur_future *future, int64_t timeout_ns)
{
	enum concur_status status;

	if (!future)
		return error_plain(CONCUR_NO_MEMORY);
	status = wait_for_answer(future, timeout_ns);
	return status == CONCUR_OK ? status_of(future) : status;
}

bool
concur_future_done(concur_future *future)
{
	return !future || wait_for_answer(future, 0) != CONCUR_PENDING;
}

void
concur_future_cancel(concur_future *future)
{
	Concur__V1__CancelRequest body = CONCUR__V1__CANCEL_REQUEST__INIT;

	if (!future || call_is_done(&future->call) || !is_mine(future))
		return;
	body.call = future->call.node.key;
	request_tell(future->session, CONCUR_METHOD_SESSION_CANCEL, &body.base);
}

void
future_complete(concur_future *future)
{
	while (future && wait_for_answer(future, CONCUR_FOREVER) == CONCUR_INTERRUPTED) {
		if (future->call.waits && !future->interrupted) {
			future->interrupted = true;
			concur_future_cancel(future);
		}
	}
}

/* Handles that nobody has taken go back. */
static void
give_back(concur_future *future)
{
	struct concur_ends ends;
	concur_object *object;

	if (!call_is_done(&future->call) || future->taken)
		return;
	if (future->result == RESULT_OBJECT && concur_future_object(future, &object) == CONCUR_OK)
		concur_object_free(object);
	if (future->result == RESULT_ENDS && concur_future_ends(future, &ends) == CONCUR_OK) {
		concur_free(ends.end[0]);
		concur_free(ends.end[1]);
	}
}

/* What could not be decoded goes back to where it came from. Its reply does not count as read before this is sent, so
 * that it is still in doubt when this arrives. */
static void
give_items_back(concur_future *future)
{
	Concur__V1__GiveBackRequest body = CONCUR__V1__GIVE_BACK_REQUEST__INIT;

	if (!call_is_withheld(&future->call) || !(future->call.lost || future->untaken))
		return;
	body.reply = future->call.reply;
	request_tell(future->session, CONCUR_METHOD_SESSION_GIVE_BACK, &body.base);
}

static void
forget(concur_future *future)
{
	bool is_done = call_is_done(&future->call);

	if (is_done)
		give_items_back(future);
	conn_forget(future->conn, &future->call);
	if (is_done && call_is_withheld(&future->call))
		acknowledge(future);
}

void
concur_future_free(concur_future *future)
{
	if (!future)
		return;
	if (future->call.waits)
		concur_future_cancel(future);
	if (is_mine(future))
		forget(future);
	give_back(future);
	call_fini(&future->call);
	session_unref(future->session);
	free(future->detail);
	free(future);
}

enum concur_status
future_bad_reply(void)
{
	return error_plain(CONCUR_BAD_REPLY);
}

enum concur_status
future_settle(concur_future *future, enum result result)
{
	if (!future)
		return error_plain(CONCUR_NO_MEMORY);
	if (future->result != result)
		return error_set(CONCUR_BAD_ARGUMENT, "the call has a result of another type");
	return concur_future_wait(future, CONCUR_FOREVER);
}

/* A sentence in a field of its own. */
static enum concur_status
take_sentence(concur_future *future, struct concur_value *ret_value)
{
	enum concur_status status = future_settle(future, RESULT_WHY);
	struct concur_value sentence;
	Concur__V1__WhyReply *reply;

	if (status != CONCUR_OK || !ret_value)
		return status;
	reply = concur__v1__why_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	sentence = concur_bytes(CONCUR_VALUE_TEXT, reply->why.data, reply->why.len);
	status = concur_value_copy(&sentence, ret_value);
	concur__v1__why_reply__free_unpacked(reply, NULL);
	return status;
}

enum concur_status
concur_future_value(concur_future *future, struct concur_value *ret_value)
{
	enum result result = future && future->result == RESULT_TASK ? RESULT_TASK : RESULT_VALUE;
	enum concur_status status, decoded = CONCUR_OK;
	struct concur_value value = { 0 };
	struct reply_fields fields;

	if (future && future->result == RESULT_WHY)
		return take_sentence(future, ret_value);
	status = future_settle(future, result);
	if (!ret_value || (status != CONCUR_OK && status != CONCUR_EXISTS && status != CONCUR_CHANGED))
		return status;
	if (reply_scan(future->call.body, future->call.size, &fields) != CONCUR_OK)
		return future_bad_reply();
	if (fields.size)
		decoded = values_decode(fields.value, fields.size, &value);
	future->untaken = decoded == CONCUR_NO_MEMORY;
	if (decoded != CONCUR_OK)
		return error_plain(decoded);
	*ret_value = value;
	return status;
}

enum concur_status
concur_future_values(concur_future *future, struct concur_values *ret_values)
{
	enum concur_status status = future_settle(future, RESULT_VALUES);

	if (status != CONCUR_OK || !ret_values)
		return status;
	status = reply_values(future->call.body, future->call.size, ret_values);
	future->untaken = status == CONCUR_NO_MEMORY;
	return status == CONCUR_OK ? status : error_plain(status);
}

enum concur_status
concur_future_count(concur_future *future, int64_t *ret_count)
{
	enum concur_status status = future_settle(future, RESULT_COUNT);
	struct reply_fields fields;

	if (status != CONCUR_OK || !ret_count)
		return status;
	if (reply_scan(future->call.body, future->call.size, &fields) != CONCUR_OK)
		return future_bad_reply();
	*ret_count = (int64_t)(fields.second >> 1 ^ -(fields.second & 1)); /* zigzag */
	return CONCUR_OK;
}

enum concur_status
concur_future_reply(concur_future *future, struct concur_reply *ret_reply)
{
	enum concur_status status = future_settle(future, RESULT_RAW);
	struct call *call = future ? &future->call : NULL;
	uint8_t *copy;

	if (status != CONCUR_OK || !ret_reply)
		return status;
	copy = malloc(call->size + 1);
	future->untaken = !copy;
	if (!copy)
		return error_plain(CONCUR_NO_MEMORY);
	if (call->size)
		memcpy(copy, call->body, call->size);
	*ret_reply = (struct concur_reply){ .body = copy, .size = call->size, .owned = copy };
	return CONCUR_OK;
}

void
concur_reply_free(struct concur_reply *reply)
{
	if (!reply)
		return;
	free(reply->owned);
	*reply = (struct concur_reply){ 0 };
}
