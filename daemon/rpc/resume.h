/* Resuming: a session that outlives its connection.
 *
 * A session on TCP asks for it in Hello, and gets a secret. When its connection ends, and neither said goodbye nor sent
 * what can not be followed, the session is cut off: it keeps what it has, its calls wait on, what they are answered is
 * kept. A Hello on another connection with its id and the secret goes on with it, also while the old one seems to live:
 * the new one takes its place. When the grace is over before that, the session has died, like any other.
 *
 *      not granted --Hello--> connected --end of the connection--> cut off --grace--> (ended)
 *                               ^   ^------ Hello elsewhere -------/
 *                               \-- Hello elsewhere --/
 *
 * Exactly once: calls whose id was seen are passed over when they come again; replies are kept until the client has
 * said that it read them. Kept replies are bounded by kept_max: past it the oldest are forgotten, and then the session
 * goes on only for a client that has read those. Not reading from the session meanwhile, until it says that it has
 * read, would wait for a word that comes behind all it has sent before.
 *
 * Thread-safety: none. */
#ifndef RPC_RESUME_H
#define RPC_RESUME_H

#include "daemon/core/timer.h"
#include "lib/concur_status.h"
#include "lib/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel;
struct session;

struct resume {
	struct channel *channel; /* whose it is */
	uint8_t secret[SECRET_SIZE];
	bool is_granted;
	bool is_cut;
	uint64_t cut_ns;     /* since then it is cut off */
	uint64_t kept_from;  /* offset in the outbox of the first reply that is kept; UINT64_MAX until it is granted */
	uint64_t kept_after; /* replies before that one; UINT64_MAX until it is granted */
	uint64_t seen;       /* calls up to this id may come again, and are passed over */
	struct timer grace;  /* set while it is cut off */
};

/* With the secret that the io layer drew for the connection; not granted. NULL: no memory. */
struct resume *resume_new(struct channel *channel, const uint8_t secret[SECRET_SIZE]);
void resume_free(struct resume *resume); /* takes NULL */

/* Its session, just begun, asks for it: what is written from here on is kept. */
void resume_grant(struct resume *resume);

/* After something was sent, or read by the client: lets go of replies that need not be kept any more. */
void resume_keep(struct resume *resume);

/* The grace. 0: no session is granted to outlive its connection. */
uint64_t resume_grace_ns(const struct limits *limits);

/* The connection has ended: the session is cut off from now on. False if it can not be: it is to end. */
bool resume_cut(struct resume *resume);

/* The session, if it is cut off, ends with this turn or the next. */
void resume_end_if_cut(struct resume *resume);

/* The session of that id goes on with this channel, whose client has read so many of its replies (modulo 2^32): what is
 * left is the answer to Hello, then resume_take_over(). SESSION_GONE, PERMISSION (another secret), BAD_MESSAGE: with a
 * sentence. */
enum concur_status resume_find(struct channel *channel, uint64_t session, const uint8_t *secret, size_t secret_size,
    uint32_t replies_read, struct channel **ret_before, const char **ret_why);

/* Takes the session and all that is kept from `before`, whose connection, if it still has one, is doomed. What was
 * written to the channel until now goes out first, and is not counted. */
void resume_take_over(struct channel *channel, struct channel *before);

/* How long the channel's session has been cut off; 0: it is not. */
uint64_t resume_cut_for(const struct channel *channel);

#endif
