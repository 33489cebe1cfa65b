/* Output of child processes. `line` holds the beginning of a line whose end has not come. */
#include "config.h"

#include "daemon/io/output.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void
output_tell(struct output *output, const char *line, size_t size)
{
	const struct server_input input = { .kind = SERVER_OUTPUT,
		.process = output->process,
		.task = output->task,
		.is_error = output->is_error,
		.bytes = (const uint8_t *)line,
		.size = size };

	loop_input(output->loop, &input);
}

/* Adds bytes to the line that has begun; whenever it is as long as may be, it is told. */
static void
output_add(struct output *output, const char *bytes, size_t size)
{
	while (size) {
		size_t room = sizeof output->line - output->size, part = size < room ? size : room;

		memcpy(output->line + output->size, bytes, part);
		output->size += part;
		bytes += part;
		size -= part;
		if (output->size == sizeof output->line) {
			output_tell(output, output->line, output->size);
			output->size = 0;
			output->is_cut = true;
		}
	}
}

static void
output_cut(struct output *output, const char *bytes, size_t size)
{
	const char *end;

	while ((end = memchr(bytes, '\n', size))) {
		size_t part = (size_t)(end - bytes);

		output_add(output, bytes, part);
		/* An empty line is one, but not what is left of one that was told just now. */
		if (output->size || !output->is_cut)
			output_tell(output, output->line, output->size);
		output->size = 0;
		output->is_cut = false;
		bytes = end + 1;
		size -= part + 1;
	}
	output_add(output, bytes, size);
}

/* Reads once; false if there is nothing, or nothing more to come. */
static bool
output_take(struct output *output)
{
	char *buffer = (char *)output->loop->buffer;
	uint64_t task = output->page ? page_only_started(output->page) : 0;
	ssize_t got = read(output->fd, buffer, OUTPUT_READ);

	/* A worker goes on to its next task when what it wrote was read: whichever it was at before. */
	output->task = task || !output->page ? task : page_only_started(output->page);
	if (got > 0)
		output_cut(output, buffer, (size_t)got);
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		(void)event_del(&output->event);
	return got > 0;
}

static void
output_on_read(evutil_socket_t fd, short what, void *arg)
{
	struct output *output = arg;

	(void)fd;
	(void)what;
	loop_turn_begin(output->loop);
	/* The turn's beginning may have ended it. */
	if (output->fd >= 0)
		(void)output_take(output);
}

int
output_open(struct output *output, struct loop *loop, uint64_t process, const struct page *page, int fd, bool is_error)
{
	output->page = page;
	output->task = 0;
	output->loop = loop;
	output->process = process;
	output->fd = fd;
	output->is_error = is_error;
	output->size = 0;
	output->is_cut = false;
	(void)event_assign(&output->event, loop->base, fd, EV_READ | EV_PERSIST, output_on_read, output);
	return event_add(&output->event, NULL);
}

void
output_finish(struct output *output)
{
	int left = 0;

	if (output->fd < 0)
		return;
	if (ioctl(output->fd, FIONREAD, &left) != 0)
		left = 0;
	for (; left > 0; left -= OUTPUT_READ) {
		if (!output_take(output))
			break;
	}
	if (output->size)
		output_tell(output, output->line, output->size);
	output_close(output);
}

void
output_close(struct output *output)
{
	if (output->fd < 0)
		return;
	(void)event_del(&output->event);
	(void)close(output->fd);
	output->fd = -1;
}
