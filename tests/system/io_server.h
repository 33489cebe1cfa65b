/* A small server behind the real I/O: it implements daemon/server/server.h, answers frames by echo and remembers its
 * input, so that tests of the I/O see what the real server would be given. */
#ifndef SYSTEM_IO_SERVER_H
#define SYSTEM_IO_SERVER_H

#include "daemon/server/server.h"

/* Methods of its frames. */
enum io_server_method {
	IO_ECHO = 1,     /* the frame comes back as it is */
	IO_BULK = 2,     /* the body is a u64: so many bytes come back, behind a length of u32 */
	IO_GOODBYE = 3,  /* echo, then the connection is closed */
	IO_IDENTIFY = 4, /* the body is two u64: pid and start; echo */
	IO_SILENT = 5,   /* nothing comes back */
};

struct io_server_end {
	enum server_reason reason;
	bool all_read;
	uint64_t frames;        /* of the connection before its end */
	uint64_t frames_of_all; /* of all connections before it */
	uint64_t process;
};

struct io_server_seen {
	uint64_t turns;
	uint64_t opens;
	uint64_t frames;
	uint64_t frames_of_turn; /* the most that one connection gave in one turn */
	uint64_t bytes;          /* of all frames */
	uint64_t too_large;
	uint64_t bad_frames;
	uint64_t stops;
	uint64_t ends;
	struct io_server_end end; /* the last */
	struct server_peer peer;  /* the last that was opened */
	uint64_t now_ns;
};

/* What has come in so far. */
const struct io_server_seen *io_server_seen(const struct server *server);

/* The deadline that the ends of later turns tell. */
void io_server_set_deadline(struct server *server, uint64_t deadline_ns);

/* What to do while the next frame is given, before it counts; once. */
void io_server_on_next_frame(struct server *server, void (*call)(void *arg), void *arg);

/* What to do with what is told of processes. */
void io_server_on_process(struct server *server, void (*call)(void *arg, const struct server_input *input), void *arg);

/* Connections that are open. */
uint64_t io_server_open_count(const struct server *server);

#endif
