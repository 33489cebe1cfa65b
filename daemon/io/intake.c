/* Cutting a stream of bytes into frames.
 *
 * A frame that lies whole in the reader's buffer is given in place and never copied. Of a frame that is cut by the
 * buffer's end, fewer bytes than a header are kept inside the struct and put in front of the next read; with the header
 * there, the frame gets a buffer of its exact size, and further reads go straight into that. Nothing is copied twice,
 * however small the pieces that come in.
 *
 *      EMPTY --part of a frame--> PARTIAL --all of it--> (given) --> EMPTY
 *        \--whole frames left--> BACKLOG --all taken--> EMPTY or PARTIAL */
#include "config.h"

#include "daemon/io/intake.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
intake_init(struct intake *intake)
{
	*intake = (struct intake){ .state = INTAKE_EMPTY };
}

void
intake_fini(struct intake *intake)
{
	free(intake->bytes);
	intake_init(intake);
}

int
intake_iov(struct intake *intake, uint8_t *buffer, size_t size, struct iovec ret_iov[2])
{
	int count = 0;

	assert(intake->state != INTAKE_BACKLOG && size > FRAME_REQUEST);
	if (intake->state == INTAKE_PARTIAL)
		ret_iov[count++] = (struct iovec){ intake->bytes + intake->to, intake->room - intake->to };
	memcpy(buffer, intake->head, intake->head_count);
	ret_iov[count++] = (struct iovec){ buffer + intake->head_count, size - intake->head_count };
	return count;
}

void
intake_begin(struct intake *intake, const uint8_t *buffer, size_t size)
{
	if (intake->state == INTAKE_PARTIAL) {
		size_t missing = intake->room - intake->to;
		size_t part = size < missing ? size : missing;

		intake->to += part;
		size -= part;
	}
	intake->at = buffer;
	intake->end = buffer + intake->head_count + size;
	intake->head_count = 0;
}

void
intake_resume(struct intake *intake)
{
	assert(intake->state == INTAKE_BACKLOG);
	intake->at = intake->bytes + intake->from;
	intake->end = intake->bytes + intake->to;
}

static void
intake_release(struct intake *intake)
{
	free(intake->bytes);
	intake->bytes = NULL;
	intake->from = intake->to = intake->room = 0;
	intake->state = INTAKE_EMPTY;
}

/* What the bytes at `at` begin with. *ret_whole: bytes of the whole frame, length and all, once FRAME_LENGTH are
 * there. */
static enum intake_kind
intake_look(const uint8_t *at, size_t left, const struct limits *limits, uint64_t *ret_whole)
{
	uint64_t length;

	*ret_whole = 0;
	if (left < FRAME_LENGTH)
		return INTAKE_NONE;
	length = frame_u32(at);
	if (length < FRAME_REQUEST - FRAME_LENGTH || length > limits->frame_hard_max)
		return INTAKE_BROKEN;
	*ret_whole = length + FRAME_LENGTH;
	if (length > limits->frame_max)
		return left < FRAME_REQUEST ? INTAKE_NONE : INTAKE_TOO_LARGE;
	return left < *ret_whole ? INTAKE_NONE : INTAKE_FRAME;
}

/* Reads past what is left of a frame that is too large. */
static void
intake_skip(struct intake *intake)
{
	size_t left = (size_t)(intake->end - intake->at);
	size_t part = intake->skip < left ? (size_t)intake->skip : left;

	intake->at += part;
	intake->skip -= part;
}

/* The frame that was begun in an earlier round; the call after it, this frees it. */
static enum intake_kind
intake_next_partial(struct intake *intake, const uint8_t **ret_bytes, size_t *ret_size)
{
	if (intake->to < intake->room)
		return INTAKE_NONE;
	if (intake->from == 0) {
		intake->from = intake->room;
		*ret_bytes = intake->bytes;
		*ret_size = intake->room;
		return INTAKE_FRAME;
	}
	intake_release(intake);
	return INTAKE_NONE;
}

enum intake_kind
intake_next(struct intake *intake, const struct limits *limits, const uint8_t **ret_bytes, size_t *ret_size)
{
	enum intake_kind kind;
	uint64_t whole;

	if (intake->state == INTAKE_PARTIAL) {
		kind = intake_next_partial(intake, ret_bytes, ret_size);
		if (kind == INTAKE_FRAME || intake->state == INTAKE_PARTIAL)
			return kind;
	}
	intake_skip(intake);
	kind = intake_look(intake->at, (size_t)(intake->end - intake->at), limits, &whole);
	if (kind == INTAKE_NONE || kind == INTAKE_BROKEN)
		return kind;
	*ret_bytes = intake->at;
	*ret_size = kind == INTAKE_FRAME ? (size_t)whole : FRAME_REQUEST;
	intake->at += *ret_size;
	if (kind == INTAKE_TOO_LARGE)
		intake->skip = whole - FRAME_REQUEST;
	return kind;
}

/* Keeps `left` bytes at `at`, in a new buffer of `room` bytes; `at` may lie in the old one. */
static int
intake_move(struct intake *intake, size_t left, size_t room, enum intake_state state)
{
	uint8_t *bytes = malloc(room);

	if (!bytes)
		return -1;
	memcpy(bytes, intake->at, left);
	free(intake->bytes);
	intake->bytes = bytes;
	intake->from = 0;
	intake->to = left;
	intake->room = room;
	intake->state = (uint8_t)state;
	return 0;
}

/* Whole frames are left. Those that are in the backlog already stay where they are. */
static int
intake_keep_frames(struct intake *intake, size_t left)
{
	if (intake->state != INTAKE_BACKLOG)
		return intake_move(intake, left, left, INTAKE_BACKLOG);
	intake->from = (size_t)(intake->at - intake->bytes);
	return 0;
}

int
intake_end(struct intake *intake, const struct limits *limits)
{
	enum intake_kind kind;
	uint64_t whole;
	size_t left;
	int status = 0;

	if (intake->state == INTAKE_PARTIAL) {
		if (intake->to < intake->room)
			return 0;
		assert(intake->from > 0);
		intake_release(intake);
	}
	intake_skip(intake);
	left = (size_t)(intake->end - intake->at);
	kind = intake_look(intake->at, left, limits, &whole);
	if (kind != INTAKE_NONE) {
		status = intake_keep_frames(intake, left);
	} else if (left < FRAME_REQUEST) {
		memcpy(intake->head, intake->at, left);
		intake->head_count = (uint8_t)left;
		intake_release(intake);
	} else {
		status = intake_move(intake, left, (size_t)whole, INTAKE_PARTIAL);
	}
	intake->at = intake->end = NULL;
	return status;
}
