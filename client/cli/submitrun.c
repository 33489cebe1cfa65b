/* Submitting a task. The words behind the function are its arguments, as one list; a command behind "--" is what the
 * function "exec" takes, all of it text. The task outlives this command (it is detached) unless its result is waited
 * for: then it goes with it, and is cancelled if the command is interrupted before it has begun. */
#include "submitrun.h"

#include "args.h"
#include "base64.h"
#include "futurerun.h"
#include "methods.h"
#include "print.h"
#include "spell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Takes a member out of the request; a new reference, or NULL. */
static json_t *
take(json_t *request, const char *name)
{
	json_t *member = json_incref(json_object_get(request, name));

	(void)json_object_del(request, name);
	return member;
}

/* -- arguments ----------------------------------------------------------------------------------------------------- */

/* Words as values: JSON, or text where they are none. NULL with a fault. */
static json_t *
read_words(json_t *words, bool text, struct fault *fault)
{
	json_t *list = json_array(), *word;
	size_t index;

	json_array_foreach(words, index, word)
	{
		json_t *value = spell_word(json_string_value(word), text, fault);

		if (!value || json_array_append_new(list, value) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *
command_words(char **words, struct fault *fault)
{
	json_t *list = json_array();

	for (; *words; words++) {
		if (json_array_append_new(list, json_string(*words)) < 0) {
			(void)fault_set(fault, "the command is not UTF-8");
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* Function and arguments of a command behind "--". */
static bool
read_command(const struct command *command, json_t *request, struct fault *fault)
{
	json_t *list;

	if (json_object_get(request, "function") || json_object_get(request, "arguments"))
		return fault_set(fault, "write a function, or -- and a command, not both");
	if (!command->rest[0])
		return fault_set(fault, "write a command behind --");
	list = command_words(command->rest, fault);
	return list && json_object_set_new(request, "function", json_string("exec")) == 0 &&
	    json_object_set_new(request, "arguments", list) == 0;
}

static bool
read_arguments(const struct command *command, json_t *request, struct fault *fault)
{
	json_auto_t *words = take(request, "words");
	json_t *list;

	if (command->rest)
		return read_command(command, request, fault);
	if (!json_object_get(request, "function"))
		return fault_set(fault, "write a function, or -- and a command");
	if (json_object_get(request, "arguments"))
		return json_array_size(words) == 0 || fault_set(fault, "write words, or --arguments, not both");
	list = read_words(words, command->options.text, fault);
	return list && json_object_set_new(request, "arguments", list) == 0;
}

/* "12,13": numbers of futures, as the 8 bytes each that the request has. */
static bool
read_after(json_t *request, struct fault *fault)
{
	json_auto_t *after = take(request, "after");
	const char *at = json_string_value(after);
	struct buffer ids = { 0 };
	char *base64, *end;

	for (bool more = at; more; at = end + 1) {
		uint64_t id;

		errno = 0;
		id = strtoull(at, &end, 10);
		if (end == at || errno || (*end && *end != ',')) {
			buffer_fini(&ids);
			return fault_set(fault, "--after takes numbers of futures with commas between them, not %.60s",
			    at);
		}
		for (unsigned byte = 0; byte < sizeof id; byte++)
			buffer_append_byte(&ids, (uint8_t)(id >> 8 * byte));
		more = *end == ',';
	}
	if (!after)
		return true;
	base64 = ids.failed ? NULL : base64_encode(ids.bytes, ids.size);
	(void)json_object_set_new(request, "after", base64 ? json_pack("{s:s}", "$bytes", base64) : NULL);
	free(base64);
	buffer_fini(&ids);
	return true;
}

/* -- calls --------------------------------------------------------------------------------------------------------- */

static enum verdict
print_number(struct command *command, json_t *reply)
{
	enum verdict verdict = print_outcome(command, reply);

	if (verdict == VERDICT_DONE)
		print_item(command, json_object_get(reply, "future"));
	return verdict;
}

/* The request is whole but for the pool. */
static enum verdict
submit(struct command *command, json_t *request)
{
	static const struct kind_word pool_word = { ROW_POOL, "pool", "" };
	bool waits = json_is_true(json_object_get(request, "wait"));
	json_auto_t *pool = take(request, "pool");
	json_auto_t *reply = NULL;
	json_t *id = NULL;
	enum verdict verdict;

	(void)json_object_del(request, "wait");
	command->name = json_string_value(pool);
	command->kind = &pool_word;
	verdict = command_connect(command);
	if (verdict == VERDICT_DONE)
		verdict = command_open(command, false, false, &id);
	if (verdict == VERDICT_DONE) {
		(void)json_object_set_new(request, "object", id);
		(void)json_object_set_new(request, "detached", json_boolean(!waits));
		verdict = command_call(command, waits ? "Pool/Apply" : "Pool/Submit", request, &reply);
	}
	if (verdict == VERDICT_DONE)
		verdict = waits ? futurerun_print_result(command, reply) : print_number(command, reply);
	command->name = NULL; /* it goes with the request */
	return verdict;
}

enum verdict
submitrun_run(struct command *command)
{
	struct fault fault;
	struct args args;
	enum verdict verdict = args_begin(command, NULL, &args);

	if (verdict == VERDICT_DONE &&
	    (!read_arguments(command, args.request, &fault) || !read_after(args.request, &fault)))
		verdict = command_misused(command, &fault);
	else if (verdict == VERDICT_DONE)
		verdict = submit(command, args.request);
	args_fini(&args);
	return verdict;
}
