/* Sessions that outlive their connections: cut off, and resumed so that each call is carried out once; with the real
 * server, and a network that the test makes lose what it likes. */
#include "tests/unit/resume_fixture.h"

/* -- what is granted --------------------------------------------------------------------------------------------- */

START_TEST(hello_from_elsewhere_that_asks_for_it_gets_secret_and_grace)
{
	struct world world;
	struct world_client *client;
	const Concur__V1__HelloReply *reply;

	world_init_with(&world, "grace_seconds", 7);
	client = world_join_far(&world);
	reply = (const Concur__V1__HelloReply *)LINK_ENTRY(client->order.next, struct world_call, in_client)->message;
	ck_assert_uint_eq(reply->secret.len, SECRET_SIZE);
	ck_assert_uint_eq(reply->secret.data[0], 1); /* as the I/O drew it */
	ck_assert_uint_eq(reply->grace_ns, 7 * WORLD_SECOND);
	ck_assert_uint_eq(reply->silence_ns, 30 * WORLD_SECOND);
	world_fini(&world);
}
END_TEST

/* A unix socket's peer is watched: it has no use for it. And no grace, no secret. */
START_TEST(hello_of_a_local_peer_or_without_grace_gets_no_secret)
{
	Concur__V1__HelloRequest hello = CONCUR__V1__HELLO_REQUEST__INIT;
	const Concur__V1__HelloReply *reply;
	struct world world;
	struct world_client *client;

	world_init_with(&world, "grace_seconds", 0);
	hello.version = 1;
	hello.resumable = true;
	client = world_connect(&world);
	reply = (const Concur__V1__HelloReply *)world_call(client, HELLO, &hello.base)->message;
	ck_assert_uint_ne(reply->session, 0);
	ck_assert_uint_eq(reply->secret.len, 0);
	ck_assert_uint_eq(reply->grace_ns, 0);
	client = world_join_far(&world);
	ck_assert(!client->has_secret);
	world_end(client, SERVER_LOST);
	ck_assert_uint_eq(info_of(world_join(&world))->sessions, 2);
	world_fini(&world);
}
END_TEST

/* -- cut off ----------------------------------------------------------------------------------------------------- */

START_TEST(drop_keeps_the_lock_until_the_grace_is_over_then_it_died)
{
	struct world world;
	struct world_client *far, *near;
	uint64_t lock;
	struct world_call *acquire;

	world_init_with(&world, "grace_seconds", 10);
	far = world_join_far(&world);
	near = world_join(&world);
	lock = world_open(far, CONCUR__V1__KIND__KIND_LOCK, "l");
	(void)world_open(near, CONCUR__V1__KIND__KIND_LOCK, "l");
	ck_assert_status(world_wait(far, "/concur.v1.Lock/Acquire", lock, 0), CONCUR_OK);
	world_turn(&world, 3 * WORLD_SECOND);
	world_cut(far, SERVER_LOST);
	acquire = world_wait(near, "/concur.v1.Lock/Acquire", lock, -1);
	world_turn(&world, 10 * WORLD_SECOND - 1);
	ck_assert_uint_eq(world.deadline_ns, 14 * WORLD_SECOND);
	world_turn(&world, 0);
	ck_assert(!acquire->answered);
	ck_assert_uint_eq(info_of(near)->cut_off, 1);
	world_turn(&world, 1);
	world_turn(&world, 0);
	ck_assert_status(acquire, CONCUR_OK);
	ck_assert_int_eq(world_outcome(acquire), CONCUR__V1__OUTCOME__OWNER_DIED);
	ck_assert_uint_eq(info_of(near)->sessions, 1);
	ck_assert_uint_eq(info_of(near)->cut_off, 0);
	world_fini(&world);
}
END_TEST

START_TEST(drop_after_goodbye_or_by_its_own_fault_ends_the_session_at_once)
{
	struct world world;
	struct world_client *far, *near;
	struct server_input input;

	world_init_with(&world, NULL, 0);
	near = world_join(&world);
	far = world_join_far(&world);
	world_call(far, "/concur.v1.Session/Goodbye", NULL);
	ck_assert_uint_eq(info_of(near)->sessions, 1);
	far = world_join_far(&world);
	world_expect(far, 0, NULL);
	input = (struct server_input){ .kind = SERVER_BAD_FRAME, .conn = far->conn };
	server_input(world.server, &input);
	world_turn(&world, 0);
	ck_assert_int_eq(far->reason, SERVER_BROKEN);
	ck_assert_uint_eq(info_of(near)->sessions, 1);
	world_fini(&world);
}
END_TEST

/* The waiting calls of two that died with one another: the first one's end wakes a call of the second. */
START_TEST(grace_of_two_that_is_over_in_one_turn_ends_both)
{
	struct world world;
	struct world_client *one, *two, *near;
	uint64_t lock;

	world_init_with(&world, NULL, 0);
	one = world_join_far(&world);
	two = world_join_far(&world);
	near = world_join(&world);
	lock = world_open(one, CONCUR__V1__KIND__KIND_LOCK, "l");
	(void)world_open(two, CONCUR__V1__KIND__KIND_LOCK, "l");
	ck_assert_status(world_wait(one, "/concur.v1.Lock/Acquire", lock, 0), CONCUR_OK);
	world_turn(&world, 0);
	(void)world_wait(two, "/concur.v1.Lock/Acquire", lock, -1);
	world_cut(one, SERVER_LOST);
	world_cut(two, SERVER_LOST);
	world_turn(&world, 100 * WORLD_SECOND);
	world_settle(&world);
	ck_assert_uint_eq(info_of(near)->sessions, 1);
	ck_assert_uint_eq(info_of(near)->waiters, 0);
	world_fini(&world);
}
END_TEST

START_TEST(stop_ends_those_that_are_cut_off)
{
	struct world world;
	struct world_client *far;

	world_init_with(&world, NULL, 0);
	far = world_join_far(&world);
	world_cut(far, SERVER_PEER_RESET);
	world_turn(&world, 0);
	ck_assert_uint_ne(world.deadline_ns, UINT64_MAX);
	server_input(world.server, &(struct server_input){ .kind = SERVER_STOP });
	world_settle(&world);
	ck_assert_uint_eq(world.deadline_ns, UINT64_MAX);
	world_fini(&world);
}
END_TEST

START_TEST(sessions_tell_how_long_they_are_cut_off)
{
	Concur__V1__SessionsRequest request = CONCUR__V1__SESSIONS_REQUEST__INIT;
	const Concur__V1__SessionsReply *reply;
	const Concur__V1__HoldersReply *holders;
	struct world world;
	struct world_client *far, *near;
	uint64_t lock;

	world_init_with(&world, NULL, 0);
	far = world_join_far(&world);
	near = world_join(&world);
	lock = world_open(far, CONCUR__V1__KIND__KIND_LOCK, "l");
	ck_assert_status(world_wait(far, "/concur.v1.Lock/Acquire", lock, 0), CONCUR_OK);
	world_cut(far, SERVER_LOST);
	world_turn(&world, 3 * WORLD_SECOND);
	reply =
	    (const Concur__V1__SessionsReply *)world_call(near, "/concur.v1.Manager/Sessions", &request.base)->message;
	ck_assert_uint_eq(reply->n_sessions, 2);
	for (size_t i = 0; i < 2; i++)
		ck_assert_uint_eq(reply->sessions[i]->cut_off_ns, reply->sessions[i]->self ? 0 : 3 * WORLD_SECOND);
	holders = (const Concur__V1__HoldersReply *)world_ask(near, "/concur.v1.Object/Holders", lock)->message;
	ck_assert_uint_eq(holders->n_holders, 1);
	ck_assert_uint_eq(holders->holders[0]->cut_off_ns, 3 * WORLD_SECOND);
	resumed(far);
	ck_assert_uint_eq(info_of(near)->cut_off, 0);
	world_fini(&world);
}
END_TEST

/* -- exactly once ------------------------------------------------------------------------------------------------ */

START_TEST(resume_sends_the_replies_that_were_lost_and_no_others)
{
	struct world world;
	struct world_client *client;
	struct world_call *calls[3], *hello;
	uint64_t dict;

	world_init_with(&world, NULL, 0);
	client = world_join_far(&world);
	dict = world_open(client, CONCUR__V1__KIND__KIND_DICT, "d");
	calls[0] = send_add(client, dict, 1);
	world_turn(&world, 0);
	ck_assert(calls[0]->answered);
	client->is_deaf = true;
	calls[1] = send_add(client, dict, 10);
	calls[2] = send_add(client, dict, 100);
	world_turn(&world, 0);
	world_cut(client, SERVER_PEER_CLOSED);
	world_turn(&world, WORLD_SECOND);
	client = world_resume(client);
	hello = client->resuming;
	world_turn(&world, 0);
	/* One that comes twice would fail in the world: it answers no call. */
	ck_assert_status(hello, CONCUR_OK);
	ck_assert_uint_eq(((const Concur__V1__HelloReply *)hello->message)->calls_seen, calls[2]->id);
	ck_assert_status(calls[1], CONCUR_OK);
	ck_assert_status(calls[2], CONCUR_OK);
	ck_assert_int_eq(sum_of(client, dict), 111);
	world_fini(&world);
}
END_TEST

START_TEST(resume_carries_out_what_was_lost_on_its_way_there)
{
	struct world world;
	struct world_client *client;
	struct world_call *lost, *seen;
	uint64_t dict;

	world_init_with(&world, NULL, 0);
	client = world_join_far(&world);
	dict = world_open(client, CONCUR__V1__KIND__KIND_DICT, "d");
	client->is_deaf = true;
	seen = send_add(client, dict, 1);
	world_turn(&world, 0);
	world_cut(client, SERVER_LOST);
	lost = send_add(client, dict, 10);
	world_turn(&world, 0);
	client = resumed(client);
	ck_assert_status(seen, CONCUR_OK);
	ck_assert_status(lost, CONCUR_OK);
	ck_assert_int_eq(sum_of(client, dict), 11);
	world_fini(&world);
}
END_TEST

/* One who does not look at calls_seen, but sends all again. */
START_TEST(call_that_comes_again_is_not_carried_out_again)
{
	struct world world;
	struct world_client *client;
	struct world_call *call, *large;
	struct server_input input;
	uint8_t head[FRAME_REQUEST];
	uint64_t dict;

	world_init_with(&world, NULL, 0);
	client = world_join_far(&world);
	client->sends_all_again = true;
	dict = world_open(client, CONCUR__V1__KIND__KIND_DICT, "d");
	client->is_deaf = true;
	call = send_add(client, dict, 1);
	/* And one that is read past. */
	frame_request_write(head, &(struct frame_request){ .call = ++client->last_call, .context = 1 });
	input = (struct server_input){ .kind = SERVER_TOO_LARGE, .conn = client->conn, .bytes = head };
	large = world_expect(client, client->last_call, NULL);
	server_input(world.server, &input);
	world_turn(&world, 0);
	world_cut(client, SERVER_LOST);
	client = resumed(client);
	input.conn = client->conn;
	server_input(world.server, &input);
	ck_assert_status(call, CONCUR_OK);
	ck_assert_status(large, CONCUR_TOO_LARGE);
	ck_assert_int_eq(sum_of(client, dict), 1);
	ck_assert(!client->is_closed);
	world_fini(&world);
}
END_TEST

START_TEST(call_below_those_of_the_new_connection_breaks_it)
{
	struct world world;
	struct world_client *client;
	uint8_t head[FRAME_REQUEST];

	world_init_with(&world, NULL, 0);
	client = world_join_far(&world);
	world_cut(client, SERVER_LOST);
	client = resumed(client);
	world_call(client, "/concur.v1.Session/Ping", NULL);
	world_expect(client, 0, NULL);
	frame_request_write(head,
	    &(struct frame_request){ .length = FRAME_REQUEST - 4, .call = client->last_call, .context = 1 });
	world_send_frame(client, head, sizeof head);
	world_turn(&world, 0);
	ck_assert(client->is_closed);
	ck_assert_int_eq(client->reason, SERVER_BROKEN);
	world_fini(&world);
}
END_TEST

/* Cut in the middle of a reply, again and again; what arrived whole is not sent again. */
START_TEST(reply_that_is_cut_in_the_middle_comes_whole)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 100, 14000 };
	Concur__V1__ValueRequest request = CONCUR__V1__VALUE_REQUEST__INIT;
	char text[30001];
	struct world world;
	struct world_client *client;
	struct world_call *call, *after;

	world_init_with(&world, NULL, 0);
	client = world_join_far(&world);
	request.object = world_open(client, CONCUR__V1__KIND__KIND_VALUE, NULL);
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	request.value = world_text(&world, text);
	ck_assert_status(world_call(client, "/concur.v1.Cell/Set", &request.base), CONCUR_OK);
	client->take_max = 0;
	call = world_ask(client, "/concur.v1.Cell/Get", request.object);
	after = world_send(client, "/concur.v1.Session/Ping", NULL);
	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		client->take_max = sizes[i];
		world_turn(&world, 0);
		world_turn(&world, 0);
		world_cut(client, SERVER_LOST);
		client = world_resume(client);
		client->take_max = 0;
		world_turn(&world, 0);
		ck_assert(!call->answered);
	}
	client->take_max = SIZE_MAX;
	world_turn(&world, 0);
	ck_assert_status(call, CONCUR_OK);
	ck_assert_uint_ge(((const Concur__V1__ValueReply *)call->message)->value.len, 30000);
	world_turn(&world, 0);
	ck_assert_status(after, CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(resume_takes_the_place_of_a_connection_that_seems_to_live)
{
	struct world world;
	struct world_client *before, *client;
	struct world_call *call;
	uint64_t dict;

	world_init_with(&world, NULL, 0);
	before = world_join_far(&world);
	dict = world_open(before, CONCUR__V1__KIND__KIND_DICT, "d");
	before->is_deaf = true;
	call = send_add(before, dict, 5);
	world_turn(&world, 0);
	/* The server does not know of the cut. */
	world_cut(before, SERVER_GOODBYE);
	client = resumed(before);
	ck_assert_status(call, CONCUR_OK);
	ck_assert(before->is_closed);
	ck_assert_int_eq(before->reason, SERVER_REPLACED);
	ck_assert_int_eq(sum_of(client, dict), 5);
	ck_assert_uint_eq(info_of(client)->sessions, 1);
	world_fini(&world);
}
END_TEST

/* -- waiting ----------------------------------------------------------------------------------------------------- */

START_TEST(waiter_keeps_its_place_and_what_it_is_given_is_kept)
{
	struct world world;
	struct world_client *far, *near;
	struct world_call *first, *second;
	uint64_t queue;

	world_init_with(&world, NULL, 0);
	far = world_join_far(&world);
	near = world_join(&world);
	queue = world_open(far, CONCUR__V1__KIND__KIND_QUEUE, "q");
	(void)world_open(near, CONCUR__V1__KIND__KIND_QUEUE, "q");
	first = send_get(far, queue, -1);
	second = send_get(near, queue, -1);
	world_turn(&world, 0);
	world_cut(far, SERVER_LOST);
	world_turn(&world, WORLD_SECOND);
	send_put(near, queue, 1);
	send_put(near, queue, 2);
	world_turn(&world, 0);
	ck_assert_int_eq(item_of(second), 2);
	ck_assert(!first->answered);
	far = resumed(far);
	ck_assert_int_eq(item_of(first), 1);
	world_fini(&world);
}
END_TEST

START_TEST(waiter_keeps_its_first_deadline)
{
	struct world world;
	struct world_client *far;
	struct world_call *get;
	uint64_t queue;

	world_init_with(&world, NULL, 0);
	far = world_join_far(&world);
	queue = world_open(far, CONCUR__V1__KIND__KIND_QUEUE, "q");
	get = send_get(far, queue, 5 * (int64_t)WORLD_SECOND);
	world_turn(&world, 2 * WORLD_SECOND);
	world_cut(far, SERVER_LOST);
	world_turn(&world, 2 * WORLD_SECOND);
	far = resumed(far);
	world_turn(&world, WORLD_SECOND - 1);
	world_turn(&world, 1);
	ck_assert(!get->answered);
	world_turn(&world, 0);
	ck_assert_status(get, CONCUR_OK);
	ck_assert_int_eq(world_outcome(get), CONCUR__V1__OUTCOME__EMPTY);
	world_fini(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		hello_from_elsewhere_that_asks_for_it_gets_secret_and_grace,
		hello_of_a_local_peer_or_without_grace_gets_no_secret,
		drop_keeps_the_lock_until_the_grace_is_over_then_it_died,
		drop_after_goodbye_or_by_its_own_fault_ends_the_session_at_once,
		grace_of_two_that_is_over_in_one_turn_ends_both,
		stop_ends_those_that_are_cut_off,
		sessions_tell_how_long_they_are_cut_off,
		resume_sends_the_replies_that_were_lost_and_no_others,
		resume_carries_out_what_was_lost_on_its_way_there,
		call_that_comes_again_is_not_carried_out_again,
		call_below_those_of_the_new_connection_breaks_it,
		reply_that_is_cut_in_the_middle_comes_whole,
		resume_takes_the_place_of_a_connection_that_seems_to_live,
		waiter_keeps_its_place_and_what_it_is_given_is_kept,
		waiter_keeps_its_first_deadline,
		NULL,
	};

	return unit_run("resume", tests);
}
