/* Stalls: a thread of a worker waits, inside of a task, for a task that needs a worker, and there will be none, for all
 * that could take it wait alike. Runs inside of each other (worker_claim()) make that rare; it comes where a task can
 * not be claimed: the worker lacks its function or label, or its stack is used up.
 *
 * Then the daemon starts a spare worker, if it starts the workers of one of the pools in question and may start more.
 * Otherwise the youngest of the waits fails with POOL_EXHAUSTED, unless one of them has a time after which it ends by
 * itself. A worker waits if every thread of it does; a wait for a promise, a lock that anybody may release, or a task
 * that nobody has a function for may end by somebody's doing, and stalls nothing. */
#ifndef CORE_STALL_H
#define CORE_STALL_H

#include "daemon/core/pool_impl.h"

/* The waiter, which is in_run, has just begun to wait: true if it is to fail with POOL_EXHAUSTED; core->detail says
 * what to do. May start a spare worker. */
bool stall_closes(struct core *core, struct waiter *waiter);

/* Tasks wait in the pool, and no worker takes them: starts a spare worker, or fails a wait, if there is a stall. */
void stall_check(struct core *core, struct pool *pool);

#endif
