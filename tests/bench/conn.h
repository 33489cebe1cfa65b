/* A connection to the server under test: its socket, what is to be sent, what was read, and which calls are in flight.
 *
 * It knows no protocol: the work (work.h) says what to send and where a reply ends. Blocking only in conn_open and
 * conn_exchange, which serve before the clock starts.
 *
 * Messages about faults go to standard error; functions that can fail return -1 after one. Thread-safety: none. */
#ifndef BENCH_CONN_H
#define BENCH_CONN_H

#include "tests/bench/histogram.h"
#include "tests/bench/options.h"
#include "tests/bench/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct work;

enum { CONN_PATIENCE_S = 60 }; /* a server that is silent for so long is taken to be stuck */

/* Calls that were sent together. */
struct conn_batch {
	uint64_t sent_ns;
	uint64_t calls;
};

struct conn {
	int fd;
	const struct options *options;
	const struct work *work;
	struct histogram *latency; /* borrowed; shared with other connections */
	uint64_t number;           /* of this connection, from 0 */
	uint64_t depth;            /* calls in flight, at most */
	void *state;               /* the work's own; freed with free() */
	struct stream stream;      /* empty if each request follows from a reply */
	uint64_t object;           /* what the work is about, where a protocol numbers its objects */

	uint64_t calls_ever; /* sent since the connection was opened; and replies read */
	uint64_t replies_ever;
	uint64_t sent; /* calls since the run began; and replies */
	uint64_t answered;
	uint64_t quota;     /* operations to do in this run */
	uint64_t key_first; /* number of the key of the run's first operation, where keys are in order */
	bool stopping;      /* finish operations, begin none */
	bool finished;      /* the work has come to its own end */
	bool counted;       /* the drive has counted it among those that are done */
	uint64_t errors;    /* replies that were not as they should be */

	const uint8_t *out; /* bytes of calls that the socket did not take yet */
	size_t out_size;
	uint8_t *in; /* owned; read and not yet taken: [in_start, in_end) */
	size_t in_start, in_end, in_room;
	struct conn_batch *batches; /* owned; a ring of `batches_room`, a power of two, at least depth */
	size_t batch_first, batch_end, batches_room;
};

/* Connects; the work, the histogram and the numbers are set by the caller, before or after. Waits while the server's
 * backlog is full. conn_close must follow also when this fails. */
int conn_open(struct conn *conn, const struct options *options, uint64_t number, uint64_t depth);

/* Frees all that it owns. A conn that is all zero but for an fd of -1 is fine. */
void conn_close(struct conn *conn);

/* Begins a run: zeroes its counters. No call may be in flight. */
void conn_begin(struct conn *conn, uint64_t quota, uint64_t key_first);

/* Sends all of the bytes, then reads until `is_whole` says how many bytes the reply has (0: not all yet, -1: broken).
 * The reply is borrowed until the next exchange or run. Counts as one call. */
int conn_exchange(struct conn *conn, const uint8_t *bytes, size_t size,
    ssize_t (*is_whole)(const uint8_t *bytes, size_t size), const uint8_t **ret_reply, size_t *ret_size);

/* Begins what calls may begin now, and sends. Does nothing while earlier calls are not sent whole. */
int conn_send(struct conn *conn, uint64_t now_ns);

/* Reads once, waiting if `wait`, and takes all whole replies; what was read had come by *ret_now_ns. End of file is a
 * fault, and so is waiting longer than CONN_PATIENCE_S. */
int conn_receive(struct conn *conn, bool wait, uint64_t *ret_now_ns);

/* How many calls the connection could have in flight beyond those that are. */
static inline uint64_t
conn_room(const struct conn *conn)
{
	return conn->depth - (conn->sent - conn->answered);
}

/* True when it begins nothing any more and all is answered. */
bool conn_is_done(const struct conn *conn);

/* Counts a reply that is not as it should be; the first one is told. */
void conn_fault(struct conn *conn, const char *what, const void *detail, size_t detail_size);

/* Monotonic. */
uint64_t now_ns(void);

#endif
