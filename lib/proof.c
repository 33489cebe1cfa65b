/* Proofs: the one place that calls OpenSSL. */
#include "proof.h"

#include "frame.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string.h>

/* Of one length, so that no input of one side can be one of the other. */
static const char proof_labels[][PROOF_LABEL + 1] = {
	[PROOF_CLIENT] = "concur client v1",
	[PROOF_DAEMON] = "concur daemon v1",
};

void
proof_input(const struct proof_talk *talk, enum proof_side side, uint8_t ret_input[PROOF_INPUT])
{
	memcpy(ret_input, proof_labels[side], PROOF_LABEL);
	ret_input = frame_u32_write(ret_input + PROOF_LABEL, talk->version);
	memcpy(ret_input, talk->client_nonce, PROOF_NONCE);
	memcpy(ret_input + PROOF_NONCE, talk->daemon_nonce, PROOF_NONCE);
}

enum concur_status
proof_mac(const void *key, size_t key_size, const void *bytes, size_t size, uint8_t ret_mac[PROOF_SIZE])
{
	unsigned written = PROOF_SIZE;

	/* All that can fail in there is to find memory. */
	return HMAC(EVP_sha256(), key, (int)key_size, bytes, size, ret_mac, &written) ? CONCUR_OK : CONCUR_NO_MEMORY;
}

enum concur_status
proof_make(const struct key *key, const struct proof_talk *talk, enum proof_side side, uint8_t ret_proof[PROOF_SIZE])
{
	uint8_t input[PROOF_INPUT];

	proof_input(talk, side, input);
	return proof_mac(key->bytes, key->size, input, sizeof input, ret_proof);
}

enum concur_status
proof_check(const struct key *key, const struct proof_talk *talk, enum proof_side side, const void *proof, size_t size)
{
	uint8_t right[PROOF_SIZE];
	enum concur_status status = proof_make(key, talk, side, right);

	if (status != CONCUR_OK)
		return status;
	return size == PROOF_SIZE && CRYPTO_memcmp(right, proof, PROOF_SIZE) == 0 ? CONCUR_OK : CONCUR_AUTHENTICATION;
}
