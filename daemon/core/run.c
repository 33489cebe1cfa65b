/* Runs. See run.h. That a task is run inside of another one stands with that other one, as the id of the last that was:
 * it holds while the two are in the same hand, so that nothing is to be done when either ends. */
#include "daemon/core/run.h"

#include "daemon/core/pool_impl.h"
#include "lib/frame.h"

struct task *
run_of_context(const struct core *core, const struct session *session, uint64_t context)
{
	struct task *task = context & FRAME_RUN ? task_find(core, context & ~FRAME_RUN) : NULL;

	return task && task->worker && task->worker->session == session ? task : NULL;
}

/* The one that it runs inside of it now, or NULL. */
static struct task *
run_inside(const struct core *core, const struct task *task)
{
	struct task *inside = task->more && task->more->inside ? task_find(core, task->more->inside) : NULL;

	return inside && task->worker && inside->worker == task->worker ? inside : NULL;
}

const struct task *
run_innermost(const struct core *core, const struct task *task)
{
	const struct task *inside;

	while ((inside = run_inside(core, task)))
		task = inside;
	return task;
}

/* NULL: it is in no call and holds nothing, or its session has ended. */
static const struct owner *
run_owner_of(const struct core *core, const struct task *task)
{
	const struct session *session = task->worker->session;

	return session ? owner_find(session, FRAME_RUN | task_id(run_innermost(core, task))) : NULL;
}

const struct owner *
run_owner(const struct core *core, const struct owner *owner)
{
	struct task *task = run_of_context(core, owner->session, owner_context(owner));

	return task ? run_owner_of(core, task) : owner;
}

struct waiter *
run_wait(const struct core *core, const struct task *task)
{
	const struct owner *owner = task->worker ? run_owner_of(core, task) : NULL;
	struct waiter *waiter = owner ? owner_blocked(owner) : NULL;

	return waiter && waiter->in_run ? waiter : NULL;
}

bool
run_blocks(const struct core *core, struct task *task, struct blocker *blocker)
{
	blocker->owner = task->worker ? run_owner_of(core, task) : NULL;
	blocker->task = task->place == TASK_HELD && task->more && task->more->after_left ? task : NULL;
	return blocker->owner || blocker->task;
}

bool
task_blocked_by(const struct core *core, const struct task *task, struct blocker *blocker)
{
	const struct task_more *more = task->more;
	size_t i = blocker->at ? (size_t)(LINK_ENTRY(blocker->at, const struct dependent, link) - more->after) + 1 : 0;

	for (; i < more->after_count; i++) {
		const struct dependent *dependent = &more->after[i];

		blocker->at = &dependent->link;
		/* One that has ended is in no list any more. */
		if (link_linked(&dependent->link) && run_blocks(core, dependent->before, blocker))
			return true;
	}
	return false;
}

struct snag *
task_snag(struct task *task)
{
	task->more->snag.task = task;
	return &task->more->snag;
}
