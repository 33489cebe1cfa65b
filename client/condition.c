/* Calls on conditions. Lock's methods take a condition's id, too: then they are about its lock. */
#include "shapes.h"

#include "clock.h"
#include "error.h"

#include "concur/v1/methods.h"

static concur_future *
condition_acquire(unsigned flags, concur_condition *condition, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(condition, CONCUR_METHOD_LOCK_ACQUIRE, RESULT_GRANT, flags), timeout_ns);
}

FORMS(grant, struct concur_grant, condition_acquire, (concur_condition * condition, int64_t timeout_ns),
    (condition, timeout_ns))

static concur_future *
condition_release(unsigned flags, concur_condition *condition)
{
	return shape_object(ON(condition, CONCUR_METHOD_LOCK_RELEASE, RESULT_DONE, flags));
}

FORMS_DONE(condition_release, (concur_condition * condition), (condition))

static concur_future *
condition_wait(unsigned flags, concur_condition *condition, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(condition, CONCUR_METHOD_CONDITION_WAIT, RESULT_REGRANT, flags), timeout_ns);
}

FORMS(grant, struct concur_grant, condition_wait, (concur_condition * condition, int64_t timeout_ns),
    (condition, timeout_ns))

static concur_future *
condition_notify(unsigned flags, concur_condition *condition, int64_t count)
{
	return shape_count(ON(condition, CONCUR_METHOD_CONDITION_NOTIFY, RESULT_COUNT, flags), count);
}

FORMS(count, int64_t, condition_notify, (concur_condition * condition, int64_t count), (condition, count))

static concur_future *
condition_notify_all(unsigned flags, concur_condition *condition)
{
	return shape_object(ON(condition, CONCUR_METHOD_CONDITION_NOTIFY_ALL, RESULT_COUNT, flags));
}

FORMS(count, int64_t, condition_notify_all, (concur_condition * condition), (condition))

concur_future *
concur_condition_lock_begin(concur_condition *condition)
{
	return shape_object(ON(condition, CONCUR_METHOD_CONDITION_LOCK, RESULT_OBJECT, 0));
}

enum concur_status
concur_condition_lock(concur_condition *condition, concur_lock **ret_lock)
{
	concur_future *future = concur_condition_lock_begin(condition);
	concur_object *object;
	enum concur_status status;

	future_complete(future);
	status = concur_future_object(future, &object);
	if (status == CONCUR_OK)
		*ret_lock = concur_object_lock(object);
	concur_future_free(future);
	return status;
}

/* -- waiting for something --------------------------------------------------------------------------------------- */

/* When a wait that begins now is over; CONCUR_FOREVER: never. */
static int64_t
deadline_of(int64_t timeout_ns)
{
	int64_t now = clock_now_ns();

	return timeout_ns < 0 || timeout_ns > INT64_MAX - now ? CONCUR_FOREVER : now + timeout_ns;
}

static int64_t
time_left(int64_t deadline_ns)
{
	int64_t left = deadline_ns - clock_now_ns();

	if (deadline_ns < 0)
		return CONCUR_FOREVER;
	return left > 0 ? left : 0;
}

enum concur_status
concur_condition_wait_for(concur_condition *condition, bool (*predicate)(void *arg), void *arg, int64_t timeout_ns,
    struct concur_grant *ret_grant)
{
	int64_t deadline_ns = deadline_of(timeout_ns);
	enum concur_status status = CONCUR_OK;

	if (timeout_ns < CONCUR_FOREVER)
		return error_set(CONCUR_BAD_WAIT, "a time to wait is not negative, or CONCUR_FOREVER");
	while (status == CONCUR_OK && !predicate(arg))
		status = concur_condition_wait(condition, time_left(deadline_ns), ret_grant);
	/* It may have come true without a word, or just too late for one. */
	return status == CONCUR_TIMED_OUT && predicate(arg) ? CONCUR_OK : status;
}
