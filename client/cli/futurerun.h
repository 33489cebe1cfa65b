/* What becomes of a task, for people: printers of rows. */
#ifndef CLI_FUTURERUN_H
#define CLI_FUTURERUN_H

#include "command.h"

/* What an error says on one line: "ValueError: it is none". */
void futurerun_error_text(json_t *error, char *ret, size_t size);

/* A FutureReply: the result; what went wrong, on stderr, if it has failed or not ended. */
enum verdict futurerun_print_result(struct command *command, json_t *reply);

/* Whether it was cancelled. */
enum verdict futurerun_print_cancelled(struct command *command, json_t *reply);

/* Whether somebody had referred to it. */
enum verdict futurerun_print_released(struct command *command, json_t *reply);

/* A FutureLogReply: a page of lines, those of stderr on stderr. */
enum verdict futurerun_print_log(struct command *command, json_t *reply);

/* A sentence. */
enum verdict futurerun_print_why(struct command *command, json_t *reply);

#endif
