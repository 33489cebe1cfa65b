/* Addresses: unix:PATH and tcp://HOST:PORT. */
#include "url.h"

#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum concur_status
bad_address(const char *text, const char *why)
{
	return error_set(CONCUR_BAD_ADDRESS, "\"%s\" is not an address: %s", text, why);
}

static enum concur_status
parse_unix(const char *text, const char *path, struct url *ret_url)
{
	if (!*path)
		return bad_address(text, "the path of the socket is missing (unix:PATH)");
	if (strlen(path) >= sizeof ret_url->path)
		return bad_address(text, "the path of a socket has at most 107 bytes");
	ret_url->kind = URL_UNIX;
	strcpy(ret_url->path, path);
	return CONCUR_OK;
}

static bool
is_port(const char *port)
{
	char *end;
	unsigned long number = strtoul(port, &end, 10);

	return *port >= '0' && *port <= '9' && !*end && number > 0 && number <= UINT16_MAX && strlen(port) <= 5;
}

static enum concur_status
parse_tcp(const char *text, const char *host, struct url *ret_url)
{
	const char *colon = strrchr(host, ':');
	size_t size = colon ? (size_t)(colon - host) : 0;

	if (!colon || !is_port(colon + 1))
		return bad_address(text, "the port is missing or not a number from 1 to 65535 (tcp://HOST:PORT)");
	if (size >= 2 && host[0] == '[' && colon[-1] == ']') {
		host++;
		size -= 2;
	}
	if (size == 0 || size >= sizeof ret_url->host)
		return bad_address(text, "the host is missing or too long (tcp://HOST:PORT)");
	ret_url->kind = URL_TCP;
	memcpy(ret_url->host, host, size);
	ret_url->host[size] = 0;
	strcpy(ret_url->port, colon + 1);
	return CONCUR_OK;
}

enum concur_status
url_parse(const char *text, struct url *ret_url)
{
	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(text, text + 5, ret_url);
	if (strncmp(text, "tcp://", 6) == 0)
		return parse_tcp(text, text + 6, ret_url);
	return bad_address(text, "it begins with neither unix: nor tcp://");
}

enum concur_status
url_default(char *room, size_t size)
{
	const char *from = getenv("CONCUR_URL");
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int n;

	if (from && *from)
		n = snprintf(room, size, "%s", from);
	else if (geteuid() == 0)
		n = snprintf(room, size, "unix:/run/concurd/concurd.sock");
	else if (runtime && *runtime)
		n = snprintf(room, size, "unix:%s/concurd.sock", runtime);
	else
		return error_set(CONCUR_BAD_ADDRESS, "no address: neither CONCUR_URL nor XDG_RUNTIME_DIR is set");
	if (n < 0 || (size_t)n >= size)
		return error_set(CONCUR_BAD_ADDRESS, "the address in CONCUR_URL or XDG_RUNTIME_DIR is too long");
	return CONCUR_OK;
}
