/* A request: everything about a call but its body. Thread-safety: any thread. */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "concur.h"

#include "reply.h"

/* The context of the calls that the library makes for itself. */
enum { REQUEST_OWN_CONTEXT = 1 };

struct request {
	concur_session *session;
	concur_object *object; /* on which the call is; NULL: on none */
	uint32_t method;
	enum result result;
	unsigned flags; /* FRAME_* */
	bool waits;     /* may wait in the daemon */
	bool at_once;   /* this is a blocking form, which decodes the answer as soon as it is there */
};

/* The encoded body of a request. */
struct request_body {
	size_t size;
	void (*write)(uint8_t *to, const void *from);
	const void *from;
};

/* Writes a ProtobufCMessage. */
void request_write_message(uint8_t *to, const void *message);

/* Sends the call. Never fails: the future that it gives can have failed; NULL if there is no memory. */
concur_future *request_begin(const struct request *request, const struct request_body *body);
concur_future *request_begin_message(const struct request *request, const ProtobufCMessage *message);

/* The future of a call that failed before it was sent, with the thread's message as its own. */
concur_future *request_refuse(const struct request *request, enum concur_status status);

/* Sends a one-way call of the library's own, on this process's connection if it has one; no matter how it fares. */
void request_tell(concur_session *session, uint32_t method, const ProtobufCMessage *message);

#endif
