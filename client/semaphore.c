/* Calls on semaphores. */
#include "shapes.h"

#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/semaphore.pb-c.h"

static concur_future *
semaphore_acquire(unsigned flags, concur_semaphore *semaphore, int64_t count, int64_t timeout_ns)
{
	Concur__V1__PermitsRequest body = CONCUR__V1__PERMITS_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_WAITING(semaphore, CONCUR_METHOD_SEMAPHORE_ACQUIRE, RESULT_GRANT, flags));
	body.object = pack.object;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	body.count = count;
	return pack_begin(&pack, &body.base);
}

FORMS(grant, struct concur_grant, semaphore_acquire, (concur_semaphore * semaphore, int64_t count, int64_t timeout_ns),
    (semaphore, count, timeout_ns))

static concur_future *
semaphore_release(unsigned flags, concur_semaphore *semaphore, int64_t count)
{
	return shape_count(ON(semaphore, CONCUR_METHOD_SEMAPHORE_RELEASE, RESULT_DONE, flags), count);
}

FORMS_DONE(semaphore_release, (concur_semaphore * semaphore, int64_t count), (semaphore, count))

static concur_future *
semaphore_resize(unsigned flags, concur_semaphore *semaphore, int64_t count)
{
	return shape_count(ON(semaphore, CONCUR_METHOD_SEMAPHORE_RESIZE, RESULT_DONE, flags), count);
}

FORMS_DONE(semaphore_resize, (concur_semaphore * semaphore, int64_t count), (semaphore, count))

static concur_future *
semaphore_state(unsigned flags, concur_semaphore *semaphore)
{
	return shape_object(ON(semaphore, CONCUR_METHOD_SEMAPHORE_STATE, RESULT_SEMAPHORE_STATE, flags));
}

enum concur_status
concur_future_semaphore_state(concur_future *future, struct concur_semaphore_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_SEMAPHORE_STATE);
	Concur__V1__SemaphoreState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__semaphore_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_state = (struct concur_semaphore_state){ reply->value, reply->count, reply->holders, reply->waiters,
		reply->credits, reply->bounded, reply->strict };
	concur__v1__semaphore_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}

FORMS(semaphore_state, struct concur_semaphore_state, semaphore_state, (concur_semaphore * semaphore), (semaphore))
