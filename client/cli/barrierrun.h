/* Coming to a barrier, and running its action for all who come. */
#ifndef CLI_BARRIERRUN_H
#define CLI_BARRIERRUN_H

#include "command.h"

enum verdict barrierrun_run(struct command *command);

#endif
