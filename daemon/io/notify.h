/* What the service manager is told, and the sockets that it passes in. Without libsystemd all of it does nothing.
 *
 * Thread-safety: none. Does not block. */
#ifndef IO_NOTIFY_H
#define IO_NOTIFY_H

/* Told once: the daemon serves. `status` is a line for people. */
void notify_ready(const char *status);

/* Told once: the daemon has begun to stop. */
void notify_stopping(void);

/* How many listening sockets were passed in; they are *ret_first and the numbers behind it. Negative errno if what was
 * passed can not be understood. The environment is cleared, so that only the first call sees them. */
int notify_sockets(int *ret_first);

#endif
