/* The model of items that are there for a time: delayed ones stand beside their queue until they are due, those that
 * expire say so themselves. What happens first is looked for among all of them. */
#include "tests/sim/model.h"

#include <assert.h>
#include <string.h>

/* What happens to one item at a time. */
struct model_event {
	uint64_t at_ns, timer;
	unsigned queue;
	size_t index;
	bool is_delayed;
};

static void
event_consider(struct model_event *first, struct model_event event)
{
	if (event.at_ns < first->at_ns || (event.at_ns == first->at_ns && event.timer < first->timer))
		*first = event;
}

static struct model_event
first_event(const struct model *model)
{
	struct model_event first = { .at_ns = MODEL_NEVER };

	for (unsigned i = 0; i < MODEL_QUEUES; i++) {
		const struct model_queue *queue = &model->queues[i];

		for (size_t j = 0; j < queue->delayed_count; j++)
			event_consider(&first,
			    (struct model_event){ queue->delayed[j].due_ns, queue->delayed[j].timer, i, j, true });
		for (size_t j = 0; j < queue->count; j++) {
			if (queue->items[j].expires_ns)
				event_consider(&first,
				    (struct model_event){ queue->items[j].expires_ns, queue->items[j].timer, i, j,
					false });
		}
	}
	return first;
}

static struct model_item
item_remove(struct model_item *items, size_t *count, size_t index)
{
	struct model_item item = items[index];

	memmove(&items[index], &items[index + 1], (--*count - index) * sizeof item);
	return item;
}

static void
event_happen(struct model *model, const struct model_event *event)
{
	struct model_queue *queue = &model->queues[event->queue];
	struct model_item item;

	if (event->is_delayed) {
		item = item_remove(queue->delayed, &queue->delayed_count, event->index);
		if (item.expires_ns && item.expires_ns <= model->now_ns)
			model_finish(model, event->queue, 1);
		else
			model_add_ready(model, queue, item);
	} else {
		(void)item_remove(queue->items, &queue->count, event->index);
		model_finish(model, event->queue, 1);
	}
	model_queue_settle(model, queue);
}

void
model_add_ready(struct model *model, struct model_queue *queue, struct model_item item)
{
	item.order = ++model->puts;
	item.timer = ++model->timers;
	queue->items[queue->count++] = item;
}

void
model_add(struct model *model, struct model_queue *queue, struct model_item item)
{
	assert(queue->count + queue->delayed_count < MODEL_QUEUE);
	if (item.due_ns <= model->now_ns) {
		model_add_ready(model, queue, item);
		return;
	}
	item.timer = ++model->timers;
	queue->delayed[queue->delayed_count++] = item;
}

void
model_pass_time(struct model *model)
{
	for (;;) {
		struct model_event event = first_event(model);

		if (event.at_ns > model->now_ns)
			return;
		event_happen(model, &event);
	}
}
