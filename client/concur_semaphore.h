/* Calls on semaphores: permits that are counted, first come first served. Part of <concur.h>, which has the rules that
 * all calls share.
 *
 * Plain, it is Python's Semaphore, or with concur_open.bounded its BoundedSemaphore: permits are anonymous, and anybody
 * may release them. With concur_open.strict they are owned by the thread or context that acquired them: only that
 * releases them, and they return however it ends. When an owner of either dies its permits return at once; so many
 * releases by others, for the dead, are then absorbed until all permits are back. */
#ifndef CONCUR_SEMAPHORE_H
#define CONCUR_SEMAPHORE_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

typedef struct concur_semaphore concur_semaphore;

/* As concur_dict_open() and concur_object_dict(). How many permits there are says concur_open.count; without it there
 * is one. VALUE_ERROR: below 0. */
CONCUR_CHECKED enum concur_status concur_semaphore_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_semaphore **ret_semaphore);
concur_semaphore *concur_object_semaphore(concur_object *object);

/* Takes `count` permits, 1 or more, all at once. Who asks for many is not overtaken by those who ask for few. OK, or
 * OWNER_DIED (owned permits): both mean that they are held now, the second that the one who held them before died with
 * them, and *ret_grant (may be NULL) is set for both; its token is 0. TIMED_OUT. VALUE_ERROR. */
CONCUR_CHECKED enum concur_status concur_semaphore_acquire(concur_semaphore *semaphore, int64_t count,
    int64_t timeout_ns, struct concur_grant *ret_grant);
concur_future *concur_semaphore_acquire_begin(concur_semaphore *semaphore, int64_t count, int64_t timeout_ns);

/* Gives back `count` permits, or none of them: OVER_RELEASE (bounded: there would be more than at first), NOT_OWNER and
 * WAITING (owned: the caller holds fewer, or waits for more), OVERFLOW, VALUE_ERROR. */
CONCUR_CHECKED enum concur_status concur_semaphore_release(concur_semaphore *semaphore, int64_t count);
concur_future *concur_semaphore_release_begin(concur_semaphore *semaphore, int64_t count);

/* From now on there are `count` permits, those included that are held. Fewer: who holds some keeps them, and the value
 * may be below 0 until they are released. VALUE_ERROR, OVERFLOW. */
CONCUR_CHECKED enum concur_status concur_semaphore_resize(concur_semaphore *semaphore, int64_t count);
concur_future *concur_semaphore_resize_begin(concur_semaphore *semaphore, int64_t count);

struct concur_semaphore_state {
	int64_t value;    /* permits that are free; Python's get_value() */
	int64_t count;    /* those there are in all: of the opening, or the last resize */
	uint64_t holders; /* owners that hold permits */
	uint64_t waiters;
	uint64_t credits; /* releases by others that deaths have left to absorb */
	bool bounded;
	bool strict;
};
CONCUR_CHECKED enum concur_status concur_semaphore_state(concur_semaphore *semaphore,
    struct concur_semaphore_state *ret_state);
concur_future *concur_semaphore_state_begin(concur_semaphore *semaphore);
CONCUR_CHECKED enum concur_status concur_future_semaphore_state(concur_future *future,
    struct concur_semaphore_state *ret_state);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
