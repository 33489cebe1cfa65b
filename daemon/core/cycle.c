/* The search for cycles.
 *
 * Each referrer stands in one of four lists:
 *
 *     unseen --root--> reached --all its references followed--> done
 *        \--no root--> apart --a reference to it is met or taken--^ (to reached)
 *
 * A search begins by making all that are done unseen: two lists change places, and the search's number rises, so that
 * whoever has a lower number in object->reached was not reached by it. It is over when `unseen` and `reached` are
 * empty; those still apart are the ones to go.
 *
 * Why that is right while calls change everything in between: whoever is apart at the end had no reference from outside
 * when it was looked at, and no reference to it was taken since, of any sort, for that moves it to `reached`. A value
 * that refers to it and is kept by an object that stays was therefore there when that object's references were
 * followed, all of them, for items only move to where they are still to be followed. So there is none. An object that
 * becomes a referrer in between is followed like those reached.
 *
 * Once all is marked, object_find() knows those apart no more: nothing can refer to them again while they are destroyed
 * turn by turn. */
#include "daemon/core/cycle.h"

#include "daemon/core/object.h"

#include <assert.h>

enum {
	CYCLE_PAUSE_MS = 100,      /* between two searches, at least */
	CYCLE_PAUSE_STEP_NS = 4000 /* for each step that the last one took: many times what a step takes */
};

static struct object *
cycle_object(struct link *node)
{
	return LINK_ENTRY(node, struct object, in_cycle);
}

void
cycle_init(struct cycle *cycle)
{
	*cycle = (struct cycle){ .phase = CYCLE_IDLE, .number = 1, .ended = 1, .kept_until_ns = UINT64_MAX };
	link_init(&cycle->unseen);
	link_init(&cycle->apart);
	link_init(&cycle->reached);
	link_init(&cycle->done);
}

void
cycle_join(struct core *core, struct object *object)
{
	if (object->reached != CYCLE_PLAIN)
		return;
	object->reached = core->cycle.number;
	/* A copy shares what its original stores, where references may not have been followed yet. */
	link_append(core->cycle.phase == CYCLE_MARKING ? &core->cycle.reached : &core->cycle.done, &object->in_cycle);
}

/* Takes it out of its list; the position belongs to the first that is to be followed. */
static void
cycle_unlink(struct cycle *cycle, struct object *object)
{
	if (cycle->reached.next == &object->in_cycle)
		cycle->position = UINT64_MAX;
	link_remove(&object->in_cycle);
}

void
cycle_leave(struct core *core, struct object *object)
{
	cycle_unlink(&core->cycle, object);
	object->reached = CYCLE_PLAIN;
}

void
cycle_reach(struct core *core, struct object *object)
{
	struct cycle *cycle = &core->cycle;

	assert(cycle->phase == CYCLE_MARKING);
	object->reached = cycle->number;
	cycle_unlink(cycle, object);
	link_append(&cycle->reached, &object->in_cycle);
}

void
cycle_suspect(struct core *core)
{
	core->cycle.is_wanted = true;
}

void
cycle_moved(struct core *core, const struct object *object, uint64_t places)
{
	struct cycle *cycle = &core->cycle;

	if (cycle->reached.next == &object->in_cycle)
		cycle->position = places < UINT64_MAX - cycle->position ? cycle->position + places : UINT64_MAX;
}

/* -- marking ----------------------------------------------------------------------------------------------------- */

static void
cycle_begin(struct cycle *cycle)
{
	struct link *done = &cycle->done, *unseen = &cycle->unseen;

	assert(link_empty(unseen) && link_empty(&cycle->apart) && link_empty(&cycle->reached));
	if (!link_empty(done)) {
		/* The ring of those done gets the other list's head in place of its own. */
		link_insert_before(done, unseen);
		link_remove(done);
	}
	cycle->phase = CYCLE_MARKING;
	cycle->number++;
	cycle->position = UINT64_MAX;
	cycle->steps = 0;
	cycle->kept_until_ns = UINT64_MAX;
	cycle->is_wanted = false;
}

/* Whether something besides stored values refers to it, or might: somebody may still come with an id that was sent. */
static bool
cycle_is_root(struct core *core, const struct object *object)
{
	uint64_t end_ns;

	if (object->refs > object->inner)
		return true;
	if (core->is_short || !object_may_linger(core, object))
		return false;
	end_ns = object_linger_end(core, object);
	if (end_ns <= core->now_ns)
		return false;
	if (end_ns < core->cycle.kept_until_ns)
		core->cycle.kept_until_ns = end_ns;
	return true;
}

static void
cycle_meet(uint64_t id, void *arg)
{
	struct core *core = arg;
	struct object *object = object_find(core, id);

	if (object)
		object_touch(core, object);
}

/* Follows references of the first that was reached. */
static void
cycle_follow(struct core *core, size_t *steps)
{
	struct object *object = cycle_object(core->cycle.reached.next);
	struct reference_walk walk = { core->cycle.position, *steps, cycle_meet, core };
	bool all = object->kind->each_reference(object, &walk);

	*steps = walk.steps;
	core->cycle.position = walk.position;
	if (!all)
		return;
	cycle_unlink(&core->cycle, object);
	link_append(&core->cycle.done, &object->in_cycle);
}

static void
cycle_look(struct core *core)
{
	struct object *object = cycle_object(core->cycle.unseen.next);

	link_remove(&object->in_cycle);
	link_append(&core->cycle.apart, &object->in_cycle);
	if (cycle_is_root(core, object))
		cycle_reach(core, object);
}

static void
cycle_mark(struct core *core, size_t *steps)
{
	struct cycle *cycle = &core->cycle;

	while (*steps) {
		if (!link_empty(&cycle->reached)) {
			cycle_follow(core, steps);
			continue;
		}
		if (link_empty(&cycle->unseen)) {
			cycle->phase = CYCLE_ENDING;
			cycle->ended = cycle->number;
			return;
		}
		cycle_look(core);
		--*steps;
	}
}

/* -- the turn ---------------------------------------------------------------------------------------------------- */

/* Destroys those that were not reached. */
static void
cycle_end(struct core *core, size_t *steps)
{
	struct cycle *cycle = &core->cycle;

	for (; *steps && !link_empty(&cycle->apart); --*steps)
		object_destroy(core, cycle_object(cycle->apart.next));
	if (!link_empty(&cycle->apart))
		return;
	cycle->phase = CYCLE_IDLE;
	cycle->due_ns = core->now_ns + CYCLE_PAUSE_MS * (CORE_SECOND / 1000) + cycle->steps * CYCLE_PAUSE_STEP_NS;
}

/* When the next search begins; UINT64_MAX: no sooner than something happens. */
static uint64_t
cycle_begins(const struct core *core)
{
	const struct cycle *cycle = &core->cycle;

	if (!cycle->is_wanted && cycle->kept_until_ns == UINT64_MAX)
		return UINT64_MAX;
	if (cycle->is_wanted || core->is_short || cycle->kept_until_ns < cycle->due_ns)
		return cycle->due_ns;
	return cycle->kept_until_ns;
}

void
cycle_search(struct core *core, size_t steps)
{
	struct cycle *cycle = &core->cycle;
	size_t left = steps;

	if (cycle->phase == CYCLE_IDLE) {
		if (cycle_begins(core) > core->now_ns)
			return;
		cycle_begin(cycle);
	}
	if (cycle->phase == CYCLE_MARKING)
		cycle_mark(core, &left);
	cycle->steps += steps - left;
	if (cycle->phase == CYCLE_ENDING)
		cycle_end(core, &left);
}

bool
cycle_is_settled(const struct core *core)
{
	const struct cycle *cycle = &core->cycle;

	return cycle->phase == CYCLE_IDLE && !cycle->is_wanted && cycle->kept_until_ns == UINT64_MAX;
}

uint64_t
cycle_next(const struct core *core)
{
	uint64_t begins;

	if (core->cycle.phase != CYCLE_IDLE)
		return 0;
	begins = cycle_begins(core);
	return begins <= core->now_ns ? 0 : begins;
}
