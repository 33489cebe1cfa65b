/* Calls on latches: a count that goes down to 0, once. Part of <concur.h>, which has the rules that all calls share.
 *
 * Nobody owns a latch: what one who dies has not counted down stays. */
#ifndef CONCUR_LATCH_H
#define CONCUR_LATCH_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

typedef struct concur_latch concur_latch;

/* As concur_dict_open() and concur_object_dict(). concur_open.count is what it counts down from. VALUE_ERROR: below 0.
 */
CONCUR_CHECKED enum concur_status concur_latch_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_latch **ret_latch);
concur_latch *concur_object_latch(concur_object *object);

/* Counts down by 1 or more, and gives what is left; at 0 all who wait go on, and nobody waits any more. VALUE_ERROR,
 * and nothing is counted, if it would go below 0. */
CONCUR_CHECKED enum concur_status concur_latch_count_down(concur_latch *latch, int64_t by, int64_t *ret_left);
concur_future *concur_latch_count_down_begin(concur_latch *latch, int64_t by);

/* Waits until the count is 0. TIMED_OUT. */
CONCUR_CHECKED enum concur_status concur_latch_wait(concur_latch *latch, int64_t timeout_ns);
concur_future *concur_latch_wait_begin(concur_latch *latch, int64_t timeout_ns);

struct concur_latch_state {
	uint64_t count;
	uint64_t waiters;
};
CONCUR_CHECKED enum concur_status concur_latch_state(concur_latch *latch, struct concur_latch_state *ret_state);
concur_future *concur_latch_state_begin(concur_latch *latch);
CONCUR_CHECKED enum concur_status concur_future_latch_state(concur_future *future,
    struct concur_latch_state *ret_state);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
