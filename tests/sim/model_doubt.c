/* The model of items on their way: those that were got, from queues and from pipes, and of which the server can not
 * know yet that they were read.
 *
 * All stand in one list, oldest first. The simulator says which calls' replies a client has read, and when it has sent
 * a frame, which tells the server so. */
#include "tests/sim/model.h"

#include <assert.h>
#include <stdlib.h>

struct model_doubt {
	struct link link; /* in model->doubts */
	const struct model_session *session;
	uint64_t call;
	bool is_message;
	unsigned object; /* a queue, or an end of a pipe */
	struct model_item item;
	uint64_t serial; /* of the end */
	struct model_message message;
	bool is_read;    /* by the client, which has not told so */
	bool is_dropped; /* the queue was cleared meanwhile */
};

static struct model_doubt *
doubt_of(struct link *link)
{
	return LINK_ENTRY(link, struct model_doubt, link);
}

static void
doubt_forget(struct model_doubt *doubt)
{
	link_remove(&doubt->link);
	free(doubt);
}

static struct model_doubt *
doubt_new(struct model *model, const struct model_call *call)
{
	struct model_doubt *doubt = calloc(1, sizeof *doubt);

	if (!doubt)
		abort();
	doubt->session = call->session;
	doubt->call = call->id;
	doubt->object = call->object;
	link_append(&model->doubts, &doubt->link);
	return doubt;
}

void
model_doubt_add(struct model *model, const struct model_call *call, struct model_item item)
{
	doubt_new(model, call)->item = item;
}

void
model_doubt_message(struct model *model, const struct model_call *call, uint64_t serial, struct model_message message)
{
	struct model_doubt *doubt = doubt_new(model, call);

	doubt->is_message = true;
	doubt->serial = serial;
	doubt->message = message;
}

void
model_doubt_clear(struct model *model, unsigned queue)
{
	for (struct link *at = model->doubts.next; at != &model->doubts; at = at->next)
		doubt_of(at)->is_dropped |= !doubt_of(at)->is_message && doubt_of(at)->object == queue;
}

void
model_read(struct model *model, const struct model_session *session, uint64_t call)
{
	for (struct link *at = model->doubts.next; at != &model->doubts; at = at->next)
		doubt_of(at)->is_read |= doubt_of(at)->session == session && doubt_of(at)->call == call;
}

void
model_told(struct model *model, const struct model_session *session)
{
	for (struct link *at = model->doubts.next, *next; at != &model->doubts; at = next) {
		next = at->next;
		if (doubt_of(at)->session == session && doubt_of(at)->is_read)
			doubt_forget(doubt_of(at));
	}
}

static bool
is_late(const struct model *model, const struct model_doubt *doubt)
{
	return doubt->item.expires_ns && doubt->item.expires_ns <= model->now_ns;
}

/* In front of what is younger; on a stack on top. */
static void
doubt_return(struct model *model, const struct model_doubt *doubt)
{
	struct model_queue *queue = &model->queues[doubt->object];
	size_t at = queue->count;

	assert(queue->count < MODEL_QUEUE);
	for (; !queue->lifo && at > 0 && queue->items[at - 1].order > doubt->item.order; at--)
		queue->items[at] = queue->items[at - 1];
	queue->items[at] = doubt->item;
	queue->items[at].timer = ++model->timers;
	queue->count++;
}

void
model_doubt_end(struct model *model, const struct model_session *session, bool has_died)
{
	for (struct link *at = model->doubts.prev, *next; at != &model->doubts; at = next) {
		struct model_doubt *doubt = doubt_of(at);

		next = at->prev;
		if (doubt->session != session)
			continue;
		if (has_died && doubt->is_message)
			model_pipe_return(model, doubt->object, doubt->serial, doubt->message);
		else if (has_died && (doubt->is_dropped || is_late(model, doubt)))
			model_finish(model, doubt->object, 1);
		else if (has_died)
			doubt_return(model, doubt);
		doubt_forget(doubt);
	}
}
