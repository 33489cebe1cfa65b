/* concur submit: one task for a pool. */
#ifndef CLI_SUBMITRUN_H
#define CLI_SUBMITRUN_H

#include "command.h"

enum verdict submitrun_run(struct command *command);

#endif
