/* The crowd's work on the bare ring: pass the token on, one byte, and wait for it to come round. */
#include "tests/bench/crowd.h"

#include <stdlib.h>
#include <sys/socket.h>

static ssize_t
is_token(const uint8_t *bytes, size_t size)
{
	(void)bytes;
	return size > 0 ? 1 : 0;
}

static int
ring_prepare(struct crowd_worker *worker)
{
	(void)worker;
	return 0;
}

static int
ring_step(struct crowd_worker *worker)
{
	static const uint8_t token[] = { 'T' };
	const uint8_t *reply;
	size_t size;

	/* Whoever does not have it yet has only to wait. */
	if (conn_exchange(&worker->conn, token, worker->conn.replies_ever ? sizeof token : 0, is_token, &reply, &size) <
	    0)
		return -1;
	return 0;
}

static int
ring_leave(struct crowd_worker *worker)
{
	static const uint8_t token[] = { 'T' };

	return !worker->conn.replies_ever || send(worker->conn.fd, token, sizeof token, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static const struct crowd_work ring_works[] = {
	/* name, crowd, lockstep, prepare, step, leave */
	{ "pass", 0, false, ring_prepare, ring_step, ring_leave },
	{ NULL, 0, false, NULL, NULL, NULL },
};

const struct crowd_peer crowd_ring = { .name = "ring", .works = ring_works };
