/* "concur call METHOD JSON": any method, straight from its descriptor. */
#ifndef CLI_RAWCALL_H
#define CLI_RAWCALL_H

#include "command.h"

enum verdict rawcall_run(struct command *command);

/* What a method takes and gives, field by field. */
void rawcall_explain(const char *method_name);

#endif
