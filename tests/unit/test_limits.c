/* Limits: each that a call can reach is answered with its name, and what is below it passes. */
#include "tests/sim/world.h"
#include "tests/unit/unit.h"

enum { ITEMS_MAX = 32, TEXT_MAX = 100 };

struct bench {
	struct world world;
	struct world_client *client;
	uint64_t dict, list, queue;
	struct world_call *call; /* the last one */
};

/* -- calls, by what they give the daemon to do ------------------------------------------------------------------- */

static void
list_append(struct bench *bench, ProtobufCBinaryData value)
{
	Concur__V1__ValueRequest request = CONCUR__V1__VALUE_REQUEST__INIT;

	request.object = bench->list;
	request.value = value;
	bench->call = world_call(bench->client, "/concur.v1.List/Append", &request.base);
}

static void
dict_set(struct bench *bench, ProtobufCBinaryData key)
{
	Concur__V1__KeyValueRequest request = CONCUR__V1__KEY_VALUE_REQUEST__INIT;

	request.object = bench->dict;
	request.key = key;
	request.value = world_integer(&bench->world, 1);
	bench->call = world_call(bench->client, "/concur.v1.Dict/Set", &request.base);
}

/* A text of `size` bytes. */
static ProtobufCBinaryData
text_of(struct bench *bench, size_t size)
{
	char text[TEXT_MAX + 1];

	ck_assert_uint_le(size, TEXT_MAX);
	memset(text, 'x', size);
	text[size] = '\0';
	return world_text(&bench->world, text);
}

static void
open_with_name(struct bench *bench, size_t size)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;
	ProtobufCBinaryData text = text_of(bench, size);

	request.kind = CONCUR__V1__KIND__KIND_DICT;
	request.name = (ProtobufCBinaryData){ size, text.data + (text.len - size) };
	bench->call = world_call(bench->client, "/concur.v1.Object/Open", &request.base);
}

static void
set_key(struct bench *bench, size_t size)
{
	dict_set(bench, text_of(bench, size));
}

/* Lists in lists, `depth` of them. */
static void
append_nested(struct bench *bench, size_t depth)
{
	ProtobufCBinaryData inner = world_value(&bench->world, &(struct value){ VALUE_LIST, (const uint8_t *)"", 0 });

	while (--depth) {
		uint8_t item[TEXT_MAX] = { VALUE_ITEM_TAG, (uint8_t)inner.len };

		memcpy(item + 2, inner.data, inner.len);
		inner = world_value(&bench->world, &(struct value){ VALUE_LIST, item, inner.len + 2 });
	}
	list_append(bench, inner);
}

/* So many lists, each to become an object. */
static void
extend_nested(struct bench *bench, size_t count)
{
	Concur__V1__OpenRequest open = CONCUR__V1__OPEN_REQUEST__INIT;
	Concur__V1__ValuesRequest request = CONCUR__V1__VALUES_REQUEST__INIT;
	ProtobufCBinaryData values[ITEMS_MAX];

	ck_assert_uint_le(count, ITEMS_MAX);
	open.kind = CONCUR__V1__KIND__KIND_LIST;
	open.nested = true;
	for (size_t i = 0; i < count; i++)
		values[i] = world_value(&bench->world, &(struct value){ VALUE_LIST, (const uint8_t *)"", 0 });
	request.object = world_open_with(bench->client, &open);
	request.values = values;
	request.n_values = count;
	bench->call = world_call(bench->client, "/concur.v1.List/Extend", &request.base);
}

static void
put_many(struct bench *bench, size_t count)
{
	Concur__V1__PutManyRequest request = CONCUR__V1__PUT_MANY_REQUEST__INIT;
	ProtobufCBinaryData values[ITEMS_MAX];

	ck_assert_uint_le(count, ITEMS_MAX);
	for (size_t i = 0; i < count; i++)
		values[i] = world_integer(&bench->world, 1);
	request.object = bench->queue;
	request.values = values;
	request.n_values = count;
	bench->call = world_call(bench->client, "/concur.v1.Queue/PutMany", &request.base);
}

static void
get_many(struct bench *bench, size_t count)
{
	Concur__V1__GetManyRequest request = CONCUR__V1__GET_MANY_REQUEST__INIT;

	request.object = bench->queue;
	request.count = (uint32_t)count;
	bench->call = world_call(bench->client, "/concur.v1.Queue/GetMany", &request.base);
}

static void
update_many(struct bench *bench, size_t count)
{
	Concur__V1__PairsRequest request = CONCUR__V1__PAIRS_REQUEST__INIT;
	ProtobufCBinaryData values[2 * ITEMS_MAX];

	for (size_t i = 0; i < 2 * count; i++)
		values[i] = world_integer(&bench->world, (int64_t)i);
	request.object = bench->dict;
	request.values = values;
	request.n_values = 2 * count;
	bench->call = world_call(bench->client, "/concur.v1.Dict/Update", &request.base);
}

static void
extend(struct bench *bench, size_t count)
{
	Concur__V1__ValuesRequest request = CONCUR__V1__VALUES_REQUEST__INIT;
	ProtobufCBinaryData values[ITEMS_MAX];

	for (size_t i = 0; i < count; i++)
		values[i] = world_integer(&bench->world, 1);
	request.object = bench->list;
	request.values = values;
	request.n_values = count;
	bench->call = world_call(bench->client, "/concur.v1.List/Extend", &request.base);
}

/* A list of `count`, and then all of it read as one slice. */
static void
get_slice(struct bench *bench, size_t count)
{
	Concur__V1__SliceRequest request = CONCUR__V1__SLICE_REQUEST__INIT;

	for (size_t i = 0; i < count; i++)
		list_append(bench, world_integer(&bench->world, 1));
	request.object = bench->list;
	request.step = 1;
	request.from_start = request.to_end = true;
	bench->call = world_call(bench->client, "/concur.v1.List/GetSlice", &request.base);
}

static void
sort(struct bench *bench, size_t count)
{
	Concur__V1__SortRequest request = CONCUR__V1__SORT_REQUEST__INIT;

	for (size_t i = 0; i < count; i++)
		list_append(bench, world_integer(&bench->world, 1));
	request.object = bench->list;
	bench->call = world_call(bench->client, "/concur.v1.List/Sort", &request.base);
}

static void
reverse(struct bench *bench, size_t count)
{
	for (size_t i = 0; i < count; i++)
		list_append(bench, world_integer(&bench->world, 1));
	bench->call = world_ask(bench->client, "/concur.v1.List/Reverse", bench->list);
}

/* As many items in front of the one that is looked for. */
static void
find(struct bench *bench, size_t count)
{
	Concur__V1__ValueRequest request = CONCUR__V1__VALUE_REQUEST__INIT;

	for (size_t i = 0; i < count; i++)
		list_append(bench, world_integer(&bench->world, 1));
	request.object = bench->list;
	request.value = world_integer(&bench->world, 2);
	bench->call = world_call(bench->client, "/concur.v1.List/Count", &request.base);
}

static void
fill_dict(struct bench *bench, size_t count)
{
	for (size_t i = 0; i < count; i++)
		dict_set(bench, world_integer(&bench->world, (int64_t)i));
}

static void
fill_list(struct bench *bench, size_t count)
{
	for (size_t i = 0; i < count; i++)
		list_append(bench, world_integer(&bench->world, 1));
}

static void
repeat(struct bench *bench, size_t count)
{
	Concur__V1__CountRequest request = CONCUR__V1__COUNT_REQUEST__INIT;

	list_append(bench, world_integer(&bench->world, 1));
	request.object = bench->list;
	request.count = (int64_t)count;
	bench->call = world_call(bench->client, "/concur.v1.List/Repeat", &request.base);
}

/* Three are there already. */
static void
open_many(struct bench *bench, size_t count)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

	request.kind = CONCUR__V1__KIND__KIND_LOCK;
	for (size_t i = 3; i < count; i++)
		bench->call = world_call(bench->client, "/concur.v1.Object/Open", &request.base);
}

/* As many waiting calls, and then one that tells whether the last one waits. */
static void
wait_many(struct bench *bench, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bench->call = world_wait(bench->client, "/concur.v1.Queue/Get", bench->queue, -1);
	if (!bench->call->answered)
		bench->call = world_call(bench->client, "/concur.v1.Session/Ping", NULL);
}

/* So many KiB of values that take no bytes on the wire but 16 each unpacked. */
static void
unpack_much(struct bench *bench, size_t kib)
{
	size_t size = kib * 1024 / 16 * 2;
	uint8_t *body = malloc(size);

	for (size_t i = 0; i < size; i += 2) {
		body[i] = 0x12; /* field 2: an empty value */
		body[i + 1] = 0;
	}
	bench->call = world_send_body(bench->client, "/concur.v1.List/Extend", body, size);
	world_turn(&bench->world, 0);
	free(body);
}

static void
store_bytes(struct bench *bench, size_t kib)
{
	Concur__V1__ValueRequest request = CONCUR__V1__VALUE_REQUEST__INIT;
	uint8_t *text = calloc(kib + 1, 1024);

	request.object = bench->list;
	request.value = world_value(&bench->world, &(struct value){ VALUE_DATA, text, (kib + 1) * 1024 });
	free(text);
	bench->call = world_call(bench->client, "/concur.v1.List/Append", &request.base);
}

/* Gets whose replies are all on their way at once. */
static void
get_many_unread(struct bench *bench, size_t gets)
{
	Concur__V1__PutRequest put = CONCUR__V1__PUT_REQUEST__INIT;
	Concur__V1__WaitRequest get = CONCUR__V1__WAIT_REQUEST__INIT;

	put.object = get.object = bench->queue;
	put.value = world_integer(&bench->world, 1);
	for (size_t i = 0; i < gets; i++)
		world_send(bench->client, "/concur.v1.Queue/Put", &put.base);
	for (size_t i = 0; i < gets; i++)
		bench->call = world_send(bench->client, "/concur.v1.Queue/Get", &get.base);
	world_turn(&bench->world, 0);
}

/* -- the table --------------------------------------------------------------------------------------------------- */

/* `reach(most)` passes; `reach(most + 1)` is refused, with the limit's name. */
static const struct limit_case {
	const char *limit;
	uint64_t value;
	size_t most;
	enum concur_status status;
	void (*reach)(struct bench *bench, size_t amount);
} cases[] = {
	{ "name_max", 9, 9, CONCUR_TOO_LARGE, open_with_name },
	{ "key_max", 9, 9, CONCUR_TOO_LARGE, set_key },
	{ "depth_max", 7, 7, CONCUR_TOO_LARGE, append_nested },
	{ "batch_max", 5, 5, CONCUR_TOO_LARGE, put_many },
	{ "batch_max", 5, 5, CONCUR_TOO_LARGE, get_many },
	{ "batch_max", 5, 5, CONCUR_TOO_LARGE, update_many },
	{ "batch_max", 5, 5, CONCUR_TOO_LARGE, extend },
	{ "batch_max", 5, 5, CONCUR_TOO_LARGE, get_slice },
	{ "sort_max", 5, 5, CONCUR_TOO_LARGE, sort },
	{ "move_max", 5, 5, CONCUR_TOO_LARGE, reverse },
	{ "move_max", 5, 5, CONCUR_TOO_LARGE, find },
	{ "container_max", 5, 5, CONCUR_LIMIT, fill_dict },
	{ "container_max", 5, 5, CONCUR_LIMIT, fill_list },
	{ "container_max", 5, 5, CONCUR_LIMIT, extend },
	{ "container_max", 5, 5, CONCUR_LIMIT, update_many },
	{ "container_max", 5, 5, CONCUR_LIMIT, repeat },
	{ "objects_max", 5, 5, CONCUR_LIMIT, open_many },
	{ "calls_max", 5, 5, CONCUR_LIMIT, wait_many },
	{ "deliveries_max", 5, 5, CONCUR_LIMIT, get_many_unread },
	{ "arena_max", 1024 * 1024, 300, CONCUR_TOO_LARGE, unpack_much },
	{ "nested_max", 5, 5, CONCUR_TOO_LARGE, extend_nested },
	{ "memory_max", 100 * 1024, 80, CONCUR_LIMIT, store_bytes },
};

static void
bench_init(struct bench *bench, const struct limit_case *at)
{
	struct limits limits = world_limits();

	ck_assert(limits_set(&limits, at->limit, at->value));
	world_init(&bench->world, &limits);
	bench->client = world_join(&bench->world);
	bench->dict = world_open(bench->client, CONCUR__V1__KIND__KIND_DICT, NULL);
	bench->list = world_open(bench->client, CONCUR__V1__KIND__KIND_LIST, NULL);
	bench->queue = world_open(bench->client, CONCUR__V1__KIND__KIND_QUEUE, NULL);
	bench->call = NULL;
}

START_TEST(call_at_its_limit_passes)
{
	const struct limit_case *at = &cases[_i];
	struct bench bench;

	bench_init(&bench, at);
	at->reach(&bench, at->most);
	ck_assert(bench.call->answered);
	/* unpack_much names no object: that it is looked for shows that the request was unpacked. */
	ck_assert_msg(bench.call->status == CONCUR_OK || bench.call->status == CONCUR_NOT_FOUND, "%s: %d", at->limit,
	    bench.call->status);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_past_its_limit_is_told_its_name)
{
	const struct limit_case *at = &cases[_i];
	const Concur__V1__Error *error;
	struct bench bench;

	bench_init(&bench, at);
	at->reach(&bench, at->most * (at->most > 50 ? 8 : 1) + 1);
	ck_assert(bench.call->answered);
	ck_assert_msg(bench.call->status == at->status, "%s: %d", at->limit, bench.call->status);
	error = world_error(bench.call);
	ck_assert_msg(error->limit.len == strlen(at->limit) &&
		memcmp(error->limit.data, at->limit, error->limit.len) == 0,
	    "%s: said %.*s", at->limit, (int)error->limit.len, (const char *)error->limit.data);
	world_fini(&bench.world);
}
END_TEST

/* -- replies ----------------------------------------------------------------------------------------------------- */

/* Whatever could be put can be got: a reply has less about its value than a request. */
START_TEST(largest_item_that_can_be_put_can_be_got)
{
	const uint64_t frame_max = 10000;

	for (size_t size = 9900; size < 10000; size++) {
		struct limits limits = world_limits();
		Concur__V1__PutRequest put = CONCUR__V1__PUT_REQUEST__INIT;
		struct world_client *client;
		struct world world;
		uint8_t data[10000] = { 0 };

		limits.frame_max = frame_max;
		world_init(&world, &limits);
		client = world_join(&world);
		put.object = world_open(client, CONCUR__V1__KIND__KIND_QUEUE, NULL);
		put.value = world_value(&world, &(struct value){ VALUE_DATA, data, size });
		/* What io reads as a frame. */
		if (FRAME_REQUEST - FRAME_LENGTH + protobuf_c_message_get_packed_size(&put.base) <= frame_max) {
			struct world_call *call;

			world_call(client, "/concur.v1.Queue/Put", &put.base);
			call = world_wait(client, "/concur.v1.Queue/Get", put.object, 0);
			ck_assert_msg(call->status == CONCUR_OK, "an item of %zu bytes is lost", size);
		}
		world_fini(&world);
	}
}
END_TEST

START_TEST(get_many_of_more_than_a_frame_loses_nothing)
{
	struct limits limits = world_limits();
	Concur__V1__PutRequest put = CONCUR__V1__PUT_REQUEST__INIT;
	Concur__V1__GetManyRequest get = CONCUR__V1__GET_MANY_REQUEST__INIT;
	struct world_client *client;
	struct world world;
	uint8_t data[4000] = { 0 };
	size_t got = 0;

	limits.frame_max = 10000;
	world_init(&world, &limits);
	client = world_join(&world);
	put.object = get.object = world_open(client, CONCUR__V1__KIND__KIND_QUEUE, NULL);
	put.value = world_value(&world, &(struct value){ VALUE_DATA, data, sizeof data });
	for (int i = 0; i < 5; i++)
		world_call(client, "/concur.v1.Queue/Put", &put.base);
	get.count = 5;
	for (int i = 0; i < 5 && got < 5; i++) {
		struct world_call *call = world_call(client, "/concur.v1.Queue/GetMany", &get.base);

		ck_assert_int_eq(call->status, CONCUR_OK);
		got += ((const Concur__V1__ValuesReply *)call->message)->n_values;
	}
	ck_assert_uint_eq(got, 5);
	world_fini(&world);
}
END_TEST

/* -- pages ------------------------------------------------------------------------------------------------------- */

static size_t
page(struct bench *bench, uint64_t *cursor)
{
	Concur__V1__PageRequest request = CONCUR__V1__PAGE_REQUEST__INIT;
	const Concur__V1__PairsReply *reply;

	request.object = bench->dict;
	request.cursor = *cursor;
	bench->call = world_call(bench->client, "/concur.v1.Dict/Page", &request.base);
	ck_assert_int_eq(bench->call->status, CONCUR_OK);
	reply = (const Concur__V1__PairsReply *)bench->call->message;
	*cursor = reply->cursor;
	return reply->n_values / 2;
}

START_TEST(page_is_bounded_by_entries_and_by_bytes_but_never_empty)
{
	static const struct limit_case bounds[] = { { .limit = "page_entries", .value = 4 },
		{ .limit = "page_bytes", .value = 1 } };
	static const size_t sizes[] = { 4, 1 };

	for (size_t i = 0; i < UNIT_COUNT(bounds); i++) {
		struct bench bench;
		uint64_t cursor = 0;
		size_t seen = 0;

		bench_init(&bench, &bounds[i]);
		fill_dict(&bench, 9);
		do {
			size_t count = page(&bench, &cursor);

			ck_assert_uint_le(count, sizes[i]);
			ck_assert(count > 0 || cursor == 0);
			seen += count;
		} while (cursor);
		ck_assert_uint_eq(seen, 9);
		world_fini(&bench.world);
	}
}
END_TEST

/* Entries of which a frame takes two: whatever page_bytes says, all come. */
START_TEST(page_of_entries_that_fill_frames_goes_on)
{
	struct limits limits = world_limits();
	uint8_t data[4000] = { 0 };
	struct bench bench;
	uint64_t cursor = 0;
	size_t seen = 0;

	limits.frame_max = 10000;
	world_init(&bench.world, &limits);
	bench.client = world_join(&bench.world);
	bench.dict = world_open(bench.client, CONCUR__V1__KIND__KIND_DICT, NULL);
	for (int64_t i = 0; i < 5; i++) {
		Concur__V1__KeyValueRequest request = CONCUR__V1__KEY_VALUE_REQUEST__INIT;

		request.object = bench.dict;
		request.key = world_integer(&bench.world, i);
		request.value = world_value(&bench.world, &(struct value){ VALUE_DATA, data, sizeof data });
		world_call(bench.client, "/concur.v1.Dict/Set", &request.base);
	}
	do {
		seen += page(&bench, &cursor);
	} while (cursor);
	ck_assert_uint_eq(seen, 5);
	world_fini(&bench.world);
}
END_TEST

/* A reply that is refused gives its receiver no references. */
START_TEST(slice_larger_than_a_frame_is_refused_and_refers_to_nothing)
{
	struct limits limits = world_limits();
	uint8_t data[4000] = { 0 }, reference[16] = { 1 << 3 };
	const Concur__V1__Error *error;
	struct world_call *info;
	struct bench bench;
	uint8_t *at;

	limits.frame_max = 10000;
	world_init(&bench.world, &limits);
	bench.client = world_join(&bench.world);
	bench.list = world_open(bench.client, CONCUR__V1__KIND__KIND_LIST, NULL);
	bench.queue = world_open(bench.client, CONCUR__V1__KIND__KIND_QUEUE, NULL);
	at = value_varint_write(reference + 1, bench.queue);
	*at++ = 2 << 3;
	*at++ = CONCUR__V1__KIND__KIND_QUEUE;
	list_append(&bench,
	    world_value(&bench.world, &(struct value){ VALUE_OBJECT, reference, (size_t)(at - reference) }));
	for (int i = 0; i < 3; i++)
		list_append(&bench, world_value(&bench.world, &(struct value){ VALUE_DATA, data, sizeof data }));
	get_slice(&bench, 0);
	ck_assert_int_eq(bench.call->status, CONCUR_TOO_LARGE);
	error = world_error(bench.call);
	ck_assert(error->limit.len == 9 && memcmp(error->limit.data, "frame_max", 9) == 0);
	info = world_ask(bench.client, "/concur.v1.Object/Info", bench.queue);
	/* The handle that opened it, and the list. */
	ck_assert_uint_eq(((const Concur__V1__ObjectInfo *)info->message)->refs, 2);
	world_fini(&bench.world);
}
END_TEST

/* -- all of them ------------------------------------------------------------------------------------------------- */

static bool
is_tested(const char *limit)
{
	/* In the cases above, in test_server (frames, outboxes, Hello, sessions), test_core (steps), test_pipe (which
	 * waits), test_linger, test_process, test_pool_ends, test_hired, test_spares, test_challenge, test_resume,
	 * test_resume_kept, or by io (frames in a turn, link.sh for silence). */
	static const char *const elsewhere[] = { "frame_max", "frame_hard_max", "page_bytes", "page_entries",
		"pipe_bytes_max", "sessions_max", "outbox_high", "outbox_max", "turn_frames", "turn_steps",
		"hello_seconds", "linger_seconds", "linger_max", "processes_max", "command_max", "stop_seconds",
		"output_max", "silence_seconds", "unproven_max", "refusal_seconds", "tasks_max", "functions_max",
		"workers_max", "task_output_max", "result_seconds", "grace_seconds", "kept_max", "spares_max" };

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		if (strcmp(cases[i].limit, limit) == 0)
			return true;
	}
	for (size_t i = 0; i < UNIT_COUNT(elsewhere); i++) {
		if (strcmp(elsewhere[i], limit) == 0)
			return true;
	}
	return false;
}

START_TEST(every_limit_has_a_test)
{
	for (const struct limits_row *row = limits_rows; row->name; row++)
		ck_assert_msg(is_tested(row->name), "%s has none", row->name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("limits");
	TCase *tcase = tcase_create("limits");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, call_at_its_limit_passes, 0, (int)UNIT_COUNT(cases));
	tcase_add_loop_test(tcase, call_past_its_limit_is_told_its_name, 0, (int)UNIT_COUNT(cases));
	tcase_add_test(tcase, largest_item_that_can_be_put_can_be_got);
	tcase_add_test(tcase, get_many_of_more_than_a_frame_loses_nothing);
	tcase_add_test(tcase, page_of_entries_that_fill_frames_goes_on);
	tcase_add_test(tcase, slice_larger_than_a_frame_is_refused_and_refers_to_nothing);
	tcase_add_test(tcase, every_limit_has_a_test);
	tcase_add_test(tcase, page_is_bounded_by_entries_and_by_bytes_but_never_empty);
	tcase_set_timeout(tcase, 0);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
