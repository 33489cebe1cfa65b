/* Workers and tasks, for inspection: who runs what, and why a task has not begun. */
#include "daemon/core/pool_impl.h"

#include <stdarg.h>
#include <stdio.h>

/* The future that the running task, or what is run inside of it, waits for; 0: none. */
static uint64_t
task_waits_for(const struct core *core, const struct task *task)
{
	const struct waiter *waiter = run_wait(core, task);

	return waiter ? waiter->result.generation : 0;
}

static void
worker_view(const struct core *core, const struct worker *worker, struct worker_view *ret)
{
	const struct task *running = link_empty(&worker->hand) ? NULL : task_of_link(worker->hand.next);

	*ret = (struct worker_view){
		.worker = worker_id(worker),
		.session = worker->session ? session_id(worker->session) : 0,
		.process = worker->session ? worker->session->process : 0,
		.threads = worker->threads,
		.is_remote = !worker->hired,
		.is_draining = worker->draining,
		.age_ns = core->now_ns - worker->since_ns,
		.done = worker->done,
		.in_hand = worker->in_hand,
		.name = worker->name,
		.labels = worker->labels,
	};
	if (!running || running->place != TASK_RUNNING)
		return;
	ret->running = task_id(running);
	ret->running_ns = core->now_ns - running->since_ns;
	ret->function = running->terms->lane->function;
	ret->waits_for = task_waits_for(core, running);
}

size_t
workers_view(const struct core *core, const struct pool *pool, uint64_t cursor, struct worker_view *ret, size_t room,
    uint64_t *ret_cursor)
{
	const struct link *at = pool->workers.next;
	size_t count = 0;

	/* At most workers_max of them. */
	for (uint64_t i = 0; i < cursor && at != &pool->workers; i++)
		at = at->next;
	for (; count < room && at != &pool->workers; at = at->next)
		worker_view(core, LINK_ENTRY(at, const struct worker, in_pool), &ret[count++]);
	*ret_cursor = at == &pool->workers ? 0 : cursor + count;
	return count;
}

/* -- why ----------------------------------------------------------------------------------------------------------- */

struct sentence {
	char *text;
	size_t room, used;
};

static void __attribute__((format(printf, 2, 3))) say(struct sentence *to, const char *format, ...)
{
	va_list arguments;
	int more;

	va_start(arguments, format);
	more = vsnprintf(to->text + to->used, to->room - to->used, format, arguments);
	va_end(arguments);
	to->used += (size_t)more < to->room - to->used ? (size_t)more : to->room - to->used - 1;
}

static void
say_blob(struct sentence *to, const struct blob *text)
{
	say(to, "'%.*s'", (int)blob_size(text), (const char *)blob_data(text));
}

static void
say_held(struct sentence *to, const struct core *core, const struct task *task)
{
	const struct task_more *more = task->more;
	uint64_t due_ns = more && more->is_delayed ? more->timer.node.key : core->now_ns;

	if (task->terms == task_in(task)->promises)
		say(to, "it is a promise: it waits for somebody to complete it");
	else if (more && more->after_left)
		say(to, "it waits for %zu other task%s to end", more->after_left, more->after_left == 1 ? "" : "s");
	else
		say(to, "it is not due for %.3f s",
		    due_ns > core->now_ns ? (double)(due_ns - core->now_ns) / 1e9 : 0.0);
}

/* Who could become one, and how. */
static void
say_no_worker(struct sentence *to, const struct pool *pool)
{
	say(to, "the pool has no worker");
	if (pool->form != POOL_REMOTE) {
		say(to, " yet: the daemon starts some");
		return;
	}
	say(to, ", and the daemon starts none for it: ");
	if (pool->object.name)
		say(to, "concur worker --pool %.*s ...", (int)blob_size(pool->object.name),
		    (const char *)blob_data(pool->object.name));
	else
		say(to, "one has to attach by its id, for it has no name");
}

/* Workers that could take it: how many know its function, and how many of these have its label. */
static void
say_waiting(struct sentence *to, const struct task *task)
{
	const struct pool *pool = task_in(task);
	const struct lane *lane = task->terms->lane;
	uint64_t knowing = 0, serving = 0;

	for (const struct link *at = pool->workers.next; at != &pool->workers; at = at->next) {
		const struct worker *worker = LINK_ENTRY(at, const struct worker, in_pool);

		knowing += worker_knows(worker->functions, lane->function);
		serving += worker_serves(worker, lane);
	}
	if (pool->workers_count == 0) {
		say_no_worker(to, pool);
	} else if (!knowing) {
		say(to, "none of the pool's %llu workers has the function ", (unsigned long long)pool->workers_count);
		say_blob(to, lane->function);
	} else if (!serving) {
		say(to, "no worker that has its function has the label ");
		say_blob(to, lane->label);
	} else {
		say(to, "the %llu worker%s that could run it %s busy; %llu tasks wait in its lane",
		    (unsigned long long)serving, serving == 1 ? "" : "s", serving == 1 ? "is" : "are",
		    (unsigned long long)lane->waiting);
	}
}

static void
say_running(struct sentence *to, const struct core *core, const struct task *task)
{
	const struct task *inside = run_innermost(core, task);
	uint64_t future = task_waits_for(core, task);

	say(to, "it has been running for %.3f s on worker %llu", (double)(core->now_ns - task->since_ns) / 1e9,
	    (unsigned long long)worker_id(task->worker));
	if (inside != task)
		say(to, ", which runs future %llu inside of it", (unsigned long long)task_id(inside));
	if (future)
		say(to, ", and waits for future %llu", (unsigned long long)future);
}

size_t
task_why(const struct core *core, const struct task *task, char *text, size_t room)
{
	struct sentence to = { text, room, 0 };

	switch ((enum task_place)task->place) {
	case TASK_HELD:
		say_held(&to, core, task);
		break;
	case TASK_WAITING:
		say_waiting(&to, task);
		break;
	case TASK_HANDED:
		say(&to, "worker %llu has got it, and has %llu before it", (unsigned long long)worker_id(task->worker),
		    (unsigned long long)task->worker->in_hand - 1);
		break;
	case TASK_RUNNING:
		say_running(&to, core, task);
		break;
	case TASK_ENDED:
		say(&to, "it has ended");
		break;
	}
	return to.used;
}
