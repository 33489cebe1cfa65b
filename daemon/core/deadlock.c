/* The search for circles: depth first over waiters, each visited once a search. What it has to remember stands in the
 * waiters themselves, so it takes no memory and no depth of the stack. */
#include "daemon/core/deadlock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEADLOCK_STEPS_MAX = 1 << 16, /* edges that one search looks at; a circle behind more of them is not found */
	DEADLOCK_WORDS_MAX = 64,      /* owners named in the words for a circle */
};

static bool
deadlock_takes_part(const struct waiter *waiter)
{
	return waiter->owner && waiter->blocked && !heap_contains(&waiter->deadline) &&
	    waiter->object->kind->blocked_by;
}

/* The call in which the owner is blocked for ever, or NULL. */
static struct waiter *
deadlock_call_of(const struct owner *owner)
{
	struct waiter *waiter = owner_blocked(owner);

	return waiter && deadlock_takes_part(waiter) ? waiter : NULL;
}

static void
deadlock_visit(struct core *core, struct waiter *waiter, struct waiter *from)
{
	waiter->search.number = core->searches;
	waiter->search.from = from;
	waiter->search.blocker = (struct blocker){ 0 };
}

/* The last call of a circle through `start`, from which search.from leads back to it; NULL if there is none. */
static struct waiter *
deadlock_search(struct core *core, struct waiter *start)
{
	struct waiter *at = start, *next;

	core->searches++;
	deadlock_visit(core, start, NULL);
	for (unsigned steps = 0; at && steps < DEADLOCK_STEPS_MAX; steps++) {
		if (!at->object->kind->blocked_by(at->object, at, &at->search.blocker)) {
			at = at->search.from;
			continue;
		}
		if (at->search.blocker.owner == start->owner)
			return at;
		next = deadlock_call_of(at->search.blocker.owner);
		if (next && next->search.number != core->searches) {
			deadlock_visit(core, next, at);
			at = next;
		}
	}
	return NULL;
}

/* -- words ------------------------------------------------------------------------------------------------------- */

static void
deadlock_describe_step(struct core *core, const struct waiter *waiter)
{
	const struct object *object = waiter->object;
	const struct owner *owner = waiter->search.blocker.owner;
	size_t used = strlen(core->detail);
	size_t room = sizeof core->detail - used;
	char name[64] = "";

	if (object->name)
		snprintf(name, sizeof name, " '%.*s'", (int)blob_size(object->name),
		    (const char *)blob_data(object->name));
	snprintf(core->detail + used, room, "%s%s %llu%s is held by process %llu context %llu",
	    used ? ", which waits: " : "", object->kind->name, (unsigned long long)object_id(object), name,
	    (unsigned long long)owner->session->process, (unsigned long long)owner_context(owner));
}

/* Turns the way from the last call back to the first round, and gives the first. */
static struct waiter *
deadlock_turn_round(struct waiter *last)
{
	struct waiter *after = NULL;

	while (last) {
		struct waiter *before = last->search.from;

		last->search.from = after;
		after = last;
		last = before;
	}
	return after;
}

static void
deadlock_describe(struct core *core, struct waiter *last)
{
	unsigned steps = 0;

	core->detail[0] = '\0';
	for (const struct waiter *at = deadlock_turn_round(last); at && steps < DEADLOCK_WORDS_MAX;
	     at = at->search.from) {
		deadlock_describe_step(core, at);
		steps++;
	}
}

/* -- edges ------------------------------------------------------------------------------------------------------- */

/* The youngest call of the circle that may fail, or NULL. */
static struct waiter *
deadlock_youngest(struct waiter *last)
{
	struct waiter *youngest = NULL;

	for (struct waiter *at = last; at; at = at->search.from) {
		if (!at->origin && (!youngest || at->number > youngest->number))
			youngest = at;
	}
	return youngest;
}

/* Leaves the words with the call, which is answered later than those of another circle may be written. Without memory
 * it is answered without them. */
static void
deadlock_tell(const struct core *core, struct waiter *waiter)
{
	size_t size = strlen(core->detail) + 1;

	waiter->detail = malloc(size);
	if (waiter->detail)
		memcpy(waiter->detail, core->detail, size);
}

bool
deadlock_closes(struct core *core, struct waiter *waiter)
{
	struct waiter *last = deadlock_takes_part(waiter) ? deadlock_search(core, waiter) : NULL;

	if (last)
		deadlock_describe(core, last);
	return last != NULL;
}

void
deadlock_break(struct core *core, struct waiter *waiter)
{
	struct waiter *last, *youngest;

	/* A waiter may stand in several circles; one that is served on the way stands in none. */
	while (deadlock_takes_part(waiter) && (last = deadlock_search(core, waiter))) {
		youngest = deadlock_youngest(last);
		if (!youngest)
			return;
		deadlock_describe(core, last);
		deadlock_tell(core, youngest);
		waiter_cancel(core, youngest, CONCUR_DEADLOCK);
	}
}

void
deadlock_check_owner(struct core *core, const struct owner *owner)
{
	struct waiter *waiter = deadlock_call_of(owner);

	if (waiter)
		deadlock_break(core, waiter);
}
