/* Sessions that outlive their connections: items whose replies were lost, bounds of what is kept, and who may not
 * resume what. */
#include "tests/unit/resume_fixture.h"

/* -- deliveries -------------------------------------------------------------------------------------------------- */

START_TEST(item_in_a_reply_that_was_lost_comes_once)
{
	struct world world;
	struct world_client *far, *near;
	struct world_call *lost;
	uint64_t queue;

	world_init_with(&world, NULL, 0);
	far = world_join_far(&world);
	near = world_join(&world);
	queue = world_open(far, CONCUR__V1__KIND__KIND_QUEUE, "q");
	(void)world_open(near, CONCUR__V1__KIND__KIND_QUEUE, "q");
	send_put(near, queue, 1);
	send_put(near, queue, 2);
	world_turn(&world, 0);
	far->is_deaf = true;
	lost = send_get(far, queue, 0);
	world_turn(&world, 0);
	world_cut(far, SERVER_LOST);
	far = resumed(far);
	ck_assert_int_eq(item_of(lost), 1);
	world_call(far, "/concur.v1.Session/Ping", NULL);
	/* It was read: now it stays with whoever has it. */
	world_cut(far, SERVER_LOST);
	world_turn(&world, 100 * WORLD_SECOND);
	world_settle(&world);
	lost = send_get(near, queue, 0);
	world_turn(&world, 0);
	ck_assert_int_eq(item_of(lost), 2);
	world_fini(&world);
}
END_TEST

START_TEST(item_in_a_reply_that_was_lost_goes_back_when_the_grace_is_over)
{
	struct world world;
	struct world_client *far, *near;
	struct world_call *get;
	uint64_t queue;

	world_init_with(&world, NULL, 0);
	far = world_join_far(&world);
	near = world_join(&world);
	queue = world_open(far, CONCUR__V1__KIND__KIND_QUEUE, "q");
	(void)world_open(near, CONCUR__V1__KIND__KIND_QUEUE, "q");
	send_put(near, queue, 1);
	send_put(near, queue, 2);
	world_turn(&world, 0);
	far->is_deaf = true;
	send_get(far, queue, 0);
	world_turn(&world, 0);
	world_cut(far, SERVER_LOST);
	world_turn(&world, 10 * WORLD_SECOND);
	world_settle(&world);
	get = send_get(near, queue, 0);
	world_turn(&world, 0);
	ck_assert_int_eq(item_of(get), 1);
	world_fini(&world);
}
END_TEST

/* What its Hello says it has read is delivered, though the call that got it never said so. */
START_TEST(item_that_hello_says_was_read_does_not_go_back)
{
	struct world world;
	struct world_client *far, *near;
	struct world_call *get;
	uint64_t queue;

	world_init_with(&world, NULL, 0);
	far = world_join_far(&world);
	near = world_join(&world);
	queue = world_open(far, CONCUR__V1__KIND__KIND_QUEUE, "q");
	(void)world_open(near, CONCUR__V1__KIND__KIND_QUEUE, "q");
	send_put(near, queue, 1);
	send_put(near, queue, 2);
	world_turn(&world, 0);
	get = send_get(far, queue, 0);
	world_turn(&world, 0);
	ck_assert_int_eq(item_of(get), 1);
	world_cut(far, SERVER_LOST);
	far = resumed(far);
	world_cut(far, SERVER_LOST);
	world_turn(&world, 10 * WORLD_SECOND);
	world_settle(&world);
	get = send_get(near, queue, 0);
	world_turn(&world, 0);
	ck_assert_int_eq(item_of(get), 2);
	world_fini(&world);
}
END_TEST

/* -- bounds ------------------------------------------------------------------------------------------------------ */

static void
ping_many(struct world_client *client, int count)
{
	while (count--)
		world_send(client, "/concur.v1.Session/Ping", NULL);
	world_turn(client->world, 0);
	world_turn(client->world, 0);
}

/* Replies of a ping have 16 bytes. */
START_TEST(replies_past_kept_max_are_forgotten_the_oldest_first)
{
	struct world world;
	struct world_client *client;

	world_init_with(&world, "kept_max", 160);
	client = world_join_far(&world);
	world_turn(&world, 0);
	client->is_deaf = true;
	ping_many(client, 10);
	world_cut(client, SERVER_LOST);
	client = resumed(client);
	client->is_deaf = true;
	ping_many(client, 11);
	world_cut(client, SERVER_LOST);
	client = world_resume(client);
	world_turn(&world, 0);
	/* One more than is kept was not read: of 11 the last 10 are there. */
	ck_assert(client->is_cut);
	ck_assert_status(LINK_ENTRY(client->order.prev, struct world_call, in_client), CONCUR_SESSION_GONE);
	world_fini(&world);
}
END_TEST

/* What it says in Hello that it has read need not be kept: so much may be under way between the two. */
START_TEST(replies_past_kept_max_do_not_matter_if_they_were_read)
{
	struct world world;
	struct world_client *client;

	world_init_with(&world, "kept_max", 160);
	client = world_join_far(&world);
	ping_many(client, 100);
	world_cut(client, SERVER_LOST);
	client = resumed(client);
	ck_assert_status(world_call(client, "/concur.v1.Session/Ping", NULL), CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(one_that_is_cut_off_and_is_answered_past_outbox_max_ends)
{
	struct world world;
	struct world_client *far, *near;
	uint64_t queue;

	world_init_with(&world, "outbox_max", 1000);
	far = world_join_far(&world);
	near = world_join(&world);
	queue = world_open(far, CONCUR__V1__KIND__KIND_QUEUE, "q");
	(void)world_open(near, CONCUR__V1__KIND__KIND_QUEUE, "q");
	for (int i = 0; i < 60; i++)
		send_get(far, queue, -1);
	world_cut(far, SERVER_LOST);
	for (int i = 0; i < 60; i++)
		send_put(near, queue, i);
	world_settle(&world);
	ck_assert_uint_eq(info_of(near)->sessions, 1);
	/* All that it was given has come back. */
	for (int i = 0; i < 60; i++) {
		struct world_call *get = send_get(near, queue, 0);

		world_turn(&world, 0);
		ck_assert_int_eq(item_of(get), i);
	}
	world_fini(&world);
}
END_TEST

/* -- refusals ---------------------------------------------------------------------------------------------------- */

START_TEST(resume_with_a_wrong_secret_is_refused_and_harms_nobody)
{
	struct world world;
	struct world_client *client;
	uint8_t secret[SECRET_SIZE + 1] = { 0 };
	struct world_call *call;

	world_init_with(&world, NULL, 0);
	client = world_join_far(&world);
	memcpy(secret, client->secret, SECRET_SIZE);
	world_cut(client, SERVER_LOST);
	for (size_t i = 0; i < SECRET_SIZE; i++) {
		secret[i] ^= 1;
		ck_assert_status(hello_for(&world, client->session, secret, SECRET_SIZE, 1), CONCUR_PERMISSION);
		secret[i] ^= 1;
	}
	ck_assert_status(hello_for(&world, client->session, secret, SECRET_SIZE - 1, 1), CONCUR_PERMISSION);
	ck_assert_status(hello_for(&world, client->session, secret, SECRET_SIZE + 1, 1), CONCUR_PERMISSION);
	ck_assert_status(hello_for(&world, client->session, NULL, 0, 1), CONCUR_PERMISSION);
	ck_assert_status(hello_for(&world, client->session, secret, SECRET_SIZE, 2), CONCUR_BAD_MESSAGE);
	call = world_send(client, "/concur.v1.Session/Ping", NULL);
	resumed(client);
	ck_assert_status(call, CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(resume_of_a_session_that_is_none_any_more_or_none_to_resume_is_refused)
{
	struct world world;
	struct world_client *client, *near;
	struct world_call *call;

	world_init_with(&world, NULL, 0);
	near = world_join(&world);
	client = world_join_far(&world);
	world_cut(client, SERVER_LOST);
	ck_assert_status(hello_for(&world, 12345, client->secret, SECRET_SIZE, 0), CONCUR_SESSION_GONE);
	ck_assert_status(hello_for(&world, near->session, client->secret, SECRET_SIZE, 0), CONCUR_SESSION_GONE);
	world_turn(&world, 10 * WORLD_SECOND);
	world_turn(&world, 0);
	call = hello_for(&world, client->session, client->secret, SECRET_SIZE, 1);
	ck_assert_status(call, CONCUR_SESSION_GONE);
	world_fini(&world);
}
END_TEST

START_TEST(resume_by_a_local_peer_is_refused)
{
	Concur__V1__HelloRequest hello = CONCUR__V1__HELLO_REQUEST__INIT;
	struct world world;
	struct world_client *far;

	world_init_with(&world, NULL, 0);
	far = world_join_far(&world);
	world_cut(far, SERVER_LOST);
	hello.version = 1;
	hello.session = far->session;
	hello.secret = (ProtobufCBinaryData){ SECRET_SIZE, far->secret };
	hello.replies_read = 1;
	ck_assert_status(world_call(world_connect(&world), HELLO, &hello.base), CONCUR_PERMISSION);
	world_fini(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		item_in_a_reply_that_was_lost_comes_once,
		item_in_a_reply_that_was_lost_goes_back_when_the_grace_is_over,
		item_that_hello_says_was_read_does_not_go_back,
		replies_past_kept_max_are_forgotten_the_oldest_first,
		replies_past_kept_max_do_not_matter_if_they_were_read,
		one_that_is_cut_off_and_is_answered_past_outbox_max_ends,
		resume_with_a_wrong_secret_is_refused_and_harms_nobody,
		resume_of_a_session_that_is_none_any_more_or_none_to_resume_is_refused,
		resume_by_a_local_peer_is_refused,
		NULL,
	};

	return unit_run("resume_kept", tests);
}
