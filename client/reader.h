/* The reader: makes reply frames of the bytes that come from the daemon, as they come. No I/O.
 *
 * The caller asks where the next bytes shall go, receives them there, tells how many they were, and takes frames until
 * there are none. Small frames are read in place; the body of one that does not fit the buffer is received into a block
 * of its own, which then belongs to whoever takes the frame. Thread-safety: none. */
#ifndef CLIENT_READER_H
#define CLIENT_READER_H

#include "concur.h"

#include "lib/frame.h"

enum {
	READER_BUFFER = 64 * 1024,  /* bytes that are received at once */
	READER_FRAME_MAX = 1 << 30, /* bytes of a reply; above it the connection is broken */
};

struct reader {
	uint8_t *buffer;          /* READER_BUFFER bytes */
	size_t start;             /* of the first byte not yet taken */
	size_t end;               /* behind the last byte received */
	struct frame_reply large; /* the head of the frame whose body is received apart */
	uint8_t *body;            /* of it; NULL: none, or no memory for it */
	size_t size;              /* of the body */
	size_t have;              /* bytes of the body received */
	bool in_large;            /* receiving such a body */
};

struct reader_frame {
	struct frame_reply head;
	const uint8_t *body; /* good until the reader is used again */
	size_t size;
	uint8_t *owned; /* the body's own block, which the taker frees; NULL: it lies in the reader's buffer */
	bool lost;      /* there was no memory for the body: it was read past */
};

/* 0, or -1 if there is no memory. */
int reader_init(struct reader *reader);
void reader_fini(struct reader *reader);

/* Where to receive the next bytes, and how many at most (at least one). */
uint8_t *reader_room(struct reader *reader, size_t *ret_size);

/* So many bytes were received there. */
void reader_received(struct reader *reader, size_t size);

/* OK and a frame, PENDING if the rest of it is still to come, BAD_REPLY if the bytes are no frame. */
enum concur_status reader_next(struct reader *reader, struct reader_frame *ret_frame);

#endif
