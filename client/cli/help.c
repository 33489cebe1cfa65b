/* Help. */
#include "help.h"

#include "args.h"
#include "fields.h"
#include "jobspec.h"
#include "ls.h"
#include "message.h"
#include "methods.h"
#include "parallelrun.h"
#include "rawcall.h"

#include <stdio.h>
#include <string.h>

enum { USAGE_MAX = 640 };

static void
print_rows(unsigned kind)
{
	char usage[USAGE_MAX];

	for (size_t i = 0; i < rows_count; i++) {
		if (!(rows[i].kinds & kind) || rows[i].how & ROW_HIDDEN)
			continue;
		rows_usage(&rows[i], kind, usage, sizeof usage);
		(void)printf("  %s\n          %s\n", usage, rows[i].help);
	}
}

/* The verbs of a kind on one line. */
static void
print_verbs(const struct kind_word *kind)
{
	int column = printf("  %-6s ", kind->word);

	for (size_t i = 0; i < rows_count; i++) {
		const char *verb = rows[i].verb;

		if (!(rows[i].kinds & kind->kind) || strcmp(verb, "--") == 0)
			continue;
		if (column + (int)strlen(verb) >= 79)
			column = printf("\n%9s", "") - 1;
		column += printf("%s ", verb);
	}
	(void)putchar('\n');
}

void
help_overview(void)
{
	(void)fputs("concur: dicts, queues, locks, barriers and more that processes share through concurd\n\n"
		    "  concur KIND NAME VERB [WORD...]        or KIND VERB NAME, where NAME is no verb; KIND ls\n"
		    "  concur lock NAME [--timeout SECONDS] -- COMMAND [WORD...]\n"
		    "  concur run -- COMMAND [WORD...]\n"
		    "  concur parallel COMMAND [WORD...] ::: ARGUMENT...\n\nKinds and their verbs:\n",
	    stdout);
	for (const struct kind_word *kind = rows_kinds; kind->word; kind++)
		print_verbs(kind);
	(void)fputs("\nOther verbs:\n", stdout);
	for (size_t i = 0; i < rows_count; i++) {
		if (rows[i].kinds & ROW_TOP && !(rows[i].how & ROW_HIDDEN))
			(void)printf("  %-11s %s\n", rows[i].verb, rows[i].help);
	}
	(void)fputs("\nOptions:\n", stdout);
	for (const struct options_row *row = options_rows; row->name; row++)
		(void)printf("  %s %-*s %s\n", row->name, (int)(14 - strlen(row->name)),
		    row->word        ? row->word
			: row->brief ? row->brief
				     : "",
		    row->help);
	(void)fputs("\nWords are JSON, or text where they are none: 1 is a number, '\"1\"' and one are text.\n"
		    "Exit status: 0 done, 1 a plain no (empty, timed out, not there), 2 wrong usage, 3 no daemon, 4 "
		    "any other error.\n"
		    "\"concur help KIND\" and \"concur help KIND VERB\" say more; concur(1) says all.\n",
	    stdout);
}

void
help_kind(const struct kind_word *kind)
{
	(void)printf("%s: %s\n\n", kind->word, kind->help);
	print_rows(kind->kind);
}

/* Options of a verb that reads its words by itself. */
static void
explain_own_options(const struct options_row *row)
{
	(void)putchar('\n');
	for (; row->name; row++)
		(void)printf("  %s%s%s%s%s: %s\n", row->brief ? row->brief : "", row->brief ? ", " : "", row->name,
		    row->word ? " " : "", row->word ? row->word : "", row->help);
}

/* What the words of a verb may be, as far as its name does not say it. */
static void
explain_fields(const struct row *row)
{
	const char *fields = row->fields;
	struct method method;
	struct field field;
	char option[FIELD_NAME_MAX];
	char kind[192];

	if (row->run == parallelrun_run)
		explain_own_options(jobspec_options);
	if (!row->method || !methods_find(row->method, &method))
		return;
	(void)putchar('\n');
	while (fields_next(&fields, &field)) {
		const ProtobufCFieldDescriptor *target =
		    protobuf_c_message_descriptor_get_field_by_name(method.input, fields_target(&field));

		(void)snprintf(kind, sizeof kind, "text");
		if (target)
			message_field_kind(target, kind, sizeof kind);
		else if (*field.fallback >= '0' && *field.fallback <= '9')
			(void)snprintf(kind, sizeof kind, "a number");
		if (row->run == ls_run && strcmp(field.name, "sort") == 0)
			ls_name_sorts(kind, sizeof kind);
		if (args_is_flag(&field, method.input))
			(void)snprintf(kind, sizeof kind, "yes, if it is given");
		if (fields_is_time(&field))
			(void)snprintf(kind, sizeof kind, "seconds; inf is for ever");
		if (strcmp(field.name, "timeout") == 0)
			(void)snprintf(kind, sizeof kind, "seconds; 0 does not wait, without it waits %s",
			    *field.if_absent ? "as long as the object says" : "for ever");
		fields_option_name(&field, option, sizeof option);
		(void)printf("  %s%s: %s%s%s\n", field.is_option ? "--" : "", option, kind,
		    *field.fallback ? "; without it " : "", field.fallback);
	}
	(void)printf("\nCalls /concur.v1.%s.%s\n", row->method,
	    row->how & ROW_CREATES ? " An object that is not there is made." : "");
}

void
help_row(const struct row *row, unsigned kind)
{
	char usage[USAGE_MAX];

	rows_usage(row, kind, usage, sizeof usage);
	(void)printf("%s\n\n  %s\n", usage, row->help);
	explain_fields(row);
}

/* -- the manual ---------------------------------------------------------------------------------------------------- */

/* In man(7) a "-" that is typed is "\-". */
static void
print_roff(const char *text)
{
	for (; *text; text++)
		(void)printf(*text == '-' ? "\\-" : *text == '\\' ? "\\e" : "%c", *text);
}

static void
manual_rows(unsigned kind)
{
	char usage[USAGE_MAX];

	for (size_t i = 0; i < rows_count; i++) {
		if (!(rows[i].kinds & kind) || rows[i].how & ROW_HIDDEN)
			continue;
		rows_usage(&rows[i], kind, usage, sizeof usage);
		(void)fputs(".TP\n.B ", stdout);
		print_roff(usage);
		(void)putchar('\n');
		print_roff(rows[i].help);
		(void)fputs(".\n", stdout);
	}
}

void
help_manual(void)
{
	(void)fputs(".SS \"Without an object\"\n", stdout);
	manual_rows(ROW_TOP);
	for (const struct kind_word *kind = rows_kinds; kind->word; kind++) {
		(void)printf(".SS \"%c%s: %s\"\n", kind->word[0] - 'a' + 'A', kind->word + 1, kind->help);
		manual_rows(kind->kind);
	}
}

/* -- the verb ------------------------------------------------------------------------------------------------------ */

static enum verdict
explain_kind(struct command *command, const struct kind_word *kind)
{
	const struct row *row;
	struct fault fault;

	if (command->word_count == 1) {
		help_kind(kind);
		return VERDICT_DONE;
	}
	row = rows_find(kind->kind, command->words[1]);
	if (row) {
		help_row(row, kind->kind);
		return VERDICT_DONE;
	}
	(void)fault_set(&fault, "no verb of %s is called %.60s", kind->word, command->words[1]);
	return command_misused(command, &fault);
}

enum verdict
help_run(struct command *command)
{
	const char *word = command->word_count ? command->words[0] : NULL;
	const struct kind_word *kind = word ? rows_kind(word) : NULL;
	const struct row *row = word ? rows_find(ROW_TOP, word) : NULL;
	struct fault fault;

	if (!word)
		help_overview();
	else if (strcmp(word, "--man") == 0)
		help_manual();
	else if (row && strcmp(word, "call") == 0 && command->word_count > 1)
		rawcall_explain(command->words[1]);
	else if (row)
		help_row(row, ROW_TOP);
	else if (kind)
		return explain_kind(command, kind);
	else {
		(void)fault_set(&fault, "no verb or kind is called %.60s", word);
		return command_misused(command, &fault);
	}
	return VERDICT_DONE;
}
