/* The processes of a world: numbers that start, take signals and end. What comes of an effect is told at the beginning
 * of the next turn, as the daemon's I/O does.
 *
 * One whose command is "missing" can not be started. A signal ends any other, but one whose command is "stubborn" only
 * by SIGKILL. */
#ifndef TESTS_SIM_WORLD_PROCESSES_H
#define TESTS_SIM_WORLD_PROCESSES_H

#include "daemon/server/server.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world_process {
	uint64_t number;
	uint64_t pid; /* 0: it could not be started */
	bool stubborn;
	bool is_told; /* of its start */
	bool is_over; /* to be told of its end */
	int code;
};

struct world_processes {
	struct world_process *items; /* owned; those that have not been told of to their end */
	size_t count;
	size_t room;
	uint64_t last_pid;
};

void world_processes_fini(struct world_processes *processes);

/* The effects. */
void world_processes_spawn(struct world_processes *processes, uint64_t process, const struct process_spec *spec);
void world_processes_signal(struct world_processes *processes, uint64_t process, int signal);

/* The process ends by itself, if it runs. */
void world_processes_exit(struct world_processes *processes, uint64_t process, int code);

/* Gives what is to be told to `tell`. */
void world_processes_tell(struct world_processes *processes, void (*tell)(void *arg, const struct server_input *input),
    void *arg);

#endif
