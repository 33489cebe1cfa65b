/* The file of --joblog: a line for each job that ended, in the order in which they did, with GNU parallel's columns and
 * tabs between them:
 *
 *	Seq Host Starttime JobRuntime Send Receive Exitval Signal Command
 *
 * Host is ":" for this machine; Send is 0; Receive is how many bytes it wrote to stdout; Exitval is -1 for a job that
 * did not end by itself. */
#ifndef CLI_JOBLOG_H
#define CLI_JOBLOG_H

#include "jobend.h"

#include <stdio.h>

/* Makes the file anew, with the line of headings. NULL with errno. */
FILE *joblog_open(const char *path);

/* Of a job that ended now. */
void joblog_write(FILE *log, uint64_t number, const struct jobend *end, const char *command);

/* Whether all that was written is in the file; errno if not. Closes it. */
bool joblog_close(FILE *log);

#endif
