/* The crowd's works on Redis. The lock is a list that holds one token while it is free: to acquire is to pop it,
 * blocking, which Redis grants in the order in which they came; to release is to push it. The first of the crowd, told
 * by SET NX, puts the token there. It is the cheapest fair lock that Redis can be made to be: no script, no look-up of
 * an owner, nothing that polls; and a holder that dies keeps it for ever. */
#include "tests/bench/crowd.h"

#include "tests/bench/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_ROOM = 256 };

struct crowd_redis_state {
	char pop[COMMAND_ROOM];
	char push[COMMAND_ROOM];
	char push_and_pop[2 * COMMAND_ROOM];
	bool has_token;
};

/* Where the popped token's reply ends: an array of two bulk strings, *2 $n NAME $1 T, so five lines. */
static ssize_t
lines_are_whole(const uint8_t *bytes, size_t size, unsigned lines)
{
	const uint8_t *at = bytes, *end = bytes + size;

	for (; lines; lines--) {
		at = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
		if (!at)
			return 0;
		at++;
	}
	return at - bytes;
}

static ssize_t
is_line(const uint8_t *bytes, size_t size)
{
	return lines_are_whole(bytes, size, 1);
}

static ssize_t
is_token(const uint8_t *bytes, size_t size)
{
	return lines_are_whole(bytes, size, 5);
}

static ssize_t
is_pushed_and_token(const uint8_t *bytes, size_t size)
{
	return lines_are_whole(bytes, size, 6);
}

static int
call(struct crowd_worker *worker, const char *command, ssize_t (*is_whole)(const uint8_t *bytes, size_t size),
    const char *expected, bool *ret_is)
{
	const uint8_t *reply;
	size_t size;

	if (conn_exchange(&worker->conn, (const uint8_t *)command, strlen(command), is_whole, &reply, &size) < 0)
		return -1;
	*ret_is = size >= strlen(expected) && memcmp(reply, expected, strlen(expected)) == 0;
	return 0;
}

static int
expect(struct crowd_worker *worker, const char *command, ssize_t (*is_whole)(const uint8_t *bytes, size_t size),
    const char *expected)
{
	bool is;

	if (call(worker, command, is_whole, expected, &is) < 0)
		return -1;
	if (!is)
		conn_fault(&worker->conn, "not the reply that was expected", expected, strlen(expected));
	return is ? 0 : -1;
}

static int
lock_prepare(struct crowd_worker *worker)
{
	const char *name = worker->conn.options->name;
	struct crowd_redis_state *state = calloc(1, sizeof *state);
	char claim[COMMAND_ROOM];
	bool is_first;

	worker->conn.state = state;
	if (!state)
		return work_no_memory();
	if (strlen(name) > COMMAND_ROOM / 4)
		return -1;
	snprintf(claim, sizeof claim, "*4\r\n$3\r\nSET\r\n$%zu\r\n%s:made\r\n$1\r\n1\r\n$2\r\nNX\r\n", strlen(name) + 5,
	    name);
	snprintf(state->pop, sizeof state->pop, "*3\r\n$5\r\nBLPOP\r\n$%zu\r\n%s\r\n$1\r\n0\r\n", strlen(name), name);
	snprintf(state->push, sizeof state->push, "*3\r\n$5\r\nRPUSH\r\n$%zu\r\n%s\r\n$1\r\nT\r\n", strlen(name), name);
	snprintf(state->push_and_pop, sizeof state->push_and_pop, "%s%s", state->push, state->pop);
	if (call(worker, claim, is_line, "+OK", &is_first) < 0)
		return -1;
	return is_first ? expect(worker, state->push, is_line, ":") : 0;
}

static int
lock_step(struct crowd_worker *worker)
{
	struct crowd_redis_state *state = worker->conn.state;

	if (state->has_token)
		return expect(worker, state->push_and_pop, is_pushed_and_token, ":");
	state->has_token = true;
	return expect(worker, state->pop, is_token, "*2");
}

static int
lock_leave(struct crowd_worker *worker)
{
	struct crowd_redis_state *state = worker->conn.state;

	return state->has_token ? expect(worker, state->push, is_line, ":") : 0;
}

static const struct crowd_work redis_works[] = {
	/* name, crowd, lockstep, prepare, step, leave */
	{ "lock", 0, false, lock_prepare, lock_step, lock_leave },
	{ NULL, 0, false, NULL, NULL, NULL },
};

const struct crowd_peer crowd_redis = { .name = "redis", .works = redis_works };
