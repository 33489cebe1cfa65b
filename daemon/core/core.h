/* The core: every shared object, who owns it and who waits for it, as a pure state machine.
 *
 * No I/O, no clock, no random numbers, no protobuf: time and seeds come in, statuses and results go out. A call that
 * must wait leaves a linked waiter and gives CONCUR_PENDING; whatever wakes it puts it on the ready list, which
 * core_answer() empties once the operation is over.
 *
 * Thread-safety: none; one thread owns the core. */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "daemon/core/cycle.h"
#include "lib/concur_status.h"
#include "lib/heap.h"
#include "lib/limits.h"
#include "lib/link.h"
#include "lib/map.h"
#include "lib/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CORE_DETAIL = 512 };

#define CORE_SECOND UINT64_C(1000000000) /* in ns, as all times are */

struct process_spec;
struct runtime;

/* What the core wants done with processes; their numbers are ids of its objects. None of these may call back into the
 * core: what comes of it is told by process_has_started() and its kin, in a later turn. A number that is unknown, or
 * whose process has ended, is passed over. */
struct core_effects {
	/* Start it. `spec` is borrowed for the call. */
	void (*spawn)(void *arg, uint64_t process, const struct process_spec *spec);
	/* Send it a signal; with `group` to its process group, of which nothing is to outlive it after that. */
	void (*signal)(void *arg, uint64_t process, int signal, bool group);
	/* As page_put() and page_recall(), see lib/page.h. */
	void (*page_put)(void *arg, uint64_t process, unsigned slot, uint64_t task);
	void (*page_recall)(void *arg, uint64_t process, unsigned slot, uint64_t task);
};

struct core {
	const struct limits *limits;
	uint64_t seed;            /* of the hashes */
	uint64_t counter;         /* the last id, token or version given out; core_draw() */
	uint64_t now_ns;          /* the turn's time */
	uint64_t cores;           /* that the daemon may use; 1 until it is told: what pools take for their size */
	struct table objects;     /* struct object by id */
	struct table workers;     /* struct worker by id */
	struct map *names;        /* struct object by name (a text value) */
	struct table sessions;    /* struct session by id */
	struct table tasks;       /* struct task by id; their ids are drawn from the same counter as those of objects */
	struct heap deadlines;    /* waiters that have one */
	struct heap timers;       /* struct timer, see timer.h */
	struct heap expiring;     /* times to live of dicts, by the first that is over; dict_times.h */
	struct link ready;        /* waiters that are woken and not yet answered */
	struct link unreferenced; /* objects without a reference; freed at the turn's end unless one came back */
	struct link lingering;    /* the same, but freed after linger_seconds; those that were left first stand first */
	struct link graves;       /* what is freed by counted steps */
	struct link endings;      /* the same, of sessions: others may wait for what they hold */
	struct cycle cycle;       /* the search for objects that only refer to each other */
	uint64_t waiting;         /* waiters in all */
	uint64_t holding;         /* holds in all */
	uint64_t in_doubt;        /* items in doubt in all */
	uint64_t waits;           /* waiters there ever were */
	uint64_t searches;        /* through waiters, ever */
	uint64_t runs_blocked;    /* of all sessions */
	uint64_t bytes;           /* counted for all that is stored */
	uint64_t object_bytes;    /* counted for the objects themselves */
	uint64_t handled;         /* objects on which sessions have handles */
	uint64_t lingerers;       /* objects that linger */
	const struct core_effects *effects; /* without them there are no processes */
	void *effects_arg;
	const struct runtime *runtimes; /* that everybody may start; ends with a name of NULL; NULL: none */
	struct link starting;           /* processes that are to be spawned */
	struct link running;            /* processes that were spawned and have not ended */
	uint64_t processes;             /* in both */
	bool is_stopping;               /* the daemon: no process is started any more */
	bool is_short;                  /* of memory, or of objects: what lingers goes now */
	const char *limit;              /* the name of the limit, with a status of LIMIT or TOO_LARGE */
	char detail[CORE_DETAIL];       /* words that belong to the operation's status of DEADLOCK */
};

/* 0, or -1 if there is no memory. `limits` must outlive the core. */
int core_init(struct core *core, const struct limits *limits, uint64_t seed, uint64_t counter);

/* What processes need, before the first one is made. All of it must outlive the core; `runtimes` may be NULL. */
void core_connect(struct core *core, const struct core_effects *effects, void *arg, const struct runtime *runtimes);

/* Frees everything; sessions must have ended before. */
void core_fini(struct core *core);

/* The next number of the one counter that gives ids, tokens and versions. Never gives the same twice. */
static inline uint64_t
core_draw(struct core *core)
{
	return ++core->counter;
}

/* The status for a limit that is reached: remembers its name. */
static inline enum concur_status
core_limit(struct core *core, enum concur_status status, const char *limit)
{
	core->limit = limit;
	return status;
}

/* Memory or objects run out: what lingers goes at the turn's end. */
static inline void
core_relieve(struct core *core)
{
	core->is_short = true;
}

/* What counts against memory_max. */
static inline uint64_t
core_memory(const struct core *core)
{
	return core->bytes + core->object_bytes;
}

/* Whether there is no room for so many bytes more. */
static inline bool
core_has_no_room(const struct core *core, uint64_t bytes)
{
	return core->limits->memory_max && core_memory(core) + bytes > core->limits->memory_max;
}

/* Whether all that may be stored is stored. What a frame brings is measured before it is applied; this is for calls
 * that make more out of what is there already. */
static inline bool
core_is_full(const struct core *core)
{
	return core_has_no_room(core, 0);
}

void core_answer_ready(struct core *core);

/* Answers every waiter on the ready list, in order; what an answer wakes is answered too. */
static inline void
core_answer(struct core *core)
{
	if (__builtin_expect(!link_empty(&core->ready), 0))
		core_answer_ready(core);
}

/* Begins a turn: it is that time now, which is none before the last turn's. Takes out entries of dicts whose time to
 * live is over, at most limits->turn_steps. */
void core_turn_begin(struct core *core, uint64_t now_ns);

/* Ends the turn: fires timers, expires waits, answers, lets go of objects that nobody refers to, frees at most
 * limits->turn_steps things, has processes spawned. *ret_deadline_ns: when the next turn is needed, UINT64_MAX for
 * never, 0 for at once (work is left). */
void core_turn_end(struct core *core, uint64_t *ret_deadline_ns);

/* Something that is freed by counted steps. `step` frees at most *steps things, subtracts what it did, and returns true
 * when all is gone, the grave itself included. */
struct grave {
	struct link link;
	bool (*step)(struct core *core, struct grave *grave, size_t *steps);
};

/* Takes over the grave. Never fails. */
void core_bury(struct core *core, struct grave *grave);

#endif
