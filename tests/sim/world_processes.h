/* The processes of a world: numbers that start, take signals and end. What comes of an effect is told at the beginning
 * of the next turn, as the daemon's I/O does.
 *
 * One whose command is "missing" can not be started. A signal ends any other, but one whose command is "stubborn" only
 * by SIGKILL. One that shares a page has it here: it is written to as the daemon's I/O does. */
#ifndef TESTS_SIM_WORLD_PROCESSES_H
#define TESTS_SIM_WORLD_PROCESSES_H

#include "daemon/server/server.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world_verdict {
	uint64_t task;
	enum page_state verdict;
};

struct world_process {
	uint64_t number;
	uint64_t pid;      /* 0: it could not be started */
	uint64_t pool;     /* what $CONCUR_POOL says; 0: it is none of a pool */
	struct page *page; /* owned; NULL: it has none */
	bool stubborn;
	bool is_told; /* of its start */
	bool is_over; /* to be told of its end */
	int code;
	struct world_verdict verdicts[PAGE_SLOTS]; /* to be told */
	size_t verdicts_count;
};

struct world_processes {
	struct world_process *items; /* owned; those that have not been told of to their end */
	size_t count;
	size_t room;
	uint64_t last_pid;
	bool is_slow; /* verdicts are not told for now */
	/* Called before a verdict (NULL: the end) of one is told; may be NULL. */
	void (*on_news)(void *arg, const struct world_process *process, const struct world_verdict *verdict);
	void *on_news_arg;
};

/* NULL: it was told of to its end, or there was none. */
struct world_process *world_processes_find(const struct world_processes *processes, uint64_t number);

void world_processes_fini(struct world_processes *processes);

/* The effects. */
void world_processes_spawn(struct world_processes *processes, uint64_t process, const struct process_spec *spec);
void world_processes_signal(struct world_processes *processes, uint64_t process, int signal);
void world_processes_put(struct world_processes *processes, uint64_t process, unsigned slot, uint64_t task);
void world_processes_recall(struct world_processes *processes, uint64_t process, unsigned slot, uint64_t task);

/* The process ends by itself, if it runs. */
void world_processes_exit(struct world_processes *processes, uint64_t process, int code);

/* Gives what is to be told to `tell`. */
void world_processes_tell(struct world_processes *processes, void (*tell)(void *arg, const struct server_input *input),
    void *arg);

#endif
