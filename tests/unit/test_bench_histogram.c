/* The bench's latencies: percentiles against a sorted list. */
#include "tests/bench/histogram.h"
#include "tests/bench/stream.h"
#include "tests/unit/unit.h"

enum { VALUES = 5000 };

static int
compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* Numbers of all magnitudes up to an hour. */
static void
fill(struct histogram *histogram, uint64_t *values)
{
	uint64_t state = 7;

	for (int i = 0; i < VALUES; i++) {
		values[i] = draw(&state, UINT64_C(3600000000000)) >> draw(&state, 40);
		histogram_add(histogram, values[i], 1);
	}
	qsort(values, VALUES, sizeof *values, compare);
}

START_TEST(percentile_of_many_is_within_a_bucket)
{
	static const double percents[] = { 1, 50, 90, 99, 99.9, 100 };
	struct histogram *histogram = calloc(1, sizeof *histogram);
	uint64_t *values = calloc(VALUES, sizeof *values);

	fill(histogram, values);
	for (size_t i = 0; i < UNIT_COUNT(percents); i++) {
		size_t rank = (size_t)(VALUES * percents[i] / 100.0 + 0.5) - 1;
		uint64_t found = histogram_percentile_ns(histogram, percents[i]);

		ck_assert_uint_ge(found, values[rank]);
		ck_assert_uint_le(found, values[rank] + values[rank] / 64 + 1);
	}
	ck_assert_uint_eq(histogram->max_ns, values[VALUES - 1]);
	free(values);
	free(histogram);
}
END_TEST

START_TEST(percentile_of_small_values_is_exact)
{
	struct histogram *histogram = calloc(1, sizeof *histogram);

	for (uint64_t value = 0; value < 100; value++)
		histogram_add(histogram, value, 1);
	ck_assert_uint_eq(histogram_percentile_ns(histogram, 50), 49);
	ck_assert_uint_eq(histogram_percentile_ns(histogram, 1), 0);
	ck_assert_uint_eq(histogram_mean_ns(histogram), 49);
	free(histogram);
}
END_TEST

START_TEST(percentile_of_one_value_is_that_value)
{
	struct histogram *histogram = calloc(1, sizeof *histogram);

	histogram_add(histogram, 123456789, 64);
	ck_assert_uint_eq(histogram_percentile_ns(histogram, 0), 123456789);
	ck_assert_uint_eq(histogram_percentile_ns(histogram, 100), 123456789);
	ck_assert_uint_eq(histogram->total, 64);
	free(histogram);
}
END_TEST

START_TEST(percentile_of_nothing_is_zero)
{
	struct histogram *histogram = calloc(1, sizeof *histogram);

	ck_assert_uint_eq(histogram_percentile_ns(histogram, 99), 0);
	ck_assert_uint_eq(histogram_mean_ns(histogram), 0);
	free(histogram);
}
END_TEST

START_TEST(add_past_the_last_bucket_keeps_the_maximum)
{
	struct histogram *histogram = calloc(1, sizeof *histogram);

	histogram_add(histogram, UINT64_MAX / 2, 1);
	ck_assert_uint_eq(histogram->max_ns, UINT64_MAX / 2);
	ck_assert_uint_gt(histogram_percentile_ns(histogram, 50), UINT64_C(1) << 40);
	free(histogram);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		percentile_of_many_is_within_a_bucket,
		percentile_of_small_values_is_exact,
		percentile_of_one_value_is_that_value,
		percentile_of_nothing_is_zero,
		add_past_the_last_bucket_keeps_the_maximum,
		NULL,
	};

	return unit_run("bench_histogram", tests);
}
