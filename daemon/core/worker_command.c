/* Workers: what the daemon says to one apart from tasks. One that shares a page with it has its tasks recalled there,
 * and is stopped as the process that it is; any other hears it by its call of watch. What comes while there is none is
 * kept for the next. */
#include "daemon/core/hired.h"

#include <stdlib.h>

struct command {
	struct link link;
	enum worker_command what;
	uint64_t task;
};

void
worker_forget_commands(struct worker *worker)
{
	struct link *link;

	while ((link = link_pop(&worker->commands)))
		free(LINK_ENTRY(link, struct command, link));
}

/* False if there is no memory. */
static bool
worker_command(struct core *core, struct worker *worker, enum worker_command what, uint64_t task)
{
	struct waiter *watcher = worker_waiter(worker, worker->watch_call, POOL_WATCHES);
	struct command *command;

	if (watcher) {
		watcher->result.number = what;
		watcher->result.generation = task;
		waiter_wake(core, watcher, CONCUR_OK);
		return true;
	}
	command = malloc(sizeof *command);
	if (!command)
		return false;
	*command = (struct command){ .what = what, .task = task };
	link_append(&worker->commands, &command->link);
	return true;
}

enum concur_status
worker_watch(struct core *core, struct worker *worker, const struct ask *ask, struct result *ret)
{
	struct link *link = link_pop(&worker->commands);
	enum concur_status status;

	worker->watched = true;
	if (link) {
		struct command *command = LINK_ENTRY(link, struct command, link);

		ret->number = command->what;
		ret->generation = command->task;
		free(command);
		return CONCUR_OK;
	}
	if (worker_waiter(worker, worker->watch_call, POOL_WATCHES))
		return CONCUR_WAITING;
	if (!worker->pool)
		ret->number = WORKER_END;
	if (ask->wait_ns == 0 || !worker->pool)
		return CONCUR_OK;
	status = worker_wait(core, worker, &worker->pool->watchers, ask, OUTCOME_DONE, POOL_WATCHES);
	if (status == CONCUR_PENDING)
		worker->watch_call = ask->call;
	return status;
}

bool
worker_recall(struct core *core, struct task *task)
{
	if (task->worker->hired) {
		process_recall(core, task->worker->hired->process, task->slot, task_id(task));
		task->flags |= TASK_ASKED;
		return true;
	}
	if (!task->worker->watched || !worker_command(core, task->worker, WORKER_RECALL, task_id(task)))
		return false;
	task->flags |= TASK_ASKED;
	return true;
}

void
worker_kill(struct core *core, struct worker *worker, struct task *task)
{
	if (worker->hired) {
		worker->draining = true;
		hired_stop(core, worker->hired);
	} else {
		/* Also before its first call of watch: it may be on its way. */
		(void)worker_command(core, worker, WORKER_KILL, task_id(task));
	}
}

static void
worker_refuse_cancel(struct core *core, struct task *task)
{
	struct link *next;

	for (struct link *at = task->more->waiters.next; at != &task->more->waiters; at = next) {
		struct waiter *waiter = waiter_of_link(at);

		next = at->next;
		if (waiter->role == POOL_CANCELS)
			waiter_wake_outcome(core, waiter, OUTCOME_NO);
	}
}

void
worker_recalled(struct core *core, struct worker *worker, uint64_t id, bool begun)
{
	struct task *task = worker_task(core, worker, id);

	if (!task || !(task->flags & TASK_ASKED))
		return;
	task->flags &= (uint8_t)~TASK_ASKED;
	if (!begun)
		task_end(core, task, FUTURE_CANCELLED, NULL);
	else if (task->more)
		worker_refuse_cancel(core, task);
}

void
worker_drain(struct core *core, struct worker *worker)
{
	struct waiter *taker = worker_waiter(worker, worker->take_call, POOL_TAKES);

	worker->draining = true;
	if (taker)
		worker_serve(core, worker, taker);
}
