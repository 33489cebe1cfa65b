/* Proofs that a side has the key: HMAC-SHA-256 over what both sides have drawn for this one connection.
 *
 * Each side draws a nonce. The client proves first, since anybody can ask a daemon, and then the daemon, since anybody
 * can listen at an address. A proof is good for one connection (the nonces), for one side of it (the label) and for one
 * version of the protocol. proto/WIRE.md has the bytes.
 *
 * Sources: RFC 2104 and RFC 4231 (the MAC); the ISO 9798-4 exchange of three passes, for the order and for what is
 * covered. Thread-safety: pure functions; any thread. */
#ifndef LIB_PROOF_H
#define LIB_PROOF_H

#include "concur_status.h"
#include "key.h"

enum {
	PROOF_LABEL = 16, /* bytes that name the side */
	PROOF_NONCE = 32, /* bytes that a side draws at random */
	PROOF_SIZE = 32,  /* bytes of a proof */
	PROOF_INPUT = PROOF_LABEL + 4 + 2 * PROOF_NONCE,
};

enum proof_side {
	PROOF_CLIENT,
	PROOF_DAEMON,
};

/* What was said so far on the connection, as both sides have it. */
struct proof_talk {
	uint32_t version; /* of the protocol */
	uint8_t client_nonce[PROOF_NONCE];
	uint8_t daemon_nonce[PROOF_NONCE];
};

/* The bytes that a side's proof covers. */
void proof_input(const struct proof_talk *talk, enum proof_side side, uint8_t ret_input[PROOF_INPUT]);

/* HMAC-SHA-256 of any bytes. NO_MEMORY. */
enum concur_status proof_mac(const void *key, size_t key_size, const void *bytes, size_t size,
    uint8_t ret_mac[PROOF_SIZE]);

/* A side's proof. NO_MEMORY. */
enum concur_status proof_make(const struct key *key, const struct proof_talk *talk, enum proof_side side,
    uint8_t ret_proof[PROOF_SIZE]);

/* Whether these bytes are that side's proof, in a time that does not depend on how much of them is right.
 * AUTHENTICATION: they are not; NO_MEMORY. */
enum concur_status proof_check(const struct key *key, const struct proof_talk *talk, enum proof_side side,
    const void *proof, size_t size);

#endif
