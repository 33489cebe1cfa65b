/* The watch over peers' processes. */
#include "config.h"

#include "daemon/io/deaths.h"

#include "daemon/io/conn.h"
#include "daemon/io/loop.h"

#include <event2/event.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { DEATHS_AT_ONCE = 64 };

static void
deaths_on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	deaths_take(arg);
}

int
deaths_init(struct deaths *deaths, struct loop *loop)
{
	deaths->fd = epoll_create1(EPOLL_CLOEXEC);
	if (deaths->fd < 0)
		return -1;
	(void)event_assign(&deaths->event, loop->base, deaths->fd, EV_READ | EV_PERSIST, deaths_on_event, deaths);
	(void)event_priority_set(&deaths->event, LOOP_DEATHS);
	return event_add(&deaths->event, NULL);
}

void
deaths_fini(struct deaths *deaths)
{
	if (deaths->fd < 0)
		return;
	(void)event_del(&deaths->event);
	(void)close(deaths->fd);
	deaths->fd = -1;
}

int
deaths_watch(struct deaths *deaths, int pidfd, struct conn *conn)
{
	struct epoll_event event = { .events = EPOLLIN, .data = { .ptr = conn } };

	if (epoll_ctl(deaths->fd, EPOLL_CTL_ADD, pidfd, &event) != 0)
		return -1;
	deaths->watched++;
	return 0;
}

void
deaths_unwatch(struct deaths *deaths, int pidfd)
{
	if (epoll_ctl(deaths->fd, EPOLL_CTL_DEL, pidfd, NULL) == 0)
		deaths->watched--;
}

bool
deaths_are_pending(const struct deaths *deaths)
{
	struct epoll_event event;

	return epoll_wait(deaths->fd, &event, 1, 0) > 0;
}

void
deaths_take(struct deaths *deaths)
{
	struct epoll_event events[DEATHS_AT_ONCE];
	int count;

	do {
		count = epoll_wait(deaths->fd, events, DEATHS_AT_ONCE, 0);
		for (int i = 0; i < count; i++)
			conn_die(events[i].data.ptr);
	} while (count == DEATHS_AT_ONCE);
}
