/* concur-bench-ring PATH COUNT: the yardstick for what is handed from process to process. When COUNT processes have
 * connected it gives a token, one byte, to the first; whoever sends it back has it passed on to the next. One epoll
 * loop, one read and one send a hop, and nothing else: no frame, no look-up, no allocation.
 *
 * Those who close are passed over; when all have, a new ring may form. It says "ready" once it listens, and ends by a
 * signal. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { EVENTS_MAX = 64, RING_MAX = 64, BACKLOG = 64 };

struct ring {
	int epoll_fd, listen_fd;
	int fds[RING_MAX]; /* in the order of connecting; -1: has closed */
	unsigned wanted;   /* how many make a ring */
	unsigned joined;   /* have connected since the ring before ended */
	unsigned open;     /* and not closed */
};

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

/* `number` is told with each event of the descriptor. */
static int
watch(const struct ring *ring, int fd, unsigned number)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = number };

	return epoll_ctl(ring->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* Gives the token to the first behind `from` that takes it; to nobody when nobody is left. */
static void
pass_on(const struct ring *ring, unsigned from)
{
	static const char token = 'T';

	for (unsigned i = 1; i <= ring->joined; i++) {
		int fd = ring->fds[(from + i) % ring->joined];

		if (fd >= 0 && send(fd, &token, sizeof token, MSG_NOSIGNAL) == sizeof token)
			return;
	}
}

/* One more. A probe that connects and closes while no ring is complete is forgotten again. */
static int
join(struct ring *ring)
{
	int fd = accept4(ring->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0 || ring->joined == RING_MAX || watch(ring, fd, ring->joined) < 0)
		return -1;
	ring->fds[ring->joined++] = fd;
	ring->open++;
	if (ring->open == ring->wanted)
		pass_on(ring, ring->joined - 1);
	return 0;
}

static void
hear(struct ring *ring, unsigned number)
{
	char token;

	if (read(ring->fds[number], &token, sizeof token) > 0) {
		pass_on(ring, number);
		return;
	}
	close(ring->fds[number]);
	ring->fds[number] = -1;
	if (--ring->open == 0)
		ring->joined = 0;
}

static int
turn(struct ring *ring)
{
	struct epoll_event events[EVENTS_MAX];
	int ready = epoll_wait(ring->epoll_fd, events, EVENTS_MAX, -1);

	for (int i = 0; i < ready; i++) {
		if (events[i].data.u32 < RING_MAX)
			hear(ring, events[i].data.u32);
		else if (join(ring) < 0)
			return -1;
	}
	return ready < 0 && errno != EINTR ? -1 : 0;
}

int
main(int argc, char **argv)
{
	struct ring ring = { .wanted = argc == 3 ? (unsigned)atoi(argv[2]) : 0 };

	if (ring.wanted < 2 || ring.wanted > RING_MAX / 2) {
		fprintf(stderr, "usage: concur-bench-ring PATH COUNT (2 to %d)\n", RING_MAX / 2);
		return 2;
	}
	ring.listen_fd = listen_on(argv[1]);
	ring.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (ring.listen_fd < 0 || ring.epoll_fd < 0 || watch(&ring, ring.listen_fd, RING_MAX) < 0) {
		perror("concur-bench-ring");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while (turn(&ring) == 0)
		;
	perror("concur-bench-ring");
	return 1;
}
