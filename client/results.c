/* Results that have a message of their own. */
#include "future.h"

#include "error.h"
#include "object.h"

#include "concur/v1/lock.pb-c.h"
#include "concur/v1/object.pb-c.h"
#include "concur/v1/queue.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

/* The answer says that the lock is held. After a condition's wait it is, unless the call has failed. */
static bool
is_granted(const concur_future *future, enum concur_status status)
{
	if (future && future->result == RESULT_REGRANT)
		return call_is_done(&future->call) && future->call.status == CONCUR_OK;
	return status == CONCUR_OK || status == CONCUR_OWNER_DIED;
}

enum concur_status
concur_future_grant(concur_future *future, struct concur_grant *ret_grant)
{
	bool again = future && future->result == RESULT_REGRANT;
	enum concur_status status = future_settle(future, again ? RESULT_REGRANT : RESULT_GRANT);
	Concur__V1__LockReply *reply;

	if (!ret_grant || !is_granted(future, status))
		return status;
	reply = concur__v1__lock_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_grant = (struct concur_grant){ .token = reply->token };
	if (reply->death)
		ret_grant->death = (struct concur_holder){ reply->death->session, reply->death->process,
			reply->death->context, reply->death->token, reply->death->age_ns };
	concur__v1__lock_reply__free_unpacked(reply, NULL);
	return status;
}

enum concur_status
concur_future_lock_state(concur_future *future, struct concur_lock_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_LOCK_STATE);
	Concur__V1__LockState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__lock_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_state = (struct concur_lock_state){
		.locked = reply->locked,
		.holder = { reply->session, reply->process, reply->context, reply->token, reply->age_ns },
		.waiters = reply->waiters,
		.credits = reply->credits,
		.depth = reply->depth,
		.inconsistent = reply->inconsistent,
		.unrecoverable = reply->unrecoverable,
	};
	concur__v1__lock_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}

enum concur_status
concur_future_queue_state(concur_future *future, struct concur_queue_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_QUEUE_STATE);
	Concur__V1__QueueState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__queue_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_state = (struct concur_queue_state){ reply->size, reply->maxsize, reply->unfinished, reply->getters,
		reply->putters, reply->is_shut_down, reply->delayed, reply->in_doubt };
	concur__v1__queue_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}

concur_object *
future_handle(const concur_future *future, uint64_t id, enum concur_kind kind)
{
	concur_object *object = object_new(future->session, id, kind);

	if (object)
		object->word = future->conn->word; /* of the process that opened it */
	return object;
}

enum concur_status
concur_future_object(concur_future *future, concur_object **ret_object)
{
	enum concur_status status = future_settle(future, RESULT_OBJECT);
	Concur__V1__OpenReply *reply;
	concur_object *object;

	if (status != CONCUR_OK)
		return status;
	if (!ret_object || future->taken)
		return error_set(CONCUR_BAD_ARGUMENT, "the handle has been taken from this future");
	reply = concur__v1__open_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	object = future_handle(future, reply->object, (enum concur_kind)reply->kind);
	if (object)
		object->version = reply->version;
	concur__v1__open_reply__free_unpacked(reply, NULL);
	if (!object)
		return error_plain(CONCUR_NO_MEMORY);
	future->taken = true;
	*ret_object = object;
	return CONCUR_OK;
}

enum concur_status
concur_future_manager(concur_future *future, struct concur_manager *ret_manager)
{
	enum concur_status status = future_settle(future, RESULT_MANAGER);
	Concur__V1__ManagerInfo *reply;

	if (status != CONCUR_OK || !ret_manager)
		return status;
	reply = concur__v1__manager_info__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_manager = (struct concur_manager){ .process = reply->process,
		.uptime_ns = reply->uptime_ns,
		.sessions = reply->sessions,
		.objects = reply->objects,
		.waiters = reply->waiters,
		.calls = reply->calls,
		.bytes = reply->bytes,
		.bytes_max = reply->bytes_max,
		.cut_off = reply->cut_off,
		.number_of_objects = reply->number_of_objects };
	snprintf(ret_manager->daemon, sizeof ret_manager->daemon, "%.*s", (int)reply->daemon.len,
	    (const char *)reply->daemon.data);
	concur__v1__manager_info__free_unpacked(reply, NULL);
	return CONCUR_OK;
}
