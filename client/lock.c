/* Calls on locks, and the guard that a lock's token makes. */
#include "shapes.h"

#include "error.h"
#include "pack.h"
#include "thread.h"

#include "concur/v1/lock.pb-c.h"
#include "concur/v1/methods.h"

static concur_future *
lock_acquire(unsigned flags, concur_lock *lock, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(lock, CONCUR_METHOD_LOCK_ACQUIRE, RESULT_GRANT, flags), timeout_ns);
}

FORMS(grant, struct concur_grant, lock_acquire, (concur_lock * lock, int64_t timeout_ns), (lock, timeout_ns))

static concur_future *
lock_release(unsigned flags, concur_lock *lock)
{
	return shape_object(ON(lock, CONCUR_METHOD_LOCK_RELEASE, RESULT_DONE, flags));
}

FORMS_DONE(lock_release, (concur_lock * lock), (lock))

static concur_future *
lock_consistent(unsigned flags, concur_lock *lock, uint64_t token)
{
	const struct request *request = ON(lock, CONCUR_METHOD_LOCK_CONSISTENT, RESULT_DONE, flags);
	Concur__V1__TokenRequest body = CONCUR__V1__TOKEN_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	body.token = token;
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(lock_consistent, (concur_lock * lock, uint64_t token), (lock, token))

static concur_future *
lock_state(unsigned flags, concur_lock *lock)
{
	return shape_object(ON(lock, CONCUR_METHOD_LOCK_STATE, RESULT_LOCK_STATE, flags));
}

FORMS(lock_state, struct concur_lock_state, lock_state, (concur_lock * lock), (lock))

enum concur_status
concur_guard(concur_session *session, const concur_lock *lock, uint64_t token)
{
	struct owner *owner = thread_owner(session);

	if (!owner)
		return error_plain(CONCUR_NO_MEMORY);
	owner->guard_lock = lock ? HANDLE((uintptr_t)lock)->id : 0;
	owner->guard_token = lock ? token : 0;
	return CONCUR_OK;
}
