/* The model: what locks and queues must do, written down once more in the plainest way.
 *
 * Every call that a simulated client makes is made here too, at the same place in the order of calls. The model says of
 * each when it is over, and what the reply has to say; the simulator compares. It is slow and keeps everything in
 * lists. */
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include "lib/concur_status.h"
#include "lib/link.h"
#include "tests/sim/model_pipe.h"
#include "tests/sim/guards.h"
#include "tests/sim/signals.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MODEL_LOCKS = 3,
	MODEL_QUEUES = 4,
	MODEL_BATCH = 4,    /* items of one call */
	MODEL_QUEUE = 4096, /* items in one queue; puts past it are not made */
};

#define MODEL_NEVER UINT64_MAX

/* Outcomes as on the wire. */
enum model_outcome {
	MODEL_DONE,
	MODEL_NOT_THERE,
	MODEL_EMPTY,
	MODEL_FULL,
	MODEL_TIMED_OUT,
	MODEL_OWNER_DIED,
	MODEL_EXISTS,
	MODEL_CHANGED,
	MODEL_RUN_ACTION,
	MODEL_END_OF_FILE,
	MODEL_NO,
};

enum model_role {
	MODEL_ACQUIRE,
	MODEL_GET,
	MODEL_GET_MANY,
	MODEL_PUT,
	MODEL_JOIN,
	MODEL_SEND,
	MODEL_RECV,
	MODEL_POLL,
	MODEL_PERMITS,
	MODEL_EVENT, /* and latch */
	MODEL_BARRIER,
	MODEL_MONITOR,
	MODEL_SLEEP,
	MODEL_READ,
	MODEL_WRITE,
	MODEL_OTHER,
};

/* What a reply must say. */
struct model_reply {
	enum concur_status status;
	enum model_outcome outcome;
	bool has_values; /* it has a value, or values, and these they are */
	size_t count;
	int64_t values[MODEL_QUEUE > 64 ? 64 : MODEL_QUEUE];
	bool has_number; /* it has a count, and this it is */
	int64_t number;
	uint64_t grant;         /* of a lock: counts up from 1 */
	uint64_t death_context; /* with OWNER_DIED */
};

struct model_session {
	struct link waiting; /* its calls that wait, oldest first */
	struct model_handles handles[MODEL_ENDS];
};

/* A call. Those that wait are linked. */
struct model_call {
	struct link in_object; /* in the queue it stands in */
	struct link in_session;
	struct link in_model; /* all that wait, oldest first */
	struct model_session *session;
	uint64_t id;
	uint64_t context;
	uint64_t deadline_ns; /* MODEL_NEVER: waits for ever */
	uint64_t order;       /* of waiting; 0: it does not wait */
	bool blocked;
	enum model_role role;
	unsigned object;             /* which lock, which queue, which end; how far a sleep has come */
	size_t amount;               /* items wanted, or brought */
	int64_t items[MODEL_BATCH];  /* brought */
	uint64_t due_ns, expires_ns; /* of them */
	bool is_many;                /* PUT: is told the count */
	bool is_over;
	struct model_reply reply; /* once it is over */
};

struct model_lock {
	bool strict, locked, has_death, credit;
	struct model_session *holder; /* NULL: it left */
	uint64_t context;
	uint64_t grant;
	uint64_t death_context;
	struct link waiters;
};

struct model_item {
	int64_t value;
	uint64_t order;              /* of becoming ready */
	uint64_t due_ns, expires_ns; /* 0: at once, never */
	uint64_t timer;              /* of setting the one that it waits for */
};

struct model_queue {
	uint64_t maxsize; /* 0: unbounded */
	bool lifo, priority;
	struct model_item items[MODEL_QUEUE];
	struct model_item delayed[MODEL_QUEUE];
	size_t delayed_count;
	size_t count;
	uint64_t unfinished;
	struct link getters, putters, joiners;
};

struct model {
	struct model_lock locks[MODEL_LOCKS];
	struct model_queue queues[MODEL_QUEUES];
	struct model_end ends[MODEL_ENDS];
	struct signals signals;
	struct guards guards;
	struct link waiting;
	struct link doubts; /* see model_doubt.c */
	uint64_t waits;
	uint64_t grants;
	uint64_t puts, timers;
	uint64_t now_ns; /* of the turn */
};

/* Lock 0 is plain, the others strict; queue 0 is unbounded, 1 holds 3 items, 2 is LIFO and holds 2, 3 is a
 * priority queue. */
void model_init(struct model *model);
void model_session_init(struct model_session *session);

/* `call` has session, id, context, blocked and object set. wait_ns as on the wire. */
void model_acquire(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void model_release(struct model *model, struct model_call *call);

/* PUT with its items, GET and GET_MANY with their amount, JOIN. */
void model_put(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void model_get(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void model_join(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void model_task_done(struct model *model, struct model_call *call, uint64_t count);
void model_clear(struct model *model, struct model_call *call);

/* True if a call of that id waits: it is over then, CANCELLED. */
bool model_cancel(struct model *model, struct model_session *session, uint64_t id);

void model_context_end(struct model *model, struct model_session *session, uint64_t context);

/* The client has read that call's reply; it has sent a frame, which told so of all that it has read. */
void model_read(struct model *model, const struct model_session *session, uint64_t call);
void model_told(struct model *model, const struct model_session *session);

/* Calls that waited are no more, and will not be answered: they are unlinked and stay not over. What it had got and not
 * told that it has read goes back if it died. */
void model_session_end(struct model *model, struct model_session *session, bool has_died);

/* True if what the session's end, or that of one of its contexts, does depends on an order that is the server's own: it
 * holds several strict locks, and for one of them a context waits that may be blocked elsewhere, so that which call
 * closes a cycle, and fails, depends on which lock passes on first. Or signals_is_ambiguous(). */
bool model_is_ambiguous(const struct model *model, const struct model_session *session);

/* Ends what waits for no longer than until now, then what nobody refers to. */
void model_turn_end(struct model *model, uint64_t now_ns);

/* -- for its parts ----------------------------------------------------------------------------------------------- */

/* Every call begins so. */
void model_call_init(struct model_call *call);

/* It waits, at the end of that queue; it is over, whether it waited or not. */
void model_call_wait(struct model *model, struct model_call *call, struct link *queue, int64_t wait_ns,
    uint64_t now_ns);
void model_call_over(struct model_call *call, enum concur_status status, enum model_outcome outcome);

/* The first of those in a queue, or NULL. */
struct model_call *model_first_of(struct link *queue);

/* -- between model.c and model_doubt.c --------------------------------------------------------------------------- */

void model_doubt_add(struct model *model, const struct model_call *call, struct model_item item);
void model_doubt_message(struct model *model, const struct model_call *call, uint64_t serial,
    struct model_message message);
void model_doubt_clear(struct model *model, unsigned queue);
void model_doubt_end(struct model *model, const struct model_session *session, bool has_died);
void model_finish(struct model *model, unsigned queue, uint64_t count);
void model_queue_settle(struct model *model, struct model_queue *queue);

/* model_deadlock.c: whether a call that is about to wait closes a circle; and whatever circles go through the context's
 * call fail their youngest. */
bool model_deadlock_closes(struct model *model, struct model_call *call, int64_t wait_ns);
void model_deadlock_break(struct model *model, const struct model_session *session, uint64_t context);

/* model_time.c: an item comes in, ready or not; what is to happen by now happens. */
void model_add(struct model *model, struct model_queue *queue, struct model_item item);
void model_add_ready(struct model *model, struct model_queue *queue, struct model_item item);
void model_pass_time(struct model *model);

#endif
