/* The world. */
#include "tests/sim/world.h"

#include "lib/crc32.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORLD_PIECES = 16 };

#define WORLD_MEMORY (UINT64_C(1) << 30)
#define WORLD_DIGEST_BASIS UINT64_C(0xcbf29ce484222325)
#define WORLD_DIGEST_PRIME UINT64_C(0x100000001b3)

static struct world_client *
client_of(struct link *link)
{
	return LINK_ENTRY(link, struct world_client, in_world);
}

static struct world_call *
call_of(struct table_node *node)
{
	return LINK_ENTRY(node, struct world_call, by_id);
}

static void
world_digest(struct world *world, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		world->digest = (world->digest ^ bytes[i]) * WORLD_DIGEST_PRIME;
}

/* -- effects ----------------------------------------------------------------------------------------------------- */

static void
world_on_send(void *io, void *conn)
{
	struct world *world = io;
	struct world_client *client = conn;

	assert(world->is_ending);
	assert(client->conn);
	client->has_output = true;
}

static void
world_on_close(void *io, void *conn, enum server_reason reason)
{
	struct world *world = io;
	struct world_client *client = conn;

	assert(world->is_ending);
	assert(client->conn && !client->is_closed);
	client->is_closed = true;
	client->reason = reason;
}

static void
world_on_identify(void *io, void *conn, uint64_t process, uint64_t started)
{
	struct world_client *client = conn;

	(void)io, (void)started;
	assert(client->identified == 0);
	client->identified = process;
}

static void
world_on_admit(void *io, void *conn)
{
	struct world_client *client = conn;

	(void)io;
	assert(!client->is_admitted);
	client->is_admitted = true;
}

static void
world_on_spawn(void *io, uint64_t process, const struct process_spec *spec)
{
	struct world *world = io;

	assert(world->is_ending);
	world_processes_spawn(&world->processes, process, spec);
}

static void
world_on_signal(void *io, uint64_t process, int signal, bool group)
{
	struct world *world = io;

	(void)group;
	world_processes_signal(&world->processes, process, signal);
}

static void
world_on_page_put(void *io, uint64_t process, unsigned slot, uint64_t task)
{
	struct world *world = io;

	world_processes_put(&world->processes, process, slot, task);
}

static void
world_on_page_recall(void *io, uint64_t process, unsigned slot, uint64_t task)
{
	struct world *world = io;

	world_processes_recall(&world->processes, process, slot, task);
}

static const struct server_io world_effects = {
	.send = world_on_send,
	.close = world_on_close,
	.identify = world_on_identify,
	.admit = world_on_admit,
	.spawn = world_on_spawn,
	.signal = world_on_signal,
	.page_put = world_on_page_put,
	.page_recall = world_on_page_recall,
};

/* -- the world --------------------------------------------------------------------------------------------------- */

struct limits
world_limits(void)
{
	struct limits limits;

	limits_defaults(&limits);
	limits.memory_max = WORLD_MEMORY;
	limits.linger_seconds = 0;
	return limits;
}

static void
world_mark(struct world *world, bool entered)
{
	if (world->on_server)
		world->on_server(world->on_server_arg, entered);
}

static void
world_input(struct world *world, const struct server_input *input)
{
	world_mark(world, true);
	server_input(world->server, input);
	world_mark(world, false);
}

static void
world_tell(void *arg, const struct server_input *input)
{
	world_input(arg, input);
}

static void
world_begin_turn(struct world *world)
{
	world_input(world, &(struct server_input){ .kind = SERVER_TURN, .now_ns = world->now_ns });
	world_processes_tell(&world->processes, world_tell, world);
}

static void
world_begin(struct world *world, const struct limits *limits, uint64_t uid, const struct runtime *runtimes,
    const struct key *key)
{
	const char *why;
	bool has_methods;

	*world = (struct world){ .now_ns = WORLD_SECOND, .digest = WORLD_DIGEST_BASIS };
	world->config = (struct server_config){ .limits = world_limits(), .seed = 42, .counter = 1000, .process = 1 };
	world->config.uid = uid;
	world->config.runtimes = runtimes;
	world->peer = (struct server_peer){ .local = true, .watched = true, .uid = uid };
	if (limits)
		world->config.limits = *limits;
	world->config.key = key;
	link_init(&world->clients);
	has_methods = method_table_init(&world->methods, &why);
	assert(has_methods);
	if (arena_init(&world->arena, WORLD_PIECES * 1024, WORLD_MEMORY) < 0)
		abort();
	world->server = server_new(&world->config, &world_effects, world);
	assert(world->server);
	world_begin_turn(world);
}

void
world_init(struct world *world, const struct limits *limits)
{
	world_begin(world, limits, 0, NULL, NULL);
}

void
world_init_as(struct world *world, const struct limits *limits, uint64_t uid, const struct runtime *runtimes)
{
	world_begin(world, limits, uid, runtimes, NULL);
}

void
world_init_with_key(struct world *world, const struct limits *limits, const struct key *key)
{
	world_begin(world, limits, 0, NULL, key);
}

void
world_client_free(struct world_client *client)
{
	link_remove(&client->in_world);
	while (!link_empty(&client->order))
		world_forget(client, LINK_ENTRY(client->order.next, struct world_call, in_client));
	world_drop_frames(client);
	table_fini(&client->calls);
	free(client->in);
	free(client);
}

void
world_fini(struct world *world)
{
	server_free(world->server);
	world_processes_fini(&world->processes);
	while (!link_empty(&world->clients))
		world_client_free(client_of(world->clients.next));
	arena_fini(&world->arena);
}

/* -- replies ----------------------------------------------------------------------------------------------------- */

static void
client_answer(struct world_client *client, const struct frame_reply *head, const uint8_t *body, size_t size)
{
	struct table_node *node = table_find(&client->calls, head->call);
	struct world_call *call = node ? call_of(node) : NULL;

	assert(call && !call->answered && !call->one_way);
	assert(head->flags == 0);
	client->replies_read++;
	call->answered = true;
	call->turn_ns = client->world->now_ns;
	call->status = head->status;
	assert(call->status != CONCUR_OK || call->output);
	call->message =
	    protobuf_c_message_unpack(call->status == CONCUR_OK ? call->output : &concur__v1__error__descriptor, NULL,
		size, body);
	assert(call->message);
}

/* Reads the whole replies among what was taken. */
static void
client_read(struct world_client *client)
{
	size_t at = 0;

	while (client->in_size - at >= FRAME_REPLY) {
		struct frame_reply head;
		size_t size;

		frame_reply_read(client->in + at, &head);
		size = FRAME_LENGTH + (size_t)head.length;
		assert(size >= FRAME_REPLY);
		if (client->in_size - at < size)
			break;
		client_answer(client, &head, client->in + at + FRAME_REPLY, size - FRAME_REPLY);
		at += size;
	}
	client->in_size -= at;
	if (at && client->in_size)
		memmove(client->in, client->in + at, client->in_size);
}

static void
client_keep(struct world_client *client, const uint8_t *bytes, size_t size)
{
	if (client->in_room - client->in_size < size) {
		client->in_room = 2 * (client->in_size + size);
		client->in = realloc(client->in, client->in_room);
		if (!client->in)
			abort();
	}
	memcpy(client->in + client->in_size, bytes, size);
	client->in_size += size;
	world_digest(client->world, bytes, size);
}

/* Takes at most `room` bytes; false when there are none left. */
static bool
client_take_some(struct world_client *client, size_t *room)
{
	struct iovec pieces[WORLD_PIECES];
	int count = server_output(client->conn, pieces, WORLD_PIECES);
	size_t taken = 0;

	for (int i = 0; i < count && *room; i++) {
		size_t size = pieces[i].iov_len < *room ? pieces[i].iov_len : *room;

		if (!client->is_deaf)
			client_keep(client, pieces[i].iov_base, size);
		taken += size;
		*room -= size;
	}
	if (taken)
		server_sent(client->conn, taken);
	return taken > 0;
}

static void
client_take(struct world_client *client, size_t room)
{
	uint8_t number = (uint8_t)client->number;

	if (!client->has_output)
		return;
	world_digest(client->world, &number, 1);
	while (client_take_some(client, &room))
		;
	client->has_output = room == 0;
	client_read(client);
}

/* What is left of one that the server has closed; those closed at once take nothing more. */
static void
client_part(struct world_client *client)
{
	if (client->reason == SERVER_GOODBYE || client->reason == SERVER_BROKEN || client->reason == SERVER_STOPPING ||
	    client->reason == SERVER_UNPROVEN || client->reason == SERVER_WRONG_KEY)
		client_take(client, SIZE_MAX);
	world_end(client, client->reason);
}

void
world_turn(struct world *world, uint64_t pass_ns)
{
	world->is_ending = true;
	world_mark(world, true);
	server_turn_end(world->server, &world->deadline_ns);
	world_mark(world, false);
	world->is_ending = false;
	for (struct link *at = world->clients.next; at != &world->clients; at = at->next) {
		if (client_of(at)->conn && !client_of(at)->is_closed)
			client_take(client_of(at), client_of(at)->take_max);
	}
	world->now_ns += pass_ns;
	world_begin_turn(world);
	for (struct link *at = world->clients.next; at != &world->clients; at = at->next) {
		if (client_of(at)->conn && client_of(at)->is_closed)
			client_part(client_of(at));
		else if (client_of(at)->resuming && client_of(at)->resuming->answered)
			world_send_again(client_of(at));
	}
}

void
world_settle(struct world *world)
{
	do {
		world_turn(world, 0);
	} while (world->deadline_ns <= world->now_ns);
}

/* -- clients ----------------------------------------------------------------------------------------------------- */

struct world_client *
world_open_conn(struct world *world, const struct server_peer *peer, const uint8_t *nonce)
{
	struct world_client *client = calloc(1, sizeof *client);
	struct server_input input = { .kind = SERVER_OPEN, .peer = *peer, .nonce = nonce };
	uint8_t secret[SECRET_SIZE];

	memset(secret, (int)(world->connected + 1), sizeof secret);
	if (!peer->local)
		input.secret = secret;
	if (!client || table_init(&client->calls) < 0)
		abort();
	client->world = world;
	client->number = ++world->connected;
	client->context = 1;
	client->take_max = SIZE_MAX;
	link_init(&client->order);
	link_init(&client->frames);
	link_append(&world->clients, &client->in_world);
	input.io_conn = client;
	input.ret_conn = &client->conn;
	world_input(world, &input);
	if (client->conn)
		return client;
	world_client_free(client);
	return NULL;
}

struct world_client *
world_connect(struct world *world)
{
	struct server_peer peer = world->peer;

	peer.process = 101 + world->connected;
	return world_open_conn(world, &peer, NULL);
}

struct world_client *
world_connect_stranger(struct world *world, const uint8_t nonce[PROOF_NONCE])
{
	return world_open_conn(world, &(struct server_peer){ .local = false }, nonce);
}

static struct world_client *
world_greet(struct world_client *client)
{
	Concur__V1__HelloRequest hello = CONCUR__V1__HELLO_REQUEST__INIT;
	struct world_call *call;

	if (!client)
		return NULL;
	hello.version = 1;
	hello.process = 100 + client->number;
	call = world_call(client, "/concur.v1.Session/Hello", &hello.base);
	if (call->answered && call->status == CONCUR_OK)
		client->session = ((const Concur__V1__HelloReply *)call->message)->session;
	return client;
}

struct world_client *
world_join(struct world *world)
{
	return world_greet(world_connect(world));
}

struct world_client *
world_join_as(struct world *world, uint64_t pid)
{
	struct server_peer peer = world->peer;

	peer.process = pid;
	return world_greet(world_open_conn(world, &peer, NULL));
}

void
world_end_read(struct world_client *client, enum server_reason reason, bool all_read)
{
	struct server_input input = { .kind = SERVER_END,
		.conn = client->conn,
		.reason = reason,
		.all_read = all_read };

	assert(client->conn);
	world_input(client->world, &input);
	client->conn = NULL;
	client->is_closed = true;
	client->has_output = false;
}

void
world_end(struct world_client *client, enum server_reason reason)
{
	world_end_read(client, reason, false);
}

struct world_call *
world_expect(struct world_client *client, uint64_t id, const struct method *method)
{
	struct world_call *call = calloc(1, sizeof *call);

	if (!call)
		abort();
	call->id = id;
	if (method)
		call->output = method->service->descriptor->methods[method->index].output;
	table_insert(&client->calls, &call->by_id, id);
	link_append(&client->order, &call->in_client);
	return call;
}

void
world_forget(struct world_client *client, struct world_call *call)
{
	table_remove(&client->calls, &call->by_id);
	link_remove(&call->in_client);
	if (call->message)
		protobuf_c_message_free_unpacked(call->message, NULL);
	free(call);
}

void
world_send_frame(struct world_client *client, const void *bytes, size_t size)
{
	struct server_input input = { .kind = SERVER_FRAME, .conn = client->conn, .size = size };
	uint8_t *copy = malloc(size);

	/* A copy of its own, so that a sanitizer sees whoever reads beside it, or later. */
	if (!copy)
		abort();
	assert(!client->is_closed);
	memcpy(copy, bytes, size);
	input.bytes = copy;
	world_input(client->world, &input);
	free(copy);
}

struct world_call *
world_send_body(struct world_client *client, const char *name, const void *body, size_t size)
{
	size_t options = client->options ? protobuf_c_message_get_packed_size(&client->options->base) : 0;
	size_t whole = FRAME_REQUEST + options + size;
	struct frame_request head = {
		.length = (uint32_t)(whole - FRAME_LENGTH),
		.method = crc32_of(name, strlen(name)),
		.call = ++client->last_call,
		.context = client->context,
		.replies_read = client->replies_read,
		.flags = client->flags,
		.options = (uint16_t)options,
	};
	const struct method *method = world_method(client->world, name);
	struct world_call *call = world_expect(client, head.call, method);
	uint8_t *bytes = malloc(whole);

	if (!bytes)
		abort();
	/* That a call may not be one-way is told even so. */
	call->one_way = client->flags & FRAME_ONE_WAY && !(method && method->flags & METHOD_WAITS);
	frame_request_write(bytes, &head);
	if (options)
		protobuf_c_message_pack(&client->options->base, bytes + FRAME_REQUEST);
	if (size)
		memcpy(bytes + FRAME_REQUEST + options, body, size);
	world_keep_frame(client, bytes, whole, head.call);
	if (!client->is_cut)
		world_send_frame(client, bytes, whole);
	free(bytes);
	return call;
}

struct world_call *
world_send(struct world_client *client, const char *method, const ProtobufCMessage *request)
{
	size_t size = request ? protobuf_c_message_get_packed_size(request) : 0;
	uint8_t *body = malloc(size + 1);
	struct world_call *call;

	if (!body)
		abort();
	if (size)
		protobuf_c_message_pack(request, body);
	call = world_send_body(client, method, body, size);
	free(body);
	return call;
}

struct world_call *
world_call(struct world_client *client, const char *method, const ProtobufCMessage *request)
{
	struct world_call *call = world_send(client, method, request);

	world_turn(client->world, 0);
	return call;
}
