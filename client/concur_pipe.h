/* Calls on pipes. Part of <concur.h>, which has the rules that all calls share.
 *
 * A pipe has two ends, each an object with a handle of its own; what is sent into one is received at the other, in
 * order. An end is open while anybody refers to it, by a handle or by a value that holds its reference. When the last
 * reference goes, by concur_free() or by the death of whoever had it, the other end can receive what was sent and then
 * gets END_OF_FILE; its sends give BROKEN_PIPE. So a process that hands an end on frees its own handle of it, as it
 * would close a descriptor, but not before the other has opened it (a value under way counts).
 *
 * A value that was sent to a receiver which died before it read the answer is gone with it: an end is mostly one
 * process's, and there would be nobody to give the value to. Where several take from one place, use a queue.
 *
 * TYPE_ERROR: the end is for the other direction. The semantics are those of Python's multiprocessing.Pipe. */
#ifndef CONCUR_PIPE_H
#define CONCUR_PIPE_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* The two ends, each to be freed with concur_free(). */
struct concur_ends {
	concur_pipe *end[2];
};

/* Makes a pipe: end 0 receives and end 1 sends, or with how->duplex both do both. Without a name (NULL) the ends are
 * anonymous; with one they are called NAME.0 and NAME.1, are opened by these with concur_pipe_open(), and, unless
 * how->lifetime says otherwise, stay open until they are removed or closed. Of `how`, which may be NULL, only these two
 * fields count. ALREADY_THERE. */
CONCUR_CHECKED enum concur_status concur_pipe_new(concur_session *session, const char *name,
    const struct concur_open *how, struct concur_ends *ret_ends);
concur_future *concur_pipe_new_begin(concur_session *session, const char *name, const struct concur_open *how);

/* Sends a value. It waits only while so much is under way that the daemon's limit pipe_bytes_max is reached: FULL if
 * there was no room within the time. BROKEN_PIPE. */
CONCUR_CHECKED enum concur_status concur_pipe_send(concur_pipe *pipe, struct concur_value value, int64_t timeout_ns);
concur_future *concur_pipe_send_begin(concur_pipe *pipe, struct concur_value value, int64_t timeout_ns);

/* Receives a value; several who wait get theirs in the order they came. One that its receiver's process has not read
 * when it dies goes back to where it stood. EMPTY if there was none within the time. END_OF_FILE. NO_MEMORY as
 * concur_queue_get(). */
CONCUR_CHECKED enum concur_status concur_pipe_recv(concur_pipe *pipe, int64_t timeout_ns,
    struct concur_value *ret_value);
concur_future *concur_pipe_recv_begin(concur_pipe *pipe, int64_t timeout_ns);

/* Waits until there is something to receive, and takes nothing. EMPTY, END_OF_FILE. */
CONCUR_CHECKED enum concur_status concur_pipe_poll(concur_pipe *pipe, int64_t timeout_ns);
concur_future *concur_pipe_poll_begin(concur_pipe *pipe, int64_t timeout_ns);

/* The end goes at once, whoever else refers to it: their calls give REMOVED or NOT_FOUND. The handle is still to be
 * freed. */
CONCUR_CHECKED enum concur_status concur_pipe_close(concur_pipe *pipe);
concur_future *concur_pipe_close_begin(concur_pipe *pipe);

struct concur_pipe_state {
	uint64_t size;      /* values that wait to be received at this end */
	uint64_t bytes;     /* counted for them */
	uint64_t receivers; /* calls that wait on this end: to receive ... */
	uint64_t pollers;   /* ... until there is something ... */
	uint64_t senders;   /* ... for room at the other end */
	bool receives;      /* what this end can do */
	bool sends;
	bool is_open;      /* the other end is there */
	uint64_t in_doubt; /* received, and come back if their receivers die before they have read them */
};

CONCUR_CHECKED enum concur_status concur_pipe_state(concur_pipe *pipe, struct concur_pipe_state *ret_state);
concur_future *concur_pipe_state_begin(concur_pipe *pipe);

CONCUR_CHECKED enum concur_status concur_future_ends(concur_future *future, struct concur_ends *ret_ends);
CONCUR_CHECKED enum concur_status concur_future_pipe_state(concur_future *future, struct concur_pipe_state *ret_state);

/* Messages of plain bytes. */
CONCUR_CHECKED static inline enum concur_status
concur_pipe_send_bytes(concur_pipe *pipe, const void *bytes, size_t size, int64_t timeout_ns)
{
	return concur_pipe_send(pipe, concur_data(bytes, size), timeout_ns);
}

/* As concur_pipe_recv. TYPE_ERROR: what came is no data; it has been taken, and is in *ret_value all the same. */
CONCUR_CHECKED static inline enum concur_status
concur_pipe_recv_bytes(concur_pipe *pipe, int64_t timeout_ns, struct concur_value *ret_value)
{
	enum concur_status status = concur_pipe_recv(pipe, timeout_ns, ret_value);

	return status == CONCUR_OK && ret_value->kind != CONCUR_VALUE_DATA ? CONCUR_TYPE_ERROR : status;
}

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
