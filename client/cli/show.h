/* concur show: all that is known of an object, and the beginning of what is in it. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "command.h"

enum verdict show_run(struct command *command);

/* Opens the command's object, of whatever kind: by its name, or where it has none as "@ID". *ret_id is a new reference,
 * its id. */
enum verdict show_open(struct command *command, json_t **ret_id);

#endif
