/* The semaphore: permits that are counted, first come first served.
 *
 * Anonymous, it is Python's threading.Semaphore, or BoundedSemaphore: anyone may release, and a goodbye leaves the
 * permits taken. Owned (strict), only the owner that acquired permits may release them, and they return however it
 * ends. At a death both return. */
#ifndef CORE_SEMAPHORE_H
#define CORE_SEMAPHORE_H

#include "daemon/core/object.h"

extern const struct kind semaphore_kind;

struct semaphore;

struct semaphore_state {
	int64_t value;
	int64_t count;
	uint64_t holders;
	uint64_t waiters;
	uint64_t credits;
	bool bounded;
	bool strict;
};

/* Takes `count` permits at once, or waits until they are there. OK; OUTCOME_OWNER_DIED the same (owned permits alone),
 * and result->death says who; OUTCOME_TIMED_OUT; PENDING; VALUE_ERROR (count below 1); LIMIT; NO_MEMORY. */
enum concur_status semaphore_acquire(struct core *core, struct semaphore *semaphore, const struct ask *ask,
    int64_t count, struct result *ret);

/* Gives back `count` permits, or none: VALUE_ERROR (count below 1); OVER_RELEASE (bounded); OVERFLOW; NOT_OWNER and
 * WAITING (owned: this owner holds fewer, or waits for more). Whoever can go on then is woken. */
enum concur_status semaphore_release(struct core *core, struct semaphore *semaphore, const struct session *session,
    uint64_t context, int64_t count);

/* Another count of permits: those that are added are there at once, those taken away are missed when they are released.
 * VALUE_ERROR (below 0); OVERFLOW. */
enum concur_status semaphore_resize(struct core *core, struct semaphore *semaphore, int64_t count);

void semaphore_state(const struct semaphore *semaphore, struct semaphore_state *ret);

#endif
