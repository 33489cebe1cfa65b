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

static void
owner_end(struct core *core, struct owner *owner, enum farewell farewell)
{
	struct link *node;

	while ((node = link_pop(&owner->holds))) {
		struct hold *hold = LINK_ENTRY(node, struct hold, link);

		hold->owner = NULL;
		owner->session->holding--;
		core->holding--;
		hold->owner_ended(core, hold, owner, farewell);
	}
}

/* The first of a session's calls, or NULL. */
static struct waiter *
session_first_waiter(const struct session *session)
{
	return link_empty(&session->waiters) ? NULL : LINK_ENTRY(session->waiters.next, struct waiter, in_session);
}

/* Takes all calls, which are about to end, out of their queues before the first of them ends: what its end makes room
 * for must not be given to another. */
static void
session_stand_aside(struct session *session)
{
	for (struct link *at = session->waiters.next; at != &session->waiters; at = at->next)
		link_remove(&LINK_ENTRY(at, struct waiter, in_session)->link);
}

static void
session_drop_waiters(struct core *core, struct session *session)
{
	struct waiter *waiter;

	table_hold(&session->calls);
	table_hold(&session->owners);
	while ((waiter = session_first_waiter(session)))
		waiter_drop(core, waiter);
}

void
session_cancel_all(struct core *core, struct session *session, enum concur_status status)
{
	struct waiter *waiter;

	session_stand_aside(session);
	while ((waiter = session_first_waiter(session)))
		waiter_cancel(core, waiter, status);
}

static void
session_end_owners(struct core *core, struct session *session, enum farewell farewell)
{
	struct table_node *node;

	while ((node = table_any(&session->owners))) {
		struct owner *owner = owner_of_node(node);

		owner_end(core, owner, farewell);
		owner_settle(owner);
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

/* Lets go of what an ended session had, and of the session itself. */
static bool
session_step(struct core *core, struct grave *grave, size_t *steps)
{
	struct session *session = LINK_ENTRY(grave, struct session, grave);
	struct table_node *ref;
	struct link *created, *daemon;

	/* Memory was short when it died. */
	if (session->deliveries.count && !deliveries_return(core, &session->deliveries))
		return false;
	for (; *steps && (created = link_pop(&session->created)); --*steps)
		object_destroy(core, LINK_ENTRY(created, struct object, in_creator));
	for (; *steps && (daemon = link_pop(&session->daemons)); --*steps)
		process_lose_maker(core, daemon);
	for (; *steps && (ref = table_any(&session->refs)); --*steps)
		session_drop_ref(core, session, session_ref_of(ref));
	if (!futures_forget(core, session, steps) || !link_empty(&session->created) || !link_empty(&session->daemons) ||
	    session->refs.count)
		return false;
	link_remove(&grave->link);
	table_fini(&session->refs);
	free(session);
	return true;
}

void
session_end(struct core *core, struct session *session, enum farewell farewell)
{
	size_t steps = core->limits->turn_steps;

	session->is_ending = true;
	session->grave.step = session_step;
	/* Its own waiters first, so that nothing that is let go below is given to this session again; but what comes
	 * back stands in its place before their leaving lets others go on. */
	session_stand_aside(session);
	if (farewell == FAREWELL_DEATH)
		(void)deliveries_return(core, &session->deliveries);
	else
		deliveries_drop(core, &session->deliveries);
	session_drop_waiters(core, session);
	session_end_owners(core, session, farewell);
	workers_end(core, session, farewell == FAREWELL_DEATH);

	assert(session->calls.count == 0);
	table_remove(&core->sessions, &session->by_id);
	table_fini(&session->owners);
	table_fini(&session->calls);
	if (!session_step(core, &session->grave, &steps))
		core_bury(core, &session->grave);
}

void
session_context_end(struct core *core, struct session *session, uint64_t context)
{
	struct owner *owner = owner_find(session, context);

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
	owner_end(core, owner, FAREWELL_DEATH);
	owner_settle(owner);
}

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
	struct table_node *node = table_find(&session->owners, context);

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
	table_insert(&session->owners, &owner->by_context, context);
	return owner;
}

void
owner_settle(struct owner *owner)
{
	if (!link_empty(&owner->waiters) || !link_empty(&owner->holds))
		return;
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
	link_append(&owner->holds, &hold->link);
}

void
hold_drop(struct hold *hold)
{
	struct owner *owner = hold->owner;

	if (!owner)
		return;
	link_remove(&hold->link);
	hold->owner = NULL;
	owner->session->holding--;
	owner->session->core->holding--;
	owner_settle(owner);
}
