/* A growing run of bytes.
 *
 * Running out of memory sticks: `failed` is set, further appends do nothing, and the caller looks once, at the end. */
#ifndef CLI_BUFFER_H
#define CLI_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
	uint8_t *bytes; /* the buffer's own; NULL while nothing was appended */
	size_t size;
	size_t room;
	bool failed; /* there was no memory for something: the contents are not whole */
};

/* { 0 } is an empty buffer. */
void buffer_fini(struct buffer *buffer);

void buffer_append(struct buffer *buffer, const void *bytes, size_t size);
void buffer_append_byte(struct buffer *buffer, uint8_t byte);

/* A length-delimited protobuf field: tag, length, contents. */
void buffer_append_field(struct buffer *buffer, unsigned field, const void *bytes, size_t size);

/* The contents as a string, which the caller frees; the buffer is empty after it. NULL if it had failed. */
char *buffer_to_string(struct buffer *buffer);

#endif
