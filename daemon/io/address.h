/* Addresses: unix:PATH and tcp://HOST:PORT, as people write them and as sockets need them.
 *
 * Thread-safety: pure functions, but for address_default(), which reads the environment. */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include "daemon/io/complaint.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#define ADDRESS_SYSTEM_DIRECTORY "/run/concurd"

enum { ADDRESS_URL_MAX = 160 }; /* bytes of a printed address, its NUL included */

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t size;
};

/* Where the daemon listens if it is not told. -1 with a complaint if no place is known. */
int address_default(bool is_root, char ret_url[ADDRESS_URL_MAX], struct complaint *complaint);

/* A relative path is made absolute. -1 with a complaint. */
int address_parse(const char *url, struct address *ret, struct complaint *complaint);

/* The URL of an address; an unknown family prints as "?". */
void address_print(const struct address *address, char ret_url[ADDRESS_URL_MAX]);

/* What a socket is bound to. -1 with a complaint. */
int address_of_socket(int fd, struct address *ret, struct complaint *complaint);

/* Only this machine can reach it: a unix socket, or a loopback address. */
bool address_is_loopback(const struct address *address);

static inline bool
address_is_local(const struct address *address)
{
	return address->any.sa_family == AF_UNIX;
}

#endif
