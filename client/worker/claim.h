/* Waiting for a task inside another one of the same pool: the thread runs it itself. */
#ifndef WORKER_CLAIM_H
#define WORKER_CLAIM_H

#include "client/concur.h"

/* Whether the calling thread runs a task that it took by that session. */
bool claim_may_run(const concur_session *session);

/* If so: runs that task here and now if it has not begun anywhere; otherwise gives back what the worker has in hand,
 * for the thread is about to wait. */
void claim_and_run(concur_session *session, uint64_t task);

#endif
