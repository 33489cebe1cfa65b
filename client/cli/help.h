/* Help, all of it from the table of rows. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "command.h"

/* "concur help [KIND] [VERB]", and the hidden "concur help --man". */
enum verdict help_run(struct command *command);

/* On stdout: everything in brief; one kind and its verbs; one verb. */
void help_overview(void);
void help_kind(const struct kind_word *kind);
void help_row(const struct row *row, unsigned kind);

/* The verbs' part of concur(1), in man(7)'s language. */
void help_manual(void);

#endif
