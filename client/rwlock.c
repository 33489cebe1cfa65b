/* Calls on rwlocks. */
#include "shapes.h"

#include "concur/v1/methods.h"
#include "concur/v1/rwlock.pb-c.h"

static concur_future *
rwlock_read(unsigned flags, concur_rwlock *rwlock, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(rwlock, CONCUR_METHOD_RWLOCK_READ, RESULT_GRANT, flags), timeout_ns);
}

FORMS(grant, struct concur_grant, rwlock_read, (concur_rwlock * rwlock, int64_t timeout_ns), (rwlock, timeout_ns))

static concur_future *
rwlock_write(unsigned flags, concur_rwlock *rwlock, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(rwlock, CONCUR_METHOD_RWLOCK_WRITE, RESULT_GRANT, flags), timeout_ns);
}

FORMS(grant, struct concur_grant, rwlock_write, (concur_rwlock * rwlock, int64_t timeout_ns), (rwlock, timeout_ns))

static concur_future *
rwlock_release_read(unsigned flags, concur_rwlock *rwlock)
{
	return shape_object(ON(rwlock, CONCUR_METHOD_RWLOCK_RELEASE_READ, RESULT_DONE, flags));
}

FORMS_DONE(rwlock_release_read, (concur_rwlock * rwlock), (rwlock))

static concur_future *
rwlock_release_write(unsigned flags, concur_rwlock *rwlock)
{
	return shape_object(ON(rwlock, CONCUR_METHOD_RWLOCK_RELEASE_WRITE, RESULT_DONE, flags));
}

FORMS_DONE(rwlock_release_write, (concur_rwlock * rwlock), (rwlock))

static concur_future *
rwlock_downgrade(unsigned flags, concur_rwlock *rwlock)
{
	return shape_object(ON(rwlock, CONCUR_METHOD_RWLOCK_DOWNGRADE, RESULT_GRANT, flags));
}

FORMS(grant, struct concur_grant, rwlock_downgrade, (concur_rwlock * rwlock), (rwlock))

static concur_future *
rwlock_state(unsigned flags, concur_rwlock *rwlock)
{
	return shape_object(ON(rwlock, CONCUR_METHOD_RWLOCK_STATE, RESULT_RWLOCK_STATE, flags));
}

FORMS(rwlock_state, struct concur_rwlock_state, rwlock_state, (concur_rwlock * rwlock), (rwlock))

/* A guard is an object's id and a token. */
enum concur_status
concur_rwlock_guard(concur_session *session, const concur_rwlock *rwlock, uint64_t token)
{
	return concur_guard(session, (const concur_lock *)(const void *)rwlock, token);
}

enum concur_status
concur_future_rwlock_state(concur_future *future, struct concur_rwlock_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_RWLOCK_STATE);
	Concur__V1__RWLockState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__rwlock_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_state = (struct concur_rwlock_state){
		.readers = reply->readers,
		.written = reply->written,
		.writer = { reply->session, reply->process, reply->context, reply->token, reply->age_ns },
		.waiters = reply->waiters,
	};
	concur__v1__rwlock_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}
