/* A connection: one socket, its bytes in and out, the process at its other side.
 *
 * Life: conn_open() -> frames until somebody ends it -> END to the server -> freed at the end of that turn. While it is
 * idle a connection owns no buffer.
 *
 *      OPEN --server says close--> CLOSING --all is sent, or LOOP_LINGER_NS--> ENDED
 *        \------- end of file, reset, death, at once ----------------------->/
 *
 * conn_drop() makes the last step and is the only one to do so.
 *
 * Thread-safety: none; belongs to its loop. */
#ifndef IO_CONN_H
#define IO_CONN_H

#include "daemon/io/intake.h"
#include "daemon/io/loop.h"
#include "daemon/io/peer.h"

enum conn_state {
	CONN_OPEN,
	CONN_CLOSING, /* no more frames; what is released is still sent */
	CONN_ENDED,   /* the server was told; the memory goes at the end of the turn */
};

struct conn {
	struct loop *loop;
	struct server_conn *server; /* its other half */
	struct intake intake;
	struct peer peer;
	int fd;
	uint8_t state;      /* enum conn_state */
	uint8_t reason;     /* enum server_reason, from CLOSING on */
	bool is_stranger;   /* it has to prove the key and has not */
	bool is_reading;    /* the read event is set */
	bool is_writing;    /* the write event is set: the socket was full */
	bool is_writable;   /* the write event has fired */
	bool is_broken;     /* sending failed: read what is there, then end */
	bool was_reset;     /* a send took the socket's error, which said that replies were unread */
	uint64_t linger_ns; /* CLOSING: when it ends at the latest */
	struct link all;    /* in loop->conns, later in loop->graveyard */
	struct link run;    /* in loop->runnable */
	struct link flush;  /* in loop->flushing */
	struct link end;    /* in loop->closing or loop->due */
	struct event read_event;
	struct event write_event;
};

/* Opens a connection on an accepted socket and takes it: also if the server refuses, who then has it closed. 0; -1 with
 * errno if there is no descriptor or memory for it: then the socket is still the caller's. */
int conn_open(struct loop *loop, int fd, bool is_local);

/* Takes up to turn_frames of the frames left over from the turn before. */
void conn_run(struct conn *conn);

/* The other side is gone: applies the whole frames that lie in the socket, then drops. */
void conn_finish(struct conn *conn, enum server_reason reason);

/* Its process has ended: the same, unless the connection has ended before. Begins the turn. */
void conn_die(struct conn *conn);

/* Ends the connection: tells the server why, closes the socket. The struct is freed when the turn has ended. */
void conn_drop(struct conn *conn, enum server_reason reason);

void conn_free(struct conn *conn); /* for the loop, after conn_drop() */

#endif
