/* Mapping a function over items: a window of calls of Pool.Apply, one a chunk, whose results are taken in order.
 *
 * The window is a ring of `ahead` futures. It is filled up again when half of it is free, corked, so that many chunks
 * travel together. Inside a task of the same pool the chunks are tasks with ids instead, so that the one that is waited
 * for can be run by the waiting thread itself. */
#include "error.h"
#include "future.h"
#include "object.h"
#include "worker/claim.h"

#include <stdlib.h>

enum {
	MAP_TASKS = 256,      /* that the items are cut into, where nobody says */
	MAP_CHUNK_MAX = 1024, /* items, likewise */
	MAP_AHEAD = 64,
};

/* A chunk that is under way: one of the two. */
struct map_slot {
	concur_future *call;
	uint64_t task;
};

struct concur_mapping {
	concur_pool *pool;
	struct concur_task task; /* borrows what it points to */
	const struct concur_value *items;
	size_t count;
	size_t sent;  /* items of chunks that are or were under way */
	size_t taken; /* items of chunks that were taken */
	size_t chunk; /* items */
	bool inside;  /* of a task of the pool: slots have tasks */
	size_t ahead; /* of `slots` */
	size_t first; /* slot of the oldest chunk */
	size_t used;  /* slots */
	struct map_slot slots[];
};

static size_t
chunk_size(size_t count, const struct concur_chunks *chunks)
{
	size_t size = chunks && chunks->size ? chunks->size : (count + MAP_TASKS - 1) / MAP_TASKS;

	if (size == 0)
		return 1;
	return (!chunks || !chunks->size) && size > MAP_CHUNK_MAX ? MAP_CHUNK_MAX : size;
}

static size_t
chunk_at(const concur_mapping *mapping, size_t at)
{
	size_t left = mapping->count - at;

	return left < mapping->chunk ? left : mapping->chunk;
}

static enum concur_status
send_chunk(concur_mapping *mapping, struct map_slot *slot)
{
	size_t size = chunk_at(mapping, mapping->sent);

	*slot = (struct map_slot){ 0 };
	mapping->task.arguments = concur_items(CONCUR_VALUE_LIST, mapping->items + mapping->sent, size);
	if (mapping->inside)
		return concur_pool_submit(mapping->pool, &mapping->task, CONCUR_FOREVER, &slot->task);
	slot->call = concur_pool_apply_begin(mapping->pool, &mapping->task, CONCUR_FOREVER);
	return slot->call ? CONCUR_OK : error_plain(CONCUR_NO_MEMORY);
}

static enum concur_status
fill_window(concur_mapping *mapping)
{
	concur_session *session = HANDLE(mapping->pool)->session;
	enum concur_status status = CONCUR_OK;

	if (mapping->used > mapping->ahead / 2 || mapping->sent == mapping->count)
		return CONCUR_OK;
	concur_cork(session);
	while (status == CONCUR_OK && mapping->used < mapping->ahead && mapping->sent < mapping->count) {
		size_t at = (mapping->first + mapping->used) % mapping->ahead;

		status = send_chunk(mapping, &mapping->slots[at]);
		if (status == CONCUR_OK) {
			mapping->used++;
			mapping->sent += chunk_at(mapping, mapping->sent);
		}
	}
	concur_uncork(session);
	return status;
}

enum concur_status
concur_mapping_start(concur_pool *pool, const struct concur_task *task, const struct concur_value *items, size_t count,
    const struct concur_chunks *chunks, concur_mapping **ret_mapping)
{
	size_t ahead = chunks && chunks->ahead ? chunks->ahead : MAP_AHEAD;
	concur_mapping *mapping;
	enum concur_status status;

	mapping = calloc(1, sizeof *mapping + ahead * sizeof *mapping->slots);
	if (!mapping)
		return error_plain(CONCUR_NO_MEMORY);
	mapping->pool = pool;
	mapping->task = (struct concur_task){ .function = task->function,
		.priority = task->priority,
		.timeout_ns = task->timeout_ns,
		.retries = task->retries,
		.label = task->label };
	mapping->items = items;
	mapping->count = count;
	mapping->chunk = chunk_size(count, chunks);
	mapping->ahead = ahead;
	mapping->inside = claim_may_run(HANDLE(pool)->session);
	status = fill_window(mapping);
	if (status != CONCUR_OK) {
		concur_mapping_free(mapping);
		return status;
	}
	*ret_mapping = mapping;
	return CONCUR_OK;
}

/* Waits for the oldest chunk; PENDING or TIMED_OUT: not yet. */
static enum concur_status
await_chunk(concur_mapping *mapping, struct map_slot *slot, int64_t timeout_ns, struct concur_value *ret_chunk)
{
	enum concur_status status;

	if (mapping->inside)
		return concur_task_wait(HANDLE(mapping->pool)->session, slot->task, timeout_ns, ret_chunk);
	status = concur_future_wait(slot->call, timeout_ns);
	if (status == CONCUR_PENDING)
		return error_plain(CONCUR_TIMED_OUT);
	return status == CONCUR_OK ? concur_future_value(slot->call, ret_chunk) : status;
}

static void
drop_slot(concur_mapping *mapping, struct map_slot *slot)
{
	concur_future_free(slot->call);
	if (slot->task)
		concur_future_free(concur_task_release_begin(HANDLE(mapping->pool)->session, slot->task, 1));
}

enum concur_status
concur_mapping_next(concur_mapping *mapping, int64_t timeout_ns, struct concur_value *ret_chunk)
{
	struct concur_value chunk = { 0 };
	enum concur_status status;
	size_t size;

	status = fill_window(mapping);
	if (mapping->used == 0)
		return status == CONCUR_OK ? error_plain(CONCUR_NOT_THERE) : status;
	status = await_chunk(mapping, &mapping->slots[mapping->first], timeout_ns, &chunk);
	if (status == CONCUR_TIMED_OUT || status == CONCUR_INTERRUPTED)
		return status;
	drop_slot(mapping, &mapping->slots[mapping->first]);
	size = chunk_at(mapping, mapping->taken);
	mapping->taken += size;
	mapping->first = (mapping->first + 1) % mapping->ahead;
	mapping->used--;
	if (status != CONCUR_OK)
		return status;
	if ((chunk.kind != CONCUR_VALUE_LIST && chunk.kind != CONCUR_VALUE_TUPLE) || chunk.count != size) {
		concur_value_free(&chunk);
		return error_set(CONCUR_BAD_REPLY, "%s did not give a list of as many results as it got items",
		    mapping->task.function);
	}
	*ret_chunk = chunk;
	return CONCUR_OK;
}

void
concur_mapping_free(concur_mapping *mapping)
{
	if (!mapping)
		return;
	for (size_t i = 0; i < mapping->used; i++)
		drop_slot(mapping, &mapping->slots[(mapping->first + i) % mapping->ahead]);
	free(mapping);
}

/* -- all at once -------------------------------------------------------------------------------------------------- */

/* The chunks of results, until they become one array. */
struct map_chunks {
	struct concur_value *items;
	size_t count;
};

static enum concur_status
gather(concur_mapping *mapping, struct map_chunks *chunks)
{
	enum concur_status status;

	while ((status = concur_mapping_next(mapping, CONCUR_FOREVER, &chunks->items[chunks->count])) == CONCUR_OK)
		chunks->count++;
	return status == CONCUR_NOT_THERE ? CONCUR_OK : status;
}

/* One array of all results, in one block with what they point to. */
static enum concur_status
join_chunks(const struct map_chunks *chunks, size_t count, struct concur_values *ret_values)
{
	struct concur_value *items = malloc(count * sizeof *items + 1);
	struct concur_value all, copy;
	enum concur_status status;
	size_t at = 0;

	if (!items)
		return error_plain(CONCUR_NO_MEMORY);
	for (size_t i = 0; i < chunks->count; i++)
		for (size_t k = 0; k < chunks->items[i].count; k++)
			items[at++] = chunks->items[i].items[k];
	all = concur_items(CONCUR_VALUE_LIST, items, at);
	status = concur_value_copy(&all, &copy);
	free(items);
	if (status != CONCUR_OK)
		return status;
	/* The block of a copied list begins with its items. */
	*ret_values = (struct concur_values){ .items = copy.owned, .count = copy.count };
	return CONCUR_OK;
}

enum concur_status
concur_pool_map(concur_pool *pool, const struct concur_task *task, const struct concur_value *items, size_t count,
    const struct concur_chunks *chunks, struct concur_values *ret_values)
{
	size_t size = chunk_size(count, chunks);
	struct map_chunks results = { calloc(count / size + 1, sizeof *results.items), 0 };
	concur_mapping *mapping = NULL;
	enum concur_status status;

	if (!results.items)
		return error_plain(CONCUR_NO_MEMORY);
	status = concur_mapping_start(pool, task, items, count, chunks, &mapping);
	if (status == CONCUR_OK)
		status = gather(mapping, &results);
	if (status == CONCUR_OK)
		status = join_chunks(&results, count, ret_values);
	for (size_t i = 0; i < results.count; i++)
		concur_value_free(&results.items[i]);
	free(results.items);
	concur_mapping_free(mapping);
	return status;
}
