/* Frames out of a stream of bytes. */
#include "reader.h"

#include <stdlib.h>

int
reader_init(struct reader *reader)
{
	*reader = (struct reader){ .buffer = malloc(READER_BUFFER) };
	return reader->buffer ? 0 : -1;
}

void
reader_fini(struct reader *reader)
{
	free(reader->buffer);
	free(reader->body);
}

/* Where the bytes of a body go that nobody can keep. */
static uint8_t *
reader_waste(struct reader *reader, size_t *ret_size)
{
	size_t left = reader->size - reader->have;

	*ret_size = left < READER_BUFFER ? left : READER_BUFFER;
	return reader->buffer;
}

uint8_t *
reader_room(struct reader *reader, size_t *ret_size)
{
	if (reader->in_large && !reader->body)
		return reader_waste(reader, ret_size);
	if (reader->in_large) {
		*ret_size = reader->size - reader->have;
		return reader->body + reader->have;
	}
	if (reader->start > 0) {
		memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
	}
	*ret_size = READER_BUFFER - reader->end;
	return reader->buffer + reader->end;
}

void
reader_received(struct reader *reader, size_t size)
{
	if (reader->in_large)
		reader->have += size;
	else
		reader->end += size;
}

/* The frame's body gets a block of its own, which begins with what of it has been received. */
static void
reader_begin_large(struct reader *reader, const struct frame_reply *head)
{
	size_t here = reader->end - reader->start - FRAME_REPLY;

	reader->large = *head;
	reader->size = head->length + FRAME_LENGTH - FRAME_REPLY;
	reader->body = malloc(reader->size);
	reader->have = here;
	reader->in_large = true;
	if (reader->body)
		memcpy(reader->body, reader->buffer + reader->start + FRAME_REPLY, here);
	reader->start = reader->end = 0;
}

static enum concur_status
reader_end_large(struct reader *reader, struct reader_frame *ret_frame)
{
	if (reader->have < reader->size)
		return CONCUR_PENDING;
	*ret_frame = (struct reader_frame){ .head = reader->large,
		.body = reader->body,
		.size = reader->size,
		.owned = reader->body };
	ret_frame->lost = !reader->body;
	reader->body = NULL;
	reader->in_large = false;
	return CONCUR_OK;
}

enum concur_status
reader_next(struct reader *reader, struct reader_frame *ret_frame)
{
	const uint8_t *at = reader->buffer + reader->start;
	size_t have = reader->end - reader->start, all;
	struct frame_reply head;

	if (reader->in_large)
		return reader_end_large(reader, ret_frame);
	if (have < FRAME_REPLY)
		return CONCUR_PENDING;
	frame_reply_read(at, &head);
	if (head.length < FRAME_REPLY - FRAME_LENGTH || head.length > READER_FRAME_MAX)
		return CONCUR_BAD_REPLY;
	all = head.length + FRAME_LENGTH;
	if (have < all) {
		if (all > READER_BUFFER)
			reader_begin_large(reader, &head);
		return CONCUR_PENDING;
	}
	*ret_frame = (struct reader_frame){ .head = head, .body = at + FRAME_REPLY, .size = all - FRAME_REPLY };
	reader->start += all;
	return CONCUR_OK;
}
