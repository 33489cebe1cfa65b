/* A call: what was sent, and how it was answered. Embedded in concur_future.
 *
 * While it is in flight it stands in its connection's table; whoever reads the reply fills it in under the connection's
 * lock and takes it out of the table. Before and after, it belongs to whoever made it. */
#ifndef CLIENT_CALL_H
#define CLIENT_CALL_H

#include "concur.h"

#include "lib/link.h"
#include "lib/table.h"
#include "reader.h"

#include <stdatomic.h>

enum { CALL_ROOM = 64 }; /* bytes of a body that a call keeps without an allocation */

struct callback;
struct waiter;

struct call {
	struct table_node node;     /* in the connection's table, by the call's id */
	struct waiter *waiters;     /* threads that wait for it; under the connection's lock */
	struct callback *callbacks; /* first added first; likewise */
	struct link due;            /* in conn->due: answered, and they have not all been called; likewise */
	_Atomic bool done;          /* answered; then all below is set */
	bool in_flight;             /* in the table; under the connection's lock */
	bool waits;                 /* may wait in the daemon */
	bool takes;                 /* its reply may carry what was taken from a queue or a pipe */
	bool withholds;             /* and is decoded as soon as it is there: only then it counts as read */
	bool lost;                  /* there was no memory for a reply that may carry such */
	struct link withheld;       /* in conn->withheld, if call_is_withheld(); under the connection's lock */
	enum concur_status status;  /* of the reply, or why there is none */
	uint32_t reply;             /* which reply of the session it was, modulo 2^32; 0: none */
	const uint8_t *body;        /* of the reply: in `room` or in `owned` */
	size_t size;
	uint8_t *owned;
	uint8_t room[CALL_ROOM];
};

static inline bool
call_is_done(const struct call *call)
{
	return atomic_load_explicit(&call->done, memory_order_acquire);
}

/* An answered call's reply does not count as read until the call is forgotten. */
static inline bool
call_is_withheld(const struct call *call)
{
	return call->lost || (call->withholds && call->reply && call->status == CONCUR_OK);
}

/* The call is answered by the library itself. */
void call_fail(struct call *call, enum concur_status status);

/* The call is answered by the daemon; takes over what the frame owns, copies what it does not. */
void call_answer(struct call *call, const struct reader_frame *frame);

/* Frees what the call owns. It is not in flight. */
void call_fini(struct call *call);

#endif
