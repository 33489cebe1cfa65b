/* Calls on tasks, by their ids. Part of <concur.h>, which has the rules that all calls share.
 *
 * A task and its future are one thing and have one id, by which any session may ask for it, also after the one that
 * submitted it has gone. It goes when no session refers to it any more: the one that submitted it does until it calls
 * concur_task_release() or ends. Sources: concurrent.futures.Future, multiprocessing.pool.AsyncResult.
 *
 * How a task has ended is a status. Calls that give its result return CONCUR_OK with it, or
 *
 *	TASK_FAILED       its function said that it failed, or did what its worker could survive
 *	WORKER_DIED       its worker died of it, or while it ran
 *	TASK_TIMED_OUT    it ran for longer than its timeout_ns
 *	RESULT_LOST       it ran, but its worker died before its result was read
 *	NO_FUNCTION       nobody has a function of that name
 *	TOO_LARGE         its result was larger than the daemon takes
 *	CANCELLED         it was cancelled
 *
 * (and others that a worker may give); concur_message() is then the error's own text, and concur_future_task_error() of
 * a call that was begun has the rest. */
#ifndef CONCUR_TASK_H
#define CONCUR_TASK_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

enum concur_task_phase {
	CONCUR_PHASE_PENDING = 0,
	CONCUR_PHASE_RUNNING = 1,
	CONCUR_PHASE_CANCELLED = 2,
	CONCUR_PHASE_FINISHED = 3,
	CONCUR_PHASE_FAILED = 4,
};

/* -- errors ------------------------------------------------------------------------------------------------------ */

/* Why a task has no result. The texts are never NULL and last as long as the struct. */
struct concur_task_error {
	enum concur_status status;
	const char *type; /* such as "ValueError"; "" if there is none, as in all of them */
	const char *message;
	const char *traceback;
	int signal; /* that its worker died of; 0: of none */
	int exit_code;
	uint64_t user_ns; /* what its worker had used */
	uint64_t system_ns;
	uint64_t memory;                   /* bytes, at most */
	const struct concur_value *opaque; /* an exception that only its makers understand; NULL: none */
	struct concur_value whole;         /* the error as it came, which all of the above points into */
};

/* Reads an error as the daemon gives it, in a queue of completions for instance, and takes the value over. BAD_VALUE
 * if it is no map. */
CONCUR_CHECKED enum concur_status concur_task_error_read(struct concur_value *value,
    struct concur_task_error *ret_error);

/* Takes NULL. */
void concur_task_error_free(struct concur_task_error *error);

/* Of a call that gives a task's result; waits for it as concur_future_wait(), whose status it gives where there is no
 * error: CONCUR_OK too. NO if there is an error, and it was stored. */
CONCUR_CHECKED enum concur_status concur_future_task_error(concur_future *future, struct concur_task_error *ret_error);

/* -- results ----------------------------------------------------------------------------------------------------- */

/* Waits until the task has ended and gives its result, to be freed. TIMED_OUT: it has not. NOT_FOUND. May be called any
 * number of times, by anybody.
 *
 * Inside a task of the same pool it runs what it would wait for itself, here and now, if that has not begun: tasks that
 * wait for each other need no more workers. Such a wait lasts as long as that task, whatever timeout_ns says; with 0 it
 * runs nothing. Where it can not, it waits: DEADLOCK if what it waits for waits for it, POOL_EXHAUSTED if no worker is
 * left that could run it, and none may be started; both only without a timeout, and concur_message() says why. */
CONCUR_CHECKED enum concur_status concur_task_wait(concur_session *session, uint64_t task, int64_t timeout_ns,
    struct concur_value *ret_value);
concur_future *concur_task_wait_begin(concur_session *session, uint64_t task, int64_t timeout_ns);

struct concur_task_state {
	enum concur_task_phase phase;
	uint64_t pool;                /* the object's id */
	uint64_t waited_ns;           /* while it waits: for so long */
	uint64_t ran_ns;              /* while it runs: for so long */
	uint32_t attempts;            /* times that it has begun */
	struct concur_value progress; /* what it last said of itself; CONCUR_VALUE_NONE: nothing. To be freed */
};

/* At once. NOT_FOUND. */
CONCUR_CHECKED enum concur_status concur_task_state(concur_session *session, uint64_t task,
    struct concur_task_state *ret_state);
concur_future *concur_task_state_begin(concur_session *session, uint64_t task);
CONCUR_CHECKED enum concur_status concur_future_task_state(concur_future *future, struct concur_task_state *ret_state);

/* Why it has not run yet: a sentence, to be freed. NOT_FOUND. */
CONCUR_CHECKED enum concur_status concur_task_why(concur_session *session, uint64_t task,
    struct concur_value *ret_value);
concur_future *concur_task_why_begin(concur_session *session, uint64_t task);

/* -- having a say ------------------------------------------------------------------------------------------------ */

/* Cancels a task that has not begun; with `kill` also one that runs: it ends at once, its worker is asked to stop it,
 * and killed some time after that. NO: it has ended, or runs and is not to be killed. TIMED_OUT: its worker had to be
 * asked, and did not answer within timeout_ns (0: as long as it takes); it may be cancelled yet. */
CONCUR_CHECKED enum concur_status concur_task_cancel(concur_session *session, uint64_t task, bool kill,
    int64_t timeout_ns);
concur_future *concur_task_cancel_begin(concur_session *session, uint64_t task, bool kill, int64_t timeout_ns);

/* Gives a promise (see concur_pool_promise()) its result, or its error. NO: it has ended before. VALUE_ERROR: it is not
 * a promise. `type` may be NULL. */
CONCUR_CHECKED enum concur_status concur_task_complete(concur_session *session, uint64_t task,
    struct concur_value value);
concur_future *concur_task_complete_begin(concur_session *session, uint64_t task, struct concur_value value);
CONCUR_CHECKED enum concur_status concur_task_fail(concur_session *session, uint64_t task, const char *type,
    const char *message);
concur_future *concur_task_fail_begin(concur_session *session, uint64_t task, const char *type, const char *message);

/* This session refers to the task, too. NOT_FOUND. */
CONCUR_CHECKED enum concur_status concur_task_ref(concur_session *session, uint64_t task);
concur_future *concur_task_ref_begin(concur_session *session, uint64_t task);

/* This session does not refer any more to `count` tasks of consecutive ids from this on. What nobody refers to is
 * forgotten when it ends. It runs all the same: concur_task_cancel() before it keeps it from that. How many it had
 * referred to; ret_count may be NULL. */
CONCUR_CHECKED enum concur_status concur_task_release(concur_session *session, uint64_t task, uint64_t count,
    int64_t *ret_count);
concur_future *concur_task_release_begin(concur_session *session, uint64_t task, uint64_t count);

/* Says how far the task is, for whoever asks for its state; see also concur_work_progress(). */
CONCUR_CHECKED enum concur_status concur_task_progress(concur_session *session, uint64_t task,
    struct concur_value value);
concur_future *concur_task_progress_begin(concur_session *session, uint64_t task, struct concur_value value);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
