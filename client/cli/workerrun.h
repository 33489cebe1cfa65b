/* concur worker: becomes the program concur-worker. */
#ifndef CLI_WORKERRUN_H
#define CLI_WORKERRUN_H

#include "command.h"

/* A worker of a pool: all words behind the verb are its own, the address and the key in front of it count, too. Returns
 * only with a complaint. */
enum verdict workerrun_run(struct command *command);

#endif
