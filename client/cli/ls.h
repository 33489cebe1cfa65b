/* concur ls: the objects, sorted. */
#ifndef CLI_LS_H
#define CLI_LS_H

#include "command.h"

enum verdict ls_run(struct command *command);

/* What --sort takes: "name, kind, ...". */
void ls_name_sorts(char *ret, size_t size);

#endif
