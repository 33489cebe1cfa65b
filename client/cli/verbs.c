/* Rows as calls. Whatever a verb may need beyond the words follows from its request's fields: `object` wants the object
 * opened, `name` and `kind` (of Object.Open) the command's own, `cursor` (of the
 * reply, then of the request) says where the next page begins. */
#include "verbs.h"

#include "args.h"
#include "methods.h"
#include "pages.h"
#include "print.h"
#include "spell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
has_field(const struct method *method, const char *name)
{
	return protobuf_c_message_descriptor_get_field_by_name(method->input, name) != NULL;
}

/* The id of another object that the words name, which must be there, of whatever kind. */
static enum verdict
name_other(struct command *command, json_t *request)
{
	json_t *name = json_object_get(request, "other");
	json_auto_t *open = NULL;
	json_auto_t *reply = NULL;
	enum verdict verdict;

	if (!json_is_string(name))
		return VERDICT_DONE;
	open = json_pack("{s:O, s:s, s:b}", "name", name, "kind", "none", "must_exist", 1);
	verdict = command_call(command, "Object/Open", open, &reply);
	if (verdict == VERDICT_DONE)
		(void)json_object_set(request, "other", json_object_get(reply, "object"));
	return verdict;
}

/* The id of the lock that the words name, or say the id of. A name of digits is a name. */
static enum verdict
name_lock(struct command *command, json_t *request)
{
	json_t *word = json_object_get(request, "lock");
	json_auto_t *open = NULL, *id = NULL;
	json_auto_t *reply = NULL;
	enum concur_status status;
	struct fault fault;
	uint64_t number;

	if (!json_is_string(word))
		return VERDICT_DONE;
	open = json_pack("{s:O, s:s, s:b}", "name", word, "kind", "none", "must_exist", 1);
	status = command_try(command, "Object/Open", open, &reply, &fault);
	id = spell_word(json_string_value(word), false, &(struct fault){ "" });
	if (status == CONCUR_OK) {
		(void)json_object_set(request, "lock", json_object_get(reply, "object"));
	} else if (status == CONCUR_NOT_FOUND && spell_read_u64(id, &number)) {
		(void)json_object_set(request, "lock", id);
	} else {
		command_complain(command, "%s: %s", json_string_value(word), fault.text);
		return command_verdict(status);
	}
	return VERDICT_DONE;
}

/* Futures have numbers where objects have names. */
static enum verdict
name_future(struct command *command, json_t *request)
{
	json_t *id = spell_word(command->name, false, &(struct fault){ "" });
	uint64_t number;

	if (!spell_read_u64(id, &number) || number == 0) {
		json_decref(id);
		return command_misused(command, &(struct fault){ "a future's name is its number" });
	}
	(void)json_object_set_new(request, "future", id);
	return VERDICT_DONE;
}

/* Puts in what the words do not say: which object. */
static enum verdict
name_object(struct command *command, const struct method *method, json_t *request)
{
	enum verdict verdict;
	json_t *id = NULL;

	if (!command->kind)
		return VERDICT_DONE;
	if (command->kind->kind == ROW_FUTURE)
		return name_future(command, request);
	if (has_field(method, "object")) {
		verdict = command_open(command, command->row->how & ROW_CREATES, false, &id);
		if (verdict == VERDICT_DONE && command->row->how & ROW_SNAPSHOT)
			command_snapshot(command, &id);
		if (verdict == VERDICT_DONE)
			(void)json_object_set_new(request, "object", id);
		return verdict == VERDICT_DONE ? name_other(command, request) : verdict;
	}
	(void)json_object_set_new(request, "name", json_string(command->name));
	if (has_field(method, "kind"))
		(void)json_object_set_new(request, "kind", json_string(command->kind->word));
	return name_lock(command, request);
}

/* One call, and for a listing the pages that follow. */
static enum verdict
call_pages(struct command *command, const struct method *method, json_t *request)
{
	enum verdict verdict;
	bool more = false;

	do {
		json_auto_t *reply = NULL;

		verdict = command_call(command, method->name, request, &reply);
		if (verdict == VERDICT_DONE) {
			verdict = command->row->print(command, reply);
			more = command->row->how & ROW_LISTS && pages_next(reply, request);
		}
	} while (verdict == VERDICT_DONE && more);
	return verdict;
}

static enum verdict
call_word(struct command *command, const struct method *method, const struct args *args, const char *word)
{
	const ProtobufCFieldDescriptor *target =
	    protobuf_c_message_descriptor_get_field_by_name(method->input, args->each.name);
	struct fault fault;
	json_t *json = args_word(&args->each, method->input, word, command->options.text, &fault);

	if (!json || json_object_set_new(args->request, target->name, json) < 0)
		return command_misused(command, &fault);
	if (!command->kind)
		command->name = word;
	return call_pages(command, method, args->request);
}

/* Goes on after a plain no: the other words may be luckier. */
static bool
goes_on(enum verdict verdict, enum verdict *worst)
{
	if (verdict > *worst)
		*worst = verdict;
	return verdict <= VERDICT_NO;
}

/* One call for each line of standard input. */
static enum verdict
call_lines(struct command *command, const struct method *method, const struct args *args)
{
	enum verdict worst = VERDICT_DONE;
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	while ((size = getline(&line, &room, stdin)) >= 0) {
		if (size > 0 && line[size - 1] == '\n')
			line[size - 1] = '\0';
		if (!goes_on(call_word(command, method, args, line), &worst))
			break;
	}
	if (ferror(stdin)) {
		command_complain(command, "standard input can not be read");
		worst = VERDICT_ERROR;
	}
	free(line);
	return worst;
}

static enum verdict
call_words(struct command *command, const struct method *method, const struct args *args)
{
	enum verdict worst = VERDICT_DONE;

	if (args->each_count == 0)
		return call_pages(command, method, args->request);
	if (args->each_count == 1 && strcmp(args->each_words[0], "-") == 0)
		return call_lines(command, method, args);
	for (size_t i = 0; i < args->each_count; i++) {
		if (!goes_on(call_word(command, method, args, args->each_words[i]), &worst))
			break;
	}
	return worst;
}

/* What was made for a call that was refused is as nobody wanted it. The complaint has been made; if this fails, too,
 * there is nothing to add to it. */
static void
take_back(struct command *command)
{
	json_auto_t *request = json_pack("{s:s}", "name", command->name), *reply = NULL;
	struct fault fault;

	(void)command_try(command, "Manager/Remove", request, &reply, &fault);
}

enum verdict
verbs_run(struct command *command)
{
	struct method method;
	struct args args;
	enum verdict verdict = args_connect(command, &method, &args);

	if (verdict == VERDICT_DONE)
		verdict = name_object(command, &method, args.request);
	if (verdict != VERDICT_DONE)
		goto out;
	verdict = call_words(command, &method, &args);
	if (verdict != VERDICT_DONE && command->has_made && command->row->how & ROW_SETS_UP)
		take_back(command);
	if (verdict <= VERDICT_NO && command->row->how & ROW_LISTS)
		print_end(command);
out:
	args_fini(&args);
	return verdict;
}
