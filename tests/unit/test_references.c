/* References in values, as clients see them: what they keep, and what a reply with one counts for. */
#include "tests/unit/object_bench.h"

#include "daemon/core/object.h"

#include <string.h>

/* -- values and calls -------------------------------------------------------------------------------------------- */

static ProtobufCBinaryData
reference(struct object_bench *bench, uint64_t id)
{
	uint8_t payload[16] = { 1 << 3 };
	uint8_t *end = value_varint_write(payload + 1, id);

	return world_value(&bench->world, &(struct value){ VALUE_OBJECT, payload, (size_t)(end - payload) });
}

/* What a client's codec has made of something that refers to the object. */
static ProtobufCBinaryData
opaque_reference(struct object_bench *bench, uint64_t id)
{
	uint8_t payload[24] = { 1 << 3 | 2, 1, 'c', 3 << 3 | 2 };
	uint8_t *end = value_varint_write(payload + 5, id);

	payload[4] = (uint8_t)(end - payload - 5);
	return world_value(&bench->world, &(struct value){ VALUE_OPAQUE, payload, (size_t)(end - payload) });
}

static uint64_t
reference_in(const ProtobufCBinaryData *encoded)
{
	struct value_reference ret;
	struct value value;

	ck_assert_int_eq(value_parse(encoded->data, encoded->len, &value), CONCUR_OK);
	value_reference(&value, &ret);
	return ret.object;
}

static uint64_t
refs(struct object_bench *bench, uint64_t id)
{
	return object_bench_info(bench, id)->refs;
}

static struct world_call *
send_index(struct world_client *client, const char *method, uint64_t list, int64_t index)
{
	Concur__V1__IndexRequest request = CONCUR__V1__INDEX_REQUEST__INIT;

	request.object = list;
	request.index = index;
	return world_send(client, method, &request.base);
}

static uint64_t
got(const struct world_call *call)
{
	ck_assert(call->answered);
	ck_assert_int_eq(call->status, CONCUR_OK);
	return reference_in(&((const Concur__V1__ValueReply *)call->message)->value);
}

/* -- what containers keep ---------------------------------------------------------------------------------------- */

static void
store_in_dict(struct object_bench *bench, uint64_t dict, ProtobufCBinaryData key, ProtobufCBinaryData value)
{
	Concur__V1__KeyValueRequest request = CONCUR__V1__KEY_VALUE_REQUEST__INIT;

	request.object = dict;
	request.key = key;
	request.value = value;
	ck_assert_int_eq(world_call(bench->client, "/concur.v1.Dict/Set", &request.base)->status, CONCUR_OK);
}

static void
store_by_value(struct object_bench *bench, const char *method, uint64_t object, ProtobufCBinaryData value)
{
	Concur__V1__ValueRequest request = CONCUR__V1__VALUE_REQUEST__INIT;

	request.object = object;
	request.value = value;
	ck_assert_int_eq(world_call(bench->client, method, &request.base)->status, CONCUR_OK);
}

static void
store_in_queue(struct object_bench *bench, uint64_t queue, ProtobufCBinaryData value)
{
	Concur__V1__PutRequest request = CONCUR__V1__PUT_REQUEST__INIT;

	request.object = queue;
	request.value = value;
	ck_assert_int_eq(world_call(bench->client, "/concur.v1.Queue/Put", &request.base)->status, CONCUR_OK);
}

static void
store(struct object_bench *bench, enum kind_id kind, uint64_t object, ProtobufCBinaryData value)
{
	if (kind == KIND_DICT)
		store_in_dict(bench, object, world_text(&bench->world, "key"), value);
	else if (kind == KIND_QUEUE)
		store_in_queue(bench, object, value);
	else
		store_by_value(bench, kind == KIND_LIST ? "/concur.v1.List/Append" : "/concur.v1.Cell/Set", object,
		    value);
}

static const enum kind_id containers[] = { KIND_DICT, KIND_LIST, KIND_QUEUE, KIND_CELL };

START_TEST(stored_reference_keeps_its_object_until_the_container_goes)
{
	enum kind_id kind = containers[_i];
	struct object_bench bench;
	uint64_t container, plain, hidden;

	object_bench_init(&bench, NULL);
	container = world_open(bench.client, (Concur__V1__Kind)kind, NULL);
	plain = object_bench_open_list(bench.client);
	hidden = object_bench_open_list(bench.client);
	store(&bench, kind, container, reference(&bench, plain));
	object_bench_unref(bench.client, plain);
	ck_assert(object_bench_lives(&bench, plain));
	ck_assert_uint_eq(refs(&bench, plain), 1);
	/* A reference inside a client's own encoding counts the same; here it takes the place of the first, or stands
	 * beside it. */
	store(&bench, kind, container, opaque_reference(&bench, hidden));
	object_bench_unref(bench.client, hidden);
	ck_assert(object_bench_lives(&bench, hidden));
	ck_assert_int_eq(object_bench_lives(&bench, plain), kind == KIND_LIST || kind == KIND_QUEUE);
	object_bench_unref(bench.client, container);
	world_settle(&bench.world);
	ck_assert(!object_bench_lives(&bench, plain));
	ck_assert(!object_bench_lives(&bench, hidden));
	world_fini(&bench.world);
}
END_TEST

START_TEST(key_with_a_reference_keeps_its_object)
{
	struct object_bench bench;
	uint64_t dict, target;

	object_bench_init(&bench, NULL);
	dict = world_open(bench.client, CONCUR__V1__KIND__KIND_DICT, "dict");
	target = object_bench_open_list(bench.client);
	store_in_dict(&bench, dict, reference(&bench, target), world_integer(&bench.world, 1));
	store_in_dict(&bench, dict, reference(&bench, target), world_integer(&bench.world, 2));
	ck_assert_uint_eq(refs(&bench, target), 2);
	object_bench_unref(bench.client, target);
	ck_assert(object_bench_lives(&bench, target));
	world_ask(bench.client, "/concur.v1.Object/Clear", dict);
	ck_assert(!object_bench_lives(&bench, target));
	world_fini(&bench.world);
}
END_TEST

START_TEST(list_that_contains_itself_is_read_and_counted_once)
{
	struct object_bench bench;
	struct world_call *call;
	uint64_t list;

	object_bench_init(&bench, NULL);
	list = object_bench_open_list(bench.client);
	ck_assert_int_eq(object_bench_append(bench.client, list, reference(&bench, list))->status, CONCUR_OK);
	ck_assert_uint_eq(refs(&bench, list), 2);
	call = send_index(bench.client, "/concur.v1.List/Get", list, 0);
	world_turn(&bench.world, 0);
	ck_assert_uint_eq(got(call), list);
	ck_assert_uint_eq(refs(&bench, list), 3);
	ck_assert_uint_eq(object_bench_count(&bench), 1);
	world_fini(&bench.world);
}
END_TEST

/* -- replies ----------------------------------------------------------------------------------------------------- */

/* What takes a reference out of a list while others read it. */
static struct world_call *
take_out(struct object_bench *bench, unsigned how, uint64_t list)
{
	Concur__V1__IndexValueRequest request = CONCUR__V1__INDEX_VALUE_REQUEST__INIT;
	Concur__V1__ObjectRequest clear = CONCUR__V1__OBJECT_REQUEST__INIT;

	request.object = clear.object = list;
	request.value = world_integer(&bench->world, 0);
	switch (how) {
	case 0:
		return send_index(bench->client, "/concur.v1.List/Delete", list, 0);
	case 1:
		return world_send(bench->client, "/concur.v1.List/Set", &request.base);
	default:
		return world_send(bench->client, "/concur.v1.Object/Clear", &clear.base);
	}
}

START_TEST(get_counts_for_its_receiver_even_if_the_item_goes_in_the_same_turn)
{
	struct object_bench bench;
	struct world_call *get;
	uint64_t list, target;

	object_bench_init(&bench, NULL);
	list = object_bench_open_list(bench.client);
	target = object_bench_open_list(bench.client);
	object_bench_append(bench.client, list, reference(&bench, target));
	object_bench_unref(bench.client, target);
	get = send_index(bench.other, "/concur.v1.List/Get", list, 0);
	take_out(&bench, (unsigned)_i, list);
	world_settle(&bench.world);
	ck_assert_uint_eq(got(get), target);
	ck_assert_uint_eq(refs(&bench, target), 1);
	ck_assert_int_eq(object_bench_append(bench.other, target, world_integer(&bench.world, 1))->status, CONCUR_OK);
	object_bench_unref(bench.other, target);
	ck_assert(!object_bench_lives(&bench, target));
	world_fini(&bench.world);
}
END_TEST

START_TEST(item_taken_out_leaves_handles_obtained_before_valid)
{
	struct object_bench bench;
	uint64_t list, target;

	object_bench_init(&bench, NULL);
	list = object_bench_open_list(bench.client);
	target = object_bench_open_list(bench.client);
	object_bench_append(bench.client, list, reference(&bench, target));
	take_out(&bench, (unsigned)_i, list);
	world_settle(&bench.world);
	ck_assert_uint_eq(refs(&bench, target), 1);
	ck_assert_int_eq(object_bench_append(bench.client, target, world_integer(&bench.world, 1))->status, CONCUR_OK);
	world_fini(&bench.world);
}
END_TEST

START_TEST(pop_hands_the_count_of_the_container_over_to_its_receiver)
{
	struct object_bench bench;
	struct world_call *pop;
	uint64_t list, target;

	object_bench_init(&bench, NULL);
	list = object_bench_open_list(bench.client);
	target = object_bench_open_list(bench.client);
	object_bench_append(bench.client, list, reference(&bench, target));
	object_bench_unref(bench.client, target);
	pop = send_index(bench.other, "/concur.v1.List/Pop", list, -1);
	world_settle(&bench.world);
	ck_assert_uint_eq(got(pop), target);
	ck_assert_uint_eq(refs(&bench, target), 1);
	world_fini(&bench.world);
}
END_TEST

START_TEST(reply_that_is_never_read_counts_until_its_item_goes_back)
{
	struct object_bench bench;
	struct world_call *get;
	uint64_t queue, target;

	object_bench_init(&bench, NULL);
	queue = world_open(bench.client, CONCUR__V1__KIND__KIND_QUEUE, "queue");
	target = object_bench_open_list(bench.client);
	bench.client->take_max = 0;
	get = world_wait(bench.client, "/concur.v1.Queue/Get", queue, -1);
	bench.other->take_max = SIZE_MAX;
	Concur__V1__PutRequest put = CONCUR__V1__PUT_REQUEST__INIT;
	put.object = queue;
	put.value = reference(&bench, target);
	ck_assert_int_eq(world_call(bench.other, "/concur.v1.Queue/Put", &put.base)->status, CONCUR_OK);
	ck_assert(!get->answered);
	/* The handle that opened it, the one in the reply, and the item, which may have to go back. */
	ck_assert_uint_eq(refs(&bench, target), 3);
	ck_assert_uint_eq(object_bench_info(&bench, queue)->len, 0);
	world_end(bench.client, SERVER_PEER_DIED);
	world_settle(&bench.world);
	ck_assert_uint_eq(refs(&bench, target), 1);
	ck_assert_uint_eq(object_bench_count(&bench), 0);
	/* Whoever gets the item next gets the object. */
	ck_assert_uint_eq(got(world_wait(bench.other, "/concur.v1.Queue/Get", queue, 0)), target);
	ck_assert_uint_eq(object_bench_count(&bench), 1);
	world_fini(&bench.world);
}
END_TEST

START_TEST(one_way_call_counts_nothing_for_its_sender)
{
	struct object_bench bench;
	uint64_t list, target;

	object_bench_init(&bench, NULL);
	list = object_bench_open_list(bench.client);
	target = object_bench_open_list(bench.client);
	object_bench_append(bench.client, list, reference(&bench, target));
	object_bench_append(bench.client, list, reference(&bench, target));
	bench.client->flags = FRAME_ONE_WAY;
	send_index(bench.client, "/concur.v1.List/Pop", list, 0);
	bench.client->flags = 0;
	world_settle(&bench.world);
	ck_assert_uint_eq(refs(&bench, target), 2);
	world_fini(&bench.world);
}
END_TEST

START_TEST(value_that_refers_to_what_is_gone_is_refused)
{
	static const char words[] = "the value refers to an object that is gone";
	struct object_bench bench;
	const Concur__V1__Error *error;
	struct world_call *call;
	uint64_t list, target;

	object_bench_init(&bench, NULL);
	list = object_bench_open_list(bench.client);
	target = object_bench_open_list(bench.client);
	object_bench_unref(bench.client, target);
	ck_assert(!object_bench_lives(&bench, target));
	for (int hidden = 0; hidden < 2; hidden++) {
		call = object_bench_append(bench.client, list,
		    hidden ? opaque_reference(&bench, target) : reference(&bench, target));
		ck_assert_int_eq(call->status, CONCUR_NOT_FOUND);
		error = world_error(call);
		ck_assert_uint_gt(error->message.len, sizeof words);
		ck_assert_mem_eq(error->message.data + error->message.len - (sizeof words - 1), words,
		    sizeof words - 1);
	}
	ck_assert_uint_eq(object_bench_info(&bench, list)->len, 0);
	world_fini(&bench.world);
}
END_TEST

START_TEST(number_of_objects_is_of_those_with_handles)
{
	struct object_bench bench;
	uint64_t named, list;

	object_bench_init(&bench, NULL);
	ck_assert_uint_eq(object_bench_count(&bench), 0);
	named = world_open(bench.client, CONCUR__V1__KIND__KIND_DICT, "named");
	list = object_bench_open_list(bench.client);
	ck_assert_uint_eq(world_open(bench.other, CONCUR__V1__KIND__KIND_DICT, "named"), named);
	ck_assert_uint_eq(object_bench_count(&bench), 2);
	object_bench_unref(bench.client, named);
	ck_assert_uint_eq(object_bench_count(&bench), 2);
	object_bench_unref(bench.other, named);
	ck_assert_uint_eq(object_bench_count(&bench), 1);
	store_in_dict(&bench, named, world_integer(&bench.world, 1), reference(&bench, list));
	object_bench_unref(bench.client, list);
	ck_assert_uint_eq(object_bench_count(&bench), 0);
	ck_assert(object_bench_lives(&bench, list) && object_bench_lives(&bench, named));
	world_fini(&bench.world);
}
END_TEST

START_TEST(number_of_objects_forgets_what_ends_before_its_handles)
{
	struct object_bench bench;
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;
	uint64_t id;

	object_bench_init(&bench, NULL);
	request.kind = CONCUR__V1__KIND__KIND_LIST;
	request.lifetime = CONCUR__V1__LIFETIME__LIFETIME_SESSION;
	id = world_open_with(bench.client, &request);
	world_ask(bench.other, "/concur.v1.Object/Ref", id);
	ck_assert_uint_eq(object_bench_count(&bench), 1);
	world_end(bench.client, SERVER_PEER_DIED);
	ck_assert_uint_eq(object_bench_count(&bench), 0);
	object_bench_unref(bench.other, id);
	ck_assert_uint_eq(object_bench_count(&bench), 0);
	world_fini(&bench.world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		key_with_a_reference_keeps_its_object,
		list_that_contains_itself_is_read_and_counted_once,
		pop_hands_the_count_of_the_container_over_to_its_receiver,
		reply_that_is_never_read_counts_until_its_item_goes_back,
		one_way_call_counts_nothing_for_its_sender,
		value_that_refers_to_what_is_gone_is_refused,
		number_of_objects_is_of_those_with_handles,
		number_of_objects_forgets_what_ends_before_its_handles,
		NULL,
	};
	Suite *suite = suite_create("references");
	TCase *tcase = tcase_create("references");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, stored_reference_keeps_its_object_until_the_container_goes, 0,
	    (int)UNIT_COUNT(containers));
	tcase_add_loop_test(tcase, get_counts_for_its_receiver_even_if_the_item_goes_in_the_same_turn, 0, 3);
	tcase_add_loop_test(tcase, item_taken_out_leaves_handles_obtained_before_valid, 0, 3);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(tcase, *test);
	tcase_set_timeout(tcase, 0);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
