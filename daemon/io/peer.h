/* A peer: who is at the other side of a connection, and how its death is seen.
 *
 * A local process is watched by a pidfd, since a child that it forked may hold the socket open after it. The pidfd
 * comes with the socket (SO_PEERPIDFD) where the kernel has that; else it is opened by number, and the number could
 * have been used again since: then peer_matches() tells once the process has said when it started.
 *
 * Thread-safety: none. Nothing here blocks. */
#ifndef IO_PEER_H
#define IO_PEER_H

#include "daemon/server/server.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { PEER_TEXT_MAX = 80 }; /* bytes of a printed peer, its NUL included */

struct peer {
	struct server_peer known;
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} remote;      /* where a peer that is not local calls from; AF_UNSPEC: not known */
	int pidfd;     /* becomes readable when the process has ended; -1: not watched, or gone already */
	bool is_exact; /* the pidfd came with the socket */
	bool is_gone;  /* the process had ended before it could be watched; `known.watched` is true then */
};

/* Finds out about the other side of a connected socket. 0, or -1 with errno if there is no descriptor to be had: then
 * nothing is held. */
int peer_init(struct peer *peer, int fd, bool is_local);
void peer_fini(struct peer *peer);

/* Who it is, for the log: "pid=7 uid=1000", or "from=tcp://192.0.2.1:4711". */
void peer_print(const struct peer *peer, char ret_text[PEER_TEXT_MAX]);

/* What a process says of itself agrees with the one that is watched, or can not be compared with it. */
bool peer_matches(const struct peer *peer, uint64_t process, uint64_t started);

/* The kernel says that the other side has taken all that was sent to it. */
bool peer_has_read_all(const struct peer *peer, int fd);

#endif
