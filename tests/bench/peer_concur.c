/* Concur's protocol: the works whose requests are prepared. */
#include "config.h"

#include "tests/bench/concur_call.h"
#include "tests/bench/concur_copy.h"
#include "tests/bench/work.h"

#include "lib/frame.h"

#include <concur/v1/dict.pb-c.h>
#include <concur/v1/lock.pb-c.h>
#include <concur/v1/methods.h>
#include <concur/v1/object.pb-c.h>
#include <concur/v1/queue.pb-c.h>
#include <concur/v1/value.pb-c.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOR_EVER = -1 };

/* An encoded text; the caller frees its data, which is NULL if there is no memory. */
static ProtobufCBinaryData
encode_text(const char *text)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;
	ProtobufCBinaryData encoded = { 0 };

	value.kind_case = CONCUR__V1__VALUE__KIND_TEXT;
	value.text = (char *)(uintptr_t)text;
	encoded.data = malloc(concur__v1__value__get_packed_size(&value));
	if (encoded.data)
		encoded.len = concur__v1__value__pack(&value, encoded.data);
	else
		work_no_memory();
	return encoded;
}

static ProtobufCBinaryData
encode_value(const struct conn *conn)
{
	ProtobufCBinaryData encoded = { 0 };
	char *text = malloc((size_t)conn->options->size + 1);

	if (text) {
		memset(text, 'v', (size_t)conn->options->size);
		text[conn->options->size] = '\0';
		encoded = encode_text(text);
	}
	free(text);
	return encoded;
}

static ProtobufCBinaryData
encode_key(uint64_t number)
{
	char key[KEY_SIZE + 1];

	key_write(key, number);
	key[KEY_SIZE] = '\0';
	return encode_text(key);
}

static int
lay_get(struct conn *conn, ProtobufCBinaryData key, size_t value_size)
{
	Concur__V1__KeyRequest request = CONCUR__V1__KEY_REQUEST__INIT;

	request.object = conn->object;
	request.key = key;
	return concur_lay(conn, CONCUR_METHOD_DICT_GET, &request.base, (uint32_t)value_size);
}

static int
lay_set(struct conn *conn, ProtobufCBinaryData key, ProtobufCBinaryData value)
{
	Concur__V1__KeyValueRequest request = CONCUR__V1__KEY_VALUE_REQUEST__INIT;
	struct request *laid;
	uint8_t *frame;
	size_t size;

	request.object = conn->object;
	request.key = key;
	request.value = value;
	if (concur_lay(conn, CONCUR_METHOD_DICT_SET, &request.base, 0) < 0)
		return -1;
	laid = &conn->stream.requests[conn->stream.laid - 1];
	frame = conn->stream.bytes + laid->start;
	size = laid[1].start - laid->start;
	/* The only text of this kind in the body: the object's number ends with its first byte below 128. */
	laid->key_at = (uint32_t)((uint8_t *)memmem(frame + FRAME_REQUEST, size - FRAME_REQUEST, "key:", 4) - frame) +
	    KEY_SIZE - KEY_DIGITS;
	return 0;
}

/* Prepares gets and sets as many times as the stream wants, each with a key drawn anew from the first `keys`. */
static int
prepare_dict(struct conn *conn, unsigned gets, unsigned sets, uint64_t keys)
{
	const struct options *options = conn->options;
	uint64_t state = options->seed + conn->number * 0x100000001u;
	size_t wanted = work_stream_wanted(conn, keys);
	ProtobufCBinaryData value;
	int result;

	if (concur_open(conn, options->name, CONCUR__V1__KIND__KIND_DICT, &conn->object) < 0)
		return -1;
	value = encode_value(conn);
	result = value.data ? 0 : -1;
	for (size_t i = 0; i < wanted && result == 0; i++) {
		ProtobufCBinaryData key = encode_key(draw(&state, keys));

		if (!key.data)
			result = -1;
		else if (i % (gets + sets) < gets)
			result = lay_get(conn, key, value.len);
		else
			result = lay_set(conn, key, value);
		free(key.data);
	}
	free(value.data);
	return result == 0 ? work_stream_close(conn) : -1;
}

static int
prepare_get(struct conn *conn)
{
	return prepare_dict(conn, 1, 0, conn->options->keys);
}

static int
prepare_set(struct conn *conn)
{
	return prepare_dict(conn, 0, 1, conn->options->keys);
}

/* The fill writes the keys in order over what is prepared. */
static int
prepare_insert(struct conn *conn)
{
	return prepare_dict(conn, 0, 1, 1);
}

static int
prepare_mixed(struct conn *conn)
{
	return prepare_dict(conn, 1, 1, conn->options->keys);
}

/* A request, and the size of the value that its reply is to hold. */
struct step {
	uint32_t method;
	const ProtobufCMessage *request;
	size_t value_size;
};

/* Prepares one operation of a step, or of two, many times over. */
static int
prepare_steps(struct conn *conn, const struct step *first, const struct step *second)
{
	size_t wanted = work_stream_wanted(conn, 1);

	for (size_t i = 0; i < wanted; i++) {
		if (concur_lay(conn, first->method, first->request, (uint32_t)first->value_size) < 0 ||
		    (second && concur_lay(conn, second->method, second->request, (uint32_t)second->value_size) < 0))
			return -1;
	}
	return work_stream_close(conn);
}

static int
prepare_queue(struct conn *conn)
{
	Concur__V1__PutRequest put = CONCUR__V1__PUT_REQUEST__INIT;
	Concur__V1__WaitRequest get = CONCUR__V1__WAIT_REQUEST__INIT;
	int result = -1;

	if (concur_open(conn, conn->options->name, CONCUR__V1__KIND__KIND_QUEUE, &conn->object) < 0)
		return -1;
	put.object = get.object = conn->object;
	put.wait_ns = get.wait_ns = FOR_EVER;
	put.value = encode_value(conn);
	if (put.value.data)
		result = prepare_steps(conn, &(struct step){ CONCUR_METHOD_QUEUE_PUT, &put.base, 0 },
		    &(struct step){ CONCUR_METHOD_QUEUE_GET, &get.base, put.value.len });
	free(put.value.data);
	return result;
}

/* Every connection has a lock of its own: a release behind an acquire that waits would be refused. */
static int
prepare_lock(struct conn *conn)
{
	Concur__V1__WaitRequest acquire = CONCUR__V1__WAIT_REQUEST__INIT;
	Concur__V1__ObjectRequest release = CONCUR__V1__OBJECT_REQUEST__INIT;
	char name[256];

	snprintf(name, sizeof name, "%s.%llu", conn->options->name, (unsigned long long)conn->number);
	if (concur_open(conn, name, CONCUR__V1__KIND__KIND_LOCK, &conn->object) < 0)
		return -1;
	acquire.object = release.object = conn->object;
	acquire.wait_ns = FOR_EVER;
	return prepare_steps(conn, &(struct step){ CONCUR_METHOD_LOCK_ACQUIRE, &acquire.base, 0 },
	    &(struct step){ CONCUR_METHOD_LOCK_RELEASE, &release.base, 0 });
}

static int
prepare_value_set(struct conn *conn)
{
	Concur__V1__ValueRequest set = CONCUR__V1__VALUE_REQUEST__INIT;
	int result = -1;

	if (concur_open(conn, conn->options->name, CONCUR__V1__KIND__KIND_VALUE, &conn->object) < 0)
		return -1;
	set.object = conn->object;
	set.value = encode_value(conn);
	if (set.value.data)
		result = prepare_steps(conn, &(struct step){ CONCUR_METHOD_CELL_SET, &set.base, 0 }, NULL);
	free(set.value.data);
	return result;
}

static int
prepare_value_get(struct conn *conn)
{
	Concur__V1__ObjectRequest get = CONCUR__V1__OBJECT_REQUEST__INIT;
	ProtobufCBinaryData value;

	if (concur_open(conn, conn->options->name, CONCUR__V1__KIND__KIND_VALUE, &conn->object) < 0)
		return -1;
	value = encode_value(conn);
	free(value.data);
	get.object = conn->object;
	return value.len ? prepare_steps(conn, &(struct step){ CONCUR_METHOD_CELL_GET, &get.base, value.len }, NULL)
			 : -1;
}

static int
prepare_ping(struct conn *conn)
{
	Concur__V1__Empty ping = CONCUR__V1__EMPTY__INIT;

	return concur_greet(conn) < 0
	    ? -1
	    : prepare_steps(conn, &(struct step){ CONCUR_METHOD_SESSION_PING, &ping.base, 0 }, NULL);
}

/* By its name: an object that this session had open would stay until the session ends. */
static int
prepare_remove(struct conn *conn)
{
	Concur__V1__NameRequest remove = CONCUR__V1__NAME_REQUEST__INIT;

	remove.name.data = (uint8_t *)(uintptr_t)conn->options->name;
	remove.name.len = strlen(conn->options->name);
	return concur_greet(conn) < 0
	    ? -1
	    : prepare_steps(conn, &(struct step){ CONCUR_METHOD_MANAGER_REMOVE, &remove.base, 0 }, NULL);
}

static size_t
concur_fill(struct conn *conn, size_t max)
{
	const struct request *first;
	size_t count = work_send_stream(conn, max, &first);

	for (size_t i = 0; i < count; i++)
		concur_stamp(conn, conn->stream.bytes + first[i].start, conn->calls_ever + 1 + i);
	return count;
}

/* A fill that sends sets with the keys in order. */
static size_t
concur_fill_keys(struct conn *conn, size_t max)
{
	const struct request *first;
	size_t count = work_send_stream(conn, max, &first);

	for (size_t i = 0; i < count; i++) {
		uint8_t *frame = conn->stream.bytes + first[i].start;

		concur_stamp(conn, frame, conn->calls_ever + 1 + i);
		key_write_digits((char *)frame + first[i].key_at, conn->key_first + conn->sent + i);
	}
	return count;
}

static ssize_t
concur_take(struct conn *conn, const uint8_t *bytes, size_t size)
{
	ssize_t whole = concur_is_whole(bytes, size);
	struct concur_answer answer;
	const uint8_t *body;
	uint32_t expected;

	if (whole <= 0)
		return whole;
	expected = work_expected(conn);
	work_answered(conn);
	body = concur_body(conn, bytes);
	if (!body)
		return whole;
	if (!concur_answer_read(body, bytes + whole, &answer))
		conn_fault(conn, "a reply that does not decode", "", 0);
	else if (answer.outcome != CONCUR__V1__OUTCOME__DONE)
		conn_fault(conn, "an outcome that is not DONE", "", 0);
	else if (answer.value_size != expected)
		conn_fault(conn, "a value of another size", "", 0);
	return whole;
}

static const struct work concur_works[] = {
	/* name, requests, one_at_a_time, before, before_count, prepare, fill, take */
	{ "dict-get", 1, false, "dict-insert", 0, prepare_get, concur_fill, concur_take },
	{ "dict-set", 1, false, "dict-insert", 0, prepare_set, concur_fill, concur_take },
	{ "dict-mixed", 2, false, "dict-insert", 0, prepare_mixed, concur_fill, concur_take },
	{ "dict-insert", 1, false, NULL, 0, prepare_insert, concur_fill_keys, concur_take },
	{ "dict-copy", 2, true, NULL, 0, concur_copy_prepare, concur_copy_fill, concur_copy_take },
	{ "remove", 1, false, NULL, 0, prepare_remove, concur_fill, concur_take },
	{ "queue", 2, false, NULL, 0, prepare_queue, concur_fill, concur_take },
	{ "lock", 2, false, NULL, 0, prepare_lock, concur_fill, concur_take },
	{ "value-get", 1, false, "value-set", 1, prepare_value_get, concur_fill, concur_take },
	{ "value-set", 1, false, NULL, 0, prepare_value_set, concur_fill, concur_take },
	{ "ping", 1, false, NULL, 0, prepare_ping, concur_fill, concur_take },
	{ "idle", 1, false, NULL, 0, concur_greet, NULL, concur_take },
	{ NULL, 0, false, NULL, 0, NULL, NULL, NULL },
};

const struct peer peer_concur = { .name = "concur", .works = concur_works };
