/* Timers: one heap for the whole core. */
#include "daemon/core/timer.h"

void
timer_expire(struct core *core, size_t most)
{
	struct heap_node *node;

	for (; most && (node = heap_first(&core->timers)) && node->key <= core->now_ns; most--) {
		struct timer *timer = LINK_ENTRY(node, struct timer, node);

		timer_stop(core, timer);
		timer->fire(core, timer);
	}
}
