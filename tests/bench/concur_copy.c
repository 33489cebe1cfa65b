/* Copying. The entries of a page are laid into the next update without decoding them: both messages carry them as one
 * repeated bytes field, only the field's number differs.
 *
 * A page (conn->sent even) and its update (odd) take turns, one call in flight. The copy is finished with the update
 * that follows the last page; then it must have as many entries as there are keys. */
#include "config.h"

#include "tests/bench/concur_copy.h"

#include "lib/frame.h"
#include "lib/value.h"
#include "tests/bench/concur_call.h"
#include "tests/bench/work.h"

#include <concur/v1/dict.pb-c.h>
#include <concur/v1/methods.h>

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

enum {
	TAG_CURSOR = 3 << 3, /* PairsReply */
	TAG_PAGE_VALUE = 15 << 3 | 2,
	TAG_OBJECT = 1 << 3 | 1, /* PairsRequest */
	TAG_UPDATE_VALUE = 2 << 3 | 2,
	WIRE_VARINT = 0,
	HEAD_MAX = FRAME_REQUEST + 16, /* of an update, up to its first value */
};

struct copy {
	uint64_t target;   /* the copy's object */
	uint64_t cursor;   /* of the next page */
	uint64_t values;   /* copied: two an entry */
	size_t room, size; /* of `out` */
	uint8_t out[];     /* the next request */
};

int
concur_copy_prepare(struct conn *conn)
{
	size_t room = FRAME_REQUEST + 64;
	struct copy *copy = calloc(1, sizeof *copy + room);
	char name[256];

	if (!copy)
		return work_no_memory();
	conn->state = copy;
	copy->room = room;
	snprintf(name, sizeof name, "%s.copy", conn->options->name);
	if (concur_open(conn, conn->options->name, CONCUR__V1__KIND__KIND_DICT, &conn->object) < 0)
		return -1;
	return concur_open(conn, name, CONCUR__V1__KIND__KIND_DICT, &copy->target);
}

static void
lay_page_request(const struct conn *conn, struct copy *copy)
{
	Concur__V1__PageRequest request = CONCUR__V1__PAGE_REQUEST__INIT;

	request.object = conn->object;
	request.cursor = copy->cursor;
	copy->size = concur_frame_size(&request.base);
	concur_frame_write(conn, copy->out, CONCUR_METHOD_DICT_PAGE, &request.base);
}

size_t
concur_copy_fill(struct conn *conn, size_t max)
{
	struct copy *copy = conn->state;
	bool is_page = conn->sent % 2 == 0;

	if (max == 0 || (is_page && (conn->stopping || conn->sent / 2 >= conn->quota)))
		return 0;
	if (is_page)
		lay_page_request(conn, copy);
	else
		concur_stamp(conn, copy->out, conn->calls_ever + 1);
	conn->out = copy->out;
	conn->out_size = copy->size;
	return 1;
}

/* The state, with room for an update of a page's values; NULL if there is no memory. */
static struct copy *
make_room(struct conn *conn, size_t values_size)
{
	struct copy *copy = conn->state;

	if (copy->room < HEAD_MAX + values_size) {
		copy = realloc(copy, sizeof *copy + HEAD_MAX + values_size);
		if (!copy)
			return NULL;
		copy->room = HEAD_MAX + values_size;
		conn->state = copy;
	}
	return copy;
}

/* Lays the update of what the page holds; false if the page does not decode. */
static bool
lay_update(const struct conn *conn, struct copy *copy, const uint8_t *at, const uint8_t *end)
{
	struct frame_request head = { .method = CONCUR_METHOD_DICT_UPDATE,
		.context = 1,
		.flags = FRAME_BLOCKED,
		.call = conn->calls_ever + 1 };
	uint8_t *to = copy->out + FRAME_REQUEST;

	*to++ = TAG_OBJECT;
	to = frame_u64_write(to, copy->target);
	copy->cursor = 0;
	while (at < end) {
		const uint8_t *field = at;
		uint64_t tag, number;

		at = value_varint_read(at, end, &tag);
		if (!at || !(at = value_varint_read(at, end, &number)))
			return false;
		if (tag == TAG_CURSOR)
			copy->cursor = number;
		if ((tag & 7) == WIRE_VARINT)
			continue;
		if (tag != TAG_PAGE_VALUE || number > (uint64_t)(end - at))
			return false;
		at += number;
		to = mempcpy(to, field, (size_t)(at - field));
		to[field - at] = TAG_UPDATE_VALUE;
		copy->values++;
	}
	copy->size = (size_t)(to - copy->out);
	head.length = (uint32_t)(copy->size - FRAME_LENGTH);
	frame_request_write(copy->out, &head);
	return true;
}

static int
take_page(struct conn *conn, const uint8_t *body, const uint8_t *end)
{
	struct copy *copy = make_room(conn, (size_t)(end - body));

	if (!copy)
		return work_no_memory();
	if (!lay_update(conn, copy, body, end)) {
		fprintf(stderr, "concur-bench: a page that does not decode\n");
		return -1;
	}
	return 0;
}

static void
take_update(struct conn *conn, const uint8_t *body, const uint8_t *end)
{
	const struct copy *copy = conn->state;
	struct concur_answer answer;

	if (!concur_answer_read(body, end, &answer) || answer.outcome != CONCUR__V1__OUTCOME__DONE)
		conn_fault(conn, "an update that was not done", "", 0);
	if (copy->cursor == 0) {
		conn->finished = true;
		if (copy->values != 2 * conn->options->keys)
			conn_fault(conn, "not as many entries as --keys says", "", 0);
	}
}

ssize_t
concur_copy_take(struct conn *conn, const uint8_t *bytes, size_t size)
{
	ssize_t whole = concur_is_whole(bytes, size);
	const uint8_t *body;

	if (whole <= 0)
		return whole;
	body = concur_body(conn, bytes);
	if (!body)
		return -1;
	if (conn->sent % 2 == 0)
		take_update(conn, body, bytes + whole);
	else if (take_page(conn, body, bytes + whole) < 0)
		return -1;
	return whole;
}
