/* struct concur_value: made, encoded as protobuf-c would, read back, refused. */
#include "unit.h"

#include "client/concur.h"
#include "client/values.h"
#include "lib/value.h"

#include "concur/v1/value.pb-c.h"

#include <math.h>

static struct concur_value
round_trip(struct concur_value value)
{
	struct concur_value back;

	ck_assert_int_eq(concur_value_copy(&value, &back), CONCUR_OK);
	return back;
}

static const uint64_t references[] = { 7, 300, UINT64_C(1) << 40 };
static const struct concur_opaque opaque = { "pickle", "\x80\x04N.", 4, references, 3 };
static const struct concur_opaque bare_opaque = { "none", NULL, 0, NULL, 0 };

/* One of each kind, at the edges. */
static size_t
samples(struct concur_value *ret, size_t room)
{
	static struct concur_value items[6], pairs[4], nested[2];
	struct concur_value reference = { .kind = CONCUR_VALUE_OBJECT, .tag = CONCUR_KIND_LOCK };
	struct concur_value opaque_value = { .kind = CONCUR_VALUE_OPAQUE };
	struct concur_value bare = { .kind = CONCUR_VALUE_OPAQUE };
	size_t n = 0;

	reference.object = 99;
	opaque_value.opaque = &opaque;
	bare.opaque = &bare_opaque;
	ret[n++] = concur_null();
	ret[n++] = CV(true);
	ret[n++] = CV(false);
	ret[n++] = CV(0);
	ret[n++] = CV(INT64_MIN);
	ret[n++] = CV(INT64_MAX);
	ret[n++] = concur_bytes(CONCUR_VALUE_BIG, "\0\0\0\0\0\0\0\0\x01", 9);
	ret[n++] = CV(0.0);
	ret[n++] = CV(-2.5);
	ret[n++] = CV((double)INFINITY);
	ret[n++] = CV("");
	ret[n++] = CV("gr\xc3\xbc\xc3\x9f");
	ret[n++] = concur_data("a\0b", 3);
	ret[n++] = concur_array_value('i', "\1\0\0\0\2\0\0\0", 8);
	ret[n++] = concur_array_value('d', NULL, 0);
	ret[n++] = reference;
	ret[n++] = opaque_value;
	ret[n++] = bare;
	ret[n++] = concur_items(CONCUR_VALUE_LIST, NULL, 0);
	for (size_t i = 0; i < 4; i++)
		items[i] = ret[i * 3];
	items[4] = opaque_value;
	ret[n++] = concur_items(CONCUR_VALUE_LIST, items, 5);
	nested[0] = ret[n - 1];
	nested[1] = CV("deep");
	ret[n++] = concur_items(CONCUR_VALUE_TUPLE, nested, 2);
	pairs[0] = CV("k");
	pairs[1] = ret[n - 1];
	pairs[2] = CV(2);
	pairs[3] = concur_null();
	ret[n++] = concur_items(CONCUR_VALUE_MAP, pairs, 4);
	ret[n++] = concur_items(CONCUR_VALUE_MAP, NULL, 0);
	ck_assert_uint_le(n, room);
	return n;
}

enum { SAMPLES = 32 };

START_TEST(copy_every_kind_is_the_same)
{
	struct concur_value all[SAMPLES], back;
	size_t n = samples(all, SAMPLES);

	for (size_t i = 0; i < n; i++) {
		back = round_trip(all[i]);
		ck_assert_msg(concur_value_same(&all[i], &back), "sample %zu", i);
		for (size_t j = 0; j < n; j++)
			ck_assert_msg(concur_value_same(&back, &all[j]) == (i == j), "samples %zu and %zu", i, j);
		concur_value_free(&back);
		ck_assert_int_eq(back.kind, CONCUR_VALUE_NONE);
	}
}
END_TEST

START_TEST(encode_every_kind_is_what_protobuf_writes)
{
	struct concur_value all[SAMPLES];
	size_t n = samples(all, SAMPLES), size;
	uint8_t ours[1024], theirs[1024];
	Concur__V1__Value *message;

	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(values_measure(&all[i], 64, &size), CONCUR_OK);
		ck_assert_uint_le(size, sizeof ours);
		ck_assert_ptr_eq(values_encode(ours, &all[i]), ours + size);
		message = concur__v1__value__unpack(NULL, size, ours);
		ck_assert_ptr_nonnull(message);
		ck_assert_uint_eq(concur__v1__value__pack(message, theirs), size);
		ck_assert_mem_eq(ours, theirs, size);
		concur__v1__value__free_unpacked(message, NULL);
	}
}
END_TEST

START_TEST(decode_cut_anywhere_is_refused)
{
	struct concur_value all[SAMPLES], back;
	size_t n = samples(all, SAMPLES), size;
	uint8_t bytes[1024];

	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(values_measure(&all[i], 64, &size), CONCUR_OK);
		values_encode(bytes, &all[i]);
		for (size_t cut = 0; cut < size; cut++)
			ck_assert_int_eq(values_decode(bytes, cut, &back), CONCUR_BAD_REPLY);
	}
}
END_TEST

START_TEST(cv_every_type_has_its_kind)
{
	const char *text = "a";
	char letters[] = "b";
	bool boolean = true;
	size_t count = 3;

	ck_assert_int_eq(CV(true).kind, CONCUR_VALUE_BOOLEAN);
	ck_assert_int_eq(CV(boolean).kind, CONCUR_VALUE_BOOLEAN);
	ck_assert_int_eq(CV(1).kind, CONCUR_VALUE_INTEGER);
	ck_assert_int_eq(CV(-7).integer, -7);
	ck_assert_int_eq(CV(count).integer, 3);
	ck_assert_int_eq(CV(UINT64_MAX).kind, CONCUR_VALUE_NONE);
	ck_assert_int_eq(CV(2.5f).kind, CONCUR_VALUE_NUMBER);
	ck_assert_int_eq(CV(text).kind, CONCUR_VALUE_TEXT);
	ck_assert_uint_eq(CV(letters).size, 1);
	ck_assert_int_eq(CV((const char *)NULL).kind, CONCUR_VALUE_NULL);
	ck_assert_int_eq(CV(concur_null()).kind, CONCUR_VALUE_NULL);
	ck_assert_uint_eq(CLIST(CV(1), CV("a"), CTUPLE(CV(2))).count, 3);
	ck_assert_int_eq(CMAP(CV(1), CV(2)).kind, CONCUR_VALUE_MAP);
}
END_TEST

START_TEST(measure_no_value_inside_is_bad_value)
{
	struct concur_value hole = { 0 };
	struct concur_value three[3] = { CV(1), CV(2), CV(3) };
	struct concur_value odd = concur_items(CONCUR_VALUE_MAP, three, 3);
	struct concur_value list = concur_items(CONCUR_VALUE_LIST, &hole, 1);
	struct concur_value opaque_value = { .kind = CONCUR_VALUE_OPAQUE };
	size_t size;

	ck_assert_int_eq(values_measure(&hole, 64, &size), CONCUR_BAD_VALUE);
	ck_assert_int_eq(values_measure(&list, 64, &size), CONCUR_BAD_VALUE);
	ck_assert_int_eq(values_measure(&odd, 64, &size), CONCUR_BAD_VALUE);
	ck_assert_int_eq(values_measure(&opaque_value, 64, &size), CONCUR_BAD_VALUE);
}
END_TEST

START_TEST(measure_deeper_than_the_limit_is_too_large)
{
	struct concur_value levels[10];
	size_t size;

	levels[0] = CV(1);
	for (size_t i = 1; i < 10; i++)
		levels[i] = concur_items(CONCUR_VALUE_LIST, &levels[i - 1], 1);
	ck_assert_int_eq(values_measure(&levels[9], 10, &size), CONCUR_OK);
	ck_assert_int_eq(values_measure(&levels[9], 9, &size), CONCUR_TOO_LARGE);
}
END_TEST

START_TEST(copy_bad_text_is_bad_value_with_a_message)
{
	struct concur_value bad = concur_bytes(CONCUR_VALUE_TEXT, "\xff", 1), back;

	ck_assert_int_eq(concur_value_copy(&bad, &back), CONCUR_BAD_VALUE);
	ck_assert_str_eq(concur_message(), concur_strerror(CONCUR_BAD_VALUE));
}
END_TEST

START_TEST(copy_text_ends_with_a_zero)
{
	struct concur_value back = round_trip(concur_bytes(CONCUR_VALUE_TEXT, "abc", 2));

	ck_assert_str_eq(back.bytes, "ab");
	concur_value_free(&back);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { copy_every_kind_is_the_same, encode_every_kind_is_what_protobuf_writes,
		decode_cut_anywhere_is_refused, cv_every_type_has_its_kind, measure_no_value_inside_is_bad_value,
		measure_deeper_than_the_limit_is_too_large, copy_bad_text_is_bad_value_with_a_message,
		copy_text_ends_with_a_zero, NULL };

	return unit_run("client_values", tests);
}
