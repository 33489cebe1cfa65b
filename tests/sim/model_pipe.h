/* The model of pipes: ends, what is under way to each, who refers to it and who waits. Part of the model. */
#ifndef TESTS_SIM_MODEL_PIPE_H
#define TESTS_SIM_MODEL_PIPE_H

#include "lib/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;
struct model_call;
struct model_session;

enum {
	MODEL_PIPES = 3,
	MODEL_ENDS = 2 * MODEL_PIPES,            /* end 0 of pipe 0, end 1 of pipe 0, end 0 of pipe 1 ... */
	MODEL_PIPE_ROOM = 3,                     /* values under way to one end, at most */
	MODEL_PIPE_BYTES = 32 * MODEL_PIPE_ROOM, /* the limit that says so */
	MODEL_PIPE_MOST = 4096,                  /* the same, with those that come back */
};

struct model_message {
	int64_t value;
	uint64_t order; /* of sending to this end */
};

struct model_end {
	bool is_there, receives, sends;
	uint64_t serial; /* counts up as ends are made in this place */
	unsigned refs;   /* handles of sessions that live */
	struct model_message items[MODEL_PIPE_MOST];
	size_t count;
	uint64_t sent;                           /* to this end, ever */
	struct link receivers, pollers, senders; /* calls on this end */
};

/* A session's handles on the end that had that serial. */
struct model_handles {
	uint64_t serial;
	unsigned count;
};

void model_pipes_init(struct model *model);

/* Makes the pipe in its place, which must be free: neither end is there. */
bool model_pipe_is_free(const struct model *model, unsigned pipe);
void model_pipe_new(struct model *model, struct model_call *call, bool duplex);

/* Calls on the end call->object; SEND with its one item. */
void model_pipe_send(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void model_pipe_recv(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void model_pipe_poll(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void model_pipe_ref(struct model *model, struct model_call *call);
void model_pipe_unref(struct model *model, struct model_call *call);
void model_pipe_close(struct model *model, struct model_call *call);

/* For the model: a message that was received at the end of that serial goes back to where it stood. */
void model_pipe_return(struct model *model, unsigned end, uint64_t serial, struct model_message message);

/* For the model: waiters have left; a session has; the turn ends, and with it whatever nobody refers to. */
void model_pipes_settle(struct model *model);
void model_pipes_session_end(struct model *model, struct model_session *session);
void model_pipes_let_go(struct model *model);

#endif
