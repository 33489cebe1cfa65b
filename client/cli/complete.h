/* Completion: the script for the shell, and the words it asks for. */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "command.h"

/* "concur completion bash": prints the script. */
enum verdict complete_script(struct command *command);

/* "concur complete -- WORD...": the words that could stand in place of the last one, one a line. A daemon is asked for
 * names of objects; one that does not answer just leaves them out. */
enum verdict complete_run(struct command *command);

#endif
