/* The barrier.
 *
 * States: filling, with fewer than all `parties` in `waiters`; acting, with all but the last there while that one, held
 * by `acting`, runs the action; and either of them broken. Broken while filling, nobody waits. Whoever comes while it
 * is acting waits in `next`, and moves up when the generation has passed. One that leaves `next` breaks the generation
 * to come: then `is_broken` is set while it is still acting, for the one that is passing passes all the same.
 *
 * A generation ends when it passes or breaks, and its number is never used again: an ActionDone that comes late is told
 * from one that is due. */
#include "daemon/core/barrier.h"

#include "daemon/core/store.h"

enum barrier_role {
	BARRIER_WAIT,
	BARRIER_NEXT,
};

struct barrier {
	struct object object;
	struct blob *action; /* NULL: none */
	struct link waiters; /* of this generation; waiter->amount is the index */
	struct link next;
	struct hold acting;
	uint64_t parties;
	uint64_t arrived; /* of this generation */
	uint64_t generation;
	int64_t wait_ns; /* by default */
	bool is_acting;
	bool is_broken;
};

static const char *const barrier_roles[] = { "all parties", "next generation", NULL };

static struct barrier *
barrier_of(struct object *object)
{
	return LINK_ENTRY(object, struct barrier, object);
}

/* -- passing and breaking ------------------------------------------------------------------------------------------ */

/* The generation is over, one way or the other. The owner that ran the action may be freed. */
static void
barrier_renew(struct core *core, struct barrier *barrier)
{
	barrier->generation++;
	barrier->arrived = 0;
	barrier->is_acting = false;
	hold_drop(&barrier->acting);
	object_changed(core, &barrier->object);
}

static void
barrier_break(struct core *core, struct barrier *barrier)
{
	barrier->is_broken = true;
	barrier_renew(core, barrier);
	waiter_wake_all(core, &barrier->waiters, CONCUR_BROKEN_BARRIER);
	waiter_wake_all(core, &barrier->next, CONCUR_BROKEN_BARRIER);
}

/* The generation that has not begun is broken. */
static void
barrier_break_next(struct core *core, struct barrier *barrier)
{
	barrier->is_broken = true;
	object_changed(core, &barrier->object);
	waiter_wake_all(core, &barrier->next, CONCUR_BROKEN_BARRIER);
}

/* All have come; the last, whose result this is, runs the action. From here on nobody's time is over. */
static void
barrier_act(struct core *core, struct barrier *barrier, struct owner *owner, struct result *ret)
{
	barrier->is_acting = true;
	barrier->arrived = barrier->parties;
	hold_take(&barrier->acting, owner);
	object_changed(core, &barrier->object);
	for (struct link *at = barrier->waiters.next; at != &barrier->waiters; at = at->next)
		waiter_for_ever(core, waiter_of_link(at));
	ret->outcome = OUTCOME_RUN_ACTION;
	ret->number = barrier->parties - 1;
	ret->generation = barrier->generation;
	ret->value = blob_ref(barrier->action);
}

/* Those who came while it was acting are the next generation: as many as it takes, and the last of them acts. */
static void
barrier_enter(struct core *core, struct barrier *barrier)
{
	struct waiter *waiter;

	while (!barrier->is_acting && (waiter = waiter_first(&barrier->next))) {
		if (barrier->arrived + 1 == barrier->parties) {
			barrier_act(core, barrier, waiter->owner, &waiter->result);
			waiter_wake(core, waiter, CONCUR_OK);
			continue;
		}
		link_remove(&waiter->link);
		link_append(&barrier->waiters, &waiter->link);
		waiter->role = BARRIER_WAIT;
		waiter->amount = barrier->arrived++;
	}
}

/* All who wait in this generation go on. */
static void
barrier_pass(struct core *core, struct barrier *barrier)
{
	struct waiter *waiter;

	barrier_renew(core, barrier);
	while ((waiter = waiter_first(&barrier->waiters))) {
		waiter->result.number = waiter->amount;
		waiter_wake(core, waiter, CONCUR_OK);
	}
	barrier_enter(core, barrier);
}

static void
barrier_owner_ended(struct core *core, struct hold *hold, const struct owner *owner, enum farewell farewell)
{
	(void)owner, (void)farewell;
	barrier_break(core, LINK_ENTRY(hold, struct barrier, acting));
}

/* -- operations -------------------------------------------------------------------------------------------------- */

/* The last has come, and does not wait. */
static enum concur_status
barrier_trip(struct core *core, struct barrier *barrier, const struct ask *ask, struct result *ret)
{
	struct owner *owner;

	if (!barrier->action) {
		ret->number = barrier->parties - 1;
		barrier_pass(core, barrier);
		return CONCUR_OK;
	}
	owner = owner_get(ask->session, ask->context);
	if (!owner)
		return CONCUR_NO_MEMORY;
	barrier_act(core, barrier, owner, ret);
	return CONCUR_OK;
}

/* One that waits, or waits to begin to, has left. */
static void
barrier_left(struct core *core, struct object *object, uint8_t role)
{
	if (role == BARRIER_WAIT)
		barrier_break(core, barrier_of(object));
	else
		barrier_break_next(core, barrier_of(object));
}

enum concur_status
barrier_wait(struct core *core, struct barrier *barrier, const struct ask *ask, struct result *ret)
{
	uint8_t role = barrier->is_acting ? BARRIER_NEXT : BARRIER_WAIT;
	struct waiter *waiter;
	enum concur_status status;

	if (barrier->is_broken)
		return CONCUR_BROKEN_BARRIER;
	if (role == BARRIER_WAIT && barrier->arrived + 1 == barrier->parties)
		return barrier_trip(core, barrier, ask, ret);
	if (ask->wait_ns == 0) {
		barrier_left(core, &barrier->object, role);
		return CONCUR_BROKEN_BARRIER;
	}
	status = waiter_new(core, &barrier->object, role == BARRIER_WAIT ? &barrier->waiters : &barrier->next, ask,
	    OUTCOME_TIMED_OUT, &waiter);
	if (status != CONCUR_PENDING)
		return status;
	waiter->late = CONCUR_BROKEN_BARRIER;
	waiter->role = role;
	if (role == BARRIER_WAIT)
		waiter->amount = barrier->arrived++;
	return CONCUR_PENDING;
}

enum concur_status
barrier_action_done(struct core *core, struct barrier *barrier, const struct session *session, uint64_t context,
    uint64_t generation, bool failed, uint64_t *ret_index)
{
	if (!barrier->is_acting || barrier->generation != generation)
		return CONCUR_BROKEN_BARRIER;
	if (!owner_is(barrier->acting.owner, session, context))
		return CONCUR_NOT_OWNER;
	*ret_index = barrier->parties - 1;
	if (failed)
		barrier_break(core, barrier);
	else
		barrier_pass(core, barrier);
	return CONCUR_OK;
}

void
barrier_abort(struct core *core, struct barrier *barrier)
{
	barrier_break(core, barrier);
}

void
barrier_reset(struct core *core, struct barrier *barrier)
{
	barrier_break(core, barrier);
	barrier->is_broken = false;
}

int64_t
barrier_default_wait(const struct barrier *barrier)
{
	return barrier->wait_ns;
}

void
barrier_state(const struct barrier *barrier, struct barrier_state *ret)
{
	*ret = (struct barrier_state){
		.parties = barrier->parties,
		.waiting = barrier->arrived,
		.broken = barrier->is_broken,
		.acting = barrier->is_acting,
		.default_wait_ns = barrier->wait_ns,
	};
}

/* -- the kind ---------------------------------------------------------------------------------------------------- */

static enum concur_status
barrier_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct barrier *barrier = barrier_of(object);

	if (options->count < 1)
		return CONCUR_VALUE_ERROR;
	if (options->wait_ns < -1)
		return CONCUR_BAD_WAIT;
	if (options->value && !(barrier->action = store_new(core, object, options->value, options->refers)))
		return CONCUR_NO_MEMORY;
	link_init(&barrier->waiters);
	link_init(&barrier->next);
	hold_init(&barrier->acting, barrier_owner_ended);
	barrier->generation = 1;
	barrier->parties = (uint64_t)options->count;
	barrier->wait_ns = options->wait_ns ? options->wait_ns : -1;
	return CONCUR_OK;
}

static void
barrier_end(struct core *core, struct object *object)
{
	struct barrier *barrier = barrier_of(object);

	hold_drop(&barrier->acting);
	waiter_wake_all(core, &barrier->waiters, CONCUR_REMOVED);
	waiter_wake_all(core, &barrier->next, CONCUR_REMOVED);
}

static bool
barrier_step(struct core *core, struct object *object, size_t *steps)
{
	struct barrier *barrier = barrier_of(object);

	(void)steps;
	if (barrier->action)
		store_drop(core, NULL, barrier->action);
	barrier->action = NULL;
	return true;
}

static bool
barrier_each_reference(struct object *object, struct reference_walk *walk)
{
	if (barrier_of(object)->action)
		store_visit_blob(barrier_of(object)->action, walk);
	return true;
}

static uint64_t
barrier_len(const struct object *object)
{
	return LINK_ENTRY(object, const struct barrier, object)->arrived;
}

/* The one that runs the action. */
static size_t
barrier_holders(const struct object *object, size_t from, struct holder *ret, size_t room)
{
	const struct owner *owner = LINK_ENTRY(object, const struct barrier, object)->acting.owner;

	if (!owner || from > 0 || room == 0)
		return 0;
	ret[0] = (struct holder){
		.session = session_id(owner->session),
		.process = owner->session->process,
		.context = owner_context(owner),
		.how = "action",
	};
	return 1;
}

static void
barrier_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct barrier *barrier = LINK_ENTRY(object, const struct barrier, object);

	say(arg, "parties", (int64_t)barrier->parties);
	say(arg, "waiting", (int64_t)barrier->arrived);
	say(arg, "broken", barrier->is_broken);
	say(arg, "action", barrier->action != NULL);
}

const struct kind barrier_kind = {
	.id = KIND_BARRIER,
	.name = "barrier",
	.size = sizeof(struct barrier),
	.init = barrier_init,
	.end = barrier_end,
	.step = barrier_step,
	.left = barrier_left,
	.each_reference = barrier_each_reference,
	.len = barrier_len,
	.roles = barrier_roles,
	.holders = barrier_holders,
	.details = barrier_details,
};
