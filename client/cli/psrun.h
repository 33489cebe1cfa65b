/* Who works for pools, and at what. */
#ifndef CLI_PSRUN_H
#define CLI_PSRUN_H

#include "command.h"

/* Of one pool, or of all. */
enum verdict psrun_run(struct command *command);

/* Of the command's object. */
enum verdict psrun_workers(struct command *command);

#endif
