/* Fuzz target: the whole server. The bytes are a script of records for a few clients: an action, who does it, an
 * object, and a body's length and bytes. Most actions call a method, whose id stands in front of the body, so that
 * bodies reach handlers whatever their header would have been. Methods are named by their ids and objects by the
 * numbers of their kinds, so that a script goes on meaning the same when more of them come.
 *
 * Whatever is sent, replies are whole and answer calls (the world sees to that), and nothing is left at the end. */
#include "tests/fuzz/fuzz.h"

#include "daemon/rpc/services.h"
#include "tests/sim/world.h"

#include <assert.h>
#include <stdio.h>

enum {
	CLIENTS = 3,
	KINDS = KIND_COUNT - 1,    /* all but KIND_NONE, from 0 */
	FIELD_OBJECT = 1 << 3 | 1, /* a fixed64 */
	NAME_MAX_BYTES = 128,
	TENTH_NS = 100000000,
	FAR = CLIENTS - 1, /* the client whose session can be resumed */
	/* Actions; all below call a method. */
	ACTION_CUT =
	    0xfa, /* the connection ends, and another takes the session up; of an odd size: before it has ended */
	ACTION_BAD_FRAME,
	ACTION_TOO_LARGE,
	ACTION_RAW,  /* the bytes are a header and a body */
	ACTION_END,  /* the connection ends; or the next one begins */
	ACTION_TURN, /* so many tenths of a second pass as the body is long */
	/* How, beside the client. */
	HOW_CLIENT = 3,
	HOW_CONTEXT = 1 << 2,
	HOW_BLOCKED = 1 << 3,
	HOW_ONE_WAY = 1 << 4,
	HOW_GUARDED = 1 << 5,
	HOW_STALLED = 1 << 6,
	HOW_TURN = 1 << 7, /* the turn ends with it */
};

struct record {
	uint8_t action, how, object, size;
	uint32_t method; /* its id, if the action calls one */
	const uint8_t *body;
};

struct fuzz {
	struct world world;
	struct world_client *clients[CLIENTS];
	uint64_t objects[KINDS];
};

/* The name of the method of that id; of an id that is none's, the next one's: a byte changed still finds a method. */
static void
method_name(const struct method_table *methods, uint32_t id, char name[NAME_MAX_BYTES])
{
	const ProtobufCServiceDescriptor *service;
	const struct method *next = NULL;

	for (size_t i = 0; i < METHOD_SLOTS; i++) {
		const struct method *method = &methods->slots[i];

		if (method->service && (!next || method->id - id < next->id - id))
			next = method;
	}
	service = next->service->descriptor;
	snprintf(name, NAME_MAX_BYTES, "/%s/%s", service->name, service->methods[next->index].name);
}

static struct limits
fuzz_limits(void)
{
	struct limits limits = world_limits();

	/* Small enough that no single call takes long. */
	limits.memory_max = 4 * LIMITS_MIB;
	limits.container_max = limits.sort_max = 5000;
	limits.outbox_max = LIMITS_MIB;
	limits.calls_max = 8;
	return limits;
}

static void
fuzz_join(struct fuzz *fuzz, unsigned at)
{
	fuzz->clients[at] = at == FAR ? world_join_far(&fuzz->world) : world_join(&fuzz->world);
	assert(fuzz->clients[at]);
	/* What an error of the connection answers. */
	world_expect(fuzz->clients[at], 0, NULL);
}

/* One of the kind, called "A", "B" ...; 0 if such an object is not made by Object.Open. */
static uint64_t
fuzz_open(struct world_client *client, unsigned kind)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;
	const char name[] = { (char)('A' + kind - 1), '\0' };

	if (!kind_find(kind) || kind == KIND_PIPE || kind == KIND_PROCESS)
		return 0;
	request.name = world_bytes(name);
	request.kind = (Concur__V1__Kind)kind;
	request.count = 2; /* a barrier has parties */
	request.typecode = kind == KIND_ARRAY ? 'q' : 0;
	return world_open_with(client, &request);
}

/* One that is not started. */
static uint64_t
fuzz_process(struct world_client *client)
{
	Concur__V1__ProcessRequest request = CONCUR__V1__PROCESS_REQUEST__INIT;
	ProtobufCBinaryData word = world_bytes("sleep");

	request.n_words = 1;
	request.words = &word;
	return ((const Concur__V1__OpenReply *)world_call(client, "/concur.v1.Process/New", &request.base)->message)
	    ->object;
}

static void
fuzz_init(struct fuzz *fuzz)
{
	struct limits limits = fuzz_limits();

	world_init(&fuzz->world, &limits);
	for (unsigned i = 0; i < CLIENTS; i++)
		fuzz_join(fuzz, i);
	for (unsigned i = 0; i < KINDS; i++)
		fuzz->objects[i] = fuzz_open(fuzz->clients[0], i + 1);
	fuzz->objects[KIND_PROCESS - 1] = fuzz_process(fuzz->clients[0]);
}

/* -- actions ----------------------------------------------------------------------------------------------------- */

/* The object goes in front of the body, as field 1; one that the body names itself counts instead. */
static void
act_method(struct fuzz *fuzz, struct world_client *client, const struct record *record)
{
	Concur__V1__Options options = CONCUR__V1__OPTIONS__INIT;
	uint8_t body[UINT8_MAX + 16] = { FIELD_OBJECT }, *at = body;
	char name[NAME_MAX_BYTES];

	method_name(&fuzz->world.methods, record->method, name);
	options.guard_lock = fuzz->objects[CONCUR__V1__KIND__KIND_LOCK - 1];
	options.guard_token = fuzz->world.config.counter + record->size;
	client->options = record->how & HOW_GUARDED ? &options : NULL;
	client->context = record->how & HOW_CONTEXT ? 2 : 1;
	client->flags =
	    (record->how & HOW_BLOCKED ? FRAME_BLOCKED : 0) | (record->how & HOW_ONE_WAY ? FRAME_ONE_WAY : 0);
	if (record->object)
		at = frame_u64_write(body + 1, fuzz->objects[(record->object - 1) % KINDS]);
	memcpy(at, record->body, record->size);
	world_send_body(client, name, body, (size_t)(at - body) + record->size);
	client->options = NULL;
}

/* Only the length is as io would have found it, and the call's id small enough that others can follow. */
static void
act_raw(struct fuzz *fuzz, struct world_client *client, const struct record *record)
{
	uint8_t frame[FRAME_REQUEST + UINT8_MAX] = { 0 };
	size_t size = record->size < FRAME_REQUEST ? FRAME_REQUEST : record->size;
	struct frame_request head;

	memcpy(frame, record->body, record->size);
	frame_request_read(frame, &head);
	head.length = (uint32_t)(size - FRAME_LENGTH);
	head.call &= UINT16_MAX;
	frame_request_write(frame, &head);
	if (head.call > client->last_call) {
		world_expect(client, head.call, method_find(&fuzz->world.methods, head.method));
		client->last_call = head.call;
	}
	world_send_frame(client, frame, size);
}

static void
act_no_frame(struct fuzz *fuzz, struct world_client *client, enum server_input_kind kind)
{
	struct server_input input = { .kind = kind, .conn = client->conn };
	uint8_t head[FRAME_REQUEST];

	if (kind == SERVER_TOO_LARGE) {
		frame_request_write(head, &(struct frame_request){ .call = ++client->last_call, .context = 1 });
		world_expect(client, client->last_call, NULL);
		input.bytes = head;
	}
	server_input(fuzz->world.server, &input);
}

static void
fuzz_end(struct fuzz *fuzz, unsigned at)
{
	if (fuzz->clients[at]->conn)
		world_end(fuzz->clients[at], SERVER_PEER_RESET);
	world_client_free(fuzz->clients[at]);
	fuzz->clients[at] = NULL;
}

/* If the server can not go on with the session, or the connection has ended by itself, the client begins anew. */
static void
act_cut(struct fuzz *fuzz, unsigned at, const struct record *record)
{
	struct world_client *before = fuzz->clients[at], *client;

	if (at == FAR && !before->is_closed) {
		world_cut(before, record->size % 2 ? SERVER_GOODBYE : SERVER_LOST);
		client = world_resume(before);
		world_turn(&fuzz->world, (uint64_t)record->size * TENTH_NS);
		world_turn(&fuzz->world, 0);
		if (before->conn)
			world_end(before, SERVER_LOST);
		world_client_free(before);
		fuzz->clients[at] = client;
		if (!client->is_cut)
			return;
	}
	fuzz_end(fuzz, at);
	fuzz_join(fuzz, at);
}

static void
act(struct fuzz *fuzz, const struct record *record)
{
	unsigned at = (record->how & HOW_CLIENT) % CLIENTS;
	struct world_client *client = fuzz->clients[at];

	client->take_max = record->how & HOW_STALLED ? 0 : SIZE_MAX;
	if (record->action == ACTION_TURN) {
		world_turn(&fuzz->world, (uint64_t)record->size * TENTH_NS);
	} else if (record->action == ACTION_CUT) {
		act_cut(fuzz, at, record);
	} else if (record->action == ACTION_END) {
		fuzz_end(fuzz, at);
		fuzz_join(fuzz, at);
	} else if (client->is_closed || !server_wants_input(client->conn)) {
		return;
	} else if (record->action == ACTION_RAW) {
		act_raw(fuzz, client, record);
	} else if (record->action == ACTION_TOO_LARGE) {
		act_no_frame(fuzz, client, SERVER_TOO_LARGE);
	} else if (record->action == ACTION_BAD_FRAME) {
		act_no_frame(fuzz, client, SERVER_BAD_FRAME);
	} else {
		act_method(fuzz, client, record);
	}
	if (record->how & HOW_TURN)
		world_turn(&fuzz->world, 0);
}

/* -- the end ----------------------------------------------------------------------------------------------------- */

static void
remove_names(struct world_client *client)
{
	for (;;) {
		struct world_call *list = world_call(client, "/concur.v1.Manager/List", NULL);
		const Concur__V1__ListReply *reply = (const Concur__V1__ListReply *)list->message;

		if (reply->n_objects == 0)
			return;
		for (size_t i = 0; i < reply->n_objects; i++) {
			Concur__V1__NameRequest request = CONCUR__V1__NAME_REQUEST__INIT;

			request.name = reply->objects[i]->name;
			world_call(client, "/concur.v1.Manager/Remove", &request.base);
		}
	}
}

/* What comes of it is told when the turn has ended, and is work for the next. */
static void
end_processes(struct world *world)
{
	world_settle(world);
	world_settle(world);
	for (size_t i = 0; i < world->processes.count; i++)
		world_processes_exit(&world->processes, world->processes.items[i].number, 0);
	world_settle(world);
	world_settle(world);
}

static void
fuzz_fini(struct fuzz *fuzz)
{
	const Concur__V1__ManagerInfo *info;
	struct world_client *client;

	for (unsigned i = 0; i < CLIENTS; i++)
		fuzz_end(fuzz, i);
	/* The grace is over. */
	world_turn(&fuzz->world, 100 * WORLD_SECOND);
	world_settle(&fuzz->world);
	client = world_join(&fuzz->world);
	remove_names(client);
	end_processes(&fuzz->world);
	info = (const Concur__V1__ManagerInfo *)world_call(client, "/concur.v1.Manager/Info", NULL)->message;
	assert(info->sessions == 1 && info->objects == 0 && info->waiters == 0 && info->bytes == 0);
	world_fini(&fuzz->world);
}

/* The record at the front; how many bytes it takes, 0 if there is none. */
static size_t
read_record(const uint8_t *bytes, size_t size, struct record *ret)
{
	size_t head = size && *bytes < ACTION_CUT ? 8 : 4;

	if (size < head)
		return 0;
	*ret = (struct record){ bytes[0], bytes[1], bytes[2], bytes[3], 0, bytes + head };
	if (head == 8)
		ret->method = frame_u32(bytes + 4);
	if (ret->size > size - head)
		ret->size = (uint8_t)(size - head);
	return head + ret->size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct record record;
	struct fuzz fuzz;
	size_t taken;

	fuzz_init(&fuzz);
	for (; (taken = read_record(bytes, size, &record)) > 0; bytes += taken, size -= taken)
		act(&fuzz, &record);
	fuzz_fini(&fuzz);
	return 0;
}
