/* Raw peers: sockets and frames, and no more sense than the test gives them. */
#include "config.h"

#include "tests/system/raw.h"

#include "concur/v1/methods.h"
#include "lib/frame.h"
#include "tests/system/death.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct raw
raw_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct raw raw = { .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };

	must(raw.fd >= 0);
	strcpy(address.sun_path, death.url + strlen("unix:"));
	must(connect(raw.fd, (const struct sockaddr *)&address, sizeof address) == 0);
	return raw;
}

struct raw
raw_connect_tcp(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct raw raw = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	unsigned port;

	must(raw.fd >= 0 && sscanf(death.tcp_url, "tcp://127.0.0.1:%u", &port) == 1);
	address.sin_port = htons((uint16_t)port);
	must(connect(raw.fd, (const struct sockaddr *)&address, sizeof address) == 0);
	return raw;
}

void
raw_close(struct raw *raw)
{
	(void)close(raw->fd);
	raw->fd = -1;
}

size_t
raw_frame(struct raw *raw, uint32_t method, const void *body, size_t size, uint8_t *ret)
{
	struct frame_request head = { .length = (uint32_t)(FRAME_REQUEST - FRAME_LENGTH + size),
		.method = method,
		.call = ++raw->call,
		.context = 1 };

	must(FRAME_REQUEST + size <= RAW_FRAME);
	frame_request_write(ret, &head);
	if (size)
		memcpy(ret + FRAME_REQUEST, body, size);
	return FRAME_REQUEST + size;
}

size_t
raw_hello_frame(struct raw *raw, uint8_t *ret)
{
	static const uint8_t version_1[] = { 0x08, 0x01 };

	return raw_frame(raw, CONCUR_METHOD_SESSION_HELLO, version_1, sizeof version_1, ret);
}

size_t
raw_ping_frame(struct raw *raw, uint8_t *ret)
{
	return raw_frame(raw, CONCUR_METHOD_SESSION_PING, NULL, 0, ret);
}

size_t
raw_get_frame(struct raw *raw, uint64_t dict, const char *key, uint8_t *ret)
{
	size_t size = strlen(key);
	uint8_t body[128] = { 0x09 }; /* object: a fixed64 */

	must(size < 64);
	frame_u64_write(body + 1, dict);
	body[9] = 0x12; /* key: bytes, which are a text */
	body[10] = (uint8_t)(size + 2);
	body[11] = 0x32;
	body[12] = (uint8_t)size;
	memcpy(body + 13, key, size);
	return raw_frame(raw, CONCUR_METHOD_DICT_GET, body, 13 + size, ret);
}

bool
raw_send(const struct raw *raw, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	ssize_t sent;

	while (size) {
		sent = send(raw->fd, at, size, MSG_NOSIGNAL);
		if (sent < 0) {
			must(errno == EPIPE || errno == ECONNRESET);
			return false;
		}
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

size_t
raw_send_some(const struct raw *raw, const void *bytes, size_t size)
{
	ssize_t sent = send(raw->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);

	must(sent >= 0 || errno == EAGAIN);
	return sent < 0 ? 0 : (size_t)sent;
}

/* Exactly so many bytes; false if the daemon closes before the first of them. */
static bool
receive(const struct raw *raw, void *ret, size_t size)
{
	ssize_t got = size ? recv(raw->fd, ret, size, MSG_WAITALL) : 0;

	must(got >= 0 || errno == ECONNRESET);
	return got == (ssize_t)size;
}

bool
raw_receive(const struct raw *raw, uint16_t *ret_status, uint64_t *ret_call)
{
	uint8_t head[FRAME_REPLY], body[4096];
	struct frame_reply reply;
	size_t left;

	if (!receive(raw, head, sizeof head))
		return false;
	frame_reply_read(head, &reply);
	for (left = reply.length - (FRAME_REPLY - FRAME_LENGTH); left;) {
		size_t size = left < sizeof body ? left : sizeof body;

		must(receive(raw, body, size));
		left -= size;
	}
	*ret_status = reply.status;
	*ret_call = reply.call;
	return true;
}

void
raw_drain(const struct raw *raw)
{
	uint8_t bytes[4096];

	while (recv(raw->fd, bytes, sizeof bytes, 0) > 0)
		continue;
}

static void
ask(struct raw *raw, const uint8_t *frame, size_t size)
{
	uint16_t status;
	uint64_t call;

	must(raw_send(raw, frame, size));
	must(raw_receive(raw, &status, &call));
	must(status == CONCUR_OK && call == raw->call);
}

void
raw_hello(struct raw *raw)
{
	uint8_t frame[RAW_FRAME];

	ask(raw, frame, raw_hello_frame(raw, frame));
}

void
raw_ping(struct raw *raw)
{
	uint8_t frame[RAW_FRAME];

	ask(raw, frame, raw_ping_frame(raw, frame));
}
