/* The echo: a call is a message of --size bytes, its reply as many. */
#include "tests/bench/work.h"

#include <stdio.h>
#include <string.h>

/* How a message begins and ends, so that bytes lost or doubled show. */
enum { MESSAGE_FIRST = '<', MESSAGE_LAST = '>' };

static int
echo_prepare(struct conn *conn)
{
	size_t wanted = work_stream_wanted(conn, 1);
	uint8_t *bytes;

	if (conn->options->size == 0) {
		fprintf(stderr, "concur-bench: an echo of nothing has no answer\n");
		return -1;
	}
	for (size_t i = 0; i < wanted; i++) {
		if (stream_add(&conn->stream, (size_t)conn->options->size, 0, 0, &bytes) < 0)
			return work_no_memory();
		memset(bytes, 'e', (size_t)conn->options->size);
		bytes[0] = MESSAGE_FIRST;
		bytes[conn->options->size - 1] = MESSAGE_LAST;
	}
	return work_stream_close(conn);
}

static ssize_t
echo_take(struct conn *conn, const uint8_t *bytes, size_t size)
{
	size_t whole = (size_t)conn->options->size;

	if (size < whole)
		return 0;
	if (bytes[whole - 1] != MESSAGE_LAST || (whole > 1 && bytes[0] != MESSAGE_FIRST))
		conn_fault(conn, "not what was sent", bytes, whole);
	return (ssize_t)whole;
}

static const struct work echo_works[] = {
	/* name, requests, one_at_a_time, before, before_count, prepare, fill, take */
	{ "echo", 1, false, NULL, 0, echo_prepare, work_fill, echo_take },
	{ "ping", 1, false, NULL, 0, echo_prepare, work_fill, echo_take },
	{ NULL, 0, false, NULL, 0, NULL, NULL, NULL },
};

const struct peer peer_echo = { .name = "echo", .works = echo_works };
