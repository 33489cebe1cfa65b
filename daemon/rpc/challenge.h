/* A challenge: what a connection owes before anything else, where the key has to be proven.
 *
 *      WANTED --Session.Challenge--> SENT --Session.Prove, right--> (gone: the channel is like any other)
 *                                      \---Session.Prove, wrong--> REFUSED
 *
 * A connection has one try. A wrong one is not answered at once: the server does it, later (server/gate.h), so that
 * whoever guesses has to wait. */
#ifndef RPC_CHALLENGE_H
#define RPC_CHALLENGE_H

#include "lib/proof.h"

#include <stdbool.h>
#include <stdint.h>

struct channel;

enum challenge_state {
	CHALLENGE_WANTED,
	CHALLENGE_SENT,
	CHALLENGE_REFUSED,
};

struct challenge {
	enum challenge_state state;
	bool one_way;           /* REFUSED: the call wants no answer */
	uint64_t call;          /* REFUSED: the one to be answered */
	struct proof_talk talk; /* the daemon's nonce from the beginning, all of it from SENT on */
};

/* One that is wanted, with the nonce that the io layer drew for the connection. NULL: no memory. Freed by free(). */
struct challenge *challenge_new(const uint8_t nonce[PROOF_NONCE]);

/* The client's nonce has come. BAD_MESSAGE: it has another length, or is not the first. */
enum concur_status challenge_begin(struct challenge *challenge, uint32_t version, const uint8_t *nonce, size_t size);

/* The client's proof has come: the daemon's own. BAD_MESSAGE: it was not asked for; AUTHENTICATION: it is wrong, and
 * the challenge is refused; NO_MEMORY. */
enum concur_status challenge_answer(struct challenge *challenge, const struct key *key, const uint8_t *proof,
    size_t size, uint8_t ret_proof[PROOF_SIZE]);

/* The proof was wrong, and that is still to be said. */
static inline bool
challenge_is_refused(const struct challenge *challenge)
{
	return challenge && challenge->state == CHALLENGE_REFUSED;
}

/* Says it: the call is answered AUTHENTICATION, the channel is doomed, the challenge over. */
void challenge_tell_refused(struct channel *channel);

#endif
