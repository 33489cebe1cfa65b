/* Proving the key: what goes before Hello where the session has one. Each side shows the other that it has the key; see
 * lib/proof.h. */
#include "config.h"

#include "session.h"

#include "error.h"

#include "concur/v1/methods.h"
#include "concur/v1/session.pb-c.h"
#include "lib/proof.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

enum { PROTOCOL = 1 };

static enum concur_status
draw_nonce(uint8_t ret_nonce[PROOF_NONCE])
{
	ssize_t got;

	do
		got = getrandom(ret_nonce, PROOF_NONCE, 0);
	while (got < 0 && errno == EINTR);
	return got == PROOF_NONCE ? CONCUR_OK : error_system(CONCUR_SYSTEM, errno, "no random numbers to be had");
}

/* Sends this side's nonce, which stands in `talk`, and gets the daemon's. */
static enum concur_status
challenge(const concur_session *session, struct conn *conn, struct proof_talk *talk)
{
	Concur__V1__ChallengeRequest body = CONCUR__V1__CHALLENGE_REQUEST__INIT;
	Concur__V1__ChallengeReply *reply = NULL;
	struct call call = { 0 };
	enum concur_status status;

	body.version = talk->version;
	body.nonce = (ProtobufCBinaryData){ PROOF_NONCE, talk->client_nonce };
	status = session_ask(session, conn, CONCUR_METHOD_SESSION_CHALLENGE, &body.base, &call);
	if (status == CONCUR_OK) {
		reply = concur__v1__challenge_reply__unpack(NULL, call.size, call.body);
		if (reply && reply->nonce.len == PROOF_NONCE)
			memcpy(talk->daemon_nonce, reply->nonce.data, PROOF_NONCE);
		else
			status = error_plain(CONCUR_BAD_REPLY);
	}
	concur__v1__challenge_reply__free_unpacked(reply, NULL);
	call_fini(&call);
	return status;
}

static enum concur_status
check_daemon(const concur_session *session, const struct proof_talk *talk, const struct call *call)
{
	Concur__V1__ProveReply *reply = concur__v1__prove_reply__unpack(NULL, call->size, call->body);
	enum concur_status status = CONCUR_BAD_REPLY;

	if (reply)
		status = proof_check(session->key, talk, PROOF_DAEMON, reply->proof.data, reply->proof.len);
	concur__v1__prove_reply__free_unpacked(reply, NULL);
	if (status == CONCUR_AUTHENTICATION)
		return error_set(status, "what answers at %s does not have the key: it is not the daemon it should be",
		    session->url);
	return status == CONCUR_OK ? CONCUR_OK : error_plain(status);
}

static enum concur_status
prove(const concur_session *session, struct conn *conn, const struct proof_talk *talk)
{
	Concur__V1__ProveRequest body = CONCUR__V1__PROVE_REQUEST__INIT;
	uint8_t proof[PROOF_SIZE];
	struct call call = { 0 };
	enum concur_status status = proof_make(session->key, talk, PROOF_CLIENT, proof);

	if (status != CONCUR_OK)
		return error_plain(status);
	body.proof = (ProtobufCBinaryData){ PROOF_SIZE, proof };
	status = session_ask(session, conn, CONCUR_METHOD_SESSION_PROVE, &body.base, &call);
	if (status == CONCUR_OK)
		status = check_daemon(session, talk, &call);
	else if (status == CONCUR_AUTHENTICATION)
		status = error_set(status, "the daemon at %s has another key", session->url);
	call_fini(&call);
	return status;
}

enum concur_status
session_prove(const concur_session *session, struct conn *conn)
{
	struct proof_talk talk = { .version = PROTOCOL };
	enum concur_status status = draw_nonce(talk.client_nonce);

	if (status == CONCUR_OK)
		status = challenge(session, conn, &talk);
	return status == CONCUR_OK ? prove(session, conn, &talk) : status;
}
