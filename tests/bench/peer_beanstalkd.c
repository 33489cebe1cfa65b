/* beanstalkd's protocol, for the queue: put, reserve, delete. A job is deleted by the number that its reservation told,
 * so there is no stream: a batch is made of deletes of what is reserved, then of reserves of what is put, then of puts.
 *
 * A reserve is sent only behind its put on the same connection, so there is always a job and it never waits. Jobs may
 * go from one connection to another; their number is the same. */
#include "config.h"

#include "tests/bench/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum beanstalkd_call { CALL_PUT, CALL_RESERVE, CALL_DELETE };

enum { LINE_MAX_SIZE = 64 };

struct flow {
	uint64_t put, reserved; /* calls sent */
	uint64_t *jobs;         /* ring of `room` reserved job numbers that wait to be deleted */
	uint64_t jobs_first, jobs_end;
	uint8_t *calls; /* ring of `room`: which call each one in flight is */
	uint64_t calls_first, calls_end;
	uint64_t room;  /* a power of two, at least the depth */
	char *put_line; /* a whole put, body and all */
	size_t put_size;
	char *out; /* room for `depth` calls */
};

/* One allocation, so that free() of the connection's state frees it all. */
static struct flow *
flow_new(uint64_t depth, size_t size)
{
	size_t put_max = LINE_MAX_SIZE + size, call_max = put_max, room = 1;
	struct flow *flow;

	while (room < depth)
		room *= 2;
	flow = calloc(1, sizeof *flow + room * sizeof *flow->jobs + room + put_max + depth * call_max);
	if (!flow)
		return NULL;
	flow->room = room;
	flow->jobs = (uint64_t *)(flow + 1);
	flow->calls = (uint8_t *)(flow->jobs + room);
	flow->put_line = (char *)flow->calls + room;
	flow->out = flow->put_line + put_max;
	flow->put_size = (size_t)snprintf(flow->put_line, LINE_MAX_SIZE, "put 0 0 60 %zu\r\n", size);
	memset(flow->put_line + flow->put_size, 'v', size);
	memcpy(flow->put_line + flow->put_size + size, "\r\n", 2);
	flow->put_size += size + 2;
	return flow;
}

static int
queue_prepare(struct conn *conn)
{
	conn->state = flow_new(conn->depth, (size_t)conn->options->size);
	return conn->state ? 0 : work_no_memory();
}

static bool
may_put(const struct conn *conn, const struct flow *flow)
{
	/* `put` counts since the connection was opened, as does calls_ever. */
	uint64_t before = (conn->calls_ever - conn->sent) / conn->work->requests;

	return !conn->stopping && flow->put - before < conn->quota;
}

static size_t
queue_fill(struct conn *conn, size_t max)
{
	struct flow *flow = conn->state;
	char *at = flow->out;
	size_t count;

	for (count = 0; count < max; count++) {
		enum beanstalkd_call call;

		if (flow->jobs_first != flow->jobs_end) {
			call = CALL_DELETE;
			at += sprintf(at, "delete %llu\r\n",
			    (unsigned long long)flow->jobs[flow->jobs_first++ & (flow->room - 1)]);
		} else if (flow->reserved < flow->put) {
			call = CALL_RESERVE;
			flow->reserved++;
			at = mempcpy(at, "reserve\r\n", 9);
		} else if (may_put(conn, flow)) {
			call = CALL_PUT;
			flow->put++;
			at = mempcpy(at, flow->put_line, flow->put_size);
		} else {
			break;
		}
		flow->calls[flow->calls_end++ & (flow->room - 1)] = (uint8_t)call;
	}
	conn->out = (const uint8_t *)flow->out;
	conn->out_size = (size_t)(at - flow->out);
	return count;
}

/* Reads decimal digits; NULL if there are none. */
static const char *
read_number(const char *at, const char *end, uint64_t *ret)
{
	const char *start = at;

	*ret = 0;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		*ret = *ret * 10 + (uint64_t)(*at - '0');
	return at == start ? NULL : at;
}

/* "RESERVED <number> <bytes>\r\n<body>\r\n", of which the line ends at `end`. */
static ssize_t
take_reserved(struct conn *conn, struct flow *flow, const char *line, const char *end, size_t size)
{
	static const char reserved[] = "RESERVED ";
	uint64_t job = 0, body = 0;
	const char *at = line + sizeof reserved - 1;
	size_t whole;

	if (end - line < (ptrdiff_t)sizeof reserved || memcmp(line, reserved, sizeof reserved - 1) != 0 ||
	    !(at = read_number(at, end, &job)) || *at != ' ' || !read_number(at + 1, end, &body)) {
		fprintf(stderr, "concur-bench: no job was reserved: %.*s\n", (int)(end - line), line);
		return -1;
	}
	whole = (size_t)(end - line) + 1 + (size_t)body + 2;
	if (size < whole)
		return 0;
	if (body != conn->options->size)
		conn_fault(conn, "a job of another size", line, (size_t)(end - line));
	flow->jobs[flow->jobs_end++ & (flow->room - 1)] = job;
	return (ssize_t)whole;
}

static ssize_t
queue_take(struct conn *conn, const uint8_t *bytes, size_t size)
{
	static const char inserted[] = "INSERTED ", deleted[] = "DELETED";
	struct flow *flow = conn->state;
	const char *line = (const char *)bytes, *end = memchr(bytes, '\n', size);
	enum beanstalkd_call call = flow->calls[flow->calls_first & (flow->room - 1)];
	const char *wanted = call == CALL_PUT ? inserted : deleted;
	ssize_t taken;

	if (!end)
		return 0;
	taken = end - line + 1;
	if (call == CALL_RESERVE)
		taken = take_reserved(conn, flow, line, end, size);
	else if ((size_t)taken < strlen(wanted) || memcmp(line, wanted, strlen(wanted)) != 0)
		conn_fault(conn, "not the reply that was expected", line, (size_t)taken);
	if (taken > 0)
		flow->calls_first++;
	return taken;
}

static const struct work beanstalkd_works[] = {
	/* name, requests, one_at_a_time, before, before_count, prepare, fill, take */
	{ "queue", 3, false, NULL, 0, queue_prepare, queue_fill, queue_take },
	{ "idle", 1, false, NULL, 0, work_prepare_nothing, NULL, queue_take },
	{ NULL, 0, false, NULL, 0, NULL, NULL, NULL },
};

const struct peer peer_beanstalkd = { .name = "beanstalkd", .works = beanstalkd_works };
