/* Addresses. Thread-safety: any thread. */
#ifndef CLIENT_URL_H
#define CLIENT_URL_H

#include "concur.h"

#include <sys/un.h>

enum url_kind { URL_UNIX, URL_TCP };

struct url {
	enum url_kind kind;
	char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* UNIX */
	char host[256];                                       /* TCP; an IPv6 address without its brackets */
	char port[6];                                         /* TCP; a number */
};

/* Reads an address. BAD_ADDRESS; sets the thread's message. */
enum concur_status url_parse(const char *text, struct url *ret_url);

/* Writes the address to be taken when none is given into `room`. BAD_ADDRESS if it does not fit. */
enum concur_status url_default(char *room, size_t size);

/* Connects a stream socket, which has to be done within timeout_ns. NO_DAEMON, PERMISSION, TIMED_OUT, SYSTEM. */
enum concur_status url_dial(const char *text, int64_t timeout_ns, int *ret_fd);

/* The socket over TCP is given up when the daemon's machine has been silent for half of this time, after which the
 * daemon gives this one up. */
void url_watch(int fd, int64_t silence_ns);

#endif
