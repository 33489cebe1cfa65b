/* A connection: the one of one process's session. Frames of many threads go out and come in here.
 *
 * Reading has no thread of its own. Of the threads that wait for answers one is the leader: it reads the socket and
 * answers calls, its own and others'; the rest, the followers, sleep until their call is answered or until the leader
 * leaves and wakes one of them to lead. A thread that can not write because the daemon does not read reads meanwhile,
 * so that full buffers on both sides never lock up.
 *
 * A connection that has a keeper (keeper.h) outlives its socket: when that fails it is cut, calls stay in flight, what
 * is sent is gathered, and nobody leads until the keeper has another socket for the same session, or has given up.
 *
 * Thread-safety: any thread, but for conn_new and conn_free. Never used by another process than the one that made
 * it. */
#ifndef CLIENT_CONN_H
#define CLIENT_CONN_H

#include "call.h"
#include "lib/link.h"
#include "outbox.h"
#include "reader.h"

#include <pthread.h>

/* What the daemon said in its answer to Hello. */
struct conn_limits {
	uint64_t frame_max; /* bytes of a frame behind its length */
	uint32_t name_max;  /* bytes */
	uint32_t key_max;   /* bytes */
	uint32_t depth_max; /* levels */
};

struct conn {
	uint64_t word; /* the process it belongs to; see fork.h */
	int fd;
	struct conn_limits limits;
	struct conn *ancestor; /* of the process that forked this one; never touched, only kept */

	pthread_mutex_t send_lock; /* taken before `lock`; guards what follows */
	uint64_t last_call;        /* id drawn last; they rise on the wire */
	uint64_t last_ping;        /* that was sent for the reply to tell what was seen; 0: none */
	struct outbox out;
	unsigned corks;
	_Atomic bool held_back; /* a cork keeps bytes in `out`; read without the lock */

	pthread_mutex_t lock; /* guards what follows */
	struct table calls;   /* in flight */
	bool closed;          /* no answer will come any more */
	bool reads_one;       /* a reply at a time: what follows it is another connection's to read */
	bool led;             /* a thread is the leader; only it touches `reader` */
	struct reader reader;
	struct link followers;         /* struct waiter, longest waiting first */
	struct link due;               /* answered calls whose callbacks are to be called */
	_Atomic bool calling;          /* a thread is at it */
	_Atomic bool has_due;          /* something may be due; read without the lock */
	uint64_t reads;                /* times that bytes have arrived */
	unsigned stuck_senders;        /* that wait for the leader to read on; and the keeper, for it to leave */
	pthread_cond_t progress;       /* for them */
	uint32_t replies;              /* that have arrived */
	struct link withheld;          /* calls whose replies have, but do not count as read; first arrived first */
	_Atomic uint32_t replies_read; /* that are before all of those; written under the lock */
	_Atomic uint32_t replies_told; /* what of it the last frame said */
	_Atomic uint64_t seen;         /* the highest call that was answered: all frames up to it have arrived */
	_Atomic bool is_cut;           /* the socket has failed; written under the lock */
	bool was_silent;               /* it failed because nothing came from the other side any more */
	bool daemon_stops;             /* it has said so */
	const char *_Atomic why;       /* closed: words about it; NULL: no more than that */
	struct keeper *keeper;         /* NULL: the end of the socket is that of the connection */
	bool is_remote;                /* the daemon can not see what this process has read: it must be told */
};

/* Whom and what a frame is from; the body is written by conn_send's caller. */
struct conn_frame {
	uint32_t method;
	uint64_t context;
	uint16_t flags;      /* FRAME_* */
	uint64_t guard_lock; /* 0: no guard */
	uint64_t guard_token;
	uint64_t if_version;                          /* 0: whatever the version */
	size_t size;                                  /* of the body */
	void (*write)(uint8_t *to, const void *body); /* writes it */
	const void *body;
};

/* One on a connected stream socket, which it owns from now on, also if it fails. NO_MEMORY. */
enum concur_status conn_new(int fd, uint64_t word, struct conn **ret_conn);

/* No call is in flight any more. Takes NULL. */
void conn_free(struct conn *conn);

/* Sends a frame. Unless it is one-way the call is then in flight. Blocks while the daemon does not read, and meanwhile
 * reads. TOO_LARGE, NO_MEMORY, CLOSED: then the call is untouched. A call that is in flight when the connection fails
 * is answered CLOSED. */
enum concur_status conn_send(struct conn *conn, const struct conn_frame *frame, struct call *call);

/* Waits until the call is answered: OK; PENDING after timeout_ns, INTERRUPTED by a signal's handler. */
enum concur_status conn_wait(struct conn *conn, struct call *call, int64_t timeout_ns);

/* Forgets a call: its answer, if it comes, is dropped; if it was withheld, it counts as read. */
void conn_forget(struct conn *conn, struct call *call);

/* True if the daemon is to be told that the call's reply was read: something that was taken from a queue came in it,
 * another machine's kernel can not say so, and no frame has told it since. */
bool conn_owes_word(const struct conn *conn, const struct call *call);

/* Its socket has failed, and the keeper is at it. */
static inline bool
conn_is_cut(const struct conn *conn)
{
	return atomic_load_explicit(&conn->is_cut, memory_order_relaxed);
}

/* Words for why no answer comes any more; NULL: there is no more to say than that. */
static inline const char *
conn_why(const struct conn *conn)
{
	return atomic_load_explicit(&conn->why, memory_order_acquire);
}

/* See concur_cork(). */
void conn_cork(struct conn *conn);
void conn_uncork(struct conn *conn);

/* Ends the connection: all calls in flight are answered with the status, all threads that wait are woken. */
void conn_end(struct conn *conn, enum concur_status status);

/* -- between conn.c and its parts --------------------------------------------------------------------------------- */

/* leader.c: reads once and answers calls. The caller leads. `flags` as recv's. OK when something arrived, PENDING when
 * nothing was there, INTERRUPTED, CLOSED. */
enum concur_status conn_read(struct conn *conn, int flags);

/* leader.c: under `lock`: the caller leads no longer; wakes a follower to lead. */
void conn_stop_leading(struct conn *conn);

/* leader.c: answers the calls whose replies are in the reader. Under the lock. BAD_REPLY. */
enum concur_status conn_answer_all(struct conn *conn);

/* leader.c: the socket has failed, for a reason of errno or 0. Under the lock. Without a keeper the connection ends. */
void conn_fail(struct conn *conn, int error);

/* leader.c: under the lock: as conn_end(), but for the socket and the keeper. */
void conn_close(struct conn *conn, enum concur_status status);

/* leader.c: under the lock, which it gives up meanwhile: waits until something was read, the leader has left, or the
 * connection has been cut, mended or closed. */
void conn_await_progress(struct conn *conn);

/* send.c: under send_lock: sends what is in `out`. */
void conn_flush(struct conn *conn);

#endif
