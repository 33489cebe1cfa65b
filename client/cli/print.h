/* Printing replies: JSON, one value a line; tables for people. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "command.h"

#include <stdio.h>

/* One line of JSON, without the newline. Numbers come out as short as they can be read back. */
void print_json(FILE *out, json_t *json);

/* One value: a line, or the next item of the array if it is a listing with --json. Text is bare with --raw. */
void print_item(struct command *command, json_t *item);

/* The end of a listing. */
void print_end(struct command *command);

/* Printers of rows: print what the reply holds, say on stderr what it denies. */
enum verdict print_nothing(struct command *command, json_t *reply);
enum verdict print_value(struct command *command, json_t *reply);
enum verdict print_values(struct command *command, json_t *reply);
enum verdict print_count(struct command *command, json_t *reply);
enum verdict print_truth(struct command *command, json_t *reply);  /* done or not: true or false */
enum verdict print_locked(struct command *command, json_t *reply); /* the field `locked`: true or false */
enum verdict print_is_set(struct command *command, json_t *reply); /* the field `is_set`: true or false */
enum verdict print_time(struct command *command, json_t *reply);   /* a count of nanoseconds */
enum verdict print_token(struct command *command, json_t *reply);
enum verdict print_needed(struct command *command, json_t *reply); /* not there: it was not needed */
enum verdict print_pair(struct command *command, json_t *reply);   /* the only one */
enum verdict print_keys(struct command *command, json_t *reply);
enum verdict print_pair_values(struct command *command, json_t *reply);
enum verdict print_pairs(struct command *command, json_t *reply);
enum verdict print_fields(struct command *command, json_t *reply);
enum verdict print_made_set(struct command *command, json_t *reply); /* the items of the set that was made */
enum verdict print_alive(struct command *command, json_t *reply);

/* What the reply's outcome means: DONE, or NO and a word about it on stderr. */
enum verdict print_outcome(const struct command *command, json_t *reply);

#endif
