/* concur who: which processes hold, wait for and refer to an object, or which are there at all. */
#ifndef CLI_WHO_H
#define CLI_WHO_H

#include "command.h"

enum verdict who_run(struct command *command);

#endif
