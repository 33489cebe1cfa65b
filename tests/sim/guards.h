/* The model of what guards the clients' own things: an rlock with a condition on it, and an rwlock. As the model of
 * locks and queues, it is the plainest way to write down what must happen; its calls are the model's. */
#ifndef TESTS_SIM_GUARDS_H
#define TESTS_SIM_GUARDS_H

#include "lib/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUARDS_SHARES = 64 /* more than there ever are contexts */ };

struct model;
struct model_call;
struct model_session;

/* How far the wait of a condition has come: its call's `object`. */
enum { GUARDS_ASLEEP, GUARDS_NOTIFIED, GUARDS_LATE };

/* The rlock and its condition. */
struct guards_monitor {
	const struct model_session *holder; /* NULL: it is free */
	uint64_t context;
	size_t depth;
	bool has_death;
	uint64_t death_context;
	size_t owed;          /* notifies whose receivers have left without the lock */
	struct link waiters;  /* for the lock: acquires, and waits that take it back */
	struct link sleepers; /* for a notify */
};

struct guards_share {
	const struct model_session *session; /* NULL: nobody's */
	uint64_t context;
	size_t reads, writes;
	uint64_t order; /* of getting in */
};

struct guards_rwlock {
	struct guards_share shares[GUARDS_SHARES];
	bool has_death;
	uint64_t death_context;
	struct link waiters;
	uint64_t shared; /* shares so far */
};

struct guards {
	struct guards_monitor monitor;
	struct guards_rwlock rwlock;
};

void guards_init(struct guards *guards);

/* A call that waits ends: its session's or context's end. Before it is unlinked. */
void guards_call_ends(struct guards *guards, const struct model_call *call);

/* Its time is over, or it is cancelled: true if it goes on to take its lock back. */
bool guards_recall(struct guards *guards, struct model_call *call);

/* Somebody has left without what he waited for; others may go on. */
void guards_settle(struct guards *guards);

/* A session's context has ended, or with 0 the session. */
void guards_let_go(struct guards *guards, const struct model_session *session, uint64_t context, bool has_died);

/* How much of them a session holds, and whether a context waits for one that may be blocked elsewhere. */
unsigned guards_held_by(const struct guards *guards, const struct model_session *session);
bool guards_are_waited_for(const struct guards *guards);

void guards_acquire(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void guards_release(struct guards *guards, struct model_call *call);
void guards_wait(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void guards_notify(struct guards *guards, struct model_call *call, uint64_t most);

/* guards_rwlock.c. The shares for which a call has to wait, as they came in, from position 0 on. */
bool guards_next_share(const struct guards_rwlock *rwlock, const struct model_call *call, uint64_t *position,
    const struct model_session **ret_session, uint64_t *ret_context);
void guards_rwlock_settle(struct guards_rwlock *rwlock);
void guards_rwlock_let_go(struct guards_rwlock *rwlock, const struct model_session *session, uint64_t context,
    bool has_died);
void guards_enter(struct model *model, struct model_call *call, bool writes, int64_t wait_ns, uint64_t now_ns);
void guards_leave(struct guards *guards, struct model_call *call, bool writes);
void guards_downgrade(struct guards *guards, struct model_call *call);

/* -- for its parts ----------------------------------------------------------------------------------------------- */

/* Whether the call's context has a call in that queue. */
bool guards_is_in(const struct link *queue, const struct model_call *call);

/* The call is over and has what it wanted, with the news of a death if there is one. */
void guards_grant(struct model_call *call, bool *has_death, uint64_t death_context);

#endif
