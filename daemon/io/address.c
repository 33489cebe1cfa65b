/* Addresses. A host is a number or "localhost": no name service is asked, so nothing waits and nothing can be led
 * astray. */
#include "config.h"

#include "daemon/io/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ADDRESS_HOST_MAX = 64 }; /* bytes of a host, its NUL included */

int
address_default(bool is_root, char ret_url[ADDRESS_URL_MAX], struct complaint *complaint)
{
	const char *directory = is_root ? ADDRESS_SYSTEM_DIRECTORY : getenv("XDG_RUNTIME_DIR");

	if (!directory || directory[0] != '/')
		return complain(complaint, "no address: set XDG_RUNTIME_DIR, or give one with --listen unix:PATH");
	if (snprintf(ret_url, ADDRESS_URL_MAX, "unix:%s/concurd.sock", directory) >= ADDRESS_URL_MAX)
		return complain(complaint,
		    "XDG_RUNTIME_DIR is too long for a socket; give a shorter path with --listen");
	return 0;
}

static int
address_parse_local(const char *path, struct address *ret, struct complaint *complaint)
{
	char *absolute = NULL;
	char *here = NULL;
	int status = -1;

	*ret = (struct address){ .local = { .sun_family = AF_UNIX }, .size = sizeof ret->local };
	if (path[0] == '\0')
		return complain(complaint, "unix: needs a path, as in unix:/run/user/1000/concurd.sock");
	if (path[0] != '/') {
		here = getcwd(NULL, 0);
		if (!here || asprintf(&absolute, "%s/%s", here, path) < 0) {
			(void)complain(complaint, "can not find the working directory: %s", strerror(errno));
			goto out;
		}
		path = absolute;
	}
	if (strlen(path) >= sizeof ret->local.sun_path) {
		(void)complain(complaint, "%s: too long; the path of a socket has at most %zu bytes", path,
		    sizeof ret->local.sun_path - 1);
		goto out;
	}
	memcpy(ret->local.sun_path, path, strlen(path));
	status = 0;
out:
	free(absolute);
	free(here);
	return status;
}

bool
address_is_loopback(const struct address *address)
{
	switch (address->any.sa_family) {
	case AF_UNIX:
		return true;
	case AF_INET:
		return ntohl(address->in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&address->in6.sin6_addr);
	default:
		return false;
	}
}

/* Splits HOST:PORT or [HOST]:PORT. */
static int
address_split(const char *text, char ret_host[ADDRESS_HOST_MAX], in_port_t *ret_port)
{
	const char *colon = strrchr(text, ':');
	size_t size = colon ? (size_t)(colon - text) : 0;
	unsigned long port;
	char *end;

	if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	if (size == 0 || size >= ADDRESS_HOST_MAX || colon[1] < '0' || colon[1] > '9')
		return -1;
	port = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || port > UINT16_MAX)
		return -1;
	memcpy(ret_host, text, size);
	ret_host[size] = '\0';
	*ret_port = htons((in_port_t)port);
	return 0;
}

static int
address_parse_tcp(const char *text, struct address *ret, struct complaint *complaint)
{
	char host[ADDRESS_HOST_MAX];
	in_port_t port;

	if (address_split(text, host, &port) != 0)
		return complain(complaint, "tcp://%s: not HOST:PORT, as in tcp://127.0.0.1:7400 or tcp://[::1]:7400",
		    text);
	if (strcmp(host, "localhost") == 0)
		(void)strcpy(host, "127.0.0.1");
	*ret = (struct address){ .in = { .sin_family = AF_INET, .sin_port = port }, .size = sizeof ret->in };
	if (inet_pton(AF_INET, host, &ret->in.sin_addr) != 1) {
		*ret =
		    (struct address){ .in6 = { .sin6_family = AF_INET6, .sin6_port = port }, .size = sizeof ret->in6 };
		if (inet_pton(AF_INET6, host, &ret->in6.sin6_addr) != 1)
			return complain(complaint, "tcp://%s: the host must be a number or localhost", text);
	}
	return 0;
}

int
address_parse(const char *url, struct address *ret, struct complaint *complaint)
{
	if (strncmp(url, "unix:", 5) == 0)
		return address_parse_local(url + 5, ret, complaint);
	if (strncmp(url, "tcp://", 6) == 0)
		return address_parse_tcp(url + 6, ret, complaint);
	return complain(complaint, "%s: not an address; write unix:PATH or tcp://HOST:PORT", url);
}

void
address_print(const struct address *address, char ret_url[ADDRESS_URL_MAX])
{
	char host[INET6_ADDRSTRLEN];

	(void)snprintf(ret_url, ADDRESS_URL_MAX, "?");
	switch (address->any.sa_family) {
	case AF_UNIX:
		(void)snprintf(ret_url, ADDRESS_URL_MAX, "unix:%.*s", (int)sizeof address->local.sun_path,
		    address->local.sun_path);
		break;
	case AF_INET:
		if (inet_ntop(AF_INET, &address->in.sin_addr, host, sizeof host))
			(void)snprintf(ret_url, ADDRESS_URL_MAX, "tcp://%s:%u", host, ntohs(address->in.sin_port));
		break;
	case AF_INET6:
		if (inet_ntop(AF_INET6, &address->in6.sin6_addr, host, sizeof host))
			(void)snprintf(ret_url, ADDRESS_URL_MAX, "tcp://[%s]:%u", host, ntohs(address->in6.sin6_port));
		break;
	default:
		break;
	}
}

int
address_of_socket(int fd, struct address *ret, struct complaint *complaint)
{
	*ret = (struct address){ .size = sizeof(struct sockaddr_un) };
	if (getsockname(fd, &ret->any, &ret->size) != 0)
		return complain(complaint, "descriptor %d is not a socket: %s", fd, strerror(errno));
	return 0;
}
