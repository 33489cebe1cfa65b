/* Lines. Reading goes through a buffer of its own and not through stdio, which can not tell whether it would wait. */
#include "lines.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024 };

void
lines_fini(struct lines *lines)
{
	buffer_fini(&lines->bytes);
	*lines = (struct lines){ 0 };
}

/* The line that begins at `used`, if it is whole; at the end of the input what is left is one. */
static char *
take(struct lines *lines)
{
	size_t left = lines->bytes.size - lines->used;
	char *line = (char *)lines->bytes.bytes + lines->used;
	char *end = left ? memchr(line, '\n', left) : NULL;

	if (end) {
		*end = '\0';
		lines->used += (size_t)(end - line) + 1;
		return line;
	}
	if (!lines->ended || left == 0)
		return NULL;
	buffer_append_byte(&lines->bytes, '\0');
	if (lines->bytes.failed)
		return NULL;
	line = (char *)lines->bytes.bytes + lines->used;
	lines->used = lines->bytes.size;
	return line;
}

/* What was given goes, so that the buffer is as long as the longest line and what came with it. */
static void
compact(struct lines *lines)
{
	size_t left = lines->bytes.size - lines->used;

	if (lines->used == 0)
		return;
	memmove(lines->bytes.bytes, lines->bytes.bytes + lines->used, left);
	lines->bytes.size = left;
	lines->used = 0;
}

static bool
fill(struct lines *lines)
{
	char bytes[READ_SIZE];
	ssize_t size;

	do {
		size = read(STDIN_FILENO, bytes, sizeof bytes);
	} while (size < 0 && errno == EINTR);
	if (size < 0)
		return false;
	lines->ended = size == 0;
	compact(lines);
	buffer_append(&lines->bytes, bytes, (size_t)size);
	if (lines->bytes.failed)
		errno = ENOMEM;
	return !lines->bytes.failed;
}

static bool
is_readable(void)
{
	struct pollfd input = { STDIN_FILENO, POLLIN, 0 };

	return poll(&input, 1, 0) > 0;
}

enum lines_next
lines_next(struct lines *lines, bool waits, char **ret_line)
{
	while (!(*ret_line = take(lines))) {
		if (lines->ended)
			return lines->bytes.failed ? LINES_FAILED : LINES_END;
		if (!waits && !is_readable())
			return LINES_LATER;
		if (!fill(lines))
			return LINES_FAILED;
	}
	return LINES_LINE;
}
