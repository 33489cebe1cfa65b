/* Calls on events: a flag that many wait for, as Python's threading.Event. Part of <concur.h>, which has the rules that
 * all calls share.
 *
 * Nobody owns an event: the death of one who has set it, or of one who waits for it, changes nothing for the others. */
#ifndef CONCUR_EVENT_H
#define CONCUR_EVENT_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

typedef struct concur_event concur_event;

/* As concur_dict_open() and concur_object_dict(). */
CONCUR_CHECKED enum concur_status concur_event_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_event **ret_event);
concur_event *concur_object_event(concur_object *object);

/* Sets it. All who wait at this moment go on, even if it is cleared at once. */
CONCUR_CHECKED enum concur_status concur_event_set(concur_event *event);
concur_future *concur_event_set_begin(concur_event *event);

CONCUR_CHECKED enum concur_status concur_event_clear(concur_event *event);
concur_future *concur_event_clear_begin(concur_event *event);

/* Waits until it is set. TIMED_OUT. */
CONCUR_CHECKED enum concur_status concur_event_wait(concur_event *event, int64_t timeout_ns);
concur_future *concur_event_wait_begin(concur_event *event, int64_t timeout_ns);

struct concur_event_state {
	bool is_set;
	uint64_t waiters;
};
CONCUR_CHECKED enum concur_status concur_event_state(concur_event *event, struct concur_event_state *ret_state);
concur_future *concur_event_state_begin(concur_event *event);
CONCUR_CHECKED enum concur_status concur_future_event_state(concur_future *future,
    struct concur_event_state *ret_state);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
