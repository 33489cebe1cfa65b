/* Calls on conditions: owners of a lock wait for a word from another owner of it, as with Python's Condition. Part of
 * <concur.h>, which has the rules that all calls share.
 *
 * A condition is on an rlock of its own, or on the lock or rlock that it was opened with (struct concur_open). Who
 * waits or notifies must hold that lock; if it is one that anyone may release, it must only be held by somebody.
 * Otherwise NOT_LOCKED or NOT_OWNER, as Python's RuntimeError. */
#ifndef CONCUR_CONDITION_H
#define CONCUR_CONDITION_H

#include "concur.h"
#include "concur_lock.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* As concur_lock_acquire() and concur_lock_release() of the condition's lock. */
CONCUR_CHECKED enum concur_status concur_condition_acquire(concur_condition *condition, int64_t timeout_ns,
    struct concur_grant *ret_grant);
concur_future *concur_condition_acquire_begin(concur_condition *condition, int64_t timeout_ns);
CONCUR_CHECKED enum concur_status concur_condition_release(concur_condition *condition);
concur_future *concur_condition_release_begin(concur_condition *condition);

/* A handle on the condition's lock, to be freed; the future gives it as a concur_object. */
CONCUR_CHECKED enum concur_status concur_condition_lock(concur_condition *condition, concur_lock **ret_lock);
concur_future *concur_condition_lock_begin(concur_condition *condition);

/* Gives the lock up, however often it was acquired, waits to be notified, and comes back when it holds the lock again,
 * as often as before. *ret_grant (may be NULL) is the lock's new grant. In all of these the lock is held:
 * OK: notified. TIMED_OUT: not within that time; with a timeout of 0 the lock is not even given up. OWNER_DIED:
 * somebody died holding the lock meanwhile; whether it was notified does not matter then. INTERRUPTED: a signal
 * arrived. With any other status it is not held, or not by this call: REMOVED and NOT_FOUND (the condition or its lock
 * is gone), NOT_RECOVERABLE, NOT_LOCKED, NOT_OWNER, WAITING. Cancelling the future of a wait ends it as its timeout
 * does, and so does freeing it early: the lock then comes back to a caller that does not look. */
CONCUR_CHECKED enum concur_status concur_condition_wait(concur_condition *condition, int64_t timeout_ns,
    struct concur_grant *ret_grant);
concur_future *concur_condition_wait_begin(concur_condition *condition, int64_t timeout_ns);

/* Waits, as often as need be, until the predicate is true: OK. The predicate is called with the lock held; it may use
 * the library. TIMED_OUT if it was still false when the time was over; any other status of the wait ends it, too: with
 * OWNER_DIED what the predicate looks at may be half done. */
CONCUR_CHECKED enum concur_status concur_condition_wait_for(concur_condition *condition, bool (*predicate)(void *arg),
    void *arg, int64_t timeout_ns, struct concur_grant *ret_grant);

/* Notifies those who wait longest, at most `count`, or all of them. They come back one after the other as they get the
 * lock. Nobody remembers a notify: *ret_notified (may be NULL) says how many there were. VALUE_ERROR: count is
 * negative. */
CONCUR_CHECKED enum concur_status concur_condition_notify(concur_condition *condition, int64_t count,
    int64_t *ret_notified);
concur_future *concur_condition_notify_begin(concur_condition *condition, int64_t count);
CONCUR_CHECKED enum concur_status concur_condition_notify_all(concur_condition *condition, int64_t *ret_notified);
concur_future *concur_condition_notify_all_begin(concur_condition *condition);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
