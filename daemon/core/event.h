/* The event: a flag, and calls that wait until it is set.
 *
 * Semantics are those of Python's threading.Event. Nobody owns an event: who dies or leaves takes his own waits along
 * and changes nothing else. */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "daemon/core/object.h"

extern const struct kind event_kind;

struct event;

/* Answers all who wait at this moment; one that waits later, after a clear, waits for the next set. */
void event_set(struct core *core, struct event *event);
void event_clear(struct core *core, struct event *event);

/* OK, at once if it is set, or OUTCOME_TIMED_OUT; PENDING; LIMIT; NO_MEMORY. */
enum concur_status event_wait(struct core *core, struct event *event, const struct ask *ask, struct result *ret);

bool event_is_set(const struct event *event);

#endif
