/* The command in progress: complaints, the connection, calls. */
#include "command.h"

#include "config.h"

#include "message.h"
#include "methods.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The same of an object without a name: "list 17: ". */
static const char *
without_number(const struct command *command, const char *text)
{
	size_t size = strlen(command->kind->word), digits;

	if (strncmp(text, command->kind->word, size) != 0 || text[size] != ' ')
		return text;
	digits = strspn(text + size + 1, "0123456789");
	return digits && strncmp(text + size + 1 + digits, ": ", 2) == 0 ? text + size + 1 + digits + 2 : text;
}

/* The daemon names the object in front of what it has to say: behind that. A copy that is listed has no name, and is
 * the object to whoever reads this; and what a name stands for may be of another kind than was meant. */
static const char *
without_name(const struct command *command, const char *text)
{
	size_t kind = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	char name[sizeof((struct fault *)NULL)->text];
	size_t size;

	(void)snprintf(name, sizeof name, " '%s': ", command->name ? command->name : "");
	size = strlen(name);
	if (command->kind && strncmp(text + kind, name, size) == 0)
		return text + kind + size;
	return command->kind && command->row && command->row->how & ROW_SNAPSHOT ? without_number(command, text) : text;
}

void
command_complain(const struct command *command, const char *format, ...)
{
	struct fault fault;
	va_list args;

	(void)fprintf(stderr, "concur: ");
	if (command->name)
		(void)fprintf(stderr, "%s%s%s: ", command->kind ? command->kind->word : "", command->kind ? " " : "",
		    command->name);
	va_start(args, format);
	(void)vsnprintf(fault.text, sizeof fault.text, format, args);
	va_end(args);
	(void)fprintf(stderr, "%s\n", without_name(command, fault.text));
}

enum verdict
command_verdict(enum concur_status status)
{
	switch ((int)status) {
	case CONCUR_OK:
		return VERDICT_DONE;
	case CONCUR_NOT_FOUND:
	case CONCUR_ALREADY_THERE:
	case CONCUR_INDEX_ERROR:
	case CONCUR_SHUT_DOWN:
	case CONCUR_BROKEN_PIPE:
		return VERDICT_NO;
	case CONCUR_BAD_ADDRESS:
		return VERDICT_USAGE;
	case CONCUR_NO_DAEMON:
	case CONCUR_CLOSED:
	case CONCUR_STOPPING:
		return VERDICT_NO_DAEMON;
	default:
		return VERDICT_ERROR;
	}
}

enum verdict
command_failed(const struct command *command, enum concur_status status)
{
	command_complain(command, "%s", concur_message());
	return command_verdict(status);
}

enum verdict
command_misused(const struct command *command, const struct fault *fault)
{
	const char *verb = command->row ? command->row->verb : "";

	if (command->kind)
		(void)fprintf(stderr, "concur: %s%s%s: %s (see: concur help %s%s%s)\n", command->kind->word,
		    *verb ? " " : "", verb, fault->text, command->kind->word, *verb ? " " : "", verb);
	else
		(void)fprintf(stderr, "concur: %s%s%s (see: concur help%s%s)\n", verb, *verb ? ": " : "", fault->text,
		    *verb ? " " : "", verb);
	return VERDICT_USAGE;
}

enum verdict
command_connect(struct command *command)
{
	struct concur_options options = { .client = "concur " PACKAGE_VERSION, .key_file = command->options.key };
	enum concur_status status = concur_connect(command->options.url, &options, &command->session);

	return status == CONCUR_OK ? VERDICT_DONE : command_failed(command, status);
}

enum concur_status
command_try(struct command *command, const char *method_name, json_t *request, json_t **ret_reply, struct fault *fault)
{
	struct concur_reply reply = { 0 };
	struct buffer body = { 0 };
	enum concur_status status = CONCUR_BAD_ARGUMENT;
	struct method method;

	if (!methods_find(method_name, &method)) {
		(void)fault_set(fault, "%.60s: no such method", method_name);
		return status;
	}
	if (!message_encode(method.input, request, &body, fault))
		goto out;
	/* Opening the object is not what is bound to its version. */
	if (command->options.if_version && protobuf_c_message_descriptor_get_field_by_name(method.input, "object") &&
	    concur_if_version(command->session, command->options.if_version) != CONCUR_OK)
		goto out;
	status = concur_call(command->session, method.name, body.bytes, body.size, CONCUR_BLOCKED, &reply);
	if (status != CONCUR_OK) {
		(void)fault_set(fault, "%s", concur_message());
		goto out;
	}
	command->reply_size = reply.size;
	*ret_reply = message_decode(method.output, reply.body, reply.size, fault);
	if (!*ret_reply)
		status = CONCUR_BAD_REPLY;
	concur_reply_free(&reply);
out:
	buffer_fini(&body);
	return status;
}

enum verdict
command_call(struct command *command, const char *method, json_t *request, json_t **ret_reply)
{
	struct fault fault;
	enum concur_status status = command_try(command, method, request, ret_reply, &fault);

	if (status == CONCUR_BAD_ARGUMENT)
		return command_misused(command, &fault);
	if (status != CONCUR_OK)
		command_complain(command, "%s", fault.text);
	return command_verdict(status);
}

enum verdict
command_open(struct command *command, bool create, bool strict, json_t **ret_id)
{
	json_auto_t *request = json_pack("{s:s, s:s, s:b, s:b}", "name", command->name, "kind",
	    command->kind ? command->kind->word : "none", "must_exist", !create, "strict", strict);
	json_auto_t *reply = NULL;
	enum verdict verdict;

	if (!request) {
		command_complain(command, "the name is not UTF-8");
		return VERDICT_USAGE;
	}
	verdict = command_call(command, "Object/Open", request, &reply);
	if (verdict == VERDICT_DONE) {
		*ret_id = json_incref(json_object_get(reply, "object"));
		command->has_made = json_is_true(json_object_get(reply, "created"));
	}
	return verdict;
}

void
command_snapshot(struct command *command, json_t **id)
{
	json_auto_t *request = json_pack("{s:O, s:s}", "object", *id, "lifetime", "session");
	json_auto_t *reply = NULL;
	struct fault fault;

	if (command->options.if_version || command_try(command, "Object/Copy", request, &reply, &fault) != CONCUR_OK)
		return;
	json_decref(*id);
	*id = json_incref(json_object_get(reply, "object"));
}
