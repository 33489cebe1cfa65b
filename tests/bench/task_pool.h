/* A pool of the drivers' own, whose workers the daemon starts with the module of task_module.c. A fault ends the
 * program after a message: nothing outlasts it but the daemon. */
#ifndef BENCH_TASK_POOL_H
#define BENCH_TASK_POOL_H

#include "client/concur.h"

#include <stddef.h>
#include <sys/types.h>

/* Ends the program unless the status is OK. */
void task_pool_check(enum concur_status status);

/* An anonymous pool. */
concur_pool *task_pool_open(concur_session *session, const char *module, unsigned workers);

/* Blocks until that many workers have attached and have nothing to do; their processes. */
void task_pool_await(concur_pool *pool, size_t workers, pid_t *ret_pids);

#endif
