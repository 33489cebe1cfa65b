/* Waiters. A waiter that waits is linked in six places: its object's queue, its object's list of all waiters, its
 * owner, its session's list and table of calls, and the heap if it has a deadline. A woken one only in core->ready,
 * with its object still kept alive. */
#include "daemon/core/waiter.h"

#include "daemon/core/object.h"
#include "daemon/core/store.h"

#include <stdlib.h>

static struct waiter *
waiter_of_deadline(struct heap_node *node)
{
	return LINK_ENTRY(node, struct waiter, deadline);
}

static uint64_t
waiter_deadline(const struct core *core, int64_t wait_ns)
{
	uint64_t room = UINT64_MAX - 1 - core->now_ns;

	return core->now_ns + ((uint64_t)wait_ns < room ? (uint64_t)wait_ns : room);
}

enum concur_status
waiter_new(struct core *core, struct object *object, struct link *queue, const struct ask *ask,
    enum outcome at_deadline, struct waiter **ret)
{
	struct waiter *waiter;
	struct owner *owner;

	if (ask->session->calls.count >= core->limits->calls_max)
		return core_limit(core, CONCUR_LIMIT, "calls_max");
	waiter = calloc(1, sizeof *waiter);
	if (!waiter)
		return CONCUR_NO_MEMORY;
	owner = owner_get(ask->session, ask->context);
	if (!owner)
		goto no_owner;
	if (ask->wait_ns > 0 &&
	    heap_insert(&core->deadlines, &waiter->deadline, waiter_deadline(core, ask->wait_ns)) < 0)
		goto no_deadline;

	waiter->owner = owner;
	waiter->session = ask->session;
	waiter->object = object;
	waiter->ops = ask->ops;
	waiter->since_ns = core->now_ns;
	waiter->number = ++core->waits;
	waiter->blocked = ask->blocked;
	waiter->at_deadline = at_deadline;
	link_append(queue, &waiter->link);
	link_append(&owner->waiters, &waiter->in_owner);
	link_append(&ask->session->waiters, &waiter->in_session);
	link_append(&object->waiters, &waiter->in_object);
	table_insert(&ask->session->calls, &waiter->by_call, ask->call);
	object_ref(core, object);
	object->waiting++;
	core->waiting++;
	if (ret)
		*ret = waiter;
	return CONCUR_PENDING;

no_deadline:
	owner_settle(owner);
no_owner:
	free(waiter);
	return CONCUR_NO_MEMORY;
}

/* It waits no more. */
static void
waiter_uncount(struct core *core, struct waiter *waiter)
{
	waiter->object->waiting--;
	core->waiting--;
	waiter->session->runs_blocked -= waiter->in_run;
	core->runs_blocked -= waiter->in_run;
	waiter->in_run = false;
}

/* Takes it out of everything but its object's keeping. The owner may be freed. */
static void
waiter_unlink(struct core *core, struct waiter *waiter)
{
	link_remove(&waiter->link);
	link_remove(&waiter->in_owner);
	link_remove(&waiter->in_session);
	link_remove(&waiter->in_object);
	table_remove(&waiter->session->calls, &waiter->by_call);
	heap_remove(&core->deadlines, &waiter->deadline);
	waiter_uncount(core, waiter);
}

void
waiter_wake(struct core *core, struct waiter *waiter, enum concur_status status)
{
	struct owner *owner = waiter->owner;

	waiter_unlink(core, waiter);
	waiter->owner = NULL;
	waiter->status = status;
	link_append(&core->ready, &waiter->link);
	owner_settle(owner);
}

static void
waiter_each_brought(struct core *core, const struct waiter *waiter, void (*act)(struct core *, const struct blob *))
{
	if (waiter->result.value)
		act(core, waiter->result.value);
	for (size_t i = 0; i < waiter->result.count; i++)
		act(core, waiter->result.values[i]);
}

void
waiter_pin(struct core *core, struct waiter *waiter)
{
	waiter->has_pins = true;
	waiter_each_brought(core, waiter, store_pin);
}

void
waiter_unpin(struct core *core, struct waiter *waiter)
{
	if (waiter->has_pins)
		waiter_each_brought(core, waiter, store_unpin);
	waiter->has_pins = false;
}

void
waiter_move(struct core *core, struct waiter *waiter, struct object *object, struct link *queue, uint8_t role)
{
	struct object *before = waiter->object;

	link_remove(&waiter->link);
	heap_remove(&core->deadlines, &waiter->deadline);
	link_append(queue, &waiter->link);
	link_remove(&waiter->in_object);
	link_append(&object->waiters, &waiter->in_object);
	waiter->origin = object_id(before);
	waiter->object = object;
	waiter->role = role;
	object_ref(core, object);
	object->waiting++;
	before->waiting--;
	object_unref(core, before);
}

void
waiter_count_run(struct core *core, struct waiter *waiter)
{
	waiter->in_run = true;
	waiter->session->runs_blocked++;
	core->runs_blocked++;
}

void
waiter_for_ever(struct core *core, struct waiter *waiter)
{
	heap_remove(&core->deadlines, &waiter->deadline);
}

/* What a waiter brings is in the store, but not yet any object's. */
static void
waiter_give_back(struct core *core, struct waiter *waiter)
{
	waiter_unpin(core, waiter);
	if (waiter->result.value)
		store_take(core, NULL, waiter->result.value);
	for (size_t i = 0; i < waiter->result.count; i++)
		store_take(core, NULL, waiter->result.values[i]);
	result_fini(&waiter->result);
}

void
waiter_wake_outcome(struct core *core, struct waiter *waiter, enum outcome outcome)
{
	waiter_give_back(core, waiter);
	waiter->result.outcome = outcome;
	waiter_wake(core, waiter, CONCUR_OK);
}

void
waiter_fail(struct core *core, struct waiter *waiter, enum concur_status status)
{
	waiter_give_back(core, waiter);
	waiter_wake(core, waiter, status);
}

/* It left its queue without what it waited for: perhaps those behind it can go on. The object it comes from hears of
 * it, if that is still there. */
static void
waiter_left(struct core *core, struct object *object, uint64_t origin, uint8_t role)
{
	if (origin)
		object = object_find(core, origin);
	if (object && object->kind->left)
		object->kind->left(core, object, role);
}

static void
waiter_free(struct waiter *waiter)
{
	free(waiter->detail);
	free(waiter->prepared);
	free(waiter);
}

void
waiter_withdraw(struct core *core, struct waiter *waiter)
{
	struct object *object = waiter->object;
	struct owner *owner = waiter->owner;

	waiter_give_back(core, waiter);
	waiter_unlink(core, waiter);
	owner_settle(owner);
	waiter_free(waiter);
	object_unref(core, object);
}

void
waiter_stand_aside(struct core *core, struct waiter *waiter)
{
	link_remove(&waiter->link);
	link_remove(&waiter->in_object);
	waiter_uncount(core, waiter);
}

void
waiter_leave(struct core *core, struct waiter *waiter)
{
	waiter_left(core, waiter->object, waiter->origin, waiter->role);
	object_unref(core, waiter->object);
	waiter->object = NULL;
}

void
waiter_drop(struct core *core, struct waiter *waiter)
{
	struct owner *owner = waiter->owner;

	waiter_give_back(core, waiter);
	link_remove(&waiter->in_owner);
	link_remove(&waiter->in_session);
	heap_remove(&core->deadlines, &waiter->deadline);
	waiter_free(waiter);
	owner_settle(owner);
}

void
waiter_answer(struct core *core, struct waiter *waiter)
{
	struct object *object = waiter->object;

	waiter->ops->reply(core, waiter);
	result_fini(&waiter->result);
	waiter_free(waiter);
	object_unref(core, object);
}

/* True if its kind has it go on. */
static bool
waiter_goes_on(struct core *core, struct waiter *waiter)
{
	const struct kind *kind = waiter->object->kind;

	return waiter->origin || (kind->recall && kind->recall(core, waiter));
}

void
waiter_expire(struct core *core, size_t most)
{
	struct heap_node *node;

	for (; most && (node = heap_first(&core->deadlines)) && node->key <= core->now_ns; most--) {
		struct waiter *waiter = waiter_of_deadline(node);
		struct object *object = waiter->object;

		if (!object) {
			waiter_for_ever(core, waiter);
			continue;
		}
		if (waiter_goes_on(core, waiter))
			continue;
		if (waiter->late == CONCUR_OK)
			waiter_wake_outcome(core, waiter, waiter->at_deadline);
		else
			waiter_fail(core, waiter, waiter->late);
		waiter_left(core, object, waiter->origin, waiter->role);
	}
}

uint64_t
waiter_first_deadline(const struct core *core)
{
	struct heap_node *node = heap_first(&core->deadlines);

	return node ? node->key : UINT64_MAX;
}

struct waiter *
waiter_next(const struct object *object, const struct waiter *after)
{
	const struct link *at = after ? after->in_object.next : object->waiters.next;

	return at == &object->waiters ? NULL : LINK_ENTRY(at, struct waiter, in_object);
}

struct waiter *
waiter_find(const struct session *session, uint64_t call)
{
	struct table_node *node = session->is_ending ? NULL : table_find(&session->calls, call);

	return node ? LINK_ENTRY(node, struct waiter, by_call) : NULL;
}

void
waiter_cancel(struct core *core, struct waiter *waiter, enum concur_status status)
{
	struct object *object = waiter->object;

	waiter_fail(core, waiter, status);
	waiter_left(core, object, waiter->origin, waiter->role);
}

bool
waiter_recall(struct core *core, struct waiter *waiter)
{
	if (waiter_goes_on(core, waiter))
		return false;
	waiter_cancel(core, waiter, CONCUR_CANCELLED);
	return true;
}

void
waiter_wake_all(struct core *core, struct link *queue, enum concur_status status)
{
	struct waiter *waiter;

	while ((waiter = waiter_first(queue)))
		waiter_fail(core, waiter, status);
}
