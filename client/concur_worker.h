/* Working for pools. Part of <concur.h>, which has the rules that all calls share.
 *
 * A worker runs the functions of its table for the tasks of one pool. Programs become workers by concur_worker_run();
 * functions in a shared object are run by the program concur-worker, which looks for one symbol in it:
 *
 *	static enum concur_status
 *	square(concur_work *work, const struct concur_value *arguments)
 *	{
 *		if (arguments->kind != CONCUR_VALUE_INTEGER)
 *			return concur_work_fail(work, "TypeError", "an integer is wanted");
 *		return concur_work_result(work, CV(arguments->integer * arguments->integer));
 *	}
 *
 *	static const struct concur_function functions[] = { { "square", square, true }, { 0 } };
 *	const struct concur_module concur_module = { CONCUR_MODULE_VERSION, "squares", functions };
 */
#ifndef CONCUR_WORKER_H
#define CONCUR_WORKER_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* -- functions --------------------------------------------------------------------------------------------------- */

typedef struct concur_work concur_work; /* one run of a task; lasts until its function returns */

/* Runs a task. The arguments are borrowed. CONCUR_OK: it is done, its result is what concur_work_result() said or else
 * null. Anything else: it has failed, with the error that concur_work_fail() made, or else with that status and this
 * thread's concur_message(). Locks that it still holds are treated as at its death: each task is a context of its own.
 * With several threads it runs in several of them at once. */
typedef enum concur_status concur_function_run(concur_work *work, const struct concur_value *arguments);

struct concur_function {
	const char *name; /* NULL ends a table */
	concur_function_run *run;
	bool each; /* the task's arguments are a list: it is called for each item, and the task's result is the list of
	              its results; for concur_pool_map() */
};

/* Gives the result; the last one counts. The value is borrowed until this returns. TOO_LARGE, BAD_VALUE, NO_MEMORY:
 * return it, and the task has failed so. */
CONCUR_CHECKED enum concur_status concur_work_result(concur_work *work, struct concur_value result);

/* Makes the task's error: TASK_FAILED, to be returned. `type` is such as "ValueError"; it and the traceback may be
 * NULL. Both functions return the same whatever happens, if need be with less text. */
__attribute__((format(printf, 3, 4))) enum concur_status concur_work_fail(concur_work *work, const char *type,
    const char *format, ...);
enum concur_status concur_work_fail_traceback(concur_work *work, const char *type, const char *message,
    const char *traceback);

/* Whether nobody wants the result any more: a function that takes long should look now and then, and return
 * CONCUR_CANCELLED. Costs nothing. */
bool concur_work_is_cancelled(const concur_work *work);

/* Says how far it is, for those who ask for the task's state. Does not wait. */
CONCUR_CHECKED enum concur_status concur_work_progress(concur_work *work, struct concur_value value);

/* The session with which it can make other calls, as long as it runs. Locks that it acquires by it are its own. */
concur_session *concur_work_session(const concur_work *work);

/* The pool that it was submitted to: an object's id, for concur_object_ref(). */
uint64_t concur_work_pool(const concur_work *work);

uint64_t concur_work_task(const concur_work *work);    /* its id */
uint32_t concur_work_attempt(const concur_work *work); /* 1 at first */
unsigned concur_work_thread(const concur_work *work);  /* the worker's thread that runs it, from 0 */

/* -- modules ----------------------------------------------------------------------------------------------------- */

enum { CONCUR_MODULE_VERSION = 1 };

/* What a shared object for concur-worker must export under the name concur_module. */
struct concur_module {
	unsigned version; /* CONCUR_MODULE_VERSION */
	const char *name; /* for people */
	const struct concur_function *functions;
};

#ifndef __cplusplus
extern const struct concur_module concur_module;
#endif

/* -- workers ----------------------------------------------------------------------------------------------------- */

typedef struct concur_worker concur_worker;

/* Commands as tasks: the table with the function "exec". Its arguments are a list of words, or a map with
 *
 *	"argv"         a list: the command, looked for in $PATH, and its arguments
 *	"stdin"        what it is to read; nothing
 *	"environment"  a map of names to values, besides the worker's own
 *	"cwd"          where to run it; the worker's own directory
 *	"account"      true: the result says where it ran and when
 *
 * in which all words may be texts or, where they are not UTF-8, data. Its result is a map with "exit_code" or "signal"
 * (numbers), "stdout" and "stderr" (data, CONCUR_EXEC_OUTPUT_MAX bytes of each at most) and, if there was more,
 * "dropped" (bytes); with "account" also "host" (text), "began_ns" (since 1970) and "ran_ns". A command that can not be
 * run is an error, "OSError"; one that fails is a result. Whoever may submit to the pool can run anything: it is in no
 * table by itself. */
enum { CONCUR_EXEC_OUTPUT_MAX = 16 << 20 };
extern const struct concur_function concur_exec_functions[];

/* All but one of pool and pool_id may be 0 or NULL. */
struct concur_worker_options {
	const char *url;      /* as concur_connect() */
	const char *key_file; /* likewise; or NULL */
	bool patient;         /* where there is no daemon, or no pool yet, try again with growing pauses */
	const char *pool;     /* its name, or NULL and: */
	uint64_t pool_id;     /* its object's id, as in $CONCUR_POOL for a worker that the daemon started */
	const struct concur_function *const *tables; /* ends with NULL */
	const char *const *labels;                   /* ends with NULL */
	const char *name;                            /* for people; the program's name */
	unsigned threads;                            /* tasks that it runs at once; 0: 1 */
	uint64_t process;                            /* what $CONCUR_PROCESS says, if the daemon started it */
	int page;                                    /* the descriptor that $CONCUR_PAGE says; 0: none. Taken over */
	bool
	    one_by_one; /* has no more tasks in hand than it runs: for those of which nobody knows how long they take */
	const char *broken; /* not NULL: do not work, tell the pool that its workers can not start, and why */
};

/* VALUE_ERROR: a function is in the tables twice, or too many threads. SYSTEM (the page), NO_MEMORY. The options are
 * borrowed until concur_worker_free(). */
CONCUR_CHECKED enum concur_status concur_worker_new(const struct concur_worker_options *options,
    concur_worker **ret_worker);

/* Works until the pool has no more to do (OK), concur_worker_drain() was called (OK), or the connection has ended: a
 * worker that the daemon started then returns CLOSED, any other one connects again, with growing pauses, and attaches
 * anew, also to a pool of that name that is made only later. Over TCP a connection that drops has not ended while its
 * session can be resumed: see concur_connect(); the worker goes on with what it has. Blocks. NOT_FOUND: no pool of that
 * name. TASK_FAILED: the pool's initializer has. What concur_connect() and POOL_CLOSED, POOL_BROKEN say. */
CONCUR_CHECKED enum concur_status concur_worker_run(concur_worker *worker);

/* Takes no more tasks, gives back those that have not begun, and lets concur_worker_run() return when the others have
 * ended. With `give_up` concur_work_is_cancelled() is true for these from now on. Any thread, but no signal handler.
 * Does not wait. */
void concur_worker_drain(concur_worker *worker, bool give_up);

/* concur_worker_run() must have returned. Takes NULL. */
void concur_worker_free(concur_worker *worker);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
