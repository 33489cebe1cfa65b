/* Pools: tasks wait in them, workers take them out and run them, futures tell how they ended.
 *
 * A task is in one place at a time: held (until a time, or until others have ended), waiting in a lane, in a worker's
 * hand, or ended. It ends exactly once. Its future is the task itself, under its id: what ended stays until nobody
 * refers to it.
 *
 * Semantics: Python's concurrent.futures.Executor and multiprocessing.pool.Pool, but that the death of a worker costs
 * the task that it ran and no other. User code never runs in the daemon. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "daemon/core/object.h"

extern const struct kind pool_kind;

struct pool;
struct task;

enum { PRIORITY_LOWEST = -16, PRIORITY_HIGHEST = 15 };

/* Which workers the daemon starts; the numbers are those of concur.v1.PoolKind. */
enum pool_form { POOL_KEPT = 0, POOL_PROCESS = 1, POOL_THREAD = 2, POOL_REMOTE = 3 };

/* What may be set once it is open; see concur.v1.PoolOptions. 0 or NULL leaves what is. */
struct pool_options {
	uint64_t capacity;
	uint64_t timeout_ns;
	uint64_t backoff_ns;
	uint64_t grace_ns;
	uint32_t retries;
	uint64_t tasks_per_worker;
	uint64_t memory_per_worker;
	uint64_t age_per_worker_ns;
	uint64_t spares;                 /* workers that the daemon starts besides, at most */
	const struct value *initializer; /* a text */
	const struct value *initializer_arguments;
	const struct value *thread_name_prefix; /* a text */
	enum pool_form form;
	uint64_t workers; /* that the daemon starts, at most; of POOL_THREAD threads, at most LIMITS_WORKER_THREADS */
	uint32_t threads; /* of each process of POOL_PROCESS */
	const struct runtime *runtime; /* with `command`: its words come first; or NULL */
	const char *const *command; /* how a worker is started: words, NULL behind the last; copied. NULL: as it is */
};

/* OK; TOO_LARGE past command_max; NO_MEMORY. Without a command it starts none: all workers attach by themselves. With
 * one, and no number of workers, it starts as many as there are cores. */
enum concur_status pool_configure(struct core *core, struct pool *pool, const struct pool_options *options);

/* What it is: never POOL_KEPT. And whether it knows how to start a worker. */
enum pool_form pool_form(const struct pool *pool);
bool pool_has_command(const struct pool *pool);

/* Starts at most so many workers from here on; those that are too many end when they are done. VALUE_ERROR if it does
 * not know how to start one, or for POOL_THREAD, whose one worker has its threads for life. */
enum concur_status pool_resize(struct core *core, struct pool *pool, uint64_t workers);

/* What one submission asks for, for all its tasks. */
struct task_spec {
	const struct value *function; /* texts */
	const struct value *label;    /* NULL: any worker will do */
	int32_t priority;
	uint32_t retries;
	uint64_t timeout_ns; /* 0: the pool's */
	uint64_t ttl_ns;     /* detached: 0 is result_seconds */
	uint64_t delay_ns;
	uint64_t completion; /* id of a queue, or 0 */
	bool release;
	bool detached;
	const struct value *key; /* a text, or NULL; of one task only */
	const uint64_t *after;   /* ids of tasks */
	size_t after_count;
};

/* Puts `count` tasks in. OK with result->generation the id of the first (the others follow), ->number how many,
 * ->outcome DONE, EXISTS (of the same key) or FULL; PENDING, until there is room; VALUE_ERROR if they could never fit,
 * or for a priority out of range, or a queue with a maxsize; NOT_FOUND for a queue or a task in `after` that is gone;
 * POOL_CLOSED, POOL_BROKEN, LIMIT, NO_MEMORY. The session refers to them unless they are detached,
 * once more to one that EXISTS. With a key, or
 * `after`, it does not wait for room. */
enum concur_status pool_submit(struct core *core, struct pool *pool, const struct ask *ask,
    const struct task_spec *spec, const struct value *arguments, const bool *refers, size_t count, struct result *ret);

/* A future that has no task: future_complete() ends it. OK, POOL_CLOSED, POOL_BROKEN, LIMIT, NO_MEMORY. */
enum concur_status pool_promise(struct core *core, struct pool *pool, struct session *session, uint64_t *ret_id);

/* Takes no more tasks; what waits is cancelled if `cancel`. How many were. Workers end when all is done. */
uint64_t pool_close(struct core *core, struct pool *pool, bool cancel);

/* The same, and gives up what runs: its workers' answers are not heard any more. */
uint64_t pool_terminate(struct core *core, struct pool *pool);

/* Its workers can not start, for this reason (an error): all that waits fails with it, and all that comes is refused.
 * POOL_BROKEN, or NO_MEMORY. */
enum concur_status pool_break(struct core *core, struct pool *pool, const struct value *error);

/* Waits until it is closed and all its tasks have ended: OK, OUTCOME_TIMED_OUT, PENDING; VALUE_ERROR if it is not
 * closed. */
enum concur_status pool_join(struct core *core, struct pool *pool, const struct ask *ask, struct result *ret);

struct pool_state {
	uint64_t waiting, held, running, in_hand;
	uint64_t done, failed, cancelled, retried; /* ever */
	uint64_t workers, lost;
	uint64_t workers_max, started; /* by the daemon */
	uint64_t capacity;
	bool is_closed;
	const struct blob *broken; /* the error of what broke it, or NULL */
	enum pool_form form;
	const struct blob *thread_name_prefix; /* borrowed; NULL: none */
};
void pool_state(const struct pool *pool, struct pool_state *ret);

#endif
