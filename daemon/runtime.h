/* Runtimes on the command line: NAME=COMMAND.
 *
 * Thread-safety: none needed; the start's. */
#ifndef DAEMON_RUNTIME_H
#define DAEMON_RUNTIME_H

#include "daemon/io/complaint.h"
#include "lib/process_spec.h"

enum { RUNTIME_NAME_MAX = 64 }; /* bytes of a name */

/* Reads "NAME=WORD WORD ...". Words are parted by blanks; what stands in '' or "" is one word, or part of one, and a
 * backslash outside '' takes the next character as it is. Nothing else is special. What it makes is freed by
 * runtime_fini(). -1 with a complaint. */
int runtime_parse(const char *text, struct runtime *ret, struct complaint *complaint);
void runtime_fini(struct runtime *runtime); /* takes one that is all 0 */

#endif
