/* The search for circles: depth first over waiters, and tasks that wait for others, each visited once a search. What it
 * has to remember stands in them (struct snag), so it takes no memory and no depth of the stack. */
#include "daemon/core/deadlock.h"

#include "daemon/core/pool_impl.h"
#include "lib/frame.h"

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

static struct waiter *
deadlock_waiter(struct snag *snag)
{
	return snag->task ? NULL : LINK_ENTRY(snag, struct waiter, snag);
}

static bool
deadlock_step(const struct core *core, struct snag *at)
{
	struct waiter *waiter = deadlock_waiter(at);

	at->blocker.owner = NULL;
	at->blocker.task = NULL;
	return waiter ? waiter->object->kind->blocked_by(waiter->object, waiter, &at->blocker)
		      : task_blocked_by(core, at->task, &at->blocker);
}

static void
deadlock_visit(struct core *core, struct snag *snag, struct snag *from)
{
	snag->number = core->searches;
	snag->from = from;
	snag->blocker = (struct blocker){ 0 };
}

/* The last step of a circle through `start`, from which `from` leads back to it; NULL if there is none. */
static struct snag *
deadlock_search(struct core *core, struct waiter *start)
{
	struct snag *at = &start->snag, *next;

	core->searches++;
	deadlock_visit(core, at, NULL);
	for (unsigned steps = 0; at && steps < DEADLOCK_STEPS_MAX; steps++) {
		const struct owner *owner;
		struct waiter *call;

		if (!deadlock_step(core, at)) {
			at = at->from;
			continue;
		}
		owner = at->blocker.owner ? run_owner(core, at->blocker.owner) : NULL;
		if (owner == start->owner)
			return at;
		call = owner ? deadlock_call_of(owner) : NULL;
		next = at->blocker.task ? task_snag(at->blocker.task) : call ? &call->snag : NULL;
		if (next && next->number != core->searches) {
			deadlock_visit(core, next, at);
			at = next;
		}
	}
	return NULL;
}

/* -- words ------------------------------------------------------------------------------------------------------- */

/* What is waited for: "lock 17 'name'", "future 5". */
static void
deadlock_name(const struct snag *snag, char *text, size_t size)
{
	const struct waiter *waiter = LINK_ENTRY(snag, const struct waiter, snag);
	const struct blob *name;

	if (snag->task || waiter->object->kind == &pool_kind) {
		snprintf(text, size, "future %llu",
		    (unsigned long long)(snag->task ? task_id(snag->task) : waiter->result.generation));
		return;
	}
	name = waiter->object->name;
	snprintf(text, size, "%s %llu%s%.*s%s", waiter->object->kind->name,
	    (unsigned long long)object_id(waiter->object), name ? " '" : "", name ? (int)blob_size(name) : 0,
	    name ? (const char *)blob_data(name) : "", name ? "'" : "");
}

static void
deadlock_describe_step(struct core *core, const struct snag *snag)
{
	const struct owner *owner = snag->blocker.owner;
	size_t used = strlen(core->detail);
	size_t room = sizeof core->detail - used;
	bool runs = owner && owner_context(owner) & FRAME_RUN;
	char what[128];

	deadlock_name(snag, what, sizeof what);
	if (!owner)
		snprintf(core->detail + used, room, "%s%s comes after others", used ? ", which waits: " : "", what);
	else
		snprintf(core->detail + used, room, "%s%s is held by process %llu %s %llu",
		    used ? ", which waits: " : "", what, (unsigned long long)owner->session->process,
		    runs ? "task" : "context", (unsigned long long)(owner_context(owner) & ~FRAME_RUN));
}

/* Turns the way from the last step back to the first round, and gives the first. */
static struct snag *
deadlock_turn_round(struct snag *last)
{
	struct snag *after = NULL;

	while (last) {
		struct snag *before = last->from;

		last->from = after;
		after = last;
		last = before;
	}
	return after;
}

static void
deadlock_describe(struct core *core, struct snag *last)
{
	unsigned steps = 0;

	core->detail[0] = '\0';
	for (const struct snag *at = deadlock_turn_round(last); at && steps < DEADLOCK_WORDS_MAX; at = at->from) {
		deadlock_describe_step(core, at);
		steps++;
	}
}

/* -- edges ------------------------------------------------------------------------------------------------------- */

/* The youngest call of the circle that may fail, or NULL. */
static struct waiter *
deadlock_youngest(struct snag *last)
{
	struct waiter *youngest = NULL;

	for (struct snag *at = last; at; at = at->from) {
		struct waiter *waiter = deadlock_waiter(at);

		if (waiter && !waiter->origin && (!youngest || waiter->number > youngest->number))
			youngest = waiter;
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
	struct snag *last = deadlock_takes_part(waiter) ? deadlock_search(core, waiter) : NULL;

	if (last)
		deadlock_describe(core, last);
	return last != NULL;
}

void
deadlock_break(struct core *core, struct waiter *waiter)
{
	struct waiter *youngest;
	struct snag *last;

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
	const struct owner *now = run_owner(core, owner);
	struct waiter *waiter = now ? deadlock_call_of(now) : NULL;

	if (waiter)
		deadlock_break(core, waiter);
}
