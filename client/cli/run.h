/* "concur run -- COMMAND": a private daemon for one command. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "command.h"

/* The verdict is the command's exit status once it was started. */
enum verdict run_run(struct command *command);

#endif
