/* Growing runs of bytes. */
#include "buffer.h"

#include "lib/value.h"

#include <stdlib.h>
#include <string.h>

enum { WIRE_DELIMITED = 2, VARINT_MAX = 10 };

void
buffer_fini(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){ 0 };
}

static bool
buffer_grow(struct buffer *buffer, size_t more)
{
	size_t room = buffer->room < 64 ? 64 : buffer->room;
	uint8_t *bytes;

	if (more > SIZE_MAX / 4 - buffer->size)
		return false;
	while (room < buffer->size + more)
		room *= 2;
	bytes = realloc(buffer->bytes, room);
	if (!bytes)
		return false;
	buffer->bytes = bytes;
	buffer->room = room;
	return true;
}

void
buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
	if (size > buffer->room - buffer->size && !buffer_grow(buffer, size))
		buffer->failed = true;
	if (buffer->failed || size == 0)
		return;
	memcpy(buffer->bytes + buffer->size, bytes, size);
	buffer->size += size;
}

void
buffer_append_byte(struct buffer *buffer, uint8_t byte)
{
	buffer_append(buffer, &byte, 1);
}

void
buffer_append_field(struct buffer *buffer, unsigned field, const void *bytes, size_t size)
{
	uint8_t head[2 * VARINT_MAX];
	uint8_t *end = value_varint_write(head, (uint64_t)field << 3 | WIRE_DELIMITED);

	end = value_varint_write(end, size);
	buffer_append(buffer, head, (size_t)(end - head));
	buffer_append(buffer, bytes, size);
}

char *
buffer_to_string(struct buffer *buffer)
{
	char *string;

	buffer_append_byte(buffer, 0);
	if (buffer->failed) {
		buffer_fini(buffer);
		return NULL;
	}
	string = (char *)buffer->bytes;
	*buffer = (struct buffer){ 0 };
	return string;
}
