/* Lanes: the tasks of a pool that wait, sorted by what they ask of a worker. A lane with tasks stands in pool->busy,
 * one without in pool->lanes; a bit of `levels` is set where the list of that priority is not empty. Lanes stay until
 * their pool goes. */
#include "daemon/core/pool_impl.h"

#include <stdlib.h>

static struct link *
lane_level(struct lane *lane, const struct task *task)
{
	return &lane->tasks[PRIORITY_HIGHEST - task->terms->priority];
}

struct lane *
lane_new(struct pool *pool)
{
	struct lane *lane = calloc(1, sizeof *lane);

	if (!lane)
		return NULL;
	lane->pool = pool;
	for (size_t i = 0; i < PRIORITY_LEVELS; i++)
		link_init(&lane->tasks[i]);
	link_append(&pool->lanes, &lane->in_pool);
	return lane;
}

void
lane_free(struct lane *lane)
{
	link_remove(&lane->in_pool);
	blob_unref(lane->function);
	blob_unref(lane->label);
	free(lane);
}

static bool
lane_text_is(const struct blob *blob, const struct value *text)
{
	if (!blob || !text)
		return !blob && !text;
	return blob_size(blob) == text->size && memcmp(blob_data(blob), text->data, text->size) == 0;
}

static bool
lane_is(const struct lane *lane, const struct value *function, const struct value *label)
{
	return lane_text_is(lane->function, function) && lane_text_is(lane->label, label);
}

/* What a lane stands under in the index: the function, and behind a NUL, which neither text has, the label. */
static struct blob *
lane_key(const struct value *function, const struct value *label)
{
	uint8_t *data;
	struct blob *key = blob_alloc(VALUE_DATA, function->size + (label ? 1 + label->size : 0), &data);

	if (!key)
		return NULL;
	memcpy(data, function->data, function->size);
	if (label) {
		data[function->size] = 0;
		memcpy(data + function->size + 1, label->data, label->size);
	}
	return key;
}

static enum concur_status
lane_make(struct pool *pool, const struct value *function, const struct value *label, struct map_entry *entry)
{
	struct lane *lane = lane_new(pool);

	if (!lane)
		goto no_memory;
	lane->function = blob_new(VALUE_TEXT, function->data, function->size);
	lane->label = label ? blob_new(VALUE_TEXT, label->data, label->size) : NULL;
	if (!lane->function || (label && !lane->label))
		goto no_memory;
	entry->value = lane;
	return CONCUR_OK;

no_memory:
	if (lane)
		lane_free(lane);
	(void)map_remove(pool->lane_index, entry);
	return CONCUR_NO_MEMORY;
}

enum concur_status
lane_get(struct core *core, struct pool *pool, const struct value *function, const struct value *label,
    struct lane **ret)
{
	enum concur_status status = CONCUR_OK;
	struct map_entry *entry;
	struct blob *key;
	struct value view;
	bool created;

	if (pool->terms && lane_is(pool->terms->lane, function, label)) {
		*ret = pool->terms->lane;
		return CONCUR_OK;
	}
	key = lane_key(function, label);
	if (!key)
		return CONCUR_NO_MEMORY;
	view = store_value(key);
	entry = map_find(pool->lane_index, &view);
	if (!entry && map_count(pool->lane_index) >= core->limits->functions_max) {
		status = core_limit(core, CONCUR_LIMIT, "functions_max");
	} else if (!entry) {
		entry = map_insert(pool->lane_index, &view, &created);
		status = entry ? lane_make(pool, function, label, entry) : CONCUR_NO_MEMORY;
	}
	blob_unref(key);
	if (status == CONCUR_OK)
		*ret = entry->value;
	return status;
}

bool
lane_is_in_vain(struct lane *lane)
{
	const struct pool *pool = lane->pool;
	bool has_hired = false;

	if (lane->is_known || lane->label || !lane->function || pool->form == POOL_REMOTE)
		return false;
	for (const struct link *at = pool->workers.next; !lane->is_known && at != &pool->workers; at = at->next) {
		const struct worker *worker = LINK_ENTRY(at, const struct worker, in_pool);

		lane->is_known = worker_knows(worker->functions, lane->function);
		has_hired |= worker->hired != NULL;
	}
	return has_hired && !lane->is_known;
}

void
lane_put(struct lane *lane, struct task *task, bool in_front)
{
	struct pool *pool = lane->pool;

	task->place = TASK_WAITING;
	if (in_front)
		link_prepend(lane_level(lane, task), &task->link);
	else
		link_append(lane_level(lane, task), &task->link);
	lane->levels |= 1u << (PRIORITY_HIGHEST - task->terms->priority);
	pool->waiting++;
	if (lane->waiting++ == 0) {
		link_remove(&lane->in_pool);
		link_append(&pool->busy, &lane->in_pool);
	}
}

void
lane_remove(struct lane *lane, struct task *task)
{
	struct pool *pool = lane->pool;
	struct link *level = lane_level(lane, task);

	link_remove(&task->link);
	if (link_empty(level))
		lane->levels &= ~(1u << (PRIORITY_HIGHEST - task->terms->priority));
	pool->waiting--;
	if (--lane->waiting == 0) {
		link_remove(&lane->in_pool);
		link_append(&pool->lanes, &lane->in_pool);
	}
}

struct task *
lane_first(const struct lane *lane)
{
	return lane->levels ? task_of_link(lane->tasks[__builtin_ctz(lane->levels)].next) : NULL;
}
