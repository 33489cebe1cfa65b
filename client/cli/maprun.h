/* concur map: a function of a pool for every line of standard input. */
#ifndef CLI_MAPRUN_H
#define CLI_MAPRUN_H

#include "command.h"

enum verdict maprun_run(struct command *command);

#endif
