/* Calls on barriers, at which parties wait until all have come, as at Python's threading.Barrier. Part of <concur.h>,
 * which has the rules that all calls share.
 *
 * Whoever waits and goes without having passed (its time is over, its call is withdrawn, its process dies or closes its
 * session) breaks the barrier: all who wait, and all who come, get BROKEN_BARRIER, until it is reset. */
#ifndef CONCUR_BARRIER_H
#define CONCUR_BARRIER_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

typedef struct concur_barrier concur_barrier;

/* A time to wait: what concur_open.timeout_ns was when the barrier was made. */
#define CONCUR_BARRIER_TIMEOUT INT64_MIN

/* As concur_dict_open() and concur_object_dict(). How many parties there are says concur_open.count, what the action is
 * concur_open.value: any value, which the daemon keeps and gives to the last party that comes. VALUE_ERROR: fewer than
 * one party; BAD_WAIT. */
CONCUR_CHECKED enum concur_status concur_barrier_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_barrier **ret_barrier);
concur_barrier *concur_object_barrier(concur_object *object);

/* That one has come. */
struct concur_arrival {
	uint64_t index;             /* from 0, in the order of coming; the last has parties - 1 */
	uint64_t generation;        /* with RUN_ACTION: for concur_barrier_action_done() */
	struct concur_value action; /* with RUN_ACTION: the action; to be freed. Otherwise CONCUR_VALUE_NONE */
};

/* Waits until all have come. OK; BROKEN_BARRIER, also if its own time is over. RUN_ACTION, only from a barrier with an
 * action and only for the last: all have come, and wait until the action was run and the caller has told so by
 * concur_barrier_action_done(); *ret_arrival is set for OK and RUN_ACTION. While the action runs no time-out counts. */
CONCUR_CHECKED enum concur_status concur_barrier_wait(concur_barrier *barrier, int64_t timeout_ns,
    struct concur_arrival *ret_arrival);
concur_future *concur_barrier_wait_begin(concur_barrier *barrier, int64_t timeout_ns);
CONCUR_CHECKED enum concur_status concur_future_arrival(concur_future *future, struct concur_arrival *ret_arrival);

/* The action of that generation was run: the others go on; or it has failed: the barrier breaks. By the thread or
 * context whose wait gave RUN_ACTION. BROKEN_BARRIER: it was aborted or reset meanwhile. NOT_OWNER. */
CONCUR_CHECKED enum concur_status concur_barrier_action_done(concur_barrier *barrier, uint64_t generation, bool failed,
    struct concur_arrival *ret_arrival);
concur_future *concur_barrier_action_done_begin(concur_barrier *barrier, uint64_t generation, bool failed);

/* Runs the action, which is borrowed; false if it has failed. It may make any call. */
typedef bool concur_action(const struct concur_value *action, void *arg);

/* Both in one: waits, and if this caller is to run the action, runs it and tells how that went. OK also if the action
 * has failed: the others get BROKEN_BARRIER then. */
CONCUR_CHECKED enum concur_status concur_barrier_wait_action(concur_barrier *barrier, int64_t timeout_ns,
    concur_action *run, void *arg, uint64_t *ret_index);

/* Breaks it until it is reset. */
CONCUR_CHECKED enum concur_status concur_barrier_abort(concur_barrier *barrier);
concur_future *concur_barrier_abort_begin(concur_barrier *barrier);

/* All who wait get BROKEN_BARRIER, and it is as new. */
CONCUR_CHECKED enum concur_status concur_barrier_reset(concur_barrier *barrier);
concur_future *concur_barrier_reset_begin(concur_barrier *barrier);

struct concur_barrier_state {
	uint64_t parties;
	uint64_t waiting; /* have come and not passed; all of them while the action runs */
	bool broken;
	bool acting;        /* the action runs */
	int64_t timeout_ns; /* of CONCUR_BARRIER_TIMEOUT */
};
CONCUR_CHECKED enum concur_status concur_barrier_state(concur_barrier *barrier, struct concur_barrier_state *ret_state);
concur_future *concur_barrier_state_begin(concur_barrier *barrier);
CONCUR_CHECKED enum concur_status concur_future_barrier_state(concur_future *future,
    struct concur_barrier_state *ret_state);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
