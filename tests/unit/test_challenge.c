/* The way in for who has to prove the key: the real server, strangers as the I/O would bring them, and a clock that the
 * test turns. */
#include "tests/sim/world.h"
#include "tests/unit/unit.h"

#define CHALLENGE "/concur.v1.Session/Challenge"
#define PROVE "/concur.v1.Session/Prove"
#define HELLO "/concur.v1.Session/Hello"

static struct key
key_of(const char *text)
{
	struct key key;

	ck_assert_ptr_null(key_take(text, strlen(text), &key));
	return key;
}

static void
world_init_with(struct world *world, const char *limit, uint64_t value)
{
	const struct key key = key_of("the key that all of us have");
	struct limits limits = world_limits();

	ck_assert(!limit || limits_set(&limits, limit, value));
	world_init_with_key(world, &limits, &key);
}

/* A stranger, and what it knows: the nonces differ from one to the next. */
struct stranger {
	struct world_client *client;
	struct key key;
	struct proof_talk talk;
};

static struct stranger
stranger_of(struct world *world)
{
	struct stranger stranger = { .key = key_of("the key that all of us have"), .talk = { .version = 1 } };
	uint8_t nonce[PROOF_NONCE];

	memset(nonce, (int)(0x80 + world->connected), sizeof nonce);
	memset(stranger.talk.client_nonce, (int)(1 + world->connected), PROOF_NONCE);
	stranger.client = world_connect_stranger(world, nonce);
	ck_assert_ptr_nonnull(stranger.client);
	return stranger;
}

static struct world_call *
send_challenge(struct stranger *stranger, uint32_t version, size_t size)
{
	Concur__V1__ChallengeRequest request = CONCUR__V1__CHALLENGE_REQUEST__INIT;

	request.version = version;
	request.nonce = (ProtobufCBinaryData){ size, stranger->talk.client_nonce };
	return world_send(stranger->client, CHALLENGE, &request.base);
}

static struct world_call *
send_proof(struct stranger *stranger, enum proof_side side, size_t size)
{
	Concur__V1__ProveRequest request = CONCUR__V1__PROVE_REQUEST__INIT;
	uint8_t proof[PROOF_SIZE];

	ck_assert_int_eq(proof_make(&stranger->key, &stranger->talk, side, proof), CONCUR_OK);
	request.proof = (ProtobufCBinaryData){ size, proof };
	return world_send(stranger->client, PROVE, &request.base);
}

static struct world_call *
send_hello(struct stranger *stranger)
{
	Concur__V1__HelloRequest request = CONCUR__V1__HELLO_REQUEST__INIT;

	request.version = 1;
	return world_send(stranger->client, HELLO, &request.base);
}

static void
check_answer(const struct world_call *call, enum concur_status expected)
{
	ck_assert(call->answered);
	ck_assert_int_eq(call->status, expected);
}

static void
check_closed(const struct stranger *stranger, enum server_reason reason)
{
	ck_assert(stranger->client->is_closed);
	ck_assert_int_eq(stranger->client->reason, reason);
	ck_assert(!stranger->client->is_admitted);
}

/* Asks for the challenge and learns the daemon's nonce. */
static void
meet(struct stranger *stranger)
{
	struct world_call *call = send_challenge(stranger, 1, PROOF_NONCE);
	const Concur__V1__ChallengeReply *reply;

	world_turn(stranger->client->world, 0);
	check_answer(call, CONCUR_OK);
	reply = (const Concur__V1__ChallengeReply *)call->message;
	ck_assert_uint_eq(reply->nonce.len, PROOF_NONCE);
	memcpy(stranger->talk.daemon_nonce, reply->nonce.data, PROOF_NONCE);
}

static void
check_daemons_proof(const struct stranger *stranger, const struct world_call *call)
{
	const Concur__V1__ProveReply *reply = (const Concur__V1__ProveReply *)call->message;

	check_answer(call, CONCUR_OK);
	ck_assert_int_eq(proof_check(&stranger->key, &stranger->talk, PROOF_DAEMON, reply->proof.data,
			     reply->proof.len),
	    CONCUR_OK);
}

static void
check_welcome(struct stranger *stranger)
{
	struct world_call *call;

	meet(stranger);
	call = send_proof(stranger, PROOF_CLIENT, PROOF_SIZE);
	world_turn(stranger->client->world, 0);
	check_daemons_proof(stranger, call);
	ck_assert(stranger->client->is_admitted);
	call = send_hello(stranger);
	world_turn(stranger->client->world, 0);
	check_answer(call, CONCUR_OK);
}

/* -- who has the key --------------------------------------------------------------------------------------------- */

START_TEST(prove_with_the_key_is_answered_with_a_proof_and_lets_in)
{
	struct world world;
	struct stranger stranger;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	check_welcome(&stranger);
	ck_assert_uint_gt(world_open(stranger.client, CONCUR__V1__KIND__KIND_DICT, "d"), 0);
	world_fini(&world);
}
END_TEST

START_TEST(hello_behind_the_proof_in_one_turn_is_welcome)
{
	struct world world;
	struct stranger stranger;
	struct world_call *proof, *hello;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	meet(&stranger);
	proof = send_proof(&stranger, PROOF_CLIENT, PROOF_SIZE);
	hello = send_hello(&stranger);
	world_turn(&world, 0);
	check_daemons_proof(&stranger, proof);
	check_answer(hello, CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(local_peer_needs_no_proof_and_is_shown_none)
{
	struct world world;
	struct stranger local = { .talk = { .version = 1 } };
	struct world_call *call;

	world_init_with(&world, NULL, 0);
	local.client = world_join(&world);
	call = send_challenge(&local, 1, PROOF_NONCE);
	world_turn(&world, 0);
	check_answer(call, CONCUR_AUTHENTICATION);
	ck_assert(!local.client->is_closed);
	check_answer(world_call(local.client, "/concur.v1.Session/Ping", NULL), CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(challenge_after_the_proof_is_refused_and_stays)
{
	struct world world;
	struct stranger stranger;
	struct world_call *call;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	check_welcome(&stranger);
	call = send_challenge(&stranger, 1, PROOF_NONCE);
	world_turn(&world, 0);
	check_answer(call, CONCUR_AUTHENTICATION);
	ck_assert(!stranger.client->is_closed);
	world_fini(&world);
}
END_TEST

/* -- who does something else first ------------------------------------------------------------------------------- */

START_TEST(any_other_method_before_the_proof_is_refused_and_closes)
{
	struct world world;
	unsigned tried = 0;

	world_init_with(&world, NULL, 0);
	for (unsigned i = 0; i <= METHOD_SLOTS; i++) {
		const struct method *method = i < METHOD_SLOTS ? &world.methods.slots[i] : NULL;
		struct frame_request head = { .length = FRAME_REQUEST - FRAME_LENGTH,
			.method = method ? method->id : 12345, /* at last one that there is not */
			.call = 7,
			.context = 1 };
		uint8_t frame[FRAME_REQUEST];
		struct stranger stranger;
		struct world_call *call;

		if (method && (!method->service || method->flags & METHOD_PROVES))
			continue;
		stranger = stranger_of(&world);
		frame_request_write(frame, &head);
		call = world_expect(stranger.client, 7, method);
		world_send_frame(stranger.client, frame, sizeof frame);
		world_turn(&world, 0);
		check_answer(call, CONCUR_UNAUTHENTICATED);
		check_closed(&stranger, SERVER_UNPROVEN);
		tried++;
	}
	ck_assert_uint_gt(tried, 100);
	world_fini(&world);
}
END_TEST

START_TEST(hello_between_challenge_and_proof_is_refused_and_closes)
{
	struct world world;
	struct stranger stranger;
	struct world_call *call;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	meet(&stranger);
	call = send_hello(&stranger);
	world_turn(&world, 0);
	check_answer(call, CONCUR_UNAUTHENTICATED);
	check_closed(&stranger, SERVER_UNPROVEN);
	world_fini(&world);
}
END_TEST

START_TEST(frame_that_is_none_before_the_proof_is_refused_and_closes)
{
	struct world world;
	struct stranger stranger;
	struct world_call *call;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	call = world_expect(stranger.client, 0, NULL);
	server_input(world.server, &(struct server_input){ .kind = SERVER_BAD_FRAME, .conn = stranger.client->conn });
	world_turn(&world, 0);
	check_answer(call, CONCUR_UNAUTHENTICATED);
	check_closed(&stranger, SERVER_UNPROVEN);
	world_fini(&world);
}
END_TEST

START_TEST(challenge_that_is_not_in_order_is_refused_and_closes)
{
	static const struct {
		uint32_t version;
		unsigned size, times;
		enum concur_status status;
		enum server_reason reason;
	} rows[] = {
		{ 1, PROOF_NONCE - 1, 1, CONCUR_BAD_MESSAGE, SERVER_UNPROVEN },
		{ 1, 0, 1, CONCUR_BAD_MESSAGE, SERVER_UNPROVEN },
		{ 1, PROOF_NONCE, 2, CONCUR_BAD_MESSAGE, SERVER_UNPROVEN },
		{ 2, PROOF_NONCE, 1, CONCUR_WRONG_VERSION, SERVER_BROKEN },
	};
	struct world world;

	world_init_with(&world, NULL, 0);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct stranger stranger = stranger_of(&world);
		struct world_call *call = NULL;

		for (unsigned k = 0; k < rows[i].times; k++)
			call = send_challenge(&stranger, rows[i].version, rows[i].size);
		world_turn(&world, 0);
		check_answer(call, rows[i].status);
		check_closed(&stranger, rows[i].reason);
	}
	world_fini(&world);
}
END_TEST

START_TEST(prove_without_challenge_is_refused_and_closes)
{
	struct world world;
	struct stranger stranger;
	struct world_call *call;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	call = send_proof(&stranger, PROOF_CLIENT, PROOF_SIZE);
	world_turn(&world, 0);
	check_answer(call, CONCUR_BAD_MESSAGE);
	check_closed(&stranger, SERVER_UNPROVEN);
	world_fini(&world);
}
END_TEST

/* -- whose proof is wrong ---------------------------------------------------------------------------------------- */

/* It is told so after the default of one second, not before. */
static void
check_refused(struct stranger *stranger, const struct world_call *call)
{
	struct world *world = stranger->client->world;

	world_turn(world, 0);
	ck_assert(!call->answered && !stranger->client->is_closed);
	ck_assert(!server_wants_input(stranger->client->conn));
	ck_assert_uint_eq(world->deadline_ns, world->now_ns + WORLD_SECOND);
	world_turn(world, WORLD_SECOND - 1);
	world_turn(world, 1);
	ck_assert(!call->answered);
	world_turn(world, 0);
	check_answer(call, CONCUR_AUTHENTICATION);
	check_closed(stranger, SERVER_WRONG_KEY);
}

START_TEST(prove_with_another_key_is_told_so_after_a_while_and_closes)
{
	struct world world;
	struct stranger stranger;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	stranger.key = key_of("the key that all of us havE");
	meet(&stranger);
	check_refused(&stranger, send_proof(&stranger, PROOF_CLIENT, PROOF_SIZE));
	world_fini(&world);
}
END_TEST

START_TEST(prove_with_the_daemons_kind_of_proof_fails)
{
	struct world world;
	struct stranger stranger;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	meet(&stranger);
	check_refused(&stranger, send_proof(&stranger, PROOF_DAEMON, PROOF_SIZE));
	world_fini(&world);
}
END_TEST

START_TEST(prove_with_a_proof_cut_short_fails)
{
	struct world world;
	struct stranger stranger;

	world_init_with(&world, NULL, 0);
	for (size_t size = 0; size < PROOF_SIZE; size += PROOF_SIZE - 1) {
		stranger = stranger_of(&world);
		meet(&stranger);
		check_refused(&stranger, send_proof(&stranger, PROOF_CLIENT, size));
	}
	world_fini(&world);
}
END_TEST

START_TEST(exchange_that_is_replayed_fails)
{
	struct world world;
	struct stranger first, thief;

	world_init_with(&world, NULL, 0);
	first = stranger_of(&world);
	check_welcome(&first);
	/* The same nonce and the same proof, word for word, on a connection of its own. */
	thief = stranger_of(&world);
	thief.talk = first.talk;
	(void)send_challenge(&thief, 1, PROOF_NONCE);
	world_turn(&world, 0);
	check_refused(&thief, send_proof(&thief, PROOF_CLIENT, PROOF_SIZE));
	world_fini(&world);
}
END_TEST

START_TEST(wrong_proof_in_one_turn_with_the_challenge_waits_as_long)
{
	struct world world;
	struct stranger stranger;
	struct world_call *challenge;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	challenge = send_challenge(&stranger, 1, PROOF_NONCE);
	check_refused(&stranger, send_proof(&stranger, PROOF_DAEMON, PROOF_SIZE));
	check_answer(challenge, CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(frames_behind_a_wrong_proof_are_not_looked_at)
{
	struct world world;
	struct stranger stranger;
	struct world_call *wrong, *right, *hello;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	meet(&stranger);
	wrong = send_proof(&stranger, PROOF_DAEMON, PROOF_SIZE);
	right = send_proof(&stranger, PROOF_CLIENT, PROOF_SIZE);
	hello = send_hello(&stranger);
	check_refused(&stranger, wrong);
	ck_assert(!right->answered && !hello->answered);
	world_fini(&world);
}
END_TEST

START_TEST(others_are_served_while_one_is_refused)
{
	struct world world;
	struct stranger wrong, right;

	world_init_with(&world, NULL, 0);
	wrong = stranger_of(&world);
	meet(&wrong);
	(void)send_proof(&wrong, PROOF_DAEMON, PROOF_SIZE);
	right = stranger_of(&world);
	check_welcome(&right);
	ck_assert(!wrong.client->is_closed);
	world_fini(&world);
}
END_TEST

START_TEST(end_of_one_that_is_refused_leaves_nothing)
{
	struct world world;
	struct stranger stranger;

	world_init_with(&world, NULL, 0);
	stranger = stranger_of(&world);
	meet(&stranger);
	(void)send_proof(&stranger, PROOF_DAEMON, PROOF_SIZE);
	world_turn(&world, 0);
	world_end(stranger.client, SERVER_PEER_RESET);
	world_turn(&world, 2 * WORLD_SECOND);
	world_turn(&world, 0);
	ck_assert_uint_eq(world.deadline_ns, UINT64_MAX);
	world_fini(&world);
}
END_TEST

/* -- how many, and how long -------------------------------------------------------------------------------------- */

START_TEST(stranger_past_unproven_max_makes_the_oldest_go)
{
	enum { MAX = 3 };
	struct world world;
	struct stranger known, strangers[MAX + 1];
	struct world_client *local;

	world_init_with(&world, "unproven_max", MAX);
	known = stranger_of(&world);
	check_welcome(&known);
	local = world_connect(&world);
	for (unsigned i = 0; i < MAX; i++)
		strangers[i] = stranger_of(&world);
	world_turn(&world, 0);
	for (unsigned i = 0; i < MAX; i++)
		ck_assert(!strangers[i].client->is_closed);
	strangers[MAX] = stranger_of(&world);
	world_turn(&world, 0);
	check_closed(&strangers[0], SERVER_CROWDED_OUT);
	for (unsigned i = 1; i <= MAX; i++)
		ck_assert(!strangers[i].client->is_closed);
	ck_assert(!local->is_closed && !known.client->is_closed);
	check_answer(world_call(known.client, "/concur.v1.Session/Ping", NULL), CONCUR_OK);
	world_fini(&world);
}
END_TEST

START_TEST(who_has_the_key_comes_in_through_any_crowd)
{
	struct world world;

	world_init_with(&world, "unproven_max", 4);
	for (unsigned i = 0; i < 100; i++) {
		struct stranger idle = stranger_of(&world), known;

		(void)idle;
		if (i % 10)
			continue;
		known = stranger_of(&world);
		check_welcome(&known);
	}
	world_fini(&world);
}
END_TEST

START_TEST(stranger_without_proof_in_time_is_closed)
{
	struct world world;
	struct stranger silent, slow;

	world_init_with(&world, "hello_seconds", 5);
	silent = stranger_of(&world);
	slow = stranger_of(&world);
	world_turn(&world, 4 * WORLD_SECOND);
	meet(&slow);
	/* Neither a challenge nor a proof gives more time: Hello counts. */
	(void)send_proof(&slow, PROOF_CLIENT, PROOF_SIZE);
	world_turn(&world, WORLD_SECOND);
	world_turn(&world, 0);
	check_closed(&silent, SERVER_NO_HELLO);
	ck_assert(slow.client->is_closed);
	ck_assert_int_eq(slow.client->reason, SERVER_NO_HELLO);
	world_fini(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		prove_with_the_key_is_answered_with_a_proof_and_lets_in,
		hello_behind_the_proof_in_one_turn_is_welcome,
		local_peer_needs_no_proof_and_is_shown_none,
		challenge_after_the_proof_is_refused_and_stays,
		any_other_method_before_the_proof_is_refused_and_closes,
		hello_between_challenge_and_proof_is_refused_and_closes,
		frame_that_is_none_before_the_proof_is_refused_and_closes,
		challenge_that_is_not_in_order_is_refused_and_closes,
		prove_without_challenge_is_refused_and_closes,
		prove_with_another_key_is_told_so_after_a_while_and_closes,
		prove_with_the_daemons_kind_of_proof_fails,
		prove_with_a_proof_cut_short_fails,
		exchange_that_is_replayed_fails,
		wrong_proof_in_one_turn_with_the_challenge_waits_as_long,
		frames_behind_a_wrong_proof_are_not_looked_at,
		others_are_served_while_one_is_refused,
		end_of_one_that_is_refused_leaves_nothing,
		stranger_past_unproven_max_makes_the_oldest_go,
		who_has_the_key_comes_in_through_any_crowd,
		stranger_without_proof_in_time_is_closed,
		NULL,
	};

	return unit_run("challenge", tests);
}
