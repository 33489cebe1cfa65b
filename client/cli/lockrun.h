/* "concur lock NAME -- COMMAND": a command that runs while a lock is held. */
#ifndef CLI_LOCKRUN_H
#define CLI_LOCKRUN_H

#include "command.h"

/* VERDICT_NO if the lock was not had in time; else the command's exit status. */
enum verdict lockrun_run(struct command *command);

#endif
