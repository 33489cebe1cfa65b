/* The command that this process carries out: what the user typed, understood. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "client/concur.h"
#include "options.h"
#include "rows.h"

#include <jansson.h>

struct command {
	struct options options;
	const struct row *row;
	const struct kind_word *kind; /* NULL: a verb without an object */
	const char *name;             /* the object's; without a kind: the word that a call is about, or NULL */
	char **words;                 /* what follows the verb, up to "--" */
	size_t word_count;
	char **rest;             /* what follows "--", ends with NULL; NULL: there was no "--" */
	concur_session *session; /* NULL until connected */
	bool has_made;           /* its object was not there, and command_open() made it */
	size_t reply_size;       /* bytes of the last reply */
	size_t printed;          /* items of the listing so far */
};

/* Prints "concur: queue jobs: TEXT" on stderr, with what the command is about in front, once. */
__attribute__((format(printf, 2, 3))) void command_complain(const struct command *command, const char *format, ...);

/* How to end for a status. */
enum verdict command_verdict(enum concur_status status);

/* Complains about a status of the library, and says how to end for it. */
enum verdict command_failed(const struct command *command, enum concur_status status);

/* The words were wrong: complains and points at the help. Always VERDICT_USAGE. */
enum verdict command_misused(const struct command *command, const struct fault *fault);

/* Connects as the options say. The daemon's end of it is VERDICT_DONE or a complaint. */
enum verdict command_connect(struct command *command);

/* Calls a method with the request, and gives the reply as JSON (a new reference). What went wrong is left in the fault;
 * BAD_ARGUMENT: the request is not one of that method. */
enum concur_status command_try(struct command *command, const char *method, json_t *request, json_t **ret_reply,
    struct fault *fault);

/* The same with a complaint and a verdict. */
enum verdict command_call(struct command *command, const char *method, json_t *request, json_t **ret_reply);

/* A reference to a copy of the object, as it is now, in place of *id; it goes with this command. What can not be copied
 * stays as it is, and so does all for a command that is bound to a version. */
void command_snapshot(struct command *command, json_t **id);

/* Opens the command's object. The strictness counts for a lock or semaphore that is made. */
enum verdict command_open(struct command *command, bool create, bool strict, json_t **ret_id);

#endif
