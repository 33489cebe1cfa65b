/* The condition. Its queue has the waits that nobody has notified yet, first come first; there is none without a lock.
 * A wait that was notified, or whose time is over, moves to the lock's queue, with the recursion that it gave up as its
 * amount, and is the lock's from there on; the condition only hears of those who leave that queue without the lock. */
#include "daemon/core/condition.h"

struct condition {
	struct object object;
	struct lock *lock; /* one reference; NULL: it is gone */
	struct lock_user user;
	struct link waiters;
};

static const char *const condition_roles[] = { "wait", NULL };

static struct condition *
condition_of(struct object *object)
{
	return LINK_ENTRY(object, struct condition, object);
}

struct lock *
condition_lock(struct condition *condition)
{
	return condition->lock;
}

/* -- operations -------------------------------------------------------------------------------------------------- */

static enum concur_status
condition_check(const struct condition *condition, const struct session *session, uint64_t context)
{
	return condition->lock ? lock_check_held(condition->lock, session, context) : CONCUR_NOT_FOUND;
}

enum concur_status
condition_wait(struct core *core, struct condition *condition, const struct ask *ask, struct result *ret)
{
	enum concur_status status = condition_check(condition, ask->session, ask->context);
	struct waiter *waiter;

	if (status != CONCUR_OK)
		return status;
	if (ask->wait_ns == 0) {
		ret->number = lock_token(condition->lock);
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	status = waiter_new(core, &condition->object, &condition->waiters, ask, OUTCOME_TIMED_OUT, &waiter);
	if (status != CONCUR_PENDING)
		return status;
	waiter->amount = lock_depth(condition->lock);
	lock_give_up(core, condition->lock);
	return CONCUR_PENDING;
}

static void
condition_wake(struct core *core, struct condition *condition)
{
	struct waiter *waiter = waiter_first(&condition->waiters);

	if (waiter)
		lock_take_back(core, condition->lock, waiter, LOCK_TAKE_BACK);
}

enum concur_status
condition_notify(struct core *core, struct condition *condition, const struct session *session, uint64_t context,
    uint64_t most, uint64_t *ret_woken)
{
	enum concur_status status = condition_check(condition, session, context);

	*ret_woken = 0;
	if (status != CONCUR_OK)
		return status;
	for (; *ret_woken < most && !link_empty(&condition->waiters); ++*ret_woken)
		condition_wake(core, condition);
	return CONCUR_OK;
}

/* -- what happens to waits --------------------------------------------------------------------------------------- */

/* Its time is over, or it is cancelled. */
static bool
condition_recall(struct core *core, struct waiter *waiter)
{
	struct condition *condition = condition_of(waiter->object);

	waiter->result.outcome = OUTCOME_TIMED_OUT;
	lock_take_back(core, condition->lock, waiter, LOCK_TAKE_BACK_LATE);
	return true;
}

/* One that was notified has left before it had the lock: the next one is notified in its place. */
static void
condition_left(struct core *core, struct object *object, uint8_t role)
{
	if (role == LOCK_TAKE_BACK)
		condition_wake(core, condition_of(object));
}

static void
condition_lock_failed(struct core *core, struct lock_user *user, enum concur_status status)
{
	struct condition *condition = LINK_ENTRY(user, struct condition, user);

	waiter_wake_all(core, &condition->waiters, status);
	if (status != CONCUR_REMOVED)
		return;
	link_remove(&user->link);
	object_unref(core, (struct object *)condition->lock);
	condition->lock = NULL;
}

/* -- the kind ---------------------------------------------------------------------------------------------------- */

/* An rlock of its own; nobody knows it but who asks for it. */
static enum concur_status
condition_make_lock(struct core *core, struct object **ret)
{
	struct object_open open = { .options = { .kind = KIND_RLOCK } };
	bool created;

	/* The condition itself is not counted yet. */
	if (core->objects.count + 1 >= core->limits->objects_max)
		return core_limit(core, CONCUR_LIMIT, "objects_max");
	return object_open(core, &open, ret, &created);
}

static enum concur_status
condition_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct condition *condition = condition_of(object);
	struct object *lock = options->lock;
	enum concur_status status = CONCUR_OK;

	if (!lock)
		status = condition_make_lock(core, &lock);
	else if (!lock_is(lock))
		status = CONCUR_WRONG_KIND;
	if (status != CONCUR_OK)
		return status;
	object_ref(core, lock);
	condition->lock = (struct lock *)lock;
	condition->user.lock_failed = condition_lock_failed;
	link_init(&condition->waiters);
	lock_use(condition->lock, &condition->user);
	return CONCUR_OK;
}

static void
condition_end(struct core *core, struct object *object)
{
	struct condition *condition = condition_of(object);

	waiter_wake_all(core, &condition->waiters, CONCUR_REMOVED);
	if (!condition->lock)
		return;
	link_remove(&condition->user.link);
	object_unref(core, (struct object *)condition->lock);
	condition->lock = NULL;
}

static bool
condition_step(struct core *core, struct object *object, size_t *steps)
{
	(void)core, (void)object, (void)steps;
	return true;
}

static uint64_t
condition_len(const struct object *object)
{
	return object->waiting;
}

static void
condition_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct condition *condition = LINK_ENTRY(object, const struct condition, object);

	say(arg, "lock", condition->lock ? (int64_t)object_id((const struct object *)condition->lock) : 0);
}

const struct kind condition_kind = {
	.id = KIND_CONDITION,
	.name = "condition",
	.size = sizeof(struct condition),
	.init = condition_init,
	.end = condition_end,
	.step = condition_step,
	.left = condition_left,
	.recall = condition_recall,
	.len = condition_len,
	.roles = condition_roles,
	.details = condition_details,
};
