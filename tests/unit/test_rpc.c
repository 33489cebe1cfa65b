/* What comes before a handler, and the calls of a session itself: headers, Hello, options, the guard, Cancel. */
#include "tests/sim/world.h"
#include "tests/unit/unit.h"

#include "lib/crc32.h"

struct bench {
	struct world world;
	struct world_client *client, *other;
	uint64_t lock, queue;
};

static void
bench_init(struct bench *bench)
{
	world_init(&bench->world, NULL);
	bench->client = world_join(&bench->world);
	bench->other = world_join(&bench->world);
	bench->lock = world_open(bench->client, CONCUR__V1__KIND__KIND_LOCK, "lock");
	bench->queue = world_open(bench->client, CONCUR__V1__KIND__KIND_QUEUE, "queue");
}

static struct world_call *
hello(struct world_client *client, uint32_t version)
{
	Concur__V1__HelloRequest request = CONCUR__V1__HELLO_REQUEST__INIT;

	request.version = version;
	request.process = 4711;
	return world_call(client, "/concur.v1.Session/Hello", &request.base);
}

static struct world_call *
ping(struct world_client *client)
{
	return world_call(client, "/concur.v1.Session/Ping", NULL);
}

static Concur__V1__Cancelled
cancel(struct world_client *client, uint64_t id)
{
	Concur__V1__CancelRequest request = CONCUR__V1__CANCEL_REQUEST__INIT;
	struct world_call *call;

	request.call = id;
	call = world_call(client, "/concur.v1.Session/Cancel", &request.base);
	ck_assert_int_eq(call->status, CONCUR_OK);
	return ((const Concur__V1__CancelReply *)call->message)->result;
}

/* A frame put together by hand: a ping with another header, and whatever follows it. */
static struct world_call *
ping_as(struct world_client *client, const struct frame_request *head, size_t size)
{
	struct world_call *call = world_expect(client, head->call, NULL);
	uint8_t frame[64] = { 0 };

	frame_request_write(frame, head);
	world_send_frame(client, frame, size);
	world_turn(client->world, 0);
	return call;
}

static struct frame_request
ping_head(const struct world_client *client)
{
	return (struct frame_request){
		.length = FRAME_REQUEST - FRAME_LENGTH,
		.method = crc32_of("/concur.v1.Session/Ping", 23),
		.call = client->last_call + 1,
		.context = 1,
	};
}

#define ck_assert_answered(call, expected)                    \
	do {                                                  \
		const struct world_call *answered = (call);   \
		ck_assert(answered->answered);                \
		ck_assert_int_eq(answered->status, expected); \
	} while (0)

/* -- Hello ------------------------------------------------------------------------------------------------------- */

START_TEST(hello_of_this_version_tells_the_limits)
{
	struct world world;
	struct world_client *client;
	const Concur__V1__HelloReply *reply;
	struct world_call *call;

	world_init(&world, NULL);
	client = world_connect(&world);
	call = hello(client, 1);
	ck_assert_answered(call, CONCUR_OK);
	reply = (const Concur__V1__HelloReply *)call->message;
	ck_assert_uint_eq(reply->version, 1);
	ck_assert_uint_gt(reply->session, 1000);
	ck_assert_uint_gt(reply->daemon.len, 0);
	ck_assert_uint_eq(reply->frame_max, world.config.limits.frame_max);
	ck_assert_uint_eq(reply->name_max, world.config.limits.name_max);
	ck_assert_uint_eq(reply->key_max, world.config.limits.key_max);
	ck_assert_uint_eq(reply->depth_max, world.config.limits.depth_max);
	ck_assert_uint_eq(reply->calls_max, world.config.limits.calls_max);
	ck_assert_uint_eq(client->identified, 4711);
	world_fini(&world);
}
END_TEST

START_TEST(hello_of_another_version_is_answered_and_closed)
{
	struct world world;
	struct world_client *client;

	world_init(&world, NULL);
	client = world_connect(&world);
	ck_assert_answered(hello(client, 2), CONCUR_WRONG_VERSION);
	ck_assert(client->is_closed);
	ck_assert_int_eq(client->reason, SERVER_BROKEN);
	ck_assert_uint_eq(client->identified, 0);
	world_fini(&world);
}
END_TEST

START_TEST(hello_said_twice_is_refused_and_the_session_stays)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_answered(hello(bench.client, 1), CONCUR_BAD_MESSAGE);
	ck_assert_answered(ping(bench.client), CONCUR_OK);
	world_fini(&bench.world);
}
END_TEST

START_TEST(hello_after_a_refused_call_is_welcome)
{
	struct world world;
	struct world_client *client;

	world_init(&world, NULL);
	client = world_connect(&world);
	ck_assert_answered(ping(client), CONCUR_NO_HELLO);
	ck_assert_answered(hello(client, 1), CONCUR_OK);
	ck_assert_answered(ping(client), CONCUR_OK);
	world_fini(&world);
}
END_TEST

/* -- headers ----------------------------------------------------------------------------------------------------- */

START_TEST(ping_is_answered)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_int_eq(world_outcome(ping(bench.client)), CONCUR__V1__OUTCOME__DONE);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_of_unknown_method_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_answered(world_call(bench.client, "/concur.v1.Session/Pong", NULL), CONCUR_UNKNOWN_METHOD);
	ck_assert_answered(ping(bench.client), CONCUR_OK);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_with_unknown_flags_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	for (unsigned bit = 2; bit < 16; bit++) {
		bench.client->flags = (uint16_t)(1u << bit);
		ck_assert_answered(ping(bench.client), CONCUR_BAD_FRAME);
	}
	bench.client->flags = 0;
	ck_assert_answered(ping(bench.client), CONCUR_OK);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_with_context_zero_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	bench.client->context = 0;
	ck_assert_answered(ping(bench.client), CONCUR_BAD_FRAME);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_whose_id_does_not_rise_ends_the_connection)
{
	for (uint64_t back = 0; back < 3; back++) {
		struct bench bench;
		uint8_t frame[FRAME_REQUEST];
		struct world_call *broken;
		struct frame_request head;

		bench_init(&bench);
		/* A call of id 0 is what errors of the connection answer. */
		broken = world_expect(bench.client, 0, NULL);
		head = ping_head(bench.client);
		head.call = bench.client->last_call - back;
		frame_request_write(frame, &head);
		world_send_frame(bench.client, frame, sizeof frame);
		world_turn(&bench.world, 0);
		ck_assert_answered(broken, CONCUR_BAD_FRAME);
		ck_assert_int_eq(bench.client->reason, SERVER_BROKEN);
		ck_assert_answered(ping(bench.other), CONCUR_OK);
		world_fini(&bench.world);
	}
}
END_TEST

START_TEST(call_with_options_longer_than_its_frame_ends_the_connection)
{
	struct bench bench;
	struct world_call *broken;
	struct frame_request head;

	bench_init(&bench);
	broken = world_expect(bench.client, 0, NULL);
	head = ping_head(bench.client);
	head.options = 9;
	head.length += 8;
	ck_assert(!ping_as(bench.client, &head, FRAME_REQUEST + 8)->answered);
	ck_assert_answered(broken, CONCUR_BAD_FRAME);
	ck_assert_int_eq(bench.client->reason, SERVER_BROKEN);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_with_options_that_do_not_decode_is_refused)
{
	struct bench bench;
	struct frame_request head;

	bench_init(&bench);
	head = ping_head(bench.client);
	head.options = 2; /* two zero bytes: a field of number 0 */
	head.length += 2;
	ck_assert_answered(ping_as(bench.client, &head, FRAME_REQUEST + 2), CONCUR_BAD_MESSAGE);
	ck_assert(!bench.client->is_closed);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_that_may_wait_is_refused_one_way)
{
	struct bench bench;
	Concur__V1__WaitRequest request = CONCUR__V1__WAIT_REQUEST__INIT;
	struct world_call *call;

	bench_init(&bench);
	request.object = bench.lock;
	bench.client->flags = FRAME_ONE_WAY;
	call = world_call(bench.client, "/concur.v1.Lock/Acquire", &request.base);
	ck_assert_answered(call, CONCUR_BAD_FRAME);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_one_way_is_carried_out_and_not_answered)
{
	struct bench bench;
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct world_call *call;

	bench_init(&bench);
	request.object = bench.queue;
	bench.client->flags = FRAME_ONE_WAY;
	call = world_call(bench.client, "/concur.v1.Object/Remove", &request.base);
	ck_assert(!call->answered);
	/* An error has no way back either. */
	ck_assert(!world_call(bench.client, "/concur.v1.Dict/Get", NULL)->answered);
	bench.client->flags = 0;
	request.object = world_open(bench.client, CONCUR__V1__KIND__KIND_QUEUE, "queue");
	ck_assert_uint_ne(request.object, bench.queue);
	world_fini(&bench.world);
}
END_TEST

/* -- the guard --------------------------------------------------------------------------------------------------- */

START_TEST(call_under_guard_is_carried_out_only_while_the_lock_is_held)
{
	Concur__V1__Options options = CONCUR__V1__OPTIONS__INIT;
	struct bench bench;
	struct world_call *acquired;

	bench_init(&bench);
	acquired = world_wait(bench.client, "/concur.v1.Lock/Acquire", bench.lock, 0);
	options.guard_lock = bench.lock;
	options.guard_token = ((const Concur__V1__LockReply *)acquired->message)->token;
	bench.other->options = &options;
	ck_assert_answered(ping(bench.other), CONCUR_OK);
	options.guard_token++;
	ck_assert_answered(ping(bench.other), CONCUR_STALE_TOKEN);
	options.guard_token--;
	world_ask(bench.client, "/concur.v1.Lock/Release", bench.lock);
	ck_assert_answered(ping(bench.other), CONCUR_STALE_TOKEN);
	/* Held again, under another token. */
	world_wait(bench.client, "/concur.v1.Lock/Acquire", bench.lock, 0);
	ck_assert_answered(ping(bench.other), CONCUR_STALE_TOKEN);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_under_guard_of_what_is_no_lock_is_refused)
{
	Concur__V1__Options options = CONCUR__V1__OPTIONS__INIT;
	struct bench bench;

	bench_init(&bench);
	bench.client->options = &options;
	options.guard_lock = bench.queue;
	ck_assert_answered(ping(bench.client), CONCUR_WRONG_KIND);
	options.guard_lock = 7;
	ck_assert_answered(ping(bench.client), CONCUR_NOT_FOUND);
	options.guard_lock = 0;
	options.guard_token = 7;
	ck_assert_answered(ping(bench.client), CONCUR_OK);
	world_fini(&bench.world);
}
END_TEST

START_TEST(stale_token_changes_nothing)
{
	Concur__V1__Options options = CONCUR__V1__OPTIONS__INIT;
	Concur__V1__PutRequest put = CONCUR__V1__PUT_REQUEST__INIT;
	struct bench bench;
	struct world_call *len;

	bench_init(&bench);
	options.guard_lock = bench.lock;
	bench.client->options = &options;
	put.object = bench.queue;
	put.value = world_integer(&bench.world, 1);
	ck_assert_answered(world_call(bench.client, "/concur.v1.Queue/Put", &put.base), CONCUR_STALE_TOKEN);
	bench.client->options = NULL;
	len = world_ask(bench.client, "/concur.v1.Object/Len", bench.queue);
	ck_assert_int_eq(((const Concur__V1__CountReply *)len->message)->count, 0);
	world_fini(&bench.world);
}
END_TEST

/* -- Cancel and ContextEnd --------------------------------------------------------------------------------------- */

START_TEST(cancel_of_waiting_call_withdraws_it_and_is_answered_after_it)
{
	struct bench bench;
	struct world_call *wait, *answer;
	Concur__V1__CancelRequest request = CONCUR__V1__CANCEL_REQUEST__INIT;

	bench_init(&bench);
	wait = world_wait(bench.client, "/concur.v1.Queue/Get", bench.queue, -1);
	ck_assert(!wait->answered);
	request.call = wait->id;
	answer = world_send(bench.client, "/concur.v1.Session/Cancel", &request.base);
	/* One reply at a time: the cancelled call's own comes first. */
	bench.client->take_max = 1;
	while (!wait->answered) {
		ck_assert(!answer->answered);
		world_turn(&bench.world, 0);
	}
	ck_assert(!answer->answered);
	bench.client->take_max = SIZE_MAX;
	world_turn(&bench.world, 0);
	ck_assert_answered(wait, CONCUR_CANCELLED);
	ck_assert_int_eq(((const Concur__V1__CancelReply *)answer->message)->result, CONCUR__V1__CANCELLED__WITHDRAWN);
	/* Nothing of it is left: the next item stays. */
	ck_assert_int_eq(cancel(bench.client, wait->id), CONCUR__V1__CANCELLED__TOO_LATE);
	world_fini(&bench.world);
}
END_TEST

START_TEST(cancel_of_answered_call_is_too_late)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_int_eq(cancel(bench.client, ping(bench.client)->id), CONCUR__V1__CANCELLED__TOO_LATE);
	world_fini(&bench.world);
}
END_TEST

START_TEST(cancel_of_call_never_made_is_unknown)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_int_eq(cancel(bench.client, 0), CONCUR__V1__CANCELLED__UNKNOWN);
	ck_assert_int_eq(cancel(bench.client, bench.client->last_call + 1), CONCUR__V1__CANCELLED__UNKNOWN);
	ck_assert_int_eq(cancel(bench.client, UINT64_MAX), CONCUR__V1__CANCELLED__UNKNOWN);
	world_fini(&bench.world);
}
END_TEST

START_TEST(cancel_reaches_only_calls_of_its_own_session)
{
	struct bench bench;
	struct world_call *wait;

	bench_init(&bench);
	wait = world_wait(bench.other, "/concur.v1.Queue/Get", bench.queue, -1);
	while (bench.client->last_call < wait->id)
		ping(bench.client);
	ck_assert_int_eq(cancel(bench.client, wait->id), CONCUR__V1__CANCELLED__TOO_LATE);
	ck_assert(!wait->answered);
	world_fini(&bench.world);
}
END_TEST

START_TEST(context_end_cancels_its_calls_and_lets_its_locks_go)
{
	Concur__V1__ContextRequest request = CONCUR__V1__CONTEXT_REQUEST__INIT;
	struct world_call *ours, *kept, *next;
	struct bench bench;

	bench_init(&bench);
	bench.client->context = 5;
	world_wait(bench.client, "/concur.v1.Lock/Acquire", bench.lock, 0);
	ours = world_wait(bench.client, "/concur.v1.Queue/Get", bench.queue, -1);
	bench.client->context = 6;
	kept = world_wait(bench.client, "/concur.v1.Queue/Get", bench.queue, -1);
	next = world_wait(bench.other, "/concur.v1.Lock/Acquire", bench.lock, -1);
	request.context = 5;
	ck_assert_answered(world_call(bench.client, "/concur.v1.Session/ContextEnd", &request.base), CONCUR_OK);
	ck_assert_answered(ours, CONCUR_CANCELLED);
	ck_assert(!kept->answered);
	ck_assert_int_eq(world_outcome(next), CONCUR__V1__OUTCOME__OWNER_DIED);
	ck_assert_uint_eq(((const Concur__V1__LockReply *)next->message)->death->context, 5);
	world_fini(&bench.world);
}
END_TEST

START_TEST(context_end_of_unknown_context_does_nothing)
{
	Concur__V1__ContextRequest request = CONCUR__V1__CONTEXT_REQUEST__INIT;
	struct bench bench;

	bench_init(&bench);
	request.context = 99;
	ck_assert_answered(world_call(bench.client, "/concur.v1.Session/ContextEnd", &request.base), CONCUR_OK);
	world_fini(&bench.world);
}
END_TEST

static struct world_call *
submit(struct world_client *client, uint64_t pool, size_t count)
{
	Concur__V1__SubmitManyRequest request = CONCUR__V1__SUBMIT_MANY_REQUEST__INIT;
	ProtobufCBinaryData arguments[2];

	for (size_t i = 0; i < count; i++)
		arguments[i] = world_integer(client->world, 1);
	request.object = pool;
	request.wait_ns = -1;
	request.function = world_bytes("f");
	request.n_arguments = count;
	request.arguments = arguments;
	return world_call(client, "/concur.v1.Pool/SubmitMany", &request.base);
}

/* Its first submission waits for room, and holds up the other's, which lets the taker go on when it leaves. */
START_TEST(take_that_is_given_a_task_as_its_pool_goes_is_answered_with_the_end)
{
	Concur__V1__OpenRequest open = CONCUR__V1__OPEN_REQUEST__INIT;
	Concur__V1__PoolOptions options = CONCUR__V1__POOL_OPTIONS__INIT;
	Concur__V1__AttachRequest attach = CONCUR__V1__ATTACH_REQUEST__INIT;
	Concur__V1__TakeRequest take = CONCUR__V1__TAKE_REQUEST__INIT;
	struct world_call *call;
	struct bench bench;

	bench_init(&bench);
	open.kind = CONCUR__V1__KIND__KIND_POOL;
	open.lifetime = CONCUR__V1__LIFETIME__LIFETIME_SESSION;
	options.object = attach.pool = world_open_with(bench.client, &open);
	options.capacity = 2;
	world_call(bench.client, "/concur.v1.Pool/Configure", &options.base);
	world_ask(bench.client, "/concur.v1.Pool/Promise", attach.pool);
	attach.any = true;
	call = world_call(bench.other, "/concur.v1.Worker/Attach", &attach.base);
	take.worker = ((const Concur__V1__AttachReply *)call->message)->worker;
	take.count = 1;
	take.wait_ns = -1;
	call = world_call(bench.other, "/concur.v1.Worker/Take", &take.base);
	submit(bench.client, attach.pool, 2);
	submit(bench.other, attach.pool, 1);
	ck_assert(!call->answered);
	world_end(bench.client, SERVER_PEER_DIED);
	world_settle(&bench.world);
	ck_assert(call->answered);
	ck_assert_int_eq(world_outcome(call), CONCUR__V1__OUTCOME__END_OF_FILE);
	world_fini(&bench.world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		hello_of_this_version_tells_the_limits,
		hello_of_another_version_is_answered_and_closed,
		hello_said_twice_is_refused_and_the_session_stays,
		hello_after_a_refused_call_is_welcome,
		ping_is_answered,
		call_of_unknown_method_is_refused,
		call_with_unknown_flags_is_refused,
		call_with_context_zero_is_refused,
		call_whose_id_does_not_rise_ends_the_connection,
		call_with_options_longer_than_its_frame_ends_the_connection,
		call_with_options_that_do_not_decode_is_refused,
		call_that_may_wait_is_refused_one_way,
		call_one_way_is_carried_out_and_not_answered,
		call_under_guard_is_carried_out_only_while_the_lock_is_held,
		call_under_guard_of_what_is_no_lock_is_refused,
		stale_token_changes_nothing,
		cancel_of_waiting_call_withdraws_it_and_is_answered_after_it,
		cancel_of_answered_call_is_too_late,
		cancel_of_call_never_made_is_unknown,
		cancel_reaches_only_calls_of_its_own_session,
		context_end_cancels_its_calls_and_lets_its_locks_go,
		context_end_of_unknown_context_does_nothing,
		take_that_is_given_a_task_as_its_pool_goes_is_answered_with_the_end,
		NULL,
	};

	return unit_run("rpc", tests);
}
