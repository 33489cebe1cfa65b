/* Connecting the socket of an address. */
#include "url.h"

#include "error.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SILENCE_MS = 30000,        /* that end a connection, until the daemon has told its own */
	SILENCE_MAX_MS = 86400000, /* the kernel takes no more than some hours */
};

static enum concur_status
refused(const char *text, int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return error_set(CONCUR_NO_DAEMON,
		    "no daemon answers at %s: start concurd, or set CONCUR_URL to where it listens", text);
	case EACCES:
	case EPERM:
		return error_set(CONCUR_PERMISSION, "not permitted to connect to %s", text);
	case EAGAIN:
	case EINPROGRESS:
	case ETIMEDOUT:
		return error_set(CONCUR_TIMED_OUT, "the daemon at %s did not accept the connection in time", text);
	default:
		return error_system(CONCUR_NO_DAEMON, error, "no connection to %s", text);
	}
}

static void
set(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof value);
}

/* Limits how long connect() may take: on a blocking socket that is the time-out of sending. */
static void
limit_connect(int fd, int64_t timeout_ns)
{
	struct timeval limit = { .tv_sec = timeout_ns / CONCUR_SECOND, .tv_usec = timeout_ns % CONCUR_SECOND / 1000 };

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* A socket connected to the address, or -1 with errno set. */
static int
connected(int family, const struct sockaddr *address, socklen_t size, int64_t timeout_ns)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error, n;

	if (fd < 0)
		return -1;
	limit_connect(fd, timeout_ns);
	do
		n = connect(fd, address, size);
	while (n < 0 && errno == EINTR && family == AF_UNIX); /* it has not begun then */
	if (n == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static enum concur_status
dial_unix(const char *text, const struct url *url, int64_t timeout_ns, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	memcpy(address.sun_path, url->path, sizeof address.sun_path);
	fd = connected(AF_UNIX, (struct sockaddr *)&address, sizeof address, timeout_ns);
	if (fd < 0)
		return refused(text, errno);
	*ret_fd = fd;
	return CONCUR_OK;
}

/* The kernel tells a dead peer from a silent one: it asks after a third of the time, and again each sixth of it. */
static void
watch_peer(int fd, int silence_ms)
{
	int third = (silence_ms + 2999) / 3000, sixth = (silence_ms + 5999) / 6000;

	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, third);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, sixth);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, silence_ms);
}

/* Half of the daemon's time: whoever is back before the daemon has noticed has lost nothing of the grace. */
void
url_watch(int fd, int64_t silence_ns)
{
	int64_t half_ms = silence_ns / 2000000;

	if (half_ms > 0)
		watch_peer(fd, half_ms < SILENCE_MAX_MS ? (int)half_ms : SILENCE_MAX_MS);
}

static enum concur_status
dial_tcp(const char *text, const struct url *url, int64_t timeout_ns, int *ret_fd)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *list;
	int error, fd = -1;

	error = getaddrinfo(url->host, url->port, &hints, &list);
	if (error)
		return error_set(CONCUR_NO_DAEMON, "no connection to %s: %s", text, gai_strerror(error));
	for (struct addrinfo *at = list; at && fd < 0; at = at->ai_next)
		fd = connected(at->ai_family, at->ai_addr, at->ai_addrlen, timeout_ns);
	error = errno;
	freeaddrinfo(list);
	if (fd < 0)
		return refused(text, error);
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	watch_peer(fd, SILENCE_MS);
	*ret_fd = fd;
	return CONCUR_OK;
}

enum concur_status
url_dial(const char *text, int64_t timeout_ns, int *ret_fd)
{
	struct url url;
	enum concur_status status = url_parse(text, &url);

	if (status != CONCUR_OK)
		return status;
	if (url.kind == URL_UNIX)
		return dial_unix(text, &url, timeout_ns, ret_fd);
	return dial_tcp(text, &url, timeout_ns, ret_fd);
}
