/* What a process is to run, copied into one block of its own. */
#ifndef CORE_PROCESS_COMMAND_H
#define CORE_PROCESS_COMMAND_H

#include "daemon/core/process.h"

/* Sets process->command and process->spec. VALUE_ERROR if there is no word, TOO_LARGE past command_max, NO_MEMORY. */
enum concur_status process_command_make(struct core *core, struct process *process,
    const struct process_options *options);

#endif
