/* How far it is, on a terminal: one line on stderr that is written again and again, with rate and time left. Where
 * stderr is no terminal nothing is shown. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool is_shown; /* stderr is a terminal */
	bool is_there; /* the line stands on it now */
	int64_t begun_ns;
	int64_t drawn_ns;
};

void progress_init(struct progress *progress);

/* `total` 0: not known yet. Draws a few times a second at most. */
void progress_update(struct progress *progress, uint64_t done, uint64_t total);

/* Takes the line away, before anything else is printed and at the end. */
void progress_clear(struct progress *progress);

#endif
