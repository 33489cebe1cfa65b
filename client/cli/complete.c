/* Completion. The script knows nothing of the verbs: it hands over the words so far and gets the candidates. */
#include "complete.h"

#include "client/cli/completion_bash.h"
#include "fields.h"
#include "jobspec.h"
#include "ls.h"
#include "message.h"
#include "methods.h"
#include "parallelrun.h"
#include "print.h"
#include "workerrun.h"

#include <stdio.h>
#include <string.h>

enum verdict
complete_script(struct command *command)
{
	if (command->word_count != 1 || strcmp(command->words[0], "bash") != 0)
		return command_misused(command, &(struct fault){ "there is a script for bash only" });
	(void)fputs(completion_bash, stdout);
	return VERDICT_DONE;
}

static void
offer_verbs(unsigned kind)
{
	for (size_t i = 0; i < rows_count; i++) {
		if (rows[i].kinds & kind && !(rows[i].how & ROW_HIDDEN))
			(void)puts(rows[i].verb);
	}
}

static void
offer_kinds(void)
{
	for (const struct kind_word *kind = rows_kinds; kind->word; kind++)
		(void)puts(kind->word);
}

/* Names of objects of a kind; NULL: of any. */
static void
offer_names(struct command *command, const char *kind)
{
	struct concur_options options = { .client = "concur complete",
		.timeout_ns = CONCUR_SECOND,
		.key_file = command->options.key };
	json_auto_t *request = json_pack("{s:s, s:i}", "kind", kind ? kind : "none", "count", 1000);
	json_auto_t *reply = NULL;
	struct fault fault;
	size_t index;
	json_t *object;

	if (concur_connect(command->options.url, &options, &command->session) != CONCUR_OK ||
	    command_try(command, "Manager/List", request, &reply, &fault) != CONCUR_OK)
		return;
	json_array_foreach(json_object_get(reply, "objects"), index, object)(void)
	    puts(json_string_value(json_object_get(object, "name")));
}

static void
offer_methods(void)
{
	struct method method;

	for (size_t i = 0; methods_at(i, &method); i++)
		(void)puts(method.name);
}

/* Those that a verb reads by itself stand in the row as help shows them. */
static void
offer_own_words(const struct row *row)
{
	for (const char *at = row->fields; (at = strstr(at, "--")); at += 2)
		(void)printf("%.*s\n", (int)strcspn(at, " ]"), at);
}

static void
offer_options(const struct row *row)
{
	const char *fields = row && row->method ? row->fields : "";
	char option[FIELD_NAME_MAX];
	struct field field;

	while (fields_next(&fields, &field)) {
		fields_option_name(&field, option, sizeof option);
		if (field.is_option)
			(void)printf("--%s\n", option);
	}
	for (const struct options_row *own = jobspec_options; row && row->run == parallelrun_run && own->name; own++)
		(void)puts(own->name);
	if (row && row->run == workerrun_run)
		offer_own_words(row);
	for (const struct options_row *global = options_rows; global->name; global++)
		(void)puts(global->name);
}

/* Behind "--order": the words of that enum. True if there were some to offer. */
static bool
offer_option_words(const struct row *row, const char *option)
{
	const ProtobufCFieldDescriptor *target;
	struct method method;
	char name[FIELD_NAME_MAX] = "";
	char words[160];

	if (!row || !row->method || strncmp(option, "--", 2) != 0 || !methods_find(row->method, &method))
		return false;
	for (size_t i = 0; option[2 + i] && i < sizeof name - 1; i++)
		name[i] = (char)(option[2 + i] == '-' ? '_' : option[2 + i]);
	target = protobuf_c_message_descriptor_get_field_by_name(method.input, name);
	if (row->run == ls_run && strcmp(name, "sort") == 0)
		ls_name_sorts(words, sizeof words);
	else if (target && target->type == PROTOBUF_C_TYPE_ENUM)
		message_field_kind(target, words, sizeof words);
	else
		return false;
	for (char *word = strtok(words, ", "); word; word = strtok(NULL, ", "))
		(void)puts(word);
	return true;
}

/* The words behind a verb without an object. */
static void
offer_top(struct command *command, const struct row *row, char **words, size_t count)
{
	const struct kind_word *kind = count > 2 ? rows_kind(words[1]) : NULL;

	if ((row->run == parallelrun_run || row->run == workerrun_run) && count > 2 &&
	    strcmp(words[count - 2], "--pool") == 0)
		offer_names(command, "pool");
	else if (row->method && strncmp(row->method, "Pool/", 5) == 0 && strcmp(row->verb, "why") != 0 && count == 2)
		offer_names(command, "pool");
	else if (strcmp(row->verb, "rm") == 0 || strcmp(row->verb, "show") == 0 || strcmp(row->verb, "who") == 0)
		offer_names(command, NULL);
	else if (strcmp(row->verb, "call") == 0)
		offer_methods();
	else if (strcmp(row->verb, "completion") == 0)
		(void)puts("bash");
	else if (strcmp(row->verb, "help") == 0 && kind)
		offer_verbs(kind->kind);
	else if (strcmp(row->verb, "help") == 0) {
		offer_kinds();
		offer_verbs(ROW_TOP);
	}
}

enum verdict
complete_run(struct command *command)
{
	char **words = command->rest;
	const struct kind_word *kind;
	const struct row *row = NULL;
	size_t count = 0;

	while (words && words[count])
		count++;
	if (count == 0)
		return VERDICT_DONE;
	kind = count > 1 ? rows_kind(words[0]) : NULL;
	if (kind && count > 2)
		row = rows_find(kind->kind, words[2]);
	else if (!kind && count > 1)
		row = rows_find(ROW_TOP, words[0]);
	if (count > 1 && offer_option_words(row, words[count - 2]))
		return VERDICT_DONE;
	if (words[count - 1][0] == '-')
		offer_options(row);
	else if (count == 1) {
		offer_kinds();
		offer_verbs(ROW_TOP);
	} else if (kind && count == 2)
		offer_names(command, kind->word);
	else if (kind && count == 3)
		offer_verbs(kind->kind);
	else if (row && !kind)
		offer_top(command, row, words, count);
	return VERDICT_DONE;
}
