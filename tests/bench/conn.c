/* Connections. A connection's life: conn_open, the work's prepare (which uses conn_exchange), then for every run
 * conn_begin and rounds of conn_send and conn_receive until conn_is_done.
 *
 * Invariants: sent - answered calls are in flight, at most depth; the batches from batch_first to batch_end hold
 * exactly those calls; out_size above 0 means that the last batch is not all with the kernel yet, and then no other is
 * begun. */
#include "tests/bench/conn.h"

#include "tests/bench/work.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { IN_ROOM_MIN = 4096, REPLY_OVERHEAD = 64 };

uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int
connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int
connect_tcp(const char *host_port)
{
	const char *colon = strrchr(host_port, ':');
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	char host[256];
	int fd, on = 1;

	errno = EINVAL;
	if (!colon || (size_t)(colon - host_port) >= sizeof host)
		return -1;
	memcpy(host, host_port, (size_t)(colon - host_port));
	host[colon - host_port] = '\0';
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static int
connect_to(const struct options *options)
{
	static const char tcp[] = "tcp://", local[] = "unix:";
	const char *url = options->url;

	if (options->socket_path)
		return connect_unix(options->socket_path);
	if (strncmp(url, tcp, sizeof tcp - 1) == 0)
		return connect_tcp(url + sizeof tcp - 1);
	return connect_unix(strncmp(url, local, sizeof local - 1) == 0 ? url + sizeof local - 1 : url);
}

int
conn_open(struct conn *conn, const struct options *options, uint64_t number, uint64_t depth)
{
	const struct timeval patience = { .tv_sec = CONN_PATIENCE_S };

	*conn = (struct conn){ .fd = -1, .options = options, .number = number, .depth = depth };
	conn->in_room = depth * (options->size + REPLY_OVERHEAD);
	if (conn->in_room < IN_ROOM_MIN)
		conn->in_room = IN_ROOM_MIN;
	conn->batches_room = 1;
	while (conn->batches_room < depth)
		conn->batches_room *= 2;
	conn->in = malloc(conn->in_room);
	conn->batches = calloc(conn->batches_room, sizeof *conn->batches);
	if (!conn->in || !conn->batches) {
		fprintf(stderr, "concur-bench: out of memory\n");
		return -1;
	}
	conn->fd = connect_to(options);
	if (conn->fd < 0 || setsockopt(conn->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0) {
		fprintf(stderr, "concur-bench: can not connect to %s: %s\n",
		    options->url ? options->url : options->socket_path, strerror(errno));
		return -1;
	}
	return 0;
}

void
conn_close(struct conn *conn)
{
	if (conn->fd >= 0)
		close(conn->fd);
	stream_fini(&conn->stream);
	free(conn->state);
	free(conn->in);
	free(conn->batches);
	*conn = (struct conn){ .fd = -1 };
}

void
conn_begin(struct conn *conn, uint64_t quota, uint64_t key_first)
{
	assert(conn->sent == conn->answered);
	conn->sent = conn->answered = conn->errors = 0;
	conn->quota = quota;
	conn->key_first = key_first;
	conn->stopping = conn->finished = conn->counted = false;
	conn->in_start = conn->in_end = 0;
}

void
conn_fault(struct conn *conn, const char *what, const void *detail, size_t detail_size)
{
	if (conn->errors++ == 0)
		fprintf(stderr, "concur-bench: connection %llu: %s: %.*s\n", (unsigned long long)conn->number, what,
		    (int)(detail_size < 200 ? detail_size : 200), (const char *)detail);
}

/* Bytes read, 0 if there was nothing, or -1. A reply that is larger than the room makes it grow. */
static ssize_t
read_more(struct conn *conn, int flags)
{
	ssize_t got;

	if (conn->in_start > 0) {
		memmove(conn->in, conn->in + conn->in_start, conn->in_end - conn->in_start);
		conn->in_end -= conn->in_start;
		conn->in_start = 0;
	}
	if (conn->in_end == conn->in_room) {
		uint8_t *grown = realloc(conn->in, conn->in_room * 2);

		if (!grown) {
			fprintf(stderr, "concur-bench: out of memory\n");
			return -1;
		}
		conn->in = grown;
		conn->in_room *= 2;
	}
	got = recv(conn->fd, conn->in + conn->in_end, conn->in_room - conn->in_end, flags);
	if (got < 0 && (errno == EINTR || (errno == EAGAIN && flags & MSG_DONTWAIT)))
		return 0;
	if (got <= 0) {
		const char *why = got == 0 ? "closed by the server" : strerror(errno);

		fprintf(stderr, "concur-bench: connection %llu: %s\n", (unsigned long long)conn->number,
		    got < 0 && errno == EAGAIN ? "no answer" : why);
		return -1;
	}
	conn->in_end += (size_t)got;
	return got;
}

int
conn_exchange(struct conn *conn, const uint8_t *bytes, size_t size,
    ssize_t (*is_whole)(const uint8_t *bytes, size_t size), const uint8_t **ret_reply, size_t *ret_size)
{
	ssize_t whole;

	while (size > 0) {
		ssize_t took = send(conn->fd, bytes, size, MSG_NOSIGNAL);

		if (took < 0) {
			fprintf(stderr, "concur-bench: can not send: %s\n", strerror(errno));
			return -1;
		}
		bytes += took;
		size -= (size_t)took;
	}
	conn->calls_ever++;
	conn->in_start = conn->in_end = 0;
	while ((whole = is_whole(conn->in, conn->in_end)) == 0) {
		if (read_more(conn, 0) < 0)
			return -1;
	}
	if (whole < 0)
		return -1;
	conn->replies_ever++;
	*ret_reply = conn->in;
	*ret_size = (size_t)whole;
	return 0;
}

static int
flush(struct conn *conn)
{
	ssize_t took = send(conn->fd, conn->out, conn->out_size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (took < 0 && errno != EAGAIN && errno != EINTR) {
		fprintf(stderr, "concur-bench: connection %llu: can not send: %s\n", (unsigned long long)conn->number,
		    strerror(errno));
		return -1;
	}
	if (took > 0) {
		conn->out += took;
		conn->out_size -= (size_t)took;
	}
	return 0;
}

int
conn_send(struct conn *conn, uint64_t now)
{
	size_t room = (size_t)conn_room(conn), calls;

	if (conn->out_size > 0)
		return flush(conn);
	if (room == 0 || conn->finished)
		return 0;
	calls = conn->work->fill(conn, room);
	if (calls == 0)
		return 0;
	conn->batches[conn->batch_end++ & (conn->batches_room - 1)] =
	    (struct conn_batch){ .sent_ns = now, .calls = calls };
	conn->sent += calls;
	conn->calls_ever += calls;
	return flush(conn);
}

static void
record(struct conn *conn, uint64_t replies, uint64_t now)
{
	while (replies > 0) {
		struct conn_batch *batch = &conn->batches[conn->batch_first & (conn->batches_room - 1)];
		uint64_t some = replies < batch->calls ? replies : batch->calls;

		histogram_add(conn->latency, now - batch->sent_ns, some);
		replies -= some;
		batch->calls -= some;
		if (batch->calls == 0)
			conn->batch_first++;
	}
}

static int
take_replies(struct conn *conn, uint64_t now)
{
	uint64_t replies = 0;

	while (conn->in_start < conn->in_end) {
		ssize_t size;

		if (conn->answered == conn->sent) {
			fprintf(stderr, "concur-bench: connection %llu: more replies than calls\n",
			    (unsigned long long)conn->number);
			return -1;
		}
		size = conn->work->take(conn, conn->in + conn->in_start, conn->in_end - conn->in_start);
		if (size < 0)
			return -1;
		if (size == 0)
			break;
		conn->in_start += (size_t)size;
		conn->answered++;
		conn->replies_ever++;
		replies++;
	}
	if (conn->in_start == conn->in_end)
		conn->in_start = conn->in_end = 0;
	record(conn, replies, now);
	return 0;
}

int
conn_receive(struct conn *conn, bool wait, uint64_t *ret_now_ns)
{
	ssize_t got = read_more(conn, wait ? 0 : MSG_DONTWAIT);

	if (got < 0)
		return -1;
	*ret_now_ns = now_ns();
	return got > 0 ? take_replies(conn, *ret_now_ns) : 0;
}

bool
conn_is_done(const struct conn *conn)
{
	bool begins = !conn->stopping && !conn->finished && conn->sent / conn->work->requests < conn->quota;

	return !begins && conn->sent == conn->answered && conn->sent % conn->work->requests == 0;
}
