/* The condition: owners of a lock wait on it until another owner of the lock notifies them, as with Python's Condition.
 *
 * It is on an rlock of its own, or on a lock or rlock that was given; either way it keeps a reference. A wait gives the
 * whole recursion of the lock up and is answered only when the lock is held again, as deep as before: notified, or, as
 * a plain no, when its time was over or it was cancelled. Nobody wakes without one of these. A notify that was given to
 * a wait which ends before it has the lock again (its session or context ended) goes on to the next. When the
 * lock is gone or not recoverable, or the condition is removed, waits end with that status and without the lock. */
#ifndef CORE_CONDITION_H
#define CORE_CONDITION_H

#include "daemon/core/lock.h"

extern const struct kind condition_kind;

struct condition;

/* The lock it is on; NULL when that is gone. */
struct lock *condition_lock(struct condition *condition);

/* PENDING; then OK with result->number the token of the lock's new grant, and death if the lock's last owner died;
 * OUTCOME_DONE, OUTCOME_OWNER_DIED or OUTCOME_TIMED_OUT. With wait_ns 0 OUTCOME_TIMED_OUT at once, and nothing is given
 * up. The statuses of lock_check_held(); NOT_FOUND: its lock is gone; LIMIT; NO_MEMORY. */
enum concur_status condition_wait(struct core *core, struct condition *condition, const struct ask *ask,
    struct result *ret);

/* Wakes those who wait longest, at most `most`; *ret_woken says how many. They then stand in line for the lock. The
 * statuses of lock_check_held(); NOT_FOUND. */
enum concur_status condition_notify(struct core *core, struct condition *condition, const struct session *session,
    uint64_t context, uint64_t most, uint64_t *ret_woken);

#endif
