/* Waiters: calls that are not answered yet.
 *
 * Life: waiter_new() links it to its session, its owner, its object's queue and, with a deadline, to the heap; exactly
 * one of waiter_wake() (then waiter_answer(), from core_answer()), waiter_withdraw() or waiter_drop() ends it. While it
 * waits it keeps its object alive. */
#ifndef CORE_WAITER_H
#define CORE_WAITER_H

#include "daemon/core/core.h"
#include "daemon/core/owner.h"
#include "daemon/core/result.h"

struct object;

/* What the layer above does with a waiter; the core calls nothing else upwards. */
struct waiter_ops {
	/* The call is over: its status, result and detail say how. The waiter is freed after it. */
	void (*reply)(struct core *core, struct waiter *waiter);
};

struct task;

/* What a waiter can not go on without, as its kind's `blocked_by` finds it, one after the other: an owner, or a task
 * that waits for others. */
struct blocker {
	const struct owner *owner;
	struct task *task;     /* in place of an owner */
	const struct link *at; /* the kind's: where it stands; NULL before the first */
};

/* What a search through waiters (deadlock.h, stall.h) remembers of one, or of a task that waits for others. */
struct snag {
	uint64_t number; /* of the last search that came by; core->searches */
	struct snag *from;
	struct blocker blocker;
	struct task *task; /* whose it is; NULL: a waiter's */
};

/* Who asks, and how long it would wait. */
struct ask {
	struct session *session;
	uint64_t context;
	uint64_t call;   /* id of the call, for cancel; unique in its session */
	int64_t wait_ns; /* 0 does not wait, -1 for ever, above 0 so long from this turn */
	bool blocked;    /* the context does nothing else meanwhile */
	const struct waiter_ops *ops;
};

struct waiter {
	/* What the end of a session looks at in all its waiters at once stands first, and close together. */
	struct link link; /* in the object's queue, later in core->ready */
	struct link in_session;
	struct link in_object; /* in object->waiters, whatever it waits for there */
	struct object *object; /* one reference; NULL once it has left with its session */
	uint64_t origin;       /* it was moved from the object of this id, to take a lock back; 0: it was not */
	uint8_t role;          /* the kind's: what it waits for */
	bool blocked;
	bool in_run;   /* a worker's thread waits in it for a task: counted in session->runs_blocked */
	bool has_pins; /* on what its result refers to */
	struct link in_owner;
	struct owner *owner; /* NULL once it is woken */
	struct session *session;
	struct table_node by_call; /* in session->calls; the key is the call id */
	struct heap_node deadline;
	const struct waiter_ops *ops;
	uint64_t since_ns;
	uint64_t number;           /* rises from waiter to waiter: the youngest has the highest */
	enum outcome at_deadline;  /* the plain no that a time-out gives */
	enum concur_status late;   /* the status that it gives instead, unless it is OK */
	size_t amount;             /* the kind's: how many items it wants */
	uint64_t due_ns;           /* the kind's: of the items that it brings */
	uint64_t expires_ns;       /* the same */
	enum concur_status status; /* how it ended */
	struct result result;      /* the same; while it waits, what it brings (an item to put) */
	char *detail;              /* words that belong to a status of DEADLOCK, or NULL */
	void *prepared;            /* the kind's: memory for when it is served; what is left is freed with the waiter */
	struct snag snag;
};

/* A new waiter at the end of `queue`. CONCUR_PENDING; CONCUR_LIMIT at calls_max, or CONCUR_NO_MEMORY: then nothing is
 * linked. *ret may be NULL. */
enum concur_status waiter_new(struct core *core, struct object *object, struct link *queue, const struct ask *ask,
    enum outcome at_deadline, struct waiter **ret);

/* What it brings stands in waiter->result, in the store but not yet any object's: holds what that refers to, until it
 * is unpinned to be taken over, or given back. */
void waiter_pin(struct core *core, struct waiter *waiter);
void waiter_unpin(struct core *core, struct waiter *waiter);

/* It goes on waiting elsewhere, for ever: at the end of `queue`, on that object, to take back what it gave up when it
 * began to wait. Its own object becomes its origin, which is told if it leaves. */
void waiter_move(struct core *core, struct waiter *waiter, struct object *object, struct link *queue, uint8_t role);

/* A worker's thread waits in it for a task, inside of another one: it is counted while it waits. */
void waiter_count_run(struct core *core, struct waiter *waiter);

/* Its time is never over from here on. */
void waiter_for_ever(struct core *core, struct waiter *waiter);

/* It ends with this status, and waiter->result: unlinks it from everything and puts it on the ready list. */
void waiter_wake(struct core *core, struct waiter *waiter, enum concur_status status);

/* As waiter_wake, with a status that is not OK: what it brought is given back. */
void waiter_fail(struct core *core, struct waiter *waiter, enum concur_status status);

/* As waiter_wake, with a plain no in place of a result: what it brought is given back. */
void waiter_wake_outcome(struct core *core, struct waiter *waiter, enum outcome outcome);

/* The call that made it is answered at once after all: unlinks and frees it. */
void waiter_withdraw(struct core *core, struct waiter *waiter);

/* The end of its session, in three steps, each for all its waiters before the next one. It leaves its queue and its
 * object's list, so that nothing is given to it and nothing finds it there. Its kind is told that it has left, which
 * may wake others, and its object is kept alive no more. It is freed, unanswered, with what it brought; any time
 * later. */
void waiter_stand_aside(struct core *core, struct waiter *waiter);
void waiter_leave(struct core *core, struct waiter *waiter);
void waiter_drop(struct core *core, struct waiter *waiter);

/* Replies and frees; for core_answer(). */
void waiter_answer(struct core *core, struct waiter *waiter);

/* Wakes (or has their kind recall) at most `most` waiters whose deadline is not after core->now_ns. */
void waiter_expire(struct core *core, size_t most);
uint64_t waiter_first_deadline(const struct core *core); /* UINT64_MAX: none has one */

/* Those who wait on an object, one after the other, the oldest first, in whatever queues they stand; NULL begins. */
struct waiter *waiter_next(const struct object *object, const struct waiter *after);

/* The waiting call of that id, or NULL; a session that is ending has none. */
struct waiter *waiter_find(const struct session *session, uint64_t call);

/* Takes it out of the queue it stands in, for a reason of its own; those behind it may go on. */
void waiter_cancel(struct core *core, struct waiter *waiter, enum concur_status status);

/* Its session withdraws it: true if it is CANCELLED, false if it goes on until it has its lock back. */
bool waiter_recall(struct core *core, struct waiter *waiter);

/* Wakes all of a queue with a status; the kind's `left` is not called. */
void waiter_wake_all(struct core *core, struct link *queue, enum concur_status status);

static inline struct waiter *
waiter_of_link(struct link *link)
{
	return LINK_ENTRY(link, struct waiter, link);
}

/* The first of a queue, or NULL. */
static inline struct waiter *
waiter_first(const struct link *queue)
{
	return link_empty(queue) ? NULL : waiter_of_link(queue->next);
}

#endif
