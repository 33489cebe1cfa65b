/* The watch over all processes behind the connections: one descriptor that becomes readable when any of them has ended.
 *
 * A descriptor of its own, beside the loop's, since who has seen a process end may count on the daemon having seen it
 * before what is sent then: so it must be possible to ask for deaths alone, and for all of them, at any moment.
 *
 * Thread-safety: none. */
#ifndef IO_DEATHS_H
#define IO_DEATHS_H

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>

struct conn;
struct loop;

struct deaths {
	int fd;         /* an epoll of pidfds; -1: not open */
	size_t watched; /* pidfds in it */
	struct event event;
};

/* 0, or -1 with errno. */
int deaths_init(struct deaths *deaths, struct loop *loop);
void deaths_fini(struct deaths *deaths); /* takes what deaths_init() has not seen but for `fd`, which is -1 */

/* The connection ends when the process of the pidfd does. 0, or -1 with errno. */
int deaths_watch(struct deaths *deaths, int pidfd, struct conn *conn);
void deaths_unwatch(struct deaths *deaths, int pidfd);

/* True if a process has ended whose connection has not. One system call. */
bool deaths_are_pending(const struct deaths *deaths);

/* Ends the connections of all processes that have ended. Begins the turn if there are any. */
void deaths_take(struct deaths *deaths);

#endif
