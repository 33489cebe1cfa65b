/* The table of protocols: each peer is a few functions, everything else is the same code for all of them.
 *
 * Messages about faults go to standard error; functions that return an int return -1 after one. */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include "tests/bench/conn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One kind of work, in one protocol. */
struct work {
	const char *name;
	unsigned requests;     /* that make one operation */
	bool one_at_a_time;    /* a request follows from the reply before it: one call in flight */
	const char *before;    /* work that puts there what this one looks for; NULL: none */
	uint64_t before_count; /* operations of it; 0: as many as there are keys */

	/* After the connection is open and before the clock starts: says hello, opens objects, prepares the requests.
	 * May block. */
	int (*prepare)(struct conn *conn);

	/* Sets conn->out and conn->out_size to the next `max` calls, or fewer, and returns how many they are: 0 if none
	 * may be begun now. NULL for a work that is to have connections and nothing else. */
	size_t (*fill)(struct conn *conn, size_t max);

	/* Takes the reply at `bytes`, that of the oldest call in flight, and checks it: its size, 0 if it is not all
	 * there, -1 after a message if the bytes are no reply. A wrong reply goes to conn_fault. */
	ssize_t (*take)(struct conn *conn, const uint8_t *bytes, size_t size);
};

struct peer {
	const char *name;
	const struct work *works; /* ends with a name of NULL */
};

extern const struct peer peer_concur, peer_redis, peer_beanstalkd, peer_echo;

/* NULL after a message that lists what there is. */
const struct peer *peer_find(const char *name);
const struct work *work_find(const struct peer *peer, const char *name);

/* For works that prepare a stream. How many requests to prepare so that `keys` keys are drawn evenly, and the end of
 * it; work_no_memory gives -1 with the message. */
size_t work_stream_wanted(const struct conn *conn, uint64_t keys);
int work_stream_close(struct conn *conn);
int work_no_memory(void);

/* A prepare for works that need none. */
int work_prepare_nothing(struct conn *conn);

/* Sets what is to be sent to the next requests of the stream: at most max, up to the end of an operation when the
 * connection stops or has had its quota. Returns how many; *ret_first is the first of them, the others follow it, their
 * starts count from stream.bytes. */
size_t work_send_stream(struct conn *conn, size_t max, const struct request **ret_first);

/* A fill for works that send the stream as it is. */
size_t work_fill(struct conn *conn, size_t max);

/* What the next reply is to be, and the step to the one after it. */
static inline uint32_t
work_expected(const struct conn *conn)
{
	return conn->stream.requests[conn->stream.next_reply].expect;
}

static inline void
work_answered(struct conn *conn)
{
	if (++conn->stream.next_reply == conn->stream.count)
		conn->stream.next_reply = 0;
}

#endif
