/* The rwlock.
 *
 * Each owner that is in has one share, which counts its reads and its writes. Invariants: if one share writes, it is
 * the only one; there are waiters only while there are shares; a waiter whose owner has a share is the upgrader, waits
 * to write and is the first of the queue.
 *
 * A waiter that has no share yet brings the memory for one, so that letting somebody in never fails. When the object
 * goes, its shares are freed by steps, or as their owners end. */
#include "daemon/core/rwlock.h"

#include "daemon/core/deadlock.h"

#include <stdio.h>
#include <stdlib.h>

enum rwlock_role { RWLOCK_READ, RWLOCK_WRITE };

struct rwlock {
	struct object object;
	struct link shares;    /* struct share, first come first */
	struct table by_owner; /* the same, by share_key() */
	struct table by_token; /* the same, by token */
	struct link waiters;
	struct share *writer; /* NULL: nobody writes */
	bool has_death;       /* to be told to the next that gets in */
	bool has_ended;       /* it is in its grave */
	struct death death;
};

/* What one owner has of it. */
struct share {
	struct hold hold;
	struct link link; /* in rwlock->shares */
	struct table_node by_owner;
	struct table_node by_token;
	struct rwlock *rwlock;
	uint64_t reads, writes;             /* not released yet; not both 0 */
	uint64_t since_ns;                  /* of the token */
	uint64_t session, process, context; /* its owner's */
};

static void rwlock_owner_ended(struct core *core, struct hold *hold, const struct owner *owner, enum farewell farewell);

static struct rwlock *
rwlock_of(struct object *object)
{
	return LINK_ENTRY(object, struct rwlock, object);
}

static const struct rwlock *
rwlock_of_const(const struct object *object)
{
	return LINK_ENTRY(object, const struct rwlock, object);
}

/* -- shares ------------------------------------------------------------------------------------------------------ */

static const struct share *
share_of_link(const struct link *link)
{
	return LINK_ENTRY(link, const struct share, link);
}

/* An owner's record stays where it is for as long as it holds something. */
static uint64_t
share_key(const struct owner *owner)
{
	return (uint64_t)(uintptr_t)owner;
}

static struct share *
share_find(const struct rwlock *rwlock, const struct owner *owner)
{
	struct table_node *node = owner ? table_find(&rwlock->by_owner, share_key(owner)) : NULL;

	return node ? LINK_ENTRY(node, struct share, by_owner) : NULL;
}

static void
share_draw_token(struct core *core, struct share *share)
{
	if (share->by_token.key)
		table_remove(&share->rwlock->by_token, &share->by_token);
	table_insert(&share->rwlock->by_token, &share->by_token, core_draw(core));
	share->since_ns = core->now_ns;
}

/* In the memory that is given; it counts nothing yet. */
static void
share_begin(struct core *core, struct rwlock *rwlock, struct share *share, struct owner *owner)
{
	*share = (struct share){ .rwlock = rwlock,
		.session = session_id(owner->session),
		.process = owner->session->process,
		.context = owner_context(owner) };
	hold_init(&share->hold, rwlock_owner_ended);
	hold_take(&share->hold, owner);
	link_append(&rwlock->shares, &share->link);
	table_insert(&rwlock->by_owner, &share->by_owner, share_key(owner));
	share_draw_token(core, share);
}

static void
share_free(struct share *share)
{
	struct rwlock *rwlock = share->rwlock;

	if (rwlock->writer == share)
		rwlock->writer = NULL;
	table_remove(&rwlock->by_owner, &share->by_owner);
	table_remove(&rwlock->by_token, &share->by_token);
	link_remove(&share->link);
	hold_drop(&share->hold);
	free(share);
}

/* One read or write more. */
static void
share_count(struct core *core, struct share *share, enum rwlock_role role)
{
	if (role == RWLOCK_READ) {
		share->reads++;
		return;
	}
	if (share->reads && !share->writes)
		share_draw_token(core, share);
	share->writes++;
	share->rwlock->writer = share;
}

/* -- getting in -------------------------------------------------------------------------------------------------- */

/* The waiter that reads already and is to write; NULL: there is none. */
static struct waiter *
rwlock_upgrader(const struct rwlock *rwlock)
{
	struct waiter *first = waiter_first(&rwlock->waiters);

	return first && share_find(rwlock, first->owner) ? first : NULL;
}

/* Whether those who are in let an owner with that share (NULL: none) in. */
static bool
rwlock_admits(const struct rwlock *rwlock, const struct share *share, enum rwlock_role role)
{
	if (role == RWLOCK_READ)
		return share || !rwlock->writer;
	return rwlock->by_owner.count == (share ? 1 : 0);
}

/* The owner is in, and is told so. */
static void
rwlock_enter(struct core *core, struct rwlock *rwlock, struct share *share, enum rwlock_role role, struct result *ret)
{
	share_count(core, share, role);
	object_changed(core, &rwlock->object);
	ret->number = share->by_token.key;
	if (!rwlock->has_death)
		return;
	ret->outcome = OUTCOME_OWNER_DIED;
	ret->death = rwlock->death;
	rwlock->has_death = false;
}

/* Lets all in who can go in from the front of the queue. */
static void
rwlock_settle(struct core *core, struct rwlock *rwlock)
{
	struct waiter *waiter;

	while ((waiter = waiter_first(&rwlock->waiters))) {
		enum rwlock_role role = (enum rwlock_role)waiter->role;
		struct owner *owner = waiter->owner;
		struct share *share = share_find(rwlock, owner);

		if (!rwlock_admits(rwlock, share, role))
			return;
		if (!share) {
			share = waiter->prepared;
			waiter->prepared = NULL;
			share_begin(core, rwlock, share, owner);
		}
		rwlock_enter(core, rwlock, share, role, &waiter->result);
		waiter_wake(core, waiter, CONCUR_OK);
		/* It may fail a call in this queue, and so let others in before us. */
		deadlock_check_owner(core, owner);
	}
}

static enum concur_status
rwlock_enter_now(struct core *core, struct rwlock *rwlock, enum rwlock_role role, const struct ask *ask,
    struct result *ret)
{
	struct owner *owner = owner_get(ask->session, ask->context);
	struct share *share = owner ? share_find(rwlock, owner) : NULL;

	if (!owner)
		return CONCUR_NO_MEMORY;
	if (!share) {
		share = malloc(sizeof *share);
		if (!share) {
			owner_settle(owner);
			return CONCUR_NO_MEMORY;
		}
		share_begin(core, rwlock, share, owner);
	}
	rwlock_enter(core, rwlock, share, role, ret);
	return CONCUR_OK;
}

/* Two readers that each wait for the other to leave. */
static enum concur_status
rwlock_refuse_upgrade(struct core *core, const struct waiter *upgrader)
{
	snprintf(core->detail, sizeof core->detail,
	    "process %llu context %llu reads too and waits already until it can write; let go of the read first",
	    (unsigned long long)upgrader->session->process, (unsigned long long)owner_context(upgrader->owner));
	return CONCUR_DEADLOCK;
}

static enum concur_status
rwlock_wait(struct core *core, struct rwlock *rwlock, enum rwlock_role role, const struct ask *ask)
{
	bool upgrades = share_find(rwlock, owner_find(ask->session, ask->context)) != NULL;
	struct share *prepared = NULL;
	enum concur_status status;
	struct waiter *waiter;

	if (upgrades && rwlock_upgrader(rwlock))
		return rwlock_refuse_upgrade(core, rwlock_upgrader(rwlock));
	if (!upgrades && !(prepared = malloc(sizeof *prepared)))
		return CONCUR_NO_MEMORY;
	status = waiter_new(core, &rwlock->object, &rwlock->waiters, ask, OUTCOME_TIMED_OUT, &waiter);
	if (status != CONCUR_PENDING) {
		free(prepared);
		return status;
	}
	waiter->role = (uint8_t)role;
	waiter->prepared = prepared;
	if (upgrades) {
		link_remove(&waiter->link);
		link_prepend(&rwlock->waiters, &waiter->link);
	}
	if (deadlock_closes(core, waiter)) {
		waiter_withdraw(core, waiter);
		return CONCUR_DEADLOCK;
	}
	return CONCUR_PENDING;
}

static enum concur_status
rwlock_acquire(struct core *core, struct rwlock *rwlock, enum rwlock_role role, const struct ask *ask,
    struct result *ret)
{
	const struct owner *owner = owner_find(ask->session, ask->context);
	const struct share *share = share_find(rwlock, owner);

	if (owner && owner_waits_on(owner, &rwlock->object))
		return CONCUR_WAITING;
	if (rwlock_admits(rwlock, share, role) && (share || link_empty(&rwlock->waiters)))
		return rwlock_enter_now(core, rwlock, role, ask, ret);
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	return rwlock_wait(core, rwlock, role, ask);
}

enum concur_status
rwlock_read(struct core *core, struct rwlock *rwlock, const struct ask *ask, struct result *ret)
{
	return rwlock_acquire(core, rwlock, RWLOCK_READ, ask, ret);
}

enum concur_status
rwlock_write(struct core *core, struct rwlock *rwlock, const struct ask *ask, struct result *ret)
{
	return rwlock_acquire(core, rwlock, RWLOCK_WRITE, ask, ret);
}

/* -- letting go -------------------------------------------------------------------------------------------------- */

/* The share of an owner that reads, or writes. */
static enum concur_status
rwlock_check_held(const struct rwlock *rwlock, enum rwlock_role role, const struct session *session, uint64_t context,
    struct share **ret)
{
	const struct owner *owner = owner_find(session, context);
	struct share *share = share_find(rwlock, owner);
	bool is_held = role == RWLOCK_WRITE ? rwlock->writer != NULL
					    : rwlock->by_owner.count && !(rwlock->writer && !rwlock->writer->reads);

	if (owner && owner_waits_on(owner, &rwlock->object))
		return CONCUR_WAITING;
	if (!share || (role == RWLOCK_WRITE ? share->writes : share->reads) == 0)
		return is_held && !(share && share == rwlock->writer) ? CONCUR_NOT_OWNER : CONCUR_NOT_LOCKED;
	*ret = share;
	return CONCUR_OK;
}

/* Its counts have gone down. */
static void
rwlock_let_go(struct core *core, struct rwlock *rwlock, struct share *share)
{
	if (share->writes == 0 && rwlock->writer == share)
		rwlock->writer = NULL;
	if (share->writes == 0 && share->reads == 0)
		share_free(share);
	object_changed(core, &rwlock->object);
	rwlock_settle(core, rwlock);
}

enum concur_status
rwlock_release_read(struct core *core, struct rwlock *rwlock, const struct session *session, uint64_t context)
{
	struct share *share;
	enum concur_status status = rwlock_check_held(rwlock, RWLOCK_READ, session, context, &share);

	if (status != CONCUR_OK)
		return status;
	share->reads--;
	rwlock_let_go(core, rwlock, share);
	return CONCUR_OK;
}

enum concur_status
rwlock_release_write(struct core *core, struct rwlock *rwlock, const struct session *session, uint64_t context)
{
	struct share *share;
	enum concur_status status = rwlock_check_held(rwlock, RWLOCK_WRITE, session, context, &share);

	if (status != CONCUR_OK)
		return status;
	share->writes--;
	rwlock_let_go(core, rwlock, share);
	return CONCUR_OK;
}

enum concur_status
rwlock_downgrade(struct core *core, struct rwlock *rwlock, const struct session *session, uint64_t context,
    uint64_t *ret_token)
{
	struct share *share;
	enum concur_status status = rwlock_check_held(rwlock, RWLOCK_WRITE, session, context, &share);

	if (status != CONCUR_OK)
		return status;
	*ret_token = share->by_token.key;
	share->writes--;
	share->reads++;
	rwlock_let_go(core, rwlock, share);
	return CONCUR_OK;
}

static void
rwlock_owner_ended(struct core *core, struct hold *hold, const struct owner *owner, enum farewell farewell)
{
	struct share *share = LINK_ENTRY(hold, struct share, hold);
	struct rwlock *rwlock = share->rwlock;

	if (farewell == FAREWELL_DEATH && share->writes) {
		rwlock->has_death = true;
		rwlock->death = (struct death){ session_id(owner->session), owner->session->process,
			owner_context(owner), share->by_token.key, core->now_ns };
	}
	share_free(share);
	if (rwlock->has_ended)
		return;
	object_changed(core, &rwlock->object);
	rwlock_settle(core, rwlock);
}

/* -- looking ----------------------------------------------------------------------------------------------------- */

void
rwlock_state(const struct rwlock *rwlock, struct rwlock_state *ret)
{
	const struct share *writer = rwlock->writer;

	*ret = (struct rwlock_state){ .readers = writer ? 0 : rwlock->by_owner.count,
		.written = writer != NULL,
		.waiters = rwlock->object.waiting };
	if (!writer)
		return;
	ret->session = writer->session;
	ret->process = writer->process;
	ret->context = writer->context;
	ret->token = writer->by_token.key;
	ret->since_ns = writer->since_ns;
}

bool
rwlock_guards(const struct rwlock *rwlock, uint64_t token)
{
	return table_find(&rwlock->by_token, token) != NULL;
}

/* -- the kind ---------------------------------------------------------------------------------------------------- */

static enum concur_status
rwlock_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct rwlock *rwlock = rwlock_of(object);

	(void)core, (void)options;
	link_init(&rwlock->shares);
	link_init(&rwlock->waiters);
	if (table_init(&rwlock->by_owner) < 0)
		return CONCUR_NO_MEMORY;
	if (table_init(&rwlock->by_token) == 0)
		return CONCUR_OK;
	table_fini(&rwlock->by_owner);
	return CONCUR_NO_MEMORY;
}

static void
rwlock_end(struct core *core, struct object *object)
{
	rwlock_of(object)->has_ended = true;
	waiter_wake_all(core, &rwlock_of(object)->waiters, CONCUR_REMOVED);
}

static bool
rwlock_step(struct core *core, struct object *object, size_t *steps)
{
	struct rwlock *rwlock = rwlock_of(object);

	(void)core;
	for (; *steps && !link_empty(&rwlock->shares); --*steps)
		share_free(LINK_ENTRY(rwlock->shares.next, struct share, link));
	if (!link_empty(&rwlock->shares))
		return false;
	table_fini(&rwlock->by_owner);
	table_fini(&rwlock->by_token);
	return true;
}

/* Those behind a writer that has given up may be let in. */
static void
rwlock_left(struct core *core, struct object *object, uint8_t role)
{
	(void)role;
	rwlock_settle(core, rwlock_of(object));
}

static bool
rwlock_blocked_by(const struct object *object, const struct waiter *waiter, struct blocker *blocker)
{
	const struct rwlock *rwlock = rwlock_of_const(object);
	const struct link *at = blocker->at ? blocker->at->next : rwlock->shares.next;

	/* A reader waits for readers, too, when a writer waits in front of it; and nobody waits for itself. */
	if (at != &rwlock->shares && share_of_link(at)->hold.owner == waiter->owner)
		at = at->next;
	if (at == &rwlock->shares)
		return false;
	*blocker = (struct blocker){ .owner = share_of_link(at)->hold.owner, .at = at };
	return true;
}

static uint64_t
rwlock_len(const struct object *object)
{
	return rwlock_of_const(object)->by_owner.count;
}

static size_t
rwlock_footprint(const struct object *object)
{
	return rwlock_len(object) * sizeof(struct share);
}

static const char *const rwlock_roles[] = { "read", "write", NULL };

static size_t
rwlock_holders(const struct object *object, size_t from, struct holder *ret, size_t room)
{
	const struct rwlock *rwlock = rwlock_of_const(object);
	size_t index = 0, count = 0;

	for (const struct link *at = rwlock->shares.next; at != &rwlock->shares && count < room; at = at->next) {
		const struct share *share = share_of_link(at);

		if (index++ < from)
			continue;
		ret[count++] = (struct holder){ share->session, share->process, share->context, share->by_token.key,
			share->since_ns, share->reads + share->writes, share->writes ? "exclusive" : "shared" };
	}
	return count;
}

static void
rwlock_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	struct rwlock_state state;

	rwlock_state(rwlock_of_const(object), &state);
	say(arg, "readers", (int64_t)state.readers);
	say(arg, "written", state.written);
}

const struct kind rwlock_kind = {
	.id = KIND_RWLOCK,
	.name = "rwlock",
	.size = sizeof(struct rwlock),
	.init = rwlock_init,
	.end = rwlock_end,
	.step = rwlock_step,
	.left = rwlock_left,
	.blocked_by = rwlock_blocked_by,
	.len = rwlock_len,
	.footprint = rwlock_footprint,
	.roles = rwlock_roles,
	.holders = rwlock_holders,
	.details = rwlock_details,
};
