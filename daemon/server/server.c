/* The server: turns, connections, and the one door.
 *
 * Life of a connection: SERVER_OPEN -> at the gate (until Hello or hello_seconds; gate.h) -> open -> doomed
 * (rpc or the server wants it closed; effects->close was called) -> SERVER_END frees it, unless its session is cut off
 * (rpc/resume.h): then it stays, without its other half, until the session has ended or goes on elsewhere. */
#include "daemon/server/server.h"

#include "daemon/core/core.h"
#include "daemon/core/process.h"
#include "daemon/core/waiter.h"
#include "daemon/rpc/resume.h"
#include "daemon/rpc/rpc.h"
#include "daemon/server/gate.h"

#include <assert.h>
#include <stdlib.h>

enum { SERVER_SECOND = 1000000000 };

struct server_conn {
	struct channel channel;
	struct server *server;
	void *io_conn;   /* NULL: its session is cut off */
	struct link all; /* in server->conns, or server->cut_off */
	struct gate_place place;
	bool is_identified; /* what Hello told was passed to io */
	bool is_closing;    /* effects->close was called */
};

struct server {
	struct core core;
	struct rpc rpc;
	struct limits limits;
	uint64_t uid; /* the daemon's user */
	const struct server_io *effects;
	void *io;
	struct link conns;
	struct link cut_off; /* what is left of connections whose sessions are cut off */
	struct gate gate;
	struct key key;  /* rpc.key, if there is one */
	bool is_started; /* the first turn has come */
	bool is_stopping;
};

const char *
server_reason_name(enum server_reason reason)
{
	switch (reason) {
	case SERVER_GOODBYE:
		return "goodbye";
	case SERVER_BROKEN:
		return "broken frame";
	case SERVER_SLOW:
		return "slow reader";
	case SERVER_NO_HELLO:
		return "no hello";
	case SERVER_UNPROVEN:
		return "key not proven";
	case SERVER_WRONG_KEY:
		return "wrong key";
	case SERVER_CROWDED_OUT:
		return "too many have not proven the key";
	case SERVER_REPLACED:
		return "session resumed elsewhere";
	case SERVER_NO_MEMORY:
		return "out of memory";
	case SERVER_STOPPING:
		return "stopping";
	case SERVER_PEER_CLOSED:
		return "closed by peer";
	case SERVER_PEER_RESET:
		return "reset by peer";
	case SERVER_PEER_DIED:
		return "peer died";
	case SERVER_LOST:
		return "lost";
	}
	return "unknown";
}

/* -- what the core wants done ------------------------------------------------------------------------------------- */

static void
server_spawn(void *arg, uint64_t process, const struct process_spec *spec)
{
	struct server *server = arg;

	server->effects->spawn(server->io, process, spec);
}

static void
server_signal(void *arg, uint64_t process, int signal, bool group)
{
	struct server *server = arg;

	server->effects->signal(server->io, process, signal, group);
}

static void
server_page_put(void *arg, uint64_t process, unsigned slot, uint64_t task)
{
	struct server *server = arg;

	server->effects->page_put(server->io, process, slot, task);
}

static void
server_page_recall(void *arg, uint64_t process, unsigned slot, uint64_t task)
{
	struct server *server = arg;

	server->effects->page_recall(server->io, process, slot, task);
}

static const struct core_effects server_core_effects = {
	.spawn = server_spawn,
	.signal = server_signal,
	.page_put = server_page_put,
	.page_recall = server_page_recall,
};

/* -- life --------------------------------------------------------------------------------------------------------- */

struct server *
server_new(const struct server_config *config, const struct server_io *effects, void *io)
{
	struct server *server = calloc(1, sizeof *server);
	const char *why = NULL;

	if (!server)
		return NULL;
	server->limits = config->limits;
	server->uid = config->uid;
	server->effects = effects;
	server->io = io;
	link_init(&server->conns);
	link_init(&server->cut_off);
	gate_init(&server->gate);
	if (core_init(&server->core, &server->limits, config->seed, config->counter) < 0)
		goto no_core;
	core_connect(&server->core, &server_core_effects, server, config->runtimes);
	if (config->cores)
		server->core.cores = config->cores;
	if (rpc_init(&server->rpc, &server->core, &server->limits, config->process, &why) < 0)
		goto no_rpc;
	if (config->key) {
		server->key = *config->key;
		server->rpc.key = &server->key;
	}
	return server;

no_rpc:
	core_fini(&server->core);
no_core:
	free(server);
	return NULL;
}

static void
server_conn_free(struct server_conn *conn, bool all_read)
{
	link_remove(&conn->all);
	gate_leave(&conn->server->gate, &conn->place);
	channel_fini(&conn->channel, all_read);
	free(conn);
}

static void
server_free_all(struct server *server, struct link *conns)
{
	while (!link_empty(conns)) {
		server_conn_free(LINK_ENTRY(conns->next, struct server_conn, all), false);
		/* Before the next session goes: what this one's end woke may be its calls. */
		core_answer(&server->core);
	}
}

void
server_free(struct server *server)
{
	if (!server)
		return;
	server_free_all(server, &server->conns);
	server_free_all(server, &server->cut_off);
	rpc_fini(&server->rpc);
	core_fini(&server->core);
	key_forget(&server->key);
	free(server);
}

static void
server_close(struct server_conn *conn, enum server_reason reason)
{
	if (conn->is_closing)
		return;
	conn->is_closing = true;
	gate_leave(&conn->server->gate, &conn->place);
	conn->server->effects->close(conn->server->io, conn->io_conn, reason);
}

/* -- input ------------------------------------------------------------------------------------------------------- */

static void
server_turn(struct server *server, uint64_t now_ns)
{
	assert(now_ns >= server->core.now_ns);
	core_turn_begin(&server->core, now_ns);
	if (!server->is_started)
		server->rpc.start_ns = now_ns;
	server->is_started = true;
}

static struct server_conn *
server_conn_at(struct gate_place *place)
{
	return LINK_ENTRY(place, struct server_conn, place);
}

static void
server_open(struct server *server, const struct server_input *input)
{
	struct server_conn *conn;

	*input->ret_conn = NULL;
	if (server->is_stopping)
		return;
	conn = calloc(1, sizeof *conn);
	if (!conn)
		return;
	if (!channel_init(&conn->channel, &server->rpc, input->peer.process, input->nonce, input->secret)) {
		free(conn);
		return;
	}
	conn->channel.may_command = input->peer.local && (input->peer.uid == server->uid || input->peer.uid == 0);
	conn->server = server;
	conn->io_conn = input->io_conn;
	link_append(&server->conns, &conn->all);
	gate_enter(&server->gate, &conn->place, input->nonce != NULL, server->core.now_ns);
	*input->ret_conn = conn;
}

/* What the first frames of a connection may have changed of its standing. */
static void
server_watch_gate(struct server *server, struct server_conn *conn)
{
	const struct channel *channel = &conn->channel;

	if (challenge_is_refused(channel->challenge)) {
		gate_refuse(&server->gate, &conn->place, server->core.now_ns);
	} else if (!channel->challenge && gate_has_stranger(&conn->place)) {
		gate_admit(&server->gate, &conn->place);
		server->effects->admit(server->io, conn->io_conn);
	}
	if (!channel->has_told)
		return;
	conn->is_identified = true;
	gate_leave(&server->gate, &conn->place);
	server->effects->identify(server->io, conn->io_conn, channel->told_process, channel->told_started);
}

static void
server_frame(struct server *server, const struct server_input *input)
{
	struct server_conn *conn = input->conn;

	rpc_receive(&server->rpc, &conn->channel, input->bytes, input->size);
	if (__builtin_expect(!conn->is_identified, 0))
		server_watch_gate(server, conn);
}

/* The connection is gone, but its session may come back. */
static bool
server_outlives(const struct server *server, const struct server_conn *conn, enum server_reason reason)
{
	const struct channel *channel = &conn->channel;
	bool may_return = reason == SERVER_PEER_CLOSED || reason == SERVER_PEER_RESET || reason == SERVER_LOST;

	return may_return && channel->session && channel->resume && channel->resume->is_granted &&
	    channel->doom == CHANNEL_FINE && !conn->is_closing && !server->is_stopping;
}

static void
server_end(struct server *server, const struct server_input *input)
{
	struct server_conn *conn = input->conn;

	if (!server_outlives(server, conn, input->reason) || !resume_cut(conn->channel.resume)) {
		server_conn_free(conn, input->all_read);
		return;
	}
	conn->io_conn = NULL;
	link_remove(&conn->all);
	link_append(&server->cut_off, &conn->all);
}

static void
server_stop(struct server *server)
{
	server->is_stopping = true;
	process_stop_all(&server->core);
	server_free_all(server, &server->cut_off);
	for (struct link *at = server->conns.next; at != &server->conns; at = at->next) {
		struct server_conn *conn = LINK_ENTRY(at, struct server_conn, all);

		if (conn->channel.session)
			session_cancel_all(&server->core, conn->channel.session, CONCUR_STOPPING);
	}
	core_answer(&server->core);
}

/* What is told of a process. Its object may have gone before it. */
static void
server_process(struct server *server, const struct server_input *input)
{
	struct process *process = process_find(&server->core, input->process);

	if (!process)
		return;
	switch (input->kind) {
	case SERVER_SPAWNED:
		process_has_started(&server->core, process, input->pid);
		break;
	case SERVER_SPAWN_FAILED:
		process_has_failed(&server->core, process, input->error, input->sentence);
		break;
	case SERVER_OUTPUT:
		process_has_written(&server->core, process, input->is_error, (const char *)input->bytes, input->size);
		break;
	case SERVER_RECALLED:
		process_has_recalled(&server->core, process, input->task, input->verdict);
		break;
	default:
		process_has_ended(&server->core, process, input->end);
		break;
	}
}

void
server_input(struct server *server, const struct server_input *input)
{
	switch (input->kind) {
	case SERVER_TURN:
		server_turn(server, input->now_ns);
		break;
	case SERVER_OPEN:
		server_open(server, input);
		break;
	case SERVER_FRAME:
		server_frame(server, input);
		break;
	case SERVER_TOO_LARGE:
		rpc_refuse_large(&server->rpc, &input->conn->channel, input->bytes);
		break;
	case SERVER_BAD_FRAME:
		rpc_refuse_broken(&server->rpc, &input->conn->channel);
		break;
	case SERVER_END:
		server_end(server, input);
		break;
	case SERVER_SPAWNED:
	case SERVER_SPAWN_FAILED:
	case SERVER_OUTPUT:
	case SERVER_RECALLED:
	case SERVER_EXITED:
		server_process(server, input);
		break;
	case SERVER_STOP:
		server_stop(server);
		break;
	}
	core_answer(&server->core);
}

/* -- the turn's end ---------------------------------------------------------------------------------------------- */

static enum server_reason
server_reason_of(enum channel_doom doom)
{
	switch (doom) {
	case CHANNEL_GOODBYE:
		return SERVER_GOODBYE;
	case CHANNEL_SLOW:
		return SERVER_SLOW;
	case CHANNEL_NO_MEMORY:
		return SERVER_NO_MEMORY;
	case CHANNEL_UNPROVEN:
		return SERVER_UNPROVEN;
	case CHANNEL_WRONG_KEY:
		return SERVER_WRONG_KEY;
	case CHANNEL_REPLACED:
		return SERVER_REPLACED;
	case CHANNEL_FINE:
	case CHANNEL_BROKEN:
		break;
	}
	return SERVER_BROKEN;
}

/* What is left of a connection goes when its session has ended, or has gone elsewhere. */
static void
server_settle_cut_off(struct server_conn *conn)
{
	if (!conn->channel.session)
		server_conn_free(conn, false);
}

/* Everything written this turn may be sent now; what is doomed is closed after it. */
static void
server_release(struct server *server)
{
	struct link *node;

	while ((node = link_pop(&server->rpc.dirty))) {
		struct channel *channel = LINK_ENTRY(node, struct channel, dirty);
		struct server_conn *conn = LINK_ENTRY(channel, struct server_conn, channel);

		channel->released = channel->out.end;
		if (__builtin_expect(!conn->io_conn, 0)) {
			server_settle_cut_off(conn);
			continue;
		}
		server->effects->send(server->io, conn->io_conn);
		if (channel->doom != CHANNEL_FINE && !challenge_is_refused(channel->challenge))
			server_close(conn, server_reason_of(channel->doom));
	}
}

/* Those that have not said Hello in time; returns when the next one's time is up. */
static uint64_t
server_expire_greetings(struct server *server)
{
	uint64_t patience_ns = server->limits.hello_seconds * SERVER_SECOND;
	struct gate_place *late;
	uint64_t next_ns;

	while ((late = gate_late(&server->gate, server->core.now_ns, patience_ns, &next_ns)))
		server_close(server_conn_at(late), SERVER_NO_HELLO);
	return next_ns;
}

static void
server_thin_crowd(struct server *server)
{
	struct gate_place *oldest;

	while ((oldest = gate_crowded(&server->gate, server->limits.unproven_max)))
		server_close(server_conn_at(oldest), SERVER_CROWDED_OUT);
}

/* Tells those who had a wrong key long enough ago; returns when the next one is to be told. */
static uint64_t
server_tell_refused(struct server *server)
{
	uint64_t delay_ns = server->limits.refusal_seconds * SERVER_SECOND;
	struct gate_place *due;
	uint64_t next_ns;

	while ((due = gate_due(&server->gate, server->core.now_ns, delay_ns, &next_ns))) {
		gate_leave(&server->gate, due);
		challenge_tell_refused(&server_conn_at(due)->channel);
	}
	return next_ns;
}

static void
server_close_all(struct server *server)
{
	for (struct link *at = server->conns.next; at != &server->conns; at = at->next)
		server_close(LINK_ENTRY(at, struct server_conn, all), SERVER_STOPPING);
}

void
server_turn_end(struct server *server, uint64_t *ret_deadline_ns)
{
	uint64_t greeting_ns, refused_ns;

	core_turn_end(&server->core, ret_deadline_ns);
	refused_ns = server_tell_refused(server);
	server_release(server);
	if (server->is_stopping)
		server_close_all(server);
	server_thin_crowd(server);
	greeting_ns = server_expire_greetings(server);
	if (greeting_ns < *ret_deadline_ns)
		*ret_deadline_ns = greeting_ns;
	if (refused_ns < *ret_deadline_ns)
		*ret_deadline_ns = refused_ns;
}

/* -- output ------------------------------------------------------------------------------------------------------ */

int
server_output(struct server_conn *conn, struct iovec *iov, int max)
{
	return chain_iov(&conn->channel.out, conn->channel.sent, conn->channel.released, iov, max);
}

void
server_sent(struct server_conn *conn, size_t bytes)
{
	channel_sent(&conn->channel, bytes);
}

bool
server_has_stakes(const struct server *server)
{
	return server->core.waiting || server->core.holding || server->core.in_doubt;
}

bool
server_wants_input(const struct server_conn *conn)
{
	const struct channel *channel = &conn->channel;

	return channel->doom == CHANNEL_FINE && channel_unsent(channel) < conn->server->limits.outbox_high;
}
