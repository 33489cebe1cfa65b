/* The line of progress. */
#include "config.h"

#include "progress.h"

#include "client/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { BAR_WIDTH = 30 };
static const int64_t DRAW_NS = 100000000;
static const int64_t LINE_NS = 1000000000;

void
progress_init(struct progress *progress, enum progress_when when)
{
	bool is_terminal = isatty(STDERR_FILENO) == 1;

	*progress = (struct progress){
		.is_shown = when == PROGRESS_ALWAYS || (when == PROGRESS_ON_TERMINAL && is_terminal),
		.is_lines = !is_terminal,
		.begun_ns = clock_now_ns(),
	};
}

static void
draw_bar(uint64_t done, uint64_t total)
{
	int full = (int)((double)done / (double)total * BAR_WIDTH);

	(void)fputc('[', stderr);
	for (int i = 0; i < BAR_WIDTH; i++)
		(void)fputc(i < full ? '#' : '.', stderr);
	(void)fputs("] ", stderr);
}

static void
draw(const struct progress *progress, uint64_t done, uint64_t total)
{
	double passed_s = (double)(progress->drawn_ns - progress->begun_ns) / 1e9;
	double rate = passed_s > 0 ? (double)done / passed_s : 0;

	if (!progress->is_lines)
		(void)fputs("\r\033[K", stderr);
	if (total && !progress->is_lines)
		draw_bar(done, total);
	if (total)
		(void)fprintf(stderr, "%" PRIu64 "/%" PRIu64, done, total);
	else
		(void)fprintf(stderr, "%" PRIu64 " done", done);
	(void)fprintf(stderr, ", %.0f/s", rate);
	if (total && rate > 0)
		(void)fprintf(stderr, ", %.0f s left", (double)(total - done) / rate);
	if (progress->is_lines)
		(void)fputc('\n', stderr);
	(void)fflush(stderr);
}

void
progress_update(struct progress *progress, uint64_t done, uint64_t total)
{
	int64_t now = progress->is_shown ? clock_now_ns() : 0;

	if (progress->is_lines && progress->drawn_ns == 0)
		progress->drawn_ns = progress->begun_ns;
	if (!progress->is_shown || now - progress->drawn_ns < (progress->is_lines ? LINE_NS : DRAW_NS))
		return;
	progress->drawn_ns = now;
	progress->is_there = !progress->is_lines;
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

void
progress_end(struct progress *progress, uint64_t done)
{
	progress_clear(progress);
	if (!progress->is_shown || !progress->is_lines)
		return;
	progress->drawn_ns = clock_now_ns();
	draw(progress, done, done);
}
