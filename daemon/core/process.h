/* The process: one that the daemon starts, once, and watches to its end; with the semantics of Python's
 * multiprocessing.Process where that has them. Its number is its object's id.
 *
 *      NEW --process_start()--> STARTING --process_has_started()--> RUNNING --process_has_ended()--> EXITED
 *                                  \--process_has_failed()--> FAILED
 *
 * While it is STARTING or RUNNING it keeps its object alive. A `daemon` is stopped when the session that made it ends,
 * by a goodbye or by death; others go on. An object that is destroyed all the same takes its process along, with
 * SIGKILL.
 *
 * Besides the kind it is what others in the core own processes by: struct process_watcher. */
#ifndef CORE_PROCESS_H
#define CORE_PROCESS_H

#include "daemon/core/object.h"
#include "daemon/core/timer.h"
#include "lib/page.h"
#include "lib/process_spec.h"

extern const struct kind process_kind;

enum {
	PROCESS_SIGKILL = 9, /* as Linux numbers them */
	PROCESS_SIGTERM = 15,
	PROCESS_SIGNAL_MAX = 64,
	PROCESS_SPAWNS = 4,     /* started in one turn at most; the others follow in the next */
	PROCESS_SENTENCE = 256, /* bytes of why it could not be started */
	PROCESS_LINE_COST = 64, /* bytes that a line of output counts for besides its text */
};

/* The numbers are those of concur.v1.Phase. */
enum process_state {
	PROCESS_NEW = 0,
	PROCESS_STARTING = 1,
	PROCESS_RUNNING = 2,
	PROCESS_EXITED = 3,
	PROCESS_FAILED = 4, /* it could not be started; `sentence` says why */
};

/* What waiters on it wait for. */
enum process_role {
	PROCESS_ROLE_START,
	PROCESS_ROLE_EXIT,
	PROCESS_ROLE_OUTPUT,
};

struct process;

/* What somebody in the core who owns a process wants to be told. Each may be NULL. They may do anything but destroy the
 * process. */
struct process_watcher {
	void (*started)(struct core *core, struct process *process);
	/* EXITED or FAILED. process_word() may be asked while it runs. */
	void (*ended)(struct core *core, struct process *process);
	/* While it was at that task; 0: at none, or at several. */
	void (*line)(struct core *core, struct process *process, uint64_t task, bool is_error, const char *line,
	    size_t size);
	/* What has come of process_recall(). */
	void (*recalled)(struct core *core, struct process *process, uint64_t task, enum page_state verdict);
};

/* One line of what it wrote. */
struct process_line {
	struct link link; /* in process->output.lines */
	uint64_t number;  /* from 0, in the order of coming */
	bool is_error;    /* it was written to stderr */
	size_t size;
	char text[]; /* without the newline */
};

/* The last lines of what a process wrote, or a task: so many bytes of them, newest last. */
struct process_output {
	struct link lines;
	uint64_t next; /* the number of the next one: how many there ever were */
	size_t bytes;  /* with PROCESS_LINE_COST for each */
};

struct process {
	struct object object;
	enum process_state state;
	struct process_spec spec; /* in `command` */
	char *command;            /* owned: one block with all words */
	size_t command_bytes;
	bool is_daemon;
	bool is_asked_for;      /* effects->spawn was called */
	uint64_t maker;         /* the session that made it; 0: the daemon itself */
	uint64_t pid;           /* from RUNNING on */
	uint64_t started_ns;    /* the turn in which it was known to run */
	uint64_t ended_ns;      /* EXITED, FAILED */
	struct process_end end; /* EXITED; `page` only while the watcher is told */
	int error;              /* FAILED: of errno */
	char *sentence;         /* FAILED: owned; NULL: there was no memory for it */
	struct link in_state;   /* in core->starting until it was asked for, then in core->running until its end */
	struct link in_maker;   /* in session->daemons */
	struct link starters;   /* struct waiter: until it runs */
	struct link joiners;    /* struct waiter: until it has ended */
	struct link readers;    /* struct waiter: until there is output */
	struct timer kill;      /* set while a polite stop goes on */
	int signal;             /* to be sent once it runs; 0: none */
	bool signals_group;     /* that one goes to its whole group */
	struct process_output output;
	const struct process_watcher *watcher; /* NULL: nobody */
	void *watcher_arg;
};

/* -- making ------------------------------------------------------------------------------------------------------- */

struct process_options {
	const struct value *name;       /* NULL: anonymous */
	enum lifetime lifetime;         /* but SESSION: that is what a daemon is */
	struct session *creator;        /* NULL: the daemon itself */
	const struct runtime *runtime;  /* its words come first; NULL: `arguments` are the whole command */
	const char *const *arguments;   /* end with NULL; NULL: none */
	const char *const *environment; /* as in struct process_spec */
	const char *directory;
	bool is_daemon;
	bool page;
};

/* The runtime of that name, or NULL. */
const struct runtime *process_runtime(const struct core *core, const char *name);

/* All is copied. No reference is taken. VALUE_ERROR for a command without a word or a lifetime of SESSION, TOO_LARGE
 * past command_max, ALREADY_THERE, LIMIT at objects_max, NO_MEMORY. */
enum concur_status process_new(struct core *core, const struct process_options *options, struct process **ret);

/* -- using -------------------------------------------------------------------------------------------------------- */

/* Has it started. PENDING: the call is answered when it runs, result->number is its pid, or with START_FAILED and the
 * sentence. OK if `ask` is NULL: the watcher is told. ALREADY_STARTED, STOPPING, LIMIT at processes_max, NO_MEMORY. */
enum concur_status process_start(struct core *core, struct process *process, const struct ask *ask);

/* Waits for its end: result->number is its exit code, an int64_t. OK, or OUTCOME_TIMED_OUT; PENDING; NOT_STARTED;
 * START_FAILED, process->sentence says why; LIMIT; NO_MEMORY. */
enum concur_status process_join(struct core *core, struct process *process, const struct ask *ask, struct result *ret);

/* Sends a signal, to it alone or to its process group; one that is being started gets it when it runs. *ret_outcome:
 * NO, it had ended already. NOT_STARTED; VALUE_ERROR, no such signal. */
enum concur_status process_signal(struct core *core, struct process *process, int signal, bool group,
    enum outcome *ret_outcome);

/* Asks it and its group to end, by SIGTERM, and kills what is left of them after grace_ns. Again with a shorter grace:
 * that one counts. As process_signal(). */
enum concur_status process_stop(struct core *core, struct process *process, uint64_t grace_ns,
    enum outcome *ret_outcome);

/* The grace of limits->stop_seconds. */
uint64_t process_grace_ns(const struct core *core);

/* Whether it has been started and has not ended. */
static inline bool
process_is_alive(const struct process *process)
{
	return process->state == PROCESS_STARTING || process->state == PROCESS_RUNNING;
}

/* Its exit code; meaningful if EXITED. */
static inline int64_t
process_code(const struct process *process)
{
	return process->end.code;
}

static inline uint64_t
process_number(const struct process *process)
{
	return object_id(&process->object);
}

/* The process with that number, or NULL. */
struct process *process_find(const struct core *core, uint64_t number);

/* -- output ------------------------------------------------------------------------------------------------------- */

/* The first line that is kept of those from that number on; NULL if there is none. */
const struct process_line *process_line_from(const struct process_output *output, uint64_t number);

/* The one behind it, or NULL. */
const struct process_line *process_line_next(const struct process_output *output, const struct process_line *line);

/* Waits until there is a line of that number or a later one; one above the next line's counts as that. OK, or
 * OUTCOME_END_OF_FILE if there will be none, or OUTCOME_TIMED_OUT; PENDING; LIMIT; NO_MEMORY. */
enum concur_status process_await_line(struct core *core, struct process *process, uint64_t number,
    const struct ask *ask, struct result *ret);

/* -- for who owns one --------------------------------------------------------------------------------------------- */

void process_watch(struct process *process, const struct process_watcher *watcher, void *arg);

/* Puts a task in a slot of the page of one that runs; before the task itself is sent to it. */
void process_put(struct core *core, struct process *process, unsigned slot, uint64_t task);

/* Takes it back; the watcher is told the verdict in a later turn, unless the process ends before. Once a task. */
void process_recall(struct core *core, struct process *process, unsigned slot, uint64_t task);

/* Within `ended`: the word in that slot when the process was gone; one of a task QUEUED that was never put is 0. */
uint64_t process_word(const struct process *process, unsigned slot);

/* -- input, from the one door ------------------------------------------------------------------------------------- */

void process_has_started(struct core *core, struct process *process, uint64_t pid);
void process_has_failed(struct core *core, struct process *process, int error, const char *sentence);
void process_has_ended(struct core *core, struct process *process, const struct process_end *end);
void process_has_recalled(struct core *core, struct process *process, uint64_t task, enum page_state verdict);
void process_has_written(struct core *core, struct process *process, uint64_t task, bool is_error, const char *line,
    size_t size);

/* -- for the core ------------------------------------------------------------------------------------------------- */

/* Has the first of those that are STARTING spawned, PROCESS_SPAWNS at most. */
void process_spawn_some(struct core *core);

/* The session that made it ends: `link` is its in_maker, which is out of the list already. */
void process_lose_maker(struct core *core, struct link *link);

/* The daemon stops: none starts any more, all that run are stopped politely. */
void process_stop_all(struct core *core);

/* -- outputs, of processes and of tasks ---------------------------------------------------------------------------- */

void process_output_init(struct process_output *output);

/* Puts a line behind the others, and drops old ones past so many bytes. Without memory it is lost, and so are they. */
void process_output_add(struct process_output *output, uint64_t bytes_max, bool is_error, const char *text,
    size_t size);

/* Frees lines, the oldest first, until no more than so many bytes are left; at most *steps of them. */
void process_output_drop(struct process_output *output, size_t bytes_max, size_t *steps);

#endif
