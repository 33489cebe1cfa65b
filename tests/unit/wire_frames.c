/* The frames of proto/WIRE.md. */
#include "tests/unit/wire_examples.h"

#include "concur/v1/object.pb-c.h"
#include "concur/v1/queue.pb-c.h"
#include "concur/v1/session.pb-c.h"
#include "concur/v1/shapes.pb-c.h"
#include "lib/concur_status.h"
#include "lib/crc32.h"
#include "lib/frame.h"
#include "lib/proof.h"
#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>

/* `head` lacks length, method and options. */
static size_t
build_request(uint8_t *to, const char *method, struct frame_request head, const void *options, const void *body)
{
	size_t options_size = options ? protobuf_c_message_get_packed_size(options) : 0;
	size_t size = FRAME_REQUEST + options_size + protobuf_c_message_get_packed_size(body);

	head.length = (uint32_t)size - FRAME_LENGTH;
	head.method = crc32_of(method, strlen(method));
	head.options = (uint16_t)options_size;
	frame_request_write(to, &head);
	if (options)
		protobuf_c_message_pack(options, to + FRAME_REQUEST);
	protobuf_c_message_pack(body, to + FRAME_REQUEST + options_size);
	return size;
}

static size_t
build_reply(uint8_t *to, enum concur_status status, uint64_t call, const void *body)
{
	size_t size = FRAME_REPLY + protobuf_c_message_get_packed_size(body);
	struct frame_reply head = { .length = (uint32_t)size - FRAME_LENGTH, .status = (uint16_t)status, .call = call };

	frame_reply_write(to, &head);
	protobuf_c_message_pack(body, to + FRAME_REPLY);
	return size;
}

/* The nonces of the example: bytes that count up from `first`. */
static void
fill_nonce(uint8_t nonce[PROOF_NONCE], uint8_t first)
{
	for (unsigned i = 0; i < PROOF_NONCE; i++)
		nonce[i] = (uint8_t)(first + i);
}

static struct proof_talk
example_talk(void)
{
	struct proof_talk talk = { .version = 1 };

	fill_nonce(talk.client_nonce, 0);
	fill_nonce(talk.daemon_nonce, PROOF_NONCE);
	return talk;
}

static size_t
build_challenge_request(uint8_t *to)
{
	Concur__V1__ChallengeRequest body = CONCUR__V1__CHALLENGE_REQUEST__INIT;
	struct proof_talk talk = example_talk();

	body.version = talk.version;
	body.nonce = (ProtobufCBinaryData){ PROOF_NONCE, talk.client_nonce };
	return build_request(to, "/concur.v1.Session/Challenge", (struct frame_request){ .call = 1 }, NULL, &body);
}

static size_t
build_challenge_reply(uint8_t *to)
{
	Concur__V1__ChallengeReply body = CONCUR__V1__CHALLENGE_REPLY__INIT;
	struct proof_talk talk = example_talk();

	body.nonce = (ProtobufCBinaryData){ PROOF_NONCE, talk.daemon_nonce };
	return build_reply(to, CONCUR_OK, 1, &body);
}

static size_t
build_proof_input(uint8_t *to)
{
	struct proof_talk talk = example_talk();

	proof_input(&talk, PROOF_CLIENT, to);
	return PROOF_INPUT;
}

static void
make_example_proof(enum proof_side side, uint8_t ret_proof[PROOF_SIZE])
{
	struct proof_talk talk = example_talk();
	struct key key;

	if (key_take("0123456789abcdef", 16, &key) || proof_make(&key, &talk, side, ret_proof) != CONCUR_OK)
		abort();
}

static size_t
build_prove_request(uint8_t *to)
{
	Concur__V1__ProveRequest body = CONCUR__V1__PROVE_REQUEST__INIT;
	struct frame_request head = { .call = 2, .replies_read = 1 };
	uint8_t proof[PROOF_SIZE];

	make_example_proof(PROOF_CLIENT, proof);
	body.proof = (ProtobufCBinaryData){ PROOF_SIZE, proof };
	return build_request(to, "/concur.v1.Session/Prove", head, NULL, &body);
}

static size_t
build_prove_reply(uint8_t *to)
{
	Concur__V1__ProveReply body = CONCUR__V1__PROVE_REPLY__INIT;
	uint8_t proof[PROOF_SIZE];

	make_example_proof(PROOF_DAEMON, proof);
	body.proof = (ProtobufCBinaryData){ PROOF_SIZE, proof };
	return build_reply(to, CONCUR_OK, 2, &body);
}

static Concur__V1__HelloRequest
example_hello(void)
{
	Concur__V1__HelloRequest body = CONCUR__V1__HELLO_REQUEST__INIT;

	body.version = 1;
	body.client = TEXT("example 1.0");
	return body;
}

static size_t
build_hello(uint8_t *to, const Concur__V1__HelloRequest *body)
{
	return build_request(to, "/concur.v1.Session/Hello", (struct frame_request){ .call = 1 }, NULL, body);
}

static size_t
build_hello_request(uint8_t *to)
{
	Concur__V1__HelloRequest body = example_hello();

	body.process = 4711;
	body.started = 123456;
	return build_hello(to, &body);
}

static size_t
build_hello_resumable_request(uint8_t *to)
{
	Concur__V1__HelloRequest body = example_hello();

	body.process = 4711;
	body.started = 123456;
	body.resumable = true;
	return build_hello(to, &body);
}

/* The secret of the example. */
static ProtobufCBinaryData
example_secret(uint8_t room[SECRET_SIZE])
{
	for (unsigned i = 0; i < SECRET_SIZE; i++)
		room[i] = (uint8_t)(0x40 + i);
	return (ProtobufCBinaryData){ SECRET_SIZE, room };
}

static size_t
build_resume_request(uint8_t *to)
{
	Concur__V1__HelloRequest body = example_hello();
	uint8_t secret[SECRET_SIZE];

	body.session = 17;
	body.secret = example_secret(secret);
	body.replies_read = 5;
	return build_hello(to, &body);
}

static Concur__V1__HelloReply
example_welcome(void)
{
	Concur__V1__HelloReply body = CONCUR__V1__HELLO_REPLY__INIT;

	body.version = 1;
	body.session = 17;
	body.daemon = TEXT("concurd 0.1.0");
	body.frame_max = 64 << 20;
	body.name_max = 1024;
	body.key_max = 1 << 20;
	body.depth_max = 64;
	body.calls_max = 131072;
	return body;
}

static size_t
build_hello_reply(uint8_t *to)
{
	Concur__V1__HelloReply body = example_welcome();

	return build_reply(to, CONCUR_OK, 1, &body);
}

static size_t
build_promise(uint8_t *to, uint64_t calls_seen)
{
	Concur__V1__HelloReply body = example_welcome();
	uint8_t secret[SECRET_SIZE];

	body.secret = example_secret(secret);
	body.grace_ns = UINT64_C(10000000000);
	body.silence_ns = UINT64_C(30000000000);
	body.calls_seen = calls_seen;
	return build_reply(to, CONCUR_OK, 1, &body);
}

static size_t
build_hello_resumable_reply(uint8_t *to)
{
	return build_promise(to, 0);
}

static size_t
build_resume_reply(uint8_t *to)
{
	return build_promise(to, 9);
}

static size_t
build_open_request(uint8_t *to)
{
	Concur__V1__OpenRequest body = CONCUR__V1__OPEN_REQUEST__INIT;
	struct frame_request head = { .call = 2, .context = 1, .replies_read = 1, .flags = FRAME_BLOCKED };

	body.name = TEXT("results");
	body.kind = CONCUR__V1__KIND__KIND_DICT;
	return build_request(to, "/concur.v1.Object/Open", head, NULL, &body);
}

static size_t
build_open_reply(uint8_t *to)
{
	Concur__V1__OpenReply body = CONCUR__V1__OPEN_REPLY__INIT;

	body.object = 18;
	body.kind = CONCUR__V1__KIND__KIND_DICT;
	body.created = true;
	return build_reply(to, CONCUR_OK, 2, &body);
}

static size_t
build_dict_get_request(uint8_t *to)
{
	Concur__V1__KeyRequest body = CONCUR__V1__KEY_REQUEST__INIT;
	Concur__V1__Value key = of_text("a");
	struct frame_request head = { .call = 3, .context = 1, .replies_read = 2, .flags = FRAME_BLOCKED };
	uint8_t room[16];

	body.object = 18;
	body.key = as_bytes(&key, room);
	return build_request(to, "/concur.v1.Dict/Get", head, NULL, &body);
}

static size_t
build_dict_get_reply(uint8_t *to)
{
	Concur__V1__ValueReply body = CONCUR__V1__VALUE_REPLY__INIT;
	Concur__V1__Value value = of_integer(42);
	uint8_t room[16];

	body.value = as_bytes(&value, room);
	return build_reply(to, CONCUR_OK, 3, &body);
}

static size_t
build_dict_set_request(uint8_t *to)
{
	Concur__V1__KeyValueRequest body = CONCUR__V1__KEY_VALUE_REQUEST__INIT;
	Concur__V1__Options options = CONCUR__V1__OPTIONS__INIT;
	Concur__V1__Value key = of_text("a"), value = of_integer(1);
	struct frame_request head = { .call = 4, .context = 1, .replies_read = 3, .flags = FRAME_BLOCKED };
	uint8_t room[16], more[16];

	options.if_version = 300;
	body.object = 18;
	body.key = as_bytes(&key, room);
	body.value = as_bytes(&value, more);
	return build_request(to, "/concur.v1.Dict/Set", head, &options, &body);
}

static size_t
build_dict_set_reply(uint8_t *to)
{
	Concur__V1__DoneReply body = CONCUR__V1__DONE_REPLY__INIT;

	body.version = 301;
	return build_reply(to, CONCUR_OK, 4, &body);
}

static size_t
build_dict_get_missing_reply(uint8_t *to)
{
	Concur__V1__ValueReply body = CONCUR__V1__VALUE_REPLY__INIT;

	body.outcome = CONCUR__V1__OUTCOME__NOT_THERE;
	return build_reply(to, CONCUR_OK, 3, &body);
}

static size_t
build_error_reply(uint8_t *to)
{
	Concur__V1__Error body = CONCUR__V1__ERROR__INIT;

	body.message = TEXT("no such object");
	return build_reply(to, CONCUR_NOT_FOUND, 3, &body);
}

/* Without the words. */
static size_t
build_needs_compare_reply(uint8_t *to)
{
	Concur__V1__Error body = CONCUR__V1__ERROR__INIT;
	ProtobufCBinaryData pickle = TEXT("\x6a\x0e\x0a\x06pickle\x12\x04\x80\x05N.");

	body.version = 300;
	body.candidates = &pickle;
	body.n_candidates = 1;
	return build_reply(to, CONCUR_NEEDS_COMPARE, 3, &body);
}

static size_t
build_limit_reply(uint8_t *to)
{
	Concur__V1__Error body = CONCUR__V1__ERROR__INIT;

	body.message = TEXT("larger than a limit allows");
	body.limit = TEXT("frame_max");
	return build_reply(to, CONCUR_TOO_LARGE, 9, &body);
}

static size_t
build_queue_put_request(uint8_t *to)
{
	Concur__V1__PutRequest body = CONCUR__V1__PUT_REQUEST__INIT;
	Concur__V1__Options options = CONCUR__V1__OPTIONS__INIT;
	Concur__V1__Value value = of_text("job 1");
	struct frame_request head = { .call = 4, .context = 2, .replies_read = 3 };
	uint8_t room[16];

	options.guard_lock = 20;
	options.guard_token = 300;
	body.object = 19;
	body.wait_ns = 5000000000;
	body.value = as_bytes(&value, room);
	return build_request(to, "/concur.v1.Queue/Put", head, &options, &body);
}

static size_t
build_queue_put_reply(uint8_t *to)
{
	Concur__V1__DoneReply body = CONCUR__V1__DONE_REPLY__INIT;

	return build_reply(to, CONCUR_OK, 4, &body);
}

static size_t
build_queue_get_request(uint8_t *to)
{
	Concur__V1__WaitRequest body = CONCUR__V1__WAIT_REQUEST__INIT;
	struct frame_request head = { .call = 5, .context = 3, .replies_read = 3, .flags = FRAME_BLOCKED };

	body.object = 19;
	body.wait_ns = -1;
	return build_request(to, "/concur.v1.Queue/Get", head, NULL, &body);
}

static size_t
build_cancel_request(uint8_t *to)
{
	Concur__V1__CancelRequest body = CONCUR__V1__CANCEL_REQUEST__INIT;
	struct frame_request head = { .call = 6, .context = 4, .replies_read = 3 };

	body.call = 5;
	return build_request(to, "/concur.v1.Session/Cancel", head, NULL, &body);
}

static size_t
build_cancelled_reply(uint8_t *to)
{
	Concur__V1__Error body = CONCUR__V1__ERROR__INIT;

	body.message = TEXT("the call was withdrawn");
	return build_reply(to, CONCUR_CANCELLED, 5, &body);
}

static size_t
build_cancel_reply(uint8_t *to)
{
	Concur__V1__CancelReply body = CONCUR__V1__CANCEL_REPLY__INIT;

	body.result = CONCUR__V1__CANCELLED__WITHDRAWN;
	return build_reply(to, CONCUR_OK, 6, &body);
}

static size_t
build_unref_request(uint8_t *to)
{
	Concur__V1__ObjectRequest body = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct frame_request head = { .call = 7, .context = 1, .replies_read = 6, .flags = FRAME_ONE_WAY };

	body.object = 18;
	return build_request(to, "/concur.v1.Object/Unref", head, NULL, &body);
}

const struct example wire_frames[] = {
	{ "challenge-request", build_challenge_request },
	{ "challenge-reply", build_challenge_reply },
	{ "proof-input", build_proof_input },
	{ "prove-request", build_prove_request },
	{ "prove-reply", build_prove_reply },
	{ "hello-request", build_hello_request },
	{ "hello-reply", build_hello_reply },
	{ "hello-resumable-request", build_hello_resumable_request },
	{ "hello-resumable-reply", build_hello_resumable_reply },
	{ "resume-request", build_resume_request },
	{ "resume-reply", build_resume_reply },
	{ "open-request", build_open_request },
	{ "open-reply", build_open_reply },
	{ "dict-get-request", build_dict_get_request },
	{ "dict-get-reply", build_dict_get_reply },
	{ "dict-set-request", build_dict_set_request },
	{ "dict-set-reply", build_dict_set_reply },
	{ "dict-get-missing-reply", build_dict_get_missing_reply },
	{ "error-reply", build_error_reply },
	{ "limit-reply", build_limit_reply },
	{ "needs-compare-reply", build_needs_compare_reply },
	{ "queue-put-request", build_queue_put_request },
	{ "queue-put-reply", build_queue_put_reply },
	{ "queue-get-request", build_queue_get_request },
	{ "cancel-request", build_cancel_request },
	{ "cancelled-reply", build_cancelled_reply },
	{ "cancel-reply", build_cancel_reply },
	{ "unref-request", build_unref_request },
	{ NULL, NULL },
};
