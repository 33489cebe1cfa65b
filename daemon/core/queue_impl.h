/* What the files of the queue share: queue.c (its kind, waiting, tasks, ends), queue_items.c and queue_heap.c (what it
 * holds), queue_time.c (what it holds for a time), queue_put.c and queue_get.c. */
#ifndef CORE_QUEUE_IMPL_H
#define CORE_QUEUE_IMPL_H

#include "daemon/core/delivery.h"
#include "daemon/core/queue.h"
#include "daemon/core/store.h"
#include "daemon/core/timer.h"
#include "lib/ring.h"
#include "lib/tape.h"

enum queue_role {
	QUEUE_GET,
	QUEUE_GET_MANY,
	QUEUE_PUT,
	QUEUE_JOIN,
};

/* An item in a block of its own. */
struct queue_node {
	uint32_t at;           /* place in the heap + 1; 0: not there */
	uint32_t level : 31;   /* LIFO: so many items of the stack are below it */
	uint32_t is_timed : 1; /* it is the node of a struct queue_timed */
	uint64_t place;
	struct blob *blob;     /* one reference, counted for the queue */
	struct link referring; /* in items->referring, if the blob refers to objects */
};

/* One that is not there before, or not after, some time. */
struct queue_timed {
	struct queue_node node;
	struct timer timer;  /* until it is ready, then until it expires */
	struct link delayed; /* in items->delayed until it is ready */
	struct queue *queue;
	uint64_t expires_ns; /* 0: never */
};

/* What a queue holds. Each item that is ready stands in one of three: plain items of a FIFO on the tape, plain items of
 * a LIFO on the stack, all others in the heap: the items of a priority queue, items that came back from a getter that
 * died, items that expire, items that refer to objects. */
struct queue_items {
	enum queue_order order;
	struct tape tape;
	struct ring stack;   /* struct blob *, one reference each */
	struct ring heap;    /* struct queue_node *, see queue_heap.c */
	struct link delayed; /* struct queue_timed */
	uint64_t delayed_count;
	struct link referring; /* struct queue_node, in the heap or delayed, whose blobs refer to objects */
	struct link followed;  /* stands in `referring`: the references behind it have been visited */
};

struct queue {
	struct object object;
	struct queue_items items;
	uint64_t place;        /* the last that was given to an item; they rise */
	uint64_t floor;        /* items up to this place were dropped: none of them comes back */
	uint64_t maxsize;      /* 0: unbounded */
	uint64_t unfinished;   /* put and not told done */
	struct origin *origin; /* what deliveries know it by */
	uint64_t getting;      /* getters that wait */
	uint64_t putting;      /* putters that wait */
	struct link getters;
	struct link putters;
	struct link joiners;
	bool is_shut_down;
};

/* -- queue.c ----------------------------------------------------------------------------------------------------- */

/* Serves all waiters that can be. */
void queue_serve_waiters(struct core *core, struct queue *queue);

static inline void
queue_settle(struct core *core, struct queue *queue)
{
	if (!link_empty(&queue->getters) || !link_empty(&queue->putters))
		queue_serve_waiters(core, queue);
}

/* So many items are done with. */
void queue_finish(struct core *core, struct queue *queue, uint64_t count);

/* -- queue_items.c ----------------------------------------------------------------------------------------------- */

void queue_items_init(struct queue_items *items, enum queue_order order);

/* All that `from` holds; it is empty then. */
void queue_items_move(struct queue_items *from, struct queue_items *to);

/* Frees at most *steps items, subtracting; true when all are gone. */
bool queue_items_step(struct core *core, struct queue_items *items, size_t *steps);

/* As each_reference of struct kind. Places are those of the list, in which nothing moves. */
bool queue_items_visit(struct queue_items *items, struct reference_walk *walk);

/* Bytes besides the values. */
size_t queue_items_footprint(const struct queue_items *items);

/* It has changed: as object_changed(), for which most queues need not ask how their items are kept. */
static inline void
queue_changed(struct core *core, struct queue *queue)
{
	const struct queue_items *items = &queue->items;
	struct object *object = &queue->object;
	bool is_plain = items->order == QUEUE_FIFO && !items->heap.used && !items->delayed_count;
	size_t now = is_plain ? items->tape.held - items->tape.used : queue_items_footprint(items);

	object->version = core_draw(core);
	core->object_bytes += now - object->footprint;
	object->footprint = now;
}

/* Items that can be got now. */
static inline size_t
queue_ready(const struct queue *queue)
{
	return queue->items.tape.count + ring_count(&queue->items.stack) + ring_count(&queue->items.heap);
}

/* Is it shut down, and will nothing be got from it any more? What is delayed will be. */
static inline bool
queue_is_over(const struct queue *queue)
{
	return queue->is_shut_down && queue_ready(queue) == 0 && queue->items.delayed_count == 0;
}

/* How many items it may ever hold. */
static inline uint64_t
queue_room(const struct core *core, const struct queue *queue)
{
	uint64_t most = core->limits->container_max;

	return queue->maxsize && queue->maxsize < most ? queue->maxsize : most;
}

/* Has it room for so many more? Those that are delayed count. */
static inline bool
queue_fits(const struct core *core, const struct queue *queue, size_t count)
{
	return queue_ready(queue) + queue->items.delayed_count + count <= queue_room(core, queue);
}

/* Appends all, or none: OK, then the references of a load's blobs, which are counted in the store, are taken over;
 * NO_MEMORY; of a priority queue TYPE_ERROR and NEEDS_COMPARE for what does not compare with what is there. */
enum concur_status queue_append(struct core *core, struct queue *queue, const struct queue_load *load);

/* The blob of that item of a load, counted for the queue: the one it came with, or a new one; NULL if there is no
 * memory. */
struct blob *queue_load_blob(struct core *core, struct queue *queue, const struct queue_load *load, size_t index);

/* The opposite: the item stays with its load. */
void queue_unload_blob(struct core *core, struct queue *queue, const struct queue_load *load, struct blob *blob);

/* Bytes of the next item; there is one. */
size_t queue_next_size(const struct queue *queue);

/* Takes the next item; there is one. It is then counted in the store for no object; the reference is the caller's.
 * 0, or -1 if there is no memory. */
int queue_take(struct core *core, struct queue *queue, struct delivery *ret);

/* -- queue_heap.c ------------------------------------------------------------------------------------------------ */

/* The node comes out first that is the smallest (PRIORITY), that has the lowest place (FIFO), that is on top (LIFO).
 * OK; NO_MEMORY; TYPE_ERROR and NEEDS_COMPARE, only of a priority queue and only with `strict`: otherwise what does not
 * compare is ordered by place. O(log n). */
enum concur_status queue_heap_insert(struct queue_items *items, struct queue_node *node, bool strict);
void queue_heap_remove(struct queue_items *items, struct queue_node *node);

static inline struct queue_node *
queue_heap_first(const struct queue_items *items)
{
	return ring_count(&items->heap) ? *ring_at(&items->heap, 0) : NULL;
}

/* -- queue_time.c ------------------------------------------------------------------------------------------------ */

/* The same as queue_append, for items that need a node each. */
enum concur_status queue_append_nodes(struct core *core, struct queue *queue, const struct queue_load *load);

/* A node for a blob, timed if expires_ns is not 0: its timer is not set. NULL if there is no memory. */
struct queue_node *queue_node_new(struct queue *queue, struct blob *blob, uint64_t expires_ns);

/* Frees it, but not its blob. It is in no heap. */
void queue_node_free(struct core *core, struct queue_node *node);

/* Puts a node in its place: sets its timer, and inserts it in the heap. As queue_heap_insert. */
enum concur_status queue_node_place(struct core *core, struct queue *queue, struct queue_node *node, bool strict);

static inline struct queue_timed *
queue_timed_of(struct queue_node *node)
{
	return LINK_ENTRY(node, struct queue_timed, node);
}

/* -- queue_get.c, queue_put.c ------------------------------------------------------------------------------------ */

/* Serve the first that waits; false if there is none or it can not be served yet. */
bool queue_serve_getter(struct core *core, struct queue *queue);
bool queue_serve_putter(struct core *core, struct queue *queue);

/* The hook of struct kind: dropped is what the queue was cleared of, also by an immediate shutdown, or has expired. */
enum concur_status queue_take_back(struct core *core, struct object *object, const struct delivery *delivery);

#endif
