/* Futures on the command line. A result is printed as any value; an error is one line of complaint, and the traceback
 * behind it if there is one, so that stdout holds results and nothing else. */
#include "futurerun.h"

#include "fault.h"
#include "print.h"

#include <stdlib.h>
#include <string.h>

static const char *
text_of(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* Or what the status says, where the worker said nothing. */
void
futurerun_error_text(json_t *error, char *ret, size_t size)
{
	const char *type = text_of(error, "type"), *message = text_of(error, "message");

	if (!*message)
		message = concur_strerror((enum concur_status)json_integer_value(json_object_get(error, "status")));
	(void)snprintf(ret, size, "%s%s%s", type, *type ? ": " : "", message);
}

static void
complain_of_error(const struct command *command, json_t *error)
{
	const char *traceback = text_of(error, "traceback");
	char text[sizeof((struct fault *)NULL)->text];

	futurerun_error_text(error, text, sizeof text);
	command_complain(command, "%s", text);
	if (*traceback)
		(void)fprintf(stderr, "%s%s", traceback, traceback[strlen(traceback) - 1] == '\n' ? "" : "\n");
}

enum verdict
futurerun_print_result(struct command *command, json_t *reply)
{
	const char *state = text_of(reply, "state");
	json_t *value = json_object_get(reply, "value");

	if (strcmp(text_of(reply, "outcome"), "timed_out") == 0) {
		command_complain(command, "it has not ended yet");
		return VERDICT_NO;
	}
	if (strcmp(state, "finished") == 0) {
		if (value)
			print_item(command, value);
		return VERDICT_DONE;
	}
	if (strcmp(state, "failed") == 0)
		complain_of_error(command, value);
	else
		command_complain(command, "it was cancelled");
	return VERDICT_NO;
}

/* Why it could not be cancelled. */
static void
complain_of_phase(struct command *command)
{
	json_auto_t *request = json_pack("{s:I}", "future", (json_int_t)strtoll(command->name, NULL, 10));
	json_auto_t *reply = NULL;
	struct fault fault;
	const char *state;

	if (command_try(command, "Future/State", request, &reply, &fault) != CONCUR_OK) {
		command_complain(command, "%s", fault.text);
		return;
	}
	state = text_of(reply, "state");
	if (strcmp(state, "running") == 0)
		command_complain(command, "it runs and was not to be killed: --kill does that");
	else
		command_complain(command, "it is too late: it has ended already (%s)", state);
}

enum verdict
futurerun_print_cancelled(struct command *command, json_t *reply)
{
	if (strcmp(text_of(reply, "outcome"), "no") != 0)
		return print_outcome(command, reply);
	complain_of_phase(command);
	return VERDICT_NO;
}

enum verdict
futurerun_print_released(struct command *command, json_t *reply)
{
	if (json_integer_value(json_object_get(reply, "count")) > 0)
		return VERDICT_DONE;
	command_complain(command, "it is not there any more, or is not kept for this user");
	return VERDICT_NO;
}

enum verdict
futurerun_print_why(struct command *command, json_t *reply)
{
	if (command->options.json)
		return print_fields(command, reply);
	(void)puts(text_of(reply, "why"));
	return VERDICT_DONE;
}
