/* Calls on pools: they run functions on worker processes and threads, here and on other hosts. Part of <concur.h>,
 * which has the rules that all calls share.
 *
 * A pool holds tasks; workers take them out and run them. Workers are started by the daemon, or attach by themselves
 * (see concur_worker.h). The death of a worker costs the task that it ran and no other. Sources:
 * concurrent.futures.Executor, multiprocessing.pool.Pool. */
#ifndef CONCUR_POOL_H
#define CONCUR_POOL_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

typedef struct concur_pool concur_pool;

/* As concur_dict_open() and concur_object_dict(). */
CONCUR_CHECKED enum concur_status concur_pool_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_pool **ret_pool);
concur_pool *concur_object_pool(concur_object *object);

/* Which workers the daemon starts. Others may attach by themselves to a pool of any kind. */
enum concur_pool_kind {
	CONCUR_POOL_KEPT = 0,    /* as it is; at first REMOTE, until workers, a runtime or arguments are given */
	CONCUR_POOL_PROCESS = 1, /* processes */
	CONCUR_POOL_THREAD = 2,  /* one process with threads, at most 64; concur_pool_resize() is refused */
	CONCUR_POOL_REMOTE = 3,  /* none */
};

/* 0 or NULL leaves what is; what is at first stands here. What workers are started with counts for those that are
 * started from then on. VALUE_ERROR: what does not go together, in a sentence. PERMISSION: only the daemon's own user
 * may give arguments, or do without a runtime of the daemon's. */
struct concur_pool_options {
	enum concur_pool_kind kind;
	uint32_t workers;    /* processes or threads, at most; as many as the daemon may use cores */
	const char *runtime; /* the name under which the daemon knows the workers' command; "worker" if it knows
	                                 that, or else "exec", which is built in: the function "exec" runs commands */
	const char *const *arguments;   /* for them, besides: "--module", "M.so"; ends with NULL */
	uint32_t threads;               /* of each process of CONCUR_POOL_PROCESS; 1 */
	const char *thread_name_prefix; /* of the threads of all its workers: PREFIX_0 ...; the pool's name */
	uint64_t capacity;              /* tasks that may wait; past it a submission waits, or is refused (FULL) if it
	                                 has no time to */
	const char *initializer;        /* a function that each worker calls first; if it fails, POOL_BROKEN for all */
	struct concur_value initializer_arguments;
	uint64_t tasks_per_worker;  /* after so many a worker is replaced; never */
	uint64_t memory_per_worker; /* bytes: a worker that has more is replaced; never */
	uint64_t age_per_worker_ns; /* one that has been there for longer is replaced, after its task; never */
	uint64_t timeout_ns;        /* of tasks that have none of their own; none */
	uint32_t retries;           /* how often a task whose worker died is run again; 0 */
	uint64_t backoff_ns;        /* before the first retry, doubled at each */
	uint64_t grace_ns;          /* between asking a worker to end and killing it */
	uint64_t spares; /* workers besides, while all others wait inside of tasks; the daemon's spares_max */
};
CONCUR_CHECKED enum concur_status concur_pool_configure(concur_pool *pool, const struct concur_pool_options *options);
concur_future *concur_pool_configure_begin(concur_pool *pool, const struct concur_pool_options *options);

/* -- tasks ------------------------------------------------------------------------------------------------------- */

/* What is to be run, and how. All but the function may be 0, which is the default. */
struct concur_task {
	const char *function;
	struct concur_value arguments; /* as the function expects them; CONCUR_VALUE_NONE: null */
	int priority;                  /* from -16 to 15, the highest first */
	uint64_t timeout_ns;           /* it may run for so long */
	uint32_t retries;              /* if its worker dies; at least the pool's */
	const char *label;             /* only on workers that have it */
	concur_queue *completion;      /* that gets (id, phase, result or error) when it ends; see concur_completions */
	bool release;                  /* with completion: nothing of it is kept afterwards */
	bool detached;                 /* it stays when its session ends */
	uint64_t ttl_ns;               /* detached: for so long after its end; 0: until anyone releases it */
	const char *key;               /* while a task of that key has not ended, that one is taken instead */
	const uint64_t *after;         /* ids of tasks: only when these have ended, well */
	size_t after_count;
	uint64_t delay_ns; /* not before */
};

/* Puts a task into the pool and gives its id. Waits at most timeout_ns for room: FULL. EXISTS: it is that of the task
 * of the same key. POOL_CLOSED, POOL_BROKEN, VALUE_ERROR (priority), NOT_FOUND (one of `after`). */
CONCUR_CHECKED enum concur_status concur_pool_submit(concur_pool *pool, const struct concur_task *task,
    int64_t timeout_ns, uint64_t *ret_task);
concur_future *concur_pool_submit_begin(concur_pool *pool, const struct concur_task *task, int64_t timeout_ns);
CONCUR_CHECKED enum concur_status concur_future_task(concur_future *future, uint64_t *ret_task);

/* `count` tasks that differ in their arguments only, all at once or none; their ids are consecutive. The task's own
 * arguments, key, after and delay_ns are not used. */
CONCUR_CHECKED enum concur_status concur_pool_submit_many(concur_pool *pool, const struct concur_task *task,
    const struct concur_value *arguments, size_t count, int64_t timeout_ns, uint64_t *ret_first);
concur_future *concur_pool_submit_many_begin(concur_pool *pool, const struct concur_task *task,
    const struct concur_value *arguments, size_t count, int64_t timeout_ns);

/* Runs a task and gives its result: concur_future_value() of the begun form. Statuses of results: concur_task.h.
 * TIMED_OUT: it goes on, and nobody will hear of it. Inside a task of the same pool see concur_task_wait(). */
CONCUR_CHECKED enum concur_status concur_pool_apply(concur_pool *pool, const struct concur_task *task,
    int64_t timeout_ns, struct concur_value *ret_value);
concur_future *concur_pool_apply_begin(concur_pool *pool, const struct concur_task *task, int64_t timeout_ns);

/* The id of a task that nobody runs: concur_task_complete() ends it. */
CONCUR_CHECKED enum concur_status concur_pool_promise(concur_pool *pool, uint64_t *ret_task);
concur_future *concur_pool_promise_begin(concur_pool *pool);

/* -- many at once ------------------------------------------------------------------------------------------------ */

/* How to cut up what a function is mapped over; 0 is the default. */
struct concur_chunks {
	size_t size;       /* items that one task gets; so many that there are about 256 tasks, but at most 1024 */
	size_t ahead;      /* tasks that are under way at most; 64 */
	bool as_completed; /* of a mapping: chunks come as they end, like those of Pool.imap_unordered; inside a task of
	                      the same pool, which runs them itself, in the items' order all the same */
};

/* Calls the task's function for every item, several items a task, and gives the results in the items' order. The
 * function gets lists of items and gives lists of as many results: see `each` of struct concur_function. The task's own
 * arguments, completion, key, after and detached are not used. At the first chunk that fails the rest is withdrawn, and
 * its status returned. `chunks` may be NULL. BAD_REPLY if a function gave another number of results. */
CONCUR_CHECKED enum concur_status concur_pool_map(concur_pool *pool, const struct concur_task *task,
    const struct concur_value *items, size_t count, const struct concur_chunks *chunks,
    struct concur_values *ret_values);

/* The same, a chunk of results at a time: never more than `ahead` tasks are under way or have ended and wait to be
 * taken. The items are borrowed until concur_mapping_free(), which withdraws what has not been taken. One thread. */
typedef struct concur_mapping concur_mapping;
CONCUR_CHECKED enum concur_status concur_mapping_start(concur_pool *pool, const struct concur_task *task,
    const struct concur_value *items, size_t count, const struct concur_chunks *chunks, concur_mapping **ret_mapping);

/* Waits for the next chunk: a LIST, to be freed. NOT_THERE behind the last one. TIMED_OUT: not yet. The status of a
 * chunk that failed; the next call gives the next chunk. */
CONCUR_CHECKED enum concur_status concur_mapping_next(concur_mapping *mapping, int64_t timeout_ns,
    struct concur_value *ret_chunk);

/* The same, and which item it begins with: *ret_at, also of a chunk that failed. ret_at may be NULL. */
CONCUR_CHECKED enum concur_status concur_mapping_next_at(concur_mapping *mapping, int64_t timeout_ns, size_t *ret_at,
    struct concur_value *ret_chunk);

/* Takes NULL. */
void concur_mapping_free(concur_mapping *mapping);

/* -- as they are completed --------------------------------------------------------------------------------------- */

/* Gathers tasks and gives them back in the order in which they end. Waiting costs what the finished ones do, however
 * many there are: they come in batches, through a queue. One thread at a time. Sources: as_completed() and wait() of
 * concurrent.futures. */
typedef struct concur_completions concur_completions;

struct concur_completed {
	uint64_t task;
	enum concur_task_phase phase;
	enum concur_status status; /* CONCUR_OK with a result */
	struct concur_value value; /* the result, or the error (see concur_task_error_read()). Not to be freed: it lasts
	                              until the next concur_completions_next(); concur_value_copy() keeps it */
};

CONCUR_CHECKED enum concur_status concur_completions_new(concur_session *session, concur_completions **ret_completions);

/* Ends it; what has not ended goes on, and nobody will hear of it. Takes NULL. */
void concur_completions_free(concur_completions *completions);

/* As concur_pool_submit() and concur_pool_submit_many(); the daemon keeps nothing of the tasks when they have ended.
 * ret_task may be NULL. */
CONCUR_CHECKED enum concur_status concur_completions_submit(concur_completions *completions, concur_pool *pool,
    const struct concur_task *task, int64_t timeout_ns, uint64_t *ret_task);
CONCUR_CHECKED enum concur_status concur_completions_submit_many(concur_completions *completions, concur_pool *pool,
    const struct concur_task *task, const struct concur_value *arguments, size_t count, int64_t timeout_ns,
    uint64_t *ret_first);

/* The next one that has ended. NOT_THERE: all that were submitted have been given. TIMED_OUT. */
CONCUR_CHECKED enum concur_status concur_completions_next(concur_completions *completions, int64_t timeout_ns,
    struct concur_completed *ret_completed);

enum concur_when {
	CONCUR_FIRST_COMPLETED = 0,
	CONCUR_FIRST_EXCEPTION = 1, /* one has not ended well, or all have ended */
	CONCUR_ALL_COMPLETED = 2,
};

/* Waits until that is so of the tasks that have not been given yet; concur_completions_next() then gives those that
 * have ended. TIMED_OUT. NOT_THERE: there are none. */
CONCUR_CHECKED enum concur_status concur_completions_wait(concur_completions *completions, enum concur_when when,
    int64_t timeout_ns);

/* How many were submitted and not yet given. */
size_t concur_completions_left(const concur_completions *completions);

/* -- the pool itself --------------------------------------------------------------------------------------------- */

/* The most workers that the daemon starts for it; those that are too many go when they are done. VALUE_ERROR if it is
 * negative, or the pool's kind is not CONCUR_POOL_PROCESS. */
CONCUR_CHECKED enum concur_status concur_pool_resize(concur_pool *pool, int64_t workers);
concur_future *concur_pool_resize_begin(concur_pool *pool, int64_t workers);

/* It takes no more tasks; `immediate` also cancels those that have not begun: how many. ret_count may be NULL, here and
 * below. */
CONCUR_CHECKED enum concur_status concur_pool_close(concur_pool *pool, bool immediate, int64_t *ret_count);
concur_future *concur_pool_close_begin(concur_pool *pool, bool immediate);

/* The same, and ends what runs. */
CONCUR_CHECKED enum concur_status concur_pool_terminate(concur_pool *pool, int64_t *ret_count);
concur_future *concur_pool_terminate_begin(concur_pool *pool);

/* Waits until it is closed and all its tasks have ended. TIMED_OUT. */
CONCUR_CHECKED enum concur_status concur_pool_join(concur_pool *pool, int64_t timeout_ns);
concur_future *concur_pool_join_begin(concur_pool *pool, int64_t timeout_ns);

struct concur_pool_state {
	uint64_t waiting; /* tasks that could begin, had they a worker */
	uint64_t held;    /* that wait for a time, or for others */
	uint64_t running;
	uint64_t in_hand; /* that workers have got and not begun */
	uint64_t done;    /* ever, well */
	uint64_t failed;  /* ever, like the next two */
	uint64_t cancelled;
	uint64_t retried;
	uint64_t workers;     /* attached */
	uint64_t workers_max; /* that the daemon starts */
	uint64_t started;     /* by the daemon, ever */
	uint64_t lost;        /* that died, ever */
	uint64_t capacity;
	bool is_closed;
	bool is_broken;
	char why[256]; /* it is broken */
	enum concur_pool_kind kind;
	char thread_name_prefix[64];
};
CONCUR_CHECKED enum concur_status concur_pool_state(concur_pool *pool, struct concur_pool_state *ret_state);
concur_future *concur_pool_state_begin(concur_pool *pool);
CONCUR_CHECKED enum concur_status concur_future_pool_state(concur_future *future, struct concur_pool_state *ret_state);

struct concur_pool_worker {
	uint64_t worker;
	uint64_t session;
	uint64_t process; /* its pid; 0: not known */
	uint32_t threads;
	bool remote; /* the daemon did not start it */
	bool draining;
	uint64_t age_ns;
	uint64_t done; /* tasks */
	uint64_t in_hand;
	uint64_t running; /* the task that it has been at for longest; 0: none */
	uint64_t running_ns;
	uint64_t waits_for; /* the task for which it waits in that one; 0: none */
	char function[64];  /* of that task */
	char name[64];
	char labels[128]; /* with blanks between them */
};

/* A page of those who work for it; freed with concur_pool_workers_free(). Cursor and count as concur_dict_page(). */
struct concur_pool_workers {
	struct concur_pool_worker *items;
	size_t count;
	uint64_t cursor; /* of the next page; 0: this was the last */
};
CONCUR_CHECKED enum concur_status concur_pool_workers(concur_pool *pool, uint64_t cursor, uint32_t count,
    struct concur_pool_workers *ret_workers);
concur_future *concur_pool_workers_begin(concur_pool *pool, uint64_t cursor, uint32_t count);
CONCUR_CHECKED enum concur_status concur_future_pool_workers(concur_future *future,
    struct concur_pool_workers *ret_workers);

/* Takes NULL. */
void concur_pool_workers_free(struct concur_pool_workers *workers);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
