/* An outbox: frames on their way out, and, where they may have to be sent again, those that were sent.
 *
 *      from        sent        end
 *       |- kept ----|- to send --|
 *
 * `from` and `end` stand between frames, `sent` anywhere. What is kept goes when the daemon is known to have seen it,
 * which the reply to a call tells of all frames up to that call's. Thread-safety: none. */
#ifndef CLIENT_OUTBOX_H
#define CLIENT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct outbox {
	uint8_t *bytes;
	size_t from;
	size_t sent;
	size_t end;
	size_t room;
	bool keeps; /* what is sent is kept */
};

void outbox_fini(struct outbox *outbox);

/* Room for `size` bytes at the end, which outbox_write() then makes part of it. NULL: no memory. */
uint8_t *outbox_reserve(struct outbox *outbox, size_t size);

static inline void
outbox_write(struct outbox *outbox, size_t size)
{
	outbox->end += size;
}

/* Takes back what was written last and not sent. */
static inline void
outbox_take_back(struct outbox *outbox, size_t size)
{
	outbox->end -= size;
}

/* Bytes to be sent. */
static inline size_t
outbox_unsent(const struct outbox *outbox)
{
	return outbox->end - outbox->sent;
}

/* Bytes that were sent and are kept. */
static inline size_t
outbox_kept(const struct outbox *outbox)
{
	return outbox->sent - outbox->from;
}

/* After sending: gives up memory that is not needed any more. */
void outbox_settle(struct outbox *outbox);

/* All is to be forgotten, whether it was sent or not. */
void outbox_drop(struct outbox *outbox);

/* The daemon has seen all frames up to the call of that id: they go, if they were sent. */
void outbox_seen(struct outbox *outbox, uint64_t call);

/* The same on a new connection: what is left is to be sent, from its beginning. */
void outbox_again(struct outbox *outbox, uint64_t seen);

#endif
