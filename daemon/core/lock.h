/* The lock and the rlock: mutual exclusion, first come first served, owned by a context of a session, fenced by tokens.
 *
 * A lock, plain, is Python's multiprocessing.Lock: anyone may release it, and one whose owner's session said goodbye
 * stays locked. Strict, only the owner may release it, and a goodbye releases it. An rlock is Python's RLock: strict,
 * and its owner may acquire it again, as often as it then releases it. All pass on when their owner dies, and the next
 * owner is told, as POSIX robust mutexes do with EOWNERDEAD. The news goes to one owner; if that one dies, the next
 * hears of its death.
 *
 * What happens when the one who was told releases the lock without having said that it is consistent: nothing, nobody
 * is told again; but a robust lock is then not recoverable, as with POSIX (ENOTRECOVERABLE): all who wait for it and
 * all who come are refused with NOT_RECOVERABLE, until somebody says that it is consistent after all, or removes it. */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include "daemon/core/object.h"

extern const struct kind lock_kind;
extern const struct kind rlock_kind;

struct lock;

/* What waiters on a lock wait for. */
enum lock_role {
	LOCK_ACQUIRE,
	LOCK_TAKE_BACK,      /* after a condition's wait that was notified */
	LOCK_TAKE_BACK_LATE, /* after one that was not: its time was over, or it was cancelled */
};

struct lock_state {
	bool locked;
	uint64_t session, process, context; /* of the holder, also of one that has left since */
	uint64_t token;
	uint64_t since_ns;
	uint64_t depth; /* acquires that the holder has not released yet */
	uint64_t waiters;
	bool credit;
	bool inconsistent; /* the holder was told of a death, and has not said yet that it is consistent */
	bool unrecoverable;
};

/* True for objects of either kind. */
bool lock_is(const struct object *object);

/* OK with result->number the token; OUTCOME_OWNER_DIED the same, and result->death says who; OUTCOME_TIMED_OUT;
 * PENDING; DEADLOCK (unless anyone may release it; core->detail has the circle); WAITING (rlock: this owner waits for
 * it already); NOT_RECOVERABLE; LIMIT; NO_MEMORY. An rlock's owner gets it again at once, under the same token. */
enum concur_status lock_acquire(struct core *core, struct lock *lock, const struct ask *ask, struct result *ret);

/* NOT_LOCKED; NOT_OWNER (strict); WAITING: this owner waits for the lock itself. */
enum concur_status lock_release(struct core *core, struct lock *lock, const struct session *session, uint64_t context);

/* Says that what the lock protects is consistent again. `token`: that of the grant which was told OWNER_DIED, whoever
 * says so; 0: an operator's word, for a lock that is not recoverable. *ret_was_needed is false if nobody was waiting
 * for that word. STALE_TOKEN. */
enum concur_status lock_consistent(struct core *core, struct lock *lock, uint64_t token, bool *ret_was_needed);

void lock_state(const struct lock *lock, struct lock_state *ret);

/* True while the lock is held under that token. */
bool lock_guards(const struct lock *lock, uint64_t token);

/* -- for conditions ---------------------------------------------------------------------------------------------- */

/* Somebody whose waiters depend on the lock: it is told when the lock is gone (REMOVED) or not recoverable. */
struct lock_user {
	struct link link; /* in lock->users; unlinked by whom it is embedded in */
	void (*lock_failed)(struct core *core, struct lock_user *user, enum concur_status status);
};
void lock_use(struct lock *lock, struct lock_user *user);

/* May this owner wait or notify: it holds the lock; a lock that anyone may release must only be locked. NOT_LOCKED,
 * NOT_OWNER, WAITING, NOT_RECOVERABLE. */
enum concur_status lock_check_held(const struct lock *lock, const struct session *session, uint64_t context);

/* The token and the recursion of the present grant; then lock_give_up() lets go of all of it. */
uint64_t lock_token(const struct lock *lock);
uint64_t lock_depth(const struct lock *lock);
void lock_give_up(struct core *core, struct lock *lock);

/* The waiter stands in line to take the lock back, waiter->amount deep; its role becomes `role`. */
void lock_take_back(struct core *core, struct lock *lock, struct waiter *waiter, enum lock_role role);

#endif
