/* A channel: where a session's replies go, and what its connection must remember between calls.
 *
 * The outbox stands here, not in server/, because rpc writes it and arrows only point downwards. Its marks: written
 * (the chain's end), released (may be sent: the turn is over), sent, and kept (the chain's start; resume.h). */
#ifndef RPC_CHANNEL_H
#define RPC_CHANNEL_H

#include "daemon/core/owner.h"
#include "daemon/rpc/challenge.h"
#include "lib/chain.h"
#include "lib/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resume;
struct rpc;

enum { CHANNEL_CLIENT_MAX = 64 }; /* bytes kept of a client's name for itself */

/* Why the connection is to end. The first reason stays. */
enum channel_doom {
	CHANNEL_FINE,
	CHANNEL_GOODBYE,
	CHANNEL_BROKEN,    /* what the peer sent can not be followed any further */
	CHANNEL_SLOW,      /* past outbox_max */
	CHANNEL_NO_MEMORY, /* a reply could not be written */
	CHANNEL_UNPROVEN,  /* it called before it had proven the key */
	CHANNEL_WRONG_KEY,
	CHANNEL_REPLACED, /* its session goes on elsewhere */
};

struct channel {
	struct rpc *rpc;
	struct session *session;     /* NULL before Hello and after a goodbye */
	struct challenge *challenge; /* owned; what has to be proven before all else; NULL: nothing, or it was */
	struct resume *resume;       /* owned; NULL: the session ends with its connection */
	struct chain out;
	uint64_t released;     /* offset in `out` */
	uint64_t sent;         /* the same; what lies before it is still there only if it may have to be sent again */
	struct link dirty;     /* in rpc->dirty: something was written or doomed this turn */
	uint64_t last_call;    /* the highest call id seen */
	uint64_t written;      /* replies so far */
	uint64_t replies_read; /* of them, as the peer said last */
	enum channel_doom doom;
	uint64_t process; /* the peer's pid as the io layer knows it, or 0 */
	bool may_command; /* it may have any command started: the daemon's own user, or root, on its own machine */
	bool has_told;    /* Hello has come: told_* are the peer's own words */
	uint64_t told_process;
	uint64_t told_started;
	uint8_t client_size;
	char client[CHANNEL_CLIENT_MAX]; /* its name for itself, UTF-8; for inspection */
};

/* `nonce` (PROOF_NONCE bytes): the key has to be proven first; NULL: it need not. `secret` (SECRET_SIZE bytes): its
 * session can outlive the connection, if Hello asks for that; NULL: it can not. False: no memory. */
bool channel_init(struct channel *channel, struct rpc *rpc, uint64_t process, const uint8_t *nonce,
    const uint8_t *secret);

/* Keeps how the client calls itself: as much as there is room for, in whole characters; nothing that is not UTF-8. */
void channel_name_client(struct channel *channel, const uint8_t *name, size_t size);

/* The session, if one lives, ends as one that died. `all_read`: the peer had read all that was sent. What is in the
 * outbox is dropped. */
void channel_fini(struct channel *channel, bool all_read);

/* The session, if one lives, ends as one that died; the channel stays. */
void channel_lose_session(struct channel *channel);

/* The key was proven: the channel is like one of which no proof was wanted. */
void channel_admit(struct channel *channel);

/* The server is to look at it at the turn's end. */
void channel_mark(struct channel *channel);

void channel_doom(struct channel *channel, enum channel_doom doom);

/* The same, but its end waits for channel_doom(): nothing of it is read any more, and the server knows what for. */
void channel_hold(struct channel *channel, enum channel_doom doom);

/* A reply was appended: counts it, marks the channel dirty, dooms one that reads too slowly. */
void channel_written(struct channel *channel);

/* So many bytes more were sent. */
void channel_sent(struct channel *channel, size_t bytes);

/* Bytes that wait to be sent. */
static inline uint64_t
channel_unsent(const struct channel *channel)
{
	return channel->out.end - channel->sent;
}

/* The peer has read so many more replies. More than were written is no news. */
void channel_acknowledge(struct channel *channel, uint32_t more);

/* Items in doubt went out, in the reply that was written after so many others; if none was, they never arrive. */
static inline void
channel_deliver(struct channel *channel, size_t items, uint64_t written_before)
{
	bool is_written = channel->written != written_before;

	if (channel->session)
		deliveries_written(&channel->session->deliveries, items,
		    is_written ? channel->written : DELIVERY_UNWRITTEN);
}

#endif
