/* Sessions and owners: who holds what, who waits.
 *
 * A session is one client process's standing. An owner is one context (thread, coroutine, task) of a session; its
 * record exists while it holds or waits for something, and is what locks point to. */
#ifndef CORE_OWNER_H
#define CORE_OWNER_H

#include "daemon/core/core.h"
#include "daemon/core/delivery.h"

struct object;
struct waiter;

/* How a session or a context came to its end. */
enum farewell {
	FAREWELL_GOODBYE, /* it said so: plain locks stay as they are, strict ones are released */
	FAREWELL_DEATH,   /* it vanished: locks pass on and the next owner is told */
};

struct session {
	struct core *core;
	struct table_node by_id;      /* in core->sessions; the key is the id */
	uint64_t process;             /* its pid, 0: not known */
	struct table refs;            /* handles: struct session_ref by object id */
	struct table owners;          /* struct owner by context */
	struct table calls;           /* struct waiter by call id */
	struct link waiters;          /* the same, oldest first: mostly as they lie in memory */
	struct link holders;          /* struct owner, those that hold something */
	uint64_t since_ns;            /* of its beginning */
	uint64_t holding;             /* holds of its owners */
	struct link created;          /* objects that live as long as this session */
	struct link tasks;            /* that it submitted and still refers to */
	struct link workers;          /* that it is */
	uint64_t runs_blocked;        /* its threads that wait for tasks inside of tasks: see waiter->in_run */
	struct link daemons;          /* processes that are stopped when this session ends */
	struct deliveries deliveries; /* items that were sent to it and may not be read yet */
	bool is_ending;               /* its waiting calls have left, and none is found or blocked any more */
	enum farewell farewell;       /* once it is ending */
	struct grave grave;           /* the same, while it has more of all this than one turn lets go of */
	void *user;                   /* the layer above's */
};

struct owner {
	struct table_node by_context; /* in session->owners; the key is the context */
	struct session *session;
	struct link waiters;    /* struct waiter, oldest first */
	struct link holds;      /* struct hold */
	struct link in_holders; /* in session->holders, while it has holds */
};

/* What an owner holds: embedded in a lock. */
struct hold {
	struct link link;    /* in owner->holds */
	struct owner *owner; /* NULL: nobody whose session lives */
	/* The owner has ended, and the hold is dropped already: pass it on, or keep it without an owner. */
	void (*owner_ended)(struct core *core, struct hold *hold, const struct owner *owner, enum farewell farewell);
};

/* NULL if there is no memory. */
struct session *session_new(struct core *core, uint64_t process, void *user);

/* Ends the session: THE place that walks all that a session owns. It is found no more. Its waiting calls leave at once,
 * unanswered, and whoever can go on without them does; items that were sent to it and that it has not read go back to
 * their queues if it died. Then what it holds passes on or stays (see enum farewell), its calls are freed, its
 * session-lifetime objects and its handles go: of all these, in this order, at most turn_steps at once, the rest by as
 * many a turn. Wakes others; core_answer() after it. The session must not be used any more. */
void session_end(struct core *core, struct session *session, enum farewell farewell);

/* The same for what one of its contexts holds and waits for; its waiting calls are answered CANCELLED. */
void session_context_end(struct core *core, struct session *session, uint64_t context);

/* All its waiting calls end with this status. */
void session_cancel_all(struct core *core, struct session *session, enum concur_status status);

static inline uint64_t
session_id(const struct session *session)
{
	return session->by_id.key;
}

/* Handles: the session's own count of references to an object. session_ref: 0, or -1 if there is no memory.
 * session_unref: false if it has no handle on it. */
int session_ref(struct core *core, struct session *session, struct object *object);
bool session_unref(struct core *core, struct session *session, uint64_t object);

/* The same table of references, for a task; whoever calls it counts them in the task. */
int session_ref_task(struct session *session, uint64_t task);
bool session_unref_task(struct session *session, uint64_t task);

/* How many handles it has on the object of that id. */
uint64_t session_handles(const struct session *session, uint64_t object);

/* Sessions, in an order that only their ids give; as object_next(). */
struct session *session_find(const struct core *core, uint64_t id);
struct session *session_next(const struct core *core, uint64_t *position);

/* The record of a context, made if it is not there; NULL if there is no memory. owner_settle frees it when it holds
 * nothing and waits for nothing: call it after the last use. owner_find finds none of a session that is ending: its
 * table still has those that are gone. */
struct owner *owner_get(struct session *session, uint64_t context);
struct owner *owner_find(const struct session *session, uint64_t context);
void owner_settle(struct owner *owner);

static inline uint64_t
owner_context(const struct owner *owner)
{
	return owner->by_context.key;
}

static inline bool
owner_is(const struct owner *owner, const struct session *session, uint64_t context)
{
	return owner && owner->session == session && owner->by_context.key == context;
}

/* The call that the owner is blocked in, or NULL: a waiter that said its context does nothing else meanwhile. One of a
 * session that is ending is blocked no more. */
struct waiter *owner_blocked(const struct owner *owner);

/* True if the owner has a call waiting on the object. */
bool owner_waits_on(const struct owner *owner, const struct object *object);

static inline void
hold_init(struct hold *hold, void (*owner_ended)(struct core *, struct hold *, const struct owner *, enum farewell))
{
	link_init(&hold->link);
	hold->owner = NULL;
	hold->owner_ended = owner_ended;
}

void hold_take(struct hold *hold, struct owner *owner);
void hold_drop(struct hold *hold); /* takes one that is not held */

#endif
