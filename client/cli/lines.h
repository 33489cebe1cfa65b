/* Lines of standard input, for whoever has other things to do while none is there. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "buffer.h"

enum lines_next { LINES_LINE, LINES_LATER, LINES_END, LINES_FAILED };

struct lines {
	struct buffer bytes; /* read, and from `used` on not yet given */
	size_t used;
	bool ended;
};

/* { 0 } is none read so far. */
void lines_fini(struct lines *lines);

/* The next line, without its newline, in *ret_line: until the next call. With `waits` it waits for one; otherwise LATER
 * means that there is none yet. FAILED: it can not be read (errno), or there is no memory. */
enum lines_next lines_next(struct lines *lines, bool waits, char **ret_line);

#endif
