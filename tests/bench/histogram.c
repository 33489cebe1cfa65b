/* Latencies. Below 2^6 ns a bucket is one nanosecond; above, a value's bucket is made of its highest bit (the octave)
 * and the six bits that follow it. So the width of a bucket is always a 64th of its lower end. */
#include "tests/bench/histogram.h"

#include <stddef.h>

enum { STEPS = 1 << HISTOGRAM_STEP_BITS };

static size_t
bucket_of(uint64_t value_ns)
{
	unsigned octave;

	if (value_ns < STEPS)
		return (size_t)value_ns;
	octave = 63u - (unsigned)__builtin_clzll(value_ns) - HISTOGRAM_STEP_BITS;
	if (octave >= HISTOGRAM_OCTAVES)
		return HISTOGRAM_BUCKETS - 1;
	return ((size_t)octave << HISTOGRAM_STEP_BITS) + (size_t)(value_ns >> octave);
}

/* The largest value that falls into the bucket. */
static uint64_t
bucket_top(size_t bucket)
{
	size_t octave = bucket >> HISTOGRAM_STEP_BITS;

	if (octave == 0)
		return bucket;
	octave--;
	return ((bucket - (octave << HISTOGRAM_STEP_BITS) + 1) << octave) - 1;
}

void
histogram_add(struct histogram *histogram, uint64_t value_ns, uint64_t count)
{
	histogram->counts[bucket_of(value_ns)] += count;
	histogram->total += count;
	histogram->sum_ns += value_ns * count;
	if (value_ns > histogram->max_ns)
		histogram->max_ns = value_ns;
}

uint64_t
histogram_percentile_ns(const struct histogram *histogram, double percent)
{
	double wanted = (double)histogram->total * percent / 100.0;
	uint64_t seen = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->counts[i];
		if (seen > 0 && (double)seen >= wanted)
			return bucket_top(i) < histogram->max_ns ? bucket_top(i) : histogram->max_ns;
	}
	return 0;
}

uint64_t
histogram_mean_ns(const struct histogram *histogram)
{
	return histogram->total > 0 ? histogram->sum_ns / histogram->total : 0;
}
