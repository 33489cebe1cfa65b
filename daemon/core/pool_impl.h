/* What the files of pools share: pool.c, pool_submit.c, lane.c, task.c, future.c, worker.c. */
#ifndef CORE_POOL_IMPL_H
#define CORE_POOL_IMPL_H

#include "daemon/core/future.h"
#include "daemon/core/run.h"
#include "daemon/core/store.h"
#include "daemon/core/timer.h"
#include "daemon/core/worker.h"
#include "lib/page.h"

enum { PRIORITY_LEVELS = PRIORITY_HIGHEST - PRIORITY_LOWEST + 1 };

/* What waiters on a pool wait for. */
enum pool_role { POOL_SUBMITS, POOL_TAKES, POOL_JOINS, POOL_AWAITS, POOL_CANCELS, POOL_WATCHES };

/* Where a task is. */
enum task_place {
	TASK_HELD,    /* in pool->held: until a time, or until others have ended; a promise, until it is completed */
	TASK_WAITING, /* in its lane */
	TASK_HANDED,  /* in its worker's hand, not begun as far as is known */
	TASK_RUNNING, /* in its worker's hand */
	TASK_ENDED,   /* in pool->ended */
};

enum {
	TASK_DETACHED = 1, /* stays without being referred to, until its ttl is over */
	TASK_RELEASE = 2,  /* its completion is all that is wanted */
	TASK_FRESH = 4,    /* handed, but its worker was not told yet */
	TASK_ASKED = 8,    /* its worker is asked whether it has begun */
	TASK_MISSED = 16,  /* its completion could not be put yet: in pool->missed */
	TASK_UNTOLD = 32,  /* nobody is to hear of its end */
	TASK_INSIDE = 64,  /* its worker runs it inside of another task that waits for it */
};

enum { TASK_NO_SLOT = PAGE_SLOTS };

/* Tasks that ask the same of a worker, the highest priority first, the oldest of those first. */
struct lane {
	struct link in_pool; /* in pool->lanes, or pool->busy while tasks wait in it */
	struct pool *pool;
	struct blob *function; /* text; NULL: of promises */
	struct blob *label;    /* NULL: none */
	uint64_t waiting;
	bool is_known;     /* some worker has, or had, the function */
	uint64_t searched; /* the last search that came by; core->searches */
	uint32_t levels;   /* bit i: there are tasks in tasks[i]; the highest priority is bit 0 */
	struct link tasks[PRIORITY_LEVELS];
};

/* What tasks that were submitted alike have in common. */
struct terms {
	uint32_t refs; /* of tasks, and of the pool that remembers it */
	int32_t priority;
	uint32_t retries;
	uint8_t flags; /* TASK_DETACHED, TASK_RELEASE */
	struct lane *lane;
	uint64_t completion; /* a queue, one reference; 0: none */
	uint64_t timeout_ns;
	uint64_t ttl_ns;
};

/* Lives as long as somebody refers to it, and at least until it has ended. It is one allocation of at most 128 bytes;
 * what few tasks have hangs off `more`. */
struct task {
	struct table_node by_id; /* in core->tasks */
	struct link link;        /* where it is */
	struct link in_session;  /* in session->tasks of its submitter, while that refers to it */
	struct session *session; /* NULL: its submitter does not refer to it */
	struct terms *terms;     /* one reference */
	struct worker *worker;   /* HANDED, RUNNING */
	struct blob *payload;    /* its arguments, then its result or error; may be NULL */
	struct task_more *more;
	uint64_t since_ns; /* it waits; it runs */
	uint32_t refs;     /* of other sessions and tasks */
	uint16_t slot;     /* in its worker's page; TASK_NO_SLOT: none, for it began with being handed */
	uint8_t place;     /* an enum task_place */
	uint8_t state;     /* an enum future_state */
	uint8_t flags;
	uint8_t attempts; /* how often it has begun; stays at 255 */
};

_Static_assert(sizeof(struct task) <= 128, "a task is one small allocation");

struct dependent {
	struct link link; /* in task_more.dependents of the one before; not linked: that has ended */
	struct task *task;
	struct task *before;
};

struct task_more {
	struct task *task;
	struct timer timer;         /* delay, back-off, timeout, ttl: one at a time */
	struct link waiters;        /* POOL_AWAITS, POOL_CANCELS */
	struct blob *key;           /* in pool->keys; one reference */
	struct blob *progress;      /* kept */
	struct process_output *log; /* what it wrote; owned. NULL: nothing that is known of */
	struct link dependents;     /* struct dependent of those that come after it */
	struct dependent *after;    /* an array: of those that come before it */
	size_t after_count;
	size_t after_left; /* that have not ended */
	uint64_t inside;   /* the task that its worker began last inside of it; 0: there was none */
	struct snag snag;  /* while it comes after others */
	bool is_delayed;
};

struct worker {
	struct table_node by_id; /* in core->workers; key 0: not yet */
	struct link in_session;
	struct link in_pool;     /* in pool->workers */
	struct session *session; /* NULL: it has ended, and how its process did is not known yet */
	struct pool *pool;       /* one reference; NULL: it was removed */
	struct map *functions;   /* texts; NULL: any */
	struct map *labels;
	struct blob *name;
	struct link hand;   /* its tasks, oldest first */
	struct link fresh;  /* those that it was not told yet */
	struct link inside; /* those without a slot: INSIDE others, and RUNNING */
	uint64_t in_hand;   /* all of them */
	uint64_t slotless;  /* of them: in `inside`, or to be */
	uint32_t threads;
	uint32_t running;   /* so many of the oldest in hand are RUNNING, besides those INSIDE others */
	uint64_t take_call; /* its last call of take that had to wait; 0: there was none */
	uint64_t watch_call;
	struct link commands; /* struct command that it was not told yet */
	struct hired *hired;  /* the process that it is, if the pool has started it */
	uint64_t since_ns;
	uint64_t done;
	uint64_t slots[PAGE_SLOTS / 64]; /* a bit for each slot of its page that a task has */
	bool draining;
	bool watched; /* it asks for commands */
};

struct pool {
	struct object object;
	struct map *lane_index; /* struct lane by function and label */
	struct terms *terms;    /* of the last submission; one reference, or NULL */
	struct link lanes;      /* those without a task */
	struct link busy;       /* those with some */
	struct terms *promises; /* of all promises; their lane is none that a worker takes from */
	struct link held;
	struct link ended;
	struct link failing; /* held, and one that they were to come after has failed */
	struct link missed;  /* ended, but their completion could not be put */
	struct timer chores; /* what is done by steps: failing, missed, and all that waits if is_cancelling */
	struct map *keys;    /* struct task by key; NULL: none ever had one */
	struct link workers;
	struct link submitters; /* waiters for room */
	struct link takers;     /* waiters for tasks */
	struct link joiners;
	struct link watchers; /* waiters for commands */
	uint64_t waiting, held_count, in_hand, running, workers_count;
	uint64_t unended;
	uint64_t done, failed, cancelled, retried, lost;
	uint64_t capacity, timeout_ns, backoff_ns, grace_ns, tasks_per_worker, memory_per_worker, age_per_worker_ns;
	uint32_t retries;
	struct blob *initializer, *initializer_arguments;
	const struct runtime *runtime; /* whose words come first when it starts a worker, or NULL */
	char **command;                /* the words behind them, one block; NULL: all workers attach by themselves */
	enum pool_form form;
	uint64_t workers_max; /* that it starts; of POOL_THREAD, the threads of the one that it starts */
	uint32_t threads;     /* of each process of POOL_PROCESS; 0: as many as it has by itself */
	struct blob *thread_name_prefix;
	struct link hired;                  /* struct hired */
	uint64_t hired_count, hired_absent; /* of them, those that have not attached yet */
	uint64_t hired_leaving;             /* of them, those that have detached, and not ended yet */
	uint64_t spares;                    /* of them, those that are spare */
	uint64_t spares_max;                /* 0: limits->spares_max */
	uint64_t hired_ever, hired_in_vain; /* of the last ones, one after the other, that ended without attaching */
	struct timer hiring;                /* set: nobody is hired before */
	struct blob *broken;                /* the error of what broke it */
	bool is_closed;
	bool is_removed;    /* its name was taken away: what comes back to it is cancelled */
	bool is_admitting;  /* what waits for room is being taken in */
	bool is_cancelling; /* all that waits is being cancelled */
	bool is_gone;       /* it is being freed */
	bool has_vain;      /* tasks wait in vain: they fail by steps */
};

/* How many processes the daemon starts for it. */
static inline uint64_t
pool_processes_max(const struct pool *pool)
{
	return pool->form == POOL_THREAD && pool->workers_max ? 1 : pool->workers_max;
}

static inline struct task *
task_of_link(struct link *link)
{
	return LINK_ENTRY(link, struct task, link);
}

static inline struct pool *
task_in(const struct task *task)
{
	return task->terms->lane->pool;
}

static inline void
task_count_attempt(struct task *task)
{
	if (task->attempts < UINT8_MAX)
		task->attempts++;
}

static inline uint64_t
task_id(const struct task *task)
{
	return task->by_id.key;
}

static inline struct pool *
pool_of(struct object *object)
{
	return LINK_ENTRY(object, struct pool, object);
}

/* -- blobs of tasks: counted, and what they refer to is held from outside ---------------------------------------- */

/* NULL if there is no memory. */
struct blob *pool_keep(struct core *core, struct pool *pool, const struct value *value, bool refers);
void pool_adopt(struct core *core, struct pool *pool, struct blob *blob); /* one that is not kept yet */
void pool_drop(struct core *core, struct pool *pool, struct blob *blob);  /* takes NULL */

/* -- lanes --------------------------------------------------------------------------------------------------------- */

/* The lane of that function and label, made if it is not there. LIMIT at functions_max, NO_MEMORY. */
enum concur_status lane_get(struct core *core, struct pool *pool, const struct value *function,
    const struct value *label, struct lane **ret);
struct lane *lane_new(struct pool *pool); /* of no function; NULL if there is no memory */
void lane_free(struct lane *lane);

/* Behind those of its priority; in front of them, if it was out of the lane already. */
void lane_put(struct lane *lane, struct task *task, bool in_front);
void lane_remove(struct lane *lane, struct task *task);

/* Whether its tasks wait in vain: the daemon starts the pool's workers, one is there, and none has the function.
 * With a label they wait for whoever attaches. */
bool lane_is_in_vain(struct lane *lane);

/* The task that is to be taken next; NULL if there is none. */
struct task *lane_first(const struct lane *lane);

/* -- tasks --------------------------------------------------------------------------------------------------------- */

void terms_unref(struct core *core, struct terms *terms); /* takes NULL */

/* A new one, HELD, which the session refers to unless that is NULL. It takes the blob over. NULL if there is no
 * memory. */
struct task *task_new(struct core *core, struct terms *terms, struct session *session, struct blob *arguments);

/* NULL if there is no memory. */
struct task_more *task_more(struct task *task);

/* It has written a line: kept with it, as far as task_output_max and the memory allow. */
void task_has_written(struct core *core, struct task *task, bool is_error, const char *text, size_t size);
void task_drop_log(struct core *core, struct task_more *more);

/* It may go on from where it is held: waits in its lane from here on. */
void task_release_hold(struct core *core, struct task *task);

/* Out of its worker's hand: it waits again, in front of its lane, or is held for so long. If its cancel was asked for
 * it is CANCELLED, and may be gone. */
void task_give_back(struct core *core, struct task *task, uint64_t delay_ns);

/* Takes it out of its worker's hand. */
void task_leave_hand(struct core *core, struct task *task);

/* It ends: takes `payload` over, a kept blob or NULL. Tells all who wait for it. It may be gone after it. */
void task_end(struct core *core, struct task *task, enum future_state state, struct blob *payload);

/* The same, with an error made of a status and a sentence. */
void task_fail(struct core *core, struct task *task, enum concur_status status, const char *message);

/* Frees it, if nobody refers to it and it has ended. */
void task_settle(struct core *core, struct task *task);
void task_free(struct core *core, struct task *task);

/* An error, as futures have it: a map. `cause` (may be NULL) is one that comes along. NULL if there is no memory. Not
 * kept yet. */
struct blob *task_error(enum concur_status status, const char *type, const char *message);

/* Puts (id, state, payload) into its completion queue: true when that is done, or can never be. Its submitter's
 * reference goes with it, if it is to be released then. */
bool task_tell(struct core *core, struct task *task);

/* How a worker's process ended. */
struct fate {
	bool is_told;            /* what follows is known */
	const struct page *page; /* as it left it; NULL: it had none */
	int exit_code;           /* negative: the signal */
	uint64_t user_ns, system_ns, memory;
};

/* -- workers ------------------------------------------------------------------------------------------------------- */

/* What its workers call their threads: what it was told, or its own name; NULL: it has none. */
const struct blob *pool_thread_name_prefix(const struct pool *pool);

/* Gives waiting tasks to workers that wait for some, and takes in what finds room then. */
void pool_serve(struct core *core, struct pool *pool);

/* There may be room again: takes in what waits for it. */
void pool_admit(struct core *core, struct pool *pool);

/* A task has ended or gone. */
void pool_settle(struct core *core, struct pool *pool);

/* Everything that waits to begin is to be cancelled, by steps; how many there are. */
uint64_t pool_cancel_waiting(struct core *core, struct pool *pool);

/* What waits in vain is to fail, by steps. */
void pool_fail_vain(struct core *core, struct pool *pool);

/* There is work to be done by steps, in so long. */
void pool_has_chores(struct core *core, struct pool *pool, uint64_t in_ns);

/* Asks the worker of the task whether it has begun, and not to begin it: worker_recalled() is the answer. False if it
 * can not be asked, or there is no memory. */
bool worker_recall(struct core *core, struct task *task);

/* Tells it to stop what it does for the task, which it has to end for: it will not be heard of it any more. */
void worker_kill(struct core *core, struct worker *worker, struct task *task);

/* The worker has gone: what it had in hand goes back, or fails; it is freed. */
void worker_free(struct core *core, struct worker *worker, const struct fate *fate);

/* Whether the text is among the worker's; `texts` NULL: all are; `text` NULL: none is needed. */
bool worker_knows(const struct map *texts, const struct blob *text);
bool worker_serves(const struct worker *worker, const struct lane *lane);

/* Its call of that role which waits, or NULL. `call` is the last one that did. */
struct waiter *worker_waiter(const struct worker *worker, uint64_t call, enum pool_role role);

/* A new waiter for its call of that role. */
enum concur_status worker_wait(struct core *core, struct worker *worker, struct link *queue, const struct ask *ask,
    enum outcome no, enum pool_role role);

/* Tries to end the taker's waiting. */
void worker_serve(struct core *core, struct worker *worker, struct waiter *taker);

/* The task, if it is in the worker's hand; or NULL. */
struct task *worker_task(const struct core *core, const struct worker *worker, uint64_t id);

/* What it was not told yet. */
void worker_forget_commands(struct worker *worker);

/* Frees one with empty hands. */
void worker_release(struct core *core, struct worker *worker);

/* The worker's oldest tasks count as running. */
void worker_begin(struct core *core, struct worker *worker);

#endif
