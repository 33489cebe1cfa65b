/* The queue: items in order, getters and putters served in the order they came.
 *
 * Semantics: Python's queue.Queue and queue.LifoQueue (3.13, with shutdown), but for fairness: a call that would wait
 * goes behind those that wait already. */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "daemon/core/object.h"

extern const struct kind queue_kind;

struct queue;

struct queue_state {
	uint64_t size, maxsize, unfinished, getters, putters;
	bool is_shut_down;
};

/* Puts `count` values, all at once or not yet. OK with result->number the new size; OUTCOME_FULL; PENDING;
 * SHUT_DOWN; VALUE_ERROR if they could never fit; NO_MEMORY; LIMIT. `refers` tells which hold references. */
enum concur_status queue_put(struct core *core, struct queue *queue, const struct ask *ask, const struct value *values,
    const bool *refers, size_t count, struct result *ret);

/* Gets the first, or with `many` up to `count` of what there is. OK with result->value or ->values; OUTCOME_EMPTY;
 * PENDING; SHUT_DOWN once it is shut down and empty. */
enum concur_status queue_get(struct core *core, struct queue *queue, const struct ask *ask, bool many, size_t count,
    struct result *ret);

/* TOO_MANY_DONE if that is more than were put. */
enum concur_status queue_task_done(struct core *core, struct queue *queue, uint64_t count);

/* Waits until all that was put is done: OK, OUTCOME_TIMED_OUT, PENDING. */
enum concur_status queue_join(struct core *core, struct queue *queue, const struct ask *ask, struct result *ret);

/* As Python's: puts are refused, gets go on until it is empty; `immediate` drops what is queued. OK or NO_MEMORY. */
enum concur_status queue_shutdown(struct core *core, struct queue *queue, bool immediate);
void queue_state(const struct queue *queue, struct queue_state *ret);

#endif
