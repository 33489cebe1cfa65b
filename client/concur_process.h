/* Calls on processes that the daemon starts. Part of <concur.h>, which has the rules that all calls share.
 *
 * A process is made, then started, once, and watched by the daemon to its end; after Python's multiprocessing.Process.
 * It goes on whoever refers to it, unless it is a daemon: such a one is stopped when the session that made it ends. It
 * has nothing to read on stdin; the last it writes to stdout and stderr is kept, line by line. $CONCUR_URL leads it to
 * the daemon.
 *
 * Whoever may connect can have the daemon's runtimes started, see concurd(8); more words, any other command, an
 * environment or a directory only the daemon's own user, or root, through a unix socket: others get PERMISSION. */
#ifndef CONCUR_PROCESS_H
#define CONCUR_PROCESS_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

typedef struct concur_process concur_process;

/* How to make one; all fields may be 0 or NULL. Arrays end with NULL. */
struct concur_process_options {
	enum concur_lifetime lifetime;  /* of the object; not SESSION */
	const char *runtime;            /* whose command comes in front of `words` */
	const char *const *words;       /* without a runtime: the command, found in the daemon's $PATH, and its words */
	const char *const *environment; /* "NAME=VALUE", beside what the daemon has */
	const char *directory;          /* where it begins; NULL: where the daemon is */
	bool is_daemon;
};

/* Makes one, and starts nothing; NULL: it has no name. ALREADY_THERE, NOT_FOUND (the runtime), PERMISSION, VALUE_ERROR,
 * TOO_LARGE (command_max). The handle is freed with concur_free(). */
CONCUR_CHECKED enum concur_status concur_process_new(concur_session *session, const char *name,
    const struct concur_process_options *how, concur_process **ret_process);
concur_future *concur_process_new_begin(concur_session *session, const char *name,
    const struct concur_process_options *how); /* concur_future_object() */

/* As concur_dict_open() and concur_object_dict(), but one that is not there is NOT_FOUND. */
CONCUR_CHECKED enum concur_status concur_process_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_process **ret_process);
concur_process *concur_object_process(concur_object *object);

/* Starts it, and gives its pid once it runs. ALREADY_STARTED; START_FAILED, concur_message() says why; LIMIT
 * (processes_max); STOPPING. */
CONCUR_CHECKED enum concur_status concur_process_start(concur_process *process, int64_t *ret_pid);
concur_future *concur_process_start_begin(concur_process *process);

/* Waits for its end, and gives its exit code; where a signal ended it, that one's number, negative. TIMED_OUT,
 * NOT_STARTED, START_FAILED. */
CONCUR_CHECKED enum concur_status concur_process_join(concur_process *process, int64_t timeout_ns, int64_t *ret_code);
concur_future *concur_process_join_begin(concur_process *process, int64_t timeout_ns);

/* Sends it a signal, or to its whole process group. NO: it had ended already. NOT_STARTED, VALUE_ERROR. */
CONCUR_CHECKED enum concur_status concur_process_signal(concur_process *process, int signal, bool group);
concur_future *concur_process_signal_begin(concur_process *process, int signal, bool group);

/* SIGTERM and SIGKILL to it alone, as Python has them. */
CONCUR_CHECKED enum concur_status concur_process_terminate(concur_process *process);
CONCUR_CHECKED enum concur_status concur_process_kill(concur_process *process);

/* Asks it and its group to end, by SIGTERM, and has what is left of them killed after the grace; 0, or more than the
 * daemon's limit stop_seconds: after that. Does not wait for it. NO, NOT_STARTED. */
CONCUR_CHECKED enum concur_status concur_process_stop(concur_process *process, int64_t grace_ns);
concur_future *concur_process_stop_begin(concur_process *process, int64_t grace_ns);

/* -- looking ----------------------------------------------------------------------------------------------------- */

enum concur_process_phase {
	CONCUR_PROCESS_NEW = 0,
	CONCUR_PROCESS_STARTING = 1,
	CONCUR_PROCESS_RUNNING = 2,
	CONCUR_PROCESS_EXITED = 3,
	CONCUR_PROCESS_FAILED = 4, /* it could not be started */
};

struct concur_process_state {
	enum concur_process_phase phase;
	uint64_t pid; /* RUNNING, EXITED */
	int64_t code; /* EXITED: as concur_process_join() */
	bool dumped;  /* EXITED: it left a core dump */
	bool is_daemon;
	uint64_t maker;   /* the session that made it */
	uint64_t run_ns;  /* how long it runs, or ran */
	uint64_t user_ns; /* EXITED: processor time */
	uint64_t system_ns;
	uint64_t memory_bytes; /* EXITED: at most at once */
	uint64_t lines;        /* that it has written */
	int error;             /* FAILED: an errno */
	char sentence[256];    /* FAILED: what could not be done, and why */
};
CONCUR_CHECKED enum concur_status concur_process_state(concur_process *process, struct concur_process_state *ret_state);
concur_future *concur_process_state_begin(concur_process *process);
CONCUR_CHECKED enum concur_status concur_future_process_state(concur_future *future,
    struct concur_process_state *ret_state);

/* A line of its output. */
struct concur_process_line {
	uint64_t number; /* from 0, in the order of coming */
	bool is_error;   /* it was written to stderr */
	size_t size;
	const char *text; /* without the newline; a 0 that is not counted follows */
};

struct concur_output {
	struct concur_process_line *items; /* one block with the texts */
	size_t count;
	uint64_t cursor; /* the number of the line behind these */
};

/* Takes NULL. */
void concur_output_free(struct concur_output *output);

/* Lines that are kept, from number `cursor` on, at most `count` of them, 0: as many as fit; none, if there are none
 * yet. */
CONCUR_CHECKED enum concur_status concur_process_output(concur_process *process, uint64_t cursor, uint32_t count,
    struct concur_output *ret_output);
concur_future *concur_process_output_begin(concur_process *process, uint64_t cursor, uint32_t count);
CONCUR_CHECKED enum concur_status concur_future_output(concur_future *future, struct concur_output *ret_output);

/* Waits until there is a line of that number or a later one; a number above that of the next line counts as that.
 * TIMED_OUT; END_OF_FILE: there will be none. */
CONCUR_CHECKED enum concur_status concur_process_await_output(concur_process *process, uint64_t cursor,
    int64_t timeout_ns);
concur_future *concur_process_await_output_begin(concur_process *process, uint64_t cursor, int64_t timeout_ns);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
