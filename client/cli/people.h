/* Facts as people read them: how long, how much, which process. Each gives a text that the caller frees; NULL without
 * memory. */
#ifndef CLI_PEOPLE_H
#define CLI_PEOPLE_H

#include "command.h"

/* "0.25 s", "12 s", "3 min 20 s", "5 h 10 min", "3 d 4 h". */
char *people_time(int64_t ns);

/* "208", "12.5K", "3.1M": bytes. */
char *people_size(uint64_t bytes);

/* The text as it is, or as JSON where it holds control characters: it goes to a terminal. */
char *people_text(const char *text);

/* The value on one line of JSON, cut where it is long. */
char *people_value(json_t *value);

/* What the process that a row of inspection names is called: where it runs here (`local`, and the daemon is reached by
 * a unix socket), and "-" elsewhere. */
char *people_program(const struct command *command, json_t *row);

/* `what`, and how long the session that the row is about has been without a connection, if it is: "exclusive; cut off
 * for 3.00 s". */
char *people_standing(const char *what, json_t *row);

/* An integer member, 0 if there is none. Pids and their like; the largest numbers may be spelled otherwise. */
int64_t people_number(json_t *object, const char *name);

#endif
