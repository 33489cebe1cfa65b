/* Processes that pools start: they attach, work, and end in all ways there are. */
#include "tests/sim/pools.h"

#include <assert.h>

enum { IN_VAIN_MAX = 3 };

/* -- what is told of them ------------------------------------------------------------------------------------------ */

void
pools_on_news(void *arg, const struct world_process *process, const struct world_verdict *verdict)
{
	struct run *run = arg;
	struct pools_news *news = &run->news[run->news_count++];

	assert(run->news_count <= NEWS);
	*news = (struct pools_news){ .process = *process };
	if (verdict)
		news->verdict = *verdict;
	if (process->page)
		news->page = *process->page;
}

static struct model_worker *
worker_of(struct run *run, uint64_t number)
{
	for (size_t i = 0; i < MODEL_WORKERS; i++) {
		struct model_worker *worker = &run->model.workers[i];

		if (worker->is_there && worker->pool && worker->process == number)
			return worker;
	}
	return NULL;
}

static void
hear_verdict(struct run *run, const struct pools_news *news)
{
	struct model_task *task = model_find(&run->model, news->verdict.task);
	const struct model_worker *worker = worker_of(run, news->process.number);

	if (!task || !worker || task->worker != worker || !task->is_asked)
		return;
	if (news->verdict.verdict == PAGE_RECALLED) {
		model_end(&run->model, task, STATE_CANCELLED, (struct model_outcome){ 0 });
		return;
	}
	task->is_asked = false;
	pools_refuse_cancels(run, task);
}

static bool
has_attached(const struct run *run, uint64_t number)
{
	for (size_t i = 0; i < sizeof run->attached / sizeof *run->attached; i++) {
		if (run->attached[i] == number)
			return true;
	}
	return false;
}

/* Too many, one after the other, that were not told to end break the pool. */
static void
end_in_vain(struct run *run, const struct world_process *process)
{
	for (size_t i = 0; i < run->model.pools_count; i++) {
		struct model_pool *pool = &run->model.pools[i];

		if (pool->id != process->pool || pool->is_gone || (pool->is_closed && !pool->unended))
			continue;
		pool->vain_ns = run->world.now_ns;
		if (++pool->in_vain >= IN_VAIN_MAX && !pool->is_broken)
			model_break(&run->model, pool, 0);
	}
}

static void
hear_end(struct run *run, const struct pools_news *news)
{
	struct model_worker *worker = worker_of(run, news->process.number);

	if (worker) {
		worker->pool->lost++;
		model_worker_gone(&run->model, worker, &news->page);
	} else if (!has_attached(run, news->process.number) && news->process.code >= 0) {
		end_in_vain(run, &news->process);
	}
}

void
pools_hear(struct run *run)
{
	for (size_t i = 0; i < run->news_count; i++) {
		if (run->news[i].verdict.task)
			hear_verdict(run, &run->news[i]);
		else
			hear_end(run, &run->news[i]);
	}
	run->news_count = 0;
}

/* -- what they do -------------------------------------------------------------------------------------------------- */

static struct world_process *
draw_process(struct run *run)
{
	struct world_processes *processes = &run->world.processes;
	struct world_process *process;

	if (!processes->count)
		return NULL;
	process = &processes->items[random_below(&run->random, processes->count)];
	return process->pool && process->is_told && !process->is_over ? process : NULL;
}

static unsigned
client_of(const struct run *run, uint64_t number)
{
	for (unsigned i = CLIENTS; i < MODEL_CLIENTS; i++) {
		if (run->clients[i] && run->processes[i] == number)
			return i;
	}
	return MODEL_CLIENTS;
}

/* It connects, if a place is free. */
static void
join(struct run *run, const struct world_process *process)
{
	for (unsigned i = CLIENTS; i < MODEL_CLIENTS; i++) {
		if (run->clients[i])
			continue;
		run->processes[i] = process->number;
		run->clients[i] = world_join_as(&run->world, process->pid);
		/* The turn that answered it may have been one of processes, too. */
		pools_hear(run);
		return;
	}
}

/* A connection whose process has gone ends with it, sooner or later. */
static void
end_orphans(struct run *run)
{
	for (unsigned i = CLIENTS; i < MODEL_CLIENTS; i++) {
		const struct world_process *process = world_processes_find(&run->world.processes, run->processes[i]);

		if (run->clients[i] && !process && random_once_in(&run->random, 3))
			pools_end(run, i, false);
	}
}

void
step_process(struct run *run)
{
	struct world_process *process = draw_process(run);
	unsigned client = process ? client_of(run, process->number) : MODEL_CLIENTS;

	end_orphans(run);
	process = process && world_processes_find(&run->world.processes, process->number) == process ? process : NULL;
	if (!process)
		return;
	if (random_once_in(&run->random, 4))
		process->stubborn = true;
	if (client == MODEL_CLIENTS && !random_once_in(&run->random, 3)) {
		join(run, process);
	} else if (client == MODEL_CLIENTS || random_once_in(&run->random, 4)) {
		world_processes_exit(&run->world.processes, process->number, (int)random_below(&run->random, 3));
	} else if (client < MODEL_CLIENTS && random_once_in(&run->random, 6)) {
		/* It may live on. */
		pools_end(run, client, random_once_in(&run->random, 2));
	}
}

/* Works without a word: begins a task that it has in hand, and perhaps carries it out. */
void
step_page(struct run *run)
{
	struct world_process *process = draw_process(run);
	const struct model_worker *worker = process ? worker_of(run, process->number) : NULL;
	const struct model_task *task;

	if (!worker || !worker->in_hand)
		return;
	task = worker->hand[random_below(&run->random, worker->in_hand)];
	if (!task->is_inside && page_begin(process->page, task->slot, task->id) && random_once_in(&run->random, 2))
		page_done(process->page, task->slot, task->id);
}

/* Verdicts are late for a while. */
void
step_slow(struct run *run)
{
	run->world.processes.is_slow = !run->world.processes.is_slow;
}
