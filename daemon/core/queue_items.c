/* What a queue holds. Items are counted for the queue as long as they are here: a blob as the store counts it, a value
 * on the tape by its bytes there. */
#include "daemon/core/queue_impl.h"

enum { QUEUE_ON_TAPE_HEAD = 2 }; /* bytes of a value on the tape beside its payload */

void
queue_items_init(struct queue_items *items, enum queue_order order)
{
	items->order = order;
	tape_init(&items->tape);
	ring_init(&items->stack);
	ring_init(&items->heap);
	link_init(&items->delayed);
	link_init(&items->referring);
	link_init(&items->followed);
}

void
queue_items_move(struct queue_items *from, struct queue_items *to)
{
	link_remove(&from->followed);
	*to = *from;
	/* The lists stay as they are and get other heads. */
	link_insert_before(&from->delayed, &to->delayed);
	link_remove(&from->delayed);
	link_insert_before(&from->referring, &to->referring);
	link_remove(&from->referring);
	link_init(&to->followed);
	*from = (struct queue_items){ .order = to->order };
	queue_items_init(from, to->order);
}

/* Of the heap and of what is delayed: most queues have neither. */
static size_t
nodes_footprint(const struct queue_items *items)
{
	size_t nodes = ring_count(&items->heap) + items->delayed_count;

	return ring_footprint(&items->heap) + nodes * sizeof(struct queue_node);
}

size_t
queue_items_footprint(const struct queue_items *items)
{
	size_t plain = items->order == QUEUE_LIFO ? ring_footprint(&items->stack) : items->tape.held - items->tape.used;

	return items->heap.used || items->delayed_count ? plain + nodes_footprint(items) : plain;
}

/* -- in ---------------------------------------------------------------------------------------------------------- */

static bool
load_is_small(const struct queue_load *load, size_t index, struct value *ret)
{
	bool refers = load->blobs ? load->blobs[index]->kind & BLOB_REFERS : load->refers[index];

	*ret = load->blobs ? store_value(load->blobs[index]) : load->values[index];
	return ret->size <= TAPE_SMALL_MAX && !refers;
}

struct blob *
queue_load_blob(struct core *core, struct queue *queue, const struct queue_load *load, size_t index)
{
	if (!load->blobs)
		return store_new(core, &queue->object, &load->values[index], load->refers[index]);
	store_settle(core, &queue->object, load->blobs[index]);
	return load->blobs[index];
}

void
queue_unload_blob(struct core *core, struct queue *queue, const struct queue_load *load, struct blob *blob)
{
	if (load->blobs)
		queue->object.bytes -= store_bytes(blob);
	else
		store_drop(core, &queue->object, blob);
}

static void
tape_count(struct core *core, struct queue *queue, size_t size)
{
	queue->object.bytes += QUEUE_ON_TAPE_HEAD + size;
	core->bytes += QUEUE_ON_TAPE_HEAD + size;
}

static void
tape_append_value(struct core *core, struct queue *queue, const struct value *value)
{
	tape_append(&queue->items.tape, ++queue->place, (uint8_t)value->kind, value->data, value->size);
	tape_count(core, queue, value->size);
}

/* Every large item gets its blob first, so that nothing can fail half way. NULL if there is no memory. */
static struct blob **
tape_load_blobs(struct core *core, struct queue *queue, const struct queue_load *load, struct blob **blobs,
    size_t *ret_bytes)
{
	struct value value;

	*ret_bytes = 0;
	for (size_t i = 0; i < load->count; i++) {
		bool is_small = load_is_small(load, i, &value);

		*ret_bytes += tape_item_bytes(value.size, !is_small);
		blobs[i] = is_small ? NULL : queue_load_blob(core, queue, load, i);
		if (is_small || blobs[i])
			continue;
		while (i--) {
			if (blobs[i])
				queue_unload_blob(core, queue, load, blobs[i]);
		}
		return NULL;
	}
	return blobs;
}

static void
tape_append_load(struct core *core, struct queue *queue, const struct queue_load *load, struct blob **blobs)
{
	struct value value;

	for (size_t i = 0; i < load->count; i++) {
		if (blobs[i]) {
			tape_append_blob(&queue->items.tape, ++queue->place, blobs[i]);
			continue;
		}
		(void)load_is_small(load, i, &value);
		tape_append_value(core, queue, &value);
		if (load->blobs)
			store_drop(core, NULL, load->blobs[i]);
	}
}

static enum concur_status
queue_append_fifo(struct core *core, struct queue *queue, const struct queue_load *load)
{
	struct blob *single, **blobs = &single;
	enum concur_status status = CONCUR_NO_MEMORY;
	size_t bytes;

	if (load->count > 1 && !(blobs = reallocarray(NULL, load->count, sizeof *blobs)))
		return CONCUR_NO_MEMORY;
	if (!tape_load_blobs(core, queue, load, blobs, &bytes))
		goto out;
	if (tape_reserve(&queue->items.tape, bytes) < 0) {
		for (size_t i = 0; i < load->count; i++) {
			if (blobs[i])
				queue_unload_blob(core, queue, load, blobs[i]);
		}
		goto out;
	}
	tape_append_load(core, queue, load, blobs);
	status = CONCUR_OK;
out:
	if (blobs != &single)
		free(blobs);
	return status;
}

static enum concur_status
queue_append_lifo(struct core *core, struct queue *queue, const struct queue_load *load)
{
	struct ring *stack = &queue->items.stack;
	size_t before = ring_count(stack);

	for (size_t i = 0; i < load->count; i++) {
		struct blob *blob = queue_load_blob(core, queue, load, i);

		if (blob && ring_append(stack, blob) == 0)
			continue;
		if (blob)
			queue_unload_blob(core, queue, load, blob);
		while (ring_count(stack) > before)
			queue_unload_blob(core, queue, load, ring_pop_last(stack));
		return CONCUR_NO_MEMORY;
	}
	queue->place += load->count;
	return CONCUR_OK;
}

/* The commonest: one small value of a FIFO. */
static bool
queue_append_small(struct core *core, struct queue *queue, const struct queue_load *load)
{
	const struct value *value = load->values;

	if (load->count != 1 || !value || load->refers[0] || value->size > TAPE_SMALL_MAX ||
	    tape_reserve(&queue->items.tape, tape_item_bytes(value->size, false)) < 0)
		return false;
	tape_append_value(core, queue, value);
	return true;
}

static enum concur_status
queue_append_plain(struct core *core, struct queue *queue, const struct queue_load *load)
{
	if (queue->items.order == QUEUE_LIFO)
		return queue_append_lifo(core, queue, load);
	return queue_append_small(core, queue, load) ? CONCUR_OK : queue_append_fifo(core, queue, load);
}

static bool
load_refers(const struct queue_load *load)
{
	for (size_t i = 0; i < load->count; i++) {
		if (load->blobs ? load->blobs[i]->kind & BLOB_REFERS : load->refers[i])
			return true;
	}
	return false;
}

enum concur_status
queue_append(struct core *core, struct queue *queue, const struct queue_load *load)
{
	bool is_plain =
	    queue->items.order != QUEUE_PRIORITY && !load->due_ns && !load->expires_ns && !load_refers(load);
	enum concur_status status =
	    is_plain ? queue_append_plain(core, queue, load) : queue_append_nodes(core, queue, load);

	if (status != CONCUR_OK)
		return status;
	queue->unfinished += load->count;
	queue_changed(core, queue);
	return CONCUR_OK;
}

/* -- out --------------------------------------------------------------------------------------------------------- */

/* The node that comes next, or NULL if a plain item does. */
static struct queue_node *
queue_next_node(const struct queue *queue)
{
	const struct queue_items *items = &queue->items;
	struct queue_node *node;

	if (__builtin_expect(ring_count(&items->heap) == 0, 1))
		return NULL;
	node = queue_heap_first(items);
	if (items->order == QUEUE_FIFO && items->tape.count && items->tape.number < node->place)
		return NULL;
	if (items->order == QUEUE_LIFO && node->level < ring_count(&items->stack))
		return NULL;
	return node;
}

size_t
queue_next_size(const struct queue *queue)
{
	const struct queue_node *node = queue_next_node(queue);
	struct tape_item item;

	if (node)
		return blob_size(node->blob);
	if (queue->items.order == QUEUE_LIFO)
		return blob_size(*ring_at(&queue->items.stack, ring_count(&queue->items.stack) - 1));
	tape_first(&queue->items.tape, &item);
	return item.size;
}

enum concur_status
queue_peek(const struct queue *queue, struct result *ret)
{
	const struct queue_node *node = queue_next_node(queue);
	const struct ring *stack = &queue->items.stack;
	struct tape_item item = { .blob = NULL };

	if (queue_ready(queue) == 0) {
		ret->outcome = OUTCOME_EMPTY;
		return CONCUR_OK;
	}
	if (node)
		item.blob = node->blob;
	else if (queue->items.order == QUEUE_LIFO)
		item.blob = *ring_at(stack, ring_count(stack) - 1);
	else
		tape_first(&queue->items.tape, &item);
	ret->value = item.blob ? blob_ref(item.blob) : blob_new(item.kind, item.data, item.size);
	return ret->value ? CONCUR_OK : CONCUR_NO_MEMORY;
}

static void
queue_take_node(struct core *core, struct queue *queue, struct queue_node *node, struct delivery *ret)
{
	*ret = (struct delivery){ .place = node->place, .blob = node->blob };
	if (node->is_timed)
		ret->expires_ns = queue_timed_of(node)->expires_ns;
	queue_heap_remove(&queue->items, node);
	queue_node_free(core, node);
	queue->object.bytes -= store_bytes(ret->blob);
}

static int
queue_take_first(struct core *core, struct queue *queue, struct delivery *ret)
{
	struct tape *tape = &queue->items.tape;
	struct tape_item item;

	tape_first(tape, &item);
	ret->place = item.number;
	ret->expires_ns = 0;
	ret->blob = item.blob;
	if (item.blob) {
		queue->object.bytes -= store_bytes(item.blob);
	} else {
		ret->blob = blob_new(item.kind, item.data, item.size);
		if (!ret->blob)
			return -1;
		core->bytes += store_bytes(ret->blob) - (QUEUE_ON_TAPE_HEAD + item.size);
		queue->object.bytes -= QUEUE_ON_TAPE_HEAD + item.size;
	}
	tape_drop(tape);
	return 0;
}

int
queue_take(struct core *core, struct queue *queue, struct delivery *ret)
{
	struct queue_node *node = queue_next_node(queue);

	if (node) {
		queue_take_node(core, queue, node, ret);
		return 0;
	}
	if (queue->items.order == QUEUE_FIFO)
		return queue_take_first(core, queue, ret);
	*ret = (struct delivery){ .place = queue->place, .blob = ring_pop_last(&queue->items.stack) };
	queue->object.bytes -= store_bytes(ret->blob);
	return 0;
}

/* -- the end ----------------------------------------------------------------------------------------------------- */

static void
tape_forget_first(struct core *core, struct tape *tape)
{
	struct tape_item item;

	tape_first(tape, &item);
	if (item.blob)
		store_drop(core, NULL, item.blob);
	else
		core->bytes -= QUEUE_ON_TAPE_HEAD + item.size;
	tape_drop(tape);
}

static void
node_forget(struct core *core, struct queue_node *node)
{
	store_drop(core, NULL, node->blob);
	queue_node_free(core, node);
}

bool
queue_items_step(struct core *core, struct queue_items *items, size_t *steps)
{
	struct link *node;

	for (; *steps && items->tape.count; --*steps)
		tape_forget_first(core, &items->tape);
	for (; *steps && ring_count(&items->heap); --*steps)
		node_forget(core, ring_pop_last(&items->heap));
	for (; *steps && (node = link_pop(&items->delayed)); --*steps)
		node_forget(core, &LINK_ENTRY(node, struct queue_timed, delayed)->node);
	if (items->tape.count || ring_count(&items->heap) || !link_empty(&items->delayed))
		return false;
	if (!store_step_ring(core, &items->stack, steps))
		return false;
	tape_fini(&items->tape);
	ring_fini(&items->heap);
	return true;
}

/* -- references --------------------------------------------------------------------------------------------------- */

bool
queue_items_visit(struct queue_items *items, struct reference_walk *walk)
{
	struct link *before;

	if (walk->position == UINT64_MAX) {
		link_remove(&items->followed);
		link_append(&items->referring, &items->followed);
		walk->position = 0;
	}
	/* Cleared meanwhile. */
	if (!link_linked(&items->followed))
		return true;
	while (walk->steps && (before = items->followed.prev) != &items->referring) {
		walk->steps--;
		link_remove(&items->followed);
		link_insert_before(before, &items->followed);
		store_visit_blob(LINK_ENTRY(before, struct queue_node, referring)->blob, walk);
	}
	if (items->followed.prev != &items->referring)
		return false;
	link_remove(&items->followed);
	return true;
}
