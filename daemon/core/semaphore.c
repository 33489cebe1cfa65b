/* The semaphore.
 *
 * Every owner that holds permits has a record of how many: in a table, by which it is found, and in the order in which
 * they came. Between operations the first waiter asks for more than there is; who waits behind it waits for it. Of
 * owned permits `value` and all records together make `count`. Of anonymous ones a record is what its owner acquired
 * and has not released itself, which others may have done for it: so a death brings the value up to `count` at most.
 *
 * Credits: anyone may release anonymous permits, so somebody may still be about to release for the dead what their
 * death has returned. So many releases by owners that hold no permits are absorbed, until all permits are back. */
#include "daemon/core/semaphore.h"

#include <stdlib.h>

struct semaphore {
	struct object object;
	struct table permits; /* struct permits by owner: the key is where its record stands */
	struct link holders;  /* the same, oldest first */
	struct link waiters;
	int64_t value;
	int64_t count;
	uint64_t credits;
	bool bounded;
	bool strict;
	bool has_death; /* to be told to the next owner */
	struct death death;
};

/* What one owner holds. It is freed when that is none. */
struct permits {
	struct hold hold;
	struct table_node by_owner; /* in semaphore->permits */
	struct link in_semaphore;   /* in semaphore->holders */
	struct semaphore *semaphore;
	uint64_t count;
	uint64_t since_ns; /* of the first acquire */
};

static const char *const semaphore_roles[] = { "acquire", NULL };

static struct semaphore *
semaphore_of(struct object *object)
{
	return LINK_ENTRY(object, struct semaphore, object);
}

/* -- who holds permits --------------------------------------------------------------------------------------------- */

static void semaphore_owner_ended(struct core *core, struct hold *hold, const struct owner *owner,
    enum farewell farewell);

static struct permits *
permits_find(const struct semaphore *semaphore, const struct owner *owner)
{
	struct table_node *node = owner ? table_find(&semaphore->permits, (uintptr_t)owner) : NULL;

	return node ? LINK_ENTRY(node, struct permits, by_owner) : NULL;
}

/* Notes that the owner holds so many more. A record that is needed is taken from *prepared, if there is one. */
static enum concur_status
permits_add(struct core *core, struct semaphore *semaphore, struct owner *owner, uint64_t count, void **prepared)
{
	struct permits *permits = permits_find(semaphore, owner);

	if (!permits) {
		permits = *prepared ? *prepared : malloc(sizeof *permits);
		if (!permits)
			return CONCUR_NO_MEMORY;
		*prepared = NULL;
		*permits = (struct permits){ .semaphore = semaphore, .since_ns = core->now_ns };
		hold_init(&permits->hold, semaphore_owner_ended);
		hold_take(&permits->hold, owner);
		table_insert(&semaphore->permits, &permits->by_owner, (uintptr_t)owner);
		link_append(&semaphore->holders, &permits->in_semaphore);
	}
	permits->count += count;
	return CONCUR_OK;
}

/* The owner of the record may be freed. */
static void
permits_free(struct permits *permits)
{
	table_remove(&permits->semaphore->permits, &permits->by_owner);
	link_remove(&permits->in_semaphore);
	hold_drop(&permits->hold);
	free(permits);
}

/* Takes NULL, for a count of 0. The owner of the record may be freed. */
static void
permits_take(struct permits *permits, uint64_t count)
{
	if (!permits)
		return;
	permits->count -= count;
	if (permits->count == 0)
		permits_free(permits);
}

/* -- passing on -------------------------------------------------------------------------------------------------- */

static enum concur_status
semaphore_grant(struct core *core, struct semaphore *semaphore, struct owner *owner, uint64_t count, void **prepared,
    struct result *ret)
{
	enum concur_status status = permits_add(core, semaphore, owner, count, prepared);

	if (status != CONCUR_OK)
		return status;
	semaphore->value -= (int64_t)count;
	object_changed(core, &semaphore->object);
	if (semaphore->has_death) {
		ret->outcome = OUTCOME_OWNER_DIED;
		ret->death = semaphore->death;
		semaphore->has_death = false;
	}
	return CONCUR_OK;
}

static bool
semaphore_has(const struct semaphore *semaphore, uint64_t count)
{
	return semaphore->value >= 0 && (uint64_t)semaphore->value >= count;
}

static void
semaphore_settle(struct core *core, struct semaphore *semaphore)
{
	struct waiter *waiter;

	while ((waiter = waiter_first(&semaphore->waiters)) && semaphore_has(semaphore, waiter->amount)) {
		enum concur_status status =
		    semaphore_grant(core, semaphore, waiter->owner, waiter->amount, &waiter->prepared, &waiter->result);

		waiter_wake(core, waiter, status);
	}
}

/* The value has changed. */
static void
semaphore_changed(struct core *core, struct semaphore *semaphore)
{
	object_changed(core, &semaphore->object);
	semaphore_settle(core, semaphore);
}

/* How many of its permits return with an owner that has ended. */
static uint64_t
semaphore_returned(const struct semaphore *semaphore, uint64_t held, enum farewell farewell)
{
	int64_t missing;

	if (semaphore->strict)
		return held;
	if (farewell == FAREWELL_GOODBYE || semaphore->value >= semaphore->count)
		return 0;
	if (__builtin_sub_overflow(semaphore->count, semaphore->value, &missing))
		missing = INT64_MAX;
	return held < (uint64_t)missing ? held : (uint64_t)missing;
}

static void
semaphore_owner_ended(struct core *core, struct hold *hold, const struct owner *owner, enum farewell farewell)
{
	struct permits *permits = LINK_ENTRY(hold, struct permits, hold);
	struct semaphore *semaphore = permits->semaphore;
	uint64_t returned = semaphore_returned(semaphore, permits->count, farewell);

	permits_free(permits);
	if (link_linked(&semaphore->object.grave.link))
		return;
	semaphore->value += (int64_t)returned;
	if (!semaphore->strict)
		semaphore->credits += returned;
	if (semaphore->strict && farewell == FAREWELL_DEATH) {
		semaphore->has_death = true;
		semaphore->death = (struct death){ session_id(owner->session), owner->session->process,
			owner_context(owner), 0, core->now_ns };
	}
	semaphore_changed(core, semaphore);
}

/* -- operations -------------------------------------------------------------------------------------------------- */

static enum concur_status
semaphore_acquire_now(struct core *core, struct semaphore *semaphore, const struct ask *ask, uint64_t count,
    struct result *ret)
{
	struct owner *owner = owner_get(ask->session, ask->context);
	enum concur_status status;
	void *prepared = NULL;

	if (!owner)
		return CONCUR_NO_MEMORY;
	status = semaphore_grant(core, semaphore, owner, count, &prepared, ret);
	owner_settle(owner);
	return status;
}

enum concur_status
semaphore_acquire(struct core *core, struct semaphore *semaphore, const struct ask *ask, int64_t count,
    struct result *ret)
{
	struct waiter *waiter;
	enum concur_status status;

	if (count < 1)
		return CONCUR_VALUE_ERROR;
	if (link_empty(&semaphore->waiters) && semaphore_has(semaphore, (uint64_t)count))
		return semaphore_acquire_now(core, semaphore, ask, (uint64_t)count, ret);
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	status = waiter_new(core, &semaphore->object, &semaphore->waiters, ask, OUTCOME_TIMED_OUT, &waiter);
	if (status != CONCUR_PENDING)
		return status;
	waiter->amount = (size_t)count;
	/* What waits is served whether there is memory then or not. */
	waiter->prepared = malloc(sizeof(struct permits));
	if (waiter->prepared)
		return CONCUR_PENDING;
	waiter_withdraw(core, waiter);
	return CONCUR_NO_MEMORY;
}

static enum concur_status
semaphore_release_owned(struct core *core, struct semaphore *semaphore, const struct owner *owner, uint64_t count)
{
	struct permits *permits = permits_find(semaphore, owner);

	if (owner && owner_waits_on(owner, &semaphore->object))
		return CONCUR_WAITING;
	if (!permits || permits->count < count)
		return CONCUR_NOT_OWNER;
	permits_take(permits, count);
	semaphore->value += (int64_t)count;
	semaphore_changed(core, semaphore);
	return CONCUR_OK;
}

static uint64_t
lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What the owner holds itself is released first; for the rest it speaks for others. */
static enum concur_status
semaphore_release_anonymous(struct core *core, struct semaphore *semaphore, const struct owner *owner, uint64_t count)
{
	struct permits *permits = permits_find(semaphore, owner);
	uint64_t own = permits ? lesser(permits->count, count) : 0;
	uint64_t absorbed = lesser(count - own, semaphore->credits);
	int64_t value;

	if (__builtin_add_overflow(semaphore->value, count - absorbed, &value))
		return CONCUR_OVERFLOW;
	if (semaphore->bounded && absorbed < count && value > semaphore->count)
		return CONCUR_OVER_RELEASE;
	permits_take(permits, own);
	semaphore->credits -= absorbed;
	if (value > semaphore->value && value >= semaphore->count)
		semaphore->credits = 0;
	semaphore->value = value;
	semaphore_changed(core, semaphore);
	return CONCUR_OK;
}

enum concur_status
semaphore_release(struct core *core, struct semaphore *semaphore, const struct session *session, uint64_t context,
    int64_t count)
{
	const struct owner *owner = owner_find(session, context);

	if (count < 1)
		return CONCUR_VALUE_ERROR;
	if (semaphore->strict)
		return semaphore_release_owned(core, semaphore, owner, (uint64_t)count);
	return semaphore_release_anonymous(core, semaphore, owner, (uint64_t)count);
}

enum concur_status
semaphore_resize(struct core *core, struct semaphore *semaphore, int64_t count)
{
	int64_t value;

	if (count < 0)
		return CONCUR_VALUE_ERROR;
	if (__builtin_add_overflow(semaphore->value, count - semaphore->count, &value))
		return CONCUR_OVERFLOW;
	semaphore->count = count;
	semaphore->value = value;
	semaphore_changed(core, semaphore);
	return CONCUR_OK;
}

void
semaphore_state(const struct semaphore *semaphore, struct semaphore_state *ret)
{
	*ret = (struct semaphore_state){
		.value = semaphore->value,
		.count = semaphore->count,
		.holders = semaphore->permits.count,
		.waiters = semaphore->object.waiting,
		.credits = semaphore->credits,
		.bounded = semaphore->bounded,
		.strict = semaphore->strict,
	};
}

/* -- the kind ---------------------------------------------------------------------------------------------------- */

static enum concur_status
semaphore_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct semaphore *semaphore = semaphore_of(object);

	(void)core;
	if (options->count < 0)
		return CONCUR_VALUE_ERROR;
	if (table_init(&semaphore->permits) < 0)
		return CONCUR_NO_MEMORY;
	link_init(&semaphore->holders);
	link_init(&semaphore->waiters);
	semaphore->count = options->count || options->has_count ? options->count : 1;
	semaphore->value = semaphore->count;
	semaphore->bounded = options->bounded;
	semaphore->strict = options->strict;
	return CONCUR_OK;
}

static void
semaphore_end(struct core *core, struct object *object)
{
	waiter_wake_all(core, &semaphore_of(object)->waiters, CONCUR_REMOVED);
}

static bool
semaphore_step(struct core *core, struct object *object, size_t *steps)
{
	struct semaphore *semaphore = semaphore_of(object);

	(void)core;
	for (; !link_empty(&semaphore->holders); --*steps) {
		if (*steps == 0)
			return false;
		permits_free(LINK_ENTRY(semaphore->holders.next, struct permits, in_semaphore));
	}
	table_fini(&semaphore->permits);
	return true;
}

/* The one in front has left, and those behind it may have waited for nobody else. */
static void
semaphore_left(struct core *core, struct object *object, uint8_t role)
{
	(void)role;
	semaphore_settle(core, semaphore_of(object));
}

static uint64_t
semaphore_len(const struct object *object)
{
	int64_t value = LINK_ENTRY(object, const struct semaphore, object)->value;

	return value > 0 ? (uint64_t)value : 0;
}

static size_t
semaphore_footprint(const struct object *object)
{
	return LINK_ENTRY(object, const struct semaphore, object)->permits.count * sizeof(struct permits);
}

/* Steps over those in front of `from`. */
static size_t
semaphore_holders(const struct object *object, size_t from, struct holder *ret, size_t room)
{
	const struct semaphore *semaphore = LINK_ENTRY(object, const struct semaphore, object);
	size_t written = 0;

	for (const struct link *at = semaphore->holders.next; at != &semaphore->holders && written < room;
	     at = at->next) {
		const struct permits *permits = LINK_ENTRY(at, const struct permits, in_semaphore);
		const struct owner *owner = permits->hold.owner;

		if (from) {
			from--;
			continue;
		}
		ret[written++] = (struct holder){
			.session = session_id(owner->session),
			.process = owner->session->process,
			.context = owner_context(owner),
			.since_ns = permits->since_ns,
			.count = permits->count,
			.how = "permit",
		};
	}
	return written;
}

static void
semaphore_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct semaphore *semaphore = LINK_ENTRY(object, const struct semaphore, object);

	say(arg, "value", semaphore->value);
	say(arg, "count", semaphore->count);
	say(arg, "credits", (int64_t)semaphore->credits);
}

const struct kind semaphore_kind = {
	.id = KIND_SEMAPHORE,
	.name = "semaphore",
	.size = sizeof(struct semaphore),
	.init = semaphore_init,
	.end = semaphore_end,
	.step = semaphore_step,
	.left = semaphore_left,
	.len = semaphore_len,
	.footprint = semaphore_footprint,
	.roles = semaphore_roles,
	.holders = semaphore_holders,
	.details = semaphore_details,
};
