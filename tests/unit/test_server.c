/* Connections: how they begin, how much they may leave unread, and all the ways in which they end. */
#include "tests/sim/world.h"
#include "tests/unit/unit.h"

static struct world_call *
ping(struct world_client *client)
{
	return world_call(client, "/concur.v1.Session/Ping", NULL);
}

static struct server_input
input_of(struct world_client *client, enum server_input_kind kind)
{
	return (struct server_input){ .kind = kind, .conn = client->conn };
}

/* The world with these limits, which begin as the defaults. */
static void
world_init_with(struct world *world, const char *limit, uint64_t value)
{
	struct limits limits = world_limits();

	ck_assert(limits_set(&limits, limit, value));
	world_init(world, &limits);
}

static void
put_text(struct world_client *client, uint64_t list, size_t size)
{
	Concur__V1__ValueRequest request = CONCUR__V1__VALUE_REQUEST__INIT;
	char *text = malloc(size + 1);

	memset(text, 'x', size);
	text[size] = '\0';
	request.object = list;
	request.value = world_text(client->world, text);
	free(text);
	ck_assert_int_eq(world_call(client, "/concur.v1.Cell/Set", &request.base)->status, CONCUR_OK);
}

#define ck_assert_answered(call, expected)                    \
	do {                                                  \
		const struct world_call *answered = (call);   \
		ck_assert(answered->answered);                \
		ck_assert_int_eq(answered->status, expected); \
	} while (0)

/* -- beginnings -------------------------------------------------------------------------------------------------- */

START_TEST(connection_without_hello_in_time_is_closed)
{
	struct world world;
	struct world_client *silent, *late, *greeted;

	world_init_with(&world, "hello_seconds", 5);
	silent = world_connect(&world);
	greeted = world_join(&world);
	world_turn(&world, 2 * WORLD_SECOND);
	late = world_connect(&world);
	world_turn(&world, 0);
	ck_assert_uint_eq(world.deadline_ns, 6 * WORLD_SECOND);
	world_turn(&world, 3 * WORLD_SECOND - 1);
	world_turn(&world, 1);
	ck_assert(!silent->is_closed);
	world_turn(&world, 0);
	ck_assert(silent->is_closed);
	ck_assert_int_eq(silent->reason, SERVER_NO_HELLO);
	ck_assert(!late->is_closed);
	ck_assert_uint_eq(world.deadline_ns, 8 * WORLD_SECOND);
	world_turn(&world, 100 * WORLD_SECOND);
	world_turn(&world, 0);
	ck_assert(late->is_closed);
	ck_assert_answered(ping(greeted), CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(hello_past_sessions_max_is_refused_until_a_session_ends)
{
	Concur__V1__HelloRequest request = CONCUR__V1__HELLO_REQUEST__INIT;
	struct world world;
	struct world_client *first, *late;
	struct world_call *hello;

	world_init_with(&world, "sessions_max", 2);
	first = world_join(&world);
	ck_assert_ptr_nonnull(world_join(&world));
	late = world_connect(&world);
	request.version = 1;
	hello = world_call(late, "/concur.v1.Session/Hello", &request.base);
	ck_assert_answered(hello, CONCUR_LIMIT);
	ck_assert(memcmp(world_error(hello)->limit.data, "sessions_max", 12) == 0);
	ck_assert(late->is_closed);
	world_end(first, SERVER_PEER_CLOSED);
	ck_assert_ptr_nonnull(world_join(&world));
	world_fini(&world);
}
END_TEST

/* -- frames that are none ---------------------------------------------------------------------------------------- */

START_TEST(frame_that_is_too_large_is_answered_and_the_connection_stays)
{
	struct world world;
	struct world_client *client;
	struct world_call *call;
	struct server_input input;
	uint8_t head[FRAME_REQUEST];

	world_init(&world, NULL);
	client = world_join(&world);
	input = input_of(client, SERVER_TOO_LARGE);
	frame_request_write(head, &(struct frame_request){ .length = UINT32_MAX, .call = 77, .context = 1 });
	input.bytes = head;
	call = world_expect(client, 77, NULL);
	server_input(world.server, &input);
	world_turn(&world, 0);
	ck_assert_answered(call, CONCUR_TOO_LARGE);
	ck_assert(memcmp(world_error(call)->limit.data, "frame_max", 9) == 0);
	client->last_call = 77;
	ck_assert_answered(ping(client), CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(frame_that_is_too_large_with_an_old_id_ends_the_session)
{
	struct world world;
	struct world_client *client;
	struct world_call *broken;
	struct server_input input;
	uint8_t head[FRAME_REQUEST];

	world_init(&world, NULL);
	client = world_join(&world);
	broken = world_expect(client, 0, NULL);
	input = input_of(client, SERVER_TOO_LARGE);
	/* An id that was used before: its answer would be taken for another call's. */
	frame_request_write(head, &(struct frame_request){ .length = UINT32_MAX, .call = 1, .context = 1 });
	input.bytes = head;
	server_input(world.server, &input);
	world_turn(&world, 0);
	ck_assert_answered(broken, CONCUR_BAD_FRAME);
	ck_assert_int_eq(client->reason, SERVER_BROKEN);
	world_fini(&world);
}
END_TEST

START_TEST(frame_that_is_too_large_and_one_way_is_not_answered)
{
	struct world world;
	struct world_client *client;
	struct server_input input;
	uint8_t head[FRAME_REQUEST];

	world_init(&world, NULL);
	client = world_join(&world);
	input = input_of(client, SERVER_TOO_LARGE);
	frame_request_write(head, &(struct frame_request){ .call = 77, .context = 1, .flags = FRAME_ONE_WAY });
	input.bytes = head;
	server_input(world.server, &input);
	client->last_call = 77;
	ck_assert_answered(ping(client), CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(bad_frame_is_answered_and_ends_the_session)
{
	struct world world;
	struct world_client *client, *other;
	struct world_call *broken;
	struct server_input input;

	world_init(&world, NULL);
	client = world_join(&world);
	other = world_join(&world);
	broken = world_expect(client, 0, NULL);
	input = input_of(client, SERVER_BAD_FRAME);
	server_input(world.server, &input);
	world_turn(&world, 0);
	ck_assert_answered(broken, CONCUR_BAD_FRAME);
	ck_assert(client->is_closed);
	ck_assert_int_eq(client->reason, SERVER_BROKEN);
	ck_assert_answered(ping(other), CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(frames_behind_a_goodbye_are_not_answered)
{
	struct world world;
	struct world_client *client;
	struct server_input input;
	struct world_call *goodbye;
	uint8_t head[FRAME_REQUEST];

	world_init(&world, NULL);
	client = world_join(&world);
	goodbye = world_send(client, "/concur.v1.Session/Goodbye", NULL);
	ck_assert(!server_wants_input(client->conn));
	world_send(client, "/concur.v1.Session/Ping", NULL);
	frame_request_write(head, &(struct frame_request){ .call = 77, .context = 1 });
	input = input_of(client, SERVER_TOO_LARGE);
	input.bytes = head;
	/* The world fails on replies to calls that were not made. */
	server_input(world.server, &input);
	input = input_of(client, SERVER_BAD_FRAME);
	server_input(world.server, &input);
	world_turn(&world, 0);
	ck_assert_answered(goodbye, CONCUR_OK);
	ck_assert_int_eq(client->reason, SERVER_GOODBYE);
	world_fini(&world);
}
END_TEST

/* -- readers ----------------------------------------------------------------------------------------------------- */

START_TEST(output_is_the_same_however_it_is_taken)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 4095, 70000 };
	struct world world;
	struct world_client *client;
	uint64_t cell;

	world_init(&world, NULL);
	client = world_join(&world);
	cell = world_open(client, CONCUR__V1__KIND__KIND_VALUE, NULL);
	put_text(client, cell, 20000); /* goes by reference */
	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		struct world_call *call;

		client->take_max = sizes[i];
		call = world_ask(client, "/concur.v1.Cell/Get", cell);
		while (!call->answered)
			world_turn(&world, 0);
		ck_assert_uint_ge(((const Concur__V1__ValueReply *)call->message)->value.len, 20000);
		ck_assert_uint_eq(client->in_size, 0);
	}
	world_fini(&world);
}
END_TEST

START_TEST(reader_past_outbox_high_is_not_read_until_it_took)
{
	struct world world;
	struct world_client *client;

	world_init_with(&world, "outbox_high", 1000);
	client = world_join(&world);
	client->take_max = 0;
	ck_assert(server_wants_input(client->conn));
	for (int i = 0; i < 1000 / FRAME_REPLY; i++)
		ping(client);
	ck_assert(server_wants_input(client->conn));
	ping(client);
	ck_assert(!server_wants_input(client->conn));
	client->take_max = FRAME_REPLY;
	world_turn(&world, 0);
	ck_assert(server_wants_input(client->conn));
	world_fini(&world);
}
END_TEST

START_TEST(reader_past_outbox_max_is_ended)
{
	struct world world;
	struct world_client *client, *other;
	struct world_call *next;
	uint64_t lock;

	world_init_with(&world, "outbox_max", 1000);
	client = world_join(&world);
	other = world_join(&world);
	lock = world_open(client, CONCUR__V1__KIND__KIND_LOCK, NULL);
	world_wait(client, "/concur.v1.Lock/Acquire", lock, 0);
	next = world_wait(other, "/concur.v1.Lock/Acquire", lock, -1);
	client->take_max = 0;
	for (int i = 0; i < 1000 / FRAME_REPLY; i++)
		ping(client);
	ck_assert(!client->is_closed);
	ping(client);
	ck_assert(client->is_closed);
	ck_assert_int_eq(client->reason, SERVER_SLOW);
	world_turn(&world, 0);
	ck_assert_int_eq(world_outcome(next), CONCUR__V1__OUTCOME__OWNER_DIED);
	world_fini(&world);
}
END_TEST

/* -- ends -------------------------------------------------------------------------------------------------------- */

START_TEST(stop_answers_what_waits_and_closes_all)
{
	struct world world;
	struct world_client *clients[2];
	struct world_call *waits[2];
	uint64_t queue;

	world_init(&world, NULL);
	for (int i = 0; i < 2; i++) {
		clients[i] = world_join(&world);
		queue = world_open(clients[i], CONCUR__V1__KIND__KIND_QUEUE, "queue");
		waits[i] = world_wait(clients[i], "/concur.v1.Queue/Get", queue, -1);
	}
	server_input(world.server, &(struct server_input){ .kind = SERVER_STOP });
	ck_assert_ptr_null(world_connect(&world));
	world_turn(&world, 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_answered(waits[i], CONCUR_STOPPING);
		ck_assert_int_eq(clients[i]->reason, SERVER_STOPPING);
	}
	world_fini(&world);
}
END_TEST

START_TEST(free_with_locks_held_and_waited_for_frees_all)
{
	/* In either order of the connections: the waiter's ends after the holder's, or before. */
	for (int holder = 0; holder < 2; holder++) {
		struct world world;
		struct world_client *clients[2];
		uint64_t lock;

		world_init(&world, NULL);
		for (int i = 0; i < 2; i++)
			clients[i] = world_join(&world);
		lock = world_open(clients[0], CONCUR__V1__KIND__KIND_LOCK, "lock");
		world_wait(clients[holder], "/concur.v1.Lock/Acquire", lock, 0);
		ck_assert(!world_wait(clients[!holder], "/concur.v1.Lock/Acquire", lock, -1)->answered);
		world_fini(&world);
	}
}
END_TEST

START_TEST(end_of_connection_leaves_nothing)
{
	struct world world;
	struct world_client *client, *observer;
	struct world_call *call;
	const Concur__V1__ManagerInfo *info;
	uint64_t cell, queue;

	world_init(&world, NULL);
	client = world_join(&world);
	observer = world_join(&world);
	cell = world_open(client, CONCUR__V1__KIND__KIND_VALUE, NULL);
	put_text(client, cell, 10000);
	client->take_max = 0;
	world_ask(client, "/concur.v1.Cell/Get", cell); /* its value is still in the outbox at the end */
	queue = world_open(observer, CONCUR__V1__KIND__KIND_QUEUE, NULL);
	world_wait(client, "/concur.v1.Queue/Get", queue, -1);
	world_end(client, SERVER_PEER_DIED);
	world_ask(observer, "/concur.v1.Object/Unref", queue);
	world_settle(&world);
	call = world_call(observer, "/concur.v1.Manager/Info", NULL);
	info = (const Concur__V1__ManagerInfo *)call->message;
	ck_assert_uint_eq(info->objects, 0);
	ck_assert_uint_eq(info->bytes, 0);
	ck_assert_uint_eq(info->waiters, 0);
	ck_assert_uint_eq(info->sessions, 1);
	world_fini(&world);
}
END_TEST

START_TEST(stakes_are_what_is_held_waited_for_or_in_doubt)
{
	Concur__V1__PutRequest put = CONCUR__V1__PUT_REQUEST__INIT;
	struct world world;
	struct world_client *client, *other;
	uint64_t lock, queue;

	world_init(&world, NULL);
	client = world_join(&world);
	other = world_join(&world);
	lock = world_open(client, CONCUR__V1__KIND__KIND_LOCK, NULL);
	queue = world_open(client, CONCUR__V1__KIND__KIND_QUEUE, "queue");
	ck_assert(!server_has_stakes(world.server));
	world_wait(client, "/concur.v1.Lock/Acquire", lock, 0);
	ck_assert(server_has_stakes(world.server));
	world_ask(client, "/concur.v1.Lock/Release", lock);
	ck_assert(!server_has_stakes(world.server));

	/* A getter that waits, then one that has not read what it was sent. */
	world_wait(other, "/concur.v1.Queue/Get", queue, -1);
	ck_assert(server_has_stakes(world.server));
	put.object = queue;
	put.value = world_integer(&world, 1);
	world_call(client, "/concur.v1.Queue/Put", &put.base);
	ck_assert(server_has_stakes(world.server));
	world_end(other, SERVER_PEER_DIED);
	ck_assert(!server_has_stakes(world.server));

	world_wait(client, "/concur.v1.Lock/Acquire", lock, 0);
	world_end(client, SERVER_PEER_DIED);
	ck_assert(!server_has_stakes(world.server));
	world_fini(&world);
}
END_TEST

START_TEST(same_input_gives_the_same_bytes)
{
	uint64_t digests[2];

	for (int i = 0; i < 2; i++) {
		struct world world;
		struct world_client *client;

		world_init(&world, NULL);
		client = world_join(&world);
		for (int kind = 1; kind <= CONCUR__V1__KIND__KIND_VALUE; kind++)
			world_ask(client, "/concur.v1.Object/Info", world_open(client, (Concur__V1__Kind)kind, NULL));
		digests[i] = world.digest;
		world_fini(&world);
	}
	ck_assert_uint_eq(digests[0], digests[1]);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		connection_without_hello_in_time_is_closed,
		hello_past_sessions_max_is_refused_until_a_session_ends,
		frame_that_is_too_large_is_answered_and_the_connection_stays,
		frame_that_is_too_large_with_an_old_id_ends_the_session,
		frame_that_is_too_large_and_one_way_is_not_answered,
		bad_frame_is_answered_and_ends_the_session,
		frames_behind_a_goodbye_are_not_answered,
		output_is_the_same_however_it_is_taken,
		reader_past_outbox_high_is_not_read_until_it_took,
		reader_past_outbox_max_is_ended,
		stop_answers_what_waits_and_closes_all,
		free_with_locks_held_and_waited_for_frees_all,
		end_of_connection_leaves_nothing,
		stakes_are_what_is_held_waited_for_or_in_doubt,
		same_input_gives_the_same_bytes,
		NULL,
	};

	return unit_run("server", tests);
}
