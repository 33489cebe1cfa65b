/* Listeners: the sockets that connections come in by.
 *
 * When descriptors run out, all listeners pause until a connection ends, or for LOOP_RETRY_NS; those that knock
 * meanwhile wait in the kernel. It is logged once until nobody waits any more.
 *
 * Thread-safety: none; they belong to the loop, which closes them. */
#ifndef IO_LISTENER_H
#define IO_LISTENER_H

#include "daemon/io/complaint.h"
#include "daemon/io/loop.h"

#include <sys/types.h>

/* Listens on an address; `mode` is of a unix socket's file. With `is_private` its directory goes with it at the end.
 * -1 with a complaint, also if other machines could reach it and the loop has no key. */
int listener_open(struct loop *loop, const char *url, mode_t mode, bool is_private, struct complaint *complaint);

/* Listens on a socket that was passed in, which it takes if it succeeds. Its file is not removed at the end. -1 with a
 * complaint. */
int listener_adopt(struct loop *loop, int fd, struct complaint *complaint);

/* Where the loop listens: the URL of the listener that was opened first; "" if there is none. A port of 0 has become
 * the port that the kernel chose. */
const char *listener_url(const struct loop *loop);

void listener_close_all(struct loop *loop);

/* Something may have ended that held descriptors: go on accepting if that had paused. */
void listener_resume(struct loop *loop);

#endif
