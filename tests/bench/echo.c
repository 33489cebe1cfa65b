/* concur-bench-echo PATH: the yardstick for what is bound by wake-ups. It listens on a unix socket and writes back the
 * bytes that it reads, in one epoll loop, and does nothing else: no frame, no look-up, no allocation a request.
 *
 * It says "ready" on standard output once it listens, and ends by a signal. A connection whose reader is too slow to
 * take the whole echo at once is waited for: the loads it serves have less in flight than a socket holds. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { EVENTS_MAX = 64, BUFFER_SIZE = 65536, BACKLOG = 1024 };

static int
listen_on(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, BACKLOG) < 0)
		return -1;
	return fd;
}

static int
watch(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* False when the other side has gone. */
static int
echo(int fd, char *buffer)
{
	ssize_t got = read(fd, buffer, BUFFER_SIZE);

	for (ssize_t done = 0; done < got;) {
		ssize_t took = send(fd, buffer + done, (size_t)(got - done), MSG_NOSIGNAL);

		if (took < 0)
			return 0;
		done += took;
	}
	return got > 0;
}

static int
serve(int epoll_fd, int listen_fd, char *buffer)
{
	struct epoll_event events[EVENTS_MAX];
	int ready = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);

	for (int i = 0; i < ready; i++) {
		int fd = events[i].data.fd;

		if (fd == listen_fd) {
			fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
			if (fd < 0 || watch(epoll_fd, fd) < 0)
				return -1;
		} else if (!echo(fd, buffer)) {
			close(fd);
		}
	}
	return ready < 0 && errno != EINTR ? -1 : 0;
}

int
main(int argc, char **argv)
{
	char buffer[BUFFER_SIZE];
	int listen_fd, epoll_fd;

	if (argc != 2) {
		fprintf(stderr, "usage: concur-bench-echo PATH\n");
		return 2;
	}
	listen_fd = listen_on(argv[1]);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (listen_fd < 0 || epoll_fd < 0 || watch(epoll_fd, listen_fd) < 0) {
		perror("concur-bench-echo");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while (serve(epoll_fd, listen_fd, buffer) == 0)
		;
	perror("concur-bench-echo");
	return 1;
}
