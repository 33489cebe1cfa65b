/* Futures: what calls by a task's id do. See pool.h; how tasks move and end is task.c's. */
#include "daemon/core/pool_impl.h"

#include "daemon/core/deadlock.h"
#include "daemon/core/stall.h"

#include <stdlib.h>

/* -- looking ------------------------------------------------------------------------------------------------------- */

void
future_view(const struct core *core, const struct task *task, struct future_view *ret)
{
	uint64_t since_ns = core->now_ns - task->since_ns;

	*ret = (struct future_view){
		.state = (enum future_state)task->state,
		.attempts = task->attempts,
		.value = task->place == TASK_ENDED ? task->payload : NULL,
		.progress = task->more ? task->more->progress : NULL,
	};
	if (task->place == TASK_RUNNING)
		ret->ran_ns = since_ns;
	else if (task->place != TASK_ENDED)
		ret->waited_ns = since_ns;
}

/* -- waiting ------------------------------------------------------------------------------------------------------- */

static enum concur_status
future_wait_as(struct core *core, struct task *task, const struct ask *ask, enum outcome at_deadline,
    enum pool_role role)
{
	struct task_more *more = task_more(task);
	struct waiter *waiter;
	enum concur_status status;

	if (!more)
		return CONCUR_NO_MEMORY;
	status = waiter_new(core, &task_pool(task)->object, &more->waiters, ask, at_deadline, &waiter);
	if (status == CONCUR_PENDING) {
		waiter->role = (uint8_t)role;
		waiter->result.generation = task_id(task);
	}
	return status;
}

/* Whether a worker's thread waits in it for a task that needs one; a promise needs none. */
static bool
future_is_in_run(const struct core *core, const struct task *task, const struct ask *ask)
{
	return ask->blocked && task->terms != task_pool(task)->promises &&
	    run_of_context(core, ask->session, ask->context);
}

/* It waits, unless that would be for ever. */
static enum concur_status
future_wait_for_end(struct core *core, struct task *task, const struct ask *ask)
{
	enum concur_status status = future_wait_as(core, task, ask, OUTCOME_TIMED_OUT, POOL_AWAITS);
	struct waiter *waiter;

	if (status != CONCUR_PENDING)
		return status;
	waiter = waiter_find(ask->session, ask->call);
	if (deadlock_closes(core, waiter))
		status = CONCUR_DEADLOCK;
	if (status == CONCUR_PENDING && future_is_in_run(core, task, ask)) {
		waiter_count_run(core, waiter);
		status = stall_closes(core, waiter) ? CONCUR_POOL_EXHAUSTED : CONCUR_PENDING;
	}
	if (status != CONCUR_PENDING)
		waiter_withdraw(core, waiter);
	return status;
}

enum concur_status
future_wait(struct core *core, struct task *task, const struct ask *ask, struct result *ret)
{
	ret->generation = task_id(task);
	ret->number = task->state;
	if (task->place == TASK_ENDED) {
		ret->value = task->payload ? blob_ref(task->payload) : NULL;
		return CONCUR_OK;
	}
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	return future_wait_for_end(core, task, ask);
}

/* -- ending -------------------------------------------------------------------------------------------------------- */

static enum concur_status
future_cancel_handed(struct core *core, struct task *task, const struct ask *ask, struct result *ret)
{
	struct ask until_answered = *ask;

	ret->outcome = OUTCOME_NO;
	if (task->flags & TASK_INSIDE && !(task->flags & TASK_FRESH))
		return CONCUR_OK;
	if (task->flags & TASK_FRESH) {
		task_end(core, task, FUTURE_CANCELLED, NULL);
		ret->outcome = OUTCOME_DONE;
		return CONCUR_OK;
	}
	if (!(task->flags & TASK_ASKED) && !worker_recall(core, task))
		return CONCUR_OK;
	if (ask->wait_ns == 0)
		until_answered.wait_ns = -1;
	return future_wait_as(core, task, &until_answered, OUTCOME_TIMED_OUT, POOL_CANCELS);
}

enum concur_status
future_cancel(struct core *core, struct task *task, const struct ask *ask, bool kill, struct result *ret)
{
	ret->outcome = OUTCOME_DONE;
	if (task->place == TASK_ENDED) {
		ret->outcome = task->state == FUTURE_CANCELLED ? OUTCOME_DONE : OUTCOME_NO;
		return CONCUR_OK;
	}
	if (task->worker && !kill)
		return future_cancel_handed(core, task, ask, ret);
	if (task->worker && !(task->flags & TASK_FRESH))
		worker_kill(core, task->worker, task);
	task_end(core, task, FUTURE_CANCELLED, NULL);
	return CONCUR_OK;
}

enum concur_status
future_complete(struct core *core, struct task *task, bool failed, const struct value *value, bool refers,
    struct result *ret)
{
	struct pool *pool = task_pool(task);
	struct blob *payload;

	if (task->terms != pool->promises)
		return CONCUR_VALUE_ERROR;
	ret->outcome = OUTCOME_NO;
	if (task->place == TASK_ENDED)
		return CONCUR_OK;
	payload = pool_keep(core, pool, value, refers);
	if (!payload)
		return CONCUR_NO_MEMORY;
	ret->outcome = OUTCOME_DONE;
	task_end(core, task, failed ? FUTURE_FAILED : FUTURE_FINISHED, payload);
	return CONCUR_OK;
}

enum concur_status
future_progress(struct core *core, struct task *task, const struct value *value, bool refers)
{
	struct task_more *more = task_more(task);
	struct blob *blob = more ? pool_keep(core, task_pool(task), value, refers) : NULL;

	if (!blob)
		return CONCUR_NO_MEMORY;
	pool_drop(core, task_pool(task), more->progress);
	more->progress = blob;
	return CONCUR_OK;
}

/* -- references ---------------------------------------------------------------------------------------------------- */

int
future_ref(struct task *task, struct session *session)
{
	if (session_ref_task(session, task_id(task)) < 0)
		return -1;
	task->refs++;
	return 0;
}

bool
future_release(struct core *core, struct task *task, struct session *session)
{
	if (task->session == session) {
		link_remove(&task->in_session);
		task->session = NULL;
	} else if (session_unref_task(session, task_id(task))) {
		task->refs--;
	} else if (task->flags & TASK_DETACHED) {
		task->flags &= (uint8_t)~TASK_DETACHED;
	} else {
		return false;
	}
	task_settle(core, task);
	return true;
}

/* Whether somebody may hear of its end by its completion queue. One that only tasks refer to is read by nobody. */
static bool
future_is_told(const struct core *core, const struct task *task)
{
	const struct object *queue = object_find(core, task->terms->completion);

	return queue && (queue->name || queue->handles || queue->inner);
}

/* Nobody will ever ask for it. */
static void
future_abandon(struct core *core, struct task *task)
{
	bool is_wanted = task->refs || task->session || task->flags & TASK_DETACHED || future_is_told(core, task) ||
	    (task->more && !link_empty(&task->more->waiters));

	if (task->place == TASK_ENDED)
		task_settle(core, task);
	else if (!is_wanted && !task->worker)
		task_end(core, task, FUTURE_CANCELLED, NULL);
}

void
future_give_up(struct core *core, struct task *task, struct session *session)
{
	if (task->session == session) {
		link_remove(&task->in_session);
		task->session = NULL;
	} else if (session_unref_task(session, task_id(task))) {
		task->refs--;
	}
	future_abandon(core, task);
}

void
future_drop_refs(struct core *core, uint64_t id, uint64_t count)
{
	struct task *task = task_find(core, id);

	if (!task)
		return;
	task->refs -= (uint32_t)count;
	future_abandon(core, task);
}

bool
futures_forget(struct core *core, struct session *session, size_t *steps)
{
	struct link *link;

	for (; *steps && (link = link_pop(&session->tasks)); --*steps) {
		struct task *task = LINK_ENTRY(link, struct task, in_session);

		task->session = NULL;
		future_abandon(core, task);
	}
	return link_empty(&session->tasks);
}
