/* Running a command for somebody: start it, stand aside, say how it ended. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include "command.h"

/* Runs argv (ends with NULL, found in $PATH) and waits for it. While it runs, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1
 * and SIGUSR2 do not end this process: what the terminal sends reaches the command by itself, what other processes send
 * to this one is passed on. If this process is killed, the command gets SIGTERM.
 *
 * *ret_status: its exit status; 128 + N if signal N ended it; 126 or 127 if it could not be started. */
enum verdict child_run(const struct command *command, char **argv, int *ret_status);

#endif
