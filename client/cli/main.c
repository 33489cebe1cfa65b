/* concur: the command line of concurd.
 *
 * From here: the words are sorted into options, the row they name and the rest (this file); the row is carried out, by
 * verbs.c or by code of its own; its verdict is the exit status. */
#include "command.h"
#include "config.h"
#include "help.h"
#include "rawcall.h"
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether the words so far are a verb that reads all words behind it by itself. */
static bool
has_own_words(const struct command *command)
{
	const struct row *row = command->word_count == 1 ? rows_find(ROW_TOP, command->words[0]) : NULL;

	return row && row->how & ROW_OWN_WORDS;
}

/* Takes the options that every verb has out of the words, in place, and cuts at "--". */
static bool
sort_words(struct command *command, int argc, char **argv, struct fault *fault)
{
	int at = 1;

	command->words = argv + 1;
	while (at < argc && !has_own_words(command) && strcmp(argv[at], "--") != 0) {
		int taken = options_take(&command->options, argv + at, (size_t)(argc - at), fault);

		if (taken < 0)
			return false;
		if (taken == 0) {
			command->words[command->word_count++] = argv[at];
			taken = 1;
		}
		at += taken;
	}
	if (has_own_words(command))
		while (at < argc)
			command->words[command->word_count++] = argv[at++];
	else if (at < argc)
		command->rest = argv + at + 1;
	return true;
}

static void
skip_words(struct command *command, size_t count)
{
	command->words += count;
	command->word_count -= count;
}

/* "pool create work" for "pool work create": where only that makes sense. */
static void
turn_words(struct command *command)
{
	char **words = command->words;
	unsigned kind = command->kind->kind;

	if (command->word_count < 3 || options_looks_so(words[2]) || rows_find(kind, words[2]) ||
	    !rows_find(kind, words[1]))
		return;
	words[0] = words[1];
	words[1] = words[2];
	words[2] = words[0];
}

/* "KIND ls": the verb ls, of one kind. */
static bool
lists_kind(const struct command *command)
{
	return command->word_count >= 2 && strcmp(command->words[1], "ls") == 0 &&
	    (command->word_count == 2 || options_looks_so(command->words[2]));
}

/* "KIND NAME VERB ...": the row, or a fault. */
static bool
find_kind_row(struct command *command, struct fault *fault)
{
	const char *verb;
	bool bare;

	turn_words(command);
	verb = command->word_count > 2 ? command->words[2] : "";
	bare = *verb == '\0' || options_looks_so(verb);
	if (command->word_count < 2)
		return fault_set(fault, "write a name and a verb");
	command->name = command->words[1];
	/* The daemon would make an object without a name, which nobody could find again. */
	if (!*command->name)
		return fault_set(fault, "a name can not be empty");
	/* A lock or semaphore with a command behind "--" has no verb. */
	command->row = rows_find(command->kind->kind, bare && command->rest ? "--" : verb);
	if (!command->row && bare)
		return fault_set(fault, "write a verb");
	if (!command->row)
		return fault_set(fault, "no verb of %s is called %.60s", command->kind->word, verb);
	skip_words(command, bare ? 2 : 3);
	return true;
}

static bool
find_row(struct command *command, struct fault *fault)
{
	if (command->word_count == 0)
		return fault_set(fault, "write a verb, or a kind, a name and a verb");
	command->kind = rows_kind(command->words[0]);
	if (command->kind && lists_kind(command)) {
		command->row = rows_find(ROW_TOP, "ls");
		skip_words(command, 2);
		return true;
	}
	if (command->kind)
		return find_kind_row(command, fault);
	command->row = rows_find(ROW_TOP, command->words[0]);
	if (!command->row)
		return fault_set(fault, "no verb or kind is called %.60s", command->words[0]);
	skip_words(command, 1);
	return true;
}

/* --help, wherever it stands: about as much as the words name. */
static enum verdict
explain(const struct command *command)
{
	if (command->row && strcmp(command->row->verb, "call") == 0 && command->word_count > 0)
		rawcall_explain(command->words[0]);
	else if (command->row)
		help_row(command->row, command->kind ? command->kind->kind : ROW_TOP);
	else if (command->kind)
		help_kind(command->kind);
	else
		help_overview();
	return VERDICT_DONE;
}

static enum verdict
carry_out(struct command *command)
{
	return command->row->run ? command->row->run(command) : verbs_run(command);
}

/* What could not be written was not done, as far as the caller can tell. */
static enum verdict
flush(const struct command *command, enum verdict verdict)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return verdict;
	command_complain(command, "the output can not be written: %s", strerror(errno));
	return VERDICT_ERROR;
}

int
main(int argc, char **argv)
{
	struct command command = { 0 };
	enum verdict verdict;
	struct fault fault;
	bool sorted = sort_words(&command, argc, argv, &fault);
	bool found = sorted && find_row(&command, &fault);

	if (command.options.version) {
		(void)puts("concur " PACKAGE_VERSION);
		verdict = VERDICT_DONE;
	} else if (command.options.help) {
		verdict = explain(&command);
	} else if (found) {
		verdict = carry_out(&command);
	} else {
		verdict = command_misused(&command, &fault);
	}
	verdict = flush(&command, verdict);
	concur_close(command.session);
	return (int)verdict;
}
