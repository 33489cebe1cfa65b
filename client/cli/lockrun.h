/* "concur lock NAME -- COMMAND": a command that runs while a lock, or permits of a semaphore, are held. */
#ifndef CLI_LOCKRUN_H
#define CLI_LOCKRUN_H

#include "command.h"

/* VERDICT_NO if it was not had in time; else the command's exit status. */
enum verdict lockrun_run(struct command *command);

#endif
