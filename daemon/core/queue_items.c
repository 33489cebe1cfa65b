/* What a queue holds. Items are counted in the store as long as they are here. */
#include "daemon/core/queue_impl.h"

enum {
	QUEUE_FRAME_HEAD = 64,                 /* bytes of a frame beside its items, and to spare */
	QUEUE_ITEM_HEAD = 11 + VALUE_HEAD_MAX, /* bytes of an item in a frame beside its payload, at most */
};

uint64_t
queue_room(const struct core *core, const struct queue *queue)
{
	uint64_t most = core->limits->container_max;

	return queue->maxsize && queue->maxsize < most ? queue->maxsize : most;
}

bool
queue_fits(const struct core *core, const struct queue *queue, size_t count)
{
	return ring_count(&queue->items) + count <= queue_room(core, queue);
}

int
queue_append(struct core *core, struct queue *queue, struct blob **blobs, size_t count)
{
	size_t before = ring_count(&queue->items);

	for (size_t i = 0; i < count; i++) {
		if (ring_append(&queue->items, blobs[i]) < 0) {
			ring_truncate(&queue->items, before);
			return -1;
		}
	}
	for (size_t i = 0; i < count; i++)
		queue->object.bytes += store_bytes(blobs[i]);
	queue->unfinished += count;
	object_changed(core, &queue->object);
	return 0;
}

struct blob *
queue_take(struct core *core, struct queue *queue)
{
	struct blob *blob = queue->lifo ? ring_pop_last(&queue->items) : ring_pop_first(&queue->items);

	store_take(core, &queue->object, blob);
	return blob;
}

size_t
queue_batch(const struct core *core, const struct queue *queue, size_t count)
{
	size_t have = ring_count(&queue->items), taken;
	uint64_t bytes = QUEUE_FRAME_HEAD;

	count = count < have ? count : have;
	for (taken = 0; taken < count; taken++) {
		const struct blob *blob = *ring_at(&queue->items, queue->lifo ? have - 1 - taken : taken);

		bytes += QUEUE_ITEM_HEAD + blob_size(blob);
		if (taken && bytes > core->limits->frame_max)
			break;
	}
	return taken;
}
