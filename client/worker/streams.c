/* A command's pipes: all of them at once, so that neither side waits for the other for ever. */
#include "config.h"

#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	READ_BYTES = 64 * 1024,
	LOOK_MS = 100, /* between two looks whether it was cancelled */
};

enum { AT_IN, AT_OUT, AT_ERROR, AT_END, AT_COUNT };

static void
close_end(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

int
streams_open(struct streams *streams, int *ret_child)
{
	int error, pair[2];

	streams->in = streams->out[0].fd = streams->out[1].fd = streams->pidfd = -1;
	for (int i = 0; i < 3; i++)
		ret_child[i] = -1;
	for (int i = 0; i < 3; i++) {
		if (pipe2(pair, O_CLOEXEC))
			goto failed;
		ret_child[i] = pair[i == 0 ? 0 : 1];
		*(i == 0 ? &streams->in : &streams->out[i - 1].fd) = pair[i == 0 ? 1 : 0];
		if (fcntl(pair[i == 0 ? 1 : 0], F_SETFL, O_NONBLOCK))
			goto failed;
	}
	return 0;

failed:
	error = errno;
	for (int i = 0; i < 3; i++)
		close_end(&ret_child[i]);
	streams_close(streams);
	errno = error;
	return -1;
}

void
streams_close(struct streams *streams)
{
	close_end(&streams->in);
	close_end(&streams->pidfd);
	for (int i = 0; i < 2; i++) {
		close_end(&streams->out[i].fd);
		free(streams->out[i].bytes);
		streams->out[i].bytes = NULL;
	}
}

/* -- in ----------------------------------------------------------------------------------------------------------- */

/* A write to a pipe that nobody reads must not end the worker by SIGPIPE; the signal is the thread's own, so it is
 * blocked for the while, and taken out if it came. */
static ssize_t
write_quietly(int fd, const char *bytes, size_t size)
{
	const struct timespec now = { 0 };
	sigset_t pipe_signal, before;
	ssize_t n;
	int error;

	(void)sigemptyset(&pipe_signal);
	(void)sigaddset(&pipe_signal, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
	n = write(fd, bytes, size);
	error = errno;
	if (n < 0 && error == EPIPE)
		(void)sigtimedwait(&pipe_signal, NULL, &now);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return n;
}

static void
feed(struct streams *streams)
{
	ssize_t n = write_quietly(streams->in, streams->input, streams->input_size);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		streams->input += n;
		streams->input_size -= (size_t)n;
	}
	if (n < 0 || streams->input_size == 0)
		close_end(&streams->in);
}

/* -- out ---------------------------------------------------------------------------------------------------------- */

/* As many of the bytes as may be kept. */
static void
keep(struct streams *streams, struct stream *stream, const char *bytes, size_t size)
{
	size_t left = streams->keep_max - stream->size, kept = size < left ? size : left;
	size_t room = stream->room ? stream->room : 4096;
	char *grown;

	while (room < stream->size + kept)
		room *= 2;
	if (room != stream->room) {
		grown = realloc(stream->bytes, room);
		if (!grown) {
			streams->is_short = true;
			return;
		}
		stream->bytes = grown;
		stream->room = room;
	}
	for (size_t i = 0; i < kept; i++)
		stream->bytes[stream->size + i] = bytes[i];
	stream->size += kept;
	stream->dropped += size - kept;
}

/* False when there is nothing to be read now. */
static bool
drain_once(struct streams *streams, struct stream *stream)
{
	char bytes[READ_BYTES];
	ssize_t n = read(stream->fd, bytes, sizeof bytes);

	if (n > 0) {
		keep(streams, stream, bytes, (size_t)n);
		return true;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_end(&stream->fd);
	return false;
}

/* -- both --------------------------------------------------------------------------------------------------------- */

/* What is ready; the command has ended if *ret_has_ended. */
static void
turn(struct streams *streams, bool *ret_has_ended)
{
	struct pollfd polls[AT_COUNT] = { [AT_IN] = { .fd = streams->in, .events = POLLOUT },
		[AT_OUT] = { .fd = streams->out[0].fd, .events = POLLIN },
		[AT_ERROR] = { .fd = streams->out[1].fd, .events = POLLIN },
		[AT_END] = { .fd = streams->pidfd, .events = POLLIN } };

	if (poll(polls, AT_COUNT, LOOK_MS) <= 0)
		return;
	if (polls[AT_IN].revents)
		feed(streams);
	for (int i = 0; i < 2; i++)
		if (polls[AT_OUT + i].revents)
			(void)drain_once(streams, &streams->out[i]);
	*ret_has_ended = polls[AT_END].revents != 0;
}

void
streams_pump(struct streams *streams, bool (*is_cancelled)(const void *arg), const void *arg)
{
	bool has_ended = false, was_told = false;

	if (streams->input_size == 0)
		close_end(&streams->in);
	while (!has_ended) {
		turn(streams, &has_ended);
		if (!was_told && is_cancelled(arg)) {
			(void)kill(streams->pid, SIGTERM);
			was_told = true;
		}
	}
	for (int i = 0; i < 2; i++)
		while (streams->out[i].fd >= 0 && drain_once(streams, &streams->out[i]))
			;
}
