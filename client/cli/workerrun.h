/* concur worker: becomes the program concur-worker. */
#ifndef CLI_WORKERRUN_H
#define CLI_WORKERRUN_H

#include "command.h"

/* A worker of a pool, with all words of the command line as its own. Returns only with a complaint. */
enum verdict workerrun_run(struct command *command);

#endif
