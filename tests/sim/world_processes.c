/* The processes of a world, in the order of their starting. */
#include "tests/sim/world_processes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WORLD_FIRST_PID = 5000, WORLD_SIGKILL = 9, WORLD_ENOENT = 2 };

static struct world_process *
find(const struct world_processes *processes, uint64_t number)
{
	for (size_t i = 0; i < processes->count; i++) {
		if (processes->items[i].number == number)
			return &processes->items[i];
	}
	return NULL;
}

void
world_processes_fini(struct world_processes *processes)
{
	free(processes->items);
	*processes = (struct world_processes){ 0 };
}

void
world_processes_spawn(struct world_processes *processes, uint64_t process, const struct process_spec *spec)
{
	struct world_process *new;

	assert(!find(processes, process));
	if (processes->count == processes->room) {
		processes->room = processes->room * 2 + 8;
		processes->items = realloc(processes->items, processes->room * sizeof *processes->items);
		if (!processes->items)
			abort();
	}
	new = &processes->items[processes->count++];
	*new = (struct world_process){ .number = process, .stubborn = strcmp(spec->argv[0], "stubborn") == 0 };
	if (strcmp(spec->argv[0], "missing") != 0)
		new->pid = WORLD_FIRST_PID + ++processes->last_pid;
}

void
world_processes_signal(struct world_processes *processes, uint64_t number, int signal)
{
	struct world_process *process = find(processes, number);

	if (process && process->pid && (!process->stubborn || signal == WORLD_SIGKILL))
		world_processes_exit(processes, number, -signal);
}

void
world_processes_exit(struct world_processes *processes, uint64_t number, int code)
{
	struct world_process *process = find(processes, number);

	if (!process || !process->pid || process->is_over)
		return;
	process->is_over = true;
	process->code = code;
}

static void
tell_start(struct world_process *process, void (*tell)(void *arg, const struct server_input *input), void *arg)
{
	const struct server_input input = {
		.kind = process->pid ? SERVER_SPAWNED : SERVER_SPAWN_FAILED,
		.process = process->number,
		.pid = process->pid,
		.error = WORLD_ENOENT,
		.sentence = "missing: No such file or directory",
	};

	process->is_told = true;
	tell(arg, &input);
}

static void
tell_end(const struct world_process *process, void (*tell)(void *arg, const struct server_input *input), void *arg)
{
	const struct process_end end = { .code = process->code };
	const struct server_input input = { .kind = SERVER_EXITED, .process = process->number, .end = &end };

	tell(arg, &input);
}

void
world_processes_tell(struct world_processes *processes, void (*tell)(void *arg, const struct server_input *input),
    void *arg)
{
	/* Being told may bring a signal, which may end others; nothing is started meanwhile. */
	for (size_t i = 0; i < processes->count; i++) {
		if (!processes->items[i].is_told)
			tell_start(&processes->items[i], tell, arg);
	}
	for (size_t i = 0; i < processes->count; i++) {
		struct world_process process = processes->items[i];

		if (process.pid && !process.is_over)
			continue;
		memmove(&processes->items[i], &processes->items[i + 1],
		    (--processes->count - i) * sizeof *processes->items);
		i--;
		if (process.pid)
			tell_end(&process, tell, arg);
	}
}
