/* The lock and the rlock, which is one that counts.
 *
 * States: free (depth 0); held by an owner whose session lives (hold.owner set); held by one that said goodbye (depth
 * above 0, no owner); not recoverable (depth 0, and nobody gets it). Waiters exist only while it is held. A grant draws
 * a new token.
 *
 * What a death leaves behind: `death`, until the next grant tells it, which then is `inconsistent`; and a credit: since
 * anyone may release a plain lock, somebody may still be about to release it for the dead. One such release is
 * absorbed. The credit ends with the first grant after the death, or with the first grant that is not told of a
 * death. */
#include "daemon/core/lock.h"

#include "daemon/core/deadlock.h"

struct lock {
	struct object object;
	struct hold hold;
	struct link waiters;
	struct link users; /* struct lock_user */
	uint64_t depth;    /* acquires that are not released; a plain lock's is 0 or 1 */
	bool reentrant;
	bool strict;
	bool robust;
	bool has_death; /* to be told to the next owner */
	bool credit;
	bool inconsistent;
	bool unrecoverable;
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

static const struct lock *
lock_of_const(const struct object *object)
{
	return LINK_ENTRY(object, const struct lock, object);
}

bool
lock_is(const struct object *object)
{
	return object->kind == &lock_kind || object->kind == &rlock_kind;
}

/* -- grants ------------------------------------------------------------------------------------------------------ */

/* Gives the free lock to the owner. A wait that comes back late keeps saying so. */
static void
lock_grant(struct core *core, struct lock *lock, struct owner *owner, uint64_t depth, struct result *ret)
{
	lock->depth = depth;
	lock->token = core_draw(core);
	lock->since_ns = core->now_ns;
	lock->session = session_id(owner->session);
	lock->process = owner->session->process;
	lock->context = owner_context(owner);
	hold_take(&lock->hold, owner);
	object_changed(core, &lock->object);

	ret->number = lock->token;
	lock->inconsistent = lock->has_death;
	if (!lock->has_death) {
		lock->credit = false;
		return;
	}
	if (ret->outcome == OUTCOME_DONE)
		ret->outcome = OUTCOME_OWNER_DIED;
	ret->death = lock->death;
	lock->has_death = false;
}

/* The owner has it already and gets it once more. */
static void
lock_deepen(struct lock *lock, uint64_t depth, struct result *ret)
{
	lock->depth += depth;
	ret->number = lock->token;
}

/* The lock is free: the first waiter, if any, gets it. */
static void
lock_pass_on(struct core *core, struct lock *lock)
{
	struct waiter *waiter = waiter_first(&lock->waiters);
	struct owner *owner;

	lock->depth = 0;
	object_changed(core, &lock->object);
	if (!waiter)
		return;
	owner = waiter->owner;
	lock_grant(core, lock, owner, waiter->amount, &waiter->result);
	waiter_wake(core, waiter, CONCUR_OK);
	deadlock_check_owner(core, owner);
}

static void
lock_tell_users(struct core *core, struct lock *lock, enum concur_status status)
{
	struct link *at, *next;

	for (at = lock->users.next; at != &lock->users; at = next) {
		struct lock_user *user = LINK_ENTRY(at, struct lock_user, link);

		next = at->next; /* the user may go */
		user->lock_failed(core, user, status);
	}
}

/* The one who was told of a death has let go without a word. */
static void
lock_spoil(struct core *core, struct lock *lock)
{
	lock->depth = 0;
	lock->inconsistent = false;
	lock->unrecoverable = true;
	object_changed(core, &lock->object);
	waiter_wake_all(core, &lock->waiters, CONCUR_NOT_RECOVERABLE);
	lock_tell_users(core, lock, CONCUR_NOT_RECOVERABLE);
}

/* Lets go of it, all of it. */
static void
lock_let_go(struct core *core, struct lock *lock)
{
	hold_drop(&lock->hold);
	if (lock->robust && lock->inconsistent)
		lock_spoil(core, lock);
	else
		lock_pass_on(core, lock);
}

static void
lock_owner_ended(struct core *core, struct hold *hold, const struct owner *owner, enum farewell farewell)
{
	struct lock *lock = LINK_ENTRY(hold, struct lock, hold);

	if (farewell == FAREWELL_GOODBYE && !lock->strict)
		return;
	if (farewell == FAREWELL_GOODBYE) {
		lock_let_go(core, lock);
		return;
	}
	lock->has_death = true;
	lock->credit = !lock->strict;
	lock->death = (struct death){ session_id(owner->session), owner->session->process, owner_context(owner),
		lock->token, core->now_ns };
	lock_pass_on(core, lock);
}

/* -- operations -------------------------------------------------------------------------------------------------- */

/* The lock is held by another. */
static enum concur_status
lock_wait(struct core *core, struct lock *lock, const struct ask *ask)
{
	const struct owner *owner = owner_find(ask->session, ask->context);
	enum concur_status status;
	struct waiter *waiter;

	if (lock->reentrant && owner && owner_waits_on(owner, &lock->object))
		return CONCUR_WAITING;
	status = waiter_new(core, &lock->object, &lock->waiters, ask, OUTCOME_TIMED_OUT, &waiter);
	if (status != CONCUR_PENDING)
		return status;
	waiter->role = LOCK_ACQUIRE;
	waiter->amount = 1;
	if (deadlock_closes(core, waiter)) {
		waiter_withdraw(core, waiter);
		return CONCUR_DEADLOCK;
	}
	return CONCUR_PENDING;
}

enum concur_status
lock_acquire(struct core *core, struct lock *lock, const struct ask *ask, struct result *ret)
{
	struct owner *owner;

	if (lock->unrecoverable)
		return CONCUR_NOT_RECOVERABLE;
	if (lock->reentrant && owner_is(lock->hold.owner, ask->session, ask->context)) {
		lock_deepen(lock, 1, ret);
		return CONCUR_OK;
	}
	if (lock->depth == 0) {
		owner = owner_get(ask->session, ask->context);
		if (!owner)
			return CONCUR_NO_MEMORY;
		lock_grant(core, lock, owner, 1, ret);
		deadlock_check_owner(core, owner);
		return CONCUR_OK;
	}
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	return lock_wait(core, lock, ask);
}

/* A release by somebody who is not the holder. */
static enum concur_status
lock_release_for_other(struct core *core, struct lock *lock)
{
	if (lock->credit) {
		lock->credit = false;
		return CONCUR_OK;
	}
	if (lock->depth == 0)
		return CONCUR_NOT_LOCKED;
	if (lock->strict)
		return CONCUR_NOT_OWNER;
	lock_let_go(core, lock);
	return CONCUR_OK;
}

enum concur_status
lock_release(struct core *core, struct lock *lock, const struct session *session, uint64_t context)
{
	const struct owner *owner = owner_find(session, context);

	if (owner && owner_waits_on(owner, &lock->object))
		return CONCUR_WAITING;
	if (!owner_is(lock->hold.owner, session, context))
		return lock_release_for_other(core, lock);
	if (lock->depth > 1) {
		lock->depth--;
		return CONCUR_OK;
	}
	lock->credit = false;
	lock_let_go(core, lock);
	return CONCUR_OK;
}

enum concur_status
lock_consistent(struct core *core, struct lock *lock, uint64_t token, bool *ret_was_needed)
{
	*ret_was_needed = false;
	if (token && !lock_guards(lock, token))
		return CONCUR_STALE_TOKEN;
	if (token ? !lock->inconsistent : !lock->unrecoverable)
		return CONCUR_OK;
	*ret_was_needed = true;
	lock->inconsistent = false;
	lock->unrecoverable = false;
	object_changed(core, &lock->object);
	return CONCUR_OK;
}

void
lock_state(const struct lock *lock, struct lock_state *ret)
{
	*ret = (struct lock_state){ .locked = lock->depth > 0,
		.waiters = lock->object.waiting,
		.credit = lock->credit,
		.unrecoverable = lock->unrecoverable };
	if (!ret->locked)
		return;
	ret->session = lock->session;
	ret->process = lock->process;
	ret->context = lock->context;
	ret->token = lock->token;
	ret->since_ns = lock->since_ns;
	ret->depth = lock->depth;
	ret->inconsistent = lock->inconsistent;
}

bool
lock_guards(const struct lock *lock, uint64_t token)
{
	return lock->depth > 0 && lock->token == token;
}

/* -- for conditions ---------------------------------------------------------------------------------------------- */

void
lock_use(struct lock *lock, struct lock_user *user)
{
	link_append(&lock->users, &user->link);
}

enum concur_status
lock_check_held(const struct lock *lock, const struct session *session, uint64_t context)
{
	const struct owner *owner = owner_find(session, context);

	if (lock->unrecoverable)
		return CONCUR_NOT_RECOVERABLE;
	if (owner && owner_waits_on(owner, &lock->object))
		return CONCUR_WAITING;
	if (lock->depth == 0)
		return CONCUR_NOT_LOCKED;
	return !lock->strict || owner_is(lock->hold.owner, session, context) ? CONCUR_OK : CONCUR_NOT_OWNER;
}

uint64_t
lock_token(const struct lock *lock)
{
	return lock->token;
}

uint64_t
lock_depth(const struct lock *lock)
{
	return lock->depth;
}

void
lock_give_up(struct core *core, struct lock *lock)
{
	lock->credit = false;
	lock_let_go(core, lock);
}

void
lock_take_back(struct core *core, struct lock *lock, struct waiter *waiter, enum lock_role role)
{
	waiter_move(core, waiter, &lock->object, &lock->waiters, (uint8_t)role);
	if (lock->depth == 0) {
		lock_pass_on(core, lock);
	} else if (lock->reentrant && lock->hold.owner == waiter->owner) {
		/* It has acquired it anew meanwhile, by a call that did not wait for this one. */
		lock_deepen(lock, waiter->amount, &waiter->result);
		waiter_wake(core, waiter, CONCUR_OK);
	} else {
		deadlock_break(core, waiter);
	}
}

/* -- the kinds --------------------------------------------------------------------------------------------------- */

static enum concur_status
lock_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct lock *lock = lock_of(object);

	(void)core;
	hold_init(&lock->hold, lock_owner_ended);
	link_init(&lock->waiters);
	link_init(&lock->users);
	lock->robust = options->robust;
	lock->strict = options->strict || options->robust;
	return CONCUR_OK;
}

static enum concur_status
lock_init_reentrant(struct core *core, struct object *object, const struct object_options *options)
{
	struct lock *lock = lock_of(object);

	(void)lock_init(core, object, options);
	lock->strict = true;
	lock->reentrant = true;
	return CONCUR_OK;
}

static void
lock_end(struct core *core, struct object *object)
{
	struct lock *lock = lock_of(object);

	hold_drop(&lock->hold);
	waiter_wake_all(core, &lock->waiters, CONCUR_REMOVED);
	lock_tell_users(core, lock, CONCUR_REMOVED);
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
	return lock_of_const(object)->depth > 0;
}

static bool
lock_blocked_by(const struct object *object, const struct waiter *waiter, struct blocker *blocker)
{
	const struct lock *lock = lock_of_const(object);

	(void)waiter;
	if (blocker->at || !lock->strict || !lock->hold.owner)
		return false;
	*blocker = (struct blocker){ .owner = lock->hold.owner, .at = &lock->hold.link };
	return true;
}

static const char *const lock_roles[] = { "acquire", "take back", "take back", NULL };

static size_t
lock_holders(const struct object *object, size_t from, struct holder *ret, size_t room)
{
	const struct lock *lock = lock_of_const(object);

	if (lock->depth == 0 || from > 0 || room == 0)
		return 0;
	*ret = (struct holder){ lock->session, lock->process, lock->context, lock->token, lock->since_ns, lock->depth,
		"exclusive" };
	return 1;
}

static void
lock_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct lock *lock = lock_of_const(object);

	say(arg, "strict", lock->strict);
	say(arg, "robust", lock->robust);
	say(arg, "credits", lock->credit);
	say(arg, "inconsistent", lock->inconsistent);
	say(arg, "unrecoverable", lock->unrecoverable);
}

const struct kind lock_kind = {
	.id = KIND_LOCK,
	.name = "lock",
	.size = sizeof(struct lock),
	.init = lock_init,
	.end = lock_end,
	.step = lock_step,
	.len = lock_len,
	.blocked_by = lock_blocked_by,
	.roles = lock_roles,
	.holders = lock_holders,
	.details = lock_details,
};

const struct kind rlock_kind = {
	.id = KIND_RLOCK,
	.name = "rlock",
	.size = sizeof(struct lock),
	.init = lock_init_reentrant,
	.end = lock_end,
	.step = lock_step,
	.len = lock_len,
	.blocked_by = lock_blocked_by,
	.roles = lock_roles,
	.holders = lock_holders,
	.details = lock_details,
};
