/* What the tests of sessions that are resumed have in common: calls in short, and a client that comes back. */
#ifndef TESTS_UNIT_RESUME_FIXTURE_H
#define TESTS_UNIT_RESUME_FIXTURE_H

#include "tests/sim/world.h"
#include "tests/unit/unit.h"

#define HELLO "/concur.v1.Session/Hello"

static inline void
world_init_with(struct world *world, const char *limit, uint64_t value)
{
	struct limits limits = world_limits();

	ck_assert(!limit || limits_set(&limits, limit, value));
	world_init(world, &limits);
}

/* -- calls ------------------------------------------------------------------------------------------------------- */

static inline struct world_call *
send_add(struct world_client *client, uint64_t dict, int64_t amount)
{
	Concur__V1__KeyValueRequest request = CONCUR__V1__KEY_VALUE_REQUEST__INIT;

	request.object = dict;
	request.key = world_text(client->world, "k");
	request.value = world_integer(client->world, amount);
	return world_send(client, "/concur.v1.Dict/Add", &request.base);
}

static inline int64_t
sum_of(struct world_client *client, uint64_t dict)
{
	Concur__V1__KeyRequest request = CONCUR__V1__KEY_REQUEST__INIT;
	const struct world_call *call;

	request.object = dict;
	request.key = world_text(client->world, "k");
	call = world_call(client, "/concur.v1.Dict/Get", &request.base);
	ck_assert(call->answered);
	if (world_outcome(call) == CONCUR__V1__OUTCOME__NOT_THERE)
		return 0;
	return world_number(&((const Concur__V1__ValueReply *)call->message)->value);
}

static inline struct world_call *
send_put(struct world_client *client, uint64_t queue, int64_t number)
{
	Concur__V1__PutRequest request = CONCUR__V1__PUT_REQUEST__INIT;

	request.object = queue;
	request.value = world_integer(client->world, number);
	return world_send(client, "/concur.v1.Queue/Put", &request.base);
}

static inline struct world_call *
send_get(struct world_client *client, uint64_t queue, int64_t wait_ns)
{
	return world_wait(client, "/concur.v1.Queue/Get", queue, wait_ns);
}

static inline int64_t
item_of(const struct world_call *call)
{
	ck_assert(call->answered);
	ck_assert_int_eq(call->status, CONCUR_OK);
	ck_assert_int_eq(world_outcome(call), CONCUR__V1__OUTCOME__DONE);
	return world_number(&((const Concur__V1__ValueReply *)call->message)->value);
}

static inline const Concur__V1__ManagerInfo *
info_of(struct world_client *client)
{
	return (const Concur__V1__ManagerInfo *)world_call(client, "/concur.v1.Manager/Info", NULL)->message;
}

#define ck_assert_status(call, expected)                     \
	do {                                                 \
		const struct world_call *asked = (call);     \
		ck_assert(asked->answered);                  \
		ck_assert_int_eq(asked->status, (expected)); \
	} while (0)

/* Resumes, and is welcome. */
static inline struct world_client *
resumed(struct world_client *before)
{
	struct world_client *client = world_resume(before);
	struct world_call *hello = client->resuming;

	world_turn(client->world, 0);
	ck_assert_status(hello, CONCUR_OK);
	world_turn(client->world, 0);
	return client;
}

/* A Hello that would resume, on a connection of its own. */
static inline struct world_call *
hello_for(struct world *world, uint64_t session, const uint8_t *secret, size_t size, uint32_t replies_read)
{
	Concur__V1__HelloRequest hello = CONCUR__V1__HELLO_REQUEST__INIT;
	struct world_client *client = world_open_conn(world, &(struct server_peer){ .local = false }, NULL);

	hello.version = 1;
	hello.session = session;
	hello.secret = (ProtobufCBinaryData){ size, (uint8_t *)(uintptr_t)secret };
	hello.replies_read = replies_read;
	return world_call(client, HELLO, &hello.base);
}

#endif
