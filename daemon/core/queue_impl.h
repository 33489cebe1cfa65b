/* What the files of the queue share: queue.c (its kind, waiting, tasks, ends), queue_items.c (what it holds),
 * queue_put.c and queue_get.c. */
#ifndef CORE_QUEUE_IMPL_H
#define CORE_QUEUE_IMPL_H

#include "daemon/core/queue.h"
#include "daemon/core/store.h"
#include "lib/ring.h"

enum queue_role {
	QUEUE_GET,
	QUEUE_GET_MANY,
	QUEUE_PUT,
	QUEUE_JOIN,
};

struct queue {
	struct object object;
	struct ring items;   /* struct blob *, one reference each */
	uint64_t maxsize;    /* 0: unbounded */
	uint64_t unfinished; /* put and not told done */
	uint64_t getting;    /* getters that wait */
	uint64_t putting;    /* putters that wait */
	struct link getters;
	struct link putters;
	struct link joiners;
	bool lifo;
	bool is_shut_down;
};

/* -- queue.c ----------------------------------------------------------------------------------------------------- */

/* Serves all waiters that can be. */
void queue_settle(struct core *core, struct queue *queue);

/* -- queue_items.c ----------------------------------------------------------------------------------------------- */

/* How many items it may ever hold. */
uint64_t queue_room(const struct core *core, const struct queue *queue);
bool queue_fits(const struct core *core, const struct queue *queue, size_t count);

/* All of the blobs, which are in the store already, or none; the queue takes the references over. 0, or -1 if there is
 * no memory. */
int queue_append(struct core *core, struct queue *queue, struct blob **blobs, size_t count);

/* The next item, no longer in the store; there is one. The reference is the caller's. */
struct blob *queue_take(struct core *core, struct queue *queue);

/* How many of the next items, `count` at most, go into one frame; at least one does. */
size_t queue_batch(const struct core *core, const struct queue *queue, size_t count);

/* -- queue_get.c, queue_put.c ------------------------------------------------------------------------------------ */

/* Serve the first that waits; false if there is none or it can not be served yet. */
bool queue_serve_getter(struct core *core, struct queue *queue);
bool queue_serve_putter(struct core *core, struct queue *queue);

#endif
