/* The loop: turns of waiting, input, output; the one thread of the daemon.
 *
 * A turn is: wait until something is ready; hand it to the server, deaths first, the rest in the order in which the
 * kernel tells it; let the server end the turn; send what that released. The clock is read once a turn, and only the
 * kernel's verdict that something is ready, or a deadline, begins one.
 *
 * Thread-safety: none. */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include "daemon/io/children.h"
#include "daemon/io/complaint.h"
#include "daemon/io/deaths.h"
#include "daemon/io/log.h"
#include "daemon/io/throttle.h"
#include "daemon/server/server.h"
#include "lib/link.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	LOOP_BUFFER = 128 * 1024, /* bytes read at once; one buffer for all connections */
	LOOP_SIGNALS = 2,
	LOOP_CROWD = 16, /* events at once from which the kernel may have more; libevent asks for 32 or more */
};

/* Of what is ready at once, deaths are told first: the kernel does not always tell events in the order in which they
 * came, and who has seen a process end may count on the daemon having seen it before what is sent then. See deaths.h
 * for deaths of which the kernel has not told yet. */
enum {
	LOOP_DEATHS,
	LOOP_OTHERS, /* libevent's default, the middle of all */
	LOOP_PRIORITIES,
};

#define LOOP_LINGER_NS (UINT64_C(5) * 1000000000) /* a connection that closes may take so long to send the rest */
#define LOOP_STOP_NS (UINT64_C(2) * 1000000000)   /* so may all of them when the daemon stops */
#define LOOP_REAP_NS (UINT64_C(1) * 1000000000)   /* that killed children may take to go */
#define LOOP_RETRY_NS (UINT64_C(1) * 1000000000)  /* until accepting is tried again that had no descriptors */

enum loop_state {
	LOOP_SERVING,
	LOOP_ASKED,    /* loop_stop() was called; the turn goes on */
	LOOP_STOPPING, /* the server was told; what it had to say is being sent */
	LOOP_STOPPED,
};

struct loop {
	struct event_base *base;
	struct server *server;
	struct log *log; /* borrowed */
	struct limits limits;
	struct limits stranger_limits; /* of connections that have not proven the key: small frames only */
	bool has_key;                  /* peers on TCP have to prove it */
	struct throttle throttle;      /* of lines about peers on TCP */
	uint8_t *buffer;               /* LOOP_BUFFER bytes; its content lives for one conn_on_read */
	enum loop_state state;
	bool in_turn;         /* SERVER_TURN was given, the turn has not ended */
	bool is_hurried;      /* the server has work left: the next turn does not wait */
	uint64_t now_ns;      /* of this turn */
	uint64_t deadline_ns; /* when the server needs a turn */
	uint64_t armed_ns;    /* what the timer is set to; UINT64_MAX: not set */
	uint64_t stop_ns;     /* STOPPING: when connections that are left are dropped, then UINT64_MAX */
	uint64_t kill_ns;     /* STOPPING: when children that are left are killed */

	struct link conns; /* all that have not ended */
	size_t conn_count;
	struct link runnable;  /* have whole frames left for the next turn */
	struct link flushing;  /* to be looked at when the turn has ended: send, read on, pause */
	struct link closing;   /* end when all is sent; the oldest first */
	struct link due;       /* end in the next turn */
	struct link graveyard; /* ended in this turn, to be freed */

	struct link listeners;
	int reserve_fd;    /* given up to let one accepted connection have its pidfd; -1: it is in use */
	bool is_full;      /* out of descriptors: listeners pause */
	bool is_full_told; /* logged, until nobody waits to be accepted */
	uint64_t retry_ns; /* while is_full: when to try again */

	struct deaths deaths;
	struct children children;
	struct event timer;
	struct event signals[LOOP_SIGNALS];
	struct event parent;
	int parent_fd; /* -1: no parent is watched */
};

/* A loop with its server; `log` must outlive it. NULL with a complaint. Takes over SIGTERM and SIGINT, ignores SIGPIPE
 * and SIGHUP. One loop a process, since signals are the process's. */
struct loop *loop_new(const struct server_config *config, struct log *log, struct complaint *complaint);

/* Drops every connection, closes the listeners, frees the server. Takes NULL. */
void loop_free(struct loop *loop);

/* Ends when the process of this pidfd does, or at once if it has. Takes the descriptor. -1 with a complaint. */
int loop_watch_parent(struct loop *loop, int pidfd, struct complaint *complaint);

/* One turn; waits for something to be ready unless there is work already. */
void loop_turn(struct loop *loop);

/* Turns until the loop has stopped. */
void loop_run(struct loop *loop);

/* Asks for a clean stop: waiting calls are answered, what can be sent within LOOP_STOP_NS is sent, children are asked
 * to end and killed after their grace. Asked again: at once. */
void loop_stop(struct loop *loop, const char *why);

/* Begins the turn if it has not begun; every callback calls this before it gives input. */
void loop_turn_begin(struct loop *loop);

/* Gives one input to the server, within the turn. */
static inline void
loop_input(struct loop *loop, const struct server_input *input)
{
	server_input(loop->server, input);
}

#endif
