/* The keeper of a connection over TCP: a thread that notices when the socket has failed, connects anew, and goes on
 * with the same session, so that calls in flight are carried out and answered once, as if nothing had happened.
 *
 * It reads only when nobody leads and the socket's end has come, so a call costs no hop between threads. It tries until
 * the daemon must have given the session up: for the grace that Hello told, and for as long again as the daemon's
 * kernel may take to notice, if it was silence that ended the connection.
 *
 * Thread-safety: any thread. */
#ifndef CLIENT_KEEPER_H
#define CLIENT_KEEPER_H

#include "concur.h"

#include "lib/secret.h"

struct conn;
struct keeper;

/* What Hello told about resuming. */
struct promise {
	uint64_t session;
	uint8_t secret[SECRET_SIZE];
	int64_t grace_ns;
	int64_t silence_ns;
};

/* The keeper of a connection that has just said Hello; its session is borrowed. NULL: no memory, or no descriptor. */
struct keeper *keeper_new(struct conn *conn, const concur_session *session, const struct promise *promise);

/* Starts the thread. -1: there is none to be had. */
int keeper_start(struct keeper *keeper);

/* The connection is cut. Under its lock. */
void keeper_wake(struct keeper *keeper);

/* Ends the thread, and waits until it has ended. Takes NULL. Not under the lock. */
void keeper_end(struct keeper *keeper);

/* The same, and frees it. Takes NULL. */
void keeper_free(struct keeper *keeper);

#endif
