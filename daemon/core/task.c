/* Tasks: where they are, and how they end. See pool.h.
 *
 * task_end() is the one way for a task to end, and happens once. It tells, in this order: calls that wait for its end,
 * its completion queue, the tasks that come after it. One that nobody refers to goes then. */
#include "daemon/core/pool_impl.h"

#include "daemon/core/queue.h"
#include "lib/status.h"
#include "lib/value_build.h"

#include <assert.h>
#include <stdlib.h>

enum { MISSED_NS = 100000000 }; /* between two tries to put completions that found no room */

/* -- blobs --------------------------------------------------------------------------------------------------------- */

void
pool_adopt(struct core *core, struct pool *pool, struct blob *blob)
{
	store_adopt(core, NULL, blob, false);
	store_pin(core, blob);
	pool->object.bytes += store_bytes(blob);
}

struct blob *
pool_keep(struct core *core, struct pool *pool, const struct value *value, bool refers)
{
	uint8_t kind = (uint8_t)((uint8_t)value->kind | (refers ? BLOB_REFERS : 0));
	struct blob *blob = blob_new(kind, value->data, value->size);

	if (blob)
		pool_adopt(core, pool, blob);
	return blob;
}

void
pool_drop(struct core *core, struct pool *pool, struct blob *blob)
{
	if (!blob)
		return;
	pool->object.bytes -= store_bytes(blob);
	store_unpin(core, blob);
	store_drop(core, NULL, blob);
}

/* -- making and freeing -------------------------------------------------------------------------------------------- */

void
terms_unref(struct core *core, struct terms *terms)
{
	struct object *completion;

	if (!terms || --terms->refs)
		return;
	completion = terms->completion ? object_find(core, terms->completion) : NULL;
	if (completion)
		object_unref(core, completion);
	free(terms);
}

struct task *
task_find(const struct core *core, uint64_t id)
{
	struct table_node *node = table_find(&core->tasks, id);
	struct task *task = node ? LINK_ENTRY(node, struct task, by_id) : NULL;

	return task && !task_in(task)->is_gone ? task : NULL;
}

struct pool *
task_pool(const struct task *task)
{
	return task_in(task);
}

struct task *
task_new(struct core *core, struct terms *terms, struct session *session, struct blob *arguments)
{
	struct pool *pool = terms->lane->pool;
	struct task *task = calloc(1, sizeof *task);

	if (!task)
		return NULL;
	task->terms = terms;
	terms->refs++;
	task->payload = arguments;
	task->since_ns = core->now_ns;
	task->flags = terms->flags;
	task->session = session;
	link_init(&task->in_session);
	if (session)
		link_append(&session->tasks, &task->in_session);
	link_init(&task->link);
	link_append(&pool->held, &task->link);
	pool->held_count++;
	pool->unended++;
	table_insert(&core->tasks, &task->by_id, core_draw(core));
	core->object_bytes += sizeof *task;
	object_ref(core, &pool->object);
	return task;
}

static void task_fire(struct core *core, struct timer *timer);

struct task_more *
task_more(struct task *task)
{
	struct task_more *more = task->more;

	if (more)
		return more;
	more = calloc(1, sizeof *more);
	if (!more)
		return NULL;
	more->task = task;
	timer_init(&more->timer, task_fire);
	link_init(&more->waiters);
	link_init(&more->dependents);
	task->more = more;
	return more;
}

/* It does not come after others any more. */
static void
task_forget_after(struct core *core, struct task_more *more)
{
	(void)core;
	for (size_t i = 0; i < more->after_count; i++)
		link_remove(&more->after[i].link);
	free(more->after);
	more->after = NULL;
	more->after_count = more->after_left = 0;
}

static void
task_forget_key(struct task *task)
{
	struct value key;
	struct map_entry *entry;

	if (!task->more || !task->more->key)
		return;
	key = store_value(task->more->key);
	entry = map_find(task_in(task)->keys, &key);
	assert(entry && entry->value == task);
	(void)map_remove(task_in(task)->keys, entry);
	blob_unref(task->more->key);
	task->more->key = NULL;
}

static void
task_free_more(struct core *core, struct task *task)
{
	struct task_more *more = task->more;

	if (!more)
		return;
	timer_stop(core, &more->timer);
	task_forget_after(core, more);
	task_forget_key(task);
	assert(link_empty(&more->dependents));
	pool_drop(core, task_in(task), more->progress);
	task_drop_log(core, more);
	free(more);
	task->more = NULL;
}

void
task_free(struct core *core, struct task *task)
{
	struct pool *pool = task_in(task);

	assert(task->place == TASK_ENDED);
	task_free_more(core, task);
	pool_drop(core, pool, task->payload);
	link_remove(&task->link);
	link_remove(&task->in_session);
	table_remove(&core->tasks, &task->by_id);
	terms_unref(core, task->terms);
	core->object_bytes -= sizeof *task;
	free(task);
	object_unref(core, &pool->object);
}

void
task_settle(struct core *core, struct task *task)
{
	bool awaited = task->more && !link_empty(&task->more->waiters);

	if (task->place == TASK_ENDED && !task->refs && !task->session && !awaited &&
	    !(task->flags & (TASK_DETACHED | TASK_MISSED)))
		task_free(core, task);
}

/* -- errors -------------------------------------------------------------------------------------------------------- */

struct blob *
task_error(enum concur_status status, const char *type, const char *message)
{
	uint8_t room[VALUE_SCALAR_MAX], *data;
	struct value parts[6] = { value_of_text("type"), value_of_text(type), value_of_text("message"),
		value_of_text(message), value_of_text("status") };
	struct blob *blob;

	value_set_integer(&parts[5], room, status);
	blob = blob_alloc(VALUE_MAP, value_mapping_size(parts, 3), &data);
	if (blob)
		value_mapping_write(data, parts, 3);
	return blob;
}

void
task_fail(struct core *core, struct task *task, enum concur_status status, const char *message)
{
	struct blob *error = task_error(status, status_name(status), message);

	if (error)
		pool_adopt(core, task_in(task), error);
	task_end(core, task, FUTURE_FAILED, error);
}

/* -- moving -------------------------------------------------------------------------------------------------------- */

static void
task_leave_held(struct task *task)
{
	link_remove(&task->link);
	task_in(task)->held_count--;
}

void
task_release_hold(struct core *core, struct task *task)
{
	struct lane *lane = task->terms->lane;

	assert(task->place == TASK_HELD);
	task_leave_held(task);
	lane_put(lane, task, false);
	if (!lane->is_known && !lane->pool->has_vain && lane_is_in_vain(lane))
		pool_fail_vain(core, lane->pool);
}

void
task_leave_hand(struct core *core, struct task *task)
{
	struct worker *worker = task->worker;
	struct pool *pool = task_in(task);
	bool was_running = task->place == TASK_RUNNING;

	link_remove(&task->link);
	task->worker = NULL;
	if (task->slot == TASK_NO_SLOT)
		worker->slotless--;
	else if (!(task->flags & TASK_FRESH))
		worker->slots[task->slot / 64] &= ~(UINT64_C(1) << task->slot % 64);
	worker->in_hand--;
	pool->in_hand--;
	if (was_running) {
		worker->running -= !(task->flags & TASK_INSIDE);
		pool->running--;
	}
	task->flags &= (uint8_t) ~(TASK_FRESH | TASK_ASKED | TASK_INSIDE);
	if (task->more)
		timer_stop(core, &task->more->timer);
}

void
task_give_back(struct core *core, struct task *task, uint64_t delay_ns)
{
	struct pool *pool = task_in(task);
	struct task_more *more;

	if (task->flags & TASK_ASKED) {
		task_end(core, task, FUTURE_CANCELLED, NULL);
		return;
	}
	task_leave_hand(core, task);
	task->state = FUTURE_PENDING;
	task->since_ns = core->now_ns;
	more = delay_ns ? task_more(task) : NULL;
	if (more && timer_set(core, &more->timer, timer_after(core, delay_ns)) == 0) {
		task->place = TASK_HELD;
		more->is_delayed = true;
		link_append(&pool->held, &task->link);
		pool->held_count++;
	} else {
		lane_put(task->terms->lane, task, true);
	}
	/* Nobody takes it any more. */
	if (pool->broken || pool->is_removed)
		(void)pool_cancel_waiting(core, pool);
}

static void
task_leave(struct core *core, struct task *task)
{
	switch ((enum task_place)task->place) {
	case TASK_HELD:
		task_leave_held(task);
		break;
	case TASK_WAITING:
		lane_remove(task->terms->lane, task);
		break;
	case TASK_HANDED:
	case TASK_RUNNING:
		task_leave_hand(core, task);
		break;
	case TASK_ENDED:
		assert(false);
	}
}

/* -- telling ------------------------------------------------------------------------------------------------------- */

static void
task_answer(struct core *core, struct task *task, struct waiter *waiter)
{
	if (waiter->role == POOL_CANCELS) {
		waiter->result.outcome = task->state == FUTURE_CANCELLED ? OUTCOME_DONE : OUTCOME_NO;
	} else {
		waiter->result.number = task->state;
		waiter->result.value = task->payload ? blob_ref(task->payload) : NULL;
	}
	waiter_wake(core, waiter, CONCUR_OK);
}

static void
task_answer_all(struct core *core, struct task *task)
{
	struct waiter *waiter;

	while (task->more && (waiter = waiter_first(&task->more->waiters)))
		task_answer(core, task, waiter);
}

enum { TELL_ROOM = 512 };

bool
task_tell(struct core *core, struct task *task)
{
	struct object *queue = object_find(core, task->terms->completion);
	uint8_t rooms[3][VALUE_SCALAR_MAX], stack[TELL_ROOM], *data = stack;
	struct value parts[3], item = { .kind = VALUE_TUPLE };
	bool refers = task->payload && task->payload->kind & BLOB_REFERS;
	struct queue_load load = { .values = &item, .refers = &refers, .count = 1 };
	struct ask ask = { 0 };
	struct result result = { 0 };
	enum concur_status status;

	if (!queue)
		return true;
	value_set_integer(&parts[0], rooms[0], (int64_t)task_id(task));
	value_set_integer(&parts[1], rooms[1], task->state);
	if (task->payload)
		parts[2] = store_value(task->payload);
	else
		value_set_null(&parts[2], rooms[2]);
	item.size = value_sequence_size(parts, 3);
	if (item.size > sizeof stack && !(data = malloc(item.size)))
		return false;
	value_sequence_write(data, parts, 3);
	item.data = data;
	status = queue_put(core, (struct queue *)queue, &ask, &load, &result);
	if (data != stack)
		free(data);
	if (status == CONCUR_NO_MEMORY || (status == CONCUR_OK && result.outcome == OUTCOME_FULL))
		return false;
	if (task->flags & TASK_RELEASE) {
		link_remove(&task->in_session);
		task->session = NULL;
	}
	return true;
}

static void
task_complete(struct core *core, struct task *task)
{
	struct pool *pool = task_in(task);

	if (!task->terms->completion || task->flags & TASK_UNTOLD)
		return;
	if (task_tell(core, task))
		return;
	task->flags |= TASK_MISSED;
	link_remove(&task->link);
	link_append(&pool->missed, &task->link);
	pool_has_chores(core, pool, MISSED_NS);
}

/* One that comes after it: goes on, or fails with it, by and by, for others may come after that one. */
static void
task_pass_on(struct core *core, struct task *task, struct task *next)
{
	struct task_more *more = next->more;

	if (task->state != FUTURE_FINISHED) {
		link_remove(&next->link);
		link_append(&task_in(next)->failing, &next->link);
		pool_has_chores(core, task_in(next), 0);
		return;
	}
	if (--more->after_left || more->is_delayed)
		return;
	task_release_hold(core, next);
	pool_serve(core, task_in(next));
}

static void
task_pass_on_all(struct core *core, struct task *task)
{
	struct link *link;

	while (task->more && (link = link_pop(&task->more->dependents)))
		task_pass_on(core, task, LINK_ENTRY(link, struct dependent, link)->task);
}

static void
task_keep_for(struct core *core, struct task *task)
{
	struct task_more *more;

	if (!(task->flags & TASK_DETACHED))
		return;
	more = task_more(task);
	if (!more || timer_set(core, &more->timer, timer_after(core, task->terms->ttl_ns)) < 0)
		task->flags &= (uint8_t)~TASK_DETACHED;
}

static void
task_count(struct pool *pool, enum future_state state)
{
	pool->unended--;
	pool->done += state == FUTURE_FINISHED;
	pool->failed += state == FUTURE_FAILED;
	pool->cancelled += state == FUTURE_CANCELLED;
}

void
task_end(struct core *core, struct task *task, enum future_state state, struct blob *payload)
{
	struct pool *pool = task_in(task);
	struct worker *worker = task->worker;

	task_leave(core, task);
	pool_drop(core, pool, task->payload);
	task->payload = payload;
	task->place = TASK_ENDED;
	task->state = (uint8_t)state;
	link_append(&pool->ended, &task->link);
	task_count(pool, state);
	if (task->more) {
		timer_stop(core, &task->more->timer);
		task_forget_after(core, task->more);
		task_forget_key(task);
	}
	object_ref(core, &pool->object);
	task->refs++;
	task_answer_all(core, task);
	task_complete(core, task);
	task_pass_on_all(core, task);
	task_keep_for(core, task);
	task->refs--;
	task_settle(core, task);
	if (worker)
		worker_begin(core, worker);
	pool_settle(core, pool);
	object_unref(core, &pool->object);
}

/* -- time ---------------------------------------------------------------------------------------------------------- */

static void
task_fire_ended(struct core *core, struct task *task)
{
	task->flags &= (uint8_t)~TASK_DETACHED;
	task_settle(core, task);
}

static void
task_fire(struct core *core, struct timer *timer)
{
	struct task_more *more = LINK_ENTRY(timer, struct task_more, timer);
	struct task *task = more->task;

	if (task->place == TASK_ENDED) {
		task_fire_ended(core, task);
	} else if (task->place == TASK_HELD) {
		more->is_delayed = false;
		if (more->after_left)
			return;
		task_release_hold(core, task);
		pool_serve(core, task_in(task));
	} else {
		worker_kill(core, task->worker, task);
		task_fail(core, task, CONCUR_TASK_TIMED_OUT, "it ran longer than it may");
	}
}
