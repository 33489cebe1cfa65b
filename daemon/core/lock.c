/* The lock.
 *
 * States: free; held by an owner whose session lives (hold.owner set); held by one that said goodbye (locked, no
 * owner). Waiters exist only while it is held. A grant draws a new token.
 *
 * What a death leaves behind: `death`, until the next grant tells it; and a credit: since anyone may release a plain
 * lock, somebody may still be about to release it for the dead. One such release is absorbed. The credit ends with the
 * first grant after the death, or with the first grant that is not told of a death. */
#include "daemon/core/lock.h"

#include <stdio.h>
#include <string.h>

enum { LOCK_CYCLE_MAX = 64 }; /* owners named in the words for a deadlock */

struct lock {
	struct object object;
	struct hold hold;
	struct link waiters;
	bool locked;
	bool strict;
	bool has_death; /* to be told to the next owner */
	bool credit;
	uint64_t token;    /* of the last grant */
	uint64_t since_ns; /* of the last grant */
	uint64_t session;  /* the holder's, for inspection */
	uint64_t process;
	uint64_t context;
	struct death death;
};

static struct lock *
lock_of(struct object *object)
{
	return LINK_ENTRY(object, struct lock, object);
}

/* Gives the free lock to the owner. */
static void
lock_grant(struct core *core, struct lock *lock, struct owner *owner, struct result *ret)
{
	lock->locked = true;
	lock->token = core_draw(core);
	lock->since_ns = core->now_ns;
	lock->session = session_id(owner->session);
	lock->process = owner->session->process;
	lock->context = owner_context(owner);
	hold_take(&lock->hold, owner);
	object_changed(core, &lock->object);

	ret->number = lock->token;
	if (lock->has_death) {
		ret->outcome = OUTCOME_OWNER_DIED;
		ret->death = lock->death;
		lock->has_death = false;
	} else {
		lock->credit = false;
	}
}

/* -- deadlock ---------------------------------------------------------------------------------------------------- */

/* The call in which the owner waits for a strict lock, blocked and for ever, or NULL. */
static struct waiter *
lock_blocked_call(const struct owner *owner)
{
	struct waiter *waiter = owner_blocked(owner);

	if (!waiter || heap_contains(&waiter->deadline) || waiter->object->kind != &lock_kind)
		return NULL;
	return lock_of(waiter->object)->strict ? waiter : NULL;
}

static void
lock_describe_step(struct core *core, const struct lock *lock, const struct owner *owner)
{
	size_t used = strlen(core->detail);
	size_t room = sizeof core->detail - used;
	char name[64] = "";

	if (lock->object.name)
		snprintf(name, sizeof name, " '%.*s'", (int)blob_size(lock->object.name),
		    (const char *)blob_data(lock->object.name));
	snprintf(core->detail + used, room, "%slock %llu%s is held by process %llu context %llu",
	    used ? ", which waits: " : "", (unsigned long long)object_id(&lock->object), name,
	    (unsigned long long)owner->session->process, (unsigned long long)owner_context(owner));
}

/* The youngest call of the circle that this call's wait closes, or NULL if it closes none: following who holds the lock
 * and what that owner is blocked on comes back to the call's own owner. Every edge was looked at when it appeared, so a
 * circle can only be one through this call; but a context that is blocked in two calls at once, which no honest client
 * has, gets an edge unseen when the first ends. So steps are bounded: each but the first goes by another waiter. The
 * words go to core->detail. */
static struct waiter *
lock_circle(struct core *core, struct waiter *waiter)
{
	struct waiter *youngest = waiter, *at = waiter;
	uint64_t steps = 0;

	core->detail[0] = '\0';
	while (at && steps <= core->waiting) {
		const struct lock *lock = lock_of(at->object);

		if (!lock->strict || !lock->hold.owner)
			break;
		if (steps++ < LOCK_CYCLE_MAX)
			lock_describe_step(core, lock, lock->hold.owner);
		if (lock->hold.owner == waiter->owner)
			return youngest;
		at = lock_blocked_call(lock->hold.owner);
		if (at && at->number > youngest->number)
			youngest = at;
	}
	core->detail[0] = '\0';
	return NULL;
}

/* The owner has just been given a lock while it may be blocked on another: the new edge may close a circle, and then
 * the youngest call of it fails. */
static void
lock_check_holder(struct core *core, struct owner *owner)
{
	struct waiter *blocked = lock_blocked_call(owner);
	struct waiter *youngest = blocked ? lock_circle(core, blocked) : NULL;

	if (youngest)
		waiter_fail(core, youngest, CONCUR_DEADLOCK);
}

/* -- passing on -------------------------------------------------------------------------------------------------- */

/* The lock is free: the first waiter, if any, gets it. */
static void
lock_pass_on(struct core *core, struct lock *lock)
{
	struct waiter *waiter = waiter_first(&lock->waiters);
	struct owner *owner;

	lock->locked = false;
	object_changed(core, &lock->object);
	if (!waiter)
		return;
	owner = waiter->owner;
	lock_grant(core, lock, owner, &waiter->result);
	waiter_wake(core, waiter, CONCUR_OK);
	lock_check_holder(core, owner);
}

static void
lock_owner_ended(struct core *core, struct hold *hold, const struct owner *owner, enum farewell farewell)
{
	struct lock *lock = LINK_ENTRY(hold, struct lock, hold);

	if (farewell == FAREWELL_GOODBYE && !lock->strict)
		return;
	if (farewell == FAREWELL_DEATH) {
		lock->has_death = true;
		lock->credit = !lock->strict;
		lock->death = (struct death){ session_id(owner->session), owner->session->process, owner_context(owner),
			lock->token, core->now_ns };
	}
	lock_pass_on(core, lock);
}

/* -- operations -------------------------------------------------------------------------------------------------- */

enum concur_status
lock_acquire(struct core *core, struct lock *lock, const struct ask *ask, struct result *ret)
{
	struct waiter *waiter;
	enum concur_status status;

	if (!lock->locked) {
		struct owner *owner = owner_get(ask->session, ask->context);

		if (!owner)
			return CONCUR_NO_MEMORY;
		lock_grant(core, lock, owner, ret);
		lock_check_holder(core, owner);
		return CONCUR_OK;
	}
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	status = waiter_new(core, &lock->object, &lock->waiters, ask, OUTCOME_TIMED_OUT, &waiter);
	if (status != CONCUR_PENDING)
		return status;
	/* A wait with an end is no deadlock, nor is one of a context that goes on meanwhile and may release. */
	if (ask->blocked && ask->wait_ns < 0 && lock_circle(core, waiter)) {
		waiter_withdraw(core, waiter);
		return CONCUR_DEADLOCK;
	}
	return CONCUR_PENDING;
}

/* A release by somebody who is not the holder. */
static enum concur_status
lock_release_for_other(struct core *core, struct lock *lock)
{
	if (lock->credit) {
		lock->credit = false;
		return CONCUR_OK;
	}
	if (!lock->locked)
		return CONCUR_NOT_LOCKED;
	if (lock->strict)
		return CONCUR_NOT_OWNER;
	hold_drop(&lock->hold);
	lock_pass_on(core, lock);
	return CONCUR_OK;
}

enum concur_status
lock_release(struct core *core, struct lock *lock, const struct session *session, uint64_t context)
{
	struct owner *owner = owner_find(session, context);

	if (owner && owner_waits_on(owner, &lock->object))
		return CONCUR_WAITING;
	if (!owner_is(lock->hold.owner, session, context))
		return lock_release_for_other(core, lock);
	lock->credit = false;
	hold_drop(&lock->hold);
	lock_pass_on(core, lock);
	return CONCUR_OK;
}

void
lock_state(const struct lock *lock, struct lock_state *ret)
{
	*ret = (struct lock_state){ .locked = lock->locked, .waiters = lock->object.waiting, .credit = lock->credit };
	if (!lock->locked)
		return;
	ret->session = lock->session;
	ret->process = lock->process;
	ret->context = lock->context;
	ret->token = lock->token;
	ret->since_ns = lock->since_ns;
}

bool
lock_guards(const struct lock *lock, uint64_t token)
{
	return lock->locked && lock->token == token;
}

/* -- the kind ---------------------------------------------------------------------------------------------------- */

static enum concur_status
lock_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct lock *lock = lock_of(object);

	(void)core;
	hold_init(&lock->hold, lock_owner_ended);
	link_init(&lock->waiters);
	lock->strict = options->strict;
	return CONCUR_OK;
}

static void
lock_end(struct core *core, struct object *object)
{
	struct lock *lock = lock_of(object);

	hold_drop(&lock->hold);
	waiter_wake_all(core, &lock->waiters, CONCUR_REMOVED);
}

static bool
lock_step(struct core *core, struct object *object, size_t *steps)
{
	(void)core, (void)object, (void)steps;
	return true;
}

static uint64_t
lock_len(const struct object *object)
{
	return LINK_ENTRY(object, const struct lock, object)->locked ? 1 : 0;
}

static size_t
lock_holders(const struct object *object, size_t from, struct holder *ret, size_t room)
{
	struct lock_state state;

	lock_state(LINK_ENTRY(object, const struct lock, object), &state);
	if (!state.locked || from > 0 || room == 0)
		return 0;
	*ret = (struct holder){ .session = state.session,
		.process = state.process,
		.context = state.context,
		.token = state.token,
		.since_ns = state.since_ns,
		.count = 1,
		.how = "exclusive" };
	return 1;
}

static void
lock_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct lock *lock = LINK_ENTRY(object, const struct lock, object);

	say(arg, "strict", lock->strict);
	say(arg, "credits", lock->credit);
}

static const char *const lock_roles[] = { "acquire", NULL };

const struct kind lock_kind = {
	.id = KIND_LOCK,
	.name = "lock",
	.size = sizeof(struct lock),
	.init = lock_init,
	.end = lock_end,
	.step = lock_step,
	.len = lock_len,
	.roles = lock_roles,
	.holders = lock_holders,
	.details = lock_details,
};
