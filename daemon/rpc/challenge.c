/* Challenges. */
#include "daemon/rpc/challenge.h"

#include "daemon/rpc/channel.h"
#include "daemon/rpc/reply.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct challenge *
challenge_new(const uint8_t nonce[PROOF_NONCE])
{
	struct challenge *challenge = calloc(1, sizeof *challenge);

	if (challenge)
		memcpy(challenge->talk.daemon_nonce, nonce, PROOF_NONCE);
	return challenge;
}

enum concur_status
challenge_begin(struct challenge *challenge, uint32_t version, const uint8_t *nonce, size_t size)
{
	if (challenge->state != CHALLENGE_WANTED || size != PROOF_NONCE)
		return CONCUR_BAD_MESSAGE;
	challenge->talk.version = version;
	memcpy(challenge->talk.client_nonce, nonce, PROOF_NONCE);
	challenge->state = CHALLENGE_SENT;
	return CONCUR_OK;
}

enum concur_status
challenge_answer(struct challenge *challenge, const struct key *key, const uint8_t *proof, size_t size,
    uint8_t ret_proof[PROOF_SIZE])
{
	enum concur_status status;

	if (challenge->state != CHALLENGE_SENT)
		return CONCUR_BAD_MESSAGE;
	status = proof_check(key, &challenge->talk, PROOF_CLIENT, proof, size);
	if (status == CONCUR_OK)
		status = proof_make(key, &challenge->talk, PROOF_DAEMON, ret_proof);
	else if (status == CONCUR_AUTHENTICATION)
		challenge->state = CHALLENGE_REFUSED;
	return status;
}

void
challenge_tell_refused(struct channel *channel)
{
	struct challenge *challenge = channel->challenge;
	struct reply_to to = { channel, challenge->call, challenge->one_way };

	assert(challenge_is_refused(challenge));
	channel->challenge = NULL;
	free(challenge);
	reply_error(&to, CONCUR_AUTHENTICATION, NULL, NULL, "the connection ends here");
	channel_doom(channel, CHANNEL_WRONG_KEY);
}
