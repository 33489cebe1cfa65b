/* Processes on the command line. What the words say is read by the row, against the request of its method; that of
 * Process.New then gets the command and, unless another was named, the directory that this command was called in. */
#include "processrun.h"

#include "args.h"
#include "methods.h"
#include "print.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static json_t *
words_of(char **words)
{
	json_t *all = json_array();

	for (; words && *words; words++)
		(void)json_array_append_new(all, json_string(*words));
	return all;
}

/* A command of this user's begins where it was typed; a runtime, where the administrator's daemon is. */
static void
add_directory(json_t *request)
{
	char *here;

	if (json_object_get(request, "runtime") || json_object_get(request, "directory"))
		return;
	here = getcwd(NULL, 0);
	if (here)
		(void)json_object_set_new(request, "directory", json_string(here));
	free(here);
}

/* Makes it; *ret_id is a new reference. */
static enum verdict
make(struct command *command, json_t *request, json_t **ret_id)
{
	json_auto_t *reply = NULL;
	enum verdict verdict;

	(void)json_object_set_new(request, "name", json_string(command->name));
	(void)json_object_set_new(request, "words", words_of(command->rest));
	add_directory(request);
	verdict = command_call(command, "Process/New", request, &reply);
	if (verdict == VERDICT_DONE)
		*ret_id = json_incref(json_object_get(reply, "object"));
	return verdict;
}

enum verdict
processrun_new(struct command *command)
{
	json_auto_t *id = NULL;
	struct args args;
	enum verdict verdict = args_connect(command, NULL, &args);

	if (verdict == VERDICT_DONE)
		verdict = make(command, args.request, &id);
	args_fini(&args);
	return verdict;
}

enum verdict
processrun_start(struct command *command)
{
	json_auto_t *id = NULL, *request = NULL, *reply = NULL;
	struct args args;
	enum verdict verdict = args_connect(command, NULL, &args);

	if (verdict == VERDICT_DONE)
		verdict = command->rest || json_object_get(args.request, "runtime")
		    ? make(command, args.request, &id)
		    : command_open(command, false, false, &id);
	args_fini(&args);
	if (verdict != VERDICT_DONE)
		return verdict;
	request = json_pack("{s:O}", "object", id);
	verdict = command_call(command, "Process/Start", request, &reply);
	return verdict == VERDICT_DONE ? print_count(command, reply) : verdict;
}

enum verdict
processrun_print(struct command *command, json_t *reply)
{
	const char *outcome = json_string_value(json_object_get(reply, "outcome"));

	if (!outcome || strcmp(outcome, "no") != 0)
		return print_outcome(command, reply);
	command_complain(command, "it has ended already");
	return VERDICT_NO;
}

static enum verdict
send_signal(struct command *command, int number)
{
	json_auto_t *reply = NULL;
	json_t *id = NULL;
	struct args args;
	enum verdict verdict = args_connect(command, NULL, &args);

	if (verdict == VERDICT_DONE)
		verdict = command_open(command, false, false, &id);
	if (verdict == VERDICT_DONE) {
		(void)json_object_set_new(args.request, "object", id);
		(void)json_object_set_new(args.request, "signal", json_integer(number));
		verdict = command_call(command, "Process/Signal", args.request, &reply);
	}
	args_fini(&args);
	return verdict == VERDICT_DONE ? processrun_print(command, reply) : verdict;
}

enum verdict
processrun_terminate(struct command *command)
{
	return send_signal(command, SIGTERM);
}

enum verdict
processrun_kill(struct command *command)
{
	return send_signal(command, SIGKILL);
}

/* -- output ------------------------------------------------------------------------------------------------------- */

/* A text comes as it is, or as {"$bytes": ...}; both are printed as what they stand for, the latter in base64. */
void
processrun_print_line(json_t *line)
{
	FILE *out = json_is_true(json_object_get(line, "error")) ? stderr : stdout;
	json_t *text = json_object_get(line, "text");

	if (json_is_string(text))
		(void)fwrite(json_string_value(text), 1, json_string_length(text), out);
	else
		print_json(out, text);
	(void)fputc('\n', out);
}

/* One page; *ret_count: how many lines it had. */
static enum verdict
print_page(struct command *command, json_t *request, size_t *ret_count)
{
	json_auto_t *reply = NULL;
	enum verdict verdict = command_call(command, "Process/Output", request, &reply);
	json_t *lines = json_object_get(reply, "lines"), *line;
	size_t index;

	*ret_count = json_array_size(lines);
	json_array_foreach(lines, index, line)
	{
		if (command->options.json)
			print_item(command, line);
		else
			processrun_print_line(line);
	}
	if (verdict == VERDICT_DONE)
		(void)json_object_set(request, "cursor", json_object_get(reply, "cursor"));
	(void)fflush(stdout);
	return verdict;
}

/* Waits for the next line; *ret_more: there is one. */
static enum verdict
await(struct command *command, json_t *request, bool *ret_more)
{
	json_auto_t *wait = json_pack("{s:O, s:O, s:i}", "object", json_object_get(request, "object"), "cursor",
	    json_object_get(request, "cursor"), "wait_ns", -1);
	json_auto_t *reply = NULL;
	enum verdict verdict = command_call(command, "Process/AwaitOutput", wait, &reply);
	const char *outcome = json_string_value(json_object_get(reply, "outcome"));

	*ret_more = outcome && strcmp(outcome, "done") == 0;
	return verdict;
}

static enum verdict
print_all(struct command *command, json_t *request, bool follows)
{
	enum verdict verdict;
	bool more;

	do {
		size_t count;

		verdict = print_page(command, request, &count);
		more = count > 0;
		if (verdict == VERDICT_DONE && !more && follows)
			verdict = await(command, request, &more);
	} while (verdict == VERDICT_DONE && more);
	return verdict;
}

enum verdict
processrun_log(struct command *command)
{
	json_auto_t *request = NULL;
	json_t *id = NULL;
	struct args args;
	enum verdict verdict = args_connect(command, NULL, &args);
	bool follows = json_is_true(json_object_get(args.request, "follow"));

	args_fini(&args);
	if (verdict == VERDICT_DONE)
		verdict = command_open(command, false, false, &id);
	if (verdict != VERDICT_DONE)
		return verdict;
	request = json_pack("{s:o, s:i}", "object", id, "cursor", 0);
	verdict = print_all(command, request, follows);
	if (verdict == VERDICT_DONE)
		print_end(command);
	return verdict;
}
