/* Listening and accepting.
 *
 * A local connection needs two descriptors, its socket and the pidfd of its peer. One descriptor is held in reserve, so
 * that a connection which got the first always gets the second. */
#include "config.h"

#include "daemon/io/listener.h"

#include "daemon/io/claim.h"
#include "daemon/io/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LISTENER_ACCEPTS = 64,        /* connections of one listener in one turn */
	LISTENER_BACKLOG = 4096,      /* connections that wait to be accepted; the kernel may lower it */
	LISTENER_SILENCE_MAX = 86400, /* seconds; the kernel takes no more than some hours */
};

struct listener {
	struct loop *loop;
	struct link node; /* in loop->listeners */
	struct event event;
	struct claim claim; /* of a unix socket's path that is ours */
	int fd;
	bool is_local;
	bool is_private;
	char url[ADDRESS_URL_MAX];
};

/* Stops accepting for want of descriptors or memory. */
static void
listener_pause(struct loop *loop, int error)
{
	if (!loop->is_full_told)
		log_write(loop->log, LOG_WARNING,
		    "connections wait: %s; raise the limit of open files (LimitNOFILE, ulimit -n) sessions=%zu",
		    strerror(error), loop->conn_count);
	loop->is_full = loop->is_full_told = true;
	loop->retry_ns = loop->now_ns + LOOP_RETRY_NS;
	for (struct link *node = loop->listeners.next; node != &loop->listeners; node = node->next)
		(void)event_del(&LINK_ENTRY(node, struct listener, node)->event);
}

void
listener_resume(struct loop *loop)
{
	if (!loop->is_full)
		return;
	loop->retry_ns = loop->now_ns + LOOP_RETRY_NS;
	if (loop->reserve_fd < 0)
		loop->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (loop->reserve_fd < 0)
		return;
	loop->is_full = false;
	for (struct link *node = loop->listeners.next; node != &loop->listeners; node = node->next)
		(void)event_add(&LINK_ENTRY(node, struct listener, node)->event, NULL);
}

static void
listener_set(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof value);
}

/* Nothing but the kernel's verdict tells a peer whose machine is gone from one that is silent, and one that computes
 * answers the kernel's question without knowing. It is asked after a third of the time, and again each sixth of it. */
static void
listener_watch_remote(int fd, uint64_t silence_seconds)
{
	int silence = (int)(silence_seconds < LISTENER_SILENCE_MAX ? silence_seconds : LISTENER_SILENCE_MAX);

	listener_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	listener_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	listener_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, (silence + 2) / 3);
	listener_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, (silence + 5) / 6);
	listener_set(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
	listener_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, silence * 1000);
}

/* Opens the connection, if need be with the descriptor that is held in reserve. 0, or -1: descriptors are out. */
static int
listener_admit(struct listener *listener, int fd)
{
	struct loop *loop = listener->loop;

	if (!listener->is_local)
		listener_watch_remote(fd, loop->limits.silence_seconds);
	if (conn_open(loop, fd, listener->is_local) == 0)
		return 0;
	if (loop->reserve_fd >= 0) {
		(void)close(loop->reserve_fd);
		loop->reserve_fd = -1;
		if (conn_open(loop, fd, listener->is_local) == 0) {
			errno = EMFILE;
			return -1;
		}
	}
	log_write(loop->log, LOG_WARNING, "connection refused: %s", strerror(errno));
	(void)close(fd);
	return -1;
}

static bool
listener_is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void
listener_on_ready(evutil_socket_t ready, short what, void *arg)
{
	struct listener *listener = arg;
	struct loop *loop = listener->loop;

	(void)ready;
	(void)what;
	loop_turn_begin(loop);
	for (int i = 0; i < LISTENER_ACCEPTS && !loop->is_full; i++) {
		int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0 && listener_admit(listener, fd) == 0)
			continue;
		if (fd >= 0 || listener_is_shortage(errno)) {
			listener_pause(loop, errno);
			return;
		}
		if (errno == EAGAIN) {
			loop->is_full_told = false;
			return;
		}
		/* Anything else is one connection's misfortune, which ended before it was accepted. */
	}
}

/* TCP says of nobody who it is: what other machines reach needs a key. */
static int
listener_check(const struct loop *loop, const struct address *address, const char *url, struct complaint *complaint)
{
	if (address_is_loopback(address) || loop->has_key)
		return 0;
	return complain(complaint,
	    "%s: other machines reach it, so whoever connects has to prove a key: make one with `concur keygen FILE` "
	    "and give it with --key FILE, or listen on 127.0.0.1 or [::1]",
	    url);
}

static int
listener_start(struct listener *listener, struct complaint *complaint)
{
	struct loop *loop = listener->loop;
	struct address address;

	if (address_of_socket(listener->fd, &address, complaint) != 0)
		return -1;
	address_print(&address, listener->url);
	listener->is_local = address_is_local(&address);
	(void)event_assign(&listener->event, loop->base, listener->fd, EV_READ | EV_PERSIST, listener_on_ready,
	    listener);
	if (event_add(&listener->event, NULL) != 0)
		return complain(complaint, "%s: can not watch the socket", listener->url);
	link_append(&loop->listeners, &listener->node);
	log_write(loop->log, LOG_INFO, "listening url=%s", listener->url);
	return 0;
}

static struct listener *
listener_new(struct loop *loop, int fd, bool is_private)
{
	struct listener *listener = calloc(1, sizeof *listener);

	if (!listener)
		return NULL;
	listener->loop = loop;
	listener->fd = fd;
	listener->is_private = is_private;
	link_init(&listener->node);
	return listener;
}

/* Not the event: it is set only for those that are in the loop's list. */
static void
listener_free(struct listener *listener)
{
	claim_release(&listener->claim, listener->is_private);
	if (listener->fd >= 0)
		(void)close(listener->fd);
	free(listener);
}

static int
listener_bind_tcp(int fd, const struct address *address, const char *url, struct complaint *complaint)
{
	const int yes = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(fd, &address->any, address->size) != 0)
		return complain(complaint, "%s: can not bind: %s", url, strerror(errno));
	if (listen(fd, LISTENER_BACKLOG) != 0)
		return complain(complaint, "%s: can not listen: %s", url, strerror(errno));
	return 0;
}

int
listener_open(struct loop *loop, const char *url, mode_t mode, bool is_private, struct complaint *complaint)
{
	struct listener *listener;
	struct address address;
	int result;

	if (address_parse(url, &address, complaint) != 0 || listener_check(loop, &address, url, complaint) != 0)
		return -1;
	listener = listener_new(loop, -1, is_private);
	if (!listener)
		return complain(complaint, "%s: out of memory", url);
	listener->fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		result = complain(complaint, "%s: no socket to be had: %s", url, strerror(errno));
	else if (address_is_local(&address))
		result = claim_take(&listener->claim, listener->fd, &address.local, mode, complaint);
	else
		result = listener_bind_tcp(listener->fd, &address, url, complaint);
	if (result == 0)
		result = listener_start(listener, complaint);
	if (result != 0)
		listener_free(listener);
	return result;
}

int
listener_adopt(struct loop *loop, int fd, struct complaint *complaint)
{
	struct listener *listener;
	struct address address;
	char url[ADDRESS_URL_MAX];
	int listens = 0, type = 0;
	socklen_t size = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM)
		return complain(complaint,
		    "descriptor %d, passed in by the service manager, is not a listening stream socket", fd);
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return complain(complaint, "descriptor %d: %s", fd, strerror(errno));
	if (address_of_socket(fd, &address, complaint) != 0)
		return -1;
	address_print(&address, url);
	if (listener_check(loop, &address, url, complaint) != 0)
		return -1;
	listener = listener_new(loop, fd, false);
	if (!listener)
		return complain(complaint, "out of memory");
	if (listener_start(listener, complaint) != 0) {
		free(listener);
		return -1;
	}
	return 0;
}

const char *
listener_url(const struct loop *loop)
{
	return link_empty(&loop->listeners) ? "" : LINK_ENTRY(loop->listeners.next, struct listener, node)->url;
}

void
listener_close_all(struct loop *loop)
{
	struct link *node;

	while ((node = link_pop(&loop->listeners))) {
		struct listener *listener = LINK_ENTRY(node, struct listener, node);

		(void)event_del(&listener->event);
		listener_free(listener);
	}
}
