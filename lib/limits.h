/* All limits of the daemon: one table gives the name, the default, the unit and the text.
 *
 * A limit that is reached is answered with its name. `concurd --limit NAME=VALUE` sets one; concurd(8) lists them
 * all. */
#ifndef LIB_LIMITS_H
#define LIB_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMITS_MIB (UINT64_C(1) << 20)

/* Threads that one process of a pool has at most: each has a stack, and they share one connection. */
#define LIMITS_WORKER_THREADS 64

#define LIMITS_LIST(X)                                                                                       \
	X(frame_max, 64 * LIMITS_MIB, "bytes", "of one frame; a larger one is read past and refused")        \
	X(frame_hard_max, 1024 * LIMITS_MIB, "bytes", "of one frame; a larger one ends the connection")      \
	X(arena_max, 160 * LIMITS_MIB, "bytes", "that one call may unpack to")                               \
	X(name_max, 1024, "bytes", "of an object's name")                                                    \
	X(key_max, LIMITS_MIB, "bytes", "of a key")                                                          \
	X(depth_max, 64, "levels", "of nesting in a value")                                                  \
	X(page_bytes, 256 * 1024, "bytes", "of entries in a page; one entry is always given")                \
	X(page_entries, 1024, "entries", "looked at for one page")                                           \
	X(batch_max, 16384, "items", "of one call that takes or gives many")                                 \
	X(sort_max, 100000, "items", "that one call sorts, merges, compares or nests")                       \
	X(move_max, 1000000, "items", "that one call searches or moves")                                     \
	X(container_max, 33000000, "items", "in one container")                                              \
	X(nested_max, 16384, "objects", "that one call makes of containers in what it stores")               \
	X(pipe_bytes_max, 16 * LIMITS_MIB, "bytes", "sent into a pipe and not received; a send waits")       \
	X(objects_max, 16000000, "objects", "in the daemon")                                                 \
	X(tasks_max, 16000000, "tasks", "in the daemon, with those that ended and are still referred to")    \
	X(functions_max, 1024, "functions", "of a pool: with labels, pairs of both")                         \
	X(workers_max, 4096, "workers", "of a pool")                                                         \
	X(spares_max, 16, "workers", "of a pool, besides its own, while those wait inside of tasks")         \
	X(result_seconds, 3600, "seconds", "that the result of a detached task stays")                       \
	X(calls_max, 131072, "calls", "of one session that wait")                                            \
	X(deliveries_max, 65536, "items", "that one session was sent and has not yet told read")             \
	X(sessions_max, 65536, "sessions", "at once; what open files allow may be less")                     \
	X(outbox_high, 256 * 1024, "bytes", "of replies not yet sent, past which a session is not read")     \
	X(outbox_max, 256 * LIMITS_MIB, "bytes", "of replies not yet sent, past which a session is ended")   \
	X(memory_max, 0, "bytes", "that all objects may store; 0: three quarters of the machine's memory")   \
	X(turn_frames, 256, "frames", "of one connection in one turn")                                       \
	X(turn_steps, 2048, "steps", "of freeing and closing of holes in one turn")                          \
	X(hello_seconds, 30, "seconds", "within which a new connection must say Hello")                      \
	X(silence_seconds, 30, "seconds", "until a connection on TCP is given up whose peer is silent")      \
	X(grace_seconds, 10, "seconds", "that a session on TCP outlives its connection; 0: it does not")     \
	X(kept_max, 32 * LIMITS_MIB, "bytes", "of replies kept until a session on TCP says it read them")    \
	X(unproven_max, 256, "sessions", "on TCP that have not proven the key; past it the oldest ends")     \
	X(refusal_seconds, 1, "seconds", "until a wrong key is told so")                                     \
	X(processes_max, 1024, "processes", "that the daemon has started and that run")                      \
	X(command_max, 128 * 1024, "bytes", "of a command, its arguments and environment")                   \
	X(stop_seconds, 5, "seconds", "from a polite stop of a process until it is killed")                  \
	X(output_max, 64 * 1024, "bytes", "of what a process writes to stdout and stderr that are kept")     \
	X(task_output_max, 16 * 1024, "bytes", "of what one task writes to stdout and stderr that are kept") \
	X(linger_seconds, 60, "seconds", "that an anonymous object stays when nobody refers to it")          \
	X(linger_max, 4096, "objects", "that stay so; past it those left first go first")

struct limits {
#define LIMITS_FIELD(name, value, unit, text) uint64_t name;
	LIMITS_LIST(LIMITS_FIELD)
#undef LIMITS_FIELD
};

struct limits_row {
	const char *name;
	const char *unit;
	const char *text;
	uint64_t value; /* the default */
	size_t offset;  /* in struct limits */
};

extern const struct limits_row limits_rows[]; /* ends with a name of NULL */

void limits_defaults(struct limits *limits);

/* Sets the one called `name`; false if there is none. */
bool limits_set(struct limits *limits, const char *name, uint64_t value);

#endif
