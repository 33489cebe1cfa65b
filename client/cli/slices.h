/* "concur list NAME items" and "slice": the items of a list, page by page. */
#ifndef CLI_SLICES_H
#define CLI_SLICES_H

#include "command.h"

/* Indexes are those of the list as it is at first; a list that changes meanwhile is read live, as Python iterates. What
 * fits one page is read at one moment. */
enum verdict slices_run(struct command *command);

#endif
