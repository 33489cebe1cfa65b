/* Prepared requests, the keys in them, and the drawing of keys. */
#include "tests/bench/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of all connections together. */
enum { STREAMS_MIN = 1 << 16, STREAMS_MAX = 1 << 20, STREAMS_BYTES_MAX = 1 << 27 };

/* NULL if there is no memory: then the buffer and its room are as they were. */
static void *
grow(void *buffer, size_t *room, size_t wanted, size_t item_size)
{
	size_t more = *room < 64 ? 64 : *room;

	if (wanted <= *room)
		return buffer;
	while (more < wanted)
		more *= 2;
	buffer = reallocarray(buffer, more, item_size);
	if (buffer)
		*room = more;
	return buffer;
}

int
stream_add(struct stream *stream, size_t size, uint32_t key_at, uint32_t expect, uint8_t **ret_bytes)
{
	uint8_t *bytes = grow(stream->bytes, &stream->room, stream->size + size, 1);
	struct request *requests;

	if (!bytes)
		return -1;
	stream->bytes = bytes;
	requests = grow(stream->requests, &stream->requests_room, stream->laid + 2, sizeof *requests);
	if (!requests)
		return -1;
	stream->requests = requests;
	requests[stream->laid++] = (struct request){ .start = stream->size, .key_at = key_at, .expect = expect };
	*ret_bytes = bytes + stream->size;
	stream->size += size;
	requests[stream->laid] = (struct request){ .start = stream->size };
	return 0;
}

int
stream_close(struct stream *stream, size_t batch_max)
{
	assert(stream->laid > 0);
	stream->count = stream->laid;
	for (size_t i = 0; i + 1 < batch_max; i++) {
		struct request first = stream->requests[i];
		size_t size = stream->requests[i + 1].start - first.start;
		uint8_t *bytes;

		if (stream_add(stream, size, first.key_at, first.expect, &bytes) < 0)
			return -1;
		memcpy(bytes, stream->bytes + first.start, size);
	}
	return 0;
}

void
stream_fini(struct stream *stream)
{
	free(stream->bytes);
	free(stream->requests);
	*stream = (struct stream){ 0 };
}

size_t
stream_wanted(uint64_t connections, uint64_t keys, unsigned period, size_t batch_max, size_t request_max)
{
	uint64_t all = keys * 2 < STREAMS_MIN ? STREAMS_MIN : keys * 2 > STREAMS_MAX ? STREAMS_MAX : keys * 2;
	uint64_t fitting = STREAMS_BYTES_MAX / request_max;
	size_t wanted = (size_t)((all < fitting ? all : fitting) / connections);

	if (wanted < batch_max)
		wanted = batch_max;
	return (wanted + period - 1) / period * period;
}

void
key_write_digits(char *to, uint64_t number)
{
	for (int i = KEY_DIGITS - 1; i >= 0; i--) {
		to[i] = (char)('0' + number % 10);
		number /= 10;
	}
}

void
key_write(char *to, uint64_t number)
{
	memcpy(to, "key:", KEY_SIZE - KEY_DIGITS);
	key_write_digits(to + KEY_SIZE - KEY_DIGITS, number);
}

/* Splitmix64; the high half of a product instead of a remainder, which would favour small numbers. */
uint64_t
draw(uint64_t *state, uint64_t limit)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return (uint64_t)(((unsigned __int128)z * limit) >> 64);
}
