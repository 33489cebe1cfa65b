/* Frames, the greeting, and replies. Replies are walked in place, as the other protocols' are, so that the driver
 * spends about the same on each. */
#include "tests/bench/concur_call.h"

#include "lib/frame.h"
#include "lib/value.h"
#include "tests/bench/work.h"

#include <concur/v1/methods.h>
#include <concur/v1/object.pb-c.h>
#include <concur/v1/session.pb-c.h>

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CALL_AT = 8, /* where the call id stands in a request's header */
	REPLIES_READ_AT = 24,
	CONTEXT = 1, /* one connection is one thread of one client */
	WIRE_VARINT = 0,
	WIRE_BYTES = 2,
	FIELD_OUTCOME = 1,
	FIELD_VALUE = 15,
};

size_t
concur_frame_size(const ProtobufCMessage *request)
{
	return FRAME_REQUEST + protobuf_c_message_get_packed_size(request);
}

void
concur_frame_write(const struct conn *conn, uint8_t *to, uint32_t method, const ProtobufCMessage *request)
{
	size_t size = protobuf_c_message_pack(request, to + FRAME_REQUEST);
	struct frame_request head = { .length = (uint32_t)(FRAME_REQUEST - FRAME_LENGTH + size),
		.method = method,
		.context = CONTEXT,
		.call = conn->calls_ever + 1,
		.replies_read = (uint32_t)conn->replies_ever,
		.flags = conn->depth == 1 ? FRAME_BLOCKED : 0 };

	frame_request_write(to, &head);
}

void
concur_stamp(const struct conn *conn, uint8_t *frame, uint64_t call)
{
	uint64_t id = htole64(call);
	uint32_t read = htole32((uint32_t)conn->replies_ever);

	memcpy(frame + CALL_AT, &id, sizeof id);
	memcpy(frame + REPLIES_READ_AT, &read, sizeof read);
}

int
concur_lay(struct conn *conn, uint32_t method, const ProtobufCMessage *request, uint32_t expect)
{
	uint8_t *frame;

	if (stream_add(&conn->stream, concur_frame_size(request), 0, expect, &frame) < 0)
		return work_no_memory();
	concur_frame_write(conn, frame, method, request);
	return 0;
}

ssize_t
concur_is_whole(const uint8_t *bytes, size_t size)
{
	uint32_t length;

	if (size < FRAME_LENGTH)
		return 0;
	length = frame_u32(bytes);
	if (length < FRAME_REPLY - FRAME_LENGTH || length > (1u << 30)) {
		fprintf(stderr, "concur-bench: not a reply of concurd\n");
		return -1;
	}
	return size - FRAME_LENGTH < length ? 0 : (ssize_t)length + FRAME_LENGTH;
}

/* Tells the message of an Error. */
static void
fault_of_error(struct conn *conn, const uint8_t *body, size_t size)
{
	Concur__V1__Error *error = concur__v1__error__unpack(NULL, size, body);

	if (error)
		conn_fault(conn, "refused", error->message.data, error->message.len);
	else
		conn_fault(conn, "refused", "without an Error", strlen("without an Error"));
	concur__v1__error__free_unpacked(error, NULL);
}

const uint8_t *
concur_body(struct conn *conn, const uint8_t *bytes)
{
	struct frame_reply head;

	frame_reply_read(bytes, &head);
	if (head.call != conn->replies_ever + 1) {
		conn_fault(conn, "a reply out of turn", "", 0);
		return NULL;
	}
	if (head.status != 0) {
		fault_of_error(conn, bytes + FRAME_REPLY, head.length - (FRAME_REPLY - FRAME_LENGTH));
		return NULL;
	}
	return bytes + FRAME_REPLY;
}

bool
concur_answer_read(const uint8_t *at, const uint8_t *end, struct concur_answer *ret)
{
	*ret = (struct concur_answer){ 0 };
	while (at < end) {
		uint64_t tag, number;

		at = value_varint_read(at, end, &tag);
		if (!at || !(at = value_varint_read(at, end, &number)))
			return false;
		if ((tag & 7) == WIRE_VARINT) {
			if (tag >> 3 == FIELD_OUTCOME)
				ret->outcome = number;
			continue;
		}
		if ((tag & 7) != WIRE_BYTES || number > (uint64_t)(end - at))
			return false;
		if (tag >> 3 == FIELD_VALUE) {
			ret->value = at;
			ret->value_size = (size_t)number;
		}
		at += number;
	}
	return true;
}

int
concur_call(struct conn *conn, uint32_t method, const ProtobufCMessage *request, const uint8_t **ret_body,
    size_t *ret_size)
{
	uint8_t *frame = malloc(concur_frame_size(request));
	const uint8_t *reply;
	size_t size;
	int result = -1;

	if (!frame)
		return work_no_memory();
	concur_frame_write(conn, frame, method, request);
	if (conn_exchange(conn, frame, concur_frame_size(request), concur_is_whole, &reply, &size) == 0) {
		conn->replies_ever--; /* concur_body looks before it is counted */
		*ret_body = concur_body(conn, reply);
		conn->replies_ever++;
		*ret_size = size - FRAME_REPLY;
		result = *ret_body ? 0 : -1;
	}
	free(frame);
	return result;
}

/* Field 22 of /proc/self/stat, counted from behind the name in parentheses; 0 if it can not be had. */
static uint64_t
own_start_time(void)
{
	unsigned long long started = 0;
	char line[1024];
	FILE *file = fopen("/proc/self/stat", "re");

	if (file && fgets(line, sizeof line, file)) {
		char *at = strrchr(line, ')');

		for (int field = 2; at && field < 22; field++)
			at = strchr(at + 1, ' ');
		if (at)
			started = strtoull(at, NULL, 10);
	}
	if (file)
		fclose(file);
	return started;
}

int
concur_greet(struct conn *conn)
{
	static const char name[] = "concur-bench";
	Concur__V1__HelloRequest request = CONCUR__V1__HELLO_REQUEST__INIT;
	const uint8_t *body;
	size_t size;

	request.version = 1;
	request.client = (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)name, .len = sizeof name - 1 };
	request.process = (uint64_t)getpid();
	request.started = own_start_time();
	return concur_call(conn, CONCUR_METHOD_SESSION_HELLO, &request.base, &body, &size);
}

int
concur_open(struct conn *conn, const char *name, Concur__V1__Kind kind, uint64_t *ret_object)
{
	return concur_open_counted(conn, name, kind, 0, ret_object);
}

int
concur_open_counted(struct conn *conn, const char *name, Concur__V1__Kind kind, int64_t count, uint64_t *ret_object)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;
	Concur__V1__OpenReply *reply;
	const uint8_t *body;
	size_t size;

	request.name = (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)name, .len = strlen(name) };
	request.kind = kind;
	request.count = count;
	if ((conn->calls_ever == 0 && concur_greet(conn) < 0) ||
	    concur_call(conn, CONCUR_METHOD_OBJECT_OPEN, &request.base, &body, &size) < 0)
		return -1;
	reply = concur__v1__open_reply__unpack(NULL, size, body);
	if (!reply) {
		fprintf(stderr, "concur-bench: the reply to Open does not decode\n");
		return -1;
	}
	*ret_object = reply->object;
	concur__v1__open_reply__free_unpacked(reply, NULL);
	return 0;
}
