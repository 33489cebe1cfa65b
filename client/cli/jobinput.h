/* The arguments of jobs, one job's at a time: all combinations of the lists behind ":::", of which the last changes
 * fastest, or the lines of standard input. */
#ifndef CLI_JOBINPUT_H
#define CLI_JOBINPUT_H

#include "jobspec.h"
#include "lines.h"

struct jobinput {
	const struct jobspec *spec;
	struct lines lines;
	size_t at[JOBSPEC_LISTS_MAX];             /* the next combination */
	const char *arguments[JOBSPEC_LISTS_MAX]; /* the last that was given */
	size_t count;                             /* of them */
	bool is_over;                             /* of the lists */
};

void jobinput_init(struct jobinput *input, const struct jobspec *spec);
void jobinput_fini(struct jobinput *input);

/* Puts the next job's arguments into `arguments`, until the next call; does not wait for standard input. Results as
 * lines_next() has them. */
enum lines_next jobinput_next(struct jobinput *input);

/* How many jobs there will be; 0: that is not known before all is read. */
uint64_t jobinput_total(const struct jobinput *input);

#endif
