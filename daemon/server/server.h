/* The server: the daemon without its I/O. All input enters at server_input(); what it wants done leaves through
 * struct server_io; time comes in with each turn. The same inputs give the same outputs, byte for byte.
 *
 * A turn: SERVER_TURN, then any number of other inputs, then server_turn_end(), which expires waits, answers those that
 * were woken, frees a bounded number of things, and releases what was written. Nothing is sent before the turn ends.
 *
 * Thread-safety: none; one thread owns the server. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "lib/key.h"
#include "lib/limits.h"
#include "lib/page.h"
#include "lib/process_spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum { SERVER_LINE_MAX = 4096 }; /* bytes of a line of output; a longer one comes as several */

struct server;
struct server_conn; /* the server's half of a connection; from SERVER_OPEN until SERVER_END */

/* How a connection's other side is known. */
struct server_peer {
	bool local;       /* a unix socket: the peer is on this machine */
	bool watched;     /* its process is watched by a pidfd, so its death will be told */
	uint64_t process; /* its pid as this machine sees it; 0: not known */
	uint64_t uid;     /* meaningful if local */
};

/* Why a connection is to be closed, or has ended. */
enum server_reason {
	SERVER_GOODBYE,     /* the session said goodbye; close when all is sent */
	SERVER_BROKEN,      /* a broken header, another version: close when the error is sent */
	SERVER_SLOW,        /* a reader too slow for outbox_max: close at once */
	SERVER_NO_HELLO,    /* said no Hello in time: close at once */
	SERVER_UNPROVEN,    /* called before it had proven the key: close when the error is sent */
	SERVER_WRONG_KEY,   /* its proof was wrong: close when the error is sent */
	SERVER_CROWDED_OUT, /* too many have not proven the key, and it was the oldest: close at once */
	SERVER_REPLACED,    /* its session goes on on another connection: close at once */
	SERVER_NO_MEMORY,   /* a reply could not be written: close at once */
	SERVER_STOPPING,    /* the daemon stops: close when all is sent */
	SERVER_PEER_CLOSED, /* end of file: the other side closed */
	SERVER_PEER_RESET,  /* reset: the other side closed with replies unread */
	SERVER_PEER_DIED,   /* the pidfd fired: the process is gone, though a child may hold the socket */
	SERVER_LOST,        /* a network error or time-out */
};

const char *server_reason_name(enum server_reason reason);

/* What the server wants done. `conn` is what SERVER_OPEN gave as io_conn. None of these may call back into the
 * server. */
struct server_io {
	/* Bytes were released for this connection: take them with server_output(). Called at a turn's end, at most once
	 * a turn and connection. */
	void (*send)(void *io, void *conn);
	/* End the connection, as server_reason says; no further frame of it is passed in. SERVER_END must still
	 * follow. */
	void (*close)(void *io, void *conn, enum server_reason reason);
	/* Hello told the pid and start time that the peer gives for itself: where the watch could be on another process
	 * (a pid used again before it was opened), check it against them. */
	void (*identify)(void *io, void *conn, uint64_t process, uint64_t started);
	/* A connection that had to prove the key has done so: from its next frame on it is like any other. */
	void (*admit)(void *io, void *conn);

	/* Processes of the daemon's own, by numbers that the server gives. One whose number is unknown, or that has
	 * ended, is passed over by all but `spawn`. */

	/* Start it: SERVER_SPAWNED or SERVER_SPAWN_FAILED follows, in a later turn, then SERVER_EXITED. `spec` is
	 * borrowed. */
	void (*spawn)(void *io, uint64_t process, const struct process_spec *spec);
	/* Send it a signal; with `group` to its process group: then what is left of that when it ends is killed. */
	void (*signal)(void *io, uint64_t process, int signal, bool group);
	/* page_put() and page_recall() on its page; SERVER_RECALLED tells what came of the latter. */
	void (*page_put)(void *io, uint64_t process, unsigned slot, uint64_t task);
	void (*page_recall)(void *io, uint64_t process, unsigned slot, uint64_t task);
};

/* All that would differ elsewhere. */
struct server_config {
	struct limits limits;
	uint64_t seed;    /* of the hashes; secret */
	uint64_t counter; /* where ids, tokens and versions start; above all that an earlier run gave out */
	uint64_t process; /* the daemon's pid, for inspection */
	uint64_t uid;     /* the daemon's user, who may have it start any command */
	uint64_t cores;   /* that the daemon may use; 0: 1. As many workers a pool starts that is not told how many */
	const struct runtime *runtimes; /* borrowed; ends with a name of NULL; NULL: there are none */
	const struct key *key; /* what connections with a nonce have to prove; copied. NULL: there will be none */
};

enum server_input_kind {
	SERVER_TURN,      /* a new turn; now_ns */
	SERVER_OPEN,      /* a new connection; io_conn, peer, nonce, secret. *ret_conn is set, NULL if it was refused */
	SERVER_FRAME,     /* one whole frame: bytes begin with the length; borrowed for the call */
	SERVER_TOO_LARGE, /* a frame over frame_max whose header (FRAME_REQUEST bytes) is sound; the rest is skipped */
	SERVER_BAD_FRAME, /* a length over frame_hard_max or under the header's; the server answers and closes */
	SERVER_END,       /* the connection has ended; reason, all_read. The server_conn is gone after it */
	SERVER_SPAWNED,   /* a process was started; process, pid */
	SERVER_SPAWN_FAILED, /* it could not be; process, error, sentence. Nothing follows */
	SERVER_OUTPUT,       /* it wrote one line; process, bytes and size, is_error */
	SERVER_RECALLED,     /* a task was to be recalled; process, task, verdict */
	SERVER_EXITED,       /* it has ended, and all that it wrote was passed in; process, end */
	SERVER_STOP,         /* the daemon stops: every waiting call is answered STOPPING, every connection closed */
};

struct server_input {
	enum server_input_kind kind;
	struct server_conn *conn; /* FRAME, TOO_LARGE, BAD_FRAME, END */
	uint64_t now_ns;          /* TURN: monotonic, never falls */
	void *io_conn;            /* OPEN */
	struct server_peer peer;  /* OPEN */
	const uint8_t *nonce;     /* OPEN: PROOF_NONCE random bytes: it has to prove the key; NULL: it need not */
	const uint8_t *secret;    /* OPEN: SECRET_SIZE random bytes: its session may outlive it; NULL: it may not */
	struct server_conn **ret_conn; /* OPEN */
	const uint8_t *bytes;          /* FRAME, TOO_LARGE, OUTPUT */
	size_t size;                   /* FRAME: length and all; OUTPUT: without the newline, at most SERVER_LINE_MAX */
	enum server_reason reason;     /* END */
	bool all_read;                 /* END of a local peer: the kernel says that it had read all that was sent */
	uint64_t process;              /* SPAWNED to EXITED: its number */
	uint64_t pid;                  /* SPAWNED */
	int error;                     /* SPAWN_FAILED: of errno */
	const char *sentence;          /* SPAWN_FAILED: what failed, and why */
	bool is_error;                 /* OUTPUT: it was written to stderr */
	uint64_t task;                 /* RECALLED: its slot may be another one's by now */
	enum page_state verdict;       /* RECALLED: RECALLED, or how far the task is */
	const struct process_end *end; /* EXITED; borrowed */
};

/* NULL if there is no memory. `io` is passed to every function of `effects`; both must outlive the server. */
struct server *server_new(const struct server_config *config, const struct server_io *effects, void *io);
void server_free(struct server *server); /* takes NULL; connections still open are dropped without a word */

/* The one door. */
void server_input(struct server *server, const struct server_input *input);

/* Ends the turn. *ret_deadline_ns: when the next turn is needed at the latest, UINT64_MAX if nothing waits for time;
 * "now" if work was left over for the next turn. */
void server_turn_end(struct server *server, uint64_t *ret_deadline_ns);

/* What is released and not yet sent, at most `max` pieces; and saying that so many bytes of it are sent. */
int server_output(struct server_conn *conn, struct iovec *iov, int max);
void server_sent(struct server_conn *conn, size_t bytes);

/* False while too many replies wait to be sent: do not read from it. */
bool server_wants_input(const struct server_conn *conn);

/* True while a peer's end would pass anything on: while something is held, waited for, or in doubt. If not, it does not
 * matter whether the end or another peer's frame comes first: what goes with a session's handles goes by steps. */
bool server_has_stakes(const struct server *server);

#endif
