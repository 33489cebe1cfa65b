/* How far it is, on stderr, with rate and time left: on a terminal one line that is written again and again, with a
 * bar; elsewhere, if that is asked for, a line now and then. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

enum progress_when { PROGRESS_NEVER, PROGRESS_ON_TERMINAL, PROGRESS_ALWAYS };

struct progress {
	bool is_shown;
	bool is_lines; /* stderr is no terminal */
	bool is_there; /* the line stands on the terminal now */
	int64_t begun_ns;
	int64_t drawn_ns;
};

void progress_init(struct progress *progress, enum progress_when when);

/* `total` 0: not known yet. Draws a few times a second at most, or writes a line every second. */
void progress_update(struct progress *progress, uint64_t done, uint64_t total);

/* Takes the line away from the terminal, before anything else is printed and at the end. */
void progress_clear(struct progress *progress);

/* All is done: the last line, where there are lines. */
void progress_end(struct progress *progress, uint64_t done);

#endif
