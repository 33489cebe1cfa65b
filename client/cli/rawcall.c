/* Any method: JSON in, JSON out. */
#include "rawcall.h"

#include "message.h"
#include "methods.h"
#include "print.h"

#include <stdio.h>
#include <string.h>

static void
list_methods(void)
{
	struct method method;

	for (size_t i = 0; methods_at(i, &method); i++)
		(void)printf("%-34s %s -> %s\n", method.name, method.input->short_name, method.output->short_name);
}

static void
explain_message(const char *head, const ProtobufCMessageDescriptor *type, int indent)
{
	char kind[192];

	(void)printf("%*s%s %s\n", indent, "", head, type->short_name);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];

		message_field_kind(field, kind, sizeof kind);
		(void)printf("%*s  %-12s %s%s\n", indent, "", field->name, kind,
		    field->label == PROTOBUF_C_LABEL_REPEATED ? ", any number" : "");
		if (field->type == PROTOBUF_C_TYPE_MESSAGE)
			explain_message("with", field->descriptor, indent + 4);
	}
}

void
rawcall_explain(const char *method_name)
{
	struct method method;

	if (!methods_find(method_name, &method)) {
		(void)printf("No method is called %s; \"concur call\" lists them all.\n", method_name);
		return;
	}
	(void)printf("concur call %s JSON\n\n", method.name);
	explain_message("takes", method.input, 0);
	explain_message("gives", method.output, 0);
}

enum verdict
rawcall_run(struct command *command)
{
	json_auto_t *request = NULL;
	json_auto_t *reply = NULL;
	enum verdict verdict;
	json_error_t error;
	struct fault fault;

	if (command->word_count == 0) {
		list_methods();
		return VERDICT_DONE;
	}
	if (command->word_count > 2)
		return command_misused(command,
		    &(struct fault){ "takes a method and its request, quoted as one word" });
	request = json_loads(command->word_count > 1 ? command->words[1] : "{}",
	    JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
	if (!request) {
		(void)fault_set(&fault, "the request is not JSON: %s at column %d", error.text, error.column);
		return command_misused(command, &fault);
	}
	verdict = command_connect(command);
	if (verdict == VERDICT_DONE)
		verdict = command_call(command, command->words[0], request, &reply);
	if (verdict == VERDICT_DONE)
		print_item(command, reply);
	return verdict;
}
