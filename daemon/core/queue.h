/* The queue: items in order, getters and putters served in the order they came.
 *
 * Semantics: Python's queue.Queue, LifoQueue and PriorityQueue (3.13, with shutdown), but for fairness: a call that
 * would wait goes behind those that wait already; for equal priorities: the older is first; and for death: an item
 * that was sent to a process that dies before it has read it goes back to where it stood. Delayed items are
 * beanstalkd's. */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "daemon/core/object.h"

extern const struct kind queue_kind;

struct queue;

struct queue_state {
	uint64_t size; /* that can be got now */
	uint64_t maxsize, unfinished, getters, putters;
	uint64_t delayed;
	uint64_t in_doubt; /* sent, and perhaps not read yet: they come back if their taker dies */
	bool is_shut_down;
};

/* Items on their way in. */
struct queue_load {
	const struct value *values;
	const bool *refers; /* which of them hold references */
	size_t count;
	uint64_t due_ns;     /* 0: they can be got at once */
	uint64_t expires_ns; /* 0: they stay until they are taken */
	struct blob **blobs; /* the queue's own: in place of values, once it keeps them */
};

/* They can not be got before delay_ns are over, and are gone if they were not taken within ttl_ns (0: they stay) after
 * that. Until they are due they count for maxsize, but not for the size. An item that is gone is done. */
void queue_load_times(const struct core *core, struct queue_load *load, uint64_t delay_ns, uint64_t ttl_ns);

/* Puts all at once or not yet. OK with result->number the new size; OUTCOME_FULL; PENDING; SHUT_DOWN; VALUE_ERROR if
 * they could never fit; of a priority queue TYPE_ERROR and NEEDS_COMPARE for an item that does not compare with those
 * it meets; NO_MEMORY; LIMIT. */
enum concur_status queue_put(struct core *core, struct queue *queue, const struct ask *ask,
    const struct queue_load *load, struct result *ret);

/* Gets the first, or with `many` up to `count` of what there is. OK with result->value or ->values; OUTCOME_EMPTY;
 * PENDING; SHUT_DOWN once it is shut down and empty; LIMIT at deliveries_max. What was got is among the session's
 * deliveries: whoever writes the reply says so there. */
enum concur_status queue_get(struct core *core, struct queue *queue, const struct ask *ask, bool many, size_t count,
    struct result *ret);

/* What a get would take now: OK with result->value, or OUTCOME_EMPTY; NO_MEMORY. It stays where it is. */
enum concur_status queue_peek(const struct queue *queue, struct result *ret);

/* TOO_MANY_DONE if that is more than were put. */
enum concur_status queue_task_done(struct core *core, struct queue *queue, uint64_t count);

/* Waits until all that was put is done: OK, OUTCOME_TIMED_OUT, PENDING. */
enum concur_status queue_join(struct core *core, struct queue *queue, const struct ask *ask, struct result *ret);

/* As Python's: puts are refused, gets go on until it is empty, of delayed items too; `immediate` drops what is queued.
 * OK or NO_MEMORY. */
enum concur_status queue_shutdown(struct core *core, struct queue *queue, bool immediate);
void queue_state(const struct queue *queue, struct queue_state *ret);

/* -- for deliveries: the queue's half of what becomes of an item that was sent ------------------------------------- */

#endif
