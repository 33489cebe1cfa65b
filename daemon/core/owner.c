/* Sessions and owners. A session's tables never hold a record that is empty: a handle with count 0, an owner that holds
 * nothing and waits for nothing. */
#include "daemon/core/owner.h"

#include "daemon/core/future.h"
#include "daemon/core/object.h"
#include "daemon/core/process.h"
#include "daemon/core/waiter.h"
#include "daemon/core/worker.h"

#include <assert.h>
#include <stdlib.h>

struct session_ref {
	struct table_node by_object; /* the key is the object's id */
	uint64_t count;
};

static struct session_ref *
session_ref_of(struct table_node *node)
{
	return LINK_ENTRY(node, struct session_ref, by_object);
}

static struct session *
session_of_node(struct table_node *node)
{
	return LINK_ENTRY(node, struct session, by_id);
}

static struct owner *
owner_of_node(struct table_node *node)
{
	return LINK_ENTRY(node, struct owner, by_context);
}

struct session *
session_new(struct core *core, uint64_t process, void *user)
{
	struct session *session = calloc(1, sizeof *session);

	if (!session)
		return NULL;
	if (table_init(&session->refs) < 0)
		goto no_refs;
	if (table_init(&session->owners) < 0)
		goto no_owners;
	if (table_init(&session->calls) < 0)
		goto no_calls;
	session->core = core;
	session->process = process;
	session->user = user;
	session->since_ns = core->now_ns;
	link_init(&session->created);
	link_init(&session->tasks);
	link_init(&session->workers);
	link_init(&session->waiters);
	link_init(&session->holders);
	link_init(&session->daemons);
	link_init(&session->grave.link);
	table_insert(&core->sessions, &session->by_id, core_draw(core));
	return session;

no_calls:
	table_fini(&session->owners);
no_owners:
	table_fini(&session->refs);
no_refs:
	free(session);
	return NULL;
}

/* Takes a hold from its owner, which may be left without any. */
static void
hold_unlink(struct hold *hold)
{
	struct owner *owner = hold->owner;

	link_remove(&hold->link);
	if (link_empty(&owner->holds))
		link_remove(&owner->in_holders);
	hold->owner = NULL;
	owner->session->holding--;
	owner->session->core->holding--;
}

/* Ends at most *steps of its holds, subtracting them. */
static void
owner_end(struct core *core, struct owner *owner, enum farewell farewell, size_t *steps)
{
	for (; *steps && !link_empty(&owner->holds); --*steps) {
		struct hold *hold = LINK_ENTRY(owner->holds.next, struct hold, link);

		hold_unlink(hold);
		hold->owner_ended(core, hold, owner, farewell);
	}
}

/* The first of a session's calls, or NULL. */
static struct waiter *
session_first_waiter(const struct session *session)
{
	return link_empty(&session->waiters) ? NULL : LINK_ENTRY(session->waiters.next, struct waiter, in_session);
}

void
session_cancel_all(struct core *core, struct session *session, enum concur_status status)
{
	struct waiter *waiter;

	/* All are out of their queues before the first of them ends: what its end makes room for must not be given to
	 * another. */
	for (struct link *at = session->waiters.next; at != &session->waiters; at = at->next)
		link_remove(&LINK_ENTRY(at, struct waiter, in_session)->link);
	while ((waiter = session_first_waiter(session)))
		waiter_cancel(core, waiter, status);
}

/* -- the end of a session ------------------------------------------------------------------------------------------ */

/* The one walk over all there is of something, since whoever hands out must never meet a call that is about to end. It
 * only unlinks; all that takes longer is for session_step(). */
static void
session_stand_aside(struct core *core, struct session *session)
{
	for (struct link *at = session->waiters.next; at != &session->waiters; at = at->next)
		waiter_stand_aside(core, LINK_ENTRY(at, struct waiter, in_session));
}

/* Others may go on now. */
static void
session_leave(struct core *core, struct session *session)
{
	for (struct link *at = session->waiters.next; at != &session->waiters; at = at->next)
		waiter_leave(core, LINK_ENTRY(at, struct waiter, in_session));
}

static void
session_end_holds(struct core *core, struct session *session, size_t *steps)
{
	while (*steps && !link_empty(&session->holders)) {
		struct owner *owner = LINK_ENTRY(session->holders.next, struct owner, in_holders);

		owner_end(core, owner, session->farewell, steps);
		owner_settle(owner);
	}
}

static void
session_free_waiters(struct core *core, struct session *session, size_t *steps)
{
	struct waiter *waiter;

	while (*steps && (waiter = session_first_waiter(session))) {
		size_t work = 1 + waiter->result.count;

		*steps -= work < *steps ? work : *steps;
		waiter_drop(core, waiter);
	}
}

/* Gives all its handles on one object back. */
static void
session_drop_ref(struct core *core, struct session *session, struct session_ref *ref)
{
	struct object *object = object_find(core, ref->by_object.key);

	table_remove(&session->refs, &ref->by_object);
	if (object) {
		object->refs -= ref->count - 1;
		object->handles -= ref->count - 1;
		object_unref_handle(core, object);
	} else {
		future_drop_refs(core, ref->by_object.key, ref->count);
	}
	free(ref);
}

static bool
session_is_empty(const struct session *session)
{
	return link_empty(&session->holders) && link_empty(&session->waiters) && link_empty(&session->created) &&
	    link_empty(&session->daemons) && session->refs.count == 0;
}

/* Lets go of what an ended session had, and of the session itself: first of what others may wait for. */
static bool
session_step(struct core *core, struct grave *grave, size_t *steps)
{
	struct session *session = LINK_ENTRY(grave, struct session, grave);
	struct table_node *ref;
	struct link *created, *daemon;

	session_end_holds(core, session, steps);
	session_free_waiters(core, session, steps);
	/* Memory was short when it died. */
	if (session->deliveries.count && !deliveries_return(core, &session->deliveries))
		return false;
	for (; *steps && (created = link_pop(&session->created)); --*steps)
		object_destroy(core, LINK_ENTRY(created, struct object, in_creator));
	for (; *steps && (daemon = link_pop(&session->daemons)); --*steps)
		process_lose_maker(core, daemon);
	for (; *steps && (ref = table_any(&session->refs)); --*steps)
		session_drop_ref(core, session, session_ref_of(ref));
	if (!futures_forget(core, session, steps) || !session_is_empty(session))
		return false;
	link_remove(&grave->link);
	table_fini(&session->calls);
	table_fini(&session->owners);
	table_fini(&session->refs);
	free(session);
	return true;
}

void
session_end(struct core *core, struct session *session, enum farewell farewell)
{
	size_t steps = core->limits->turn_steps;

	session->is_ending = true;
	session->farewell = farewell;
	session->grave.step = session_step;
	/* Its own waiters first, so that nothing that is let go below is given to this session again; but what comes
	 * back stands in its place before their leaving lets others go on. */
	session_stand_aside(core, session);
	if (farewell == FAREWELL_DEATH)
		(void)deliveries_return(core, &session->deliveries);
	else
		deliveries_drop(core, &session->deliveries);
	session_leave(core, session);
	session_end_holds(core, session, &steps);
	workers_end(core, session, farewell == FAREWELL_DEATH);
	table_remove(&core->sessions, &session->by_id);
	if (!session_step(core, &session->grave, &steps))
		link_append(&core->endings, &session->grave.link);
}

/* -- contexts ------------------------------------------------------------------------------------------------------ */

void
session_context_end(struct core *core, struct session *session, uint64_t context)
{
	struct owner *owner = owner_find(session, context);
	size_t steps = SIZE_MAX;

	if (!owner)
		return;
	for (struct link *at = owner->waiters.next; at != &owner->waiters; at = at->next)
		link_remove(&LINK_ENTRY(at, struct waiter, in_owner)->link);
	/* The end of a call may end what the owner holds, and with that the owner. */
	while (owner && !link_empty(&owner->waiters)) {
		waiter_cancel(core, LINK_ENTRY(owner->waiters.next, struct waiter, in_owner), CONCUR_CANCELLED);
		owner = owner_find(session, context);
	}
	if (!owner)
		return;
	owner_end(core, owner, FAREWELL_DEATH, &steps);
	owner_settle(owner);
}

/* -- handles ------------------------------------------------------------------------------------------------------- */

int
session_ref_task(struct session *session, uint64_t task)
{
	struct table_node *node = table_find(&session->refs, task);
	struct session_ref *ref;

	if (node) {
		session_ref_of(node)->count++;
		return 0;
	}
	ref = malloc(sizeof *ref);
	if (!ref)
		return -1;
	ref->count = 1;
	table_insert(&session->refs, &ref->by_object, task);
	return 0;
}

bool
session_unref_task(struct session *session, uint64_t task)
{
	struct table_node *node = table_find(&session->refs, task);

	if (!node)
		return false;
	if (--session_ref_of(node)->count == 0) {
		table_remove(&session->refs, node);
		free(session_ref_of(node));
	}
	return true;
}

int
session_ref(struct core *core, struct session *session, struct object *object)
{
	if (session_ref_task(session, object_id(object)) < 0)
		return -1;
	object_ref_handle(core, object);
	return 0;
}

bool
session_unref(struct core *core, struct session *session, uint64_t id)
{
	struct object *object = object_find(core, id);

	if (!session_unref_task(session, id))
		return false;
	if (object)
		object_unref_handle(core, object);
	return true;
}

uint64_t
session_handles(const struct session *session, uint64_t object)
{
	struct table_node *node = table_find(&session->refs, object);

	return node ? session_ref_of(node)->count : 0;
}

struct session *
session_find(const struct core *core, uint64_t id)
{
	struct table_node *node = table_find(&core->sessions, id);

	return node ? session_of_node(node) : NULL;
}

struct session *
session_next(const struct core *core, uint64_t *position)
{
	struct table_node *node = table_next(&core->sessions, position);

	return node ? session_of_node(node) : NULL;
}

struct owner *
owner_find(const struct session *session, uint64_t context)
{
	struct table_node *node = session->is_ending ? NULL : table_find(&session->owners, context);

	return node ? owner_of_node(node) : NULL;
}

struct owner *
owner_get(struct session *session, uint64_t context)
{
	struct owner *owner = owner_find(session, context);

	if (owner)
		return owner;
	owner = malloc(sizeof *owner);
	if (!owner)
		return NULL;
	owner->session = session;
	link_init(&owner->waiters);
	link_init(&owner->holds);
	link_init(&owner->in_holders);
	table_insert(&session->owners, &owner->by_context, context);
	return owner;
}

void
owner_settle(struct owner *owner)
{
	if (!link_empty(&owner->waiters) || !link_empty(&owner->holds))
		return;
	/* With a session its whole table goes. */
	if (!owner->session->is_ending)
		table_remove(&owner->session->owners, &owner->by_context);
	free(owner);
}

struct waiter *
owner_blocked(const struct owner *owner)
{
	for (struct link *at = owner->waiters.next; at != &owner->waiters; at = at->next) {
		struct waiter *waiter = LINK_ENTRY(at, struct waiter, in_owner);

		if (waiter->blocked && !owner->session->is_ending)
			return waiter;
	}
	return NULL;
}

bool
owner_waits_on(const struct owner *owner, const struct object *object)
{
	for (struct link *at = owner->waiters.next; at != &owner->waiters; at = at->next) {
		if (LINK_ENTRY(at, struct waiter, in_owner)->object == object)
			return true;
	}
	return false;
}

void
hold_take(struct hold *hold, struct owner *owner)
{
	assert(!hold->owner);
	hold->owner = owner;
	owner->session->holding++;
	owner->session->core->holding++;
	if (link_empty(&owner->holds))
		link_append(&owner->session->holders, &owner->in_holders);
	link_append(&owner->holds, &hold->link);
}

void
hold_drop(struct hold *hold)
{
	struct owner *owner = hold->owner;

	if (!owner)
		return;
	hold_unlink(hold);
	owner_settle(owner);
}
