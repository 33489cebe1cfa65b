/* A connection's way out.
 *
 * Frames are written into `out` under the send lock, where their ids are drawn, and sent from there. When the socket
 * takes no more, the sender waits until it does, holding the send lock; since the daemon may have stopped reading
 * because nobody takes its replies, the sender reads them in the meantime, unless another thread already does. */
#include "config.h"

#include "conn.h"

#include "concur/v1/shapes.pb-c.h"
#include "error.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	OUT_CORKED = 32 * 1024, /* bytes that a cork gathers */
	OUT_KEPT = 256 * 1024,  /* room that is kept after sending */
};

/* Waits until the leader has read what has arrived: it was told of it when we were. */
static void
wait_for_leader(struct conn *conn, uint64_t reads)
{
	conn->stuck_senders++;
	while (conn->led && conn->reads == reads && !conn->closed)
		pthread_cond_wait(&conn->progress, &conn->lock);
	conn->stuck_senders--;
}

/* Something has arrived: reads it, or leaves it to the leader. */
static void
read_meanwhile(struct conn *conn, uint64_t reads)
{
	pthread_mutex_lock(&conn->lock);
	if (conn->led) {
		wait_for_leader(conn, reads);
	} else if (!conn->closed) {
		conn->led = true;
		pthread_mutex_unlock(&conn->lock);
		(void)conn_read(conn, MSG_DONTWAIT);
		pthread_mutex_lock(&conn->lock);
		conn_stop_leading(conn);
	}
	pthread_mutex_unlock(&conn->lock);
}

/* Waits until the socket takes bytes again; false if the connection is closed. */
static bool
wait_for_room(struct conn *conn)
{
	struct pollfd poll = { .fd = conn->fd, .events = POLLIN | POLLOUT };
	uint64_t reads;
	bool closed;

	for (;;) {
		pthread_mutex_lock(&conn->lock);
		reads = conn->reads;
		closed = conn->closed;
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
drop_out(struct conn *conn)
{
	conn->out_size = 0;
	atomic_store_explicit(&conn->held_back, false, memory_order_relaxed);
	if (conn->out_room > OUT_KEPT) {
		free(conn->out);
		conn->out = NULL;
		conn->out_room = 0;
	}
}

void
conn_flush(struct conn *conn)
{
	size_t sent = 0;
	ssize_t n;

	while (sent < conn->out_size) {
		n = send(conn->fd, conn->out + sent, conn->out_size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n >= 0) {
			sent += (size_t)n;
		} else if (errno == EAGAIN) {
			if (!wait_for_room(conn))
				break;
		} else if (errno != EINTR) {
			/* Whoever reads next finds the end and answers all calls. */
			shutdown(conn->fd, SHUT_RDWR);
			break;
		}
	}
	drop_out(conn);
}

static int
reserve_out(struct conn *conn, size_t size)
{
	size_t room = conn->out_room ? conn->out_room : 4096;
	uint8_t *out;

	while (room < conn->out_size + size)
		room *= 2;
	if (room == conn->out_room)
		return 0;
	out = realloc(conn->out, room);
	if (!out)
		return -1;
	conn->out = out;
	conn->out_room = room;
	return 0;
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
write_frame(struct conn *conn, const struct conn_frame *frame)
{
	Concur__V1__Options options;
	size_t options_bytes = options_size(frame, &options);
	size_t size = FRAME_REQUEST + options_bytes + frame->size;
	struct frame_request head = { .method = frame->method, .context = frame->context, .flags = frame->flags };
	uint8_t *to;

	if (size - FRAME_LENGTH > conn->limits.frame_max)
		return error_set(CONCUR_TOO_LARGE, "a call of %zu bytes: the daemon takes at most %llu (frame_max)",
		    size, (unsigned long long)conn->limits.frame_max);
	if (reserve_out(conn, size))
		return error_plain(CONCUR_NO_MEMORY);
	head.length = (uint32_t)(size - FRAME_LENGTH);
	head.call = ++conn->last_call;
	head.replies_read = atomic_load_explicit(&conn->replies_read, memory_order_relaxed);
	atomic_store_explicit(&conn->replies_told, head.replies_read, memory_order_relaxed);
	head.options = (uint16_t)options_bytes;
	to = conn->out + conn->out_size;
	frame_request_write(to, &head);
	if (options_bytes)
		concur__v1__options__pack(&options, to + FRAME_REQUEST);
	frame->write(to + FRAME_REQUEST + options_bytes, frame->body);
	conn->out_size += size;
	return CONCUR_OK;
}

/* The call is in flight from here, before its frame is sent: its answer may be read by another thread at once. */
static enum concur_status
register_call(struct conn *conn, struct call *call)
{
	enum concur_status status = CONCUR_OK;

	pthread_mutex_lock(&conn->lock);
	if (conn->closed) {
		status = error_set(CONCUR_CLOSED, "the connection to the daemon is closed; connect again");
	} else if (call) {
		table_insert(&conn->calls, &call->node, conn->last_call);
		call->in_flight = true;
	}
	pthread_mutex_unlock(&conn->lock);
	return status;
}

enum concur_status
conn_send(struct conn *conn, const struct conn_frame *frame, struct call *call)
{
	enum concur_status status;
	size_t before;

	pthread_mutex_lock(&conn->send_lock);
	before = conn->out_size;
	status = write_frame(conn, frame);
	if (status == CONCUR_OK)
		status = register_call(conn, frame->flags & FRAME_ONE_WAY ? NULL : call);
	if (status != CONCUR_OK)
		conn->out_size = before;
	else if (conn->corks && conn->out_size < OUT_CORKED)
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
