/* The pipe.
 *
 * An end keeps what was sent to it and not yet received (counted as its own), and the calls that wait for that: its
 * receivers, its pollers, and the senders of the other end, which wait for room here. Invariants between operations:
 * receivers and pollers wait only while there is nothing to receive and the other end is open; senders wait only while
 * the first of them does not fit. pipe_settle() restores them, and is the only place that serves a waiter.
 *
 * Life: pipe_new() joins two ends. When one goes, by its last reference or pipe_close(), it leaves the other alone
 * (`other` is NULL), which then receives what it has, and after that the end of file. */
#include "daemon/core/pipe.h"

#include "daemon/core/pipe_items.h"
#include "daemon/core/store.h"

enum pipe_role {
	PIPE_RECV,
	PIPE_POLL,
	PIPE_SEND,
	PIPE_ROLES,
};

struct pipe {
	struct object object;
	struct pipe *other;      /* NULL: it is gone */
	struct pipe_items items; /* sent by the other end; counted as this object's */
	struct origin *origin;   /* what deliveries know it by */
	bool receives;
	bool sends;
	uint64_t waiting[PIPE_ROLES]; /* calls on this end, by role */
	struct link receivers;        /* of this end */
	struct link pollers;          /* of this end */
	struct link senders;          /* of the other end */
};

static struct pipe *
pipe_of(struct object *object)
{
	return LINK_ENTRY(object, struct pipe, object);
}

static enum concur_status
pipe_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct pipe *pipe = pipe_of(object);

	(void)core;
	if (!options->paired)
		return CONCUR_NOT_FOUND;
	pipe->origin = origin_new(object);
	if (!pipe->origin)
		return CONCUR_NO_MEMORY;
	pipe_items_init(&pipe->items);
	link_init(&pipe->receivers);
	link_init(&pipe->pollers);
	link_init(&pipe->senders);
	return CONCUR_OK;
}

static enum concur_status
pipe_new_end(struct core *core, const struct pipe_options *options, unsigned number, struct pipe **ret_end)
{
	const struct object_open open = {
		.name = options->names[number],
		.must_create = true,
		.creator = options->creator,
		.options = { .kind = KIND_PIPE, .lifetime = options->lifetime, .paired = true },
	};
	enum concur_status status;
	struct object *object;
	bool created;

	status = object_open(core, &open, &object, &created);
	if (status == CONCUR_OK)
		*ret_end = pipe_of(object);
	return status;
}

enum concur_status
pipe_new(struct core *core, const struct pipe_options *options, struct pipe *ret_ends[2])
{
	enum concur_status status;
	struct pipe *ends[2];

	status = pipe_new_end(core, options, 0, &ends[0]);
	if (status != CONCUR_OK)
		return status;
	status = pipe_new_end(core, options, 1, &ends[1]);
	if (status != CONCUR_OK) {
		object_destroy(core, &ends[0]->object);
		return status;
	}
	for (unsigned i = 0; i < 2; i++) {
		ends[i]->other = ends[1 - i];
		ends[i]->receives = options->duplex || i == 0;
		ends[i]->sends = options->duplex || i == 1;
		ret_ends[i] = ends[i];
	}
	return CONCUR_OK;
}

/* -- what is under way to an end --------------------------------------------------------------------------------- */

/* Whether so many bytes more may be under way to this end. */
static bool
pipe_fits(const struct core *core, const struct pipe *pipe, size_t bytes)
{
	return pipe_items_count(&pipe->items) == 0 || pipe->object.bytes + bytes <= core->limits->pipe_bytes_max;
}

/* The end takes over a blob that is in the store already. 0, or -1 if there is no memory. */
static int
pipe_append(struct core *core, struct pipe *pipe, struct blob *blob)
{
	if (pipe_items_append(&pipe->items, blob) < 0)
		return -1;
	store_settle(core, &pipe->object, blob);
	object_changed(core, &pipe->object);
	return 0;
}

/* The next value goes to the session, among whose deliveries it stands until it is read; there is one. */
static enum concur_status
pipe_hand_over(struct core *core, struct pipe *pipe, struct session *session, struct result *ret)
{
	struct deliveries *deliveries = &session->deliveries;
	struct delivery *delivery;

	if (deliveries_reserve(core, deliveries, 1) < 0)
		return CONCUR_NO_MEMORY;
	delivery = deliveries_next(deliveries);
	pipe_items_take(&pipe->items, delivery);
	pipe->object.bytes -= store_bytes(delivery->blob);
	ret->value = blob_ref(delivery->blob);
	deliveries_add(core, deliveries, pipe->origin);
	object_changed(core, &pipe->object);
	return CONCUR_OK;
}

static bool
pipe_serve_receiver(struct core *core, struct pipe *pipe)
{
	struct waiter *waiter = waiter_first(&pipe->receivers);
	enum concur_status status;

	if (!waiter || pipe_items_count(&pipe->items) == 0)
		return false;
	status = pipe_hand_over(core, pipe, waiter->session, &waiter->result);
	pipe->waiting[PIPE_RECV]--;
	waiter_wake(core, waiter, status);
	return true;
}

static bool
pipe_serve_sender(struct core *core, struct pipe *pipe)
{
	struct waiter *waiter = waiter_first(&pipe->senders);

	if (!waiter || !pipe_fits(core, pipe, store_bytes(waiter->result.value)))
		return false;
	pipe->other->waiting[PIPE_SEND]--;
	if (pipe_append(core, pipe, waiter->result.value) < 0) {
		waiter_fail(core, waiter, CONCUR_NO_MEMORY);
		return true;
	}
	waiter_unpin(core, waiter);
	waiter->result.value = NULL;
	waiter_wake(core, waiter, CONCUR_OK);
	return true;
}

static void
pipe_wake_with_end_of_file(struct core *core, struct link *queue)
{
	struct waiter *waiter;

	while ((waiter = waiter_first(queue)))
		waiter_wake_outcome(core, waiter, OUTCOME_END_OF_FILE);
}

static void
pipe_settle(struct core *core, struct pipe *pipe)
{
	while (pipe_serve_receiver(core, pipe) || pipe_serve_sender(core, pipe))
		;
	if (pipe_items_count(&pipe->items)) {
		waiter_wake_all(core, &pipe->pollers, CONCUR_OK);
		pipe->waiting[PIPE_POLL] = 0;
	} else if (!pipe->other) {
		pipe_wake_with_end_of_file(core, &pipe->receivers);
		pipe_wake_with_end_of_file(core, &pipe->pollers);
		pipe->waiting[PIPE_RECV] = pipe->waiting[PIPE_POLL] = 0;
	}
}

/* -- operations --------------------------------------------------------------------------------------------------- */

static enum concur_status
pipe_wait(struct core *core, struct pipe *pipe, struct link *queue, const struct ask *ask, enum pipe_role role,
    struct blob *brought)
{
	enum outcome at_deadline = role == PIPE_SEND ? OUTCOME_FULL : OUTCOME_EMPTY;
	struct waiter *waiter;
	enum concur_status status = waiter_new(core, &pipe->object, queue, ask, at_deadline, &waiter);

	if (status != CONCUR_PENDING)
		return status;
	waiter->role = (uint8_t)role;
	waiter->result.value = brought;
	if (brought)
		waiter_pin(core, waiter);
	pipe->waiting[role]++;
	return CONCUR_PENDING;
}

enum concur_status
pipe_send(struct core *core, struct pipe *pipe, const struct ask *ask, const struct value *value, bool refers,
    struct result *ret)
{
	struct pipe *other = pipe->other;
	enum concur_status status = CONCUR_OK;
	struct blob *blob;
	bool waits;

	if (!pipe->sends)
		return CONCUR_TYPE_ERROR;
	if (!other)
		return CONCUR_BROKEN_PIPE;
	waits = !link_empty(&other->senders) || !pipe_fits(core, other, blob_footprint(value->size));
	if (waits && ask->wait_ns == 0) {
		ret->outcome = OUTCOME_FULL;
		return CONCUR_OK;
	}
	blob = store_new(core, NULL, value, refers);
	if (!blob)
		return CONCUR_NO_MEMORY;
	if (waits)
		status = pipe_wait(core, pipe, &other->senders, ask, PIPE_SEND, blob);
	else if (pipe_append(core, other, blob) < 0)
		status = CONCUR_NO_MEMORY;
	else
		pipe_settle(core, other);
	if (status != CONCUR_OK && status != CONCUR_PENDING)
		store_drop(core, NULL, blob);
	return status;
}

/* True if a receive or poll has an answer at once: there is something, there never will be, or it would not wait. */
static bool
pipe_answers(const struct pipe *pipe, const struct ask *ask, struct result *ret)
{
	if (pipe_items_count(&pipe->items))
		ret->outcome = OUTCOME_DONE;
	else if (!pipe->other)
		ret->outcome = OUTCOME_END_OF_FILE;
	else if (ask->wait_ns == 0)
		ret->outcome = OUTCOME_EMPTY;
	else
		return false;
	return true;
}

enum concur_status
pipe_recv(struct core *core, struct pipe *pipe, const struct ask *ask, struct result *ret)
{
	bool is_answered;
	enum concur_status status;

	if (!pipe->receives)
		return CONCUR_TYPE_ERROR;
	is_answered = pipe_answers(pipe, ask, ret);
	if (is_answered && ret->outcome != OUTCOME_DONE)
		return CONCUR_OK;
	if (deliveries_left(core, &ask->session->deliveries) == 0)
		return core_limit(core, CONCUR_LIMIT, "deliveries_max");
	if (!is_answered)
		return pipe_wait(core, pipe, &pipe->receivers, ask, PIPE_RECV, NULL);
	status = pipe_hand_over(core, pipe, ask->session, ret);
	pipe_settle(core, pipe);
	return status;
}

enum concur_status
pipe_poll(struct core *core, struct pipe *pipe, const struct ask *ask, struct result *ret)
{
	if (!pipe->receives)
		return CONCUR_TYPE_ERROR;
	if (!pipe_answers(pipe, ask, ret))
		return pipe_wait(core, pipe, &pipe->pollers, ask, PIPE_POLL, NULL);
	return CONCUR_OK;
}

void
pipe_close(struct core *core, struct pipe *pipe)
{
	object_destroy(core, &pipe->object);
}

void
pipe_state(const struct pipe *pipe, struct pipe_state *ret)
{
	*ret = (struct pipe_state){
		.size = pipe_items_count(&pipe->items),
		.bytes = pipe->object.bytes,
		.in_doubt = pipe->origin->in_doubt,
		.receivers = pipe->waiting[PIPE_RECV],
		.pollers = pipe->waiting[PIPE_POLL],
		.senders = pipe->waiting[PIPE_SEND],
		.receives = pipe->receives,
		.sends = pipe->sends,
		.is_open = pipe->other != NULL,
	};
}

/* -- the kind ----------------------------------------------------------------------------------------------------- */

static void
pipe_end(struct core *core, struct object *object)
{
	struct pipe *pipe = pipe_of(object), *other = pipe->other;

	waiter_wake_all(core, &pipe->receivers, CONCUR_REMOVED);
	waiter_wake_all(core, &pipe->pollers, CONCUR_REMOVED);
	waiter_wake_all(core, &pipe->senders, CONCUR_BROKEN_PIPE);
	origin_leave(pipe->origin);
	pipe->origin = NULL;
	if (!other)
		return;
	waiter_wake_all(core, &other->senders, CONCUR_REMOVED);
	other->waiting[PIPE_SEND] = 0;
	pipe->other = other->other = NULL;
	pipe_settle(core, other);
}

static bool
pipe_step(struct core *core, struct object *object, size_t *steps)
{
	return pipe_items_step(core, &pipe_of(object)->items, steps);
}

static void
pipe_left(struct core *core, struct object *object, uint8_t role)
{
	struct pipe *pipe = pipe_of(object);

	pipe->waiting[role]--;
	/* A sender that wanted more room than the next one has made way. */
	if (role == PIPE_SEND)
		pipe_settle(core, pipe->other);
}

static enum concur_status
pipe_take_back(struct core *core, struct object *object, const struct delivery *delivery)
{
	struct pipe *pipe = pipe_of(object);

	if (pipe_items_put_back(&pipe->items, delivery) < 0)
		return CONCUR_NO_MEMORY;
	store_settle(core, object, delivery->blob);
	cycle_moved(core, object, UINT64_MAX);
	object_changed(core, object);
	return CONCUR_OK;
}

static void
pipe_took_back(struct core *core, struct object *object)
{
	pipe_settle(core, pipe_of(object));
}

static bool
pipe_each_reference(struct object *object, struct reference_walk *walk)
{
	return pipe_items_visit(&LINK_ENTRY(object, const struct pipe, object)->items, walk);
}

static uint64_t
pipe_len(const struct object *object)
{
	return pipe_items_count(&LINK_ENTRY(object, const struct pipe, object)->items);
}

static size_t
pipe_footprint(const struct object *object)
{
	return pipe_items_footprint(&LINK_ENTRY(object, const struct pipe, object)->items);
}

static void
pipe_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct pipe *pipe = LINK_ENTRY(object, const struct pipe, object);

	say(arg, "receives", pipe->receives);
	say(arg, "sends", pipe->sends);
	say(arg, "is_open", pipe->other != NULL);
	say(arg, "in doubt", (int64_t)pipe->origin->in_doubt);
}

static const char *const pipe_roles[] = { "recv", "poll", "send" };

const struct kind pipe_kind = {
	.id = KIND_PIPE,
	.name = "pipe",
	.size = sizeof(struct pipe),
	.never_lingers = true,
	.init = pipe_init,
	.end = pipe_end,
	.step = pipe_step,
	.left = pipe_left,
	.len = pipe_len,
	.footprint = pipe_footprint,
	.each_reference = pipe_each_reference,
	.take_back = pipe_take_back,
	.took_back = pipe_took_back,
	.roles = pipe_roles,
	.details = pipe_details,
};
