/* What is called when a call is answered. Nothing here is called by the daemon or by a thread of the library's own: who
 * reads an answer notes down the call, and whoever waits next, in whatever call, calls what was asked for.
 *
 * Thread-safety: any thread; `lock` is the connection's. */
#ifndef CLIENT_CALLBACK_H
#define CLIENT_CALLBACK_H

#include "conn.h"

/* Under the lock: the call was answered. */
void callback_note(struct conn *conn, struct call *call);

/* Under the lock: nobody is to be told. */
void callback_drop(struct call *call);

/* Whether there is something to call, and nobody at it. */
static inline bool
callback_is_due(const struct conn *conn)
{
	return atomic_load_explicit(&conn->has_due, memory_order_relaxed) &&
	    !atomic_load_explicit(&conn->calling, memory_order_relaxed);
}

/* Calls what is due, one at a time, unless that is going on already. The lock is not held. */
void callback_run(struct conn *conn);

#endif
