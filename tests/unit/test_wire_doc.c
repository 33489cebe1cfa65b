/* The examples in proto/WIRE.md: each is built here with the frame functions and protobuf-c, and must be the same
 * bytes.
 *
 * An example is a fenced block ```hex NAME with hexadecimal digits and comments. With CONCUR_WIRE_PRINT set, the
 * program prints what it builds, for whoever writes the document. */
#include "tests/unit/hex.h"
#include "tests/unit/unit.h"

#include "concur/v1/object.pb-c.h"
#include "concur/v1/queue.pb-c.h"
#include "concur/v1/session.pb-c.h"
#include "concur/v1/shapes.pb-c.h"
#include "concur/v1/value.pb-c.h"
#include "lib/crc32.h"
#include "lib/frame.h"
#include "lib/value.h"

#include <stdbool.h>
#include <stdio.h>

enum { EXAMPLE_MAX = 512 };

#define TEXT(literal)                                                \
	(ProtobufCBinaryData)                                        \
	{                                                            \
		sizeof(literal) - 1, (uint8_t *)(uintptr_t)(literal) \
	}

/* -- frames ------------------------------------------------------------------------------------------------------ */

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

static size_t
build_hello_request(uint8_t *to)
{
	Concur__V1__HelloRequest body = CONCUR__V1__HELLO_REQUEST__INIT;

	body.version = 1;
	body.client = TEXT("example 1.0");
	body.process = 4711;
	body.started = 123456;
	return build_request(to, "/concur.v1.Session/Hello", (struct frame_request){ .call = 1 }, NULL, &body);
}

static size_t
build_hello_reply(uint8_t *to)
{
	Concur__V1__HelloReply body = CONCUR__V1__HELLO_REPLY__INIT;

	body.version = 1;
	body.session = 17;
	body.daemon = TEXT("concurd 0.1.0");
	body.frame_max = 64 << 20;
	body.name_max = 1024;
	body.key_max = 1 << 20;
	body.depth_max = 64;
	body.calls_max = 262144;
	return build_reply(to, CONCUR_OK, 1, &body);
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

/* The encoded Value in `room`, as a field of bytes. */
static ProtobufCBinaryData
as_bytes(const Concur__V1__Value *value, uint8_t *room)
{
	return (ProtobufCBinaryData){ concur__v1__value__pack(value, room), room };
}

static Concur__V1__Value
of_integer(int64_t integer)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_INTEGER;
	value.integer = integer;
	return value;
}

static Concur__V1__Value
of_text(const char *text)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_TEXT;
	value.text = (char *)(uintptr_t)text;
	return value;
}

static Concur__V1__Value
of_number(double number)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_NUMBER;
	value.number = number;
	return value;
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

/* -- values ------------------------------------------------------------------------------------------------------ */

static size_t
build_value_null(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_NULL;
	value.null = true;
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_boolean(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_BOOLEAN;
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_integer(uint8_t *to)
{
	Concur__V1__Value value = of_integer(-3);

	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_big(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_BIG;
	value.big = TEXT("\0\0\0\0\0\0\0\0\1");
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_number(uint8_t *to)
{
	Concur__V1__Value value = of_number(0.5);

	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_text(uint8_t *to)
{
	Concur__V1__Value value = of_text("gr\xc3\xbcn");

	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_data(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;

	value.kind_case = CONCUR__V1__VALUE__KIND_DATA;
	value.data = TEXT("\0\xff");
	return concur__v1__value__pack(&value, to);
}

/* [1, ("a", 0.5), {"k": []}] */
static size_t
build_value_nested(uint8_t *to)
{
	Concur__V1__Value one = of_integer(1), a = of_text("a"), half = of_number(0.5), k = of_text("k");
	Concur__V1__Value empty = CONCUR__V1__VALUE__INIT, tuple = empty, map = empty, list = empty;
	Concur__V1__Sequence no_items = CONCUR__V1__SEQUENCE__INIT, two_items = no_items, three_items = no_items;
	Concur__V1__Mapping pairs = CONCUR__V1__MAPPING__INIT;
	Concur__V1__Pair pair = CONCUR__V1__PAIR__INIT;

	empty.kind_case = CONCUR__V1__VALUE__KIND_LIST;
	empty.list = &no_items;
	tuple.kind_case = CONCUR__V1__VALUE__KIND_TUPLE;
	tuple.tuple = &two_items;
	two_items.n_items = 2;
	two_items.items = (Concur__V1__Value *[]){ &a, &half };
	map.kind_case = CONCUR__V1__VALUE__KIND_MAP;
	map.map = &pairs;
	pairs.n_pairs = 1;
	pairs.pairs = (Concur__V1__Pair *[]){ &pair };
	pair.key = &k;
	pair.value = &empty;
	list.kind_case = CONCUR__V1__VALUE__KIND_LIST;
	list.list = &three_items;
	three_items.n_items = 3;
	three_items.items = (Concur__V1__Value *[]){ &one, &tuple, &map };
	return concur__v1__value__pack(&list, to);
}

static size_t
build_value_array(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;
	Concur__V1__TypedArray array = CONCUR__V1__TYPED_ARRAY__INIT;

	array.typecode = 'h';
	array.items = TEXT("\1\0\xff\xff");
	value.kind_case = CONCUR__V1__VALUE__KIND_ARRAY;
	value.array = &array;
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_object(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;
	Concur__V1__Reference reference = CONCUR__V1__REFERENCE__INIT;

	reference.object = 18;
	reference.kind = CONCUR__V1__KIND__KIND_DICT;
	value.kind_case = CONCUR__V1__VALUE__KIND_OBJECT;
	value.object = &reference;
	return concur__v1__value__pack(&value, to);
}

static size_t
build_value_opaque(uint8_t *to)
{
	Concur__V1__Value value = CONCUR__V1__VALUE__INIT;
	Concur__V1__Opaque opaque = CONCUR__V1__OPAQUE__INIT;

	opaque.codec = (char *)(uintptr_t) "pickle";
	opaque.data = TEXT("\x80\x05N.");
	opaque.n_references = 2;
	opaque.references = (uint64_t[]){ 18, 300 };
	value.kind_case = CONCUR__V1__VALUE__KIND_OPAQUE;
	value.opaque = &opaque;
	return concur__v1__value__pack(&value, to);
}

/* -- the document ------------------------------------------------------------------------------------------------ */

static const struct example {
	const char *name;
	size_t (*build)(uint8_t *to);
} examples[] = {
	{ "hello-request", build_hello_request },
	{ "hello-reply", build_hello_reply },
	{ "open-request", build_open_request },
	{ "open-reply", build_open_reply },
	{ "dict-get-request", build_dict_get_request },
	{ "dict-get-reply", build_dict_get_reply },
	{ "dict-get-missing-reply", build_dict_get_missing_reply },
	{ "error-reply", build_error_reply },
	{ "limit-reply", build_limit_reply },
	{ "queue-put-request", build_queue_put_request },
	{ "queue-put-reply", build_queue_put_reply },
	{ "queue-get-request", build_queue_get_request },
	{ "cancel-request", build_cancel_request },
	{ "cancelled-reply", build_cancelled_reply },
	{ "cancel-reply", build_cancel_reply },
	{ "unref-request", build_unref_request },
	{ "value-null", build_value_null },
	{ "value-boolean", build_value_boolean },
	{ "value-integer", build_value_integer },
	{ "value-big", build_value_big },
	{ "value-number", build_value_number },
	{ "value-text", build_value_text },
	{ "value-data", build_value_data },
	{ "value-nested", build_value_nested },
	{ "value-array", build_value_array },
	{ "value-object", build_value_object },
	{ "value-opaque", build_value_opaque },
};

static char *
read_document(void)
{
	FILE *file = fopen(SRCDIR "/proto/WIRE.md", "r");
	char *text = NULL;
	size_t room = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_gt(getdelim(&text, &room, '\0', file), 0);
	fclose(file);
	return text;
}

/* The bytes of the block so named; counts how often it is there. */
static unsigned
find_example(const char *document, const char *name, uint8_t *to, size_t *ret_size)
{
	static const char fence[] = "\n```hex ";
	unsigned found = 0;

	for (const char *at = document; (at = strstr(at, fence)) != NULL;) {
		at += sizeof fence - 1;
		const char *end = strstr(at, "\n```\n");
		ck_assert_ptr_nonnull(end);
		size_t size = strlen(name);
		if (strncmp(at, name, size) != 0 || at[size] != '\n')
			continue;
		char *block = strndup(at + size, (size_t)(end - at) - size);
		*ret_size = hex_read(block, to, EXAMPLE_MAX);
		free(block);
		found++;
	}
	return found;
}

START_TEST(examples_of_document_are_bytes_that_protobuf_makes)
{
	char *document = read_document();

	for (size_t i = 0; i < UNIT_COUNT(examples); i++) {
		uint8_t built[EXAMPLE_MAX], written[EXAMPLE_MAX];
		size_t built_size = examples[i].build(built), written_size = 0;

		ck_assert_msg(find_example(document, examples[i].name, written, &written_size) == 1, "%s: once",
		    examples[i].name);
		ck_assert_msg(written_size == built_size && memcmp(written, built, built_size) == 0,
		    "%s: other bytes in the document", examples[i].name);
	}
	free(document);
}
END_TEST

START_TEST(examples_of_document_are_all_built_here)
{
	char *document = read_document();
	size_t blocks = 0;

	for (const char *at = document; (at = strstr(at, "\n```hex ")) != NULL; at++)
		blocks++;
	ck_assert_uint_eq(blocks, UNIT_COUNT(examples));
	free(document);
}
END_TEST

START_TEST(examples_of_values_pass_the_check)
{
	static const struct value_limits limits = { .depth_max = 64, .key_max = 1024 };

	for (size_t i = 0; i < UNIT_COUNT(examples); i++) {
		uint8_t bytes[EXAMPLE_MAX];
		struct value value;

		if (strncmp(examples[i].name, "value-", 6) == 0)
			ck_assert_int_eq(value_check(bytes, examples[i].build(bytes), &limits, &value, NULL),
			    CONCUR_OK);
	}
}
END_TEST

/* Every status that travels stands in the document with its number. */
START_TEST(statuses_of_document_are_those_of_the_list)
{
	static const struct {
		const char *name;
		unsigned number;
	} statuses[] = {
#define ROW(name, number, text) { #name, number },
		CONCUR_STATUS_LIST(ROW)
#undef ROW
	};
	char *document = read_document();

	for (size_t i = 0; i < UNIT_COUNT(statuses); i++) {
		char row[64];

		snprintf(row, sizeof row, "\n| %u | %s |", statuses[i].number, statuses[i].name);
		ck_assert_msg((strstr(document, row) != NULL) == (statuses[i].number < 256), "%s", row);
	}
	free(document);
}
END_TEST

static void
print_examples(void)
{
	for (size_t i = 0; i < UNIT_COUNT(examples); i++) {
		uint8_t bytes[EXAMPLE_MAX];
		size_t size = examples[i].build(bytes);

		printf("%s", examples[i].name);
		for (size_t k = 0; k < size; k++)
			printf("%s%02x", k % 4 ? "" : " ", bytes[k]);
		printf("\n");
	}
}

int
main(void)
{
	const TTest *const tests[] = {
		examples_of_document_are_bytes_that_protobuf_makes,
		examples_of_document_are_all_built_here,
		examples_of_values_pass_the_check,
		statuses_of_document_are_those_of_the_list,
		NULL,
	};

	if (getenv("CONCUR_WIRE_PRINT")) {
		print_examples();
		return EXIT_SUCCESS;
	}
	return unit_run("wire_doc", tests);
}
