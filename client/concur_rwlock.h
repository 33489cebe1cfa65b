/* Calls on rwlocks: many readers, or one writer. Part of <concur.h>, which has the rules that all calls share.
 *
 * First come first served: readers that come behind a waiting writer wait, so writers do not starve. Holds belong to a
 * thread or a context and are counted: whoever reads may read again at once, whoever writes may read and write again,
 * and all of it is released one by one. The only reader may become the writer without letting go; while others read,
 * it waits for them to leave, and a second reader that wants to is refused with DEADLOCK at once.
 *
 * However a reader ends, it leaves. When a writer dies, the next one who gets in, reader or writer, is told OWNER_DIED,
 * once: what the lock protects may be half done. */
#ifndef CONCUR_RWLOCK_H
#define CONCUR_RWLOCK_H

#include "concur.h"
#include "concur_lock.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* OK, or OWNER_DIED: both mean that it is held now; *ret_grant (may be NULL) is set for both. TIMED_OUT. DEADLOCK if
 * waiting could never end. WAITING: this thread waits for it already, by a call that was begun. */
CONCUR_CHECKED enum concur_status concur_rwlock_read(concur_rwlock *rwlock, int64_t timeout_ns,
    struct concur_grant *ret_grant);
concur_future *concur_rwlock_read_begin(concur_rwlock *rwlock, int64_t timeout_ns);
CONCUR_CHECKED enum concur_status concur_rwlock_write(concur_rwlock *rwlock, int64_t timeout_ns,
    struct concur_grant *ret_grant);
concur_future *concur_rwlock_write_begin(concur_rwlock *rwlock, int64_t timeout_ns);

/* Each gives one read, or one write, back. NOT_LOCKED: nobody has it so; NOT_OWNER: only others have; WAITING. */
CONCUR_CHECKED enum concur_status concur_rwlock_release_read(concur_rwlock *rwlock);
concur_future *concur_rwlock_release_read_begin(concur_rwlock *rwlock);
CONCUR_CHECKED enum concur_status concur_rwlock_release_write(concur_rwlock *rwlock);
concur_future *concur_rwlock_release_write_begin(concur_rwlock *rwlock);

/* Turns one write into a read, so that nobody can write in between; the token stays. NOT_LOCKED, NOT_OWNER, WAITING. */
CONCUR_CHECKED enum concur_status concur_rwlock_downgrade(concur_rwlock *rwlock, struct concur_grant *ret_grant);
concur_future *concur_rwlock_downgrade_begin(concur_rwlock *rwlock);

/* As concur_guard(), which it takes the place of: calls are carried out only while somebody holds the rwlock, to read
 * or to write, under that token. */
CONCUR_CHECKED enum concur_status concur_rwlock_guard(concur_session *session, const concur_rwlock *rwlock,
    uint64_t token);

struct concur_rwlock_state {
	uint64_t readers; /* 0 while there is a writer */
	bool written;
	struct concur_holder writer; /* if it is written */
	uint64_t waiters;
};
CONCUR_CHECKED enum concur_status concur_rwlock_state(concur_rwlock *rwlock, struct concur_rwlock_state *ret_state);
concur_future *concur_rwlock_state_begin(concur_rwlock *rwlock);
CONCUR_CHECKED enum concur_status concur_future_rwlock_state(concur_future *future,
    struct concur_rwlock_state *ret_state);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
