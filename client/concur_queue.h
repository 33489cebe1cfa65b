/* Calls on queues. Part of <concur.h>, which has the rules that all calls share.
 *
 * Getters are served in the order in which they came. All calls give SHUT_DOWN once the queue was shut down (gets, when
 * it is empty too). */
#ifndef CONCUR_QUEUE_H
#define CONCUR_QUEUE_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* FULL if there was no room within the time. Of a priority queue: TYPE_ERROR if the value does not compare with what is
 * there, NEEDS_COMPARE if only its maker could compare it; then it was not put. */
CONCUR_CHECKED enum concur_status concur_queue_put(concur_queue *queue, struct concur_value value, int64_t timeout_ns);
concur_future *concur_queue_put_begin(concur_queue *queue, struct concur_value value, int64_t timeout_ns);

/* The same; the item can not be got before delay_ns are over, and is gone, as if it were done, if it was not taken
 * within ttl_ns after that. `put` NULL: as concur_queue_put. */
struct concur_put {
	uint64_t delay_ns; /* 0: at once */
	uint64_t ttl_ns;   /* 0: it stays */
};
CONCUR_CHECKED enum concur_status concur_queue_put_later(concur_queue *queue, struct concur_value value,
    const struct concur_put *put, int64_t timeout_ns);
concur_future *concur_queue_put_later_begin(concur_queue *queue, struct concur_value value,
    const struct concur_put *put, int64_t timeout_ns);

/* Waits until all fit, then puts all at once. FULL. VALUE_ERROR if they never could. */
CONCUR_CHECKED enum concur_status concur_queue_put_many(concur_queue *queue, const struct concur_value *values,
    size_t count, int64_t timeout_ns);
concur_future *concur_queue_put_many_begin(concur_queue *queue, const struct concur_value *values, size_t count,
    int64_t timeout_ns);

/* Takes an item. EMPTY if there was none within the time. If this process dies before it has read the answer, the item
 * goes back to where it stood; of several answers that were on their way at once, some may have been read. LIMIT if
 * too many items are on their way to this process. NO_MEMORY: the item is in its old place again. A future of
 * queue_get_begin() still has it where only decoding it lacked memory, until it is freed. */
CONCUR_CHECKED enum concur_status concur_queue_get(concur_queue *queue, int64_t timeout_ns,
    struct concur_value *ret_value);
concur_future *concur_queue_get_begin(concur_queue *queue, int64_t timeout_ns);

/* Waits for the first item, then takes what there is, at most `count`. EMPTY; NO_MEMORY as above. */
CONCUR_CHECKED enum concur_status concur_queue_get_many(concur_queue *queue, uint32_t count, int64_t timeout_ns,
    struct concur_values *ret_values);
concur_future *concur_queue_get_many_begin(concur_queue *queue, uint32_t count, int64_t timeout_ns);

/* Tells that `count` items that were taken are dealt with. TOO_MANY_DONE. */
CONCUR_CHECKED enum concur_status concur_queue_task_done(concur_queue *queue, int64_t count);
concur_future *concur_queue_task_done_begin(concur_queue *queue, int64_t count);

/* Waits until all items that were put have been told done. TIMED_OUT. */
CONCUR_CHECKED enum concur_status concur_queue_join(concur_queue *queue, int64_t timeout_ns);
concur_future *concur_queue_join_begin(concur_queue *queue, int64_t timeout_ns);

/* No more puts, and gets until it is empty, delayed items among them; `immediate` also drops what is queued. */
CONCUR_CHECKED enum concur_status concur_queue_shutdown(concur_queue *queue, bool immediate);
concur_future *concur_queue_shutdown_begin(concur_queue *queue, bool immediate);

/* The item that a get would take now, which stays in the queue: another may take it at any time. EMPTY. */
CONCUR_CHECKED enum concur_status concur_queue_peek(concur_queue *queue, struct concur_value *ret_value);
concur_future *concur_queue_peek_begin(concur_queue *queue);

struct concur_queue_state {
	uint64_t size;       /* that can be got now */
	uint64_t maxsize;    /* 0: unbounded */
	uint64_t unfinished; /* put and not yet told done */
	uint64_t getters;    /* calls that wait for an item */
	uint64_t putters;    /* calls that wait for room */
	bool is_shut_down;
	uint64_t delayed; /* that can not be got yet */
	uint64_t
	    in_doubt; /* on their way to those who got them: they come back if these die before they have read them */
};
CONCUR_CHECKED enum concur_status concur_queue_state(concur_queue *queue, struct concur_queue_state *ret_state);
concur_future *concur_queue_state_begin(concur_queue *queue);
CONCUR_CHECKED enum concur_status concur_future_queue_state(concur_future *future,
    struct concur_queue_state *ret_state);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
