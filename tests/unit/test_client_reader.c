/* The reader of replies: frames however the bytes are cut, large ones, and bytes that are no frames. */
#include "unit.h"

#include "client/reader.h"

#include <string.h>

/* Appends a reply with `size` bytes of `fill`; returns behind it. */
static uint8_t *
put_reply(uint8_t *to, uint64_t call, size_t size, int fill)
{
	struct frame_reply head = { .length = (uint32_t)(size + FRAME_REPLY - FRAME_LENGTH), .call = call };

	frame_reply_write(to, &head);
	memset(to + FRAME_REPLY, fill, size);
	return to + FRAME_REPLY + size;
}

static bool
is_filled(const uint8_t *bytes, size_t size, uint8_t with)
{
	size_t i = 0;

	while (i < size && bytes[i] == with)
		i++;
	return i == size;
}

/* Gives the reader bytes, at most `step` at a time, and checks the frames that come out: call ids from 1, bodies filled
 * with the id. Returns how many came. */
static size_t
feed(struct reader *reader, const uint8_t *bytes, size_t size, size_t step, size_t body)
{
	struct reader_frame frame;
	enum concur_status status;
	size_t frames = 0, room;
	uint8_t *to;

	while (size > 0) {
		to = reader_room(reader, &room);
		ck_assert_uint_gt(room, 0);
		room = room < step ? room : step;
		room = room < size ? room : size;
		memcpy(to, bytes, room);
		bytes += room;
		size -= room;
		reader_received(reader, room);
		while ((status = reader_next(reader, &frame)) == CONCUR_OK) {
			ck_assert_uint_eq(frame.head.call, ++frames);
			ck_assert_uint_eq(frame.size, body);
			ck_assert(is_filled(frame.body, body, (uint8_t)frames));
			free(frame.owned);
		}
		ck_assert_int_eq(status, CONCUR_PENDING);
	}
	return frames;
}

static void
check_stream(size_t frames, size_t body, size_t step)
{
	uint8_t *bytes = malloc(frames * (body + FRAME_REPLY)), *end = bytes;
	struct reader reader;

	ck_assert_int_eq(reader_init(&reader), 0);
	for (size_t i = 1; i <= frames; i++)
		end = put_reply(end, i, body, (int)i);
	ck_assert_uint_eq(feed(&reader, bytes, (size_t)(end - bytes), step, body), frames);
	reader_fini(&reader);
	free(bytes);
}

START_TEST(next_byte_by_byte_gives_every_frame)
{
	check_stream(50, 0, 1);
	check_stream(50, 13, 1);
}
END_TEST

START_TEST(next_many_in_one_read_gives_every_frame)
{
	check_stream(10000, 5, SIZE_MAX);
	check_stream(10000, 5, 777);
}
END_TEST

START_TEST(next_around_the_size_of_the_buffer_gives_every_frame)
{
	for (size_t body = READER_BUFFER - FRAME_REPLY - 2; body < READER_BUFFER + 2; body++)
		check_stream(5, body, 10007);
}
END_TEST

START_TEST(next_large_frames_gives_them_in_blocks_of_their_own)
{
	check_stream(3, 1000000, SIZE_MAX);
	check_stream(3, 1000000, 999);
}
END_TEST

START_TEST(next_cut_short_is_pending)
{
	uint8_t bytes[FRAME_REPLY + 9];
	struct reader reader;

	put_reply(bytes, 1, 9, 1);
	for (size_t cut = 0; cut < sizeof bytes; cut++) {
		ck_assert_int_eq(reader_init(&reader), 0);
		ck_assert_uint_eq(feed(&reader, bytes, cut, SIZE_MAX, 9), 0);
		reader_fini(&reader);
	}
}
END_TEST

static void
check_broken(uint32_t length)
{
	uint8_t bytes[FRAME_REPLY];
	struct frame_reply head = { .length = length };
	struct reader_frame frame;
	struct reader reader;
	size_t room;

	frame_reply_write(bytes, &head);
	ck_assert_int_eq(reader_init(&reader), 0);
	memcpy(reader_room(&reader, &room), bytes, sizeof bytes);
	reader_received(&reader, sizeof bytes);
	ck_assert_int_eq(reader_next(&reader, &frame), CONCUR_BAD_REPLY);
	reader_fini(&reader);
}

START_TEST(next_impossible_length_is_bad_reply)
{
	check_broken(0);
	check_broken(FRAME_REPLY - FRAME_LENGTH - 1);
	check_broken((uint32_t)READER_FRAME_MAX + 1);
	check_broken(UINT32_MAX);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { next_byte_by_byte_gives_every_frame, next_many_in_one_read_gives_every_frame,
		next_around_the_size_of_the_buffer_gives_every_frame,
		next_large_frames_gives_them_in_blocks_of_their_own, next_cut_short_is_pending,
		next_impossible_length_is_bad_reply, NULL };

	return unit_run("client_reader", tests);
}
