/* Pools: taking tasks in. What finds no room waits, with copies of all that was sent, in pool->submitters. */
#include "daemon/core/pool_impl.h"

#include "daemon/core/queue.h"

#include <stdlib.h>

/* -- terms --------------------------------------------------------------------------------------------------------- */

static uint64_t
terms_ttl(const struct core *core, const struct task_spec *spec)
{
	return spec->ttl_ns ? spec->ttl_ns : core->limits->result_seconds * CORE_SECOND;
}

static uint8_t
terms_flags(const struct task_spec *spec)
{
	return (uint8_t)((spec->detached ? TASK_DETACHED : 0) | (spec->release && spec->completion ? TASK_RELEASE : 0));
}

static bool
terms_are(const struct core *core, const struct terms *terms, const struct lane *lane, const struct task_spec *spec)
{
	return terms->lane == lane && terms->priority == spec->priority && terms->retries == spec->retries &&
	    terms->flags == terms_flags(spec) && terms->completion == spec->completion &&
	    terms->timeout_ns == spec->timeout_ns && terms->ttl_ns == terms_ttl(core, spec);
}

static enum concur_status
terms_completion(struct core *core, const struct task_spec *spec, struct object **ret)
{
	struct object *object = spec->completion ? object_find(core, spec->completion) : NULL;
	struct queue_state state;

	*ret = object;
	if (!spec->completion)
		return CONCUR_OK;
	if (!object)
		return CONCUR_NOT_FOUND;
	if (object->kind != &queue_kind)
		return CONCUR_WRONG_KIND;
	queue_state((struct queue *)object, &state);
	return state.maxsize ? CONCUR_VALUE_ERROR : CONCUR_OK;
}

static enum concur_status
terms_make(struct core *core, struct pool *pool, struct lane *lane, const struct task_spec *spec)
{
	struct terms *terms;
	struct object *completion;
	enum concur_status status = terms_completion(core, spec, &completion);

	if (status != CONCUR_OK)
		return status;
	terms = malloc(sizeof *terms);
	if (!terms)
		return CONCUR_NO_MEMORY;
	*terms = (struct terms){
		.refs = 1,
		.priority = spec->priority,
		.retries = spec->retries,
		.flags = terms_flags(spec),
		.lane = lane,
		.completion = spec->completion,
		.timeout_ns = spec->timeout_ns,
		.ttl_ns = terms_ttl(core, spec),
	};
	if (completion)
		object_ref(core, completion);
	terms_unref(core, pool->terms);
	pool->terms = terms;
	return CONCUR_OK;
}

/* pool->terms becomes what the submission asks for. */
static enum concur_status
terms_get(struct core *core, struct pool *pool, const struct task_spec *spec)
{
	struct lane *lane;
	enum concur_status status = lane_get(core, pool, spec->function, spec->label, &lane);

	if (status != CONCUR_OK)
		return status;
	if (pool->terms && terms_are(core, pool->terms, lane, spec))
		return CONCUR_OK;
	return terms_make(core, pool, lane, spec);
}

/* -- what few tasks have ------------------------------------------------------------------------------------------- */

/* The task of that key that has not ended, or NULL. */
static struct task *
pool_find_key(const struct pool *pool, const struct value *key)
{
	struct map_entry *entry = pool->keys ? map_find(pool->keys, key) : NULL;

	return entry ? entry->value : NULL;
}

static enum concur_status
task_set_key(struct core *core, struct task *task, const struct value *key)
{
	struct pool *pool = task_in(task);
	struct map_entry *entry;
	bool created;

	if (!pool->keys && !(pool->keys = map_new(core->seed)))
		return CONCUR_NO_MEMORY;
	entry = map_insert(pool->keys, key, &created);
	if (!entry)
		return CONCUR_NO_MEMORY;
	entry->value = task;
	task->more->key = blob_ref(entry->key);
	return CONCUR_OK;
}

static enum concur_status
task_set_after(struct core *core, struct task *task, const struct task_spec *spec)
{
	struct task_more *more = task->more;

	more->after = calloc(spec->after_count, sizeof *more->after);
	if (!more->after)
		return CONCUR_NO_MEMORY;
	more->after_count = spec->after_count;
	/* All of them, for the loop below may end early. */
	for (size_t i = 0; i < spec->after_count; i++)
		link_init(&more->after[i].link);
	for (size_t i = 0; i < spec->after_count; i++) {
		struct task *before = task_find(core, spec->after[i]);

		more->after[i].task = task;
		more->after[i].before = before;
		if (before && before->state == FUTURE_FINISHED)
			continue;
		if (!before || before == task)
			return CONCUR_NOT_FOUND;
		if (before->place == TASK_ENDED)
			return CONCUR_TASK_FAILED;
		if (!task_more(before))
			return CONCUR_NO_MEMORY;
		link_append(&before->more->dependents, &more->after[i].link);
		more->after_left++;
	}
	return CONCUR_OK;
}

/* It is not HELD any more after it, unless there is a reason. */
static enum concur_status
task_set_up(struct core *core, struct task *task, const struct task_spec *spec)
{
	enum concur_status status = CONCUR_OK;

	if ((spec->key || spec->after_count || spec->delay_ns) && !task_more(task))
		return CONCUR_NO_MEMORY;
	if (spec->key)
		status = task_set_key(core, task, spec->key);
	if (status == CONCUR_OK && spec->after_count)
		status = task_set_after(core, task, spec);
	if (status == CONCUR_OK && spec->delay_ns) {
		if (timer_set(core, &task->more->timer, timer_after(core, spec->delay_ns)) < 0)
			return CONCUR_NO_MEMORY;
		task->more->is_delayed = true;
	}
	if (status == CONCUR_OK && !(task->more && (task->more->after_left || task->more->is_delayed)))
		task_release_hold(core, task);
	return status;
}

/* -- taking in ----------------------------------------------------------------------------------------------------- */

static bool
pool_has_room(const struct pool *pool, size_t count)
{
	return pool->waiting + pool->held_count + count <= pool->capacity;
}

/* What goes in: values; or blobs that are in the store for somebody else, who keeps his. */
struct load {
	const struct value *values;
	const bool *refers;
	struct blob *const *blobs;
	size_t count;
};

static struct blob *
load_keep(struct core *core, struct pool *pool, const struct load *load, size_t i)
{
	if (!load->blobs)
		return pool_keep(core, pool, &load->values[i], load->refers[i]);
	pool_adopt(core, pool, blob_ref(load->blobs[i]));
	return load->blobs[i];
}

/* What was made before a later one failed never was. */
static void
pool_take_back(struct core *core, struct pool *pool, uint64_t first, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct task *task = task_find(core, first + i);

		link_remove(&task->in_session);
		task->session = NULL;
		task->flags = TASK_UNTOLD;
		task_end(core, task, FUTURE_CANCELLED, NULL);
		pool->cancelled--;
	}
}

static enum concur_status
pool_take_in_one(struct core *core, struct pool *pool, struct session *session, const struct task_spec *spec,
    const struct load *load, size_t i)
{
	struct blob *blob = load_keep(core, pool, load, i);
	struct task *task = blob ? task_new(core, pool->terms, session, blob) : NULL;
	enum concur_status status;

	if (!task) {
		pool_drop(core, pool, blob);
		return CONCUR_NO_MEMORY;
	}
	status = task_set_up(core, task, spec);
	if (status != CONCUR_OK)
		pool_take_back(core, pool, task_id(task), 1);
	return status;
}

static enum concur_status
pool_take_in(struct core *core, struct pool *pool, struct session *session, const struct task_spec *spec,
    const struct load *load, struct result *ret)
{
	struct session *referrer = spec->detached ? NULL : session;
	enum concur_status status = terms_get(core, pool, spec);
	uint64_t first = core->counter + 1;

	for (size_t i = 0; i < load->count && status == CONCUR_OK; i++) {
		status = pool_take_in_one(core, pool, referrer, spec, load, i);
		if (status != CONCUR_OK)
			pool_take_back(core, pool, first, i);
	}
	if (status != CONCUR_OK)
		return status;
	ret->generation = first;
	ret->number = load->count;
	pool_serve(core, pool);
	return CONCUR_OK;
}

/* LIMIT if the daemon holds no more of them. */
static enum concur_status
pool_has_tasks_left(struct core *core, size_t count)
{
	return core->tasks.count + count > core->limits->tasks_max ? core_limit(core, CONCUR_LIMIT, "tasks_max")
								   : CONCUR_OK;
}

/* -- waiting for room ---------------------------------------------------------------------------------------------- */

/* What a submission that waits asks for: a copy of its spec, with its texts behind it. */
struct submission {
	struct task_spec spec;
	struct value function, label;
	uint8_t texts[];
};

/* NULL if there is no memory. */
static struct submission *
submission_new(const struct task_spec *spec)
{
	size_t function_size = spec->function->size, label_size = spec->label ? spec->label->size : 0;
	struct submission *submission = malloc(sizeof *submission + function_size + label_size);

	if (!submission)
		return NULL;
	*submission = (struct submission){ .spec = *spec };
	memcpy(submission->texts, spec->function->data, function_size);
	submission->function = (struct value){ VALUE_TEXT, submission->texts, function_size };
	submission->spec.function = &submission->function;
	if (spec->label) {
		memcpy(submission->texts + function_size, spec->label->data, label_size);
		submission->label = (struct value){ VALUE_TEXT, submission->texts + function_size, label_size };
		submission->spec.label = &submission->label;
	}
	return submission;
}

/* In the store, but not yet the pool's. NULL if there is no memory. */
static struct blob **
submission_store(struct core *core, const struct load *load)
{
	struct blob **blobs = calloc(load->count, sizeof *blobs);

	for (size_t i = 0; blobs && i < load->count; i++) {
		blobs[i] = store_new(core, NULL, &load->values[i], load->refers[i]);
		if (blobs[i])
			continue;
		while (i--)
			store_drop(core, NULL, blobs[i]);
		free(blobs);
		return NULL;
	}
	return blobs;
}

static enum concur_status
pool_wait_for_room(struct core *core, struct pool *pool, const struct ask *ask, const struct task_spec *spec,
    const struct load *load)
{
	enum concur_status status = CONCUR_NO_MEMORY;
	struct submission *submission = submission_new(spec);
	struct blob **blobs = submission ? submission_store(core, load) : NULL;
	struct waiter *waiter;

	if (blobs)
		status = waiter_new(core, &pool->object, &pool->submitters, ask, OUTCOME_FULL, &waiter);
	if (status == CONCUR_PENDING) {
		waiter->role = POOL_SUBMITS;
		waiter->prepared = submission;
		waiter->result.values = blobs;
		waiter->result.count = load->count;
		waiter_pin(core, waiter);
		return status;
	}
	for (size_t i = 0; blobs && i < load->count; i++)
		store_drop(core, NULL, blobs[i]);
	free(blobs);
	free(submission);
	return status;
}

void
pool_admit(struct core *core, struct pool *pool)
{
	struct waiter *waiter;

	/* What it takes in may end, or be taken at once: the loop below sees to the room that is made so. */
	if (pool->is_admitting || pool->is_gone)
		return;
	pool->is_admitting = true;
	while ((waiter = waiter_first(&pool->submitters)) && pool_has_room(pool, waiter->result.count)) {
		struct submission *submission = waiter->prepared;
		struct load load = { .blobs = waiter->result.values, .count = waiter->result.count };
		enum concur_status status;

		/* What it lets begin may make room for others, but those come after it. */
		link_remove(&waiter->link);
		status = pool_has_tasks_left(core, load.count);
		if (status == CONCUR_OK)
			status = pool_take_in(core, pool, waiter->session, &submission->spec, &load, &waiter->result);
		if (status == CONCUR_OK)
			waiter_wake_outcome(core, waiter, OUTCOME_DONE);
		else
			waiter_fail(core, waiter, status);
	}
	pool->is_admitting = false;
}

/* -- the call ------------------------------------------------------------------------------------------------------ */

static enum concur_status
pool_is_open(struct core *core, const struct pool *pool, size_t count)
{
	if (pool->broken)
		return CONCUR_POOL_BROKEN;
	if (pool->is_closed)
		return CONCUR_POOL_CLOSED;
	return pool_has_tasks_left(core, count);
}

static enum concur_status
pool_may_submit(struct core *core, const struct pool *pool, const struct task_spec *spec, size_t count)
{
	enum concur_status status = pool_is_open(core, pool, count);

	if (status != CONCUR_OK)
		return status;
	if (spec->priority < PRIORITY_LOWEST || spec->priority > PRIORITY_HIGHEST || count > pool->capacity)
		return CONCUR_VALUE_ERROR;
	return CONCUR_OK;
}

enum concur_status
pool_submit(struct core *core, struct pool *pool, const struct ask *ask, const struct task_spec *spec,
    const struct value *arguments, const bool *refers, size_t count, struct result *ret)
{
	const struct load load = { .values = arguments, .refers = refers, .count = count };
	struct task *twin = spec->key ? pool_find_key(pool, spec->key) : NULL;
	enum concur_status status = pool_may_submit(core, pool, spec, count);

	if (status != CONCUR_OK)
		return status;
	if (twin) {
		ret->outcome = OUTCOME_EXISTS;
		ret->generation = task_id(twin);
		ret->number = 1;
		return spec->detached || future_ref(twin, ask->session) == 0 ? CONCUR_OK : CONCUR_NO_MEMORY;
	}
	if (pool_has_room(pool, count) && link_empty(&pool->submitters))
		return pool_take_in(core, pool, ask->session, spec, &load, ret);
	if (ask->wait_ns && !spec->key && !spec->after_count)
		return pool_wait_for_room(core, pool, ask, spec, &load);
	ret->outcome = OUTCOME_FULL;
	return CONCUR_OK;
}

enum concur_status
pool_promise(struct core *core, struct pool *pool, struct session *session, uint64_t *ret_id)
{
	enum concur_status status = pool_is_open(core, pool, 1);
	struct task *task;

	if (status != CONCUR_OK)
		return status;
	task = task_new(core, pool->promises, session, NULL);
	if (!task)
		return CONCUR_NO_MEMORY;
	*ret_id = task_id(task);
	return CONCUR_OK;
}
