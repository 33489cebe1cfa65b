/* Hired workers: processes that the daemon starts for a pool, as tasks wait for them. One that ended is replaced when
 * it is missed; those that end before they have attached are tried again with a growing pause, and in the end break the
 * pool: its tasks then say why. */
#ifndef CORE_HIRED_H
#define CORE_HIRED_H

#include "daemon/core/pool_impl.h"
#include "daemon/core/process.h"

struct hired {
	struct link in_pool;     /* in pool->hired */
	struct pool *pool;       /* NULL: it does not want it any more */
	struct process *process; /* one reference */
	struct worker *worker;   /* what it attached as; NULL: not yet, or not any more */
	bool has_attached;
	bool is_spare;   /* one that runs what all others wait for, and ends when there is no more of that */
	bool is_stopped; /* it was told to end */
};

/* Starts what is missing: as many as there are tasks that nobody takes, up to the pool's most. */
void pool_staff(struct core *core, struct pool *pool);

/* One more, because all others wait inside of tasks: false if the pool may have no more of them (its option `spares`,
 * spares_max at first), or it can not be started now. */
bool pool_hire_spare(struct core *core, struct pool *pool);
bool pool_may_hire_spare(const struct core *core, const struct pool *pool);

/* Whether the worker is a spare one, and none of the pool's others waits inside of a task any more. */
bool worker_is_superfluous(const struct worker *worker);

/* How a worker is started: the runtime's words (if it is not NULL), then these, which are copied. TOO_LARGE,
 * NO_MEMORY. */
enum concur_status pool_set_command(struct core *core, struct pool *pool, const struct runtime *runtime,
    const char *const *command);

/* What the pool hired as the process of that number, if the session is that process and it has not attached yet;
 * or NULL. */
struct hired *hired_find(const struct pool *pool, const struct session *session, uint64_t number);

/* It is to end, and killed if it does not within the pool's grace. */
void hired_stop(struct core *core, struct hired *hired);

/* There are to be at most so many: tells those that are too many to end when they are done. */
void pool_trim(struct core *core, struct pool *pool);

/* The pool goes: its processes are stopped, and nobody's any more. */
void pool_dismiss_hired(struct core *core, struct pool *pool);

#endif
