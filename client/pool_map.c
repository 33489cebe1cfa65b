/* Mapping a function over items: a window of chunks that are under way, filled up again when half of it is free,
 * corked, so that many chunks travel together. What a chunk is:
 *
 *	IN_ORDER  a call of Pool.Apply; the oldest is waited for
 *	INSIDE    of a task of the same pool: a task with an id, so that the thread that waits for it can run it itself
 *	AS_ENDED  a task that is announced in a queue of completions
 *
 * The first two keep the window as a ring, oldest first; the last one keeps it without an order. */
#include "completions.h"
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

enum map_way { IN_ORDER, INSIDE, AS_ENDED };

/* A chunk that is under way. */
struct map_slot {
	concur_future *call; /* IN_ORDER, and AS_ENDED until its id is known */
	uint64_t task;       /* the others */
	size_t at;           /* its first item */
};

struct concur_mapping {
	concur_pool *pool;
	struct concur_task task; /* borrows what it points to */
	const struct concur_value *items;
	size_t count;
	size_t sent;  /* items of chunks that are or were under way */
	size_t chunk; /* items */
	enum map_way way;
	concur_completions *completions; /* AS_ENDED */
	size_t ahead;                    /* of `slots` */
	size_t first;                    /* slot of the oldest chunk; AS_ENDED: 0 */
	size_t used;                     /* slots */
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

static struct map_slot *
slot_at(concur_mapping *mapping, size_t number)
{
	return &mapping->slots[(mapping->first + number) % mapping->ahead];
}

static enum concur_status
send_chunk(concur_mapping *mapping, struct map_slot *slot)
{
	size_t size = chunk_at(mapping, mapping->sent);

	*slot = (struct map_slot){ .at = mapping->sent };
	mapping->task.arguments = concur_items(CONCUR_VALUE_LIST, mapping->items + mapping->sent, size);
	if (mapping->way == INSIDE)
		return concur_pool_submit(mapping->pool, &mapping->task, CONCUR_FOREVER, &slot->task);
	if (mapping->way == IN_ORDER)
		slot->call = concur_pool_apply_begin(mapping->pool, &mapping->task, CONCUR_FOREVER);
	else
		slot->call = concur_pool_submit_begin(mapping->pool, &mapping->task, CONCUR_FOREVER);
	return slot->call ? CONCUR_OK : error_plain(CONCUR_NO_MEMORY);
}

static enum concur_status
send_chunks(concur_mapping *mapping)
{
	concur_session *session = HANDLE(mapping->pool)->session;
	enum concur_status status = CONCUR_OK;

	concur_cork(session);
	while (status == CONCUR_OK && mapping->used < mapping->ahead && mapping->sent < mapping->count) {
		status = send_chunk(mapping, slot_at(mapping, mapping->used));
		if (status == CONCUR_OK) {
			mapping->used++;
			mapping->sent += chunk_at(mapping, mapping->sent);
		}
	}
	concur_uncork(session);
	return status;
}

/* Takes the ids of the tasks from `begun` on. At the first that was not accepted the window ends, and with it the
 * mapping: nothing more is sent. */
static enum concur_status
name_chunks(concur_mapping *mapping, size_t begun)
{
	enum concur_status status = CONCUR_OK, each;
	size_t named = begun;

	for (size_t i = begun; i < mapping->used; i++) {
		struct map_slot *slot = &mapping->slots[i];

		each = concur_future_task(slot->call, &slot->task);
		concur_future_free(slot->call);
		slot->call = NULL;
		if (each == CONCUR_OK)
			mapping->slots[named++] = *slot;
		else if (status == CONCUR_OK)
			status = each;
	}
	completions_expect(mapping->completions, named - begun);
	mapping->used = named;
	if (status != CONCUR_OK)
		mapping->sent = mapping->count;
	return status;
}

static enum concur_status
fill_window(concur_mapping *mapping)
{
	size_t begun = mapping->used;
	enum concur_status status, named = CONCUR_OK;

	if (mapping->used > mapping->ahead / 2 || mapping->sent == mapping->count)
		return CONCUR_OK;
	status = send_chunks(mapping);
	if (mapping->way == AS_ENDED)
		named = name_chunks(mapping, begun);
	return status == CONCUR_OK ? named : status;
}

/* Who waits inside a task has to know for which chunk, so that it can run it. */
static enum concur_status
choose_way(concur_mapping *mapping, bool as_completed)
{
	concur_session *session = HANDLE(mapping->pool)->session;
	enum concur_status status;

	if (claim_may_run(session)) {
		mapping->way = INSIDE;
		return CONCUR_OK;
	}
	if (!as_completed)
		return CONCUR_OK;
	mapping->way = AS_ENDED;
	status = concur_completions_new(session, &mapping->completions);
	if (status == CONCUR_OK)
		completions_announce(mapping->completions, &mapping->task);
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
	status = choose_way(mapping, chunks && chunks->as_completed);
	if (status == CONCUR_OK)
		status = fill_window(mapping);
	if (status != CONCUR_OK) {
		concur_mapping_free(mapping);
		return status;
	}
	*ret_mapping = mapping;
	return CONCUR_OK;
}

/* Waits for the oldest chunk. *ret_ended: the status is the chunk's own. */
static enum concur_status
await_oldest(concur_mapping *mapping, int64_t timeout_ns, bool *ret_ended, struct concur_value *ret_chunk)
{
	struct map_slot *slot = slot_at(mapping, 0);
	enum concur_status status;

	if (mapping->way == INSIDE) {
		status = concur_task_wait(HANDLE(mapping->pool)->session, slot->task, timeout_ns, ret_chunk);
	} else {
		status = concur_future_wait(slot->call, timeout_ns);
		if (status == CONCUR_PENDING)
			status = error_plain(CONCUR_TIMED_OUT);
		else if (status == CONCUR_OK)
			status = concur_future_value(slot->call, ret_chunk);
	}
	*ret_ended = status != CONCUR_TIMED_OUT && status != CONCUR_INTERRUPTED;
	return status;
}

/* Waits for whichever ends next and puts it first. The window is short, and its tasks lie together. */
static enum concur_status
await_any(concur_mapping *mapping, int64_t timeout_ns, bool *ret_ended, struct concur_value *ret_chunk)
{
	struct concur_completed completed;
	enum concur_status status = concur_completions_next(mapping->completions, timeout_ns, &completed);
	struct map_slot ended;
	size_t at = 0;

	if (status != CONCUR_OK)
		return status;
	while (at < mapping->used && mapping->slots[at].task != completed.task)
		at++;
	if (at == mapping->used)
		return error_plain(CONCUR_BAD_REPLY);
	ended = mapping->slots[at];
	mapping->slots[at] = mapping->slots[0];
	mapping->slots[0] = ended;
	*ret_ended = true;
	return completed.status == CONCUR_OK ? concur_value_copy(&completed.value, ret_chunk) : completed.status;
}

/* `withdraw`: it may be under way, and nobody wants it any more. */
static void
drop_slot(concur_mapping *mapping, struct map_slot *slot, bool withdraw)
{
	concur_session *session = HANDLE(mapping->pool)->session;

	concur_future_free(slot->call);
	if (slot->task && withdraw)
		concur_future_free(concur_task_cancel_begin(session, slot->task, false, 0));
	if (slot->task)
		concur_future_free(concur_task_release_begin(session, slot->task, 1));
}

/* The first slot is done with. */
static void
retire_slot(concur_mapping *mapping)
{
	struct map_slot *slot = slot_at(mapping, 0);

	mapping->used--;
	if (mapping->way == AS_ENDED) {
		*slot = mapping->slots[mapping->used];
		return;
	}
	drop_slot(mapping, slot, false);
	mapping->first = (mapping->first + 1) % mapping->ahead;
}

enum concur_status
concur_mapping_next_at(concur_mapping *mapping, int64_t timeout_ns, size_t *ret_at, struct concur_value *ret_chunk)
{
	struct concur_value chunk = { 0 };
	enum concur_status status;
	bool ended = false;
	size_t at, size;

	status = fill_window(mapping);
	if (mapping->used == 0)
		return status == CONCUR_OK ? error_plain(CONCUR_NOT_THERE) : status;
	if (mapping->way == AS_ENDED)
		status = await_any(mapping, timeout_ns, &ended, &chunk);
	else
		status = await_oldest(mapping, timeout_ns, &ended, &chunk);
	if (!ended)
		return status;
	at = slot_at(mapping, 0)->at;
	size = chunk_at(mapping, at);
	retire_slot(mapping);
	if (ret_at)
		*ret_at = at;
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

enum concur_status
concur_mapping_next(concur_mapping *mapping, int64_t timeout_ns, struct concur_value *ret_chunk)
{
	return concur_mapping_next_at(mapping, timeout_ns, NULL, ret_chunk);
}

void
concur_mapping_free(concur_mapping *mapping)
{
	if (!mapping)
		return;
	for (size_t i = 0; i < mapping->used; i++)
		drop_slot(mapping, slot_at(mapping, i), true);
	concur_completions_free(mapping->completions);
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
	const struct concur_chunks in_order = { .size = size, .ahead = chunks ? chunks->ahead : 0 };
	struct map_chunks results = { calloc(count / size + 1, sizeof *results.items), 0 };
	concur_mapping *mapping = NULL;
	enum concur_status status;

	if (!results.items)
		return error_plain(CONCUR_NO_MEMORY);
	status = concur_mapping_start(pool, task, items, count, &in_order, &mapping);
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
