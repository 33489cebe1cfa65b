/* concur-bench-relay PATH: the yardstick for a task that goes from a client to a worker and back. It listens on a unix
 * socket and has a worker process, which connects there first; what clients send it passes on to the worker, which
 * sends it back, and that goes to the client who was heard last. Four hops, each one read and one send; one epoll loop
 * in between, and nothing else: no frame, no queue, no look-up, no allocation.
 *
 * It says "ready" on standard output once the worker is there, and ends by a signal; the worker ends with it. One
 * client at a time is served rightly: what is measured is one message at a time. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { EVENTS_MAX = 64, BUFFER_SIZE = 65536, BACKLOG = 64 };

struct relay {
	int epoll_fd, listen_fd;
	int worker_fd;
	int client_fd; /* the one who was heard last */
};

static struct sockaddr_un
address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	return address;
}

static _Noreturn void
fail(void)
{
	perror("concur-bench-relay");
	exit(1);
}

/* Sends all that there is to read on to the other side; false when this side has gone. */
static int
pass_on(int from, int to)
{
	char buffer[BUFFER_SIZE];
	ssize_t got = read(from, buffer, sizeof buffer);

	if (got > 0 && send(to, buffer, (size_t)got, MSG_NOSIGNAL) != got)
		fail();
	return got > 0;
}

static _Noreturn void
work(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		fail();
	while (pass_on(fd, fd))
		;
	exit(0);
}

/* The next who connects, watched from here on. */
static int
take_in(const struct relay *relay)
{
	int fd = accept4(relay->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0 || epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		fail();
	return fd;
}

static void
begin(struct relay *relay, const char *path)
{
	struct sockaddr_un address = address_of(path);
	struct epoll_event event = { .events = EPOLLIN };

	relay->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	relay->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (relay->listen_fd < 0 || relay->epoll_fd < 0 ||
	    bind(relay->listen_fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(relay->listen_fd, BACKLOG) < 0)
		fail();
	switch (fork()) {
	case -1:
		fail();
	case 0:
		work(path);
	default:
		relay->worker_fd = take_in(relay);
	}
	event.data.fd = relay->listen_fd;
	if (epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, relay->listen_fd, &event) < 0)
		fail();
	puts("ready");
	fflush(stdout);
}

static void
hear(struct relay *relay, int fd)
{
	if (fd == relay->listen_fd) {
		(void)take_in(relay);
	} else if (fd == relay->worker_fd) {
		if (!pass_on(fd, relay->client_fd))
			fail();
	} else {
		relay->client_fd = fd;
		if (!pass_on(fd, relay->worker_fd))
			close(fd);
	}
}

int
main(int argc, char **argv)
{
	struct relay relay;

	if (argc != 2) {
		fprintf(stderr, "usage: concur-bench-relay PATH\n");
		return 2;
	}
	begin(&relay, argv[1]);
	for (;;) {
		struct epoll_event events[EVENTS_MAX];
		int ready = epoll_wait(relay.epoll_fd, events, EVENTS_MAX, -1);

		if (ready < 0 && errno != EINTR)
			fail();
		for (int i = 0; i < ready; i++)
			hear(&relay, events[i].data.fd);
	}
}
