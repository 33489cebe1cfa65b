/* Futures: how tasks end, for whoever asks by their id. See pool.h. */
#ifndef CORE_FUTURE_H
#define CORE_FUTURE_H

#include "daemon/core/pool.h"

/* The numbers are those of concur.v1.FutureState. */
enum future_state {
	FUTURE_PENDING = 0,
	FUTURE_RUNNING = 1,
	FUTURE_CANCELLED = 2,
	FUTURE_FINISHED = 3,
	FUTURE_FAILED = 4,
};

/* NULL if there is none: nobody referred to it any more, or its pool was removed. */
struct task *task_find(const struct core *core, uint64_t id);

struct pool *task_pool(const struct task *task);

struct future_view {
	enum future_state state;
	uint64_t waited_ns; /* until now, while it waits */
	uint64_t ran_ns;    /* until now, while it runs */
	uint32_t attempts;
	struct blob *value;    /* how it ended; borrowed */
	struct blob *progress; /* borrowed */
};
void future_view(const struct core *core, const struct task *task, struct future_view *ret);

/* Waits for its end: OK with result->number the state, ->value the result or error (one reference), ->generation its
 * id; OUTCOME_TIMED_OUT; PENDING; REMOVED later, if its pool goes. */
enum concur_status future_wait(struct core *core, struct task *task, const struct ask *ask, struct result *ret);

/* Cancels it, if it has not begun: OK with OUTCOME_DONE, OUTCOME_NO, or PENDING while its worker is asked, which takes
 * long only for one that is stopped: then OUTCOME_TIMED_OUT after the ask's time, if it has one (0 is none), and what
 * the worker says at last still counts. With `kill` it ends as CANCELLED at once also if it runs, and its worker is
 * told to stop it. */
enum concur_status future_cancel(struct core *core, struct task *task, const struct ask *ask, bool kill,
    struct result *ret);

/* Ends a promise: OUTCOME_DONE, OUTCOME_NO if it has ended; VALUE_ERROR if it is a task; NO_MEMORY. */
enum concur_status future_complete(struct core *core, struct task *task, bool failed, const struct value *value,
    bool refers, struct result *ret);

/* What it has written, as far as it is kept; until the task goes. NULL: nothing is, and nothing will be. */
const struct process_output *future_log(const struct task *task);

/* One more session refers to it. 0, or -1 if there is no memory. */
int future_ref(struct task *task, struct session *session);

/* The session does not refer to it any more; a detached one is given up by anyone. False if it did not. The task may be
 * gone after it. */
bool future_release(struct core *core, struct task *task, struct session *session);

/* The session does not refer to it any more, and wants it cancelled if it has not begun and nobody else wants it. */
void future_give_up(struct core *core, struct task *task, struct session *session);

/* What a task says of itself while it runs. OK, NO_MEMORY. */
enum concur_status future_progress(struct core *core, struct task *task, const struct value *value, bool refers);

/* An ended session's references to the task of that id go; to none if there is no such task. */
void future_drop_refs(struct core *core, uint64_t id, uint64_t count);

/* A session has ended: gives up to *steps of its tasks up, cancelling those that have not begun; true if none are
 * left. */
bool futures_forget(struct core *core, struct session *session, size_t *steps);

#endif
