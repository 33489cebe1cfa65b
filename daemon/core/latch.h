/* The latch: a count that goes down to 0, and calls that wait until it is there. At 0 it stays.
 *
 * Nobody owns a latch: who dies takes his own waits along, and what he has not counted down stays. */
#ifndef CORE_LATCH_H
#define CORE_LATCH_H

#include "daemon/core/object.h"

extern const struct kind latch_kind;

struct latch;

/* VALUE_ERROR, and nothing is counted, if `by` is below 1 or above what is left. At 0 all who wait are answered. */
enum concur_status latch_count_down(struct core *core, struct latch *latch, int64_t by);

/* OK, at once at 0, or OUTCOME_TIMED_OUT; PENDING; LIMIT; NO_MEMORY. */
enum concur_status latch_wait(struct core *core, struct latch *latch, const struct ask *ask, struct result *ret);

uint64_t latch_count(const struct latch *latch);

#endif
