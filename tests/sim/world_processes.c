/* The processes of a world, in the order of their starting. */
#include "tests/sim/world_processes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WORLD_FIRST_PID = 5000, WORLD_SIGKILL = 9, WORLD_ENOENT = 2 };

struct world_process *
world_processes_find(const struct world_processes *processes, uint64_t number)
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
	for (size_t i = 0; i < processes->count; i++)
		free(processes->items[i].page);
	free(processes->items);
	*processes = (struct world_processes){ 0 };
}

static uint64_t
pool_of(const struct process_spec *spec)
{
	static const char name[] = "CONCUR_POOL=";

	for (const char *const *word = spec->environment; word && *word; word++) {
		if (strncmp(*word, name, sizeof name - 1) == 0)
			return strtoull(*word + sizeof name - 1, NULL, 10);
	}
	return 0;
}

void
world_processes_spawn(struct world_processes *processes, uint64_t process, const struct process_spec *spec)
{
	struct world_process *new;

	assert(!world_processes_find(processes, process));
	if (processes->count == processes->room) {
		processes->room = processes->room * 2 + 8;
		processes->items = realloc(processes->items, processes->room * sizeof *processes->items);
		if (!processes->items)
			abort();
	}
	new = &processes->items[processes->count++];
	*new = (struct world_process){ .number = process, .stubborn = strcmp(spec->argv[0], "stubborn") == 0 };
	new->pool = pool_of(spec);
	if (strcmp(spec->argv[0], "missing") != 0)
		new->pid = WORLD_FIRST_PID + ++processes->last_pid;
	if (spec->page && !(new->page = calloc(1, sizeof *new->page)))
		abort();
}

void
world_processes_signal(struct world_processes *processes, uint64_t number, int signal)
{
	struct world_process *process = world_processes_find(processes, number);

	if (process && process->pid && (!process->stubborn || signal == WORLD_SIGKILL))
		world_processes_exit(processes, number, -signal);
}

void
world_processes_put(struct world_processes *processes, uint64_t number, unsigned slot, uint64_t task)
{
	struct world_process *process = world_processes_find(processes, number);

	if (process && process->page)
		page_put(process->page, slot, task);
}

void
world_processes_recall(struct world_processes *processes, uint64_t number, unsigned slot, uint64_t task)
{
	struct world_process *process = world_processes_find(processes, number);

	if (!process || !process->page)
		return;
	assert(process->verdicts_count < PAGE_SLOTS);
	process->verdicts[process->verdicts_count++] =
	    (struct world_verdict){ task, page_recall(process->page, slot, task) };
}

void
world_processes_exit(struct world_processes *processes, uint64_t number, int code)
{
	struct world_process *process = world_processes_find(processes, number);

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
	const struct process_end end = { .code = process->code, .page = process->page ? process->page->words : NULL };
	const struct server_input input = { .kind = SERVER_EXITED, .process = process->number, .end = &end };

	tell(arg, &input);
}

static void
world_processes_note(const struct world_processes *processes, const struct world_process *process,
    const struct world_verdict *verdict)
{
	if (processes->on_news)
		processes->on_news(processes->on_news_arg, process, verdict);
}

/* Being told may bring more, which are for the next turn. */
static void
tell_verdicts(struct world_processes *processes, struct world_process *process,
    void (*tell)(void *arg, const struct server_input *input), void *arg)
{
	size_t count = process->verdicts_count;

	for (size_t i = 0; i < count; i++) {
		const struct server_input input = {
			.kind = SERVER_RECALLED,
			.process = process->number,
			.task = process->verdicts[i].task,
			.verdict = process->verdicts[i].verdict,
		};

		world_processes_note(processes, process, &process->verdicts[i]);
		tell(arg, &input);
	}
	process->verdicts_count -= count;
	memmove(process->verdicts, process->verdicts + count, process->verdicts_count * sizeof *process->verdicts);
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
	for (size_t i = 0; i < processes->count && !processes->is_slow; i++)
		tell_verdicts(processes, &processes->items[i], tell, arg);
	for (size_t i = 0; i < processes->count; i++) {
		struct world_process process = processes->items[i];

		if (process.pid && !process.is_over)
			continue;
		memmove(&processes->items[i], &processes->items[i + 1],
		    (--processes->count - i) * sizeof *processes->items);
		i--;
		world_processes_note(processes, &process, NULL);
		if (process.pid)
			tell_end(&process, tell, arg);
		free(process.page);
	}
}
