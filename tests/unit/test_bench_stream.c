/* The bench's prepared requests, and what it draws. */
#include "tests/bench/stream.h"
#include "tests/unit/unit.h"

#include <string.h>

static void
add_text(struct stream *stream, const char *text)
{
	uint8_t *bytes;

	ck_assert_int_eq(stream_add(stream, strlen(text), 0, (uint32_t)text[0], &bytes), 0);
	memcpy(bytes, text, strlen(text));
}

START_TEST(close_lays_the_first_requests_behind_the_last)
{
	struct stream stream = { 0 };

	add_text(&stream, "a");
	add_text(&stream, "bb");
	add_text(&stream, "ccc");
	ck_assert_int_eq(stream_close(&stream, 3), 0);
	ck_assert_uint_eq(stream.count, 3);
	ck_assert_uint_eq(stream.size, strlen("abbcccabb"));
	ck_assert_mem_eq(stream.bytes, "abbcccabb", stream.size);
	ck_assert_uint_eq(stream.requests[3].expect, 'a');
	ck_assert_uint_eq(stream.requests[5].start, stream.size);
	stream_fini(&stream);
	ck_assert_ptr_null(stream.bytes);
}
END_TEST

START_TEST(close_for_batches_above_the_count_repeats_all)
{
	struct stream stream = { 0 };

	add_text(&stream, "x");
	add_text(&stream, "y");
	ck_assert_int_eq(stream_close(&stream, 6), 0);
	ck_assert_uint_eq(stream.size, 7);
	ck_assert_mem_eq(stream.bytes, "xyxyxyx", 7);
	stream_fini(&stream);
}
END_TEST

START_TEST(wanted_is_whole_operations_and_holds_a_batch)
{
	ck_assert_uint_eq(stream_wanted(50, 1000, 3, 64, 100) % 3, 0);
	ck_assert_uint_ge(stream_wanted(1000000, 10, 1, 5000, 100), 5000);
	ck_assert_uint_ge(stream_wanted(50, 100000, 1, 64, 100) * 50, 200000);
	ck_assert_uint_lt(stream_wanted(1, 100000, 1, 64, 1 << 20), 200);
}
END_TEST

START_TEST(key_write_fills_sixteen_bytes)
{
	char key[KEY_SIZE];

	key_write(key, 907);
	ck_assert_mem_eq(key, "key:000000000907", KEY_SIZE);
	key_write_digits(key + KEY_SIZE - KEY_DIGITS, 999999999999);
	ck_assert_mem_eq(key, "key:999999999999", KEY_SIZE);
}
END_TEST

START_TEST(draw_of_one_seed_is_uniform_and_repeats)
{
	uint64_t state = 1, again = 1;
	int bins[10] = { 0 };

	for (int i = 0; i < 100000; i++) {
		uint64_t drawn = draw(&state, 10);

		ck_assert_uint_lt(drawn, 10);
		ck_assert_uint_eq(drawn, draw(&again, 10));
		bins[drawn]++;
	}
	for (int i = 0; i < 10; i++) {
		ck_assert_int_gt(bins[i], 9500);
		ck_assert_int_lt(bins[i], 10500);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		close_lays_the_first_requests_behind_the_last,
		close_for_batches_above_the_count_repeats_all,
		wanted_is_whole_operations_and_holds_a_batch,
		key_write_fills_sixteen_bytes,
		draw_of_one_seed_is_uniform_and_repeats,
		NULL,
	};

	return unit_run("bench_stream", tests);
}
