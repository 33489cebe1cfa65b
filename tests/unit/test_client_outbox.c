/* The client's outbox: what is kept, what goes, and what is sent again. */
#include "client/outbox.h"
#include "lib/frame.h"
#include "tests/unit/unit.h"

/* A frame of that call, with so many bytes behind the header, each its id. */
static void
write_frame(struct outbox *outbox, uint64_t call, size_t body)
{
	struct frame_request head = { .length = (uint32_t)(FRAME_REQUEST - FRAME_LENGTH + body), .call = call };
	uint8_t *at = outbox_reserve(outbox, FRAME_REQUEST + body);

	ck_assert_ptr_nonnull(at);
	frame_request_write(at, &head);
	memset(at + FRAME_REQUEST, (int)call, body);
	outbox_write(outbox, FRAME_REQUEST + body);
}

static void
send_bytes(struct outbox *outbox, size_t size)
{
	ck_assert_uint_le(size, outbox_unsent(outbox));
	outbox->sent += size;
	outbox_settle(outbox);
}

/* The id of the frame that would be sent next, from its beginning. */
static uint64_t
next_call(const struct outbox *outbox)
{
	struct frame_request head;

	frame_request_read(outbox->bytes + outbox->sent, &head);
	return head.call;
}

START_TEST(send_where_nothing_is_kept_leaves_nothing)
{
	struct outbox outbox = { 0 };

	write_frame(&outbox, 1, 10);
	send_bytes(&outbox, 20);
	ck_assert_uint_eq(outbox_kept(&outbox), 0);
	ck_assert_uint_eq(outbox_unsent(&outbox), FRAME_REQUEST + 10 - 20);
	send_bytes(&outbox, FRAME_REQUEST + 10 - 20);
	ck_assert_uint_eq(outbox.end, 0);
	outbox_fini(&outbox);
}
END_TEST

START_TEST(seen_forgets_whole_frames_that_were_sent_up_to_the_call)
{
	struct outbox outbox = { .keeps = true };

	for (uint64_t call = 1; call <= 4; call++)
		write_frame(&outbox, call, call);
	send_bytes(&outbox, 3 * FRAME_REQUEST + 6 + 5);
	outbox_seen(&outbox, 2);
	ck_assert_uint_eq(outbox_kept(&outbox), FRAME_REQUEST + 3 + 5);
	/* The fourth is under way: whatever is said, it is not sent. */
	outbox_seen(&outbox, 4);
	ck_assert_uint_eq(outbox_kept(&outbox), 5);
	send_bytes(&outbox, outbox_unsent(&outbox));
	outbox_seen(&outbox, 4);
	ck_assert_uint_eq(outbox.end, 0);
	outbox_fini(&outbox);
}
END_TEST

START_TEST(again_sends_from_the_first_frame_that_was_not_seen)
{
	struct outbox outbox = { .keeps = true };

	for (uint64_t call = 1; call <= 4; call++)
		write_frame(&outbox, call, 100);
	send_bytes(&outbox, 2 * (FRAME_REQUEST + 100) + 50);
	outbox_again(&outbox, 1);
	ck_assert_uint_eq(outbox_kept(&outbox), 0);
	ck_assert_uint_eq(outbox_unsent(&outbox), 3 * (FRAME_REQUEST + 100));
	ck_assert_uint_eq(next_call(&outbox), 2);
	/* What was gathered and never sent may have been seen all the same: by a proxy's other half, say. */
	outbox_again(&outbox, 4);
	ck_assert_uint_eq(outbox.end, 0);
	outbox_fini(&outbox);
}
END_TEST

START_TEST(frames_stay_whole_while_what_is_before_them_is_closed_up)
{
	struct outbox outbox = { .keeps = true };

	for (uint64_t call = 1; call <= 5000; call++) {
		write_frame(&outbox, call, call % 300);
		send_bytes(&outbox, outbox_unsent(&outbox));
		if (call > 10)
			outbox_seen(&outbox, call - 10);
		if (call % 100 == 0) {
			struct outbox copy = outbox;

			outbox_again(&copy, 0);
			ck_assert_uint_eq(next_call(&copy), call - 9);
		}
	}
	/* Ten small frames: no more room than for a few times as many. */
	ck_assert_uint_le(outbox.room, 64 * 1024);
	outbox_fini(&outbox);
}
END_TEST

START_TEST(drop_and_take_back_leave_what_was_before)
{
	struct outbox outbox = { .keeps = true };

	write_frame(&outbox, 1, 7);
	write_frame(&outbox, 2, 7);
	outbox_take_back(&outbox, FRAME_REQUEST + 7);
	ck_assert_uint_eq(outbox_unsent(&outbox), FRAME_REQUEST + 7);
	outbox_drop(&outbox);
	ck_assert_uint_eq(outbox.end, 0);
	outbox_fini(&outbox);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		send_where_nothing_is_kept_leaves_nothing,
		seen_forgets_whole_frames_that_were_sent_up_to_the_call,
		again_sends_from_the_first_frame_that_was_not_seen,
		frames_stay_whole_while_what_is_before_them_is_closed_up,
		drop_and_take_back_leave_what_was_before,
		NULL,
	};

	return unit_run("client_outbox", tests);
}
