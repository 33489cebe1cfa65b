/* Verbs of processes that are more than one call: making one of a command, and reading what it writes. */
#ifndef CLI_PROCESSRUN_H
#define CLI_PROCESSRUN_H

#include "command.h"

/* Makes a process of the command or the runtime. */
enum verdict processrun_new(struct command *command);

/* The same, and starts it; without a command and a runtime, starts the one that is there. Prints the pid. */
enum verdict processrun_start(struct command *command);

/* Whether a signal has reached it. */
enum verdict processrun_print(struct command *command, json_t *reply);

/* SIGTERM, SIGKILL. */
enum verdict processrun_terminate(struct command *command);
enum verdict processrun_kill(struct command *command);

/* One line of output, to stdout or stderr. */
void processrun_print_line(json_t *line);

/* Prints its output, stderr's lines to stderr; with --follow until it ends. */
enum verdict processrun_log(struct command *command);

#endif
