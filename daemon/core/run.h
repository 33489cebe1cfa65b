/* Runs: what the threads of workers are at. The calls that a task makes while it runs have a context of its own, by
 * which the daemon knows whose they are: FRAME_RUN and the task's id. A thread that waits for a task inside of another
 * one may run it meanwhile (worker_claim()); then the one before is not in a call, and yet can not go on. */
#ifndef CORE_RUN_H
#define CORE_RUN_H

#include "daemon/core/future.h"
#include "daemon/core/waiter.h"

/* The task in a hand of the session's workers whose context that is, or NULL. */
struct task *run_of_context(const struct core *core, const struct session *session, uint64_t context);

/* What the thread that runs the task is at: that task, or the innermost that it runs inside of it. */
const struct task *run_innermost(const struct core *core, const struct task *task);

/* The owner that is to go on before this one can: the same, or that of the innermost run. NULL: it is in no call. */
const struct owner *run_owner(const struct core *core, const struct owner *owner);

/* What the end of the task hangs on, for `blocked_by`: the owner that runs it, or the task itself if it waits for
 * others. False if it is neither, or runs and is in no call. */
bool run_blocks(const struct core *core, struct task *task, struct blocker *blocker);

/* The call in which the run waits for a task, or NULL. */
struct waiter *run_wait(const struct core *core, const struct task *task);

/* The next of the tasks that this one comes after, by blocker->at; as kind->blocked_by. */
bool task_blocked_by(const struct core *core, const struct task *task, struct blocker *blocker);

/* That of a task that comes after others. */
struct snag *task_snag(struct task *task);

#endif
