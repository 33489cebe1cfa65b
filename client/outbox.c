/* Outboxes: one block, in which what is kept and what is to be sent lie one behind the other. What has gone at its
 * front is closed up when it is more than what is left, so that a byte is moved once at most, on average. */
#include "outbox.h"

#include "lib/frame.h"

#include <stdlib.h>
#include <string.h>

enum {
	OUTBOX_ROOM = 4096,       /* bytes at first */
	OUTBOX_KEPT = 256 * 1024, /* room that an empty one keeps */
};

void
outbox_fini(struct outbox *outbox)
{
	free(outbox->bytes);
	*outbox = (struct outbox){ .keeps = outbox->keeps };
}

static void
outbox_close_up(struct outbox *outbox)
{
	if (outbox->from == 0 || outbox->from < outbox->end - outbox->from)
		return;
	memmove(outbox->bytes, outbox->bytes + outbox->from, outbox->end - outbox->from);
	outbox->sent -= outbox->from;
	outbox->end -= outbox->from;
	outbox->from = 0;
}

uint8_t *
outbox_reserve(struct outbox *outbox, size_t size)
{
	size_t room = outbox->room ? outbox->room : OUTBOX_ROOM;
	uint8_t *bytes;

	outbox_close_up(outbox);
	while (room < outbox->end + size)
		room *= 2;
	if (room != outbox->room) {
		bytes = realloc(outbox->bytes, room);
		if (!bytes)
			return NULL;
		outbox->bytes = bytes;
		outbox->room = room;
	}
	return outbox->bytes + outbox->end;
}

/* All but what it had at first, which small frames need to go out without memory. */
static void
outbox_shrink(struct outbox *outbox)
{
	uint8_t *bytes = realloc(outbox->bytes, OUTBOX_ROOM);

	if (!bytes)
		return;
	outbox->bytes = bytes;
	outbox->room = OUTBOX_ROOM;
}

void
outbox_settle(struct outbox *outbox)
{
	if (!outbox->keeps)
		outbox->from = outbox->sent;
	if (outbox->from < outbox->end)
		return;
	outbox->from = outbox->sent = outbox->end = 0;
	if (outbox->room > OUTBOX_KEPT)
		outbox_shrink(outbox);
}

void
outbox_drop(struct outbox *outbox)
{
	outbox->from = outbox->sent = outbox->end;
	outbox_settle(outbox);
}

/* The frame at the front; false if there is none before `end`. */
static bool
outbox_first(const struct outbox *outbox, size_t end, struct frame_request *ret_head)
{
	if (end - outbox->from < FRAME_REQUEST)
		return false;
	frame_request_read(outbox->bytes + outbox->from, ret_head);
	return FRAME_LENGTH + (size_t)ret_head->length <= end - outbox->from;
}

static void
outbox_forget(struct outbox *outbox, size_t end, uint64_t seen)
{
	struct frame_request head;

	while (outbox_first(outbox, end, &head) && head.call <= seen)
		outbox->from += FRAME_LENGTH + (size_t)head.length;
}

void
outbox_seen(struct outbox *outbox, uint64_t call)
{
	outbox_forget(outbox, outbox->sent, call);
	outbox_settle(outbox);
}

void
outbox_again(struct outbox *outbox, uint64_t seen)
{
	outbox_forget(outbox, outbox->end, seen);
	outbox->sent = outbox->from;
	outbox_settle(outbox);
}
