/* The crowd's works on Redis: a lock, built in two ways.
 *
 * token: a list that holds one token while the lock is free. To acquire is to pop it, blocking, which Redis grants in
 * the order in which they came; to release is to push it. The first of the crowd, told by SET NX, puts the token there.
 * It is the cheapest fair lock that Redis can be made to be: no script, no look-up of an owner, nothing that polls.
 *
 * lock: as libraries for Redis build it, a key that is set while the lock is held. To acquire is SET NX; who finds it
 * set waits for a signal by BLPOP and tries again. To release is to delete the key and push a signal. Who has released
 * waits for the next signal before it tries again, or it would mostly hand the lock to itself.
 *
 * In both a holder that dies keeps it for ever. */
#include "tests/bench/crowd.h"

#include "tests/bench/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_ROOM = 256 };

struct crowd_redis_state {
	char claim[COMMAND_ROOM];            /* SET NX; the key of `token` only says who came first */
	char pop[COMMAND_ROOM];              /* a token or a signal */
	char push[2 * COMMAND_ROOM];         /* the same, for `lock` behind the key's deletion */
	char push_and_pop[3 * COMMAND_ROOM]; /* hands over and waits for the next turn in one message */
	bool is_holder;
};

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

/* An array of two bulk strings, *2 $n NAME $1 T. */
static ssize_t
is_popped(const uint8_t *bytes, size_t size)
{
	return lines_are_whole(bytes, size, 5);
}

static ssize_t
is_pushed_and_popped(const uint8_t *bytes, size_t size)
{
	return lines_are_whole(bytes, size, 6);
}

/* The key's deletion and the signal. */
static ssize_t
is_freed(const uint8_t *bytes, size_t size)
{
	return lines_are_whole(bytes, size, 2);
}

static ssize_t
is_freed_and_popped(const uint8_t *bytes, size_t size)
{
	return lines_are_whole(bytes, size, 7);
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
prepare(struct crowd_worker *worker, const char *delete)
{
	const char *name = worker->conn.options->name;
	struct crowd_redis_state *state = calloc(1, sizeof *state);
	size_t size = strlen(name);

	worker->conn.state = state;
	if (!state)
		return work_no_memory();
	if (size > COMMAND_ROOM / 4)
		return -1;
	snprintf(state->claim, sizeof state->claim, "*4\r\n$3\r\nSET\r\n$%zu\r\n%s:held\r\n$1\r\n1\r\n$2\r\nNX\r\n",
	    size + 5, name);
	snprintf(state->pop, sizeof state->pop, "*3\r\n$5\r\nBLPOP\r\n$%zu\r\n%s\r\n$1\r\n0\r\n", size, name);
	snprintf(state->push, sizeof state->push, "%s*3\r\n$5\r\nRPUSH\r\n$%zu\r\n%s\r\n$1\r\nT\r\n", delete, size,
	    name);
	snprintf(state->push_and_pop, sizeof state->push_and_pop, "%s%s", state->push, state->pop);
	return 0;
}

static int
token_prepare(struct crowd_worker *worker)
{
	struct crowd_redis_state *state;
	bool is_first;

	if (prepare(worker, "") < 0)
		return -1;
	state = worker->conn.state;
	if (call(worker, state->claim, is_line, "+OK", &is_first) < 0)
		return -1;
	return is_first ? expect(worker, state->push, is_line, ":") : 0;
}

static int
token_step(struct crowd_worker *worker)
{
	struct crowd_redis_state *state = worker->conn.state;

	if (state->is_holder)
		return expect(worker, state->push_and_pop, is_pushed_and_popped, ":");
	state->is_holder = true;
	return expect(worker, state->pop, is_popped, "*2");
}

static int
token_leave(struct crowd_worker *worker)
{
	struct crowd_redis_state *state = worker->conn.state;

	return state->is_holder ? expect(worker, state->push, is_line, ":") : 0;
}

static int
lock_prepare(struct crowd_worker *worker)
{
	char delete[COMMAND_ROOM];

	snprintf(delete, sizeof delete, "*2\r\n$3\r\nDEL\r\n$%zu\r\n%s:held\r\n",
	    strlen(worker->conn.options->name) + 5, worker->conn.options->name);
	return prepare(worker, delete);
}

static int
lock_step(struct crowd_worker *worker)
{
	struct crowd_redis_state *state = worker->conn.state;

	if (state->is_holder && expect(worker, state->push_and_pop, is_freed_and_popped, ":1") < 0)
		return -1;
	for (;;) {
		if (call(worker, state->claim, is_line, "+OK", &state->is_holder) < 0)
			return -1;
		if (state->is_holder)
			return 0;
		if (expect(worker, state->pop, is_popped, "*2") < 0)
			return -1;
	}
}

static int
lock_leave(struct crowd_worker *worker)
{
	struct crowd_redis_state *state = worker->conn.state;

	return state->is_holder ? expect(worker, state->push, is_freed, ":1") : 0;
}

static const struct crowd_work redis_works[] = {
	/* name, crowd, lockstep, prepare, step, leave */
	{ "lock", 0, false, lock_prepare, lock_step, lock_leave },
	{ "token", 0, false, token_prepare, token_step, token_leave },
	{ NULL, 0, false, NULL, NULL, NULL },
};

const struct crowd_peer crowd_redis = { .name = "redis", .works = redis_works };
