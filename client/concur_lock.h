/* Calls on locks and rlocks: fair, owned by a thread or a context, fenced by tokens that never repeat. Part of
 * <concur.h>, which has the rules that all calls share. A lock is Python's multiprocessing.Lock, an rlock its RLock,
 * whose owner may acquire it again and releases it as often; both tell of deaths as POSIX robust mutexes do. */
#ifndef CONCUR_LOCK_H
#define CONCUR_LOCK_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* What an owner was given. */
struct concur_grant {
	uint64_t token;             /* rises with every grant of the daemon; see concur_guard() */
	struct concur_holder death; /* with OWNER_DIED: who died with it, under which token, how long ago */
};

/* OK, or OWNER_DIED: both mean that the lock is held now, the second that what it protects may be half done, and
 * *ret_grant (may be NULL) is set for both. TIMED_OUT. DEADLOCK if waiting could never end (locks that are strict, and
 * rlocks). NOT_RECOVERABLE. WAITING: this thread waits for the rlock already, by a call that was begun. */
CONCUR_CHECKED enum concur_status concur_lock_acquire(concur_lock *lock, int64_t timeout_ns,
    struct concur_grant *ret_grant);
concur_future *concur_lock_acquire_begin(concur_lock *lock, int64_t timeout_ns);
CONCUR_CHECKED enum concur_status concur_future_grant(concur_future *future, struct concur_grant *ret_grant);

/* A lock that is neither strict nor robust nor an rlock may be released by anyone. NOT_LOCKED, NOT_OWNER, WAITING. */
CONCUR_CHECKED enum concur_status concur_lock_release(concur_lock *lock);
concur_future *concur_lock_release_begin(concur_lock *lock);

/* Says that what the lock protects is consistent again. `token` is that of the grant which came with OWNER_DIED; 0 is
 * the word of an operator, who may say it of a lock that is NOT_RECOVERABLE. STALE_TOKEN: the lock is not held under
 * that token. NOT_THERE: nobody was waiting for that word. Needed for robust locks only. */
CONCUR_CHECKED enum concur_status concur_lock_consistent(concur_lock *lock, uint64_t token);
concur_future *concur_lock_consistent_begin(concur_lock *lock, uint64_t token);

struct concur_lock_state {
	bool locked;
	struct concur_holder holder; /* if it is locked */
	uint64_t waiters;
	uint64_t credits;   /* releases by others that a death has left to absorb: 0 or 1 */
	uint64_t depth;     /* acquires that the holder has not released yet */
	bool inconsistent;  /* the holder was told OWNER_DIED, and has not said yet that it is consistent */
	bool unrecoverable; /* NOT_RECOVERABLE for all */
};
CONCUR_CHECKED enum concur_status concur_lock_state(concur_lock *lock, struct concur_lock_state *ret_state);
concur_future *concur_lock_state_begin(concur_lock *lock);
CONCUR_CHECKED enum concur_status concur_future_lock_state(concur_future *future, struct concur_lock_state *ret_state);

/* From now on all calls of this thread (or the context it uses) on this session are carried out only while the lock is
 * held under that token, and else refused with STALE_TOKEN. NULL takes the guard away. NO_MEMORY. */
CONCUR_CHECKED enum concur_status concur_guard(concur_session *session, const concur_lock *lock, uint64_t token);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
