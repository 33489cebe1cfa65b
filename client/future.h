/* Futures. Thread-safety: as concur.h says. */
#ifndef CLIENT_FUTURE_H
#define CLIENT_FUTURE_H

#include "concur.h"

#include "conn.h"
#include "reply.h"

struct concur_future {
	struct call call;
	concur_session *session; /* a reference */
	struct conn *conn;       /* where it is or was in flight; NULL: it never was */
	enum result result;
	bool interrupted; /* a blocking form withdrew it because of a signal */
	bool taken;       /* OBJECT: somebody has the handle */
	bool untaken;     /* there was no memory to decode what was last asked for */
	char *detail;     /* why it could not be begun; NULL: it was */
};

/* Waits until the call is answered, for a blocking form: if a signal comes and the call waits in the daemon, withdraws
 * it. Takes NULL. */
void future_complete(concur_future *future);

/* Waits for the answer of a call with that kind of result: its status; BAD_ARGUMENT if it has another. */
enum concur_status future_settle(concur_future *future, enum result result);

/* A handle for an object that the answered call has opened for its process. NULL if there is no memory. */
concur_object *future_handle(const concur_future *future, uint64_t id, enum concur_kind kind);

/* A body does not decode: BAD_REPLY, with the thread's message. */
enum concur_status future_bad_reply(void);

#endif
