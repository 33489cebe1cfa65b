/* Bodies of replies: the fields, outcomes and values that the library reads in place, against what protobuf-c packs. */
#include "unit.h"

#include "client/reply.h"

#include "concur/v1/shapes.pb-c.h"

#include <string.h>

static size_t
pack_value_reply(uint8_t *to, Concur__V1__Outcome outcome, uint64_t version, const char *text)
{
	Concur__V1__ValueReply reply = CONCUR__V1__VALUE_REPLY__INIT;

	reply.outcome = outcome;
	reply.version = version;
	reply.value.data = (uint8_t *)(uintptr_t)text;
	reply.value.len = text ? strlen(text) : 0;
	return concur__v1__value_reply__pack(&reply, to);
}

START_TEST(scan_value_reply_finds_its_fields)
{
	struct reply_fields fields;
	uint8_t body[64];
	size_t size = pack_value_reply(body, CONCUR__V1__OUTCOME__EXISTS, 300, "abc");

	ck_assert_int_eq(reply_scan(body, size, &fields), CONCUR_OK);
	ck_assert_uint_eq(fields.outcome, CONCUR__V1__OUTCOME__EXISTS);
	ck_assert_uint_eq(fields.second, 300);
	ck_assert_uint_eq(fields.size, 3);
	ck_assert_mem_eq(fields.value, "abc", 3);
}
END_TEST

START_TEST(scan_empty_body_is_done)
{
	struct reply_fields fields;

	ck_assert_int_eq(reply_scan(NULL, 0, &fields), CONCUR_OK);
	ck_assert_uint_eq(fields.outcome, 0);
	ck_assert_ptr_null(fields.value);
	ck_assert_int_eq(reply_outcome(RESULT_DONE, NULL, 0), CONCUR_OK);
}
END_TEST

START_TEST(scan_cut_inside_a_field_is_bad_reply)
{
	struct reply_fields fields;
	uint8_t body[64];
	size_t size = pack_value_reply(body, CONCUR__V1__OUTCOME__DONE, 300, "abc");

	/* The fields are 3 bytes (version) and 5 (value). */
	ck_assert_uint_eq(size, 8);
	for (size_t cut = 1; cut < size; cut++)
		ck_assert_int_eq(reply_scan(body, cut, &fields), cut == 3 ? CONCUR_OK : CONCUR_BAD_REPLY);
}
END_TEST

START_TEST(scan_unknown_fields_passes_over_them)
{
	/* Field 20 as a varint, 21 with 8 bytes, 22 with 4, 23 with a length, then the outcome. */
	static const uint8_t body[] = { 0xa0, 1, 5, 0xa9, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0xb5, 1, 1, 2, 3, 4, 0xba, 1, 2, 9,
		9, 0x08, CONCUR__V1__OUTCOME__FULL };
	static const uint8_t group[] = { 0x0b };

	ck_assert_int_eq(reply_outcome(RESULT_DONE, body, sizeof body), CONCUR_FULL);
	ck_assert_int_eq(reply_outcome(RESULT_DONE, group, sizeof group), CONCUR_BAD_REPLY);
}
END_TEST

START_TEST(outcome_each_has_its_status)
{
	static const enum concur_status expected[] = { CONCUR_OK, CONCUR_NOT_THERE, CONCUR_EMPTY, CONCUR_FULL,
		CONCUR_TIMED_OUT, CONCUR_OWNER_DIED, CONCUR_EXISTS, CONCUR_CHANGED, CONCUR_RUN_ACTION,
		CONCUR_END_OF_FILE, CONCUR_NO, CONCUR_BAD_REPLY };
	Concur__V1__DoneReply reply = CONCUR__V1__DONE_REPLY__INIT;
	uint8_t body[16];
	size_t size;

	for (size_t i = 0; i < UNIT_COUNT(expected); i++) {
		reply.outcome = (Concur__V1__Outcome)i;
		size = concur__v1__done_reply__pack(&reply, body);
		ck_assert_int_eq(reply_outcome(RESULT_DONE, body, size), expected[i]);
		ck_assert_int_eq(reply_outcome(RESULT_RAW, body, size), CONCUR_OK);
	}
}
END_TEST

START_TEST(values_of_a_page_come_in_order_with_its_cursor)
{
	/* Encoded values: the texts "k" and "v". */
	ProtobufCBinaryData fields[] = { { 3, (uint8_t *)"\x32\x01k" }, { 3, (uint8_t *)"\x32\x01v" } };
	Concur__V1__PairsReply reply = CONCUR__V1__PAIRS_REPLY__INIT;
	struct concur_values values;
	uint8_t body[64];
	size_t size;

	reply.version = 4;
	reply.cursor = 77;
	reply.n_values = 2;
	reply.values = fields;
	size = concur__v1__pairs_reply__pack(&reply, body);
	ck_assert_int_eq(reply_values(body, size, &values), CONCUR_OK);
	ck_assert_uint_eq(values.count, 2);
	ck_assert_uint_eq(values.version, 4);
	ck_assert_uint_eq(values.cursor, 77);
	ck_assert_str_eq(values.items[0].bytes, "k");
	ck_assert_str_eq(values.items[1].bytes, "v");
	concur_values_free(&values);
	ck_assert_ptr_null(values.items);
}
END_TEST

START_TEST(values_that_do_not_decode_are_bad_reply)
{
	ProtobufCBinaryData fields[] = { { 3, (uint8_t *)"\x32\x01k" }, { 3, (uint8_t *)"\x32\x05v" } };
	Concur__V1__ValuesReply reply = CONCUR__V1__VALUES_REPLY__INIT;
	struct concur_values values;
	uint8_t body[64];

	reply.n_values = 2;
	reply.values = fields;
	ck_assert_int_eq(reply_values(body, concur__v1__values_reply__pack(&reply, body), &values), CONCUR_BAD_REPLY);
}
END_TEST

START_TEST(error_says_what_the_daemon_said)
{
	Concur__V1__Error error = CONCUR__V1__ERROR__INIT;
	uint8_t body[64];
	size_t size;

	error.message.data = (uint8_t *)"too much";
	error.message.len = 8;
	size = concur__v1__error__pack(&error, body);
	ck_assert_int_eq(reply_error(CONCUR_LIMIT, body, size), CONCUR_LIMIT);
	ck_assert_str_eq(concur_message(), "too much");
	error.limit.data = (uint8_t *)"key_max";
	error.limit.len = 7;
	size = concur__v1__error__pack(&error, body);
	ck_assert_int_eq(reply_error(CONCUR_LIMIT, body, size), CONCUR_LIMIT);
	ck_assert_str_eq(concur_message(), "too much (limit key_max)");
	ck_assert_int_eq(reply_error(CONCUR_LIMIT, body, 3), CONCUR_LIMIT);
	ck_assert_str_eq(concur_message(), concur_strerror(CONCUR_LIMIT));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { scan_value_reply_finds_its_fields, scan_empty_body_is_done,
		scan_cut_inside_a_field_is_bad_reply, scan_unknown_fields_passes_over_them, outcome_each_has_its_status,
		values_of_a_page_come_in_order_with_its_cursor, values_that_do_not_decode_are_bad_reply,
		error_says_what_the_daemon_said, NULL };

	return unit_run("client_reply", tests);
}
