/* The model of pipes. */
#include "tests/sim/model.h"

#include <assert.h>
#include <string.h>

static struct model_end *
end_of(struct model *model, const struct model_call *call)
{
	return &model->ends[call->object];
}

/* The end at the other side. */
static struct model_end *
other_of(struct model *model, const struct model_end *end)
{
	return &model->ends[(size_t)(end - model->ends) ^ 1];
}

void
model_pipes_init(struct model *model)
{
	for (unsigned i = 0; i < MODEL_ENDS; i++) {
		link_init(&model->ends[i].receivers);
		link_init(&model->ends[i].pollers);
		link_init(&model->ends[i].senders);
	}
}

/* -- waiters ------------------------------------------------------------------------------------------------------ */

static void
all_over(struct link *queue, enum concur_status status, enum model_outcome outcome)
{
	struct model_call *call;

	while ((call = model_first_of(queue)))
		model_call_over(call, status, outcome);
}

static void
end_receive(struct model *model, struct model_end *end, struct model_call *call)
{
	call->reply.values[call->reply.count++] = end->items[0].value;
	model_doubt_message(model, call, end->serial, end->items[0]);
	memmove(end->items, end->items + 1, --end->count * sizeof *end->items);
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

static void
end_accept(struct model_end *end, struct model_call *call)
{
	assert(end->count < MODEL_PIPE_ROOM);
	end->items[end->count++] = (struct model_message){ call->items[0], ++end->sent };
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

/* Serves all that can be served at this end, and the other end's senders. */
static void
end_settle(struct model *model, struct model_end *end)
{
	struct model_end *other = other_of(model, end);

	for (;;) {
		struct model_call *receiver = model_first_of(&end->receivers),
				  *sender = model_first_of(&other->senders);

		if (receiver && end->count)
			end_receive(model, end, receiver);
		else if (sender && end->count < MODEL_PIPE_ROOM)
			end_accept(end, sender);
		else
			break;
	}
	if (end->count) {
		all_over(&end->pollers, CONCUR_OK, MODEL_DONE);
	} else if (!other->is_there) {
		all_over(&end->receivers, CONCUR_OK, MODEL_END_OF_FILE);
		all_over(&end->pollers, CONCUR_OK, MODEL_END_OF_FILE);
	}
}

static void
end_go(struct model *model, struct model_end *end)
{
	struct model_end *other = other_of(model, end);

	all_over(&end->receivers, CONCUR_REMOVED, MODEL_DONE);
	all_over(&end->pollers, CONCUR_REMOVED, MODEL_DONE);
	all_over(&end->senders, CONCUR_REMOVED, MODEL_DONE);
	end->is_there = false;
	end->count = 0;
	all_over(&other->senders, CONCUR_BROKEN_PIPE, MODEL_DONE);
	if (other->is_there)
		end_settle(model, other);
}

void
model_pipe_return(struct model *model, unsigned number, uint64_t serial, struct model_message message)
{
	struct model_end *end = &model->ends[number];
	size_t at = end->count;

	if (!end->is_there || end->serial != serial)
		return;
	assert(end->count < MODEL_PIPE_MOST);
	for (; at > 0 && end->items[at - 1].order > message.order; at--)
		end->items[at] = end->items[at - 1];
	end->items[at] = message;
	end->count++;
}

void
model_pipes_settle(struct model *model)
{
	for (unsigned i = 0; i < MODEL_ENDS; i++) {
		if (model->ends[i].is_there)
			end_settle(model, &model->ends[i]);
	}
}

static bool
end_is_forsaken(const struct model_end *end)
{
	return end->is_there && end->refs == 0 && link_empty(&end->receivers) && link_empty(&end->pollers) &&
	    link_empty(&end->senders);
}

void
model_pipes_let_go(struct model *model)
{
	bool forsaken[MODEL_ENDS];

	/* An end whose waiters are told now, by the going of another, goes at the next turn's end. */
	for (unsigned i = 0; i < MODEL_ENDS; i++)
		forsaken[i] = end_is_forsaken(&model->ends[i]);
	for (unsigned i = 0; i < MODEL_ENDS; i++) {
		if (forsaken[i])
			end_go(model, &model->ends[i]);
	}
}

/* -- handles ------------------------------------------------------------------------------------------------------ */

static struct model_handles *
handles_of(struct model *model, const struct model_call *call)
{
	struct model_handles *handles = &call->session->handles[call->object];
	uint64_t serial = model->ends[call->object].serial;

	if (handles->serial != serial)
		*handles = (struct model_handles){ serial, 0 };
	return handles;
}

void
model_pipes_session_end(struct model *model, struct model_session *session)
{
	for (unsigned i = 0; i < MODEL_ENDS; i++) {
		if (session->handles[i].serial == model->ends[i].serial)
			model->ends[i].refs -= session->handles[i].count;
		session->handles[i].count = 0;
	}
}

bool
model_pipe_is_free(const struct model *model, unsigned pipe)
{
	return !model->ends[2 * pipe].is_there && !model->ends[2 * pipe + 1].is_there;
}

void
model_pipe_new(struct model *model, struct model_call *call, bool duplex)
{
	assert(model_pipe_is_free(model, call->object / 2));
	model_call_init(call);
	for (unsigned i = 0; i < 2; i++, call->object++) {
		struct model_end *end = end_of(model, call);

		end->is_there = true;
		end->receives = duplex || i == 0;
		end->sends = duplex || i == 1;
		end->serial++;
		end->refs = 1;
		handles_of(model, call)->count = 1;
	}
	call->object -= 2;
	model_call_over(call, CONCUR_OK, MODEL_DONE);
}

void
model_pipe_ref(struct model *model, struct model_call *call)
{
	struct model_end *end = end_of(model, call);

	model_call_init(call);
	if (end->is_there) {
		end->refs++;
		handles_of(model, call)->count++;
	}
	model_call_over(call, end->is_there ? CONCUR_OK : CONCUR_NOT_FOUND, MODEL_DONE);
}

void
model_pipe_unref(struct model *model, struct model_call *call)
{
	struct model_handles *handles = handles_of(model, call);
	bool had = handles->count > 0;

	model_call_init(call);
	if (had) {
		handles->count--;
		end_of(model, call)->refs--;
	}
	model_call_over(call, CONCUR_OK, had ? MODEL_DONE : MODEL_NOT_THERE);
}

void
model_pipe_close(struct model *model, struct model_call *call)
{
	struct model_end *end = end_of(model, call);

	model_call_init(call);
	model_call_over(call, end->is_there ? CONCUR_OK : CONCUR_NOT_FOUND, MODEL_DONE);
	if (end->is_there)
		end_go(model, end);
}

/* -- sending and receiving ---------------------------------------------------------------------------------------- */

void
model_pipe_send(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct model_end *end = end_of(model, call), *other = other_of(model, end);

	model_call_init(call);
	call->role = MODEL_SEND;
	if (!end->is_there) {
		model_call_over(call, CONCUR_NOT_FOUND, MODEL_DONE);
	} else if (!end->sends) {
		model_call_over(call, CONCUR_TYPE_ERROR, MODEL_DONE);
	} else if (!other->is_there) {
		model_call_over(call, CONCUR_BROKEN_PIPE, MODEL_DONE);
	} else if (link_empty(&end->senders) && other->count < MODEL_PIPE_ROOM) {
		end_accept(other, call);
		end_settle(model, other);
	} else if (wait_ns == 0) {
		model_call_over(call, CONCUR_OK, MODEL_FULL);
	} else {
		model_call_wait(model, call, &end->senders, wait_ns, now_ns);
	}
}

/* True if a receive or poll is over without a value. */
static bool
end_refuses(struct model *model, struct model_end *end, struct model_call *call, int64_t wait_ns)
{
	if (!end->is_there)
		model_call_over(call, CONCUR_NOT_FOUND, MODEL_DONE);
	else if (!end->receives)
		model_call_over(call, CONCUR_TYPE_ERROR, MODEL_DONE);
	else if (end->count)
		return false;
	else if (!other_of(model, end)->is_there)
		model_call_over(call, CONCUR_OK, MODEL_END_OF_FILE);
	else if (wait_ns == 0)
		model_call_over(call, CONCUR_OK, MODEL_EMPTY);
	else
		return false;
	return true;
}

void
model_pipe_recv(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct model_end *end = end_of(model, call);

	model_call_init(call);
	call->role = MODEL_RECV;
	if (end_refuses(model, end, call, wait_ns))
		return;
	if (end->count == 0) {
		model_call_wait(model, call, &end->receivers, wait_ns, now_ns);
		return;
	}
	end_receive(model, end, call);
	end_settle(model, end);
}

void
model_pipe_poll(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns)
{
	struct model_end *end = end_of(model, call);

	model_call_init(call);
	call->role = MODEL_POLL;
	if (end_refuses(model, end, call, wait_ns))
		return;
	if (end->count)
		model_call_over(call, CONCUR_OK, MODEL_DONE);
	else
		model_call_wait(model, call, &end->pollers, wait_ns, now_ns);
}
