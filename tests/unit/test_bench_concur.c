/* The bench's concur protocol: its requests decode to what they should be, replies are taken whole and checked. Replies
 * to what is said before the clock starts wait in a socket of packets, one for each call. */
#include "tests/bench/work.h"
#include "tests/unit/unit.h"

#include "lib/concur_status.h"
#include "lib/frame.h"

#include <concur/v1/dict.pb-c.h>
#include <concur/v1/lock.pb-c.h>
#include <concur/v1/methods.h>
#include <concur/v1/object.pb-c.h>
#include <concur/v1/queue.pb-c.h>
#include <concur/v1/session.pb-c.h>
#include <concur/v1/value.pb-c.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OBJECT = 300, FRAME_ROOM = 1024 };

static const struct options defaults = {
	.name = "bench",
	.connections = 1,
	.depth = 4,
	.size = 5,
	.keys = 10,
	.seed = 1,
};

struct fixture {
	struct conn conn;
	int server; /* the other end */
};

static size_t
reply_write(uint8_t *to, uint64_t call, uint16_t status, const ProtobufCMessage *message)
{
	size_t size = protobuf_c_message_pack(message, to + FRAME_REPLY);
	struct frame_reply head = { .length = (uint32_t)(FRAME_REPLY - FRAME_LENGTH + size),
		.status = status,
		.call = call };

	frame_reply_write(to, &head);
	return FRAME_REPLY + size;
}

/* Replies to a Hello, then to so many Opens. */
static void
write_greeting(struct fixture *fixture, int opens)
{
	Concur__V1__HelloReply hello = CONCUR__V1__HELLO_REPLY__INIT;
	Concur__V1__OpenReply open = CONCUR__V1__OPEN_REPLY__INIT;
	uint8_t frame[FRAME_ROOM];
	size_t size = reply_write(frame, 1, CONCUR_OK, &hello.base);

	ck_assert_int_eq(write(fixture->server, frame, size), (ssize_t)size);
	for (int i = 0; i < opens; i++) {
		open.object = OBJECT + (uint64_t)i;
		size = reply_write(frame, 2 + (uint64_t)i, CONCUR_OK, &open.base);
		ck_assert_int_eq(write(fixture->server, frame, size), (ssize_t)size);
	}
}

static void
set_up(struct fixture *fixture, const char *work, int opens)
{
	struct conn *conn = &fixture->conn;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	*conn = (struct conn){ .fd = ends[0], .options = &defaults, .depth = defaults.depth };
	fixture->server = ends[1];
	conn->in_room = FRAME_ROOM;
	conn->in = malloc(conn->in_room);
	conn->work = work_find(&peer_concur, work);
	write_greeting(fixture, opens);
	ck_assert_int_eq(conn->work->prepare(conn), 0);
	conn_begin(conn, UINT64_MAX, 0);
}

static void
tear_down(struct fixture *fixture)
{
	close(fixture->server);
	conn_close(&fixture->conn);
}

static size_t
fill(struct conn *conn, size_t max)
{
	size_t calls = conn->work->fill(conn, max);

	conn->sent += calls;
	conn->calls_ever += calls;
	return calls;
}

/* Checks the header of the frame at *at, steps over the frame, and returns its body. */
static const uint8_t *
read_frame(const uint8_t **at, uint32_t method, uint64_t call, size_t *ret_size)
{
	const uint8_t *body = *at + FRAME_REQUEST;
	struct frame_request head;

	frame_request_read(*at, &head);
	ck_assert_uint_eq(head.method, method);
	ck_assert_uint_eq(head.call, call);
	ck_assert_uint_ne(head.context, 0);
	ck_assert_uint_eq(head.options, 0);
	*ret_size = head.length - (FRAME_REQUEST - FRAME_LENGTH);
	*at += FRAME_LENGTH + head.length;
	return body;
}

static void
assert_text(const ProtobufCBinaryData *encoded, const char *text)
{
	Concur__V1__Value *value = concur__v1__value__unpack(NULL, encoded->len, encoded->data);

	ck_assert_ptr_nonnull(value);
	ck_assert_int_eq(value->kind_case, CONCUR__V1__VALUE__KIND_TEXT);
	ck_assert_str_eq(value->text, text);
	concur__v1__value__free_unpacked(value, NULL);
}

/* The reply is not taken until its last byte is there, and then whole, whatever follows. */
static void
take(struct conn *conn, uint64_t call, uint16_t status, const ProtobufCMessage *message)
{
	uint8_t frame[FRAME_ROOM + 8] = { 0 };
	size_t size = reply_write(frame, call, status, message);

	for (size_t cut = 0; cut < size; cut++)
		ck_assert_int_eq(conn->work->take(conn, frame, cut), 0);
	ck_assert_int_eq(conn->work->take(conn, frame, size + 8), (ssize_t)size);
	conn->answered++;
	conn->replies_ever++;
}

START_TEST(greet_says_version_and_process)
{
	struct fixture fixture;
	Concur__V1__HelloRequest *hello;
	uint8_t frame[FRAME_ROOM];
	const uint8_t *at = frame, *body;
	size_t size;

	set_up(&fixture, "idle", 0);
	ck_assert_int_gt(read(fixture.server, frame, sizeof frame), FRAME_REQUEST);
	body = read_frame(&at, CONCUR_METHOD_SESSION_HELLO, 1, &size);
	hello = concur__v1__hello_request__unpack(NULL, size, body);
	ck_assert_ptr_nonnull(hello);
	ck_assert_uint_eq(hello->version, 1);
	ck_assert_uint_eq(hello->process, (uint64_t)getpid());
	ck_assert_uint_gt(hello->started, 0);
	concur__v1__hello_request__free_unpacked(hello, NULL);
	tear_down(&fixture);
}
END_TEST

START_TEST(dict_get_requests_decode_and_call_ids_rise)
{
	struct fixture fixture;
	const uint8_t *at, *body;
	size_t size;

	set_up(&fixture, "dict-get", 1);
	ck_assert_uint_eq(fill(&fixture.conn, 4), 4);
	at = fixture.conn.out;
	for (uint64_t call = 3; call < 7; call++) {
		Concur__V1__KeyRequest *get;

		body = read_frame(&at, CONCUR_METHOD_DICT_GET, call, &size);
		get = concur__v1__key_request__unpack(NULL, size, body);
		ck_assert_ptr_nonnull(get);
		ck_assert_uint_eq(get->object, OBJECT);
		ck_assert_uint_eq(get->key.len, 2 + KEY_SIZE);
		ck_assert_mem_eq(get->key.data + 2, "key:00000000000", KEY_SIZE - 1);
		concur__v1__key_request__free_unpacked(get, NULL);
	}
	ck_assert_ptr_eq(at, fixture.conn.out + fixture.conn.out_size);
	tear_down(&fixture);
}
END_TEST

START_TEST(dict_insert_sets_keys_in_order)
{
	struct fixture fixture;
	const uint8_t *at, *body;
	size_t size;

	set_up(&fixture, "dict-insert", 1);
	conn_begin(&fixture.conn, UINT64_MAX, 123);
	ck_assert_uint_eq(fill(&fixture.conn, 2), 2);
	at = fixture.conn.out;
	for (int i = 0; i < 2; i++) {
		Concur__V1__KeyValueRequest *set;

		body = read_frame(&at, CONCUR_METHOD_DICT_SET, 3 + (uint64_t)i, &size);
		set = concur__v1__key_value_request__unpack(NULL, size, body);
		ck_assert_ptr_nonnull(set);
		assert_text(&set->key, i == 0 ? "key:000000000123" : "key:000000000124");
		assert_text(&set->value, "vvvvv");
		concur__v1__key_value_request__free_unpacked(set, NULL);
	}
	tear_down(&fixture);
}
END_TEST

START_TEST(queue_puts_then_gets_and_checks_both_replies)
{
	Concur__V1__DoneReply done = CONCUR__V1__DONE_REPLY__INIT;
	Concur__V1__ValueReply got = CONCUR__V1__VALUE_REPLY__INIT;
	struct fixture fixture;
	Concur__V1__PutRequest *put;
	Concur__V1__WaitRequest *get;
	const uint8_t *at, *body;
	size_t size;

	set_up(&fixture, "queue", 1);
	ck_assert_uint_eq(fill(&fixture.conn, 2), 2);
	at = fixture.conn.out;
	body = read_frame(&at, CONCUR_METHOD_QUEUE_PUT, 3, &size);
	put = concur__v1__put_request__unpack(NULL, size, body);
	assert_text(&put->value, "vvvvv");
	ck_assert_int_eq(put->wait_ns, -1);
	body = read_frame(&at, CONCUR_METHOD_QUEUE_GET, 4, &size);
	get = concur__v1__wait_request__unpack(NULL, size, body);
	ck_assert_uint_eq(get->object, OBJECT);
	got.value = put->value;
	got.version = 1000;
	done.version = 1;
	take(&fixture.conn, 3, CONCUR_OK, &done.base);
	take(&fixture.conn, 4, CONCUR_OK, &got.base);
	ck_assert_uint_eq(fixture.conn.errors, 0);
	concur__v1__put_request__free_unpacked(put, NULL);
	concur__v1__wait_request__free_unpacked(get, NULL);
	tear_down(&fixture);
}
END_TEST

START_TEST(lock_acquires_then_releases)
{
	Concur__V1__LockReply held = CONCUR__V1__LOCK_REPLY__INIT;
	struct fixture fixture;
	Concur__V1__WaitRequest *acquire;
	const uint8_t *at, *body;
	size_t size;

	set_up(&fixture, "lock", 1);
	ck_assert_uint_eq(fill(&fixture.conn, 2), 2);
	at = fixture.conn.out;
	body = read_frame(&at, CONCUR_METHOD_LOCK_ACQUIRE, 3, &size);
	acquire = concur__v1__wait_request__unpack(NULL, size, body);
	ck_assert_int_eq(acquire->wait_ns, -1);
	read_frame(&at, CONCUR_METHOD_LOCK_RELEASE, 4, &size);
	held.token = UINT64_MAX;
	take(&fixture.conn, 3, CONCUR_OK, &held.base);
	ck_assert_uint_eq(fixture.conn.errors, 0);
	concur__v1__wait_request__free_unpacked(acquire, NULL);
	tear_down(&fixture);
}
END_TEST

START_TEST(remove_names_the_object)
{
	struct fixture fixture;
	Concur__V1__NameRequest *remove;
	const uint8_t *at, *body;
	size_t size;

	set_up(&fixture, "remove", 0);
	ck_assert_uint_eq(fill(&fixture.conn, 1), 1);
	at = fixture.conn.out;
	body = read_frame(&at, CONCUR_METHOD_MANAGER_REMOVE, 2, &size);
	remove = concur__v1__name_request__unpack(NULL, size, body);
	ck_assert_uint_eq(remove->name.len, 5);
	ck_assert_mem_eq(remove->name.data, "bench", 5);
	concur__v1__name_request__free_unpacked(remove, NULL);
	tear_down(&fixture);
}
END_TEST

START_TEST(take_of_wrong_replies_counts_errors)
{
	Concur__V1__ValueReply nothing = CONCUR__V1__VALUE_REPLY__INIT;
	uint8_t value[7] = { 0x32, 5, 'v', 'v', 'v', 'v', 'v' };
	Concur__V1__Error error = CONCUR__V1__ERROR__INIT;
	struct fixture fixture;

	nothing.outcome = CONCUR__V1__OUTCOME__NOT_THERE;
	set_up(&fixture, "dict-get", 1);
	ck_assert_uint_eq(fill(&fixture.conn, 4), 4);
	take(&fixture.conn, 3, CONCUR_OK, &nothing.base);
	ck_assert_uint_eq(fixture.conn.errors, 1);
	take(&fixture.conn, 4, CONCUR_NOT_FOUND, &error.base);
	ck_assert_uint_eq(fixture.conn.errors, 2);
	nothing.outcome = CONCUR__V1__OUTCOME__DONE;
	take(&fixture.conn, 5, CONCUR_OK, &nothing.base);
	ck_assert_uint_eq(fixture.conn.errors, 3);
	/* All is right but the call that it answers. */
	nothing.value = (ProtobufCBinaryData){ .data = value, .len = sizeof value };
	take(&fixture.conn, 5, CONCUR_OK, &nothing.base);
	ck_assert_uint_eq(fixture.conn.errors, 4);
	tear_down(&fixture);
}
END_TEST

START_TEST(take_of_what_is_no_frame_fails)
{
	static const uint8_t bytes[FRAME_REPLY] = { 3, 0, 0, 0 };
	struct fixture fixture;

	set_up(&fixture, "ping", 0);
	fill(&fixture.conn, 1);
	ck_assert_int_lt(fixture.conn.work->take(&fixture.conn, bytes, sizeof bytes), 0);
	tear_down(&fixture);
}
END_TEST

/* Gives the copy one page of two entries and returns the update that it makes of it. */
static Concur__V1__PairsRequest *
copy_page(struct conn *conn, uint64_t call, uint64_t cursor)
{
	static const char *const words[] = { "k1", "v1", "k2", "" };
	Concur__V1__PairsReply page = CONCUR__V1__PAIRS_REPLY__INIT;
	ProtobufCBinaryData values[UNIT_COUNT(words)];
	const uint8_t *at, *body;
	size_t size;

	for (size_t i = 0; i < UNIT_COUNT(words); i++)
		values[i] = (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)words[i], .len = strlen(words[i]) };
	page.n_values = UNIT_COUNT(words);
	page.values = values;
	page.cursor = cursor;
	page.version = 5;
	take(conn, call, CONCUR_OK, &page.base);
	ck_assert_uint_eq(fill(conn, 1), 1);
	at = conn->out;
	body = read_frame(&at, CONCUR_METHOD_DICT_UPDATE, call + 1, &size);
	return concur__v1__pairs_request__unpack(NULL, size, body);
}

START_TEST(copy_turns_each_page_into_an_update_until_the_last)
{
	Concur__V1__DoneReply done = CONCUR__V1__DONE_REPLY__INIT;
	struct fixture fixture;
	Concur__V1__PairsRequest *update;
	Concur__V1__PageRequest *page;
	const uint8_t *at, *body;
	size_t size;

	set_up(&fixture, "dict-copy", 2);
	ck_assert_uint_eq(fill(&fixture.conn, 1), 1);
	update = copy_page(&fixture.conn, 4, 1234);
	ck_assert_ptr_nonnull(update);
	ck_assert_uint_eq(update->object, OBJECT + 1);
	ck_assert_uint_eq(update->n_values, 4);
	ck_assert_mem_eq(update->values[2].data, "k2", 2);
	ck_assert_uint_eq(update->values[3].len, 0);
	concur__v1__pairs_request__free_unpacked(update, NULL);
	take(&fixture.conn, 5, CONCUR_OK, &done.base);
	ck_assert_uint_eq(fill(&fixture.conn, 1), 1);
	at = fixture.conn.out;
	body = read_frame(&at, CONCUR_METHOD_DICT_PAGE, 6, &size);
	page = concur__v1__page_request__unpack(NULL, size, body);
	ck_assert_uint_eq(page->cursor, 1234);
	ck_assert_uint_eq(page->object, OBJECT);
	concur__v1__page_request__free_unpacked(page, NULL);
	update = copy_page(&fixture.conn, 6, 0);
	concur__v1__pairs_request__free_unpacked(update, NULL);
	ck_assert_uint_eq(fixture.conn.errors, 0);
	take(&fixture.conn, 7, CONCUR_OK, &done.base);
	ck_assert(conn_is_done(&fixture.conn));
	ck_assert_uint_eq(fixture.conn.errors, 1); /* four entries, where --keys says ten */
	tear_down(&fixture);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		greet_says_version_and_process,
		dict_get_requests_decode_and_call_ids_rise,
		dict_insert_sets_keys_in_order,
		queue_puts_then_gets_and_checks_both_replies,
		lock_acquires_then_releases,
		remove_names_the_object,
		take_of_wrong_replies_counts_errors,
		take_of_what_is_no_frame_fails,
		copy_turns_each_page_into_an_update_until_the_last,
		NULL,
	};

	return unit_run("bench_concur", tests);
}
