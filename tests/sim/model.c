/* The model. */
#include "tests/sim/model.h"

#include <assert.h>
#include <string.h>

struct model_call *
model_first_of(struct link *queue)
{
	return link_empty(queue) ? NULL : LINK_ENTRY(queue->next, struct model_call, in_object);
}

void
model_init(struct model *model)
{
	memset(model, 0, sizeof *model);
	link_init(&model->waiting);
	link_init(&model->doubts);
	for (unsigned i = 0; i < MODEL_LOCKS; i++) {
		model->locks[i].strict = i > 0;
		link_init(&model->locks[i].waiters);
	}
	for (unsigned i = 0; i < MODEL_QUEUES; i++) {
		link_init(&model->queues[i].getters);
		link_init(&model->queues[i].putters);
		link_init(&model->queues[i].joiners);
	}
	signals_init(&model->signals);
	guards_init(&model->guards);
	model->queues[1].maxsize = 3;
	model->queues[2].maxsize = 2;
	model->queues[2].lifo = true;
	model->queues[3].priority = true;
	model_pipes_init(model);
}

void
model_session_init(struct model_session *session)
{
	memset(session, 0, sizeof *session);
	link_init(&session->waiting);
}

/* -- waiting ----------------------------------------------------------------------------------------------------- */

void
model_call_wait(struct model *model, struct model_call *call, struct link *queue, int64_t wait_ns, uint64_t now_ns)
{
	call->order = ++model->waits;
	call->deadline_ns = wait_ns < 0 ? MODEL_NEVER : now_ns + (uint64_t)wait_ns;
	link_append(queue, &call->in_object);
	link_append(&call->session->waiting, &call->in_session);
	link_append(&model->waiting, &call->in_model);
}

static void
call_unlink(struct model_call *call)
{
	link_remove(&call->in_object);
	link_remove(&call->in_session);
	link_remove(&call->in_model);
}

void
model_call_over(struct model_call *call, enum concur_status status, enum model_outcome outcome)
{
	call_unlink(call);
	assert(!call->is_over);
	call->is_over = true;
	call->reply.status = status;
	call->reply.outcome = outcome;
	call->reply.has_values |= status == CONCUR_OK &&
	    (call->role == MODEL_GET || call->role == MODEL_GET_MANY || call->role == MODEL_RECV);
}

void
model_call_init(struct model_call *call)
{
	link_init(&call->in_object);
	link_init(&call->in_session);
	link_init(&call->in_model);
	call->order = 0;
}

/* -- locks ------------------------------------------------------------------------------------------------------- */

static bool
lock_is_held_by(const struct model_lock *lock, const struct model_session *session, uint64_t context)
{
	return lock->locked && lock->holder == session && session && lock->context == context;
}

static void
lock_grant(struct model *model, struct model_lock *lock, struct model_call *call)
{
	enum model_outcome outcome = lock->has_death ? MODEL_OWNER_DIED : MODEL_DONE;

	lock->locked = true;
	lock->holder = call->session;
	lock->context = call->context;
	lock->grant = call->reply.grant = ++model->grants;
	call->reply.death_context = lock->death_context;
	if (!lock->has_death)
		lock->credit = false;
	lock->has_death = false;
	model_call_over(call, CONCUR_OK, outcome);
}

static void
lock_pass_on(struct model *model, struct model_lock *lock)
{
	struct model_call *next = model_first_of(&lock->waiters);

	lock->locked = false;
	lock->holder = NULL;
	if (!next)
		return;
	lock_grant(model, lock, next);
	model_deadlock_break(model, next->session, next->context);
}

void
model_acquire(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct model_lock *lock = &model->locks[call->object];

	model_call_init(call);
	call->role = MODEL_ACQUIRE;
	if (!lock->locked)
		lock_grant(model, lock, call);
	else if (wait_ns == 0)
		model_call_over(call, CONCUR_OK, MODEL_TIMED_OUT);
	else if (model_deadlock_closes(model, call, wait_ns))
		model_call_over(call, CONCUR_DEADLOCK, MODEL_DONE);
	else
		model_call_wait(model, call, &lock->waiters, wait_ns, now_ns);
}

static enum concur_status
lock_release(struct model *model, struct model_lock *lock, const struct model_call *call)
{
	for (struct link *at = lock->waiters.next; at != &lock->waiters; at = at->next) {
		const struct model_call *waiter = LINK_ENTRY(at, struct model_call, in_object);

		if (waiter->session == call->session && waiter->context == call->context)
			return CONCUR_WAITING;
	}
	if (lock_is_held_by(lock, call->session, call->context)) {
		lock->credit = false;
	} else if (lock->credit) {
		lock->credit = false;
		return CONCUR_OK;
	} else if (!lock->locked) {
		return CONCUR_NOT_LOCKED;
	} else if (lock->strict) {
		return CONCUR_NOT_OWNER;
	}
	lock_pass_on(model, lock);
	return CONCUR_OK;
}

void
model_release(struct model *model, struct model_call *call)
{
	model_call_init(call);
	call->role = MODEL_OTHER;
	model_call_over(call, lock_release(model, &model->locks[call->object], call), MODEL_DONE);
}

/* -- queues ------------------------------------------------------------------------------------------------------ */

static bool
queue_fits(const struct model_queue *queue, size_t count)
{
	return !queue->maxsize || queue->count + queue->delayed_count + count <= queue->maxsize;
}

static void
queue_append(struct model *model, struct model_queue *queue, const struct model_call *call)
{
	for (size_t i = 0; i < call->amount; i++)
		model_add(model, queue,
		    (struct model_item){ .value = call->items[i],
			.due_ns = call->due_ns,
			.expires_ns = call->expires_ns });
	queue->unfinished += call->amount;
}

/* Where the next item stands. */
static size_t
queue_next(const struct model_queue *queue)
{
	size_t next = queue->lifo ? queue->count - 1 : 0;

	for (size_t i = 1; queue->priority && i < queue->count; i++)
		next = queue->items[i].value < queue->items[next].value ? i : next;
	return next;
}

static struct model_item
queue_take(struct model_queue *queue)
{
	size_t next = queue_next(queue);
	struct model_item item = queue->items[next];

	queue->count--;
	memmove(queue->items + next, queue->items + next + 1, (queue->count - next) * sizeof item);
	return item;
}

static void
queue_serve(struct model *model, struct model_queue *queue, struct model_call *call)
{
	for (size_t i = 0; i < call->amount && queue->count; i++) {
		struct model_item item = queue_take(queue);

		call->reply.values[call->reply.count++] = item.value;
		model_doubt_add(model, call, item);
	}
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

static void
queue_accept(struct model *model, struct model_queue *queue, struct model_call *call)
{
	queue_append(model, queue, call);
	call->reply.has_number = call->is_many;
	call->reply.number = (int64_t)queue->count;
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

void
model_queue_settle(struct model *model, struct model_queue *queue)
{
	for (;;) {
		struct model_call *getter = model_first_of(&queue->getters), *putter = model_first_of(&queue->putters);

		if (getter && queue->count)
			queue_serve(model, queue, getter);
		else if (putter && queue_fits(queue, putter->amount))
			queue_accept(model, queue, putter);
		else
			return;
	}
}

void
model_put(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct model_queue *queue = &model->queues[call->object];

	model->now_ns = now_ns;
	model_call_init(call);
	call->role = MODEL_PUT;
	if (queue->maxsize && call->amount > queue->maxsize) {
		model_call_over(call, CONCUR_VALUE_ERROR, MODEL_DONE);
	} else if (link_empty(&queue->putters) && queue_fits(queue, call->amount)) {
		queue_accept(model, queue, call);
		model_queue_settle(model, queue);
	} else if (wait_ns == 0) {
		model_call_over(call, CONCUR_OK, MODEL_FULL);
	} else {
		model_call_wait(model, call, &queue->putters, wait_ns, now_ns);
	}
}

void
model_get(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct model_queue *queue = &model->queues[call->object];

	model_call_init(call);
	if (queue->count) {
		queue_serve(model, queue, call);
		model_queue_settle(model, queue);
	} else if (wait_ns == 0) {
		model_call_over(call, CONCUR_OK, MODEL_EMPTY);
	} else {
		model_call_wait(model, call, &queue->getters, wait_ns, now_ns);
	}
}

static void
queue_finish(struct model_queue *queue, uint64_t count)
{
	struct model_call *joiner;

	queue->unfinished -= count;
	while (queue->unfinished == 0 && (joiner = model_first_of(&queue->joiners)))
		model_call_over(joiner, CONCUR_OK, MODEL_DONE);
}

void
model_finish(struct model *model, unsigned queue, uint64_t count)
{
	uint64_t unfinished = model->queues[queue].unfinished;

	queue_finish(&model->queues[queue], count < unfinished ? count : unfinished);
}

void
model_join(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct model_queue *queue = &model->queues[call->object];

	model_call_init(call);
	call->role = MODEL_JOIN;
	if (queue->unfinished == 0)
		model_call_over(call, CONCUR_OK, MODEL_DONE);
	else if (wait_ns == 0)
		model_call_over(call, CONCUR_OK, MODEL_TIMED_OUT);
	else
		model_call_wait(model, call, &queue->joiners, wait_ns, now_ns);
}

void
model_task_done(struct model *model, struct model_call *call, uint64_t count)
{
	struct model_queue *queue = &model->queues[call->object];

	model_call_init(call);
	call->role = MODEL_OTHER;
	if (count > queue->unfinished) {
		model_call_over(call, CONCUR_TOO_MANY_DONE, MODEL_DONE);
		return;
	}
	queue_finish(queue, count);
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

void
model_clear(struct model *model, struct model_call *call)
{
	struct model_queue *queue = &model->queues[call->object];
	uint64_t all = queue->count + queue->delayed_count;
	uint64_t dropped = all < queue->unfinished ? all : queue->unfinished;

	model_call_init(call);
	call->role = MODEL_OTHER;
	queue->count = queue->delayed_count = 0;
	model_doubt_clear(model, call->object);
	queue_finish(queue, dropped);
	model_queue_settle(model, queue);
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

/* -- ends -------------------------------------------------------------------------------------------------------- */

/* Waiters have left without what they waited for. Those of locks can not let others go on. */
static void
model_settle(struct model *model)
{
	signals_settle(&model->signals);
	guards_settle(&model->guards);
	for (unsigned i = 0; i < MODEL_QUEUES; i++)
		model_queue_settle(model, &model->queues[i]);
	model_pipes_settle(model);
}

bool
model_cancel(struct model *model, struct model_session *session, uint64_t id)
{
	for (struct link *at = session->waiting.next; at != &session->waiting; at = at->next) {
		struct model_call *call = LINK_ENTRY(at, struct model_call, in_session);

		if (call->id != id)
			continue;
		if (!guards_recall(&model->guards, call)) {
			model_call_over(call, CONCUR_CANCELLED, MODEL_DONE);
			model_settle(model);
		}
		return true;
	}
	return false;
}

static void
model_let_go(struct model *model, const struct model_session *session, uint64_t context, bool has_died)
{
	signals_let_go(&model->signals, session, context, has_died);
	guards_let_go(&model->guards, session, context, has_died);
	for (unsigned i = 0; i < MODEL_LOCKS; i++) {
		struct model_lock *lock = &model->locks[i];

		if (!lock->locked || lock->holder != session || (context && lock->context != context))
			continue;
		if (!has_died && !lock->strict) {
			lock->holder = NULL;
			continue;
		}
		if (has_died) {
			lock->has_death = true;
			lock->credit = !lock->strict;
			lock->death_context = lock->context;
		}
		lock_pass_on(model, lock);
	}
}

void
model_context_end(struct model *model, struct model_session *session, uint64_t context)
{
	for (struct link *at = session->waiting.next, *next; at != &session->waiting; at = next) {
		struct model_call *call = LINK_ENTRY(at, struct model_call, in_session);

		next = at->next;
		if (call->context != context)
			continue;
		guards_call_ends(&model->guards, call);
		model_call_over(call, CONCUR_CANCELLED, MODEL_DONE);
	}
	model_settle(model);
	model_let_go(model, session, context, true);
}

void
model_session_end(struct model *model, struct model_session *session, bool has_died)
{
	while (!link_empty(&session->waiting)) {
		struct model_call *call = LINK_ENTRY(session->waiting.next, struct model_call, in_session);

		guards_call_ends(&model->guards, call);
		call_unlink(call);
	}
	model_doubt_end(model, session, has_died);
	model_settle(model);
	model_let_go(model, session, 0, has_died);
	model_pipes_session_end(model, session);
}

bool
model_is_ambiguous(const struct model *model, const struct model_session *session)
{
	unsigned held = guards_held_by(&model->guards, session);
	bool is_waited_for = guards_are_waited_for(&model->guards);

	for (unsigned i = 0; i < MODEL_LOCKS; i++) {
		const struct model_lock *lock = &model->locks[i];

		if (!lock->strict)
			continue;
		held += lock->locked && lock->holder == session;
		for (struct link *at = lock->waiters.next; at != &lock->waiters; at = at->next)
			is_waited_for |= !LINK_ENTRY(at, struct model_call, in_object)->blocked;
	}
	return (held > 1 && is_waited_for) || signals_is_ambiguous(&model->signals, session);
}

static void
model_expire(struct model *model, uint64_t now_ns)
{
	static const enum model_outcome outcomes[] = { [MODEL_ACQUIRE] = MODEL_TIMED_OUT,
		[MODEL_GET] = MODEL_EMPTY,
		[MODEL_GET_MANY] = MODEL_EMPTY,
		[MODEL_PUT] = MODEL_FULL,
		[MODEL_JOIN] = MODEL_TIMED_OUT,
		[MODEL_SEND] = MODEL_FULL,
		[MODEL_RECV] = MODEL_EMPTY,
		[MODEL_POLL] = MODEL_EMPTY,
		[MODEL_PERMITS] = MODEL_TIMED_OUT,
		[MODEL_EVENT] = MODEL_TIMED_OUT,
		[MODEL_MONITOR] = MODEL_TIMED_OUT,
		[MODEL_READ] = MODEL_TIMED_OUT,
		[MODEL_WRITE] = MODEL_TIMED_OUT };

	model->now_ns = now_ns;
	model_pass_time(model);
	for (;;) {
		struct model_call *first = NULL;

		for (struct link *at = model->waiting.next; at != &model->waiting; at = at->next) {
			struct model_call *call = LINK_ENTRY(at, struct model_call, in_model);

			if (call->deadline_ns <= now_ns && (!first || call->deadline_ns < first->deadline_ns))
				first = call;
		}
		if (!first)
			return;
		if (guards_recall(&model->guards, first))
			continue;
		if (first->role == MODEL_BARRIER)
			model_call_over(first, CONCUR_BROKEN_BARRIER, MODEL_DONE);
		else
			model_call_over(first, CONCUR_OK, outcomes[first->role]);
		model_settle(model);
	}
}

void
model_turn_end(struct model *model, uint64_t now_ns)
{
	model_expire(model, now_ns);
	model_pipes_let_go(model);
}
