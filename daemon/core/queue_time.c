/* Items in nodes: those of a priority queue, and those that are there for a time only.
 *
 * Life of a timed item: delayed (in items->delayed, its timer set to when it is due) -> ready (in the heap, its timer
 * set to when it expires, if it does) -> taken, or expired. It gets its place when it becomes ready.
 *
 * Dropping all items at once does not visit them: what is dropped is at or below the queue's floor, and a timer that
 * fires for it finds that it has nothing to do. Its node is freed by steps. */
#include "daemon/core/queue_impl.h"

#define QUEUE_RETRY_NS UINT64_C(1000000) /* until a delayed item that found no memory tries again */

static bool
queue_is_gone(const struct queue *queue)
{
	return link_linked(&queue->object.grave.link);
}

/* Out of the heap, or of those that are delayed. */
static void
queue_node_unlink(struct core *core, struct queue *queue, struct queue_node *node)
{
	if (node->at)
		queue_heap_remove(&queue->items, node);
	else
		queue->items.delayed_count--;
	if (node->is_timed) {
		timer_stop(core, &queue_timed_of(node)->timer);
		link_remove(&queue_timed_of(node)->delayed);
	}
}

static void
queue_expire(struct core *core, struct queue *queue, struct queue_timed *timed)
{
	struct blob *blob = timed->node.blob;

	queue_node_unlink(core, queue, &timed->node);
	queue_node_free(core, &timed->node);
	store_drop(core, &queue->object, blob);
	queue_changed(core, queue);
	if (queue->unfinished)
		queue_finish(core, queue, 1);
	queue_settle(core, queue);
}

static void
queue_become_ready(struct core *core, struct queue *queue, struct queue_timed *timed)
{
	struct queue_node *node = &timed->node;

	node->place = ++queue->place;
	if (queue_node_place(core, queue, node, false) != CONCUR_OK) {
		/* The heap of timers has room: this one has just left it. */
		(void)timer_set(core, &timed->timer, core->now_ns + QUEUE_RETRY_NS);
		return;
	}
	link_remove(&timed->delayed);
	queue->items.delayed_count--;
	queue_changed(core, queue);
	queue_settle(core, queue);
}

static void
queue_on_time(struct core *core, struct timer *timer)
{
	struct queue_timed *timed = LINK_ENTRY(timer, struct queue_timed, timer);
	struct queue *queue = timed->queue;

	if (queue_is_gone(queue) || timed->node.place <= queue->floor)
		return;
	if (timed->node.at || (timed->expires_ns && timed->expires_ns <= core->now_ns))
		queue_expire(core, queue, timed);
	else
		queue_become_ready(core, queue, timed);
}

/* -- nodes ------------------------------------------------------------------------------------------------------- */

static void
queue_node_init(struct queue *queue, struct queue_node *node, struct blob *blob)
{
	node->blob = blob;
	link_init(&node->referring);
	if (blob->kind & BLOB_REFERS)
		link_append(&queue->items.referring, &node->referring);
}

static struct queue_node *
queue_timed_new(struct queue *queue, struct blob *blob, uint64_t expires_ns)
{
	struct queue_timed *timed = calloc(1, sizeof *timed);

	if (!timed)
		return NULL;
	timer_init(&timed->timer, queue_on_time);
	link_init(&timed->delayed);
	timed->queue = queue;
	timed->expires_ns = expires_ns;
	timed->node.is_timed = 1;
	queue_node_init(queue, &timed->node, blob);
	return &timed->node;
}

struct queue_node *
queue_node_new(struct queue *queue, struct blob *blob, uint64_t expires_ns)
{
	struct queue_node *node;

	if (expires_ns)
		return queue_timed_new(queue, blob, expires_ns);
	node = calloc(1, sizeof *node);
	if (node)
		queue_node_init(queue, node, blob);
	return node;
}

void
queue_node_free(struct core *core, struct queue_node *node)
{
	link_remove(&node->referring);
	if (node->is_timed) {
		timer_stop(core, &queue_timed_of(node)->timer);
		free(queue_timed_of(node));
	} else {
		free(node);
	}
}

enum concur_status
queue_node_place(struct core *core, struct queue *queue, struct queue_node *node, bool strict)
{
	uint64_t expires_ns = node->is_timed ? queue_timed_of(node)->expires_ns : 0;
	enum concur_status status;

	node->level = (uint32_t)ring_count(&queue->items.stack) & INT32_MAX;
	if (expires_ns && timer_set(core, &queue_timed_of(node)->timer, expires_ns) < 0)
		return CONCUR_NO_MEMORY;
	status = queue_heap_insert(&queue->items, node, strict);
	if (status != CONCUR_OK && expires_ns)
		timer_stop(core, &queue_timed_of(node)->timer);
	return status;
}

/* -- putting ----------------------------------------------------------------------------------------------------- */

static int
queue_delay(struct core *core, struct queue *queue, struct queue_node *node, uint64_t due_ns)
{
	struct queue_timed *timed = queue_timed_of(node);

	if (timer_set(core, &timed->timer, due_ns) < 0)
		return -1;
	link_append(&queue->items.delayed, &timed->delayed);
	queue->items.delayed_count++;
	return 0;
}

/* One item of a load becomes a node, in its place. */
static enum concur_status
queue_append_node(struct core *core, struct queue *queue, const struct queue_load *load, size_t index,
    struct queue_node **ret)
{
	enum concur_status status = CONCUR_NO_MEMORY;
	struct blob *blob = queue_load_blob(core, queue, load, index);
	bool is_delayed = load->due_ns > core->now_ns;
	struct queue_node *node = NULL;

	if (!blob)
		return CONCUR_NO_MEMORY;
	node =
	    is_delayed ? queue_timed_new(queue, blob, load->expires_ns) : queue_node_new(queue, blob, load->expires_ns);
	if (!node)
		goto out;
	node->place = ++queue->place;
	if (!is_delayed)
		status = queue_node_place(core, queue, node, true);
	else if (queue_delay(core, queue, node, load->due_ns) == 0)
		status = CONCUR_OK;
	if (status == CONCUR_OK) {
		*ret = node;
		return CONCUR_OK;
	}
	queue_node_free(core, node);
out:
	queue_unload_blob(core, queue, load, blob);
	return status;
}

enum concur_status
queue_append_nodes(struct core *core, struct queue *queue, const struct queue_load *load)
{
	struct queue_node *single, **nodes = &single;
	enum concur_status status = CONCUR_OK;
	size_t done;

	if (load->count > 1 && !(nodes = reallocarray(NULL, load->count, sizeof *nodes)))
		return CONCUR_NO_MEMORY;
	for (done = 0; done < load->count && status == CONCUR_OK; done += status == CONCUR_OK)
		status = queue_append_node(core, queue, load, done, &nodes[done]);
	while (status != CONCUR_OK && done--) {
		struct blob *blob = nodes[done]->blob;

		queue_node_unlink(core, queue, nodes[done]);
		queue_node_free(core, nodes[done]);
		queue_unload_blob(core, queue, load, blob);
	}
	if (nodes != &single)
		free(nodes);
	return status;
}
