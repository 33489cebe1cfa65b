/* The words of `concur parallel`. Options end where the command begins, so that the command's own are left alone; the
 * command ends at the first ":::", and so does each list of arguments. */
#include "jobspec.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct options_row jobspec_options[] = {
	{ "--jobs", "-j", "N", "jobs at once; as many as there are cores for this process" },
	{ "--pool", NULL, "NAME",
	    "run them on the workers of that pool, wherever they are; -j is then the most at once" },
	{ "--retries", NULL, "N", "run a job that fails again, N times in all" },
	{ "--timeout", NULL, "SECONDS", "end a job that runs for longer; it has failed" },
	{ "--halt", NULL, "WHEN,WHAT=N",
	    "begin no more jobs (soon), or end those that run, too (now), when N have failed (fail), ended well "
	    "(success) "
	    "or ended (done); never is what goes without saying" },
	{ "--joblog", NULL, "FILE", "write a line for each job that ended" },
	{ "--progress", NULL, NULL, "show how far it is: a bar on a terminal, lines elsewhere" },
	{ NULL, NULL, NULL, NULL },
};

/* -- words behind options ------------------------------------------------------------------------------------------ */

static bool
read_count(const char *word, uint64_t max, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(word, &end, 10);
	return isdigit((unsigned char)*word) && !*end && !errno && *ret > 0 && *ret <= max;
}

static bool
read_small(const char *option, const char *word, unsigned max, unsigned *ret, struct fault *fault)
{
	uint64_t number;

	if (!read_count(word, max, &number))
		return fault_set(fault, "%s takes a number from 1 to %u, not %.60s", option, max, word);
	*ret = (unsigned)number;
	return true;
}

static bool
read_timeout(const char *word, int64_t *ret, struct fault *fault)
{
	char *end;
	double ns = strtod(word, &end) * 1e9;

	if (end == word || *end || !(ns >= 1) || ns > 9e18)
		return fault_set(fault, "--timeout takes seconds, more than 0, not %.60s", word);
	*ret = (int64_t)ns;
	return true;
}

/* "soon,fail=1". */
static bool
read_halt(const char *word, struct jobspec_halt *ret, struct fault *fault)
{
	const char *comma = strchr(word, ','), *equals = comma ? strchr(comma, '=') : NULL;
	size_t size = equals ? (size_t)(equals - comma) - 1 : 0;
	bool failed = size == 4 && strncmp(comma + 1, "fail", 4) == 0;
	bool well = size == 7 && strncmp(comma + 1, "success", 7) == 0;
	bool done = size == 4 && strncmp(comma + 1, "done", 4) == 0;

	if (strcmp(word, "never") == 0) {
		*ret = (struct jobspec_halt){ .when = JOBSPEC_NEVER };
		return true;
	}
	*ret = (struct jobspec_halt){ .failed = failed || done, .well = well || done };
	if (comma && comma - word == 4 && strncmp(word, "soon", 4) == 0)
		ret->when = JOBSPEC_SOON;
	else if (comma && comma - word == 3 && strncmp(word, "now", 3) == 0)
		ret->when = JOBSPEC_NOW;
	if (ret->when != JOBSPEC_NEVER && (ret->failed || ret->well) && read_count(equals + 1, UINT64_MAX, &ret->count))
		return true;
	return fault_set(fault,
	    "--halt takes never, or soon or now, a comma, and fail=N, success=N or done=N, not %.60s", word);
}

static bool
read_word(const char *option, const char *word, struct jobspec *spec, struct fault *fault)
{
	switch (option[2]) {
	case 'p':
		spec->pool = word;
		return *word || fault_set(fault, "a name can not be empty");
	case 'r':
		return read_small(option, word, JOBSPEC_TRIES_MAX, &spec->tries, fault);
	case 't':
		return read_timeout(word, &spec->timeout_ns, fault);
	case 'h':
		return read_halt(word, &spec->halt, fault);
	default:
		if (strcmp(option, "--jobs") == 0)
			return read_small(option, word, JOBSPEC_JOBS_MAX, &spec->jobs, fault);
		spec->log = word;
		return true;
	}
}

/* -- options ------------------------------------------------------------------------------------------------------- */

/* The word of an option, behind it or, of a short one, in it ("-j4"); NULL with *ret_taken as options_word() has it. */
static const char *
word_of(const struct options_row *row, char *const *words, size_t count, int *ret_taken, struct fault *fault)
{
	if (!row->brief || strncmp(words[0], row->brief, 2) != 0)
		return options_word(row->name + 2, words, count, ret_taken, fault);
	*ret_taken = words[0][2] ? 1 : 2;
	if (words[0][2])
		return words[0] + 2;
	if (count > 1)
		return words[1];
	*ret_taken = -1;
	(void)fault_set(fault, "%s needs a word behind it", words[0]);
	return NULL;
}

/* How many words the option at words[0] took, 0 if it is none of these, -1 with a fault. */
static int
take_own(struct jobspec *spec, char *const *words, size_t count, struct fault *fault)
{
	const char *word;
	int taken;

	if (strcmp(words[0], "--progress") == 0) {
		spec->progress = true;
		return 1;
	}
	for (const struct options_row *row = jobspec_options; row->name; row++) {
		if (!row->word)
			continue;
		word = word_of(row, words, count, &taken, fault);
		if (word)
			return read_word(row->name, word, spec, fault) ? taken : -1;
		if (taken != 0)
			return taken;
	}
	return 0;
}

/* Of the options that every verb takes, those that say something here. */
static bool
is_shared(const char *word)
{
	static const char *const names[] = { "--url", "--key", "--help" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t size = strlen(names[i]);

		if (strncmp(word, names[i], size) == 0 && (word[size] == '\0' || word[size] == '='))
			return true;
	}
	return strcmp(word, "-h") == 0;
}

/* Takes the options; *ret_at is behind them. */
static bool
take_options(struct command *command, struct jobspec *spec, size_t *ret_at, struct fault *fault)
{
	size_t at = 0;

	while (at < command->word_count && options_looks_so(command->words[at])) {
		char *const *words = command->words + at;
		size_t count = command->word_count - at;
		int taken;

		if (strcmp(words[0], "--") == 0) {
			at++;
			break;
		}
		taken = take_own(spec, words, count, fault);
		if (taken == 0 && is_shared(words[0]))
			taken = options_take(&command->options, words, count, fault);
		if (taken == 0)
			return fault_set(fault, "%.60s: no such option", words[0]);
		if (taken < 0)
			return false;
		at += (size_t)taken;
	}
	*ret_at = at;
	return true;
}

/* -- the command and its arguments --------------------------------------------------------------------------------- */

/* GNU's other signs for sources of arguments; who writes one does not mean it as a word. */
static bool
is_foreign_sign(const char *word)
{
	return strcmp(word, ":::+") == 0 || strcmp(word, "::::") == 0 || strcmp(word, "::::+") == 0;
}

static bool
is_sign(const char *word)
{
	return strcmp(word, ":::") == 0;
}

static size_t
count_up_to_sign(char *const *words, size_t count)
{
	size_t n = 0;

	while (n < count && !is_sign(words[n]))
		n++;
	return n;
}

static bool
read_lists(char **words, size_t count, struct jobspec *spec, struct fault *fault)
{
	size_t at = 0;

	while (at < count) {
		struct jobspec_list *list = &spec->lists[spec->list_count];

		if (spec->list_count == JOBSPEC_LISTS_MAX)
			return fault_set(fault, "at most %d lists of arguments", JOBSPEC_LISTS_MAX);
		list->words = words + at + 1;
		list->count = count_up_to_sign(list->words, count - at - 1);
		at += 1 + list->count;
		spec->list_count++;
	}
	return true;
}

bool
jobspec_read(struct command *command, struct jobspec *ret, struct fault *fault)
{
	size_t at = 0, count;

	*ret = (struct jobspec){ .tries = 1 };
	if (!take_options(command, ret, &at, fault))
		return false;
	ret->words = command->words + at;
	count = command->word_count - at;
	for (size_t i = 0; i < count; i++) {
		if (is_foreign_sign(ret->words[i]))
			return fault_set(fault, "%s is not understood: arguments stand behind :::, or come from < FILE",
			    ret->words[i]);
	}
	ret->word_count = count_up_to_sign(ret->words, count);
	return read_lists(ret->words + ret->word_count, count - ret->word_count, ret, fault);
}
