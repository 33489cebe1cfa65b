/* Finding peers and their works, and sending from a prepared stream. */
#include "tests/bench/work.h"

#include <stdio.h>
#include <string.h>

static const struct peer *const peers[] = { &peer_concur, &peer_redis, &peer_beanstalkd, &peer_echo };

enum { PEERS = sizeof peers / sizeof peers[0] };

enum { REQUEST_OVERHEAD = 96 }; /* bytes of a request beside its value, about */

const struct peer *
peer_find(const char *name)
{
	for (size_t i = 0; i < PEERS; i++) {
		if (strcmp(peers[i]->name, name) == 0)
			return peers[i];
	}
	fprintf(stderr, "concur-bench: no peer '%s'; there are:", name);
	for (size_t i = 0; i < PEERS; i++)
		fprintf(stderr, " %s", peers[i]->name);
	fprintf(stderr, "\n");
	return NULL;
}

const struct work *
work_find(const struct peer *peer, const char *name)
{
	for (const struct work *work = peer->works; work->name; work++) {
		if (strcmp(work->name, name) == 0)
			return work;
	}
	fprintf(stderr, "concur-bench: %s does no work '%s'; it does:", peer->name, name);
	for (const struct work *work = peer->works; work->name; work++)
		fprintf(stderr, " %s", work->name);
	fprintf(stderr, "\n");
	return NULL;
}

int
work_no_memory(void)
{
	fprintf(stderr, "concur-bench: out of memory\n");
	return -1;
}

size_t
work_stream_wanted(const struct conn *conn, uint64_t keys)
{
	const struct options *options = conn->options;

	return stream_wanted(options->connections, keys, conn->work->requests, (size_t)conn->depth,
	    (size_t)options->size + REQUEST_OVERHEAD);
}

int
work_stream_close(struct conn *conn)
{
	return stream_close(&conn->stream, (size_t)conn->depth) < 0 ? work_no_memory() : 0;
}

int
work_prepare_nothing(struct conn *conn)
{
	(void)conn;
	return 0;
}

static size_t
allowed(const struct conn *conn, size_t max)
{
	unsigned period = conn->work->requests;
	uint64_t begun = (conn->sent + period - 1) / period;
	uint64_t left = begun * period - conn->sent;

	if (!conn->stopping) {
		if (conn->quota - begun >= max)
			return max;
		left += (conn->quota - begun) * period;
	}
	return left < max ? (size_t)left : max;
}

size_t
work_send_stream(struct conn *conn, size_t max, const struct request **ret_first)
{
	struct stream *stream = &conn->stream;
	const struct request *first = &stream->requests[stream->next_send];
	size_t count = allowed(conn, max);

	conn->out = stream->bytes + first->start;
	conn->out_size = first[count].start - first->start;
	stream->next_send = (stream->next_send + count) % stream->count;
	*ret_first = first;
	return count;
}

size_t
work_fill(struct conn *conn, size_t max)
{
	const struct request *first;

	return work_send_stream(conn, max, &first);
}
