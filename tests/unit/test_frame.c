/* The frame headers against their bytes. */
#include "tests/unit/hex.h"
#include "tests/unit/unit.h"

#include "lib/frame.h"

static const char request_hex[] = "34120000 dcc8e520 0807060504030201 1817161514131211 24232221 0300 0c00";
static const char reply_hex[] = "0c000000 1500 0000 0807060504030201";

/* The fields of request_hex. */
static const struct frame_request request = {
	.length = 0x1234,
	.method = 0x20e5c8dc,
	.call = 0x0102030405060708,
	.context = 0x1112131415161718,
	.replies_read = 0x21222324,
	.flags = FRAME_BLOCKED | FRAME_ONE_WAY,
	.options = 12,
};

START_TEST(request_write_gives_documented_bytes)
{
	uint8_t expected[FRAME_REQUEST], bytes[FRAME_REQUEST];

	ck_assert_uint_eq(hex_read(request_hex, expected, sizeof expected), FRAME_REQUEST);
	frame_request_write(bytes, &request);
	ck_assert_mem_eq(bytes, expected, FRAME_REQUEST);
}
END_TEST

START_TEST(request_read_at_odd_address_gives_fields)
{
	uint8_t bytes[FRAME_REQUEST + 1];
	struct frame_request head;

	hex_read(request_hex, bytes + 1, FRAME_REQUEST);
	frame_request_read(bytes + 1, &head);
	ck_assert_uint_eq(head.length, request.length);
	ck_assert_uint_eq(head.method, request.method);
	ck_assert_uint_eq(head.call, request.call);
	ck_assert_uint_eq(head.context, request.context);
	ck_assert_uint_eq(head.replies_read, request.replies_read);
	ck_assert_uint_eq(head.flags, request.flags);
	ck_assert_uint_eq(head.options, request.options);
}
END_TEST

START_TEST(reply_write_gives_documented_bytes)
{
	const struct frame_reply head = { .length = 12, .status = 21, .call = 0x0102030405060708 };
	uint8_t expected[FRAME_REPLY], bytes[FRAME_REPLY];

	ck_assert_uint_eq(hex_read(reply_hex, expected, sizeof expected), FRAME_REPLY);
	frame_reply_write(bytes, &head);
	ck_assert_mem_eq(bytes, expected, FRAME_REPLY);
}
END_TEST

START_TEST(reply_read_at_odd_address_gives_fields)
{
	uint8_t bytes[FRAME_REPLY + 1];
	struct frame_reply head;

	hex_read(reply_hex, bytes + 1, FRAME_REPLY);
	frame_reply_read(bytes + 1, &head);
	ck_assert_uint_eq(head.length, 12);
	ck_assert_uint_eq(head.status, 21);
	ck_assert_uint_eq(head.flags, 0);
	ck_assert_uint_eq(head.call, 0x0102030405060708);
}
END_TEST

START_TEST(numbers_written_are_read_back)
{
	uint8_t bytes[8];

	ck_assert_ptr_eq(frame_u16_write(bytes, 0x1234), bytes + 2);
	ck_assert_uint_eq(bytes[0], 0x34);
	ck_assert_uint_eq(frame_u16(bytes), 0x1234);
	ck_assert_ptr_eq(frame_u32_write(bytes, 0x12345678), bytes + 4);
	ck_assert_uint_eq(bytes[0], 0x78);
	ck_assert_uint_eq(frame_u32(bytes), 0x12345678);
	ck_assert_ptr_eq(frame_u64_write(bytes, 0x123456789abcdef0), bytes + 8);
	ck_assert_uint_eq(bytes[0], 0xf0);
	ck_assert_uint_eq(frame_u64(bytes), 0x123456789abcdef0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		request_write_gives_documented_bytes,
		request_read_at_odd_address_gives_fields,
		reply_write_gives_documented_bytes,
		reply_read_at_odd_address_gives_fields,
		numbers_written_are_read_back,
		NULL,
	};

	return unit_run("frame", tests);
}
