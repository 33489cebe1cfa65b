/* What every method says to arguments that can not be: one table over all methods, made from the services' descriptors.
 *
 * A request is filled field by field, by name, so that it would be carried out; then one thing about it is spoiled.
 * Each spoiled request has exactly one answer (the world sees to that), and changes nothing. */
#include "tests/sim/world.h"
#include "tests/unit/unit.h"

#include "daemon/rpc/services.h"

#include <stdio.h>

enum { KINDS = KIND_COUNT }; /* the numbers of Kind, KIND_NONE included */

struct bench {
	struct world world;
	struct world_client *client;
	uint64_t objects[KINDS];
	uint64_t future; /* a promise of the pool */
	uint64_t worker; /* that the client is, of the pool */
};

struct row {
	char name[128];
	const ProtobufCMethodDescriptor *method;
	Concur__V1__Kind kind; /* of the objects it is for, the first; KIND_NONE: of any kind, or of none */
	unsigned kinds;        /* of the objects it is for, as KIND_BIT() */
};

static void
bench_fill(struct bench *bench)
{
	Concur__V1__KeyValueRequest set = CONCUR__V1__KEY_VALUE_REQUEST__INIT;
	Concur__V1__ValueRequest append = CONCUR__V1__VALUE_REQUEST__INIT;
	Concur__V1__PutRequest put = CONCUR__V1__PUT_REQUEST__INIT;

	set.object = bench->objects[CONCUR__V1__KIND__KIND_DICT];
	set.key = set.value = world_integer(&bench->world, 1);
	world_call(bench->client, "/concur.v1.Dict/Set", &set.base);
	append.object = bench->objects[CONCUR__V1__KIND__KIND_LIST];
	append.value = set.value;
	world_call(bench->client, "/concur.v1.List/Append", &append.base);
	put.object = bench->objects[CONCUR__V1__KIND__KIND_QUEUE];
	put.value = set.value;
	world_call(bench->client, "/concur.v1.Queue/Put", &put.base);
	world_wait(bench->client, "/concur.v1.Lock/Acquire", bench->objects[CONCUR__V1__KIND__KIND_LOCK], 0);
}

/* One end of a pipe that does both, with something to receive. */
static uint64_t
open_pipe(struct bench *bench)
{
	Concur__V1__PipeRequest request = CONCUR__V1__PIPE_REQUEST__INIT;
	Concur__V1__SendRequest send = CONCUR__V1__SEND_REQUEST__INIT;
	const Concur__V1__PipeReply *ends;

	request.duplex = true;
	ends = (const Concur__V1__PipeReply *)world_call(bench->client, "/concur.v1.Pipe/New", &request.base)->message;
	send.object = ends->end1;
	send.value = world_integer(&bench->world, 1);
	world_call(bench->client, "/concur.v1.Pipe/Send", &send.base);
	return ends->end0;
}

/* Anonymous, with one of what its kind counts: a barrier has at least one party. */
static uint64_t
open_one(struct world_client *client, Concur__V1__Kind kind)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

	request.kind = kind;
	request.count = 1;
	if (kind == CONCUR__V1__KIND__KIND_ARRAY)
		request.typecode = 'i';
	return world_open_with(client, &request);
}

/* One that runs. */
static uint64_t
open_process(struct bench *bench)
{
	Concur__V1__ProcessRequest request = CONCUR__V1__PROCESS_REQUEST__INIT;
	ProtobufCBinaryData word = world_bytes("sleep");
	uint64_t process;

	request.n_words = 1;
	request.words = &word;
	process =
	    ((const Concur__V1__OpenReply *)world_call(bench->client, "/concur.v1.Process/New", &request.base)->message)
		->object;
	world_ask(bench->client, "/concur.v1.Process/Start", process);
	world_turn(&bench->world, 0);
	return process;
}

static void
fill_pool(struct bench *bench)
{
	Concur__V1__AttachRequest attach = CONCUR__V1__ATTACH_REQUEST__INIT;
	struct world_call *call;

	call = world_ask(bench->client, "/concur.v1.Pool/Promise", bench->objects[KIND_POOL]);
	bench->future = ((const Concur__V1__SubmitReply *)call->message)->future;
	attach.pool = bench->objects[KIND_POOL];
	call = world_call(bench->client, "/concur.v1.Worker/Attach", &attach.base);
	bench->worker = ((const Concur__V1__AttachReply *)call->message)->worker;
}

static void
bench_init(struct bench *bench)
{
	*bench = (struct bench){ 0 };
	world_init(&bench->world, NULL);
	bench->client = world_join(&bench->world);
	for (unsigned kind = 1; kind < KINDS; kind++) {
		if (kind_find(kind) && kind != KIND_PIPE && kind != KIND_PROCESS)
			bench->objects[kind] = open_one(bench->client, (Concur__V1__Kind)kind);
	}
	bench->objects[KIND_PIPE] = open_pipe(bench);
	bench->objects[KIND_PROCESS] = open_process(bench);
	bench_fill(bench);
	fill_pool(bench);
}

/* All that a call could change, in numbers: sums that a change of one can not leave as they were. */
static void
bench_state(struct bench *bench, uint64_t ret[KINDS + 4])
{
	struct world_call *call = world_call(bench->client, "/concur.v1.Manager/Info", NULL);
	const Concur__V1__ManagerInfo *info = (const Concur__V1__ManagerInfo *)call->message;

	ret[0] = 0;
	ret[KINDS] = info->objects;
	ret[KINDS + 1] = info->bytes;
	ret[KINDS + 2] = info->waiters;
	ret[KINDS + 3] = info->sessions;
	for (int kind = 1; kind < KINDS; kind++) {
		struct world_call *about;
		const Concur__V1__ObjectInfo *object;

		ret[kind] = 0;
		if (!bench->objects[kind])
			continue;
		about = world_ask(bench->client, "/concur.v1.Object/Info", bench->objects[kind]);
		object = (const Concur__V1__ObjectInfo *)about->message;
		ret[kind] = object->version + object->len + object->refs;
	}
}

/* -- requests ---------------------------------------------------------------------------------------------------- */

static void *
field_of(ProtobufCMessage *message, const char *name)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);

	return field ? (char *)message + field->offset : NULL;
}

static bool
has_field(const struct row *row, const char *name)
{
	return protobuf_c_message_descriptor_get_field_by_name(row->method->input, name) != NULL;
}

static bool
is(const struct row *row, const char *name)
{
	return strcmp(row->name, name) == 0;
}

static void
fill_number(ProtobufCMessage *message, const char *name, uint64_t number)
{
	void *field = field_of(message, name);

	if (field)
		memcpy(field, &number, sizeof number);
}

static void
fill_bytes(ProtobufCMessage *message, const char *name, ProtobufCBinaryData bytes)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);

	if (field && field->label != PROTOBUF_C_LABEL_REPEATED)
		memcpy((char *)message + field->offset, &bytes, sizeof bytes);
}

/* `count` values. `room` must live as long as the message. */
static void
fill_values(ProtobufCMessage *message, const char *name, ProtobufCBinaryData *room, size_t count)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);

	if (!field || field->label != PROTOBUF_C_LABEL_REPEATED)
		return;
	*(size_t *)(void *)((char *)message + field->quantifier_offset) = count;
	*(ProtobufCBinaryData **)(void *)((char *)message + field->offset) = room;
}

/* What is spoiled. */
struct spoil {
	uint64_t object;
	int64_t wait_ns;
	ProtobufCBinaryData key, value, values[2];
};

static struct spoil
spoil_nothing(struct bench *bench, const struct row *row)
{
	ProtobufCBinaryData one = world_integer(&bench->world, 1);

	return (struct spoil){ .object = bench->objects[row->kind ? row->kind : CONCUR__V1__KIND__KIND_DICT],
		.key = one,
		.value = one,
		.values = { one, one } };
}

static struct world_call *
make_call(struct bench *bench, const struct row *row, struct spoil *spoil)
{
	ProtobufCMessage *message = arena_alloc(&bench->world.arena, row->method->input->sizeof_message);
	static const int32_t kind = CONCUR__V1__KIND__KIND_VALUE;

	row->method->input->message_init(message);
	fill_number(message, "object", spoil->object);
	if (!has_field(row, "values") && !has_field(row, "value"))
		fill_number(message, "other", spoil->object);
	fill_number(message, "wait_ns", (uint64_t)spoil->wait_ns);
	fill_bytes(message, "key", spoil->key);
	fill_bytes(message, "value", spoil->value);
	fill_bytes(message, "expected", spoil->value);
	fill_values(message, "values", spoil->values, 2);
	fill_values(message, "path", &spoil->key, 1);
	fill_number(message, "pool", bench->objects[KIND_POOL]);
	fill_number(message, "future", bench->future);
	fill_number(message, "worker", bench->worker);
	fill_bytes(message, "function", world_bytes("f"));
	fill_bytes(message, "arguments", spoil->values[0]);
	fill_values(message, "arguments", spoil->values, 2);
	if (is(row, "/concur.v1.Object/Open"))
		memcpy(field_of(message, "kind"), &kind, sizeof kind);
	return world_call(bench->client, row->name, message);
}

/* -- the table --------------------------------------------------------------------------------------------------- */

/* The kinds that a service is for; 0: any, or none. A new kind adds its line, or its bit to one. */
static unsigned
kinds_of_service(const char *service)
{
	static const struct {
		const char *service;
		unsigned kinds;
	} rows[] = {
		{ "concur.v1.Array", KIND_BIT(KIND_ARRAY) },
		{ "concur.v1.Barrier", KIND_BIT(KIND_BARRIER) },
		{ "concur.v1.Cell", KIND_BIT(KIND_CELL) },
		{ "concur.v1.Dict", KIND_BIT(KIND_DICT) | KIND_BIT(KIND_NAMESPACE) },
		{ "concur.v1.Event", KIND_BIT(KIND_EVENT) },
		{ "concur.v1.Latch", KIND_BIT(KIND_LATCH) },
		{ "concur.v1.List", KIND_BIT(KIND_LIST) },
		{ "concur.v1.Condition", KIND_BIT(KIND_CONDITION) },
		{ "concur.v1.RWLock", KIND_BIT(KIND_RWLOCK) },
		{ "concur.v1.Lock", KIND_BIT(KIND_LOCK) | KIND_BIT(KIND_RLOCK) | KIND_BIT(KIND_CONDITION) },
		{ "concur.v1.Path", KIND_BIT(KIND_DICT) | KIND_BIT(KIND_NAMESPACE) | KIND_BIT(KIND_LIST) },
		{ "concur.v1.Pipe", KIND_BIT(KIND_PIPE) },
		{ "concur.v1.Pool", KIND_BIT(KIND_POOL) },
		{ "concur.v1.Process", KIND_BIT(KIND_PROCESS) },
		{ "concur.v1.Queue", KIND_BIT(KIND_QUEUE) },
		{ "concur.v1.Set", KIND_BIT(KIND_SET) },
		{ "concur.v1.Semaphore", KIND_BIT(KIND_SEMAPHORE) },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		if (strcmp(rows[i].service, service) == 0)
			return rows[i].kinds;
	}
	return 0;
}

/* Calls `check` for each method; it says how many cases it had, and at least `least` must come together. */
static void
each_method(struct bench *bench, unsigned least, bool (*check)(struct bench *bench, const struct row *row))
{
	unsigned cases = 0;

	for (const ProtobufCService *const *at = services; *at; at++) {
		const ProtobufCServiceDescriptor *service = (*at)->descriptor;

		for (unsigned i = 0; i < service->n_methods; i++) {
			struct row row = { .method = &service->methods[i], .kinds = kinds_of_service(service->name) };

			snprintf(row.name, sizeof row.name, "/%s/%s", service->name, row.method->name);
			if (strcmp(row.name, "/concur.v1.Object/Lock") == 0)
				row.kinds = KIND_BIT(KIND_CELL) | KIND_BIT(KIND_ARRAY);
			row.kind = row.kinds ? (Concur__V1__Kind)__builtin_ctz(row.kinds) : CONCUR__V1__KIND__KIND_NONE;
			cases += check(bench, &row);
		}
	}
	ck_assert_uint_ge(cases, least);
}

/* The same on a bench of its own, which must be afterwards as it was before. */
static void
each_method_changes_nothing(unsigned least, bool (*check)(struct bench *bench, const struct row *row))
{
	uint64_t before[KINDS + 4], after[KINDS + 4];
	struct bench bench;

	bench_init(&bench);
	bench_state(&bench, before);
	each_method(&bench, least, check);
	bench_state(&bench, after);
	for (int i = 0; i < KINDS + 4; i++)
		ck_assert_msg(before[i] == after[i], "number %d of the state has changed", i);
	world_fini(&bench.world);
}

static void
expect(const struct row *row, const struct world_call *call, enum concur_status status)
{
	ck_assert_msg(call->answered, "%s is not answered", row->name);
	ck_assert_msg(call->status == status, "%s: %d, not %d", row->name, call->status, status);
}

/* Whether the method looks at values in the field; the shape of slices has one that only one of its methods does. */
static bool
takes_value(const struct row *row, const char *field)
{
	return has_field(row, field) && !is(row, "/concur.v1.List/GetSlice") &&
	    !is(row, "/concur.v1.List/DeleteSlice") && !is(row, "/concur.v1.Array/GetSlice");
}

/* One of those that stand before a session. */
static bool
is_first(const struct bench *bench, const struct row *row)
{
	return world_method(&bench->world, row->name)->flags & METHOD_FIRST;
}

static bool
check_no_hello(struct bench *bench, const struct row *row)
{
	struct world_client *client = bench->client, *stranger = world_connect(&bench->world);
	struct spoil spoil = spoil_nothing(bench, row);

	if (!is_first(bench, row)) {
		bench->client = stranger;
		expect(row, make_call(bench, row, &spoil), CONCUR_NO_HELLO);
		bench->client = client;
	}
	world_end(stranger, SERVER_PEER_CLOSED);
	return !is_first(bench, row);
}

START_TEST(call_without_hello_is_refused)
{
	each_method_changes_nothing(50, check_no_hello);
}
END_TEST

static bool
check_bad_message(struct bench *bench, const struct row *row)
{
	static const char *const bodies[] = { "\xff", "\x0f", "\x0a\x05", "\x08", "\x07" };

	for (size_t i = 0; i < UNIT_COUNT(bodies); i++) {
		struct world_call *call = world_send_body(bench->client, row->name, bodies[i], strlen(bodies[i]));

		world_turn(&bench->world, 0);
		expect(row, call, CONCUR_BAD_MESSAGE);
	}
	return true;
}

START_TEST(call_whose_body_does_not_decode_is_refused)
{
	each_method_changes_nothing(50, check_bad_message);
}
END_TEST

static bool
check_missing(struct bench *bench, const struct row *row)
{
	struct spoil spoil = spoil_nothing(bench, row);

	if (!has_field(row, "object") || is(row, "/concur.v1.Object/Unref"))
		return false;
	spoil.object = UINT64_MAX;
	expect(row, make_call(bench, row, &spoil), CONCUR_NOT_FOUND);
	spoil.object = 0;
	expect(row, make_call(bench, row, &spoil), CONCUR_NOT_FOUND);
	return true;
}

START_TEST(call_for_missing_object_is_refused)
{
	each_method_changes_nothing(45, check_missing);
}
END_TEST

static bool
check_wrong_kind(struct bench *bench, const struct row *row)
{
	if (row->kind == CONCUR__V1__KIND__KIND_NONE || !has_field(row, "object"))
		return false;
	for (unsigned kind = 1; kind < KINDS; kind++) {
		struct spoil spoil = spoil_nothing(bench, row);

		if (row->kinds & KIND_BIT(kind) || !bench->objects[kind])
			continue;
		spoil.object = bench->objects[kind];
		expect(row, make_call(bench, row, &spoil), CONCUR_WRONG_KIND);
	}
	return true;
}

START_TEST(call_for_object_of_another_kind_is_refused)
{
	each_method_changes_nothing(40, check_wrong_kind);
}
END_TEST

static bool
check_bad_wait(struct bench *bench, const struct row *row)
{
	struct spoil spoil = spoil_nothing(bench, row);

	if (!has_field(row, "wait_ns"))
		return false;
	spoil.wait_ns = -2;
	expect(row, make_call(bench, row, &spoil), CONCUR_BAD_WAIT);
	spoil.wait_ns = INT64_MIN;
	expect(row, make_call(bench, row, &spoil), CONCUR_BAD_WAIT);
	return true;
}

START_TEST(call_with_bad_wait_is_refused)
{
	each_method_changes_nothing(6, check_bad_wait);
}
END_TEST

/* 0: an integer without its number, 1: no such field, 2: text that is not UTF-8, 3: nothing where a value must be. */
static ProtobufCBinaryData
bad_value(size_t which)
{
	static const char *const bytes[] = { "\x18", "\x7a\x01x", "\x32\x01\xff", "" };

	return world_bytes(bytes[which]);
}

static bool
check_bad_value(struct bench *bench, const struct row *row)
{
	/* Absent means something of its own to these. */
	bool may_be_absent = is(row, "/concur.v1.Object/Open") || is(row, "/concur.v1.Dict/CompareExchange");

	if (!takes_value(row, "value") && !takes_value(row, "values"))
		return false;
	for (size_t which = 0; which < (may_be_absent ? 3u : 4u); which++) {
		struct spoil spoil = spoil_nothing(bench, row);

		spoil.value = spoil.values[1] = bad_value(which);
		expect(row, make_call(bench, row, &spoil), CONCUR_BAD_VALUE);
	}
	return true;
}

/* A task's, of one or of many. */
static bool
check_bad_arguments(struct bench *bench, const struct row *row)
{
	if (!has_field(row, "arguments"))
		return false;
	for (size_t which = 0; which < 4; which++) {
		struct spoil spoil = spoil_nothing(bench, row);

		spoil.values[0] = bad_value(which);
		expect(row, make_call(bench, row, &spoil), CONCUR_BAD_VALUE);
	}
	return true;
}

START_TEST(submission_whose_arguments_do_not_decode_is_refused)
{
	each_method_changes_nothing(3, check_bad_arguments);
}
END_TEST

START_TEST(call_with_bad_value_is_refused)
{
	each_method_changes_nothing(20, check_bad_value);
}
END_TEST

static bool
check_bad_key(struct bench *bench, const struct row *row)
{
	if (row->kind != CONCUR__V1__KIND__KIND_DICT || !has_field(row, "key"))
		return false;
	for (size_t which = 0; which < 4; which++) {
		struct spoil spoil = spoil_nothing(bench, row);

		spoil.key = bad_value(which);
		expect(row, make_call(bench, row, &spoil), CONCUR_BAD_VALUE);
	}
	return true;
}

START_TEST(call_with_bad_key_is_refused)
{
	each_method_changes_nothing(9, check_bad_key);
}
END_TEST

static bool
check_unhashable(struct bench *bench, const struct row *row)
{
	static const enum value_kind kinds[] = { VALUE_LIST, VALUE_MAP };
	bool is_dict = row->kind == CONCUR__V1__KIND__KIND_DICT, is_set = row->kind == CONCUR__V1__KIND__KIND_SET;

	if (!((is_dict && has_field(row, "key")) || (is_set && has_field(row, "value")) ||
		((is_dict || is_set) && has_field(row, "values"))))
		return false;
	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		struct spoil spoil = spoil_nothing(bench, row);

		spoil.key = world_value(&bench->world, &(struct value){ kinds[i], (const uint8_t *)"", 0 });
		spoil.values[0] = spoil.value = spoil.key;
		expect(row, make_call(bench, row, &spoil), CONCUR_UNHASHABLE);
	}
	return true;
}

START_TEST(call_with_unhashable_key_is_refused)
{
	each_method_changes_nothing(10, check_unhashable);
}
END_TEST

static bool
check_missing_reference(struct bench *bench, const struct row *row)
{
	struct spoil spoil = spoil_nothing(bench, row);
	struct value reference = { VALUE_OBJECT, (const uint8_t *)"\x08\x07\x10\x01", 4 };

	if (!takes_value(row, "value") && !takes_value(row, "values"))
		return false;
	spoil.value = spoil.values[1] = world_value(&bench->world, &reference);
	expect(row, make_call(bench, row, &spoil), CONCUR_NOT_FOUND);
	return true;
}

START_TEST(call_with_reference_to_missing_object_is_refused)
{
	each_method_changes_nothing(20, check_missing_reference);
}
END_TEST

/* Whether the call can be bound to a version of its object. */
static bool
takes_version(const struct row *row)
{
	return has_field(row, "object") &&
	    protobuf_c_message_descriptor_get_field_by_name(row->method->output, "outcome");
}

static bool
check_version(struct bench *bench, const struct row *row)
{
	Concur__V1__Options options = CONCUR__V1__OPTIONS__INIT;
	struct spoil spoil = spoil_nothing(bench, row);
	struct world_call *call;

	if (is_first(bench, row) || is(row, "/concur.v1.Object/Unref"))
		return false;
	options.if_version = 1;
	bench->client->options = &options;
	call = make_call(bench, row, &spoil);
	bench->client->options = NULL;
	expect(row, call, takes_version(row) ? CONCUR_OK : CONCUR_BAD_MESSAGE);
	if (takes_version(row))
		ck_assert_msg(world_outcome(call) == CONCUR__V1__OUTCOME__CHANGED, "%s is carried out", row->name);
	return true;
}

START_TEST(call_at_another_version_changes_nothing)
{
	each_method_changes_nothing(50, check_version);
}
END_TEST

static bool
check_decoded(struct bench *bench, const struct row *row)
{
	struct spoil spoil = spoil_nothing(bench, row);

	/* The same request, not spoiled, is not refused for any of these reasons: the cases above do test what they
	 * say. */
	if (is_first(bench, row) || is(row, "/concur.v1.Session/Goodbye"))
		return false;
	struct world_call *call = make_call(bench, row, &spoil);
	static const enum concur_status refusals[] = { CONCUR_NO_HELLO, CONCUR_BAD_MESSAGE, CONCUR_NOT_FOUND,
		CONCUR_WRONG_KIND, CONCUR_BAD_WAIT, CONCUR_BAD_VALUE, CONCUR_UNHASHABLE };
	for (size_t i = 0; i < UNIT_COUNT(refusals); i++)
		ck_assert_msg(call->status != refusals[i], "%s: %d", row->name, call->status);
	return true;
}

START_TEST(call_that_is_not_spoiled_is_not_refused)
{
	struct bench bench;

	bench_init(&bench);
	each_method(&bench, 50, check_decoded);
	world_fini(&bench.world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		call_without_hello_is_refused,
		call_whose_body_does_not_decode_is_refused,
		call_for_missing_object_is_refused,
		call_for_object_of_another_kind_is_refused,
		call_with_bad_wait_is_refused,
		call_with_bad_value_is_refused,
		submission_whose_arguments_do_not_decode_is_refused,
		call_with_bad_key_is_refused,
		call_with_unhashable_key_is_refused,
		call_with_reference_to_missing_object_is_refused,
		call_at_another_version_changes_nothing,
		call_that_is_not_spoiled_is_not_refused,
		NULL,
	};

	return unit_run("arguments", tests);
}
