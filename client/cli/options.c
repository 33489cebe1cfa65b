/* Options that every verb takes. */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct options_row options_rows[] = {
	{ "--url", NULL, "URL", "the daemon's address: unix:PATH or tcp://HOST:PORT" },
	{ "--key", NULL, "FILE", "the key of a daemon at a tcp address; keygen makes one" },
	{ "--if-version", NULL, "N", "do nothing unless the object still has that version, which info tells" },
	{ "--json", "-j", NULL, "print listings and information as one JSON document" },
	{ "--text", "-t", NULL, "take words as text, not as JSON" },
	{ "--raw", "-r", NULL, "print text as it is, without quotes" },
	{ "--help", "-h", NULL, "print help on the verb and do nothing" },
	{ "--version", NULL, NULL, "print the version and do nothing" },
	{ NULL, NULL, NULL, NULL },
};

const char *
options_word(const char *name, char *const *words, size_t count, int *ret_taken, struct fault *fault)
{
	size_t size = strlen(name);

	*ret_taken = 0;
	if (strncmp(words[0], "--", 2) != 0 || strncmp(words[0] + 2, name, size) != 0)
		return NULL;
	if (words[0][2 + size] == '=') {
		*ret_taken = 1;
		return words[0] + 2 + size + 1;
	}
	if (words[0][2 + size] != '\0')
		return NULL;
	if (count < 2) {
		*ret_taken = -1;
		(void)fault_set(fault, "--%s needs a word behind it", name);
		return NULL;
	}
	*ret_taken = 2;
	return words[1];
}

bool
options_looks_so(const char *word)
{
	return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9') && word[1] != '.';
}

static bool *
flag_of(struct options *options, const char *name)
{
	switch (name[2]) {
	case 'j':
		return &options->json;
	case 't':
		return &options->text;
	case 'r':
		return &options->raw;
	case 'h':
		return &options->help;
	default:
		return &options->version;
	}
}

/* True if the word at words[0] is that option; *ret_taken is then as options_take() gives it. */
static bool
take_word(const char *name, char *const *words, size_t count, const char **ret_word, int *ret_taken,
    struct fault *fault)
{
	const char *word = options_word(name, words, count, ret_taken, fault);

	if (word)
		*ret_word = word;
	return *ret_taken != 0;
}

/* A version: a number above 0. */
static bool
read_version(const char *word, uint64_t *ret, struct fault *fault)
{
	char *end;

	errno = 0;
	*ret = strtoull(word, &end, 10);
	if (errno || *end || !isdigit((unsigned char)*word) || *ret == 0)
		return fault_set(fault, "--if-version needs a version, as info prints it, not %.40s", word);
	return true;
}

int
options_take(struct options *options, char *const *words, size_t count, struct fault *fault)
{
	int taken;
	const char *version;

	if (take_word("url", words, count, &options->url, &taken, fault) ||
	    take_word("key", words, count, &options->key, &taken, fault))
		return taken;
	version = options_word("if-version", words, count, &taken, fault);
	if (taken < 0)
		return -1;
	if (version)
		return read_version(version, &options->if_version, fault) ? taken : -1;
	for (const struct options_row *row = options_rows; row->name; row++) {
		if (!row->word &&
		    (strcmp(words[0], row->name) == 0 || (row->brief && strcmp(words[0], row->brief) == 0))) {
			*flag_of(options, row->name) = true;
			return 1;
		}
	}
	return 0;
}
