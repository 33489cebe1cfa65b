/* The echo server. It asserts what server.h promises it: time that does not fall, input only within a turn, frames that
 * are whole and only of connections that are open. */
#include "config.h"

#include "tests/system/io_server.h"

#include "lib/frame.h"
#include "lib/link.h"

#include <assert.h>
#include <stdlib.h>

struct server {
	const struct server_io *effects;
	void *io;
	struct limits limits;
	struct io_server_seen seen;
	struct link conns;
	uint64_t deadline_ns;
	bool in_turn;
	void (*on_frame)(void *arg); /* NULL: nothing to do */
	void *on_frame_arg;
	void (*on_process)(void *arg, const struct server_input *input); /* NULL: nothing to do */
	void *on_process_arg;
};

struct server_conn {
	struct server *server;
	struct link node;
	void *io_conn;
	uint64_t process;
	uint64_t frames;
	uint64_t frames_of_turn;
	uint64_t turn; /* that frames_of_turn counts */
	uint8_t *out;
	size_t size;     /* bytes in out */
	size_t released; /* of them */
	bool is_closing;
};

const char *
server_reason_name(enum server_reason reason)
{
	static const char *const names[] = { "goodbye", "broken", "slow", "no hello", "not proven", "wrong key",
		"crowded out", "no memory", "stopping", "closed", "reset", "died", "lost" };

	return names[reason];
}

struct server *
server_new(const struct server_config *config, const struct server_io *effects, void *io)
{
	struct server *server = calloc(1, sizeof *server);

	if (!server)
		return NULL;
	server->effects = effects;
	server->io = io;
	server->limits = config->limits;
	server->deadline_ns = UINT64_MAX;
	link_init(&server->conns);
	return server;
}

static void
server_conn_free(struct server_conn *conn)
{
	link_remove(&conn->node);
	free(conn->out);
	free(conn);
}

void
server_free(struct server *server)
{
	while (server && !link_empty(&server->conns))
		server_conn_free(LINK_ENTRY(server->conns.next, struct server_conn, node));
	free(server);
}

static void
io_server_close(struct server_conn *conn, enum server_reason reason)
{
	if (!conn->is_closing)
		conn->server->effects->close(conn->server->io, conn->io_conn, reason);
	conn->is_closing = true;
}

/* Appends `size` bytes, or as many zeros. */
static void
io_server_put(struct server_conn *conn, const uint8_t *bytes, size_t size)
{
	uint8_t *grown = realloc(conn->out, conn->size + size + 1);

	assert(grown);
	conn->out = grown;
	if (bytes)
		memcpy(conn->out + conn->size, bytes, size);
	else
		memset(conn->out + conn->size, 0, size);
	conn->size += size;
	if (conn->size > conn->server->limits.outbox_max)
		io_server_close(conn, SERVER_SLOW);
}

static void
io_server_on_open(struct server *server, const struct server_input *input)
{
	struct server_conn *conn;

	*input->ret_conn = NULL;
	server->seen.opens++;
	server->seen.peer = input->peer;
	if (io_server_open_count(server) >= server->limits.sessions_max || !(conn = calloc(1, sizeof *conn)))
		return;
	conn->server = server;
	conn->io_conn = input->io_conn;
	conn->process = input->peer.process;
	link_append(&server->conns, &conn->node);
	*input->ret_conn = conn;
}

static void
io_server_count(struct server_conn *conn, const struct server_input *input)
{
	struct io_server_seen *seen = &conn->server->seen;

	if (conn->turn != seen->turns)
		conn->frames_of_turn = 0;
	conn->turn = seen->turns;
	conn->frames++;
	if (++conn->frames_of_turn > seen->frames_of_turn)
		seen->frames_of_turn = conn->frames_of_turn;
	seen->frames++;
	seen->bytes += input->size;
}

static void
io_server_interrupt(struct server *server)
{
	void (*call)(void *arg) = server->on_frame;

	server->on_frame = NULL;
	if (call)
		call(server->on_frame_arg);
}

static void
io_server_on_frame(struct server_conn *conn, const struct server_input *input)
{
	const uint8_t *body = input->bytes + FRAME_REQUEST;
	struct server *server = conn->server;
	struct frame_request head;
	uint8_t length[FRAME_LENGTH];

	frame_request_read(input->bytes, &head);
	assert(!conn->is_closing && head.length + FRAME_LENGTH == input->size);
	io_server_interrupt(server);
	io_server_count(conn, input);
	switch (head.method) {
	case IO_BULK:
		frame_u32_write(length, (uint32_t)frame_u64(body));
		io_server_put(conn, length, sizeof length);
		io_server_put(conn, NULL, frame_u64(body));
		break;
	case IO_SILENT:
		break;
	case IO_IDENTIFY:
		server->effects->identify(server->io, conn->io_conn, frame_u64(body), frame_u64(body + 8));
		io_server_put(conn, input->bytes, input->size);
		break;
	default:
		io_server_put(conn, input->bytes, input->size);
		if (head.method == IO_GOODBYE)
			io_server_close(conn, SERVER_GOODBYE);
		break;
	}
}

static void
io_server_on_end(struct server_conn *conn, const struct server_input *input)
{
	struct io_server_seen *seen = &conn->server->seen;

	seen->ends++;
	seen->end = (struct io_server_end){ input->reason, input->all_read, conn->frames, seen->frames, conn->process };
	server_conn_free(conn);
}

static void
io_server_on_turn(struct server *server, uint64_t now_ns)
{
	assert(!server->in_turn && now_ns >= server->seen.now_ns);
	server->in_turn = true;
	server->seen.turns++;
	server->seen.now_ns = now_ns;
}

static void
io_server_on_stop(struct server *server)
{
	server->seen.stops++;
	for (struct link *node = server->conns.next; node != &server->conns; node = node->next)
		io_server_close(LINK_ENTRY(node, struct server_conn, node), SERVER_STOPPING);
}

void
server_input(struct server *server, const struct server_input *input)
{
	assert(input->kind == SERVER_TURN || server->in_turn);
	switch (input->kind) {
	case SERVER_TURN:
		io_server_on_turn(server, input->now_ns);
		break;
	case SERVER_OPEN:
		io_server_on_open(server, input);
		break;
	case SERVER_FRAME:
		io_server_on_frame(input->conn, input);
		break;
	case SERVER_TOO_LARGE:
		server->seen.too_large++;
		io_server_put(input->conn, input->bytes, FRAME_REQUEST);
		break;
	case SERVER_BAD_FRAME:
		server->seen.bad_frames++;
		io_server_put(input->conn, (const uint8_t *)"bad", 4);
		io_server_close(input->conn, SERVER_BROKEN);
		break;
	case SERVER_END:
		io_server_on_end(input->conn, input);
		break;
	case SERVER_SPAWNED:
	case SERVER_SPAWN_FAILED:
	case SERVER_OUTPUT:
	case SERVER_RECALLED:
	case SERVER_EXITED:
		assert(server->on_process);
		server->on_process(server->on_process_arg, input);
		break;
	case SERVER_STOP:
		io_server_on_stop(server);
		break;
	}
}

void
server_turn_end(struct server *server, uint64_t *ret_deadline_ns)
{
	assert(server->in_turn);
	server->in_turn = false;
	for (struct link *node = server->conns.next; node != &server->conns; node = node->next) {
		struct server_conn *conn = LINK_ENTRY(node, struct server_conn, node);

		if (conn->released == conn->size)
			continue;
		conn->released = conn->size;
		server->effects->send(server->io, conn->io_conn);
	}
	*ret_deadline_ns = server->deadline_ns;
	if (server->deadline_ns <= server->seen.now_ns)
		server->deadline_ns = UINT64_MAX;
}

int
server_output(struct server_conn *conn, struct iovec *iov, int max)
{
	size_t half = conn->released / 2;
	int count = 0;

	/* Two pieces, so that a piece's end falls anywhere. */
	if (half > 0 && max > 1)
		iov[count++] = (struct iovec){ conn->out, half };
	else
		half = 0;
	if (conn->released > half)
		iov[count++] = (struct iovec){ conn->out + half, conn->released - half };
	return count;
}

void
server_sent(struct server_conn *conn, size_t bytes)
{
	assert(bytes <= conn->released);
	conn->released -= bytes;
	conn->size -= bytes;
	memmove(conn->out, conn->out + bytes, conn->size);
	if (conn->size == 0) {
		free(conn->out);
		conn->out = NULL;
	}
}

bool
server_wants_input(const struct server_conn *conn)
{
	return conn->size <= conn->server->limits.outbox_high;
}

bool
server_has_stakes(const struct server *server)
{
	(void)server;
	return true;
}

const struct io_server_seen *
io_server_seen(const struct server *server)
{
	return &server->seen;
}

void
io_server_set_deadline(struct server *server, uint64_t deadline_ns)
{
	server->deadline_ns = deadline_ns;
}

void
io_server_on_next_frame(struct server *server, void (*call)(void *arg), void *arg)
{
	server->on_frame = call;
	server->on_frame_arg = arg;
}

void
io_server_on_process(struct server *server, void (*call)(void *arg, const struct server_input *input), void *arg)
{
	server->on_process = call;
	server->on_process_arg = arg;
}

uint64_t
io_server_open_count(const struct server *server)
{
	uint64_t count = 0;

	for (const struct link *node = server->conns.next; node != &server->conns; node = node->next)
		count++;
	return count;
}
