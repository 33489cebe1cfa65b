/* Carrying out rows that are nothing but a call: read the words, open the object, call, print, go on while there is
 * more. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "command.h"

enum verdict verbs_run(struct command *command);

#endif
