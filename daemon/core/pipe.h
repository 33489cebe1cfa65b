/* The pipe: two ends, each an object of its own; what is sent into one is received at the other, in order.
 *
 * An end is open while anybody refers to it: a handle, a value that is stored or under way, a call that waits on it.
 * When the last reference goes, also by its holder's death, the other end is told END_OF_FILE once all that was sent to
 * it is received.
 *
 * A value is delivered when its receiver's process has read it (delivery.h): if that dies before, it goes back to where
 * it stood. END_OF_FILE may be told while values are in doubt.
 *
 * Semantics: Python's multiprocessing.Pipe, but for four things. An end is one object however many processes have it;
 * receivers are served in the order they came; what can be under way is counted in bytes by a limit, not by what a
 * socket holds; and nothing is lost on its way to one that dies. */
#ifndef CORE_PIPE_H
#define CORE_PIPE_H

#include "daemon/core/object.h"

extern const struct kind pipe_kind;

struct pipe; /* one end */

struct pipe_options {
	const struct value *names[2]; /* of the ends; NULL: anonymous */
	enum lifetime lifetime;
	struct session *creator;
	bool duplex; /* otherwise end 0 receives and end 1 sends */
};

struct pipe_state {
	uint64_t size, bytes;                 /* sent to this end and not received */
	uint64_t in_doubt;                    /* received, and perhaps not read */
	uint64_t receivers, pollers, senders; /* calls that wait on this end */
	bool receives, sends;
	bool is_open; /* the other end is there */
};

/* Both ends, or none. No reference is taken for the caller: take one of each before the turn ends. ALREADY_THERE,
 * LIMIT, NO_MEMORY. */
enum concur_status pipe_new(struct core *core, const struct pipe_options *options, struct pipe *ret_ends[2]);

/* Sends a value to the other end; `refers`: it holds references. OK with OUTCOME_DONE or OUTCOME_FULL; PENDING;
 * TYPE_ERROR for an end that only receives; BROKEN_PIPE; NO_MEMORY; LIMIT. A value of any size goes into a pipe that
 * has nothing under way. */
enum concur_status pipe_send(struct core *core, struct pipe *pipe, const struct ask *ask, const struct value *value,
    bool refers, struct result *ret);

/* OK with result->value, OUTCOME_EMPTY or OUTCOME_END_OF_FILE; PENDING; TYPE_ERROR for an end that only sends; LIMIT at
 * deliveries_max, among others; NO_MEMORY. */
enum concur_status pipe_recv(struct core *core, struct pipe *pipe, const struct ask *ask, struct result *ret);

/* The same, but takes nothing: OUTCOME_DONE says that there was something to receive. */
enum concur_status pipe_poll(struct core *core, struct pipe *pipe, const struct ask *ask, struct result *ret);

/* The end goes at once, whoever refers to it: what waits on it is REMOVED, what was sent to it is dropped. */
void pipe_close(struct core *core, struct pipe *pipe);

void pipe_state(const struct pipe *pipe, struct pipe_state *ret);

#endif
