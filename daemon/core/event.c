/* The event. Between operations there are waiters only while it is clear: whoever waits is answered by the set itself,
 * so that a clear that follows takes nothing back. */
#include "daemon/core/event.h"

struct event {
	struct object object;
	struct link waiters;
	bool is_set;
};

static const char *const event_roles[] = { "set", NULL };

static struct event *
event_of(struct object *object)
{
	return LINK_ENTRY(object, struct event, object);
}

static enum concur_status
event_init(struct core *core, struct object *object, const struct object_options *options)
{
	(void)core, (void)options;
	link_init(&event_of(object)->waiters);
	return CONCUR_OK;
}

void
event_set(struct core *core, struct event *event)
{
	if (event->is_set)
		return;
	event->is_set = true;
	object_changed(core, &event->object);
	waiter_wake_all(core, &event->waiters, CONCUR_OK);
}

void
event_clear(struct core *core, struct event *event)
{
	if (!event->is_set)
		return;
	event->is_set = false;
	object_changed(core, &event->object);
}

enum concur_status
event_wait(struct core *core, struct event *event, const struct ask *ask, struct result *ret)
{
	if (event->is_set)
		return CONCUR_OK;
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	return waiter_new(core, &event->object, &event->waiters, ask, OUTCOME_TIMED_OUT, NULL);
}

bool
event_is_set(const struct event *event)
{
	return event->is_set;
}

static void
event_end(struct core *core, struct object *object)
{
	waiter_wake_all(core, &event_of(object)->waiters, CONCUR_REMOVED);
}

static bool
event_step(struct core *core, struct object *object, size_t *steps)
{
	(void)core, (void)object, (void)steps;
	return true;
}

static uint64_t
event_len(const struct object *object)
{
	return LINK_ENTRY(object, const struct event, object)->is_set ? 1 : 0;
}

static void
event_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	say(arg, "set", LINK_ENTRY(object, const struct event, object)->is_set);
}

const struct kind event_kind = {
	.id = KIND_EVENT,
	.name = "event",
	.size = sizeof(struct event),
	.init = event_init,
	.end = event_end,
	.step = event_step,
	.len = event_len,
	.roles = event_roles,
	.details = event_details,
};
