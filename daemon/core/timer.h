/* Timers: what is to happen at a time, whoever waits.
 *
 * They fire at a turn's end, before waits expire, so that what becomes due in a turn reaches those whose time is over
 * in the same one. Equal times fire in the order in which they were set. */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include "daemon/core/core.h"

struct timer {
	struct heap_node node; /* in core->timers */
	/* Its time has come; it is no longer set. May set it again. */
	void (*fire)(struct core *core, struct timer *timer);
};

static inline void
timer_init(struct timer *timer, void (*fire)(struct core *core, struct timer *timer))
{
	*timer = (struct timer){ .fire = fire };
}

/* Sets one that is not set. 0, or -1 if there is no memory. */
static inline int
timer_set(struct core *core, struct timer *timer, uint64_t at_ns)
{
	return heap_insert(&core->timers, &timer->node, at_ns);
}

/* The time that long from now; one too long to be told is the last there is. */
static inline uint64_t
timer_after(const struct core *core, uint64_t ns)
{
	uint64_t room = UINT64_MAX - 1 - core->now_ns;

	return core->now_ns + (ns < room ? ns : room);
}

/* Takes one that is not set. */
static inline void
timer_stop(struct core *core, struct timer *timer)
{
	heap_remove(&core->timers, &timer->node);
}

/* When the first one fires; UINT64_MAX: none is set. */
static inline uint64_t
timer_first(const struct core *core)
{
	const struct heap_node *node = heap_first(&core->timers);

	return node ? node->key : UINT64_MAX;
}

/* Fires at most `most` timers whose time is not after core->now_ns. */
void timer_expire(struct core *core, size_t most);

#endif
