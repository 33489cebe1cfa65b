/* A stream: the requests of one connection, prepared before the clock starts. Sending a batch is sending a stretch of
 * it, from the last request back to the first as in a ring; what differs from call to call is written over in place.
 *
 * The first requests are laid once more behind the last ones (stream_close), so that a batch that passes the end is one
 * stretch of bytes all the same.
 *
 * Thread-safety: none. */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include <stddef.h>
#include <stdint.h>

struct request {
	size_t start;    /* of its bytes in the stream */
	uint32_t key_at; /* where in them its key's number stands; 0: no key */
	uint32_t expect; /* what reply is right; the protocol's own numbers */
};

struct stream {
	uint8_t *bytes; /* owned */
	size_t size, room;
	struct request *requests; /* owned; one more than there are, which tells the end of the last */
	size_t count;             /* requests in the ring */
	size_t laid, requests_room;
	size_t next_send;  /* index of the request to send next, below count */
	size_t next_reply; /* index of the request whose reply is next */
};

enum { KEY_SIZE = 16, KEY_DIGITS = 12 };

/* Adds a request of `size` bytes, which the caller fills through *ret_bytes before it adds another. 0, or -1 if there
 * is no memory. */
int stream_add(struct stream *stream, size_t size, uint32_t key_at, uint32_t expect, uint8_t **ret_bytes);

/* Ends the adding: batches are of at most `batch_max` requests. At least one request must have been added. 0, or -1 if
 * there is no memory. */
int stream_close(struct stream *stream, size_t batch_max);

/* Frees what it owns and makes it empty. */
void stream_fini(struct stream *stream);

/* How many requests a connection prepares, a multiple of `period`: enough that all connections together draw the keys
 * evenly, few enough that the driver reads them from its cache; fewer of large ones, but always a batch. `request_max`
 * is about the bytes of one. */
size_t stream_wanted(uint64_t connections, uint64_t keys, unsigned period, size_t batch_max, size_t request_max);

/* "key:" and twelve digits. */
void key_write(char *to, uint64_t number);

/* Only the twelve digits. */
void key_write_digits(char *to, uint64_t number);

/* The next of a fixed sequence of uniform numbers below `limit`; *state is any number at first. */
uint64_t draw(uint64_t *state, uint64_t limit);

#endif
