/* Sending. What a turn releases is sent at its end without asking whether the socket has room, which it nearly always
 * has; only a socket that is full gets a write event, and then waits for it. A connection that closes is due when all
 * is sent. A failed send does not end the connection here: what the other side had sent is to be read first, and that
 * needs a turn. */
#include "config.h"

#include "daemon/io/conn_send.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
	CONN_SEND_PIECES = 64, /* of one system call */
	CONN_SEND_CALLS = 16,  /* system calls of one connection in one turn */
};

enum conn_send_result {
	CONN_SEND_DONE,
	CONN_SEND_BLOCKED,
	CONN_SEND_FAILED,
};

/* One system call. A single piece goes by send(), which costs the kernel less. */
static ssize_t
conn_send_pieces(const struct conn *conn, struct iovec *iov, int count)
{
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = (size_t)count };

	if (count == 1)
		return send(conn->fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL);
	return sendmsg(conn->fd, &message, MSG_NOSIGNAL);
}

static enum conn_send_result
conn_send_some(struct conn *conn)
{
	for (int i = 0; i < CONN_SEND_CALLS; i++) {
		struct iovec iov[CONN_SEND_PIECES];
		int count = server_output(conn->server, iov, CONN_SEND_PIECES);
		size_t size = 0;
		ssize_t sent;

		if (count == 0)
			return CONN_SEND_DONE;
		for (int piece = 0; piece < count; piece++)
			size += iov[piece].iov_len;
		sent = conn_send_pieces(conn, iov, count);
		if (sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM))
			return CONN_SEND_BLOCKED;
		if (sent < 0) {
			conn->was_reset |= errno == ECONNRESET;
			return CONN_SEND_FAILED;
		}
		server_sent(conn->server, (size_t)sent);
		if ((size_t)sent < size)
			return CONN_SEND_BLOCKED;
	}
	return CONN_SEND_BLOCKED;
}

static void
conn_send_end_soon(struct conn *conn)
{
	link_remove(&conn->end);
	link_append(&conn->loop->due, &conn->end);
}

static void
conn_send_fail(struct conn *conn)
{
	conn->is_broken = true;
	conn_send_end_soon(conn);
}

/* Sets or clears the write event. */
static void
conn_send_wait(struct conn *conn, bool wait)
{
	if (wait == conn->is_writing)
		return;
	conn->is_writing = wait;
	if (!wait)
		(void)event_del(&conn->write_event);
	else if (event_add(&conn->write_event, NULL) != 0)
		conn_send_fail(conn);
}

static void
conn_send_attempt(struct conn *conn)
{
	switch (conn_send_some(conn)) {
	case CONN_SEND_DONE:
		conn_send_wait(conn, false);
		if (conn->state == CONN_CLOSING)
			conn_send_end_soon(conn);
		break;
	case CONN_SEND_BLOCKED:
		conn_send_wait(conn, true);
		break;
	case CONN_SEND_FAILED:
		conn_send_wait(conn, false);
		conn_send_fail(conn);
		break;
	}
}

/* Sets or clears the read event, and lets frames that are left over go on. */
static void
conn_send_settle(struct conn *conn)
{
	bool reads = conn->state == CONN_OPEN && !conn->is_broken && server_wants_input(conn->server);

	if (reads && intake_has_backlog(&conn->intake) && !link_linked(&conn->run))
		link_append(&conn->loop->runnable, &conn->run);
	if (reads == conn->is_reading)
		return;
	conn->is_reading = reads;
	if (!reads)
		(void)event_del(&conn->read_event);
	else if (event_add(&conn->read_event, NULL) != 0)
		conn_send_fail(conn);
}

void
conn_send_flush(struct conn *conn)
{
	link_remove(&conn->flush);
	if (!conn->is_broken && (!conn->is_writing || conn->is_writable))
		conn_send_attempt(conn);
	conn->is_writable = false;
	conn_send_settle(conn);
}

void
conn_send_on_room(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	conn->is_writable = true;
	if (conn->state != CONN_ENDED && !link_linked(&conn->flush))
		link_append(&conn->loop->flushing, &conn->flush);
}
