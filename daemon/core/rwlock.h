/* The rwlock: many readers, or one writer; first come first served, owned by contexts of sessions, fenced by tokens.
 *
 * Readers that arrive behind a waiting writer wait, and readers next to each other in the queue are let in together, so
 * nobody starves. Every hold is strict and counted: whoever reads may read again at once, even past waiting writers (it
 * would wait for itself), and whoever writes may read and write again. The only reader may become the writer without
 * letting go; a reader that wants to while others read waits in front of all others until these have left, and while
 * one waits so a second one is refused with DEADLOCK at once, since each would wait for the other to leave.
 *
 * The death of a reader just lets go. That of a writer is told, once, to the next who gets in, as a lock does. */
#ifndef CORE_RWLOCK_H
#define CORE_RWLOCK_H

#include "daemon/core/object.h"

extern const struct kind rwlock_kind;

struct rwlock;

struct rwlock_state {
	uint64_t readers; /* owners that read and do not write */
	bool written;     /* there is a writer, and this it is: */
	uint64_t session, process, context;
	uint64_t token;
	uint64_t since_ns;
	uint64_t waiters;
};

/* OK with result->number the token of the owner's hold; OUTCOME_OWNER_DIED the same, and result->death says who;
 * OUTCOME_TIMED_OUT; PENDING; DEADLOCK (core->detail says why); WAITING: this owner waits for it already; LIMIT;
 * NO_MEMORY. To write after having read draws a new token. */
enum concur_status rwlock_read(struct core *core, struct rwlock *rwlock, const struct ask *ask, struct result *ret);
enum concur_status rwlock_write(struct core *core, struct rwlock *rwlock, const struct ask *ask, struct result *ret);

/* Each gives one read, or one write, back. NOT_LOCKED: nobody has it so; NOT_OWNER: others have; WAITING. */
enum concur_status rwlock_release_read(struct core *core, struct rwlock *rwlock, const struct session *session,
    uint64_t context);
enum concur_status rwlock_release_write(struct core *core, struct rwlock *rwlock, const struct session *session,
    uint64_t context);

/* Turns one write into a read, without a moment in between; the token stays. *ret_token. The statuses of release. */
enum concur_status rwlock_downgrade(struct core *core, struct rwlock *rwlock, const struct session *session,
    uint64_t context, uint64_t *ret_token);

void rwlock_state(const struct rwlock *rwlock, struct rwlock_state *ret);

/* True while somebody holds it, to read or to write, under that token. */
bool rwlock_guards(const struct rwlock *rwlock, uint64_t token);

#endif
