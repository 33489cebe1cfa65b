/* The verbs of conditions that need its lock: each takes it, does its call, and lets it go. */
#ifndef CLI_CONDRUN_H
#define CLI_CONDRUN_H

#include "command.h"

enum verdict condrun_run(struct command *command);

#endif
