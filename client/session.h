/* A session: what a program holds, whichever process runs it. Thread-safety: any thread. */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include "concur.h"

#include "conn.h"
#include "keeper.h"
#include "lib/key.h"

#include <protobuf-c/protobuf-c.h>

struct concur_session {
	_Atomic unsigned refs; /* the program's, and one for each handle, future and seated thread */
	_Atomic bool closed;
	struct conn *_Atomic conn; /* of this process; or of its parent until the first call after the fork */
	_Atomic uint64_t contexts; /* number drawn last */
	char *url;
	char *client;
	struct key *key;    /* to be proven before Hello, by both sides; NULL: none */
	int64_t timeout_ns; /* for connecting */
	bool ends_with_connection;
	uint64_t spawner; /* fork_word of the process that spawned the daemon; 0: not spawned */
	int daemon;       /* pidfd of that daemon, or -1 */
};

concur_session *session_ref(concur_session *session);
void session_unref(concur_session *session);

bool session_is_closed(const concur_session *session);

/* A number for a context that this session has not had before; rises. */
uint64_t session_draw_context(concur_session *session);

/* This process's connection, which it makes if it has none: the first call after a fork. CLOSED, and what
 * concur_connect gives. */
enum concur_status session_conn(concur_session *session, struct conn **ret_conn);

/* Tells the daemon that a context of this process has ended. */
void session_context_end(concur_session *session, uint64_t context);

/* hello.c: calls as the library itself, and waits. *ret_call is to be finished by the caller, also after an error. The
 * daemon's refusal is this thread's message; TIMED_OUT, CLOSED. */
enum concur_status session_ask(const concur_session *session, struct conn *conn, uint32_t method,
    const ProtobufCMessage *message, struct call *ret_call);

/* prove.c: shows the daemon that this side has the session's key, and sees that the daemon has it. AUTHENTICATION. */
enum concur_status session_prove(const concur_session *session, struct conn *conn);

/* hello.c: says Hello on a new connection and learns the limits; and, over TCP, makes its keeper. */
enum concur_status session_hello(const concur_session *session, struct conn *conn);

/* hello.c: says Hello on a new connection for a session that has read so many replies, and goes on with it: all calls
 * up to *ret_seen have arrived. SESSION_GONE, PERMISSION. */
enum concur_status session_resume(const concur_session *session, struct conn *conn, const struct promise *promise,
    uint32_t replies_read, uint64_t *ret_seen);

/* hello.c: says goodbye and waits for the answer, for a bounded time. */
void session_goodbye(struct conn *conn);

/* spawn.c: ends the daemon that this process has spawned for the session. */
void session_end_daemon(concur_session *session);

/* session.c: concur_connect with the address known. */
enum concur_status session_open(const char *url, const struct concur_options *options, concur_session **ret_session);

#endif
