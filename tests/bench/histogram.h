/* Latencies: a histogram with fixed room whose buckets are at most 1.6 % wide.
 *
 * Thread-safety: none. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_STEP_BITS = 6, /* each power of two is cut into so many (2^bits) buckets */
	HISTOGRAM_OCTAVES = 36,  /* past 2^(6 + 36) ns, more than an hour, all is one bucket */
	HISTOGRAM_BUCKETS = (HISTOGRAM_OCTAVES + 1) << HISTOGRAM_STEP_BITS,
};

struct histogram {
	uint64_t counts[HISTOGRAM_BUCKETS];
	uint64_t total; /* of all counts */
	uint64_t sum_ns;
	uint64_t max_ns; /* exact */
};

/* Adds `count` latencies of `value_ns` each. */
void histogram_add(struct histogram *histogram, uint64_t value_ns, uint64_t count);

/* The latency that `percent` (0 to 100) of all do not exceed, to a bucket's width and never above the longest; 0 if
 * there is none. */
uint64_t histogram_percentile_ns(const struct histogram *histogram, double percent);

/* 0 if there is none. */
uint64_t histogram_mean_ns(const struct histogram *histogram);

#endif
