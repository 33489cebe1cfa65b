/* What a client had read when it went, as the server learns it: by the count in its frames, by Ack, by the kernel's
 * word at its end. */
#include "tests/sim/world.h"
#include "tests/unit/unit.h"

struct bench {
	struct world world;
	struct world_client *putter, *getter;
	uint64_t queue;
};

static void
bench_init_with(struct bench *bench, uint64_t outbox_max)
{
	struct limits limits = world_limits();

	limits.outbox_max = outbox_max;
	world_init(&bench->world, &limits);
	bench->putter = world_join(&bench->world);
	bench->getter = world_join(&bench->world);
	bench->queue = world_open(bench->putter, CONCUR__V1__KIND__KIND_QUEUE, "queue");
}

static void
bench_init(struct bench *bench)
{
	bench_init_with(bench, 1 << 20);
}

static void
put(struct bench *bench, int64_t item)
{
	Concur__V1__PutRequest request = CONCUR__V1__PUT_REQUEST__INIT;

	request.object = bench->queue;
	request.value = world_integer(&bench->world, item);
	ck_assert_int_eq(world_call(bench->putter, "/concur.v1.Queue/Put", &request.base)->status, CONCUR_OK);
}

/* Sends a get that waits; its reply comes at a turn's end. */
static struct world_call *
get(struct bench *bench, struct world_client *client)
{
	Concur__V1__WaitRequest request = CONCUR__V1__WAIT_REQUEST__INIT;

	request.object = bench->queue;
	request.wait_ns = -1;
	return world_send(client, "/concur.v1.Queue/Get", &request.base);
}

/* A get whose reply comes in the same turn. */
static struct world_call *
got(struct bench *bench, struct world_client *client)
{
	struct world_call *call = get(bench, client);

	world_turn(&bench->world, 0);
	return call;
}

static int64_t
item_of(const struct world_call *call)
{
	ck_assert(call->answered);
	ck_assert_int_eq(call->status, CONCUR_OK);
	return world_number(&((const Concur__V1__ValueReply *)call->message)->value);
}

static void
expect_left(struct bench *bench, uint64_t size, uint64_t in_doubt)
{
	const Concur__V1__QueueState *state;

	state =
	    (const Concur__V1__QueueState *)world_ask(bench->putter, "/concur.v1.Queue/State", bench->queue)->message;
	ck_assert_uint_eq(state->size, size);
	ck_assert_uint_eq(state->in_doubt, in_doubt);
}

START_TEST(end_of_a_peer_that_has_read_all_loses_what_it_got)
{
	struct bench bench;

	bench_init(&bench);
	put(&bench, 1);
	get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	expect_left(&bench, 0, 1);
	world_end_read(bench.getter, SERVER_PEER_DIED, true);
	expect_left(&bench, 0, 0);
	world_fini(&bench.world);
}
END_TEST

START_TEST(end_of_a_peer_that_has_not_read_all_brings_back_what_it_got)
{
	struct bench bench;

	bench_init(&bench);
	put(&bench, 1);
	get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	world_end_read(bench.getter, SERVER_PEER_DIED, false);
	expect_left(&bench, 1, 0);
	world_fini(&bench.world);
}
END_TEST

/* The kernel speaks of what was sent. */
START_TEST(end_with_a_reply_not_sent_yet_brings_its_item_back)
{
	struct bench bench;

	bench_init(&bench);
	put(&bench, 1);
	get(&bench, bench.getter);
	world_end_read(bench.getter, SERVER_PEER_DIED, true);
	expect_left(&bench, 1, 0);
	world_fini(&bench.world);
}
END_TEST

START_TEST(end_brings_back_only_what_was_not_told_read)
{
	struct bench bench;
	struct world_call *first;

	bench_init(&bench);
	put(&bench, 1);
	put(&bench, 2);
	first = get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	ck_assert_int_eq(item_of(first), 1);
	get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	expect_left(&bench, 0, 1);
	world_end(bench.getter, SERVER_LOST);
	expect_left(&bench, 1, 0);
	first = get(&bench, bench.putter);
	world_turn(&bench.world, 0);
	ck_assert_int_eq(item_of(first), 2);
	world_fini(&bench.world);
}
END_TEST

START_TEST(ack_alone_tells_what_was_read)
{
	struct bench bench;

	bench_init(&bench);
	put(&bench, 1);
	get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	bench.getter->flags = FRAME_ONE_WAY;
	world_call(bench.getter, "/concur.v1.Session/Ack", NULL);
	expect_left(&bench, 0, 0);
	world_end(bench.getter, SERVER_LOST);
	expect_left(&bench, 0, 0);
	world_fini(&bench.world);
}
END_TEST

/* The count is modulo 2^32, so nothing else would ever be confirmed again. */
START_TEST(count_of_more_replies_than_were_written_is_no_news)
{
	struct bench bench;
	uint32_t honest;

	bench_init(&bench);
	put(&bench, 1);
	get(&bench, bench.getter);
	honest = bench.getter->replies_read;
	bench.getter->replies_read = honest + 3;
	world_send(bench.getter, "/concur.v1.Session/Ping", NULL);
	bench.getter->replies_read = honest - 1;
	world_send(bench.getter, "/concur.v1.Session/Ping", NULL);
	expect_left(&bench, 0, 1);
	bench.getter->replies_read = honest + 1;
	world_send(bench.getter, "/concur.v1.Session/Ping", NULL);
	expect_left(&bench, 0, 0);
	world_fini(&bench.world);
}
END_TEST

START_TEST(goodbye_keeps_what_was_got)
{
	struct bench bench;

	bench_init(&bench);
	put(&bench, 1);
	get(&bench, bench.getter);
	world_send(bench.getter, "/concur.v1.Session/Goodbye", NULL);
	world_turn(&bench.world, 0);
	expect_left(&bench, 0, 0);
	world_fini(&bench.world);
}
END_TEST

START_TEST(getter_that_waited_behind_the_dead_gets_the_item)
{
	struct bench bench;
	struct world_client *other;
	struct world_call *second;

	bench_init(&bench);
	other = world_join(&bench.world);
	get(&bench, bench.getter);
	second = get(&bench, other);
	put(&bench, 1);
	ck_assert(!second->answered);
	world_end(bench.getter, SERVER_PEER_DIED);
	world_turn(&bench.world, 0);
	ck_assert_int_eq(item_of(second), 1);
	world_fini(&bench.world);
}
END_TEST

/* A reader too slow is ended by the daemon: what lies in its outbox was not read. */
START_TEST(session_ended_as_too_slow_gives_its_items_back)
{
	enum { MANY = 20 };
	struct bench bench;

	bench_init_with(&bench, 300);
	for (int64_t i = 0; i < MANY; i++)
		put(&bench, i);
	bench.getter->take_max = 0;
	for (int i = 0; i < MANY; i++)
		get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	ck_assert(bench.getter->is_closed);
	ck_assert_int_eq(bench.getter->reason, SERVER_SLOW);
	expect_left(&bench, MANY, 0);
	world_fini(&bench.world);
}
END_TEST

/* From a client that has read so many replies, whatever it was sent. */
static void
give_back(struct world_client *client, uint32_t read, uint32_t reply)
{
	Concur__V1__GiveBackRequest request = CONCUR__V1__GIVE_BACK_REQUEST__INIT;

	client->replies_read = read;
	request.reply = reply;
	ck_assert_int_eq(world_call(client, "/concur.v1.Session/GiveBack", &request.base)->status, CONCUR_OK);
}

START_TEST(items_given_back_return_to_their_places)
{
	struct bench bench;
	uint32_t before;

	bench_init(&bench);
	for (int64_t i = 1; i <= 4; i++)
		put(&bench, i);
	before = bench.getter->replies_read;
	for (int i = 0; i < 3; i++)
		get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	give_back(bench.getter, before, before + 2);
	expect_left(&bench, 2, 2);
	ck_assert_int_eq(item_of(got(&bench, bench.putter)), 2);
	give_back(bench.getter, before, before + 1);
	give_back(bench.getter, before, before + 3);
	expect_left(&bench, 3, 0);
	for (int64_t i = 1; i <= 4; i++) {
		if (i != 2)
			ck_assert_int_eq(item_of(got(&bench, bench.putter)), i);
	}
	world_fini(&bench.world);
}
END_TEST

START_TEST(items_of_one_reply_are_given_back_together)
{
	Concur__V1__GetManyRequest request = CONCUR__V1__GET_MANY_REQUEST__INIT;
	struct bench bench;
	uint32_t before;

	bench_init(&bench);
	for (int64_t i = 1; i <= 4; i++)
		put(&bench, i);
	request.object = bench.queue;
	request.count = 3;
	before = bench.getter->replies_read;
	world_send(bench.getter, "/concur.v1.Queue/GetMany", &request.base);
	world_turn(&bench.world, 0);
	give_back(bench.getter, before, before + 1);
	expect_left(&bench, 4, 0);
	for (int64_t i = 1; i <= 4; i++)
		ck_assert_int_eq(item_of(got(&bench, bench.putter)), i);
	world_fini(&bench.world);
}
END_TEST

START_TEST(items_that_were_read_are_not_given_back)
{
	struct bench bench;
	uint32_t read;

	bench_init(&bench);
	put(&bench, 1);
	get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	read = bench.getter->replies_read;
	give_back(bench.getter, read, read);     /* the header says that it was read */
	give_back(bench.getter, read, read + 9); /* that was never written */
	give_back(bench.getter, read, 0);
	expect_left(&bench, 0, 0);
	world_fini(&bench.world);
}
END_TEST

/* Its deliveries change while they are looked through. */
START_TEST(item_given_back_serves_the_same_session)
{
	struct bench bench;
	struct world_call *second;
	uint32_t before;

	bench_init(&bench);
	put(&bench, 1);
	before = bench.getter->replies_read;
	get(&bench, bench.getter);
	second = get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	ck_assert(!second->answered);
	give_back(bench.getter, before, before + 1);
	world_turn(&bench.world, 0);
	ck_assert_int_eq(item_of(second), 1);
	expect_left(&bench, 0, 1);
	world_end(bench.getter, SERVER_LOST);
	expect_left(&bench, 1, 0);
	world_fini(&bench.world);
}
END_TEST

START_TEST(item_of_a_removed_queue_is_given_back_to_nobody)
{
	struct bench bench;
	uint32_t before;

	bench_init(&bench);
	put(&bench, 1);
	before = bench.getter->replies_read;
	get(&bench, bench.getter);
	world_turn(&bench.world, 0);
	world_ask(bench.putter, "/concur.v1.Object/Remove", bench.queue);
	world_end(bench.putter, SERVER_LOST);
	give_back(bench.getter, before, before + 1);
	world_fini(&bench.world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		end_of_a_peer_that_has_read_all_loses_what_it_got,
		end_of_a_peer_that_has_not_read_all_brings_back_what_it_got,
		end_with_a_reply_not_sent_yet_brings_its_item_back,
		end_brings_back_only_what_was_not_told_read,
		ack_alone_tells_what_was_read,
		count_of_more_replies_than_were_written_is_no_news,
		goodbye_keeps_what_was_got,
		getter_that_waited_behind_the_dead_gets_the_item,
		session_ended_as_too_slow_gives_its_items_back,
		items_given_back_return_to_their_places,
		items_of_one_reply_are_given_back_together,
		items_that_were_read_are_not_given_back,
		item_given_back_serves_the_same_session,
		item_of_a_removed_queue_is_given_back_to_nobody,
		NULL,
	};

	return unit_run("delivery", tests);
}
