/* Workers: sessions that take tasks out of a pool. See pool.h.
 *
 * A worker has tasks in hand, oldest first, and runs them in that order, `threads` at once: so many of the oldest count
 * as running. What it had in hand when it goes was either not begun, and goes back to the front of its lane; or it was,
 * and then fails with WORKER_DIED, or is run again if its retries allow. */
#ifndef CORE_WORKER_H
#define CORE_WORKER_H

#include "daemon/core/future.h"

struct worker;

struct worker_spec {
	struct pool *pool;
	const struct value *functions; /* texts, no one twice */
	size_t functions_count;
	bool any; /* it runs whatever it is asked to */
	const struct value *labels;
	size_t labels_count;
	uint32_t threads;
	uint64_t process;         /* the daemon's number of the process it is; 0: the daemon did not start it */
	const struct value *name; /* may be NULL */
};

/* OK; POOL_CLOSED, POOL_BROKEN; LIMIT at workers_max; NO_MEMORY. */
enum concur_status worker_attach(struct core *core, struct session *session, const struct worker_spec *spec,
    struct worker **ret);

/* The session's worker of that id, or NULL. */
struct worker *worker_find(const struct session *session, uint64_t id);
uint64_t worker_id(const struct worker *worker);
struct pool *worker_pool(const struct worker *worker); /* NULL: it was removed */

/* What the pool asks of each of its workers. */
struct worker_welcome {
	const struct blob *initializer, *initializer_arguments; /* borrowed, or NULL */
	uint64_t tasks_per_worker, memory_per_worker, age_per_worker_ns;
	const struct blob *thread_name_prefix; /* borrowed, or NULL */
};
void worker_welcome(const struct worker *worker, struct worker_welcome *ret);

/* Waits for tasks, at most `count`: OK with result->number how many are new, to be fetched by worker_next_fresh()
 * before the turn ends; OUTCOME_EMPTY; OUTCOME_END_OF_FILE if it is to end; PENDING; WAITING if it has a call of take
 * already. */
enum concur_status worker_take(struct core *core, struct worker *worker, const struct ask *ask, uint32_t count,
    struct result *ret);

/* The answer to a take that waited: its worker. */
struct worker *worker_of_waiter(const struct waiter *waiter);

/* One task after the other of those that were given to it and not yet fetched; NULL at the end. */
struct handed {
	uint64_t task;
	uint32_t slot;
	uint32_t attempt;
	uint64_t timeout_ns;
	const struct blob *function;
	struct blob *arguments; /* borrowed */
};
bool worker_next_fresh(struct core *core, struct worker *worker, struct handed *ret);

/* Whether there is one to fetch: what was given to it may have ended before its call was answered. */
bool worker_has_fresh(const struct worker *worker);

/* The last `count` that were fetched, or the one that was claimed, could not be sent: they go back to where they were,
 * and nobody has begun them. */
void worker_not_sent(struct core *core, struct worker *worker, size_t count, bool was_claimed);

/* It says how a task has ended, FINISHED or FAILED, or that it has not begun (PENDING). What is not in its hand is
 * passed over. OK, NO_MEMORY (then the task fails so). */
enum concur_status worker_done(struct core *core, struct worker *worker, uint64_t task, enum future_state state,
    const struct value *value, bool refers);

/* The worker begins that task inside of the one that makes the call, which waits for it. OUTCOME_DONE and as
 * worker_take(), but that it runs from being fetched on; with result->number 0 if it was in hand. OUTCOME_NO: it is not
 * in the worker's hand, or is none that waits and that the worker could take. */
struct claim {
	uint64_t task;
	uint64_t context; /* of the call */
	bool in_hand;     /* the worker has it already, and begins it now: otherwise it is to get it */
};
void worker_claim(struct core *core, struct worker *worker, const struct claim *claim, struct result *ret);

/* What concerns it apart from tasks; the numbers are those of concur.v1.WatchReply. */
enum worker_command {
	WORKER_NOTHING = 0,
	WORKER_RECALL = 1,
	WORKER_KILL = 2,
	WORKER_END = 3,
};

/* Waits for the next command: OK with result->number the command, ->generation the task; PENDING; WAITING if it has a
 * call of watch already. */
enum concur_status worker_watch(struct core *core, struct worker *worker, const struct ask *ask, struct result *ret);

/* The answer to a recall: whether the task has begun. If not, the worker will not run it. */
void worker_recalled(struct core *core, struct worker *worker, uint64_t task, bool begun);

/* For inspection. */
struct worker_view {
	uint64_t worker, session, process;
	uint32_t threads;
	bool is_remote, is_draining;
	uint64_t age_ns, done, in_hand;
	uint64_t running; /* the task that it runs longest; 0: none */
	uint64_t running_ns;
	uint64_t waits_for;          /* the future that it waits for in that task; 0: none */
	const struct blob *function; /* of that; borrowed, or NULL */
	const struct blob *name;     /* borrowed, or NULL */
	const struct map *labels;    /* texts; borrowed */
};

/* Workers number *cursor and on, `room` at most; how many. *ret_cursor: where to go on, 0: there are no more. */
size_t workers_view(const struct core *core, const struct pool *pool, uint64_t cursor, struct worker_view *ret,
    size_t room, uint64_t *ret_cursor);

/* Why the task has not begun, or what it does: a sentence, not ended with NUL. How long it is. */
size_t task_why(const struct core *core, const struct task *task, char *text, size_t room);

/* It takes no more. */
void worker_drain(struct core *core, struct worker *worker);

/* It goes. `died`: not as agreed. */
void worker_end(struct core *core, struct worker *worker, bool died);

/* A session has ended, and all its workers with it. */
void workers_end(struct core *core, struct session *session, bool died);

#endif
