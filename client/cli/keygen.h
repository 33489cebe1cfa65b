/* concur keygen: a new key. */
#ifndef CLI_KEYGEN_H
#define CLI_KEYGEN_H

#include "command.h"

enum verdict keygen_run(struct command *command);

#endif
