/* The barrier: parties wait until all have come. Semantics are those of Python's threading.Barrier, but that it breaks
 * at once when one who waits dies. */
#ifndef CORE_BARRIER_H
#define CORE_BARRIER_H

#include "daemon/core/object.h"

extern const struct kind barrier_kind;

struct barrier;

struct barrier_state {
	uint64_t parties;
	uint64_t waiting; /* have come and not passed; all of them while the action runs */
	bool broken;
	bool acting;
	int64_t default_wait_ns; /* -1: for ever */
};

/* OK with result->number the index, from 0 in the order of coming. OUTCOME_RUN_ACTION the same, for the last to come if
 * there is an action: result->value is the action, result->generation what to tell barrier_action_done(). PENDING.
 * BROKEN_BARRIER, also for one that does not wait (ask->wait_ns 0) and is not the last: that breaks it, as a time-out
 * does. LIMIT; NO_MEMORY. */
enum concur_status barrier_wait(struct core *core, struct barrier *barrier, const struct ask *ask, struct result *ret);

/* The action of that generation is over: the others go on, or with `failed` the barrier breaks. *ret_index is that of
 * the one who ran it. BROKEN_BARRIER: it was broken or reset meanwhile. NOT_OWNER: another one runs it. */
enum concur_status barrier_action_done(struct core *core, struct barrier *barrier, const struct session *session,
    uint64_t context, uint64_t generation, bool failed, uint64_t *ret_index);

/* Both answer all who wait with BROKEN_BARRIER. After an abort it is broken, after a reset as new. */
void barrier_abort(struct core *core, struct barrier *barrier);
void barrier_reset(struct core *core, struct barrier *barrier);

/* How long a wait that does not say so waits: as ask->wait_ns. */
int64_t barrier_default_wait(const struct barrier *barrier);

void barrier_state(const struct barrier *barrier, struct barrier_state *ret);

#endif
