/* The lock: mutual exclusion, first come first served, owned by a context of a session, fenced by tokens.
 *
 * Plain, it is Python's multiprocessing.Lock: anyone may release it, and one whose owner's session said goodbye stays
 * locked. Strict, only the owner may release it, and a goodbye releases it. Either passes on when its owner dies, and
 * the next owner is told (as POSIX robust mutexes do with EOWNERDEAD). */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include "daemon/core/object.h"

extern const struct kind lock_kind;

struct lock;

struct lock_state {
	bool locked;
	uint64_t session, process, context; /* of the holder, also of one that has left since */
	uint64_t token;
	uint64_t since_ns;
	uint64_t waiters;
	bool credit;
};

/* OK with result->number the token; OUTCOME_OWNER_DIED the same, and result->death says who; OUTCOME_TIMED_OUT;
 * PENDING; DEADLOCK (strict locks only; core->detail has the cycle); LIMIT; NO_MEMORY. */
enum concur_status lock_acquire(struct core *core, struct lock *lock, const struct ask *ask, struct result *ret);

/* NOT_LOCKED; NOT_OWNER (strict); WAITING: this owner waits for the lock itself. */
enum concur_status lock_release(struct core *core, struct lock *lock, const struct session *session, uint64_t context);

void lock_state(const struct lock *lock, struct lock_state *ret);

/* True while the lock is held under that token. */
bool lock_guards(const struct lock *lock, uint64_t token);

#endif
