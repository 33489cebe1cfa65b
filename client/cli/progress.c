/* The line of progress. */
#include "config.h"

#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 30 };
static const int64_t DRAW_NS = 100000000;

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void
progress_init(struct progress *progress)
{
	*progress = (struct progress){ .is_shown = isatty(STDERR_FILENO) == 1, .begun_ns = now_ns() };
}

static void
draw(const struct progress *progress, uint64_t done, uint64_t total)
{
	double passed_s = (double)(progress->drawn_ns - progress->begun_ns) / 1e9;
	double rate = passed_s > 0 ? (double)done / passed_s : 0;
	int full = total ? (int)(done * BAR_WIDTH / total) : 0;

	(void)fputs("\r\033[K", stderr);
	if (total) {
		(void)fputc('[', stderr);
		for (int i = 0; i < BAR_WIDTH; i++)
			(void)fputc(i < full ? '#' : '.', stderr);
		(void)fprintf(stderr, "] %" PRIu64 "/%" PRIu64, done, total);
	} else {
		(void)fprintf(stderr, "%" PRIu64 " done", done);
	}
	(void)fprintf(stderr, ", %.0f/s", rate);
	if (total && rate > 0)
		(void)fprintf(stderr, ", %.0f s left", (double)(total - done) / rate);
	(void)fflush(stderr);
}

void
progress_update(struct progress *progress, uint64_t done, uint64_t total)
{
	int64_t now = progress->is_shown ? now_ns() : 0;

	if (!progress->is_shown || now - progress->drawn_ns < DRAW_NS)
		return;
	progress->drawn_ns = now;
	progress->is_there = true;
	draw(progress, done, total);
}

void
progress_clear(struct progress *progress)
{
	if (!progress->is_there)
		return;
	(void)fputs("\r\033[K", stderr);
	progress->is_there = false;
	progress->drawn_ns = 0;
}
