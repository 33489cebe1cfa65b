/* The verb that runs a command for each of many arguments, several at once. */
#ifndef CLI_PARALLELRUN_H
#define CLI_PARALLELRUN_H

#include "command.h"

enum verdict parallelrun_run(struct command *command);

#endif
