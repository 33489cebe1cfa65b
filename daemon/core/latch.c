/* The latch. Between operations there are waiters only while the count is above 0. */
#include "daemon/core/latch.h"

struct latch {
	struct object object;
	struct link waiters;
	uint64_t count;
};

static const char *const latch_roles[] = { "count 0", NULL };

static struct latch *
latch_of(struct object *object)
{
	return LINK_ENTRY(object, struct latch, object);
}

static enum concur_status
latch_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct latch *latch = latch_of(object);

	(void)core;
	if (options->count < 0)
		return CONCUR_VALUE_ERROR;
	link_init(&latch->waiters);
	latch->count = (uint64_t)options->count;
	return CONCUR_OK;
}

enum concur_status
latch_count_down(struct core *core, struct latch *latch, int64_t by)
{
	if (by < 1 || (uint64_t)by > latch->count)
		return CONCUR_VALUE_ERROR;
	latch->count -= (uint64_t)by;
	object_changed(core, &latch->object);
	if (latch->count == 0)
		waiter_wake_all(core, &latch->waiters, CONCUR_OK);
	return CONCUR_OK;
}

enum concur_status
latch_wait(struct core *core, struct latch *latch, const struct ask *ask, struct result *ret)
{
	if (latch->count == 0)
		return CONCUR_OK;
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	return waiter_new(core, &latch->object, &latch->waiters, ask, OUTCOME_TIMED_OUT, NULL);
}

uint64_t
latch_count(const struct latch *latch)
{
	return latch->count;
}

static void
latch_end(struct core *core, struct object *object)
{
	waiter_wake_all(core, &latch_of(object)->waiters, CONCUR_REMOVED);
}

static bool
latch_step(struct core *core, struct object *object, size_t *steps)
{
	(void)core, (void)object, (void)steps;
	return true;
}

static uint64_t
latch_len(const struct object *object)
{
	return LINK_ENTRY(object, const struct latch, object)->count;
}

static void
latch_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	say(arg, "count", (int64_t)LINK_ENTRY(object, const struct latch, object)->count);
}

const struct kind latch_kind = {
	.id = KIND_LATCH,
	.name = "latch",
	.size = sizeof(struct latch),
	.init = latch_init,
	.end = latch_end,
	.step = latch_step,
	.len = latch_len,
	.roles = latch_roles,
	.details = latch_details,
};
