/* The core's turn: answers, expiry, objects that nobody refers to, cycles, graves. */
#include "daemon/core/core.h"

#include "daemon/core/dict.h"
#include "daemon/core/dict_times.h"
#include "daemon/core/object.h"
#include "daemon/core/process.h"
#include "daemon/core/timer.h"
#include "daemon/core/waiter.h"

#include <assert.h>
#include <string.h>

int
core_init(struct core *core, const struct limits *limits, uint64_t seed, uint64_t counter)
{
	memset(core, 0, sizeof *core);
	core->limits = limits;
	core->seed = seed;
	core->counter = counter;
	core->cores = 1;
	heap_init(&core->deadlines);
	heap_init(&core->expiring);
	heap_init(&core->timers);
	link_init(&core->ready);
	link_init(&core->unreferenced);
	link_init(&core->lingering);
	link_init(&core->graves);
	link_init(&core->endings);
	link_init(&core->starting);
	link_init(&core->running);
	cycle_init(&core->cycle);
	core->names = map_new(seed);
	if (!core->names)
		return -1;
	if (table_init(&core->objects) < 0)
		goto no_objects;
	if (table_init(&core->sessions) < 0)
		goto no_sessions;
	if (table_init(&core->tasks) < 0)
		goto no_tasks;
	if (table_init(&core->workers) < 0)
		goto no_workers;
	return 0;

no_workers:
	table_fini(&core->tasks);
no_tasks:
	table_fini(&core->sessions);
no_sessions:
	table_fini(&core->objects);
no_objects:
	map_free(core->names, SIZE_MAX, NULL, NULL);
	return -1;
}

void
core_connect(struct core *core, const struct core_effects *effects, void *arg, const struct runtime *runtimes)
{
	core->effects = effects;
	core->effects_arg = arg;
	core->runtimes = runtimes;
}

static void
core_dig(struct core *core, const struct link *graves, size_t *steps)
{
	while (*steps && !link_empty(graves)) {
		struct grave *grave = LINK_ENTRY(graves->next, struct grave, link);

		if (!grave->step(core, grave, steps))
			return;
	}
}

/* What a session takes along has waiters, who are answered before its grave is dug. */
static void
core_let_go(struct core *core, size_t steps)
{
	core_dig(core, &core->endings, &steps);
	core_answer(core);
	core_dig(core, &core->graves, &steps);
	core_answer(core);
}

void
core_fini(struct core *core)
{
	struct table_node *node;

	assert(core->sessions.count == 0);
	core_let_go(core, SIZE_MAX);
	while ((node = table_any(&core->objects)))
		object_destroy(core, object_of_node(node));
	core_answer(core);
	core_let_go(core, SIZE_MAX);
	map_free(core->names, SIZE_MAX, NULL, NULL);
	table_fini(&core->objects);
	table_fini(&core->sessions);
	table_fini(&core->tasks);
	table_fini(&core->workers);
	heap_fini(&core->deadlines);
	heap_fini(&core->expiring);
	heap_fini(&core->timers);
}

void
core_bury(struct core *core, struct grave *grave)
{
	link_append(&core->graves, &grave->link);
}

void
core_answer_ready(struct core *core)
{
	struct link *node;

	while ((node = link_pop(&core->ready)))
		waiter_answer(core, waiter_of_link(node));
}

static uint64_t
core_first_deadline(const struct core *core)
{
	uint64_t first_ns = waiter_first_deadline(core);

	if (timer_first(core) < first_ns)
		first_ns = timer_first(core);
	return dict_times_next(core) < first_ns ? dict_times_next(core) : first_ns;
}

void
core_turn_begin(struct core *core, uint64_t now_ns)
{
	core->now_ns = now_ns;
	if (dict_times_next(core) <= now_ns)
		dict_expire(core, core->limits->turn_steps);
}

static uint64_t
core_next_turn(const struct core *core)
{
	uint64_t next = core_first_deadline(core);
	uint64_t departure = object_next_departure(core), search = cycle_next(core);

	if (!link_empty(&core->graves) || !link_empty(&core->endings) || !link_empty(&core->starting))
		return 0;
	next = departure < next ? departure : next;
	return search < next ? search : next;
}

/* Nobody waits for a time, and nothing for the turn's end: so it is in most turns. All that core_turn_end() does or
 * core_next_turn() asks for has its word here. */
static bool
core_is_quiet(const struct core *core)
{
	return !heap_first(&core->timers) && !heap_first(&core->deadlines) && !heap_first(&core->expiring) &&
	    link_empty(&core->ready) && link_empty(&core->unreferenced) && link_empty(&core->lingering) &&
	    link_empty(&core->graves) && link_empty(&core->endings) && link_empty(&core->starting) &&
	    cycle_is_settled(core);
}

void
core_turn_end(struct core *core, uint64_t *ret_deadline_ns)
{
	if (core_is_quiet(core)) {
		core->is_short = false;
		*ret_deadline_ns = UINT64_MAX;
		return;
	}
	if (timer_first(core) <= core->now_ns)
		timer_expire(core, core->limits->turn_steps);
	waiter_expire(core, core->limits->turn_steps);
	core_answer(core);
	object_let_go(core, core->limits->turn_steps);
	cycle_search(core, core->limits->turn_steps);
	core_answer(core);
	core_let_go(core, core->limits->turn_steps);
	process_spawn_some(core);
	core->is_short &= core->lingerers > 0 || !cycle_is_settled(core);
	*ret_deadline_ns = core_next_turn(core);
}
