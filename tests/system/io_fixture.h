/* What the tests of the I/O share: a loop on a socket in a folder of its own, driven turn by turn by the test, and
 * plain clients. The test and the loop are one process; peers that must die are forked.
 *
 * Every function fails the test that calls it if the system says no. */
#ifndef SYSTEM_IO_FIXTURE_H
#define SYSTEM_IO_FIXTURE_H

#include "daemon/io/listener.h"
#include "daemon/io/loop.h"
#include "tests/system/io_server.h"

#include <check.h>
#include <sys/types.h>

struct io_fixture {
	char directory[64];
	char path[96]; /* of the socket */
	char url[104];
	struct server_config config; /* change it before io_start() */
	struct log log;
	struct loop *loop;
	struct complaint complaint;
};

void io_setup(struct io_fixture *io); /* makes the folder and the configuration */
void io_start(struct io_fixture *io); /* makes the loop, listens */
void io_stop(struct io_fixture *io);  /* frees the loop, removes the folder */

static inline const struct io_server_seen *
io_seen(const struct io_fixture *io)
{
	return io_server_seen(io->loop->server);
}

/* A connected client; its socket waits in recv. */
int io_connect(const struct io_fixture *io);

/* The same, and the loop has seen it. */
int io_connect_seen(struct io_fixture *io);

/* Makes a frame with a body of `size` bytes, all of them `fill`; returns how many bytes it has in all. */
size_t io_frame(uint8_t *ret, uint32_t method, uint64_t call, size_t size, uint8_t fill);

/* Sends all the bytes; they must fit the socket. */
void io_send(int fd, const void *bytes, size_t size);

/* Receives exactly so many bytes, waiting for them. */
void io_receive(int fd, void *ret, size_t size);

/* What recv says now without waiting: a count, 0 at the end of file, or a negative errno. */
ssize_t io_peek(int fd);

/* Turns until so many connections have ended in all. */
void io_turn_until_ended(struct io_fixture *io, uint64_t ends);

/* Turns until so many frames have come in all. */
void io_turn_until_frames(struct io_fixture *io, uint64_t frames);

/* Forks a client process that holds none of the test's descriptors; it must not use Check. */
pid_t io_fork(void);

/* Waits for a child, which must end as told: a signal's number, or 0 for exit status 0. */
void io_reap(pid_t child, int signal);

/* Runs the cases; the program's exit status. */
int io_run(TCase *cases);

#endif
