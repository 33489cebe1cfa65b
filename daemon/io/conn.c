/* Connections: reading frames, and how a connection ends. conn_send.c has the other direction.
 *
 * The request path begins here: conn_on_read -> server_input. One system call reads into the loop's buffer; frames are
 * given in place, at most turn_frames a turn, so that no connection keeps the others waiting. While whole frames are
 * left, or while the server wants no more of this connection, nothing is read.
 *
 * A local peer's end can show in three ways, and the verdict "it had read all" must be right in each: by end of file
 * (then all was read), by a reset (then not), and by its pidfd while a forked child still holds the socket (then the
 * kernel's count of unread bytes decides). In each, what the peer had sent comes first. */
#include "config.h"

#include "daemon/io/conn.h"
#include "daemon/io/conn_send.h"
#include "daemon/io/host.h"
#include "daemon/io/listener.h"
#include "lib/proof.h"
#include "lib/secret.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define CONN_ALL_FRAMES UINT64_MAX /* all that are there, even if the server wants no more of them */

enum { CONN_DRAIN_MAX = 64 }; /* reads that throw away what lies in a socket before it is closed */

static enum server_input_kind
conn_input_kind(enum intake_kind kind)
{
	if (kind == INTAKE_FRAME)
		return SERVER_FRAME;
	return kind == INTAKE_TOO_LARGE ? SERVER_TOO_LARGE : SERVER_BAD_FRAME;
}

/* The first frame was there when the kernel told of it. What lies behind it in the same read may have been sent since,
 * by somebody who had seen a process end: that end comes first, in the next turn. To ask is a system call, so it is
 * asked only where the order could be noticed. */
static bool
conn_must_stand_back(const struct conn *conn, bool is_fresh)
{
	const struct deaths *deaths = &conn->loop->deaths;
	bool is_alone = deaths->watched == (size_t)(conn->peer.pidfd >= 0);

	return is_fresh && !is_alone && intake_has_more(&conn->intake) && server_has_stakes(conn->loop->server) &&
	    deaths_are_pending(deaths);
}

/* Who has not proven the key has no frame stored that is larger than a proof. */
static const struct limits *
conn_limits(const struct conn *conn)
{
	return __builtin_expect(conn->is_stranger, 0) ? &conn->loop->stranger_limits : &conn->loop->limits;
}

/* Gives at most `frames` frames of this round to the server, fewer if it wants no more; keeps the rest. `is_fresh`:
 * they were read just now. */
static void
conn_apply(struct conn *conn, uint64_t frames, bool is_fresh)
{
	struct loop *loop = conn->loop;
	struct server_input input = { .conn = conn->server };
	enum intake_kind kind = INTAKE_FRAME;

	for (uint64_t i = 0; i < frames && kind != INTAKE_NONE && kind != INTAKE_BROKEN; i++) {
		if (i > 0 &&
		    (conn->state != CONN_OPEN || (!server_wants_input(conn->server) && frames != CONN_ALL_FRAMES)))
			break;
		if (i == 1 && conn_must_stand_back(conn, is_fresh))
			break;
		kind = intake_next(&conn->intake, conn_limits(conn), &input.bytes, &input.size);
		if (kind == INTAKE_NONE)
			break;
		input.kind = conn_input_kind(kind);
		loop_input(loop, &input);
	}
	if (conn->state != CONN_OPEN || kind == INTAKE_BROKEN)
		intake_fini(&conn->intake);
	else if (intake_end(&conn->intake, conn_limits(conn)) != 0)
		conn_drop(conn, SERVER_NO_MEMORY);
}

/* After a round: a connection with frames left runs again; one that the server wants no more of waits for its output
 * to go. */
static void
conn_settle(struct conn *conn)
{
	struct loop *loop = conn->loop;

	if (conn->state != CONN_OPEN)
		return;
	if (!server_wants_input(conn->server)) {
		if (!link_linked(&conn->flush))
			link_append(&loop->flushing, &conn->flush);
	} else if (intake_has_backlog(&conn->intake) && !link_linked(&conn->run)) {
		link_append(&loop->runnable, &conn->run);
	}
}

/* Reads once, to where the intake wants it. As read(). */
static ssize_t
conn_receive(struct conn *conn)
{
	struct iovec iov[2];
	int count = intake_iov(&conn->intake, conn->loop->buffer, LOOP_BUFFER, iov);

	if (count == 1)
		return recv(conn->fd, iov[0].iov_base, iov[0].iov_len, 0);
	return readv(conn->fd, iov, count);
}

static void
conn_on_read(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;
	struct loop *loop = conn->loop;
	ssize_t got;

	(void)fd;
	(void)what;
	if (conn->state != CONN_OPEN || intake_has_backlog(&conn->intake))
		return;
	loop_turn_begin(loop);
	/* Its own process may be among those whose end was told now. */
	if (conn->state != CONN_OPEN)
		return;
	got = conn_receive(conn);
	if (got > 0) {
		intake_begin(&conn->intake, loop->buffer, (size_t)got);
		conn_apply(conn, loop->limits.turn_frames, true);
		conn_settle(conn);
	} else if (got == 0) {
		conn_drop(conn, SERVER_PEER_CLOSED);
	} else if (errno != EAGAIN && errno != EINTR) {
		conn_drop(conn, errno == ECONNRESET ? SERVER_PEER_RESET : SERVER_LOST);
	}
}

void
conn_run(struct conn *conn)
{
	link_remove(&conn->run);
	if (!intake_has_backlog(&conn->intake))
		return;
	intake_resume(&conn->intake);
	conn_apply(conn, conn->loop->limits.turn_frames, false);
	conn_settle(conn);
}

/* What the socket's end says after all that lay in it was read: end of file, reset, or nothing yet. */
static enum server_reason
conn_verdict(struct conn *conn, enum server_reason reason)
{
	char byte;
	ssize_t got = recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	if (got < 0 && errno == ECONNRESET)
		conn->was_reset = true;
	if (reason != SERVER_LOST)
		return reason;
	if (got == 0)
		return SERVER_PEER_CLOSED;
	return conn->was_reset ? SERVER_PEER_RESET : SERVER_LOST;
}

void
conn_finish(struct conn *conn, enum server_reason reason)
{
	int left = 0;

	/* No more than lies there now: a child of the dead process could go on sending. */
	if (ioctl(conn->fd, FIONREAD, &left) != 0)
		left = 0;
	if (intake_has_backlog(&conn->intake)) {
		intake_resume(&conn->intake);
		conn_apply(conn, CONN_ALL_FRAMES, false);
	}
	while (conn->state == CONN_OPEN && left > 0) {
		ssize_t got = conn_receive(conn);

		if (got <= 0)
			break;
		left -= (int)got;
		intake_begin(&conn->intake, conn->loop->buffer, (size_t)got);
		conn_apply(conn, CONN_ALL_FRAMES, false);
	}
	if (conn->state == CONN_CLOSING)
		conn_drop(conn, (enum server_reason)conn->reason);
	else if (conn->state == CONN_OPEN)
		conn_drop(conn, conn_verdict(conn, reason));
}

void
conn_die(struct conn *conn)
{
	if (conn->state == CONN_ENDED)
		return;
	loop_turn_begin(conn->loop);
	conn_finish(conn, SERVER_PEER_DIED);
}

/* Closes so that the other side still gets what was sent: data that lies unread here would turn the end into a reset,
 * which on TCP throws away what the other side has not read yet. */
static void
conn_close_socket(struct conn *conn)
{
	struct loop *loop = conn->loop;

	if (shutdown(conn->fd, SHUT_WR) == 0) {
		for (int i = 0; i < CONN_DRAIN_MAX; i++) {
			if (recv(conn->fd, loop->buffer, LOOP_BUFFER, MSG_DONTWAIT) <= 0)
				break;
		}
	}
	(void)close(conn->fd);
	conn->fd = -1;
}

static bool
conn_is_news(enum server_reason reason)
{
	return reason == SERVER_SLOW || reason == SERVER_NO_MEMORY || reason == SERVER_NO_HELLO ||
	    reason == SERVER_UNPROVEN || reason == SERVER_WRONG_KEY || reason == SERVER_CROWDED_OUT;
}

static void
conn_log_end(const struct conn *conn, enum server_reason reason, bool all_read)
{
	struct loop *loop = conn->loop;
	bool is_news = conn_is_news(reason);
	uint64_t left_out = 0;
	char who[PEER_TEXT_MAX];

	/* Anybody can knock at a port, as often as they like. */
	if (is_news && !conn->peer.known.local && !throttle_lets(&loop->throttle, loop->now_ns, &left_out))
		return;
	peer_print(&conn->peer, who);
	if (left_out > 0)
		log_write(loop->log, LOG_WARNING, "more such ends were not told count=%llu",
		    (unsigned long long)left_out);
	log_write(loop->log, is_news ? LOG_WARNING : LOG_DEBUG, "connection ended fd=%d %s reason=%s all_read=%d",
	    conn->fd, who, server_reason_name(reason), all_read);
}

void
conn_drop(struct conn *conn, enum server_reason reason)
{
	struct loop *loop = conn->loop;
	struct server_input input = { .kind = SERVER_END, .conn = conn->server, .reason = reason };

	assert(conn->state != CONN_ENDED && loop->in_turn);
	input.all_read = reason != SERVER_PEER_RESET && !conn->was_reset && peer_has_read_all(&conn->peer, conn->fd);
	conn->state = CONN_ENDED;
	(void)event_del(&conn->read_event);
	(void)event_del(&conn->write_event);
	if (conn->peer.pidfd >= 0)
		deaths_unwatch(&loop->deaths, conn->peer.pidfd);
	link_remove(&conn->run);
	link_remove(&conn->flush);
	link_remove(&conn->end);
	conn_log_end(conn, reason, input.all_read);
	loop_input(loop, &input);
	conn->server = NULL;
	conn_close_socket(conn);
	peer_fini(&conn->peer);
	link_remove(&conn->all);
	link_append(&loop->graveyard, &conn->all);
	loop->conn_count--;
	listener_resume(loop);
}

void
conn_free(struct conn *conn)
{
	link_remove(&conn->all);
	intake_fini(&conn->intake);
	free(conn);
}

/* What the server is to have of a connection that is random. */
struct conn_random {
	uint8_t nonce[PROOF_NONCE];
	uint8_t secret[SECRET_SIZE];
};

/* Tells the server of the new connection; closes it if the server refuses. */
static void
conn_introduce(struct conn *conn, const struct conn_random *random)
{
	struct loop *loop = conn->loop;
	const struct server_input input = { .kind = SERVER_OPEN,
		.io_conn = conn,
		.peer = conn->peer.known,
		.nonce = conn->is_stranger ? random->nonce : NULL,
		.secret = conn->peer.known.local ? NULL : random->secret,
		.ret_conn = &conn->server };
	char who[PEER_TEXT_MAX];

	loop_turn_begin(loop);
	loop_input(loop, &input);
	if (!conn->server) {
		log_write(loop->log, LOG_WARNING,
		    "connection refused: too many sessions or no memory pid=%llu sessions=%zu",
		    (unsigned long long)conn->peer.known.process, loop->conn_count);
		(void)close(conn->fd);
		peer_fini(&conn->peer);
		free(conn);
		return;
	}
	link_append(&loop->conns, &conn->all);
	loop->conn_count++;
	peer_print(&conn->peer, who);
	conn->is_reading = event_add(&conn->read_event, NULL) == 0;
	if (!conn->is_reading || (conn->peer.pidfd >= 0 && deaths_watch(&loop->deaths, conn->peer.pidfd, conn) != 0))
		conn_drop(conn, SERVER_NO_MEMORY);
	else if (conn->peer.is_gone)
		conn_finish(conn, SERVER_PEER_DIED);
	else
		log_write(loop->log, LOG_DEBUG, "connection opened fd=%d %s watched=%d", conn->fd, who,
		    conn->peer.known.watched);
}

int
conn_open(struct loop *loop, int fd, bool is_local)
{
	struct conn *conn = calloc(1, sizeof *conn);
	bool is_stranger = loop->has_key && !is_local;
	struct conn_random random;

	if (!conn || (!is_local && host_random(&random, sizeof random) != 0) ||
	    peer_init(&conn->peer, fd, is_local) != 0) {
		int error = errno;

		free(conn);
		errno = error;
		return -1;
	}
	conn->loop = loop;
	conn->fd = fd;
	conn->is_stranger = is_stranger;
	intake_init(&conn->intake);
	link_init(&conn->all);
	link_init(&conn->run);
	link_init(&conn->flush);
	link_init(&conn->end);
	/* These fail only on wrong flags. */
	(void)event_assign(&conn->read_event, loop->base, fd, EV_READ | EV_PERSIST, conn_on_read, conn);
	(void)event_assign(&conn->write_event, loop->base, fd, EV_WRITE | EV_PERSIST, conn_send_on_room, conn);
	conn_introduce(conn, &random);
	return 0;
}
