/* The words behind a verb -> the JSON of its request, as the row's fields say. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "command.h"
#include "fault.h"
#include "fields.h"
#include "methods.h"

#include <protobuf-c/protobuf-c.h>

struct args {
	json_t *request;   /* owned: an object of JSON with the fields that were given */
	struct field each; /* the field that is filled anew for every call; its name is empty if there is none */
	char **each_words; /* owned array of borrowed words */
	size_t each_count;
};

/* Reads command->words (and command->rest, if it is no command to run) by the fields of command->row. False with a
 * fault; args_fini() is due in any case. */
bool args_read(const struct command *command, const ProtobufCMessageDescriptor *type, struct args *ret,
    struct fault *fault);
void args_fini(struct args *args);

/* The head of what carries a row out: finds its method, reads the words, complains of what can not be read.
 * VERDICT_DONE if all is well; args_fini() is due in any case. args_connect() also connects. `ret_method` may be
 * NULL. */
enum verdict args_begin(struct command *command, struct method *ret_method, struct args *ret);
enum verdict args_connect(struct command *command, struct method *ret_method, struct args *ret);

/* Whether the field is true or false, and so takes no word. */
bool args_is_flag(const struct field *field, const ProtobufCMessageDescriptor *type);

/* What one word means for one field: a new reference, NULL with a fault. */
json_t *args_word(const struct field *field, const ProtobufCMessageDescriptor *type, const char *word, bool raw,
    struct fault *fault);

#endif
