/* A connection's way out.
 *
 * Frames are written into `out` under the send lock, where their ids are drawn, and sent from there. When the socket
 * takes no more, the sender waits until it does, holding the send lock; since the daemon may have stopped reading
 * because nobody takes its replies, the sender reads them in the meantime, unless another thread already does. */
#include "config.h"

#include "conn.h"

#include "concur/v1/methods.h"
#include "concur/v1/shapes.pb-c.h"
#include "error.h"
#include "request.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	OUT_CORKED = 32 * 1024, /* bytes that a cork gathers */
	OUT_PING = 256 * 1024,  /* that are kept without knowing whether they have arrived, until that is asked */
	OUT_AGAIN = 8 << 20,    /* that are kept so at most, but for one frame */
};

/* Something has arrived: reads it, or leaves it to the leader. */
static void
read_meanwhile(struct conn *conn, uint64_t reads)
{
	pthread_mutex_lock(&conn->lock);
	if (conn->led) {
		while (conn->led && conn->reads == reads && !conn->closed)
			conn_await_progress(conn);
	} else if (!conn->closed && !conn_is_cut(conn)) {
		conn->led = true;
		pthread_mutex_unlock(&conn->lock);
		(void)conn_read(conn, MSG_DONTWAIT);
		pthread_mutex_lock(&conn->lock);
		conn_stop_leading(conn);
	}
	pthread_mutex_unlock(&conn->lock);
}

/* Waits until the socket takes bytes again; false if the connection is closed or cut. */
static bool
wait_for_room(struct conn *conn)
{
	struct pollfd poll = { .fd = conn->fd, .events = POLLIN | POLLOUT };
	uint64_t reads;
	bool closed;

	for (;;) {
		pthread_mutex_lock(&conn->lock);
		reads = conn->reads;
		closed = conn->closed || conn_is_cut(conn);
		pthread_mutex_unlock(&conn->lock);
		if (closed)
			return false;
		if (ppoll(&poll, 1, NULL, NULL) < 0)
			continue; /* a signal: what is begun has to go out whole */
		if (poll.revents & POLLIN)
			read_meanwhile(conn, reads);
		if (poll.revents & (POLLOUT | POLLERR | POLLHUP))
			return true;
	}
}

static void
fail(struct conn *conn, int error)
{
	pthread_mutex_lock(&conn->lock);
	/* Whoever reads next finds the end and answers all calls. */
	if (conn->keeper)
		conn_fail(conn, error);
	else
		shutdown(conn->fd, SHUT_RDWR);
	pthread_mutex_unlock(&conn->lock);
}

/* Until all is sent; false if the socket has failed. */
static bool
send_all(struct conn *conn)
{
	struct outbox *out = &conn->out;
	ssize_t n;

	while (outbox_unsent(out) > 0) {
		n = send(conn->fd, out->bytes + out->sent, outbox_unsent(out), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n >= 0) {
			out->sent += (size_t)n;
		} else if (errno == EAGAIN) {
			if (!wait_for_room(conn))
				return false;
		} else if (errno != EINTR) {
			fail(conn, errno);
			return false;
		}
	}
	return true;
}

void
conn_flush(struct conn *conn)
{
	atomic_store_explicit(&conn->held_back, false, memory_order_relaxed);
	/* What is cut sends it when it is mended. */
	if ((!conn_is_cut(conn) && send_all(conn)) || conn->keeper)
		outbox_settle(&conn->out);
	else
		outbox_drop(&conn->out);
}

static size_t
options_size(const struct conn_frame *frame, Concur__V1__Options *options)
{
	concur__v1__options__init(options);
	options->guard_lock = frame->guard_lock;
	options->guard_token = frame->guard_token;
	options->if_version = frame->if_version;
	return frame->guard_lock || frame->if_version ? concur__v1__options__get_packed_size(options) : 0;
}

/* Puts the frame behind what waits in `out`. */
static enum concur_status
write_frame(struct conn *conn, const struct conn_frame *frame, size_t *ret_size)
{
	Concur__V1__Options options;
	size_t options_bytes = options_size(frame, &options);
	size_t size = FRAME_REQUEST + options_bytes + frame->size;
	struct frame_request head = { .method = frame->method, .context = frame->context, .flags = frame->flags };
	uint8_t *to;

	if (size - FRAME_LENGTH > conn->limits.frame_max)
		return error_set(CONCUR_TOO_LARGE, "a call of %zu bytes: the daemon takes at most %llu (frame_max)",
		    size, (unsigned long long)conn->limits.frame_max);
	to = outbox_reserve(&conn->out, size);
	if (!to)
		return error_plain(CONCUR_NO_MEMORY);
	head.length = (uint32_t)(size - FRAME_LENGTH);
	head.call = ++conn->last_call;
	head.replies_read = atomic_load_explicit(&conn->replies_read, memory_order_relaxed);
	atomic_store_explicit(&conn->replies_told, head.replies_read, memory_order_relaxed);
	head.options = (uint16_t)options_bytes;
	frame_request_write(to, &head);
	if (options_bytes)
		concur__v1__options__pack(&options, to + FRAME_REQUEST);
	frame->write(to + FRAME_REQUEST + options_bytes, frame->body);
	outbox_write(&conn->out, size);
	*ret_size = size;
	return CONCUR_OK;
}

/* The call is in flight from here, before its frame is sent: its answer may be read by another thread at once. */
static enum concur_status
register_call(struct conn *conn, struct call *call)
{
	enum concur_status status = CONCUR_OK;

	pthread_mutex_lock(&conn->lock);
	if (conn->closed) {
		status = error_set(CONCUR_CLOSED, "%s",
		    conn_why(conn) ? conn_why(conn) : "the connection to the daemon is closed; connect again");
	} else if (call) {
		table_insert(&conn->calls, &call->node, conn->last_call);
		call->in_flight = true;
	}
	pthread_mutex_unlock(&conn->lock);
	return status;
}

/* -- what is kept ------------------------------------------------------------------------------------------------- */

static void
write_nothing(uint8_t *to, const void *body)
{
	(void)to;
	(void)body;
}

/* A call whose reply tells what has arrived, unless one is under way; nobody waits for it. */
static void
send_ping(struct conn *conn)
{
	const struct conn_frame ping = { .method = CONCUR_METHOD_SESSION_PING,
		.context = REQUEST_OWN_CONTEXT,
		.write = write_nothing };
	size_t size;

	if (conn->last_ping > atomic_load_explicit(&conn->seen, memory_order_relaxed) ||
	    write_frame(conn, &ping, &size) != CONCUR_OK)
		return;
	conn->last_ping = conn->last_call;
	conn_flush(conn);
}

/* Under send_lock, which it gives up meanwhile, for the keeper needs it too: reads until something has come since the
 * count was `reads`, or leaves that to the leader. False if the connection is closed. */
static bool
wait_for_reply(struct conn *conn, uint64_t reads)
{
	bool is_open;

	pthread_mutex_lock(&conn->lock);
	pthread_mutex_unlock(&conn->send_lock);
	while (!conn->closed && conn->reads == reads && (conn->led || conn_is_cut(conn)))
		conn_await_progress(conn);
	if (!conn->closed && conn->reads == reads) {
		conn->led = true;
		pthread_mutex_unlock(&conn->lock);
		(void)conn_read(conn, 0);
		pthread_mutex_lock(&conn->lock);
		conn_stop_leading(conn);
	}
	is_open = !conn->closed;
	pthread_mutex_unlock(&conn->lock);
	pthread_mutex_lock(&conn->send_lock);
	return is_open;
}

/* How often something was read, before it is looked at what that told. */
static uint64_t
count_reads(struct conn *conn)
{
	uint64_t reads;

	pthread_mutex_lock(&conn->lock);
	reads = conn->reads;
	pthread_mutex_unlock(&conn->lock);
	return reads;
}

/* Forgets frames that have arrived; true if too many are kept of which that is not known. */
static bool
keeps_too_much(struct conn *conn)
{
	struct outbox *out = &conn->out;

	outbox_seen(out, atomic_load_explicit(&conn->seen, memory_order_relaxed));
	if (out->end - out->from > OUT_PING)
		send_ping(conn);
	return out->end - out->from > OUT_AGAIN;
}

/* Under send_lock, which it may give up meanwhile. */
static void
make_room(struct conn *conn)
{
	uint64_t reads;

	do
		reads = conn->out.end - conn->out.from > OUT_PING ? count_reads(conn) : 0;
	while (keeps_too_much(conn) && wait_for_reply(conn, reads));
}

/* -- sending ------------------------------------------------------------------------------------------------------ */

enum concur_status
conn_send(struct conn *conn, const struct conn_frame *frame, struct call *call)
{
	enum concur_status status;
	size_t size = 0;

	pthread_mutex_lock(&conn->send_lock);
	if (conn->keeper)
		make_room(conn);
	status = write_frame(conn, frame, &size);
	if (status == CONCUR_OK)
		status = register_call(conn, frame->flags & FRAME_ONE_WAY ? NULL : call);
	if (status != CONCUR_OK)
		outbox_take_back(&conn->out, size);
	else if (conn->corks && outbox_unsent(&conn->out) < OUT_CORKED)
		atomic_store_explicit(&conn->held_back, true, memory_order_relaxed);
	else
		conn_flush(conn);
	pthread_mutex_unlock(&conn->send_lock);
	return status;
}

void
conn_cork(struct conn *conn)
{
	pthread_mutex_lock(&conn->send_lock);
	conn->corks++;
	pthread_mutex_unlock(&conn->send_lock);
}

void
conn_uncork(struct conn *conn)
{
	pthread_mutex_lock(&conn->send_lock);
	if (conn->corks)
		conn->corks--;
	if (!conn->corks)
		conn_flush(conn);
	pthread_mutex_unlock(&conn->send_lock);
}
