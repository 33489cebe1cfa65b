/* A connection, and the other end of its socket pair, from which a test plays the daemon. */
#ifndef TESTS_UNIT_CONN_PAIR_H
#define TESTS_UNIT_CONN_PAIR_H

#include "tests/unit/unit.h"

#include "client/concur.h"
#include "client/conn.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { METHOD = 0x1234 };

struct pair {
	struct conn *conn;
	int peer;
};

static inline void
pair_open(struct pair *pair)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	ck_assert_int_eq(conn_new(fds[0], 1, &pair->conn), CONCUR_OK);
	pair->peer = fds[1];
}

static inline void
pair_close(struct pair *pair)
{
	conn_free(pair->conn);
	close(pair->peer);
}

/* -- our side ----------------------------------------------------------------------------------------------------- */

static inline void
fill(uint8_t *to, const void *from)
{
	memset(to, 'x', *(const size_t *)from);
}

static inline enum concur_status
send_flags(struct pair *pair, struct call *call, size_t size, uint16_t flags)
{
	struct conn_frame frame = { .method = METHOD,
		.context = 7,
		.flags = flags,
		.size = size,
		.write = fill,
		.body = &size };

	*call = (struct call){ 0 };
	return conn_send(pair->conn, &frame, call);
}

static inline void
begin(struct pair *pair, struct call *call)
{
	ck_assert_int_eq(send_flags(pair, call, 3, 0), CONCUR_OK);
}

/* The call was answered with its own id. */
static inline void
check_answer(struct call *call)
{
	uint64_t id;

	ck_assert_int_eq(call->status, CONCUR_OK);
	ck_assert_uint_ge(call->size, sizeof id);
	memcpy(&id, call->body, sizeof id);
	ck_assert_uint_eq(id, call->node.key);
	call_fini(call);
}

/* -- the peer's side ---------------------------------------------------------------------------------------------- */

/* False at the end of file. */
static inline bool
peer_take(int peer, void *room, size_t size)
{
	return recv(peer, room, size, MSG_WAITALL) == (ssize_t)size;
}

/* Reads one frame, body and all. */
static inline bool
peer_read(int peer, struct frame_request *ret)
{
	uint8_t head[FRAME_REQUEST], body[4096];
	size_t size;

	if (!peer_take(peer, head, sizeof head))
		return false;
	frame_request_read(head, ret);
	size = ret->length + FRAME_LENGTH - FRAME_REQUEST;
	ck_assert_uint_le(size, sizeof body);
	return size == 0 || peer_take(peer, body, size);
}

/* Answers with the call's id, in a body of `size` bytes. False if nobody reads any more. */
static inline bool
peer_answer(int peer, uint64_t call, size_t size)
{
	struct frame_reply head = { .length = (uint32_t)(FRAME_REPLY - FRAME_LENGTH + size), .call = call };
	uint8_t bytes[FRAME_REPLY + 65536] = { 0 };

	frame_reply_write(bytes, &head);
	memcpy(bytes + FRAME_REPLY, &call, sizeof call);
	for (size_t sent = 0; sent < FRAME_REPLY + size;) {
		ssize_t n = send(peer, bytes + sent, FRAME_REPLY + size - sent, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		sent += (size_t)n;
	}
	return true;
}

static inline bool
peer_has_bytes(int peer)
{
	uint8_t byte;

	return recv(peer, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

#endif
