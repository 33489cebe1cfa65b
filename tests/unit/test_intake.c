/* The intake: frames come out whole and in order, however the bytes come in, and nothing is kept that need not be. */
#include "config.h"

#include "daemon/io/intake.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

enum {
	BUFFER = 256,    /* the reader's buffer, small so that frames do not fit it */
	STREAM = 200000, /* bytes of a random stream */
	FRAMES = 2000,
};

static struct intake intake;
static struct limits limits;
static uint8_t buffer[BUFFER];

static void
setup(void)
{
	intake_init(&intake);
	limits_defaults(&limits);
}

static size_t
put_frame(uint8_t *to, size_t body, uint64_t call)
{
	const struct frame_request head = { .length = (uint32_t)(FRAME_REQUEST - FRAME_LENGTH + body),
		.method = 1,
		.call = call,
		.context = 1 };

	frame_request_write(to, &head);
	memset(to + FRAME_REQUEST, (int)(call & 0xff), body);
	return FRAME_REQUEST + body;
}

/* Begins a round with as much of the bytes as the intake takes, at most `most`; returns how many. */
static size_t
feed(const uint8_t *bytes, size_t size, size_t most)
{
	struct iovec iov[2];
	int count = intake_iov(&intake, buffer, sizeof buffer, iov);
	size_t given = 0;

	if (size > most)
		size = most;
	for (int i = 0; i < count && given < size; i++) {
		size_t part = iov[i].iov_len < size - given ? iov[i].iov_len : size - given;

		memcpy(iov[i].iov_base, bytes + given, part);
		given += part;
	}
	intake_begin(&intake, buffer, given);
	return given;
}

/* The next pseudo-random number; the state is the caller's. */
static uint64_t
next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static uint64_t
seed(void)
{
	const char *text = getenv("CONCUR_TEST_SEED");

	return text ? strtoull(text, NULL, 10) : 1;
}

/* A stream of frames of random sizes, some of them too large; returns its size. */
static size_t
make_stream(uint8_t *stream, uint64_t *random, unsigned *ret_frames)
{
	size_t size = 0;
	unsigned frames = 0;

	while (frames < FRAMES && size + 2000 < STREAM) {
		uint64_t body = next_random(random) % (next_random(random) % 8 == 0 ? 1500 : 100);

		size += put_frame(stream + size, body, frames++);
	}
	*ret_frames = frames;
	return size;
}

/* Checks one frame that came out: it must be number `call` of the stream. */
static void
check_frame(enum intake_kind kind, const uint8_t *bytes, size_t size, uint64_t call)
{
	struct frame_request head;
	size_t wrong = 0;

	frame_request_read(bytes, &head);
	ck_assert_uint_eq(head.call, call);
	if (head.length > limits.frame_max) {
		ck_assert_int_eq(kind, INTAKE_TOO_LARGE);
		ck_assert_uint_eq(size, FRAME_REQUEST);
		return;
	}
	ck_assert_int_eq(kind, INTAKE_FRAME);
	ck_assert_uint_eq(size, head.length + FRAME_LENGTH);
	for (size_t i = FRAME_REQUEST; i < size; i++)
		wrong += bytes[i] != (call & 0xff);
	ck_assert_uint_eq(wrong, 0);
}

/* One round: takes up to `most` frames. */
static unsigned
take(unsigned most, unsigned call)
{
	const uint8_t *bytes;
	size_t size;
	unsigned count = 0;

	while (count < most) {
		enum intake_kind kind = intake_next(&intake, &limits, &bytes, &size);

		ck_assert_int_ne(kind, INTAKE_BROKEN);
		if (kind == INTAKE_NONE)
			break;
		check_frame(kind, bytes, size, call + count++);
	}
	ck_assert_int_eq(intake_end(&intake, &limits), 0);
	return count;
}

START_TEST(next_on_a_random_stream_gives_every_frame_once_in_order)
{
	uint8_t *stream = malloc(STREAM);
	uint64_t random = seed();
	unsigned frames, call = 0;
	size_t size, at = 0;

	limits.frame_max = 900;
	for (int run = 0; run < 20; run++) {
		(void)printf("seed %llu\n", (unsigned long long)random);
		size = make_stream(stream, &random, &frames);
		at = call = 0;
		while (at < size || intake_has_backlog(&intake)) {
			if (intake_has_backlog(&intake))
				intake_resume(&intake);
			else
				at += feed(stream + at, size - at, 1 + next_random(&random) % 700);
			call += take(1 + (unsigned)(next_random(&random) % 5), call);
		}
		ck_assert_uint_eq(call, frames);
		ck_assert_ptr_null(intake.bytes);
	}
	free(stream);
}
END_TEST

START_TEST(next_on_a_broken_length_says_so_with_four_bytes)
{
	static const uint32_t lengths[] = { 0, FRAME_REQUEST - FRAME_LENGTH - 1, UINT32_MAX };
	uint8_t bytes[FRAME_LENGTH];
	const uint8_t *frame;
	size_t size;

	for (size_t i = 0; i < UNIT_COUNT(lengths); i++) {
		intake_init(&intake);
		frame_u32_write(bytes, lengths[i]);
		feed(bytes, 3, 3);
		ck_assert_int_eq(intake_next(&intake, &limits, &frame, &size), INTAKE_NONE);
		ck_assert_int_eq(intake_end(&intake, &limits), 0);
		feed(bytes + 3, 1, 1);
		ck_assert_int_eq(intake_next(&intake, &limits, &frame, &size), INTAKE_BROKEN);
		intake_fini(&intake);
	}
}
END_TEST

START_TEST(next_on_a_frame_of_frame_max_gives_it_and_one_more_byte_is_too_large)
{
	uint8_t bytes[200];
	const uint8_t *frame;
	size_t size;

	limits.frame_max = 100;
	feed(bytes, put_frame(bytes, 100 + FRAME_LENGTH - FRAME_REQUEST, 1), 200);
	ck_assert_int_eq(intake_next(&intake, &limits, &frame, &size), INTAKE_FRAME);
	ck_assert_int_eq(intake_end(&intake, &limits), 0);
	feed(bytes, put_frame(bytes, 101 + FRAME_LENGTH - FRAME_REQUEST, 1), 200);
	ck_assert_int_eq(intake_next(&intake, &limits, &frame, &size), INTAKE_TOO_LARGE);
	ck_assert_int_eq(intake_next(&intake, &limits, &frame, &size), INTAKE_NONE);
	ck_assert_int_eq(intake_end(&intake, &limits), 0);
	ck_assert_ptr_null(intake.bytes);
	ck_assert_uint_eq(intake.skip, 0);
}
END_TEST

START_TEST(end_with_part_of_a_header_keeps_it_without_memory)
{
	uint8_t bytes[FRAME_REQUEST];
	const uint8_t *frame;
	size_t size;

	put_frame(bytes, 0, 1);
	feed(bytes, FRAME_REQUEST - 1, 100);
	ck_assert_int_eq(intake_next(&intake, &limits, &frame, &size), INTAKE_NONE);
	ck_assert_int_eq(intake_end(&intake, &limits), 0);
	ck_assert_ptr_null(intake.bytes);
	feed(bytes + FRAME_REQUEST - 1, 1, 1);
	ck_assert_int_eq(intake_next(&intake, &limits, &frame, &size), INTAKE_FRAME);
	ck_assert_mem_eq(frame, bytes, sizeof bytes);
	ck_assert_int_eq(intake_end(&intake, &limits), 0);
}
END_TEST

START_TEST(end_with_part_of_a_frame_keeps_a_buffer_of_its_size)
{
	uint8_t bytes[1000];
	const uint8_t *frame;
	size_t size, whole = put_frame(bytes, 900, 1);

	feed(bytes, whole, 40);
	ck_assert_int_eq(intake_next(&intake, &limits, &frame, &size), INTAKE_NONE);
	ck_assert_int_eq(intake_end(&intake, &limits), 0);
	ck_assert_uint_eq(intake.room, whole);
	/* The rest goes straight into it, past the reader's small buffer. */
	ck_assert_uint_eq(feed(bytes + 40, whole - 40, 1000), whole - 40);
	ck_assert_int_eq(intake_next(&intake, &limits, &frame, &size), INTAKE_FRAME);
	ck_assert_ptr_eq(frame, intake.bytes);
	ck_assert_mem_eq(frame, bytes, whole);
	ck_assert_int_eq(intake_end(&intake, &limits), 0);
	ck_assert_ptr_null(intake.bytes);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("intake");
	TCase *tcase = tcase_create("intake");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_set_timeout(tcase, 0);
	tcase_add_test(tcase, next_on_a_random_stream_gives_every_frame_once_in_order);
	tcase_add_test(tcase, next_on_a_broken_length_says_so_with_four_bytes);
	tcase_add_test(tcase, next_on_a_frame_of_frame_max_gives_it_and_one_more_byte_is_too_large);
	tcase_add_test(tcase, end_with_part_of_a_header_keeps_it_without_memory);
	tcase_add_test(tcase, end_with_part_of_a_frame_keeps_a_buffer_of_its_size);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
