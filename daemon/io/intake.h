/* An intake: the bytes that came in on one connection, cut into frames.
 *
 * The reader owns one big buffer for all connections. One round is: intake_iov() says where to read to, intake_begin()
 * how much came (or intake_resume() goes on with frames left over), intake_next() gives frame after frame in place, and
 * intake_end() keeps what is left, so that the big buffer is free for the next connection. Between rounds an intake
 * owns no memory but for a frame that has begun (a buffer of exactly its size) or for whole frames not yet taken.
 *
 * No system call here. Thread-safety: none. */
#ifndef IO_INTAKE_H
#define IO_INTAKE_H

#include "lib/frame.h"
#include "lib/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum intake_state {
	INTAKE_EMPTY,   /* `bytes` is NULL; `head` may hold a piece of a header */
	INTAKE_PARTIAL, /* `bytes` is one frame: `to` of its `room` bytes are there */
	INTAKE_BACKLOG, /* `bytes` from `from` to `to` begin with a whole frame */
};

struct intake {
	uint8_t *bytes; /* owned; see the state */
	size_t from;
	size_t to;
	size_t room;
	const uint8_t *at; /* within a round: what is not yet cut */
	const uint8_t *end;
	uint64_t skip;               /* bytes of a frame too large that are still to be read past */
	uint8_t state;               /* enum intake_state */
	uint8_t head_count;          /* bytes in `head` */
	uint8_t head[FRAME_REQUEST]; /* the beginning of a header */
};

enum intake_kind {
	INTAKE_NONE,      /* no whole frame is left */
	INTAKE_FRAME,     /* one whole frame */
	INTAKE_TOO_LARGE, /* the header of a frame over frame_max; its rest is read past */
	INTAKE_BROKEN,    /* a length over frame_hard_max or under the header's; no more can be cut after it */
};

void intake_init(struct intake *intake);
void intake_fini(struct intake *intake); /* drops what is kept; the intake is as after intake_init() */

/* Whole frames are left over: do not read, resume. */
static inline bool
intake_has_backlog(const struct intake *intake)
{
	return intake->state == INTAKE_BACKLOG;
}

/* Within a round: there are bytes behind what was given. */
static inline bool
intake_has_more(const struct intake *intake)
{
	return intake->at < intake->end;
}

/* Where to read to: one or two pieces, the last of them in `buffer` (more than FRAME_REQUEST bytes). Not with a
 * backlog. Returns how many pieces. */
int intake_iov(struct intake *intake, uint8_t *buffer, size_t size, struct iovec ret_iov[2]);

/* Begins a round: `size` bytes were read to where intake_iov() said. `buffer` is borrowed until intake_end(). */
void intake_begin(struct intake *intake, const uint8_t *buffer, size_t size);

/* Begins a round on the backlog. */
void intake_resume(struct intake *intake);

/* The next frame, or the header of one that is too large; valid until the next call on this intake. */
enum intake_kind intake_next(struct intake *intake, const struct limits *limits, const uint8_t **ret_bytes,
    size_t *ret_size);

/* Ends the round: keeps what was not taken; intake_next() must have been called at least once. 0, or -1 if there is no
 * memory: then the intake must be given up. */
int intake_end(struct intake *intake, const struct limits *limits);

#endif
